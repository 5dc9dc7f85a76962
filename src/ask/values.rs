//! Names and values as they came, checked against a declaration: what a question is read from.

use std::collections::BTreeMap;

use super::{Declaration, Parameter, raw::Raw};
use crate::model::{Day, Period, PlaceRef, QueryError};

/// Values of a question in their one form, by name; what was left out and has a default stands there too.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Values {
    by_name: BTreeMap<&'static str, Vec<String>>,
    /// First day that may not be looked at: where a stored question is asked again.
    pub(crate) cutoff: Option<Day>,
}

impl Values {
    /// Checks names and values against a declaration; a name may come several times where its kind allows it.
    ///
    /// # Errors
    /// [`QueryError`] on the first parameter that is unknown, missing, doubled or not of its form.
    pub fn check<N: AsRef<str>, V: Into<Raw>>(
        declaration: &Declaration,
        pairs: impl IntoIterator<Item = (N, V)>,
    ) -> Result<Self, QueryError> {
        let mut given: BTreeMap<&'static str, Vec<Raw>> = BTreeMap::new();
        for (name, value) in pairs {
            let known = declaration.parameter(name.as_ref());
            let known = known.ok_or_else(|| QueryError::parameter(name.as_ref(), declaration.names()))?;
            given.entry(known.name).or_default().push(value.into());
        }
        let mut by_name = BTreeMap::new();
        for parameter in declaration.parameters() {
            let values = match given.get(parameter.name) {
                Some(raw) => parameter.canonical(raw)?,
                None if parameter.required => return Err(missing(parameter)),
                None if !parameter.default.is_empty() => vec![parameter.default.to_owned()],
                None => continue,
            };
            // No is what a flag is when it is left out.
            if !values.is_empty() && values != ["false"] {
                by_name.insert(parameter.name, values);
            }
        }
        Ok(Self { by_name, cutoff: None })
    }

    /// All values by name.
    #[must_use]
    pub fn by_name(&self) -> &BTreeMap<&'static str, Vec<String>> {
        &self.by_name
    }

    /// Values of a parameter.
    #[must_use]
    pub fn all(&self, name: &str) -> &[String] {
        self.by_name.get(name).map_or(&[], Vec::as_slice)
    }

    /// The value of a parameter.
    #[must_use]
    pub fn one(&self, name: &str) -> Option<&str> {
        self.all(name).first().map(String::as_str)
    }

    /// Whether a flag is given.
    #[must_use]
    pub fn flag(&self, name: &str) -> bool {
        self.one(name) == Some("true")
    }

    /// A whole number.
    #[must_use]
    pub fn whole(&self, name: &str) -> Option<u64> {
        self.one(name)?.parse().ok()
    }

    /// A day.
    #[must_use]
    pub fn day(&self, name: &str) -> Option<Day> {
        Day::parse(self.one(name)?).ok()
    }

    /// A period.
    #[must_use]
    pub fn period(&self, name: &str) -> Option<Period> {
        Period::parse(self.one(name)?).ok()
    }

    /// What a word stands for: the pair with that name.
    #[must_use]
    pub fn word<T: Copy>(&self, name: &str, words: &[(&str, T)]) -> Option<T> {
        let text = self.one(name)?;
        words.iter().find(|w| w.0 == text).map(|w| w.1)
    }

    /// Places of the one grammar.
    ///
    /// # Errors
    /// [`QueryError::Invalid`] for a value that is no place, such as a word that stands for a choice.
    pub fn places(&self, name: &str) -> Result<Vec<PlaceRef>, QueryError> {
        self.all(name).iter().map(|text| PlaceRef::parse(name, text)).collect()
    }
}

fn missing(parameter: &Parameter) -> QueryError {
    QueryError::invalid(parameter.name, "", format!("a value such as {}: {}", parameter.example, parameter.about))
}
