//! From what a file calls its positions to degrees: which system they are in, in which order they stand.

use geo::Coord;
use geojson::{FeatureCollection, GeometryValue, Position};

use super::error::GeoJsonError;
use crate::model::{BngPoint, LonLat, OtherCrs, bng_to_lonlat};

/// Polygons as rings of bare positions: first the outer ring, then the holes.
type Polygons = Vec<Vec<Vec<Position>>>;

/// The system of a file's positions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum System {
    /// WGS 84 degrees, longitude first.
    Degrees,
    /// WGS 84 degrees, latitude first.
    LatitudeFirst,
    /// British National Grid metres.
    NationalGrid,
}

/// Positions that are looked at to tell the system.
const LOOKED_AT: usize = 2_000;
/// West, south, east and north of Britain and Ireland, in degrees.
const ISLES: [f64; 4] = [-11.0, 49.0, 3.0, 61.5];
/// East and north of the National Grid, in metres.
const GRID: [f64; 2] = [700_000.0, 1_300_000.0];

impl System {
    /// What was asked for, else what the file says, else what its positions show; what was recognised is said.
    pub(super) fn of(
        collection: &mut FeatureCollection,
        asked: Option<&str>,
        found: &mut Vec<String>,
    ) -> Result<Self, GeoJsonError> {
        let crs = collection.foreign_members.as_ref().and_then(|m| m.get("crs")).filter(|crs| !crs.is_null());
        let declared = crs.map(|crs| crs["properties"]["name"].as_str().unwrap_or("an unnamed system"));
        let name = asked.or(declared).map(str::to_owned);
        let system = name.as_deref().and_then(Self::named);
        if let Some(name) = name.as_deref().filter(|_| system.is_none()) {
            let other = OtherCrs::named(name)?;
            convert(collection, &other)?;
            found.push(format!("its coordinates were converted from {}", other.name()));
            return Ok(Self::Degrees);
        }
        if asked.is_some() || system == Some(Self::NationalGrid) {
            return Ok(system.unwrap_or(Self::Degrees));
        }
        let positions = some_positions(collection);
        let all = |is: &dyn Fn(f64, f64) -> bool| !positions.is_empty() && positions.iter().all(|p| is(p[0], p[1]));
        let in_isles = |lon: f64, lat: f64| (ISLES[0]..ISLES[2]).contains(&lon) && (ISLES[1]..ISLES[3]).contains(&lat);
        let in_grid =
            |x: f64, y: f64| (0.0..GRID[0]).contains(&x) && (0.0..GRID[1]).contains(&y) && (x > 360.0 || y > 360.0);
        if system.is_none() && all(&in_grid) {
            found.push(
                "no coordinate system is declared; its numbers were taken as metres on the British National Grid"
                    .to_owned(),
            );
            return Ok(Self::NationalGrid);
        }
        if all(&|x, y| in_isles(y, x) && !in_isles(x, y)) {
            found.push("latitude stands before longitude: they were read in this order".to_owned());
            return Ok(Self::LatitudeFirst);
        }
        Ok(Self::Degrees)
    }

    /// One of the systems that are read here by its name, such as `urn:ogc:def:crs:EPSG::27700`.
    fn named(name: &str) -> Option<Self> {
        match name.rsplit([':', '/']).next().unwrap_or(name) {
            "CRS84" | "4326" | "4258" => Some(Self::Degrees),
            "27700" => Some(Self::NationalGrid),
            _ => None,
        }
    }

    pub(super) fn to_degrees(self, feature: usize, polygons: Polygons) -> Result<Vec<Vec<Vec<Coord>>>, GeoJsonError> {
        let point = |position: Position| {
            let [x, y] = *position.as_slice().first_chunk().unwrap_or(&[f64::NAN; 2]);
            let (point, system) = match self {
                Self::Degrees => (LonLat::new(x, y).ok(), "degrees"),
                Self::LatitudeFirst => (LonLat::new(y, x).ok(), "degrees, latitude first"),
                Self::NationalGrid => {
                    (bng_to_lonlat(BngPoint { easting: x, northing: y }).ok(), "metres on the British National Grid")
                }
            };
            let wrong = GeoJsonError::Coordinate { feature, lon: x, lat: y, system };
            point.map(|p| Coord { x: p.lon, y: p.lat }).ok_or(wrong)
        };
        let ring = |ring: Vec<Position>| ring.into_iter().map(point).collect();
        let rings = |rings: Vec<Vec<Position>>| rings.into_iter().map(ring).collect();
        polygons.into_iter().map(rings).collect()
    }
}

/// Converts every position of polygons to degrees.
fn convert(collection: &mut FeatureCollection, from: &OtherCrs) -> Result<(), GeoJsonError> {
    for (feature, read) in collection.features.iter_mut().enumerate() {
        let Some(geometry) = &mut read.geometry else { continue };
        convert_geometry(&mut geometry.value, &mut |position| {
            let [x, y] = *position.as_slice().first_chunk().unwrap_or(&[f64::NAN; 2]);
            let wrong = GeoJsonError::Coordinate { feature, lon: x, lat: y, system: "its coordinate system" };
            let point = from.to_lonlat(x, y).ok_or(wrong)?;
            position.as_slice_mut()[..2].copy_from_slice(&[point.lon, point.lat]);
            Ok(())
        })?;
    }
    Ok(())
}

fn convert_geometry(
    geometry: &mut GeometryValue,
    position: &mut impl FnMut(&mut Position) -> Result<(), GeoJsonError>,
) -> Result<(), GeoJsonError> {
    match geometry {
        GeometryValue::Polygon { coordinates } => coordinates.iter_mut().flatten().try_for_each(position),
        GeometryValue::MultiPolygon { coordinates } => {
            coordinates.iter_mut().flatten().flatten().try_for_each(position)
        }
        GeometryValue::GeometryCollection { geometries } => {
            geometries.iter_mut().try_for_each(|g| convert_geometry(&mut g.value, position))
        }
        _ => Ok(()),
    }
}

/// The first position of each ring of the first features.
fn some_positions(collection: &FeatureCollection) -> Vec<[f64; 2]> {
    let mut positions = Vec::new();
    for feature in &collection.features {
        let Some(geometry) = &feature.geometry else { continue };
        first_positions(&geometry.value, &mut positions);
        if positions.len() >= LOOKED_AT {
            break;
        }
    }
    positions
}

fn first_positions(geometry: &GeometryValue, positions: &mut Vec<[f64; 2]>) {
    let mut ring =
        |ring: &Vec<Position>| positions.extend(ring.first().and_then(|p| p.as_slice().first_chunk().copied()));
    match geometry {
        GeometryValue::Polygon { coordinates } => coordinates.iter().for_each(ring),
        GeometryValue::MultiPolygon { coordinates } => coordinates.iter().flatten().for_each(&mut ring),
        GeometryValue::GeometryCollection { geometries } => {
            geometries.iter().for_each(|g| first_positions(&g.value, positions));
        }
        _ => {}
    }
}

/// The polygons of a geometry, and how many lines or points stand beside them.
pub(super) fn rings_of(geometry: GeometryValue) -> (Polygons, usize) {
    match geometry {
        GeometryValue::Polygon { coordinates } => (vec![coordinates], 0),
        GeometryValue::MultiPolygon { coordinates } => (coordinates, 0),
        GeometryValue::GeometryCollection { geometries } => {
            geometries.into_iter().map(|g| rings_of(g.value)).fold((Vec::new(), 0), |mut all, (polygons, others)| {
                all.0.extend(polygons);
                (all.0, all.1 + others)
            })
        }
        _ => (Vec::new(), 1),
    }
}
