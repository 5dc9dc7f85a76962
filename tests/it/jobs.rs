//! Work belongs to whoever asked: it ends when they leave or the time is over, and its turn is free for the next.

use std::time::{Duration, Instant};

use axum::http::Request;
use places::{
    analysis::question,
    ask::{AskError, Exact, Watch},
    server::{AppState, router},
};
use tower::ServiceExt;

use crate::support::{Scratch, grant, police_file};

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
        let request = Request::get(uri).header("host", "localhost").body(axum::body::Body::empty()).unwrap();
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
