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

/// Steps by which a past is shortened where something asked was not recorded so far back; at least so many are taken.
const SHORTER: usize = 12;

/// The question of some steps and of their past (the latest step first), as far back as nothing more has to be left out than for
/// the last twelve steps of it; and how many steps that is.
///
/// # Errors
/// [`AskError::NoAnswer`] where no category is left.
pub(super) fn as_far_back(
    reader: &Exact<'_>,
    query: &Query,
    past: &[Period],
    next: &[Period],
) -> Result<(Throughout, usize), AskError> {
    let over = |steps: usize| {
        let windows: Vec<Period> = past[..steps].iter().rev().chain(next).copied().collect();
        throughout(reader, query, &windows, &[])
    };
    let shortest = past.len().min(SHORTER);
    let asked = over(shortest)?;
    let mut steps = past.len();
    while steps > shortest {
        if let Ok(longer) = over(steps)
            && longer.query == asked.query
        {
            return Ok((longer, steps));
        }
        steps = steps.saturating_sub(SHORTER).max(shortest);
    }
    Ok((asked, shortest))
}
