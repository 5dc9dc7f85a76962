//! What there is to ask for: `/api/v1/sources`, `/definitions`, `/coverage`, `/version`.

use std::sync::Arc;

use axum::{
    body::Body,
    extract::{Query as Params, State},
    http::{HeaderMap, Response},
};
use serde::Serialize;

use super::{
    AppState,
    count::parse,
    error::Failure,
    respond::{Pairs, etag, format_of, json_answer, rows_answer},
};
use crate::{
    export::coverage_rows,
    model::{Definition, QueryError},
    snapshot::SourceInfo,
};

/// What `/api/v1/sources` says.
#[derive(Debug, Serialize, utoipa::ToSchema)]
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

/// What `/api/v1/version` says.
#[derive(Debug, Serialize, utoipa::ToSchema)]
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

/// What `/api/v1/coverage` says.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct CoverageResponse {
    /// Source by month by district.
    pub rows: Vec<crate::snapshot::CoverageCell>,
}

/// Sources, categories, calendars and months there are.
#[utoipa::path(get, path = "/api/v1/sources", tag = "data", responses((status = 200, body = SourcesResponse)))]
pub(super) async fn sources(State(state): State<Arc<AppState>>, headers: HeaderMap) -> Result<Response<Body>, Failure> {
    let caller = state.caller();
    let answer = state
        .compute(move |served| {
            let snapshot = &served.snapshot;
            let months = snapshot.coverage.months(snapshot.table.sources());
            let response = SourcesResponse {
                sources: snapshot.sources.clone(),
                categories: snapshot.table.categories().to_vec(),
                calendars: snapshot.known.calendars.keys().cloned().collect(),
                months: months.iter().map(ToString::to_string).collect(),
                has_hours: snapshot.table.has_hours(),
            };
            json_answer(snapshot, &caller, "sources", &response)
        })
        .await?;
    Ok(answer.respond(&headers))
}

/// Offence definitions, with what the categories cannot tell apart.
#[utoipa::path(get, path = "/api/v1/definitions", tag = "data", responses((status = 200, body = std::collections::BTreeMap<String, Definition>)))]
pub(super) async fn definitions(
    State(state): State<Arc<AppState>>,
    headers: HeaderMap,
) -> Result<Response<Body>, Failure> {
    let caller = state.caller();
    let answer = state
        .compute(move |served| json_answer(&served.snapshot, &caller, "definitions", served.snapshot.definitions()))
        .await?;
    Ok(answer.respond(&headers))
}

/// Source by month by district: received or not, so that a month not received is never taken for a zero.
#[utoipa::path(
    get, path = "/api/v1/coverage", tag = "data",
    params(
        ("source" = Option<String>, Query, description = "Sources, comma list or repeated"),
        ("from" = Option<String>, Query, description = "First day, YYYY-MM-DD"),
        ("to" = Option<String>, Query, description = "First day no longer inside"),
        ("f" = Option<String>, Query, description = "json, csv or parquet"),
    ),
    responses((status = 200, body = CoverageResponse), (status = 400, body = super::Problem, content_type = "application/problem+json"))
)]
pub(super) async fn coverage(
    State(state): State<Arc<AppState>>,
    Params(mut pairs): Params<Pairs>,
    headers: HeaderMap,
) -> Result<Response<Body>, Failure> {
    let caller = state.caller();
    let format = format_of(&mut pairs, &headers)?;
    let query = parse(&pairs, &caller)?;
    let answer = state
        .compute(move |served| {
            let snapshot = &served.snapshot;
            let known = snapshot.table.sources();
            if let Some(unknown) = query.sources.iter().find(|s| !known.contains(s)) {
                return Err(QueryError::unknown("source", unknown, known).into());
            }
            let sources = if query.sources.is_empty() { known } else { &query.sources };
            let rows = coverage_rows(&snapshot.coverage.cells(sources, query.period()));
            let tag = etag(snapshot, &caller, &format!("coverage|{format:?}|{}", query.canonical()));
            rows_answer(snapshot, &rows, &serde_json::json!({ "snapshot": snapshot.id }), format, tag)
        })
        .await?;
    Ok(answer.respond(&headers))
}

/// Version of the program and state of the data.
#[utoipa::path(get, path = "/api/v1/version", tag = "data", responses((status = 200, body = VersionResponse)))]
pub(super) async fn version(State(state): State<Arc<AppState>>, headers: HeaderMap) -> Result<Response<Body>, Failure> {
    let caller = state.caller();
    let served = state.current();
    let snapshot = &served.snapshot;
    let response = VersionResponse {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        title: snapshot.title.clone(),
        snapshot: snapshot.id,
        incidents: snapshot.table.incidents(),
        places: snapshot.table.places(),
    };
    Ok(json_answer(snapshot, &caller, "version", &response)?.respond(&headers))
}
