//! Offence definitions and calendars: named sets that `places.toml` holds as data.

use serde::{Deserialize, Serialize};

use super::{
    text::fold,
    time::{Day, InvalidTime, Period},
};

/// A named set of offence categories, such as "serious-violence".
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Definition {
    /// What it is called on screen.
    pub title: String,
    /// Version of the text, shown beside every figure made with it.
    #[serde(default = "first_version")]
    pub version: String,
    /// Categories counted whole: the words on the records of any source.
    pub categories: Vec<String>,
    /// Categories that hold some of the offences meant, but cannot be taken apart.
    #[serde(default)]
    pub partly: Vec<Partly>,
    /// What a reader must know.
    #[serde(default)]
    pub note: String,
}

/// A category that a definition reaches into only in part.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Partly {
    /// The category on the records.
    pub category: String,
    /// The offences in it that the definition means.
    pub offences: String,
    /// Whether the whole category is counted (true) or none of it.
    pub counted: bool,
}

fn first_version() -> String {
    "1".to_owned()
}

impl Definition {
    /// Every category that is counted.
    pub fn counted(&self) -> impl Iterator<Item = &str> {
        let partly = self.partly.iter().filter(|p| p.counted);
        self.categories.iter().chain(partly.map(|p| &p.category)).map(String::as_str)
    }
}

/// Words that a definition counts and that stand on no record, in the order they are listed. Where it is all of them the
/// definition counts nothing, whatever happened; a definition without words counts nothing either.
///
/// # Examples
/// ```
/// use places::model::{Definition, words_that_match_nothing};
/// let drugs: Definition =
///     serde_json::from_str(r#"{"title": "Drugs", "categories": ["DRUGS ", "Cannabis"]}"#).unwrap();
/// assert_eq!(words_that_match_nothing(&drugs, ["Drugs", "Robbery"]), ["Cannabis"]);
/// ```
pub fn words_that_match_nothing(
    definition: &Definition,
    on_records: impl IntoIterator<Item = impl AsRef<str>>,
) -> Vec<&str> {
    let known: std::collections::HashSet<String> = on_records.into_iter().map(|c| fold(c.as_ref())).collect();
    definition.counted().filter(|word| !known.contains(&fold(word))).collect()
}

/// A named set of days, such as "term".
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Calendar {
    /// The periods inside, as written.
    pub periods: Vec<Period>,
}

impl Calendar {
    /// Reads texts such as `2025-01-06..2025-02-14` (both days inside).
    ///
    /// # Errors
    /// [`InvalidTime`] on the first text that is no such span.
    pub fn parse(texts: &[String]) -> Result<Self, InvalidTime> {
        let periods = texts
            .iter()
            .map(|text| {
                let error =
                    || InvalidTime { value: text.clone(), expected: "two dates such as 2025-01-06..2025-02-14" };
                let (first, last) = text.split_once("..").ok_or_else(error)?;
                let (start, last) = (Day::parse(first)?, Day::parse(last)?);
                if last < start {
                    return Err(error());
                }
                Ok(Period { start, end: Day(last.0 + 1) })
            })
            .collect::<Result<_, _>>()?;
        Ok(Self { periods })
    }

    /// Whether a day is inside.
    #[must_use]
    pub fn contains(&self, day: Day) -> bool {
        self.periods.iter().any(|p| p.start <= day && day < p.end)
    }
}
