//! The history of every place of a map: a local test at each step, one false discovery rate over all of them, a trend.

use rayon::prelude::*;

use super::{
    FdrMethod, MannKendall, Step, Trend, adjusted,
    error::{StatsError, same_length},
    getis_ord::gi_star,
    local_tests, mann_kendall,
    special::two_sided,
    thinned,
    weights::Weights,
};

/// Which test makes a step hot or cold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepTest {
    /// The exact local test against exposure.
    Exact,
    /// Getis-Ord Gi*, for parity with other programs: far too many hot spots on sparse counts.
    GiStar,
}

/// What the steps of a history are compared with, and how they overlap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepReference {
    /// Every step by itself.
    Single,
    /// Every step with the one before it; the trend is then tested on every second step only.
    WithPrevious,
}

/// The history of a place.
#[derive(Debug, Clone, PartialEq)]
pub struct History {
    /// What it was at each step.
    pub steps: Vec<Step>,
    /// Score of each step: standardized excess of the neighborhood, or Gi*.
    pub scores: Vec<f64>,
    /// Least adjusted p-value for hot over the steps.
    pub q_value: f64,
    /// Trend of the scores; none below three steps.
    pub trend: Option<MannKendall>,
}

impl History {
    /// The trend as a word, at a rate of false alarms.
    #[must_use]
    pub fn direction(&self, alpha: f64) -> Trend {
        match self.trend {
            Some(t) if t.p_value <= alpha && t.s > 0 => Trend::Rising,
            Some(t) if t.p_value <= alpha && t.s < 0 => Trend::Falling,
            _ => Trend::None,
        }
    }
}

/// The histories of a map.
#[derive(Debug, Clone, PartialEq)]
pub struct Histories {
    /// Of every place.
    pub places: Vec<History>,
    /// Tests behind the false discovery rate: places times steps with an answer.
    pub tests: usize,
    /// Steps without an incident, or with the same count everywhere: neither hot nor cold anywhere.
    pub steps_without_answer: usize,
}

/// Works out the history of every place.
///
/// # Units
/// - `counts`: incidents by place and step, `counts[place * steps + step]`
/// - `exposure`: by place, the same at every step
/// - `alpha`: rate of false discoveries, hot and cold each, over all places and steps (Benjamini-Hochberg)
///
/// # Errors
/// [`StatsError::Shape`], [`StatsError::TooFew`] without steps, and what [`local_tests`] or [`gi_star`] say when no step has an answer.
pub fn histories(
    counts: &[u32],
    steps: usize,
    exposure: &[f64],
    weights: &Weights,
    test: StepTest,
    reference: StepReference,
    alpha: f64,
) -> Result<Histories, StatsError> {
    if steps == 0 {
        return Err(StatsError::TooFew { what: "a history", needed: 1, found: 0 });
    }
    same_length("counts and places times steps", counts.len(), weights.len() * steps)?;
    let window = if reference == StepReference::WithPrevious { 2 } else { 1 };
    let at = |step: usize| -> Vec<u64> {
        let from = (step + 1).saturating_sub(window);
        counts.chunks_exact(steps).map(|c| c[from..=step].iter().map(|&n| u64::from(n)).sum()).collect()
    };
    let tested: Vec<Result<Vec<Scored>, StatsError>> =
        (0..steps).into_par_iter().map(|step| tested(&at(step), exposure, weights, test, alpha)).collect();
    if let (true, Some(Err(error))) = (tested.iter().all(Result::is_err), tested.first()) {
        return Err(error.clone());
    }
    let steps_without_answer = tested.iter().filter(|t| t.is_err()).count();
    let places = weights.len();
    let (mut p_high, mut p_low, mut scores) = (Vec::new(), Vec::new(), Vec::new());
    for place in 0..places {
        for step in &tested {
            let scored = step.as_ref().map_or(Scored::NONE, |s| s[place]);
            p_high.push(scored.p_high);
            p_low.push(scored.p_low);
            scores.push(scored.score);
        }
    }
    let tests = p_high.iter().filter(|p| !p.is_nan()).count();
    let q_high = adjusted(&p_high, FdrMethod::BenjaminiHochberg)?;
    let q_low = adjusted(&p_low, FdrMethod::BenjaminiHochberg)?;
    let history = |place: usize| {
        let of = place * steps..(place + 1) * steps;
        let step = |i: usize| match (q_high[i] <= alpha, q_low[i] <= alpha) {
            (true, _) => Step::Hot,
            (_, true) => Step::Cold,
            _ => Step::Neither,
        };
        let known: Vec<f64> = scores[of.clone()].iter().copied().filter(|z| !z.is_nan()).collect();
        let trend = mann_kendall(&thinned(&known, window)).ok();
        let q_value = q_high[of.clone()].iter().copied().fold(f64::NAN, f64::min);
        History { steps: of.clone().map(step).collect(), scores: scores[of].to_vec(), q_value, trend }
    };
    Ok(Histories { places: (0..places).into_par_iter().map(history).collect(), tests, steps_without_answer })
}

/// A place at a step.
#[derive(Clone, Copy)]
struct Scored {
    score: f64,
    p_high: f64,
    p_low: f64,
}

impl Scored {
    const NONE: Self = Self { score: f64::NAN, p_high: f64::NAN, p_low: f64::NAN };
}

fn tested(
    counts: &[u64],
    exposure: &[f64],
    weights: &Weights,
    test: StepTest,
    alpha: f64,
) -> Result<Vec<Scored>, StatsError> {
    match test {
        StepTest::Exact => {
            let tests = local_tests(counts, exposure, weights, alpha)?;
            let score = |t: &super::LocalTest| {
                let spread = (t.expected * tests.dispersion).sqrt();
                if t.p_high.is_nan() || spread <= 0.0 { f64::NAN } else { (t.local_sum as f64 - t.expected) / spread }
            };
            Ok(tests.places.iter().map(|t| Scored { score: score(t), p_high: t.p_high, p_low: t.p_low }).collect())
        }
        StepTest::GiStar => {
            let values: Vec<f64> = counts.iter().map(|&n| n as f64).collect();
            // Two-sided p-values, each at the side it lies on, as other programs do.
            let sides = |z: f64| if z > 0.0 { (two_sided(z), 1.0) } else { (1.0, two_sided(z)) };
            let scored = |z: f64| {
                let (p_high, p_low) = sides(z);
                Scored { score: z, p_high, p_low }
            };
            Ok(gi_star(&values, weights)?.into_iter().map(scored).collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::{EmergingClass, Variant, Weighting, classify};

    fn line(n: u32) -> Weights {
        let lists: Vec<Vec<u32>> = (0..n)
            .map(|i| [i.checked_sub(1), Some(i + 1).filter(|j| *j < n)].into_iter().flatten().collect())
            .collect();
        Weights::new(lists.iter().map(Vec::as_slice), Weighting::Binary).unwrap()
    }

    #[test]
    fn a_place_that_heats_up_at_the_end_is_new_and_one_that_always_was_is_persistent() {
        let steps = 12;
        let mut counts: Vec<u32> = (0..1000 * steps).map(|i| u32::from(i * 7919 % 5 == 0)).collect();
        (0..steps).for_each(|t| counts[50 * steps + t] = 40);
        counts[120 * steps + steps - 1] = 40;
        for reference in [StepReference::Single, StepReference::WithPrevious] {
            let found = histories(&counts, steps, &[1.0; 1000], &line(1000), StepTest::Exact, reference, 0.05).unwrap();
            let class = |p: usize| {
                let place = &found.places[p];
                classify(&place.steps, place.direction(0.05), Variant::Newer)
            };
            assert_eq!(class(50), EmergingClass::PersistentHot, "{:?}", found.places[50]);
            assert_eq!(class(120), EmergingClass::NewHot);
            assert_eq!(class(10), EmergingClass::NoPattern);
            assert_eq!(found.tests, 1000 * steps);
        }
    }

    #[test]
    fn steps_without_incidents_have_no_answer_and_all_of_them_an_error() {
        let mut counts = vec![0; 50 * 4];
        (0..50).for_each(|p| counts[p * 4] = u32::from(p % 3 == 0));
        let run = |counts: &[u32], test| histories(counts, 4, &[1.0; 50], &line(50), test, StepReference::Single, 0.05);
        assert_eq!(run(&counts, StepTest::Exact).unwrap().steps_without_answer, 3);
        assert_eq!(run(&counts, StepTest::GiStar).unwrap().steps_without_answer, 3);
        assert_eq!(run(&vec![0; 200], StepTest::Exact), Err(StatsError::NoIncidents));
        assert!(matches!(run(&vec![2; 200], StepTest::GiStar), Err(StatsError::NoVariance { .. })));
    }
}
