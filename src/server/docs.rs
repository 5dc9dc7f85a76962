//! `/docs`: the page of documentation, made from the description.

use std::fmt::Write as _;

use axum::response::Html;
use serde_json::Value;

use super::openapi::description;

pub(super) async fn page() -> Html<String> {
    let described = description();
    let mut html = String::from(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Interface: Places and Spaces</title>\
         <h1>Interface</h1><p>For programs: <a href=\"/openapi.json\">openapi.json</a>. Every parameter is named as \
         the flag of the command line; lists are separated by commas. Formats go by <code>f</code> or <code>Accept</code>.</p>",
    );
    for (path, item) in described["paths"].as_object().into_iter().flatten() {
        for (method, operation) in item.as_object().into_iter().flatten() {
            describe(&mut html, method, path, operation);
        }
    }
    html.push_str("</html>");
    Html(html)
}

fn describe(html: &mut String, method: &str, path: &str, operation: &Value) {
    let text = |value: &Value| escape(value.as_str().unwrap_or_default());
    let (method, path) = (escape(&method.to_uppercase()), escape(path));
    let _ = write!(html, "<h2><code>{method} {path}</code></h2><p>{}</p>", text(&operation["summary"]));
    if operation["description"] != operation["summary"] {
        let _ = write!(html, "<pre>{}</pre>", text(&operation["description"]));
    }
    html.push_str("<dl>");
    for parameter in operation["parameters"].as_array().into_iter().flatten() {
        let (name, about) = (text(&parameter["name"]), text(&parameter["description"]));
        let default = match &parameter["schema"]["default"] {
            Value::Null => String::new(),
            Value::String(text) => format!(" ({} when left out)", escape(text)),
            other => format!(" ({} when left out)", escape(&other.to_string())),
        };
        let _ = write!(html, "<dt><code>{name}</code></dt><dd>{about}{default}</dd>");
    }
    html.push_str("</dl>");
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
