//! Decisions that move records: what they may not move, what a second person has to see, and that undo is exact.

use std::collections::BTreeMap;

use places::{
    import::Choice,
    review::{self, QueueCandidate, ReviewError},
    workspace::read_incidents,
};
use proptest::prelude::*;

use crate::{
    small_county::{MAPPING, add, counted, scratch, sheet_of, waiting},
    support::{Scratch, adds_up, places_ok},
};

fn chosen(candidate: &QueueCandidate) -> Choice {
    Choice::Place {
        lon: candidate.lon,
        lat: candidate.lat,
        class: candidate.class.clone(),
        radius_m: candidate.radius_m,
        name: candidate.name.clone(),
    }
}

/// Every stored column of every record, by its reference.
fn columns(scratch: &Scratch) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    for partition in scratch.workspace.state().unwrap().partitions().unwrap() {
        let set = read_incidents(&scratch.workspace.root().join(partition.path), true).unwrap();
        for i in 0..set.len() {
            let place = set.place_of(i);
            let areas: Vec<_> =
                place.into_iter().flat_map(|p| (0..set.layers.len()).map(|l| set.area_of(p, l))).collect();
            let place = place.map(|p| {
                let numbers = [p.lon, p.lat, p.easting, p.northing, f64::from(p.radius_m)].map(f64::to_bits);
                (numbers, p.class, p.cells, p.flags)
            });
            let rest = (set.key(i), set.category_of(i), set.when_of(i), set.text_hash_of(i));
            all.insert(set.source_ref_of(i).to_owned(), format!("{place:?} {areas:?} {rest:?}"));
        }
    }
    all
}

/// The boxes of some questions, which must add up.
fn boxes(scratch: &Scratch) -> Vec<Option<u64>> {
    let mut all = Vec::new();
    for by in ["cell:8", "area:squares", "month"] {
        let summary = scratch.count(&[("by", by)]).1;
        assert!(adds_up(&summary), "{by} {summary}");
        let names = ["total", "counted", "not_located", "outside_study_area", "too_coarse", "time_too_coarse"];
        all.extend(names.map(|name| summary[name].as_u64()));
    }
    all
}

#[test]
fn a_queue_whose_last_wording_was_found_is_empty_and_a_late_decision_is_refused() {
    let scratch = scratch();
    let file = scratch.write("a.csv", sheet_of(&["1,2026-01-03,The Zog Arms,,,,,", "2,2026-01-04,The Zog Arms,,,,,"]));
    assert_eq!(scratch.import_mapped(std::slice::from_ref(&file), MAPPING).to_review, 1);
    let (id, _) = waiting(&scratch)["The Zog Arms||"].clone();
    add(&scratch, "pubs", "name,kind,lon,lat\nThe Zog Arms,premises,1.05,52.55\n", false).unwrap();
    let before = scratch.workspace.state().unwrap().review_items().unwrap();
    assert_eq!((scratch.import_mapped(std::slice::from_ref(&file), MAPPING).to_review, counted(&scratch)), (0, 2));
    assert!(waiting(&scratch).is_empty());
    // As an older version left it: placed, and still in the list.
    let lock = scratch.workspace.lock().unwrap();
    let mut commit = places::workspace::Commit::begin(&scratch.workspace, &lock).unwrap();
    commit.set_review_items(&before).unwrap();
    commit.finish().unwrap();
    drop(lock);
    for choice in [
        Choice::Nowhere,
        Choice::Place { lon: 1.15, lat: 52.65, class: "street".into(), radius_m: 60.0, name: "x".into() },
    ] {
        let refused = review::decide(&scratch.workspace, &id, choice, "Ann").unwrap_err();
        assert!(matches!(refused, ReviewError::NothingWaits { .. }) && refused.to_string().contains("no record waits"));
    }
    let report = scratch.import_mapped(&[file], MAPPING);
    assert_eq!((report.duplicates, counted(&scratch)), (2, 2), "nor does a later import move anything");
    assert!(waiting(&scratch).is_empty(), "and the same records again empty the list");
}

#[test]
fn one_records_coordinates_place_that_record_alone() {
    let scratch = scratch();
    // Words of where records are entered make even good coordinates a matter for a person.
    let rows = [
        "1,2026-01-03,custody suite,,,1.05,52.55,premises",
        "2,2026-01-03,custody suite,,,1.19,52.51,premises",
        "3,2026-01-03,custody suite,,,1.04,52.69,premises",
    ];
    let file = scratch.write("a.csv", sheet_of(&rows));
    scratch.import_mapped(std::slice::from_ref(&file), MAPPING);
    let item = review::queue(&scratch.workspace).unwrap().items.remove(0);
    let before = (columns(&scratch), boxes(&scratch));
    assert_eq!((item.records, counted(&scratch)), (3, 0));
    let names: Vec<&str> = item.candidates.iter().map(|c| c.name.as_str()).collect();
    assert!(item.candidates.iter().all(|c| c.record.is_some()) && names.len() == 3, "{names:?}");
    let own = item.candidates.iter().find(|c| c.name.ends_with("of record 2")).unwrap();
    let made = review::decide(&scratch.workspace, &item.id, chosen(own), "Ann").unwrap();
    assert_eq!((made.records, counted(&scratch)), (1, 1));
    let after = columns(&scratch);
    let moved: Vec<&String> = after.iter().filter(|(id, c)| before.0[*id] != **c).map(|(id, _)| id).collect();
    assert_eq!(moved, ["2"]);
    let left = review::queue(&scratch.workspace).unwrap().items.remove(0);
    assert_eq!((left.records, left.candidates.len()), (2, 2), "the others wait");
    let again = scratch.import_mapped(std::slice::from_ref(&file), MAPPING);
    assert_eq!((again.duplicates, columns(&scratch)), (3, after), "the next import follows it for that record");
    // The same words with other coordinates are another matter, also under the same reference.
    let other = scratch.write("b.csv", sheet_of(&["2,2026-01-03,custody suite,,,1.11,52.61,premises"]));
    assert_eq!((scratch.import_mapped(&[other], MAPPING).updated, counted(&scratch)), (1, 0));
    scratch.import_mapped(&[file], MAPPING);
    review::undo(&scratch.workspace, None).unwrap();
    assert_eq!((columns(&scratch), boxes(&scratch)), before);
    // A point that a person gives is for all.
    let point = Choice::Place { lon: 1.123, lat: 52.567, class: "street".into(), radius_m: 60.0, name: "x".into() };
    assert_eq!(review::decide(&scratch.workspace, &item.id, point, "Ann").unwrap().records, 3);
    review::undo(&scratch.workspace, None).unwrap();
    assert_eq!((columns(&scratch), boxes(&scratch)), before);
}

#[test]
fn a_decision_that_moves_more_than_a_hundred_needs_a_second_person_whichever_way_it_is_given() {
    let scratch = scratch();
    let rows: Vec<String> = (0..101).map(|i| format!("{i},2026-01-02,High Street,,,,,")).collect();
    let rows: Vec<&str> = rows.iter().map(String::as_str).chain(["900,2026-01-02,Tesco,,,,,"]).collect();
    scratch.import_mapped(&[scratch.write("a.csv", sheet_of(&rows))], MAPPING);
    let root = scratch.workspace.root().to_string_lossy().into_owned();
    let (many, few) = (waiting(&scratch)["High Street||"].0.clone(), waiting(&scratch)["Tesco||"].0.clone());
    let decide =
        |id: &str, choice: &str| places_ok(&["--workspace", &root, "review", "decide", id, choice, "--as", "Ann"]);
    let sheet = |choice: &str| {
        let text = places_ok(&["--workspace", &root, "review", "export"]);
        let text = text.replace(&format!("w{many},"), &format!("w{many},{choice}"));
        let file = scratch.write("sheet.csv", text);
        places_ok(&["--workspace", &root, "review", "apply", &file, "--as", "Ann"])
    };
    for given in [decide(&many, "1"), decide(&many, "1.15,52.55"), decide(&many, "n"), sheet("2")] {
        assert!(given.contains("second person") && given.contains("101"), "{given}");
        assert_eq!((counted(&scratch), waiting(&scratch)["High Street||"].1), (0, 101), "{given}");
    }
    let said = decide(&few, "1");
    assert!(said.contains("1 records placed at Tesco") && counted(&scratch) == 1, "{said}");
    let pending = review::queue(&scratch.workspace).unwrap().decisions.iter().rev().nth(1).unwrap().number;
    let same = review::agree_decision(&scratch.workspace, pending, " ANN ");
    assert!(matches!(same, Err(ReviewError::SamePerson { .. })), "{same:?}");
    let before = columns(&scratch);
    let made = review::agree_decision(&scratch.workspace, pending, "Bob").unwrap();
    assert_eq!((made.records, made.pending, counted(&scratch)), (101, false, 102));
    for other in [pending, pending + 1] {
        assert!(review::agree_decision(&scratch.workspace, other, "Bob").is_err(), "{other}");
    }
    review::undo(&scratch.workspace, Some(pending)).unwrap();
    assert_eq!(columns(&scratch), before);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, ..ProptestConfig::default() })]

    #[test]
    fn undo_gives_every_column_back_and_boxes_add_up(seed in 0_u64..10_000) {
        let mut rng = fastrand::Rng::with_seed(seed);
        let scratch = scratch();
        let row = |i: usize, rng: &mut fastrand::Rng| {
            let text = ["High Street", "Tesco", "Mill Lane", "qqxyz", "somewhere else"][rng.usize(0..5)];
            let town = ["", "", "Holtby"][rng.usize(0..3)];
            let (x, y) = (0.9 + f64::from(rng.u32(0..400)) / 1000.0, 52.4 + f64::from(rng.u32(0..400)) / 1000.0);
            let at = if rng.bool() { format!("{x},{y}") } else { ",".to_owned() };
            let known = ["", "premises", "ward", "town"][rng.usize(0..4)];
            format!("{i},2026-0{}-02,{text},{town},,{at},{known}", 1 + i % 2)
        };
        let rows: Vec<String> = (0..60).map(|i| row(i, &mut rng)).collect();
        let more: Vec<String> = (60..80).map(|i| row(i, &mut rng)).collect();
        let sheet = |rows: &[String]| sheet_of(&rows.iter().map(String::as_str).collect::<Vec<_>>());
        let (first, second) = (scratch.write("a.csv", sheet(&rows)), scratch.write("b.csv", sheet(&more)));
        scratch.import_mapped(std::slice::from_ref(&first), MAPPING);
        // What both files would give without any decision.
        let plain = crate::small_county::scratch();
        for name in ["a.csv", "b.csv"] {
            let text = fs_err::read(scratch.folder.path().join(name)).unwrap();
            plain.import_mapped(&[plain.write(name, text)], MAPPING);
        }
        let (before, queue) = (columns(&scratch), scratch.workspace.state().unwrap().review_items().unwrap());
        let mut made = Vec::new();
        for _ in 0..4 {
            let items = review::queue(&scratch.workspace).unwrap().items;
            if items.is_empty() { break; }
            let item = &items[rng.usize(0..items.len())];
            let inside: Vec<&QueueCandidate> = item.candidates.iter().collect();
            let choice = match rng.usize(0..3) {
                0 => Choice::Nowhere,
                1 if !inside.is_empty() => chosen(inside[rng.usize(0..inside.len())]),
                _ => Choice::Place { lon: 1.123, lat: 52.567, class: "street".into(), radius_m: 60.0, name: "x".into() },
            };
            match review::decide(&scratch.workspace, &item.id, choice, "Ann") {
                Ok(one) => { prop_assert!(one.records > 0); made.push(one.number); }
                Err(ReviewError::Outside) => {}
                Err(other) => prop_assert!(false, "{}", other),
            }
            boxes(&scratch);
        }
        let later = rng.bool();
        if later {
            scratch.import_mapped(&[second], MAPPING);
            boxes(&scratch);
        }
        for number in made.into_iter().rev() {
            review::undo(&scratch.workspace, Some(number)).unwrap();
            boxes(&scratch);
        }
        if later {
            // Keys and digests are each workspace's own: places are compared.
            let places = |all: BTreeMap<String, String>| -> BTreeMap<String, String> {
                all.into_iter().map(|(id, c)| (id, c.rsplit_once(" (").unwrap().0.to_owned())).collect()
            };
            prop_assert_eq!(places(columns(&scratch)), places(columns(&plain)));
        } else {
            prop_assert_eq!(columns(&scratch), before);
            prop_assert_eq!(scratch.workspace.state().unwrap().review_items().unwrap(), queue);
        }
    }
}
