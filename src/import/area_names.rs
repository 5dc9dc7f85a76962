//! Names of small areas as places: "Norwich 012A" in a record's locality.

use geo::InteriorPoint;

use super::ImportError;
use crate::{
    area::{from_wkb, readable_name},
    geocode::{EntryKind, Index, NewEntry, WeightedPoint, build_index},
    model::LonLat,
    workspace::{State, Workspace, read_layer},
};

/// The letters that lower layer areas of one middle layer area have.
const LETTERS: std::ops::RangeInclusive<char> = 'A'..='L';

/// Names by which an area of the study area is known: its own, those of the lower layer areas in it, and last its official one.
pub(super) fn names_of_unit(name: String, official: String) -> Vec<String> {
    let mut names = vec![name];
    if readable_name(&official).is_some() && official.ends_with(|c: char| c.is_ascii_digit()) {
        names.extend(LETTERS.map(|letter| format!("{official}{letter}")));
    }
    if !official.is_empty() && names.last() != Some(&official) {
        names.push(official);
    }
    names
}

/// The areas with official names of layers that are not the study area, as localities; nothing where there are none.
pub(super) fn named_areas(
    workspace: &Workspace,
    state: &State,
    study: Option<&str>,
) -> Result<Option<Index>, ImportError> {
    let mut entries = Vec::new();
    let mut epoch = blake3::Hasher::new();
    for (layer, path) in state.layers()?.into_iter().filter(|(name, _)| Some(name.as_str()) != study) {
        let path = workspace.root().join(path);
        for area in read_layer(&path)?.into_iter().filter(|a| readable_name(&a.official_name).is_some()) {
            let refused = |e: crate::area::WkbError| ImportError::Refused { path: path.clone(), reason: e.to_string() };
            let polygons = from_wkb(&area.wkb).map_err(refused)?;
            let Some(point) = polygons.interior_point() else { continue };
            epoch.update(&area.wkb);
            entries.push(NewEntry {
                kind: EntryKind::Locality,
                name: area.official_name,
                also: Vec::new(),
                locality: String::new(),
                id: format!("{layer}:{}", area.code),
                points: vec![WeightedPoint { point: LonLat { lon: point.x(), lat: point.y() }, weight: 1 }],
                radius_m: (1_000.0 * (area.area_km2 / std::f64::consts::PI).sqrt()) as f32,
            });
        }
    }
    if entries.is_empty() {
        return Ok(None);
    }
    let bytes = build_index("areas", &epoch.finalize().to_hex()[..12], &entries, Vec::new());
    Index::open(&bytes).map(Some).map_err(|e| ImportError::Refused { path: "areas".into(), reason: e.to_string() })
}
