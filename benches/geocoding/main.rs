//! `make bench-geocode`: a corpus of incident texts with planted truth over the gazetteers of Norfolk and of the demo
//! county, the real check on unseen months, gazetteer loading, speed. Every figure stands beside its target.
//!
//! `PLACES_BENCH_SEED=n` makes another corpus; 1 was used while developing. `-- --fit` prints new calibration lines.
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::panic,
    unreachable_pub,
    missing_docs,
    missing_debug_implementations,
    reason = "a bench prints its results"
)]

mod corpus;
mod families;
mod measure;
mod real;
mod speed;
mod world;
mod writing;

use std::path::{Path, PathBuf};

use fastrand::Rng;
use places::{
    geocode::{
        DefaultLocation, DefaultLocations, GazetteerContents, GazetteerKind, Geocoder, NewEntry, read_gazetteer,
    },
    geocode::{EntryKind, Study, StudyUnit, WeightedPoint},
    model::LonLat,
};

use crate::{measure::Outcome, world::World};

/// Records of a corpus.
const RECORDS: usize = 24_000;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if arguments.iter().any(|a| a == "--list") {
        return;
    }
    let seed = std::env::var("PLACES_BENCH_SEED").ok().and_then(|s| s.parse().ok()).unwrap_or(1);
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    println!("seed {seed}{}", if seed == 1 { " (used while developing)" } else { "" });
    let fit = arguments.iter().any(|a| a == "--fit");
    if data.join("codepoint_open_2025-11").is_dir() {
        let world = World::norfolk(&data, &mut Rng::with_seed(seed));
        let geocoder = measured(&world, seed, fit);
        println!("\nThe real check: data.police.uk, Norfolk");
        real::check(&data).iter().for_each(|line| println!("{line}"));
        println!("\nSpeed, one core, Norfolk");
        speed::geocoding(&geocoder, &world, seed).iter().for_each(|line| println!("{line}"));
    } else {
        println!("skipped Norfolk and the real check: ../shared/data is not there");
    }
    let folder = tempfile::tempdir().expect("a folder");
    places::demo::write_files(folder.path(), seed).expect("the demo county's files");
    measured(&demo(folder.path(), seed), seed, false);
    println!("\nLoading a gazetteer of Great Britain's size");
    speed::loading().iter().for_each(|line| println!("{line}"));
}

fn measured(world: &World, seed: u64, fit: bool) -> Geocoder {
    let default = DefaultLocation { name: "Headquarters".to_owned(), point: world.default_location, radius_m: 15.0 };
    let geocoder = Geocoder::new(world.indexes(), world.study(), DefaultLocations(vec![default]));
    let records = corpus::corpus(world, RECORDS, seed + 100);
    let outcomes: Vec<Outcome<'_>> = records.iter().map(|r| Outcome::of(&geocoder, r)).collect();
    println!("\n{}: {} records, twelve families", world.name, records.len());
    measure::report(&outcomes).iter().for_each(|line| println!("{line}"));
    if fit {
        measure::fits(&outcomes).iter().for_each(|line| println!("{line}"));
    }
    geocoder
}

/// The demo county from its files: streets are lines, areas are the localities people name.
fn demo(folder: &Path, seed: u64) -> World {
    let units = named_units(folder);
    let study = Study::new(units.clone());
    let mut postcodes = GazetteerContents::default();
    let read = |name: &str| fs_err::read(folder.join(name)).expect("a file of the demo");
    read_gazetteer(GazetteerKind::Csv, &read("postcodes.csv")[..], &study, &mut postcodes).expect("postcodes");
    let places: Vec<NewEntry> = units.iter().filter_map(locality).collect();
    let streets: serde_json::Value = serde_json::from_slice(&read("streets.geojson")).expect("streets");
    let learned = streets["features"].as_array().into_iter().flatten().filter_map(|f| street(f, &study)).collect();
    World::new("Demo county", &mut Rng::with_seed(seed), units, postcodes.postcodes, places, learned)
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
        radius_m: (unit.area_km2 / std::f64::consts::PI).sqrt() as f32 * 1_000.0_f32.min(999.0),
    })
}

fn street(feature: &serde_json::Value, study: &Study) -> Option<NewEntry> {
    let line = feature["geometry"]["coordinates"].as_array()?;
    let point = |p: &serde_json::Value| Some(LonLat { lon: p[0].as_f64()?, lat: p[1].as_f64()? });
    let points: Vec<WeightedPoint> =
        line.iter().filter_map(point).map(|point| WeightedPoint { point, weight: 10 }).collect();
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
