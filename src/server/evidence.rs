//! `/api/v1/hotspots`, `/emerging`, `/trend`, `/scan`, `/vli`: rows with the method beside them.

use std::sync::Arc;

use axum::{
    body::Body,
    extract::{Query as Params, State},
    http::{HeaderMap, Response},
};

use super::{
    AppState,
    error::Failure,
    respond::{Pairs, etag, format_of, rows_answer},
};
use crate::{
    analysis::{
        self, AnalysisError, EmergingRequest, EmergingSummary, HotspotRequest, MapSummary, Parameters, Rows,
        ScanRequest, ScanSummary, TrendRequest, TrendSummary, VliRequest, VliSummary,
    },
    export::Format,
    model::{Caller, QueryError},
    snapshot::Snapshot,
};

/// Rows of `/api/v1/hotspots` and how the map was tested.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub(super) struct HotspotsResponse {
    /// `cell, count, local_sum, expected, ratio, p_value, q_value, hot`, or `cell, count, gi_star, p_value, q_value`.
    pub rows: Vec<std::collections::BTreeMap<String, serde_json::Value>>,
    /// The boxes and the method.
    pub summary: MapSummary,
}

/// Rows of `/api/v1/emerging`.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub(super) struct EmergingResponse {
    /// `cell, count, class, steps_hot, steps_cold, hot_now, q_value, tau, trend_p_value`.
    pub rows: Vec<std::collections::BTreeMap<String, serde_json::Value>>,
    /// The boxes and the method.
    pub summary: EmergingSummary,
}

/// Rows of `/api/v1/trend`.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub(super) struct TrendResponse {
    /// With `area`: `area_code, area_name, count, months, tau, slope_per_year, p_value, q_value, trend, signal`; else
    /// `month, count, expected, low, high, signal`.
    pub rows: Vec<std::collections::BTreeMap<String, serde_json::Value>>,
    /// The boxes and the method.
    pub summary: TrendSummary,
}

/// Rows of `/api/v1/scan`.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub(super) struct ScanResponse {
    /// One per cluster, the strongest first.
    pub rows: Vec<std::collections::BTreeMap<String, serde_json::Value>>,
    /// The boxes and the method.
    pub summary: ScanSummary,
}

/// Rows of `/api/v1/vli`.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub(super) struct VliResponse {
    /// One per area, the highest index first.
    pub rows: Vec<std::collections::BTreeMap<String, serde_json::Value>>,
    /// How it was made.
    pub summary: VliSummary,
}

/// What gives rows and summary.
type Ask<R, S> = fn(&Snapshot, &R) -> Result<(Rows, S), AnalysisError>;

/// Reads a question, answers it on the snapshot in force, and writes rows in the format asked for.
async fn answer<R: Send + 'static, S: serde::Serialize + 'static>(
    state: Arc<AppState>,
    mut pairs: Pairs,
    headers: HeaderMap,
    parse: fn(Parameters, &Caller) -> Result<R, QueryError>,
    canonical: fn(&R) -> String,
    ask: Ask<R, S>,
) -> Result<Response<Body>, Failure> {
    let caller = state.caller();
    let format: Format = format_of(&mut pairs, &headers)?;
    let request = parse(Parameters::new(pairs), &caller)?;
    let made = state
        .compute(move |served| {
            let tag = etag(&served.snapshot, &caller, &format!("{format:?}|{}", canonical(&request)));
            let (rows, summary) = ask(&served.snapshot, &request)?;
            rows_answer(&served.snapshot, &rows, &summary, format, tag)
        })
        .await?;
    Ok(made.respond(&headers))
}

/// Finds cells that are high for their exposure; filters as for counts.
#[utoipa::path(
    get, path = "/api/v1/hotspots", tag = "evidence",
    params(
        ("cell" = Option<String>, Query, description = "Resolution, 7 to 11 (8 when left out)"),
        ("test" = Option<String>, Query, description = "exact (makes the flag) or gi-star"),
        ("exposure" = Option<String>, Query, description = "residents, recorded or equal (when left out)"),
        ("hot" = Option<bool>, Query, description = "Only the cells flagged"),
        ("f" = Option<String>, Query, description = "json, geojson, csv or parquet"),
    ),
    responses((status = 200, body = HotspotsResponse), (status = 400, body = super::Problem, content_type = "application/problem+json"))
)]
pub(super) async fn hotspots(
    State(state): State<Arc<AppState>>,
    Params(pairs): Params<Pairs>,
    headers: HeaderMap,
) -> Result<Response<Body>, Failure> {
    let ask = |snapshot: &Snapshot, r: &HotspotRequest| analysis::hotspots(snapshot, r).map(|a| (a.rows, a.summary));
    answer(state, pairs, headers, HotspotRequest::parse, HotspotRequest::canonical, ask).await
}

/// Gives every cell with a pattern its class; filters as for counts.
#[utoipa::path(
    get, path = "/api/v1/emerging", tag = "evidence",
    params(
        ("cell" = Option<String>, Query, description = "Resolution, 7 to 11 (8 when left out)"),
        ("step" = Option<String>, Query, description = "month or 4weeks"),
        ("scheme" = Option<String>, Query, description = "newer, older or chainey"),
        ("test" = Option<String>, Query, description = "exact or gi-star"),
        ("exposure" = Option<String>, Query, description = "residents, recorded or equal"),
        ("reference" = Option<String>, Query, description = "step or with-previous"),
        ("all" = Option<bool>, Query, description = "List cells without a pattern too"),
        ("f" = Option<String>, Query, description = "json, geojson, csv or parquet"),
    ),
    responses((status = 200, body = EmergingResponse), (status = 400, body = super::Problem, content_type = "application/problem+json"))
)]
pub(super) async fn emerging(
    State(state): State<Arc<AppState>>,
    Params(pairs): Params<Pairs>,
    headers: HeaderMap,
) -> Result<Response<Body>, Failure> {
    let ask = |snapshot: &Snapshot, r: &EmergingRequest| analysis::emerging(snapshot, r).map(|a| (a.rows, a.summary));
    answer(state, pairs, headers, EmergingRequest::parse, EmergingRequest::canonical, ask).await
}

/// Tests areas for trends, or charts the months of a place; filters as for counts.
#[utoipa::path(
    get, path = "/api/v1/trend", tag = "evidence",
    params(
        ("area" = Option<String>, Query, description = "Layer whose areas are tested"),
        ("in" = Option<String>, Query, description = "LAYER:CODE, for the months of a place"),
        ("f" = Option<String>, Query, description = "json, geojson, csv or parquet"),
    ),
    responses((status = 200, body = TrendResponse), (status = 400, body = super::Problem, content_type = "application/problem+json"))
)]
pub(super) async fn trend(
    State(state): State<Arc<AppState>>,
    Params(pairs): Params<Pairs>,
    headers: HeaderMap,
) -> Result<Response<Body>, Failure> {
    let ask = |snapshot: &Snapshot, r: &TrendRequest| analysis::trend(snapshot, r).map(|a| (a.rows, a.summary));
    answer(state, pairs, headers, TrendRequest::parse, TrendRequest::canonical, ask).await
}

/// Scans for clusters that end now; filters as for counts.
#[utoipa::path(
    get, path = "/api/v1/scan", tag = "evidence",
    params(
        ("cell" = Option<String>, Query, description = "Resolution, 7 to 11 (8 when left out)"),
        ("months" = Option<u32>, Query, description = "Longest cluster, months"),
        ("replicates" = Option<u32>, Query, description = "Permutations, 99 to 9999"),
        ("seed" = Option<u64>, Query, description = "Seed of the permutations"),
        ("f" = Option<String>, Query, description = "json, geojson, csv or parquet"),
    ),
    responses((status = 200, body = ScanResponse), (status = 400, body = super::Problem, content_type = "application/problem+json"))
)]
pub(super) async fn scan(
    State(state): State<Arc<AppState>>,
    Params(pairs): Params<Pairs>,
    headers: HeaderMap,
) -> Result<Response<Body>, Failure> {
    let ask = |snapshot: &Snapshot, r: &ScanRequest| analysis::scan(snapshot, r).map(|a| (a.rows, a.summary));
    answer(state, pairs, headers, ScanRequest::parse, ScanRequest::canonical, ask).await
}

/// Computes the vulnerable localities index of a layer.
#[utoipa::path(
    get, path = "/api/v1/vli", tag = "evidence",
    params(
        ("layer" = String, Query, description = "Layer of the areas"),
        ("indicator" = Option<String>, Query, description = "A figure of the layer, crime:CATEGORY, crime:all or definition:NAME; with =WEIGHT"),
        ("f" = Option<String>, Query, description = "json, geojson, csv or parquet"),
    ),
    responses((status = 200, body = VliResponse), (status = 400, body = super::Problem, content_type = "application/problem+json"))
)]
pub(super) async fn vli(
    State(state): State<Arc<AppState>>,
    Params(pairs): Params<Pairs>,
    headers: HeaderMap,
) -> Result<Response<Body>, Failure> {
    let ask = |snapshot: &Snapshot, r: &VliRequest| analysis::vli(snapshot, r).map(|a| (a.rows, a.summary));
    answer(state, pairs, headers, VliRequest::parse, VliRequest::canonical, ask).await
}
