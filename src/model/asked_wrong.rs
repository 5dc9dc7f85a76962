//! What is wrong with a question: the parameter, its value and what is allowed.

/// A question that cannot be asked: the parameter, its value and what is allowed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum QueryError {
    /// The value is not of the parameter's form.
    #[error("{name} {value:?}: expected {expected}")]
    Invalid {
        /// The parameter.
        name: String,
        /// Its value, cut at 80 characters.
        value: String,
        /// What it should have been.
        expected: String,
    },
    /// The value is of the right form but names nothing known.
    #[error("{name} {value:?} is not known; known: {}", list(.known))]
    Unknown {
        /// The parameter.
        name: String,
        /// Its value, cut at 80 characters.
        value: String,
        /// What is known.
        known: Vec<String>,
    },
    /// A parameter that the question does not have.
    #[error("there is no parameter {name:?}; known: {}", known.join(", "))]
    Parameter {
        /// The parameter, cut at 80 characters.
        name: String,
        /// Those there are.
        known: Vec<String>,
    },
}

fn list(known: &[String]) -> String {
    if known.is_empty() {
        return "none yet".to_owned();
    }
    known.join(", ")
}

impl QueryError {
    /// A value of the wrong form.
    #[must_use]
    pub fn invalid(name: &str, value: &str, expected: impl Into<String>) -> Self {
        Self::Invalid { name: name.to_owned(), value: value.chars().take(80).collect(), expected: expected.into() }
    }

    /// A parameter that there is not.
    #[must_use]
    pub fn parameter<S: ToString>(name: &str, known: impl IntoIterator<Item = S>) -> Self {
        let known = known.into_iter().map(|k| k.to_string()).collect();
        Self::Parameter { name: name.chars().take(80).collect(), known }
    }

    /// A value that names nothing known.
    #[must_use]
    pub fn unknown<S: ToString>(name: &str, value: &str, known: impl IntoIterator<Item = S>) -> Self {
        Self::Unknown {
            name: name.to_owned(),
            value: value.chars().take(80).collect(),
            known: known.into_iter().map(|k| k.to_string()).collect(),
        }
    }
}
