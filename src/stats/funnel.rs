//! Funnel plots: which areas differ from the reference rate by more than chance and the usual spread between areas.

use super::{
    distribution::{poisson_lower, poisson_upper},
    error::{StatsError, same_length},
    rate::Interval,
    special::{normal_quantile, two_sided},
};

/// Share of z-scores at each end that is pulled in before the spread between areas is estimated.
pub const WINSORIZED: f64 = 0.1;

/// An area in the funnel.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FunnelPoint {
    /// Rate per unit of exposure.
    pub rate: f64,
    /// Limits that hold 95 % of areas like it.
    pub limits_95: Interval,
    /// Limits that hold 99.8 %.
    pub limits_998: Interval,
    /// Deviate with the spread between areas in it.
    pub z_score: f64,
    /// Its two-sided p-value.
    pub p_value: f64,
}

/// A funnel plot.
#[derive(Debug, Clone, PartialEq)]
pub struct Funnel {
    /// Reference rate: all events over all exposure.
    pub reference: f64,
    /// Variance over what chance explains, of the winsorized z-scores; at most 1 means that none is left.
    pub dispersion: f64,
    /// Variance of true rates between areas (additive model), 0 where chance explains all.
    pub tau2: f64,
    /// Every area; None where it has no exposure.
    pub points: Vec<Option<FunnelPoint>>,
}

/// Computes a funnel of rates with exact Poisson limits and Spiegelhalter's additive over-dispersion.
///
/// Without over-dispersion the limits of an area are the exact Poisson limits of its expected count, interpolated; with it they
/// are normal, `reference +- z sqrt(reference / n + tau2)`, never below 0.
///
/// # Errors
/// [`StatsError::Shape`]; [`StatsError::TooFew`] below two areas with exposure; [`StatsError::NoIncidents`].
///
/// # References
/// Spiegelhalter (2005), Statistics in Medicine 24, 1185-1202; winsorizing 10 % at each end.
pub fn funnel(counts: &[u64], exposure: &[f64]) -> Result<Funnel, StatsError> {
    same_length("counts and exposures", counts.len(), exposure.len())?;
    let used: Vec<usize> = (0..counts.len()).filter(|&i| exposure[i].is_finite() && exposure[i] > 0.0).collect();
    if used.len() < 2 {
        return Err(StatsError::TooFew { what: "a funnel", needed: 2, found: used.len() });
    }
    let events: u64 = used.iter().map(|&i| counts[i]).sum();
    if events == 0 {
        return Err(StatsError::NoIncidents);
    }
    let reference = events as f64 / used.iter().map(|&i| exposure[i]).sum::<f64>();
    let variance = |i: usize| reference / exposure[i];
    let z: Vec<f64> = used.iter().map(|&i| (counts[i] as f64 / exposure[i] - reference) / variance(i).sqrt()).collect();
    let pulled = winsorized(&z, WINSORIZED);
    let dispersion = pulled.iter().map(|z| z * z).sum::<f64>() / used.len() as f64;
    let weights: Vec<f64> = used.iter().map(|&i| 1.0 / variance(i)).collect();
    let (sum, squares) = weights.iter().fold((0.0, 0.0), |(s, q), w| (s + w, q + w * w));
    let n = used.len() as f64;
    let room = sum - squares / sum;
    let tau2 = if dispersion > 1.0 && room > 0.0 { ((n * dispersion - (n - 1.0)) / room).max(0.0) } else { 0.0 };
    let mut points = vec![None; counts.len()];
    for i in used {
        let rate = counts[i] as f64 / exposure[i];
        let z_score = (rate - reference) / (variance(i) + tau2).sqrt();
        let limits = |level: f64| {
            if tau2 > 0.0 {
                let reach = normal_quantile(0.5 + 0.5 * level) * (variance(i) + tau2).sqrt();
                Interval { low: (reference - reach).max(0.0), high: reference + reach }
            } else {
                poisson_limits(reference * exposure[i], level, exposure[i])
            }
        };
        let p_value = if tau2 > 0.0 {
            two_sided(z_score)
        } else {
            let mean = reference * exposure[i];
            (2.0 * poisson_lower(counts[i], mean).min(poisson_upper(counts[i], mean))).min(1.0)
        };
        let (limits_95, limits_998) = (limits(0.95), limits(0.998));
        points[i] = Some(FunnelPoint { rate, limits_95, limits_998, z_score, p_value });
    }
    Ok(Funnel { reference, dispersion, tau2, points })
}

/// Values beyond the given share at each end, set to the value there.
fn winsorized(values: &[f64], share: f64) -> Vec<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let n = sorted.len() as f64;
    let at = |p: f64| {
        let rank = p * (n - 1.0);
        let (low, high) = (sorted[rank.floor() as usize], sorted[rank.ceil() as usize]);
        low + (high - low) * rank.fract()
    };
    let (low, high) = (at(share), at(1.0 - share));
    values.iter().map(|v| v.clamp(low, high)).collect()
}

/// Quantiles of a Poisson mean, interpolated between whole counts as Spiegelhalter does, over the exposure.
fn poisson_limits(mean: f64, level: f64, exposure: f64) -> Interval {
    let tail = 0.5 * (1.0 - level);
    let quantile = |p: f64| {
        let r = super::distribution::poisson_quantile(p, mean);
        let (at, before) = (poisson_lower(r, mean), if r == 0 { 0.0 } else { poisson_lower(r - 1, mean) });
        let part = if at > before { (at - p) / (at - before) } else { 0.0 };
        (r as f64 - part).max(0.0)
    };
    Interval { low: quantile(tail) / exposure, high: quantile(1.0 - tail) / exposure }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chance_alone_leaves_no_spread_between_areas() {
        let exposure = [1000.0, 2000.0, 4000.0, 8000.0, 3000.0];
        let found = funnel(&[10, 20, 41, 79, 30], &exposure).unwrap();
        assert!(found.tau2 == 0.0 && found.points.iter().flatten().all(|p| p.p_value > 0.5));
        let wide = found.points[0].unwrap().limits_95;
        let narrow = found.points[3].unwrap().limits_95;
        assert!(wide.high - wide.low > narrow.high - narrow.low);
    }

    #[test]
    fn spread_between_areas_widens_the_funnel_and_one_outlier_does_not_hide_itself() {
        let exposure = vec![10_000.0; 40];
        let mut counts: Vec<u64> = (0..40).map(|i| 100 + 3 * ((i * 7) % 20)).collect();
        let usual = funnel(&counts, &exposure).unwrap();
        assert!(usual.dispersion > 1.0 && usual.tau2 > 0.0);
        counts[11] = 600;
        let with_outlier = funnel(&counts, &exposure).unwrap();
        assert!(with_outlier.points[11].unwrap().p_value < 1e-6);
        assert!(with_outlier.points.iter().flatten().filter(|p| p.p_value < 0.002).count() == 1);
        assert!(funnel(&[0, 0], &[1.0, 1.0]).is_err() && funnel(&[1, 2], &[0.0, 1.0]).is_err());
        assert!(funnel(&[1, 2, 3], &[0.0, 1.0, 1.0]).unwrap().points[0].is_none());
    }
}
