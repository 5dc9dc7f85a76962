//! Forecasts against another program's, and over many counties without a change.

use super::*;
use crate::stats::county::{AREAS, Kind, counts};

/// Values of the same model written with numpy matrices: mean, level and prediction by generalized least squares.
#[test]
fn a_forecast_is_the_best_linear_prediction() {
    let times: Vec<f64> = [0.0, 1.0, 2.0, 5.0, 12.0, 13.0].map(|m| m / 12.0).to_vec();
    let steps = [(8.0, 1.0), (12.0, 1.2), (9.0, 0.9), (f64::NAN, 1.0), (15.0, 1.1)];
    let past: Vec<PastStep> = steps.iter().map(|&(count, course)| PastStep { count, course, others: 1e12 }).collect();
    let mut baseline = Baseline::fit(&times, 1, std::slice::from_ref(&past)).unwrap();
    baseline.variation = Variation { dispersion: 1.5, noise: 0.02, drift: 0.05, season: 0.04 };
    let forecast = baseline.forecasts(&past, &[NextStep { course: 1.3, others: 1e12 }]).unwrap().last(1);
    let (mean, variance) = MADE_WITH_NUMPY;
    assert!((forecast.mean - mean).abs() < 1e-6 && (forecast.variance - variance).abs() < 1e-5, "{forecast:?}");
}

const MADE_WITH_NUMPY: (f64, f64) = (14.6023937594, 39.5718513094);

/// A county with one month more that is like the others.
struct County {
    pasts: Vec<Vec<PastStep>>,
    now: Vec<u64>,
    next: Vec<NextStep>,
    /// The first area's count if its mean were twice as high.
    doubled: u64,
}

fn county(seed: u64, kind: Kind) -> County {
    let (counts, doubled) = counts(seed, kind, 2.0);
    let all_of = |t: usize| counts.iter().map(|c| c[t]).sum::<u64>() as f64;
    let others = |i: usize, t: usize| all_of(t) - counts[i][t] as f64;
    let past = |i: usize| {
        let step = |t: usize| PastStep { count: counts[i][t] as f64, course: others(i, t) / 1e3, others: others(i, t) };
        (0..kind.months).map(step).collect()
    };
    let next = |i: usize| NextStep { course: others(i, kind.months) / 1e3, others: others(i, kind.months) };
    County {
        pasts: (0..AREAS).map(past).collect(),
        now: counts.iter().map(|c| c[kind.months]).collect(),
        next: (0..AREAS).map(next).collect(),
        doubled,
    }
}

/// Areas listed.
fn listed(county: &County, now: &[u64]) -> (Vec<usize>, Baseline) {
    let months = county.pasts[0].len();
    let times: Vec<f64> = (0..=months).map(|m| m as f64 / 12.0).collect();
    let baseline = Baseline::fit(&times, 1, &county.pasts).unwrap();
    let forecast = |i: usize| baseline.forecasts(&county.pasts[i], &county.next[i..=i]).unwrap().last(1);
    let of: Vec<Forecast> = (0..AREAS).map(forecast).collect();
    let tails = of.iter().zip(now).map(|(f, &n)| (f.upper(n), f.lower(n)));
    let (rises, falls) = tails.unzip::<f64, f64, Vec<f64>, Vec<f64>>();
    let q = crate::stats::adjusted_both_ways(&rises, &falls).unwrap();
    ((0..AREAS).filter(|&i| q[i].0.min(q[i].1) <= 0.05).collect(), baseline)
}

/// Quiet months with a list, months with the doubling listed, of how many.
fn measured(kind: Kind) -> (u64, u64, u64) {
    use rayon::prelude::*;
    let counties: u64 = std::env::var("PLACES_COUNTIES").ok().and_then(|n| n.parse().ok()).unwrap_or(24);
    let each: Vec<(u64, u64, Variation, f64)> = (0..counties)
        .into_par_iter()
        .map(|seed| {
            let county = county(seed, kind);
            let (quiet, baseline) = listed(&county, &county.now);
            let mut now = county.now.clone();
            now[0] = county.doubled;
            let (found, _) = listed(&county, &now);
            (u64::from(!quiet.is_empty()), u64::from(found.contains(&0)), baseline.variation, baseline.prior_df)
        })
        .collect();
    if std::env::var("PLACES_COUNTIES").is_ok() {
        let mean = |of: &dyn Fn(&Variation) -> f64| each.iter().map(|e| of(&e.2)).sum::<f64>() / each.len() as f64;
        println!(
            "dispersion {:.2} noise {:.4} drift {:.4} season {:.4}, prior df {:.0}: false {}, found {} of {counties}",
            mean(&|v| v.dispersion),
            mean(&|v| v.noise),
            mean(&|v| v.drift),
            mean(&|v| v.season),
            each[0].3,
            each.iter().map(|e| e.0).sum::<u64>(),
            each.iter().map(|e| e.1).sum::<u64>(),
        );
    }
    (each.iter().map(|e| e.0).sum(), each.iter().map(|e| e.1).sum(), counties)
}

/// At most 8 % of quiet months and at least a share of doublings, as far as so many counties can tell.
fn holds(kind: Kind, found_at_least: f64) {
    let (quiet, found, of) = measured(kind);
    let n = of as f64;
    let most = n * 0.08 + 2.33 * (n * 0.08 * 0.92).sqrt();
    let least = n * found_at_least - 2.33 * (n * found_at_least * (1.0 - found_at_least)).sqrt();
    assert!(quiet as f64 <= most && found as f64 >= least, "{quiet} quiet months listed, {found} found, of {of}");
}

#[test]
fn a_doubling_is_seen_among_poisson_counts() {
    holds(Kind { months: 36, dispersion: (1.0, 1.0), season: 0.0, drift: 0.0 }, 0.75);
}

#[test]
fn a_doubling_is_seen_and_quiet_months_stay_quiet_where_counts_clump() {
    holds(Kind { months: 36, dispersion: (1.9, 1.9), season: 0.0, drift: 0.0 }, 0.40);
    holds(Kind { months: 24, dispersion: (1.9, 1.9), season: 0.0, drift: 0.0 }, 0.40);
}

#[test]
fn own_seasons_drift_and_unequal_clumping_are_no_news() {
    holds(Kind { months: 36, dispersion: (1.9, 1.9), season: 0.2, drift: 0.1 }, 0.25);
    holds(Kind { months: 36, dispersion: (1.2, 2.9), season: 0.2, drift: 0.1 }, 0.25);
}
