//! How often the intervals of a change hold the truth.

use fastrand::Rng;
use places::stats::{Dispersion, Exposed, TailRule, infer_ratio, rate_ratio, widened};

use super::county::{count, poisson};

/// Whether each interval of one comparison held the true ratio; None where there was none to give.
pub struct RatioResult {
    pub exact: Option<bool>,
    pub mid_p: Option<bool>,
    /// Exact, widened by the dispersion of the place's own months and those of thirty others, counts over-dispersed.
    pub widened: Option<bool>,
    /// The same with the place's own months alone.
    pub own: Option<bool>,
}

const MONTHS: usize = 12;

/// One place before and after, `MONTHS` months each.
pub fn ratio(seed: u64) -> RatioResult {
    let mut rng = Rng::with_seed(seed);
    let before = 4.0 * 60_f64.powf(rng.f64());
    let truth = 0.3 + 1.2 * rng.f64();
    let dispersion = 1.0 + 2.0 * rng.f64();
    let holds = |b: u64, a: u64, rule, spread: Option<Dispersion>| {
        let (b, a) = (Exposed { count: b, exposure: 365.0 }, Exposed { count: a, exposure: 365.0 });
        let mut found = infer_ratio(b, a, 0.95, rule).ok()?;
        if let Some(spread) = spread {
            found = widened(rate_ratio(b, a).unwrap_or(f64::INFINITY), found, spread, 0.95);
        }
        Some(found.interval.low <= truth && truth <= found.interval.high)
    };
    let (b, a) = (poisson(&mut rng, before), poisson(&mut rng, before * truth));
    let mut months = |mean: f64| -> Vec<f64> {
        (0..MONTHS).map(|_| count(&mut rng, mean / MONTHS as f64, dispersion) as f64).collect()
    };
    let place = [months(before), months(before * truth)];
    let others: Vec<[Vec<f64>; 2]> = (0..30).map(|i| [months(10.0 + 4.0 * f64::from(i)), months(12.0)]).collect();
    let chi = |series: &[&[Vec<f64>; 2]]| {
        let halves: Vec<&Vec<f64>> = series.iter().flat_map(|s| s.iter()).collect();
        let mean = |h: &[f64]| h.iter().sum::<f64>() / MONTHS as f64;
        let observed: Vec<f64> = halves.iter().flat_map(|h| h.iter().copied()).collect();
        let expected: Vec<f64> = halves.iter().flat_map(|h| std::iter::repeat_n(mean(h), MONTHS)).collect();
        let fitted = halves.iter().filter(|h| mean(h) > 0.0).count();
        Dispersion::pearson(&observed, &expected, fitted).ok()
    };
    let own = chi(&[&place]);
    let pooled = chi(&others.iter().collect::<Vec<_>>());
    let sum = |h: &[f64]| h.iter().sum::<f64>() as u64;
    let (ob, oa) = (sum(&place[0]), sum(&place[1]));
    RatioResult {
        exact: holds(b, a, TailRule::Exact, None),
        mid_p: holds(b, a, TailRule::MidP, None),
        widened: pooled.and_then(|p| holds(ob, oa, TailRule::Exact, Some(Dispersion::moderated(own, p)))),
        own: own.and_then(|own| holds(ob, oa, TailRule::Exact, Some(own))),
    }
}
