//! Records a second on one core, and a gazetteer of Great Britain's size: loading, lookup beside a hash map.

use std::{collections::HashMap, fmt::Write, hint::black_box, time::Instant};

use fastrand::Rng;
use places::{
    geocode::{GazetteerContents, GazetteerKind, Geocoder, Index, Input, Postcode, Study, build_index, read_gazetteer},
    grid::cell_of_point,
    model::LonLat,
};

use crate::{
    corpus::{Record, corpus},
    measure::input,
    world::World,
};

/// Units of Code-Point Open.
const UNITS: usize = 1_750_000;
const LOOKUPS: usize = 500_000;

fn line(name: &str, figure: f64, unit: &str, wanted: &str, reached: bool) -> String {
    format!("  {name:<58} {figure:>12.2} {unit:<4} {wanted:<14} {}", if reached { "reached" } else { "MISSED" })
}

fn per_second(geocoder: &Geocoder, records: &[Record], times: usize) -> f64 {
    let start = Instant::now();
    for _ in 0..times {
        for record in records {
            black_box(geocoder.geocode(&input(record)));
        }
    }
    (records.len() * times) as f64 / start.elapsed().as_secs_f64()
}

/// What no geocoder of coordinates can do without: two cells of each point.
fn cells_per_second(records: &[Record]) -> f64 {
    let points: Vec<LonLat> = records.iter().filter_map(|r| r.truth).collect();
    let start = Instant::now();
    for _ in 0..20 {
        for point in &points {
            black_box((cell_of_point(*point, 8), cell_of_point(*point, 9)));
        }
    }
    (points.len() * 20) as f64 / start.elapsed().as_secs_f64()
}

/// Records a second by kind.
pub(crate) fn geocoding(geocoder: &Geocoder, world: &World, seed: u64) -> Vec<String> {
    let records = corpus(world, 12_000, seed + 7);
    let coordinates: Vec<Record> = records
        .iter()
        .filter(|r| !r.lon.is_empty() || !r.easting.is_empty())
        .map(|r| Record { text: String::new(), locality: String::new(), postcode: String::new(), ..r.clone() })
        .collect();
    let structured: Vec<Record> = records.iter().filter(|r| r.family == 0 && r.source == 1).cloned().collect();
    let free: Vec<Record> = records.iter().filter(|r| r.family == 12).cloned().collect();
    // A machine with others on it has fast and slow minutes: the median of five rounds, and beside it a floor.
    let median = |records: &[Record], times: usize| {
        let mut rounds: Vec<f64> = (0..5).map(|_| per_second(geocoder, records, times)).collect();
        rounds.sort_by(f64::total_cmp);
        rounds[2]
    };
    let (c, s, f) = (median(&coordinates, 20), median(&structured, 4), median(&free, 8));
    let floor = cells_per_second(&coordinates);
    // Rows repeat in real files; the same row a million times is one answer.
    let one = Input { text: "Prince of Wales Rd, Norwich", ..Input::default() };
    let long = "group of youths near the shops ".repeat(40_000);
    let start = Instant::now();
    black_box(geocoder.geocode(&Input { text: &long, ..one }));
    let long_ms = 1e3 * start.elapsed().as_secs_f64();
    vec![
        line("coordinate records", c, "/s", ">= 200,000", c >= 200_000.0),
        format!("  {:<58} {:>12.2} x", "H3's cells at 8 and 9 of their points alone: so many times as fast", floor / c),
        line("structured addresses", s, "/s", ">= 10,000", s >= 10_000.0),
        line("free texts", f, "/s", ">= 2,000", f >= 2_000.0),
        line("a text of 1.2 million characters", long_ms, "ms", "< 100", long_ms < 100.0),
    ]
}

/// Units that no publisher has, as many as Code-Point Open has, in its format.
fn units() -> (String, Vec<String>) {
    const INWARD: &[u8] = b"ABDEFGHJLNPQRSTUWXYZ";
    let mut rng = Rng::with_seed(3);
    let (mut csv, mut names) = (String::with_capacity(UNITS * 80), Vec::with_capacity(UNITS));
    'all: for a in b'A'..=b'Z' {
        for b in b'A'..=b'Z' {
            for district in 1..40 {
                for sector in 0..10 {
                    for unit in 0..9 {
                        let letter = |n: usize| char::from(INWARD[n % INWARD.len()]);
                        let (x, y) = (letter(unit), letter(unit * 3 + sector));
                        let name = format!("{}{}{district} {sector}{x}{y}", char::from(a), char::from(b));
                        let (e, n) = (rng.u32(80_000..655_000), rng.u32(8_000..1_200_000));
                        let _ = writeln!(
                            csv,
                            "\"{name}\",10,{e},{n},\"E92000001\",\"E19000001\",\"E18000006\",,\"E07000148\",\"E05012910\""
                        );
                        names.push(name);
                        if names.len() == UNITS {
                            break 'all;
                        }
                    }
                }
            }
        }
    }
    (csv, names)
}

/// Loading and looking up 1.75 million units.
pub(crate) fn loading() -> Vec<String> {
    let (csv, names) = units();
    let start = Instant::now();
    let mut contents = GazetteerContents::default();
    read_gazetteer(GazetteerKind::CodePoint, csv.as_bytes(), &Study::new(Vec::new()), &mut contents).expect("units");
    let bytes = build_index("code-point", "bench", &[], contents.postcodes);
    let built_s = start.elapsed().as_secs_f64();
    let start = Instant::now();
    let index = Index::open(&bytes).expect("an index");
    let opened_s = start.elapsed().as_secs_f64();
    let mut rng = Rng::with_seed(5);
    let asked: Vec<Postcode> =
        (0..LOOKUPS).map(|_| Postcode::unit(&names[rng.usize(0..names.len())]).expect("a unit")).collect();
    let start = Instant::now();
    let found = asked.iter().filter(|p| index.postcode(p).is_some_and(|f| f.point.is_some())).count();
    let lookup_us = 1e6 * start.elapsed().as_secs_f64() / LOOKUPS as f64;
    assert_eq!(found, LOOKUPS, "every unit is found");
    let peer: HashMap<&str, usize> = names.iter().enumerate().map(|(i, n)| (n.as_str(), i)).collect();
    let start = Instant::now();
    let sum: usize = asked.iter().filter_map(|p| peer.get(p.as_str())).sum();
    let peer_us = 1e6 * start.elapsed().as_secs_f64() / LOOKUPS as f64;
    black_box(sum);
    vec![
        line("read and built, 1.75 million postcodes", built_s, "s", "< 10", built_s < 10.0),
        line("opened", opened_s, "s", "< 10", opened_s < 10.0),
        line("a lookup", lookup_us, "us", "< 2", lookup_us < 2.0),
        format!("  {:<58} {:>12.2} x", "beside a hash map of the names in memory", lookup_us / peer_us),
        format!("  {:<58} {:>12.2} MB", "index on disk", bytes.len() as f64 / 1e6),
    ]
}
