//! Deliveries with faults beside the same ones without: whatever only the faulty one says, it says with the fault beside it.
//!
//! A seeded county of sixteen squares in three districts (one of a handful of records), a force's months, a network's, and a
//! mapped source with days. `PLACES_PAIRS=n` for more pairs, `PLACES_SEED=n` for others; `make fault-test` runs a thousand.

use std::{collections::BTreeSet, fmt::Write as _, time::Duration};

use places::{
    import::{AddAreas, ImportError, ImportRequest, Mapping, Progress, add_areas, import},
    model::{Day, Month},
    workspace::WorkspaceError,
};
use rayon::prelude::*;

use crate::support::{POLICE_HEADER, Scratch, places};

const KINDS: [&str; 4] = ["Robbery", "Burglary", "Drugs", "Violence and sexual offences"];
const MONTHS: i32 = 24;
const SIDE: usize = 4;
const MAPPING: &str =
    "source = \"asb\"\n[columns]\nid = \"Ref\"\nwhen = \"Date\"\ncategory = \"Type\"\nlon = \"Lon\"\nlat = \"Lat\"\n";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    StoppedDays,
    Quarter,
    Doubled,
    LostCategory,
    LostPlaces,
    StoppedSupplier,
    LateSupplier,
    SmallDistrict,
    NilMonth,
    MissingMonth,
}

const FAULTS: [Fault; 10] = [
    Fault::StoppedDays,
    Fault::Quarter,
    Fault::Doubled,
    Fault::LostCategory,
    Fault::LostPlaces,
    Fault::StoppedSupplier,
    Fault::LateSupplier,
    Fault::SmallDistrict,
    Fault::NilMonth,
    Fault::MissingMonth,
];

/// A record of the county.
#[derive(Debug, Clone)]
struct Record {
    area: usize,
    kind: usize,
    point: Option<(f64, f64)>,
    day: i32,
}

/// What is delivered.
#[derive(Debug, Clone)]
struct County {
    first: Month,
    /// By month: the force, the network; then the mapped source.
    norfolk: Vec<Option<Vec<Record>>>,
    btp: Vec<Option<Vec<Record>>>,
    asb: Vec<Record>,
    copies: Vec<usize>,
}

fn poisson(rng: &mut fastrand::Rng, mean: f64) -> usize {
    let (limit, mut product, mut count) = ((-mean).exp(), rng.f64(), 0);
    while product > limit {
        product *= rng.f64();
        count += 1;
    }
    count
}

fn corner(area: usize) -> (f64, f64) {
    (1.0 + 0.05 * (area % SIDE) as f64, 52.5 + 0.05 * (area / SIDE) as f64)
}

/// Breckland, South Norfolk, and one square that hardly has a record.
fn district(area: usize) -> &'static str {
    match area {
        15 => "E07000148",
        0..8 => "E07000149",
        _ => "E07000143",
    }
}

fn record(rng: &mut fastrand::Rng, area: usize, days: i32) -> Record {
    let (w, s) = corner(area);
    let point = (w + 0.049 * rng.f64() + 0.0005, s + 0.049 * rng.f64() + 0.0005);
    let point = (rng.f64() > 0.02).then_some(point);
    Record { area, kind: rng.usize(0..KINDS.len()), point, day: rng.i32(0..days) }
}

impl County {
    fn new(rng: &mut fastrand::Rng) -> Self {
        let first = Month::parse("2024-01").unwrap();
        let rates: Vec<f64> = (0..16).map(|a| if a == 15 { 0.3 } else { 8.0 * (1.2 * rng.f64()).exp() }).collect();
        let mut month = |scale: f64| -> Vec<Record> {
            let counts: Vec<usize> = rates.iter().map(|r| poisson(rng, scale * r)).collect();
            counts
                .iter()
                .enumerate()
                .flat_map(|(a, &n)| (0..n).map(|_| record(rng, a, 28)).collect::<Vec<_>>())
                .collect()
        };
        let norfolk = (0..MONTHS).map(|_| Some(month(1.0))).collect();
        let asb = (0..MONTHS).flat_map(|m| {
            month(0.6).into_iter().map(move |r| Record { day: Month(first.0 + m).first_day().0 + r.day, ..r })
        });
        let asb = asb.collect();
        let btp = (0..MONTHS).map(|_| Some((0..25).map(|_| record(rng, 5, 28)).collect())).collect();
        Self { first, norfolk, btp, asb, copies: Vec::new() }
    }

    fn spoil(&mut self, fault: Fault, rng: &mut fastrand::Rng) -> Fault {
        let at = rng.usize(2..MONTHS as usize);
        match fault {
            Fault::StoppedDays => {
                let last = Month(self.first.0 + MONTHS - 1).first_day().0 + rng.i32(5..20);
                self.asb.retain(|r| r.day <= last);
            }
            Fault::Quarter => {
                // So many rows, not each by chance: of a busy month a fifth is under a quarter of the usual, always.
                let share = 0.01 + 0.19 * rng.f64();
                if let Some(rows) = &mut self.norfolk[at] {
                    rng.shuffle(rows);
                    rows.truncate((share * rows.len() as f64) as usize);
                }
            }
            Fault::Doubled => self.copies.push(at),
            Fault::LostCategory => {
                let kind = rng.usize(0..KINDS.len());
                self.norfolk[at..].iter_mut().flatten().for_each(|rows| rows.retain(|r| r.kind != kind));
            }
            Fault::LostPlaces => {
                let share = 0.1 + 0.4 * rng.f64();
                let rows = self.norfolk[at..].iter_mut().flatten().flatten();
                rows.filter(|_| rng.f64() < share).for_each(|r| r.point = None);
            }
            Fault::StoppedSupplier => self.btp[at..].fill(None),
            Fault::LateSupplier => self.btp[..at].fill(None),
            Fault::SmallDistrict => self.norfolk.iter_mut().flatten().for_each(|rows| rows.retain(|r| r.area != 15)),
            Fault::NilMonth => self.norfolk[at] = Some(Vec::new()),
            Fault::MissingMonth => self.norfolk[at] = None,
        }
        fault
    }

    fn deliver(&self) -> Scratch {
        let scratch = Scratch::new();
        let squares: Vec<String> = (0..16).map(|a| {
            let ((w, s), d) = (corner(a), district(a));
            let (e, n) = (w + 0.05, s + 0.05);
            format!(r#"{{"type":"Feature","properties":{{"code":"Q{a:02}","name":"Square {a}","district_code":"{d}","district_name":"{d}"}},"geometry":{{"type":"Polygon","coordinates":[[[{w},{s}],[{e},{s}],[{e},{n}],[{w},{n}],[{w},{s}]]]}}}}"#)
        }).collect();
        let file = scratch
            .write("sq.geojson", format!(r#"{{"type":"FeatureCollection","features":[{}]}}"#, squares.join(",")));
        let request = AddAreas { layer: "sq".into(), files: vec![file], study_area: true, ..Default::default() };
        unlocked(|| add_areas(&scratch.workspace, &request));
        let mut files = Vec::new();
        for (part, name, months) in
            [("norfolk", "Norfolk Constabulary", &self.norfolk), ("btp", "British Transport Police", &self.btp)]
        {
            for (m, rows) in months.iter().enumerate() {
                let Some(rows) = rows else { continue };
                let month = Month(self.first.0 + m as i32);
                let text = police_text(part, name, month, rows);
                files.push(scratch.write(&format!("{month}-{part}-street.csv"), &text));
                if part == "norfolk" && self.copies.contains(&m) {
                    files.push(scratch.write(&format!("again/{month}-{part}-street.csv"), &text));
                }
            }
        }
        let request = ImportRequest { files, source: "police.uk".into(), ..Default::default() };
        unlocked(|| import(&scratch.workspace, &request, &Progress::default()));
        let mut text = "Ref,Date,Type,Lon,Lat\n".to_owned();
        for (i, r) in self.asb.iter().enumerate() {
            let place = r.point.map_or(",".to_owned(), |(lon, lat)| format!("{lon:.6},{lat:.6}"));
            writeln!(text, "a{i},{},Noise,{place}", Day(r.day)).unwrap();
        }
        let request = ImportRequest {
            files: vec![scratch.write("asb.csv", text)],
            mapping: Some(Mapping::parse(MAPPING).unwrap()),
            ..Default::default()
        };
        unlocked(|| import(&scratch.workspace, &request, &Progress::default()));
        scratch
    }
}

/// Works once nobody holds the lock: a program that another thread starts holds every open file, locks too, for a moment.
fn unlocked<T>(work: impl Fn() -> Result<T, ImportError>) -> T {
    loop {
        match work() {
            Err(ImportError::Workspace(WorkspaceError::Locked { .. })) => std::thread::sleep(Duration::from_millis(20)),
            done => return done.unwrap(),
        }
    }
}

fn police_text(part: &str, name: &str, month: Month, rows: &[Record]) -> String {
    let mut text = POLICE_HEADER.to_owned();
    for (i, r) in rows.iter().enumerate() {
        let place = r.point.map_or(",".to_owned(), |(lon, lat)| format!("{lon:.6},{lat:.6}"));
        writeln!(text, "{part}{month}{i:05},{month},{name},{name},{place},Road,,,{},,", KINDS[r.kind]).unwrap();
    }
    text
}

/// What an answer claims, and everything it says.
struct Answer {
    claims: BTreeSet<String>,
    said: String,
}

fn ask(scratch: &Scratch, arguments: &[&str], claims: impl Fn(&str) -> BTreeSet<String>) -> Answer {
    let root = scratch.workspace.root().to_string_lossy().into_owned();
    let output = places(&[&["--workspace", root.as_str()], arguments].concat());
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    Answer { claims: claims(&text), said: format!("{text}{}", String::from_utf8_lossy(&output.stderr)) }
}

/// Rows of a CSV for which `is` holds of their fields, as the first and the named fields.
fn rows(text: &str, claim: impl Fn(&[&str]) -> Option<String>) -> BTreeSet<String> {
    text.lines().skip(1).filter_map(|line| claim(&line.split(',').collect::<Vec<_>>())).collect()
}

fn answers(scratch: &Scratch, place: &str) -> Vec<(String, Answer)> {
    let verdict = |text: &str| -> BTreeSet<String> {
        let line = text.lines().find(|l| l.starts_with("Verdict: "));
        let is_claim = |l: &&str| l.contains("lower") || l.contains("higher");
        line.filter(is_claim)
            .map(|l| if l.contains("lower") { "lower" } else { "higher" }.to_owned())
            .into_iter()
            .collect()
    };
    let listed = |text: &str| {
        text.lines()
            .filter(|l| l.contains("(sq:Q") || l.contains("fewer than the usual"))
            .map(|l| l.split(':').next().unwrap_or(l).to_owned())
            .collect()
    };
    let zeros = |text: &str| rows(text, |f| (f.last() == Some(&"0")).then(|| f.join(",")));
    let trends = |text: &str| {
        rows(text, |f| {
            let of = [f[f.len() - 2], f[f.len() - 1]];
            let stands_out = of[0] == "falling" || of[0] == "rising" || !of[1].is_empty();
            stands_out.then(|| format!("{} {} {}", f[0], of[0], of[1]))
        })
    };
    let areas = |text: &str| rows(text, |f| Some(format!("missing {}", f[0])));
    let year = ["--before", "2024", "--after", "2025"];
    let months = ["--before", "2024-10..2025-01", "--after", "2025-10..2026-01"];
    let of = |name: &str, arguments: &[&str], claims: &dyn Fn(&str) -> BTreeSet<String>| {
        (format!("{name} {}", arguments.join(" ")), ask(scratch, arguments, claims))
    };
    vec![
        of("verdict", &[&["compare", "--place", place], &year[..]].concat(), &verdict),
        of("verdict", &[&["compare", "--place", place, "--source", "police.uk"], &months[..]].concat(), &verdict),
        of("verdict", &[&["compare", "--place", place, "--source", "asb"], &months[..]].concat(), &verdict),
        of("list", &["briefing", "--as-of", "2026-01-01", "--since", "2025-12-01"], &listed),
        of("list", &["briefing", "--as-of", "2026-01-01", "--since", "2025-10-01"], &listed),
        of("trend", &["trend", "--area", "sq", "--format", "csv"], &trends),
        of("zero", &["count", "--by", "area:sq,month", "--source", "police.uk", "--zeros", "--format", "csv"], &zeros),
        of("zero", &["count", "--by", "area:sq,month", "--source", "asb", "--zeros", "--format", "csv"], &zeros),
        of("areas", &["trend", "--area", "sq", "--format", "csv"], &areas),
    ]
}

/// Words by which an answer names a fault.
fn names(fault: Fault, said: &str) -> bool {
    let any = |words: &[&str]| words.iter().any(|w| said.contains(w));
    match fault {
        Fault::StoppedDays => any(&["not received", "Left out", "left out"]),
        Fault::Quarter | Fault::NilMonth => any(&["doubtful"]),
        Fault::MissingMonth => any(&["not received", "left out", "Left out"]),
        Fault::LostCategory => any(&["probably not recorded"]),
        Fault::LostPlaces => any(&["without a place", "not_located"]),
        Fault::StoppedSupplier | Fault::LateSupplier => any(&["btp"]),
        Fault::Doubled | Fault::SmallDistrict => false,
    }
}

/// What the faulty delivery says that the whole one does not, without naming a fault beside it.
fn compared(seed: u64) -> Vec<String> {
    let mut rng = fastrand::Rng::with_seed(seed);
    let whole = County::new(&mut rng);
    let mut faulty = whole.clone();
    let first = faulty.spoil(FAULTS[seed as usize % FAULTS.len()], &mut rng);
    let mut faults = vec![first];
    // Every fifth pair has two.
    if seed.is_multiple_of(5) {
        faults.push(faulty.spoil(FAULTS[rng.usize(0..FAULTS.len())], &mut rng));
    }
    let place = format!("sq:Q{:02}", rng.usize(0..15));
    let (a, b) = (whole.deliver(), faulty.deliver());
    let mut wrong = Vec::new();
    for ((question, whole), (_, faulty)) in answers(&a, &place).into_iter().zip(answers(&b, &place)) {
        let is_named = faults.iter().any(|f| names(*f, &faulty.said));
        // Areas may not go missing; anything else may not come.
        let new: Vec<&String> = if question.starts_with("areas") {
            whole.claims.difference(&faulty.claims).collect()
        } else {
            faulty.claims.difference(&whole.claims).collect()
        };
        // A district that is truly nil has true zeros.
        let true_zero = |c: &&&String| {
            !(question.starts_with("zero") && faults.contains(&Fault::SmallDistrict) && c.starts_with("Q15"))
        };
        let new: Vec<_> = new.iter().filter(true_zero).collect();
        if !is_named && !new.is_empty() {
            println!("seed {seed} {faults:?} {question}:\n{}", faulty.said);
            wrong.push(format!("seed {seed} {faults:?} {question}: {new:?}"));
        }
    }
    wrong
}

#[test]
fn what_a_faulty_delivery_alone_says_it_says_with_the_fault_beside_it() {
    let number = |name: &str, or: u64| std::env::var(name).ok().and_then(|v| v.parse().ok()).unwrap_or(or);
    let (pairs, seed) = (number("PLACES_PAIRS", 10), number("PLACES_SEED", 0));
    let wrong: Vec<String> = (seed..seed + pairs).into_par_iter().flat_map_iter(compared).collect();
    assert!(wrong.is_empty(), "{} of {pairs} pairs:\n{}", wrong.len(), wrong.join("\n"));
}
