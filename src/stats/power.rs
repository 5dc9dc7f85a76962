//! What a comparison could have seen: how many incidents before make a fall show.

use super::{
    Dispersion, StatsError,
    distribution::{binomial_lower, negative_binomial_lower, negative_binomial_upper},
    special::{normal_quantile, normal_upper},
};

/// Most incidents before that are looked at, as a power of two.
const MOST: u32 = 20;
/// Standard deviations round a mean outside which counts are left out.
const REACH: f64 = 8.0;

/// The smallest count before from which a fall by a share is seen with some probability.
///
/// Both counts are drawn with their means, Poisson or, for a dispersion above 1, negative binomial with variance
/// `phi * mean`; a fall is seen where the exact two-sided 95 % test of the rate ratio, its deviate divided by
/// [`Dispersion::widening`], calls the period after lower. None when a million incidents are not enough.
///
/// # Units
/// `fall` and `power`: shares, such as 0.3 and 0.8; `days_before`, `days_after`: any one unit.
///
/// # Errors
/// [`StatsError::Domain`] for a share that is not between 0 and 1, or an exposure that is not above 0.
///
/// # Examples
/// ```
/// use places::stats::{Dispersion, incidents_needed};
/// let poisson = Dispersion { phi: 1.0, df: f64::INFINITY };
/// // Equal periods, a fall of 30 %, seen four times in five.
/// assert_eq!(incidents_needed(0.3, 365.0, 365.0, poisson, 0.8)?, Some(154));
/// # Ok::<(), places::stats::StatsError>(())
/// ```
///
/// # References
/// Gu, Ng, Tang & Schucany (2008), Biometrical Journal 50(2), 283-298 (power of tests of two Poisson rates).
pub fn incidents_needed(
    fall: f64,
    days_before: f64,
    days_after: f64,
    dispersion: Dispersion,
    power: f64,
) -> Result<Option<u64>, StatsError> {
    for (what, share) in [("a fall", fall), ("a power", power)] {
        if !(share > 0.0 && share < 1.0) {
            return Err(StatsError::Domain { what, expected: "a share between 0 and 1" });
        }
    }
    if !(days_before > 0.0 && days_after > 0.0 && (days_before + days_after).is_finite()) {
        return Err(StatsError::Domain { what: "an exposure", expected: "above 0" });
    }
    let test = Seen {
        after: (1.0 - fall) * days_after / days_before,
        null: days_after / (days_before + days_after),
        tail: normal_upper(normal_quantile(0.975) * dispersion.widening(0.95)),
        phi: dispersion.phi.max(1.0),
    };
    let enough = |before: u64| test.probability(before as f64) >= power;
    let Some(mut high) = (0..=MOST).map(|k| 1_u64 << k).find(|&b| enough(b)) else {
        return Ok(None);
    };
    let mut low = high / 2;
    while low + 1 < high {
        let middle = u64::midpoint(low, high);
        if enough(middle) {
            high = middle;
        } else {
            low = middle;
        }
    }
    Ok(Some(high))
}

/// A fall, and the test that sees it.
struct Seen {
    /// Mean after over mean before.
    after: f64,
    /// Share of the incidents that fall after when nothing changes.
    null: f64,
    /// Lower tail from which a count is called lower.
    tail: f64,
    /// Variance over mean of both counts.
    phi: f64,
}

impl Seen {
    /// How often the fall is seen with so large a mean before.
    fn probability(&self, before: f64) -> f64 {
        let after = before * self.after;
        let reach = REACH * (self.phi * before).sqrt() + 10.0;
        let (from, to) = ((before - reach).max(0.0) as u64, (before + reach) as u64);
        let is_seen = |x1: u64, x2: u64| binomial_lower(x2, x1 + x2, self.null) <= self.tail;
        // The counts after that are seen are those below a limit, which rises with the count before.
        let (mut limit, mut seen) = (0_u64, 0.0);
        let mut below = if from == 0 { 0.0 } else { negative_binomial_lower(from - 1, before, self.phi) };
        for x1 in from..=to {
            while is_seen(x1, limit) {
                limit += 1;
            }
            let here = negative_binomial_lower(x1, before, self.phi);
            if limit > 0 {
                seen += (here - below) * negative_binomial_lower(limit - 1, after, self.phi);
            }
            below = here;
        }
        // What lies above the reach is seen as surely as anything.
        seen + negative_binomial_upper(to + 1, before, self.phi)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const POISSON: Dispersion = Dispersion { phi: 1.0, df: f64::INFINITY };

    #[test]
    fn what_could_be_seen_four_times_in_five_is_that_of_scipy() {
        // Sums over scipy.stats.poisson and binom.cdf, every count before from 1 on.
        for (fall, before, after, needed) in EXPECTED {
            assert_eq!(incidents_needed(fall, before, after, POISSON, 0.8).unwrap(), Some(needed), "{fall} {before}");
        }
    }

    /// Fall, days before and after, incidents before.
    const EXPECTED: [(f64, f64, f64, u64); 4] =
        [(0.56, 365.0, 365.0, 39), (0.42, 365.0, 365.0, 74), (0.30, 365.0, 365.0, 154), (0.30, 365.0, 90.0, 395)];

    #[test]
    fn counts_that_vary_more_need_more_and_nonsense_is_refused() {
        let needed = |phi| incidents_needed(0.3, 1.0, 1.0, Dispersion { phi, df: 1e9 }, 0.8).unwrap().unwrap();
        let (plain, wide) = (needed(1.0), needed(2.0));
        assert!((1.9..2.1).contains(&(wide as f64 / plain as f64)), "{plain} {wide}");
        assert_eq!(incidents_needed(1e-4, 1.0, 1.0, POISSON, 0.8).unwrap(), None);
        for (fall, days, power) in [(1.5, 1.0, 0.8), (0.3, 0.0, 0.8), (0.3, f64::NAN, 0.8), (0.3, 1.0, 1.0)] {
            assert!(incidents_needed(fall, days, 1.0, POISSON, power).is_err());
        }
    }
}
