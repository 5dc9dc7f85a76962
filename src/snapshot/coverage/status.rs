//! What is known of some days of a source in a district.

use crate::model::Day;

/// What was received of a span of days, for a district, from a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Received {
    /// All of it: a day without a record is a zero.
    All,
    /// Some days of it; the first day after the last of them.
    Partly {
        /// First day not received.
        to: Day,
    },
    /// Delivered, but it holds far less than usual.
    Doubtful {
        /// What is strange about it.
        why: String,
    },
    /// Nothing.
    Nothing,
}

impl Received {
    /// The word in answers.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::All => "received",
            Self::Partly { .. } => "partial",
            Self::Doubtful { .. } => "doubtful",
            Self::Nothing => "not_received",
        }
    }
}
