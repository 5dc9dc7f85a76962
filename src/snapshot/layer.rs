//! A layer as it is loaded: areas with their polygons and figures.

use std::{collections::BTreeMap, sync::OnceLock};

use geo::MultiPolygon;

/// An area of a loaded layer.
#[derive(Debug, Clone, PartialEq)]
pub struct LayerArea {
    /// Code.
    pub code: String,
    /// Name shown to people.
    pub name: String,
    /// Code of its district, or the district's name where there is no code; empty where neither is known.
    pub district: String,
    /// Name of its district, or empty.
    pub district_name: String,
    /// True area.
    pub area_km2: f64,
    /// Polygons, WGS 84 degrees.
    pub polygons: MultiPolygon,
}

/// A loaded layer, areas ascending by code.
#[derive(Debug, Clone)]
pub struct LoadedLayer {
    /// Name.
    pub name: String,
    /// Checksum of its file.
    pub digest: String,
    /// Areas.
    pub areas: Vec<LayerArea>,
    /// Values by indicator and position of the area; NaN where there is none.
    pub indicators: BTreeMap<String, Vec<f64>>,
    /// Whether each area has ground in the study area; worked out when first asked for.
    pub(super) in_study_area: OnceLock<Vec<bool>>,
}
