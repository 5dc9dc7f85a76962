//! From coordinates to everything a place is assigned to, worked out once per distinct position by the kernel of
//! `assign/` and remembered for the files after.

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
    area::from_wkb,
    assign::{Assigned, Assigner, NO_AREA, Points},
    model::{FLAG_AREA_SNAPPED, Flags, LonLat, PrecisionClass},
    workspace::{Incidents, PlaceRow, State, Workspace, read_layer},
};

/// Parts of what is remembered; each fits a fast cache.
const SHARD_BITS: u32 = 8;
/// Most places remembered across files; more are worked out again.
const MAX_REMEMBERED: usize = 1_500_000;

/// Stands for a place until it is worked out.
const NOT_WORKED_OUT: PlaceRow = PlaceRow {
    lon: f64::NAN,
    lat: f64::NAN,
    easting: f64::NAN,
    northing: f64::NAN,
    class: PrecisionClass::None,
    radius_m: f32::NAN,
    cells: [0; 5],
    areas: Vec::new(),
    flags: 0,
};

/// What the areas of a layer are called, in the order the kernel numbers them.
#[derive(Debug)]
struct LayerNames {
    name: String,
    codes: Vec<String>,
    districts: Vec<Option<String>>,
}

/// Assigns positions to cells and areas.
#[derive(Debug)]
pub struct Placer {
    assigner: Assigner,
    layers: Vec<LayerNames>,
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
        let (mut assigner, mut layers) = (Assigner::default(), Vec::new());
        for (name, path) in state.layers()? {
            let path = workspace.root().join(path);
            let areas = read_layer(&path)?;
            let polygons = areas.iter().map(|a| from_wkb(&a.wkb)).collect::<Result<Vec<_>, _>>();
            let polygons = polygons.map_err(|e| ImportError::Refused { path, reason: e.to_string() })?;
            assigner = assigner.with_layer(&polygons);
            layers.push(LayerNames {
                name,
                districts: areas.iter().map(|a| a.district_code.clone().or(a.district_name.clone())).collect(),
                codes: areas.into_iter().map(|a| a.code).collect(),
            });
        }
        Ok(Self {
            study: layers.iter().position(|l| l.name == study),
            assigner,
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
        self.study.is_none_or(|study| place.areas[study] != NO_AREA)
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

    /// Works out places; their areas are positions in this placer's layers.
    fn work_out(&self, positions: &[Position]) -> Vec<PlaceRow> {
        let (lon, lat): (Vec<f64>, Vec<f64>) = positions.iter().map(|p| (p.point.lon, p.point.lat)).unzip();
        let points = Points::new(&lon, &lat).expect("both columns are of the same positions");
        let assigned = self.assigner.assign(points);
        positions.iter().enumerate().map(|(row, position)| self.place(position, &assigned, row)).collect()
    }

    /// One row of what the kernel gave, as a place.
    fn place(&self, position: &Position, assigned: &Assigned, row: usize) -> PlaceRow {
        let Position { point, class, radius_m, flags } = *position;
        let counts = |layer: usize| self.study.is_none_or(|study| study == layer);
        let is_snapped =
            |layer: usize| assigned.areas[layer].snapped[row] && !self.lies_elsewhere(layer, assigned, row);
        let snapped = (0..assigned.areas.len()).any(|layer| counts(layer) && is_snapped(layer));
        let area = |layer: usize| {
            let column = &assigned.areas[layer];
            if column.snapped[row] && !is_snapped(layer) { NO_AREA } else { column.areas[row] }
        };
        PlaceRow {
            lon: point.lon,
            lat: point.lat,
            easting: assigned.easting[row],
            northing: assigned.northing[row],
            class,
            radius_m,
            cells: assigned.cells_of(row),
            areas: (0..assigned.areas.len()).map(area).collect(),
            flags: if snapped { flags.0 | FLAG_AREA_SNAPPED } else { flags.0 },
        }
    }

    /// Whether a point that went to the nearest area of a layer lies in an area of another layer whose district is not the
    /// same: then it lies over a border on land, and not off the coast.
    fn lies_elsewhere(&self, layer: usize, assigned: &Assigned, row: usize) -> bool {
        let district =
            |layer: usize| self.layers[layer].districts[assigned.areas[layer].areas[row] as usize].as_deref();
        let Some(nearest) = district(layer) else { return false };
        let is_code = |district: &str| district.len() == 9 && district.ends_with(|c: char| c.is_ascii_digit());
        (0..self.layers.len()).any(|other| {
            let column = &assigned.areas[other];
            let holds = other != layer && column.areas[row] != NO_AREA && !column.snapped[row];
            let own = if holds { district(other) } else { None };
            own.is_some_and(|own| own != nearest && is_code(own) == is_code(nearest))
        })
    }

    /// Places of distinct positions, which are quickest looked up where neighbors follow each other.
    fn places(&self, positions: &[Position]) -> Vec<PlaceRow> {
        let mut places = Vec::with_capacity(positions.len());
        let (mut fresh, mut fresh_at) = (Vec::new(), Vec::new());
        for some in positions.chunk_by(|a, b| shard_of(a) == shard_of(b)) {
            // Held while places are worked out, so that another file does not work out the same ones.
            let mut shard = self.shards[shard_of(&some[0])].lock().unwrap_or_else(PoisonError::into_inner);
            for position in some {
                places.push(shard.get(&position.key()).cloned().unwrap_or_else(|| {
                    fresh.push(*position);
                    fresh_at.push(places.len());
                    NOT_WORKED_OUT
                }));
            }
            for (position, (at, place)) in fresh.iter().zip(fresh_at.drain(..).zip(self.work_out(&fresh))) {
                if self.remembered.fetch_add(1, Ordering::Relaxed) < MAX_REMEMBERED {
                    shard.insert(position.key(), place.clone());
                }
                places[at] = place;
            }
            fresh.clear();
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
        let areas = vec![NO_AREA; incidents.layers.len()];
        if let Some(place) = self.work_out(std::slice::from_ref(position)).pop() {
            incidents.set_place(i, PlaceRow { areas, ..place });
        }
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
            for area in places.iter_mut().map(|p| &mut p.areas[i]).filter(|area| **area != NO_AREA) {
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
