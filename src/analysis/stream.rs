//! Exact counts that are not held: groups of places are counted some at a time, as whoever reads takes them.

use super::Plan;
use crate::{
    ask::{AskError, Combinations, Exact, PIECE},
    table::{CountRow, numbered, strides},
};

/// Incidents of the groups that are counted at a time; there are no more combinations than incidents.
const INCIDENTS_AT_A_TIME: u64 = 1 << 20;

/// Combinations of a plan whose place dimensions come first, ascending.
pub(super) struct Stream<'s> {
    reader: &'s Exact<'s>,
    plan: Plan<'s>,
    /// Incidents of every group.
    by_group: Vec<u32>,
    /// Groups with incidents in the order of their places, and how many of them have been counted.
    groups: Vec<u32>,
    counted: usize,
    /// Size of each dimension that is no place, and its stride in a key.
    parts: Vec<(u64, u64)>,
    rows: std::vec::IntoIter<CountRow>,
}

impl<'s> Stream<'s> {
    pub(super) fn new(reader: &'s Exact<'s>, plan: Plan<'s>, by_group: Vec<u32>) -> Self {
        let mut groups = numbered(&by_group);
        if plan.places.len() > 1 {
            // Combined groups are numbered as they are met.
            groups.sort_by_cached_key(|&group| {
                let mut values = Vec::new();
                plan.place_values(group, &mut values);
                values
            });
        }
        let dimensions: Vec<_> = plan.coded.iter().map(|c| c.dimension.clone()).collect();
        let parts = dimensions.iter().map(|d| d.size.max(1)).zip(strides(&dimensions)).collect();
        Self { reader, plan, by_group, groups, counted: 0, parts, rows: Vec::new().into_iter() }
    }

    /// Counts the next groups.
    fn count(&mut self) {
        let mut incidents = 0;
        let open = &self.groups[self.counted..];
        let some = open.iter().take_while(|&&group| {
            let goes_in = incidents < INCIDENTS_AT_A_TIME;
            incidents += u64::from(self.by_group[group as usize]);
            goes_in
        });
        let some = &open[..some.count()];
        let row = |&group: &u32| CountRow { group, key: 0, count: u64::from(self.by_group[group as usize]) };
        let rows: Vec<CountRow> = if self.plan.coded.is_empty() {
            some.iter().map(row).collect()
        } else {
            let dimensions: Vec<_> = self.plan.coded.iter().map(|c| c.dimension.clone()).collect();
            self.reader.table().rows_of(&self.plan.grouping, some, &self.plan.filter, &dimensions)
        };
        self.counted += some.len();
        self.rows = rows.into_iter();
    }
}

impl Iterator for Stream<'_> {
    type Item = Result<Combinations, AskError>;

    fn next(&mut self) -> Option<Self::Item> {
        while self.rows.len() == 0 && self.counted < self.groups.len() {
            if let Err(stopped) = self.reader.watch().check() {
                return Some(Err(stopped));
            }
            self.count();
        }
        let mut piece = Combinations::new(self.plan.places.len() + self.parts.len());
        let (mut values, mut group) = (Vec::new(), None);
        for row in self.rows.by_ref().take(PIECE) {
            if group != Some(row.group) {
                values.clear();
                self.plan.place_values(row.group, &mut values);
                group = Some(row.group);
            }
            values.truncate(self.plan.places.len());
            values.extend(self.parts.iter().map(|(size, stride)| (row.key / stride) % size));
            piece.push(&values, row.count);
        }
        (!piece.is_empty()).then_some(Ok(piece))
    }
}
