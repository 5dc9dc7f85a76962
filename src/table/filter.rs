//! A query's filters as tests of codes.
//!
//! Every filter has three answers for an incident: yes, no, and "cannot tell", when the incident's time is not
//! precise enough. Incidents that may match but cannot be told are the `time_too_coarse` box.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::{Span, Table, codes::hour_of, matches::RowTest};
use crate::model::{Calendar, Definition, Query, QueryError, UNKNOWN_HOUR, fold};

/// Names that queries may use beside what the table itself holds.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// Definitions by name.
    pub definitions: BTreeMap<String, Definition>,
    /// Calendars by name.
    pub calendars: BTreeMap<String, Calendar>,
}

/// A query's row filters for one table.
#[derive(Debug, Clone)]
pub struct CompiledFilter {
    /// Rows that match for certain.
    pub(crate) certain: RowTest,
    /// Rows that match or cannot be told; `None` when these are the same.
    pub(crate) possible: Option<RowTest>,
    /// Sources and categories that are let through.
    pub(crate) kinds: Vec<bool>,
}

impl Table {
    /// Categories that a filter lets through.
    pub(crate) fn asked_categories(&self, filter: &CompiledFilter) -> Vec<String> {
        let kinds = self.kinds.iter().zip(&filter.kinds).filter(|(_, holds)| **holds);
        let codes: BTreeSet<u16> = kinds.map(|(k, _)| k.1).collect();
        codes.into_iter().map(|c| self.categories[usize::from(c)].clone()).collect()
    }
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
        let spans = spans_of(table, query, known)?;
        let hows: Vec<Answer> = table.hows.iter().map(|&how| how_answer(how, query)).collect();
        let resolved: Vec<bool> = table.spans.iter().map(|&span| resolvable(span)).collect();
        let without = table.rows_of_guests(&query.without.guests);
        let at_least = |least: Answer| move |answer: &Answer| *answer as u8 >= least as u8;
        let test = |least: Answer, precise: bool| {
            let span = spans.iter().zip(&resolved).map(|(a, &resolved)| at_least(least)(a) && (!precise || resolved));
            let how: Vec<bool> = hows.iter().map(at_least(least)).collect();
            RowTest::new(&span.collect::<Vec<_>>(), &how, &kinds, &without)
        };
        let differ =
            spans.contains(&Answer::CannotTell) || hows.contains(&Answer::CannotTell) || resolved.contains(&false);
        let possible = differ.then(|| test(Answer::CannotTell, false));
        Ok(Self { certain: test(Answer::Yes, true), possible, kinds })
    }
}

/// Which kinds are let through. Words are compared folded: a definition, calendar or category is found in any spelling.
fn kinds_of(table: &Table, query: &Query, known: &Known) -> Result<Vec<bool>, QueryError> {
    let definition = match &query.definition {
        None => None,
        Some(name) => {
            let unknown = || QueryError::unknown("definition", name, known.definitions.keys());
            Some(named(&known.definitions, name).ok_or_else(unknown)?)
        }
    };
    // Coverage is asked by the very name: who takes a question resolves it first ([`Table::source_named`]).
    if let Some(unknown) = query.sources.iter().find(|s| !table.sources.contains(s)) {
        return Err(QueryError::unknown("source", unknown, &table.sources));
    }
    let words: Vec<String> = table.categories.iter().map(|c| fold(c)).collect();
    let mut asked: HashSet<&str> = HashSet::new();
    for value in &query.categories {
        asked.extend(categories_in(table, &words, value)?);
    }
    let defined: Option<HashSet<String>> = definition.map(|d| d.counted().map(fold).collect());
    let of_source: Vec<bool> =
        table.sources.iter().map(|s| query.sources.is_empty() || query.sources.contains(s)).collect();
    let of_category: Vec<bool> = words
        .iter()
        .map(|word| {
            (query.categories.is_empty() || asked.contains(word.as_str()))
                && defined.as_ref().is_none_or(|d| d.contains(word))
        })
        .collect();
    let is_left = |source: usize, category: usize| {
        let mut left = query.without.categories.iter();
        left.any(|(s, c)| *s == table.sources[source] && *c == table.categories[category])
    };
    let wanted = |&(source, category): &(u16, u16)| {
        let (source, category) = (usize::from(source), usize::from(category));
        of_source[source] && of_category[category] && !is_left(source, category)
    };
    Ok(table.kinds.iter().map(wanted).collect())
}

/// What has a name in this or another spelling; the very name first.
fn named<'k, T>(of: &'k BTreeMap<String, T>, name: &str) -> Option<&'k T> {
    of.get(name).or_else(|| of.iter().find(|(known, _)| fold(known) == fold(name)).map(|(_, value)| value))
}

/// A value is one category, or a comma list of them; categories themselves may hold commas. `words` are the table's
/// categories, folded.
fn categories_in<'w>(table: &Table, words: &'w [String], value: &str) -> Result<Vec<&'w str>, QueryError> {
    let find = |text: &str| {
        let folded = fold(text);
        words.iter().find(|word| **word == folded).map(String::as_str)
    };
    if let Some(category) = find(value) {
        return Ok(vec![category]);
    }
    let parts = value.split(',').filter(|p| !p.trim().is_empty());
    let unknown = |part: &str| QueryError::unknown("category", part.trim(), &table.categories);
    let categories: Vec<&str> = parts.map(|part| find(part).ok_or_else(|| unknown(part))).collect::<Result<_, _>>()?;
    if categories.is_empty() { Err(unknown(value)) } else { Ok(categories) }
}

/// Whether all, some or none of the days of each span are asked for.
fn spans_of(table: &Table, query: &Query, known: &Known) -> Result<Vec<Answer>, QueryError> {
    let calendar = match &query.calendar {
        None => None,
        Some(name) => {
            let unknown = || QueryError::unknown("calendar", name, known.calendars.keys());
            Some(named(&known.calendars, name).ok_or_else(unknown)?)
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
