//! Before and after: the ratio of two rates, its exact and mid-P intervals, its tests, and what could be seen at all.

use super::{
    distribution::{binomial, binomial_lower, binomial_upper, poisson, poisson_lower, poisson_upper},
    error::StatsError,
    rate::Interval,
    special::{normal_quantile, root, student_quantile, two_sided},
};

/// Events in an exposure.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Exposed {
    /// Events.
    pub count: u64,
    /// Exposure, such as days; above 0.
    pub exposure: f64,
}

/// An interval and the p-value that belongs to it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Inference {
    /// The interval of the ratio; the upper end is infinite when nothing happened before.
    pub interval: Interval,
    /// Two-sided p-value of "no change": twice the smaller tail, at most 1.
    pub p_value: f64,
}

/// How the tail at the observed count is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TailRule {
    /// All of the probability of the observed count: coverage never below nominal.
    Exact,
    /// Half of it: closer to nominal on average.
    MidP,
}

/// The ratio of the rate after to the rate before.
///
/// # Errors
/// [`StatsError::Undefined`] when nothing happened before, [`StatsError::Domain`] for an exposure that is not above 0.
///
/// # Examples
/// ```
/// use places::stats::{Exposed, rate_ratio};
/// let (before, after) = (Exposed { count: 50, exposure: 365.0 }, Exposed { count: 22, exposure: 365.0 });
/// assert_eq!(format!("{:.2}", rate_ratio(before, after)?), "0.44");
/// # Ok::<(), places::stats::StatsError>(())
/// ```
pub fn rate_ratio(before: Exposed, after: Exposed) -> Result<f64, StatsError> {
    check(before, after)?;
    if before.count == 0 {
        return Err(StatsError::Undefined { what: "the count before" });
    }
    Ok((after.count as f64 / after.exposure) / (before.count as f64 / before.exposure))
}

fn check(before: Exposed, after: Exposed) -> Result<(), StatsError> {
    let positive = |e: f64| e.is_finite() && e > 0.0;
    if positive(before.exposure) && positive(after.exposure) {
        Ok(())
    } else {
        Err(StatsError::Domain { what: "an exposure", expected: "above 0" })
    }
}

/// Interval and test of the rate ratio, conditional on the sum: `a | a + b ~ Bin(a + b, pi)` with
/// `pi = rho t_a / (rho t_a + t_b)`.
///
/// # Units
/// `level`: coverage, such as 0.95; two-sided, equal tails.
///
/// # Errors
/// [`StatsError::NoIncidents`] when both counts are 0, [`StatsError::Domain`] for an exposure that is not above 0.
///
/// # Examples
/// ```
/// use places::stats::{Exposed, TailRule, infer_ratio};
/// let (before, after) = (Exposed { count: 50, exposure: 365.0 }, Exposed { count: 22, exposure: 365.0 });
/// let inference = infer_ratio(before, after, 0.95, TailRule::Exact)?;
/// assert!(inference.p_value < 0.01 && inference.interval.low < 0.44 && inference.interval.high < 1.0);
/// # Ok::<(), places::stats::StatsError>(())
/// ```
///
/// # References
/// Clopper & Pearson (1934), Biometrika 26, 404-413; Lehmann & Romano (2005); mid-P: Berry & Armitage (1995), The Statistician
/// 44(4), 417-423.
pub fn infer_ratio(before: Exposed, after: Exposed, level: f64, rule: TailRule) -> Result<Inference, StatsError> {
    check(before, after)?;
    let (a, m) = (after.count, after.count + before.count);
    if m == 0 {
        return Err(StatsError::NoIncidents);
    }
    let tail = 0.5 * (1.0 - level);
    let odds = before.exposure / after.exposure;
    let ratio = |p: f64| p / (1.0 - p) * odds;
    let low = if a == 0 { 0.0 } else { ratio(root(|p| upper(a, m, p, rule) - tail, 0.0, 1.0)) };
    let high = if before.count == 0 { f64::INFINITY } else { ratio(root(|p| tail - lower(a, m, p, rule), 0.0, 1.0)) };
    let null = after.exposure / (after.exposure + before.exposure);
    let p_value = (2.0 * lower(a, m, null, rule).min(upper(a, m, null, rule))).min(1.0);
    Ok(Inference { interval: Interval { low, high }, p_value })
}

fn lower(a: u64, m: u64, p: f64, rule: TailRule) -> f64 {
    match rule {
        TailRule::Exact => binomial_lower(a, m, p),
        TailRule::MidP => binomial_lower(a, m, p) - 0.5 * binomial(a, m, p),
    }
}

fn upper(a: u64, m: u64, p: f64, rule: TailRule) -> f64 {
    match rule {
        TailRule::Exact => binomial_upper(a, m, p),
        TailRule::MidP => binomial_upper(a, m, p) - 0.5 * binomial(a, m, p),
    }
}

/// Degrees of freedom that a place borrows from all places when its dispersion is estimated.
pub const BORROWED: f64 = 20.0;

/// Variance over mean of a series, and how well it is known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Dispersion {
    /// Pearson's chi-square over its degrees of freedom.
    pub phi: f64,
    /// Degrees of freedom.
    pub df: f64,
}

impl Dispersion {
    /// Pearson's chi-square of counts against their expectations, less the number of parameters that were fitted.
    ///
    /// # Errors
    /// [`StatsError::TooFew`] when no degree of freedom is left.
    pub fn pearson(observed: &[f64], expected: &[f64], fitted: usize) -> Result<Self, StatsError> {
        super::error::same_length("observed and expected", observed.len(), expected.len())?;
        let used: Vec<(f64, f64)> =
            observed.iter().zip(expected).filter(|(_, e)| **e > 0.0).map(|(o, e)| (*o, *e)).collect();
        let df = used.len() as f64 - fitted as f64;
        if df < 1.0 {
            return Err(StatsError::TooFew { what: "a dispersion", needed: fitted + 1, found: used.len() });
        }
        Ok(Self { phi: used.iter().map(|(o, e)| (o - e).powi(2) / e).sum::<f64>() / df, df })
    }

    /// A place's own dispersion, drawn towards that of all places as if those were [`BORROWED`] more values of its own.
    ///
    /// # References
    /// Smyth (2004), Statistical Applications in Genetics and Molecular Biology 3(1):3 (moderated variances).
    #[must_use]
    pub fn moderated(own: Option<Self>, pooled: Self) -> Self {
        let Some(own) = own else { return pooled };
        let borrowed = pooled.df.min(BORROWED);
        let df = own.df + borrowed;
        Self { phi: (own.df * own.phi + borrowed * pooled.phi) / df, df }
    }

    /// What standard errors are multiplied by: `sqrt(phi)`, and the wider tails of a dispersion that was estimated
    /// from few values; 1 where phi is at most 1.
    #[must_use]
    pub fn widening(&self, level: f64) -> f64 {
        if self.phi <= 1.0 {
            return 1.0;
        }
        let z = normal_quantile(0.5 + 0.5 * level);
        let t = if self.df > 1e4 { z } else { student_quantile(1.0 - level, self.df) };
        self.phi.sqrt() * t / z
    }
}

/// Widens an interval on the logarithmic scale round the ratio, and the p-value with it.
///
/// The distance of each end from the ratio is multiplied by [`Dispersion::widening`]; an end at 0 or infinity stays.
#[must_use]
pub fn widened(ratio: f64, inference: Inference, dispersion: Dispersion, level: f64) -> Inference {
    let factor = dispersion.widening(level);
    if factor <= 1.0 || ratio <= 0.0 || !ratio.is_finite() {
        // A count of 0 after: only the upper end can move, from half an event.
        return if factor <= 1.0 { inference } else { widened_from_zero(inference, factor) };
    }
    let stretch = |end: f64| if end > 0.0 && end.is_finite() { ratio * (end / ratio).powf(factor) } else { end };
    let interval = Interval { low: stretch(inference.interval.low), high: stretch(inference.interval.high) };
    Inference { interval, p_value: weakened(inference.p_value, factor) }
}

fn widened_from_zero(inference: Inference, factor: f64) -> Inference {
    let high = inference.interval.high * factor * factor;
    let low = inference.interval.low / (factor * factor);
    Inference { interval: Interval { low, high }, p_value: weakened(inference.p_value, factor) }
}

/// The p-value of the same deviate, divided by a factor.
fn weakened(p_value: f64, factor: f64) -> f64 {
    two_sided(normal_quantile(0.5 * p_value.clamp(1e-300, 1.0)) / factor)
}

/// The E-test of two Poisson means, two-sided.
///
/// The statistic is `|a/t_a - b/t_b| / sqrt(a/t_a^2 + b/t_b^2)`; its distribution is that of two Poisson counts with the
/// pooled rate.
///
/// # Errors
/// As [`infer_ratio`].
///
/// # References
/// Krishnamoorthy & Thomson (2004), Journal of Statistical Planning and Inference 119, 23-35.
pub fn e_test(before: Exposed, after: Exposed) -> Result<f64, StatsError> {
    check(before, after)?;
    let (t1, t2) = (after.exposure, before.exposure);
    if after.count + before.count == 0 {
        return Err(StatsError::NoIncidents);
    }
    let rate = (after.count + before.count) as f64 / (t1 + t2);
    let statistic = |x1: u64, x2: u64| {
        let (r1, r2) = (x1 as f64 / t1, x2 as f64 / t2);
        let spread = (r1 / t1 + r2 / t2).sqrt();
        if spread > 0.0 { (r1 - r2) / spread } else { 0.0 }
    };
    let observed = statistic(after.count, before.count).abs() * (1.0 - 1e-12);
    let (mean1, mean2) = (rate * t1, rate * t2);
    let reach =
        |mean: f64| ((mean - 12.0 * mean.sqrt() - 40.0).max(0.0) as u64, (mean + 12.0 * mean.sqrt() + 60.0) as u64);
    let ((from, to), (_, most)) = (reach(mean1), reach(mean2));
    let mut p_value = 0.0;
    for x1 in from..=to {
        // The statistic falls with x2: rejected are the x2 below `few` and from `many` on.
        let few = first(most + 1, |x2| statistic(x1, x2) < observed);
        let many = first(most + 1, |x2| statistic(x1, x2) <= -observed);
        let low = if few == 0 { 0.0 } else { poisson_lower(few - 1, mean2) };
        let tail = if many <= few { 1.0 } else { low + poisson_upper(many, mean2) };
        p_value += poisson(x1, mean1) * tail.min(1.0);
    }
    Ok(p_value.clamp(0.0, 1.0))
}

/// The first of `0..end` for which a condition holds that holds from some value on; `end` if none.
fn first(end: u64, holds: impl Fn(u64) -> bool) -> u64 {
    let (mut low, mut high) = (0, end);
    while low < high {
        let middle = u64::midpoint(low, high);
        if holds(middle) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    low
}

/// The quick monitor `z = 2 (sqrt a - sqrt b)` for equal exposures; act from 3 on.
///
/// # References
/// Wheeler (2016), International Journal of Police Science & Management 18(3), 163-174.
#[must_use]
pub fn poisson_z(before: u64, after: u64) -> f64 {
    2.0 * ((after as f64).sqrt() - (before as f64).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::special::beta_both;

    fn days(count: u64) -> Exposed {
        Exposed { count, exposure: 365.0 }
    }

    fn percent(ratio: f64) -> i64 {
        (100.0 * (ratio - 1.0)).round() as i64
    }

    /// Before, after, change; exact and mid-P intervals in percent; p exact, mid-P, E-test (methods.md section 9).
    type Row = (u64, u64, i64, [i64; 2], [i64; 2], f64, f64, Option<f64>);
    const TABLE: [Row; 7] = [
        (9, 4, -56, [-90, 59], [-88, 42], 0.267, 0.180, Some(0.183)),
        (18, 8, -56, [-83, 7], [-82, 1], 0.076, 0.052, Some(0.053)),
        (25, 11, -56, [-80, -7], [-79, -12], 0.029, 0.020, Some(0.020)),
        (50, 22, -56, [-75, -26], [-74, -28], 0.001, 0.001, Some(0.001)),
        (24, 14, -42, [-72, 17], [-71, 12], 0.143, 0.108, None),
        (50, 29, -42, [-65, -7], [-64, -9], 0.024, 0.018, None),
        (100, 58, -42, [-59, -19], [-58, -20], 0.001, 0.001, Some(0.001)),
    ];

    #[test]
    fn the_table_of_methods_is_reproduced() {
        let three = |p: f64| (1000.0 * p).round() / 1000.0;
        for (b, a, change, exact, mid, p_exact, p_mid, p_e) in TABLE {
            assert_eq!(percent(rate_ratio(days(b), days(a)).unwrap()), change);
            let found = infer_ratio(days(b), days(a), 0.95, TailRule::Exact).unwrap();
            assert_eq!([percent(found.interval.low), percent(found.interval.high)], exact, "{b} {a}");
            assert_eq!(three(found.p_value), p_exact, "{b} {a}");
            let found = infer_ratio(days(b), days(a), 0.95, TailRule::MidP).unwrap();
            assert_eq!([percent(found.interval.low), percent(found.interval.high)], mid, "{b} {a}");
            assert_eq!(three(found.p_value), p_mid, "{b} {a}");
            if let Some(p) = p_e {
                assert_eq!(three(e_test(days(b), days(a)).unwrap()), p, "{b} {a}");
            }
        }
        let large = infer_ratio(days(400), days(232), 0.95, TailRule::Exact).unwrap();
        assert_eq!([percent(large.interval.low), percent(large.interval.high)], [-51, -32]);
        assert!(large.p_value < 0.001);
        assert_eq!(three(e_test(days(25), days(16)).unwrap()), 0.165);
        assert!((poisson_z(25, 16) + 2.0).abs() < 1e-12);
    }

    #[test]
    fn zero_counts_have_a_sentence_or_one_open_end() {
        assert!(matches!(rate_ratio(days(0), days(3)), Err(StatsError::Undefined { .. })));
        assert_eq!(infer_ratio(days(0), days(0), 0.95, TailRule::Exact), Err(StatsError::NoIncidents));
        let none_after = infer_ratio(days(7), days(0), 0.95, TailRule::MidP).unwrap();
        assert!(none_after.interval.low == 0.0 && none_after.interval.high.is_finite());
        let none_before = infer_ratio(days(0), days(7), 0.95, TailRule::Exact).unwrap();
        assert!(none_before.interval.low > 0.0 && none_before.interval.high.is_infinite());
        assert!(infer_ratio(Exposed { count: 3, exposure: 0.0 }, days(3), 0.95, TailRule::Exact).is_err());
    }

    #[test]
    fn the_exact_interval_is_that_of_clopper_and_pearson() {
        let found = infer_ratio(days(50), days(22), 0.95, TailRule::Exact).unwrap();
        let pi = |rho: f64| rho / (1.0 + rho);
        assert!((beta_both(22.0, 51.0, pi(found.interval.low)).0 - 0.025).abs() < 1e-12);
        assert!((beta_both(23.0, 50.0, pi(found.interval.high)).0 - 0.975).abs() < 1e-12);
    }

    #[test]
    fn overdispersion_widens_and_nothing_narrows() {
        let ratio = rate_ratio(days(50), days(22)).unwrap();
        let plain = infer_ratio(days(50), days(22), 0.95, TailRule::Exact).unwrap();
        let same = widened(ratio, plain, Dispersion { phi: 0.7, df: 20.0 }, 0.95);
        assert_eq!(same, plain);
        let wide = widened(ratio, plain, Dispersion { phi: 4.0, df: 1e9 }, 0.95);
        assert!(((wide.interval.high / ratio).ln() / (plain.interval.high / ratio).ln() - 2.0).abs() < 1e-9);
        assert!(wide.p_value > plain.p_value && wide.interval.low < plain.interval.low);
        let few = widened(ratio, plain, Dispersion { phi: 4.0, df: 4.0 }, 0.95);
        assert!(few.interval.high > wide.interval.high);
    }
}
