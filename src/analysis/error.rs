//! What grid and statistics refuse, as the reason why there is no answer.

use crate::{ask::AskError, grid::GridError, stats::StatsError};

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
