//! What there is to ask for: `/api/v1/sources`, `/definitions`, `/methods`, `/version`.

use std::sync::Arc;

use axum::{
    body::Body,
    extract::State,
    http::{HeaderMap, Response},
};
use serde::Serialize;

use super::{
    AppState,
    caller::Caller,
    error::Failure,
    respond::{Tag, json},
};
use crate::{
    analysis::QUESTIONS,
    ask::Declaration,
    model::Definition,
    snapshot::{Snapshot, SourceInfo},
};

/// What `/api/v1/sources` says.
#[derive(Debug, Serialize, schemars::JsonSchema)]
pub(super) struct SourcesResponse {
    /// Sources with incidents.
    pub sources: Vec<SourceInfo>,
    /// Every category on an incident.
    pub categories: Vec<String>,
    /// Named sets of days.
    pub calendars: Vec<String>,
    /// Months of which anything has been received, ascending.
    pub months: Vec<String>,
    /// Whether any incident has a known hour.
    pub has_hours: bool,
}

/// What `/api/v1/definitions` says.
pub(super) type DefinitionsResponse = std::collections::BTreeMap<String, Definition>;

/// What `/api/v1/version` says.
#[derive(Debug, Serialize, schemars::JsonSchema)]
pub(super) struct VersionResponse {
    /// Version of the program.
    pub version: String,
    /// What the partnership is called.
    pub title: String,
    /// State of the data.
    pub snapshot: u64,
    /// Incidents stored.
    pub incidents: usize,
    /// Distinct places.
    pub places: usize,
}

/// A method and where it is described.
#[derive(Debug, Serialize, schemars::JsonSchema)]
pub(super) struct MethodEntry {
    /// The question.
    pub name: &'static str,
    /// Version of its method.
    pub version: &'static str,
    /// How it works, in a sentence.
    pub method: &'static str,
    /// Source.
    pub reference: &'static str,
}

/// What `/api/v1/methods` says.
#[derive(Debug, Serialize, schemars::JsonSchema)]
pub(super) struct MethodsResponse {
    /// The methods, a version each.
    pub methods: Vec<MethodEntry>,
}

/// Answers with a value made of the snapshot in force, or 304.
async fn give<T: Serialize + 'static>(
    state: Arc<AppState>,
    caller: Caller,
    headers: HeaderMap,
    name: &'static str,
    make: fn(&Snapshot) -> T,
) -> Result<Response<Body>, Failure> {
    state
        .compute(move |served| {
            let tag = Tag::of(&served.snapshot, &caller.key(), "1", name);
            if tag.is_known(&headers) { Ok(tag.not_modified()) } else { json(&tag, &make(&served.snapshot)) }
        })
        .await
}

/// Sources, categories, calendars and months there are.
pub(super) async fn sources(
    State(state): State<Arc<AppState>>,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Response<Body>, Failure> {
    let make = |ground: &Snapshot| SourcesResponse {
        sources: ground.sources.clone(),
        categories: ground.categories().to_vec(),
        calendars: ground.known.calendars.keys().cloned().collect(),
        months: ground.coverage.months(ground.source_names()).iter().map(ToString::to_string).collect(),
        has_hours: ground.size().has_hours,
    };
    give(state, caller, headers, "sources", make).await
}

/// Offence definitions, with what the categories cannot tell apart.
pub(super) async fn definitions(
    State(state): State<Arc<AppState>>,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Response<Body>, Failure> {
    give(state, caller, headers, "definitions", |ground| -> DefinitionsResponse { ground.definitions().clone() }).await
}

/// Methods behind every answer.
pub(super) async fn methods(
    State(state): State<Arc<AppState>>,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Response<Body>, Failure> {
    let make = |_: &Snapshot| {
        let known = QUESTIONS.iter().map(|e| e.declaration).filter(|d| !d.how.is_empty());
        let entry =
            |d: &Declaration| MethodEntry { name: d.name, version: d.method, method: d.how, reference: d.references };
        MethodsResponse { methods: known.map(entry).collect() }
    };
    give(state, caller, headers, "methods", make).await
}

/// Version of the program and state of the data.
pub(super) async fn version(
    State(state): State<Arc<AppState>>,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Response<Body>, Failure> {
    let make = |ground: &Snapshot| VersionResponse {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        title: ground.title.clone(),
        snapshot: ground.id,
        incidents: ground.size().incidents,
        places: ground.size().places,
    };
    give(state, caller, headers, "version", make).await
}
