//! Boundary files as people download them: cut off, in another order or system, doubled, crossed, of another county.

use places::{
    area::{PropertyChoice, area_km2, read_geojson},
    import::{AddAreas, AreasAdded, ImportError, add_areas},
};

use crate::support::{Scratch, places_ok, squares};

fn feature(properties: &str, geometry: &str) -> String {
    format!(r#"{{"type":"Feature","properties":{{{properties}}},"geometry":{geometry}}}"#)
}

fn ring(w: f64, s: f64, e: f64, n: f64) -> String {
    format!("[[{w},{s}],[{e},{s}],[{e},{n}],[{w},{n}],[{w},{s}]]")
}

fn square(code: &str, w: f64, s: f64, side: f64) -> String {
    let polygon = format!(r#"{{"type":"Polygon","coordinates":[{}]}}"#, ring(w, s, w + side, s + side));
    feature(&format!(r#""code":"{code}","name":"Square {code}""#), &polygon)
}

fn collection(features: &[String], members: &str) -> String {
    format!(r#"{{"type":"FeatureCollection"{members},"features":[{}]}}"#, features.join(","))
}

/// Codes with square kilometres, and what was said.
fn read(text: &str, choice: &PropertyChoice) -> (Vec<(String, f64)>, String) {
    let (areas, issues) = read_geojson(text.as_bytes(), choice).unwrap();
    let said: Vec<String> = issues.into_iter().map(|i| i.problem).collect();
    (areas.iter().map(|a| (a.code.clone(), a.area_km2)).collect(), said.join("\n"))
}

fn plain(text: &str) -> (Vec<(String, f64)>, String) {
    read(text, &PropertyChoice::default())
}

fn refused(text: &str) -> String {
    read_geojson(text.as_bytes(), &PropertyChoice::default()).unwrap_err().to_string()
}

fn add(scratch: &Scratch, layer: &str, text: &str, study_area: bool, accept: bool) -> Result<AreasAdded, ImportError> {
    let files = vec![scratch.write(&format!("{layer}.geojson"), text)];
    add_areas(&scratch.workspace, &AddAreas { layer: layer.into(), files, study_area, accept, ..Default::default() })
}

/// A county of four squares with a record in each.
fn county() -> Scratch {
    let scratch = Scratch::new();
    add(&scratch, "sq", &squares(), true, false).unwrap();
    let mapping = scratch.write("m.toml", "source = \"asb\"\n[columns]\nid = \"Ref\"\nwhen = \"Date\"\ncategory = \"Type\"\nlon = \"Lon\"\nlat = \"Lat\"\n");
    let rows =
        "1,2025-01-02,N,1.05,52.55\n2,2025-01-02,N,1.15,52.55\n3,2025-01-02,N,1.05,52.65\n4,2025-01-02,N,1.15,52.65\n";
    let file = scratch.write("a.csv", format!("Ref,Date,Type,Lon,Lat\n{rows}"));
    places_ok(&["--workspace", &scratch.workspace.root().to_string_lossy(), "import", &file, "--mapping", &mapping]);
    scratch
}

fn counts(scratch: &Scratch, by: &str) -> String {
    places_ok(&["--workspace", &scratch.workspace.root().to_string_lossy(), "count", "--by", by, "--format", "csv"])
}

#[test]
fn what_stands_twice_is_one_area_and_counts_once() {
    let one = plain(&collection(&[square("A", 1.0, 52.5, 0.1)], "")).0[0].1;
    // Two features; two parts; a part inside another; each of the same area.
    let twice = [square("A", 1.0, 52.5, 0.1), square("A", 1.0, 52.5, 0.1)];
    let outer = ring(1.0, 52.5, 1.1, 52.6);
    let parts = |second: &str| {
        feature(r#""code":"A""#, &format!(r#"{{"type":"MultiPolygon","coordinates":[[{outer}],[{second}]]}}"#))
    };
    for features in [&twice[..], &[parts(&outer)], &[parts(&ring(1.04, 52.54, 1.06, 52.56))]] {
        let text = collection(features, "");
        let (areas, said) = plain(&text);
        assert!((areas[0].1 - one).abs() < 1e-3, "{areas:?}");
        assert!(said.contains("united"), "{said}");
        let scratch = county();
        add(&scratch, "twice", &text, false, false).unwrap();
        assert_eq!(
            counts(&scratch, "area:twice"),
            format!("area_code,area_name,count\nA,{},1\n", if features.len() > 1 { "Square A" } else { "A" })
        );
    }
    // Parts that only touch are added as they are; a declared hole stays a hole.
    let touching = [square("A", 1.0, 52.5, 0.1), square("A", 1.1, 52.5, 0.1)];
    let (areas, said) = plain(&collection(&touching, ""));
    assert!((areas[0].1 - 2.0 * one).abs() < 1e-2 && said.contains("joined"), "{areas:?} {said}");
    let hole = ring(1.04, 52.54, 1.06, 52.56);
    let holed = feature(r#""code":"A""#, &format!(r#"{{"type":"Polygon","coordinates":[{outer},{hole}]}}"#));
    let (areas, said) = plain(&collection(&[holed], ""));
    assert!((areas[0].1 - 0.96 * one).abs() < 0.05 && said.is_empty(), "{areas:?} {said}");
}

#[test]
fn crossed_rings_and_stray_holes_have_their_true_area() {
    let bow = r#"{"type":"Polygon","coordinates":[[[1.0,52.5],[1.1,52.6],[1.1,52.5],[1.0,52.6],[1.0,52.5]]]}"#;
    let (areas, _) = plain(&collection(&[feature(r#""code":"T""#, bow)], ""));
    assert!((areas[0].1 - 37.74).abs() < 0.05, "{areas:?}");
    let (outer, stray) = (ring(1.0, 52.5, 1.1, 52.6), ring(1.3, 52.5, 1.4, 52.6));
    let strayed = format!(r#"{{"type":"Polygon","coordinates":[{outer},{stray}]}}"#);
    let (areas, _) = plain(&collection(&[feature(r#""code":"H""#, &strayed)], ""));
    assert!((areas[0].1 - 75.48).abs() < 0.05, "{areas:?}");
    let (read, _) =
        read_geojson(collection(&[feature(r#""code":"H""#, &strayed)], "").as_bytes(), &PropertyChoice::default())
            .unwrap();
    assert!((area_km2(&read[0].polygons) - read[0].area_km2).abs() < 1e-9);
}

#[test]
fn areas_that_lie_in_each_other_are_said() {
    let scratch = county();
    let overlapping = [square("A", 1.0, 52.5, 0.1), square("B", 1.05, 52.5, 0.1)];
    let notes = add(&scratch, "ov", &collection(&overlapping, ""), false, false).unwrap().notes.join("\n");
    assert!(notes.contains("% of B lies in A"), "{notes}");
    let apart = [square("A", 1.0, 52.5, 0.1), square("B", 1.1, 52.5, 0.1)];
    assert!(add(&scratch, "apart", &collection(&apart, ""), false, false).unwrap().notes.is_empty());
    let far =
        add(&scratch, "far", &collection(&[square("F", -3.0, 53.0, 0.1)], ""), false, false).unwrap().notes.join("\n");
    assert!(far.contains("no part of far lies near the study area"), "{far}");
}

#[test]
fn the_code_is_the_property_that_is_unique() {
    let area = |properties: &str, w: f64| {
        feature(properties, &format!(r#"{{"type":"Polygon","coordinates":[{}]}}"#, ring(w, 52.5, w + 0.1, 52.6)))
    };
    let of = |first: &str, second: &str, layer: &str| {
        let text = collection(&[area(first, 1.0), area(second, 1.1)], "");
        let choice = PropertyChoice { layer: layer.to_owned(), ..PropertyChoice::default() };
        read_geojson(text.as_bytes(), &choice).map(|(areas, _)| areas).map_err(|e| e.to_string())
    };
    for (lad, msoa) in [("LAD24CD", "MSOA21CD"), ("lad24cd", "msoa21cd"), ("ltla24_code", "msoa21_code")] {
        let row = |code: &str| format!(r#""{lad}":"E07000148","{msoa}":"{code}""#);
        let areas = of(&row("E02005560"), &row("E02005561"), "beats").unwrap();
        assert_eq!((areas[0].code.as_str(), areas.len()), ("E02005560", 2));
    }
    let named = r#""MSOA21CD":"E02005560","msoa21nm":"Norwich 012","LAD24CD":"E07000148","lad24nm":"Norwich""#;
    let areas = of(named, &named.replace("560", "561"), "msoa21").unwrap();
    assert_eq!((areas[0].name.as_str(), areas[0].district_name.as_deref()), ("Norwich 012", Some("Norwich")));
    // Two that are unique: the one that fits the layer's name.
    let both = |a: &str, b: &str| format!(r#""LSOA21CD":"{a}","MSOA21CD":"{b}""#);
    assert_eq!(of(&both("L1", "M1"), &both("L2", "M2"), "msoa21").unwrap()[0].code, "M1");
    let vague = of(&both("X", "Y"), &both("X", "Y"), "beats").unwrap_err();
    assert!(vague.contains("--code") && vague.contains("LSOA21CD"), "{vague}");
}

#[test]
fn the_system_and_the_order_are_recognised_or_asked_for() {
    let metres = [feature(
        r#""code":"A""#,
        &format!(r#"{{"type":"Polygon","coordinates":[{}]}}"#, ring(622_000.0, 308_000.0, 632_000.0, 318_000.0)),
    )];
    let (areas, said) = plain(&collection(&metres, ""));
    assert!((areas[0].1 - 100.0).abs() < 0.2, "{areas:?}");
    assert!(said.contains("metres on the British National Grid"), "{said}");
    let crs = |name: &str| format!(r#","crs":{{"type":"name","properties":{{"name":"{name}"}}}}"#);
    let said = refused(&collection(&metres, &crs("urn:ogc:def:crs:EPSG::4326")));
    assert!(said.contains("--crs"), "{said}");
    let choice = PropertyChoice { crs: Some("EPSG:27700".into()), ..PropertyChoice::default() };
    assert!((read(&collection(&metres, &crs("EPSG:4326")), &choice).0[0].1 - 100.0).abs() < 0.2);
    let degrees = [square("A", 1.0, 52.5, 0.1)];
    let said = refused(&collection(&degrees, &crs("EPSG:27700")));
    assert!(said.contains("metres on the British National Grid") || said.contains("none of the"), "{said}");
    assert!(refused(&collection(&degrees, &crs("EPSG:3857"))).contains("3857"));
    // Latitude first.
    let swapped =
        [feature(r#""code":"A""#, &format!(r#"{{"type":"Polygon","coordinates":[{}]}}"#, ring(52.5, 1.0, 52.6, 1.1)))];
    let (areas, said) = plain(&collection(&swapped, ""));
    assert!((areas[0].1 - 75.48).abs() < 0.05 && said.contains("latitude stands before longitude"), "{areas:?} {said}");
    // The same holds for a polygon that a question brings.
    let scratch = county();
    let outline = scratch.write(
        "here.geojson",
        collection(
            &[feature(
                r#""code":"A""#,
                &format!(
                    r#"{{"type":"Polygon","coordinates":[{}]}}"#,
                    ring(600_000.0, 290_000.0, 620_000.0, 310_000.0)
                ),
            )],
            "",
        ),
    );
    let csv = places_ok(&[
        "--workspace",
        &scratch.workspace.root().to_string_lossy(),
        "count",
        "--in",
        &outline,
        "--format",
        "csv",
    ]);
    assert!(csv.starts_with("count\n"), "{csv}");
}

#[test]
fn files_that_a_server_cut_off_are_refused_or_said() {
    let features = [square("A", 1.0, 52.5, 0.1)];
    for mark in [r#","exceededTransferLimit":true"#, r#","properties":{"exceededTransferLimit":true}"#] {
        let text = collection(&features, mark);
        assert!(refused(&text).contains("exceededTransferLimit"));
        let scratch = county();
        assert!(add(&scratch, "cut", &text, false, false).is_err());
        assert_eq!(add(&scratch, "cut", &text, false, true).unwrap().areas, 1);
    }
    let many: Vec<String> =
        (0..1000).map(|i| square(&format!("S{i:04}"), 1.0 + f64::from(i) * 1e-3, 52.5, 1e-3)).collect();
    assert!(plain(&collection(&many, "")).1.contains("exactly 1000 features"));
    assert!(plain(&collection(&many[..999], "")).1.is_empty());
}

#[test]
fn collections_of_geometries_give_their_polygons() {
    let (outer, second) = (ring(1.0, 52.5, 1.1, 52.6), ring(1.1, 52.5, 1.2, 52.6));
    let geometry = format!(
        r#"{{"type":"GeometryCollection","geometries":[{{"type":"Polygon","coordinates":[{outer}]}},{{"type":"GeometryCollection","geometries":[{{"type":"MultiPolygon","coordinates":[[{second}]]}},{{"type":"Point","coordinates":[1,52]}}]}},{{"type":"LineString","coordinates":[[1,52],[2,52]]}}]}}"#
    );
    let (areas, said) = plain(&collection(&[feature(r#""code":"A""#, &geometry)], ""));
    assert!((areas[0].1 - 2.0 * 75.48).abs() < 0.1, "{areas:?}");
    assert!(said.contains("2 lines or points"), "{said}");
}

#[test]
fn a_layer_that_moves_many_records_asks_first() {
    let scratch = county();
    let other = collection(&[square("X", 1.3, 52.5, 0.1)], "");
    let before = counts(&scratch, "area:sq");
    for study in [false, true] {
        let said = add(&scratch, "sq", &other, study, false).unwrap_err().to_string();
        assert!(said.contains("4 of 4 stored records") && said.contains("--accept"), "{said}");
        assert_eq!(counts(&scratch, "area:sq"), before);
    }
    // Another layer under another name moves nothing; as study area it would.
    add(&scratch, "other", &other, false, false).unwrap();
    assert!(add(&scratch, "other2", &other, true, false).is_err());
    // The same squares under the same codes move nobody; new codes move all.
    add(&scratch, "sq", &squares(), true, false).unwrap();
    assert!(add(&scratch, "sq", &squares().replace("\"Q", "\"R"), true, false).is_err());
    assert!(add(&scratch, "sq", &squares().replace("\"Q", "\"R"), true, true).is_ok());
    assert!(counts(&scratch, "area:sq").contains("R1"));
}

#[test]
fn points_over_a_land_border_are_outside_and_off_the_coast_are_not() {
    let named = |code: &str, w: f64, district: &str| {
        let polygon = format!(r#"{{"type":"Polygon","coordinates":[{}]}}"#, ring(w, 52.5, w + 0.1, 52.6));
        feature(&format!(r#""code":"{code}","district_code":"{district}""#), &polygon)
    };
    let point = "Ref,Date,Type,Lon,Lat\n1,2025-01-02,N,1.1020,52.5512\n";
    let mapping = "source = \"asb\"\n[columns]\nid = \"Ref\"\nwhen = \"Date\"\ncategory = \"Type\"\nlon = \"Lon\"\nlat = \"Lat\"\n";
    for (neighbour, count) in [(None, 1), (Some("E07000203"), 0), (Some("E07000149"), 1)] {
        let scratch = Scratch::new();
        add(&scratch, "own", &collection(&[named("A", 1.0, "E07000149")], ""), true, false).unwrap();
        if let Some(district) = neighbour {
            add(&scratch, "next", &collection(&[named("N", 1.1, district)], ""), false, false).unwrap();
        }
        let (file, mapping) = (scratch.write("b.csv", point), scratch.write("m.toml", mapping));
        places_ok(&[
            "--workspace",
            &scratch.workspace.root().to_string_lossy(),
            "import",
            &file,
            "--mapping",
            &mapping,
        ]);
        assert_eq!(counts(&scratch, "area:own").contains("A,A,1"), count == 1, "{neighbour:?}");
    }
}
