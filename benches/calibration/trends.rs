//! False trends and false emerging classes where nothing changes.

use fastrand::Rng;
use places::stats::{
    EmergingClass, StepReference, StepTest, Variant, classify, histories, mann_kendall, seasonal_kendall, thinned,
};

use super::county::{County, count};

const ALPHA: f64 = 0.05;

/// Which of the tests of a trend called one, for a series without any.
pub struct TrendResult {
    /// The series as it is: few values, many ties.
    pub plain: bool,
    /// Sums over three steps that overlap, thinned.
    pub overlapping: bool,
    /// A series with a season, by season.
    pub seasonal: bool,
}

pub fn trend(seed: u64) -> TrendResult {
    let mut rng = Rng::with_seed(seed);
    let mean = 0.2 * 100_f64.powf(rng.f64());
    let dispersion = 1.0 + 2.0 * rng.f64();
    let mut series = |n: usize, season: &dyn Fn(usize) -> f64| -> Vec<f64> {
        (0..n).map(|t| count(&mut rng, mean * season(t), dispersion) as f64).collect()
    };
    let called = |values: &[f64]| mann_kendall(values).is_ok_and(|t| t.p_value <= ALPHA);
    let plain = series(5 + (seed % 44) as usize, &|_| 1.0);
    let long = series(38, &|_| 1.0);
    let windows: Vec<f64> = long.windows(3).map(|w| w.iter().sum()).collect();
    let of_year = series(36, &|t| [0.5, 0.5, 1.0, 1.0, 1.0, 1.5, 3.0, 3.0, 1.5, 1.0, 0.5, 0.5][t % 12]);
    let months: Vec<u32> = (0..36).map(|t| t % 12).collect();
    TrendResult {
        plain: called(&plain),
        overlapping: called(&thinned(&windows, 3)),
        seasonal: seasonal_kendall(&of_year, &months).is_ok_and(|t| t.p_value <= ALPHA),
    }
}

/// What a cube of counts without any change was called.
pub struct EmergingResult {
    /// Any class at all on a map without a hot spot.
    pub any_class: bool,
    /// Members of a steady hot spot, and how many of them were called intensifying or diminishing.
    pub steady: usize,
    pub moving: usize,
    /// Class given to its middle.
    pub middle: EmergingClass,
}

/// A map of a dozen steps without, then with a steady hot spot; `overlapping` steps are tested with the one before.
pub fn emerging(seed: u64, overlapping: bool) -> EmergingResult {
    let mut rng = Rng::with_seed(seed);
    let county = County::new(20, 18);
    let steps = 12;
    let mean = 0.05 * 40_f64.powf(rng.f64());
    let dispersion = 1.0 + rng.f64();
    let reference = if overlapping { StepReference::WithPrevious } else { StepReference::Single };
    let exposure = vec![1.0; county.cells()];
    let mut classes = |hot: &[usize], factor: f64| -> Vec<EmergingClass> {
        let counts: Vec<u32> = (0..county.cells())
            .flat_map(|i| std::iter::repeat_n(if hot.contains(&i) { mean * factor } else { mean }, steps))
            .map(|m| count(&mut rng, m, dispersion) as u32)
            .collect();
        let found = histories(&counts, steps, &exposure, &county.weights, StepTest::Exact, reference, ALPHA);
        found.map_or_else(
            |_| Vec::new(),
            |f| f.places.iter().map(|h| classify(&h.steps, h.direction(ALPHA), Variant::Newer)).collect(),
        )
    };
    let any_class = classes(&[], 1.0).iter().any(|c| *c != EmergingClass::NoPattern);
    let middle = county.columns * 9 + 10;
    let disk = county.disk(middle);
    let found = classes(&disk, 60.0 / mean.min(1.0));
    let always = |c: &EmergingClass| {
        matches!(c, EmergingClass::PersistentHot | EmergingClass::IntensifyingHot | EmergingClass::DiminishingHot)
    };
    let steady: Vec<EmergingClass> = found.iter().copied().filter(always).collect();
    EmergingResult {
        any_class,
        steady: steady.len(),
        moving: steady.iter().filter(|c| **c != EmergingClass::PersistentHot).count(),
        middle: found.get(middle).map_or(EmergingClass::NoPattern, |c| *c),
    }
}
