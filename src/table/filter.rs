//! A query's filters as sets of codes.
//!
//! Every filter has three answers for an incident: yes, no, and "cannot tell", when the incident's time is not
//! precise enough. Incidents that may match but cannot be told are the `time_too_coarse` box.

use std::collections::BTreeMap;

use super::{Span, Table, codes::hour_of};
use crate::model::{Calendar, Definition, Query, QueryError, UNKNOWN_HOUR};

/// Names that queries may use beside what the table itself holds.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// Definitions by name.
    pub definitions: BTreeMap<String, Definition>,
    /// Calendars by name.
    pub calendars: BTreeMap<String, Calendar>,
}

/// A set of codes of one column, in the form that is quickest to test.
#[derive(Debug, Clone)]
pub(crate) enum CodeSet {
    /// Every code.
    All,
    /// Few runs of codes: (first, length - 1).
    Runs(Vec<(u16, u16)>),
    /// Anything: one byte a code.
    Any(Vec<u8>),
}

const MAX_RUNS: usize = 4;

impl CodeSet {
    pub(crate) fn new(codes: usize, holds: impl Fn(usize) -> bool) -> Self {
        let bytes: Vec<u8> = (0..codes).map(|i| u8::from(holds(i))).collect();
        let mut runs: Vec<(u16, u16)> = Vec::new();
        let mut i = 0;
        while i < codes {
            let start = i;
            while i < codes && bytes[i] == bytes[start] {
                i += 1;
            }
            if bytes[start] == 1 {
                runs.push((start as u16, (i - start - 1) as u16));
            }
        }
        match runs.as_slice() {
            [(0, last)] if usize::from(*last) + 1 == codes => Self::All,
            _ if codes == 0 => Self::All,
            _ if runs.len() <= MAX_RUNS => Self::Runs(runs),
            _ => Self::Any(bytes),
        }
    }

    pub(crate) fn holds(&self, code: u16) -> bool {
        match self {
            Self::All => true,
            Self::Runs(runs) => runs.iter().any(|&(first, more)| code.wrapping_sub(first) <= more),
            Self::Any(bytes) => bytes.get(usize::from(code)) == Some(&1),
        }
    }
}

/// One set per column; a row matches when it is in all three.
#[derive(Debug, Clone)]
pub(crate) struct RowSets {
    pub(crate) span: CodeSet,
    pub(crate) how: CodeSet,
    pub(crate) kind: CodeSet,
}

impl RowSets {
    pub(crate) fn is_all(&self) -> bool {
        matches!((&self.span, &self.how, &self.kind), (CodeSet::All, CodeSet::All, CodeSet::All))
    }
}

/// A query's row filters for one table.
#[derive(Debug, Clone)]
pub struct CompiledFilter {
    /// Rows that match for certain.
    pub(crate) certain: RowSets,
    /// Rows that match or cannot be told; `None` when these are the same.
    pub(crate) possible: Option<RowSets>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Answer {
    No,
    CannotTell,
    Yes,
}

impl CompiledFilter {
    /// Compiles the row filters of a query. `resolvable` says whether the days of an incident are precise enough
    /// for the dimensions asked for.
    ///
    /// # Errors
    /// [`QueryError::Unknown`] for a category, source, definition or calendar that is not known.
    pub fn new(
        table: &Table,
        query: &Query,
        known: &Known,
        resolvable: impl Fn(Span) -> bool,
    ) -> Result<Self, QueryError> {
        let kinds = kinds_of(table, query, known)?;
        let kind = CodeSet::new(table.kinds.len(), |i| kinds[i]);
        let spans = spans_of(table, query, known)?;
        let hows: Vec<Answer> = (0..=u8::MAX).map(|how| how_answer(how, query)).collect();
        let sets = |least: Answer, precise: bool| RowSets {
            span: CodeSet::new(spans.len(), |i| {
                spans[i] as u8 >= least as u8 && (!precise || resolvable(table.spans[i]))
            }),
            how: CodeSet::new(hows.len(), |i| hows[i] as u8 >= least as u8),
            kind: kind.clone(),
        };
        let differ = spans.contains(&Answer::CannotTell)
            || hows.contains(&Answer::CannotTell)
            || table.spans.iter().any(|&s| !resolvable(s));
        Ok(Self { certain: sets(Answer::Yes, true), possible: differ.then(|| sets(Answer::CannotTell, false)) })
    }
}

fn kinds_of(table: &Table, query: &Query, known: &Known) -> Result<Vec<bool>, QueryError> {
    let definition = match &query.definition {
        None => None,
        Some(name) => {
            let unknown = || QueryError::unknown("definition", name, known.definitions.keys());
            Some(known.definitions.get(name).ok_or_else(unknown)?)
        }
    };
    for source in &query.sources {
        if !table.sources.contains(source) {
            return Err(QueryError::unknown("source", source, &table.sources));
        }
    }
    let mut categories: Vec<&str> = Vec::new();
    for value in &query.categories {
        categories.extend(categories_in(table, value)?);
    }
    let wanted = |(source, category): &(u16, u16)| {
        let source = &table.sources[usize::from(*source)];
        let category = table.categories[usize::from(*category)].as_str();
        (query.sources.is_empty() || query.sources.contains(source))
            && (query.categories.is_empty() || categories.contains(&category))
            && definition.is_none_or(|d| d.counted().any(|c| c == category))
    };
    Ok(table.kinds.iter().map(wanted).collect())
}

/// A value is one category, or a comma list of them; categories themselves may hold commas.
fn categories_in<'t>(table: &'t Table, value: &str) -> Result<Vec<&'t str>, QueryError> {
    let find = |text: &str| {
        let same = |c: &&String| c.eq_ignore_ascii_case(text.trim());
        table.categories.iter().find(same).map(String::as_str)
    };
    if let Some(category) = find(value) {
        return Ok(vec![category]);
    }
    let parts = value.split(',').filter(|p| !p.trim().is_empty());
    let unknown = |part: &str| QueryError::unknown("category", part.trim(), &table.categories);
    let found: Vec<&str> = parts.map(|part| find(part).ok_or_else(|| unknown(part))).collect::<Result<_, _>>()?;
    if found.is_empty() { Err(unknown(value)) } else { Ok(found) }
}

/// Whether all, some or none of the days of each span are asked for.
fn spans_of(table: &Table, query: &Query, known: &Known) -> Result<Vec<Answer>, QueryError> {
    let calendar = match &query.calendar {
        None => None,
        Some(name) => {
            let unknown = || QueryError::unknown("calendar", name, known.calendars.keys());
            Some(known.calendars.get(name).ok_or_else(unknown)?)
        }
    };
    let period = query.period();
    let by_day = query.weekdays.is_some() || calendar.is_some();
    let answer = |span: &Span| {
        let (inside, touches) =
            (period.start <= span.start && span.end <= period.end, span.start < period.end && period.start < span.end);
        if !by_day || !touches {
            return if inside && touches {
                Answer::Yes
            } else if touches {
                Answer::CannotTell
            } else {
                Answer::No
            };
        }
        let wanted = |day: crate::model::Day| {
            period.start <= day
                && day < period.end
                && query.weekdays.is_none_or(|w| w[usize::from(day.weekday())])
                && calendar.is_none_or(|c| c.contains(day))
        };
        let (mut any, mut all) = (false, true);
        for day in span.days() {
            let wanted = wanted(day);
            any |= wanted;
            all &= wanted;
            if any && !all {
                return Answer::CannotTell;
            }
        }
        if any { Answer::Yes } else { Answer::No }
    };
    Ok(table.spans.iter().map(answer).collect())
}

fn how_answer(how: u8, query: &Query) -> Answer {
    let Some(hours) = query.hours else { return Answer::Yes };
    match hour_of(how) {
        _ if hours.0 == 0xff_ffff => Answer::Yes,
        UNKNOWN_HOUR => Answer::CannotTell,
        hour if hours.0 & (1 << hour) != 0 => Answer::Yes,
        _ => Answer::No,
    }
}
