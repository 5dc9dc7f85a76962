//! Rates with intervals, and empirical Bayes smoothing of rates of small areas.

use super::{
    distribution::chi_square_quantile,
    error::{StatsError, same_length},
    special::normal_quantile,
};

/// Count from which Byar's approximation takes over from the exact interval.
pub const BYAR_FROM: u64 = 10;

/// An interval, both ends inside.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// The exact interval of a Poisson count: `chi2(alpha/2; 2x) / 2` to `chi2(1 - alpha/2; 2x + 2) / 2`.
///
/// # Units
/// `level`: coverage, such as 0.95; two-sided with equal tails. The lower end of a count of 0 is 0.
///
/// # Examples
/// ```
/// use places::stats::exact_interval;
/// let interval = exact_interval(5, 0.95);
/// assert_eq!(format!("{:.2} to {:.2}", interval.low, interval.high), "1.62 to 11.67");
/// assert_eq!(exact_interval(0, 0.95).low, 0.0);
/// ```
///
/// # References
/// Garwood (1936); Breslow & Day (1987), Statistical Methods in Cancer Research II.
#[must_use]
pub fn exact_interval(count: u64, level: f64) -> Interval {
    let tail = 0.5 * (1.0 - level);
    let low = if count == 0 { 0.0 } else { 0.5 * chi_square_quantile(tail, 2.0 * count as f64) };
    Interval { low, high: 0.5 * chi_square_quantile(1.0 - tail, 2.0 * count as f64 + 2.0) }
}

/// Byar's approximation of the interval of a Poisson count.
///
/// # References
/// Breslow & Day (1987), p. 69.
#[must_use]
pub fn byar_interval(count: u64, level: f64) -> Interval {
    let z = normal_quantile(0.5 + 0.5 * level);
    let end = |x: f64, sign: f64| x * (1.0 - 1.0 / (9.0 * x) + sign * z / (3.0 * x.sqrt())).powi(3);
    let x = count as f64;
    Interval { low: if count == 0 { 0.0 } else { end(x, -1.0).max(0.0) }, high: end(x + 1.0, 1.0) }
}

/// The interval of a Poisson count by the UKHSA rule: exact below [`BYAR_FROM`], Byar's from there on.
///
/// # References
/// Armitage & Berry (2002), Statistical Methods in Medical Research; UKHSA Fingertips technical guidance.
#[must_use]
pub fn count_interval(count: u64, level: f64) -> Interval {
    if count < BYAR_FROM { exact_interval(count, level) } else { byar_interval(count, level) }
}

/// A rate per 1,000 and its 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RateWithInterval {
    /// Events per 1,000.
    pub rate: f64,
    /// Lower end of the 95 % interval.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// `1000 count / population` with the interval of [`count_interval`], two-sided.
///
/// # Errors
/// [`StatsError::Undefined`] without a population.
///
/// # Examples
/// ```
/// use places::stats::rate_per_1000;
/// assert_eq!(rate_per_1000(12, 6_000.0)?.rate, 2.0);
/// assert!(rate_per_1000(12, 0.0).is_err());
/// # Ok::<(), places::stats::StatsError>(())
/// ```
pub fn rate_per_1000(count: u64, population: f64) -> Result<RateWithInterval, StatsError> {
    if population.is_nan() || population <= 0.0 {
        return Err(StatsError::Undefined { what: "the population" });
    }
    let factor = 1000.0 / population;
    let interval = count_interval(count, 0.95);
    Ok(RateWithInterval { rate: factor * count as f64, low: factor * interval.low, high: factor * interval.high })
}

/// Rates smoothed towards the mean of all areas.
#[derive(Debug, Clone, PartialEq)]
pub struct EmpiricalBayes {
    /// Mean rate, `sum x / sum n`.
    pub mean: f64,
    /// Variance of the true rates, never below 0.
    pub between: f64,
    /// Smoothed rate of every area; the mean where an area has no population.
    pub rates: Vec<f64>,
}

/// Marshall's global empirical Bayes estimate of rates `x / n`.
///
/// # Units
/// - `counts`: events of each area; `populations`: people (or days, or any exposure), at least one above 0
/// - returns: events per unit of exposure
///
/// # Errors
/// [`StatsError::Shape`], [`StatsError::TooFew`] without areas, [`StatsError::Undefined`] without any population.
///
/// # Examples
/// ```
/// use places::stats::empirical_bayes;
/// let smoothed = empirical_bayes(&[5.0, 60.0, 2.0, 12.0], &[1000.0, 4000.0, 900.0, 9000.0])?;
/// assert_eq!(format!("{:.6}", smoothed.mean), "0.005302");
/// assert_eq!(format!("{:.6}", smoothed.rates[2]), "0.002678");
/// # Ok::<(), places::stats::StatsError>(())
/// ```
///
/// # References
/// Marshall (1991), Applied Statistics 40(2), 283-294; `spdep::EBest`.
pub fn empirical_bayes(counts: &[f64], populations: &[f64]) -> Result<EmpiricalBayes, StatsError> {
    same_length("counts and populations", counts.len(), populations.len())?;
    let people: f64 = populations.iter().sum();
    if counts.is_empty() {
        return Err(StatsError::TooFew { what: "smoothing", needed: 1, found: 0 });
    }
    if people.is_nan() || people <= 0.0 {
        return Err(StatsError::Undefined { what: "the population" });
    }
    let mean = counts.iter().sum::<f64>() / people;
    let average = people / counts.len() as f64;
    let pairs = || counts.iter().zip(populations).filter(|(_, n)| **n > 0.0);
    let spread = pairs().map(|(x, n)| n * (x / n - mean).powi(2)).sum::<f64>() / people;
    let between = (spread - mean / average).max(0.0);
    let smooth = |(x, n): (&f64, &f64)| {
        if *n > 0.0 && between > 0.0 { mean + (x / n - mean) * between / (between + mean / n) } else { mean }
    };
    Ok(EmpiricalBayes { mean, between, rates: counts.iter().zip(populations).map(smooth).collect() })
}

/// The same with sums over each area and its neighbors: `ring_counts` and `ring_populations` hold them.
///
/// # Errors
/// As [`empirical_bayes`].
pub fn local_empirical_bayes(
    counts: &[f64],
    populations: &[f64],
    neighbors: &[Vec<usize>],
) -> Result<Vec<f64>, StatsError> {
    same_length("counts and populations", counts.len(), populations.len())?;
    same_length("counts and neighborhoods", counts.len(), neighbors.len())?;
    (0..counts.len())
        .map(|i| {
            let members: Vec<usize> =
                std::iter::once(i).chain(neighbors[i].iter().copied().filter(|&j| j != i)).collect();
            let pick = |values: &[f64]| members.iter().map(|&j| values[j]).collect::<Vec<f64>>();
            Ok(empirical_bayes(&pick(counts), &pick(populations))?.rates[0])
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn near(found: f64, expected: f64, digits: i32) {
        assert!((found - expected).abs() < 0.5001 * 10_f64.powi(-digits), "{found} {expected}");
    }

    #[test]
    fn intervals_of_counts_are_those_of_the_tables() {
        for (count, low, high) in [(0, 0.0, 3.6889), (3, 0.6187, 8.7673), (9, 4.1154, 17.0848)] {
            let found = exact_interval(count, 0.95);
            near(found.low, low, 4);
            near(found.high, high, 4);
            assert_eq!(count_interval(count, 0.95), found);
        }
        for (count, low, high) in [(10, 4.7874, 18.3915), (24, 15.3727, 35.7116), (56, 42.2991, 72.7220)] {
            let found = byar_interval(count, 0.95);
            near(found.low, low, 4);
            near(found.high, high, 4);
            assert_eq!(count_interval(count, 0.95), found);
        }
        assert!(rate_per_1000(3, 0.0).is_err() && rate_per_1000(3, f64::NAN).is_err());
        near(rate_per_1000(24, 8000.0).unwrap().rate, 3.0, 9);
    }

    #[test]
    fn marshall_smoothing_is_that_of_spdep() {
        let found = empirical_bayes(&[5.0, 60.0, 2.0, 12.0], &[1000.0, 4000.0, 900.0, 9000.0]).unwrap();
        near(found.mean, 0.005302, 6);
        near(found.between, 3.3918e-5, 9);
        for (rate, expected) in found.rates.iter().zip([0.005041, 0.014635, 0.002678, 0.001401]) {
            near(*rate, expected, 6);
        }
        let flat = empirical_bayes(&[2.0, 10.0, 1.0, 30.0], &[1000.0, 4000.0, 300.0, 9000.0]).unwrap();
        assert!(flat.between == 0.0);
        flat.rates.iter().for_each(|rate| near(*rate, 0.003007, 6));
    }

    #[test]
    fn smoothing_over_everybody_is_global_smoothing() {
        let (x, n) = ([5.0, 60.0, 2.0, 12.0], [1000.0, 4000.0, 900.0, 9000.0]);
        let all: Vec<Vec<usize>> = (0..4).map(|_| (0..4).collect()).collect();
        let global = empirical_bayes(&x, &n).unwrap().rates;
        let local = local_empirical_bayes(&x, &n, &all).unwrap();
        global.iter().zip(local).for_each(|(a, b)| assert!((a - b).abs() < 1e-15));
    }
}
