//! Work belongs to whoever asked: it ends when they leave or the time is over, and its turn is free for the next.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use axum::{body::Body, http::Request};
use places::{
    analysis::{QUESTIONS, question},
    ask::{AskError, Exact, Kind, Watch},
    server::{AppState, router},
};
use serde_json::Value;
use tower::ServiceExt;

use crate::{
    ask::least,
    support::{Scratch, grant, police_file},
};

fn scratch() -> Scratch {
    let scratch = Scratch::with_areas();
    for i in 0..8 {
        let month = format!("2025-{:02}", i + 1);
        let file = police_file(&month, "Here", 3000, i);
        scratch.import_police(&[scratch.write(&format!("{month}-here-street.csv"), file)]);
    }
    scratch
}

#[test]
fn a_scan_stops_at_the_next_step_when_nobody_waits() {
    let scratch = scratch();
    let snapshot = scratch.snapshot();
    let asked = question("scan").unwrap().ask([("replicates", "9999"), ("cell", "9")]).unwrap();
    let watch = Watch::default();
    let reader = Exact::open(&snapshot, grant(), watch.clone());
    std::thread::scope(|scope| {
        let work = scope.spawn(|| asked.answer(&reader).map(|_| ()));
        while watch.progress().0 == 0 {
            std::thread::yield_now();
        }
        watch.stop();
        assert!(matches!(work.join().unwrap(), Err(AskError::Stopped { late: false })));
    });
    let (done, of) = watch.progress();
    assert!(of == 9999 && done < of, "{done} of {of}");
    let late = Exact::open(&snapshot, grant(), Watch::until(Duration::ZERO));
    assert!(matches!(asked.answer(&late), Err(AskError::Stopped { late: true })));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn callers_who_leave_free_their_turn() {
    let scratch = scratch();
    let state = AppState::new(scratch.workspace.clone()).unwrap();
    let scan = |seed: usize, replicates: usize| {
        let uri = format!("/api/v1/scan?cell=9&replicates={replicates}&seed={seed}");
        let request = Request::get(uri).header("host", "localhost").body(Body::empty()).unwrap();
        router(state.clone()).oneshot(request)
    };
    // Many more than there are turns; each caller leaves at once.
    for seed in 0..40 {
        let _ = tokio::time::timeout(Duration::from_millis(20), scan(seed, 9999)).await;
    }
    let started = Instant::now();
    let response = scan(1, 99).await.unwrap();
    assert_eq!(response.status(), 200, "after {:?}", started.elapsed());
}

/// Status, the header `location`, and the body.
async fn send(state: &std::sync::Arc<AppState>, request: axum::http::request::Builder) -> (u16, String, Vec<u8>) {
    let request = request.header("host", "localhost").body(Body::empty()).unwrap();
    let response = router(state.clone()).oneshot(request).await.unwrap();
    let location = response.headers().get("location").map_or("", |l| l.to_str().unwrap()).to_owned();
    let status = response.status().as_u16();
    (status, location, axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap().to_vec())
}

/// The job once it has ended.
async fn ended(state: &std::sync::Arc<AppState>, location: &str) -> Value {
    loop {
        let (status, _, body) = send(state, Request::get(location)).await;
        assert_eq!(status, 200);
        let job: Value = serde_json::from_slice(&body).unwrap();
        if job["state"] == "done" || job["state"] == "failed" {
            return job;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_gives_the_answer_that_waiting_would_have_given() {
    let scratch = scratch();
    let state = AppState::new(scratch.workspace.clone()).unwrap();
    let uri = "/api/v1/scan?cell=8&replicates=199&f=csv";
    let (status, location, body) = send(&state, Request::get(uri).header("prefer", "wait=5, respond-async")).await;
    assert_eq!(status, 202, "{}", String::from_utf8_lossy(&body));
    let job = ended(&state, &location).await;
    assert_eq!((&job["state"], &job["question"]), (&"done".into(), &"scan".into()));
    assert_eq!((job["steps_done"].as_u64(), job["steps"].as_u64()), (Some(199), Some(199)));
    let (status, _, fetched) = send(&state, Request::get(job["answer"].as_str().unwrap())).await;
    let (_, _, waited_for) = send(&state, Request::get(uri)).await;
    assert_eq!((status, String::from_utf8(fetched)), (200, String::from_utf8(waited_for)));
    let (_, _, list) = send(&state, Request::get("/api/v1/jobs")).await;
    let list: Value = serde_json::from_slice(&list).unwrap();
    assert_eq!(list, serde_json::json!([job]));
    // The look, what it gave, and that the answer was fetched.
    let log = fs_err::read_to_string(scratch.workspace.root().join("log/000001.jsonl")).unwrap();
    let verbs: Vec<String> =
        log.lines().map(|l| serde_json::from_str::<Value>(l).unwrap()["verb"].to_string()).collect();
    assert_eq!(verbs, ["\"begin\"", "\"scan\"", "\"scan\"", "\"job\"", "\"scan\"", "\"scan\""]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_question_that_is_wrong_is_refused_and_no_job() {
    let scratch = scratch();
    let state = AppState::new(scratch.workspace.clone()).unwrap();
    for (uri, preference, expected) in [
        ("/api/v1/count?definition=none", "respond-async", 400),
        ("/api/v1/areas/squares/none/profile", "respond-async", 404),
        ("/api/v1/briefing?as_of=2001-01-01", "respond-async", 422),
        ("/api/v1/count", "", 400),
        ("/api/v1/count", "=?", 400),
        ("/api/v1/count", "return=minimal", 200),
    ] {
        let (status, location, body) = send(&state, Request::get(uri).header("prefer", preference)).await;
        let body = String::from_utf8_lossy(&body).into_owned();
        assert_eq!((status, location.as_str()), (expected, ""), "{uri} {preference}: {body}");
    }
    let (_, _, list) = send(&state, Request::get("/api/v1/jobs")).await;
    assert_eq!(list, b"[]");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_is_cancelled_and_says_so() {
    let scratch = scratch();
    let state = AppState::new(scratch.workspace.clone()).unwrap();
    let begin = |seed: usize| {
        Request::get(format!("/api/v1/scan?cell=9&replicates=9999&seed={seed}")).header("prefer", "respond-async")
    };
    let (_, location, _) = send(&state, begin(1)).await;
    let early = format!("{location}/answer");
    assert_eq!(send(&state, Request::get(&early)).await.0, 409);
    assert_eq!(send(&state, Request::delete(&location)).await.0, 403, "without the header");
    assert_eq!(send(&state, Request::delete(&location).header("x-places", "1")).await.0, 202);
    let job = ended(&state, &location).await;
    assert_eq!(job["problem"]["type"], "urn:places:problem:cancelled", "{job}");
    assert!(job["answer"].is_null() && job["steps_done"].as_u64() < Some(9999));
    assert_eq!(send(&state, Request::get(&early)).await.0, 404);
    assert_eq!(send(&state, Request::get("/api/v1/jobs/c0ffee")).await.0, 404);
    // Jobs leave workers to those who wait, and no more are taken on than are worked off soon.
    let mut begun = Vec::new();
    for seed in 2..40 {
        let (status, location, _) = send(&state, begin(seed)).await;
        begun.push((status, location));
    }
    assert!(begun.iter().any(|b| b.0 == 503));
    // With every turn taken, what is not known is still said at once.
    let wrong = Request::get("/api/v1/trend?area=none").header("prefer", "respond-async");
    assert_eq!(send(&state, wrong).await.0, 400);
    assert_eq!(send(&state, Request::get("/api/v1/count")).await.0, 200);
    for (_, location) in begun.iter().filter(|b| b.0 == 202) {
        assert_eq!(send(&state, Request::delete(location).header("x-places", "1")).await.0, 202);
        ended(&state, location).await;
    }
}

#[test]
fn a_name_that_is_not_known_is_told_without_counting() {
    let scratch = Scratch::with_areas();
    let file = police_file("2024-01", "Here", 30, 1);
    scratch.import_police(&[scratch.write("2024-01-here-street.csv", file)]);
    let snapshot = scratch.snapshot();
    let mut told = BTreeSet::new();
    for entry in &QUESTIONS {
        let declaration = entry.declaration;
        let asked = entry.ask(least(declaration.name)).unwrap();
        asked.names(&snapshot).unwrap_or_else(|e| panic!("{}: {e}", declaration.name));
        for parameter in declaration.parameters() {
            let value = match parameter.kind {
                Kind::Name | Kind::Names { .. } => "0.5",
                Kind::Places { .. } => "squares:none",
                _ => continue,
            };
            let mut pairs = least(declaration.name);
            pairs.retain(|(name, _)| *name != parameter.name);
            pairs.push((parameter.name, value));
            let refused = entry.ask(pairs).unwrap().names(&snapshot).expect_err(parameter.name).to_string();
            let names_it = refused.contains(value) || refused.contains(parameter.name);
            assert!(names_it, "{} {}: {refused}", declaration.name, parameter.name);
            told.insert(parameter.name);
        }
    }
    let expected = [
        "area",
        "calendar",
        "category",
        "comparison",
        "definition",
        "harm",
        "in",
        "indicator",
        "layer",
        "place",
        "rate",
        "source",
    ];
    assert_eq!(told.into_iter().collect::<Vec<_>>(), expected);
}
