//! `/tiles/{set}.json` (TileJSON 3.0) and `/tiles/{set}/{z}/{x}/{y}.mvt`.

use std::sync::Arc;

use axum::{
    body::Body,
    extract::{Path, Query as Params, State},
    http::{HeaderMap, Response, header},
};
use serde_json::json;

use super::{
    AppState,
    areas::bounds,
    caller::Caller,
    error::Failure,
    respond::{Pairs, Tag, json as json_answer},
    stream::Sent,
    workers::{Asker, WITHIN},
};
use crate::{
    access::LogLine,
    ask::{Exact, Watch},
    snapshot::Snapshot,
    tile::{TILES, TileAddress, TileQuestion, TileSet, resolution_for_zoom},
};

const MVT: &str = "application/vnd.mapbox-vector-tile";
/// Deepest zoom whose tiles a map should ask for; deeper it draws these larger.
const USEFUL_ZOOM: u8 = 15;

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
pub(super) async fn tile_json(
    State(state): State<Arc<AppState>>,
    caller: Caller,
    Path(file): Path<String>,
    Params(pairs): Params<Pairs>,
    headers: HeaderMap,
) -> Result<Response<Body>, Failure> {
    let name =
        file.strip_suffix(".json").ok_or_else(|| Failure::NotFound("no such resource; /docs lists all".to_owned()))?;
    let served = state.current();
    let snapshot = &served.snapshot;
    let question = TileQuestion::read(name, pairs.clone())?;
    let set = set_of(name, question.resolution, 0, snapshot)?;
    let base = state.address(&headers);
    let tag = Tag::of(snapshot, &caller.key(), TILES.method, &format!("tilejson|{base}|{}", question.canonical.text()));
    if tag.is_known(&headers) {
        return Ok(tag.not_modified());
    }
    let layer = if matches!(set, TileSet::Cells(_)) { "cells" } else { "areas" };
    let mut fields = json!({ "id": "H3 cell or area code", "count": "incidents" });
    if layer == "areas" {
        fields["name"] = json!("name of the area");
        fields["received"] = json!("false where nothing of the period was received");
    }
    if question.query.rate.is_some() {
        fields["denominator"] = json!("what the count is divided by");
        fields["rate"] = json!("rate");
    }
    let bounds = snapshot.study_layer().or(snapshot.layers.first()).map_or([-180.0, -85.0, 180.0, 85.0], bounds);
    let description = json!({
        "tilejson": "3.0.0",
        "tiles": [format!("{base}/tiles/{name}/{{z}}/{{x}}/{{y}}.mvt{}", url_of(&pairs))],
        "name": name,
        "minzoom": 0,
        "maxzoom": USEFUL_ZOOM,
        "bounds": bounds,
        "vector_layers": [{ "id": layer, "fields": fields }],
    });
    json_answer(&tag, &description)
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

impl AppState {
    /// Where this server is found: the configured address, else what the request says.
    fn address(&self, headers: &HeaderMap) -> String {
        let host = headers.get(header::HOST).and_then(|h| h.to_str().ok()).unwrap_or("localhost");
        self.public_address.clone().unwrap_or_else(|| format!("http://{host}"))
    }
}

/// A tile; empty ones are 204.
pub(super) async fn tile(
    State(state): State<Arc<AppState>>,
    caller: Caller,
    Path((name, z, x, y)): Path<(String, String, String, String)>,
    Params(pairs): Params<Pairs>,
    headers: HeaderMap,
) -> Result<Response<Body>, Failure> {
    let row = y.strip_suffix(".mvt").ok_or_else(|| Failure::NotFound("a tile's address ends in .mvt".to_owned()))?;
    let address = TileAddress::parse(&z, &x, row)?;
    let served = state.current();
    let question = TileQuestion::read(&name, pairs)?;
    let set = set_of(&name, question.resolution, address.z, &served.snapshot)?;
    let what = format!("tile|{set:?}|{}/{}/{}|{}", address.z, address.x, address.y, question.canonical.text());
    let tag = Tag::of(&served.snapshot, &caller.key(), TILES.method, &what);
    if tag.is_known(&headers) {
        return Ok(tag.not_modified());
    }
    let watch = Watch::until(WITHIN);
    let mut asker = Asker::of(&watch);
    let shared = state.clone();
    let body = state
        .workers
        .run("tiles", move || {
            // The tiles of one question are one look.
            let ground = &served.snapshot;
            let look = LogLine::look(TILES.name, &ground.identity(), &question.canonical.text()).coalesced();
            let grant = shared.access.exact(caller.who(), &look)?;
            let reader = Exact::open(ground, &grant, watch);
            Ok(served.shapes.tile(&reader, &question.query, &set, address)?)
        })
        .await?;
    asker.served();
    Ok(tag.respond(MVT, Sent::Whole(body)))
}
