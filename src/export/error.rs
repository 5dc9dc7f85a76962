//! Why an answer could not be written.

use std::io;

use crate::ask::AskError;

/// Why an answer could not be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExportError {
    /// Where it goes.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The answer, which broke off.
    #[error(transparent)]
    Answer(#[from] AskError),
    /// The format has no room for it.
    #[error("{format} has no room for it: {reason}; choose csv or parquet, or ask for less")]
    NoRoom {
        /// Format.
        format: &'static str,
        /// Why.
        reason: String,
    },
    /// The library of the format.
    #[error("{format} could not be written: {reason}")]
    Format {
        /// Format.
        format: &'static str,
        /// What the library said.
        reason: String,
    },
}

impl From<serde_json::Error> for ExportError {
    fn from(error: serde_json::Error) -> Self {
        Self::Io(error.into())
    }
}
