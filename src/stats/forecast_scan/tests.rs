//! Counties without a change and with a tripling of one area.

use rayon::prelude::*;

use super::*;
use crate::stats::Base;
use crate::stats::county::{AREAS, Kind, counts};

/// Places on a lattice of 22 by 22, an area being a square of four.
const SIDE: usize = 22;

fn bases() -> Vec<Base> {
    let of = |place: usize| {
        let (x, y) = ((place % SIDE) as i64, (place / SIDE) as i64);
        let apart = |q: &usize| ((q % SIDE) as i64 - x).abs().max(((q / SIDE) as i64 - y).abs());
        let mut near: Vec<usize> = (0..SIDE * SIDE).filter(|q| apart(q) <= 3).collect();
        near.sort_by_key(|q| (apart(q), *q));
        let rings = (0..=3).map(|r| near.iter().filter(|q| apart(q) <= r).count() as u32).collect();
        Base { places: near.into_iter().map(|q| q as u32).collect(), rings }
    };
    (0..SIDE * SIDE).map(of).collect()
}

/// A county's counts by place and month; in the last month the first area has `times` what it would have.
fn places(seed: u64, kind: Kind, times: f64) -> Vec<u32> {
    let (mut of_area, more) = counts(seed, kind, times);
    if times > 1.0 {
        of_area[0][kind.months] = more;
    }
    let mut random = fastrand::Rng::with_seed(seed + 1);
    let steps = kind.months + 1;
    let mut places = vec![0; SIDE * SIDE * steps];
    // The first area lies somewhere in the middle.
    let lies = |area: usize| (area + 58) % (SIDE * SIDE / 4);
    for (area, months) in of_area.iter().enumerate().take(AREAS) {
        let (x, y) = (lies(area) % (SIDE / 2) * 2, lies(area) / (SIDE / 2) * 2);
        let shares: Vec<f64> = (0..4).map(|_| 0.05 + random.f64()).collect();
        for (month, &count) in months.iter().enumerate() {
            for _ in 0..count {
                let mut left = random.f64() * shares.iter().sum::<f64>();
                let corner = shares.iter().position(|s| {
                    left -= s;
                    left < 0.0
                });
                let corner = corner.unwrap_or(3);
                places[((y + corner / 2) * SIDE + x + corner % 2) * steps + month] += 1;
            }
        }
    }
    places
}

fn scanned(seed: u64, kind: Kind, times: f64) -> ForecastScan {
    let counts = places(seed, kind, times);
    let times: Vec<f64> = (0..=kind.months).map(|m| m as f64 / 12.0).collect();
    let input = ForecastScanInput { counts: &counts, times: &times, bases: &bases(), max_height: 3, max_share: 0.5 };
    forecast_scan(&input, 199, seed, &|| true).unwrap()
}

/// Quiet counties with an alarm, counties with a tripling found, of how many.
fn measured(kind: Kind) -> (usize, usize, usize) {
    let counties = std::env::var("PLACES_COUNTIES").ok().and_then(|n| n.parse().ok()).unwrap_or(16);
    let each = |seed: u64| {
        let quiet = scanned(seed, kind, 1.0).clusters.first().is_some_and(|c| c.p_value <= 0.05);
        let tripled = scanned(seed, kind, 3.0);
        // The first area's places.
        let corner = (58 % (SIDE / 2) * 2, 58 / (SIDE / 2) * 2);
        let of_area = |p: u32| (p as usize % SIDE / 2 * 2, p as usize / SIDE / 2 * 2) == corner;
        let bases = bases();
        let is_there = |c: &ForecastCluster| {
            bases[c.base].places[..bases[c.base].rings[c.ring] as usize].iter().any(|&p| of_area(p))
        };
        (quiet, tripled.clusters.iter().any(|c| c.p_value <= 0.05 && is_there(c)))
    };
    let of: Vec<(bool, bool)> = (0..counties as u64).into_par_iter().map(each).collect();
    let (quiet, found) = (of.iter().filter(|o| o.0).count(), of.iter().filter(|o| o.1).count());
    if std::env::var("PLACES_COUNTIES").is_ok() {
        println!(
            "dispersion {:?}, season {}, drift {}, {} months: alarms {quiet}, tripling found {found} of {counties}",
            kind.dispersion, kind.season, kind.drift, kind.months
        );
    }
    (quiet, found, counties)
}

/// At most 8 % of quiet counties with an alarm, at least 80 % of triplings found, as far as so many counties can tell.
fn holds(kind: Kind) {
    let (alarms, found, of) = measured(kind);
    let n = of as f64;
    let most = n * 0.08 + 2.33 * (n * 0.08 * 0.92).sqrt();
    let least = n * 0.8 - 2.33 * (n * 0.8 * 0.2).sqrt();
    assert!(alarms as f64 <= most && found as f64 >= least, "{alarms} alarms, {found} found, of {of}");
}

#[test]
fn quiet_counties_are_quiet_and_a_tripling_is_found_where_counts_clump() {
    holds(Kind { months: 35, dispersion: (1.9, 1.9), season: 0.0, drift: 0.0 });
}

#[test]
fn own_seasons_are_no_cluster() {
    holds(Kind { months: 35, dispersion: (1.9, 1.9), season: 0.2, drift: 0.0 });
    holds(Kind { months: 23, dispersion: (1.9, 1.9), season: 0.2, drift: 0.0 });
}

#[test]
fn drift_and_unequal_clumping_are_no_cluster() {
    holds(Kind { months: 35, dispersion: (1.9, 1.9), season: 0.2, drift: 0.1 });
    holds(Kind { months: 35, dispersion: (1.2, 2.9), season: 0.2, drift: 0.1 });
}

#[test]
fn the_same_seed_gives_the_same_scan_on_one_thread_and_on_many() {
    let kind = Kind { months: 14, dispersion: (1.0, 1.0), season: 0.0, drift: 0.0 };
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| scanned(3, kind, 3.0))
    };
    assert_eq!(on(1), on(5));
}

#[test]
fn what_cannot_be_scanned_says_why() {
    let bases: Vec<Base> = (0..3).map(|p| Base { places: vec![p], rings: vec![1] }).collect();
    let scan = |counts: &[u32], steps: usize| {
        let times: Vec<f64> = (0..steps).map(|t| t as f64 / 12.0).collect();
        let input = ForecastScanInput { counts, times: &times, bases: &bases, max_height: 1, max_share: 0.5 };
        forecast_scan(&input, 19, 1, &|| true)
    };
    assert_eq!(scan(&[0; 12], 4), Err(StatsError::NoIncidents));
    assert!(matches!(scan(&[1; 6], 2), Err(StatsError::TooFew { .. })));
    assert!(matches!(scan(&[1; 7], 3), Err(StatsError::Shape { .. })));
    assert!(scan(&[1; 12], 4).unwrap().clusters.iter().all(|c| c.p_value > 0.3));
    // All in one place: there are no others to tell the course from.
    assert_eq!(scan(&[9, 9, 9, 9, 0, 0, 0, 0, 0, 0, 0, 0], 4), Err(StatsError::NoIncidents));
}
