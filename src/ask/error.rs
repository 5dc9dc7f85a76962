//! Why a question has no answer.

use crate::model::QueryError;

/// Why a question has no answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AskError {
    /// It asks for something that is not there, or in a wrong way.
    #[error(transparent)]
    Query(#[from] QueryError),
    /// It is a good one, but the data has no answer to it: the reason as a sentence.
    #[error("{reason}")]
    NoAnswer {
        /// Why.
        reason: String,
    },
    /// It needs exact records, and who asks may see protected counts only.
    #[error("{question} needs exact records, which a protected release does not hold")]
    NeedsExact {
        /// The question.
        question: &'static str,
    },
    /// Whoever asked has left, or the time was over.
    #[error("{}", if *.late { "the answer took too long: ask for a shorter period or fewer dimensions" } else { "nobody waits for this answer any more" })]
    Stopped {
        /// Whether it was the time.
        late: bool,
    },
}

impl AskError {
    /// No answer, with the reason as a sentence.
    pub(crate) fn none(reason: impl Into<String>) -> Self {
        Self::NoAnswer { reason: reason.into() }
    }
}
