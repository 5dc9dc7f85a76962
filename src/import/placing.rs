//! From coordinates to everything a place is assigned to, worked out once per distinct position.

use std::sync::{
    Mutex, PoisonError,
    atomic::{AtomicUsize, Ordering},
};

use hashbrown::HashMap;

use super::{
    ImportError,
    positions::{Position, PositionKey, Positions},
};
use crate::{
    area::{Found, Locator, from_wkb},
    grid::cells_of_point,
    model::{FLAG_AREA_SNAPPED, Flags, LonLat, lonlat_to_bng},
    workspace::{Incidents, PlaceRow, State, Workspace, read_layer},
};

/// Parts of what is remembered; each fits a fast cache.
const SHARD_BITS: u32 = 8;
/// Most places remembered across files; more are worked out again.
const MAX_REMEMBERED: usize = 1_500_000;

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
    shards: Vec<Mutex<HashMap<PositionKey, PlaceRow>>>,
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
            let polygons = areas.iter().map(|a| from_wkb(&a.wkb)).collect::<Result<Vec<_>, _>>();
            let polygons = polygons.map_err(|e| ImportError::Refused { path, reason: e.to_string() })?;
            layers.push(PlacingLayer {
                name,
                districts: areas.iter().map(|a| a.district_code.clone().or(a.district_name.clone())).collect(),
                codes: areas.into_iter().map(|a| a.code).collect(),
                locator: Locator::new(&polygons),
            });
        }
        Ok(Self {
            study: layers.iter().position(|l| l.name == study),
            layers,
            shards: (0..1 << SHARD_BITS).map(|_| Mutex::default()).collect(),
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
    fn work_out(&self, position: &Position) -> PlaceRow {
        let Position { point, class, radius_m, flags } = *position;
        let mut flags = flags.0;
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

    /// Places of distinct positions, which are quickest looked up where neighbors follow each other.
    fn places(&self, positions: &[Position]) -> Vec<PlaceRow> {
        let mut places = Vec::with_capacity(positions.len());
        for some in positions.chunk_by(|a, b| shard_of(a) == shard_of(b)) {
            // Held while places are worked out, so that another file does not work out the same ones.
            let mut shard = self.shards[shard_of(&some[0])].lock().unwrap_or_else(PoisonError::into_inner);
            for position in some {
                let key = position.key();
                if let Some(place) = shard.get(&key) {
                    places.push(place.clone());
                    continue;
                }
                let place = self.work_out(position);
                if self.remembered.fetch_add(1, Ordering::Relaxed) < MAX_REMEMBERED {
                    shard.insert(key, place.clone());
                }
                places.push(place);
            }
        }
        places
    }

    /// Gives the rows of a set that have a position, listed in the order they were added, their places.
    pub(super) fn place_rows(&self, incidents: &mut Incidents, rows: &[Option<Position>]) {
        let positions = Positions::of(rows);
        let places = self.with_codes(self.places(&positions.distinct), incidents);
        incidents.place_at(places, positions.rows());
    }

    /// Gives one incident of a set a place; its cells and areas are worked out by [`Placer::place_again`].
    pub(super) fn place_one(&self, incidents: &mut Incidents, i: usize, position: &Position) {
        let areas = vec![u32::MAX; incidents.layers.len()];
        let place = PlaceRow { areas, ..self.work_out(position) };
        incidents.set_place(i, place);
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
        let position = |p: &PlaceRow| Position {
            point: LonLat { lon: p.lon, lat: p.lat },
            class: p.class,
            radius_m: p.radius_m,
            flags: Flags(p.flags & !FLAG_AREA_SNAPPED),
        };
        let positions: Vec<Position> = again.places.iter().map(position).collect();
        again.places = self.with_codes(self.places(&positions), &mut again);
        again
    }

    /// Turns positions in this placer's layers into positions in the set's codes.
    fn with_codes(&self, mut places: Vec<PlaceRow>, to: &mut Incidents) -> Vec<PlaceRow> {
        for (i, layer) in self.layers.iter().enumerate() {
            let mut codes: Vec<Option<u32>> = vec![None; layer.codes.len()];
            for area in places.iter_mut().map(|p| &mut p.areas[i]).filter(|area| **area != u32::MAX) {
                let known = &mut codes[*area as usize];
                *area = *known.get_or_insert_with(|| to.area_code(i, &layer.codes[*area as usize]));
            }
        }
        places
    }
}

fn shard_of(position: &Position) -> usize {
    (position.region() >> (u64::BITS - SHARD_BITS)) as usize
}

/// Hash of a location text, which is kept in its place; 0 where there is no text.
pub(super) fn location_text_hash(text: &str) -> u64 {
    if text.is_empty() {
        return 0;
    }
    let hash = blake3::derive_key("places location_text_hash v1", text.as_bytes());
    u64::from_le_bytes(*hash.first_chunk().unwrap_or(&[0; 8])).max(1)
}
