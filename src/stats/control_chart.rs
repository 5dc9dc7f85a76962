//! Control charts of a series: limits from a fixed baseline, and the signals outside and inside them.

use super::{
    distribution::{negative_binomial_quantile, poisson_quantile},
    error::{StatsError, same_length},
    special::normal_upper,
};

/// Limits round an expected count.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    /// Least count inside.
    pub low: f64,
    /// Largest count inside.
    pub high: f64,
}

/// Limits of a count at `sigmas` standard deviations' worth of probability: exact Poisson quantiles, those of a negative
/// binomial with variance `dispersion * mean` where the dispersion is above 1.
///
/// # Examples
/// Three sigmas leave 0.135 % on each side; the lower limit of a small mean is 0, so that no month can be too quiet.
#[must_use]
pub fn count_limits(mean: f64, dispersion: f64, sigmas: f64) -> Limits {
    let tail = normal_upper(sigmas);
    let quantile = |p: f64| {
        if dispersion > 1.0 { negative_binomial_quantile(p, mean, dispersion) } else { poisson_quantile(p, mean) }
    };
    Limits { low: quantile(tail) as f64, high: quantile(1.0 - tail) as f64 }
}

/// A point of a u' chart.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LaneyPoint {
    /// Rate, events per unit of exposure.
    pub rate: f64,
    /// Limits of the rate; the lower never below 0.
    pub limits: Limits,
}

/// A u' chart.
#[derive(Debug, Clone, PartialEq)]
pub struct LaneyChart {
    /// Mean rate of the baseline.
    pub mean: f64,
    /// Standard deviation of the baseline's z-scores, from their moving range: the over-dispersion.
    pub sigma_z: f64,
    /// Every point.
    pub points: Vec<LaneyPoint>,
}

/// Computes Laney's u' chart: `mean +- sigmas * sqrt(mean / n_t) * sigma_z`.
///
/// # Units
/// - `baseline`: how many points from the first on fix the mean and `sigma_z`
///
/// # Errors
/// [`StatsError::Shape`]; [`StatsError::TooFew`] for a baseline below two points; [`StatsError::Undefined`] without exposure;
/// [`StatsError::NoIncidents`] when the baseline has none.
///
/// # References
/// Laney (2002), Quality Engineering 14(4), 531-537; `sigma_z` is the mean moving range over 1.128.
pub fn laney_u(counts: &[f64], exposure: &[f64], baseline: usize, sigmas: f64) -> Result<LaneyChart, StatsError> {
    same_length("counts and exposures", counts.len(), exposure.len())?;
    let baseline = baseline.min(counts.len());
    if baseline < 2 {
        return Err(StatsError::TooFew { what: "a baseline", needed: 2, found: baseline });
    }
    if exposure.iter().any(|n| n.is_nan() || *n <= 0.0) {
        return Err(StatsError::Undefined { what: "an exposure" });
    }
    let mean = counts[..baseline].iter().sum::<f64>() / exposure[..baseline].iter().sum::<f64>();
    if mean <= 0.0 {
        return Err(StatsError::NoIncidents);
    }
    let z: Vec<f64> = (0..baseline).map(|t| (counts[t] / exposure[t] - mean) / (mean / exposure[t]).sqrt()).collect();
    let sigma_z = z.windows(2).map(|w| (w[1] - w[0]).abs()).sum::<f64>() / (baseline as f64 - 1.0) / 1.128;
    let point = |(x, n): (&f64, &f64)| {
        let reach = sigmas * (mean / n).sqrt() * sigma_z;
        LaneyPoint { rate: x / n, limits: Limits { low: (mean - reach).max(0.0), high: mean + reach } }
    };
    Ok(LaneyChart { mean, sigma_z, points: counts.iter().zip(exposure).map(point).collect() })
}

/// What a chart says of a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Signal {
    /// Above the limit of three sigmas.
    AboveLimit,
    /// Below it.
    BelowLimit,
    /// The last of eight in a row above the centre.
    RunAbove,
    /// The last of eight in a row below it.
    RunBelow,
    /// The last of six in a row, each above the one before.
    Rising,
    /// The last of six in a row, each below the one before.
    Falling,
    /// The second of three beyond two sigmas on the same side.
    TwoOfThree,
}

/// A value with its centre and limits, all of one unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Charted {
    /// The value.
    pub value: f64,
    /// Expected.
    pub center: f64,
    /// Limits at two sigmas.
    pub warning: Limits,
    /// Limits at three sigmas.
    pub action: Limits,
}

/// The first signal of every point, in the order of [`Signal`].
///
/// # References
/// Western Electric rules as in Provost & Murray (2011), The Health Care Data Guide.
#[must_use]
pub fn signals(points: &[Charted]) -> Vec<Option<Signal>> {
    let run =
        |t: usize, length: usize, holds: &dyn Fn(usize) -> bool| t + 1 >= length && (t + 1 - length..=t).all(holds);
    let two_of_three = |t: usize, beyond: &dyn Fn(&Charted) -> bool| {
        beyond(&points[t]) && points[t.saturating_sub(2)..=t].iter().filter(|p| beyond(p)).count() >= 2
    };
    (0..points.len())
        .map(|t| {
            let p = &points[t];
            if p.value > p.action.high {
                Some(Signal::AboveLimit)
            } else if p.value < p.action.low {
                Some(Signal::BelowLimit)
            } else if run(t, 8, &|i| points[i].value > points[i].center) {
                Some(Signal::RunAbove)
            } else if run(t, 8, &|i| points[i].value < points[i].center) {
                Some(Signal::RunBelow)
            } else if t >= 5 && run(t, 5, &|i| points[i].value > points[i - 1].value) {
                Some(Signal::Rising)
            } else if t >= 5 && run(t, 5, &|i| points[i].value < points[i - 1].value) {
                Some(Signal::Falling)
            } else if two_of_three(t, &|p| p.value > p.warning.high) || two_of_three(t, &|p| p.value < p.warning.low) {
                Some(Signal::TwoOfThree)
            } else {
                None
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chart(values: &[f64]) -> Vec<Option<Signal>> {
        let mean = 20.0;
        let point = |&value: &f64| Charted {
            value,
            center: mean,
            warning: count_limits(mean, 1.0, 2.0),
            action: count_limits(mean, 1.0, 3.0),
        };
        signals(&values.iter().map(point).collect::<Vec<_>>())
    }

    /// Quantiles of scipy.stats.poisson.ppf(0.00134990, 20) and of its complement.
    #[test]
    fn limits_are_exact_quantiles() {
        assert_eq!(count_limits(20.0, 1.0, 3.0), Limits { low: 8.0, high: 35.0 });
        assert_eq!(count_limits(0.5, 1.0, 3.0).low, 0.0);
        assert!(count_limits(20.0, 3.0, 3.0).high > 45.0);
        assert_eq!(count_limits(0.0, 1.0, 3.0), Limits { low: 0.0, high: 0.0 });
    }

    #[test]
    fn each_signal_is_found_and_a_steady_series_has_none() {
        assert!(chart(&[20.0, 22.0, 18.0, 21.0, 19.0, 23.0, 17.0, 20.0, 21.0, 19.0]).iter().all(Option::is_none));
        assert_eq!(chart(&[20.0, 40.0])[1], Some(Signal::AboveLimit));
        assert_eq!(chart(&[20.0, 3.0])[1], Some(Signal::BelowLimit));
        assert_eq!(chart(&[21.0, 23.0, 21.0, 22.0, 21.0, 22.0, 23.0, 21.0])[7], Some(Signal::RunAbove));
        assert_eq!(chart(&[19.0, 18.0, 19.0, 17.0, 19.0, 18.0, 19.0, 18.0])[7], Some(Signal::RunBelow));
        assert_eq!(chart(&[17.0, 18.0, 19.0, 20.5, 21.0, 22.0])[5], Some(Signal::Rising));
        assert_eq!(chart(&[23.0, 22.0, 21.0, 20.5, 19.0, 18.0])[5], Some(Signal::Falling));
        assert_eq!(chart(&[31.0, 20.0, 32.0])[2], Some(Signal::TwoOfThree));
    }

    #[test]
    fn laney_widens_with_what_varies_between() {
        let exposure = [1000.0; 12];
        let counts = [20.0, 45.0, 12.0, 50.0, 9.0, 40.0, 22.0, 52.0, 8.0, 44.0, 20.0, 39.0];
        let chart = laney_u(&counts, &exposure, 12, 3.0).unwrap();
        assert!(chart.sigma_z > 3.0 && (chart.mean - counts.iter().sum::<f64>() / 12_000.0).abs() < 1e-15);
        assert!(laney_u(&counts, &exposure, 1, 3.0).is_err() && laney_u(&[0.0; 3], &[1.0; 3], 3, 3.0).is_err());
        assert!(laney_u(&counts, &[0.0; 12], 12, 3.0).is_err());
    }
}
