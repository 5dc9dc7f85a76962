//! `places trend`: which areas rise or fall, and the monthly series of a place with its expected band.

use super::{
    AnalysisError, Column, Parameters, PlaceKey, Plan, Rows, Summary, Values,
    count::summary_of,
    hotspots::{column, in_words},
    parameters::refuse,
    steps::{
        METHOD_VERSION, Steps, asked_sources, count_steps, days_asked, is_received, months_asked, runs, with_sources,
        without_steps,
    },
};
use crate::{
    model::{Caller, Dimension, Period, Query, QueryError},
    snapshot::{LayerArea, Snapshot},
    stats::{
        Charted, Dispersion, FdrMethod, MannKendall, Signal, StatsError, adjusted, count_limits, mann_kendall,
        seasonal_kendall, sen_slope, signals,
    },
};

/// Months that fix the expected band, never the one under test.
const BASELINE: usize = 24;
/// Mean days of a month, which a month's count is brought to.
const MONTH_DAYS: f64 = 365.25 / 12.0;

/// A question for trends.
#[derive(Debug, Clone, PartialEq)]
pub struct TrendRequest {
    /// Filters and period; a place for a series.
    pub query: Query,
    /// The layer whose areas are compared; none for the series of one place.
    pub layer: Option<String>,
}

impl TrendRequest {
    /// Reads a question: `area` (a layer), and the filters of a query.
    ///
    /// # Errors
    /// [`QueryError`] on the first parameter that is unknown or not of its form.
    pub fn parse(mut parameters: Parameters, caller: &Caller) -> Result<Self, QueryError> {
        let layer = parameters.take("area")?;
        let query = parameters.query(caller)?;
        refuse(&query, "trend", &["by", "zeros", "rate", "top"])?;
        Ok(Self { query, layer })
    }

    /// The same text for the same question.
    #[must_use]
    pub fn canonical(&self) -> String {
        format!("trend|{:?}|{}", self.layer, self.query.canonical())
    }
}

/// How trends were tested.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
pub struct TrendSummary {
    /// The boxes.
    #[serde(flatten)]
    pub boxes: Summary,
    /// The method in words.
    pub method: String,
    /// Areas tested, the m of the false discovery rate; 1 for a series.
    pub tests: usize,
    /// Months of the series.
    pub months: usize,
    /// Months of the period that were not received and are left out.
    pub months_left_out: Vec<String>,
    /// Variance over mean of the baseline, for a series.
    pub dispersion: Option<f64>,
    /// What a reader must know.
    pub notes: Vec<String>,
    /// Version of the method.
    pub method_version: String,
}

/// Rows and how they were made.
#[derive(Debug, Clone)]
pub struct TrendAnswer {
    /// One row per area, or per month of a series.
    pub rows: Rows,
    /// What stands beside them.
    pub summary: TrendSummary,
}

/// Tests the areas of a layer for trends, or charts the series of a place.
///
/// # Errors
/// [`AnalysisError`] for names that are not known, or with the reason why there is no answer.
pub fn trend(snapshot: &Snapshot, request: &TrendRequest) -> Result<TrendAnswer, AnalysisError> {
    let (query, note) = with_sources(snapshot, &request.query, &[request.query.period()]);
    // Whole months only: the boxes are those of the months that are looked at.
    let months = months_asked(snapshot, &query);
    let days = months.iter().filter(|m| days_asked(snapshot, &query, **m) > 0).copied();
    let months: Vec<Period> = days.collect();
    let (Some(first), Some(last)) = (months.first(), months.last()) else {
        let reason = "there is no whole month received in the period; `places coverage` lists what was".to_owned();
        return Err(AnalysisError::NoAnswer { reason });
    };
    let query = Query { from: Some(first.start), to: Some(last.end), ..query };
    let mut found = match &request.layer {
        Some(layer) => areas(snapshot, &query, layer, months),
        None => series(snapshot, &query, months),
    }?;
    found.summary.notes.extend(note);
    Ok(found)
}

/// A month's count brought to a month of mean length.
fn per_month(counts: &[u32], days: &[f64]) -> Vec<f64> {
    counts.iter().zip(days).map(|(&n, days)| f64::from(n) * MONTH_DAYS / days).collect()
}

/// Seasonal Kendall where a calendar month occurs twice and there are two years of them, else Mann-Kendall.
fn tested(values: &[f64], steps: &[Period]) -> Result<MannKendall, StatsError> {
    let seasons: Vec<u32> = steps.iter().map(|p| p.start.month().0.rem_euclid(12) as u32).collect();
    if is_seasonal(steps) { seasonal_kendall(values, &seasons) } else { mann_kendall(values) }
}

fn is_seasonal(steps: &[Period]) -> bool {
    let mut seasons: Vec<i32> = steps.iter().map(|p| p.start.month().0.rem_euclid(12)).collect();
    seasons.sort_unstable();
    let pairs = seasons.chunk_by(|a, b| a == b).filter(|c| c.len() > 1).count();
    pairs >= 6
}

fn areas(snapshot: &Snapshot, query: &Query, layer: &str, months: Vec<Period>) -> Result<TrendAnswer, AnalysisError> {
    let by_area = Query { by: vec![Dimension::Area(layer.to_owned())], ..query.clone() };
    let plan = Plan::new(snapshot, &by_area)?;
    let sources = asked_sources(snapshot, query);
    let loaded = snapshot.layer(layer).map_or(&[][..], |l| l.areas.as_slice());
    let steps = Steps(months.clone());
    let found = count_steps(snapshot, query, &plan.grouping, &steps)?;
    let mut tests: Vec<Option<AreaTrend>> = Vec::new();
    for (i, area) in loaded.iter().enumerate() {
        let kept: Vec<usize> =
            (0..months.len()).filter(|&m| is_received(snapshot, sources, months[m], &area.district)).collect();
        let periods: Vec<Period> = kept.iter().map(|&m| months[m]).collect();
        let counts: Vec<u32> = kept.iter().map(|&m| found.of(i)[m]).collect();
        let days: Vec<f64> = periods.iter().map(|p| f64::from(days_asked(snapshot, query, *p))).collect();
        tests.push(AreaTrend::new(&counts, &periods, &days).ok());
    }
    if tests.iter().all(Option::is_none) {
        let reason = "a trend needs at least three months received; `places coverage` lists what was".to_owned();
        return Err(AnalysisError::NoAnswer { reason });
    }
    let p: Vec<f64> = tests.iter().map(|t| t.as_ref().map_or(f64::NAN, |t| t.test.p_value)).collect();
    let q = adjusted(&p, FdrMethod::BenjaminiHochberg)?;
    let seasonal = tests.iter().flatten().any(|t| t.seasonal);
    let summary = TrendSummary {
        boxes: summary_of(snapshot, query, &found.boxes),
        method: format!(
            "{} on monthly counts brought to equal length, Sen's slope, two-sided, Benjamini-Hochberg over areas",
            if seasonal {
                "seasonal Kendall"
            } else {
                "Mann-Kendall (the season is not taken out: fewer than two years)"
            }
        ),
        tests: p.iter().filter(|p| !p.is_nan()).count(),
        months: months.len(),
        months_left_out: left_out(snapshot, sources, &months),
        dispersion: None,
        notes: Vec::new(),
        method_version: METHOD_VERSION.to_owned(),
    };
    Ok(TrendAnswer { rows: area_rows(layer, loaded, &tests, &q), summary })
}

/// Months that some district has not received, those in a row together.
fn left_out(snapshot: &Snapshot, sources: &[String], months: &[Period]) -> Vec<String> {
    let districts = &snapshot.coverage.districts;
    let missing = |month: &&Period| districts.iter().any(|d| !is_received(snapshot, sources, **month, &d.0));
    in_runs(months.iter().filter(missing))
}

fn in_runs<'p>(months: impl Iterator<Item = &'p Period>) -> Vec<String> {
    let mut months = months.map(|m| m.start.month()).peekable();
    if months.peek().is_some() { vec![runs(months)] } else { Vec::new() }
}

struct AreaTrend {
    count: u64,
    months: usize,
    test: MannKendall,
    seasonal: bool,
    slope_per_year: f64,
    signal: Option<Signal>,
}

impl AreaTrend {
    fn new(counts: &[u32], periods: &[Period], days: &[f64]) -> Result<Self, StatsError> {
        let values = per_month(counts, days);
        let test = tested(&values, periods)?;
        let charted = chart(&values, &vec![1.0; values.len()]).ok();
        Ok(Self {
            count: counts.iter().map(|&n| u64::from(n)).sum(),
            months: counts.len(),
            test,
            seasonal: is_seasonal(periods),
            slope_per_year: slope_per_year(&values, periods)?,
            signal: charted.and_then(|c| signals(&c.points).last().copied().flatten()),
        })
    }

    fn word(&self, q: f64) -> &'static str {
        match (q <= super::ALPHA, self.test.s > 0) {
            (false, _) => "no clear trend",
            (true, true) => "rising",
            (true, false) => "falling",
        }
    }
}

/// Sen's slope over months as they lie in time, gaps included, times twelve.
fn slope_per_year(values: &[f64], periods: &[Period]) -> Result<f64, StatsError> {
    let (Some(first), Some(last)) = (periods.first(), periods.last()) else {
        return Err(StatsError::TooFew { what: "a slope", needed: 2, found: 0 });
    };
    if last.start.month().0 - first.start.month().0 + 1 == periods.len() as i32 {
        return Ok(12.0 * sen_slope(values)?.slope);
    }
    let at = |i: usize| f64::from(periods[i].start.month().0);
    let pairs = (1..values.len()).flat_map(|j| (0..j).map(move |i| (i, j)));
    let mut slopes: Vec<f64> = pairs.map(|(i, j)| (values[j] - values[i]) / (at(j) - at(i))).collect();
    slopes.sort_unstable_by(f64::total_cmp);
    let middle = slopes.len() / 2;
    let even = slopes.len().is_multiple_of(2);
    Ok(12.0 * if even { f64::midpoint(slopes[middle - 1], slopes[middle]) } else { slopes[middle] })
}

fn area_rows(layer: &str, areas: &[LayerArea], tests: &[Option<AreaTrend>], q: &[f64]) -> Rows {
    let kept: Vec<usize> = (0..areas.len()).filter(|&i| tests[i].is_some()).collect();
    let of = |i: usize| tests[i].as_ref();
    let text = |value: &dyn Fn(usize) -> String| Values::Text {
        texts: kept.iter().map(|&i| value(i)).collect(),
        of_row: (0..kept.len() as u32).collect(),
    };
    let numbers = |value: &dyn Fn(&AreaTrend) -> f64| {
        Values::Numbers(kept.iter().map(|&i| of(i).map_or(f64::NAN, value)).collect())
    };
    let columns: Vec<Column> = vec![
        column("area_code", text(&|i| areas[i].code.clone())),
        column("area_name", text(&|i| areas[i].name.clone())),
        column("count", Values::Counts(kept.iter().map(|&i| of(i).map_or(0, |t| t.count)).collect())),
        column("months", Values::Counts(kept.iter().map(|&i| of(i).map_or(0, |t| t.months as u64)).collect())),
        column("tau", numbers(&|t| t.test.tau_b)),
        column("slope_per_year", numbers(&|t| t.slope_per_year)),
        column("p_value", numbers(&|t| t.test.p_value)),
        column("q_value", Values::Numbers(kept.iter().map(|&i| q[i]).collect())),
        column("trend", text(&|i| of(i).map_or(String::new(), |t| t.word(q[i]).to_owned()))),
        column("signal", text(&|i| of(i).and_then(|t| t.signal).map_or(String::new(), |s| signal_word(s).to_owned()))),
    ];
    Rows { columns, places: kept.iter().map(|&i| PlaceKey::Area(layer.to_owned(), i as u32)).collect() }
}

/// A signal in words.
#[must_use]
pub(super) fn signal_word(signal: Signal) -> &'static str {
    match signal {
        Signal::AboveLimit => "above the expected band",
        Signal::BelowLimit => "below the expected band",
        Signal::RunAbove => "eight in a row above the mean",
        Signal::RunBelow => "eight in a row below the mean",
        Signal::Rising => "six in a row rising",
        Signal::Falling => "six in a row falling",
        Signal::TwoOfThree => "two of three far from the mean",
    }
}

/// A control chart.
pub(super) struct Chart {
    pub(super) points: Vec<Charted>,
    pub(super) dispersion: f64,
}

/// Charts values against the mean of the baseline (the first 24, or all but the last), times a shape such as a season.
pub(super) fn chart(values: &[f64], shape: &[f64]) -> Result<Chart, StatsError> {
    let baseline = BASELINE.min(values.len().saturating_sub(1));
    if baseline < 2 {
        return Err(StatsError::TooFew { what: "an expected band", needed: 3, found: values.len() });
    }
    let mean = values[..baseline].iter().sum::<f64>() / shape[..baseline].iter().sum::<f64>();
    if mean.is_nan() || mean <= 0.0 {
        return Err(StatsError::NoIncidents);
    }
    let centers: Vec<f64> = shape.iter().map(|s| mean * s).collect();
    let dispersion = Dispersion::pearson(&values[..baseline], &centers[..baseline], 1)?.phi.max(1.0);
    let point = |(&value, &center): (&f64, &f64)| Charted {
        value,
        center,
        warning: count_limits(center, dispersion, 2.0),
        action: count_limits(center, dispersion, 3.0),
    };
    Ok(Chart { points: values.iter().zip(&centers).map(point).collect(), dispersion })
}

fn series(snapshot: &Snapshot, query: &Query, asked: Vec<Period>) -> Result<TrendAnswer, AnalysisError> {
    let plan = Plan::new(snapshot, query)?;
    let sources = asked_sources(snapshot, query);
    let districts = super::place::districts_of_query(snapshot, query)?;
    let is_known = |m: &Period| districts.iter().all(|d| is_received(snapshot, sources, *m, d));
    let (months, missing): (Vec<Period>, Vec<Period>) = asked.into_iter().partition(is_known);
    let steps = Steps(months);
    let found = count_steps(snapshot, query, &plan.grouping, &steps)?;
    let counts = if found.counts.is_empty() { vec![0; steps.0.len()] } else { found.of(0).to_vec() };
    // The band follows the length of the month.
    let days: Vec<f64> = steps.0.iter().map(|p| f64::from(days_asked(snapshot, query, *p)) / MONTH_DAYS).collect();
    let values: Vec<f64> = counts.iter().map(|&n| f64::from(n)).collect();
    let charted = chart(&values, &days).map_err(|e| in_words(&e))?;
    let marks = signals(&charted.points);
    let texts: Vec<String> = steps.0.iter().map(|p| p.start.month().to_string()).collect();
    let words: Vec<String> = marks.iter().map(|m| m.map_or(String::new(), |s| signal_word(s).to_owned())).collect();
    let each = (0..texts.len() as u32).collect::<Vec<_>>();
    let numbers = |value: &dyn Fn(&Charted) -> f64| Values::Numbers(charted.points.iter().map(value).collect());
    let columns = vec![
        column("month", Values::Text { texts, of_row: each.clone() }),
        column("count", Values::Counts(counts.iter().map(|&n| u64::from(n)).collect())),
        column("expected", numbers(&|p| p.center)),
        column("low", numbers(&|p| p.action.low)),
        column("high", numbers(&|p| p.action.high)),
        column("signal", Values::Text { texts: words, of_row: each }),
    ];
    let summary = TrendSummary {
        boxes: summary_of(snapshot, query, &without_steps(snapshot, query, &plan.grouping, &missing, found.boxes)?),
        method: format!(
            "control chart: mean of the first {} months a day, exact limits at three standard deviations, negative binomial where counts vary more than chance",
            BASELINE.min(steps.0.len().saturating_sub(1))
        ),
        tests: 1,
        months: steps.0.len(),
        months_left_out: in_runs(missing.iter()),
        dispersion: Some(charted.dispersion),
        notes: Vec::new(),
        method_version: METHOD_VERSION.to_owned(),
    };
    Ok(TrendAnswer { rows: Rows { columns, places: Vec::new() }, summary })
}
