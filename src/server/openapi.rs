//! `/openapi.json`, made from the handlers, and `/docs`, made from that.

use std::fmt::Write as _;

use axum::{
    http::header,
    response::{Html, IntoResponse},
};
use utoipa::OpenApi;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Places and Spaces",
        description = "Incidents by cell, area and time. Errors are RFC 9457 problem+json."
    ),
    paths(
        super::count::count,
        super::count::breaks,
        super::areas::layers,
        super::areas::layer,
        super::catalog::coverage,
        super::catalog::sources,
        super::catalog::definitions,
        super::catalog::version,
        super::claims::profile,
        super::evidence::hotspots,
        super::evidence::emerging,
        super::evidence::trend,
        super::evidence::scan,
        super::evidence::vli,
        super::claims::compare,
        super::claims::briefing,
        super::claims::keep,
        super::claims::list,
        super::claims::show,
        super::claims::methods,
        super::geocode::geocode,
        super::geocode::gazetteers,
        super::review::queue,
        super::review::decide,
        super::review::agree_decision,
        super::review::undo,
        super::review::teach,
        super::review::agree,
        super::tiles::tile_json,
        super::tiles::tile
    )
)]
struct Api;

/// The description of the interface, indented.
///
/// # Panics
/// Never: the description is made of plain values.
#[must_use]
pub fn openapi_json() -> String {
    Api::openapi().to_pretty_json().expect("plain values")
}

pub(super) async fn json() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], openapi_json())
}

pub(super) async fn page() -> Html<String> {
    let description: serde_json::Value = serde_json::from_str(&openapi_json()).unwrap_or_default();
    let mut html = String::from(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Interface: Places and Spaces</title>\
         <h1>Interface</h1><p>For programs: <a href=\"/openapi.json\">openapi.json</a>. Every parameter is named as \
         the flag of the command line; lists are separated by commas.</p>",
    );
    for (path, item) in description["paths"].as_object().into_iter().flatten() {
        for (method, operation) in item.as_object().into_iter().flatten() {
            describe(&mut html, method, path, operation);
        }
    }
    html.push_str("</html>");
    Html(html)
}

fn describe(html: &mut String, method: &str, path: &str, operation: &serde_json::Value) {
    let text = |value: &serde_json::Value| escape(value.as_str().unwrap_or_default());
    let (method, path) = (escape(&method.to_uppercase()), escape(path));
    let _ = write!(html, "<h2><code>{method} {path}</code></h2><p>{}</p><dl>", text(&operation["summary"]));
    for parameter in operation["parameters"].as_array().into_iter().flatten() {
        let (name, about) = (text(&parameter["name"]), text(&parameter["description"]));
        let _ = write!(html, "<dt><code>{name}</code></dt><dd>{about}</dd>");
    }
    html.push_str("</dl>");
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
