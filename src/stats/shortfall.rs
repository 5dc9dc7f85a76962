//! Counts far below the usual: a delivery that was cut, not a fall.

use super::distribution::poisson_lower;

/// Share of the usual below which a count is doubtful.
const SHARE: f64 = 0.25;
/// Probability of so few by chance, above which they are no reason for doubt.
const CHANCE: f64 = 1e-6;

/// For each of some (count, exposure) the count that the others lead to expect, where it is doubtful: under a quarter of
/// the median rate of the others times its exposure, and impossible by chance at 1e-6 (Poisson). Exposures are positive, such
/// as days. A series that fell for good is doubtful as long as the fallen counts are fewer than the others.
///
/// # Examples
/// ```
/// use places::stats::shortfalls;
/// let months = shortfalls(&[(300, 30.0), (310, 31.0), (4, 30.0), (310, 31.0)]);
/// assert_eq!(months, [None, None, Some(300.0), None]);
/// // What is rare may well be nil.
/// assert_eq!(shortfalls(&[(4, 31.0), (3, 28.0), (0, 31.0)]), [None, None, None]);
/// ```
#[must_use]
pub fn shortfalls(counts: &[(u64, f64)]) -> Vec<Option<f64>> {
    let mut rates: Vec<(f64, usize)> = counts.iter().enumerate().map(|(i, c)| (c.0 as f64 / c.1, i)).collect();
    rates.sort_by(|a, b| a.0.total_cmp(&b.0));
    let usual = |i: usize| median_without(&rates, i).map(|rate| rate * counts[i].1);
    let is_short = |(i, usual): (usize, f64)| {
        let count = counts[i].0;
        (((count as f64) < SHARE * usual) && poisson_lower(count, usual) < CHANCE).then_some(usual)
    };
    (0..counts.len()).map(|i| usual(i).and_then(|usual| is_short((i, usual)))).collect()
}

/// The median of sorted rates, one of them left out.
fn median_without(rates: &[(f64, usize)], left_out: usize) -> Option<f64> {
    let others: Vec<f64> = rates.iter().filter(|r| r.1 != left_out).map(|r| r.0).collect();
    let middle = others.len() / 2;
    match others.len() {
        0 => None,
        n if n % 2 == 1 => Some(others[middle]),
        _ => Some(f64::midpoint(others[middle - 1], others[middle])),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn short(counts: &[u64], last_days: f64) -> Vec<usize> {
        let days = |i: usize| if i + 1 == counts.len() { last_days } else { 30.0 };
        let counts: Vec<(u64, f64)> = counts.iter().enumerate().map(|(i, &n)| (n, days(i))).collect();
        shortfalls(&counts).iter().enumerate().filter(|s| s.1.is_some()).map(|s| s.0).collect()
    }

    #[test]
    fn a_cut_month_is_short_and_a_rare_or_a_real_fall_is_not() {
        assert_eq!(short(&[300, 310, 290, 4, 305, 300], 30.0), [3]);
        assert_eq!(short(&[300, 310, 290, 0, 305, 300], 30.0), [3]);
        assert_eq!(short(&[4, 310, 290, 300, 305, 300], 30.0), [0], "the first too");
        // A fall by two thirds is one; so are nil months of what is rare.
        assert!(short(&[300, 310, 290, 100, 305, 300], 30.0).is_empty());
        assert!(short(&[4, 4, 3, 0, 5, 4], 30.0).is_empty());
        // A month of which ten days were delivered is compared with ten days.
        assert!(short(&[300, 310, 290, 300, 305, 95], 10.0).is_empty());
        assert_eq!(short(&[300, 310, 290, 300, 305, 5], 10.0), [5]);
        assert!(short(&[300], 30.0).is_empty() && short(&[0, 0], 30.0).is_empty(), "nothing to compare with");
    }
}
