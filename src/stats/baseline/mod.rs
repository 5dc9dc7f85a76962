//! What a place is expected to have next: its own past, with its season, its drift and the course of all others.
//!
//! A count is taken as `w r` with `w` the place's level times the course of all others and `r` a relative rate round 1. Over
//! time `r` has the covariance `drift exp(-|t - u|) + season exp(-2 sin^2(pi (t - u)))` (times in years), each step by itself
//! varies by `noise`, and counts by `dispersion` times Poisson. These four are shared by all places and estimated from all of
//! them together; the best linear prediction of `r` then weighs a place's own past as far as it is known.
//!
//! May use: nothing.

mod fit;
mod forecast;

pub use fit::{Baseline, Variation};
pub use forecast::{Forecast, Forecasts};

/// A step of a place's past.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PastStep {
    /// Incidents; NaN where the step was not received.
    pub count: f64,
    /// The course of all others: what a place at a level of 1 would have.
    pub course: f64,
    /// Incidents of all others, which the course is made from.
    pub others: f64,
}

/// The course of a step to come, or the one looked at.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NextStep {
    /// As in the past.
    pub course: f64,
    /// As in the past.
    pub others: f64,
}

#[cfg(test)]
mod tests;
