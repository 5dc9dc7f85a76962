//! `places hotspots`: is a place high for its exposure? One row per cell of the universe.

use super::{
    Exposure, Summary,
    error::in_words,
    exposure::{EXPOSURE, exposure_of},
    map::{MapCells, MapMethod, MapSummary, rows_of},
    steps::with_sources,
};
use crate::{
    ask::{
        Answer, AskError, Column, ColumnDoc, ColumnKind, ColumnValues, Declaration, Exact, KIND, Kind, PERIOD,
        PLACE_OF_MAP, Parameter, Question, Rows, Values, query_of, resolution_of,
    },
    model::{Query, QueryError},
    stats::{FdrMethod, LocalTests, adjusted, gi_star, local_tests, two_sided},
};

/// Rate of false discoveries.
pub const ALPHA: f64 = 0.05;

/// Which test is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
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

const OWN: &[Parameter] = &[
    Parameter::new("test", Kind::Word(&["exact", "gi-star"]), "exact (makes the flag) or gi-star", "exact").or("exact"),
    EXPOSURE,
    Parameter::new("hot", Kind::Flag, "Only the cells flagged", "true"),
];

impl Question for HotspotRequest {
    const DECLARATION: Declaration = Declaration {
        help: "\
Examples:
  places hotspots --cell 8 --definition serious-violence --exposure residents --from 2025-01-01
  places hotspots --cell 9 --category Robbery --exposure recorded --hot --format geojson -o robbery.geojson
  places hotspots --cell 8 --test gi-star

A cell is tested together with its neighbors against its share of the exposure; hot means q <= 0.05 over
all cells, and an incident of its own. People come from the finest layer that has them, by the ground of
each area in each cell.
Gi* is there for comparison with other programs: on sparse counts it finds hot spots on maps of pure chance.",
        how: "each cell with its neighbors against its share of the exposure, binomial or negative binomial tail, false discovery rate 5 % over all cells; Getis-Ord Gi* for exploration, never called a hot spot",
        references: "Besag & Newell 1991; Benjamini & Hochberg 1995; Rosner 1983; Ord & Getis 1995",
        columns: &[
            ColumnDoc::new("cell", ColumnKind::Text, "H3 cell"),
            ColumnDoc::new("count", ColumnKind::Count, "Incidents"),
            ColumnDoc::new("local_sum", ColumnKind::Count, "Incidents in the cell and its neighbors"),
            ColumnDoc::new("expected", ColumnKind::Number, "Expected there by the exposure"),
            ColumnDoc::new("ratio", ColumnKind::Number, "local_sum over expected"),
            ColumnDoc::new("p_value", ColumnKind::Number, "Of the test"),
            ColumnDoc::new("q_value", ColumnKind::Number, "Adjusted over all cells"),
            ColumnDoc::new("hot", ColumnKind::Flag, "Whether it is flagged"),
            ColumnDoc::new(
                "beside",
                ColumnKind::Flag,
                "Whether it is high by its neighbors alone: beside a hot spot, none itself",
            ),
            ColumnDoc::new("gi_star", ColumnKind::Number, "Getis-Ord Gi*, with test=gi-star"),
        ],
        groups: &[OWN, PERIOD, KIND, PLACE_OF_MAP],
        ..Declaration::new("hotspots", "3", "Which cells are high for their exposure, one row per cell")
    };

    fn read(values: &Values) -> Result<Self, QueryError> {
        Ok(Self {
            query: query_of(values)?,
            resolution: resolution_of(values),
            test: values.word("test", &HotspotTest::WORDS).unwrap_or(HotspotTest::Exact),
            exposure: values.word("exposure", &Exposure::WORDS).unwrap_or(Exposure::Equal),
            hot_only: values.flag("hot"),
        })
    }

    fn query(&mut self) -> &mut Query {
        &mut self.query
    }

    fn answer<'r>(&self, reader: &'r Exact<'r>) -> Result<Answer<'r>, AskError> {
        let answer = hotspots(reader, self)?;
        let mut notes = answer.summary.boxes.lines();
        notes.extend(answer.summary.method.lines());
        Ok(Answer::rows(answer.rows, answer.summary, notes))
    }
}

/// Rows, one per cell, and what stands beside them.
#[derive(Debug, Clone)]
pub struct HotspotAnswer {
    /// Rows.
    pub rows: Rows,
    /// What stands beside them.
    pub summary: MapSummary,
}

/// Finds hot spots.
///
/// # Errors
/// [`AskError`] for names that are not known, or with the reason why there is no answer.
pub fn hotspots(reader: &Exact<'_>, request: &HotspotRequest) -> Result<HotspotAnswer, AskError> {
    let (query, left_out) = with_sources(reader, &request.query, &[request.query.period()]);
    let request = &HotspotRequest { query, ..request.clone() };
    let HotspotRequest { query, resolution, .. } = request;
    let map = MapCells::new(reader, query, *resolution)?;
    let boxes = Summary::of(reader, query, &map.boxes);
    let mut answer = match request.test {
        HotspotTest::Exact => exact(reader, request, &map, boxes),
        HotspotTest::GiStar => gi_star_map(request, &map, boxes),
    }?;
    answer.summary.method.notes.extend(left_out);
    Ok(answer)
}

fn exact(
    reader: &Exact<'_>,
    request: &HotspotRequest,
    map: &MapCells,
    boxes: Summary,
) -> Result<HotspotAnswer, AskError> {
    let exposure = exposure_of(reader, &request.query, request.exposure, request.resolution, &map.cells)?;
    let tests = local_tests(&map.counts, &exposure, &map.weights, ALPHA).map_err(|e| in_words(&e))?;
    let high: Vec<bool> = tests.q_high.iter().map(|q| *q <= ALPHA).collect();
    // Where nothing happened there is no hot spot: it is beside one.
    let hot: Vec<bool> = high.iter().zip(&map.counts).map(|(high, count)| *high && *count > 0).collect();
    let kept = kept_rows(request, &hot);
    let pick = |value: &dyn Fn(usize) -> f64| ColumnValues::Numbers(kept.iter().map(|&i| value(i)).collect());
    let ratio = |i: usize| {
        let test = &tests.places[i];
        if test.expected > 0.0 { test.local_sum as f64 / test.expected } else { f64::NAN }
    };
    let mut columns = cell_columns(map, &kept);
    columns.extend([
        Column::new("local_sum", ColumnValues::Counts(kept.iter().map(|&i| tests.places[i].local_sum).collect())),
        Column::new("expected", pick(&|i| tests.places[i].expected)),
        Column::new("ratio", pick(&ratio)),
        Column::new("p_value", pick(&|i| tests.places[i].p_high)),
        Column::new("q_value", pick(&|i| tests.q_high[i])),
        Column::new("hot", ColumnValues::Flags(kept.iter().map(|&i| hot[i]).collect())),
        Column::new("beside", ColumnValues::Flags(kept.iter().map(|&i| high[i] && !hot[i]).collect())),
    ]);
    let method = exact_method(request, map, &exposure, &tests, &hot);
    Ok(HotspotAnswer { rows: rows_of(columns, map, &kept), summary: MapSummary { boxes, method } })
}

fn exact_method(
    request: &HotspotRequest,
    map: &MapCells,
    exposure: &[f64],
    tests: &LocalTests,
    hot: &[bool],
) -> MapMethod {
    let unexposed = |i: &usize| exposure[*i].is_nan() || exposure[*i] <= 0.0;
    let without: Vec<usize> = (0..map.cells.len()).filter(unexposed).collect();
    let tail = if tests.dispersion > 1.0 { "negative binomial" } else { "binomial" };
    MapMethod {
        test: format!("exact local test of each cell with its neighbors, one-sided, {tail} tail, Benjamini-Hochberg"),
        exposure: request.exposure.text().to_owned(),
        alpha: ALPHA,
        tests: tests.tests,
        tests_of: "cells".to_owned(),
        incidents: tests.incidents,
        dispersion: Some(tests.dispersion),
        cells: map.cells.len(),
        cells_not_received: map.not_received,
        cells_without_exposure: without.len(),
        incidents_without_exposure: without.iter().map(|&i| map.counts[i]).sum(),
        hot: hot.iter().filter(|h| **h).count(),
        method_version: HotspotRequest::DECLARATION.method.to_owned(),
        notes: notes(request),
    }
}

fn notes(request: &HotspotRequest) -> Vec<String> {
    match (request.test, request.exposure) {
        (HotspotTest::GiStar, _) => vec![
            "Gi* is shown for exploration: on sparse counts its p-values are far too small, so nothing here is called a hot spot".to_owned(),
        ],
        (_, Exposure::Residents) => vec![
            "residents are spread by the ground that each area has in a cell; a town centre has few residents and many visitors: exposure ambient is for that".to_owned(),
        ],
        (_, Exposure::Ambient) => vec![
            "people by day are spread by the ground that each area has in a cell; at night others are there".to_owned(),
        ],
        _ => Vec::new(),
    }
}

fn gi_star_map(request: &HotspotRequest, map: &MapCells, boxes: Summary) -> Result<HotspotAnswer, AskError> {
    let values: Vec<f64> = map.counts.iter().map(|&n| n as f64).collect();
    let z = gi_star(&values, &map.weights).map_err(|e| in_words(&e))?;
    let p: Vec<f64> = z.iter().map(|&z| two_sided(z)).collect();
    let q = adjusted(&p, FdrMethod::BenjaminiHochberg).map_err(|e| in_words(&e))?;
    let high: Vec<bool> = z.iter().zip(&q).map(|(z, q)| *z > 0.0 && *q <= ALPHA).collect();
    let kept = kept_rows(request, &high);
    let pick = |of: &[f64]| ColumnValues::Numbers(kept.iter().map(|&i| of[i]).collect());
    let mut columns = cell_columns(map, &kept);
    columns.extend([
        Column::new("gi_star", pick(&z)),
        Column::new("p_value", pick(&p)),
        Column::new("q_value", pick(&q)),
    ]);
    let method = MapMethod {
        test: "Getis-Ord Gi*, binary weights with self, two-sided, Benjamini-Hochberg".to_owned(),
        exposure: Exposure::Equal.text().to_owned(),
        alpha: ALPHA,
        tests: p.len(),
        tests_of: "cells".to_owned(),
        incidents: map.counts.iter().sum(),
        dispersion: Some(1.0),
        cells: map.cells.len(),
        cells_not_received: map.not_received,
        cells_without_exposure: 0,
        incidents_without_exposure: 0,
        hot: 0,
        method_version: HotspotRequest::DECLARATION.method.to_owned(),
        notes: notes(request),
    };
    Ok(HotspotAnswer { rows: rows_of(columns, map, &kept), summary: MapSummary { boxes, method } })
}

fn kept_rows(request: &HotspotRequest, hot: &[bool]) -> Vec<usize> {
    (0..hot.len()).filter(|&i| !request.hot_only || hot[i]).collect()
}

fn cell_columns(map: &MapCells, kept: &[usize]) -> Vec<Column> {
    vec![
        Column::new("cell", ColumnValues::Cells(kept.iter().map(|&i| map.cells[i]).collect())),
        Column::new("count", ColumnValues::Counts(kept.iter().map(|&i| map.counts[i]).collect())),
    ]
}
