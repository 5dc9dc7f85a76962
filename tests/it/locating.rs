//! Imports by words: boxes that add up at every precision, default locations, gazetteers and what is learned.

use std::fmt::Write;

use places::{
    geocode::Status,
    import::{Progress, learn_gazetteer},
    model::Period,
};
use proptest::prelude::*;

use crate::{
    small_county::{MAPPING, POSTCODES, add, geocoder, scratch, sheet_of, text},
    support::{Scratch, adds_up, count, places, places_ok, police_file},
};

/// Rows of every kind: coordinates of each precision, words, postcodes, homes, nothing.
fn log_rows(rows: usize, seed: u64) -> String {
    let mut rng = fastrand::Rng::with_seed(seed);
    let mut csv = "Id,When,Where,Town,Postcode,X,Y,P\n".to_owned();
    for i in 0..rows {
        let text = [
            "Mill Lane",
            "High Street",
            "Tesco",
            "Rose Lane j/w King Street",
            "the Rec",
            "lives at Mill Lane, Brockton",
            "declined to say",
            "",
            "Prince of Wales Rd",
            "somewhere",
        ][rng.usize(0..10)];
        let town = ["Alderby", "Brockton", "Carrow", "", ""][rng.usize(0..5)];
        let postcode = ["ZZ1 1AA", "ZZ2 2AB", "ZZ2", "", "", ""][rng.usize(0..6)];
        let (x, y) = (0.98 + f64::from(rng.u32(0..250)) / 1000.0, 52.48 + f64::from(rng.u32(0..250)) / 1000.0);
        let at = match rng.u32(0..6) {
            0 => format!("{x},{y}"),
            1 => format!("{y},{x}"),
            2 => "0,0".to_owned(),
            _ => ",".to_owned(),
        };
        let precision = ["", "premises", "postcode", "estate", "ward", "town"][rng.usize(0..6)];
        writeln!(csv, "{i},2026-01-{:02},\"{text}\",{town},{postcode},{at},{precision}", 1 + i % 28).unwrap();
    }
    csv
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, ..ProptestConfig::default() })]

    #[test]
    fn boxes_add_up_with_records_of_every_precision(seed in 0_u64..10_000) {
        let scratch = scratch();
        let file = scratch.write("log.csv", log_rows(300, seed));
        let report = scratch.import_mapped(std::slice::from_ref(&file), MAPPING);
        prop_assert!(report.adds_up());
        prop_assert_eq!((report.rows, report.imported), (300, 300), "{:?}", report.rejected_rows.first());
        prop_assert_eq!(report.geocoded.values().sum::<u64>(), 300);
        let snapshot = scratch.snapshot();
        let mut coarse = Vec::new();
        for by in ["cell:7", "cell:8", "cell:9", "cell:10", "cell:11", "area:squares", "month", "category"] {
            let (csv, summary) = count(&snapshot, &[("by", by)]);
            prop_assert!(adds_up(&summary), "{} {}", by, summary);
            prop_assert_eq!(summary["total"].as_u64(), Some(300));
            let rows: u64 = csv.lines().skip(1).filter_map(|l| l.rsplit(',').next()?.parse::<u64>().ok()).sum();
            prop_assert_eq!(Some(rows), summary["counted"].as_u64(), "{}", by);
            coarse.push(summary["too_coarse"].as_u64().unwrap());
        }
        // A finer cell never holds what a coarser one cannot.
        prop_assert!(coarse[..5].is_sorted(), "{coarse:?}");
        let again = scratch.import_mapped(&[file], MAPPING);
        prop_assert_eq!((again.duplicates, again.imported, again.updated), (300, 0, 0));
    }
}

#[test]
fn police_files_keep_their_points_and_only_get_the_flag_of_a_default_location() {
    let plain = Scratch::with_areas();
    let with = scratch();
    let settings = fs_err::read_to_string(with.workspace.settings_path()).unwrap();
    let default =
        "\n[[geocode.default_locations]]\nname = \"Headquarters\"\nlon = 1.037\nlat = 52.591\nradius_m = 50\n";
    fs_err::write(with.workspace.settings_path(), settings + default).unwrap();
    let csv = police_file("2025-01", "Here", 400, 3);
    for scratch in [&plain, &with] {
        scratch.import_police(&[scratch.write("2025-01-here-street.csv", &csv)]);
    }
    for by in ["cell:11", "area:squares", "cell:8,category"] {
        let (a, b) = (plain.count(&[("by", by)]), with.count(&[("by", by)]));
        assert_eq!(a.0, b.0, "{by}");
        assert!(adds_up(&b.1));
    }
    let flagged = |scratch: &Scratch| {
        let state = scratch.workspace.state().unwrap();
        let paths = state.partitions().unwrap().into_iter().map(|p| scratch.workspace.root().join(p.path));
        let sets = paths.map(|p| places::workspace::read_incidents(&p, true).unwrap());
        sets.flat_map(|s| s.places.clone())
            .filter(|p| places::model::Flags(p.flags).has(places::model::Flags::DEFAULT_LOCATION))
            .count()
    };
    assert_eq!((flagged(&plain), flagged(&with)), (0, 1));
}

#[test]
fn a_default_location_is_not_believed_in_a_mapped_file() {
    let scratch = scratch();
    let settings = fs_err::read_to_string(scratch.workspace.settings_path()).unwrap();
    let default = "\n[[geocode.default_locations]]\nname = \"Headquarters\"\nlon = 1.19\nlat = 52.69\n";
    fs_err::write(scratch.workspace.settings_path(), settings + default).unwrap();
    let rows = [
        "1,2026-01-02,\"Mill Lane, Alderby\",,,1.19,52.69,",
        "2,2026-01-02,,,,1.19,52.69,",
        "3,2026-01-02,,,,1.18,52.69,",
    ];
    let report = scratch.import_mapped(&[scratch.write("log.csv", sheet_of(&rows))], MAPPING);
    assert_eq!((report.flags["default_location"], report.geocoded["withheld"], report.not_located), (2, 1, 1));
    let (csv, _) = scratch.count(&[("by", "area:squares")]);
    assert!(csv.contains("Q1,Square Q1,1") && csv.contains("Q4,Square Q4,1"), "{csv}");
}

#[test]
fn a_gazetteer_of_another_kind_or_one_that_moves_places_is_refused() {
    let scratch = scratch();
    let root = scratch.workspace.root().to_string_lossy().into_owned();
    let file = scratch.write("streets.txt", "not,a,gazetteer\n1,2,3\n");
    let output = places(&["--workspace", &root, "gazetteer", "add", "code-point", &file]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && said.contains("expected a Code-Point Open file"), "{said}");
    let moved = POSTCODES.replace("1.0205,52.5203", "1.0705,52.5203");
    let error = add(&scratch, "postcodes", &moved, false).unwrap_err();
    assert!(error.contains("moves 1 places") && error.contains("--accept"), "{error}");
    let fewer = POSTCODES.lines().take(2).collect::<Vec<_>>().join("\n");
    let error = add(&scratch, "postcodes", &fewer, false).unwrap_err();
    assert!(error.contains("no longer has"), "a part of an edition is no edition: {error}");
    another_kind_is_refused(&scratch);
    let at = |scratch: &Scratch| geocoder(scratch).geocode(&text("ZZ1 1AA")).point.unwrap().lon;
    assert!((at(&scratch) - 1.0205).abs() < 1e-4, "nothing has changed");
    let epoch = geocoder(&scratch).epoch().to_owned();
    add(&scratch, "postcodes", &moved, true).unwrap();
    assert!((at(&scratch) - 1.0705).abs() < 1e-4);
    let listed = places_ok(&["--workspace", &root, "gazetteer", "list"]);
    assert!(listed.contains("postcodes") && listed.contains("2026-01"), "{listed}");
    assert_ne!(geocoder(&scratch).epoch(), epoch, "other places under the same name and edition are another gazetteer");
}

/// A file of another kind under the name of a gazetteer that is there is refused, whatever is accepted.
fn another_kind_is_refused(scratch: &Scratch) {
    let request = places::import::AddGazetteer {
        kind: places::geocode::GazetteerKind::CodePoint,
        files: vec![
            scratch.write("code-point.csv", "\"ZZ1 1AA\",10,623000,308500,\"E92000001\",\"\",\"\",\"\",\"\",\"\"\n"),
        ],
        name: "postcodes".to_owned(),
        epoch: "2026-02".to_owned(),
        accept: true,
    };
    let refused = places::import::add_gazetteer(&scratch.workspace, &request, &Progress::default()).unwrap_err();
    assert!(refused.to_string().contains("of kind csv, this is one of kind code-point"), "{refused}");
}

#[test]
fn streets_are_learned_from_located_incidents() {
    let scratch = Scratch::with_areas();
    let nothing = learn_gazetteer(&scratch.workspace, &[], Period::ALWAYS, false, &Progress::default());
    assert!(nothing.unwrap_err().to_string().contains("nothing was changed"));
    let file = scratch.write("2025-01-here-street.csv", police_file("2025-01", "Here", 300, 1));
    scratch.import_police(std::slice::from_ref(&file));
    let learned = learn_gazetteer(&scratch.workspace, &[], Period::ALWAYS, false, &Progress::default()).unwrap();
    assert!(learned.file.entries > 100 && learned.file.epoch == "2025-01");
    let answer = geocoder(&scratch).geocode(&text("o/s 4 street 17"));
    assert_eq!((answer.status, answer.class.code()), (Status::Matched, 5), "{answer:?}");
    let from_file = learn_gazetteer(&scratch.workspace, &[file], Period::ALWAYS, true, &Progress::default()).unwrap();
    assert_eq!(from_file.rows, learned.rows);
}

#[test]
fn the_three_example_files_import_in_one_command_each() {
    let folder = tempfile::tempdir().unwrap();
    let files = folder.path().join("files");
    places::demo::write_files(&files, 1).unwrap();
    let workspace = places::demo::import_files(&files, &folder.path().join("w"), &Progress::default(), |_| {}).unwrap();
    let root = workspace.root().to_string_lossy().into_owned();
    for (name, least) in [("council-asb", 300), ("youth-contacts", 180), ("a-and-e", 150)] {
        let file = files.join(format!("sample-{name}.csv"));
        let mapping = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("data/mappings/{name}.toml"));
        let out = places_ok(&[
            "--workspace",
            &root,
            "import",
            &file.to_string_lossy(),
            "--mapping",
            &mapping.to_string_lossy(),
            "--format",
            "json",
        ]);
        let report: serde_json::Value = serde_json::from_str(&out).unwrap();
        assert_eq!(report["rows"], 400);
        let located: u64 = report["placed"]
            .as_object()
            .unwrap()
            .iter()
            .filter(|p| p.0 != "district")
            .map(|p| p.1.as_u64().unwrap())
            .sum();
        assert!(located >= least, "{name}: {located} of 400");
        assert!(report["to_review"].as_u64().unwrap() > 0, "{name}");
    }
}
