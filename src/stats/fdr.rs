//! Many tests at once: false discovery rate.

use super::error::{StatsError, same_length};

/// Which dependence between tests is allowed for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FdrMethod {
    /// Benjamini & Hochberg: independent or positively dependent tests, as overlapping neighborhoods are.
    BenjaminiHochberg,
    /// Benjamini & Yekutieli: any dependence.
    BenjaminiYekutieli,
}

/// Adjusted p-values, `q_(i) = min_{j >= i} min(1, m c p_(j) / j)` with `c = 1` (BH) or `sum 1/i` (BY).
///
/// A test is flagged at rate alpha where `q <= alpha`. Values that are not numbers are no tests: they keep NaN and
/// do not count in m.
///
/// # Errors
/// [`StatsError::Domain`] for a p-value outside 0 to 1.
///
/// # Examples
/// ```
/// use places::stats::{FdrMethod, adjusted};
/// let q = adjusted(&[0.01, 0.04, 0.03, f64::NAN], FdrMethod::BenjaminiHochberg)?;
/// assert_eq!(format!("{q:.2?}"), "[0.03, 0.04, 0.04, NaN]");
/// # Ok::<(), places::stats::StatsError>(())
/// ```
///
/// # References
/// Benjamini & Hochberg (1995), JRSS B 57(1), 289-300; Benjamini & Yekutieli (2001), Annals of Statistics 29(4),
/// 1165-1188; Caldas de Castro & Singer (2006), Geographical Analysis 38(2), 180-208.
pub fn adjusted(p_values: &[f64], method: FdrMethod) -> Result<Vec<f64>, StatsError> {
    let mut order: Vec<u32> = (0..p_values.len() as u32).filter(|&i| !p_values[i as usize].is_nan()).collect();
    if order.iter().any(|&i| !(0.0..=1.0).contains(&p_values[i as usize])) {
        return Err(StatsError::Domain { what: "a p-value", expected: "between 0 and 1" });
    }
    order.sort_unstable_by(|&a, &b| p_values[a as usize].total_cmp(&p_values[b as usize]));
    let m = order.len() as f64;
    let factor = match method {
        FdrMethod::BenjaminiHochberg => m,
        FdrMethod::BenjaminiYekutieli => m * (1..=order.len()).map(|i| 1.0 / i as f64).sum::<f64>(),
    };
    let mut q_values = vec![f64::NAN; p_values.len()];
    let mut least = 1.0_f64;
    for (rank, &i) in order.iter().enumerate().rev() {
        least = least.min(factor * p_values[i as usize] / (rank as f64 + 1.0));
        q_values[i as usize] = least;
    }
    Ok(q_values)
}

/// Share of the false discoveries allowed that is spent on rises: one that is overlooked costs more than a fall.
pub const SPENT_ON_RISES: f64 = 0.8;

/// Adjusted p-values of rises and of falls together, by Benjamini & Hochberg with weights: of the false discoveries allowed four
/// in five may be rises.
///
/// # Units
/// `rises`, `falls`: upper and lower tails of the same places; NaN for both is no test.
///
/// # Errors
/// As [`adjusted`], and [`StatsError::Shape`] where they are not of one length.
///
/// # Examples
/// ```
/// use places::stats::adjusted_both_ways;
/// // Two places are four tests; a rise of 0.016 weighs 1.6, a fall of 0.016 only 0.4.
/// let q = adjusted_both_ways(&[0.016, 0.984], &[0.984, 0.016])?;
/// assert_eq!(format!("{:.2} {:.2}", q[0].0, q[1].1), "0.04 0.08");
/// # Ok::<(), places::stats::StatsError>(())
/// ```
///
/// # References
/// Genovese, Roeder & Wasserman (2006), Biometrika 93(3), 509-524.
pub fn adjusted_both_ways(rises: &[f64], falls: &[f64]) -> Result<Vec<(f64, f64)>, StatsError> {
    same_length("rises and falls", rises.len(), falls.len())?;
    let weighed = |p: &f64, share: f64| if (0.0..=1.0).contains(p) { (p / (2.0 * share)).min(1.0) } else { *p };
    let both: Vec<f64> = rises
        .iter()
        .map(|p| weighed(p, SPENT_ON_RISES))
        .chain(falls.iter().map(|p| weighed(p, 1.0 - SPENT_ON_RISES)))
        .collect();
    let q = adjusted(&both, FdrMethod::BenjaminiHochberg)?;
    let (rises, falls) = q.split_at(rises.len());
    Ok(rises.iter().copied().zip(falls.iter().copied()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Values of R's p.adjust.
    #[test]
    fn adjusted_values_are_those_of_r() {
        let p = [0.01, 0.02, 0.03, 0.04, 0.05, f64::NAN];
        let bh = adjusted(&p, FdrMethod::BenjaminiHochberg).unwrap();
        bh[..5].iter().for_each(|q| assert!((q - 0.05).abs() < 1e-15));
        assert!(bh[5].is_nan());
        let by = adjusted(&p, FdrMethod::BenjaminiYekutieli).unwrap();
        by[..5].iter().for_each(|q| assert!((q - 0.114_166_666_666_666_67).abs() < 1e-15));
        assert!(adjusted(&[1.2], FdrMethod::BenjaminiHochberg).is_err());
    }

    proptest! {
        /// The step-up rule by its letter: the largest k with p_(k) <= k / m alpha, flag the first k.
        #[test]
        fn flags_are_those_of_the_step_up_rule(p in prop::collection::vec(0.0_f64..1.0, 1..60), alpha in 0.01_f64..0.3) {
            let mut sorted = p.clone();
            sorted.sort_by(f64::total_cmp);
            let m = p.len() as f64;
            let k = (1..=p.len()).rev().find(|&k| sorted[k - 1] * m / k as f64 <= alpha);
            let limit = k.map_or(-1.0, |k| sorted[k - 1]);
            let q = adjusted(&p, FdrMethod::BenjaminiHochberg).unwrap();
            for (p, q) in p.iter().zip(q) {
                prop_assert_eq!(*p <= limit, q <= alpha);
            }
        }
    }
}
