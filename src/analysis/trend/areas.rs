//! The areas of a layer, each tested for a trend.

use super::{
    answer::{METHOD, TrendAnswer, TrendSummary, in_runs, signal_word},
    chart::{MONTH_DAYS, chart, marks},
};
use crate::{
    analysis::{
        ALPHA, Plan, Summary,
        steps::{Steps, asked_sources, count_steps, days_asked},
    },
    ask::{AskError, Column, ColumnValues, Exact, PlaceKey, Rows},
    model::{Dimension, Period, Query},
    snapshot::LayerArea,
    stats::{FdrMethod, MannKendall, Signal, StatsError, adjusted, mann_kendall, seasonal_kendall, sen_slope},
};

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

pub(super) fn areas(
    reader: &Exact<'_>,
    query: &Query,
    layer: &str,
    months: Vec<Period>,
) -> Result<TrendAnswer, AskError> {
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
        method_version: METHOD.to_owned(),
    };
    Ok(TrendAnswer { rows: area_rows(layer, loaded, &tests, &q), months: Vec::new(), summary })
}

/// Months that some district has not received, those in a row together.
fn left_out(reader: &Exact<'_>, sources: &[String], months: &[Period]) -> Vec<String> {
    let districts = &reader.coverage.districts;
    let missing = |month: &&Period| districts.iter().any(|d| !reader.coverage.whole(sources, **month, &d.0));
    in_runs(months.iter().filter(missing))
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
            signal: charted.and_then(|c| marks(&c.points, periods).last().copied().flatten()),
        })
    }

    fn word(&self, q: f64) -> &'static str {
        match (q <= ALPHA, self.test.s > 0) {
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
        Column::new("area_code", text(&|i| areas[i].code.clone())),
        Column::new("area_name", text(&|i| areas[i].name.clone())),
        Column::new("count", ColumnValues::Counts(kept.iter().map(|&i| of(i).map_or(0, |t| t.count)).collect())),
        Column::new(
            "months",
            ColumnValues::Counts(kept.iter().map(|&i| of(i).map_or(0, |t| t.months as u64)).collect()),
        ),
        Column::new("tau", numbers(&|t| t.test.tau_b)),
        Column::new("slope_per_year", numbers(&|t| t.slope_per_year)),
        Column::new("p_value", numbers(&|t| t.test.p_value)),
        Column::new("q_value", ColumnValues::Numbers(kept.iter().map(|&i| q[i]).collect())),
        Column::new("trend", text(&|i| of(i).map_or(String::new(), |t| t.word(q[i]).to_owned()))),
        Column::new(
            "signal",
            text(&|i| of(i).and_then(|t| t.signal).map_or(String::new(), |s| signal_word(s).to_owned())),
        ),
    ];
    Rows { columns, places: kept.iter().map(|&i| PlaceKey::Area(layer as u32, i as u32)).collect() }
}
