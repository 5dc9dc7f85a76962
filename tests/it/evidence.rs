//! Evidence on the demo county: what is planted is found, and a question without an answer gets a sentence.

use std::collections::{BTreeMap, BTreeSet};

use places::{
    analysis::{
        BriefingRequest, EmergingRequest, HotspotRequest, ScanRequest, VliRequest, briefing, emerging, hotspots, scan,
        vli,
    },
    ask::ColumnValues,
    grid::{cell_of_point, grid_disk},
    model::{LonLat, Month},
};

use crate::{
    demo_county::{county, no_nan},
    support::{POLICE_HEADER, Scratch, exact, places, places_ok, police_file, read},
};

#[test]
fn the_concentration_is_a_hot_spot_and_the_emerging_quarter_is_seen_to_emerge() {
    let county = county();
    let ask = |pairs: &[(&str, &str)]| {
        let request = read::<HotspotRequest>(pairs);
        hotspots(&exact(&county.snapshot), &request).unwrap()
    };
    let cell_near = |kind: &str, resolution: u8| {
        let [lon, lat] = county.truth(kind).at;
        cell_of_point(LonLat::new(lon, lat).unwrap(), resolution)
    };
    for exposure in ["equal", "residents"] {
        let found = ask(&[("cell", "8"), ("exposure", exposure), ("source", "holm-police"), ("hot", "true")]);
        let ColumnValues::Cells(cells) = &found.rows.columns[0].values else { panic!("cells") };
        let disk = grid_disk(&[cell_near("concentration", 8)], 1);
        assert!(cells.iter().any(|c| disk.contains(c)), "{exposure}: {} hot", cells.len());
        assert_eq!(found.summary.method.hot, cells.len());
    }
    let pairs = [
        ("cell", "8"),
        ("source", "holm-police"),
        ("exposure", "residents"),
        ("from", "2025-07-01"),
        ("to", "2026-07-01"),
    ];
    let request = read::<EmergingRequest>(&pairs);
    let found = emerging(&exact(&county.snapshot), &request).unwrap();
    let near: Vec<u64> = grid_disk(&[cell_near("emerging", 8)], 1);
    let ColumnValues::Cells(cells) = &found.rows.columns[0].values else { panic!("cells") };
    let classes: Vec<String> =
        (0..cells.len()).filter(|&i| near.contains(&cells[i])).map(|i| found.rows.text(2, i)).collect();
    let rising = ["new hot spot", "consecutive hot spot", "sporadic hot spot"];
    assert!(classes.iter().any(|c| rising.contains(&c.as_str())), "{classes:?}");
    let total: usize = found.summary.classes.iter().map(|c| c.1).sum();
    assert_eq!(total, found.summary.map.method.cells);
}

#[test]
fn the_emerging_quarter_is_found_by_briefing_and_scan() {
    let county = county();
    let emerges = &county.truth("emerging").area;
    let ask = |pairs: &[(&str, &str)]| {
        let request = read::<BriefingRequest>(pairs);
        briefing(&exact(&county.snapshot), &request).unwrap()
    };
    let found = ask(&[("as_of", "2026-05-01"), ("since", "2026-03-01"), ("source", "holm-police")]);
    let first = &found.changes[0];
    assert_eq!(first.place, format!("areas:{emerges}"), "{found:#?}");
    assert!(first.ratio.unwrap() > 3.0 && first.q_value < 1e-6 && first.why.contains("more than the usual"));
    assert!(found.changes.len() <= 7 && found.tested > 80);
    // The seaside in summer and in autumn is no news.
    let seaside = format!("areas:{}", county.truth("season-only").area);
    for (since, as_of) in [("2025-07-01", "2025-09-01"), ("2025-10-01", "2025-12-01")] {
        let quiet = ask(&[("as_of", as_of), ("since", since), ("source", "holm-police")]);
        assert!(quiet.changes.iter().all(|c| c.place != seaside), "{:#?}", quiet.changes);
    }
    let pairs = [("cell", "8"), ("source", "holm-police"), ("from", "2025-05-01"), ("to", "2026-05-01")];
    let request = read::<ScanRequest>(&pairs);
    let clusters = scan(&exact(&county.snapshot), &request).unwrap();
    assert!(clusters.clusters[0].cluster.p_value <= 0.001 + 1e-12);
    let [lon, lat] = county.truth("emerging").at;
    let near = cell_of_point(LonLat::new(lon, lat).unwrap(), 8);
    let disk = grid_disk(&[near], 2);
    assert!(clusters.clusters[0].cells.iter().any(|c| disk.contains(c)));
}

#[test]
fn harm_stands_beside_the_count_and_what_has_no_weight_is_counted() {
    let scratch = Scratch::with_areas();
    let file = police_file("2025-01", "Here", 300, 5);
    scratch.import_police(&[scratch.write("2025-01-here-street.csv", file)]);
    let weights = scratch.write("weights.csv", "Category,Days\nRobbery,365\nburglary,\"1,000\"\nDrugs,many\n");
    let root = scratch.workspace.root().to_string_lossy().into_owned();
    let added = places(&["--workspace", &root, "harm", "add", &weights, "--name", "days"]);
    assert!(added.status.success() && String::from_utf8(added.stderr).unwrap().contains("line 4: \"many\""));
    let (by_kind, _) = scratch.count(&[("by", "category"), ("harm", "days")]);
    let (mut all, mut harm, mut without) = (0, 0.0, 0);
    for line in by_kind.lines().skip(1) {
        let row: Vec<&str> = line.split(',').collect();
        let count: u64 = row[1].parse().unwrap();
        let weight = match row[0] {
            "Robbery" => 365.0,
            "Burglary" => 1000.0,
            _ => 0.0,
        };
        assert_eq!(row[2].parse::<f64>().unwrap(), weight * count as f64, "{line}");
        assert_eq!(row[3].parse::<u64>().unwrap(), if weight > 0.0 { 0 } else { count }, "{line}");
        all += count;
        harm += weight * count as f64;
        without += row[3].parse::<u64>().unwrap();
    }
    assert!(harm > 0.0);
    let (whole, _) = scratch.count(&[("harm", "days")]);
    assert_eq!(whole.lines().nth(1).unwrap(), format!("{all},{harm},{without}"));
    let areas = scratch.count(&[("by", "area:squares"), ("harm", "days")]).0;
    let sum: f64 = areas.lines().skip(1).map(|l| l.split(',').nth(3).unwrap().parse::<f64>().unwrap()).sum();
    assert_eq!(sum, harm);
    let refused = places(&["--workspace", &root, "hotspots", "--harm", "days"]);
    assert!(!refused.status.success());
}

#[test]
fn an_area_that_a_source_did_not_reach_has_no_index() {
    let county = county();
    let index = |source: &str| {
        let pairs = [("layer", "areas"), ("indicator", "crime:all"), ("source", source)];
        let request = read::<VliRequest>(&pairs);
        let rows = vli(&exact(&county.snapshot), &request).unwrap().rows;
        let ColumnValues::Numbers(index) = &rows.columns[2].values else { panic!("numbers") };
        (0..rows.len()).map(|row| (rows.text(0, row), index[row])).collect::<BTreeMap<_, _>>()
    };
    assert!(index("holm-police").values().all(|v| v.is_finite()));
    // A source of one square and one of two: the square that only one reaches is compared with nothing.
    let scratch = Scratch::with_areas();
    let root = scratch.workspace.root().to_string_lossy().into_owned();
    let row = |force: &str, lat: f64, i: usize| {
        format!(",2025-01,{force},{force},1.0{i},{lat},Here,E01,Here 001A,Robbery,,\n")
    };
    let both: String = (1..9).flat_map(|i| [row("here", 52.55, i), row("here", 52.65, i)]).collect();
    let text = format!("{POLICE_HEADER}{both}");
    scratch.import_police(&[scratch.write("2025-01-here-street.csv", text)]);
    let mapping = "source = \"wardens\"\n[columns]\nwhen = \"day\"\ncategory = \"kind\"\nid = \"id\"\nlon = \"lon\"\nlat = \"lat\"\n";
    let wardens = "id,kind,day,lon,lat\n1,Litter,2025-01-03,1.05,52.55\n";
    scratch.import_mapped(&[scratch.write("wardens.csv", wardens)], mapping);
    let settings = scratch.workspace.settings_path();
    let text = fs_err::read_to_string(&settings).unwrap();
    fs_err::write(&settings, format!("{text}\n[sources.wardens]\ncovers = [\"A\"]\n")).unwrap();
    let people = scratch.write("people.csv", "code,residents\nQ1,1000\nQ2,1000\nQ3,1000\nQ4,1000\n");
    places_ok(&["--workspace", &root, "indicators", "add", &people, "--layer", "squares"]);
    let snapshot = scratch.snapshot();
    let pairs = [("layer", "squares"), ("indicator", "crime:all"), ("source", "police.uk"), ("source", "wardens")];
    let request = read::<VliRequest>(&pairs);
    let answer = vli(&exact(&snapshot), &request);
    let districts: BTreeSet<&str> = snapshot.layers[0].areas.iter().map(|a| a.district.as_str()).collect();
    let rows = answer.unwrap().rows;
    let ColumnValues::Numbers(rates) = &rows.columns[5].values else { panic!("numbers") };
    for (row, rate) in rates.iter().enumerate() {
        let code = rows.text(0, row);
        let district = &snapshot.layers[0].areas.iter().find(|a| a.code == code).unwrap().district;
        let reached = snapshot.coverage.some(&["wardens"], Month(2025 * 12).period(), district);
        assert_eq!(rate.is_finite(), reached, "{code} of {districts:?}");
    }
    assert!(rates.iter().any(|r| r.is_nan()) && rates.iter().any(|r| r.is_finite()));
}

#[test]
fn a_question_without_an_answer_gets_a_sentence() {
    let county = county();
    let root = county.workspace.root().to_string_lossy().into_owned();
    let area = format!("areas:{}", county.truth("concentration").area);
    let polygon = county.workspace.root().join("../nowhere.geojson").to_string_lossy().into_owned();
    fs_err::write(&polygon, r#"{"type":"Polygon","coordinates":[[[0,10],[0.1,10],[0.1,10.1],[0,10.1],[0,10]]]}"#)
        .unwrap();
    let with = |arguments: &[&str]| places(&[&["--workspace", &root], arguments].concat());
    let compare = |pairs: &[&str]| with(&[&["compare", "--no-store", "--place", &area], pairs].concat());
    for (output, words) in [
        (compare(&["--before", "2019", "--after", "2025"]), "nothing of 2019-01-01..2020-01-01 was received"),
        (compare(&["--before", "2024", "--after", "2024-Q3"]), "share"),
        (compare(&["--before", "2025", "--after", "2024"]), "later than before"),
        (compare(&["--before", "2024-13", "--after", "2025"]), "a period such as"),
        (with(&["compare", "--place", "areas:nothing", "--before", "2024", "--after", "2025"]), "not known"),
        (with(&["compare", "--place", "nothing", "--before", "2024", "--after", "2025"]), "LAYER:CODE"),
        (
            with(&["compare", "--place", &polygon, "--before", "2024", "--after", "2025", "--no-store"]),
            "outside the study area",
        ),
        (with(&["hotspots", "--cell", "5"]), "7 to 11"),
        (with(&["hotspots", "--cell", "8", "--exposure", "recorded"]), "with a category or definition"),
        (with(&["hotspots", "--cell", "8", "--from", "2019-01-01", "--to", "2019-02-01"]), "nothing of the period"),
        (with(&["hotspots", "--cell", "7", "--cell", "871940000ffffff"]), "error"),
        (with(&["emerging", "--from", "2026-06-01"]), "at least two steps"),
        (with(&["scan", "--from", "2026-05-01"]), "at least three months"),
        (with(&["briefing", "--as-of", "2023-08-01"]), "no answer"),
        (with(&["briefing", "--as-of", "2026-05-15"]), ""),
        (with(&["vli", "--layer", "areas", "--indicator", "nothing"]), "not known"),
        (with(&["profile", "areas:nothing"]), "not known"),
        (with(&["claims", "replay", "nothing"]), "no claim"),
        (with(&["trend", "--area", "nothing"]), "not known"),
    ] {
        let message = String::from_utf8(output.stderr.clone()).unwrap();
        let told = String::from_utf8(output.stdout.clone()).unwrap();
        assert!(!message.contains("panicked"), "{message}");
        no_nan(&told);
        if !words.is_empty() {
            assert!(!output.status.success() && message.contains(words), "{words}: {message} {told}");
        }
    }
    // A comparison area that touches the ring is left out, and said.
    let next = &county.truth("clear-hold-build");
    let neighbor = format!("areas:{}", next.into[0]);
    let output = with(&[
        "compare",
        "--no-store",
        "--place",
        &format!("areas:{}", next.area),
        "--before",
        "2024",
        "--after",
        "2025",
        "--comparison",
        &neighbor,
    ]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success() && text.contains("was left out of the comparison"), "{text}");
}

#[test]
fn zero_counts_one_cell_and_equal_counts_are_sentences_too() {
    let scratch = Scratch::with_areas();
    let row = |month: &str, i: usize| format!(",{month},Here,Here,1.0{i},52.55,Here,E01,Here 001A,Robbery,,\n");
    for (month, rows) in [("2024-01", 3), ("2024-02", 0), ("2025-01", 1)] {
        let body: String = (0..rows.max(1)).map(|i| row(month, i + 1)).collect();
        let text = format!("{POLICE_HEADER}{body}");
        scratch.import_police(&[scratch.write(&format!("{month}-here-street.csv"), text)]);
    }
    let root = scratch.workspace.root().to_string_lossy().into_owned();
    let with = |arguments: &[&str]| places(&[&["--workspace", &root], arguments].concat());
    for arguments in [
        &["compare", "--place", "squares:Q4", "--before", "2024-01", "--after", "2025-01", "--format", "json"][..],
        &["compare", "--place", "squares:Q1", "--before", "2024-01", "--after", "2025-01", "--format", "json"],
        &["compare", "--place", "squares:Q1", "--before", "2024-01", "--after", "2024-02", "--format", "json"],
        &["hotspots", "--cell", "8", "--category", "Robbery", "--from", "2025-01-01", "--format", "json"],
        &["hotspots", "--cell", "7", "--test", "gi-star", "--in", "squares:Q4", "--format", "json"],
        &["hotspots", "--cell", "8", "--in", "squares:Q4", "--format", "json"],
        &["emerging", "--cell", "7", "--format", "json"],
        &["trend", "--area", "squares", "--format", "json"],
        &["trend", "--in", "squares:Q4", "--format", "json"],
        &["scan", "--format", "json"],
        &["briefing", "--format", "json"],
        &["vli", "--layer", "squares", "--format", "json"],
        &["profile", "squares:Q4", "--format", "json"],
        &["profile", "squares:Q1"],
    ] {
        let output = with(arguments);
        let (told, message) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
        assert!(!message.contains("panicked"), "{arguments:?}: {message}");
        no_nan(&told);
        if output.status.success() {
            assert!(!told.is_empty());
        } else {
            assert!(message.starts_with("error: ") && message.len() > 40, "{arguments:?}: {message}");
        }
    }
    let few = with(&["compare", "--place", "squares:Q1", "--before", "2024-01", "--after", "2025-01"]);
    let told = format!("{}{}", String::from_utf8(few.stdout).unwrap(), String::from_utf8(few.stderr).unwrap());
    assert!(told.contains("Verdict: too few to say."), "{told}");
}
