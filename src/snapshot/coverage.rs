//! What has been received: source by month by district, so that a month not received is never a zero.
//!
//! A part of a source (a police force; the source itself where it has no parts) covers the districts for which
//! it is the source's main supplier over all months. Every force's files hold a few rows of elsewhere: a force
//! counts as supplier only if a tenth of its rows lie in the study area, and in a district only if it has there a
//! tenth of what it has in a district on average. A district's month is received when the part that covers
//! it has delivered that month.

use std::collections::{BTreeMap, BTreeSet};

use super::LoadedLayer;
use crate::{
    model::{Day, Month, Period},
    workspace::Edition,
};

/// A source, month and district.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct CoverageCell {
    /// Source.
    pub source: String,
    /// Month, `YYYY-MM`.
    pub month: String,
    /// District code, or `all` without a study area.
    pub district: String,
    /// District name.
    pub district_name: String,
    /// Whether the month has been received.
    pub received: bool,
    /// Located incidents stored.
    pub rows: u64,
}

/// What has been received.
#[derive(Debug, Clone, Default)]
pub struct Coverage {
    /// Districts as (code, name), by code.
    pub districts: Vec<(String, String)>,
    /// Months received of each part of each source.
    received: BTreeMap<(String, String), BTreeSet<Month>>,
    /// The part that covers a source's district.
    supplier: BTreeMap<(String, String), String>,
    rows: BTreeMap<(String, Month, String), u64>,
}

const EVERYWHERE: &str = "all";
/// Months before the first and after the last received that are looked at.
const MAX_MONTHS_BEYOND: i32 = 120;
/// Days of a period that has an end: 2099 and before.
const MAX_DAY: u32 = 50_000;

impl Coverage {
    pub(super) fn new(
        editions: &[Edition],
        located: &[(String, String, Month, String, u64)],
        study: Option<&LoadedLayer>,
    ) -> Self {
        let mut coverage = Self::default();
        let districts: BTreeMap<String, String> = study
            .iter()
            .flat_map(|layer| &layer.areas)
            .filter(|a| !a.district.is_empty())
            .map(|a| (a.district.clone(), a.district_name.clone()))
            .collect();
        coverage.districts = districts.into_iter().collect();
        for edition in editions.iter().filter(|e| e.rows > 0) {
            let key = (edition.source.clone(), edition.part.clone());
            coverage.received.entry(key).or_default().insert(edition.month);
        }
        let mut supplied: BTreeMap<(String, String), BTreeMap<String, u64>> = BTreeMap::new();
        for (source, part, month, district, rows) in located {
            *coverage.rows.entry((source.clone(), *month, district.clone())).or_default() += rows;
            let parts = supplied.entry((source.clone(), district.clone())).or_default();
            *parts.entry(part.clone()).or_default() += rows;
        }
        let shares = Shares::new(editions, &supplied);
        for (key, parts) in supplied {
            // Of equally large suppliers the first by name.
            let serious = parts.into_iter().filter(|(part, rows)| shares.is_serious(&key.0, part, *rows));
            let main = serious.max_by(|a, b| a.1.cmp(&b.1).then(b.0.cmp(&a.0)));
            coverage.supplier.extend(main.map(|(part, _)| (key, part)));
        }
        coverage
    }

    /// Months of which anything of a source has been received, ascending.
    #[must_use]
    pub fn months_of(&self, source: &str) -> Vec<Month> {
        let parts = self.received.iter().filter(|((s, _), _)| s == source);
        let months: BTreeSet<Month> = parts.flat_map(|(_, months)| months.iter().copied()).collect();
        months.into_iter().collect()
    }

    /// Months of which anything of any of the sources has been received, ascending.
    #[must_use]
    pub fn months(&self, sources: &[String]) -> Vec<Month> {
        let months: BTreeSet<Month> = sources.iter().flat_map(|s| self.months_of(s)).collect();
        months.into_iter().collect()
    }

    /// Whether a source's month has been received for a district (`all` or an unknown one: from any part).
    #[must_use]
    pub fn is_received(&self, source: &str, month: Month, district: &str) -> bool {
        let of = |part: &str| {
            let months = self.received.get(&(source.to_owned(), part.to_owned()));
            months.is_some_and(|m| m.contains(&month))
        };
        match self.supplier.get(&(source.to_owned(), district.to_owned())) {
            Some(part) => of(part),
            None if self.districts.iter().any(|(code, _)| code == district) => false,
            None => self.received.keys().any(|(s, part)| s == source && of(part)),
        }
    }

    /// Every source, month from the first to the last received of any of them, and district.
    #[must_use]
    pub fn cells(&self, sources: &[String], period: Period) -> Vec<CoverageCell> {
        let months = self.months(sources);
        let (Some(&first), Some(&last)) = (months.first(), months.last()) else { return Vec::new() };
        // A period asked for beyond what was ever received has gaps too.
        let widest = |day: Day| (day.0.unsigned_abs() < MAX_DAY).then(|| day.month());
        let first = widest(period.start).map_or(first, |m| m.min(first)).max(Month(first.0 - MAX_MONTHS_BEYOND));
        let end = widest(Day(period.end.0.saturating_sub(1)));
        let last = end.map_or(last, |m| m.max(last)).min(Month(last.0 + MAX_MONTHS_BEYOND));
        let everywhere = [(EVERYWHERE.to_owned(), "All".to_owned())];
        let districts = if self.districts.is_empty() { &everywhere[..] } else { &self.districts };
        let mut cells = Vec::new();
        for source in sources {
            for month in (first.0..=last.0).map(Month) {
                let days = month.period();
                if days.end <= period.start || days.start >= period.end {
                    continue;
                }
                cells.extend(districts.iter().map(|(code, name)| CoverageCell {
                    source: source.clone(),
                    month: month.to_string(),
                    district: code.clone(),
                    district_name: name.clone(),
                    received: self.is_received(source, month, code),
                    rows: self.rows.get(&(source.clone(), month, code.clone())).copied().unwrap_or(0),
                }));
            }
        }
        cells
    }
}

/// Rows of each part of each source: in all, inside the study area, and districts with any.
struct Shares(BTreeMap<(String, String), [u64; 3]>);

impl Shares {
    fn new(editions: &[Edition], supplied: &BTreeMap<(String, String), BTreeMap<String, u64>>) -> Self {
        let mut parts: BTreeMap<(String, String), [u64; 3]> = BTreeMap::new();
        for edition in editions {
            parts.entry((edition.source.clone(), edition.part.clone())).or_default()[0] += edition.rows;
        }
        for ((source, _), by_part) in supplied {
            for (part, rows) in by_part {
                let sums = parts.entry((source.clone(), part.clone())).or_default();
                sums[1] += rows;
                sums[2] += 1;
            }
        }
        Self(parts)
    }

    /// Whether rows in a district are more than strays. What a partner sends through a mapping has no parts and
    /// no strays that could be told.
    fn is_serious(&self, source: &str, part: &str, rows: u64) -> bool {
        let sums = self.0.get(&(source.to_owned(), part.to_owned())).copied().unwrap_or_default();
        let [all, inside, districts] = sums;
        part.is_empty() || (inside * 10 >= all && rows * 10 * districts >= inside)
    }
}
