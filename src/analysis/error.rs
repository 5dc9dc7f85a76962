//! What grid and statistics refuse, as the reason why there is no answer.

use crate::{
    ask::{AskError, words::capital},
    grid::GridError,
    stats::StatsError,
};

impl From<GridError> for AskError {
    fn from(error: GridError) -> Self {
        Self::none(error.to_string())
    }
}

impl From<StatsError> for AskError {
    fn from(error: StatsError) -> Self {
        Self::none(error.to_string())
    }
}

/// Why statistics give no answer, as a sentence for whoever asked.
pub(super) fn in_words(error: &StatsError) -> AskError {
    AskError::none(format!("there is no answer. {}", capital(&error.to_string())))
}
