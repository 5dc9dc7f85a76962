//! The series of every area of a layer: as far back as what is asked was received and recorded, up to the period looked at.

use crate::{
    analysis::{
        steps::{StepCounts, Steps, asked_sources, count_steps, days_asked},
        throughout::as_far_back,
    },
    ask::{AskError, Exact},
    model::{Day, Month, Period, Query},
    snapshot::LoadedLayer,
    stats::{NextStep, PastStep},
};

/// Most steps of the past: five years of months.
const LONGEST: usize = 60;
/// Days of a step where the period is not of months.
const STEP_DAYS: i32 = 30;
/// Rounds in which levels and course are fitted to each other: more change nothing.
const ROUNDS: usize = 4;

/// The series of every area of a layer.
pub(super) struct Series {
    /// The question of what was delivered and recorded throughout.
    pub(super) query: Query,
    /// What was left out, a sentence each.
    pub(super) notes: Vec<String>,
    /// Past steps, then those of the period.
    pub(super) steps: Steps,
    pub(super) past: usize,
    pub(super) counted: StepCounts,
    /// Positions of the areas received in all of the period and in a step of the past.
    pub(super) areas: Vec<usize>,
    /// Whether each of them was received in each step.
    received: Vec<Vec<bool>>,
}

/// A period or its past in steps: months where it is made of months, else as many days.
fn steps_of(period: Period) -> (Vec<Period>, Vec<Period>) {
    let back = 1..=LONGEST as i32;
    let is_first = |day: Day| day == day.month().first_day();
    if is_first(period.start) && is_first(period.end) {
        let past = back.map(|b| Month(period.start.month().0 - b).period()).collect();
        return (past, period.months().map(Month::period).collect());
    }
    let parts = ((f64::from(period.days()) / f64::from(STEP_DAYS)).round() as i32).max(1);
    let at = |part: i32| Day(period.start.0 + period.days() * part / parts);
    let next = (0..parts).map(|part| Period { start: at(part), end: at(part + 1) }).collect();
    let days = (period.days() / parts).max(1);
    let past = |b: i32| Period { start: Day(period.start.0 - b * days), end: Day(period.start.0 - (b - 1) * days) };
    (back.map(past).collect(), next)
}

impl Series {
    /// Counts the areas of a layer.
    ///
    /// # Errors
    /// [`AskError::NoAnswer`] when the period or every past was not received, or nothing asked was recorded throughout.
    pub(super) fn new(
        reader: &Exact<'_>,
        query: &Query,
        layer: &LoadedLayer,
        period: Period,
    ) -> Result<Self, AskError> {
        let sources = asked_sources(reader, query).to_vec();
        let whole = |p: &Period, i: usize| reader.coverage.whole(&sources, *p, &layer.areas[i].district);
        let (past, next) = steps_of(period);
        let now: Vec<usize> = (0..layer.areas.len()).filter(|&i| next.iter().all(|p| whole(p, i))).collect();
        let is_known = |p: &Period| 2 * now.iter().filter(|&&i| whole(p, i)).count() > now.len();
        let past: Vec<Period> = past.into_iter().filter(is_known).collect();
        let areas: Vec<usize> = now.iter().copied().filter(|&i| past.iter().any(|p| whole(p, i))).collect();
        if areas.len() < 2 {
            let reason = format!(
                "there is no answer: {period} and what went before, which it is compared with, were not both received of two areas or more from {}; `places coverage` lists what was",
                sources.join(", ")
            );
            return Err(AskError::none(reason));
        }
        let (asked, steps) = as_far_back(reader, query, &past, &next)?;
        let past = &past[..steps];
        let areas: Vec<usize> = areas.into_iter().filter(|&i| past.iter().any(|p| whole(p, i))).collect();
        let steps = Steps(past.iter().rev().chain(&next).copied().collect());
        let received = areas.iter().map(|&i| steps.0.iter().map(|p| whole(p, i)).collect()).collect();
        let grouping = reader.table().layer_groups(&layer.name).unwrap_or(&reader.table().whole);
        let counted = count_steps(reader, &asked.query, grouping, &steps)?;
        Ok(Self { query: asked.query, notes: asked.notes, steps, past: past.len(), counted, areas, received })
    }

    /// Months or windows of the past.
    pub(super) fn pasts(&self) -> &[Period] {
        &self.steps.0[..self.past]
    }

    /// Whether the area at a position of `areas` was received in a step.
    pub(super) fn is_received(&self, area: usize, step: usize) -> bool {
        self.received[area][step]
    }

    /// The middles of all steps, in years.
    pub(super) fn times(&self) -> Vec<f64> {
        self.steps.0.iter().map(|p| f64::from(p.start.0 + p.end.0) / 2.0 / 365.25).collect()
    }

    /// Incidents of an area in the period.
    pub(super) fn now(&self, area: usize) -> u64 {
        self.counted.of(area)[self.past..].iter().map(|&n| u64::from(n)).sum()
    }

    /// Incidents of an area in the past received.
    pub(super) fn then(&self, area: usize) -> u64 {
        self.counted.of(area)[..self.past].iter().map(|&n| u64::from(n)).sum()
    }

    /// Of every area the past and the steps of the period, each with the course of all others.
    ///
    /// Levels of areas and the course of the county are fitted to each other, so that a district that was not received for some
    /// months is no fall of the county.
    pub(super) fn courses(&self, reader: &Exact<'_>) -> Vec<(Vec<PastStep>, Vec<NextStep>)> {
        let count = |a: usize, t: usize| f64::from(self.counted.of(self.areas[a])[t]);
        let is_known = |a: usize, t: usize| self.received[a][t];
        let (areas, steps) = (self.areas.len(), self.steps.0.len());
        let mut course: Vec<f64> =
            self.steps.0.iter().map(|p| f64::from(days_asked(reader, &self.query, *p))).collect();
        let mut levels = vec![0.0; areas];
        for _ in 0..ROUNDS {
            for (a, level) in levels.iter_mut().enumerate() {
                let known = (0..steps).filter(|&t| is_known(a, t));
                let (n, c) = known.fold((0.0, 0.0), |(n, c), t| (n + count(a, t), c + course[t]));
                *level = if c > 0.0 { n / c } else { 0.0 };
            }
            for (t, of_step) in course.iter_mut().enumerate() {
                let known = (0..areas).filter(|&a| is_known(a, t));
                let (n, l) = known.fold((0.0, 0.0), |(n, l), a| (n + count(a, t), l + levels[a]));
                *of_step = if l > 0.0 { n / l } else { 0.0 };
            }
        }
        let of_step = |t: usize| {
            let known = (0..areas).filter(|&a| is_known(a, t));
            known.fold((0.0, 0.0), |(n, l), a| (n + count(a, t), l + levels[a]))
        };
        let all: Vec<(f64, f64)> = (0..steps).map(of_step).collect();
        let without = |a: usize, t: usize| -> (f64, f64) {
            let (n, l) = if is_known(a, t) { (count(a, t), levels[a]) } else { (0.0, 0.0) };
            let (others, level) = ((all[t].0 - n).max(0.0), all[t].1 - l);
            (if level > 1e-12 { others / level } else { 0.0 }, others)
        };
        let each = |a: usize| {
            let past = |t: usize| {
                let (course, others) = without(a, t);
                PastStep { count: if is_known(a, t) { count(a, t) } else { f64::NAN }, course, others }
            };
            let next = |t: usize| {
                let (course, others) = without(a, t);
                NextStep { course, others }
            };
            ((0..self.past).map(past).collect(), (self.past..steps).map(next).collect())
        };
        (0..areas).map(each).collect()
    }
}
