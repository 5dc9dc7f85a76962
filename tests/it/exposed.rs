//! What concentration is measured against: nothing counted falls out, and people come from the finest figures.

use std::{collections::HashMap, fmt::Write as _};

use places::{
    grid::{center, grid_disk, parse_cell},
    import::{AddAreas, add_areas},
};
use serde_json::Value;

use crate::support::{Scratch, places, places_ok, police_file};

const MAPPING: &str =
    "source = \"asb\"\n[columns]\nid = \"Ref\"\nwhen = \"Date\"\ncategory = \"Type\"\nlon = \"Lon\"\nlat = \"Lat\"\n";

fn square(code: &str, west: f64, south: f64, wide: f64, high: f64) -> String {
    let (e, n) = (west + wide, south + high);
    format!(
        r#"{{"type":"Feature","properties":{{"code":"{code}","name":"Area {code}"}},"geometry":{{"type":"Polygon","coordinates":[[[{west},{south}],[{e},{south}],[{e},{n}],[{west},{n}],[{west},{south}]]]}}}}"#
    )
}

/// Two areas with a river between; the western one has finer halves, of which the southern has nobody.
fn county(rows: &[(&str, f64, f64)]) -> Scratch {
    let scratch = Scratch::new();
    let coarse = [square("W", 1.0, 52.5, 0.1, 0.1), square("E", 1.104, 52.5, 0.1, 0.1)].join(",");
    let fine = [square("WN", 1.0, 52.55, 0.1, 0.05), square("WS", 1.0, 52.5, 0.1, 0.05)].join(",");
    for (layer, features, study_area) in [("sides", coarse, true), ("halves", fine, false)] {
        let text = format!(r#"{{"type":"FeatureCollection","features":[{features}]}}"#);
        let files = vec![scratch.write(&format!("{layer}.geojson"), text)];
        add_areas(&scratch.workspace, &AddAreas { layer: layer.into(), files, study_area, ..Default::default() })
            .unwrap();
    }
    for (layer, text) in [
        ("sides", "code,residents,workday_population\nW,8000,2000\nE,4000,30000\n"),
        ("halves", "code,residents\nWN,8000\nWS,0\n"),
    ] {
        let file = scratch.write(&format!("{layer}.csv"), text);
        places_ok(&["--workspace", &root(&scratch), "indicators", "add", &file, "--layer", layer]);
    }
    let mut text = "Ref,Date,Type,Lon,Lat\n".to_owned();
    for (i, (day, lon, lat)) in rows.iter().enumerate() {
        writeln!(text, "a{i},{day},Noise,{lon:.5},{lat:.5}").unwrap();
    }
    scratch.import_mapped(&[scratch.write("asb.csv", text)], MAPPING);
    scratch
}

fn root(scratch: &Scratch) -> String {
    scratch.workspace.root().to_string_lossy().into_owned()
}

fn hotspots(scratch: &Scratch, more: &[&str]) -> Value {
    let root = root(scratch);
    let arguments = [&["--workspace", &root, "hotspots", "--format", "json"], more].concat();
    serde_json::from_str(&places_ok(&arguments)).unwrap()
}

/// Some on land, some on the quays of the river (the finest cells there have their centre in neither area), one off the shore.
fn rows() -> Vec<(&'static str, f64, f64)> {
    let mut rows = Vec::new();
    for i in 0..12 {
        let along = 0.008 * f64::from(i);
        rows.push(("2025-03-04", 1.05, 52.501 + along));
        rows.push(("2025-03-05", 1.15, 52.501 + along));
        rows.push(("2025-03-06", 1.0999, 52.502 + along));
        rows.push(("2025-03-07", 1.1041, 52.502 + along));
    }
    rows.push(("2025-03-08", 1.05, 52.6018));
    rows
}

#[test]
fn every_incident_enters_the_local_sums() {
    let scratch = county(&rows());
    for (cell, exposure) in
        [("8", "residents"), ("9", "residents"), ("10", "residents"), ("10", "ambient"), ("9", "equal")]
    {
        let answer = hotspots(&scratch, &["--cell", cell, "--exposure", exposure]);
        let rows = answer["rows"].as_array().unwrap();
        let counts: HashMap<u64, u64> = rows
            .iter()
            .map(|r| (parse_cell(r["cell"].as_str().unwrap()).unwrap(), r["count"].as_u64().unwrap()))
            .collect();
        assert_eq!(counts.values().sum::<u64>(), 49, "{cell} {exposure}");
        for row in rows {
            let cell = parse_cell(row["cell"].as_str().unwrap()).unwrap();
            let around: u64 = grid_disk(&[cell], 1).iter().filter_map(|n| counts.get(n)).sum();
            assert_eq!(row["local_sum"], around, "{row}");
            // South of the middle of the western side nobody lives.
            let at = center(cell);
            let nobody = exposure == "residents" && at.lon < 1.103 && at.lat < 52.553;
            assert!(nobody || row["count"] == 0 || row["p_value"].is_number(), "{row}");
        }
        let method = &answer["summary"]["method"];
        assert_eq!(method["incidents"], 49);
        assert_eq!(method["incidents_without_exposure"].as_u64().unwrap() > 0, exposure == "residents", "{method}");
    }
}

#[test]
fn people_come_from_the_finest_layer_that_has_them_and_by_day_from_another_figure() {
    let scratch = county(&rows());
    let expected = |exposure: &str, south: f64, north: f64, west: f64, east: f64| {
        let answer = hotspots(&scratch, &["--cell", "9", "--exposure", exposure]);
        let inside = answer["rows"].as_array().unwrap().iter().filter(|row| {
            let at = center(parse_cell(row["cell"].as_str().unwrap()).unwrap());
            (south..north).contains(&at.lat) && (west..east).contains(&at.lon)
        });
        inside.map(|row| row["expected"].as_f64().unwrap()).sum::<f64>()
    };
    // Well inside, away from edges: the western north has 8,000, its south nobody; by the coarse figures they would be alike.
    let (north, south) =
        (expected("residents", 52.56, 52.59, 1.02, 1.08), expected("residents", 52.51, 52.54, 1.02, 1.08));
    assert!(north > 1.0 && south.abs() < 1e-9, "{north} {south}");
    let east = expected("residents", 52.56, 52.59, 1.124, 1.184);
    assert!((north / east - 4.0).abs() < 0.2, "twice the people on half the ground: {north} {east}");
    // By day the east has fifteen times as many as the west.
    let (west, east) = (expected("ambient", 52.52, 52.58, 1.02, 1.08), expected("ambient", 52.52, 52.58, 1.124, 1.184));
    assert!((east / west - 15.0).abs() < 0.6, "{west} {east}");
}

#[test]
fn an_area_that_holds_no_centre_has_its_people_where_it_lies() {
    let scratch = county(&rows());
    // A road of houses: 6.8 km long, 44 m wide. Nobody else lives on its side.
    let strip = square("S", 1.0, 52.5502, 0.1, 0.0004);
    let files = vec![scratch.write("road.geojson", format!(r#"{{"type":"FeatureCollection","features":[{strip}]}}"#))];
    add_areas(&scratch.workspace, &AddAreas { layer: "road".into(), files, ..Default::default() }).unwrap();
    for (layer, text) in [("road", "code,residents\nS,5000\n"), ("halves", "code,residents\nWN,0\nWS,0\n")] {
        let file = scratch.write(&format!("{layer}.csv"), text);
        places_ok(&["--workspace", &root(&scratch), "indicators", "add", &file, "--layer", layer]);
    }
    let answer = hotspots(&scratch, &["--cell", "8", "--exposure", "residents"]);
    let along: Vec<f64> = answer["rows"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|row| {
            let at = center(parse_cell(row["cell"].as_str().unwrap()).unwrap());
            (at.lat - 52.5504).abs() < 0.004 && (1.02..1.08).contains(&at.lon)
        })
        .map(|row| row["expected"].as_f64().unwrap())
        .collect();
    let (least, most) = along.iter().fold((f64::INFINITY, 0.0_f64), |(a, b), e| (a.min(*e), b.max(*e)));
    assert!(along.len() > 3 && least > 0.0 && most < 1.7 * least, "{along:?}");
}

#[test]
fn a_map_does_not_know_which_other_months_are_loaded() {
    let asked = ["--cell", "9", "--exposure", "residents", "--from", "2025-03-01", "--to", "2025-04-01"];
    let mut more = rows();
    let alone = hotspots(&county(&more), &asked)["rows"].clone();
    // Another month off the northern shore, where no cell of this one is.
    more.extend((0..9).map(|i| ("2025-05-04", 1.01 + 0.009 * f64::from(i), 52.6017)));
    let beside = hotspots(&county(&more), &asked)["rows"].clone();
    assert_eq!(alone, beside);
}

#[test]
fn a_cell_without_an_incident_is_beside_a_hot_spot_and_none() {
    let mut rows = rows();
    rows.extend((0..60).map(|i| ("2025-03-09", 1.15 + 0.000_02 * f64::from(i), 52.55)));
    let answer = hotspots(&county(&rows), &["--cell", "9"]);
    let rows = answer["rows"].as_array().unwrap();
    let most = rows.iter().max_by_key(|r| r["count"].as_u64()).unwrap();
    assert!(most["hot"] == true, "{most}");
    assert!(rows.iter().any(|r| r["beside"] == true));
    assert!(rows.iter().all(|r| r["count"] != 0 || r["hot"] == false));
    assert!(rows.iter().all(|r| r["beside"] == false || (r["count"] == 0 && r["q_value"].as_f64() <= Some(0.05))));
}

#[test]
fn figures_that_are_not_there_are_asked_for_in_a_sentence() {
    let scratch = Scratch::with_areas();
    scratch.import_police(&[scratch.write("2024-01-here-street.csv", police_file("2024-01", "Here", 30, 1))]);
    let root = root(&scratch);
    for (exposure, column) in [("ambient", "ambient_population"), ("residents", "residents")] {
        let output = places(&["--workspace", &root, "hotspots", "--cell", "8", "--exposure", exposure]);
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && told.contains(&format!("a column named {column}")), "{told}");
    }
}
