//! What a place would have had without a change: the season from earlier years and its own past, each drawn towards what
//! other places tell.

use super::{
    BeforeAfter, Inference, Interval,
    special::{normal_quantile, two_sided},
    variance_between, variance_of_drift,
};

/// What earlier years tell of the change between two windows of the year.
#[derive(Debug, Clone, Copy)]
pub struct EarlierYears<'a> {
    /// The place in the two windows, the years added up.
    pub place: BeforeAfter,
    /// Other places in the same windows, in one order.
    pub others: &'a [BeforeAfter],
    /// The same places in the two periods that are compared.
    pub now: &'a [BeforeAfter],
    /// Years added up.
    pub years: u32,
}

/// The change that comes of the season.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SeasonalChange {
    /// Count in the later window over count in the earlier one.
    pub ratio: f64,
    /// Variance of its logarithm.
    pub variance: f64,
    /// Variance of the logarithmic change of a place from one year to the next, beyond season and counts.
    pub drift: f64,
}

/// The seasonal change of a place: that of all others together, drawn towards the place's own as far as places differ and its
/// own is known.
///
/// With `y` the place's logarithmic change in the earlier years (variance `v`, and the drift of the years), `m` that of all
/// others together and `t` the variance of seasons between places (at least the place's own discrepancy beyond chance), the
/// estimate is `(m v + y t) / (v + t)` with variance `v t / (v + t)`. From fewer than 8 other places nothing is known of how
/// seasons differ, and the place's own change stands alone.
///
/// # Units
/// `phi`: variance over mean of counts within a period; at least 1 is taken.
///
/// # Returns
/// None where neither the place nor others had an event.
///
/// # Examples
/// ```
/// use places::stats::{BeforeAfter, EarlierYears, seasonal_change};
/// // Everywhere a fifth fewer in winter: a small place's own 12 to 12 says little against it.
/// let others = vec![BeforeAfter { before: 200, after: 160 }; 20];
/// let place = BeforeAfter { before: 12, after: 12 };
/// let season = seasonal_change(&EarlierYears { place, others: &others, now: &others, years: 1 }, 1.0).unwrap();
/// assert_eq!(format!("{:.2}", season.ratio), "0.80");
/// // Without others there is only its own.
/// let own = seasonal_change(&EarlierYears { place, others: &[], now: &[], years: 1 }, 1.0).unwrap();
/// assert_eq!(format!("{:.2} {:.2}", own.ratio, own.variance), "1.00 0.16");
/// ```
///
/// # References
/// Efron & Morris (1975), Journal of the American Statistical Association 70(350), 311-319.
#[must_use]
pub fn seasonal_change(earlier: &EarlierYears<'_>, phi: f64) -> Option<SeasonalChange> {
    let EarlierYears { place, others, now, years } = *earlier;
    let years = f64::from(years.max(1));
    let drift = variance_of_drift(others, now, phi).unwrap_or(0.0) / (1.0 + 1.0 / years);
    let (own, sampling) = place.log_change(phi);
    let own_variance = sampling + drift / years;
    let all = others.iter().fold(BeforeAfter { before: 0, after: 0 }, |s, c| BeforeAfter {
        before: s.before + c.before,
        after: s.after + c.after,
    });
    let Ok(between) = variance_between(others, phi) else {
        let known = place.before + place.after > 0;
        return known.then(|| SeasonalChange { ratio: own.exp(), variance: own_variance, drift });
    };
    let (mean, of_mean) = all.log_change(phi);
    let seasons = (between - drift / years).max((own - mean).powi(2) - own_variance).max(0.0);
    let prior = Known { log: mean, variance: seasons + of_mean + between / others.len() as f64 };
    let both = prior.and(Known { log: own, variance: own_variance });
    Some(SeasonalChange { ratio: both.log.exp(), variance: both.variance, drift })
}

/// A count as its own past would lead to expect it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ExpectedCount {
    /// The count.
    pub count: f64,
    /// Variance of its logarithm.
    pub variance: f64,
    /// Variance by which the level of a place differs from its past, beyond counts.
    pub drift: f64,
}

/// The count of a place in a period as expected from its past and that count together, however the period was picked: its past,
/// carried on as all others went on, with the variance by which others went on differently; and the count itself.
///
/// `past`: the place in its past and in the period; `others`: other places in the same. None from fewer than 8 of them, or
/// without any event.
///
/// # Examples
/// ```
/// use places::stats::{BeforeAfter, expected_from_past};
/// // Others did not move; of 60 after years of 30 a part is chance.
/// let others = vec![BeforeAfter { before: 120, after: 30 }; 20];
/// let expected = expected_from_past(BeforeAfter { before: 120, after: 60 }, &others, 1.0).unwrap();
/// assert_eq!(format!("{:.0}", expected.count), "38");
/// ```
///
/// # References
/// Efron & Morris (1975); Barnett, van der Pols & Dobson (2005), International Journal of Epidemiology 34(1), 215-220.
#[must_use]
pub fn expected_from_past(past: BeforeAfter, others: &[BeforeAfter], phi: f64) -> Option<ExpectedCount> {
    let between = variance_between(others, phi).ok()?;
    let (then, now) = others.iter().fold((0.0, 0.0), |(b, a), c| (b + c.before as f64, a + c.after as f64));
    if past.before + past.after == 0 || then <= 0.0 || now <= 0.0 {
        return None;
    }
    let phi = phi.max(1.0);
    let known = |count: u64| Known { log: (count as f64 + 0.5).ln(), variance: phi / (count as f64 + 0.5) };
    let history = known(past.before);
    let carried = Known { log: history.log + (now / then).ln(), variance: history.variance + between };
    let both = carried.and(known(past.after));
    Some(ExpectedCount { count: both.log.exp(), variance: both.variance, drift: between })
}

/// A count drawn towards the mean of many places, where it has no past: `mean` and the variance of the true counts between places.
#[must_use]
pub fn expected_among_others(count: u64, mean: f64, between: f64, phi: f64) -> ExpectedCount {
    let phi = phi.max(1.0);
    let own = Known { log: (count as f64 + 0.5).ln(), variance: phi / (count as f64 + 0.5) };
    let relative = (1.0 + between / (mean * mean)).ln();
    let both = Known { log: mean.ln() - 0.5 * relative, variance: relative }.and(own);
    ExpectedCount { count: both.log.exp(), variance: both.variance, drift: 0.0 }
}

/// A logarithm known with some variance.
#[derive(Debug, Clone, Copy)]
struct Known {
    log: f64,
    variance: f64,
}

impl Known {
    /// What two sources of knowledge say together.
    fn and(self, other: Self) -> Self {
        let sum = self.variance + other.variance;
        if sum <= 0.0 {
            return self;
        }
        Self {
            log: (self.log * other.variance + other.log * self.variance) / sum,
            variance: self.variance * other.variance / sum,
        }
    }
}

impl Inference {
    /// A ratio over what was expected of it, with the variance of the logarithm of the expectation in its interval.
    ///
    /// Each end moves from the ratio by the root of the squares of both distances, so that an exact interval stays as skewed as
    /// it is; a ratio of 0 or infinity keeps its open end.
    ///
    /// # References
    /// Donner & Zou (2012), Statistical Methods in Medical Research 21(4), 347-359: variance estimates recovered from limits.
    #[must_use]
    pub fn over_expected(self, ratio: f64, expected: f64, variance: f64, level: f64) -> (f64, Self) {
        let z = normal_quantile(0.5 + 0.5 * level);
        let beyond = z * variance.max(0.0).sqrt();
        let (low, high) = (self.interval.low, self.interval.high);
        let away = |end: f64| (end / ratio).ln().hypot(beyond);
        let low = if low <= 0.0 {
            0.0
        } else if ratio.is_finite() {
            ratio * (-away(low)).exp()
        } else {
            low * (-beyond).exp()
        };
        let high = if !high.is_finite() {
            high
        } else if ratio > 0.0 {
            ratio * away(high).exp()
        } else {
            high * beyond.exp()
        };
        let interval = Interval { low: low / expected, high: high / expected };
        let ratio = ratio / expected;
        let reach = if ratio >= 1.0 { ratio / interval.low } else { interval.high / ratio }.ln();
        let p_value = if ratio > 0.0 && ratio.is_finite() && reach > 0.0 {
            two_sided(z * ratio.ln() / reach)
        } else {
            self.p_value
        };
        (ratio, Self { interval, p_value })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::{Exposed, TailRule, infer_ratio};

    fn counts(before: u64, after: u64) -> BeforeAfter {
        BeforeAfter { before, after }
    }

    #[test]
    fn a_season_lies_between_the_countys_and_the_places_own() {
        let others: Vec<BeforeAfter> = (0..30).map(|i| counts(400, if i % 2 == 0 { 500 } else { 320 })).collect();
        let of =
            |place| seasonal_change(&EarlierYears { place, others: &others, now: &others, years: 1 }, 1.0).unwrap();
        let (small, large) = (of(counts(10, 20)), of(counts(1000, 2000)));
        assert!(small.ratio > 1.02 && small.ratio < 1.6, "{small:?}");
        assert!(large.ratio > 1.9, "a place that is well known keeps its own: {large:?}");
        assert!(small.variance > large.variance && large.variance > 0.0);
        assert_eq!(small.drift, 0.0);
        // Years that differ: others that moved apart make the drift.
        let moved: Vec<BeforeAfter> = (0..30).map(|i| counts(400, if i % 4 < 2 { 700 } else { 230 })).collect();
        let drifting =
            seasonal_change(&EarlierYears { place: counts(1000, 2000), others: &others, now: &moved, years: 1 }, 1.0);
        assert!(drifting.unwrap().drift > 0.1);
        assert_eq!(seasonal_change(&EarlierYears { place: counts(0, 0), others: &[], now: &[], years: 1 }, 1.0), None);
    }

    #[test]
    fn a_past_takes_from_a_peak_what_chance_put_there() {
        let steady = vec![counts(300, 100); 40];
        let peak = expected_from_past(counts(300, 180), &steady, 1.0).unwrap();
        assert!((100.0..140.0).contains(&peak.count), "{peak:?}");
        // Where levels move by themselves, a peak may be there to stay.
        let moving: Vec<BeforeAfter> = (0..40).map(|i| counts(300, if i % 2 == 0 { 200 } else { 50 })).collect();
        let moved = expected_from_past(counts(300, 180), &moving, 1.0).unwrap();
        assert!(moved.count > 165.0 && moved.variance > peak.variance, "{moved:?}");
        assert_eq!(expected_from_past(counts(300, 180), &steady[..7], 1.0), None);
        assert_eq!(expected_from_past(counts(0, 0), &steady, 1.0), None);
        let among = expected_among_others(180, 100.0, 400.0, 1.0);
        assert!((130.0..175.0).contains(&among.count), "{among:?}");
        assert!(expected_among_others(180, 100.0, 0.0, 1.0).count < 100.5);
    }

    #[test]
    fn an_expectation_widens_an_interval_on_both_sides() {
        let of = |b, a| {
            let exposed = |count| Exposed { count, exposure: 100.0 };
            infer_ratio(exposed(b), exposed(a), 0.95, TailRule::Exact).unwrap()
        };
        let plain = of(100, 60);
        let (ratio, same) = plain.over_expected(0.6, 1.0, 0.0, 0.95);
        assert!((ratio - 0.6).abs() < 1e-12 && (same.interval.low - plain.interval.low).abs() < 1e-12);
        let (ratio, wide) = plain.over_expected(0.6, 0.8, 0.04, 0.95);
        assert!((ratio - 0.75).abs() < 1e-12);
        // Worked out by hand: hypot(ln(0.6 / low), 1.96 x 0.2).
        let by_hand = 0.75 * (-((0.6 / plain.interval.low).ln().powi(2) + (1.959_964_f64 * 0.2).powi(2)).sqrt()).exp();
        assert!((wide.interval.low - by_hand).abs() < 1e-6, "{wide:?} {by_hand}");
        assert!(wide.p_value > plain.p_value);
        let (ratio, none) = of(30, 0).over_expected(0.0, 0.5, 0.04, 0.95);
        assert!(ratio == 0.0 && none.interval.low == 0.0 && none.interval.high > 2.0 * of(30, 0).interval.high);
        let (ratio, from_none) = of(0, 30).over_expected(f64::INFINITY, 0.5, 0.04, 0.95);
        assert!(ratio.is_infinite() && from_none.interval.low > 0.0 && from_none.interval.high.is_infinite());
    }
}
