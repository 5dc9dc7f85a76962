//! False and found hot spots of the exact local test.

use fastrand::Rng;
use places::stats::{local_tests, negative_binomial_upper};

use super::county::{County, count};

const ALPHA: f64 = 0.05;
const PLANTED: f64 = 20.0;

/// What became of one random county.
pub struct MapResult {
    /// Incidents per cell.
    pub density: f64,
    pub dispersion: f64,
    pub population: bool,
    /// A hot spot on the map where there is none.
    pub any_false: bool,
    /// The planted cluster was flagged.
    pub found: bool,
    /// A flag away from the planted cluster, on the second map.
    pub false_beside: bool,
    /// It would be flagged by one who is told where it is and how counts vary, at the same rate of false alarms.
    pub knowable: bool,
}

/// Makes a county without and with a planted cluster (seven cells, twenty times their mean) and tests both.
pub fn map(seed: u64) -> MapResult {
    let mut rng = Rng::with_seed(seed);
    let county = County::new(rng.usize(30..96), rng.usize(30..90));
    let density = 0.01 * 500_f64.powf(rng.f64());
    let dispersion = if rng.bool() { 1.0 + 2.0 * rng.f64() } else { 1.0 };
    let population = rng.bool();
    let exposure = if population { county.population(&mut rng) } else { vec![1.0; county.cells()] };
    let all: f64 = exposure.iter().sum();
    let incidents = density * county.cells() as f64;
    let mut means: Vec<f64> = exposure.iter().map(|e| incidents * e / all).collect();
    let mut draw = |means: &[f64]| -> Vec<u64> { means.iter().map(|&m| count(&mut rng, m, dispersion)).collect() };
    let flags = |counts: &[u64]| -> Vec<usize> {
        let tests = local_tests(counts, &exposure, &county.weights, ALPHA);
        tests.map_or_else(|_| Vec::new(), |t| (0..counts.len()).filter(|&i| t.q_high[i] <= ALPHA).collect())
    };
    let any_false = !flags(&draw(&means)).is_empty();
    let mut place = Rng::with_seed(seed ^ 0x5eed);
    // Where people are: a cell is chosen with the probability of its exposure.
    let most = exposure.iter().copied().fold(0.0, f64::max);
    let center = loop {
        let cell = county.inner_cell(&mut place);
        if place.f64() * most < exposure[cell] {
            break cell;
        }
    };
    let cluster = county.disk(center);
    let ordinary: f64 = cluster.iter().map(|&i| means[i]).sum();
    cluster.iter().for_each(|&i| means[i] *= PLANTED);
    let counts = draw(&means);
    let flags = flags(&counts);
    // One who is told the place, its mean and the dispersion, and makes as few false flags.
    let inside = cluster.iter().map(|&i| counts[i]).sum();
    let knowable = negative_binomial_upper(inside, ordinary, dispersion) <= ALPHA / county.cells() as f64;
    let near: Vec<usize> = cluster.iter().flat_map(|&i| county.disk(i)).collect();
    MapResult {
        density,
        dispersion,
        population,
        any_false,
        found: flags.iter().any(|i| cluster.contains(i)),
        false_beside: flags.iter().any(|i| !near.contains(i)),
        knowable,
    }
}
