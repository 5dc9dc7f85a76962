//! `/api/v1/geocode` and `/gazetteers`: texts to places, with nothing stored and nothing of a text in any address or log.

use std::sync::Arc;

use axum::{
    body::{Body, Bytes},
    extract::State,
    http::{HeaderMap, Response, header},
    response::IntoResponse,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    AppState,
    caller::Caller,
    error::Failure,
    respond::{Tag, json},
};
use crate::{
    geocode::{CoordinateTexts, Geocoder, Input},
    workspace::AliasState,
};

/// Most records of one request.
const MAX_RECORDS: usize = 1_000;

/// What a record says about its place; fields that it does not have are left out.
#[derive(Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct GeocodeRecord {
    /// Where it happened, in words.
    pub text: String,
    /// Town, village or area.
    pub locality: String,
    /// Postcode.
    pub postcode: String,
    /// National Grid reference.
    pub gridref: String,
    /// Property number.
    pub uprn: String,
    /// Longitude, as it is written.
    pub lon: String,
    /// Latitude.
    pub lat: String,
    /// Easting.
    pub easting: String,
    /// Northing.
    pub northing: String,
}

/// Records to geocode.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct GeocodeRequest {
    /// At most 1,000.
    #[schema(max_items = 1000)]
    pub records: Vec<GeocodeRecord>,
    /// Whether each answer says in plain words how it was found.
    #[serde(default)]
    pub explain: bool,
}

/// A gazetteer.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct GazetteerEntry {
    /// Name in the workspace.
    pub name: String,
    /// Kind of file it was made from.
    pub kind: String,
    /// Edition.
    pub epoch: String,
    /// Named entries.
    pub names: u64,
    /// Postcode units.
    pub postcodes: u64,
}

/// Gazetteers of the workspace.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct GazetteersResponse {
    /// Short name of all of them together: answers with the same one were found with the same gazetteers.
    pub epoch: String,
    /// The gazetteers.
    pub gazetteers: Vec<GazetteerEntry>,
    /// Names taught in review that are in force.
    pub aliases: usize,
}

/// Reads a JSON body; whatever is wrong with it is said without repeating it.
pub(super) fn body<T: serde::de::DeserializeOwned>(bytes: &Bytes) -> Result<T, Failure> {
    serde_json::from_slice(bytes).map_err(|e| {
        let at = format!("line {}, column {}", e.line(), e.column());
        Failure::Unprocessable(format!("the body is not the JSON that is asked for ({at}); /docs describes it"))
    })
}

/// Only a page of this server or a program can set this header.
pub(super) fn needs_header(headers: &HeaderMap) -> Result<(), Failure> {
    if headers.get("x-places").is_none_or(|value| value != "1") {
        return Err(Failure::NeedsHeader);
    }
    Ok(())
}

/// Geocodes records: the fields of `places geocode` with the candidates, in the order of the records. Nothing is stored.
#[utoipa::path(
    post, path = "/api/v1/geocode", tag = "geocoding",
    request_body = GeocodeRequest,
    responses((status = 200, body = Value), (status = 400, body = super::Problem, content_type = "application/problem+json"))
)]
pub(super) async fn geocode(
    State(state): State<Arc<AppState>>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Response<Body>, Failure> {
    needs_header(&headers)?;
    let request: GeocodeRequest = body(&bytes)?;
    if request.records.len() > MAX_RECORDS {
        return Err(Failure::Unprocessable(format!("at most {MAX_RECORDS} records in one request")));
    }
    let shared = state.clone();
    let answers: Vec<Value> = state
        .compute(move |_| {
            let geocoder = shared.geocoder()?;
            Ok(request.records.iter().map(|record| answer(&geocoder, record, request.explain)).collect())
        })
        .await?;
    let json = serde_json::json!({ "answers": answers }).to_string();
    let fixed = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")];
    Ok((fixed, json).into_response())
}

fn answer(geocoder: &Geocoder, record: &GeocodeRecord, explain: bool) -> Value {
    let input = Input {
        text: &record.text,
        locality: &record.locality,
        postcode: &record.postcode,
        gridref: &record.gridref,
        uprn: &record.uprn,
        coordinates: CoordinateTexts {
            lon: &record.lon,
            lat: &record.lat,
            easting: &record.easting,
            northing: &record.northing,
        },
        class: None,
    };
    let mut value = geocoder.geocode(&input).to_json();
    if explain && let Some(object) = value.as_object_mut() {
        object.insert("explanation".to_owned(), geocoder.explain(&input).into());
    }
    value
}

/// Lists the gazetteers with their editions.
#[utoipa::path(get, path = "/api/v1/gazetteers", tag = "geocoding", responses((status = 200, body = GazetteersResponse)))]
pub(super) async fn gazetteers(
    State(state): State<Arc<AppState>>,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Response<Body>, Failure> {
    let shared = state.clone();
    state
        .compute(move |served| {
            let stored = shared.workspace().state().map_err(|e| Failure::from_workspace(&e))?;
            let gazetteers = stored.gazetteers().map_err(|e| Failure::from_workspace(&e))?;
            let aliases = stored.aliases().map_err(|e| Failure::from_workspace(&e))?;
            let response = GazetteersResponse {
                epoch: shared.geocoder()?.epoch().to_owned(),
                aliases: aliases.iter().filter(|a| a.state == AliasState::Live).count(),
                gazetteers: gazetteers
                    .into_iter()
                    .map(|g| GazetteerEntry {
                        name: g.name,
                        kind: g.kind,
                        epoch: g.epoch,
                        names: g.entries,
                        postcodes: g.postcodes,
                    })
                    .collect(),
            };
            let tag = Tag::of(&served.snapshot, &caller.key(), "1", &format!("gazetteers|{}", response.epoch));
            if tag.is_known(&headers) { Ok(tag.not_modified()) } else { json(&tag, &response) }
        })
        .await
}
