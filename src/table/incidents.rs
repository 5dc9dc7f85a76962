//! The columns of the incidents and their places, and the groups that places are in.

use super::{Grouping, Span, codes::hour_of, marks::Mark, sliced::SlicedColumn};
use crate::model::{Period, UNKNOWN_HOUR, fold};

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
    /// Rows whose part matters, by source, part and reason.
    pub(crate) marks: Vec<Mark>,
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

    /// The name of a source with incidents, from any spelling of it. No two sources differ in their spelling alone: an import
    /// refuses that.
    #[must_use]
    pub fn source_named(&self, given: &str) -> Option<&str> {
        let folded = fold(given);
        self.sources.iter().find(|known| fold(known) == folded).map(String::as_str)
    }

    /// Groups of the cells of a resolution.
    #[must_use]
    pub fn cell_groups(&self, resolution: u8) -> Option<(&Grouping, &[u64])> {
        let slot = usize::from(resolution.checked_sub(7)?);
        Some((self.cells.get(slot)?, self.cell_ids.get(slot)?))
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
        self.hows.iter().any(|&how| hour_of(how) != UNKNOWN_HOUR)
    }

    /// First day and the day after the last of what incidents cover.
    #[must_use]
    pub fn extent(&self) -> Option<Period> {
        let start = self.spans.iter().map(|s| s.start).min()?;
        let end = self.spans.iter().map(|s| s.end).max()?;
        Some(Period { start, end })
    }

    /// Bytes held by the columns and groupings.
    #[must_use]
    pub fn memory_bytes(&self) -> usize {
        let groupings = self.cells.iter().chain(self.layers.iter().map(|l| &l.1)).chain([&self.whole]);
        let columns = [&self.span, &self.how, &self.kind].map(SlicedColumn::memory_bytes);
        let marks: usize = self.marks.iter().map(|m| m.rows.len() * 4).sum();
        columns.iter().sum::<usize>()
            + marks
            + self.places() * 21
            + groupings.map(Grouping::memory_bytes).sum::<usize>()
    }
}
