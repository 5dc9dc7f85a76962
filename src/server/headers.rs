//! What every answer carries, and what every request must: headers of security, a host that is this machine,
//! a deadline.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use axum::{
    body::Body,
    extract::{Request, State},
    http::{HeaderValue, Response, header},
    middleware::Next,
    response::IntoResponse,
};

use super::{AppState, error::Failure, workers};

/// Longest wait for the beginning of an answer: its own time, and its turn.
const DEADLINE: Duration = workers::WITHIN.saturating_add(Duration::from_secs(15));

const SECURITY: [(&str, &str); 5] = [
    (
        "content-security-policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; \
         worker-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
    ),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-resource-policy", "same-origin"),
    ("x-frame-options", "DENY"),
];

pub(super) async fn guard(State(state): State<Arc<AppState>>, request: Request, next: Next) -> Response<Body> {
    let mut response = if let Some(name) = doubled(&request) {
        // Which of the two is meant is not known.
        Failure::BadRequest(format!("the header {name} stands twice")).into_response()
    } else if is_this_machine(&request) {
        match tokio::time::timeout(DEADLINE, next.run(request)).await {
            Ok(response) => response,
            Err(_) => Failure::Timeout.into_response(),
        }
    } else {
        // A page of another site that resolves its own name to this machine must not read the data.
        Failure::NotAllowedHere("the server answers to localhost, 127.0.0.1 and [::1] only").into_response()
    };
    let class = usize::from(response.status().as_u16() / 100).clamp(2, 5) - 2;
    state.answers[class].fetch_add(1, Ordering::Relaxed);
    let headers = response.headers_mut();
    for (name, value) in SECURITY {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

/// A header that decides something and stands twice.
fn doubled(request: &Request) -> Option<&'static str> {
    const SINGLE: [&str; 6] = ["host", "content-type", "content-length", "x-places", "if-match", "origin"];
    SINGLE.into_iter().find(|name| request.headers().get_all(*name).iter().count() > 1)
}

fn is_this_machine(request: &Request) -> bool {
    let Some(host) = request.headers().get(header::HOST).and_then(|h| h.to_str().ok()) else {
        return request.uri().host().is_none() && request.version() < axum::http::Version::HTTP_11;
    };
    let name = match host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((v6, _)) => v6,
        None => host.rsplit_once(':').map_or(host, |(name, _)| name),
    };
    name.eq_ignore_ascii_case("localhost")
        || name.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}
