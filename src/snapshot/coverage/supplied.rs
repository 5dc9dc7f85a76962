//! Who supplies districts that no table of forces has: the force with most of the records there over all months.
//!
//! Every force's files hold a few rows of elsewhere: a force counts as supplier only if a tenth of its rows lie in the study
//! area, and in a district only if it has there a tenth of what it has in a district on average.

use std::collections::BTreeMap;

use crate::workspace::{CoverageCount, Edition};

/// The main supplier of each district that has one, by code.
pub(super) fn main_suppliers<'a>(
    source: &str,
    editions: &[Edition],
    located: &'a [CoverageCount],
) -> BTreeMap<&'a str, &'a str> {
    let mut by_district: BTreeMap<&str, BTreeMap<&str, u64>> = BTreeMap::new();
    for (_, part, _, district, rows) in located.iter().filter(|row| row.0 == source) {
        *by_district.entry(district).or_default().entry(part).or_default() += rows;
    }
    let mut shares: BTreeMap<&str, [u64; 3]> = BTreeMap::new();
    for edition in editions.iter().filter(|e| e.source == source) {
        shares.entry(&edition.part).or_default()[0] += edition.rows;
    }
    for (part, rows) in by_district.values().flatten() {
        let sums = shares.entry(part).or_default();
        sums[1] += rows;
        sums[2] += 1;
    }
    let is_serious = |part: &str, rows: u64| {
        let [all, inside, districts] = shares.get(part).copied().unwrap_or_default();
        inside * 10 >= all && rows * 10 * districts >= inside
    };
    let main = |(district, parts): (&'a str, BTreeMap<&'a str, u64>)| {
        let serious = parts.into_iter().filter(|(part, rows)| is_serious(part, *rows));
        // Of equally large suppliers the first by name.
        serious.max_by(|a, b| a.1.cmp(&b.1).then(b.0.cmp(a.0))).map(|(part, _)| (district, part))
    };
    let by_district: Vec<_> = by_district.into_iter().collect();
    by_district.into_iter().filter_map(main).collect()
}
