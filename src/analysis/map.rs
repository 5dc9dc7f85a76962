//! The map that cells are tested on: which cells, which are neighbors, and how it was tested.

use std::collections::{HashMap, HashSet};

use super::{PlaceDimension, Plan, Summary, count::places_of, steps::asked_sources};
use crate::{
    ask::{AskError, Column, Exact, PlaceKey, Rows},
    model::{Dimension, Period, Query, thousands},
    stats::{Weighting, Weights},
    table::Boxes,
};

/// How a map was tested.
#[derive(Debug, Clone, serde::Serialize, schemars::JsonSchema)]
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
    /// Variance over mean of the background; null where the test allows for none, or for one of each step.
    pub dispersion: Option<f64>,
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
#[derive(Debug, Clone, serde::Serialize, schemars::JsonSchema)]
pub struct MapSummary {
    /// The boxes.
    #[serde(flatten)]
    pub boxes: Summary,
    /// How it was tested.
    pub method: MapMethod,
}

impl MapMethod {
    /// How a map was tested, in words.
    pub(super) fn lines(&self) -> Vec<String> {
        let mut lines = vec![format!(
            "{}; exposure: {}; {} tests of {} at {} %; {} incidents tested",
            self.test,
            self.exposure,
            thousands(self.tests as u64),
            self.tests_of,
            100.0 * self.alpha,
            thousands(self.incidents),
        )];
        if self.dispersion.is_some_and(|d| d > 1.0) {
            lines.push(format!(
                "counts vary {:.2} times as much as chance alone would, which the tests allow for",
                self.dispersion.unwrap_or(1.0)
            ));
        }
        if self.cells_not_received > 0 {
            lines.push(format!("{} cells left out: not received there", thousands(self.cells_not_received as u64)));
        }
        if self.cells_without_exposure > 0 {
            lines.push(format!(
                "{} cells have no exposure and were not tested themselves ({} incidents in them)",
                thousands(self.cells_without_exposure as u64),
                thousands(self.incidents_without_exposure)
            ));
        }
        lines.push(format!("{} rows flagged of {} cells", thousands(self.hot as u64), thousands(self.cells as u64)));
        lines.extend(self.notes.iter().cloned());
        lines
    }
}

/// Cells of a map: those of the universe that were received, in the place asked for.
pub(super) struct MapCells {
    pub(super) cells: Vec<u64>,
    /// Incidents of the question in each.
    pub(super) counts: Vec<u64>,
    /// What became of all of them.
    pub(super) boxes: Boxes,
    pub(super) weights: Weights,
    pub(super) not_received: usize,
}

impl MapCells {
    pub(super) fn new(reader: &Exact<'_>, query: &Query, resolution: u8) -> Result<Self, AskError> {
        // Names that are not known are said before anything is worked out.
        let plan = Plan::new(reader, &Query { by: vec![Dimension::Cell(resolution)], ..query.clone() })?;
        let (of_cell, boxes) = counts_of(reader, &plan);
        let universe = reader.universe(resolution)?;
        let sources = asked_sources(reader, query);
        let period = received_extent(reader, query);
        // A cell whose centre lies in no area is there for what the question counts in it, not for other months.
        let is_asked = |i: usize| {
            let no_center = universe.areas()[i] == u32::MAX && reader.study_area.is_some();
            !no_center || of_cell.contains_key(&universe.cells[i])
        };
        let received: Vec<bool> = {
            let mut of_district: HashMap<&str, bool> = HashMap::new();
            let mut is_received = |cell: u64| {
                let district = universe.district(reader, cell);
                *of_district
                    .entry(district)
                    .or_insert_with(|| period.is_some_and(|p| reader.coverage.as_anywhere(sources, p, district)))
            };
            universe.cells.iter().map(|&cell| is_received(cell)).collect()
        };
        let wanted = if query.has_place() {
            let cells = places_of(reader, &PlaceDimension::Cell(resolution), query)?;
            Some(cells.into_iter().collect::<HashSet<u64>>())
        } else {
            None
        };
        let in_place = |cell: &u64| wanted.as_ref().is_none_or(|w| w.contains(cell));
        let wanted: Vec<usize> =
            (0..universe.cells.len()).filter(|&i| is_asked(i) && in_place(&universe.cells[i])).collect();
        let not_received = wanted.iter().filter(|&&i| !received[i]).count();
        let mut position = vec![u32::MAX; universe.cells.len()];
        let mut cells = Vec::new();
        for i in wanted.into_iter().filter(|&i| received[i]) {
            position[i] = cells.len() as u32;
            cells.push(universe.cells[i]);
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
            return Err(AskError::none(reason));
        }
        let counts = cells.iter().map(|cell| of_cell.get(cell).copied().unwrap_or(0)).collect();
        Ok(Self { cells, counts, boxes, weights, not_received })
    }
}

/// Incidents of every cell that holds one, and what became of all.
fn counts_of(reader: &Exact<'_>, plan: &Plan<'_>) -> (HashMap<u64, u64>, Boxes) {
    let counted = reader.table().count(&plan.grouping, &plan.filter, &[]);
    let mut values = Vec::new();
    let mut cell = |group: u32| {
        values.clear();
        plan.place_values(group, &mut values);
        values.first().copied()
    };
    let rows = counted.rows().filter(|row| row.count > 0);
    (rows.filter_map(|row| Some((cell(row.group)?, row.count))).collect(), counted.boxes)
}

/// The period asked for, no wider than what was received.
fn received_extent(reader: &Exact<'_>, query: &Query) -> Option<Period> {
    let months = reader.coverage.months(asked_sources(reader, query));
    let (first, last) = (months.first()?.period(), months.last()?.period());
    let asked = query.period();
    let start = asked.start.max(first.start);
    let end = asked.end.min(last.end);
    (start < end).then_some(Period { start, end })
}

/// Columns of some cells of a map as rows.
pub(super) fn rows_of(columns: Vec<Column>, map: &MapCells, kept: &[usize]) -> Rows {
    Rows { columns, places: kept.iter().map(|&i| PlaceKey::Cell(map.cells[i])).collect() }
}
