//! The HTTP edge: problems, tags, tiles, security headers, hot swap, a graceful stop.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    process::{Child, Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    body::{Body, to_bytes},
    http::{Request, Response},
};
use places::server::{AppState, openapi_json, router};
use tower::ServiceExt;

use crate::support::{Scratch, places_ok, police_file};

fn scratch() -> Scratch {
    let scratch = Scratch::with_areas();
    scratch.import_police(&[scratch.write("2025-01-here-street.csv", police_file("2025-01", "Here", 300, 1))]);
    scratch
}

async fn send(state: &Arc<AppState>, uri: &str, headers: &[(&str, &str)]) -> Response<Body> {
    let mut request = Request::get(uri);
    if headers.iter().all(|h| h.0 != "host") {
        request = request.header("host", "127.0.0.1:8080");
    }
    let request = headers.iter().fold(request, |r, (name, value)| r.header(*name, *value)).body(Body::empty()).unwrap();
    router(state.clone()).oneshot(request).await.unwrap()
}

async fn json(response: Response<Body>) -> serde_json::Value {
    serde_json::from_slice(&to_bytes(response.into_body(), usize::MAX).await.unwrap()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_question_is_a_problem_that_says_what_is_allowed() {
    let state = AppState::new(scratch().workspace.clone()).unwrap();
    for (uri, status, expected) in [
        ("/api/v1/count?by=cell:5", 400, "cell:7 to cell:11"),
        ("/api/v1/count?by=area:nowhere", 400, "squares"),
        ("/api/v1/count?category=Murder", 400, "Robbery"),
        ("/api/v1/count?source=nowhere", 400, "police.uk"),
        ("/api/v1/count?in=squares:Q9", 400, "squares:Q1"),
        ("/api/v1/count?hours=25", 400, "15-18"),
        ("/api/v1/count?f=exe", 400, "geojson"),
        ("/api/v1/count?by=category&f=geojson", 422, "cell:7 to cell:11 or area:squares"),
        ("/api/v1/count?by=month,source&f=geojson", 422, "csv"),
        ("/api/v1/count?surprise=1", 400, "definition"),
        ("/api/v1/count?by=month&rate=km2", 400, "one place dimension"),
        ("/api/v1/count?by=cell:8&calendar=term", 400, "none yet"),
        ("/api/v1/breaks?by=cell:8&window=0", 400, "1 to 1200"),
        ("/api/v1/areas/nowhere", 404, "squares"),
        ("/api/v1/nothing", 404, "/docs"),
        ("/tiles/nothing/1/0/0.mvt", 404, "areas-squares"),
        ("/tiles/cells/23/0/0.mvt", 404, "zoom is 0 to 22"),
        ("/tiles/cells/3/8/0.mvt", 404, "below 2^zoom"),
        ("/tiles/cells/3/-1/0.mvt", 404, "below 2^zoom"),
        ("/tiles/cells/3/1/1.png", 404, ".mvt"),
        ("/tiles/cells/9/1/1.mvt?cell=12", 400, "7 to 11"),
    ] {
        let response = send(&state, uri, &[]).await;
        assert_eq!(response.status().as_u16(), status, "{uri}");
        assert_eq!(response.headers()["content-type"], "application/problem+json", "{uri}");
        let problem = json(response).await;
        assert!(problem.to_string().contains(expected), "{uri}: {problem}");
        assert_eq!(problem["status"], status);
        assert!(problem["type"].as_str().unwrap().starts_with("urn:places:problem:"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tag_stands_for_one_answer() {
    let scratch = scratch();
    let state = AppState::new(scratch.workspace.clone()).unwrap();
    let tag = async |uri: &str| send(&state, uri, &[]).await.headers()["etag"].to_str().unwrap().to_owned();
    let first = tag("/api/v1/count?by=month&category=Robbery").await;
    assert!(first.starts_with('"'), "strong");
    assert_eq!(first, tag("/api/v1/count?category=Robbery&by=month").await);
    assert_ne!(first, tag("/api/v1/count?by=month").await);
    assert_ne!(first, tag("/api/v1/count?by=month&category=Robbery&f=csv").await);
    let again = send(&state, "/api/v1/count?by=month&category=Robbery", &[("if-none-match", &first)]).await;
    assert_eq!(again.status(), 304);
    assert_eq!(again.headers()["cache-control"], "no-store");
    scratch.import_police(&[scratch.write("2025-02-here-street.csv", police_file("2025-02", "Here", 30, 2))]);
    assert!(state.refresh().unwrap());
    assert!(!state.refresh().unwrap());
    assert_ne!(first, tag("/api/v1/count?by=month&category=Robbery").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn tiles_of_every_zoom_answer_and_empty_ones_are_204() {
    let state = AppState::new(scratch().workspace.clone()).unwrap();
    for zoom in 0..=22_u32 {
        let response = send(&state, &format!("/tiles/cells/{zoom}/0/0.mvt"), &[]).await;
        // At zoom 1 the margin of the western tile reaches over Greenwich.
        let holds = zoom <= 1;
        assert_eq!(response.status(), if holds { 200 } else { 204 }, "zoom {zoom}");
    }
    let description = json(send(&state, "/tiles/areas-squares.json?category=Robbery", &[]).await).await;
    assert_eq!(description["tilejson"], "3.0.0");
    assert_eq!(
        description["tiles"][0], "http://127.0.0.1:8080/tiles/areas-squares/{z}/{x}/{y}.mvt?category=Robbery",
        "absolute: a map of another page can use it"
    );
    assert_eq!(description["vector_layers"][0]["id"], "areas");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_carries_the_policy_and_other_hosts_are_refused() {
    let state = AppState::new(scratch().workspace.clone()).unwrap();
    for uri in ["/", "/api/v1/version", "/docs", "/metrics", "/healthz", "/readyz", "/nowhere.js"] {
        let response = send(&state, uri, &[]).await;
        assert!(
            response.headers()["content-security-policy"].to_str().unwrap().starts_with("default-src 'none'"),
            "{uri}"
        );
        assert_eq!(response.headers()["x-content-type-options"], "nosniff");
    }
    for (host, status) in
        [("evil.example", 403), ("localhost:8080", 200), ("[::1]:8080", 200), ("127.0.0.1", 200), ("10.0.0.1", 403)]
    {
        assert_eq!(send(&state, "/api/v1/version", &[("host", host)]).await.status(), status, "{host}");
    }
    for uri in
        ["/../Cargo.toml", "/assets/../../Cargo.toml", "/%2e%2e/%2e%2e/etc/passwd", "/assets/%2e%2e%2fplaces.toml"]
    {
        let response = send(&state, uri, &[]).await;
        let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        assert!(
            !String::from_utf8_lossy(&body).contains("[package]") && !String::from_utf8_lossy(&body).contains("root:"),
            "{uri}"
        );
    }
}

#[test]
fn the_description_of_the_interface_is_the_one_the_front_end_is_built_from() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("web/openapi.json");
    let committed = fs_err::read_to_string(&path).unwrap();
    assert_eq!(committed.trim(), openapi_json().trim(), "run `make openapi` and commit web/openapi.json");
}

struct Server(Child, String);

impl Server {
    fn start(root: &str) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_places"))
            .args(["--workspace", root, "serve", "--addr", "127.0.0.1:0"])
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let line = lines.find(|l| l.as_ref().unwrap().contains("serving http://")).unwrap().unwrap();
        let address = line.split("http://").nth(1).unwrap().split('/').next().unwrap().to_owned();
        std::thread::spawn(move || lines.for_each(drop));
        Self(child, address)
    }

    fn get(&self, path: &str) -> String {
        let mut stream = TcpStream::connect(&self.1).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", self.1).unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        text
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let started = Instant::now();
    while !holds() {
        assert!(started.elapsed() < Duration::from_secs(20), "{what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn an_import_by_another_process_shows_up_and_the_server_stops_when_told() {
    let scratch = scratch();
    let root = scratch.workspace.root().to_string_lossy().into_owned();
    let mut server = Server::start(&root);
    assert!(server.get("/api/v1/version").contains("\"incidents\":300"));
    let file = scratch.write("2025-02-here-street.csv", police_file("2025-02", "Here", 50, 2));
    places_ok(&["--workspace", &root, "import", &file, "--source", "police.uk"]);
    eventually("the import does not show up", || server.get("/api/v1/version").contains("\"incidents\":350"));
    assert!(server.get("/metrics").contains("places_incidents 350"));
    Command::new("kill").args(["-TERM", &server.0.id().to_string()]).status().unwrap();
    eventually("the server does not stop", || server.0.try_wait().unwrap().is_some());
    assert!(server.0.wait().unwrap().success());
}

#[test]
fn a_connection_that_says_nothing_does_not_keep_others_waiting() {
    let scratch = scratch();
    let server = Server::start(&scratch.workspace.root().to_string_lossy());
    let idle: Vec<TcpStream> = (0..200)
        .map(|_| {
            let mut stream = TcpStream::connect(&server.1).unwrap();
            stream.write_all(b"GET / HT").unwrap();
            stream
        })
        .collect();
    assert!(server.get("/healthz").ends_with("ok\n"));
    drop(idle);
    let mut stream = TcpStream::connect(&server.1).unwrap();
    let long = format!("GET /{} HTTP/1.1\r\n", "x".repeat(200_000));
    let _ = stream.write_all(long.as_bytes());
    assert!(server.get("/healthz").ends_with("ok\n"));
}
