//! What questions ask of coverage: all of a period, any of it, as much as anywhere; each from the one predicate.

use std::collections::BTreeSet;

use super::{Coverage, Received, spans::Spans};
use crate::model::{Day, Month, Period};

/// A part that did not deliver throughout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interrupted {
    /// Source and part.
    pub names: (String, String),
    /// Days that other parts of the source delivered and this one did not, ascending.
    pub days: Vec<Period>,
}

impl Coverage {
    /// Months of which any day of a source was received, ascending; those that are doubtful are among them.
    #[must_use]
    pub fn months_of(&self, source: &str) -> Vec<Month> {
        let days = self.sources.get(source).into_iter().flat_map(|s| s.anywhere.days.iter());
        let mut months: Vec<Month> = days.flat_map(|span| span.months().collect::<Vec<_>>()).collect();
        months.dedup();
        months
    }

    /// Months of which any day of any of the sources was received, ascending.
    #[must_use]
    pub fn months(&self, sources: &[String]) -> Vec<Month> {
        let mut months: Vec<Month> = sources.iter().flat_map(|s| self.months_of(s)).collect();
        months.sort_unstable();
        months.dedup();
        months
    }

    /// The first day after the last that was received of any of some sources.
    #[must_use]
    pub fn received_to(&self, sources: &[String]) -> Option<Day> {
        let last = |s: &String| self.sources.get(s)?.anywhere.days.iter().next_back().map(|span| span.end);
        sources.iter().filter_map(last).max()
    }

    /// The days from the first that every one of some sources had to the last, gaps between them aside.
    #[must_use]
    pub fn shared_days(&self, sources: &[String]) -> Option<Period> {
        let spans = sources.iter().map(|s| {
            let days = &self.sources.get(s)?.anywhere.days;
            Some((days.iter().next()?.start, days.iter().next_back()?.end))
        });
        let spans: Vec<(Day, Day)> = spans.collect::<Option<_>>()?;
        let period = Period { start: spans.iter().map(|s| s.0).max()?, end: spans.iter().map(|s| s.1).min()? };
        (period.start < period.end).then_some(period)
    }

    /// What is known of a source before a day, as words that are the same where answers are: parts, the days they delivered,
    /// their doubtful months, and the days of each district.
    #[must_use]
    pub fn facts(&self, source: &str, before: Day) -> Vec<String> {
        let Some(known) = self.sources.get(source) else { return Vec::new() };
        let days = |name: &str, spans: &Spans| {
            let texts: Vec<String> = spans.until(before).iter().map(|s| s.to_string()).collect();
            format!("{name} {}", texts.join(" "))
        };
        let part = |p: &super::part::Part| {
            let doubts = p.doubts.keys().filter(|m| m.first_day() < before).map(ToString::to_string);
            format!("{}, doubtful {}", days(&p.name, &p.any_days()), doubts.collect::<Vec<_>>().join(" "))
        };
        let districts = self.districts.iter().map(|d| days(&d.0, &known.reach(&d.0).sure));
        known.parts.iter().map(part).chain(districts).collect()
    }

    /// Days inside a period on which what was received of some sources begins or ends, for any district.
    #[must_use]
    pub fn edges(&self, sources: &[String], period: Period) -> Vec<Day> {
        let reaches = sources.iter().filter_map(|s| self.sources.get(s));
        let spans = reaches.flat_map(|s| s.reaches.values().chain([&s.anywhere])).flat_map(|r| r.days.iter());
        let mut days: Vec<Day> = spans.flat_map(|s| [s.start, s.end]).collect();
        days.retain(|d| period.start < *d && *d < period.end);
        days.sort_unstable();
        days.dedup();
        days
    }

    /// Whether a source ever covers a district.
    #[must_use]
    pub fn covers(&self, source: &str, district: &str) -> bool {
        self.sources.get(source).is_some_and(|s| !s.reach(district).days.is_empty())
    }

    /// Whether a source's deliveries name parts, such as police forces.
    #[must_use]
    pub fn has_parts(&self, source: &str) -> bool {
        self.sources.get(source).is_some_and(|s| s.parts.iter().any(|p| !p.name.is_empty()))
    }

    /// Whether a part of a source speaks for a district; one that no layer has is nobody's, and every part may.
    #[must_use]
    pub fn speaks(&self, source: &str, part: &str, district: &str) -> bool {
        let Some(known) = self.sources.get(source) else { return true };
        let speaking = |reach: &super::part::Reach| reach.parts.iter().any(|&p| known.parts[p].name == part);
        known.reaches.get(district).is_none_or(speaking)
    }

    /// Every (source, part) that speaks for a district.
    #[must_use]
    pub fn speaking(&self, district: &str) -> BTreeSet<(String, String)> {
        let of_source = |(name, source): (&String, &super::SourceCoverage)| -> Vec<(String, String)> {
            let parts = source.reach(district).parts.iter();
            parts.map(|&p| (name.clone(), source.parts[p].name.clone())).collect()
        };
        self.sources.iter().flat_map(of_source).collect()
    }

    /// Parts of some sources that did not surely deliver every day of some periods that any part delivered, each with the days
    /// it did not: what they add where they do not speak would look like a change.
    #[must_use]
    pub fn interrupted(&self, sources: &[String], periods: &[Period]) -> Vec<Interrupted> {
        let of_source = |source: &String| -> Vec<Interrupted> {
            let Some(known) = self.sources.get(source) else { return Vec::new() };
            let asked = Spans::of(periods.iter().flat_map(|p| known.anywhere.days.within(*p).collect::<Vec<_>>()));
            let missing = |part: &super::part::Part| {
                let sure: Vec<Period> = part.sure_days().iter().collect();
                let days: Vec<Period> = asked.without(&sure).iter().collect();
                let names = (source.clone(), part.name.clone());
                (!part.name.is_empty() && !days.is_empty()).then_some(Interrupted { names, days })
            };
            known.parts.iter().filter_map(missing).collect()
        };
        sources.iter().flat_map(of_source).collect()
    }

    /// Whether all of a source's month was received, for whatever district.
    #[must_use]
    pub fn delivered(&self, source: &str, month: Month) -> bool {
        self.sources.get(source).is_some_and(|s| s.anywhere.sure.hold(month.period()))
    }

    /// Whether each of some periods was received for a district from each of some sources.
    #[must_use]
    pub fn each(&self, sources: &[&str], periods: &[Period], district: &str) -> bool {
        let is_all = |source: &&str, period: &Period| self.of(source, *period, district) == Received::All;
        !sources.is_empty() && sources.iter().all(|s| periods.iter().all(|p| is_all(s, p)))
    }

    /// Whether at least a day of a period was received for a district from each of some sources.
    #[must_use]
    pub fn some(&self, sources: &[&str], period: Period, district: &str) -> bool {
        !sources.is_empty() && sources.iter().all(|s| self.days(s, period, district) > 0)
    }

    /// Whether at least a day of a period was received for a district from each of some sources.
    #[must_use]
    pub fn some_of(&self, sources: &[String], period: Period, district: &str) -> bool {
        let names: Vec<&str> = sources.iter().map(String::as_str).collect();
        self.some(&names, period, district)
    }

    /// Whether all of a period was received for a district from every source that ever covers it; never where none does.
    #[must_use]
    pub fn whole(&self, sources: &[String], period: Period, district: &str) -> bool {
        let covering: Vec<&str> = sources.iter().map(String::as_str).filter(|s| self.covers(s, district)).collect();
        self.each(&covering, &[period], district)
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

    /// Whether a district has, of every source that covers any district, every day of a period that any district has.
    #[must_use]
    pub fn as_anywhere(&self, sources: &[String], period: Period, district: &str) -> bool {
        let somewhere =
            |source: &&String| self.districts.is_empty() || self.districts.iter().any(|d| self.covers(source, &d.0));
        let sent = |source: &String| {
            let anywhere = self.sources.get(source).map_or(0, |s| s.anywhere.sure.days_in(period));
            (self.days(source, period, district), anywhere)
        };
        let days: Vec<(i32, i32)> = sources.iter().filter(somewhere).map(sent).collect();
        days.iter().any(|d| d.0 > 0) && days.iter().all(|(here, any)| here == any)
    }
}
