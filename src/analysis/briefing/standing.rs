//! How every area of a layer stands in a period: against its own past and what the others did meanwhile.

use super::{
    explain::explain,
    series::Series,
    told::{Change, LEAST},
};
use crate::{
    analysis::{
        ALPHA,
        steps::{Steps, count_steps, days_asked, runs},
        throughout::{lasting_share, share_in_words},
    },
    ask::{AskError, Exact},
    model::{Period, Query},
    snapshot::LoadedLayer,
    stats::{Baseline, Forecast, NextStep, PastStep, SPENT_ON_RISES, StatsError, adjusted_both_ways},
};

/// How often a change is seen that "would have been seen".
const POWER: f64 = 0.8;

/// How every area of a layer stands in a period.
pub(super) struct Standing {
    pub(super) changes: Vec<Change>,
    pub(super) tested: usize,
    pub(super) too_few: usize,
    pub(super) not_received: usize,
    /// Areas where a doubling would have been listed four times in five.
    pub(super) doubling_seen: usize,
    pub(super) baseline: String,
    pub(super) dispersion: f64,
    pub(super) county: f64,
    pub(super) notes: Vec<String>,
    /// That much of the period's records has no place.
    pub(super) without_place: Option<String>,
}

/// An area with its count and what its past leads to expect.
struct Tested {
    area: usize,
    now: u64,
    forecast: Forecast,
}

impl Standing {
    pub(super) fn new(
        reader: &Exact<'_>,
        query: &Query,
        layer: &LoadedLayer,
        period: Period,
    ) -> Result<Self, AskError> {
        let series = Series::new(reader, query, layer, period)?;
        let query = &series.query;
        let (tests, dispersion) = tested(reader, &series)?;
        let changes = changes(layer, &tests)?;
        let at_once = listed_alone(tests.len());
        let seen = |t: &&Tested| t.forecast.power(2.0, at_once) >= POWER;
        let mut standing = Self {
            tested: tests.len(),
            too_few: series.areas.len() - tests.len(),
            not_received: layer.areas.len() - series.areas.len(),
            doubling_seen: tests.iter().filter(seen).count(),
            baseline: baseline_in_words(&series),
            dispersion,
            county: county(reader, &series, period),
            notes: series.notes.clone(),
            without_place: share_in_words(reader, query, period)?,
            changes,
        };
        if series.pasts().iter().all(|p| p.start > period.years_earlier(1).start) {
            standing.notes.push("No earlier year was received: areas were compared with the months before, so a season of their own can look like a change.".to_owned());
        }
        standing.notes.extend(lasting_share(reader, query, &series.steps.0)?);
        is_told_in_time(reader, query, layer, period)?;
        explain(reader, layer, &series, &mut standing.changes)?;
        Ok(standing)
    }
}

/// Forecasts of all areas with enough incidents, and the variance over mean of their counts.
fn tested(reader: &Exact<'_>, series: &Series) -> Result<(Vec<Tested>, f64), AskError> {
    let enough = |a: usize| series.now(series.areas[a]) + series.then(series.areas[a]) >= LEAST;
    let courses = series.courses(reader);
    let pasts: Vec<_> = courses.iter().map(|(past, _)| past.clone()).collect();
    let next = series.steps.0.len() - series.past;
    let baseline = match Baseline::fit(&series.times(), next, &pasts) {
        Ok(baseline) => baseline,
        Err(StatsError::NoIncidents) => return Ok((Vec::new(), 1.0)),
        Err(error) => return Err(AskError::none(format!("there is no answer: {error}"))),
    };
    let one = |(a, (past, ahead)): (usize, &(Vec<PastStep>, Vec<NextStep>))| {
        let forecast = baseline.forecasts(past, ahead)?.last(next);
        let area = series.areas[a];
        (forecast.mean > 0.0).then(|| Tested { area, now: series.now(area), forecast })
    };
    let tests = courses.iter().enumerate().filter(|(a, _)| enough(*a)).filter_map(one).collect();
    Ok((tests, baseline.variation.dispersion))
}

/// The largest p-value with which a single rise among so many areas is listed.
fn listed_alone(tested: usize) -> f64 {
    ALPHA * SPENT_ON_RISES / tested.max(1) as f64
}

/// Areas that stand out, the surest first.
fn changes(layer: &LoadedLayer, tests: &[Tested]) -> Result<Vec<Change>, AskError> {
    let rises: Vec<f64> = tests.iter().map(|t| t.forecast.upper(t.now)).collect();
    let falls: Vec<f64> = tests.iter().map(|t| t.forecast.lower(t.now)).collect();
    let q = adjusted_both_ways(&rises, &falls).map_err(|e| AskError::none(format!("there is no answer: {e}")))?;
    let at_once = listed_alone(tests.len());
    let mut changes: Vec<Change> = Vec::new();
    for (i, test) in tests.iter().enumerate() {
        let (p_value, q_value) = if rises[i] <= falls[i] { (rises[i], q[i].0) } else { (falls[i], q[i].1) };
        if q_value > ALPHA {
            continue;
        }
        let Forecast { mean, .. } = test.forecast;
        let (ratio, ratio_low, ratio_high) = test.forecast.ratio(test.now, 0.95);
        let power = test.forecast.power(2.0, at_once);
        changes.push(Change {
            place: format!("{}:{}", layer.name, layer.areas[test.area].code),
            name: layer.areas[test.area].name.clone(),
            now: test.now,
            expected: mean,
            usual_low: test.forecast.quantile(0.025) as f64,
            usual_high: test.forecast.quantile(0.975) as f64,
            ratio: Some(ratio),
            ratio_low: Some(ratio_low),
            ratio_high: Some(ratio_high),
            power,
            p_value,
            q_value,
            how_sure: sure(q_value, ratio_low, ratio_high, power).to_owned(),
            why: String::new(),
        });
    }
    changes.sort_by(|a, b| a.p_value.total_cmp(&b.p_value).then(a.place.cmp(&b.place)));
    Ok(changes)
}

/// How sure, in words: by the rate of false discoveries, and no surer than interval and power allow.
///
/// Where a doubling is mostly overlooked, what is listed has chance on its side: its size is overstated.
fn sure(q: f64, low: f64, high: f64, power: f64) -> &'static str {
    /// An interval that ends further from 1 than this is far from it.
    const FAR: f64 = 1.25;
    let is_far = low >= FAR || high <= 1.0 / FAR;
    match q {
        _ if power < 0.5 => "fairly sure that it changed, not by how much",
        q if q <= 0.001 && is_far => "very sure",
        q if q <= 0.01 && is_far => "sure",
        _ => "fairly sure",
    }
}

/// What areas were compared with.
fn baseline_in_words(series: &Series) -> String {
    let months = runs(series.pasts().iter().map(|p| p.start.month()).collect::<std::collections::BTreeSet<_>>());
    format!("their own past as far as received ({months}) with its season and drift, and the change of all other areas")
}

/// All areas together over what they had in the year before, or as much of it as was received; a day.
fn county(reader: &Exact<'_>, series: &Series, period: Period) -> f64 {
    // The same dates a year ago, or all of the past where these were not received.
    let year_ago = period.years_earlier(1);
    let steps = &series.steps.0;
    let same: Vec<usize> = series.steps.inside(year_ago).filter(|&t| t < series.past).collect();
    let whole = same.iter().map(|&t| steps[t].days()).sum::<i32>() == year_ago.days();
    let then: Vec<usize> = if whole { same } else { (0..series.past).collect() };
    let now: Vec<usize> = (series.past..steps.len()).collect();
    let known: Vec<usize> =
        (0..series.areas.len()).filter(|&a| then.iter().all(|&t| series.is_received(a, t))).collect();
    let a_day = |inside: &[usize]| -> f64 {
        let count: u64 = known
            .iter()
            .flat_map(|&a| inside.iter().map(move |&t| u64::from(series.counted.of(series.areas[a])[t])))
            .sum();
        let days: i32 = inside.iter().map(|&t| days_asked(reader, &series.query, steps[t])).sum();
        count as f64 / f64::from(days.max(1))
    };
    let before = a_day(&then);
    if before > 0.0 { a_day(&now) / before } else { f64::NAN }
}

/// Refuses a period of days where times are not told so finely.
fn is_told_in_time(reader: &Exact<'_>, query: &Query, layer: &LoadedLayer, period: Period) -> Result<(), AskError> {
    let grouping = reader.table().layer_groups(&layer.name).unwrap_or(&reader.table().whole);
    let inside = Query { from: Some(period.start), to: Some(period.end), ..query.clone() };
    let boxes = count_steps(reader, &inside, grouping, &Steps(vec![period]))?.boxes;
    let untold = boxes.time_too_coarse;
    if untold * 20 > boxes.counted + untold {
        let reason = format!(
            "there is no answer: of {untold} incidents the time is not known well enough to tell whether they lie in {period}; choose the first of a month for as_of and since"
        );
        return Err(AskError::none(reason));
    }
    Ok(())
}
