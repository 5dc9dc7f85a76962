//! What questions ask of coverage: all of a period, any of it, as much as anywhere; each from the one predicate.

use super::Coverage;
use crate::model::{Month, Period};

impl Coverage {
    /// Whether a source ever covers a district.
    #[must_use]
    pub fn covers(&self, source: &str, district: &str) -> bool {
        self.months_of(source).into_iter().any(|m| self.received(source, m, district))
    }

    /// Whether anything of a source's month was received, for whatever district.
    #[must_use]
    pub fn delivered(&self, source: &str, month: Month) -> bool {
        self.sources.get(source).is_some_and(|s| s.months.contains(&month))
    }

    /// Whether each of some months was received for a district from each of some sources.
    #[must_use]
    pub fn each(&self, sources: &[&str], months: &[Month], district: &str) -> bool {
        !sources.is_empty() && sources.iter().all(|s| months.iter().all(|&m| self.received(s, m, district)))
    }

    /// Whether at least one of some months was received for a district from each of some sources.
    #[must_use]
    pub fn some(&self, sources: &[&str], months: &[Month], district: &str) -> bool {
        !sources.is_empty() && sources.iter().all(|s| months.iter().any(|&m| self.received(s, m, district)))
    }

    /// Whether at least one month of a period was received for a district from each of some sources.
    #[must_use]
    pub fn some_of(&self, sources: &[String], period: Period, district: &str) -> bool {
        let months: Vec<Month> = self.months(sources).into_iter().filter(|m| m.period().meets(period)).collect();
        let names: Vec<&str> = sources.iter().map(String::as_str).collect();
        self.some(&names, &months, district)
    }

    /// Whether all of a period was received for a district from every source that ever covers it; never where none does.
    #[must_use]
    pub fn whole(&self, sources: &[String], period: Period, district: &str) -> bool {
        let covering: Vec<&str> = sources.iter().map(String::as_str).filter(|s| self.covers(s, district)).collect();
        self.each(&covering, &period.months().collect::<Vec<_>>(), district)
    }

    /// Whether all of a period was received for every district that any of the sources ever covers.
    #[must_use]
    pub fn whole_everywhere(&self, sources: &[String], period: Period) -> bool {
        if self.districts.is_empty() {
            return self.whole(sources, period, "");
        }
        let is_covered = |d: &&(String, String)| sources.iter().any(|s| self.covers(s, &d.0));
        let mut covered = self.districts.iter().filter(is_covered).peekable();
        covered.peek().is_some() && covered.all(|d| self.whole(sources, period, &d.0))
    }

    /// Whether a district has, of every source that covers any district, every month of a period that any district has.
    #[must_use]
    pub fn as_anywhere(&self, sources: &[String], period: Period, district: &str) -> bool {
        let somewhere =
            |source: &&String| self.districts.is_empty() || self.districts.iter().any(|d| self.covers(source, &d.0));
        let sent = |source: &String| {
            let months: Vec<Month> = self.months_of(source).into_iter().filter(|m| period.meets(m.period())).collect();
            let here = months.iter().filter(|m| self.received(source, **m, district)).count();
            (here, months.len())
        };
        let counts: Vec<(usize, usize)> = sources.iter().filter(somewhere).map(sent).collect();
        counts.iter().any(|c| c.0 > 0) && counts.iter().all(|(here, any)| here == any)
    }
}
