//! The control chart: values against the mean of a baseline.

use crate::stats::{Charted, Dispersion, StatsError, count_limits};

/// Months that fix the expected band, never the one under test.
pub(super) const BASELINE: usize = 24;
/// Mean days of a month, which a month's count is brought to.
pub(super) const MONTH_DAYS: f64 = 365.25 / 12.0;

/// A control chart.
pub(super) struct Chart {
    pub(super) points: Vec<Charted>,
    pub(super) dispersion: f64,
}

/// Charts values against the mean of the baseline (the first 24, or all but the last), times a shape such as a season.
pub(super) fn chart(values: &[f64], shape: &[f64]) -> Result<Chart, StatsError> {
    let baseline = BASELINE.min(values.len().saturating_sub(1));
    if baseline < 2 {
        return Err(StatsError::TooFew { what: "an expected band", needed: 3, found: values.len() });
    }
    let mean = values[..baseline].iter().sum::<f64>() / shape[..baseline].iter().sum::<f64>();
    if mean.is_nan() || mean <= 0.0 {
        return Err(StatsError::NoIncidents);
    }
    let centers: Vec<f64> = shape.iter().map(|s| mean * s).collect();
    let dispersion = Dispersion::pearson(&values[..baseline], &centers[..baseline], 1)?.phi.max(1.0);
    let point = |(&value, &center): (&f64, &f64)| Charted {
        value,
        center,
        warning: count_limits(center, dispersion, 2.0),
        action: count_limits(center, dispersion, 3.0),
    };
    Ok(Chart { points: values.iter().zip(&centers).map(point).collect(), dispersion })
}
