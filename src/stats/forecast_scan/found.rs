//! What a scan against forecasts is given, and what it finds.

use crate::stats::{baseline::Forecast, scan::Base};

/// What is scanned.
#[derive(Debug, Clone, Copy)]
pub struct ForecastScanInput<'a> {
    /// Incidents by place and step, `counts[place * steps + step]`.
    pub counts: &'a [u32],
    /// Middles of the steps, in years.
    pub times: &'a [f64],
    /// Bases of cylinders.
    pub bases: &'a [Base],
    /// Longest height, in steps; the steps before are the past.
    pub max_height: usize,
    /// Largest share of all incidents in a base.
    pub max_share: f64,
}

/// A cluster found against forecasts.
#[derive(Debug, Clone, PartialEq)]
pub struct ForecastCluster {
    /// Position of the base.
    pub base: usize,
    /// Position of the ring.
    pub ring: usize,
    /// Height in steps; it ends with the last.
    pub height: usize,
    /// Incidents.
    pub observed: u64,
    /// What its past leads to expect.
    pub forecast: Forecast,
    /// `-ln` of how likely so many are in this cylinder alone.
    pub score: f64,
    /// Share of simulated maps with so high a score anywhere: `(larger + 1) / (replicates + 1)`.
    pub p_value: f64,
}

/// Clusters that share no place, the strongest first.
#[derive(Debug, Clone, PartialEq)]
pub struct ForecastScan {
    /// The clusters.
    pub clusters: Vec<ForecastCluster>,
    /// Replicates.
    pub replicates: usize,
    /// Incidents.
    pub events: u64,
    /// Cylinders looked at.
    pub cylinders: usize,
    /// Variance over mean of the counts of a place alone, and of the widest base.
    pub dispersion: (f64, f64),
}
