//! Postcodes that are not where a first look puts them: of Northern Ireland, and with letters for digits.

use crate::support::{Scratch, places, places_ok};

fn county(west: f64, south: f64, east: f64, north: f64) -> Scratch {
    let scratch = Scratch::new();
    let area = format!(
        r#"{{"type":"FeatureCollection","crs":{{"type":"name","properties":{{"name":"urn:ogc:def:crs:EPSG::27700"}}}},"features":[{{"type":"Feature","properties":{{"code":"X","name":"Box"}},"geometry":{{"type":"Polygon","coordinates":[[[{west},{south}],[{east},{south}],[{east},{north}],[{west},{north}],[{west},{south}]]]}}}}]}}"#
    );
    let file = scratch.write("box.geojson", area);
    places_ok(&["--workspace", &root(&scratch), "areas", "add", "m", &file, "--study-area"]);
    scratch
}

fn root(scratch: &Scratch) -> String {
    scratch.workspace.root().to_string_lossy().into_owned()
}

fn explain(scratch: &Scratch, text: &str) -> String {
    let output = places(&["--workspace", &root(scratch), "geocode", "--explain", text]);
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn positions_of_northern_ireland_are_never_read_as_british() {
    for (kind, text) in [
        ("onspd", "pcds,doterm,oseast1m,osnrth1m,osgrdind\nBT11 9DT,,0330905,0371973,1\n"),
        ("onspd", "PCDS,DOTERM,EAST1M,NORTH1M,GRIDIND,CTRY25CD\nBT11 9DT,,330905,371973,1,N92000002\n"),
        ("code-point", "\"BT11 9DT\",10,330905,371973,\"N92000002\",\"\",\"\",\"\",\"\",\"\"\n"),
    ] {
        let scratch = county(325_000.0, 365_000.0, 345_000.0, 385_000.0);
        let file = scratch.write("g.csv", text);
        places_ok(&["--workspace", &root(&scratch), "gazetteer", "add", kind, &file]);
        let said = explain(&scratch, "BT11 9DT");
        assert!(!said.contains("matched") || said.contains("unmatched"), "{kind}: {said}");
        assert!(!said.contains("-3.03"), "{kind}: {said}");
        assert!(said.contains("known, in Northern Ireland: outside"), "{kind}: {said}");
        assert!(explain(&scratch, "BT99 9DT").contains("in no gazetteer"));
    }
}

#[test]
fn a_letter_read_as_a_digit_is_weighed_with_the_other_slips() {
    let scratch = county(590_000.0, 220_000.0, 610_000.0, 240_000.0);
    let rows = "\"CO4 1JB\",10,602900,228900,\"E92000001\",\"\",\"\",\"\",\"\",\"\"\n\"CO4 9JB\",10,600900,227900,\"E92000001\",\"\",\"\",\"\",\"\",\"\"\n";
    let file = scratch.write("cpo.csv", rows);
    places_ok(&["--workspace", &root(&scratch), "gazetteer", "add", "code-point", &file]);
    let share = |text: &str, postcode: &str| -> f64 {
        let said = explain(&scratch, text);
        let line = said.lines().find(|l| l.contains('%') && l.contains(postcode));
        line.and_then(|l| l.trim().split(' ').next()?.parse().ok()).unwrap_or(0.0)
    };
    assert_eq!(share("CO4 1JB", "CO4 1JB"), 100.0);
    for slip in ["CO4 IJB", "CO4 lJB"] {
        let (read, other) = (share(slip, "CO4 1JB"), share(slip, "CO4 9JB"));
        assert!(read > other && other > 5.0 && read < 95.0, "{slip}: {read} {other} {}", explain(&scratch, slip));
        assert!(explain(&scratch, slip).to_lowercase().contains("corrected"), "{}", explain(&scratch, slip));
    }
}
