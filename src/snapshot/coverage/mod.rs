//! What has been received: source by month by district, so that a month not received is never a zero.
//!
//! A part of a source (a police force; the source itself where it has no parts) covers the districts for which
//! it is the source's main supplier over all months. Every force's files hold a few rows of elsewhere: a force
//! counts as supplier only if a tenth of its rows lie in the study area, and in a district only if it has there a
//! tenth of what it has in a district on average. A district's month is received when the part that covers
//! it has delivered that month.
//!
//! [`Coverage::received`] is the one predicate; everything else (`asked.rs`) is made from it.

use std::collections::{BTreeMap, BTreeSet};

mod asked;

use super::LoadedLayer;
use crate::{
    model::{Day, Month, Period},
    workspace::Edition,
};

/// A source, month and district.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
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
    sources: BTreeMap<String, SourceCoverage>,
    rows: BTreeMap<(String, Month, String), u64>,
}

/// What has been received of one source.
#[derive(Debug, Clone, Default)]
struct SourceCoverage {
    /// Months of any part.
    months: BTreeSet<Month>,
    /// Months of the part that covers a district, by its code; districts outside the study area may be among them.
    supplied: BTreeMap<String, BTreeSet<Month>>,
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
        let districts: BTreeMap<String, String> = study
            .iter()
            .flat_map(|layer| &layer.areas)
            .filter(|a| !a.district.is_empty())
            .map(|a| (a.district.clone(), a.district_name.clone()))
            .collect();
        let mut coverage = Self { districts: districts.into_iter().collect(), ..Self::default() };
        let mut parts: BTreeMap<(&str, &str), BTreeSet<Month>> = BTreeMap::new();
        for edition in editions.iter().filter(|e| e.rows > 0) {
            coverage.sources.entry(edition.source.clone()).or_default().months.insert(edition.month);
            parts.entry((&edition.source, &edition.part)).or_default().insert(edition.month);
        }
        let mut supplied: BTreeMap<(String, String), BTreeMap<String, u64>> = BTreeMap::new();
        for (source, part, month, district, rows) in located {
            *coverage.rows.entry((source.clone(), *month, district.clone())).or_default() += rows;
            let parts = supplied.entry((source.clone(), district.clone())).or_default();
            *parts.entry(part.clone()).or_default() += rows;
        }
        let shares = Shares::new(editions, &supplied);
        for ((source, district), by_part) in &supplied {
            // Of equally large suppliers the first by name.
            let serious = by_part.iter().filter(|(part, rows)| shares.is_serious(source, part, **rows));
            let main = serious.max_by(|a, b| a.1.cmp(b.1).then(b.0.cmp(a.0)));
            if let (Some((part, _)), Some(of_source)) = (main, coverage.sources.get_mut(source)) {
                let months = parts.get(&(source.as_str(), part.as_str())).cloned().unwrap_or_default();
                of_source.supplied.insert(district.clone(), months);
            }
        }
        coverage
    }

    /// Months of which anything of a source has been received, ascending.
    #[must_use]
    pub fn months_of(&self, source: &str) -> Vec<Month> {
        self.sources.get(source).map(|s| s.months.iter().copied().collect()).unwrap_or_default()
    }

    /// Months of which anything of any of the sources has been received, ascending.
    #[must_use]
    pub fn months(&self, sources: &[String]) -> Vec<Month> {
        let months: BTreeSet<Month> = sources.iter().flat_map(|s| self.months_of(s)).collect();
        months.into_iter().collect()
    }

    /// Whether a source's month has been received for a district (`all`, empty or an unknown one: from any part).
    fn received(&self, source: &str, month: Month, district: &str) -> bool {
        let Some(source) = self.sources.get(source) else { return false };
        match source.supplied.get(district) {
            Some(months) => months.contains(&month),
            None if self.districts.iter().any(|(code, _)| code == district) => false,
            None => source.months.contains(&month),
        }
    }

    /// Months of a period from the first to the last received of any of the sources; where the period has an end
    /// beyond, up to there.
    fn months_asked(&self, sources: &[String], period: Period) -> Vec<Month> {
        let months = self.months(sources);
        let (Some(&first), Some(&last)) = (months.first(), months.last()) else { return Vec::new() };
        // A period asked for beyond what was ever received has gaps too.
        let widest = |day: Day| (day.0.unsigned_abs() < MAX_DAY).then(|| day.month());
        let first = widest(period.start).map_or(first, |m| m.min(first)).max(Month(first.0 - MAX_MONTHS_BEYOND));
        let end = widest(Day(period.end.0.saturating_sub(1)));
        let last = end.map_or(last, |m| m.max(last)).min(Month(last.0 + MAX_MONTHS_BEYOND));
        let meets = |month: &Month| {
            let days = month.period();
            days.end > period.start && days.start < period.end
        };
        (first.0..=last.0).map(Month).filter(meets).collect()
    }

    /// Every source, month from the first to the last received of any of them, and district.
    #[must_use]
    pub fn cells(&self, sources: &[String], period: Period) -> Vec<CoverageCell> {
        let everywhere = [(EVERYWHERE.to_owned(), "All".to_owned())];
        let districts = if self.districts.is_empty() { &everywhere[..] } else { &self.districts };
        let mut cells = Vec::new();
        for source in sources {
            for month in self.months_asked(sources, period) {
                cells.extend(districts.iter().map(|(code, name)| CoverageCell {
                    source: source.clone(),
                    month: month.to_string(),
                    district: code.clone(),
                    district_name: name.clone(),
                    received: self.received(source, month, code),
                    rows: self.rows.get(&(source.clone(), month, code.clone())).copied().unwrap_or(0),
                }));
            }
        }
        cells
    }

    /// What has not been received, as `SOURCE MONTH DISTRICT`, months in a row as `SOURCE FIRST..LAST DISTRICT`.
    #[must_use]
    pub fn gaps(&self, sources: &[String], period: Period) -> Vec<String> {
        let mut runs: Vec<(&str, Month, Month, &str)> = Vec::new();
        for source in sources {
            let mut open: BTreeMap<&str, usize> = BTreeMap::new();
            for month in self.months_asked(sources, period) {
                let mut still = BTreeMap::new();
                for district in self.missing(source, month) {
                    let run = open.get(district).copied().unwrap_or(runs.len());
                    if run == runs.len() {
                        runs.push((source, month, month, district));
                    }
                    runs[run].2 = month;
                    still.insert(district, run);
                }
                open = still;
            }
        }
        let text = |(source, first, last, district): (&str, Month, Month, &str)| {
            if first == last {
                format!("{source} {first} {district}")
            } else {
                format!("{source} {first}..{last} {district}")
            }
        };
        runs.into_iter().map(text).collect()
    }

    /// Districts for which a source's month has not been received; `all` when it is every one.
    fn missing(&self, source: &str, month: Month) -> Vec<&str> {
        let districts = self.districts.iter().map(|d| d.0.as_str());
        if self.districts.is_empty() {
            return if self.received(source, month, EVERYWHERE) { Vec::new() } else { vec![EVERYWHERE] };
        }
        let missing: Vec<&str> = districts.filter(|d| !self.received(source, month, d)).collect();
        if missing.len() == self.districts.len() { vec![EVERYWHERE] } else { missing }
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
