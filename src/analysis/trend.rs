//! `places trend`: which areas rise or fall, and the monthly series of a place with its expected band.

use super::{
    Plan, Summary,
    hotspots::{column, in_words},
    steps::{Steps, asked_sources, count_steps, days_asked, months_asked, runs, with_sources, without_steps},
};
use crate::{
    ask::{
        Answer, AskError, Column, ColumnDoc, ColumnKind, ColumnValues, Declaration, Exact, KIND, Kind, PERIOD, PLACE,
        Parameter, PlaceKey, Question, Rows, Values, query_of,
    },
    model::{Dimension, Month, Period, Query, QueryError},
    snapshot::{LayerArea, Region},
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

const OWN: &[Parameter] = &[Parameter::new("area", Kind::Name, "Layer whose areas are tested", "msoa21")];

impl Question for TrendRequest {
    const DECLARATION: Declaration = Declaration {
        help: "\
Examples:
  places trend --area msoa21 --definition serious-violence
  places trend --in msoa21:E02005560 --format json

With --area: one row per area, tested for a trend. Without: the months of the place with their expected band.",
        how: "Mann-Kendall, seasonal from two years on, Sen's slope; control chart with exact limits",
        references: "Hirsch, Slack & Smith 1982; Sen 1968; Provost & Murray 2011",
        columns: &[
            ColumnDoc::new("area_code", ColumnKind::Text, "Code, with area"),
            ColumnDoc::new("area_name", ColumnKind::Text, "Name, with area"),
            ColumnDoc::new("count", ColumnKind::Count, "Incidents"),
            ColumnDoc::new("months", ColumnKind::Count, "Months received"),
            ColumnDoc::new("tau", ColumnKind::Number, "Kendall's tau-b"),
            ColumnDoc::new("slope_per_year", ColumnKind::Number, "Sen's slope"),
            ColumnDoc::new("p_value", ColumnKind::Number, "Of no trend"),
            ColumnDoc::new("q_value", ColumnKind::Number, "Adjusted over areas"),
            ColumnDoc::new("trend", ColumnKind::Text, "rising, falling or no clear trend"),
            ColumnDoc::new("signal", ColumnKind::Text, "What the control chart says"),
            ColumnDoc::new("month", ColumnKind::Text, "Month of a series"),
            ColumnDoc::new("expected", ColumnKind::Number, "Expected"),
            ColumnDoc::new("low", ColumnKind::Number, "Expected band: least"),
            ColumnDoc::new("high", ColumnKind::Number, "Expected band: largest"),
        ],
        groups: &[OWN, PERIOD, KIND, PLACE],
        ..Declaration::new("trend", "1", "Which areas rise or fall; the months of a place with their expected band")
    };

    fn read(values: &Values) -> Result<Self, QueryError> {
        Ok(Self { query: query_of(values)?, layer: values.one("area").map(str::to_owned) })
    }

    fn query(&mut self) -> &mut Query {
        &mut self.query
    }

    fn answer<'r>(&self, reader: &'r Exact<'r>) -> Result<Answer<'r>, AskError> {
        let answer = trend(reader, self)?;
        let summary = &answer.summary;
        let mut notes = summary.boxes.lines();
        notes.push(format!("{}; {} tests, {} months", summary.method, summary.tests, summary.months));
        notes.extend(summary.notes.iter().cloned());
        if !summary.months_left_out.is_empty() {
            notes.push(format!("months left out where they were not received: {}", summary.months_left_out.join(", ")));
        }
        Ok(Answer::rows(answer.rows, answer.summary, notes))
    }
}

/// How trends were tested.
#[derive(Debug, Clone, serde::Serialize, schemars::JsonSchema)]
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
    /// The months of a series, typed; empty where areas were tested.
    pub months: Vec<TrendMonth>,
    /// What stands beside them.
    pub summary: TrendSummary,
}

/// A month of a series.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TrendMonth {
    /// Month.
    pub month: Month,
    /// Incidents.
    pub count: u64,
    /// Expected.
    pub expected: f64,
    /// Expected band: least count.
    pub low: f64,
    /// Expected band: largest count.
    pub high: f64,
    /// What the control chart says.
    pub signal: Option<Signal>,
}

impl TrendMonth {
    /// The signal in words, or nothing.
    pub(super) fn signal_text(&self) -> String {
        self.signal.map_or_else(String::new, |s| signal_word(s).to_owned())
    }

    /// Months as rows.
    pub(super) fn rows(months: &[Self]) -> Rows {
        let text = |value: &dyn Fn(&Self) -> String| ColumnValues::texts(months.iter().map(value).collect());
        let numbers = |value: &dyn Fn(&Self) -> f64| ColumnValues::Numbers(months.iter().map(value).collect());
        let columns = vec![
            column("month", text(&|m| m.month.to_string())),
            column("count", ColumnValues::Counts(months.iter().map(|m| m.count).collect())),
            column("expected", numbers(&|m| m.expected)),
            column("low", numbers(&|m| m.low)),
            column("high", numbers(&|m| m.high)),
            column("signal", text(&Self::signal_text)),
        ];
        Rows { columns, places: Vec::new() }
    }
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

/// Tests the areas of a layer for trends, or charts the series of a place.
///
/// # Errors
/// [`AskError`] for names that are not known, or with the reason why there is no answer.
pub fn trend(reader: &Exact<'_>, request: &TrendRequest) -> Result<TrendAnswer, AskError> {
    let (query, note) = with_sources(reader, &request.query, &[request.query.period()]);
    // Whole months only: the boxes are those of the months that are looked at.
    let months = months_asked(reader, &query);
    let days = months.iter().filter(|m| days_asked(reader, &query, **m) > 0).copied();
    let months: Vec<Period> = days.collect();
    let (Some(first), Some(last)) = (months.first(), months.last()) else {
        let reason = "there is no whole month received in the period; `places coverage` lists what was".to_owned();
        return Err(AskError::none(reason));
    };
    let query = Query { from: Some(first.start), to: Some(last.end), ..query };
    let mut answer = match &request.layer {
        Some(layer) => areas(reader, &query, layer, months),
        None => series(reader, &query, months),
    }?;
    answer.summary.notes.extend(note);
    Ok(answer)
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

fn areas(reader: &Exact<'_>, query: &Query, layer: &str, months: Vec<Period>) -> Result<TrendAnswer, AskError> {
    let by_area = Query { by: vec![Dimension::Area(layer.to_owned())], ..query.clone() };
    let plan = Plan::new(reader, &by_area)?;
    let sources = asked_sources(reader, query);
    let layer = reader.layer_position("area", layer)?;
    let loaded = reader.layers[layer].areas.as_slice();
    let steps = Steps(months.clone());
    let counted = count_steps(reader, query, &plan.grouping, &steps)?;
    let mut tests: Vec<Option<AreaTrend>> = Vec::new();
    for (i, area) in loaded.iter().enumerate() {
        let kept: Vec<usize> =
            (0..months.len()).filter(|&m| reader.coverage.whole(sources, months[m], &area.district)).collect();
        let periods: Vec<Period> = kept.iter().map(|&m| months[m]).collect();
        let counts: Vec<u32> = kept.iter().map(|&m| counted.of(i)[m]).collect();
        let days: Vec<f64> = periods.iter().map(|p| f64::from(days_asked(reader, query, *p))).collect();
        tests.push(AreaTrend::new(&counts, &periods, &days).ok());
    }
    if tests.iter().all(Option::is_none) {
        let reason = "a trend needs at least three months received; `places coverage` lists what was".to_owned();
        return Err(AskError::none(reason));
    }
    let p: Vec<f64> = tests.iter().map(|t| t.as_ref().map_or(f64::NAN, |t| t.test.p_value)).collect();
    let q = adjusted(&p, FdrMethod::BenjaminiHochberg)?;
    let seasonal = tests.iter().flatten().any(|t| t.seasonal);
    let summary = TrendSummary {
        boxes: Summary::of(reader, query, &counted.boxes),
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
        months_left_out: left_out(reader, sources, &months),
        dispersion: None,
        notes: Vec::new(),
        method_version: TrendRequest::DECLARATION.method.to_owned(),
    };
    Ok(TrendAnswer { rows: area_rows(layer, loaded, &tests, &q), months: Vec::new(), summary })
}

/// Months that some district has not received, those in a row together.
fn left_out(reader: &Exact<'_>, sources: &[String], months: &[Period]) -> Vec<String> {
    let districts = &reader.coverage.districts;
    let missing = |month: &&Period| districts.iter().any(|d| !reader.coverage.whole(sources, **month, &d.0));
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

fn area_rows(layer: usize, areas: &[LayerArea], tests: &[Option<AreaTrend>], q: &[f64]) -> Rows {
    let kept: Vec<usize> = (0..areas.len()).filter(|&i| tests[i].is_some()).collect();
    let of = |i: usize| tests[i].as_ref();
    let text = |value: &dyn Fn(usize) -> String| ColumnValues::texts(kept.iter().map(|&i| value(i)).collect());
    let numbers = |value: &dyn Fn(&AreaTrend) -> f64| {
        ColumnValues::Numbers(kept.iter().map(|&i| of(i).map_or(f64::NAN, value)).collect())
    };
    let columns: Vec<Column> = vec![
        column("area_code", text(&|i| areas[i].code.clone())),
        column("area_name", text(&|i| areas[i].name.clone())),
        column("count", ColumnValues::Counts(kept.iter().map(|&i| of(i).map_or(0, |t| t.count)).collect())),
        column("months", ColumnValues::Counts(kept.iter().map(|&i| of(i).map_or(0, |t| t.months as u64)).collect())),
        column("tau", numbers(&|t| t.test.tau_b)),
        column("slope_per_year", numbers(&|t| t.slope_per_year)),
        column("p_value", numbers(&|t| t.test.p_value)),
        column("q_value", ColumnValues::Numbers(kept.iter().map(|&i| q[i]).collect())),
        column("trend", text(&|i| of(i).map_or(String::new(), |t| t.word(q[i]).to_owned()))),
        column("signal", text(&|i| of(i).and_then(|t| t.signal).map_or(String::new(), |s| signal_word(s).to_owned()))),
    ];
    Rows { columns, places: kept.iter().map(|&i| PlaceKey::Area(layer as u32, i as u32)).collect() }
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

fn series(reader: &Exact<'_>, query: &Query, asked: Vec<Period>) -> Result<TrendAnswer, AskError> {
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
    let marks = signals(&charted.points);
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
        method_version: TrendRequest::DECLARATION.method.to_owned(),
    };
    Ok(TrendAnswer { rows: TrendMonth::rows(&series), months: series, summary })
}
