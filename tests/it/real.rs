//! The real months: 24 of Norfolk and others of its neighbors, against brute force and the oracles.

use std::collections::{BTreeMap, HashMap};

use geo::MultiPolygon;
use places::{
    area::{PropertyChoice, brute_force_area, read_geojson},
    import::{AddAreas, AddIndicators, SourceFile, add_areas, add_indicators, name_areas},
    snapshot::Snapshot,
};

use crate::support::{Scratch, adds_up, count, shared};

const MSOA: &str = "ons_boundaries_bgc/msoa/E10000020.geojson.gz";

struct Raw {
    month: String,
    category: String,
    point: Option<(f64, f64)>,
}

fn raw_rows(folder: &std::path::Path) -> Vec<Raw> {
    let mut rows = Vec::new();
    for month in fs_err::read_dir(folder).unwrap() {
        for file in fs_err::read_dir(month.unwrap().path()).unwrap() {
            let file = SourceFile { path: file.unwrap().path() };
            let bytes = file.read().unwrap();
            let mut csv = csv::Reader::from_reader(bytes.as_slice());
            for row in csv.records() {
                let row = row.unwrap();
                let point = (!row[4].is_empty()).then(|| (row[4].parse().unwrap(), row[5].parse().unwrap()));
                rows.push(Raw { month: row[1].to_owned(), category: row[9].to_owned(), point });
            }
        }
    }
    rows
}

fn norfolk() -> Option<(Scratch, Snapshot, std::path::PathBuf)> {
    let (police, msoa) = (shared("police_uk")?, shared(MSOA)?);
    let scratch = Scratch::new();
    let files = vec![msoa.to_string_lossy().into_owned()];
    let added = add_areas(
        &scratch.workspace,
        &AddAreas { layer: "msoa21".into(), files, study_area: true, ..Default::default() },
    )
    .unwrap();
    assert_eq!((added.areas, added.issues.len()), (113, 0));
    let report = scratch.import_police(&[police.to_string_lossy().into_owned()]);
    assert!(report.adds_up());
    assert_eq!((report.rows, report.imported, report.rejected, report.not_located), (172_683, 172_683, 0, 2_420));
    let again = scratch.import_police(&[police.to_string_lossy().into_owned()]);
    assert_eq!((again.duplicates, again.id), (172_683, None));
    let snapshot = scratch.snapshot();
    Some((scratch, snapshot, police))
}

fn polygons() -> Vec<(String, MultiPolygon)> {
    let text = SourceFile { path: shared(MSOA).unwrap() }.read().unwrap();
    let (areas, _) = read_geojson(&text, &PropertyChoice::default()).unwrap();
    areas.into_iter().map(|a| (a.code, a.polygons)).collect()
}

fn csv_map(text: &str) -> BTreeMap<String, u64> {
    let rows = text.lines().skip(1).map(|l| l.rsplit_once(',').unwrap());
    rows.map(|(key, count)| (key.to_owned(), count.parse().unwrap())).collect()
}

#[test]
fn cells_and_areas_equal_brute_force_on_all_rows() {
    let Some((_scratch, snapshot, police)) = norfolk() else { return };
    let polygons = polygons();
    let only: Vec<MultiPolygon> = polygons.iter().map(|p| p.1.clone()).collect();
    let rows = raw_rows(&police);
    assert_eq!(rows.len(), 172_683);
    // Every distinct point by every edge of every polygon; the few near the border are asked of the index.
    let mut known: HashMap<(u64, u64), Option<u32>> = HashMap::new();
    let locator = places::area::Locator::new(&only);
    let mut near = 0_u64;
    let mut cells: [BTreeMap<String, u64>; 2] = Default::default();
    let mut areas: BTreeMap<String, u64> = BTreeMap::new();
    for row in &rows {
        let Some((lon, lat)) = row.point else { continue };
        let inside = *known.entry((lon.to_bits(), lat.to_bits())).or_insert_with(|| brute_force_area(&only, lon, lat));
        let area = inside.or_else(|| locator.nearest(lon, lat));
        near += u64::from(inside.is_none() && area.is_some());
        let Some(area) = area else { continue };
        *areas.entry(format!("{},{}", polygons[area as usize].0, row.category)).or_default() += 1;
        for (i, resolution) in [8_u8, 9].into_iter().enumerate() {
            let cell = h3o::LatLng::new(lat, lon).unwrap().to_cell(h3o::Resolution::try_from(resolution).unwrap());
            *cells[i].entry(cell.to_string()).or_default() += 1;
        }
    }
    println!("{near} of {} rows lie in no polygon and within 250 m of one", rows.len());
    assert!(near < rows.len() as u64 / 500);
    for (resolution, expected) in [("cell:8", &cells[0]), ("cell:9", &cells[1])] {
        let (csv, summary) = count(&snapshot, &[("by", resolution)]);
        assert!(adds_up(&summary));
        assert_eq!(csv_map(&csv), *expected, "{resolution}");
        assert_eq!(summary["total"], 172_683);
    }
    let (csv, _) = count(&snapshot, &[("by", "area:msoa21,category")]);
    let found: BTreeMap<String, u64> = csv
        .lines()
        .skip(1)
        .map(|line| {
            let mut record = csv::ReaderBuilder::new().has_headers(false).from_reader(line.as_bytes());
            let record = record.records().next().unwrap().unwrap();
            (format!("{},{}", &record[0], &record[2]), record[3].parse().unwrap())
        })
        .collect();
    assert_eq!(found, areas);
}

#[test]
fn june_2025_equals_the_oracle_but_for_the_points_near_the_border() {
    let Some((_scratch, snapshot, police)) = norfolk() else { return };
    let Some(oracle) = shared("getis_ord_oracles/norfolk_2025-06_msoa21_by_type.csv") else { return };
    let june = [("from", "2025-06-01"), ("to", "2025-07-01"), ("source", "police.uk")];
    let (csv, summary) = count(&snapshot, &[&[("by", "area:msoa21,category")], &june[..]].concat());
    let mut found: BTreeMap<(String, String), i64> = BTreeMap::new();
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    for row in reader.records() {
        let row = row.unwrap();
        found.insert((row[0].to_owned(), row[2].to_owned()), row[3].parse().unwrap());
    }
    let mut reader = csv::Reader::from_path(oracle).unwrap();
    for row in reader.records() {
        let row = row.unwrap();
        *found.entry((row[0].to_owned(), row[1].to_owned())).or_default() -= row[2].parse::<i64>().unwrap();
    }
    // What is left over are the rows of this month in no polygon and within 250 m of one.
    let only: Vec<MultiPolygon> = polygons().into_iter().map(|p| p.1).collect();
    let locator = places::area::Locator::new(&only);
    let mut expected: BTreeMap<(String, String), i64> = BTreeMap::new();
    let codes: Vec<String> = polygons().into_iter().map(|p| p.0).collect();
    for row in raw_rows(&police).iter().filter(|r| r.month == "2025-06") {
        let Some((lon, lat)) = row.point else { continue };
        if locator.containing(lon, lat).is_none()
            && let Some(area) = locator.nearest(lon, lat)
        {
            *expected.entry((codes[area as usize].clone(), row.category.clone())).or_default() += 1;
        }
    }
    found.retain(|_, n| *n != 0);
    println!("June 2025: oracle 5,827 + {} near the border = {}", expected.values().sum::<i64>(), summary["counted"]);
    assert_eq!(found, expected);
    assert_eq!(summary["counted"].as_i64().unwrap(), 5_827 + expected.values().sum::<i64>());
    assert_eq!(summary["not_located"], 96);

    let Some(cells) = shared("getis_ord_oracles/norfolk_2025-06_h3r8_gistar.csv") else { return };
    let (csv, _) = count(&snapshot, &[&[("by", "cell:8")], &june[..]].concat());
    let mut found = csv_map(&csv);
    let mut reader = csv::Reader::from_path(cells).unwrap();
    let mut missing = 0;
    for row in reader.records() {
        let row = row.unwrap();
        let (cell, count) = (row[0].to_owned(), row[1].parse::<u64>().unwrap());
        let here = found.remove(&cell).unwrap_or(0);
        assert!(here >= count, "{cell}: {here} here, {count} in the oracle");
        missing += here - count;
    }
    missing += found.values().sum::<u64>();
    assert_eq!(missing as i64, expected.values().sum::<i64>());
}

#[test]
fn the_national_layer_is_read_with_its_invalid_polygons_named() {
    let Some(file) = shared("ons_boundaries_bgc/msoa/EW_all_6dp.geojson.gz") else { return };
    let (areas, issues) = read_geojson(&SourceFile { path: file }.read().unwrap(), &PropertyChoice::default()).unwrap();
    assert_eq!(areas.len(), 7_264);
    // Rings without an area are invalid too, and can be dropped safely; the others are kept and named.
    let wrong = |problem: &str| problem.contains("invalid") || problem.contains("without an area");
    let invalid: std::collections::BTreeSet<&String> =
        issues.iter().filter(|i| wrong(&i.problem)).map(|i| &i.code).collect();
    println!("{} polygons invalid", invalid.len());
    assert_eq!(invalid.len(), 44);
    let polygons: Vec<MultiPolygon> = areas.iter().map(|a| a.polygons.clone()).collect();
    let locator = places::area::Locator::new(&polygons);
    assert!(locator.memory_bytes() < 120_000_000, "{}", locator.memory_bytes());
    let mut rng = fastrand::Rng::with_seed(11);
    let mut checked = 0;
    // Corners, where many polygons meet, and points anywhere.
    for area in areas.iter().step_by(97) {
        let corner = area.polygons.0[0].exterior().0[rng.usize(0..area.polygons.0[0].exterior().0.len())];
        for (dx, dy) in [(0.0, 0.0), (1e-6, 0.0), (0.0, -1e-6), (rng.f64() * 0.1, rng.f64() * 0.1)] {
            let (lon, lat) = (corner.x + dx, corner.y + dy);
            assert_eq!(locator.containing(lon, lat), brute_force_area(&polygons, lon, lat), "{lon}, {lat}");
            checked += 1;
        }
    }
    assert!(checked > 250);
}

#[test]
fn names_populations_and_deprivation_go_to_the_areas() {
    let Some((scratch, _, _)) = norfolk() else { return };
    let (Some(names), Some(residents), Some(imd)) = (
        shared("geo_lookups/msoa_la.csv.gz"),
        shared("census2021/lsoa21_usual_residents_by_age6.csv.gz"),
        shared("imd/imd2025_england_lsoa21.csv.gz"),
    ) else {
        return;
    };
    assert_eq!(name_areas(&scratch.workspace, "msoa21", &names).unwrap().named, 113);
    let add = |file: std::path::PathBuf| {
        add_indicators(&scratch.workspace, &AddIndicators { file, layer: "msoa21".into(), ..Default::default() })
            .unwrap()
    };
    let census = add(residents);
    assert_eq!(census.indicators.len(), 7, "{:?}", census.indicators);
    add(imd);
    let snapshot = scratch.snapshot();
    let layer = snapshot.layer("msoa21").unwrap();
    assert!(layer.areas.iter().all(|a| !a.name.ends_with(char::is_numeric)), "readable names");
    let total: f64 = layer.indicators["usual_residents"].iter().sum();
    // Census 2021: 916,100 usual residents in Norfolk.
    assert!((total - 916_100.0).abs() < 1_000.0, "{total}");
    assert!(layer.indicators["imd_score"].iter().all(|v| (1.0..90.0).contains(v)));
    let (csv, _) = count(&snapshot, &[("by", "area:msoa21"), ("rate", "usual_residents"), ("top", "1")]);
    assert!(csv.starts_with("area_code,area_name,count,denominator,rate\n"), "{csv}");
}

#[test]
fn a_month_not_received_is_a_gap() {
    let Some((_scratch, snapshot, _)) = norfolk() else { return };
    let (csv, summary) =
        count(&snapshot, &[("by", "month"), ("from", "2024-01-01"), ("to", "2025-01-01"), ("zeros", "true")]);
    assert_eq!(csv.lines().count(), 4, "three months of 2024 are there: {csv}");
    assert_eq!(summary["not_received"], serde_json::json!(["police.uk 2024-04..2024-12 all"]));
    // Beyond what was ever received there are gaps too, not an answer that looks whole.
    let (_, summary) = count(&snapshot, &[("from", "2025-09-01"), ("to", "2025-12-01")]);
    assert_eq!(summary["not_received"], serde_json::json!(["police.uk 2025-10..2025-11 all"]));
    // These records have no hour: nothing can be said, least of all zero.
    let june = [("zeros", "true"), ("from", "2025-06-01"), ("to", "2025-07-01")];
    let (csv, summary) = count(&snapshot, &[&[("by", "area:msoa21"), ("hours", "15-18")], &june[..]].concat());
    assert_eq!((csv.lines().count(), summary["counted"].as_u64()), (1, Some(0)));
    let (csv, _) = count(&snapshot, &[&[("by", "week")], &june[..]].concat());
    assert_eq!(csv.lines().count(), 1, "{csv}");
}

#[test]
fn another_forces_strays_are_no_coverage_and_areas_are_true() {
    let (Some(suffolk), Some(msoa)) = (shared("police_uk/2025-02"), shared(MSOA)) else { return };
    let scratch = Scratch::new();
    let files = vec![msoa.to_string_lossy().into_owned()];
    add_areas(&scratch.workspace, &AddAreas { layer: "msoa21".into(), files, study_area: true, ..Default::default() })
        .unwrap();
    let files = fs_err::read_dir(suffolk).unwrap().map(|f| f.unwrap().path().to_string_lossy().into_owned());
    scratch.import_police(&files.filter(|p| p.contains("suffolk")).collect::<Vec<_>>());
    let snapshot = scratch.snapshot();
    let ever = places::model::Period { start: places::model::Day(0), end: places::model::Day(40_000) };
    assert!(snapshot.coverage.cells(snapshot.source_names(), ever).iter().all(|c| c.status == "not_received"));
    let (csv, _) = count(&snapshot, &[("by", "area:msoa21"), ("zeros", "true")]);
    assert!(!csv.lines().any(|l| l.ends_with(",0")), "{csv}");
    let total: f64 = snapshot.layers[0].areas.iter().map(|a| a.area_km2).sum();
    // Norfolk: 5,372 km2 (Census 2021, Standard Area Measurements).
    assert!((total - 5_372.0).abs() < 60.0, "{total}");
}
