//! The months of a place, charted.

use super::{
    answer::{METHOD, TrendAnswer, TrendMonth, TrendSummary, in_runs},
    chart::{BASELINE, MONTH_DAYS, chart, marks},
};
use crate::{
    analysis::{
        Plan, Summary,
        error::in_words,
        steps::{Steps, asked_sources, count_steps, days_asked, without_steps},
    },
    ask::{AskError, Exact},
    model::{Period, Query},
    snapshot::Region,
};

pub(super) fn series(reader: &Exact<'_>, query: &Query, asked: Vec<Period>) -> Result<TrendAnswer, AskError> {
    let plan = Plan::new(reader, query)?;
    let sources = asked_sources(reader, query);
    let districts = districts_of(reader, query)?;
    let is_known = |m: &Period| districts.iter().all(|d| reader.coverage.whole(sources, *m, d));
    let (months, missing): (Vec<Period>, Vec<Period>) = asked.into_iter().partition(is_known);
    let steps = Steps(months);
    let counted = count_steps(reader, query, &plan.grouping, &steps)?;
    let counts = if counted.counts.is_empty() { vec![0; steps.0.len()] } else { counted.of(0).to_vec() };
    // The band follows the length of the month.
    let days: Vec<f64> = steps.0.iter().map(|p| f64::from(days_asked(reader, query, *p)) / MONTH_DAYS).collect();
    let values: Vec<f64> = counts.iter().map(|&n| f64::from(n)).collect();
    let charted = chart(&values, &days).map_err(|e| in_words(&e))?;
    let marks = marks(&charted.points, &steps.0);
    let series: Vec<TrendMonth> = (steps.0.iter().zip(&counts))
        .zip(charted.points.iter().zip(&marks))
        .map(|((period, &count), (point, signal))| TrendMonth {
            month: period.start.month(),
            count: u64::from(count),
            expected: point.center,
            low: point.action.low,
            high: point.action.high,
            signal: *signal,
        })
        .collect();
    let summary = TrendSummary {
        boxes: Summary::of(reader, query, &without_steps(reader, query, &plan.grouping, &missing, counted.boxes)?),
        method: format!(
            "control chart: mean of the first {} months a day, exact limits at three standard deviations, negative binomial where counts vary more than chance",
            BASELINE.min(steps.0.len().saturating_sub(1))
        ),
        tests: 1,
        months: steps.0.len(),
        months_left_out: in_runs(missing.iter()),
        dispersion: Some(charted.dispersion),
        notes: Vec::new(),
        method_version: METHOD.to_owned(),
    };
    Ok(TrendAnswer { rows: TrendMonth::rows(&series), months: series, summary })
}

/// Districts that the place of a query lies in; without a place all that anything covers.
fn districts_of(reader: &Exact<'_>, query: &Query) -> Result<Vec<String>, AskError> {
    if let Some(region) = Region::of_query(reader.ground(), query)? {
        return Ok(region.districts()?);
    }
    let coverage = &reader.coverage;
    let sources = asked_sources(reader, query);
    let covered = |d: &&(String, String)| sources.iter().any(|s| coverage.covers(s, &d.0));
    let districts: Vec<String> = coverage.districts.iter().filter(covered).map(|d| d.0.clone()).collect();
    Ok(if districts.is_empty() { vec![String::new()] } else { districts })
}
