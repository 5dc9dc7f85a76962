//! Questions of change are asked of what was delivered and recorded throughout: a supplier that stopped, a category that is no
//! longer recorded, or places that are no longer found would look like a fall. What is left out is named, each in a sentence.

mod guests;
mod locating;
mod stopped;

pub(super) use guests::in_words as days_in_words;
pub(super) use locating::{Locating, WithPlace, lasting_share, share_in_words};
pub(super) use stopped::not_recorded;

use super::steps::{asked_sources, with_sources};
use crate::{
    ask::{AskError, Exact},
    model::{Period, Query},
};

/// A question of change as it is answered.
pub(super) struct Throughout {
    pub(super) query: Query,
    /// What was left out, a sentence each.
    pub(super) notes: Vec<String>,
}

/// The question without sources, guests and categories that were not there throughout some periods; categories must have been
/// recorded in earlier periods too.
///
/// # Errors
/// [`AskError::NoAnswer`] where no category is left.
pub(super) fn throughout(
    reader: &Exact<'_>,
    query: &Query,
    periods: &[Period],
    earlier: &[Period],
) -> Result<Throughout, AskError> {
    let (query, note) = with_sources(reader, query, periods);
    let mut asked = Throughout { query, notes: note.into_iter().collect() };
    let interrupted = reader.coverage.interrupted(asked_sources(reader, &asked.query), periods);
    asked.without_guests(reader, interrupted, periods)?;
    asked.without_stopped(reader, &[periods, earlier].concat())?;
    Ok(asked)
}
