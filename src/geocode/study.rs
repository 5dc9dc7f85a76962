//! Where a partnership works: its areas with their names and districts, and distances on the ground.

use geo::{BoundingRect, MultiPolygon};

use crate::{
    area::{AreaMatch, Locator},
    model::LonLat,
};

/// Degrees round the study area's rectangle within which names count as near.
const NEAR_DEGREES: [f64; 2] = [0.35, 0.22];
const DEGREE_M: f64 = 111_320.0;

/// An area of the layer that is the study area.
#[derive(Debug, Clone)]
pub struct StudyUnit {
    /// Code.
    pub code: String,
    /// Names people know it by; the official one as well.
    pub names: Vec<String>,
    /// Its district's name, or empty.
    pub district: String,
    /// Its polygons, WGS 84 degrees.
    pub polygons: MultiPolygon,
    /// True area.
    pub area_km2: f64,
}

/// The study area; empty where a workspace has none, and then everything lies inside.
#[derive(Debug)]
pub struct Study {
    pub(super) units: Vec<StudyUnit>,
    locator: Option<Locator>,
    /// West, south, east, north of all areas.
    bounds: [f64; 4],
}

impl Study {
    /// A study area of some areas.
    #[must_use]
    pub fn new(units: Vec<StudyUnit>) -> Self {
        let mut bounds = [f64::MAX, f64::MAX, f64::MIN, f64::MIN];
        for rect in units.iter().filter_map(|u| u.polygons.bounding_rect()) {
            bounds[0] = bounds[0].min(rect.min().x);
            bounds[1] = bounds[1].min(rect.min().y);
            bounds[2] = bounds[2].max(rect.max().x);
            bounds[3] = bounds[3].max(rect.max().y);
        }
        let polygons: Vec<MultiPolygon> = units.iter().map(|u| u.polygons.clone()).collect();
        let locator = (!units.is_empty()).then(|| Locator::new(&polygons));
        Self { units, locator, bounds }
    }

    /// Position of the area of a point; of points in none the nearest within 250 m.
    #[must_use]
    pub fn area_of(&self, point: LonLat) -> Option<u32> {
        match self.locator.as_ref()?.locate(point.lon, point.lat) {
            AreaMatch::Inside(area) | AreaMatch::Near(area) => Some(area),
            AreaMatch::Nowhere => None,
        }
    }

    /// Whether a point lies in the study area.
    #[must_use]
    pub fn holds(&self, point: LonLat) -> bool {
        self.holds_area(self.area_of(point))
    }

    /// The same of a point whose area is known.
    pub(super) fn holds_area(&self, area: Option<u32>) -> bool {
        self.locator.is_none() || area.is_some()
    }

    /// Whether a point lies in the study area's rectangle or some 25 km round it.
    #[must_use]
    pub fn is_near(&self, point: LonLat) -> bool {
        let [west, south, east, north] = self.bounds;
        let [x, y] = NEAR_DEGREES;
        self.locator.is_none()
            || ((west - x..=east + x).contains(&point.lon) && (south - y..=north + y).contains(&point.lat))
    }

    /// Code of an area.
    #[must_use]
    pub fn code(&self, area: u32) -> &str {
        self.units.get(area as usize).map_or("", |u| u.code.as_str())
    }

    /// Names of the districts, each once.
    #[must_use]
    pub fn districts(&self) -> Vec<&str> {
        let names: std::collections::BTreeSet<&str> = self.units.iter().map(|u| u.district.as_str()).collect();
        names.into_iter().filter(|n| !n.is_empty()).collect()
    }

    /// Official name of an area, or the one people know it by.
    #[must_use]
    pub fn name(&self, area: u32) -> &str {
        self.units.get(area as usize).and_then(|u| u.names.last()).map_or("", String::as_str)
    }

    /// District of the area of a point, or empty.
    #[must_use]
    pub fn district_of(&self, point: LonLat) -> &str {
        self.area_of(point).map_or("", |area| self.district(area))
    }

    /// District of an area, or empty.
    pub(super) fn district(&self, area: u32) -> &str {
        self.units.get(area as usize).map_or("", |u| u.district.as_str())
    }
}

/// Metres between two points, on a sphere and for distances within a county (error below 0.5 %).
pub(super) fn metres(a: LonLat, b: LonLat) -> f64 {
    let east = (a.lon - b.lon) * f64::midpoint(a.lat, b.lat).to_radians().cos();
    let north = a.lat - b.lat;
    (east * east + north * north).sqrt() * DEGREE_M
}

/// Metres from a point to others of its surroundings (error below 1 % within 50 km).
pub(super) fn distances_from(point: LonLat) -> impl Fn(LonLat) -> f64 {
    let east_m = DEGREE_M * point.lat.to_radians().cos();
    move |to| {
        let (east, north) = ((to.lon - point.lon) * east_m, (to.lat - point.lat) * DEGREE_M);
        (east * east + north * north).sqrt()
    }
}

/// A point some metres east and north of another.
pub(super) fn moved(from: LonLat, east_m: f64, north_m: f64) -> LonLat {
    LonLat {
        lon: from.lon + east_m / (DEGREE_M * from.lat.to_radians().cos().max(0.01)),
        lat: from.lat + north_m / DEGREE_M,
    }
}
