//! What is counted: dimensions, filters, place; and what is wrong with a question.
//!
//! A [`Query`] is read once by `ask` and travels whole. Whether a category, source, layer or calendar exists is
//! asked later, of the data, by [`QueryError::Unknown`].

use std::fmt;

use super::{
    asked_wrong::QueryError,
    incident::RESOLUTIONS,
    place_ref::PlaceRef,
    time::{Day, Period},
};

/// Names of weekdays, Monday first.
pub const WEEKDAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
/// Most values that one filter takes.
pub const MAX_FILTER_VALUES: usize = 500;

/// What a count is broken down by.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Dimension {
    /// H3 cells of a resolution.
    Cell(u8),
    /// Areas of a layer.
    Area(String),
    /// Calendar months.
    Month,
    /// ISO weeks.
    Week,
    /// Days.
    Day,
    /// Days of the week.
    Weekday,
    /// Hours of the day, with `unknown`.
    Hour,
    /// Offence categories.
    Category,
    /// Sources.
    Source,
}

/// Hours of the day asked for, as a bit each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HourSet(pub u32);

/// What a count is divided by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rate {
    /// Per square kilometre of true area.
    Km2,
    /// Per 1,000 of an indicator of the layer.
    Indicator(String),
}

/// What is counted: dimensions, filters on time and kind, the place; the part that most questions share.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Query {
    /// What to break down by, in the order of the columns.
    pub by: Vec<Dimension>,
    /// First day asked for.
    pub from: Option<Day>,
    /// First day no longer asked for.
    pub to: Option<Day>,
    /// Categories asked for; empty means all.
    pub categories: Vec<String>,
    /// A definition, which narrows the categories further.
    pub definition: Option<String>,
    /// Sources asked for; empty means all.
    pub sources: Vec<String>,
    /// Days of the week asked for, Monday first.
    pub weekdays: Option<[bool; 7]>,
    /// Hours asked for.
    pub hours: Option<HourSet>,
    /// A named calendar the day must lie in.
    pub calendar: Option<String>,
    /// The place asked for: inside any place of every list.
    pub place: Vec<Vec<PlaceRef>>,
    /// Whether combinations without incidents are listed too.
    pub zeros: bool,
    /// What to divide by.
    pub rate: Option<Rate>,
    /// Only this many rows, largest count first.
    pub top: Option<usize>,
    /// Weights of harm that are summed beside the counts.
    pub harm: Option<String>,
    /// What is left out because it was not delivered or recorded throughout; the program's doing, never asked for.
    pub without: Without,
}

/// Records that a question of change leaves out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Without {
    /// Of (source, part): records in districts that the part does not speak for.
    pub guests: Vec<(String, String)>,
    /// Categories, each of a source, as (source, category).
    pub categories: Vec<(String, String)>,
}

impl Query {
    /// The period asked for, open ends as the widest there is.
    #[must_use]
    pub fn period(&self) -> Period {
        Period { start: self.from.unwrap_or(Day(i32::MIN)), end: self.to.unwrap_or(Day(i32::MAX)) }
    }

    /// Whether a place is asked for.
    #[must_use]
    pub fn has_place(&self) -> bool {
        !self.place.is_empty()
    }
}

impl fmt::Display for Dimension {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cell(resolution) => write!(f, "cell:{resolution}"),
            Self::Area(layer) => write!(f, "area:{layer}"),
            Self::Month => f.write_str("month"),
            Self::Week => f.write_str("week"),
            Self::Day => f.write_str("day"),
            Self::Weekday => f.write_str("weekday"),
            Self::Hour => f.write_str("hour"),
            Self::Category => f.write_str("category"),
            Self::Source => f.write_str("source"),
        }
    }
}

impl Dimension {
    /// Reads `cell:8`, `area:msoa21`, `month` and the like.
    ///
    /// # Errors
    /// [`QueryError::Invalid`] with the dimensions there are.
    ///
    /// # Examples
    /// ```
    /// use places::model::Dimension;
    /// assert_eq!(Dimension::parse("cell:8")?, Dimension::Cell(8));
    /// assert!(Dimension::parse("cell:5").is_err());
    /// # Ok::<(), places::model::QueryError>(())
    /// ```
    pub fn parse(text: &str) -> Result<Self, QueryError> {
        Ok(match text.split_once(':') {
            Some(("cell", resolution)) => match resolution.parse() {
                Ok(r) if RESOLUTIONS.contains(&r) => Self::Cell(r),
                _ => return Err(QueryError::invalid("by", text, "cell:7 to cell:11")),
            },
            Some(("area", layer)) if !layer.is_empty() => Self::Area(layer.to_owned()),
            None if text == "month" => Self::Month,
            None if text == "week" => Self::Week,
            None if text == "day" => Self::Day,
            None if text == "weekday" => Self::Weekday,
            None if text == "hour" => Self::Hour,
            None if text == "category" => Self::Category,
            None if text == "source" => Self::Source,
            _ => {
                return Err(QueryError::invalid(
                    "by",
                    text,
                    "one of cell:7 to cell:11, area:LAYER, month, week, day, weekday, hour, category, source",
                ));
            }
        })
    }

    /// Whether it is one of place.
    #[must_use]
    pub fn is_place(&self) -> bool {
        matches!(self, Self::Cell(_) | Self::Area(_))
    }
}

/// Position of a weekday, Monday 0; `fri` and `Friday` are the same day.
///
/// # Errors
/// [`QueryError::Unknown`] with the days there are.
pub fn parse_weekday(text: &str) -> Result<usize, QueryError> {
    const LONG: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    let lower = text.trim().to_lowercase();
    let found = WEEKDAYS.iter().zip(LONG).position(|(short, long)| lower == *short || lower == long);
    found.ok_or_else(|| QueryError::unknown("weekday", text, WEEKDAYS))
}

impl HourSet {
    /// Reads a half-open span of hours, `15-18` being 15:00 to 18:00; `22-2` goes over midnight.
    ///
    /// # Errors
    /// [`QueryError::Invalid`] with the form.
    ///
    /// # Examples
    /// ```
    /// use places::model::HourSet;
    /// assert_eq!(HourSet::parse("15-18")?, HourSet(0b111 << 15));
    /// assert_eq!(HourSet::parse("22-2")?.spans(), ["0-2", "22-24"]);
    /// # Ok::<(), places::model::QueryError>(())
    /// ```
    pub fn parse(text: &str) -> Result<Self, QueryError> {
        let error = || QueryError::invalid("hours", text, "a span such as 15-18 (from 15:00 to 18:00) or 22-2");
        let (start, end) = text.split_once('-').ok_or_else(error)?;
        let start: u32 = start.trim().parse().map_err(|_| error())?;
        let end: u32 = end.trim().parse().map_err(|_| error())?;
        if start > 23 || end > 24 || start == end {
            return Err(error());
        }
        let mut set = 0;
        let mut hour = start;
        loop {
            set |= 1 << hour;
            hour = (hour + 1) % 24;
            if hour == end % 24 {
                return Ok(Self(set));
            }
        }
    }

    /// The hours as spans that share none, ascending.
    #[must_use]
    pub fn spans(self) -> Vec<String> {
        let holds = |hour: u32| hour < 24 && self.0 & (1 << hour) != 0;
        let starts = (0..24).filter(|&h| holds(h) && (h == 0 || !holds(h - 1)));
        starts.map(|start| format!("{start}-{}", (start..=24).find(|&h| !holds(h)).unwrap_or(24))).collect()
    }
}

impl Rate {
    /// Reads `km2`, or the name of an indicator.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        if text == "km2" { Self::Km2 } else { Self::Indicator(text.to_owned()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_are_half_open_and_go_over_midnight() {
        assert_eq!(HourSet::parse("15-18").unwrap(), HourSet(0b111 << 15));
        assert_eq!(HourSet::parse("22-2").unwrap().0, (1 << 22) | (1 << 23) | 0b11);
        assert_eq!(HourSet::parse("0-24").unwrap(), HourSet(0xff_ffff));
        assert_eq!(HourSet::parse("0-24").unwrap().spans(), ["0-24"]);
        for bad in ["18", "24-3", "3-3", "-1-4", "a-b", ""] {
            assert!(HourSet::parse(bad).is_err(), "{bad}");
        }
    }
}
