//! The control chart: values against the mean of a baseline.

use crate::{
    model::Period,
    stats::{Charted, Dispersion, Signal, StatsError, count_limits, signals},
};

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

/// The signals of charted months. A month that is missing ends every run: what lies on both sides of it is not in a row.
pub(super) fn marks(points: &[Charted], months: &[Period]) -> Vec<Option<Signal>> {
    let mut marks = Vec::with_capacity(points.len());
    for run in months.chunk_by(|a, b| a.end == b.start) {
        let from = marks.len();
        marks.extend(signals(&points[from..from + run.len()]));
    }
    marks
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Month;

    #[test]
    fn a_missing_month_ends_a_run() {
        let values: Vec<f64> = (0..24).map(|i| if i < 14 { 20.0 } else { 16.0 }).collect();
        let charted = chart(&values, &[1.0; 24]).unwrap();
        let months: Vec<Period> = (0..24).map(|m| Month(660 + m).period()).collect();
        assert_eq!(marks(&charted.points, &months).last(), Some(&Some(Signal::RunBelow)));
        let gap: Vec<Period> = (0..24).map(|m| Month(660 + m + i32::from(m > 18)).period()).collect();
        assert_eq!(marks(&charted.points, &gap).last(), Some(&None));
        assert_eq!(marks(&charted.points, &gap).len(), 24);
    }
}
