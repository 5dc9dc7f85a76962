//! One query, one answer: command line, JSON, CSV, GeoJSON, Parquet and tiles at two zooms give the same numbers.

use std::collections::BTreeMap;

use axum::{body::to_bytes, http::Request};
use places::server::{AppState, router};
use tower::ServiceExt;

use crate::support::{Scratch, adds_up, places_ok, police_file};

fn scratch() -> Scratch {
    let scratch = Scratch::with_areas();
    let files: Vec<String> = ["2025-01", "2025-02", "2025-03"]
        .iter()
        .enumerate()
        .map(|(i, month)| scratch.write(&format!("{month}-here-street.csv"), police_file(month, "Here", 900, i as u64)))
        .collect();
    let report = scratch.import_police(&files);
    assert!(report.adds_up() && report.rows == 2700);
    scratch
}

async fn get(state: &std::sync::Arc<AppState>, uri: &str) -> (u16, Vec<u8>) {
    let request = Request::get(uri).header("host", "localhost").body(axum::body::Body::empty()).unwrap();
    let response = router(state.clone()).oneshot(request).await.unwrap();
    let status = response.status().as_u16();
    (status, to_bytes(response.into_body(), usize::MAX).await.unwrap().to_vec())
}

/// (id, count) of every feature of a tile, read by the letter of the MVT specification.
pub fn features(tile: &[u8]) -> BTreeMap<String, u64> {
    let mut found = BTreeMap::new();
    for (field, layer) in fields(tile) {
        assert_eq!(field, 3);
        let parts = fields(layer.bytes());
        let keys: Vec<String> =
            parts.iter().filter(|p| p.0 == 3).map(|p| String::from_utf8(p.1.bytes().to_vec()).unwrap()).collect();
        let values: Vec<Value> = parts.iter().filter(|p| p.0 == 4).map(|p| value(p.1.bytes())).collect();
        assert_eq!(parts.iter().find(|p| p.0 == 5).map(|p| p.1.number()), Some(4096));
        for (_, feature) in parts.iter().filter(|p| p.0 == 2) {
            let tags = fields(feature.bytes()).into_iter().find(|f| f.0 == 2).unwrap().1;
            let mut tags = Reader(tags.bytes());
            let (mut id, mut count) = (None, None);
            while !tags.0.is_empty() {
                let (key, value) = (tags.varint() as usize, tags.varint() as usize);
                match (keys[key].as_str(), &values[value]) {
                    ("id", Value::Text(text)) => id = Some(text.clone()),
                    ("count", Value::Number(number)) => count = Some(*number),
                    _ => {}
                }
            }
            found.insert(id.unwrap(), count.unwrap());
        }
    }
    found
}

enum Value {
    Text(String),
    Number(u64),
    Other,
}

fn value(bytes: &[u8]) -> Value {
    match fields(bytes).first() {
        Some((1, text)) => Value::Text(String::from_utf8(text.bytes().to_vec()).unwrap()),
        Some((4 | 5, number)) => Value::Number(number.number()),
        _ => Value::Other,
    }
}

#[derive(Clone)]
enum Part<'a> {
    Bytes(&'a [u8]),
    Number(u64),
}

impl<'a> Part<'a> {
    fn bytes(&self) -> &'a [u8] {
        match self {
            Self::Bytes(bytes) => bytes,
            Self::Number(_) => panic!("not bytes"),
        }
    }

    fn number(&self) -> u64 {
        match self {
            Self::Number(number) => *number,
            Self::Bytes(_) => panic!("not a number"),
        }
    }
}

struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn varint(&mut self) -> u64 {
        let mut number = 0;
        for i in 0.. {
            let byte = self.0[0];
            self.0 = &self.0[1..];
            number |= u64::from(byte & 0x7f) << (7 * i);
            if byte & 0x80 == 0 {
                break;
            }
        }
        number
    }
}

fn fields(bytes: &[u8]) -> Vec<(u64, Part<'_>)> {
    let mut reader = Reader(bytes);
    let mut found = Vec::new();
    while !reader.0.is_empty() {
        let tag = reader.varint();
        let part = match tag & 7 {
            0 => Part::Number(reader.varint()),
            2 => {
                let len = reader.varint() as usize;
                let (part, rest) = reader.0.split_at(len);
                reader.0 = rest;
                Part::Bytes(part)
            }
            1 => {
                reader.0 = &reader.0[8..];
                Part::Number(0)
            }
            other => panic!("wire type {other}"),
        };
        found.push((tag >> 3, part));
    }
    found
}

/// Tiles of a zoom that cover the four squares.
fn tiles(zoom: u32) -> Vec<(u32, u32)> {
    let n = f64::from(1 << zoom);
    let column = |lon: f64| ((lon + 180.0) / 360.0 * n) as u32;
    let row = |lat: f64| {
        let lat = lat.to_radians();
        ((1.0 - (lat.tan() + 1.0 / lat.cos()).ln() / std::f64::consts::PI) / 2.0 * n) as u32
    };
    (column(0.95)..=column(1.25)).flat_map(|x| (row(52.75)..=row(52.45)).map(move |y| (x, y))).collect()
}

fn csv_counts(text: &str) -> BTreeMap<String, u64> {
    let rows = text.lines().skip(1).map(|line| line.split(',').collect::<Vec<_>>());
    rows.map(|row| (row[0].to_owned(), row.last().unwrap().parse().unwrap())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_way_to_ask_gives_the_same_numbers() {
    let scratch = scratch();
    let root = scratch.workspace.root().to_string_lossy().into_owned();
    let state = AppState::new(scratch.workspace.clone()).unwrap();
    let filters = "from=2025-01-01&to=2025-03-01&category=Robbery,Burglary";
    let flags = ["--from", "2025-01-01", "--to", "2025-03-01", "--category", "Robbery", "--category", "Burglary"];
    for (by, set, extra) in
        [("cell:8", "cells", "&cell=8"), ("cell:9", "cells", "&cell=9"), ("area:squares", "areas-squares", "")]
    {
        let mut arguments = vec!["--workspace", &root, "count", "--by", by];
        arguments.extend(flags);
        let command_line = csv_counts(&places_ok(&arguments));
        assert!(command_line.values().sum::<u64>() > 500);
        let (_, csv) = get(&state, &format!("/api/v1/count?by={by}&{filters}&f=csv")).await;
        assert_eq!(csv_counts(std::str::from_utf8(&csv).unwrap()), command_line);
        for format in ["json", "geojson"] {
            let (_, json) = get(&state, &format!("/api/v1/count?by={by}&{filters}&f={format}")).await;
            let json: serde_json::Value = serde_json::from_slice(&json).unwrap();
            assert!(adds_up(&json["summary"]));
            let rows = json.get("rows").or(json.get("features")).unwrap().as_array().unwrap();
            let row = |r: &serde_json::Value| {
                let r = r.get("properties").unwrap_or(r);
                let id = r.get("cell").or(r.get("area_code")).unwrap().as_str().unwrap().to_owned();
                (id, r["count"].as_u64().unwrap())
            };
            assert_eq!(rows.iter().map(row).collect::<BTreeMap<_, _>>(), command_line, "{by} {format}");
        }
        for zoom in [9, 12] {
            let mut drawn = BTreeMap::new();
            for (x, y) in tiles(zoom) {
                let (status, tile) = get(&state, &format!("/tiles/{set}/{zoom}/{x}/{y}.mvt?{filters}{extra}")).await;
                assert!(status == 200 || (status == 204 && tile.is_empty()));
                for (id, count) in features(&tile).into_iter().filter(|f| f.1 > 0) {
                    assert_eq!(*drawn.entry(id).or_insert(count), count);
                }
            }
            assert_eq!(drawn, command_line, "{set} at zoom {zoom}");
        }
    }
}

#[test]
fn the_top_rows_are_the_first_of_all_rows_by_count_and_then_in_order() {
    let scratch = scratch();
    for by in ["cell:9", "month,cell:8", "cell:8,month,category", "area:squares,cell:8", "category", "month,category"] {
        let (all, _) = scratch.count(&[("by", by)]);
        let mut rows: Vec<&str> = all.lines().skip(1).collect();
        rows.sort_by_key(|row| std::cmp::Reverse(row.rsplit(',').next().unwrap().parse::<u64>().unwrap()));
        for top in [1, 7, 60, 100_000] {
            for zeros in ["true", "false"] {
                let (some, _) = scratch.count(&[("by", by), ("top", &top.to_string()), ("zeros", zeros)]);
                let some: Vec<&str> = some.lines().skip(1).take(rows.len()).collect();
                assert_eq!(some, rows[..top.min(rows.len())], "{by}, top {top}");
            }
        }
    }
}

#[test]
fn people_are_a_denominator_and_a_decile_is_none() {
    let scratch = scratch();
    let root = scratch.workspace.root().to_string_lossy().into_owned();
    let figures = scratch.write("figures.csv", "code,people,imd_decile\nQ1,1000,3\nQ2,500,9\n");
    places_ok(&["--workspace", &root, "indicators", "add", &figures, "--layer", "squares"]);
    let (csv, _) = scratch.count(&[("by", "area:squares"), ("rate", "people")]);
    let row: Vec<&str> = csv.lines().find(|l| l.starts_with("Q2,")).unwrap().split(',').collect();
    let [.., count, denominator, rate] = row.as_slice() else { panic!("{row:?}") };
    assert_eq!(*denominator, "500");
    assert_eq!(rate.parse::<f64>().unwrap(), 1000.0 * count.parse::<f64>().unwrap() / 500.0);
    let refused =
        crate::support::places(&["--workspace", &root, "count", "--by", "area:squares", "--rate", "imd_decile"]);
    let message = String::from_utf8(refused.stderr).unwrap();
    assert_eq!(refused.status.code(), Some(2));
    assert!(message.contains("known: people, km2"), "{message}");
}

/// The squares Q1 and Q2 are one force's, Q3 and Q4 another's, whose second month is missing.
#[test]
fn a_month_that_its_force_did_not_send_is_no_zero_also_without_a_study_area() {
    let scratch = Scratch::with_areas();
    let file = |month: &str, force: &str, lat: f64| {
        let row = |i: u32| format!(",{month},{force},{force},1.0{i},{lat},Here,E01,Here 001A,Robbery,,\n");
        let rows: String = (1..9).map(row).collect();
        scratch.write(&format!("{month}-{force}-street.csv"), format!("{}{rows}", crate::support::POLICE_HEADER))
    };
    scratch.import_police(&[
        file("2025-01", "south", 52.55),
        file("2025-02", "south", 52.55),
        file("2025-01", "north", 52.65),
    ]);
    let rows = || {
        let (csv, _) = scratch.count(&[("by", "area:squares,month"), ("zeros", "true")]);
        csv.lines().skip(1).map(str::to_owned).collect::<Vec<_>>()
    };
    let with_study_area = rows();
    assert_eq!(with_study_area.len(), 2 * 2 + 2, "{with_study_area:?}");
    let settings = scratch.workspace.settings_path();
    let text = fs_err::read_to_string(&settings).unwrap();
    fs_err::write(&settings, text.replace("layer = \"squares\"", "layer = \"\"")).unwrap();
    assert_ne!(fs_err::read_to_string(&settings).unwrap(), text);
    assert_eq!(rows(), with_study_area);
}

#[test]
fn parquet_holds_the_rows_of_csv() {
    let scratch = scratch();
    let root = scratch.workspace.root().to_string_lossy().into_owned();
    let out = scratch.folder.path().join("out.parquet").to_string_lossy().into_owned();
    places_ok(&["--workspace", &root, "count", "--by", "area:squares,month", "--format", "parquet", "-o", &out]);
    let csv = places_ok(&["--workspace", &root, "count", "--by", "area:squares,month", "--format", "csv"]);
    let file = fs_err::File::open(&out).unwrap().into_file();
    let reader = parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder::try_new(file).unwrap().build().unwrap();
    let rows: usize = reader.map(|b| b.unwrap().num_rows()).sum();
    assert_eq!(rows, csv.lines().count() - 1);
    assert_eq!(csv.lines().next(), Some("area_code,area_name,month,count"));
}

#[test]
fn a_place_that_is_asked_for_moves_the_rest_into_a_named_box() {
    let scratch = scratch();
    let (all, everything) = scratch.count(&[("by", "area:squares")]);
    let expected = csv_counts(&all)["Q2"];
    let (_, one) = scratch.count(&[("by", "month"), ("in", "squares:Q2")]);
    assert!(adds_up(&one));
    assert_eq!(one["counted"], expected);
    assert_eq!(one["total"], everything["total"]);
    assert_eq!(one["outside_place"].as_u64().unwrap(), everything["counted"].as_u64().unwrap() - expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_area_smaller_than_a_unit_of_its_tile_is_drawn_all_the_same() {
    let scratch = scratch();
    let ring = "[[1.05,52.55],[1.051,52.55],[1.051,52.551],[1.05,52.551],[1.05,52.55]]";
    let tiny = format!(
        r#"{{"type":"FeatureCollection","features":[{{"type":"Feature","properties":{{"code":"T1"}},"geometry":{{"type":"Polygon","coordinates":[{ring}]}}}}]}}"#
    );
    let files = vec![scratch.write("tiny.geojson", tiny)];
    let request = places::import::AddAreas { layer: "tiny".into(), files, ..Default::default() };
    places::import::add_areas(&scratch.workspace, &request).unwrap();
    let state = AppState::new(scratch.workspace.clone()).unwrap();
    let (_, tile) = get(&state, "/tiles/areas-tiny/0/0/0.mvt").await;
    assert_eq!(features(&tile).into_keys().collect::<Vec<_>>(), ["T1"]);
}
