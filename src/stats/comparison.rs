//! A place against comparison areas and the ring round it: ratio of ratios, displacement and diffusion.

use super::{
    error::StatsError,
    rate::Interval,
    special::{normal_quantile, two_sided},
};

/// Counts before and after.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BeforeAfter {
    /// Events before.
    pub before: u64,
    /// Events after.
    pub after: u64,
}

impl BeforeAfter {
    fn values(self) -> (f64, f64) {
        (self.before as f64, self.after as f64)
    }
}

/// The change of a place over the change of its comparison.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RatioOfRatios {
    /// `(R_a / R_b) / (C_a / C_b)`.
    pub ratio: f64,
    /// Interval on the logarithmic scale.
    pub interval: Interval,
    /// Standard error of its logarithm.
    pub se_log: f64,
    /// Whether half an event was added to every count because one was 0.
    pub corrected: bool,
}

impl RatioOfRatios {
    /// The deviate of "the same change".
    #[must_use]
    pub fn z_score(&self) -> f64 {
        self.ratio.ln() / self.se_log
    }

    /// Its two-sided p-value.
    #[must_use]
    pub fn p_value(&self) -> f64 {
        two_sided(self.z_score())
    }

    /// The same with a variance of the logarithm added that is not that of the counts: what places change by themselves.
    #[must_use]
    pub fn with_variance(self, variance: f64, level: f64) -> Self {
        let se_log = (self.se_log.powi(2) + variance.max(0.0)).sqrt();
        let interval = round_ratio(self.ratio, se_log, level);
        Self { interval, se_log, ..self }
    }
}

/// Computes the ratio of ratios; exposures cancel because both places have the same ones.
///
/// # Units
/// - `widening`: what the standard error is multiplied by, `sqrt(phi)` or more; at least 1
/// - `level`: coverage, such as 0.95
///
/// # Errors
/// [`StatsError::NoIncidents`] when a place has no incident in either period.
///
/// # Examples
/// ```
/// use places::stats::{BeforeAfter, ratio_of_ratios};
/// let (place, comparison) = (BeforeAfter { before: 100, after: 50 }, BeforeAfter { before: 400, after: 400 });
/// let change = ratio_of_ratios(place, comparison, 1.0, 0.95)?;
/// assert_eq!(format!("{:.2}", change.ratio), "0.50");
/// assert!(change.interval.high < 1.0);
/// # Ok::<(), places::stats::StatsError>(())
/// ```
///
/// # References
/// `SE(ln)^2 = 1/R_a + 1/R_b + 1/C_a + 1/C_b`; half an event is added to each count if any is 0.
pub fn ratio_of_ratios(
    place: BeforeAfter,
    comparison: BeforeAfter,
    widening: f64,
    level: f64,
) -> Result<RatioOfRatios, StatsError> {
    let empty = |counts: BeforeAfter| counts.before + counts.after == 0;
    if empty(place) || empty(comparison) {
        return Err(StatsError::NoIncidents);
    }
    let ((rb, ra), (cb, ca)) = (place.values(), comparison.values());
    let corrected = [rb, ra, cb, ca].contains(&0.0);
    let add = if corrected { 0.5 } else { 0.0 };
    let [rb, ra, cb, ca] = [rb, ra, cb, ca].map(|count| count + add);
    let ratio = (ra / rb) / (ca / cb);
    let se_log = (1.0 / ra + 1.0 / rb + 1.0 / ca + 1.0 / cb).sqrt() * widening.max(1.0);
    Ok(RatioOfRatios { ratio, interval: round_ratio(ratio, se_log, level), se_log, corrected })
}

/// The interval of a ratio on the logarithmic scale.
fn round_ratio(ratio: f64, se_log: f64, level: f64) -> Interval {
    let reach = normal_quantile(0.5 + 0.5 * level) * se_log;
    Interval { low: ratio * (-reach).exp(), high: ratio * reach.exp() }
}

/// Gross effect `R_b - R_a` and net effect `R_b / C_b - R_a / C_a`.
///
/// # Errors
/// [`StatsError::Undefined`] when the comparison has none before or after.
pub fn effects(place: BeforeAfter, comparison: BeforeAfter) -> Result<(f64, f64), StatsError> {
    let ((rb, ra), (cb, ca)) = (place.values(), comparison.values());
    if cb <= 0.0 || ca <= 0.0 {
        return Err(StatsError::Undefined { what: "a count of the comparison areas" });
    }
    Ok((rb - ra, rb / cb - ra / ca))
}

/// Weighted displacement quotient, with its success measure.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DisplacementQuotient {
    /// `(D_a/C_a - D_b/C_b) / (R_a/C_a - R_b/C_b)`; above 0 diffusion of benefit, below 0 displacement.
    pub wdq: f64,
    /// The denominator: the quotient may only be read when it is below 0.
    pub success: f64,
}

/// Computes the weighted displacement quotient.
///
/// # Errors
/// [`StatsError::Undefined`] when the comparison has none in a period, or the place did not change against it.
///
/// # References
/// Bowers & Johnson (2003), Journal of Quantitative Criminology 19(3), 275-301.
pub fn displacement_quotient(
    place: BeforeAfter,
    ring: BeforeAfter,
    comparison: BeforeAfter,
) -> Result<DisplacementQuotient, StatsError> {
    effects(place, comparison)?;
    let ((rb, ra), (db, da), (cb, ca)) = (place.values(), ring.values(), comparison.values());
    let success = ra / ca - rb / cb;
    if success == 0.0 {
        return Err(StatsError::Undefined { what: "the change of the place against its comparison" });
    }
    Ok(DisplacementQuotient { wdq: (da / ca - db / cb) / success, success })
}

/// Total net effect: events avoided in place and ring together, `[R_b (C_a/C_b) - R_a] + [D_b (C_a/C_b) - D_a]`.
///
/// # Errors
/// [`StatsError::Undefined`] when the comparison had none before.
///
/// # References
/// Guerette (2009), POP Guide 10, appendices B and C.
pub fn total_net_effect(place: BeforeAfter, ring: BeforeAfter, comparison: BeforeAfter) -> Result<f64, StatsError> {
    let ((rb, ra), (db, da), (cb, ca)) = (place.values(), ring.values(), comparison.values());
    if cb <= 0.0 {
        return Err(StatsError::Undefined { what: "the count of the comparison areas before" });
    }
    let change = ca / cb;
    Ok((rb * change - ra) + (db * change - da))
}

/// Weighted displacement difference.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DisplacementDifference {
    /// Change of place and ring beyond that of their controls; below 0 is a fall.
    pub wdd: f64,
    /// Standard error.
    pub se: f64,
    /// `wdd / se`.
    pub z_score: f64,
    /// 95 % interval, as every other here (`ptools` prints 90 %).
    pub interval: Interval,
}

/// The counts of a displacement difference and what they are divided by.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Displacement {
    /// The place.
    pub place: BeforeAfter,
    /// Its comparison.
    pub control: BeforeAfter,
    /// The ring, if one was drawn.
    pub ring: Option<BeforeAfter>,
    /// The ring's comparison.
    pub ring_control: Option<BeforeAfter>,
    /// Lengths of the periods before and after, in any one unit.
    pub time_weights: [f64; 2],
    /// Sizes of place, control, ring, ring control, in any one unit.
    pub area_weights: [f64; 4],
}

impl Displacement {
    /// Equal periods and sizes.
    #[must_use]
    pub fn unweighted(place: BeforeAfter, control: BeforeAfter) -> Self {
        Self { place, control, ring: None, ring_control: None, time_weights: [1.0; 2], area_weights: [1.0; 4] }
    }
}

/// Computes `(R_a - R_b) - (C_a - C_b) + [(D_a - D_b) - (Dc_a - Dc_b)]`; a ring without a control of its own is taken as it is.
///
/// Every count is divided by its weights, its Poisson variance by their squares, times `widening^2`.
///
/// # Errors
/// [`StatsError::Domain`] for a weight that is not above 0, [`StatsError::NoIncidents`] when every count is 0.
///
/// # Examples
/// ```
/// use places::stats::{BeforeAfter, Displacement, displacement_difference};
/// let counts = |before, after| BeforeAfter { before, after };
/// let found = displacement_difference(&Displacement::unweighted(counts(20, 10), counts(20, 20)), 1.0)?;
/// assert_eq!(format!("{} {:.3}", found.wdd, found.z_score), "-10 -1.195");
/// # Ok::<(), places::stats::StatsError>(())
/// ```
///
/// # References
/// Wheeler & Ratcliffe (2018), Crime Science 7:11; R package `ptools`, `wdd`.
pub fn displacement_difference(counts: &Displacement, widening: f64) -> Result<DisplacementDifference, StatsError> {
    let weights = counts.time_weights.iter().chain(&counts.area_weights);
    if weights.clone().any(|w| !(w.is_finite() && *w > 0.0)) {
        return Err(StatsError::Domain { what: "a weight", expected: "above 0" });
    }
    let none = BeforeAfter { before: 0, after: 0 };
    let parts = [
        (counts.place, 1.0),
        (counts.control, -1.0),
        (counts.ring.unwrap_or(none), 1.0),
        (counts.ring_control.unwrap_or(none), -1.0),
    ];
    let (mut wdd, mut variance) = (0.0, 0.0);
    for ((part, sign), area) in parts.into_iter().zip(counts.area_weights) {
        let (before, after) = part.values();
        let [w_before, w_after] = counts.time_weights.map(|t| t * area);
        wdd += sign * (after / w_after - before / w_before);
        variance += after / (w_after * w_after) + before / (w_before * w_before);
    }
    if variance <= 0.0 {
        return Err(StatsError::NoIncidents);
    }
    let se = variance.sqrt() * widening.max(1.0);
    let reach = normal_quantile(0.975) * se;
    Ok(DisplacementDifference {
        wdd,
        se,
        z_score: wdd / se,
        interval: Interval { low: wdd - reach, high: wdd + reach },
    })
}

/// The harm version: differences of several kinds, each with the weight of one event, added up.
///
/// # References
/// Wheeler & Ratcliffe (2018): `sum w_k WDD_k` with variance `sum w_k^2 SE_k^2`.
#[must_use]
pub fn weighted_difference(kinds: &[(DisplacementDifference, f64)]) -> DisplacementDifference {
    let wdd = kinds.iter().map(|(d, w)| w * d.wdd).sum::<f64>();
    let se = kinds.iter().map(|(d, w)| (w * d.se).powi(2)).sum::<f64>().sqrt();
    let reach = normal_quantile(0.975) * se;
    let z_score = if se > 0.0 { wdd / se } else { 0.0 };
    DisplacementDifference { wdd, se, z_score, interval: Interval { low: wdd - reach, high: wdd + reach } }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(before: u64, after: u64) -> BeforeAfter {
        BeforeAfter { before, after }
    }

    #[track_caller]
    fn near(found: f64, expected: f64, digits: i32) {
        assert!((found - expected).abs() < 0.5001 * 10_f64.powi(-digits), "{found} {expected}");
    }

    #[test]
    fn ratios_of_ratios_are_those_of_methods() {
        for (place, comparison, ratio, low, high) in [
            (counts(50, 22), counts(500, 450), 0.489, 0.291, 0.820),
            (counts(25, 11), counts(250, 200), 0.550, 0.264, 1.145),
            (counts(100, 58), counts(900, 780), 0.669, 0.478, 0.938),
        ] {
            let found = ratio_of_ratios(place, comparison, 1.0, 0.95).unwrap();
            near(found.ratio, ratio, 3);
            near(found.interval.low, low, 3);
            near(found.interval.high, high, 3);
            assert!(!found.corrected);
        }
        let zero = ratio_of_ratios(counts(5, 0), counts(10, 10), 1.0, 0.95).unwrap();
        assert!(zero.corrected && zero.ratio.is_finite() && zero.interval.low > 0.0);
        assert!(ratio_of_ratios(counts(0, 0), counts(10, 10), 1.0, 0.95).is_err());
        let wide = ratio_of_ratios(counts(50, 22), counts(500, 450), 2.0, 0.95).unwrap();
        assert!(wide.interval.high > 1.0);
    }

    #[test]
    fn displacement_is_that_of_the_guide_and_of_ptools() {
        let (place, ring, comparison) = (counts(100, 58), counts(60, 55), counts(900, 780));
        near(effects(place, comparison).unwrap().1, 0.0368, 4);
        near(displacement_quotient(place, ring, comparison).unwrap().wdq, -0.105, 3);
        near(total_net_effect(place, ring, comparison).unwrap(), 25.7, 1);
        let found = displacement_difference(&Displacement::unweighted(counts(20, 10), counts(20, 20)), 1.0).unwrap();
        assert_eq!(found.wdd, -10.0);
        near(found.se, 8.3666, 4);
        near(found.z_score, -1.195, 3);
        let harm = weighted_difference(&[(found, 2.0), (found, 0.0)]);
        near(harm.se, 2.0 * 8.3666, 3);
        assert_eq!(harm.wdd, -20.0);
    }

    #[test]
    fn zero_counts_have_sentences() {
        let none = counts(0, 0);
        assert!(displacement_quotient(counts(3, 1), none, none).is_err());
        assert!(displacement_quotient(counts(3, 3), none, counts(5, 5)).is_err());
        assert!(total_net_effect(counts(3, 1), none, none).is_err());
        assert!(displacement_difference(&Displacement::unweighted(none, none), 1.0).is_err());
        let bad = Displacement { time_weights: [0.0, 1.0], ..Displacement::unweighted(counts(1, 1), none) };
        assert!(displacement_difference(&bad, 1.0).is_err());
    }
}
