//! Getis-Ord Gi and Gi*.
//!
//! Computed for parity with other programs and for exploration: on sparse counts its normal p-values are far too
//! small, which is why the words "hot spot" come from the exact local test (`concentration`).
//!
//! With row-standardized weights `S1 = sum w^2` is taken as `sum w`, as `esda` does (for binary weights the two are equal):
//! by the letter of the formula the weights of a row would cancel, and z would be that of binary weights.

use rayon::prelude::*;

use super::{
    error::{StatsError, same_length},
    weights::Weights,
};

/// Computes the Getis-Ord Gi* z-score of every place; each place is its own neighbor.
///
/// `s` divides by N and the bracket by N - 1, as `spdep::localG` and `esda` do.
///
/// # Units
/// - `values`: incidents per place, in the order of `weights`; every place of the universe, the empty ones included
/// - returns: standard deviations from what is expected under spatial randomness; a place whose neighborhood is the
///   whole universe has 0
///
/// # Errors
/// [`StatsError::NoVariance`] if all values are equal, [`StatsError::TooFew`] below two places,
/// [`StatsError::Shape`] if lengths differ.
///
/// # Examples
/// ```
/// use places::stats::{Weighting, Weights, gi_star};
/// let lists: [&[u32]; 6] = [&[1, 3], &[0, 3, 4], &[4], &[0, 1, 4], &[1, 2, 3, 5], &[4]];
/// let weights = Weights::new(lists.into_iter(), Weighting::Binary)?;
/// let z_scores = gi_star(&[2.0, 3.0, 3.2, 5.0, 8.0, 7.0], &weights)?;
/// assert_eq!(format!("{:.3} {:.3}", z_scores[0], z_scores[5]), "-1.397 2.024");
/// # Ok::<(), places::stats::StatsError>(())
/// ```
///
/// # References
/// Ord & Getis (1995), Geographical Analysis 27(4), 286-306, doi:10.1111/j.1538-4632.1995.tb00912.x
pub fn gi_star(values: &[f64], weights: &Weights) -> Result<Vec<f64>, StatsError> {
    let moments = Moments::new(values, weights, 2)?;
    let n = values.len() as f64;
    let deviation = (moments.squares / n - moments.mean() * moments.mean()).max(0.0).sqrt();
    let z = |i: usize| {
        let weight = weights.weight(i, true);
        let neighbors = weights.neighbors(i);
        let members = neighbors.len() as f64 + 1.0;
        let sum = values[i] + neighbors.iter().map(|&j| values[j as usize]).sum::<f64>();
        // S1; see the note on row-standardized weights.
        let (total, squares) = (weight * members, weight * members);
        let spread = (n * squares - total * total) / (n - 1.0);
        ratio(weight * sum - moments.mean() * total, deviation * spread.max(0.0).sqrt())
    };
    Ok((0..values.len()).into_par_iter().map(z).collect())
}

/// Computes the Getis-Ord Gi z-score of every place, the place itself left out of neighbors, mean and variance.
///
/// # Units
/// As [`gi_star`]; an island has NaN.
///
/// # Errors
/// As [`gi_star`]; at least three places.
///
/// # Examples
/// ```
/// use places::stats::{Weighting, Weights, gi};
/// let lists: [&[u32]; 6] = [&[1, 3], &[0, 3, 4], &[4], &[0, 1, 4], &[1, 2, 3, 5], &[4]];
/// let weights = Weights::new(lists.into_iter(), Weighting::Binary)?;
/// let z_scores = gi(&[2.0, 3.0, 3.2, 5.0, 8.0, 7.0], &weights)?;
/// assert_eq!(format!("{:.3} {:.3}", z_scores[0], z_scores[5]), "-1.014 1.778");
/// # Ok::<(), places::stats::StatsError>(())
/// ```
///
/// # References
/// Getis & Ord (1992), Geographical Analysis 24(3), 189-206; Ord & Getis (1995).
pub fn gi(values: &[f64], weights: &Weights) -> Result<Vec<f64>, StatsError> {
    let moments = Moments::new(values, weights, 3)?;
    let others = values.len() as f64 - 1.0;
    let z = |i: usize| {
        let neighbors = weights.neighbors(i);
        if neighbors.is_empty() {
            return f64::NAN;
        }
        let weight = weights.weight(i, false);
        let mean = (moments.sum - values[i]) / others;
        let variance = ((moments.squares - values[i] * values[i]) / others - mean * mean).max(0.0);
        let sum = neighbors.iter().map(|&j| values[j as usize]).sum::<f64>();
        let (total, squares) = (weight * neighbors.len() as f64, weight * neighbors.len() as f64);
        let spread = (others * squares - total * total) / (others - 1.0);
        ratio(weight * sum - mean * total, (variance * spread.max(0.0)).sqrt())
    };
    Ok((0..values.len()).into_par_iter().map(z).collect())
}

/// 0 where the neighborhood is everything there is, so that nothing can stand out.
fn ratio(difference: f64, spread: f64) -> f64 {
    if spread > 0.0 { difference / spread } else { 0.0 }
}

struct Moments {
    sum: f64,
    squares: f64,
    count: f64,
}

impl Moments {
    fn new(values: &[f64], weights: &Weights, needed: usize) -> Result<Self, StatsError> {
        same_length("values and places", values.len(), weights.len())?;
        let count = values.len();
        if count < needed {
            return Err(StatsError::TooFew { what: "Getis-Ord", needed, found: count });
        }
        if values.iter().all(|v| *v == values[0]) {
            return Err(StatsError::NoVariance { count });
        }
        let squares = values.iter().map(|v| v * v).sum();
        Ok(Self { sum: values.iter().sum(), squares, count: count as f64 })
    }

    fn mean(&self) -> f64 {
        self.sum / self.count
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::Weighting;

    /// The six points of esda's doctest, neighbors within 15 units.
    const VALUES: [f64; 6] = [2.0, 3.0, 3.2, 5.0, 8.0, 7.0];
    const NEIGHBORS: [&[u32]; 6] = [&[1, 3], &[0, 3, 4], &[4], &[0, 1, 4], &[1, 2, 3, 5], &[4]];

    fn check(found: &[f64], expected: [f64; 6]) {
        found.iter().zip(expected).for_each(|(f, e)| assert!((f - e).abs() < 5e-6, "{f} {e}"));
    }

    #[test]
    fn six_points_have_the_values_of_esda() {
        let binary = Weights::new(NEIGHBORS.into_iter(), Weighting::Binary).unwrap();
        check(&gi(&VALUES, &binary).unwrap(), [-1.01367, -0.04362, 1.31559, -0.31413, 1.15374, 1.77834]);
        check(&gi_star(&VALUES, &binary).unwrap(), [-1.39728, -0.28918, 0.65065, -0.28918, 1.23452, 2.02424]);
    }

    #[test]
    fn what_cannot_be_computed_says_why() {
        let none: [&[u32]; 4] = [&[], &[], &[], &[1]];
        let weights = Weights::new(none.into_iter(), Weighting::Binary).unwrap();
        assert_eq!(gi_star(&[3.0; 4], &weights), Err(StatsError::NoVariance { count: 4 }));
        assert!(matches!(gi_star(&[3.0; 3], &weights), Err(StatsError::Shape { .. })));
        let one = Weights::new([&[][..]].into_iter(), Weighting::Binary).unwrap();
        assert!(matches!(gi_star(&[3.0], &one), Err(StatsError::TooFew { .. })));
        let z = gi(&[1.0, 2.0, 3.0, 4.0], &weights).unwrap();
        assert!(z[0].is_nan() && z[3].is_finite());
        assert!(Weights::new([&[7][..]].into_iter(), Weighting::Binary).is_err());
    }

    #[test]
    fn a_neighborhood_that_is_everything_stands_out_from_nothing() {
        let all: [&[u32]; 3] = [&[1, 2], &[0, 2], &[0, 1]];
        let weights = Weights::new(all.into_iter(), Weighting::Binary).unwrap();
        assert_eq!(gi_star(&[1.0, 5.0, 2.0], &weights).unwrap(), [0.0; 3]);
    }
}
