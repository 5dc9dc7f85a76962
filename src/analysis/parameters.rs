//! Parameters of a question beyond those of a query: taken out by name, what is left is the query's.

use crate::model::{Caller, Query, QueryError, RESOLUTIONS};

/// Names and values as they came, by flag or by URL.
#[derive(Debug, Clone, Default)]
pub struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// Takes names and values.
    pub fn new<N: Into<String>, V: Into<String>>(pairs: impl IntoIterator<Item = (N, V)>) -> Self {
        Self(pairs.into_iter().map(|(n, v)| (n.into(), v.into())).collect())
    }

    /// Takes every value of a parameter, comma lists apart.
    pub(super) fn take_all(&mut self, name: &str) -> Vec<String> {
        let (taken, left) = std::mem::take(&mut self.0).into_iter().partition(|(n, _)| n == name);
        self.0 = left;
        let taken: Vec<(String, String)> = taken;
        let parts = taken.iter().flat_map(|(_, v)| v.split(',')).map(str::trim).filter(|v| !v.is_empty());
        parts.map(str::to_owned).collect()
    }

    /// Takes the one value of a parameter.
    ///
    /// # Errors
    /// [`QueryError::Invalid`] when it stands twice.
    pub(super) fn take(&mut self, name: &str) -> Result<Option<String>, QueryError> {
        let positions: Vec<usize> = (0..self.0.len()).filter(|&i| self.0[i].0 == name).collect();
        match positions[..] {
            [] => Ok(None),
            [i] => Ok(Some(self.0.remove(i).1)),
            [_, second, ..] => Err(QueryError::invalid(name, &self.0[second].1, "one value")),
        }
    }

    /// Takes a parameter that is one of some words.
    pub(super) fn take_word<T: Copy>(&mut self, name: &str, words: &[(&str, T)]) -> Result<Option<T>, QueryError> {
        let Some(text) = self.take(name)? else { return Ok(None) };
        let known = || words.iter().map(|w| w.0);
        let found = words.iter().find(|(word, _)| *word == text);
        found.map(|w| Some(w.1)).ok_or_else(|| QueryError::unknown(name, &text, known()))
    }

    /// Takes a whole number within limits.
    pub(super) fn take_number(&mut self, name: &str, from: u64, to: u64) -> Result<Option<u64>, QueryError> {
        let Some(text) = self.take(name)? else { return Ok(None) };
        let number = text.trim().parse().ok().filter(|n| (from..=to).contains(n));
        number.map(Some).ok_or_else(|| QueryError::invalid(name, &text, format!("a whole number from {from} to {to}")))
    }

    /// Takes a flag.
    pub(super) fn take_flag(&mut self, name: &str) -> Result<bool, QueryError> {
        let words = [("true", true), ("1", true), ("", true), ("false", false), ("0", false)];
        Ok(self.take_word(name, &words)?.unwrap_or(false))
    }

    /// Takes the resolution out of `cell`, whose other values are cells; 8 where there is none.
    pub(super) fn take_resolution(&mut self) -> Result<u8, QueryError> {
        let is_number = |(name, value): &(String, String)| name == "cell" && value.trim().parse::<u32>().is_ok();
        let Some(i) = self.0.iter().position(is_number) else { return Ok(DEFAULT_RESOLUTION) };
        let (_, text) = self.0.remove(i);
        let resolution = text.trim().parse().ok().filter(|r| RESOLUTIONS.contains(r));
        resolution.ok_or_else(|| QueryError::invalid("cell", &text, "a resolution from 7 to 11, or an H3 cell"))
    }

    /// The query that the rest asks.
    ///
    /// # Errors
    /// [`QueryError`] on the first parameter that is unknown or not of its form.
    pub(super) fn query(self, caller: &Caller) -> Result<Query, QueryError> {
        Query::parse(self.0.iter().map(|(n, v)| (n.as_str(), v.as_str())), caller)
    }
}

/// Resolution of maps in meetings.
const DEFAULT_RESOLUTION: u8 = 8;

/// Refuses the parts of a query that a question has no use for.
pub(super) fn refuse(query: &Query, what: &str, names: &[&str]) -> Result<(), QueryError> {
    for name in names.iter().chain(&["harm"]) {
        let given = match *name {
            "by" => !query.by.is_empty(),
            "zeros" => query.zeros,
            "rate" => query.rate.is_some(),
            "top" => query.top.is_some(),
            "harm" => query.harm.is_some(),
            "from" => query.from.is_some(),
            "to" => query.to.is_some(),
            "in" => !query.place.areas.is_empty(),
            "cell" => !query.place.cells.is_empty(),
            "bbox" => query.place.bbox.is_some(),
            _ => false,
        };
        if given {
            return Err(QueryError::invalid(name, "given", format!("nothing: {what} takes no {name}")));
        }
    }
    Ok(())
}
