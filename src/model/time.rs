//! Days, months and periods in Europe/London local time, and the change to and from UTC.

use std::{fmt, sync::OnceLock};

use jiff::{Timestamp, civil::Date, tz::TimeZone};

/// The hour of an incident whose hour is not known.
pub const UNKNOWN_HOUR: u8 = 24;
const DAY_US: i64 = 86_400_000_000;

/// A time that cannot be one: the text and what was expected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{value:?} is not {expected}")]
pub struct InvalidTime {
    /// The text as given.
    pub value: String,
    /// What it should have been.
    pub expected: &'static str,
}

impl InvalidTime {
    fn new(value: &str, expected: &'static str) -> Self {
        Self { value: value.chars().take(40).collect(), expected }
    }
}

/// A local calendar day, as days since 1970-01-01.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(pub i32);

/// A local calendar month, as months since year 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month(pub i32);

/// A half-open run of local days `[start, end)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Period {
    /// First day inside.
    pub start: Day,
    /// First day after.
    pub end: Day,
}

impl Period {
    /// All days there are.
    pub const ALWAYS: Self = Self { start: Day(i32::MIN), end: Day(i32::MAX) };

    /// Whether a day lies inside.
    #[must_use]
    pub fn contains(&self, day: Day) -> bool {
        (self.start..self.end).contains(&day)
    }
}

impl Day {
    /// The day of a date of the Gregorian calendar.
    #[must_use]
    pub fn from_date(date: Date) -> Self {
        let epoch = Date::constant(1970, 1, 1);
        Self((date - epoch).get_days())
    }

    /// The date of this day; days outside years -9999 to 9999 saturate.
    #[must_use]
    pub fn date(self) -> Date {
        Date::constant(1970, 1, 1).saturating_add(jiff::Span::new().days(self.0))
    }

    /// Reads `YYYY-MM-DD`.
    ///
    /// # Errors
    /// [`InvalidTime`] when the text is no such date.
    pub fn parse(text: &str) -> Result<Self, InvalidTime> {
        let error = || InvalidTime::new(text, "a date such as 2024-01-31");
        if text.len() != 10 {
            return Err(error());
        }
        let date = Date::strptime("%Y-%m-%d", text).map_err(|_| error())?;
        if !(1970..2100).contains(&date.year()) {
            return Err(InvalidTime::new(text, "a date between 1970 and 2099"));
        }
        Ok(Self::from_date(date))
    }

    /// 0 for Monday to 6 for Sunday.
    #[must_use]
    pub fn weekday(self) -> u8 {
        // 1970-01-01 was a Thursday.
        (self.0 + 3).rem_euclid(7) as u8
    }

    /// The month this day is in.
    #[must_use]
    pub fn month(self) -> Month {
        let date = self.date();
        Month(i32::from(date.year()) * 12 + i32::from(date.month()) - 1)
    }

    /// The Monday of this day's ISO week.
    #[must_use]
    pub fn monday(self) -> Self {
        Self(self.0 - i32::from(self.weekday()))
    }

    /// ISO 8601 week, such as `2025-W23`.
    ///
    /// # Examples
    /// ```
    /// use places::model::Day;
    /// let day = Day::parse("2024-12-30")?;
    /// assert_eq!((day.iso_week().as_str(), day.weekday(), day.month().to_string().as_str()), ("2025-W01", 0, "2024-12"));
    /// # Ok::<(), places::model::InvalidTime>(())
    /// ```
    #[must_use]
    pub fn iso_week(self) -> String {
        let week = self.date().iso_week_date();
        format!("{:04}-W{:02}", week.year(), week.week())
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let date = self.date();
        write!(f, "{:04}-{:02}-{:02}", date.year(), date.month(), date.day())
    }
}

impl Month {
    /// Reads `YYYY-MM`.
    ///
    /// # Errors
    /// [`InvalidTime`] when the text is no such month.
    pub fn parse(text: &str) -> Result<Self, InvalidTime> {
        let error = || InvalidTime::new(text, "a month such as 2024-01");
        let bytes = text.as_bytes();
        if bytes.len() != 7 || bytes[4] != b'-' {
            return Err(error());
        }
        let number = |range: std::ops::Range<usize>| -> Option<i32> {
            bytes[range].iter().try_fold(0, |sum, b| b.is_ascii_digit().then(|| sum * 10 + i32::from(b - b'0')))
        };
        match (number(0..4), number(5..7)) {
            (Some(year), Some(month)) if (1..=12).contains(&month) && (1970..2100).contains(&year) => {
                Ok(Self(year * 12 + month - 1))
            }
            _ => Err(error()),
        }
    }

    /// First day of the month.
    #[must_use]
    pub fn first_day(self) -> Day {
        let year = i16::try_from(self.0.div_euclid(12)).unwrap_or(i16::MAX);
        let month = i8::try_from(self.0.rem_euclid(12) + 1).unwrap_or(1);
        Date::new(year, month, 1).map_or(Day(i32::MAX), Day::from_date)
    }

    /// The month as a period.
    #[must_use]
    pub fn period(self) -> Period {
        Period { start: self.first_day(), end: self.next().first_day() }
    }

    /// The following month.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

impl Period {
    /// Reads `2024-01-01..2024-04-01` (half-open: the second day is the first no longer inside), `2024-01..2024-03` (both months
    /// inside), or a whole month, quarter or year: `2024-03`, `2024-Q1`, `2024`.
    ///
    /// # Errors
    /// [`InvalidTime`] when the text is none of these, or ends before it begins.
    pub fn parse(text: &str) -> Result<Self, InvalidTime> {
        let error = || {
            let expected = "a period such as 2024-01-01..2024-04-01 (the second day no longer inside), 2024-01..2024-03 (both months inside), 2024-03, 2024-Q1 or 2024";
            InvalidTime::new(text, expected)
        };
        let months =
            |first: Month, count: i32| Self { start: first.first_day(), end: Month(first.0 + count).first_day() };
        if let Some((start, end)) = text.split_once("..") {
            let (start, end) = (start.trim(), end.trim());
            if let (Ok(first), Ok(last)) = (Month::parse(start), Month::parse(end)) {
                return if first <= last { Ok(months(first, last.0 - first.0 + 1)) } else { Err(error()) };
            }
            let (start, end) = (Day::parse(start)?, Day::parse(end)?);
            return if start < end { Ok(Self { start, end }) } else { Err(error()) };
        }
        if let Some((year, quarter)) = text.split_once("-Q") {
            let first = Month::parse(&format!("{year}-01")).map_err(|_| error())?;
            let quarter: i32 = quarter.parse().ok().filter(|q| (1..=4).contains(q)).ok_or_else(error)?;
            return Ok(months(Month(first.0 + 3 * (quarter - 1)), 3));
        }
        if text.len() == 4 {
            return Month::parse(&format!("{text}-01")).map(|first| months(first, 12)).map_err(|_| error());
        }
        Month::parse(text).map(Month::period).map_err(|_| error())
    }

    /// Days inside.
    ///
    /// # Examples
    /// ```
    /// use places::model::Period;
    /// let quarter = Period::parse("2024-Q1")?;
    /// assert_eq!((quarter.to_string().as_str(), quarter.days()), ("2024-01-01..2024-04-01", 91));
    /// assert_eq!(quarter.months().map(|m| m.to_string()).collect::<Vec<_>>(), ["2024-01", "2024-02", "2024-03"]);
    /// # Ok::<(), places::model::InvalidTime>(())
    /// ```
    #[must_use]
    pub fn days(self) -> i32 {
        self.end.0 - self.start.0
    }

    /// Whether two periods share a day.
    #[must_use]
    pub fn meets(self, other: Self) -> bool {
        self.start < other.end && other.start < self.end
    }

    /// The months it touches.
    pub fn months(self) -> impl Iterator<Item = Month> {
        (self.start.month().0..=Day(self.end.0 - 1).month().0).map(Month)
    }

    /// The same dates some years earlier (29 February becomes 1 March).
    ///
    /// # Examples
    /// ```
    /// use places::model::Period;
    /// let leap = Period::parse("2024-02-29..2024-03-08")?;
    /// assert_eq!(leap.years_earlier(1).to_string(), "2023-03-01..2023-03-08");
    /// # Ok::<(), places::model::InvalidTime>(())
    /// ```
    #[must_use]
    pub fn years_earlier(self, years: i32) -> Self {
        let back = |day: Day| {
            let month = day.month();
            let of_month = day.0 - month.first_day().0;
            let earlier = Month(month.0 - 12 * years);
            Day((earlier.first_day().0 + of_month).min(earlier.next().first_day().0))
        };
        Self { start: back(self.start), end: back(self.end) }
    }

    /// The period of the same length that ends where this one begins, and so on: whole months by months, other days by days.
    ///
    /// # Examples
    /// ```
    /// use places::model::Period;
    /// let quarter = Period::parse("2024-Q1")?;
    /// assert_eq!(quarter.earlier(1).to_string(), "2023-10-01..2024-01-01");
    /// let days = Period::parse("2024-01-10..2024-01-12")?;
    /// assert_eq!(days.earlier(2).to_string(), "2024-01-06..2024-01-08");
    /// # Ok::<(), places::model::InvalidTime>(())
    /// ```
    #[must_use]
    pub fn earlier(self, times: i32) -> Self {
        let (first, last) = (self.start.month(), self.end.month());
        if first.first_day() == self.start && last.first_day() == self.end {
            let back = (last.0 - first.0) * times;
            return Self { start: Month(first.0 - back).first_day(), end: Month(last.0 - back).first_day() };
        }
        let back = self.days() * times;
        Self { start: Day(self.start.0 - back), end: Day(self.end.0 - back) }
    }

    /// Its parts, cut at some days.
    #[must_use]
    pub fn cut_at(self, days: &[Day]) -> Vec<Self> {
        let inside = days.iter().copied().filter(|d| self.start < *d && *d < self.end);
        let edges: Vec<Day> = std::iter::once(self.start).chain(inside).chain([self.end]).collect();
        edges.windows(2).map(|w| Self { start: w[0], end: w[1] }).collect()
    }

    /// The parts of it in each month.
    #[must_use]
    pub fn by_month(self) -> Vec<Self> {
        let part = |m: Month| Self { start: self.start.max(m.first_day()), end: self.end.min(m.next().first_day()) };
        self.months().map(part).collect()
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}..{}", self.start, self.end)
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.0.div_euclid(12), self.0.rem_euclid(12) + 1)
    }
}

/// Europe/London local time: UTC instants to local days and hours, and back.
#[derive(Debug)]
pub struct Clock {
    /// (first UTC microsecond, offset in microseconds), ascending.
    offsets: Vec<(i64, i64)>,
}

impl Clock {
    /// The clock of Europe/London, made once from the time-zone database.
    pub fn london() -> &'static Self {
        static CLOCK: OnceLock<Clock> = OnceLock::new();
        CLOCK.get_or_init(|| {
            let zone = TimeZone::get("Europe/London").unwrap_or(TimeZone::UTC);
            let start = Timestamp::UNIX_EPOCH - jiff::SignedDuration::from_hours(24 * 400);
            let end = Timestamp::constant(4_200_000_000, 0);
            let first = i64::from(zone.to_offset(start).seconds()) * 1_000_000;
            let mut offsets = vec![(i64::MIN, first)];
            offsets.extend(
                zone.following(start)
                    .take_while(|t| t.timestamp() < end)
                    .map(|t| (t.timestamp().as_microsecond(), i64::from(t.offset().seconds()) * 1_000_000)),
            );
            Self { offsets }
        })
    }

    /// The day that it is.
    #[must_use]
    pub fn today(&self) -> Day {
        self.local(Timestamp::now().as_microsecond()).0
    }

    /// Local day and microsecond of the day of a UTC instant (microseconds since 1970).
    ///
    /// # Examples
    /// ```
    /// use places::model::Clock;
    /// // Noon of UTC on 1 July 2025 is 13:00 in London.
    /// let (day, of_day_us) = Clock::london().local(1_751_371_200_000_000);
    /// assert_eq!((day.to_string().as_str(), of_day_us / 3_600_000_000), ("2025-07-01", 13));
    /// ```
    #[must_use]
    pub fn local(&self, utc_us: i64) -> (Day, i64) {
        let local = utc_us.saturating_add(self.offset(utc_us));
        let day = i32::try_from(local.div_euclid(DAY_US)).unwrap_or(i32::MAX);
        (Day(day), local.rem_euclid(DAY_US))
    }

    /// UTC instant of a local day and microsecond of the day. A time that happens twice is the first of
    /// the two; a time that the spring change skips is moved on by the hour skipped.
    #[must_use]
    pub fn utc(&self, day: Day, of_day_us: i64) -> i64 {
        let local = i64::from(day.0) * DAY_US + of_day_us;
        // Changes are months apart: the offsets a day before and a day after are the only candidates.
        let (before, after) = (self.offset(local - DAY_US), self.offset(local + DAY_US));
        [before, after]
            .into_iter()
            .find(|&offset| self.offset(local - offset) == offset)
            .map_or(local - before, |offset| local - offset)
    }

    fn offset(&self, utc_us: i64) -> i64 {
        let i = self.offsets.partition_point(|&(from, _)| from <= utc_us);
        self.offsets[i.saturating_sub(1)].1
    }

    /// UTC instant at which a local day begins.
    #[must_use]
    pub fn midnight(&self, day: Day) -> i64 {
        self.utc(day, 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_month_of_thirteen_is_refused_with_its_text() {
        let error = Month::parse("2025-13").unwrap_err();
        assert_eq!(error.value, "2025-13");
        assert!(Month::parse("2025-1").is_err() && Month::parse("25-01-1").is_err());
    }

    #[test]
    fn a_period_is_read_in_every_form_and_a_year_earlier_is_the_same_dates() {
        let text = |t: &str| Period::parse(t).unwrap().to_string();
        assert_eq!(text("2024-Q1"), "2024-01-01..2024-04-01");
        assert_eq!(text("2024"), "2024-01-01..2025-01-01");
        assert_eq!(text("2024-02"), "2024-02-01..2024-03-01");
        assert_eq!(text("2024-01-15..2024-02-01"), "2024-01-15..2024-02-01");
        for bad in ["", "2024-Q5", "24", "2024-02-01..2024-02-01", "2024-13", "x..y", "20é4", "2024-01-01"] {
            assert!(Period::parse(bad).is_err(), "{bad}");
        }
        let leap = Period::parse("2024-02-29..2024-03-15").unwrap();
        assert_eq!(leap.years_earlier(1).to_string(), "2023-03-01..2023-03-15");
        assert_eq!(leap.by_month().len(), 2);
        assert_eq!(Period::parse("2024-Q1").unwrap().years_earlier(2).to_string(), "2022-01-01..2022-04-01");
    }

    #[test]
    fn june_begins_at_eleven_in_the_evening_utc() {
        let start = Clock::london().midnight(Month::parse("2025-06").unwrap().first_day());
        assert_eq!(start, 1_748_732_400_000_000);
    }

    proptest! {
        #[test]
        fn local_and_utc_agree_with_jiff(minute in 0_i64..(60 * 24 * 365 * 60)) {
            let clock = Clock::london();
            let utc = minute * 60_000_000;
            let zoned = Timestamp::from_microsecond(utc).unwrap().in_tz("Europe/London").unwrap();
            let (day, of_day) = clock.local(utc);
            prop_assert_eq!(day, Day::from_date(zoned.date()));
            prop_assert_eq!(of_day / 3_600_000_000, i64::from(zoned.hour()));
            let back = zoned.datetime().in_tz("Europe/London").unwrap().timestamp().as_microsecond();
            prop_assert_eq!(clock.utc(day, of_day), back);
        }

        #[test]
        fn days_round_trip_as_text(day in 0_i32..40_000) {
            let text = Day(day).to_string();
            prop_assert_eq!(Day::parse(&text).unwrap(), Day(day));
            prop_assert_eq!(i32::from(Day(day).weekday()),
                i32::from(Day(day).date().weekday().to_monday_zero_offset()));
        }
    }

    #[test]
    fn a_skipped_time_moves_on_as_jiff_says() {
        for (y, m, d, h, minute) in [(2025, 3, 30, 1, 30), (2024, 3, 31, 1, 0), (2025, 10, 26, 1, 30)] {
            let civil = jiff::civil::datetime(y, m, d, h, minute, 0, 0);
            let expected = civil.in_tz("Europe/London").unwrap().timestamp().as_microsecond();
            let of_day = (i64::from(h) * 60 + i64::from(minute)) * 60_000_000;
            assert_eq!(Clock::london().utc(Day::from_date(civil.date()), of_day), expected);
        }
    }
}
