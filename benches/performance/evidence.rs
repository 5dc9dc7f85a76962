//! P9 and P10: the statistics of a view and the scan, on a generated county; claims and briefing on the Norfolk months
//! where they lie beside the repository. Each against its own checks.

#[allow(dead_code, reason = "the calibration uses the rest")]
#[path = "../calibration/county.rs"]
mod county;

use std::{path::Path, time::Instant};

use county::{County, poisson};
use places::{
    import::{AddAreas, AddIndicators, ImportRequest, Progress, add_areas, add_indicators, import},
    snapshot::Snapshot,
    stats::{Base, FdrMethod, ScanInput, adjusted, gi_star, local_tests, mann_kendall, space_time_scan, two_sided},
    workspace::Workspace,
};
use rayon::prelude::*;

use super::{
    ask::{claimed, grant},
    jobs::Input,
    measure::report,
};

/// Cells of resolution 9 in Norfolk, about.
const CELLS: (usize, usize) = (245, 240);
/// Cells of resolution 8.
const SCAN_CELLS: (usize, usize) = (92, 92);
const MONTHS: usize = 12;

fn counts(county: &County, incidents: f64, rng: &mut fastrand::Rng) -> Vec<u32> {
    let people = county.population(rng);
    let all: f64 = people.iter().sum();
    let mean = |p: &f64| incidents * p / all / MONTHS as f64;
    people.iter().flat_map(|p| std::iter::repeat_n(mean(p), MONTHS)).map(|m| poisson(rng, m) as u32).collect()
}

pub fn p9_p10(input: &Input) {
    let mut rng = fastrand::Rng::with_seed(9);
    let county = County::new(CELLS.0, CELLS.1);
    let months = counts(&county, 1_000_000.0, &mut rng);
    let people = county.population(&mut rng);
    let totals: Vec<u64> = months.chunks_exact(MONTHS).map(|c| c.iter().map(|&n| u64::from(n)).sum()).collect();
    for (name, exposure) in [("equal", vec![1.0; county.cells()]), ("residents", people)] {
        let mut times: Vec<f64> = (0..5)
            .map(|_| {
                let started = Instant::now();
                let tests = local_tests(&totals, &exposure, &county.weights, 0.05).unwrap();
                let values: Vec<f64> = totals.iter().map(|&n| n as f64).collect();
                let z = gi_star(&values, &county.weights).unwrap();
                let p: Vec<f64> = z.iter().map(|&z| two_sided(z)).collect();
                let q = adjusted(&p, FdrMethod::BenjaminiHochberg).unwrap();
                let trends: Vec<f64> = months
                    .par_chunks_exact(MONTHS)
                    .map(|c| mann_kendall(&c.iter().map(|&n| f64::from(n)).collect::<Vec<_>>()).unwrap().p_value)
                    .collect();
                let took = started.elapsed().as_secs_f64() * 1e3;
                // Neighborhoods hold every incident as often as its cell has neighbors and itself.
                let local: u64 = tests.places.iter().map(|t| t.local_sum).sum();
                let expected: u64 =
                    (0..totals.len()).map(|i| totals[i] * (county.weights.neighbors(i).len() as u64 + 1)).sum();
                assert!(name != "equal" || local == expected);
                assert!(q.len() == totals.len() && trends.iter().all(|p| (0.0..=1.0).contains(p)));
                took
            })
            .collect();
        times.sort_by(f64::total_cmp);
        report(
            "P9",
            &format!("exact test, FDR, Gi*, trend of 58,800 cells, exposure {name}"),
            times[2],
            "ms",
            300.0,
            false,
        );
    }
    p10(&mut rng);
    claims(input);
}

fn p10(rng: &mut fastrand::Rng) {
    let county = County::new(SCAN_CELLS.0, SCAN_CELLS.1);
    let months = counts(&county, 65_000.0, rng);
    let bases: Vec<Base> = (0..county.cells())
        .filter(|&cell| months[cell * MONTHS..(cell + 1) * MONTHS].iter().any(|&n| n > 0))
        .map(|cell| {
            let mut places = vec![cell as u32];
            let mut rings = vec![1];
            for _ in 0..4 {
                let more: Vec<u32> =
                    places.iter().flat_map(|&p| county.weights.neighbors(p as usize)).copied().collect();
                let known: std::collections::HashSet<u32> = places.iter().copied().collect();
                let mut new: Vec<u32> = more.into_iter().filter(|p| !known.contains(p)).collect();
                new.sort_unstable();
                new.dedup();
                places.extend(new);
                rings.push(places.len() as u32);
            }
            Base { places, rings }
        })
        .collect();
    let scanned = ScanInput { counts: &months, intervals: MONTHS, bases: &bases, max_height: 3, max_share: 0.5 };
    let started = Instant::now();
    let found = space_time_scan(&scanned, 999, 1).unwrap();
    report(
        "P10",
        "space-time scan, a year of 65,000 incidents, resolution 8, 999 replicates",
        started.elapsed().as_secs_f64(),
        "s",
        5.0,
        false,
    );
    assert!(found.events > 60_000 && found.replicates == 999 && !found.clusters.is_empty());
}

/// The Norfolk months beside the repository.
fn claims(input: &Input) {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    if !data.join("police_uk").exists() {
        return println!("SKIPPED: the Norfolk months are not beside the repository");
    }
    let root = input.workspace.with_file_name("norfolk");
    let _ = fs_err::remove_dir_all(&root);
    let workspace = Workspace::init(&root).unwrap();
    let text = |path: &str| data.join(path).to_string_lossy().into_owned();
    let layer = "msoa21".to_owned();
    let files = vec![text("ons_boundaries_bgc/msoa/E10000020.geojson.gz")];
    add_areas(&workspace, &AddAreas { layer: layer.clone(), files, study_area: true, ..AddAreas::default() }).unwrap();
    let file = data.join("census2021/lsoa21_usual_residents_by_age6.csv.gz");
    add_indicators(&workspace, &AddIndicators { file, layer, ..AddIndicators::default() }).unwrap();
    let request =
        ImportRequest { files: vec![text("police_uk")], source: "police.uk".to_owned(), ..ImportRequest::default() };
    import(&workspace, &request, &Progress::default()).unwrap();
    let snapshot = Snapshot::load(&workspace).unwrap();
    let grant = grant(&root);
    let claim = [("place", "msoa21:E02005560"), ("before", "2024-Q1"), ("after", "2025-Q1"), ("permutations", "999")];
    let briefing = [("as_of", "2025-04-01"), ("since", "2025-01-01")];
    for (name, question, asked, target) in [
        ("compare with ring, three areas, 999 placebos, 24 Norfolk months", "compare", &claim[..], 1.0),
        ("briefing with scan, 24 Norfolk months", "briefing", &briefing[..], 2.0),
    ] {
        let started = Instant::now();
        let first = claimed(&snapshot, &grant, question, asked);
        let cold = started.elapsed().as_secs_f64();
        report("P10", &format!("{name}, first time"), cold, "s", target, false);
        let started = Instant::now();
        assert_eq!(claimed(&snapshot, &grant, question, asked), first);
        report("P10", &format!("{name}, again"), started.elapsed().as_secs_f64(), "s", target, false);
    }
}
