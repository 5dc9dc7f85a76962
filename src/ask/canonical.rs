//! The same text for the same question, whatever way it was asked: what tags, ids and the log are made from.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Declaration, Values};
use crate::model::QueryError;

/// Version of the form. Raise it when the same question would be written in another way.
pub const FORM: u32 = 1;

/// A question in its one form, as it is stored, logged and hashed.
///
/// # Examples
/// ```
/// use places::{analysis::question, ask::Canonical};
/// let count = question("count").unwrap();
/// let asked = count.ask([("source", "b,a"), ("by", "month"), ("source", "a")])?;
/// assert_eq!(
///     asked.canonical().text(),
///     r#"{"question":"count","form":1,"values":{"by":["month"],"source":["a","b"]}}"#
/// );
/// # Ok::<(), places::model::QueryError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Canonical {
    /// Name of the question.
    pub question: String,
    /// Version of this form.
    pub form: u32,
    /// Values by name of the parameter, defaults named; sorted where order means nothing.
    pub values: BTreeMap<String, Vec<String>>,
}

impl Canonical {
    /// The form of checked values.
    #[must_use]
    pub fn of(declaration: &Declaration, values: &Values) -> Self {
        let values = values.by_name().iter().map(|(name, values)| ((*name).to_owned(), values.clone()));
        Self { question: declaration.name.to_owned(), form: FORM, values: values.collect() }
    }

    /// One line of JSON.
    #[must_use]
    pub fn text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Reads a stored form.
    ///
    /// # Errors
    /// [`QueryError::Invalid`] when it is none, or of a newer version.
    pub fn read(text: &str) -> Result<Self, QueryError> {
        let form: Self = serde_json::from_str(text)
            .map_err(|e| QueryError::invalid("question", text, format!("a stored question ({e})")))?;
        if form.form > FORM {
            let expected = format!("a form of version {FORM} or before: a newer program wrote this one");
            return Err(QueryError::invalid("question", &form.form.to_string(), expected));
        }
        Ok(form)
    }

    /// With values of a parameter that was left open.
    #[must_use]
    pub fn naming(mut self, name: &str, values: &[String]) -> Self {
        if !values.is_empty() {
            self.values.entry(name.to_owned()).or_insert_with(|| values.to_vec());
        }
        self
    }

    /// Names and values, as a question is asked with.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.values.iter().flat_map(|(name, values)| values.iter().map(|v| (name.as_str(), v.as_str())))
    }
}
