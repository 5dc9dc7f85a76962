//! The exact local test: is a neighborhood high for its exposure? This makes the hot-spot flag.

use rayon::prelude::*;

use super::{
    FdrMethod, adjusted,
    distribution::{binomial_lower, binomial_upper, negative_binomial_lower, negative_binomial_upper},
    error::{StatsError, same_length},
    weights::Weights,
};

/// Rounds of estimating the background's dispersion without what stands out.
const MAX_ROUNDS: usize = 20;
/// Standard errors added to a dispersion that leaves the tested neighborhood out.
const ERRORS: f64 = 2.0;
/// Neighborhoods that may hide each other.
const OUTLIERS: usize = 12;
/// Places that must be left to tell how the background varies, and at least half of all.
const LEAST_BACKGROUND: usize = 20;
/// Neighborhoods among which these are looked for; overlapping ones are passed over.
const CANDIDATES: usize = 400;

/// The test of one neighborhood.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LocalTest {
    /// Incidents in the place and its neighbors whose exposure is known.
    pub local_sum: u64,
    /// Expected there: all incidents times the neighborhood's share of the exposure.
    pub expected: f64,
    /// One-sided p-value for a neighborhood this high; NaN where the place itself has no exposure.
    pub p_high: f64,
    /// One-sided p-value for a neighborhood this low; NaN where the place itself has no exposure.
    pub p_low: f64,
}

/// The tests of a map.
#[derive(Debug, Clone, PartialEq)]
pub struct LocalTests {
    /// Of every place.
    pub places: Vec<LocalTest>,
    /// Adjusted p-values for high (Benjamini-Hochberg over `tests`).
    pub q_high: Vec<f64>,
    /// Adjusted p-values for low, over the same tests.
    pub q_low: Vec<f64>,
    /// Number of tests, the m of the false discovery rate.
    pub tests: usize,
    /// Incidents in places whose exposure is known: the n of the test.
    pub incidents: u64,
    /// Variance over mean of the background's counts; at most 1 means binomial tails, above it negative binomial.
    pub dispersion: f64,
}

/// Tests every neighborhood (a place and its neighbors) against its share of the exposure.
///
/// With n incidents in all and the neighborhood's share q of the exposure, `p = P(Bin(n, q) >= local sum)`, one-sided.
/// Where the counts vary more than that (dispersion above 1) the tail is that of a negative binomial with the same
/// mean and variance `dispersion * mean`; sums over neighbors are of the same family. The dispersion is that of the
/// background, `sum (x - e)^2 / sum e (1 - q)`: over all places, but no more than what the places outside the tested
/// neighborhood say plus two standard errors, so that one extreme place does not excuse itself (nor several each
/// other: Rosner's rule); then again without the members of the neighborhoods flagged at `alpha`, until no more are flagged. Empty places are tests like others; a place without
/// exposure of its own is none, but its incidents are part of its neighbors' sums, unless its exposure is not known (NaN).
///
/// # Units
/// - `counts`: incidents per place; `exposure`: residents, incidents of all kinds, or 1 each
///
/// # Errors
/// [`StatsError::Shape`] if lengths differ, [`StatsError::NoIncidents`], [`StatsError::Undefined`] without exposure,
/// [`StatsError::TooFew`] with a single place.
///
/// # Examples
/// ```
/// use places::stats::{Weighting, Weights, local_tests};
/// // Forty places in a ring, an incident in each, and thirty more in one.
/// let lists: Vec<[u32; 2]> = (0..40).map(|i| [(i + 39) % 40, (i + 1) % 40]).collect();
/// let weights = Weights::new(lists.iter().map(|l| &l[..]), Weighting::Binary)?;
/// let mut counts = [1; 40];
/// counts[7] += 30;
/// let tests = local_tests(&counts, &[1.0; 40], &weights, 0.05)?;
/// assert_eq!((tests.places[7].local_sum, tests.tests, tests.incidents), (33, 40, 70));
/// assert!(tests.q_high[7] < 0.001 && tests.q_high[20] > 0.5);
/// # Ok::<(), places::stats::StatsError>(())
/// ```
///
/// # References
/// Besag & Newell (1991), JRSS A 154(1), 143-155; Rosner (1983), Technometrics 25(2), 165-172; false discovery rate as [`adjusted`].
pub fn local_tests(counts: &[u64], exposure: &[f64], weights: &Weights, alpha: f64) -> Result<LocalTests, StatsError> {
    same_length("counts and exposures", counts.len(), exposure.len())?;
    same_length("counts and places", counts.len(), weights.len())?;
    if counts.len() < 2 {
        return Err(StatsError::TooFew { what: "a local test", needed: 2, found: counts.len() });
    }
    let total: f64 = exposure.iter().filter(|e| **e > 0.0).sum();
    if total.is_nan() || total <= 0.0 {
        return Err(StatsError::Undefined { what: "the exposure of every place" });
    }
    let map = Map::new(counts, exposure, weights, total);
    if map.incidents == 0 {
        return Err(StatsError::NoIncidents);
    }
    let mut background = map.without_outliers(alpha);
    let mut spread = map.spread(&background);
    let mut high = map.high(&spread);
    for _ in 0..MAX_ROUNDS {
        let flagged = map.members(&adjusted(&high, FdrMethod::BenjaminiHochberg)?, alpha);
        let more = flagged.iter().zip(&mut background).fold(false, |more, (flagged, kept)| {
            let leaves = *flagged && *kept;
            *kept &= !*flagged;
            more || leaves
        });
        let left = background.iter().filter(|k| **k).count();
        if !more || spread.dispersion() <= 1.0 || left < LEAST_BACKGROUND || 2 * left < background.len() {
            break;
        }
        spread = map.spread(&background);
        high = map.high(&spread);
    }
    let low = map.low(&spread);
    Ok(LocalTests {
        q_high: adjusted(&high, FdrMethod::BenjaminiHochberg)?,
        q_low: adjusted(&low, FdrMethod::BenjaminiHochberg)?,
        tests: high.iter().filter(|p| !p.is_nan()).count(),
        incidents: map.incidents,
        dispersion: spread.dispersion(),
        places: map.places(&high, &low),
    })
}

/// Sums over places: `(x - e)^2`, its square, and `e (1 - q)`.
#[derive(Clone, Copy, Default)]
struct Sums {
    squares: f64,
    fourths: f64,
    expected: f64,
}

impl Sums {
    fn plus(self, other: Self, sign: f64) -> Self {
        Self {
            squares: self.squares + sign * other.squares,
            fourths: self.fourths + sign * other.fourths,
            expected: self.expected + sign * other.expected,
        }
    }
}

/// How much the counts of the background vary.
struct Spread {
    terms: Vec<Sums>,
    sums: Sums,
}

impl Spread {
    /// `sum (x - e)^2 / sum e (1 - q)`, at least 1.
    fn dispersion(&self) -> f64 {
        if self.sums.expected > 0.0 { (self.sums.squares / self.sums.expected).max(1.0) } else { 1.0 }
    }

    /// The dispersion a neighborhood is tested with: that of all places, or, where the neighborhood itself makes that
    /// large, what the others say and two of its standard errors more.
    fn beside(&self, place: usize, neighbors: &[u32]) -> f64 {
        let members = std::iter::once(place).chain(neighbors.iter().map(|&j| j as usize));
        let others = members.fold(self.sums, |sums, j| sums.plus(self.terms[j], -1.0));
        self.dispersion().min(self.bound(others))
    }

    /// The dispersion of some places and two of its standard errors.
    fn bound(&self, others: Sums) -> f64 {
        if others.expected <= 0.0 {
            return self.dispersion();
        }
        ((others.squares + ERRORS * others.fourths.max(0.0).sqrt()) / others.expected).max(1.0)
    }
}

/// Counts, and the share of the exposure, of every place and neighborhood.
struct Map<'a> {
    counts: &'a [u64],
    weights: &'a Weights,
    incidents: u64,
    shares: Vec<f64>,
    local_sums: Vec<u64>,
    local_shares: Vec<f64>,
}

impl<'a> Map<'a> {
    fn new(counts: &'a [u64], exposure: &[f64], weights: &'a Weights, total: f64) -> Self {
        let shares: Vec<f64> = exposure.iter().map(|e| if *e > 0.0 { e / total } else { 0.0 }).collect();
        // Where nobody is known to be, incidents count all the same; where nobody knows, they do not.
        let exposed = |i: usize| if exposure[i].is_nan() { 0 } else { counts[i] };
        let members = |i: usize| std::iter::once(i).chain(weights.neighbors(i).iter().map(|&j| j as usize));
        let local = |i: usize| {
            let sum: u64 = members(i).map(exposed).sum();
            (sum, members(i).map(|j| shares[j]).sum::<f64>().min(1.0))
        };
        let (local_sums, local_shares) = (0..counts.len()).map(local).unzip();
        let incidents = (0..counts.len()).map(exposed).sum();
        Self { counts, weights, incidents, shares, local_sums, local_shares }
    }

    /// How the counts of the places kept vary.
    fn spread(&self, kept: &[bool]) -> Spread {
        let places = (0..self.counts.len()).filter(|&i| kept[i] && self.shares[i] > 0.0);
        let (incidents, share) =
            places.clone().fold((0, 0.0), |(n, share), i| (n + self.counts[i], share + self.shares[i]));
        let mut spread = Spread { terms: vec![Sums::default(); self.counts.len()], sums: Sums::default() };
        for i in places.filter(|_| incidents > 0) {
            let q = self.shares[i] / share;
            let e = incidents as f64 * q;
            let square = (self.counts[i] as f64 - e).powi(2);
            spread.terms[i] = Sums { squares: square, fourths: square * square, expected: e * (1.0 - q) };
            spread.sums = spread.sums.plus(spread.terms[i], 1.0);
        }
        spread
    }

    /// The p-value of a sum this high in every neighborhood.
    fn high(&self, spread: &Spread) -> Vec<f64> {
        self.tails(spread, negative_binomial_upper, binomial_upper)
    }

    /// The p-value of a sum this low. It takes no part in finding the background, and is worked out once.
    fn low(&self, spread: &Spread) -> Vec<f64> {
        self.tails(spread, negative_binomial_lower, binomial_lower)
    }

    fn tails(&self, spread: &Spread, over: fn(u64, f64, f64) -> f64, alone: fn(u64, u64, f64) -> f64) -> Vec<f64> {
        let test = |i: usize| {
            if self.shares[i] <= 0.0 {
                return f64::NAN;
            }
            let dispersion = spread.beside(i, self.weights.neighbors(i));
            if dispersion > 1.0 {
                over(self.local_sums[i], self.expected(i), dispersion)
            } else {
                alone(self.local_sums[i], self.incidents, self.local_shares[i])
            }
        };
        (0..self.counts.len()).into_par_iter().map(test).collect()
    }

    fn expected(&self, i: usize) -> f64 {
        self.incidents as f64 * self.local_shares[i]
    }

    fn places(&self, high: &[f64], low: &[f64]) -> Vec<LocalTest> {
        let place = |i: usize| LocalTest {
            local_sum: self.local_sums[i],
            expected: self.expected(i),
            p_high: high[i],
            p_low: low[i],
        };
        (0..self.counts.len()).map(place).collect()
    }

    /// All places but the most extreme neighborhoods, as many as hide each other: the last of them must stand out from
    /// what is left when it and those before it are taken away (Rosner's rule, at `alpha` over all places).
    fn without_outliers(&self, alpha: f64) -> Vec<bool> {
        let all = vec![true; self.counts.len()];
        let excess = |i: usize| {
            let expected = self.expected(i);
            if expected > 0.0 { (self.local_sums[i] as f64 - expected) / expected.sqrt() } else { 0.0 }
        };
        let mut order: Vec<(f64, usize)> = (0..self.counts.len()).map(|i| (excess(i), i)).collect();
        let last = order.len().min(CANDIDATES) - 1;
        order.select_nth_unstable_by(last, |a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        order.truncate(CANDIDATES);
        order.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let (mut kept, mut standing) = (all.clone(), all);
        let (mut removed, limit) = (0, alpha / self.counts.len() as f64);
        for (_, i) in order {
            if !kept[i] || removed == OUTLIERS {
                continue;
            }
            let left = kept.iter().filter(|k| **k).count().saturating_sub(1 + self.weights.neighbors(i).len());
            if left < LEAST_BACKGROUND || 2 * left < kept.len() {
                break;
            }
            removed += 1;
            kept[i] = false;
            self.weights.neighbors(i).iter().for_each(|&j| kept[j as usize] = false);
            let spread = self.spread(&kept);
            let expected = self.expected(i);
            if negative_binomial_upper(self.local_sums[i], expected, spread.bound(spread.sums)) <= limit {
                standing.clone_from(&kept);
            }
        }
        standing
    }

    /// Places that belong to a flagged neighborhood.
    fn members(&self, q_values: &[f64], alpha: f64) -> Vec<bool> {
        let mut members = vec![false; q_values.len()];
        for (i, _) in q_values.iter().enumerate().filter(|(_, q)| **q <= alpha) {
            members[i] = true;
            self.weights.neighbors(i).iter().for_each(|&j| members[j as usize] = true);
        }
        members
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::Weighting;

    fn ring(n: u32) -> Weights {
        let lists: Vec<[u32; 2]> = (0..n).map(|i| [(i + n - 1) % n, (i + 1) % n]).collect();
        Weights::new(lists.iter().map(|l| &l[..]), Weighting::Binary).unwrap()
    }

    #[test]
    fn the_p_value_is_the_binomial_tail() {
        // Expected values with scipy.stats.binom.sf(k - 1, 30, 3 / 100).
        let mut counts = vec![0; 100];
        (0..24).for_each(|i| counts[4 * i] = 1);
        counts[50] = 6;
        let found = local_tests(&counts, &vec![1.0; 100], &ring(100), 0.0).unwrap();
        assert_eq!(found.incidents, 30);
        let binomial =
            local_tests(&counts.iter().map(|c| (*c).min(1)).collect::<Vec<_>>(), &vec![1.0; 100], &ring(100), 0.05)
                .unwrap();
        assert!((binomial.dispersion - 1.0).abs() < 1e-12);
        assert_eq!(binomial.places[0].local_sum, 1);
        let p = 1.0 - 0.97_f64.powi(25);
        assert!((binomial.places[0].p_high - p).abs() < 1e-12);
        assert!(found.dispersion > 1.0);
    }

    #[test]
    fn a_map_of_a_few_places_keeps_the_dispersion_of_all_of_them() {
        let full: [Vec<u32>; 4] = [vec![1, 2, 3], vec![0, 2], vec![0, 1, 3], vec![0, 2]];
        let weights = Weights::new(full.iter().map(Vec::as_slice), Weighting::Binary).unwrap();
        let found = local_tests(&[1476, 410, 2089, 2360], &[1.0; 4], &weights, 0.05).unwrap();
        assert!(found.dispersion > 100.0 && found.q_high.iter().all(|q| *q > 0.05), "{found:?}");
    }

    #[test]
    fn places_without_exposure_are_no_tests() {
        let mut exposure = vec![1.0; 20];
        exposure[4..9].fill(0.0);
        let mut counts = vec![1; 20];
        counts[6] = 50;
        let found = local_tests(&counts, &exposure, &ring(20), 0.05).unwrap();
        assert!(found.places[6].p_high.is_nan() && found.q_high[6].is_nan());
        assert_eq!((found.tests, found.incidents), (15, 69));
        assert_eq!(found.places[3].local_sum, 3, "what happened where nobody lives happened beside this place");
        exposure[4..9].fill(f64::NAN);
        let unknown = local_tests(&counts, &exposure, &ring(20), 0.05).unwrap();
        assert_eq!((unknown.tests, unknown.incidents, unknown.places[3].local_sum), (15, 15, 2));
        exposure[4..9].fill(0.0);
        assert!(matches!(local_tests(&counts, &[0.0; 20], &ring(20), 0.05), Err(StatsError::Undefined { .. })));
        assert_eq!(local_tests(&[0; 20], &exposure, &ring(20), 0.05), Err(StatsError::NoIncidents));
        assert!(matches!(local_tests(&[3], &[1.0], &ring(1), 0.05), Err(StatsError::TooFew { .. })));
    }
}
