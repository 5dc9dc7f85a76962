//! How counts vary over time, estimated from all places together.

use rayon::prelude::*;

use super::{
    super::{
        StatsError,
        cholesky::{Cholesky, dot},
    },
    PastStep,
};

/// Events from which a place tells how counts vary: fewer are too far from normal.
const LEAST_EVENTS: f64 = 10.0;
/// Most places that the variation is estimated from.
const MOST_PLACES: usize = 160;
/// What is typical of recorded crime by month and neighborhood, where little is known.
const TYPICAL: Variation = Variation { dispersion: 1.6, noise: 0.01, drift: 0.02, season: 0.02 };
/// Standard deviation of the logarithm of the dispersion round what is typical.
const DISPERSION_SPREAD: f64 = 0.5;
/// Where the search looks first.
const DISPERSIONS: [f64; 9] = [1.0, 1.2, 1.45, 1.75, 2.1, 2.6, 3.5, 5.0, 9.0];
const VARIANCES: [f64; 10] = [2e-4, 1e-3, 3e-3, 0.008, 0.02, 0.04, 0.08, 0.16, 0.35, 0.8];
/// Rounds that refine it.
const ROUNDS: usize = 4;

/// How counts vary over time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Variation {
    /// Variance over mean of counts round their rate.
    pub dispersion: f64,
    /// Variance of the relative rate from step to step.
    pub noise: f64,
    /// Variance of what drifts over a year.
    pub drift: f64,
    /// Variance of what comes again every year.
    pub season: f64,
}

impl Variation {
    fn at(&mut self, k: usize) -> &mut f64 {
        match k {
            0 => &mut self.dispersion,
            1 => &mut self.noise,
            2 => &mut self.drift,
            _ => &mut self.season,
        }
    }

    /// Logarithm of the prior: mild, with its mode at what is typical.
    fn log_prior(&self) -> f64 {
        let away = (self.dispersion / TYPICAL.dispersion).ln() / DISPERSION_SPREAD;
        let mild = |value: f64, mode: f64| value.ln() - value / mode;
        mild(self.noise, TYPICAL.noise) + mild(self.drift, TYPICAL.drift) + mild(self.season, TYPICAL.season)
            - 0.5 * away * away
    }
}

/// The variation shared by all places, over one set of times.
#[derive(Debug, Clone)]
pub struct Baseline {
    /// How counts vary.
    pub variation: Variation,
    /// Degrees of freedom by which a place's own variation is drawn to the shared one.
    pub prior_df: f64,
    /// Past steps.
    pub(super) steps: usize,
    /// Past and next steps together.
    pub(super) all: usize,
    /// Covariances of all steps for a variance of 1.
    pub(super) decay: Vec<f64>,
    pub(super) wave: Vec<f64>,
}

/// A place as the model takes it.
#[derive(Debug, Clone)]
pub(super) struct Place {
    /// Its level: what it has for a course of 1.
    pub(super) level: f64,
    /// Steps received.
    pub(super) steps: Vec<usize>,
    /// Expected at its level.
    pub(super) weights: Vec<f64>,
    /// Relative rates, less 1.
    pub(super) rates: Vec<f64>,
    others: Vec<f64>,
}

impl Place {
    /// None where no step was received, or nothing happened anywhere else.
    pub(super) fn new(past: &[PastStep]) -> Option<Self> {
        let is_known = |s: &PastStep| !s.count.is_nan() && s.course > 0.0;
        let steps: Vec<usize> = (0..past.len()).filter(|&t| is_known(&past[t])).collect();
        let each = |value: &dyn Fn(&PastStep) -> f64| steps.iter().map(|&t| value(&past[t])).collect::<Vec<f64>>();
        let (counts, courses, others) = (each(&|s| s.count), each(&|s| s.course), each(&|s| s.others.max(1.0)));
        let course: f64 = courses.iter().sum();
        // Half an incident more, spread over the past: nobody knows that there will never be one.
        let level = (counts.iter().sum::<f64>() + 0.5) / course;
        if steps.is_empty() || !level.is_finite() {
            return None;
        }
        let weights: Vec<f64> = courses.iter().map(|c| c * level).collect();
        let half = 0.5 / course;
        let rates = (0..counts.len()).map(|i| (counts[i] + half * courses[i]) / weights[i] - 1.0).collect();
        Some(Self { level, steps, weights, rates, others })
    }

    /// Variance of each relative rate that is no drift and no season.
    pub(super) fn own_variance(&self, v: &Variation, i: usize) -> f64 {
        v.dispersion / self.weights[i] + v.dispersion / self.others[i] + v.noise
    }
}

impl Baseline {
    /// Estimates how counts vary from the pasts of places, for steps at `times` (years) of which the last `next` are to be
    /// forecast; a past has a step for each of the others.
    ///
    /// The four variances have the largest restricted likelihood of normal relative rates, with a mild prior at what is typical
    /// (variance over mean 1.6): from one step of the past nothing else is known.
    ///
    /// # Errors
    /// [`StatsError::TooFew`] without a past step; [`StatsError::Shape`] for a past of another length; [`StatsError::NoIncidents`].
    ///
    /// # Examples
    /// ```
    /// use places::stats::{Baseline, NextStep, PastStep};
    /// // Twenty places with 10 or 14 a month for three years.
    /// let times: Vec<f64> = (0..37).map(|m| f64::from(m) / 12.0).collect();
    /// let step = |place: u32, month: u32| PastStep {
    ///     count: if (place * 7 + month * 5) % 3 == 0 { 14.0 } else { 10.0 },
    ///     course: 1.0,
    ///     others: 220.0,
    /// };
    /// let pasts: Vec<Vec<PastStep>> = (0..20).map(|p| (0..36).map(|m| step(p, m)).collect()).collect();
    /// let baseline = Baseline::fit(&times, 1, &pasts)?;
    /// assert_eq!(baseline.variation.dispersion, 1.0);
    /// let forecasts = baseline.forecasts(&pasts[0], &[NextStep { course: 1.0, others: 220.0 }]).unwrap();
    /// let forecast = forecasts.last(1);
    /// assert_eq!(format!("{:.1}", forecast.mean), "11.3");
    /// assert!(forecast.upper(30) < 0.001 && forecast.upper(12) > 0.2);
    /// # Ok::<(), places::stats::StatsError>(())
    /// ```
    ///
    /// # References
    /// Noufaily et al. (2013), Statistics in Medicine 32(7), 1206-1222; Bühlmann & Straub (1970) for linear prediction; Patterson &
    /// Thompson (1971), Biometrika 58(3), 545-554 for the likelihood; Smyth (2004) for own variances drawn together.
    pub fn fit(times: &[f64], next: usize, pasts: &[Vec<PastStep>]) -> Result<Self, StatsError> {
        let steps = times.len().saturating_sub(next);
        if steps == 0 {
            return Err(StatsError::TooFew { what: "a baseline", needed: 1, found: 0 });
        }
        if let Some(odd) = pasts.iter().find(|p| p.len() != steps) {
            return Err(StatsError::Shape {
                what: "a past and the times before the next steps",
                left: odd.len(),
                right: steps,
            });
        }
        let between = |of: &dyn Fn(f64) -> f64| -> Vec<f64> {
            times.iter().flat_map(|t| times.iter().map(move |u| of(t - u))).collect()
        };
        let mut baseline = Self {
            variation: TYPICAL,
            prior_df: f64::INFINITY,
            steps,
            all: times.len(),
            decay: between(&|apart| (-apart.abs()).exp()),
            wave: between(&|apart| (-2.0 * (std::f64::consts::PI * apart).sin().powi(2)).exp()),
        };
        if pasts.iter().flatten().all(|s| s.count.is_nan() || s.count == 0.0) {
            return Err(StatsError::NoIncidents);
        }
        let enough = |p: &&Vec<PastStep>| {
            let known = p.iter().filter(|s| !s.count.is_nan());
            known.map(|s| s.count).sum::<f64>() >= LEAST_EVENTS.max(0.5 * steps as f64)
        };
        let telling: Vec<&Vec<PastStep>> = pasts.iter().filter(enough).collect();
        // Evenly over all of them, so that the choice does not hang on their order by name.
        let stride = telling.len().div_ceil(MOST_PLACES).max(1);
        let places: Vec<Place> = telling.into_iter().step_by(stride).filter_map(|p| Place::new(p)).collect();
        baseline.search(&places);
        baseline.prior_df = baseline.prior_df_of(&places);
        Ok(baseline)
    }

    /// Covariance of two steps.
    pub(super) fn covariance(&self, t: usize, u: usize) -> f64 {
        let at = t * self.all + u;
        self.variation.drift * self.decay[at] + self.variation.season * self.wave[at]
    }

    /// The factor of a place's covariance; `widening` multiplies what each step has by itself.
    pub(super) fn factor(&self, place: &Place, widening: impl Fn(usize) -> f64) -> Option<Cholesky> {
        Cholesky::new(place.steps.len(), |i, j| {
            let own = if i == j { place.own_variance(&self.variation, i) * widening(i) } else { 0.0 };
            self.covariance(place.steps[i], place.steps[j]) + own
        })
    }

    /// Restricted log likelihood of all places, and the prior.
    fn score(&self, places: &[Place]) -> f64 {
        let of = |place: &Place| {
            let Some(factor) = self.factor(place, |_| 1.0) else { return f64::NEG_INFINITY };
            let ones = factor.forward(place.steps.iter().map(|_| 1.0));
            let rates = factor.forward(place.rates.iter().copied());
            let known = dot(&ones, &ones);
            let left = dot(&rates, &rates) - dot(&ones, &rates).powi(2) / known;
            -factor.log_root() - 0.5 * known.ln() - 0.5 * left
        };
        let each: Vec<f64> = places.par_iter().map(of).collect();
        each.iter().sum::<f64>() + self.variation.log_prior()
    }

    /// Looks for the largest score, one variance after another.
    fn search(&mut self, places: &[Place]) {
        for k in 0..4 {
            let first: &[f64] = if k == 0 { &DISPERSIONS } else { &VARIANCES };
            self.best_of(places, k, first);
        }
        for round in 0..ROUNDS {
            let wide = 1.6_f64.powf(1.0 / (round as f64 + 1.0));
            for k in 0..4 {
                let now = *self.variation.at(k);
                let (least, most) = if k == 0 { (1.0, 50.0) } else { (VARIANCES[0], 2.0) };
                let mut near = [now / wide, now, now * wide].map(|v| v.clamp(least, most)).to_vec();
                near.dedup();
                self.best_of(places, k, &near);
            }
        }
    }

    /// The best of some values, and the top of the parabola through it and those beside it.
    fn best_of(&mut self, places: &[Place], k: usize, values: &[f64]) {
        let score = |baseline: &mut Self, value: f64| {
            *baseline.variation.at(k) = value;
            baseline.score(places)
        };
        let scores: Vec<f64> = values.iter().map(|&v| score(self, v)).collect();
        let best = (0..values.len()).fold(0, |best, i| if scores[i] > scores[best] { i } else { best });
        let mut found = (values[best], scores[best]);
        if best > 0 && best + 1 < values.len() {
            let [a, b, c] = [best - 1, best, best + 1].map(|i| (values[i].ln(), scores[i]));
            let (left, right) = ((b.0 - a.0) * (b.1 - c.1), (b.0 - c.0) * (b.1 - a.1));
            let top = b.0 - 0.5 * ((b.0 - a.0) * left - (b.0 - c.0) * right) / (left - right);
            if top.is_finite() && top > a.0 && top < c.0 {
                let at = score(self, top.exp());
                if at > found.1 {
                    found = (top.exp(), at);
                }
            }
        }
        *self.variation.at(k) = found.0;
    }

    /// How much places vary alike: the logarithms of their own variations vary by `2 / df + 2 / prior df`.
    fn prior_df_of(&self, places: &[Place]) -> f64 {
        let own: Vec<(f64, f64)> = places.iter().filter_map(|p| self.own(p)).filter(|o| o.1 >= 3.0).collect();
        if own.len() < 8 {
            return f64::INFINITY;
        }
        let logs: Vec<f64> = own.iter().map(|o| o.0.max(0.05).ln()).collect();
        let mean = logs.iter().sum::<f64>() / logs.len() as f64;
        let variance = logs.iter().map(|l| (l - mean).powi(2)).sum::<f64>() / (logs.len() - 1) as f64;
        // Counts are more skewed than normal: their variances vary somewhat more by chance.
        let by_chance = own.iter().map(|o| 2.2 / o.1 + 2.0 / o.1.powi(2)).sum::<f64>() / own.len() as f64;
        let beyond = variance - by_chance;
        if beyond <= 0.0 { f64::INFINITY } else { (2.0 / beyond).max(1.0) }
    }

    /// A place's own variation over the shared one, and its degrees of freedom.
    pub(super) fn own(&self, place: &Place) -> Option<(f64, f64)> {
        let df = place.steps.len().checked_sub(1).filter(|df| *df > 0)? as f64;
        let factor = self.factor(place, |_| 1.0)?;
        let ones = factor.forward(place.steps.iter().map(|_| 1.0));
        let rates = factor.forward(place.rates.iter().copied());
        let left = dot(&rates, &rates) - dot(&ones, &rates).powi(2) / dot(&ones, &ones);
        Some((left / df, df))
    }
}
