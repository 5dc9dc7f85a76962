//! Exact records as a reader of counts.

use std::{
    cmp::Reverse,
    collections::{BinaryHeap, HashSet},
};

use super::{Plan, stream::Stream};
use crate::{
    ask::{AskError, Exact, Reader, Tallied, Tally, TallyDimension},
    model::{Dimension, Protection, Query, QueryError},
    snapshot::Snapshot,
    table::{Counts, strides},
};

/// Most combinations that are held at once.
pub(super) const MAX_HELD: usize = 5_000_000;

impl Reader for Exact<'_> {
    fn ground(&self) -> &Snapshot {
        self
    }

    fn protection(&self) -> Protection {
        Protection::Exact
    }

    fn tally(&self, query: &Query) -> Result<Tally, AskError> {
        let plan = Plan::new(self, query)?;
        let dimensions: Vec<_> = plan.coded.iter().map(|c| c.dimension.clone()).collect();
        self.watch().check()?;
        let counts = self.table().count(&plan.grouping, &plan.filter, &dimensions);
        self.watch().check()?;
        let (combinations, mut cut) = Cut::of(&counts, query.top, plan.comes_in_order(query));
        if combinations > MAX_HELD {
            let expected = format!(
                "at most {MAX_HELD} rows where cells or areas do not come first in `by`: put them first, ask for fewer \
                 dimensions or a shorter period"
            );
            return Err(QueryError::invalid("by", &format!("{combinations} rows"), expected).into());
        }
        let strides = strides(&dimensions);
        let slots = slots_of(query);
        let mut tally =
            Tally { dimensions: plan.tally_dimensions(query), combinations, boxes: counts.boxes, ..Tally::default() };
        let mut places = Vec::new();
        for row in counts.rows() {
            if cut.as_mut().is_some_and(|cut| !cut.keeps(row.count)) {
                continue;
            }
            places.clear();
            plan.place_values(row.group, &mut places);
            tally.keys.extend(slots.iter().map(|slot| match slot {
                Slot::Place(i) => places[*i],
                Slot::Row(i) => (row.key / strides[*i]) % dimensions[*i].size.max(1),
            }));
            tally.counts.push(row.count);
        }
        tally.doubtful = plan.values_of(&counts.uncertain);
        Ok(tally)
    }

    fn tallied<'s>(&'s self, query: &Query) -> Result<Tallied<'s>, AskError> {
        let plan = Plan::new(self, query)?;
        if !places_come_first(query) {
            let query = Query { top: None, ..query.clone() };
            return self.tally(&query).map(Tallied::from);
        }
        self.watch().check()?;
        let totals = self.table().totals(&plan.grouping, &plan.filter);
        let (dimensions, doubtful) = (plan.tally_dimensions(query), plan.values_of(&totals.uncertain));
        let boxes = totals.boxes;
        Ok(Tallied { dimensions, boxes, doubtful, pieces: Box::new(Stream::new(self, plan, totals.by_group)) })
    }

    fn cells(&self, resolution: u8) -> &[u64] {
        self.table().cell_groups(resolution).map_or(&[], |groups| groups.1)
    }

    fn counts_of(&self, query: &Query, positions: &[u32]) -> Result<Vec<(u64, bool)>, AskError> {
        let plan = Plan::new(self, query)?;
        Ok(self.table().count_groups(&plan.grouping, positions, &plan.filter))
    }
}

/// Whether every dimension of place stands before all others, and there is one.
fn places_come_first(query: &Query) -> bool {
    let mut by = query.by.iter().skip_while(|d| d.is_place());
    query.by.first().is_some_and(Dimension::is_place) && !by.any(Dimension::is_place)
}

/// Where the value of a dimension comes from: the group of places, or the row.
enum Slot {
    Place(usize),
    Row(usize),
}

fn slots_of(query: &Query) -> Vec<Slot> {
    let (mut places, mut rows) = (0.., 0..);
    let slot = |dimension: &Dimension| {
        if dimension.is_place() { places.next().map(Slot::Place) } else { rows.next().map(Slot::Row) }
    };
    query.by.iter().filter_map(slot).collect()
}

impl Plan<'_> {
    fn tally_dimensions(&self, query: &Query) -> Vec<TallyDimension> {
        let mut coded = self.coded.iter();
        let dimension = |dimension: &Dimension| {
            let coded = if dimension.is_place() { None } else { coded.next() };
            let found = coded.map(|c| TallyDimension { texts: c.texts.clone(), periods: c.periods.clone() });
            found.unwrap_or_default()
        };
        query.by.iter().map(dimension).collect()
    }

    /// The values of the place dimensions of some groups.
    fn values_of(&self, groups: &[u32]) -> HashSet<Vec<u64>> {
        let values = |&group: &u32| {
            let mut values = Vec::new();
            self.place_values(group, &mut values);
            values
        };
        groups.iter().map(values).collect()
    }

    /// Whether counted rows, which come by group and key, come in the order of the dimensions asked for.
    fn comes_in_order(&self, query: &Query) -> bool {
        match self.places.len() {
            0 => true,
            1 => query.by.first().is_some_and(Dimension::is_place),
            _ => false,
        }
    }
}

/// Which rows can be among the first when they are sorted by count: others need not be looked at further.
struct Cut {
    /// The least count among them.
    least: u64,
    /// How many rows with just that count there is room for.
    room: usize,
}

impl Cut {
    /// The number of rows, and a cut after `top` of them where there are more. Of rows with equal counts the first
    /// are kept where rows come `in_order`, else all.
    fn of(counts: &Counts, top: Option<usize>, in_order: bool) -> (usize, Option<Self>) {
        let Some(top) = top else { return (counts.rows().count(), None) };
        let mut largest: BinaryHeap<Reverse<u64>> = BinaryHeap::new();
        let (mut rows, mut least) = (0, 0);
        counts.rows().for_each(|row| {
            rows += 1;
            if largest.len() < top {
                largest.push(Reverse(row.count));
            } else if row.count > least {
                largest.pop();
                largest.push(Reverse(row.count));
            } else {
                return;
            }
            least = largest.peek().filter(|_| largest.len() == top).map_or(0, |least| least.0);
        });
        let room = if in_order { largest.iter().filter(|count| count.0 == least).count() } else { usize::MAX };
        (rows, (rows > top).then_some(Self { least, room }))
    }

    fn keeps(&mut self, count: u64) -> bool {
        let equal = count == self.least && self.room > 0;
        self.room -= usize::from(equal);
        equal || count > self.least
    }
}
