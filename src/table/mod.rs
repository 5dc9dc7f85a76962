//! Incidents in memory as columns, and the one pass that counts them.
//!
//! Places are distinct positions in the order of their resolution 11 cell, so that neighbors in space are
//! neighbors in memory. Incidents are sorted by place and have three codes into small dictionaries: `span` (which
//! days), `how` (hour of the week), `kind` (source and category), each cut into bit planes, so that 18 million
//! with 36 months and 14 categories take 22 MB. A filter becomes a circuit over the planes of each column; a pass
//! gives one bit a row, which is counted for every run of places that are in one group. Nothing is hashed in a
//! pass. The table knows ordinals only: cells and areas are numbers and texts given by whoever builds it.
//! May use: model.

mod build;
mod circuit;
mod codes;
mod columns;
mod count;
mod filter;
mod grouping;
mod matches;
mod rows;
mod sliced;
mod stored;

pub(crate) use build::NewPlace;
pub use build::{TableBuilder, TableError};
pub use codes::{HOW_UNKNOWN, Span};
pub(crate) use columns::{Column, ColumnList, ColumnsRead};
pub(crate) use count::numbered;
pub use count::{Boxes, CountRow, Counts};
pub use filter::{CompiledFilter, Known};
pub(crate) use grouping::PlaceAnswer;
pub use grouping::{Group, Grouping, Special};
pub(crate) use rows::{RowDimension, strides};
use sliced::SlicedColumn;
pub(crate) use stored::TABLE_VERSION;

/// The incidents of a workspace, ready to be counted.
#[derive(Debug, PartialEq)]
pub struct Table {
    pub(crate) lon: Vec<f64>,
    pub(crate) lat: Vec<f64>,
    pub(crate) class: Vec<u8>,
    /// Rows of place i are `row_start[i]..row_start[i + 1]`; the last place is that of the not located.
    pub(crate) row_start: Vec<u32>,
    pub(crate) span: SlicedColumn,
    pub(crate) how: SlicedColumn,
    pub(crate) kind: SlicedColumn,
    pub(crate) spans: Vec<Span>,
    /// Hour of the week of each code of `how`.
    pub(crate) hows: Vec<u8>,
    /// (source, category) of each kind.
    pub(crate) kinds: Vec<(u16, u16)>,
    pub(crate) sources: Vec<String>,
    pub(crate) categories: Vec<String>,
    /// Everything in one group.
    pub(crate) whole: Grouping,
    /// Cells by resolution, in the order of `model::RESOLUTIONS`.
    pub(crate) cells: Vec<Grouping>,
    /// The cell of each group, ascending, by resolution.
    pub(crate) cell_ids: Vec<Vec<u64>>,
    /// Areas by layer; groups are positions in the layer.
    pub(crate) layers: Vec<(String, Grouping)>,
}

impl Table {
    /// Number of incidents.
    #[must_use]
    pub fn incidents(&self) -> usize {
        self.span.len()
    }

    /// Number of distinct places.
    #[must_use]
    pub fn places(&self) -> usize {
        self.lon.len()
    }

    /// Every source with incidents, by name.
    #[must_use]
    pub fn sources(&self) -> &[String] {
        &self.sources
    }

    /// Every category on an incident, by name.
    #[must_use]
    pub fn categories(&self) -> &[String] {
        &self.categories
    }

    /// Groups of the cells of a resolution.
    #[must_use]
    pub fn cell_groups(&self, resolution: u8) -> Option<(&Grouping, &[u64])> {
        let slot = usize::from(resolution.checked_sub(7)?);
        Some((self.cells.get(slot)?, self.cell_ids.get(slot)?))
    }

    /// Categories that a filter lets through.
    pub(crate) fn asked_categories(&self, filter: &CompiledFilter) -> Vec<String> {
        let kinds = self.kinds.iter().zip(&filter.kinds).filter(|(_, holds)| **holds);
        let codes: std::collections::BTreeSet<u16> = kinds.map(|(k, _)| k.1).collect();
        codes.into_iter().map(|c| self.categories[usize::from(c)].clone()).collect()
    }

    /// Whether each cell of a resolution (by slot) holds a place inside the study area.
    pub(crate) fn cells_in_study_area(&self, slot: usize) -> Vec<bool> {
        (0..self.cells[slot].len()).map(|group| self.cells[slot].runs(group).next().is_some()).collect()
    }

    /// Groups of the areas of a layer.
    #[must_use]
    pub fn layer_groups(&self, layer: &str) -> Option<&Grouping> {
        self.layers.iter().find(|(name, _)| name == layer).map(|(_, grouping)| grouping)
    }

    /// Whether the hour of any incident is known.
    #[must_use]
    pub fn has_hours(&self) -> bool {
        self.hows.iter().any(|&how| codes::hour_of(how) != crate::model::UNKNOWN_HOUR)
    }

    /// First day and the day after the last of what incidents cover.
    #[must_use]
    pub fn extent(&self) -> Option<crate::model::Period> {
        let start = self.spans.iter().map(|s| s.start).min()?;
        let end = self.spans.iter().map(|s| s.end).max()?;
        Some(crate::model::Period { start, end })
    }

    /// Bytes held by the columns and groupings.
    #[must_use]
    pub fn memory_bytes(&self) -> usize {
        let groupings = self.cells.iter().chain(self.layers.iter().map(|l| &l.1)).chain([&self.whole]);
        let columns = [&self.span, &self.how, &self.kind].map(SlicedColumn::memory_bytes);
        columns.iter().sum::<usize>() + self.places() * 21 + groupings.map(Grouping::memory_bytes).sum::<usize>()
    }
}
