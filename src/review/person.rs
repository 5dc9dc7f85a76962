//! Who acts, and when a second person has to agree.

use super::ReviewError;

/// A decision or an alias that touches more records than this needs a second person.
pub const AGREEMENT_FROM: u64 = 100;
/// Longest name of a person.
const MAX_WHO_CHARS: usize = 80;

/// The name of the person who acts, without spaces round it.
pub(super) fn person(who: &str) -> Result<&str, ReviewError> {
    let who = who.trim();
    let length = who.chars().count();
    (1..=MAX_WHO_CHARS).contains(&length).then_some(who).ok_or(ReviewError::NoPerson)
}

/// Whether two names are one person's but for case, spaces and stops.
pub(super) fn same_person(a: &str, b: &str) -> bool {
    let letters =
        |name: &str| name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect::<String>();
    letters(a) == letters(b)
}
