//! Counties as recorded: areas as skewed as Norfolk, counts that clump, seasons of their own, drift from year to year.

use fastrand::Rng;

/// Areas; the first has 30 a month.
pub(super) const AREAS: usize = 113;

/// A kind of county.
#[derive(Clone, Copy)]
pub(super) struct Kind {
    pub(super) months: usize,
    /// Least and largest variance over mean.
    pub(super) dispersion: (f64, f64),
    /// Standard deviations of the logarithm.
    pub(super) season: f64,
    pub(super) drift: f64,
}

fn normal(random: &mut Rng) -> f64 {
    (-2.0 * (1.0 - random.f64()).ln()).sqrt() * (std::f64::consts::TAU * random.f64()).cos()
}

/// A count with a mean and variance `dispersion * mean`: so many groups, each of a logarithmic size.
fn drawn(random: &mut Rng, mean: f64, dispersion: f64) -> u64 {
    let groups = if dispersion > 1.0 { mean * dispersion.ln() / (dispersion - 1.0) } else { mean };
    let (mut count, mut left) = (0, groups);
    loop {
        left += (1.0 - random.f64()).ln();
        if left < 0.0 {
            return count;
        }
        let p = 1.0 - 1.0 / dispersion.max(1.0);
        let (mut size, mut mass, mut u) = (1_u64, if p > 0.0 { -p / (1.0 - p).ln() } else { 1.0 }, random.f64());
        while u > mass && size < 1000 {
            u -= mass;
            mass *= p * size as f64 / (size as f64 + 1.0);
            size += 1;
        }
        count += size;
    }
}

/// Incidents of every area in every month and in one more, and what the first would have in it if its mean were `times` as high.
pub(super) fn counts(seed: u64, kind: Kind, times: f64) -> (Vec<Vec<u64>>, u64) {
    let mut random = Rng::with_seed(seed);
    let all = kind.months + 1;
    let mut means = vec![vec![0.0; all]; AREAS];
    let mut spread = vec![1.0; AREAS];
    for (i, of_area) in means.iter_mut().enumerate() {
        let level = if i == 0 { 30.0 } else { 12.0 * (0.9 * normal(&mut random) - 0.4).exp() };
        let (size, phase) = (kind.season * normal(&mut random), random.f64() * std::f64::consts::TAU);
        let years: Vec<f64> = (0..=all / 12 + 1).map(|_| kind.drift * normal(&mut random)).collect();
        spread[i] = kind.dispersion.0 + (kind.dispersion.1 - kind.dispersion.0) * random.f64();
        for (t, mean) in of_area.iter_mut().enumerate() {
            let angle = std::f64::consts::TAU * t as f64 / 12.0;
            *mean = level * (1.0 + 0.15 * angle.cos()) * (size * (angle - phase).cos() + years[(t + 7) / 12]).exp();
        }
    }
    let counts: Vec<Vec<u64>> =
        (0..AREAS).map(|i| means[i].iter().map(|m| drawn(&mut random, *m, spread[i])).collect()).collect();
    let more = drawn(&mut random, times * means[0][kind.months], spread[0]);
    (counts, more)
}
