//! Counting: per group of places, and per group and row dimension; with the boxes that make every sum whole.

use std::ops::Range;

use rayon::prelude::*;

use super::{
    CompiledFilter, Grouping, Span, Special, Table,
    codes::hour_of,
    filter::RowSets,
    scan::{BLOCK_ROWS, Mask},
};

/// Rows that one worker counts before it takes the next piece.
const PIECE_ROWS: usize = 1 << 18;
/// Combinations of row dimensions counted in an array; more are sorted.
const MAX_DENSE: u64 = 1 << 20;

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

/// An answer: combinations with incidents, ascending, and the boxes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    /// Combinations with incidents, by group and key.
    pub rows: Vec<CountRow>,
    /// Where everything went.
    pub boxes: Boxes,
    /// Groups in which further incidents may match: a count there is a least count.
    pub uncertain: Vec<u32>,
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
    pub(crate) fn of_hour() -> Self {
        Self { size: 25, column: Column::How, values: (0..=u8::MAX).map(|h| u32::from(hour_of(h))).collect() }
    }

    pub(crate) fn of_category(table: &Table) -> Self {
        let values = table.kinds.iter().map(|k| u32::from(k.1)).collect();
        Self { size: table.categories.len() as u64, column: Column::Kind, values }
    }

    pub(crate) fn of_source(table: &Table) -> Self {
        let values = table.kinds.iter().map(|k| u32::from(k.0)).collect();
        Self { size: table.sources.len() as u64, column: Column::Kind, values }
    }

    fn value(&self, table: &Table, row: usize) -> u64 {
        let code = match self.column {
            Column::Span => usize::from(table.span[row]),
            Column::How => usize::from(table.how[row]),
            Column::Kind => usize::from(table.kind[row]),
        };
        u64::from(self.values[code])
    }
}

/// What a place filter says of a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PlaceAnswer {
    In,
    Outside,
    TooCoarse,
}

impl Table {
    /// Incidents per group (specials last) that match for certain, and that may match beyond.
    fn per_group(
        &self,
        grouping: &Grouping,
        filter: &CompiledFilter,
        places: Option<&[PlaceAnswer]>,
    ) -> (Vec<u64>, Vec<u64>) {
        let groups = grouping.len() + super::grouping::SPECIALS;
        let pieces = rayon::current_num_threads() * 2;
        let rows = self.incidents().div_ceil(pieces).next_multiple_of(BLOCK_ROWS);
        let partial: Vec<(Vec<u32>, Vec<u32>)> = (0..pieces)
            .into_par_iter()
            .map(|i| {
                let range = (i * rows).min(self.incidents())..((i + 1) * rows).min(self.incidents());
                let mut counts = (vec![0; groups], vec![0; if filter.possible.is_some() { groups } else { 0 }]);
                self.per_group_of(range, grouping, filter, places, &mut counts);
                counts
            })
            .collect();
        let mut sums = (vec![0_u64; groups], vec![0_u64; groups]);
        for (certain, more) in partial {
            sums.0.iter_mut().zip(certain).for_each(|(sum, n)| *sum += u64::from(n));
            sums.1.iter_mut().zip(more).for_each(|(sum, n)| *sum += u64::from(n));
        }
        sums
    }

    fn per_group_of(
        &self,
        rows: Range<usize>,
        grouping: &Grouping,
        filter: &CompiledFilter,
        places: Option<&[PlaceAnswer]>,
        counts: &mut (Vec<u32>, Vec<u32>),
    ) {
        if rows.is_empty() {
            return;
        }
        let group_of = |place: usize| {
            let group = grouping.of_place[place];
            let answer = places.and_then(|p| p.get(place)).copied().unwrap_or(PlaceAnswer::In);
            let special = grouping.special(group);
            match answer {
                PlaceAnswer::Outside if special.is_none_or(|s| s == Special::TooCoarse) => {
                    (grouping.len() + Special::OutsidePlace as usize) as u32
                }
                PlaceAnswer::TooCoarse if special.is_none() => (grouping.len() + Special::TooCoarse as usize) as u32,
                _ => group,
            }
        };
        let everything = filter.certain.is_all() && filter.possible.is_none();
        let (mut certain, mut possible) = (Mask::new(), Mask::new());
        let mut place = self.row_start.partition_point(|&start| start as usize <= rows.start) - 1;
        let mut block = rows.start;
        while block < rows.end {
            let end = (block + BLOCK_ROWS).min(rows.end);
            if !everything {
                certain.fill(self, block..end, &filter.certain);
            }
            if let Some(sets) = &filter.possible {
                possible.fill(self, block..end, sets);
            }
            let mut at = block;
            while at < end {
                let until = (self.row_start[place + 1] as usize).min(end);
                let piece = at - block..until - block;
                let group = group_of(place) as usize;
                let matches = if everything { piece.len() as u32 } else { certain.sum(piece.clone()) };
                counts.0[group] += matches;
                if filter.possible.is_some() {
                    counts.1[group] += possible.sum(piece) - matches;
                }
                at = until;
                if until == self.row_start[place + 1] as usize {
                    place += 1;
                }
            }
            block = end;
        }
    }

    /// Counts incidents by group and row dimensions.
    pub(crate) fn count(
        &self,
        grouping: &Grouping,
        filter: &CompiledFilter,
        places: Option<&[PlaceAnswer]>,
        dimensions: &[RowDimension],
    ) -> Counts {
        let (certain, more) = self.per_group(grouping, filter, places);
        let boxes = boxes_of(grouping, &certain, &more);
        let rows = if dimensions.is_empty() {
            let groups = certain[..grouping.len()].iter().enumerate();
            let row = |(group, &count): (usize, &u64)| CountRow { group: group as u32, key: 0, count };
            groups.filter(|(_, count)| **count > 0).map(row).collect()
        } else {
            let groups: Vec<u32> = (0..grouping.len() as u32).filter(|&g| certain[g as usize] > 0).collect();
            self.count_rows(grouping, &groups, filter, places, dimensions)
        };
        let uncertain = (0..grouping.len() as u32).filter(|&g| more[g as usize] > 0).collect();
        Counts { rows, boxes, uncertain }
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

    fn count_groups_in(&self, grouping: &Grouping, groups: &[u32], sets: &RowSets) -> Vec<u64> {
        let mut mask = Mask::new();
        let everything = sets.is_all();
        let count = |&group: &u32| {
            let runs = grouping.runs(group as usize).iter();
            runs.map(|&(first, last)| {
                let rows = self.row_start[first as usize] as usize..self.row_start[last as usize] as usize;
                if everything {
                    return rows.len() as u64;
                }
                let mut sum = 0;
                for start in rows.clone().step_by(BLOCK_ROWS) {
                    let block = start..(start + BLOCK_ROWS).min(rows.end);
                    let len = block.len();
                    mask.fill(self, block, sets);
                    sum += u64::from(mask.sum(0..len));
                }
                sum
            })
            .sum()
        };
        groups.iter().map(count).collect()
    }

    fn count_rows(
        &self,
        grouping: &Grouping,
        groups: &[u32],
        filter: &CompiledFilter,
        places: Option<&[PlaceAnswer]>,
        dimensions: &[RowDimension],
    ) -> Vec<CountRow> {
        let pieces = self.pieces(grouping, groups, places);
        let strides = strides(dimensions);
        let space: u64 = dimensions.iter().map(|d| d.size.max(1)).product();
        let mut rows: Vec<CountRow> = pieces
            .par_iter()
            .map_init(
                || (Mask::new(), Tally::new(space)),
                |(mask, tally), (group, ranges)| {
                    for range in ranges {
                        for start in range.clone().step_by(BLOCK_ROWS) {
                            let block = start..(start + BLOCK_ROWS).min(range.end);
                            let len = block.len();
                            mask.fill(self, block, &filter.certain);
                            for i in mask.positions(0..len) {
                                let values = dimensions.iter().zip(&strides);
                                tally.add(values.map(|(d, stride)| d.value(self, start + i) * stride).sum());
                            }
                        }
                    }
                    tally.take(*group)
                },
            )
            .flatten_iter()
            .collect();
        // Large groups came in several pieces.
        rows.sort_unstable_by_key(|r| (r.group, r.key));
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
    fn pieces(
        &self,
        grouping: &Grouping,
        groups: &[u32],
        places: Option<&[PlaceAnswer]>,
    ) -> Vec<(u32, Vec<Range<usize>>)> {
        let mut pieces = Vec::new();
        for &group in groups {
            let mut ranges: Vec<Range<usize>> = Vec::new();
            let mut size = 0;
            let mut add = |range: Range<usize>| {
                for start in range.clone().step_by(PIECE_ROWS) {
                    let part = start..(start + PIECE_ROWS).min(range.end);
                    size += part.len();
                    match ranges.last_mut() {
                        Some(last) if last.end == part.start => last.end = part.end,
                        _ => ranges.push(part),
                    }
                    if size >= PIECE_ROWS {
                        pieces.push((group, std::mem::take(&mut ranges)));
                        size = 0;
                    }
                }
            };
            for &(first, last) in grouping.runs(group as usize) {
                let start = |place: u32| self.row_start[place as usize] as usize;
                match places {
                    None => add(start(first)..start(last)),
                    Some(answers) => (first..last)
                        .filter(|&p| answers[p as usize] == PlaceAnswer::In)
                        .for_each(|p| add(start(p)..start(p + 1))),
                }
            }
            if !ranges.is_empty() {
                pieces.push((group, ranges));
            }
        }
        pieces
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

fn boxes_of(grouping: &Grouping, certain: &[u64], more: &[u64]) -> Boxes {
    let special = |s: Special| {
        let i = grouping.len() + s as usize;
        certain[i] + more[i]
    };
    let outside_place = special(Special::OutsidePlace);
    let boxes = Boxes {
        total: 0,
        counted: certain[..grouping.len()].iter().sum(),
        not_located: special(Special::NotLocated),
        outside_study_area: special(Special::Outside) + outside_place,
        too_coarse: special(Special::TooCoarse),
        time_too_coarse: more[..grouping.len()].iter().sum(),
        outside_place,
    };
    let parts = [boxes.counted, boxes.not_located, boxes.outside_study_area, boxes.too_coarse, boxes.time_too_coarse];
    Boxes { total: parts.iter().sum(), ..boxes }
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
