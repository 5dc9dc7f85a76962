//! Why a statistic has no answer.

/// A sentence for each case in which there is nothing to compute.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StatsError {
    /// Slices that belong together differ in length.
    #[error("{what}: {left} values against {right}")]
    Shape {
        /// What was compared.
        what: &'static str,
        /// Length of the one.
        left: usize,
        /// Length of the other.
        right: usize,
    },
    /// Too few values.
    #[error("{what} needs at least {needed} values, there are {found}")]
    TooFew {
        /// The statistic.
        what: &'static str,
        /// Least number.
        needed: usize,
        /// Number given.
        found: usize,
    },
    /// All values are equal.
    #[error("all {count} values are equal: there is nothing to compare")]
    NoVariance {
        /// How many.
        count: usize,
    },
    /// Nothing was counted.
    #[error("there are no incidents to work with")]
    NoIncidents,
    /// The ratio has no denominator.
    #[error("{what} is zero: the ratio is undefined, only the counts can be reported")]
    Undefined {
        /// What is zero.
        what: &'static str,
    },
    /// Whoever asked has left.
    #[error("stopped before it was done")]
    Stopped,
    /// A value outside its domain.
    #[error("{what} must be {expected}")]
    Domain {
        /// The value.
        what: &'static str,
        /// What it must be.
        expected: &'static str,
    },
}

/// Fails unless two lengths are equal.
pub(super) fn same_length(what: &'static str, left: usize, right: usize) -> Result<(), StatsError> {
    if left == right { Ok(()) } else { Err(StatsError::Shape { what, left, right }) }
}
