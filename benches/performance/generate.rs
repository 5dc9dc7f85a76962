//! Input from a seed: police.uk files in which places repeat as often as in the real ones.

use std::{
    io::{BufWriter, Write},
    path::{Path, PathBuf},
};

use geo::{BoundingRect, MultiPolygon, Polygon};
use places::area::{Area, PropertyChoice, read_geojson};

pub const FILES: usize = 36;
const SEED: u64 = 20_260_101;
const TYPES: [&str; 14] = [
    "Anti-social behaviour",
    "Bicycle theft",
    "Burglary",
    "Criminal damage and arson",
    "Drugs",
    "Other crime",
    "Other theft",
    "Possession of weapons",
    "Public order",
    "Robbery",
    "Shoplifting",
    "Theft from the person",
    "Vehicle crime",
    "Violence and sexual offences",
];

/// Areas of England and Wales where they lie beside the repository, else a sheet of 7,264 jagged squares.
pub fn areas() -> (Vec<Area>, PathBuf) {
    let real =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/ons_boundaries_bgc/msoa/EW_all_6dp.geojson.gz");
    if real.exists() {
        let text = places::import::SourceFile { path: real.clone() }.read().unwrap();
        return (read_geojson(&text, &PropertyChoice::default()).unwrap().0, real);
    }
    println!("the national layer is not there: a generated sheet stands in");
    let path = std::env::temp_dir().join("places-bench-sheet.geojson");
    std::fs::write(&path, sheet()).unwrap();
    (read_geojson(&std::fs::read(&path).unwrap(), &PropertyChoice::default()).unwrap().0, path)
}

fn sheet() -> String {
    let side = |i: usize, t: f64| (i as f64 + t) * 0.06;
    let wiggle = |a: f64, b: f64| ((a * 91.7).sin() + (b * 57.3).cos()) * 0.004;
    let mut features = Vec::new();
    for i in 0..92_usize {
        for j in 0..79_usize {
            if features.len() == 7264 {
                break;
            }
            let edge = |x: f64, y: f64| format!("[{:.6},{:.6}]", -5.0 + x + wiggle(x, y), 50.0 + y + wiggle(y, x));
            let steps = (0..30).map(|s| f64::from(s) / 30.0);
            let mut ring: Vec<String> = Vec::new();
            ring.extend(steps.clone().map(|t| edge(side(i, t), side(j, 0.0))));
            ring.extend(steps.clone().map(|t| edge(side(i, 1.0), side(j, t))));
            ring.extend(steps.clone().map(|t| edge(side(i, 1.0 - t), side(j, 1.0))));
            ring.extend(steps.map(|t| edge(side(i, 0.0), side(j, 1.0 - t))));
            ring.push(ring[0].clone());
            let code = features.len();
            features.push(format!(
                r#"{{"type":"Feature","properties":{{"code":"S{code:05}","name":"Sheet {code}"}},"geometry":{{"type":"Polygon","coordinates":[[{}]]}}}}"#,
                ring.join(",")
            ));
        }
    }
    format!(r#"{{"type":"FeatureCollection","features":[{}]}}"#, features.join(","))
}

/// Points spread over the areas, one in 27 rows, six decimals as the publisher writes them.
pub fn points(areas: &[Area], count: usize) -> Vec<(f64, f64)> {
    let mut rng = fastrand::Rng::with_seed(SEED);
    let round = |v: f64| (v * 1e6).round() / 1e6;
    (0..count)
        .map(|_| {
            let polygons: &MultiPolygon = &areas[rng.usize(0..areas.len())].polygons;
            let polygon: &Polygon = &polygons.0[0];
            let rect = polygon.bounding_rect().unwrap();
            (round(rect.min().x + rng.f64() * rect.width()), round(rect.min().y + rng.f64() * rect.height()))
        })
        .collect()
}

/// Writes the files unless they are there; rows are spread evenly over the months from 2023-01.
pub fn write_files(folder: &Path, rows: usize, points: &[(f64, f64)]) -> Vec<PathBuf> {
    let mut paths = Vec::new();
    for i in 0..FILES {
        let month = format!("{}-{:02}", 2023 + i / 12, i % 12 + 1);
        let path = folder.join(format!("{month}-bench-street.csv"));
        if !path.exists() {
            let part = folder.join("part");
            write_file(&part, &month, rows / FILES, points, i as u64);
            std::fs::rename(part, &path).unwrap();
        }
        paths.push(path);
    }
    paths
}

fn write_file(path: &Path, month: &str, rows: usize, points: &[(f64, f64)], i: u64) {
    let mut rng = fastrand::Rng::with_seed(SEED ^ (i + 1));
    let mut out = BufWriter::with_capacity(1 << 20, std::fs::File::create(path).unwrap());
    writeln!(out, "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,LSOA name,Crime type,Last outcome category,Context").unwrap();
    for _ in 0..rows {
        // Few places carry most rows, as in the real files.
        let place = (rng.f64() * rng.f64() * points.len() as f64) as usize;
        let (lon, lat) = points[place];
        let kind = TYPES[(rng.f64().sqrt() * TYPES.len() as f64) as usize % TYPES.len()];
        let id = if kind == TYPES[0] { String::new() } else { format!("{:064x}", rng.u128(..)) };
        writeln!(
            out,
            "{id},{month},Bench Constabulary,Bench Constabulary,{lon:.6},{lat:.6},On or near Street {},E01{:06},District {:03}A,{kind},Investigation complete; no suspect identified,",
            place % 40_000, place % 33_000, place % 900
        )
        .unwrap();
    }
    out.flush().unwrap();
}
