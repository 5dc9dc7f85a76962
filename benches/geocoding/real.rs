//! The real check: streets learned from some months of data.police.uk, the texts of later months geocoded without their
//! coordinates and compared with the published points. Those points are snapped: no truth below the LSOA.

use std::{collections::HashSet, path::Path};

use places::{
    geocode::{DefaultLocations, Geocoder, Index, Input, Learner, Status, Study, build_index},
    grid::cell_of_point,
};

use crate::world::{metres, police_files, police_rows, study_units};

/// Months before this one teach, the others are asked.
const FIRST_ASKED: &str = "/2025-07/";

#[derive(Default)]
struct Tally {
    rows: usize,
    seen: usize,
    accepted: usize,
    accepted_seen: usize,
    near: usize,
    msoa: usize,
    cell8: usize,
    within: usize,
}

/// Learns, asks and reports.
pub(crate) fn check(data: &Path) -> Vec<String> {
    let units = study_units(&data.join("ons_boundaries_bgc/msoa/E10000020.geojson.gz"));
    let study = Study::new(units.clone());
    let files = police_files(data);
    let months: Vec<_> = files.iter().filter(|f| f.to_string_lossy().contains("/202")).collect();
    let at = months.iter().position(|f| f.to_string_lossy().contains(FIRST_ASKED)).expect("the months asked about");
    let (taught, asked) = months.split_at(at);
    let mut learner = Learner::default();
    let mut seen: HashSet<String> = HashSet::new();
    for (text, lsoa, point) in taught.iter().flat_map(|f| police_rows(f)) {
        learner.add(&text, &lsoa, point);
        seen.insert(text);
    }
    let bytes = build_index("learned", "bench", &learner.entries(), Vec::new());
    let geocoder =
        Geocoder::new(vec![Index::open(&bytes).expect("an index")], Study::new(units), DefaultLocations::default());
    let mut t = Tally::default();
    for (text, lsoa, truth) in asked.iter().flat_map(|f| police_rows(f)).filter(|r| study.holds(r.2)) {
        let answer = geocoder.geocode(&Input { text: &text, locality: &lsoa, ..Input::default() });
        let known = seen.contains(&text);
        t.rows += 1;
        t.seen += usize::from(known);
        let Some(point) = answer.point.filter(|_| answer.status == Status::Matched && answer.class.supports_area())
        else {
            continue;
        };
        t.accepted += 1;
        t.accepted_seen += usize::from(known);
        t.near += usize::from(metres(point, truth) <= 250.0);
        t.within += usize::from(metres(point, truth) <= answer.radius_m);
        t.msoa += usize::from(study.area_of(point) == study.area_of(truth));
        t.cell8 += usize::from(cell_of_point(point, 8) == cell_of_point(truth, 8));
    }
    let pct = |part: usize, whole: usize| 100.0 * part as f64 / whole.max(1) as f64;
    let line = |name: &str, figure: f64, wanted: &str, reached: bool| {
        format!("  {name:<58} {figure:>9.2} %   {wanted:<14} {}", if reached { "reached" } else { "MISSED" })
    };
    let told = |name: &str, figure: f64| format!("  {name:<58} {figure:>9.2} %");
    vec![
        format!("  {} months taught, {} asked: {} texts", taught.len(), asked.len(), t.rows),
        told("accepted, of all texts", pct(t.accepted, t.rows)),
        line(
            "accepted, of texts whose street was ever seen",
            pct(t.accepted_seen, t.seen),
            ">= 90",
            pct(t.accepted_seen, t.seen) >= 90.0,
        ),
        line("right MSOA, of accepted", pct(t.msoa, t.accepted), ">= 97", pct(t.msoa, t.accepted) >= 97.0),
        told("right res-8 cell, of accepted", pct(t.cell8, t.accepted)),
        told("within 250 m of the published point, of accepted", pct(t.near, t.accepted)),
        told("within the 90 % radius of the published point", pct(t.within, t.accepted)),
    ]
}
