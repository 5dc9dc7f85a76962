//! The rules of police.uk files: identity, editions, splitting; and identity through a mapping.

use places::import::{ImportError, ImportRequest, Mapping, Progress, import};

use crate::support::{POLICE_HEADER, Scratch, police_file, police_rows};

fn request(files: Vec<String>) -> ImportRequest {
    ImportRequest { files, source: "police.uk".into(), ..Default::default() }
}

#[test]
fn the_same_file_again_changes_nothing_and_identical_rows_are_two_incidents() {
    let scratch = Scratch::with_areas();
    let row =
        ",2025-01,Here Police,Here Police,1.05,52.55,On or near High Street,E01,Here 001A,Anti-social behaviour,,\n";
    let file = scratch.write("2025-01-here-street.csv", format!("{POLICE_HEADER}{row}{row}"));
    assert_eq!(scratch.import_police(std::slice::from_ref(&file)).imported, 2);
    let before = scratch.workspace.state().unwrap().snapshot().unwrap();
    let again = scratch.import_police(&[file]);
    assert_eq!((again.duplicates, again.imported, again.id), (2, 0, None));
    assert_eq!(scratch.workspace.state().unwrap().snapshot().unwrap(), before);
    assert_eq!(scratch.snapshot().size().incidents, 2);
}

#[test]
fn a_newer_edition_replaces_only_its_own_force_and_month() {
    let scratch = Scratch::with_areas();
    let here = scratch.write("a/2025-01-here-street.csv", police_file("2025-01", "Here", 100, 1));
    let there = scratch.write("a/2025-01-there-street.csv", police_file("2025-01", "There", 50, 2));
    let next = scratch.write("a/2025-02-here-street.csv", police_file("2025-02", "Here", 70, 3));
    scratch.import_police(&[here, there, next]);
    let mut rows = police_rows("2025-01", "Here", 100, 1);
    rows[3] = rows[3].replace("Street", "Road");
    rows.truncate(90);
    let newer = scratch.write("b/2025-01-here-street.csv", format!("{POLICE_HEADER}{}", rows.concat()));
    let report = scratch.import_police(&[newer]);
    assert_eq!((report.imported, report.updated, report.duplicates, report.removed), (0, 1, 89, 10));
    assert!(report.adds_up());
    assert_eq!(scratch.snapshot().size().incidents, 90 + 50 + 70);
}

#[test]
fn two_editions_in_one_import_are_refused_and_twins_are_taken_once() {
    let scratch = Scratch::with_areas();
    let a = scratch.write("a/2025-01-here-street.csv", police_file("2025-01", "Here", 10, 1));
    let twin = scratch.write("b/2025-01-here-street.csv", police_file("2025-01", "Here", 10, 1));
    let other = scratch.write("c/2025-01-here-street.csv", police_file("2025-01", "Here", 10, 2));
    let error = import(&scratch.workspace, &request(vec![a.clone(), other]), &Progress::default()).unwrap_err();
    assert!(matches!(error, ImportError::TwoEditions { .. }), "{error}");
    assert_eq!(scratch.snapshot().size().incidents, 0);
    let report = scratch.import_police(&[a, twin]);
    assert_eq!((report.rows, report.skipped_files.len()), (10, 1));
}

const MAPPING: &str = r#"
source = "log"
[columns]
id = "Ref"
when = "When"
category = "Type"
lon = "X"
lat = "Y"
"#;

fn mapped(files: Vec<String>) -> ImportRequest {
    ImportRequest { files, mapping: Some(Mapping::parse(MAPPING).unwrap()), ..Default::default() }
}

#[test]
fn a_reference_makes_an_update_and_a_corrected_date_moves_the_record() {
    let scratch = Scratch::with_areas();
    let old = "Ref,When,Type,X,Y\n1,2025-01-05,Fight,1.05,52.55\n2,2025-01-06,Fight,1.05,52.55\n2,2025-01-06,Fight,1.05,52.55\n";
    let report = scratch.import_mapped(&[scratch.write("old.csv", old)], MAPPING);
    assert_eq!((report.imported, report.duplicates), (2, 1));
    let new = "Ref,When,Type,X,Y\n1,2025-02-05,Fight,1.05,52.55\n2,2025-01-06,Knife,1.05,52.55\n3,2025-01-07,Fight,1.05,52.55\n";
    let report = scratch.import_mapped(&[scratch.write("new.csv", new)], MAPPING);
    assert_eq!((report.imported, report.updated, report.removed), (1, 2, 0));
    assert!(report.adds_up());
    let (csv, _) = scratch.count(&[("by", "month,category")]);
    assert_eq!(csv, "month,category,count\n2025-01,Fight,1\n2025-01,Knife,1\n2025-02,Fight,1\n");
}

#[test]
fn rows_that_contradict_each_other_under_one_reference_are_rejected_whatever_their_order() {
    for order in [[0, 1, 2, 3, 4, 5], [5, 4, 3, 2, 1, 0]] {
        let scratch = Scratch::with_areas();
        let rows = [
            "1,2025-01-05,A,1.05,52.55",
            "1,2025-01-06,B,1.05,52.55",
            "2,2025-01-06,C,1.05,52.55",
            "3,2025-01-06,C,1.05,52.55",
            "4,2025-01-06,C,1.05,52.55",
            "5,2025-01-06,C,1.05,52.55",
        ];
        let lines: Vec<&str> = order.iter().map(|&i| rows[i]).collect();
        let file = scratch.write("log.csv", format!("Ref,When,Type,X,Y\n{}\n", lines.join("\n")));
        let error = import(&scratch.workspace, &mapped(vec![file.clone()]), &Progress::default()).unwrap_err();
        assert!(matches!(error, ImportError::TooManyRejected { ref rows, .. } if rows.len() == 2), "{error}");
        fs_err::write(
            scratch.workspace.settings_path(),
            "[import]\nmax_rejected_share = 0.5\n[study_area]\nlayer = \"squares\"\n",
        )
        .unwrap();
        let report = import(&scratch.workspace, &mapped(vec![file]), &Progress::default()).unwrap();
        assert_eq!((report.imported, report.rejected), (4, 2));
        assert!(report.adds_up());
    }
}

#[test]
fn layers_added_later_place_the_incidents_that_are_there() {
    let scratch = Scratch::new();
    let file = scratch.write("2025-01-here-street.csv", police_file("2025-01", "Here", 300, 1));
    scratch.import_police(std::slice::from_ref(&file));
    let squares = scratch.write("areas.geojson", crate::support::squares());
    let request = places::import::AddAreas {
        layer: "squares".into(),
        files: vec![squares],
        study_area: true,
        ..Default::default()
    };
    let added = places::import::add_areas(&scratch.workspace, &request).unwrap();
    assert_eq!(added.incidents_placed_again, 300);
    let late = scratch.count(&[("by", "area:squares,category")]);
    let early = Scratch::with_areas();
    early.import_police(&[file]);
    assert_eq!(late.0, early.count(&[("by", "area:squares,category")]).0);
    // Replaced, it is found under its plain name all the same.
    places::import::add_areas(&scratch.workspace, &request).unwrap();
    assert!(scratch.workspace.root().join("areas/squares.parquet").is_file());
    assert!(places::import::verify_places(&scratch.workspace).unwrap().is_empty());
}
