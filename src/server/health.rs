//! Is it alive, is it ready, how is it doing.

use std::{
    fmt::Write as _,
    sync::{Arc, atomic::Ordering},
};

use axum::{
    extract::State,
    http::{HeaderName, StatusCode, header},
    response::IntoResponse,
};

use super::AppState;

pub(super) async fn alive() -> &'static str {
    "ok\n"
}

/// Ready while the workspace is there to be served.
pub(super) async fn ready(State(state): State<Arc<AppState>>) -> impl IntoResponse {
    if state.workspace().is_there() {
        (StatusCode::OK, format!("ready, snapshot {}\n", state.current().snapshot.id))
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "the workspace is not there\n".to_owned())
    }
}

pub(super) async fn metrics(State(state): State<Arc<AppState>>) -> impl IntoResponse {
    let served = state.current();
    let size = served.snapshot.size();
    let mut text = String::new();
    let mut metric = |name: &str, kind: &str, help: &str, values: &[(String, u64)]| {
        let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}");
        for (labels, value) in values {
            let _ = writeln!(text, "{name}{labels} {value}");
        }
    };
    let answers: Vec<(String, u64)> = state
        .answers
        .iter()
        .enumerate()
        .map(|(i, n)| (format!("{{status=\"{}xx\"}}", i + 2), n.load(Ordering::Relaxed)))
        .collect();
    metric("places_http_answers_total", "counter", "Answers by class of status.", &answers);
    let one = |value: u64| [(String::new(), value)];
    metric(
        "places_snapshot_swaps_total",
        "counter",
        "Times new data came into force.",
        &one(state.swaps.load(Ordering::Relaxed)),
    );
    metric("places_snapshot", "gauge", "State of the data in force.", &one(served.snapshot.id));
    metric("places_incidents", "gauge", "Incidents in memory.", &one(size.incidents as u64));
    metric("places_places", "gauge", "Distinct places in memory.", &one(size.places as u64));
    metric("places_table_bytes", "gauge", "Bytes of the table in memory.", &one(size.bytes as u64));
    let kind: (HeaderName, &str) = (header::CONTENT_TYPE, "text/plain; version=0.0.4");
    ([kind], text)
}
