//! `/api/v1/count` and `/api/v1/breaks`.

use std::sync::Arc;

use axum::{
    body::Body,
    extract::{Query as Params, State},
    http::{HeaderMap, Response},
};

use super::{
    AppState,
    error::Failure,
    respond::{Pairs, etag, format_of, json_answer, rows_answer, take},
};
use crate::{
    analysis::{self, Summary},
    model::{Caller, Query, QueryError},
};

/// An answer of `/api/v1/count`: rows have the dimensions asked for, then `count`, then `denominator` and `rate`.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub(super) struct CountResponse {
    /// The rows.
    pub rows: Vec<std::collections::BTreeMap<String, serde_json::Value>>,
    /// The boxes beside them.
    pub summary: Summary,
}

/// Reads a query from the parameters left after those of the resource were taken.
pub(super) fn parse(pairs: &Pairs, caller: &Caller) -> Result<Query, QueryError> {
    Query::parse(pairs.iter().map(|(n, v)| (n.as_str(), v.as_str())), caller)
}

/// Counts incidents.
#[utoipa::path(
    get, path = "/api/v1/count", tag = "counts",
    params(
        ("by" = Option<String>, Query, description = "Comma list of cell:R (7 to 11), area:LAYER, month, week, day, weekday, hour, category, source"),
        ("from" = Option<String>, Query, description = "First day, YYYY-MM-DD"),
        ("to" = Option<String>, Query, description = "First day no longer inside"),
        ("category" = Option<String>, Query, description = "Categories, comma list or repeated"),
        ("definition" = Option<String>, Query, description = "A definition of places.toml"),
        ("source" = Option<String>, Query, description = "Sources, comma list or repeated"),
        ("weekday" = Option<String>, Query, description = "mon,tue,..."),
        ("hours" = Option<String>, Query, description = "Half-open spans such as 15-18 or 22-2"),
        ("calendar" = Option<String>, Query, description = "A calendar of places.toml"),
        ("in" = Option<String>, Query, description = "LAYER:CODE"),
        ("cell" = Option<String>, Query, description = "An H3 cell"),
        ("bbox" = Option<String>, Query, description = "west,south,east,north in degrees"),
        ("zeros" = Option<bool>, Query, description = "List combinations without incidents too, where the month was received"),
        ("rate" = Option<String>, Query, description = "km2, or an indicator of the layer (per 1,000)"),
        ("harm" = Option<String>, Query, description = "A set of weights of harm, summed beside the count and never tested"),
        ("top" = Option<u32>, Query, description = "Only the rows with the largest counts"),
        ("f" = Option<String>, Query, description = "json, geojson, csv or parquet"),
    ),
    responses((status = 200, body = CountResponse), (status = 400, body = super::Problem, content_type = "application/problem+json"))
)]
pub(super) async fn count(
    State(state): State<Arc<AppState>>,
    Params(mut pairs): Params<Pairs>,
    headers: HeaderMap,
) -> Result<Response<Body>, Failure> {
    let caller = state.caller();
    let format = format_of(&mut pairs, &headers)?;
    let query = parse(&pairs, &caller)?;
    let answer = state
        .compute(move |served| {
            let answer = analysis::count(&served.snapshot, &query)?;
            let tag = etag(&served.snapshot, &caller, &format!("count|{format:?}|{}", query.canonical()));
            rows_answer(&served.snapshot, &answer.rows, &answer.summary, format, tag)
        })
        .await?;
    Ok(answer.respond(&headers))
}

/// Class limits of a map, the same for every frame of a period that plays.
#[utoipa::path(
    get, path = "/api/v1/breaks", tag = "counts",
    params(
        ("by" = String, Query, description = "cell:R or area:LAYER"),
        ("window" = Option<u32>, Query, description = "Months of each frame; 1 when left out"),
        ("rate" = Option<String>, Query, description = "km2, or an indicator of the layer"),
    ),
    responses((status = 200, body = analysis::Breaks), (status = 400, body = super::Problem, content_type = "application/problem+json"))
)]
pub(super) async fn breaks(
    State(state): State<Arc<AppState>>,
    Params(mut pairs): Params<Pairs>,
    headers: HeaderMap,
) -> Result<Response<Body>, Failure> {
    let caller = state.caller();
    let text = take(&mut pairs, "window").unwrap_or_else(|| "1".to_owned());
    let window = text.parse::<usize>().ok().filter(|w| (1..=1200).contains(w));
    let window = window.ok_or_else(|| QueryError::invalid("window", &text, "a number of months, 1 to 1200"))?;
    let query = parse(&pairs, &caller)?;
    if query.by.is_empty() {
        return Err(QueryError::invalid("by", "", "cell:R or area:LAYER").into());
    }
    let answer = state
        .compute(move |served| {
            let breaks = analysis::breaks(&served.snapshot, &query, window)?;
            json_answer(&served.snapshot, &caller, &format!("breaks|{window}|{}", query.canonical()), &breaks)
        })
        .await?;
    Ok(answer.respond(&headers))
}
