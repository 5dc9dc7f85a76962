//! A place's forecast from its past.

use super::{
    super::{
        cholesky::{Cholesky, dot},
        distribution::{negative_binomial_lower, negative_binomial_quantile, negative_binomial_upper},
        special::normal_quantile,
    },
    Baseline, NextStep, PastStep,
    fit::Place,
};

/// Standardized residual from which a past step weighs less: a past outbreak is no baseline.
const OUTBREAK: f64 = 2.58;
/// Least relative rate that is forecast.
const LEAST_RATE: f64 = 0.05;

/// The count of a place in one or several steps as its past leads to expect it: negative binomial with a mean and a variance.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Forecast {
    /// Expected count.
    pub mean: f64,
    /// Its variance: of the count, and of what is not known of its mean.
    pub variance: f64,
    /// The part of it that is not known of the mean.
    pub of_mean: f64,
}

impl Forecast {
    /// Variance over mean, at least that of Poisson.
    #[must_use]
    pub fn dispersion(&self) -> f64 {
        (self.variance / self.mean).max(1.0)
    }

    /// `P(X > count) + P(X = count) / 2`: how likely so many are.
    #[must_use]
    pub fn upper(&self, count: u64) -> f64 {
        let tail = |count| negative_binomial_upper(count, self.mean, self.dispersion());
        0.5 * (tail(count) + tail(count + 1))
    }

    /// `P(X < count) + P(X = count) / 2`: how likely so few are.
    #[must_use]
    pub fn lower(&self, count: u64) -> f64 {
        let tail = |count| negative_binomial_lower(count, self.mean, self.dispersion());
        0.5 * (tail(count) + count.checked_sub(1).map_or(0.0, tail))
    }

    /// The least count with that much probability up to it.
    #[must_use]
    pub fn quantile(&self, probability: f64) -> u64 {
        negative_binomial_quantile(probability, self.mean, self.dispersion())
    }

    /// A count over what was expected, with its interval: the count varies, and its expectation is not known for sure.
    ///
    /// `(ratio, low, high)`; a count of 0 has a ratio of 0 and an open end below.
    #[must_use]
    pub fn ratio(&self, count: u64, level: f64) -> (f64, f64, f64) {
        let z = normal_quantile(0.5 + 0.5 * level);
        let counted = (count as f64).max(0.5);
        let of_count = (self.variance - self.of_mean) / self.mean / counted;
        let reach = (z * (of_count + self.of_mean / self.mean.powi(2)).sqrt()).exp();
        let low = if count == 0 { 0.0 } else { counted / self.mean / reach };
        (count as f64 / self.mean, low, counted / self.mean * reach)
    }

    /// The probability that a count `times` as high as expected has an upper tail of at most `p_value`.
    ///
    /// # Examples
    /// ```
    /// use places::stats::Forecast;
    /// // A doubling of 30, where one place in 113 may be listed by chance in a hundred periods out of five.
    /// let power = |variance| Forecast { mean: 30.0, variance, of_mean: 0.0 }.power(2.0, 0.05 / 113.0);
    /// assert_eq!(format!("{:.2} {:.2}", power(30.0), power(57.0)), "0.92 0.50");
    /// ```
    #[must_use]
    pub fn power(&self, times: f64, p_value: f64) -> f64 {
        let (mut low, mut high) = (self.mean as u64, self.quantile(1.0 - 1e-12).max(self.mean as u64) + 2);
        while low < high {
            let middle = u64::midpoint(low, high);
            if self.upper(middle) <= p_value {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        // The variance over mean is kept; the part that comes of the mean would grow, so this is a little high for large means.
        negative_binomial_upper(low, times * self.mean, self.dispersion())
    }
}

/// What a place is expected to have in each of the next steps, and how these go together.
#[derive(Debug, Clone, PartialEq)]
pub struct Forecasts {
    means: Vec<f64>,
    /// Covariance of the means' errors, by step.
    errors: Vec<f64>,
    /// Variance of each count round its mean.
    counts: Vec<f64>,
}

impl Forecasts {
    /// One of the steps.
    #[must_use]
    pub fn one(&self, step: usize) -> Forecast {
        let of_mean = self.errors[step * self.means.len() + step];
        Forecast { mean: self.means[step], variance: of_mean + self.counts[step], of_mean }
    }

    /// The sum of the last steps.
    #[must_use]
    pub fn last(&self, steps: usize) -> Forecast {
        let all = self.means.len();
        let inside = all.saturating_sub(steps)..all;
        let errors: f64 = inside.clone().flat_map(|t| inside.clone().map(move |u| self.errors[t * all + u])).sum();
        Forecast {
            mean: self.means[inside.clone()].iter().sum(),
            variance: errors + self.counts[inside].iter().sum::<f64>(),
            of_mean: errors,
        }
    }
}

impl Baseline {
    /// What a place is expected to have in the next steps. Past steps far above what surrounds them weigh less.
    ///
    /// None where nothing was received of its past.
    #[must_use]
    pub fn forecasts(&self, past: &[PastStep], next: &[NextStep]) -> Option<Forecasts> {
        let place = Place::new(past)?;
        let (ratio, df) = self.own(&place).unwrap_or((1.0, 0.0));
        let own = if self.prior_df.is_finite() { (self.prior_df + df * ratio) / (self.prior_df + df) } else { 1.0 };
        let weights = self.weights(&place, own)?;
        let factor = self.factor(&place, |i| own * weights[i])?;
        let ones = factor.forward(place.steps.iter().map(|_| 1.0));
        let rates = factor.forward(place.rates.iter().copied());
        let known = dot(&ones, &ones);
        let mean = dot(&ones, &rates) / known;
        let left: Vec<f64> = rates.iter().zip(&ones).map(|(r, o)| r - mean * o).collect();
        let ahead: Vec<Vec<f64>> = (0..next.len())
            .map(|j| factor.forward(place.steps.iter().map(|&t| self.covariance(self.steps + j, t))))
            .collect();
        let expected: Vec<f64> = next.iter().map(|n| n.course * place.level).collect();
        let relative: Vec<f64> = ahead.iter().map(|a| (1.0 + mean + dot(a, &left)).max(LEAST_RATE)).collect();
        let means: Vec<f64> = expected.iter().zip(&relative).map(|(e, r)| e * r).collect();
        let mut errors = Vec::with_capacity(next.len() * next.len());
        for (j, a) in ahead.iter().enumerate() {
            for (l, b) in ahead.iter().enumerate() {
                let unknown_level = (1.0 - dot(&ones, a)) * (1.0 - dot(&ones, b)) / known;
                let rest = self.covariance(self.steps + j, self.steps + l) - dot(a, b);
                errors.push(expected[j] * expected[l] * (rest + unknown_level));
            }
        }
        let by_itself = |(mean, next): (&f64, &NextStep)| {
            let v = &self.variation;
            own * (v.dispersion * mean + mean * mean * (v.noise + v.dispersion / next.others.max(1.0)))
        };
        let counts = means.iter().zip(next).map(by_itself).collect();
        Some(Forecasts { means, errors, counts })
    }

    /// By how much the variance of each past step is taken larger: the square of its standardized residual over [`OUTBREAK`].
    fn weights(&self, place: &Place, own: f64) -> Option<Vec<f64>> {
        let factor = self.factor(place, |_| own)?;
        let ones = factor.forward(place.steps.iter().map(|_| 1.0));
        let rates = factor.forward(place.rates.iter().copied());
        let known = dot(&ones, &ones);
        let mean = dot(&ones, &rates) / known;
        let left: Vec<f64> = rates.iter().zip(&ones).map(|(r, o)| r - mean * o).collect();
        let residuals = factor.backward(&left);
        let residuals = standardized(&factor, &ones, known, &residuals);
        Some(residuals.iter().map(|r| (r / OUTBREAK).max(1.0).powi(2)).collect())
    }
}

/// Residuals of each step as predicted from all others, over their standard deviation.
fn standardized(factor: &Cholesky, ones: &[f64], known: f64, residuals: &[f64]) -> Vec<f64> {
    let of_level = factor.backward(ones);
    let diagonal = factor.inverse_diagonal();
    let spread = |i: usize| (diagonal[i] - of_level[i] * of_level[i] / known).max(1e-12).sqrt();
    residuals.iter().enumerate().map(|(i, r)| r / spread(i)).collect()
}
