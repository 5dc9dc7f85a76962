//! Geocoding a corpus and counting what came of it, beside the targets of the design.

use std::collections::BTreeMap;

use places::{
    geocode::{Answer, CoordinateTexts, Geocoder, Input, Status},
    grid::cell_of_point,
    model::{Flags, LonLat},
};

use crate::{
    corpus::{FAMILIES, Record, SOURCES},
    world::metres,
};

pub(crate) fn input(record: &Record) -> Input<'_> {
    Input {
        text: &record.text,
        locality: &record.locality,
        postcode: &record.postcode,
        gridref: &record.gridref,
        coordinates: CoordinateTexts {
            lon: &record.lon,
            lat: &record.lat,
            easting: &record.easting,
            northing: &record.northing,
        },
        ..Input::default()
    }
}

/// What became of one record.
pub(crate) struct Outcome<'r> {
    pub record: &'r Record,
    pub answer: Answer,
    pub accepted: bool,
    pub msoa: bool,
    pub cell8: bool,
    pub cell9: bool,
    pub off_m: f64,
}

impl<'r> Outcome<'r> {
    pub(crate) fn of(geocoder: &Geocoder, record: &'r Record) -> Self {
        let answer = geocoder.geocode(&input(record));
        let both = answer.point.zip(record.truth);
        let same = |f: &dyn Fn(LonLat) -> u64| both.is_some_and(|(a, b)| f(a) == f(b));
        let study = geocoder.study();
        Self {
            accepted: answer.status == Status::Matched && answer.class.supports_area(),
            msoa: same(&|p| study.area_of(p).map_or_else(|| cell_of_point(p, 7), u64::from)),
            cell8: same(&|p| cell_of_point(p, 8)),
            cell9: same(&|p| cell_of_point(p, 9)),
            off_m: both.map_or(f64::NAN, |(a, b)| metres(a, b)),
            answer,
            record,
        }
    }

    /// Whether something odd about the coordinates was flagged.
    fn noticed(&self) -> bool {
        [
            Flags::DEFAULT_LOCATION,
            Flags::OUTSIDE_AREA,
            Flags::SWAPPED_AXES_FIXED,
            Flags::GRIDREF_COARSE,
            Flags::ZERO_POINT,
            Flags::IMPOSSIBLE_POINT,
            Flags::POSSIBLE_SWAP,
            Flags::UNITS_FIXED,
        ]
        .into_iter()
        .any(|flag| self.answer.flags.has(flag))
    }

    fn has_coordinates(&self) -> bool {
        !(self.record.lon.is_empty() && self.record.easting.is_empty())
    }
}

fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 { f64::NAN } else { part as f64 / whole as f64 }
}

/// Accepted, and right among accepted.
#[derive(Default)]
struct Tally {
    records: usize,
    locatable: usize,
    accepted: usize,
    accepted_locatable: usize,
    msoa: usize,
    cell8: usize,
}

impl Tally {
    fn add(&mut self, o: &Outcome<'_>) {
        self.records += 1;
        self.locatable += usize::from(o.record.locatable);
        self.accepted += usize::from(o.accepted);
        self.accepted_locatable += usize::from(o.accepted && o.record.locatable);
        self.msoa += usize::from(o.accepted && o.msoa);
        self.cell8 += usize::from(o.accepted && o.cell8);
    }

    fn line(&self, name: &str) -> String {
        format!(
            "  {name:<34} {:>6} records  accepted {:>6.1} % of {:>6} locatable   right MSOA {:>6.2} %   right res-8 {:>6.2} %",
            self.records,
            100.0 * share(self.accepted_locatable, self.locatable),
            self.locatable,
            100.0 * share(self.msoa, self.accepted),
            100.0 * share(self.cell8, self.accepted)
        )
    }
}

/// Expected calibration error in ten bins of equal width.
pub(crate) fn calibration_error(pairs: &[(f64, bool)]) -> f64 {
    let mut bins = [(0.0, 0.0, 0.0); 10];
    for &(p, right) in pairs {
        let bin = &mut bins[((p * 10.0) as usize).min(9)];
        *bin = (bin.0 + 1.0, bin.1 + p, bin.2 + f64::from(u8::from(right)));
    }
    let n = pairs.len() as f64;
    bins.iter().filter(|b| b.0 > 0.0).map(|b| (b.1 - b.2).abs() / n).sum()
}

type Pick = fn(&Outcome<'_>) -> (f64, bool);

fn target(name: &str, figure: f64, unit: &str, reached: bool, wanted: &str) -> String {
    format!("  {name:<58} {figure:>9.3} {unit:<3} {wanted:<14} {}", if reached { "reached" } else { "MISSED" })
}

/// Everything measured of a corpus, with each target beside its figure.
pub(crate) fn report(outcomes: &[Outcome<'_>]) -> Vec<String> {
    let mut lines = Vec::new();
    let mut by: BTreeMap<String, Tally> = BTreeMap::new();
    let mut whole = Tally::default();
    for o in outcomes {
        whole.add(o);
        by.entry(format!("family {}", FAMILIES[o.record.family])).or_default().add(o);
        by.entry(format!("source {}", SOURCES[o.record.source])).or_default().add(o);
        by.entry(format!("district {}", o.record.district)).or_default().add(o);
    }
    lines.extend(by.iter().map(|(name, tally)| tally.line(name)));
    lines.push(whole.line("all"));
    let pct = |v: f64| 100.0 * v;
    let accepted = pct(share(whole.accepted_locatable, whole.locatable));
    lines.push(target("accepted, of locatable records", accepted, "%", accepted >= 95.0, ">= 95"));
    let groups = by.iter().filter(|(n, t)| (n.starts_with("dist") || n.starts_with("source")) && t.locatable >= 50);
    let least = groups.map(|(_, t)| pct(share(t.accepted_locatable, t.locatable))).fold(100.0, f64::min);
    lines.push(target("accepted, least district or source", least, "%", least >= 85.0, ">= 85"));
    let msoa = pct(share(whole.msoa, whole.accepted));
    lines.push(target("right MSOA, of accepted", msoa, "%", msoa >= 97.0, ">= 97"));
    let wrong = pct(share(whole.accepted - whole.msoa, whole.accepted));
    lines.push(target("false accepts at MSOA, of accepted", wrong, "%", wrong <= 1.0, "<= 1"));
    let cell8 = pct(share(whole.cell8, whole.accepted));
    lines.push(target("right res-8 cell, of accepted", cell8, "%", cell8 >= 93.0, ">= 93"));
    let placed: Vec<&Outcome<'_>> =
        outcomes.iter().filter(|o| o.answer.point.is_some() && o.record.truth.is_some()).collect();
    let kinds: [(&str, Pick); 3] = [
        ("calibration error, MSOA", |o| (o.answer.confidence.msoa, o.msoa)),
        ("calibration error, res-8 cell", |o| (o.answer.confidence.cell8, o.cell8)),
        ("calibration error, res-9 cell", |o| (o.answer.confidence.cell9, o.cell9)),
    ];
    for (name, pick) in kinds {
        let error = calibration_error(&placed.iter().map(|o| pick(o)).collect::<Vec<_>>());
        lines.push(target(name, error, "", error <= 0.03, "<= 0.03"));
    }
    let radii: Vec<&&Outcome<'_>> = placed.iter().filter(|o| o.accepted).collect();
    let held = pct(share(radii.iter().filter(|o| o.off_m <= o.answer.radius_m).count(), radii.len()));
    lines.push(target(
        "truth within the 90 % radius, of accepted",
        held,
        "%",
        (88.0..=92.0).contains(&held),
        "88 to 92",
    ));
    let planted: Vec<&Outcome<'_>> = outcomes.iter().filter(|o| o.record.planted).collect();
    let seen = pct(share(planted.iter().filter(|o| o.noticed()).count(), planted.len()));
    lines.push(target("families 1 to 3 detected", seen, "%", seen >= 99.0, ">= 99"));
    let clean: Vec<&Outcome<'_>> = outcomes.iter().filter(|o| o.record.family == 0 && o.has_coordinates()).collect();
    let alarms = pct(share(clean.iter().filter(|o| o.noticed()).count(), clean.len()));
    lines.push(target("false alarms, of sound coordinates", alarms, "%", alarms <= 0.1, "<= 0.1"));
    let homes = outcomes.iter().filter(|o| o.record.family == 10 && !o.record.locatable);
    let told = homes.filter(|o| o.answer.point.is_some()).count();
    lines.push(target("home addresses alone that got a place", told as f64, "", told == 0, "0"));
    lines
}

/// Platt's line through the log-odds, by Newton's method; and factors on the radius by kind of match.
pub(crate) fn fit(pairs: &[(f64, bool)]) -> (f64, f64) {
    let (mut a, mut b) = (0.0, 1.0);
    for _ in 0..50 {
        let (mut ga, mut gb, mut haa, mut hab, mut hbb) = (0.0, 0.0, 1e-9, 0.0, 1e-9);
        for &(p, right) in pairs {
            let p = p.clamp(1e-6, 1.0 - 1e-6);
            let x = (p / (1.0 - p)).ln();
            let q = 1.0 / (1.0 + (-(a + b * x)).exp());
            let d = f64::from(u8::from(right)) - q;
            let w = q * (1.0 - q);
            (ga, gb) = (ga + d, gb + d * x);
            (haa, hab, hbb) = (haa + w, hab + w * x, hbb + w * x * x);
        }
        let det = haa * hbb - hab * hab;
        let (da, db) = ((hbb * ga - hab * gb) / det, (haa * gb - hab * ga) / det);
        (a, b) = (a + da, b + db);
        if da.abs().max(db.abs()) < 1e-9 {
            break;
        }
    }
    (a, b)
}

/// New calibration lines, and the quotient of error and radius at its ninth decile by kind of match.
pub(crate) fn fits(outcomes: &[Outcome<'_>]) -> Vec<String> {
    let placed: Vec<&Outcome<'_>> = outcomes.iter().filter(|o| o.answer.point.is_some()).collect();
    let pairs = |pick: fn(&Outcome<'_>) -> (f64, bool)| placed.iter().map(|o| pick(o)).collect::<Vec<_>>();
    let mut lines = vec![
        format!("  fit MSOA {:?}", fit(&pairs(|o| (o.answer.confidence.msoa, o.msoa)))),
        format!("  fit res 8 {:?}", fit(&pairs(|o| (o.answer.confidence.cell8, o.cell8)))),
        format!("  fit res 9 {:?}", fit(&pairs(|o| (o.answer.confidence.cell9, o.cell9)))),
    ];
    let mut by: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    for o in outcomes.iter().filter(|o| o.accepted) {
        let kind = o.answer.method.split('+').next().unwrap_or_default();
        by.entry(kind).or_default().push(o.off_m / o.answer.radius_m);
    }
    for (kind, mut quotients) in by {
        quotients.sort_by(f64::total_cmp);
        let at = quotients[quotients.len() * 9 / 10];
        lines.push(format!("  radius of {kind:<20} n {:>6}  ninth decile {at:.3}", quotients.len()));
    }
    lines
}
