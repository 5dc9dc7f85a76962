//! When something happened, from what people write.

use jiff::{Timestamp, civil::DateTime};

use crate::model::{Clock, Day, Month, When, WhenPrecision};

/// Forms of a time tried where the mapping names none, after ISO months, dates and instants.
const FORMATS: [&str; 7] = [
    "%Y-%m-%dT%H:%M:%S",
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%dT%H:%M",
    "%Y-%m-%d %H:%M",
    "%d/%m/%Y %H:%M:%S",
    "%d/%m/%Y %H:%M",
    "%d/%m/%Y",
];

/// Reads a month, date, local time or time with an offset.
pub(super) fn parse_when(text: &str, formats: &[String]) -> Option<When> {
    if !formats.is_empty() {
        return formats.iter().find_map(|format| with_format(text, format));
    }
    if let Ok(month) = Month::parse(text) {
        return Some(When::month(month));
    }
    if let Ok(day) = Day::parse(text) {
        return Some(When::day(day));
    }
    if let Ok(instant) = text.parse::<Timestamp>() {
        return in_range(Clock::london().local(instant.as_microsecond()).0)
            .then(|| instant_of(instant.as_microsecond()));
    }
    FORMATS.iter().find_map(|format| with_format(text, format))
}

fn with_format(text: &str, format: &str) -> Option<When> {
    let parsed = jiff::fmt::strtime::parse(format, text).ok()?;
    let has = |part: char| format.contains(&format!("%{part}")) || format.contains(&format!("%-{part}"));
    if has('H') || has('I') || format.contains("%T") || format.contains("%R") {
        let time: DateTime = parsed.to_datetime().ok()?;
        let day = Day::from_date(time.date());
        let since_midnight = time.time().duration_since(jiff::civil::Time::midnight());
        let of_day_us = i64::try_from(since_midnight.as_micros()).ok()?;
        return in_range(day).then(|| instant_of(Clock::london().utc(day, of_day_us)));
    }
    if has('d') || has('e') || format.contains("%F") || format.contains("%D") {
        let day = Day::from_date(parsed.to_date().ok()?);
        return in_range(day).then(|| When::day(day));
    }
    let (year, month) = (parsed.year()?, parsed.month()?);
    let month = Month(i32::from(year) * 12 + i32::from(month) - 1);
    in_range(month.first_day()).then(|| When::month(month))
}

fn in_range(day: Day) -> bool {
    (1970..2100).contains(&day.date().year())
}

fn instant_of(us: i64) -> When {
    When { start_us: us, end_us: us, precision: WhenPrecision::Instant }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_in_every_usual_form() {
        let day = |text: &str| {
            parse_when(text, &[])
                .map(|w| (w.days(Clock::london()).0.to_string(), w.precision.name(), w.days(Clock::london()).2))
        };
        assert_eq!(day("2025-07-04 22:15"), Some(("2025-07-04".to_owned(), "instant", 22)));
        assert_eq!(day("04/07/2025"), Some(("2025-07-04".to_owned(), "day", 24)));
        assert_eq!(day("2025-07-04T22:15:00Z"), Some(("2025-07-04".to_owned(), "instant", 23)));
        assert_eq!(day("2025-07"), Some(("2025-07-01".to_owned(), "month", 24)));
        for bad in ["2025-13", "31/02/2025", "yesterday", "1625-01-01", "25/12/25", ""] {
            assert_eq!(day(bad), None, "{bad}");
        }
        let format = ["%d-%b-%Y %H%M".to_owned()];
        assert_eq!(parse_when("04-Jul-2025 2215", &format).unwrap().days(Clock::london()).2, 22);
    }
}
