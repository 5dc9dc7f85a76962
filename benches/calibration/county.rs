//! Random counties: hexagons, people, and counts of a known mean and dispersion.

use fastrand::Rng;
use places::stats::{Weighting, Weights};

/// A county of hexagons in offset rows.
pub struct County {
    pub weights: Weights,
    pub columns: usize,
    pub rows: usize,
}

impl County {
    pub fn new(columns: usize, rows: usize) -> Self {
        let lists: Vec<Vec<u32>> = (0..columns * rows).map(|i| neighbors(columns, rows, i)).collect();
        let weights = Weights::new(lists.iter().map(Vec::as_slice), Weighting::Binary).expect("neighbors are cells");
        Self { weights, columns, rows }
    }

    pub fn cells(&self) -> usize {
        self.columns * self.rows
    }

    /// A cell with six neighbors, chosen at random.
    pub fn inner_cell(&self, rng: &mut Rng) -> usize {
        rng.usize(1..self.rows - 1) * self.columns + rng.usize(1..self.columns - 1)
    }

    /// The cell and its neighbors.
    pub fn disk(&self, cell: usize) -> Vec<usize> {
        std::iter::once(cell).chain(self.weights.neighbors(cell).iter().map(|&n| n as usize)).collect()
    }

    /// People: a few towns over a thin countryside, some cells with nobody.
    pub fn population(&self, rng: &mut Rng) -> Vec<f64> {
        let towns: Vec<(f64, f64, f64, f64)> = (0..rng.usize(2..7))
            .map(|_| {
                let at = (rng.f64() * self.columns as f64, rng.f64() * self.rows as f64);
                (at.0, at.1, 1.0 + 3.0 * rng.f64(), 200.0 + 2000.0 * rng.f64())
            })
            .collect();
        (0..self.cells())
            .map(|i| {
                let (x, y) = ((i % self.columns) as f64, (i / self.columns) as f64);
                let of_towns = |t: &(f64, f64, f64, f64)| {
                    t.3 * (-((x - t.0).powi(2) + (y - t.1).powi(2)) / (2.0 * t.2 * t.2)).exp()
                };
                let country = if rng.f64() < 0.3 { 0.0 } else { 5.0 + 60.0 * rng.f64() };
                (country + towns.iter().map(of_towns).sum::<f64>()).round()
            })
            .collect()
    }
}

fn neighbors(columns: usize, rows: usize, i: usize) -> Vec<u32> {
    let (x, y) = ((i % columns) as i64, (i / columns) as i64);
    let shift = y & 1;
    let around = [(-1, 0), (1, 0), (shift - 1, -1), (shift, -1), (shift - 1, 1), (shift, 1)];
    let inside = |(dx, dy): (i64, i64)| {
        let (nx, ny) = (x + dx, y + dy);
        let is = nx >= 0 && ny >= 0 && nx < columns as i64 && ny < rows as i64;
        is.then(|| (ny * columns as i64 + nx) as u32)
    };
    around.into_iter().filter_map(inside).collect()
}

/// A standard normal deviate.
fn normal(rng: &mut Rng) -> f64 {
    (-2.0 * (1.0 - rng.f64()).ln()).sqrt() * (std::f64::consts::TAU * rng.f64()).cos()
}

/// A gamma variable of a shape, scale 1 (Marsaglia & Tsang).
fn gamma(rng: &mut Rng, shape: f64) -> f64 {
    if shape < 1.0 {
        return gamma(rng, shape + 1.0) * (1.0 - rng.f64()).powf(1.0 / shape);
    }
    let d = shape - 1.0 / 3.0;
    let c = 1.0 / (9.0 * d).sqrt();
    loop {
        let z = normal(rng);
        let v = (1.0 + c * z).powi(3);
        if v > 0.0 && (1.0 - rng.f64()).ln() < 0.5 * z * z + d - d * v + d * v.ln() {
            return d * v;
        }
    }
}

/// A Poisson count.
pub fn poisson(rng: &mut Rng, mean: f64) -> u64 {
    if mean > 500.0 {
        return (mean + mean.sqrt() * normal(rng)).round().max(0.0) as u64;
    }
    let (mut count, mut left) = (0, mean);
    while left > 0.0 {
        let limit = (-left.min(30.0)).exp();
        let mut product = 1.0 - rng.f64();
        while product > limit {
            count += 1;
            product *= 1.0 - rng.f64();
        }
        left -= 30.0;
    }
    count
}

/// A count with a mean and variance `dispersion * mean`.
pub fn count(rng: &mut Rng, mean: f64, dispersion: f64) -> u64 {
    if mean <= 0.0 {
        return 0;
    }
    if dispersion <= 1.0 {
        return poisson(rng, mean);
    }
    let scale = dispersion - 1.0;
    let rate = gamma(rng, mean / scale) * scale;
    poisson(rng, rate)
}
