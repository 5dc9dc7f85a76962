//! `/openapi.json`: the description that is made with the routes, with what every answer has in common.

use axum::{http::header, response::IntoResponse};
use serde_json::{Map, Value, json};
use utoipa::PartialSchema as _;

use super::{Problem, api};

/// The description of the interface, indented.
///
/// # Panics
/// Never: the description is made of plain values.
#[must_use]
pub fn openapi_json() -> String {
    serde_json::to_string_pretty(&description()).expect("plain values")
}

/// The description.
pub(super) fn description() -> Value {
    let api::Described { mut paths, mut schemas, .. } = api::described();
    schemas.insert("Problem".to_owned(), serde_json::to_value(Problem::schema()).unwrap_or_default());
    for operation in paths.values_mut().filter_map(Value::as_object_mut).flat_map(|item| item.values_mut()) {
        complete(operation);
    }
    let mut whole = json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Places and Spaces",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Incidents by cell, area and time. Errors are RFC 9457 problem+json. Every parameter is named as the flag of the command line.",
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
            "contact": { "name": "The partnership that runs this server" },
        },
        "servers": [{ "url": "/", "description": "This server: local, or behind the production proxy of a partnership", "x-internal": "true" }],
        "security": [{}],
        "tags": [
            { "name": "counts", "description": "How many, where, when, of what" },
            { "name": "evidence", "description": "Is it high, is it new, is it real" },
            { "name": "places", "description": "Layers, areas, one place whole" },
            { "name": "data", "description": "What there is, and what was received" },
            { "name": "jobs", "description": "Answers that take their time: begun, watched, cancelled, fetched" },
            { "name": "tiles", "description": "Counts as vector tiles" },
            { "name": "geocoding", "description": "From words to places, and what needs a person" },
        ],
        "paths": paths,
        "components": { "schemas": schemas },
    });
    limit(&mut whole);
    whole
}

const REFUSALS: [(&str, &str); 7] = [
    ("400", "A parameter is unknown, doubled or not of its form"),
    ("403", "Refused: another host, or a header is missing"),
    ("404", "There is no such thing"),
    ("406", "None of the media types accepted can be given"),
    ("422", "A good question without an answer here"),
    ("500", "Something went wrong here"),
    ("503", "Busy, too slow, stopping, or the log cannot be written"),
];

/// Refused by the server library before any of this is asked: without a body.
const HEAD_TOO_LARGE: [(&str, &str); 2] =
    [("414", "The address is too long"), ("431", "Address and headers are too large together")];

/// Adds what every operation has: refusals, and the headers of answers.
fn complete(operation: &mut Value) {
    if operation["description"].is_null() {
        operation["description"] = operation["summary"].clone();
    }
    let writes = operation.get("requestBody").is_some();
    if writes {
        ours(operation);
    }
    let Some(responses) = operation.get_mut("responses").and_then(Value::as_object_mut) else { return };
    for (status, response) in responses.iter_mut() {
        if response["description"].as_str().is_none_or(str::is_empty) {
            response["description"] = json!(if status.starts_with('2') { "The answer" } else { "Refused" });
        }
        if status.starts_with('2') || status == "304" {
            for (name, about) in [
                ("etag", "Strong tag of program, workspace, state, role and question"),
                ("cache-control", "no-store: exact answers are never kept by a cache"),
            ] {
                response["headers"][name] = json!({ "description": about, "schema": { "type": "string" } });
            }
        }
    }
    for (status, about) in HEAD_TOO_LARGE {
        responses.insert(status.to_owned(), json!({ "description": about }));
    }
    let problem = json!({ "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } } });
    let conflict = writes.then_some(("409", "Another process writes: nothing was stored"));
    let large = writes.then_some(("413", "The body is too large"));
    for (status, about) in REFUSALS.into_iter().chain(conflict).chain(large) {
        let response = responses.entry(status).or_insert_with(|| json!({}));
        response["description"] = json!(about);
        response["content"] = problem.clone();
        if status == "503" || status == "409" {
            response["headers"]["retry-after"] = json!({ "description": "Seconds", "schema": { "type": "integer", "format": "int32", "minimum": 0, "maximum": 3600 } });
        }
    }
}

/// What writes, or takes words of records, needs a header that a page of another site cannot set.
fn ours(operation: &mut Value) {
    let header = json!({
        "name": "x-places", "in": "header", "required": true, "description": "1; a page of another site cannot set it",
        "schema": { "type": "string", "enum": ["1"] }, "example": "1",
    });
    match operation.get_mut("parameters").and_then(Value::as_array_mut) {
        Some(parameters) => parameters.push(header),
        None => operation["parameters"] = json!([header]),
    }
}

/// Every text, list and number has a limit, which is that of the program's own caps.
fn limit(value: &mut Value) {
    match value {
        Value::Object(object) => {
            let is = |object: &Map<String, Value>, kind: &str| match object.get("type") {
                Some(Value::String(one)) => one == kind,
                Some(Value::Array(several)) => several.iter().any(|k| k == kind),
                _ => false,
            };
            if is(object, "string") && !["enum", "const"].iter().any(|k| object.contains_key(*k)) {
                let most = if object.contains_key("pattern") { 1000 } else { 4_000_000 };
                object.entry("maxLength").or_insert(json!(most));
            }
            if is(object, "array") {
                object.entry("maxItems").or_insert(json!(200_000_000));
                if object.contains_key("prefixItems") {
                    object.entry("items").or_insert(json!({}));
                }
            }
            if is(object, "integer") {
                object.insert("format".to_owned(), json!("int64"));
                object.entry("minimum").or_insert(json!(i64::MIN));
                object.entry("maximum").or_insert(json!(i64::MAX));
            }
            object.values_mut().for_each(limit);
        }
        Value::Array(list) => list.iter_mut().for_each(limit),
        _ => {}
    }
}

pub(super) async fn json() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], openapi_json())
}
