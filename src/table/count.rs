//! Counting: per group of places, and per group and row dimension; with the boxes that make every sum whole.

use std::ops::Range;

use super::{
    CompiledFilter, Grouping, Special, Table,
    matches::{RowTest, Window, count_all},
    rows::{CountRow, RowDimension},
};

/// What became of every incident that matches the row filters; the last five add up to the first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Boxes {
    /// Every incident that matches, or may match, the filters on time and kind.
    pub total: u64,
    /// In the rows of the answer.
    pub counted: u64,
    /// Without coordinates.
    pub not_located: u64,
    /// Outside the study area, or outside the place asked for (see `outside_place`).
    pub outside_study_area: u64,
    /// Position not precise enough.
    pub too_coarse: u64,
    /// Time not precise enough.
    pub time_too_coarse: u64,
    /// Of `outside_study_area`: in the study area, but not in the place asked for, or in no area of the layer.
    pub outside_place: u64,
}

/// An answer: combinations with incidents, ascending, and the boxes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    /// Without row dimensions: incidents of every group.
    by_group: Vec<u32>,
    /// With row dimensions: combinations with incidents, by group and key.
    by_key: Vec<CountRow>,
    /// Where everything went.
    pub boxes: Boxes,
    /// Groups in which further incidents may match: a count there is a least count.
    pub uncertain: Vec<u32>,
}

impl Counts {
    /// Combinations with incidents, ascending.
    pub fn rows(&self) -> impl Iterator<Item = CountRow> + '_ {
        let row = |(group, &count): (usize, &u32)| CountRow { group: group as u32, key: 0, count: u64::from(count) };
        let groups = self.by_group.iter().enumerate().filter(|(_, count)| **count > 0);
        groups.map(row).chain(self.by_key.iter().copied())
    }
}

/// Incidents by group, and the boxes.
pub(crate) struct Totals {
    /// Incidents of every group.
    pub(crate) by_group: Vec<u32>,
    /// Where everything went.
    pub(crate) boxes: Boxes,
    /// Groups in which further incidents may match.
    pub(crate) uncertain: Vec<u32>,
}

/// The groups that have any.
pub(crate) fn numbered(counts: &[u32]) -> Vec<u32> {
    let counts = counts.iter().enumerate().filter(|(_, count)| **count > 0);
    counts.map(|(group, _)| group as u32).collect()
}

impl Table {
    /// The place of a row.
    pub(super) fn place_of_row(&self, row: usize) -> usize {
        self.row_start.partition_point(|&start| start as usize <= row).saturating_sub(1)
    }

    /// Rows of a run of places.
    pub(super) fn rows(&self, places: &Range<usize>) -> Range<usize> {
        self.row_start[places.start] as usize..self.row_start[places.end] as usize
    }

    /// Counts incidents by group and row dimensions.
    pub(crate) fn count(&self, grouping: &Grouping, filter: &CompiledFilter, dimensions: &[RowDimension]) -> Counts {
        let Totals { by_group, boxes, uncertain } = self.totals(grouping, filter);
        if dimensions.is_empty() {
            return Counts { by_group, by_key: Vec::new(), boxes, uncertain };
        }
        let by_key = self.rows_of(grouping, &numbered(&by_group), filter, dimensions);
        Counts { by_group: Vec::new(), by_key, boxes, uncertain }
    }

    /// Counts incidents by group alone.
    pub(crate) fn totals(&self, grouping: &Grouping, filter: &CompiledFilter) -> Totals {
        let mut certain = count_all(self, grouping, &filter.certain);
        let possible = filter.possible.as_ref().map(|test| count_all(self, grouping, test));
        let more: Vec<u32> = match &possible {
            Some(possible) => possible.iter().zip(&certain).map(|(possible, certain)| possible - certain).collect(),
            None => Vec::new(),
        };
        let boxes = boxes_of(grouping, &certain, &more);
        certain.truncate(grouping.len());
        let uncertain = numbered(&more[..more.len().min(grouping.len())]);
        Totals { by_group: certain, boxes, uncertain }
    }

    /// Incidents of some groups, in their order, and for those with none whether some may match: what a tile asks.
    pub(crate) fn count_groups(
        &self,
        grouping: &Grouping,
        groups: &[u32],
        filter: &CompiledFilter,
    ) -> Vec<(u64, bool)> {
        let certain = self.count_groups_in(grouping, groups, &filter.certain);
        let Some(possible) = &filter.possible else { return certain.into_iter().map(|n| (n, false)).collect() };
        let none: Vec<u32> = groups.iter().zip(&certain).filter(|(_, n)| **n == 0).map(|(g, _)| *g).collect();
        let mut doubtful = self.count_groups_in(grouping, &none, possible).into_iter().map(|n| n > 0);
        certain.into_iter().map(|n| (n, n == 0 && doubtful.next().unwrap_or(false))).collect()
    }

    fn count_groups_in(&self, grouping: &Grouping, groups: &[u32], test: &RowTest) -> Vec<u64> {
        let runs = |group: &u32| grouping.runs(*group as usize).map(|places| self.rows(&places));
        if test.is_all() {
            return groups.iter().map(|group| runs(group).map(|rows| rows.len() as u64).sum()).collect();
        }
        let numbered = groups.iter().zip(0..);
        let mut all: Vec<(Range<usize>, u32)> =
            numbered.flat_map(|(group, number)| runs(group).map(move |rows| (rows, number))).collect();
        all.sort_unstable_by_key(|(rows, _)| rows.start);
        let mut sums = vec![0; groups.len()];
        Window::new(self, test).add_to(&all, &mut sums);
        sums
    }
}

fn boxes_of(grouping: &Grouping, certain: &[u32], more: &[u32]) -> Boxes {
    let special = |s: Special| {
        let i = grouping.len() + s as usize;
        u64::from(certain[i]) + more.get(i).copied().map_or(0, u64::from)
    };
    let outside_place = special(Special::OutsidePlace);
    let boxes = Boxes {
        total: 0,
        counted: certain[..grouping.len()].iter().copied().map(u64::from).sum(),
        not_located: special(Special::NotLocated),
        outside_study_area: special(Special::Outside) + outside_place,
        too_coarse: special(Special::TooCoarse),
        time_too_coarse: more.iter().take(grouping.len()).copied().map(u64::from).sum(),
        outside_place,
    };
    let parts = [boxes.counted, boxes.not_located, boxes.outside_study_area, boxes.too_coarse, boxes.time_too_coarse];
    Boxes { total: parts.iter().sum(), ..boxes }
}
