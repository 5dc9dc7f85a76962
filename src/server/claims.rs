//! `/api/v1/compare`, `/briefing`, `/claims` and profiles: the same bytes as the command line prints with `--format json`.

use std::sync::Arc;

use axum::{
    body::Body,
    extract::{Path, Query as Params, State},
    http::{HeaderMap, Response, StatusCode, header},
    response::IntoResponse,
};
use serde::Serialize;

use super::{
    AppState,
    error::Failure,
    respond::{Answer, Pairs, etag, json_answer},
};
use crate::{
    analysis::{self, AnalysisError, Briefing, Claim, METHOD_VERSION, Parameters, Profile, ProfileRequest},
    claims::{Asked, ClaimError, Kind, find, make, replay, store},
    model::QueryError,
};

impl From<ClaimError> for Failure {
    fn from(error: ClaimError) -> Self {
        match error {
            ClaimError::Analysis(error) => error.into(),
            ClaimError::NotFound { .. } => Self::NotFound("no such claim; /api/v1/claims lists them".to_owned()),
            ClaimError::TooLong { .. } => Self::Unprocessable(error.to_string()),
            ClaimError::Workspace(crate::workspace::WorkspaceError::Locked { .. }) => Self::Unprocessable(
                "the workspace is being changed by another process: nothing was stored; try again in a moment"
                    .to_owned(),
            ),
            other => {
                tracing::error!("a claim failed: {other}");
                Self::Internal
            }
        }
    }
}

/// A stored claim in the list.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct ClaimEntry {
    /// Identity.
    pub id: String,
    /// `compare` or `briefing`.
    pub kind: String,
    /// First day not looked at.
    pub data_cutoff: String,
    /// Place, or nothing.
    pub place_name: String,
    /// Verdict or headline.
    pub says: String,
}

/// Reads a question of the API: the names and values, less the format, which is always JSON.
fn asked(mut pairs: Pairs) -> Result<Asked, QueryError> {
    if let Some(format) = super::respond::take(&mut pairs, "f")
        && format != "json"
    {
        return Err(QueryError::unknown("f", &format, ["json"]));
    }
    Ok(Asked::new(pairs))
}

async fn made(state: Arc<AppState>, kind: Kind, pairs: Pairs, headers: HeaderMap) -> Result<Response<Body>, Failure> {
    let caller = state.caller();
    let asked = asked(pairs)?;
    let answer = state
        .compute(move |served| {
            let found = make(&served.snapshot, kind, &asked, None, &caller)?;
            let etag = etag(&served.snapshot, &caller, &format!("{}|{}", kind.name(), found.id));
            Ok(Answer { content_type: "application/json", body: found.json.into_bytes(), etag })
        })
        .await?;
    Ok(answer.respond(&headers))
}

/// Compares two periods of a place; nothing is stored. Filters on time and kind as for counts.
#[utoipa::path(
    get, path = "/api/v1/compare", tag = "evidence",
    params(
        ("place" = String, Query, description = "LAYER:CODE or cell:CELL"),
        ("before" = String, Query, description = "A..B half-open, or 2024, 2024-Q1, 2024-03"),
        ("after" = String, Query, description = "C..D half-open, or 2025, 2025-Q1, 2025-03"),
        ("comparison" = Option<String>, Query, description = "Areas, comma list; none; three similar ones when left out"),
        ("ring" = Option<u32>, Query, description = "Rings of cells round the place (2 when left out)"),
        ("ring_cell" = Option<u32>, Query, description = "Resolution of the ring's cells"),
        ("picked" = Option<String>, Query, description = "peak, otherwise or auto"),
        ("permutations" = Option<u32>, Query, description = "Placebo permutations"),
        ("seed" = Option<u64>, Query, description = "Their seed"),
    ),
    responses((status = 200, body = Claim), (status = 400, body = super::Problem, content_type = "application/problem+json"))
)]
pub(super) async fn compare(
    State(state): State<Arc<AppState>>,
    Params(pairs): Params<Pairs>,
    headers: HeaderMap,
) -> Result<Response<Body>, Failure> {
    made(state, Kind::Compare, pairs, headers).await
}

/// Says what changed since a date; nothing is stored. Filters on time of day and kind as for counts.
#[utoipa::path(
    get, path = "/api/v1/briefing", tag = "evidence",
    params(
        ("as_of" = Option<String>, Query, description = "First day not looked at; the end of the data when left out"),
        ("since" = Option<String>, Query, description = "First day looked at; a month before when left out"),
        ("layer" = Option<String>, Query, description = "Layer of the areas; the study area when left out"),
        ("seed" = Option<u64>, Query, description = "Seed of the scan"),
    ),
    responses((status = 200, body = Briefing), (status = 400, body = super::Problem, content_type = "application/problem+json"))
)]
pub(super) async fn briefing(
    State(state): State<Arc<AppState>>,
    Params(pairs): Params<Pairs>,
    headers: HeaderMap,
) -> Result<Response<Body>, Failure> {
    made(state, Kind::Briefing, pairs, headers).await
}

/// Stores the claim that `/api/v1/compare` gives for the same parameters; storing it again changes nothing.
#[utoipa::path(
    post, path = "/api/v1/claims", tag = "evidence",
    responses((status = 201, body = Claim), (status = 400, body = super::Problem, content_type = "application/problem+json"))
)]
pub(super) async fn keep(
    State(state): State<Arc<AppState>>,
    Params(pairs): Params<Pairs>,
    headers: HeaderMap,
) -> Result<Response<Body>, Failure> {
    // A page of another site cannot set this header without being asked first, and it is never allowed to.
    if headers.get("x-places").is_none() {
        return Err(Failure::NotAllowedHere("storing needs the header x-places: 1"));
    }
    let caller = state.caller();
    let asked = asked(pairs)?;
    let workspace = state.workspace().clone();
    let found = state
        .compute(move |served| {
            let found = make(&served.snapshot, Kind::Compare, &asked, None, &caller)?;
            store(&workspace, Kind::Compare, &found)?;
            Ok(found)
        })
        .await?;
    let fixed = [
        (header::CONTENT_TYPE, "application/json".to_owned()),
        (header::CACHE_CONTROL, "no-store".to_owned()),
        (header::LOCATION, format!("/api/v1/claims/{}", found.id)),
    ];
    Ok((StatusCode::CREATED, fixed, found.json).into_response())
}

/// Lists stored claims and briefings.
#[utoipa::path(get, path = "/api/v1/claims", tag = "evidence", responses((status = 200, body = Vec<ClaimEntry>)))]
pub(super) async fn list(State(state): State<Arc<AppState>>, headers: HeaderMap) -> Result<Response<Body>, Failure> {
    let caller = state.caller();
    let workspace = state.workspace().clone();
    let answer = state
        .compute(move |served| {
            let stored = workspace.claims().map_err(ClaimError::from)?;
            let text = |value: &serde_json::Value, name: &str| value[name].as_str().unwrap_or_default().to_owned();
            let entries: Vec<ClaimEntry> = stored
                .into_iter()
                .map(|c| {
                    let value: serde_json::Value = serde_json::from_str(&c.result).unwrap_or_default();
                    let says = if c.kind == "briefing" { "headline" } else { "verdict" };
                    ClaimEntry {
                        says: text(&value, says),
                        place_name: text(&value, "place_name"),
                        id: c.id,
                        kind: c.kind,
                        data_cutoff: c.cutoff,
                    }
                })
                .collect();
            let known: Vec<&str> = entries.iter().map(|e| e.id.as_str()).collect();
            json_answer(&served.snapshot, &caller, &format!("claims|{}", known.join(",")), &entries)
        })
        .await?;
    Ok(answer.respond(&headers))
}

/// A stored claim as it was made, byte for byte; `replay=true` makes it again and says in `x-places-replay` whether it is the same.
#[utoipa::path(
    get, path = "/api/v1/claims/{id}", tag = "evidence",
    params(("id" = String, Path, description = "Identity"), ("replay" = Option<bool>, Query, description = "Make it again")),
    responses((status = 200, body = Claim), (status = 404, body = super::Problem, content_type = "application/problem+json"))
)]
pub(super) async fn show(
    State(state): State<Arc<AppState>>,
    Path(id): Path<String>,
    Params(mut pairs): Params<Pairs>,
    headers: HeaderMap,
) -> Result<Response<Body>, Failure> {
    let caller = state.caller();
    let workspace = state.workspace().clone();
    let again = super::respond::take(&mut pairs, "replay").is_some_and(|v| v != "false");
    if let Some((name, _)) = pairs.first() {
        return Err(QueryError::parameter(name, &["replay"]).into());
    }
    let (answer, outcome) = state
        .compute(move |served| {
            let (body, outcome) = if again {
                let found = replay(&workspace, &served.snapshot, &id, &caller)?;
                (found.now.json, if found.same { "same" } else { "different" })
            } else {
                (find(&workspace, &id)?.result, "stored")
            };
            let etag = etag(&served.snapshot, &caller, &format!("claim|{}", blake3::hash(body.as_bytes()).to_hex()));
            Ok((Answer { content_type: "application/json", body: body.into_bytes(), etag }, outcome))
        })
        .await?;
    let mut response = answer.respond(&headers);
    response.headers_mut().insert("x-places-replay", axum::http::HeaderValue::from_static(outcome));
    Ok(response)
}

/// One place: mix, trend with its expected band, week, rates with intervals, rank. Filters and period as for counts.
#[utoipa::path(
    get, path = "/api/v1/areas/{layer}/{code}/profile", tag = "places",
    params(
        ("layer" = String, Path, description = "Name of a layer, or cell"),
        ("code" = String, Path, description = "Code of an area, or an H3 cell"),
    ),
    responses((status = 200, body = Profile), (status = 400, body = super::Problem, content_type = "application/problem+json"))
)]
pub(super) async fn profile(
    State(state): State<Arc<AppState>>,
    Path((layer, code)): Path<(String, String)>,
    Params(mut pairs): Params<Pairs>,
    headers: HeaderMap,
) -> Result<Response<Body>, Failure> {
    let caller = state.caller();
    pairs.push(("place".to_owned(), format!("{layer}:{code}")));
    let request = ProfileRequest::parse(Parameters::new(pairs), &caller)?;
    let answer = state
        .compute(move |served| {
            let found = match analysis::profile(&served.snapshot, &request) {
                // The place is part of the path.
                Err(AnalysisError::Query(QueryError::Unknown { name, .. })) if name == "place" => {
                    return Err(Failure::NotFound("no such area; /api/v1/areas lists layers".to_owned()));
                }
                other => other?,
            };
            json_answer(&served.snapshot, &caller, &request.canonical(), &found)
        })
        .await?;
    Ok(answer.respond(&headers))
}

/// A method and where it is described.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct MethodEntry {
    /// What it is used for.
    pub name: &'static str,
    /// How it works, in a sentence.
    pub method: &'static str,
    /// Source.
    pub reference: &'static str,
}

/// What `/api/v1/methods` says.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct MethodsResponse {
    /// Version of all of them.
    pub method_version: &'static str,
    /// The methods.
    pub methods: Vec<MethodEntry>,
}

const METHODS: [(&str, &str, &str); 9] = [
    (
        "hotspots",
        "each cell with its neighbors against its share of the exposure, binomial or negative binomial tail, false discovery rate 5 % over all cells",
        "Besag & Newell 1991; Benjamini & Hochberg 1995; Rosner 1983",
    ),
    ("hotspots, gi-star", "Getis-Ord Gi*, for exploration; never called a hot spot", "Ord & Getis 1995"),
    (
        "emerging",
        "the local test at every step, one false discovery rate over cells and steps, Mann-Kendall on the scores; 17 classes or Chainey's five",
        "Esri; Chainey 2020; Mann 1945; Kendall 1975",
    ),
    (
        "trend",
        "Mann-Kendall, seasonal from two years on, Sen's slope; control chart with exact limits",
        "Hirsch, Slack & Smith 1982; Sen 1968; Provost & Murray 2011",
    ),
    (
        "scan",
        "prospective space-time permutation scan with a Gumbel tail",
        "Kulldorff et al. 2005; Abrams, Kulldorff & Kleinman 2010",
    ),
    (
        "compare",
        "exact and mid-P rate ratio, widened by the dispersion of monthly counts; same season, ratio of ratios with placebo permutation, displacement ring, empirical Bayes at a peak",
        "Clopper & Pearson 1934; Wheeler & Ratcliffe 2018; Bowers & Johnson 2003; Marshall 1991",
    ),
    (
        "briefing",
        "every area against its own past at the same dates and the change of all others, false discovery rate 5 %",
        "Benjamini & Hochberg 1995; Devlin & Roeder 1999",
    ),
    (
        "profile",
        "rates with exact intervals below 10 incidents and Byar's from there on; ranks that the interval allows",
        "Breslow & Day 1987",
    ),
    ("vli", "100 x mean of each indicator over its mean of all areas", "Chainey 2008"),
];

/// Lists the methods behind every answer.
#[utoipa::path(get, path = "/api/v1/methods", tag = "evidence", responses((status = 200, body = MethodsResponse)))]
pub(super) async fn methods(State(state): State<Arc<AppState>>, headers: HeaderMap) -> Result<Response<Body>, Failure> {
    let caller = state.caller();
    let methods = METHODS.map(|(name, method, reference)| MethodEntry { name, method, reference }).into();
    let response = MethodsResponse { method_version: METHOD_VERSION, methods };
    let answer = state.compute(move |served| json_answer(&served.snapshot, &caller, "methods", &response)).await?;
    Ok(answer.respond(&headers))
}
