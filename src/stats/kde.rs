//! Kernel density: a smooth picture without a p-value, never to be worded as significant.

use super::error::{StatsError, same_length};

/// A point of a plane.
///
/// # CRS
/// British National Grid, or any projected system in metres.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PlanePoint {
    /// Easting, metres.
    pub easting_m: f64,
    /// Northing, metres.
    pub northing_m: f64,
}

/// Quartic kernel density at some centres, `sum_i w_i 3 / (pi h^2) (1 - (d / h)^2)^2` over points nearer than h.
///
/// # Units
/// - `bandwidth_m`: h, metres; should not be below the size of the cells whose centres are given
/// - returns: weighted events per square metre; a million times that is per square kilometre
///
/// # Errors
/// [`StatsError::Shape`]; [`StatsError::Domain`] for a bandwidth that is not above 0.
///
/// # References
/// Silverman (1986), Density Estimation; Bailey & Gatrell (1995), Interactive Spatial Data Analysis.
pub fn quartic_density(
    points: &[PlanePoint],
    weights: &[f64],
    centers: &[PlanePoint],
    bandwidth_m: f64,
) -> Result<Vec<f64>, StatsError> {
    same_length("points and weights", points.len(), weights.len())?;
    if !(bandwidth_m.is_finite() && bandwidth_m > 0.0) {
        return Err(StatsError::Domain { what: "the bandwidth", expected: "above 0 metres" });
    }
    // Points in order of their easting: a centre looks at a strip.
    let mut order: Vec<usize> = (0..points.len()).collect();
    order.sort_by(|&a, &b| points[a].easting_m.total_cmp(&points[b].easting_m));
    let eastings: Vec<f64> = order.iter().map(|&i| points[i].easting_m).collect();
    let square = bandwidth_m * bandwidth_m;
    let scale = 3.0 / (std::f64::consts::PI * square);
    let density = |center: &PlanePoint| {
        let from = eastings.partition_point(|e| *e < center.easting_m - bandwidth_m);
        let to = eastings.partition_point(|e| *e <= center.easting_m + bandwidth_m);
        let sum: f64 = order[from..to]
            .iter()
            .map(|&i| {
                let (dx, dy) = (points[i].easting_m - center.easting_m, points[i].northing_m - center.northing_m);
                let near = 1.0 - (dx * dx + dy * dy) / square;
                if near > 0.0 { weights[i] * near * near } else { 0.0 }
            })
            .sum();
        scale * sum
    };
    Ok(centers.iter().map(density).collect())
}

/// The normal-reference bandwidth: the mean over both axes of `4 * 1.06 * min(sd, IQR / 1.34) * n^(-1/5)`.
///
/// # Errors
/// [`StatsError::TooFew`] below two points; [`StatsError::NoVariance`] when all lie at one place.
///
/// # References
/// Venables & Ripley (2002), MASS, `bandwidth.nrd`; `sfhotspot` takes the mean of both axes.
pub fn reference_bandwidth(points: &[PlanePoint]) -> Result<f64, StatsError> {
    if points.len() < 2 {
        return Err(StatsError::TooFew { what: "a bandwidth", needed: 2, found: points.len() });
    }
    let axes = [points.iter().map(|p| p.easting_m).collect(), points.iter().map(|p| p.northing_m).collect()];
    let by_axis = axes.map(axis_bandwidth);
    let bandwidth = f64::midpoint(by_axis[0], by_axis[1]);
    if bandwidth > 0.0 { Ok(bandwidth) } else { Err(StatsError::NoVariance { count: points.len() }) }
}

fn axis_bandwidth(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let deviation = (values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt();
    // R's default quantiles (type 7).
    let quantile = |p: f64| {
        let at = p * (n - 1.0);
        let (low, high) = (values[at.floor() as usize], values[at.ceil() as usize]);
        low + (high - low) * at.fract()
    };
    let spread = (quantile(0.75) - quantile(0.25)) / 1.34;
    let least = if spread > 0.0 { deviation.min(spread) } else { deviation };
    4.0 * 1.06 * least * n.powf(-0.2)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(easting_m: f64, northing_m: f64) -> PlanePoint {
        PlanePoint { easting_m, northing_m }
    }

    #[test]
    fn one_event_makes_a_hill_of_volume_one() {
        let step = 5.0;
        let centers: Vec<PlanePoint> =
            (-60..=60).flat_map(|i| (-60..=60).map(move |j| at(f64::from(i) * step, f64::from(j) * step))).collect();
        let density = quartic_density(&[at(1.0, 2.0)], &[2.5], &centers, 250.0).unwrap();
        let volume: f64 = density.iter().sum::<f64>() * step * step;
        assert!((volume - 2.5).abs() < 1e-3, "{volume}");
        assert!(quartic_density(&[], &[], &centers, 0.0).is_err());
    }

    /// Value of R's `MASS::bandwidth.nrd(c(1, 2, 3, 4, 10))`, worked out from its definition.
    #[test]
    fn the_bandwidth_is_that_of_mass() {
        let axis = axis_bandwidth(vec![1.0, 2.0, 3.0, 4.0, 10.0]);
        let expected = 4.0 * 1.06 * (2.0 / 1.34) * 5_f64.powf(-0.2);
        assert!((axis - expected).abs() < 1e-12);
        assert!(reference_bandwidth(&[at(1.0, 1.0); 5]).is_err() && reference_bandwidth(&[at(1.0, 1.0)]).is_err());
    }
}
