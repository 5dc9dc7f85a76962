//! What all replicates of a scan share: cylinders, their forecasts, and what a simulated map is drawn from.

use rayon::prelude::*;

use super::{
    super::{
        RandomStream,
        baseline::{Baseline, Forecast, NextStep, PastStep},
        distribution::negative_binomial_upper,
        error::{StatsError, same_length},
    },
    found::{ForecastCluster, ForecastScanInput},
};

/// Tail from which a cylinder is worth a look: the smallest tail of a whole map lies far below.
const WORTH_A_LOOK: f64 = 0.002;
/// Events from which a cylinder can be a cluster.
const LEAST_EVENTS: u64 = 2;
/// Scale of the course: others in thousands.
const COURSE: f64 = 1000.0;

/// A base up to a ring.
#[derive(Debug, Clone, Copy)]
pub(super) struct Zone {
    base: usize,
    ring: usize,
}

/// A count that may be drawn: its distribution up to where nothing is left.
struct Draw {
    cumulative: Vec<f64>,
    mean: f64,
    variance: f64,
}

/// Everything that replicates share.
pub(super) struct Scanner<'a> {
    input: &'a ForecastScanInput<'a>,
    pub(super) places: usize,
    steps: usize,
    pub(super) height: usize,
    /// Zones new at their ring and not larger than allowed, by base.
    pub(super) zones: Vec<Zone>,
    /// By ring.
    pub(super) baselines: Vec<Baseline>,
    /// Incidents of every step.
    all: Vec<f64>,
    /// Of every place and each of the last steps.
    draws: Vec<Draw>,
    /// Of every zone and height: mean and variance over mean of the simulated count, and the least count worth a look.
    simulated: Vec<(f64, f64, u32)>,
}

impl<'a> Scanner<'a> {
    pub(super) fn new(input: &'a ForecastScanInput<'a>) -> Result<Self, StatsError> {
        let steps = input.times.len();
        let height = input.max_height;
        if height == 0 || steps < height + 2 {
            return Err(StatsError::TooFew { what: "a scan", needed: height + 2, found: steps });
        }
        let places = input.counts.len() / steps;
        same_length("counts and steps", input.counts.len(), places * steps)?;
        if input.bases.iter().flat_map(|b| &b.places).any(|&p| p as usize >= places) {
            return Err(StatsError::Domain { what: "a base", expected: "made of the places" });
        }
        let all: Vec<f64> =
            (0..steps).map(|t| (0..places).map(|p| f64::from(input.counts[p * steps + t])).sum()).collect();
        if all.iter().sum::<f64>() == 0.0 {
            return Err(StatsError::NoIncidents);
        }
        let mut scanner = Self {
            input,
            places,
            steps,
            height,
            zones: Vec::new(),
            baselines: Vec::new(),
            all,
            draws: Vec::new(),
            simulated: Vec::new(),
        };
        scanner.list_zones();
        scanner.fit()?;
        scanner.draw_from();
        scanner.look_from();
        Ok(scanner)
    }

    fn list_zones(&mut self) {
        let most = self.input.max_share * self.all.iter().sum::<f64>();
        for (b, base) in self.input.bases.iter().enumerate() {
            let (mut sum, mut done) = (0.0, 0);
            for (ring, &end) in base.rings.iter().enumerate() {
                let end = (end as usize).min(base.places.len());
                let more = &base.places[done.min(end)..end];
                sum += more.iter().flat_map(|&p| self.of_place(p)).map(|&n| f64::from(n)).sum::<f64>();
                if sum > most {
                    break;
                }
                if end > done {
                    self.zones.push(Zone { base: b, ring });
                }
                done = end.max(done);
            }
        }
    }

    fn of_place(&self, place: u32) -> &[u32] {
        &self.input.counts[place as usize * self.steps..][..self.steps]
    }

    fn places_of(&self, zone: Zone) -> &[u32] {
        let base = &self.input.bases[zone.base];
        &base.places[..(base.rings[zone.ring] as usize).min(base.places.len())]
    }

    /// Incidents of a zone by step.
    fn series(&self, zone: Zone) -> Vec<f64> {
        let mut series = vec![0.0; self.steps];
        for &place in self.places_of(zone) {
            series.iter_mut().zip(self.of_place(place)).for_each(|(s, &n)| *s += f64::from(n));
        }
        series
    }

    fn past(&self, series: &[f64]) -> Vec<PastStep> {
        let step = |t: usize| {
            let others = self.all[t] - series[t];
            PastStep { count: series[t], course: others / COURSE, others }
        };
        (0..self.steps - self.height).map(step).collect()
    }

    fn next(&self, series: &[f64]) -> Vec<NextStep> {
        let step = |t: usize| {
            let others = self.all[t] - series[t];
            NextStep { course: others / COURSE, others }
        };
        (self.steps - self.height..self.steps).map(step).collect()
    }

    /// A baseline for every size of base.
    fn fit(&mut self) -> Result<(), StatsError> {
        let rings = self.zones.iter().map(|z| z.ring + 1).max().unwrap_or(0);
        for ring in 0..rings {
            let zones: Vec<Zone> = self.zones.iter().filter(|z| z.ring == ring).copied().collect();
            let pasts: Vec<Vec<PastStep>> = zones.par_iter().map(|&z| self.past(&self.series(z))).collect();
            match Baseline::fit(self.input.times, self.height, &pasts) {
                Ok(baseline) => self.baselines.push(baseline),
                // Only of a map whose past is empty.
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// What every place may have in each of the last steps.
    fn draw_from(&mut self) {
        let draws = |place: usize| -> Vec<Draw> {
            let series: Vec<f64> = self.of_place(place as u32).iter().map(|&n| f64::from(n)).collect();
            let baseline = self.baselines.first();
            let forecasts = baseline.and_then(|b| b.forecasts(&self.past(&series), &self.next(&series)));
            (0..self.height).map(|step| Draw::new(forecasts.as_ref().map(|f| f.one(step)))).collect()
        };
        self.draws = (0..self.places).into_par_iter().map(draws).collect::<Vec<_>>().into_iter().flatten().collect();
    }

    /// Mean and dispersion of the simulated count of every cylinder, and from which count on it is looked at.
    fn look_from(&mut self) {
        let cylinders = |zone: &Zone| -> Vec<(f64, f64, u32)> {
            let places = self.places_of(*zone);
            let (mut mean, mut variance) = (0.0, 0.0);
            let of_height = (1..=self.height).map(|height| {
                for &place in places {
                    let draw = &self.draws[place as usize * self.height + self.height - height];
                    mean += draw.mean;
                    variance += draw.variance;
                }
                let forecast = Forecast { mean: mean.max(1e-9), variance, of_mean: 0.0 };
                let least = forecast.quantile(1.0 - WORTH_A_LOOK);
                (forecast.mean, forecast.dispersion(), (least as u32).max(LEAST_EVENTS as u32))
            });
            of_height.collect()
        };
        self.simulated = self.zones.par_iter().map(cylinders).collect::<Vec<_>>().into_iter().flatten().collect();
    }

    /// Cylinders with many more incidents than forecast.
    pub(super) fn observed(&self) -> Vec<ForecastCluster> {
        let of_zone = |zone: &Zone| -> Vec<ForecastCluster> {
            let series = self.series(*zone);
            let Some(baseline) = self.baselines.get(zone.ring) else { return Vec::new() };
            let (past, next) = (self.past(&series), self.next(&series));
            let (then, course) = past.iter().fold((0.5, 0.0), |(n, c), s| (n + s.count, c + s.course));
            let is_more = (1..=self.height).any(|h| {
                let now: f64 = series[self.steps - h..].iter().sum();
                let ahead: f64 = next[self.height - h..].iter().map(|n| n.course).sum();
                now >= LEAST_EVENTS as f64 && now > then / course * ahead
            });
            let Some(forecasts) = is_more.then(|| baseline.forecasts(&past, &next)).flatten() else {
                return Vec::new();
            };
            let of_height = (1..=self.height).filter_map(|height| {
                let forecast = forecasts.last(height);
                let observed = series[self.steps - height..].iter().sum::<f64>() as u64;
                let score = tail(observed, forecast.mean, forecast.dispersion());
                (observed >= LEAST_EVENTS && observed as f64 > forecast.mean && score > 0.0).then_some(
                    ForecastCluster {
                        base: zone.base,
                        ring: zone.ring,
                        height,
                        observed,
                        forecast,
                        score,
                        p_value: 1.0,
                    },
                )
            });
            of_height.collect()
        };
        let found: Vec<Vec<ForecastCluster>> = self.zones.par_iter().map(of_zone).collect();
        found.into_iter().flatten().collect()
    }

    /// The largest score of a map drawn from the forecasts.
    pub(super) fn simulated(&self, seed: u64, replicate: u64) -> f64 {
        let mut random = RandomStream::new(seed, replicate);
        let mut counts: Vec<u32> = self.draws.iter().map(|draw| draw.count(&mut random)).collect();
        // The last step, the last two, ...
        for of_place in counts.chunks_exact_mut(self.height) {
            of_place.reverse();
            (1..self.height).for_each(|h| of_place[h] += of_place[h - 1]);
        }
        let mut largest = 0.0_f64;
        let mut sums = vec![0_u32; self.height];
        let (mut last, mut done) = (usize::MAX, 0);
        for (i, zone) in self.zones.iter().enumerate() {
            if zone.base != last {
                (last, done) = (zone.base, 0);
                sums.fill(0);
            }
            let places = self.places_of(*zone);
            for &place in &places[done..] {
                let of_place = &counts[place as usize * self.height..][..self.height];
                sums.iter_mut().zip(of_place).for_each(|(sum, n)| *sum += n);
            }
            done = places.len();
            for (&sum, &(mean, dispersion, least)) in sums.iter().zip(&self.simulated[i * self.height..]) {
                if sum >= least {
                    largest = largest.max(tail(u64::from(sum), mean, dispersion));
                }
            }
        }
        largest
    }
}

/// `-ln P(X >= count)`.
fn tail(count: u64, mean: f64, dispersion: f64) -> f64 {
    -negative_binomial_upper(count, mean, dispersion).max(1e-300).ln()
}

impl Draw {
    fn new(forecast: Option<Forecast>) -> Self {
        let Some(forecast) = forecast else { return Self { cumulative: vec![1.0], mean: 0.0, variance: 0.0 } };
        let (mean, dispersion) = (forecast.mean, forecast.dispersion());
        let mut cumulative = Vec::new();
        loop {
            let above = negative_binomial_upper(cumulative.len() as u64 + 1, mean, dispersion);
            cumulative.push(1.0 - above);
            if above < 1e-9 {
                return Self { cumulative, mean, variance: mean * dispersion };
            }
        }
    }

    fn count(&self, random: &mut RandomStream) -> u32 {
        let u = (random.below(1 << 53) as f64 + 0.5) / (1_u64 << 53) as f64;
        self.cumulative.partition_point(|c| *c < u) as u32
    }
}
