//! The demo county: the same from the same seed, imported whole, with what was planted to be found.

use std::path::Path;

use places::{
    demo::{Manifest, import_files, write_files},
    import::Progress,
    snapshot::Snapshot,
};

use crate::support::{adds_up, count};

fn county(folder: &Path) -> (Manifest, Snapshot, Vec<places::import::ImportReport>) {
    let manifest = write_files(&folder.join("files"), 1).unwrap();
    let mut reports = Vec::new();
    let workspace =
        import_files(&folder.join("files"), &folder.join("w"), &Progress::default(), |r| reports.push(r.clone()))
            .unwrap();
    (manifest, Snapshot::load(&workspace).unwrap(), reports)
}

fn counted(snapshot: &Snapshot, pairs: &[(&str, &str)]) -> f64 {
    let summary = count(snapshot, pairs).1;
    assert!(adds_up(&summary));
    summary["counted"].as_u64().unwrap() as f64
}

#[test]
fn the_same_seed_makes_the_same_files() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["a", "b"] {
        write_files(&folder.path().join(name), 5).unwrap();
    }
    write_files(&folder.path().join("c"), 6).unwrap();
    let read = |name: &str, file: &str| fs_err::read(folder.path().join(name).join(file)).unwrap();
    for file in
        ["areas.geojson", "holm-police.csv", "council-asb.csv", "youth-contacts.csv", "manifest.json", "postcodes.csv"]
    {
        assert_eq!(read("a", file), read("b", file), "{file}");
    }
    assert_ne!(read("a", "holm-police.csv"), read("c", "holm-police.csv"));
}

#[test]
fn what_is_planted_is_there_and_every_row_is_accounted_for() {
    let folder = tempfile::tempdir().unwrap();
    let (manifest, snapshot, reports) = county(folder.path());
    assert_eq!(reports.len(), 3);
    assert!(reports.iter().all(places::import::ImportReport::adds_up));
    assert_eq!(snapshot.layers[0].areas.len(), 115);
    let truth = |kind: &str| manifest.truths.iter().find(|t| t.kind == kind).unwrap();
    let area = |code: &str| format!("areas:{code}");

    // The town centre stands out in every year.
    let centre = area(&truth("concentration").area);
    for (from, to) in [("2023-07-01", "2024-07-01"), ("2024-07-01", "2025-07-01"), ("2025-07-01", "2026-07-01")] {
        let top = count(&snapshot, &[("by", "area:areas"), ("from", from), ("to", to), ("top", "1")]).0;
        assert!(top.contains(&truth("concentration").area), "{top}");
        assert!(counted(&snapshot, &[("in", &centre), ("from", from), ("to", to)]) > 1000.0);
    }
    // The emerging place rises in its last months, the Clear-Hold-Build area falls, and its ring rises a little.
    let rate = |code: &str, from: &str, to: &str, months: f64| {
        counted(&snapshot, &[("in", &area(code)), ("from", from), ("to", to), ("source", "holm-police")]) / months
    };
    let emerging = &truth("emerging").area;
    assert!(rate(emerging, "2026-03-01", "2026-07-01", 4.0) > 3.0 * rate(emerging, "2025-03-01", "2025-07-01", 4.0));
    let build = truth("clear-hold-build");
    let change =
        rate(&build.area, "2025-01-01", "2026-01-01", 12.0) / rate(&build.area, "2024-01-01", "2025-01-01", 12.0);
    assert!((0.4..0.65).contains(&change), "{change}");
    assert!(build.into.len() >= 3);
    // The seaside falls every autumn and is back the next summer.
    let seaside = &truth("season-only").area;
    let (summer, winter) =
        (rate(seaside, "2024-07-01", "2024-09-01", 2.0), rate(seaside, "2024-11-01", "2025-01-01", 2.0));
    let next_summer = rate(seaside, "2025-07-01", "2025-09-01", 2.0);
    assert!(winter < 0.45 * summer && (0.7..1.4).contains(&(next_summer / summer)), "{summer} {winter} {next_summer}");
    // About three in a hundred police records lie at the default location or nowhere.
    let default = manifest.default_location;
    let near = format!("{},{},{},{}", default[0] - 1e-4, default[1] - 1e-4, default[0] + 1e-4, default[1] + 1e-4);
    let all = reports[0].rows as f64;
    let share = counted(&snapshot, &[("bbox", &near), ("source", "holm-police")]) / all;
    assert!((0.018..0.03).contains(&share), "{share}");
}

#[test]
fn a_quarter_that_was_not_sent_is_no_zero() {
    let folder = tempfile::tempdir().unwrap();
    let (manifest, snapshot, _) = county(folder.path());
    let town = manifest.truths[0].area.clone();
    let place = format!("areas:{town}");
    let query = [
        ("by", "month"),
        ("source", "youth-contacts"),
        ("in", place.as_str()),
        ("zeros", "true"),
        ("category", "Knife seen or carried"),
    ];
    let (csv, summary) = count(&snapshot, &query);
    for month in &manifest.missing.1 {
        assert!(!csv.contains(month), "{month} was not sent, yet it is counted: {csv}");
    }
    assert_eq!(csv.lines().count() - 1, 33);
    assert_eq!(summary["not_received"], serde_json::json!(["youth-contacts 2025-04..2025-06 all"]));
    let all = [("by", "area:areas,month"), ("source", "youth-contacts"), ("zeros", "true")];
    let (csv, _) = count(&snapshot, &all);
    assert!(csv.lines().any(|l| l.ends_with(",0")) && !csv.contains("2025-05"));
}
