//! Space-time scan against forecasts: is anything gathering anywhere now, given what every place's own past leads to expect?

mod found;
mod scanner;

pub use found::{ForecastCluster, ForecastScan, ForecastScanInput};

use rayon::prelude::*;

use super::StatsError;
use scanner::Scanner;

/// Scans for cylinders of places and last steps with more incidents than their own past leads to expect.
///
/// Every base has a [`super::Baseline`] of its own size: level, season, drift, course of all others, overdispersion. The score of a
/// cylinder is how unlikely its count is by its forecast (negative binomial); the largest score of the map is compared with that of
/// maps simulated from the forecasts of the places, each cylinder again by its own mean and variance.
///
/// # Errors
/// [`StatsError::NoIncidents`], also where all lie in one place or none in the past; [`StatsError::TooFew`] for a past of less than two steps, [`StatsError::Shape`],
/// [`StatsError::Domain`] for a base with an unknown place, [`StatsError::Stopped`].
///
/// # Examples
/// ```
/// use places::stats::{Base, ForecastScanInput, forecast_scan};
/// // Thirty places with three or four a month; the last month of one has fourteen.
/// let mut counts: Vec<u32> = (0..30 * 24).map(|i| 3 + (i * 7 % 5) % 2).collect();
/// counts[12 * 24 + 23] = 14;
/// let times: Vec<f64> = (0..24).map(|m| f64::from(m) / 12.0).collect();
/// let bases: Vec<Base> = (0..30).map(|place| Base { places: vec![place], rings: vec![1] }).collect();
/// let input = ForecastScanInput { counts: &counts, times: &times, bases: &bases, max_height: 2, max_share: 0.5 };
/// let scan = forecast_scan(&input, 199, 7, &|| true)?;
/// assert_eq!((scan.clusters[0].base, scan.clusters[0].observed, scan.clusters[0].height), (12, 14, 1));
/// assert_eq!(scan.clusters[0].p_value, 1.0 / 200.0);
/// # Ok::<(), places::stats::StatsError>(())
/// ```
///
/// # References
/// Tango, Takahashi & Kohriyama (2011), Biometrics 67(1), 106-115; Allévius & Höhle (2019), Scandinavian Journal of Statistics 46(2),
/// 451-479 for a review of scans against baselines.
pub fn forecast_scan(
    input: &ForecastScanInput<'_>,
    replicates: usize,
    seed: u64,
    goes_on: &(dyn Fn() -> bool + Sync),
) -> Result<ForecastScan, StatsError> {
    let scanner = Scanner::new(input)?;
    let mut found = scanner.observed();
    let mut largest: Vec<f64> = (0..replicates)
        .into_par_iter()
        .map(|r| goes_on().then(|| scanner.simulated(seed, r as u64)))
        .collect::<Option<_>>()
        .ok_or(StatsError::Stopped)?;
    largest.sort_unstable_by(f64::total_cmp);
    let order = |c: &ForecastCluster| (c.base, c.ring, c.height);
    found.sort_by(|a, b| b.score.total_cmp(&a.score).then(order(a).cmp(&order(b))));
    let mut taken = vec![false; scanner.places];
    let mut clusters = Vec::new();
    for mut cluster in found {
        let base = &input.bases[cluster.base];
        let places = &base.places[..base.rings[cluster.ring] as usize];
        if places.iter().any(|&p| taken[p as usize]) {
            continue;
        }
        places.iter().for_each(|&p| taken[p as usize] = true);
        let larger = largest.len() - largest.partition_point(|m| *m < cluster.score);
        cluster.p_value = (larger as f64 + 1.0) / (replicates as f64 + 1.0);
        clusters.push(cluster);
    }
    let of = |ring: usize| scanner.baselines.get(ring).map_or(1.0, |b| b.variation.dispersion);
    let events = input.counts.iter().map(|&n| u64::from(n)).sum();
    let cylinders = scanner.zones.len() * scanner.height;
    let dispersion = (of(0), of(scanner.baselines.len().saturating_sub(1)));
    Ok(ForecastScan { clusters, replicates, events, cylinders, dispersion })
}

#[cfg(test)]
mod tests;
