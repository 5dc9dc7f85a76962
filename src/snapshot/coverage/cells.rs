//! What was received, listed: for `places coverage`, and what of a period was not, for every other answer.

use std::collections::BTreeMap;

use super::{Coverage, Received, SourceCoverage, part::Part, territory::Territory};
use crate::model::{Day, Month, Period};

/// A source, part, month and district.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
pub struct CoverageCell {
    /// Source.
    pub source: String,
    /// Part that speaks for the district (a police force); empty where the source has none, or none does.
    pub part: String,
    /// Month, `YYYY-MM`.
    pub month: String,
    /// District code, or `all` without a study area.
    pub district: String,
    /// District name.
    pub district_name: String,
    /// `received`, `partial`, `doubtful` or `not_received`.
    pub status: String,
    /// Of a partial month the last day received; else empty.
    pub to: String,
    /// Why it is not simply received; else empty.
    pub why: String,
    /// Located incidents stored, of any part.
    pub rows: u64,
}

const EVERYWHERE: &str = "all";
/// Months before the first and after the last received that are looked at.
const MAX_MONTHS_BEYOND: i32 = 120;
/// Days of a period that has an end: 2099 and before.
const MAX_DAY: u32 = 50_000;

impl Coverage {
    /// Months of a period from the first to the last that any part of any of the sources delivered; where the period has an end
    /// beyond, up to there.
    fn months_asked(&self, sources: &[String], period: Period) -> Vec<Month> {
        let parts = sources.iter().filter_map(|s| self.sources.get(s)).flat_map(|s| &s.parts);
        let days: Vec<Period> = parts.flat_map(|p| p.any_days().iter().collect::<Vec<_>>()).collect();
        let (first, last) = (days.iter().map(|d| d.start).min(), days.iter().map(|d| d.end).max());
        let (Some(first), Some(last)) = (first.map(Day::month), last.map(|end| Day(end.0 - 1).month())) else {
            return Vec::new();
        };
        // A period asked for beyond what was ever received has gaps too.
        let widest = |day: Day| (day.0.unsigned_abs() < MAX_DAY).then(|| day.month());
        let first = widest(period.start).map_or(first, |m| m.min(first)).max(Month(first.0 - MAX_MONTHS_BEYOND));
        let end = widest(Day(period.end.0.saturating_sub(1)));
        let last = end.map_or(last, |m| m.max(last)).min(Month(last.0 + MAX_MONTHS_BEYOND));
        (first.0..=last.0).map(Month).filter(|m| m.period().meets(period)).collect()
    }

    /// Every source, month from the first to the last received of any of them, and district.
    #[must_use]
    pub fn cells(&self, sources: &[String], period: Period) -> Vec<CoverageCell> {
        let everywhere = [(EVERYWHERE.to_owned(), "All".to_owned())];
        let districts = if self.districts.is_empty() { &everywhere[..] } else { &self.districts };
        let mut cells = Vec::new();
        for source in sources {
            let Some(known) = self.sources.get(source) else { continue };
            for month in self.months_asked(sources, period) {
                cells.extend(districts.iter().map(|district| self.cell(source, known, month, district)));
                cells.extend(known.parts.iter().filter_map(|part| network_cell(source, part, month)));
            }
        }
        cells
    }

    fn cell(&self, source: &str, known: &SourceCoverage, month: Month, district: &(String, String)) -> CoverageCell {
        let reach = known.reach(&district.0);
        let received = self.of(source, month.period(), &district.0);
        let names: Vec<&str> = reach.parts.iter().map(|&p| known.parts[p].name.as_str()).collect();
        let (to, why) = match &received {
            Received::All => (String::new(), String::new()),
            Received::Partly { to } => (Day(to.0 - 1).to_string(), days_in_words(reach.sure.within(month.period()))),
            Received::Doubtful { why } => (String::new(), why.clone()),
            Received::Nothing if names.is_empty() => (String::new(), "nobody speaks for this district".to_owned()),
            Received::Nothing => (String::new(), "no delivery covers it".to_owned()),
        };
        CoverageCell {
            source: source.to_owned(),
            part: names.join(" "),
            month: month.to_string(),
            district: district.0.clone(),
            district_name: district.1.clone(),
            status: received.word().to_owned(),
            to,
            why,
            rows: self.rows.get(&(source.to_owned(), month, district.0.clone())).copied().unwrap_or(0),
        }
    }

    /// What of a period was not simply received, as `SOURCE MONTH DISTRICT`, months in a row as `SOURCE FIRST..LAST DISTRICT`;
    /// what is partial or doubtful says so behind a colon.
    #[must_use]
    pub fn gaps(&self, sources: &[String], period: Period) -> Vec<String> {
        let mut runs: Vec<(&str, Month, Month, String)> = Vec::new();
        for source in sources {
            let mut open: BTreeMap<String, usize> = BTreeMap::new();
            for month in self.months_asked(sources, period) {
                let mut still = BTreeMap::new();
                for missing in self.missing(source, month, period) {
                    let run = open.get(&missing).copied().unwrap_or(runs.len());
                    if run == runs.len() {
                        runs.push((source, month, month, missing.clone()));
                    }
                    runs[run].2 = month;
                    still.insert(missing, run);
                }
                open = still;
            }
        }
        let text = |(source, first, last, missing): (&str, Month, Month, String)| {
            let months = if first == last { first.to_string() } else { format!("{first}..{last}") };
            format!("{source} {months} {missing}")
        };
        runs.into_iter().map(text).collect()
    }

    /// Districts for which the days of a month inside a period were not received of a source, each with what is known;
    /// `all` when it is the same of every one.
    fn missing(&self, source: &str, month: Month, period: Period) -> Vec<String> {
        let days = month.period();
        let asked = Period { start: days.start.max(period.start), end: days.end.min(period.end) };
        if self.sources.get(source).is_some_and(|s| s.everywhere.hold(asked)) {
            return Vec::new();
        }
        let known = |district: &str| match self.of(source, asked, district) {
            Received::All => None,
            Received::Nothing => Some(String::new()),
            Received::Partly { to } => Some(format!(": up to {}", Day(to.0 - 1))),
            Received::Doubtful { .. } => Some(": doubtful".to_owned()),
        };
        if self.districts.is_empty() {
            return known(EVERYWHERE).map(|k| format!("{EVERYWHERE}{k}")).into_iter().collect();
        }
        let missing: Vec<(&str, String)> =
            self.districts.iter().filter_map(|d| Some((d.0.as_str(), known(&d.0)?))).collect();
        match missing.first() {
            Some((_, first)) if missing.len() == self.districts.len() && missing.iter().all(|m| m.1 == *first) => {
                vec![format!("{EVERYWHERE}{first}")]
            }
            _ => missing.into_iter().map(|(district, k)| format!("{district}{k}")).collect(),
        }
    }
}

/// The row of a part that makes no district received.
fn network_cell(source: &str, part: &Part, month: Month) -> Option<CoverageCell> {
    let rows = (part.territory == Territory::Network).then(|| part.rows.get(&month).copied())??;
    let status = if part.doubts.contains_key(&month) { "doubtful" } else { "received" };
    Some(CoverageCell {
        source: source.to_owned(),
        part: part.name.clone(),
        month: month.to_string(),
        district: String::new(),
        district_name: String::new(),
        status: status.to_owned(),
        to: String::new(),
        why: "a network: it adds records wherever they are and speaks for no district".to_owned(),
        rows,
    })
}

fn days_in_words(days: impl Iterator<Item = Period>) -> String {
    let span = |p: Period| format!("{} to {}", p.start, Day(p.end.0 - 1));
    format!("received: {}", days.map(span).collect::<Vec<_>>().join(", "))
}
