//! Is a series rising or falling? Mann-Kendall with ties, its seasonal and its autocorrelated forms, Sen's slope.

use super::{
    error::{StatsError, same_length},
    special::{normal_quantile, two_sided},
};

/// Length from which the normal approximation takes over from the exact distribution.
pub const NORMAL_FROM: usize = 10;

/// A Mann-Kendall test.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MannKendall {
    /// `sum_{i<j} sgn(y_j - y_i)`, with `sgn(0) = 0`.
    pub s: i64,
    /// Variance of S, corrected for ties.
    pub variance: f64,
    /// Standard normal deviate with continuity correction.
    pub z_score: f64,
    /// Two-sided p-value: exact below [`NORMAL_FROM`] values, also with ties; normal from there on.
    pub p_value: f64,
    /// Kendall's tau-b against time.
    pub tau_b: f64,
}

/// Tests a series for a monotonic trend, two-sided.
///
/// Values must be in order of time and independent: windows that overlap are to be thinned (see [`thinned`]) or
/// tested with [`hamed_rao`], seasons with [`seasonal_kendall`].
///
/// # Errors
/// [`StatsError::TooFew`] below three values, [`StatsError::Domain`] for values that are not numbers. A series of equal
/// values has S = 0 and p = 1.
///
/// # Examples
/// ```
/// use places::stats::mann_kendall;
/// let trend = mann_kendall(&[3.0, 4.0, 6.0, 7.0, 9.0])?;
/// assert_eq!((trend.s, trend.tau_b), (10, 1.0));
/// // Of 120 orders two are as extreme.
/// assert!((trend.p_value - 2.0 / 120.0).abs() < 1e-12);
/// # Ok::<(), places::stats::StatsError>(())
/// ```
///
/// # References
/// Mann (1945), Econometrica 13, 245-259; Kendall (1975), Rank Correlation Methods. The exact distribution with ties is
/// that of the inversions of a multiset, a Gaussian multinomial coefficient.
pub fn mann_kendall(values: &[f64]) -> Result<MannKendall, StatsError> {
    if values.len() < 3 {
        return Err(StatsError::TooFew { what: "a trend", needed: 3, found: values.len() });
    }
    let scored = Score::new(values)?;
    let mut test = scored.normal(scored.variance);
    if values.len() < NORMAL_FROM {
        test.p_value = exact_p(scored.s, &scored.ties, values.len());
    }
    Ok(test)
}

/// S, its variance and tie groups.
struct Score {
    s: i64,
    variance: f64,
    ties: Vec<usize>,
    count: f64,
}

impl Score {
    fn new(values: &[f64]) -> Result<Self, StatsError> {
        if values.iter().any(|v| v.is_nan()) {
            return Err(StatsError::Domain { what: "a value of the series", expected: "a number" });
        }
        let mut s = 0_i64;
        for (i, later) in values.iter().enumerate() {
            for earlier in &values[..i] {
                s += i64::from(later > earlier) - i64::from(later < earlier);
            }
        }
        let mut sorted = values.to_vec();
        sorted.sort_unstable_by(f64::total_cmp);
        // 0 and -0 are equal.
        let ties: Vec<usize> = sorted.chunk_by(|a, b| a == b).map(<[f64]>::len).collect();
        let term = |n: usize| (n * n.saturating_sub(1) * (2 * n + 5)) as f64;
        let variance = (term(values.len()) - ties.iter().map(|&t| term(t)).sum::<f64>()) / 18.0;
        Ok(Self { s, variance, ties, count: values.len() as f64 })
    }

    fn normal(&self, variance: f64) -> MannKendall {
        let z_score = deviate(self.s, variance);
        let pairs = 0.5 * self.count * (self.count - 1.0);
        let tied: f64 = self.ties.iter().map(|&t| 0.5 * (t * (t - 1)) as f64).sum();
        let tau_b = if pairs > tied { self.s as f64 / ((pairs - tied) * pairs).sqrt() } else { 0.0 };
        MannKendall { s: self.s, variance, z_score, p_value: two_sided(z_score), tau_b }
    }
}

fn deviate(s: i64, variance: f64) -> f64 {
    if s == 0 || variance <= 0.0 { 0.0 } else { (s - s.signum()) as f64 / variance.sqrt() }
}

/// `P(|S| >= |s|)` over all orders of values with these ties.
fn exact_p(s: i64, ties: &[usize], count: usize) -> f64 {
    // Numbers of orders by inversions: the product of (1 + q + ... + q^(j - 1)) for j to n, over the same of every tie group.
    let mut orders = vec![1.0];
    let factors = |n: usize| (2..=n).map(|j| vec![1.0; j]);
    for factor in factors(count) {
        orders = product(&orders, &factor);
    }
    for &tie in ties {
        for factor in factors(tie) {
            orders = quotient(&orders, &factor);
        }
    }
    let pairs = orders.len() as i64 - 1;
    let total: f64 = orders.iter().sum();
    let extreme = orders.iter().enumerate().filter(|(inversions, _)| (pairs - 2 * *inversions as i64).abs() >= s.abs());
    (extreme.map(|(_, n)| n).sum::<f64>() / total).min(1.0)
}

fn product(a: &[f64], b: &[f64]) -> Vec<f64> {
    let mut product = vec![0.0; a.len() + b.len() - 1];
    for (i, x) in a.iter().enumerate() {
        for (j, y) in b.iter().enumerate() {
            product[i + j] += x * y;
        }
    }
    product
}

/// Exact: whole numbers below 2^53, and the divisor begins with 1.
fn quotient(a: &[f64], b: &[f64]) -> Vec<f64> {
    let mut rest = a.to_vec();
    let length = a.len() + 1 - b.len();
    for i in 0..length {
        let q = rest[i];
        for (j, y) in b.iter().enumerate().skip(1) {
            rest[i + j] -= q * y;
        }
    }
    rest.truncate(length);
    rest
}

/// Tests a series with seasons: S and its variance are summed over the seasons.
///
/// # Units
/// `seasons`: the season of each value (such as its calendar month); NaN values are gaps.
///
/// # Errors
/// [`StatsError::Shape`]; [`StatsError::TooFew`] when no season has two values.
///
/// # References
/// Hirsch, Slack & Smith (1982), Water Resources Research 18(1), 107-121.
pub fn seasonal_kendall(values: &[f64], seasons: &[u32]) -> Result<MannKendall, StatsError> {
    same_length("values and seasons", values.len(), seasons.len())?;
    let mut names: Vec<u32> = seasons.to_vec();
    names.sort_unstable();
    names.dedup();
    let (mut s, mut variance, mut scale, mut most) = (0, 0.0, 0.0, 0);
    for name in names {
        let of_season = values.iter().zip(seasons).filter(|(v, season)| **season == name && !v.is_nan());
        let of_season: Vec<f64> = of_season.map(|(v, _)| *v).collect();
        most = most.max(of_season.len());
        if of_season.len() > 1 {
            let scored = Score::new(&of_season)?;
            s += scored.s;
            variance += scored.variance;
            let pairs = 0.5 * scored.count * (scored.count - 1.0);
            let tied: f64 = scored.ties.iter().map(|&t| 0.5 * (t * (t - 1)) as f64).sum();
            scale += ((pairs - tied) * pairs).sqrt();
        }
    }
    if most < 2 {
        return Err(StatsError::TooFew { what: "a season's trend", needed: 2, found: most });
    }
    let z_score = deviate(s, variance);
    let tau_b = if scale > 0.0 { s as f64 / scale } else { 0.0 };
    Ok(MannKendall { s, variance, z_score, p_value: two_sided(z_score), tau_b })
}

/// Tests an autocorrelated series: the variance of S is inflated by the significant autocorrelations of the ranks of
/// the detrended series. Always with the normal approximation.
///
/// # Errors
/// As [`mann_kendall`].
///
/// # References
/// Hamed & Rao (1998), Journal of Hydrology 204, 182-196.
pub fn hamed_rao(values: &[f64]) -> Result<MannKendall, StatsError> {
    mann_kendall(values)?;
    let scored = Score::new(values)?;
    let n = values.len();
    let slope = sen_slope(values)?.slope;
    let detrended: Vec<f64> = values.iter().enumerate().map(|(i, v)| v - slope * (i as f64 + 1.0)).collect();
    let ranks = mid_ranks(&detrended);
    let limit = normal_quantile(0.975) / (n as f64).sqrt();
    let weight = |k: usize| ((n - k) * (n - k - 1) * n.saturating_sub(k + 2)) as f64;
    let sum: f64 = (1..n)
        .map(|k| (k, autocorrelation(&ranks, k)))
        .filter(|(_, r)| r.abs() > limit)
        .map(|(k, r)| weight(k) * r)
        .sum();
    let inflation = 1.0 + 2.0 / (n * (n - 1) * (n - 2)) as f64 * sum;
    Ok(scored.normal(scored.variance * if inflation > 0.0 { inflation } else { 1.0 }))
}

fn autocorrelation(values: &[f64], lag: usize) -> f64 {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let square: f64 = values.iter().map(|v| (v - mean).powi(2)).sum();
    let cross: f64 = values.iter().zip(&values[lag..]).map(|(a, b)| (a - mean) * (b - mean)).sum();
    if square > 0.0 { cross / square } else { 0.0 }
}

/// Ranks from 1; ties share their mean rank.
pub(super) fn mid_ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
    let mut ranks = vec![0.0; values.len()];
    let mut first = 0;
    for group in order.chunk_by(|&a, &b| values[a] == values[b]) {
        let rank = first as f64 + 0.5 * (group.len() as f64 + 1.0);
        group.iter().for_each(|&i| ranks[i] = rank);
        first += group.len();
    }
    ranks
}

/// Every `window`-th value, counted from the last: what is left of overlapping windows when none overlaps.
#[must_use]
pub fn thinned(values: &[f64], window: usize) -> Vec<f64> {
    let mut kept: Vec<f64> = values.iter().rev().step_by(window.max(1)).copied().collect();
    kept.reverse();
    kept
}

/// Sen's slope with its 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SenSlope {
    /// Median of `(y_j - y_i) / (j - i)`, per step.
    pub slope: f64,
    /// Lower end of the 95 % interval.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// The size of a trend, per step.
///
/// # Errors
/// [`StatsError::TooFew`] below two values, [`StatsError::Domain`] for values that are not numbers.
///
/// # Examples
/// ```
/// use places::stats::sen_slope;
/// assert_eq!(sen_slope(&[1.0, 3.0, 5.0, 70.0, 9.0])?.slope, 2.0);
/// # Ok::<(), places::stats::StatsError>(())
/// ```
///
/// # References
/// Sen (1968), JASA 63, 1379-1389; interval after Gilbert (1987), Statistical Methods for Environmental Pollution Monitoring.
pub fn sen_slope(values: &[f64]) -> Result<SenSlope, StatsError> {
    if values.len() < 2 {
        return Err(StatsError::TooFew { what: "a slope", needed: 2, found: values.len() });
    }
    let variance = Score::new(values)?.variance;
    let pairs = (1..values.len()).flat_map(|j| (0..j).map(move |i| (i, j)));
    let mut slopes: Vec<f64> = pairs.map(|(i, j)| (values[j] - values[i]) / (j - i) as f64).collect();
    slopes.sort_unstable_by(f64::total_cmp);
    let n = slopes.len() as f64;
    let reach = normal_quantile(0.975) * variance.sqrt();
    // Interpolated between ranks counted from 1.
    let at = |rank: f64| {
        let rank = (rank - 1.0).clamp(0.0, n - 1.0);
        let (low, high) = (slopes[rank.floor() as usize], slopes[rank.ceil() as usize]);
        low + (high - low) * rank.fract()
    };
    let middle = slopes.len() / 2;
    let slope = if slopes.len() % 2 == 1 { slopes[middle] } else { f64::midpoint(slopes[middle - 1], slopes[middle]) };
    Ok(SenSlope { slope, low: at(0.5 * (n - reach)), high: at(0.5 * (n + reach) + 1.0) })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All orders of the values, one by one.
    fn by_enumeration(values: &[f64]) -> f64 {
        fn go(left: &mut Vec<f64>, done: &mut Vec<f64>, found: &mut Vec<i64>) {
            if left.is_empty() {
                found.push(Score::new(done).unwrap().s);
            }
            for i in 0..left.len() {
                let value = left.remove(i);
                done.push(value);
                go(left, done, found);
                left.insert(i, done.pop().unwrap());
            }
        }
        let mut found = Vec::new();
        go(&mut values.to_vec(), &mut Vec::new(), &mut found);
        let s = Score::new(values).unwrap().s.abs();
        found.iter().filter(|x| x.abs() >= s).count() as f64 / found.len() as f64
    }

    #[test]
    fn exact_p_values_are_those_of_all_orders() {
        for values in [
            &[1.0, 2.0, 3.0, 4.0][..],
            &[0.0, 0.0, 0.0, 1.0, 2.0],
            &[0.0, 1.0, 0.0, 1.0, 3.0, 3.0],
            &[5.0, 5.0, 5.0],
            &[3.0, 1.0, 2.0, 2.0, 0.0, 0.0, 1.0],
        ] {
            let test = mann_kendall(values).unwrap();
            assert!((test.p_value - by_enumeration(values)).abs() < 1e-12, "{values:?}");
        }
        // Kendall's table: n = 4, S = 6: 1/24 each side.
        assert!((mann_kendall(&[1.0, 2.0, 3.0, 4.0]).unwrap().p_value - 2.0 / 24.0).abs() < 1e-15);
    }

    #[test]
    fn equal_values_have_no_trend_and_short_ones_no_answer() {
        let flat = mann_kendall(&[2.0; 12]).unwrap();
        assert_eq!((flat.s, flat.z_score, flat.p_value, flat.tau_b), (0, 0.0, 1.0, 0.0));
        assert!(mann_kendall(&[1.0, 2.0]).is_err() && mann_kendall(&[1.0, f64::NAN, 2.0]).is_err());
        assert!(hamed_rao(&[1.0; 20]).unwrap().p_value == 1.0);
        assert_eq!(thinned(&[1.0, 2.0, 3.0, 4.0, 5.0], 2), [1.0, 3.0, 5.0]);
    }

    /// Values of pymannkendall 1.4.3.
    #[test]
    fn tests_of_longer_series_are_those_of_pymannkendall() {
        let values = [2.0, 3.0, 2.0, 6.0, 4.0, 7.0, 3.0, 4.0, 6.0, 7.0, 6.0, 6.0];
        let test = mann_kendall(&values).unwrap();
        assert_eq!(test.s, 32);
        assert!((test.variance - 200.0).abs() < 1e-9, "{}", test.variance);
        assert!((test.z_score - 2.1920310216782974).abs() < 1e-9, "{}", test.z_score);
        assert!((test.p_value - 0.02837726673798735).abs() < 1e-9, "{}", test.p_value);
        assert!((sen_slope(&values).unwrap().slope - 0.38181818181818183).abs() < 1e-12);
        let test = hamed_rao(&values).unwrap();
        assert!((test.variance - 200.0).abs() < 1e-6 && (test.p_value - 0.02837726673798735).abs() < 1e-9, "{test:?}");
        let values = [
            3.0, 5.0, 6.0, 2.0, 3.0, 7.0, 7.0, 3.0, 2.0, 4.0, 5.0, 10.0, 3.0, 3.0, 3.0, 4.0, 3.0, 4.0, 6.0, 2.0, 3.0,
            3.0, 4.0, 5.0,
        ];
        let test = mann_kendall(&values).unwrap();
        assert_eq!(test.s, -6);
        assert!((test.variance - 1515.3333333333333).abs() < 1e-9, "{}", test.variance);
        assert!((test.z_score - -0.12844461934067727).abs() < 1e-9, "{}", test.z_score);
        assert!((test.p_value - 0.897797122438877).abs() < 1e-9, "{}", test.p_value);
        assert!((sen_slope(&values).unwrap().slope - 0.0).abs() < 1e-12);
        let test = hamed_rao(&values).unwrap();
        assert!(
            (test.variance - 247.06521739130426).abs() < 1e-6 && (test.p_value - 0.7504087885956512).abs() < 1e-9,
            "{test:?}"
        );
        let seasons: Vec<u32> = (0..values.len() as u32).map(|i| i % 12).collect();
        let test = seasonal_kendall(&values, &seasons).unwrap();
        assert!(
            test.s == -6 && (test.variance - 10.0).abs() < 1e-9 && (test.p_value - 0.11384629800665813).abs() < 1e-9,
            "{test:?}"
        );
        let values = [
            4.0, 8.0, 6.0, 7.0, 5.0, 6.0, 4.0, 7.0, 6.0, 7.0, 8.0, 5.0, 2.0, 6.0, 8.0, 8.0, 4.0, 6.0, 10.0, 10.0, 6.0,
            6.0, 8.0, 6.0, 5.0, 9.0, 5.0, 8.0, 5.0, 10.0, 6.0, 11.0, 8.0, 10.0, 8.0, 11.0,
        ];
        let test = mann_kendall(&values).unwrap();
        assert_eq!(test.s, 185);
        assert!((test.variance - 5199.0).abs() < 1e-9, "{}", test.variance);
        assert!((test.z_score - 2.5518662861921952).abs() < 1e-9, "{}", test.z_score);
        assert!((test.p_value - 0.010714763134250127).abs() < 1e-9, "{}", test.p_value);
        assert!((sen_slope(&values).unwrap().slope - 0.09090909090909091).abs() < 1e-12);
        let test = hamed_rao(&values).unwrap();
        assert!(
            (test.variance - 7788.637508171738).abs() < 1e-6 && (test.p_value - 0.03707757331938066).abs() < 1e-9,
            "{test:?}"
        );
        let seasons: Vec<u32> = (0..values.len() as u32).map(|i| i % 12).collect();
        let test = seasonal_kendall(&values, &seasons).unwrap();
        assert!(
            test.s == 15
                && (test.variance - 36.333333333333336).abs() < 1e-9
                && (test.p_value - 0.020200365358799655).abs() < 1e-9,
            "{test:?}"
        );
    }
}
