//! `/api/v1/areas` and `/api/v1/areas/{layer}`.

use std::sync::Arc;

use axum::{
    body::Body,
    extract::{Path, State},
    http::{HeaderMap, Response},
};
use serde::Serialize;

use super::{
    AppState,
    caller::Caller,
    error::Failure,
    respond::{Tag, json},
};
use crate::{model::is_relative_figure, snapshot::LoadedLayer};

/// A layer.
#[derive(Debug, Serialize, schemars::JsonSchema)]
pub(super) struct LayerInfo {
    /// Name in queries.
    pub layer: String,
    /// Number of areas.
    pub areas: usize,
    /// Whether it is the study area.
    pub study_area: bool,
    /// Indicators.
    pub indicators: Vec<String>,
    /// Indicators that a count can be divided by.
    pub denominators: Vec<String>,
    /// West, south, east, north in degrees.
    pub bounds: [f64; 4],
}

/// An area.
#[derive(Debug, Serialize, schemars::JsonSchema)]
pub(super) struct AreaInfo {
    /// Code.
    pub code: String,
    /// Name.
    pub name: String,
    /// District, or empty.
    pub district: String,
    /// True area.
    pub area_km2: f64,
    /// Somewhere in it: the middle of its bounds, longitude and latitude.
    pub center: [f64; 2],
}

/// Layers.
pub(super) async fn layers(
    State(state): State<Arc<AppState>>,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Response<Body>, Failure> {
    state
        .compute(move |served| {
            let snapshot = &served.snapshot;
            let tag = Tag::of(snapshot, &caller.key(), "1", "areas");
            if tag.is_known(&headers) {
                return Ok(tag.not_modified());
            }
            let info = |layer: &LoadedLayer| LayerInfo {
                layer: layer.name.clone(),
                areas: layer.areas.len(),
                study_area: snapshot.study_area.as_ref() == Some(&layer.name),
                indicators: layer.indicators.keys().cloned().collect(),
                denominators: layer.indicators.keys().filter(|n| !is_relative_figure(n)).cloned().collect(),
                bounds: bounds(layer),
            };
            json(&tag, &snapshot.layers.iter().map(info).collect::<Vec<_>>())
        })
        .await
}

/// Areas of a layer.
pub(super) async fn layer(
    State(state): State<Arc<AppState>>,
    caller: Caller,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Result<Response<Body>, Failure> {
    state
        .compute(move |served| {
            let snapshot = &served.snapshot;
            let tag = Tag::of(snapshot, &caller.key(), "1", &format!("areas|{name}"));
            let missing = || {
                let known: Vec<&str> = snapshot.layers.iter().map(|l| l.name.as_str()).collect();
                Failure::NotFound(format!("no such layer; layers: {}", known.join(", ")))
            };
            let layer = snapshot.layer(&name).ok_or_else(missing)?;
            let infos: Vec<AreaInfo> = layer
                .areas
                .iter()
                .map(|area| {
                    let [west, south, east, north] = bounds_of([&area.polygons]);
                    AreaInfo {
                        code: area.code.clone(),
                        name: area.name.clone(),
                        district: area.district_name.clone(),
                        area_km2: area.area_km2,
                        center: [f64::midpoint(west, east), f64::midpoint(south, north)],
                    }
                })
                .collect();
            if tag.is_known(&headers) { Ok(tag.not_modified()) } else { json(&tag, &infos) }
        })
        .await
}

/// West, south, east, north of a layer.
pub(super) fn bounds(layer: &LoadedLayer) -> [f64; 4] {
    bounds_of(layer.areas.iter().map(|a| &a.polygons))
}

fn bounds_of<'a>(polygons: impl IntoIterator<Item = &'a geo::MultiPolygon>) -> [f64; 4] {
    let rects = polygons.into_iter().filter_map(geo::BoundingRect::bounding_rect);
    let all = rects.reduce(|a, b| {
        geo::Rect::new(
            geo::coord! { x: a.min().x.min(b.min().x), y: a.min().y.min(b.min().y) },
            geo::coord! { x: a.max().x.max(b.max().x), y: a.max().y.max(b.max().y) },
        )
    });
    all.map_or([-8.7, 49.8, 1.8, 60.9], |r| [r.min().x, r.min().y, r.max().x, r.max().y])
}
