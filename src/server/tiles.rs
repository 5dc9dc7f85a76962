//! `/tiles/{set}.json` (TileJSON 3.0) and `/tiles/{set}/{z}/{x}/{y}.mvt`.

use std::sync::Arc;

use axum::{
    body::Body,
    extract::{Path, Query as Params, State},
    http::{HeaderMap, Response},
};
use serde_json::json;

use super::{
    AppState,
    areas::bounds,
    count::parse,
    error::Failure,
    respond::{Answer, Pairs, etag, json_answer},
};
use crate::{
    model::{QueryError, RESOLUTIONS},
    snapshot::Snapshot,
    tile::{TileAddress, TileSet, resolution_for_zoom},
};

const MVT: &str = "application/vnd.mapbox-vector-tile";
/// Deepest zoom whose tiles a map should ask for; deeper it draws these larger.
const USEFUL_ZOOM: u8 = 15;

/// `cell=9` in a tile's parameters is a resolution; `cell=88194e6a1dfffff` a filter.
fn resolution_of(pairs: &mut Pairs) -> Result<Option<u8>, QueryError> {
    let Some(i) = pairs.iter().position(|(n, v)| n == "cell" && v.len() <= 2) else { return Ok(None) };
    let value = pairs.remove(i).1;
    let resolution = value.parse().ok().filter(|r| RESOLUTIONS.contains(r));
    Ok(Some(resolution.ok_or_else(|| QueryError::invalid("cell", &value, "a resolution, 7 to 11"))?))
}

fn set_of(name: &str, resolution: Option<u8>, zoom: u8, snapshot: &Snapshot) -> Result<TileSet, Failure> {
    if name == "cells" {
        return Ok(TileSet::Cells(resolution.unwrap_or_else(|| resolution_for_zoom(zoom))));
    }
    let layer = name.strip_prefix("areas-").filter(|layer| snapshot.layer(layer).is_some());
    let layer = layer.ok_or_else(|| {
        let layers = snapshot.layers.iter().map(|l| format!("areas-{}", l.name));
        let sets: Vec<String> = std::iter::once("cells".to_owned()).chain(layers).collect();
        Failure::NotFound(format!("no such tile set; sets: {}", sets.join(", ")))
    })?;
    Ok(TileSet::Areas(layer.to_owned()))
}

/// Describes a set of tiles.
#[utoipa::path(
    get, path = "/tiles/{set}.json", tag = "tiles",
    params(("set" = String, Path, description = "cells or areas-LAYER; other parameters as for counts")),
    responses((status = 200, description = "TileJSON 3.0"), (status = 404, body = super::Problem, content_type = "application/problem+json"))
)]
pub(super) async fn tile_json(
    State(state): State<Arc<AppState>>,
    Path(file): Path<String>,
    Params(mut pairs): Params<Pairs>,
    headers: HeaderMap,
) -> Result<Response<Body>, Failure> {
    let caller = state.caller();
    let name =
        file.strip_suffix(".json").ok_or_else(|| Failure::NotFound("no such resource; /docs lists all".to_owned()))?;
    let served = state.current();
    let snapshot = &served.snapshot;
    let parameters = url_of(&pairs);
    let resolution = resolution_of(&mut pairs)?;
    let set = set_of(name, resolution, 0, snapshot)?;
    let query = parse(&pairs, &caller)?;
    let layer = if matches!(set, TileSet::Cells(_)) { "cells" } else { "areas" };
    let mut fields = json!({ "id": "H3 cell or area code", "count": "incidents" });
    if layer == "areas" {
        fields["name"] = json!("name of the area");
        fields["received"] = json!("false where nothing of the period was received");
    }
    if query.rate.is_some() {
        fields["denominator"] = json!("what the count is divided by");
        fields["rate"] = json!("rate");
    }
    let bounds = snapshot.study_layer().or(snapshot.layers.first()).map_or([-180.0, -85.0, 180.0, 85.0], bounds);
    let description = json!({
        "tilejson": "3.0.0",
        "tiles": [format!("/tiles/{name}/{{z}}/{{x}}/{{y}}.mvt{parameters}")],
        "name": name,
        "minzoom": 0,
        "maxzoom": USEFUL_ZOOM,
        "bounds": bounds,
        "vector_layers": [{ "id": layer, "fields": fields }],
    });
    let answer =
        json_answer(snapshot, &caller, &format!("tilejson|{name}|{resolution:?}|{}", query.canonical()), &description)?;
    Ok(answer.respond(&headers))
}

/// The parameters as they came, to be put behind every tile's address.
fn url_of(pairs: &Pairs) -> String {
    if pairs.is_empty() {
        return String::new();
    }
    let mut text = form_urlencoded::Serializer::new(String::new());
    text.extend_pairs(pairs);
    format!("?{}", text.finish())
}

/// A tile; empty ones are 204.
#[utoipa::path(
    get, path = "/tiles/{set}/{z}/{x}/{y}.mvt", tag = "tiles",
    params(
        ("set" = String, Path, description = "cells or areas-LAYER; other parameters as for counts"),
        ("z" = u8, Path), ("x" = u32, Path), ("y" = u32, Path),
        ("cell" = Option<u8>, Query, description = "Resolution of the cells; by zoom when left out"),
    ),
    responses((status = 200, content_type = "application/vnd.mapbox-vector-tile"), (status = 204), (status = 404, body = super::Problem, content_type = "application/problem+json"))
)]
pub(super) async fn tile(
    State(state): State<Arc<AppState>>,
    Path((name, z, x, y)): Path<(String, String, String, String)>,
    Params(mut pairs): Params<Pairs>,
    headers: HeaderMap,
) -> Result<Response<Body>, Failure> {
    let caller = state.caller();
    let row = y.strip_suffix(".mvt").ok_or_else(|| Failure::NotFound("a tile's address ends in .mvt".to_owned()))?;
    let address = TileAddress::parse(&z, &x, row)?;
    let resolution = resolution_of(&mut pairs)?;
    let query = parse(&pairs, &caller)?;
    let answer = state
        .compute(move |served| {
            let set = set_of(&name, resolution, address.z, &served.snapshot)?;
            let body = served.shapes.tile(&served.snapshot, &query, &set, address)?;
            let tag = etag(&served.snapshot, &caller, &format!("tile|{set:?}|{address:?}|{}", query.canonical()));
            Ok(Answer { content_type: MVT, body, etag: tag })
        })
        .await?;
    Ok(answer.respond(&headers))
}
