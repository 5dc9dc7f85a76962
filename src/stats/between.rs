//! How much the changes of places differ from each other by more than their counts explain: own seasons, drift.

use super::{BeforeAfter, StatsError};

/// Places from which the variance between them can be told.
const LEAST: usize = 8;
/// Events of both periods together below which a place says nothing of its change.
const LEAST_EVENTS: u64 = 10;

/// Variance of the true logarithmic changes between places, by the method of moments; 0 where counts explain all of it.
///
/// With `y = ln((a + 1/2) / (b + 1/2))`, its sampling variance `v = phi (1 / (a + 1/2) + 1 / (b + 1/2))` and weights `w = 1 / v`:
/// `(Q - (k - 1)) / (sum w - sum w^2 / sum w)` with `Q = sum w (y - mean)^2`.
///
/// # Units
/// `phi`: variance over mean of the counts within a period; at least 1 is taken.
///
/// # Errors
/// [`StatsError::TooFew`] below 8 places with ten events or more.
///
/// # Examples
/// ```
/// use places::stats::{BeforeAfter, variance_between};
/// // Ten places, half of which rise by a half and half of which fall by a third.
/// let of = |i: u64| BeforeAfter { before: 1200, after: if i % 2 == 0 { 1800 } else { 800 } };
/// let variance = variance_between(&(0..10).map(of).collect::<Vec<_>>(), 1.0)?;
/// assert_eq!(format!("{:.2}", variance.sqrt()), "0.42");
/// # Ok::<(), places::stats::StatsError>(())
/// ```
///
/// # References
/// `DerSimonian` & Laird (1986), Controlled Clinical Trials 7(3), 177-188.
pub fn variance_between(changes: &[BeforeAfter], phi: f64) -> Result<f64, StatsError> {
    let known: Vec<(f64, f64)> = changes.iter().filter(|c| c.says_enough()).map(|c| c.log_change(phi)).collect();
    moments(&known)
}

/// Variance between places of the difference of two of their changes: what drifts from year to year, seasons taken out.
///
/// # Errors
/// As [`variance_between`]; the pairs stand in one order.
///
/// # Examples
/// ```
/// use places::stats::{BeforeAfter, variance_of_drift};
/// // Ten places with seasons of their own, the same in both years.
/// let of = |i: u64| BeforeAfter { before: 1200, after: if i % 2 == 0 { 1800 } else { 800 } };
/// let year: Vec<BeforeAfter> = (0..10).map(of).collect();
/// assert_eq!(variance_of_drift(&year, &year, 1.0)?, 0.0);
/// # Ok::<(), places::stats::StatsError>(())
/// ```
pub fn variance_of_drift(then: &[BeforeAfter], now: &[BeforeAfter], phi: f64) -> Result<f64, StatsError> {
    let both = then.iter().zip(now).filter(|(then, now)| then.says_enough() && now.says_enough());
    let apart = |(then, now): (&BeforeAfter, &BeforeAfter)| {
        let ((y, v), (z, w)) = (then.log_change(phi), now.log_change(phi));
        (z - y, v + w)
    };
    moments(&both.map(apart).collect::<Vec<_>>())
}

impl BeforeAfter {
    /// Whether there are enough events to tell a change from.
    fn says_enough(self) -> bool {
        self.before + self.after >= LEAST_EVENTS
    }

    /// `ln((a + 1/2) / (b + 1/2))` and its sampling variance.
    pub(super) fn log_change(self, phi: f64) -> (f64, f64) {
        let (before, after) = (self.before as f64 + 0.5, self.after as f64 + 0.5);
        ((after / before).ln(), phi.max(1.0) * (1.0 / before + 1.0 / after))
    }
}

/// The variance between values beyond that of each, by the method of moments.
fn moments(values: &[(f64, f64)]) -> Result<f64, StatsError> {
    let known: Vec<(f64, f64)> = values.iter().map(|(y, v)| (*y, 1.0 / v)).collect();
    if known.len() < LEAST {
        return Err(StatsError::TooFew { what: "a variance between places", needed: LEAST, found: known.len() });
    }
    let (sum, squares) = known.iter().fold((0.0, 0.0), |(sum, squares), (_, w)| (sum + w, squares + w * w));
    let mean = known.iter().map(|(y, w)| w * y).sum::<f64>() / sum;
    let q: f64 = known.iter().map(|(y, w)| w * (y - mean).powi(2)).sum();
    Ok(((q - (known.len() as f64 - 1.0)) / (sum - squares / sum)).max(0.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_changes_have_no_variance_and_few_places_no_answer() {
        let places = vec![BeforeAfter { before: 40, after: 30 }; 12];
        assert_eq!(variance_between(&places, 1.0), Ok(0.0));
        let small = vec![BeforeAfter { before: 4, after: 3 }; 12];
        assert!(matches!(variance_between(&small, 1.0), Err(StatsError::TooFew { found: 0, .. })));
        assert!(matches!(variance_between(&places[..7], 1.0), Err(StatsError::TooFew { found: 7, .. })));
    }

    #[test]
    fn it_is_that_of_the_formula() {
        // Worked out with numpy from the formula above.
        let places: Vec<BeforeAfter> =
            BEFORE_AFTER.iter().map(|&(before, after)| BeforeAfter { before, after }).collect();
        for (phi, expected) in EXPECTED {
            assert!((variance_between(&places, phi).unwrap() - expected).abs() < 1e-9, "{phi}");
        }
    }

    const BEFORE_AFTER: [(u64, u64); 9] =
        [(40, 61), (100, 58), (23, 30), (80, 120), (55, 20), (31, 33), (90, 90), (12, 0), (64, 100)];
    const EXPECTED: [(f64, f64); 2] = [(1.0, 0.208998153239), (1.9, 0.173601516770)];
}
