//! Moran's I, global and local, with conditional permutation.

use rayon::prelude::*;

use super::{
    error::{StatsError, same_length},
    random::RandomStream,
    weights::Weights,
};

/// Global Moran's I and its moments under normality.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MoranI {
    /// The statistic.
    pub i: f64,
    /// Its expectation, `-1 / (N - 1)`.
    pub expected: f64,
    /// Standard normal deviate under normality.
    pub z_score: f64,
}

/// Computes global Moran's I.
///
/// # Errors
/// As [`local_moran`].
///
/// # References
/// Moran (1950); Cliff & Ord (1981), Spatial Processes.
pub fn moran_i(values: &[f64], weights: &Weights) -> Result<MoranI, StatsError> {
    let (z, m2) = deviations(values, weights)?;
    let n = values.len() as f64;
    let weight: Vec<f64> = (0..values.len()).map(|i| weights.weight(i, false)).collect();
    let s0: f64 = (0..values.len()).map(|i| weight[i] * weights.neighbors(i).len() as f64).sum();
    if s0 <= 0.0 {
        return Err(StatsError::TooFew { what: "Moran's I", needed: 1, found: 0 });
    }
    let cross: f64 = (0..values.len()).map(|i| z[i] * lag(&z, weights, i)).sum();
    let mut column = vec![0.0; values.len()];
    let mut s1 = 0.0;
    for i in 0..values.len() {
        for &j in weights.neighbors(i) {
            let j = j as usize;
            column[j] += weight[i];
            let back = if weights.neighbors(j).contains(&(i as u32)) { weight[j] } else { 0.0 };
            // The pair is met from both ends where both hold it, else its other half is 0.
            s1 += if back > 0.0 { 0.5 * (weight[i] + back).powi(2) } else { weight[i].powi(2) };
        }
    }
    let s2: f64 = (0..values.len()).map(|i| (weight[i] * weights.neighbors(i).len() as f64 + column[i]).powi(2)).sum();
    let expected = -1.0 / (n - 1.0);
    let variance = (n * n * s1 - n * s2 + 3.0 * s0 * s0) / ((n - 1.0) * (n + 1.0) * s0 * s0) - expected * expected;
    let i = cross / s0 / m2;
    Ok(MoranI { i, expected, z_score: (i - expected) / variance.sqrt() })
}

/// Where a place lies among its neighbors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quadrant {
    /// High among high.
    HighHigh,
    /// Low among low.
    LowLow,
    /// High among low.
    HighLow,
    /// Low among high.
    LowHigh,
}

/// Local Moran's I of a place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LocalMoran {
    /// `I_i = (z_i / m2) sum_j w_ij z_j` with `m2 = sum z^2 / N`.
    pub i: f64,
    /// Expectation, `-W_i / (N - 1)`.
    pub expected: f64,
    /// Class by the signs of the place's deviation and of its lag.
    pub quadrant: Quadrant,
    /// Pseudo p-value `(M + 1) / (R + 1)`, the smaller of the two tails, as `esda` gives it; 1 for islands.
    pub p_sim: f64,
}

/// Computes local Moran's I with conditional permutation: the place stays, its neighbors are drawn from all others.
///
/// # Units
/// - `values`: any figure per place; use smoothed rates for areas of unequal population
/// - `permutations`: replicates; p cannot fall below 1 / (permutations + 1)
///
/// # Errors
/// [`StatsError::NoVariance`] if all values are equal, [`StatsError::TooFew`] below three places,
/// [`StatsError::Shape`] if lengths differ.
///
/// # References
/// Anselin (1995), Geographical Analysis 27(2), 93-115. The divisor of m2 is N (`esda` from 2.5 uses N - 1: its values are
/// smaller by (N - 1) / N).
pub fn local_moran(
    values: &[f64],
    weights: &Weights,
    permutations: usize,
    seed: u64,
) -> Result<Vec<LocalMoran>, StatsError> {
    let (z, m2) = deviations(values, weights)?;
    let n = values.len() as f64;
    let place = |i: usize| {
        let neighbors = weights.neighbors(i).len();
        let weight = weights.weight(i, false);
        let lag_i = lag(&z, weights, i);
        let observed = z[i] / m2 * lag_i;
        let quadrant = match (z[i] > 0.0, lag_i > 0.0) {
            (true, true) => Quadrant::HighHigh,
            (false, false) => Quadrant::LowLow,
            (true, false) => Quadrant::HighLow,
            (false, true) => Quadrant::LowHigh,
        };
        let mut stream = RandomStream::new(seed, i as u64);
        let mut others: Vec<f64> = z.iter().enumerate().filter(|(j, _)| *j != i).map(|(_, z)| *z).collect();
        let mut larger = 0;
        for _ in 0..permutations {
            stream.choose(&mut others, neighbors);
            let drawn = z[i] / m2 * weight * others[..neighbors.min(others.len())].iter().sum::<f64>();
            larger += usize::from(drawn >= observed);
        }
        let extreme = larger.min(permutations - larger);
        let p_sim = if neighbors == 0 { 1.0 } else { (extreme as f64 + 1.0) / (permutations as f64 + 1.0) };
        LocalMoran { i: observed, expected: -weight * neighbors as f64 / (n - 1.0), quadrant, p_sim }
    };
    Ok((0..values.len()).into_par_iter().map(place).collect())
}

fn lag(z: &[f64], weights: &Weights, i: usize) -> f64 {
    weights.weight(i, false) * weights.neighbors(i).iter().map(|&j| z[j as usize]).sum::<f64>()
}

/// Deviations from the mean, and their mean square.
fn deviations(values: &[f64], weights: &Weights) -> Result<(Vec<f64>, f64), StatsError> {
    same_length("values and places", values.len(), weights.len())?;
    if values.len() < 3 {
        return Err(StatsError::TooFew { what: "Moran's I", needed: 3, found: values.len() });
    }
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let z: Vec<f64> = values.iter().map(|v| v - mean).collect();
    let m2 = z.iter().map(|z| z * z).sum::<f64>() / n;
    if values.iter().all(|v| *v == values[0]) || m2 <= 0.0 {
        return Err(StatsError::NoVariance { count: values.len() });
    }
    Ok((z, m2))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::Weighting;

    #[test]
    fn local_values_add_up_to_the_global_one() {
        let lists: [&[u32]; 6] = [&[1, 3], &[0, 3, 4], &[4], &[0, 1, 4], &[1, 2, 3, 5], &[4]];
        let values = [2.0, 3.0, 3.2, 5.0, 8.0, 7.0];
        for weighting in [Weighting::Binary, Weighting::RowStandardized] {
            let weights = Weights::new(lists.into_iter(), weighting).unwrap();
            let global = moran_i(&values, &weights).unwrap();
            let local = local_moran(&values, &weights, 99, 7).unwrap();
            let s0: f64 = (0..6).map(|i| weights.weight(i, false) * weights.neighbors(i).len() as f64).sum();
            assert!((local.iter().map(|l| l.i).sum::<f64>() / s0 - global.i).abs() < 1e-12);
            assert!(local.iter().all(|l| l.p_sim >= 0.01 && l.p_sim <= 0.51));
            assert_eq!(local, local_moran(&values, &weights, 99, 7).unwrap());
        }
    }
}
