//! Statistics as pure functions on slices: no geography, no I/O, nothing of this program.
//!
//! Formulas, choices and test vectors are those of `methods.md`; each function restates its own. Randomness is seeded,
//! every replicate by itself (`random`), so that a result is the same on any number of threads and
//! in every version of the libraries.
//!
//! | question | file |
//! |---|---|
//! | is this place high for its exposure? | `concentration` (the hot-spot flag), `getis_ord`, `moran`, `fdr` |
//! | is it rising? what is its history? | `mann_kendall`, `history`, `emerging`, `control_chart` |
//! | is the change real? | `ratio`, `comparison`, `rate` |
//! | what is to be expected of a place? | `baseline` |
//! | is something gathering? | `forecast_scan`, `scan` |
//! | how do areas compare? | `rate`, `funnel`, `vulnerability`, `forecast` |
//! | when? | `aoristic` |
//! | was something cut off? | `shortfall` |
//!
//! May use: nothing.

mod aoristic;
mod baseline;
mod between;
mod cholesky;
mod comparison;
mod concentration;
mod control_chart;
#[cfg(test)]
mod county;
mod distribution;
mod emerging;
mod error;
mod fdr;
mod forecast;
mod forecast_scan;
mod funnel;
mod getis_ord;
mod history;
mod kde;
mod mann_kendall;
mod moran;
mod power;
mod random;
mod rate;
mod ratio;
mod scan;
mod season;
mod shortfall;
mod shut_off;
mod special;
mod vulnerability;
mod weights;

pub use aoristic::{AoristicShare, WEEK_HOURS, aoristic_share};
pub use baseline::{Baseline, Forecast, Forecasts, NextStep, PastStep, Variation};
pub use between::{variance_between, variance_of_drift};
pub use comparison::{
    BeforeAfter, Displacement, DisplacementDifference, DisplacementQuotient, RatioOfRatios, displacement_difference,
    displacement_quotient, effects, ratio_of_ratios, total_net_effect, weighted_difference,
};
pub use concentration::{LocalTest, LocalTests, local_tests};
pub use control_chart::{Charted, LaneyChart, LaneyPoint, Limits, Signal, count_limits, laney_u, signals};
pub use distribution::{
    binomial, binomial_lower, binomial_upper, chi_square_quantile, negative_binomial_lower, negative_binomial_quantile,
    negative_binomial_upper, poisson, poisson_lower, poisson_quantile, poisson_upper,
};
pub use emerging::{ChaineyClass, ChaineyLimits, EmergingClass, Step, Trend, Variant, classify, classify_chainey};
pub use error::StatsError;
pub use fdr::{FdrMethod, SPENT_ON_RISES, adjusted, adjusted_both_ways};
pub use forecast::{ForecastScore, Resampling, Similarity, forecast_score, recapture_rate, similarity};
pub use forecast_scan::{ForecastCluster, ForecastScan, ForecastScanInput, forecast_scan};
pub use funnel::{Funnel, FunnelPoint, WINSORIZED, funnel};
pub use getis_ord::{gi, gi_star};
pub use history::{Histories, History, StepReference, StepTest, histories};
pub use kde::{PlanePoint, quartic_density, reference_bandwidth};
pub use mann_kendall::{
    MannKendall, NORMAL_FROM, SenSlope, hamed_rao, mann_kendall, seasonal_kendall, sen_slope, thinned,
};
pub use moran::{LocalMoran, MoranI, Quadrant, local_moran, moran_i};
pub use power::incidents_needed;
pub use random::RandomStream;
pub use rate::{
    BYAR_FROM, EmpiricalBayes, Interval, RateWithInterval, byar_interval, count_interval, empirical_bayes,
    exact_interval, local_empirical_bayes, rate_per_1000,
};
pub use ratio::{
    BORROWED, Dispersion, Exposed, Inference, TailRule, e_test, infer_ratio, poisson_z, rate_ratio, widened,
};
pub use scan::{Base, Cluster, MAX_HEIGHT, Scan, ScanInput, space_time_scan, watched_scan};
pub use season::{
    EarlierYears, ExpectedCount, SeasonalChange, expected_among_others, expected_from_past, seasonal_change,
};
pub use shortfall::shortfalls;
pub use shut_off::{ShutOff, shut_off};
pub use special::{normal_quantile, normal_upper, student_quantile, student_two_sided, two_sided};
pub use vulnerability::{PRIORITY, Vulnerability, WeightedIndicator, vulnerability};
pub use weights::{Weighting, Weights};
