//! Counting within groups: per group and the dimensions that each incident has by itself.

use std::ops::Range;

use rayon::prelude::*;

use super::{
    CompiledFilter, Grouping, Span, Table,
    codes::hour_of,
    matches::Window,
    sliced::{SlicedColumn, WORD_ROWS},
};

/// Rows that one worker counts before it takes the next piece.
const PIECE_ROWS: usize = 1 << 18;
/// Combinations of row dimensions counted in an array; more are sorted.
const MAX_DENSE: u64 = 1 << 20;
/// Matches of 64 rows from which on the codes of all 64 are read at once.
const MANY: u32 = 6;

/// A counted combination.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CountRow {
    /// Group of places.
    pub group: u32,
    /// Values of the row dimensions, as one number: the sum of value times stride, the last dimension fastest.
    pub key: u64,
    /// Incidents.
    pub count: u64,
}

/// A dimension that each incident has by itself; `key = sum of value * stride`.
#[derive(Debug, Clone)]
pub(crate) struct RowDimension {
    /// Number of values.
    pub(crate) size: u64,
    column: Column,
    values: Vec<u32>,
}

#[derive(Debug, Clone, Copy)]
enum Column {
    Span,
    How,
    Kind,
}

impl RowDimension {
    /// A dimension of an incident's days; spans that are not precise enough must be filtered out before.
    pub(crate) fn of_span(table: &Table, size: usize, value: impl Fn(Span) -> Option<usize>) -> Self {
        let values = table.spans.iter().map(|&s| value(s).unwrap_or_default() as u32).collect();
        Self { size: size as u64, column: Column::Span, values }
    }

    /// The hour, with 24 for unknown.
    pub(crate) fn of_hour(table: &Table) -> Self {
        let values = table.hows.iter().map(|&how| u32::from(hour_of(how))).collect();
        Self { size: 25, column: Column::How, values }
    }

    pub(crate) fn of_category(table: &Table) -> Self {
        let values = table.kinds.iter().map(|k| u32::from(k.1)).collect();
        Self { size: table.categories.len() as u64, column: Column::Kind, values }
    }

    pub(crate) fn of_source(table: &Table) -> Self {
        let values = table.kinds.iter().map(|k| u32::from(k.0)).collect();
        Self { size: table.sources.len() as u64, column: Column::Kind, values }
    }

    fn column<'t>(&self, table: &'t Table) -> &'t SlicedColumn {
        match self.column {
            Column::Span => &table.span,
            Column::How => &table.how,
            Column::Kind => &table.kind,
        }
    }
}

impl Table {
    /// Combinations with incidents of some groups, in the order of the groups as given and of their keys.
    pub(crate) fn rows_of(
        &self,
        grouping: &Grouping,
        groups: &[u32],
        filter: &CompiledFilter,
        dimensions: &[RowDimension],
    ) -> Vec<CountRow> {
        let test = &filter.certain;
        let pieces = self.pieces(grouping, groups);
        let space: u64 = dimensions.iter().map(|d| d.size.max(1)).product();
        let mut rows: Vec<CountRow> = pieces
            .par_iter()
            .map_init(
                || (Window::new(self, test), Keys::new(self, dimensions), Tally::new(space)),
                |(window, keys, tally), (group, ranges)| {
                    for range in ranges {
                        window.visit(range.clone(), |word, bits| keys.visit(word, bits, |key| tally.add(key)));
                    }
                    tally.take(*group)
                },
            )
            .flatten_iter()
            .collect();
        // Large groups came in several pieces, one after the other.
        for of_group in rows.chunk_by_mut(|a, b| a.group == b.group).filter(|g| !g.is_sorted_by_key(|r| r.key)) {
            of_group.par_sort_unstable_by_key(|r| r.key);
        }
        rows.dedup_by(|next, first| {
            let same = (next.group, next.key) == (first.group, first.key);
            if same {
                first.count += next.count;
            }
            same
        });
        rows
    }

    /// Row ranges of each group, large groups in several pieces.
    fn pieces(&self, grouping: &Grouping, groups: &[u32]) -> Vec<(u32, Vec<Range<usize>>)> {
        let mut pieces = Vec::new();
        for &group in groups {
            let mut ranges: Vec<Range<usize>> = Vec::new();
            let mut size = 0;
            for rows in grouping.runs(group as usize).map(|places| self.rows(&places)) {
                for start in rows.clone().step_by(PIECE_ROWS) {
                    let part = start..(start + PIECE_ROWS).min(rows.end);
                    size += part.len();
                    ranges.push(part);
                    if size >= PIECE_ROWS {
                        pieces.push((group, std::mem::take(&mut ranges)));
                        size = 0;
                    }
                }
            }
            if !ranges.is_empty() {
                pieces.push((group, ranges));
            }
        }
        pieces
    }
}

/// Makes the keys of rows.
struct Keys<'a> {
    /// Column of each dimension, with the key's part for each code.
    parts: Vec<(&'a SlicedColumn, Vec<u64>)>,
    codes: [u16; WORD_ROWS],
    sums: [u64; WORD_ROWS],
}

impl<'a> Keys<'a> {
    fn new(table: &'a Table, dimensions: &[RowDimension]) -> Self {
        let parts = dimensions.iter().zip(strides(dimensions));
        let part = |(d, stride): (&RowDimension, u64)| {
            (d.column(table), d.values.iter().map(|&v| u64::from(v) * stride).collect())
        };
        Self { parts: parts.map(part).collect(), codes: [0; WORD_ROWS], sums: [0; WORD_ROWS] }
    }

    /// Calls `add` with the key of every row of a word whose bit is set.
    fn visit(&mut self, word: usize, mut bits: u64, mut add: impl FnMut(u64)) {
        let many = bits.count_ones() >= MANY;
        if many {
            self.sums.fill(0);
            for (column, values) in &self.parts {
                column.codes_of_word(word, &mut self.codes);
                for (sum, &code) in self.sums.iter_mut().zip(&self.codes) {
                    // Codes past the last row are 0, which an empty table does not have.
                    *sum += values.get(usize::from(code)).copied().unwrap_or(0);
                }
            }
        }
        while bits != 0 {
            let i = bits.trailing_zeros() as usize;
            bits &= bits - 1;
            let key = |part: &(&SlicedColumn, Vec<u64>)| part.1[usize::from(part.0.code(word * WORD_ROWS + i))];
            add(if many { self.sums[i] } else { self.parts.iter().map(key).sum() });
        }
    }
}

/// Strides that put the first dimension first when keys are sorted.
pub(crate) fn strides(dimensions: &[RowDimension]) -> Vec<u64> {
    let mut strides = vec![1; dimensions.len()];
    for i in (1..dimensions.len()).rev() {
        strides[i - 1] = strides[i] * dimensions[i].size.max(1);
    }
    strides
}

/// Counts keys of one group at a time.
struct Tally {
    dense: Vec<u32>,
    touched: Vec<u64>,
}

impl Tally {
    fn new(space: u64) -> Self {
        let dense = if space <= MAX_DENSE { vec![0; space as usize] } else { Vec::new() };
        Self { dense, touched: Vec::new() }
    }

    fn add(&mut self, key: u64) {
        if self.dense.is_empty() {
            self.touched.push(key);
            return;
        }
        let count = &mut self.dense[key as usize];
        if *count == 0 {
            self.touched.push(key);
        }
        *count += 1;
    }

    fn take(&mut self, group: u32) -> Vec<CountRow> {
        self.touched.sort_unstable();
        let mut rows: Vec<CountRow> = Vec::new();
        for key in self.touched.drain(..) {
            match (rows.last_mut(), self.dense.is_empty()) {
                (Some(last), true) if last.key == key => last.count += 1,
                (_, true) => rows.push(CountRow { group, key, count: 1 }),
                (_, false) => {
                    let count = std::mem::take(&mut self.dense[key as usize]);
                    rows.push(CountRow { group, key, count: u64::from(count) });
                }
            }
        }
        rows
    }
}
