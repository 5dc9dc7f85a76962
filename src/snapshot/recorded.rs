//! What each source usually records: records by category and month, for groups of districts that the same parts speak for.
//! Worked out when first asked for.

use std::collections::{BTreeMap, BTreeSet};

use super::{Coverage, LoadedLayer};
use crate::{
    model::{Day, Month, Period, Query, Without},
    stats::shut_off,
    table::{CompiledFilter, Group, Grouping, Known, RowDimension, Table},
};

/// Districts that the same parts speak for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Supplied {
    /// Speaking (source, part).
    pub parts: BTreeSet<(String, String)>,
}

/// What each source usually records.
#[derive(Debug)]
pub struct Recorded {
    /// Groups of districts, ascending.
    pub groups: Vec<Supplied>,
    /// Group of each district by code.
    of_district: BTreeMap<String, usize>,
    /// Places by group of districts.
    pub(crate) grouping: Grouping,
    /// By group, source and category that has a month without a record: records of each month.
    months: BTreeMap<(usize, String, String), BTreeMap<Month, u64>>,
}

/// A category that probably was not recorded for some months.
#[derive(Debug, Clone, PartialEq)]
pub struct Stopped {
    /// Source.
    pub source: String,
    /// Category.
    pub category: String,
    /// First and last month without a record.
    pub months: (Month, Month),
    /// Records that its other months lead to expect.
    pub expected: f64,
}

impl Recorded {
    pub(super) fn new(table: &Table, study: Option<&LoadedLayer>, coverage: &Coverage) -> Self {
        let of_areas: Vec<Supplied> = study.map_or_else(Vec::new, |study| {
            study.areas.iter().map(|area| Supplied { parts: coverage.speaking(&area.district) }).collect()
        });
        let mut groups: Vec<Supplied> = of_areas.clone();
        groups.sort();
        groups.dedup();
        let position = |supplied: &Supplied| groups.binary_search(supplied).unwrap_or_default();
        let numbers: Vec<u32> = of_areas.iter().map(|s| position(s) as u32).collect();
        let areas = study.map_or(&[][..], |s| s.areas.as_slice());
        let of_district = areas.iter().zip(&numbers).map(|(a, &n)| (a.district.clone(), n as usize)).collect();
        let grouping = study.and_then(|s| table.layer_groups(&s.name)).map_or_else(
            || table.whole.clone(),
            |layer| {
                let group =
                    |area: u32| layer.special(area).map_or_else(|| Group::Of(numbers[area as usize]), Group::Special);
                Grouping::new(groups.len(), layer.of_places().map(group))
            },
        );
        if groups.is_empty() {
            groups.push(Supplied { parts: coverage.speaking("") });
        }
        let months = counted(table, &grouping);
        Self { groups, of_district, grouping, months }
    }

    /// Groups that some districts lie in; without districts every one.
    #[must_use]
    pub fn groups_of(&self, districts: &[String]) -> Vec<usize> {
        let of: BTreeSet<usize> = districts.iter().filter_map(|d| self.of_district.get(d).copied()).collect();
        if of.is_empty() { (0..self.groups.len()).collect() } else { of.into_iter().collect() }
    }

    /// Categories of some sources that some group had steadily and has none of for so long, among some months (ascending), that
    /// chance does not explain it.
    #[must_use]
    pub fn stopped(&self, sources: &[String], categories: &[String], months: &[Month]) -> Vec<Stopped> {
        let days = |m: &Month| f64::from(m.period().days());
        let mut stopped = Vec::new();
        for ((_, source, category), known) in &self.months {
            if !sources.contains(source) || !categories.contains(category) {
                continue;
            }
            let count = |m: &Month| known.get(m).copied().unwrap_or(0);
            let series: Vec<(u64, f64)> = months.iter().map(|m| (count(m), days(m))).collect();
            stopped.extend(shut_off(&series).into_iter().map(|run| Stopped {
                source: source.clone(),
                category: category.clone(),
                months: (months[run.first], months[run.last]),
                expected: run.expected,
            }));
        }
        stopped
    }
}

/// Records by group, source, category and month; those of guests are left out.
fn counted(table: &Table, grouping: &Grouping) -> BTreeMap<(usize, String, String), BTreeMap<Month, u64>> {
    let mut known: BTreeMap<_, BTreeMap<Month, u64>> = BTreeMap::new();
    let Some(Period { start, end }) = table.extent() else { return known };
    let (first, last) = (start.month(), Day(end.0 - 1).month());
    let query = Query { without: Without { guests: table.parts_marked(), categories: Vec::new() }, ..Query::default() };
    let in_one = |start: Day, end: Day| start.month() == Day(end.0 - 1).month();
    let filter = CompiledFilter::new(table, &query, &Known::default(), |span| in_one(span.start, span.end));
    let Ok(filter) = filter else { return known };
    let months = (last.0 - first.0 + 1).unsigned_abs() as usize;
    let month = RowDimension::of_span(table, months, |span| usize::try_from(span.start.month().0 - first.0).ok());
    let dimensions = [RowDimension::of_source(table), RowDimension::of_category(table), month];
    let categories = table.categories().len().max(1) as u64;
    for row in table.count(grouping, &filter, &dimensions).rows() {
        let (kind, month) = (row.key / months as u64, (row.key % months as u64) as i32);
        let source = table.sources()[(kind / categories) as usize].clone();
        let category = table.categories()[(kind % categories) as usize].clone();
        let of_kind = known.entry((row.group as usize, source, category)).or_default();
        *of_kind.entry(Month(first.0 + month)).or_default() += row.count;
    }
    // What has records in every month never stops, and is not looked at again.
    known.retain(|_, of_months| of_months.len() < months);
    known
}
