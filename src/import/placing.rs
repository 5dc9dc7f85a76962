//! From coordinates to everything a place is assigned to, worked out once per distinct position.

use std::sync::{
    Mutex, PoisonError,
    atomic::{AtomicUsize, Ordering},
};

use hashbrown::HashMap;

use super::ImportError;
use crate::{
    area::{Found, Locator, from_wkb},
    grid::cells_of_point,
    model::{FLAG_AREA_SNAPPED, LonLat, PrecisionClass, lonlat_to_bng},
    workspace::{Incidents, PlaceRow, State, Workspace, read_layer},
};

const SHARDS: usize = 64;
/// Most places remembered across files; more are worked out again.
const MAX_REMEMBERED: usize = 1_500_000;

type PlaceKey = (u64, u64, u8, u32);

/// A layer that places are assigned to.
#[derive(Debug)]
struct PlacingLayer {
    name: String,
    codes: Vec<String>,
    districts: Vec<Option<String>>,
    locator: Locator,
}

/// Assigns positions to cells and areas.
#[derive(Debug)]
pub struct Placer {
    layers: Vec<PlacingLayer>,
    study: Option<usize>,
    shards: Vec<Mutex<HashMap<PlaceKey, PlaceRow>>>,
    remembered: AtomicUsize,
}

impl Placer {
    /// A placer for the layers of a workspace as the state lists them.
    ///
    /// # Errors
    /// [`ImportError::Workspace`] when a layer cannot be read.
    pub fn new(workspace: &Workspace, state: &State) -> Result<Self, ImportError> {
        let study = workspace.settings()?.study_area.layer;
        let mut layers = Vec::new();
        for (name, path) in state.layers()? {
            let path = workspace.root().join(path);
            let areas = read_layer(&path)?;
            let polygons = areas.iter().map(|a| from_wkb(&a.wkb)).collect::<Result<_, _>>();
            let polygons = polygons.map_err(|e| ImportError::Refused { path, reason: e.to_string() })?;
            layers.push(PlacingLayer {
                name,
                districts: areas.iter().map(|a| a.district_code.clone().or(a.district_name.clone())).collect(),
                codes: areas.into_iter().map(|a| a.code).collect(),
                locator: Locator::new(polygons),
            });
        }
        Ok(Self {
            study: layers.iter().position(|l| l.name == study),
            layers,
            shards: (0..SHARDS).map(|_| Mutex::default()).collect(),
            remembered: AtomicUsize::new(0),
        })
    }

    /// The same with another layer as study area.
    #[must_use]
    pub fn with_study_area(self, layer: &str) -> Self {
        Self { study: self.layers.iter().position(|l| l.name == layer), ..self }
    }

    /// Names of the layers, in the order of [`PlaceRow::areas`].
    #[must_use]
    pub fn layer_names(&self) -> Vec<String> {
        self.layers.iter().map(|l| l.name.clone()).collect()
    }

    /// Whether a place lies in the study area; without one every place does.
    #[must_use]
    pub fn in_study_area(&self, place: &PlaceRow) -> bool {
        self.study.is_none_or(|study| place.areas[study] != u32::MAX)
    }

    /// The layer that is the study area.
    #[must_use]
    pub fn study_layer(&self) -> Option<&str> {
        Some(self.layers[self.study?].name.as_str())
    }

    /// District of an area of the study area, by its code.
    #[must_use]
    pub fn district(&self, area: &str) -> Option<&str> {
        let layer = &self.layers[self.study?];
        let i = layer.codes.binary_search_by(|c| c.as_str().cmp(area)).ok()?;
        layer.districts[i].as_deref()
    }

    /// Works out a place; its areas are positions in this placer's layers.
    fn work_out(&self, point: LonLat, class: PrecisionClass, radius_m: f32) -> PlaceRow {
        let mut flags = 0;
        let areas = self
            .layers
            .iter()
            .enumerate()
            .map(|(i, layer)| match layer.locator.locate(point.lon, point.lat) {
                Found::Inside(area) => area,
                Found::Near(area) => {
                    if self.study.is_none_or(|study| study == i) {
                        flags |= FLAG_AREA_SNAPPED;
                    }
                    area
                }
                Found::Nowhere => u32::MAX,
            })
            .collect();
        let grid = lonlat_to_bng(point).ok();
        PlaceRow {
            lon: point.lon,
            lat: point.lat,
            easting: grid.map_or(f64::NAN, |g| g.easting),
            northing: grid.map_or(f64::NAN, |g| g.northing),
            class,
            radius_m,
            cells: cells_of_point(point),
            areas,
            flags,
        }
    }

    fn remember(&self, point: LonLat, class: PrecisionClass, radius_m: f32) -> PlaceRow {
        let key = key_of(point, class, radius_m);
        let shard = (key.0 ^ key.1.rotate_left(17)).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 58;
        let shard = &self.shards[shard as usize % SHARDS];
        if let Some(place) = shard.lock().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return place.clone();
        }
        let place = self.work_out(point, class, radius_m);
        if self.remembered.fetch_add(1, Ordering::Relaxed) < MAX_REMEMBERED {
            let mut shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
            shard.insert(key, place.clone());
        }
        place
    }

    /// Gives every place of a set its cells and areas anew, as after a change of layers.
    #[must_use]
    pub fn place_again(&self, incidents: &Incidents) -> Incidents {
        let names: Vec<&str> = incidents.attribute_names.iter().map(String::as_str).collect();
        let mut again = Incidents::new(&self.layer_names(), &names);
        let mut places = std::collections::HashMap::new();
        for i in 0..incidents.len() {
            again.push_from(incidents, i, &mut places);
        }
        for i in 0..again.places.len() {
            let old = &again.places[i];
            let point = LonLat { lon: old.lon, lat: old.lat };
            let place = self.remember(point, old.class, old.radius_m);
            again.places[i] = self.with_codes(place, &mut again);
        }
        again
    }

    /// Turns positions in this placer's layers into positions in the set's codes.
    fn with_codes(&self, mut place: PlaceRow, to: &mut Incidents) -> PlaceRow {
        for (i, area) in place.areas.iter_mut().enumerate() {
            if *area != u32::MAX {
                *area = to.area_code(i, &self.layers[i].codes[*area as usize]);
            }
        }
        place
    }
}

fn key_of(point: LonLat, class: PrecisionClass, radius_m: f32) -> PlaceKey {
    (point.lon.to_bits(), point.lat.to_bits(), class.code(), radius_m.to_bits())
}

/// The distinct places of one set under construction.
#[derive(Debug, Default)]
pub(super) struct Places {
    known: HashMap<PlaceKey, u32>,
}

impl Places {
    /// Position in the set of a place, which is added when new.
    pub(super) fn position(
        &mut self,
        placer: &Placer,
        to: &mut Incidents,
        point: LonLat,
        class: PrecisionClass,
        radius_m: f32,
    ) -> u32 {
        let key = key_of(point, class, radius_m);
        if let Some(&known) = self.known.get(&key) {
            return known;
        }
        let place = placer.remember(point, class, radius_m);
        let place = placer.with_codes(place, to);
        let position = to.push_place(place);
        self.known.insert(key, position);
        position
    }
}

/// Hash of a location text, which is kept in its place; 0 where there is no text.
pub(super) fn location_text_hash(text: &str) -> u64 {
    if text.is_empty() {
        return 0;
    }
    let hash = blake3::derive_key("places location_text_hash v1", text.as_bytes());
    u64::from_le_bytes(*hash.first_chunk().unwrap_or(&[0; 8])).max(1)
}
