//! `places hotspots`: is a place high for its exposure? One row per cell of the universe.

use super::{
    AnalysisError, Column, Exposure, Parameters, PlaceKey, Plan, Rows, Summary, Values,
    count::summary_of,
    exposure::exposure_of,
    parameters::refuse,
    steps::{METHOD_VERSION, asked_sources, is_received_like_any, with_sources},
    zeros::places_of,
};
use crate::{
    analysis::PlaceDimension,
    model::{Caller, Dimension, Period, Query, QueryError},
    snapshot::Snapshot,
    stats::{FdrMethod, LocalTests, StatsError, Weighting, Weights, adjusted, gi_star, local_tests, two_sided},
};

/// Rate of false discoveries.
pub const ALPHA: f64 = 0.05;

/// Which test is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum HotspotTest {
    /// The exact local test against exposure: this makes the flag.
    Exact,
    /// Getis-Ord Gi*, for parity and exploration.
    GiStar,
}

impl HotspotTest {
    /// Words of the parameter.
    pub const WORDS: [(&str, Self); 2] = [("exact", Self::Exact), ("gi-star", Self::GiStar)];
}

/// A question for hot spots.
#[derive(Debug, Clone, PartialEq)]
pub struct HotspotRequest {
    /// Filters, period and place.
    pub query: Query,
    /// Resolution of the cells.
    pub resolution: u8,
    /// Which test.
    pub test: HotspotTest,
    /// Against what; of no use to Gi*.
    pub exposure: Exposure,
    /// Only the rows flagged.
    pub hot_only: bool,
}

impl HotspotRequest {
    /// Reads a question: `cell` (resolution), `test`, `exposure`, `hot`, and the filters of a query.
    ///
    /// # Errors
    /// [`QueryError`] on the first parameter that is unknown or not of its form.
    pub fn parse(mut parameters: Parameters, caller: &Caller) -> Result<Self, QueryError> {
        let resolution = parameters.take_resolution()?;
        let test = parameters.take_word("test", &HotspotTest::WORDS)?.unwrap_or(HotspotTest::Exact);
        let exposure = parameters.take_word("exposure", &Exposure::WORDS)?.unwrap_or(Exposure::Equal);
        let hot_only = parameters.take_flag("hot")?;
        let query = parameters.query(caller)?;
        refuse(&query, "hotspots", &["by", "zeros", "rate", "top"])?;
        Ok(Self { query, resolution, test, exposure, hot_only })
    }

    /// The same text for the same question.
    #[must_use]
    pub fn canonical(&self) -> String {
        let Self { query, resolution, test, exposure, hot_only } = self;
        format!("hotspots|{resolution}|{test:?}|{exposure:?}|{hot_only}|{}", query.canonical())
    }
}

/// How a map was tested.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
pub struct MapMethod {
    /// The test in words.
    pub test: String,
    /// What concentration is measured against.
    pub exposure: String,
    /// Rate of false discoveries.
    pub alpha: f64,
    /// How many tests the rate counts.
    pub tests: usize,
    /// What they are tests of.
    pub tests_of: String,
    /// Incidents tested.
    pub incidents: u64,
    /// Variance over mean of the background.
    pub dispersion: f64,
    /// Cells of the universe, the empty ones included.
    pub cells: usize,
    /// Cells left out because something asked for was not received there.
    pub cells_not_received: usize,
    /// Cells without exposure, which are no tests, and the incidents in them.
    pub cells_without_exposure: usize,
    /// Incidents in those.
    pub incidents_without_exposure: u64,
    /// Rows flagged.
    pub hot: usize,
    /// Version of the method.
    pub method_version: String,
    /// What a reader must know.
    pub notes: Vec<String>,
}

/// The boxes, and how the map was tested.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
pub struct MapSummary {
    /// The boxes.
    #[serde(flatten)]
    pub boxes: Summary,
    /// How it was tested.
    pub method: MapMethod,
}

/// Rows, one per cell, and what stands beside them.
#[derive(Debug, Clone)]
pub struct HotspotAnswer {
    /// Rows.
    pub rows: Rows,
    /// What stands beside them.
    pub summary: MapSummary,
}

/// Cells of a map: those of the universe that were received, in the place asked for.
pub(super) struct MapCells {
    pub(super) cells: Vec<u64>,
    pub(super) weights: Weights,
    pub(super) not_received: usize,
}

impl MapCells {
    pub(super) fn new(snapshot: &Snapshot, query: &Query, resolution: u8) -> Result<Self, AnalysisError> {
        // Names that are not known are said before anything is worked out.
        Plan::new(snapshot, &Query { by: vec![Dimension::Cell(resolution)], ..query.clone() })?;
        let universe = snapshot.universe(resolution)?;
        let sources = asked_sources(snapshot, query);
        let period = received_extent(snapshot, query);
        let kept: Vec<bool> = {
            let mut of_district: std::collections::HashMap<&str, bool> = std::collections::HashMap::new();
            let mut received = |cell: u64| {
                let district = universe.district(snapshot, cell);
                *of_district
                    .entry(district)
                    .or_insert_with(|| period.is_some_and(|p| is_received_like_any(snapshot, sources, p, district)))
            };
            universe.cells.iter().map(|&cell| received(cell)).collect()
        };
        let wanted = if query.has_place() {
            let cells = places_of(snapshot, &PlaceDimension::Cell(resolution), query)?;
            Some(cells.into_iter().collect::<std::collections::HashSet<u64>>())
        } else {
            None
        };
        let in_place = |cell: &u64| wanted.as_ref().is_none_or(|w| w.contains(cell));
        let not_received = universe.cells.iter().zip(&kept).filter(|(cell, kept)| !**kept && in_place(cell)).count();
        let mut position = vec![u32::MAX; universe.cells.len()];
        let mut cells = Vec::new();
        for (i, &cell) in universe.cells.iter().enumerate().filter(|(i, cell)| kept[*i] && in_place(cell)) {
            position[i] = cells.len() as u32;
            cells.push(cell);
        }
        let neighbors = universe.neighbors();
        let lists: Vec<Vec<u32>> = (0..universe.cells.len())
            .filter(|&i| position[i] != u32::MAX)
            .map(|i| neighbors[i].iter().map(|&j| position[j as usize]).filter(|&j| j != u32::MAX).collect())
            .collect();
        let weights = Weights::new(lists.iter().map(Vec::as_slice), Weighting::Binary)?;
        if cells.is_empty() {
            let reason = if not_received > 0 {
                "nothing of the period was received for any cell of the place; `places coverage` lists what was"
            } else {
                "there is no cell in the place: add a study area with `places areas add LAYER FILE --study-area`, or import incidents"
            };
            return Err(AnalysisError::NoAnswer { reason: reason.to_owned() });
        }
        Ok(Self { cells, weights, not_received })
    }
}

/// The period asked for, no wider than what was received.
fn received_extent(snapshot: &Snapshot, query: &Query) -> Option<Period> {
    let months = snapshot.coverage.months(asked_sources(snapshot, query));
    let (first, last) = (months.first()?.period(), months.last()?.period());
    let asked = query.period();
    let start = asked.start.max(first.start);
    let end = asked.end.min(last.end);
    (start < end).then_some(Period { start, end })
}

/// Counts of the cells of a map, and the boxes beside them.
fn counts_of(
    snapshot: &Snapshot,
    query: &Query,
    resolution: u8,
    cells: &[u64],
) -> Result<(Vec<u64>, Summary), AnalysisError> {
    let by_cell = Query { by: vec![Dimension::Cell(resolution)], ..query.clone() };
    let plan = Plan::new(snapshot, &by_cell)?;
    let found = snapshot.table.count(&plan.grouping, &plan.filter, &[]);
    let mut counts = vec![0; cells.len()];
    let ids = snapshot.table.cell_groups(resolution).map_or(&[][..], |g| g.1);
    for row in found.rows() {
        if let Ok(i) = cells.binary_search(&ids[row.group as usize]) {
            counts[i] = row.count;
        }
    }
    Ok((counts, summary_of(snapshot, query, &found.boxes)))
}

/// Finds hot spots.
///
/// # Errors
/// [`AnalysisError`] for names that are not known, or with the reason why there is no answer.
pub fn hotspots(snapshot: &Snapshot, request: &HotspotRequest) -> Result<HotspotAnswer, AnalysisError> {
    let (query, left_out) = with_sources(snapshot, &request.query, &[request.query.period()]);
    let request = &HotspotRequest { query, ..request.clone() };
    let HotspotRequest { query, resolution, .. } = request;
    let map = MapCells::new(snapshot, query, *resolution)?;
    let (counts, boxes) = counts_of(snapshot, query, *resolution, &map.cells)?;
    let mut found = match request.test {
        HotspotTest::Exact => exact(snapshot, request, &map, &counts, boxes),
        HotspotTest::GiStar => gi_star_map(request, &map, &counts, boxes),
    }?;
    found.summary.method.notes.extend(left_out);
    Ok(found)
}

fn exact(
    snapshot: &Snapshot,
    request: &HotspotRequest,
    map: &MapCells,
    counts: &[u64],
    boxes: Summary,
) -> Result<HotspotAnswer, AnalysisError> {
    let exposure = exposure_of(snapshot, &request.query, request.exposure, request.resolution, &map.cells)?;
    let tests = local_tests(counts, &exposure, &map.weights, ALPHA).map_err(|e| in_words(&e))?;
    let hot: Vec<bool> = tests.q_high.iter().map(|q| *q <= ALPHA).collect();
    let kept = kept_rows(request, &hot);
    let pick = |value: &dyn Fn(usize) -> f64| Values::Numbers(kept.iter().map(|&i| value(i)).collect());
    let ratio = |i: usize| {
        let test = &tests.places[i];
        if test.expected > 0.0 { test.local_sum as f64 / test.expected } else { f64::NAN }
    };
    let mut columns = cell_columns(map, counts, &kept);
    columns.extend([
        column("local_sum", Values::Counts(kept.iter().map(|&i| tests.places[i].local_sum).collect())),
        column("expected", pick(&|i| tests.places[i].expected)),
        column("ratio", pick(&ratio)),
        column("p_value", pick(&|i| tests.places[i].p_high)),
        column("q_value", pick(&|i| tests.q_high[i])),
        column("hot", Values::Flags(kept.iter().map(|&i| hot[i]).collect())),
    ]);
    let method = exact_method(request, map, counts, &exposure, &tests, &hot);
    Ok(HotspotAnswer { rows: rows_of(columns, map, &kept), summary: MapSummary { boxes, method } })
}

fn exact_method(
    request: &HotspotRequest,
    map: &MapCells,
    counts: &[u64],
    exposure: &[f64],
    tests: &LocalTests,
    hot: &[bool],
) -> MapMethod {
    let unexposed = |i: &usize| exposure[*i].is_nan() || exposure[*i] <= 0.0;
    let without: Vec<usize> = (0..counts.len()).filter(unexposed).collect();
    let tail = if tests.dispersion > 1.0 { "negative binomial" } else { "binomial" };
    MapMethod {
        test: format!("exact local test of each cell with its neighbors, one-sided, {tail} tail, Benjamini-Hochberg"),
        exposure: request.exposure.text().to_owned(),
        alpha: ALPHA,
        tests: tests.tests,
        tests_of: "cells".to_owned(),
        incidents: tests.incidents,
        dispersion: tests.dispersion,
        cells: map.cells.len(),
        cells_not_received: map.not_received,
        cells_without_exposure: without.len(),
        incidents_without_exposure: without.iter().map(|&i| counts[i]).sum(),
        hot: hot.iter().filter(|h| **h).count(),
        method_version: METHOD_VERSION.to_owned(),
        notes: notes(request),
    }
}

fn notes(request: &HotspotRequest) -> Vec<String> {
    match (request.test, request.exposure) {
        (HotspotTest::GiStar, _) => vec![
            "Gi* is shown for exploration: on sparse counts its p-values are far too small, so nothing here is called a hot spot".to_owned(),
        ],
        (_, Exposure::Residents) => vec![
            "residents of an area are spread evenly over its cells; town centres have few residents and many visitors".to_owned(),
        ],
        _ => Vec::new(),
    }
}

fn gi_star_map(
    request: &HotspotRequest,
    map: &MapCells,
    counts: &[u64],
    boxes: Summary,
) -> Result<HotspotAnswer, AnalysisError> {
    let values: Vec<f64> = counts.iter().map(|&n| n as f64).collect();
    let z = gi_star(&values, &map.weights).map_err(|e| in_words(&e))?;
    let p: Vec<f64> = z.iter().map(|&z| two_sided(z)).collect();
    let q = adjusted(&p, FdrMethod::BenjaminiHochberg).map_err(|e| in_words(&e))?;
    let high: Vec<bool> = z.iter().zip(&q).map(|(z, q)| *z > 0.0 && *q <= ALPHA).collect();
    let kept = kept_rows(request, &high);
    let pick = |of: &[f64]| Values::Numbers(kept.iter().map(|&i| of[i]).collect());
    let mut columns = cell_columns(map, counts, &kept);
    columns.extend([column("gi_star", pick(&z)), column("p_value", pick(&p)), column("q_value", pick(&q))]);
    let method = MapMethod {
        test: "Getis-Ord Gi*, binary weights with self, two-sided, Benjamini-Hochberg".to_owned(),
        exposure: Exposure::Equal.text().to_owned(),
        alpha: ALPHA,
        tests: p.len(),
        tests_of: "cells".to_owned(),
        incidents: counts.iter().sum(),
        dispersion: 1.0,
        cells: map.cells.len(),
        cells_not_received: map.not_received,
        cells_without_exposure: 0,
        incidents_without_exposure: 0,
        hot: 0,
        method_version: METHOD_VERSION.to_owned(),
        notes: notes(request),
    };
    Ok(HotspotAnswer { rows: rows_of(columns, map, &kept), summary: MapSummary { boxes, method } })
}

fn kept_rows(request: &HotspotRequest, hot: &[bool]) -> Vec<usize> {
    (0..hot.len()).filter(|&i| !request.hot_only || hot[i]).collect()
}

pub(super) fn column(name: &str, values: Values) -> Column {
    Column { name: name.to_owned(), values }
}

fn cell_columns(map: &MapCells, counts: &[u64], kept: &[usize]) -> Vec<Column> {
    vec![
        column("cell", Values::Cells(kept.iter().map(|&i| map.cells[i]).collect())),
        column("count", Values::Counts(kept.iter().map(|&i| counts[i]).collect())),
    ]
}

pub(super) fn rows_of(columns: Vec<Column>, map: &MapCells, kept: &[usize]) -> Rows {
    Rows { columns, places: kept.iter().map(|&i| PlaceKey::Cell(map.cells[i])).collect() }
}

/// Why there is no answer, as a sentence for whoever asked.
pub(super) fn in_words(error: &StatsError) -> AnalysisError {
    let text = error.to_string();
    let mut letters = text.chars();
    let first = letters.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
    AnalysisError::NoAnswer { reason: format!("there is no answer. {first}{}", letters.as_str()) }
}
