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

/// Forms of a time of day that stands in a column of its own.
const CLOCKS: [&str; 7] = ["%H:%M:%S", "%H:%M", "%H%M", "%H.%M", "%I:%M %p", "%I:%M:%S %p", "%I:%M%p"];
/// What some systems write for the midnight that ends a day.
const END_OF_DAY: &str = "24:00";
/// The format of dates that are days since 30 December 1899, as spreadsheets count them.
const SERIAL: &str = "serial";
/// Day 0 of such serial numbers, in days since 1970.
const SERIAL_START: i32 = -25_569;

/// Whether a text says the midnight that ends a day.
pub(super) fn is_end_of_day(text: &str) -> bool {
    text.contains(END_OF_DAY)
}

/// Reads a month, date, local time or time with an offset; `24:00` is the midnight that ends its day.
pub(in crate::import) fn parse_when(text: &str, formats: &[String]) -> Option<When> {
    if is_end_of_day(text) {
        let start = parse_plain(&text.replacen(END_OF_DAY, "00:00", 1), formats)?;
        let (day, of_day) = Clock::london().local(start.start_us);
        let is_midnight = start.precision == WhenPrecision::Instant && of_day == 0;
        return is_midnight.then(|| instant_of(Clock::london().midnight(Day(day.0 + 1))));
    }
    parse_plain(text, formats)
}

/// Whether a text is a time of day.
pub(in crate::import) fn is_clock(text: &str) -> bool {
    is_end_of_day(text) || CLOCKS.iter().any(|format| jiff::civil::Time::strptime(format, text).is_ok())
}

/// Reads a date and the time of day beside it. A date that was written with a midnight is one all the same.
pub(super) fn parse_date_and_time(date: &str, time: &str, formats: &[String]) -> Option<When> {
    if let Some(when) = parse_when(&format!("{date} {time}"), formats) {
        return Some(when);
    }
    let read = parse_plain(date, formats)?;
    let (day, of_day) = Clock::london().local(read.start_us);
    match read.precision {
        WhenPrecision::Day => {}
        WhenPrecision::Instant if of_day == 0 => {}
        _ => return None,
    }
    // A spreadsheet's time of day may come with a date of its own.
    let clock = if time.contains(':') {
        time.rsplit_once(['T', ' ']).map_or(time, |(first, last)| if first.contains(['-', '/']) { last } else { time })
    } else {
        time
    };
    if is_end_of_day(clock) {
        return Some(instant_of(Clock::london().midnight(Day(day.0 + 1))));
    }
    let parsed = CLOCKS.iter().find_map(|format| jiff::civil::Time::strptime(format, clock).ok())?;
    let since_midnight = parsed.duration_since(jiff::civil::Time::midnight());
    Some(instant_of(Clock::london().utc(day, i64::try_from(since_midnight.as_micros()).ok()?)))
}

fn parse_plain(text: &str, formats: &[String]) -> Option<When> {
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
    if format == SERIAL {
        return from_serial(text);
    }
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

/// A spreadsheet's serial number: days, and the time of day as their fraction.
fn from_serial(text: &str) -> Option<When> {
    let number = text.parse::<f64>().ok().filter(|n| (1.0..200_000.0).contains(n))?;
    let day = Day(number.floor() as i32 + SERIAL_START);
    if number.fract() == 0.0 {
        return in_range(day).then(|| When::day(day));
    }
    let seconds = (number.fract() * 86_400.0).round() as i64;
    in_range(day).then(|| instant_of(Clock::london().utc(day, seconds * 1_000_000)))
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
        assert_eq!(day("04/07/2025 24:00"), Some(("2025-07-05".to_owned(), "instant", 0)));
        assert_eq!(day("2025-12-31 24:00:00"), Some(("2026-01-01".to_owned(), "instant", 0)));
        assert_eq!(day("04/07/2025 24:30"), None);
        let beside = |date: &str, time: &str, formats: &[&str]| {
            let formats: Vec<String> = formats.iter().map(|f| (*f).to_owned()).collect();
            parse_date_and_time(date, time, &formats).map(|w| {
                let (start, _, hour) = w.days(Clock::london());
                (start.to_string(), hour)
            })
        };
        let july = Some(("2025-07-04".to_owned(), 22));
        assert_eq!(beside("04/07/2025 00:00:00", "22:15", &[]), july);
        assert_eq!(beside("04/07/2025", "22:15", &["%d/%m/%Y"]), july);
        assert_eq!(beside("2025-07-04", "10:15 pm", &[]), july);
        assert_eq!(beside("04/07/2025", "30/12/1899 22:15:00", &[]), july);
        assert_eq!(beside("04/07/2025", "24:00", &["%d/%m/%Y"]), Some(("2025-07-05".to_owned(), 0)));
        assert_eq!(beside("04/07/2025 09:00", "22:15", &[]), None, "two times");
        assert_eq!(beside("04/07/2025", "late", &[]), None);
        let serial = ["serial".to_owned()];
        assert_eq!(parse_when("45842", &serial).unwrap().days(Clock::london()).0.to_string(), "2025-07-04");
        assert_eq!(parse_when("45842.93", &serial).unwrap().days(Clock::london()).2, 22);
        let format = ["%d-%b-%Y %H%M".to_owned()];
        assert_eq!(parse_when("04-Jul-2025 2215", &format).unwrap().days(Clock::london()).2, 22);
    }
}
