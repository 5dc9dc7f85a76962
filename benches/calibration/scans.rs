//! False alarms of the scan when dates are dealt out at random.

use fastrand::Rng;
use places::stats::{Base, ScanInput, space_time_scan};

use super::county::{County, count};

/// Least p-values of one scan of a county where every place and every interval has its own level, and nothing else.
pub struct ScanResult {
    pub p_value: f64,
    pub p_gumbel: f64,
}

pub fn scan(seed: u64, replicates: usize) -> ScanResult {
    let mut rng = Rng::with_seed(seed);
    let county = County::new(16, 14);
    let intervals = 12;
    let busy: Vec<f64> = (0..county.cells()).map(|_| 0.1 * 30_f64.powf(rng.f64())).collect();
    let level: Vec<f64> = (0..intervals).map(|_| 0.6 + 0.8 * rng.f64()).collect();
    let counts: Vec<u32> = busy
        .iter()
        .flat_map(|b| level.iter().map(move |l| b * l))
        .map(|mean| count(&mut rng, mean, 1.0) as u32)
        .collect();
    let bases = bases(&county);
    let input = ScanInput { counts: &counts, intervals, bases: &bases, max_height: 3, max_share: 0.5 };
    let found = space_time_scan(&input, replicates, seed).ok();
    let least = |p: &dyn Fn(&places::stats::Cluster) -> f64| {
        found.iter().flat_map(|f| f.clusters.iter().map(p)).fold(1.0, f64::min)
    };
    ScanResult { p_value: least(&|c| c.p_value), p_gumbel: least(&|c| c.p_gumbel) }
}

/// Every cell with rings up to two.
fn bases(county: &County) -> Vec<Base> {
    (0..county.cells())
        .map(|cell| {
            let mut places = vec![cell as u32];
            let mut rings = vec![1];
            for _ in 0..2 {
                let more: Vec<u32> =
                    places.iter().flat_map(|&p| county.weights.neighbors(p as usize)).copied().collect();
                for place in more {
                    if !places.contains(&place) {
                        places.push(place);
                    }
                }
                rings.push(places.len() as u32);
            }
            Base { places, rings }
        })
        .collect()
}
