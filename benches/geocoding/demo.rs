//! The demo county as a world to write texts about.

use std::path::{Path, PathBuf};

use fastrand::Rng;
use places::{
    geocode::{EntryKind, GazetteerContents, GazetteerKind, NewEntry, Study, StudyUnit, WeightedPoint, read_gazetteer},
    model::LonLat,
};

use crate::world::{self, World, metres};

/// The demo county from its files: streets are lines, areas are the localities people name.
pub(crate) fn county(folder: &Path, seed: u64) -> World {
    let units = named_units(folder);
    let study = Study::new(units.clone());
    let mut postcodes = GazetteerContents::default();
    let read = |name: &str| fs_err::read(folder.join(name)).expect("a file of the demo");
    read_gazetteer(GazetteerKind::Csv, &read("postcodes.csv")[..], &study, &mut postcodes).expect("postcodes");
    let places: Vec<NewEntry> = units.iter().filter_map(locality).collect();
    let streets: serde_json::Value = serde_json::from_slice(&read("streets.geojson")).expect("streets");
    let mut learned: Vec<NewEntry> =
        streets["features"].as_array().into_iter().flatten().filter_map(|f| street(f, &study)).collect();
    weigh(&mut learned, &folder.join("council-asb.csv"));
    World::new("Demo county", &mut Rng::with_seed(seed), units, postcodes.postcodes, ("csv", places), learned)
}

/// Areas with the names people know them by.
fn named_units(folder: &Path) -> Vec<StudyUnit> {
    let mut units = world::study_units(&PathBuf::from(folder).join("areas.geojson"));
    let mut names = csv::Reader::from_path(folder.join("area-names.csv")).expect("names of areas");
    for row in names.records().map(|r| r.expect("a row")) {
        if let Some(unit) = units.iter_mut().find(|u| u.code == row[0]) {
            unit.names.insert(0, row[1].to_owned());
        }
    }
    units
}

fn locality(unit: &StudyUnit) -> Option<NewEntry> {
    use geo::Centroid;
    let center = unit.polygons.centroid()?;
    let point = LonLat { lon: center.x(), lat: center.y() };
    Some(NewEntry {
        kind: EntryKind::Locality,
        name: unit.names.first()?.split('&').next()?.trim().to_owned(),
        also: Vec::new(),
        locality: unit.district.clone(),
        id: String::new(),
        points: vec![WeightedPoint { point, weight: 1 }],
        // Villages of a wide area are small places too.
        radius_m: ((unit.area_km2 / std::f64::consts::PI).sqrt() as f32 * 1_000.0).min(999.0),
    })
}

fn street(feature: &serde_json::Value, study: &Study) -> Option<NewEntry> {
    let line = feature["geometry"]["coordinates"].as_array()?;
    let point = |p: &serde_json::Value| Some(LonLat { lon: p[0].as_f64()?, lat: p[1].as_f64()? });
    let points: Vec<WeightedPoint> =
        line.iter().filter_map(point).map(|point| WeightedPoint { point, weight: 1 }).collect();
    let area = study.area_of(points.first()?.point)?;
    Some(NewEntry {
        kind: EntryKind::Street,
        name: feature["properties"]["name"].as_str()?.to_owned(),
        also: Vec::new(),
        locality: study.name(area).to_owned(),
        id: String::new(),
        points,
        radius_m: f32::NAN,
    })
}

/// Gives every point of a street as many records more as the council counted there.
fn weigh(streets: &mut [NewEntry], file: &Path) {
    let mut counted = csv::Reader::from_path(file).expect("the council's file");
    for row in counted.records().map(|r| r.expect("a row")) {
        let (Ok(lon), Ok(lat)) = (row[3].parse(), row[4].parse()) else { continue };
        let at = LonLat { lon, lat };
        let points = streets.iter_mut().filter(|s| s.name == row[5]).flat_map(|s| &mut s.points);
        if let Some(nearest) = points.min_by(|a, b| metres(a.point, at).total_cmp(&metres(b.point, at))) {
            nearest.weight += 1;
        }
    }
}
