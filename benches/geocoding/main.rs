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
mod demo;
mod families;
mod measure;
mod real;
mod speed;
mod world;
mod writing;

use std::path::Path;

use fastrand::Rng;
use mimalloc::MiMalloc;
use places::geocode::{DefaultLocation, DefaultLocations, Geocoder};

use crate::{measure::Outcome, world::World};

/// As in the program itself.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

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
    measured(&demo::county(folder.path(), seed), seed, fit);
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
