//! The small dictionaries behind an incident's time and kind.

use crate::model::{Day, UNKNOWN_HOUR};

/// `how` of an incident whose weekday and hour are not known.
pub const HOW_UNKNOWN: u8 = 175;
/// First `how` of an incident whose weekday is known and whose hour is not.
const HOUR_UNKNOWN_FROM: u8 = 168;

/// The days an incident may have happened on, `[start, end)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    /// First day.
    pub start: Day,
    /// First day after.
    pub end: Day,
}

impl Span {
    pub(crate) fn days(self) -> impl Iterator<Item = Day> {
        (self.start.0..self.end.0).map(Day)
    }

    pub(crate) fn is_one_day(self) -> bool {
        self.end.0 - self.start.0 == 1
    }
}

/// Hour of the week: 0 to 167 Monday 00 to Sunday 23, then weekday alone, then nothing known.
pub(crate) fn how_of(span: Span, hour: u8) -> u8 {
    if !span.is_one_day() {
        return HOW_UNKNOWN;
    }
    let weekday = span.start.weekday();
    if hour == UNKNOWN_HOUR { HOUR_UNKNOWN_FROM + weekday } else { weekday * 24 + hour }
}

/// The hour in a `how`, or [`UNKNOWN_HOUR`].
pub(crate) fn hour_of(how: u8) -> u8 {
    if how < HOUR_UNKNOWN_FROM { how % 24 } else { UNKNOWN_HOUR }
}
