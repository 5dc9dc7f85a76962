//! The one question that is asked of the incidents: dimensions, filters, place, protection.
//!
//! A [`Query`] is read once from names and values (command-line flags and URL parameters have the same
//! names) and travels whole. Whether a category, source, layer or calendar exists is asked later, of the
//! table, by [`QueryError::Unknown`].

use std::fmt;

use super::{
    caller::{Caller, Protection},
    incident::RESOLUTIONS,
    time::{Day, Period},
};

/// Names of weekdays, Monday first.
pub const WEEKDAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
/// Most values that one filter takes.
pub const MAX_FILTER_VALUES: usize = 500;

const PARAMETERS: [&str; 16] = [
    "by",
    "from",
    "to",
    "category",
    "definition",
    "source",
    "weekday",
    "hours",
    "calendar",
    "in",
    "cell",
    "bbox",
    "zeros",
    "rate",
    "top",
    "harm",
];

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

/// A rectangle of longitudes and latitudes, edges inside.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BBox {
    /// Western edge, degrees.
    pub west: f64,
    /// Southern edge, degrees.
    pub south: f64,
    /// Eastern edge, degrees.
    pub east: f64,
    /// Northern edge, degrees.
    pub north: f64,
}

/// The place asked for; all that are given must hold.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PlaceFilter {
    /// Areas as (layer, code): inside any of them.
    pub areas: Vec<(String, String)>,
    /// H3 cells as written: inside any of them.
    pub cells: Vec<String>,
    /// A rectangle.
    pub bbox: Option<BBox>,
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

/// A question that cannot be asked: the parameter, its value and what is allowed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum QueryError {
    /// The value is not of the parameter's form.
    #[error("{name} {value:?}: expected {expected}")]
    Invalid {
        /// The parameter.
        name: String,
        /// Its value, cut at 80 characters.
        value: String,
        /// What it should have been.
        expected: String,
    },
    /// The value is of the right form but names nothing known.
    #[error("{name} {value:?} is not known; known: {}", list(.known))]
    Unknown {
        /// The parameter.
        name: String,
        /// Its value, cut at 80 characters.
        value: String,
        /// What is known.
        known: Vec<String>,
    },
    /// A parameter that no query has.
    #[error("there is no parameter {name:?}; known: {}", known.join(", "))]
    Parameter {
        /// The parameter, cut at 80 characters.
        name: String,
        /// Those there are.
        known: &'static [&'static str],
    },
}

fn list(known: &[String]) -> String {
    if known.is_empty() {
        return "none yet".to_owned();
    }
    known.join(", ")
}

impl QueryError {
    /// A value of the wrong form.
    #[must_use]
    pub fn invalid(name: &str, value: &str, expected: impl Into<String>) -> Self {
        Self::Invalid { name: name.to_owned(), value: value.chars().take(80).collect(), expected: expected.into() }
    }

    /// A parameter that there is not.
    #[must_use]
    pub fn parameter(name: &str, known: &'static [&'static str]) -> Self {
        Self::Parameter { name: name.chars().take(80).collect(), known }
    }

    /// A value that names nothing known.
    #[must_use]
    pub fn unknown<S: ToString>(name: &str, value: &str, known: impl IntoIterator<Item = S>) -> Self {
        Self::Unknown {
            name: name.to_owned(),
            value: value.chars().take(80).collect(),
            known: known.into_iter().map(|k| k.to_string()).collect(),
        }
    }
}

/// One question, whole.
#[derive(Debug, Clone, PartialEq)]
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
    /// The place asked for.
    pub place: PlaceFilter,
    /// Whether combinations without incidents are listed too.
    pub zeros: bool,
    /// What to divide by.
    pub rate: Option<Rate>,
    /// Only this many rows, largest count first.
    pub top: Option<usize>,
    /// Weights of harm that are summed beside the counts.
    pub harm: Option<String>,
    /// How the answer is protected; from the caller, never from the question.
    pub protection: Protection,
}

impl Query {
    /// The question that asks for everything, for a caller.
    #[must_use]
    pub fn everything(caller: &Caller) -> Self {
        Self {
            by: Vec::new(),
            from: None,
            to: None,
            categories: Vec::new(),
            definition: None,
            sources: Vec::new(),
            weekdays: None,
            hours: None,
            calendar: None,
            place: PlaceFilter::default(),
            zeros: false,
            rate: None,
            top: None,
            harm: None,
            protection: caller.protection(),
        }
    }

    /// Reads a question from names and values; a name may come several times, values may be comma lists.
    ///
    /// # Errors
    /// [`QueryError`] on the first parameter that is unknown or not of its form.
    ///
    /// # Examples
    /// ```
    /// use places::model::{Caller, Dimension, Query};
    /// let query = Query::parse([("by", "cell:8,month"), ("hours", "15-18")], &Caller::local())?;
    /// assert_eq!(query.by, [Dimension::Cell(8), Dimension::Month]);
    /// # Ok::<(), places::model::QueryError>(())
    /// ```
    pub fn parse<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>, caller: &Caller) -> Result<Self, QueryError> {
        let mut query = Self::everything(caller);
        for (name, value) in pairs {
            query.set(name, value)?;
        }
        query.check()?;
        Ok(query)
    }

    fn set(&mut self, name: &str, value: &str) -> Result<(), QueryError> {
        match name {
            "by" => self.by.extend(dimensions(value)?),
            "from" => self.from = Some(day(name, value)?),
            "to" => self.to = Some(day(name, value)?),
            "category" => extend(name, &mut self.categories, [value])?,
            "source" => extend(name, &mut self.sources, split(value))?,
            "definition" => self.definition = Some(one(name, value)?),
            "harm" => self.harm = Some(one(name, value)?),
            "calendar" => self.calendar = Some(one(name, value)?),
            "weekday" => self.weekdays = Some(weekdays(value, self.weekdays)?),
            "hours" => self.hours = Some(hours(value, self.hours)?),
            "in" => self.place.areas.extend(areas(value)?),
            "cell" => extend(name, &mut self.place.cells, split(value))?,
            "bbox" => self.place.bbox = Some(bbox(value)?),
            "zeros" => self.zeros = flag(name, value)?,
            "rate" => {
                self.rate = Some(match one(name, value)?.as_str() {
                    "km2" => Rate::Km2,
                    indicator => Rate::Indicator(indicator.to_owned()),
                });
            }
            "top" => {
                let error = || QueryError::invalid(name, value, "a whole number from 1");
                let top: usize = value.parse().map_err(|_| error())?;
                self.top = Some((top > 0).then_some(top).ok_or_else(error)?);
            }
            _ => {
                return Err(QueryError::parameter(name, &PARAMETERS));
            }
        }
        Ok(())
    }

    fn check(&self) -> Result<(), QueryError> {
        for (i, dimension) in self.by.iter().enumerate() {
            if self.by[..i].contains(dimension) {
                let text = dimension.to_string();
                return Err(QueryError::invalid("by", &text, "each dimension once"));
            }
        }
        let cells = self.by.iter().filter(|d| matches!(d, Dimension::Cell(_)));
        if cells.count() > 1 {
            return Err(QueryError::invalid("by", "cell", "one resolution of cells"));
        }
        if let (Some(from), Some(to)) = (self.from, self.to)
            && from >= to
        {
            let expected = format!("a day after from={from} (the period is half-open)");
            return Err(QueryError::invalid("to", &to.to_string(), expected));
        }
        Ok(())
    }

    /// The period asked for, open ends as the widest there is.
    #[must_use]
    pub fn period(&self) -> Period {
        Period { start: self.from.unwrap_or(Day(i32::MIN)), end: self.to.unwrap_or(Day(i32::MAX)) }
    }

    /// Whether a place is asked for.
    #[must_use]
    pub fn has_place(&self) -> bool {
        self.place != PlaceFilter::default()
    }

    /// The same text for the same question, whatever way it was asked; part of cache keys.
    #[must_use]
    pub fn canonical(&self) -> String {
        let sorted = |values: &[String]| {
            let mut values = values.to_vec();
            values.sort();
            values.dedup();
            values.join("\u{1f}")
        };
        let by: Vec<String> = self.by.iter().map(ToString::to_string).collect();
        let areas: Vec<String> = self.place.areas.iter().map(|(l, c)| format!("{l}:{c}")).collect();
        format!(
            "by={}|from={:?}|to={:?}|category={}|definition={:?}|source={}|weekday={:?}|hours={:?}|\
             calendar={:?}|in={}|cell={}|bbox={:?}|zeros={}|rate={:?}|top={:?}|harm={:?}|protection={}",
            by.join(","),
            self.from,
            self.to,
            sorted(&self.categories),
            self.definition,
            sorted(&self.sources),
            self.weekdays,
            self.hours,
            self.calendar,
            sorted(&areas),
            sorted(&self.place.cells),
            self.place.bbox,
            self.zeros,
            self.rate,
            self.top,
            self.harm,
            self.protection.name(),
        )
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

fn split(value: &str) -> impl Iterator<Item = &str> {
    value.split(',').map(str::trim).filter(|v| !v.is_empty())
}

fn extend<'a>(name: &str, values: &mut Vec<String>, more: impl IntoIterator<Item = &'a str>) -> Result<(), QueryError> {
    values.extend(more.into_iter().map(str::to_owned));
    if values.len() > MAX_FILTER_VALUES {
        let expected = format!("at most {MAX_FILTER_VALUES} values");
        return Err(QueryError::invalid(name, &values.len().to_string(), expected));
    }
    Ok(())
}

fn one(name: &str, value: &str) -> Result<String, QueryError> {
    let value = value.trim();
    if value.is_empty() {
        return Err(QueryError::invalid(name, value, "a name"));
    }
    Ok(value.to_owned())
}

fn day(name: &str, value: &str) -> Result<Day, QueryError> {
    Day::parse(value).map_err(|e| QueryError::invalid(name, value, e.expected))
}

fn flag(name: &str, value: &str) -> Result<bool, QueryError> {
    match value {
        "true" | "1" | "" => Ok(true),
        "false" | "0" => Ok(false),
        _ => Err(QueryError::invalid(name, value, "true or false")),
    }
}

fn dimensions(value: &str) -> Result<Vec<Dimension>, QueryError> {
    split(value).map(dimension).collect()
}

fn dimension(text: &str) -> Result<Dimension, QueryError> {
    Ok(match text.split_once(':') {
        Some(("cell", resolution)) => match resolution.parse() {
            Ok(r) if RESOLUTIONS.contains(&r) => Dimension::Cell(r),
            _ => return Err(QueryError::invalid("by", text, "cell:7 to cell:11")),
        },
        Some(("area", layer)) if !layer.is_empty() => Dimension::Area(layer.to_owned()),
        None if text == "month" => Dimension::Month,
        None if text == "week" => Dimension::Week,
        None if text == "day" => Dimension::Day,
        None if text == "weekday" => Dimension::Weekday,
        None if text == "hour" => Dimension::Hour,
        None if text == "category" => Dimension::Category,
        None if text == "source" => Dimension::Source,
        _ => {
            return Err(QueryError::invalid(
                "by",
                text,
                "one of cell:7 to cell:11, area:LAYER, month, week, day, weekday, hour, category, source",
            ));
        }
    })
}

/// `fri` and `Friday` are the same day.
fn is_weekday(short: &str, text: &str) -> bool {
    let long = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    let text = text.to_lowercase();
    text == short || long.iter().any(|name| *name == text && name.starts_with(short))
}

fn weekdays(value: &str, already: Option<[bool; 7]>) -> Result<[bool; 7], QueryError> {
    let mut days = already.unwrap_or([false; 7]);
    for text in split(value) {
        let Some(i) = WEEKDAYS.iter().position(|w| is_weekday(w, text)) else {
            return Err(QueryError::unknown("weekday", text, WEEKDAYS));
        };
        days[i] = true;
    }
    if days == [false; 7] {
        return Err(QueryError::unknown("weekday", value, WEEKDAYS));
    }
    Ok(days)
}

/// Half-open spans of hours, `15-18` being 15:00 to 18:00; `22-2` goes over midnight.
fn hours(value: &str, already: Option<HourSet>) -> Result<HourSet, QueryError> {
    let mut set = already.map_or(0, |h| h.0);
    for text in split(value) {
        let error = || QueryError::invalid("hours", text, "a span such as 15-18 (from 15:00 to 18:00) or 22-2");
        let (start, end) = text.split_once('-').ok_or_else(error)?;
        let start: u32 = start.trim().parse().map_err(|_| error())?;
        let end: u32 = end.trim().parse().map_err(|_| error())?;
        if start > 23 || end > 24 || start == end {
            return Err(error());
        }
        let mut hour = start;
        loop {
            set |= 1 << hour;
            hour = (hour + 1) % 24;
            if hour == end % 24 {
                break;
            }
        }
    }
    if set == 0 {
        return Err(QueryError::invalid("hours", value, "a span such as 15-18"));
    }
    Ok(HourSet(set))
}

fn areas(value: &str) -> Result<Vec<(String, String)>, QueryError> {
    split(value)
        .map(|text| match text.split_once(':') {
            Some((layer, code)) if !layer.is_empty() && !code.is_empty() => Ok((layer.to_owned(), code.to_owned())),
            _ => Err(QueryError::invalid("in", text, "LAYER:CODE, such as msoa21:E02005560")),
        })
        .collect()
}

fn bbox(value: &str) -> Result<BBox, QueryError> {
    let error = || QueryError::invalid("bbox", value, "west,south,east,north in degrees");
    let numbers: Vec<f64> = value
        .split(',')
        .map(|v| v.trim().parse::<f64>().ok().filter(|n| n.is_finite()))
        .collect::<Option<_>>()
        .ok_or_else(error)?;
    match numbers[..] {
        [west, south, east, north]
            if west < east && south < north && west >= -180.0 && east <= 180.0 && south >= -90.0 && north <= 90.0 =>
        {
            Ok(BBox { west, south, east, north })
        }
        _ => Err(error()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(pairs: &[(&str, &str)]) -> Result<Query, QueryError> {
        Query::parse(pairs.iter().copied(), &Caller::local())
    }

    #[test]
    fn hours_are_half_open_and_go_over_midnight() {
        assert_eq!(parse(&[("hours", "15-18")]).unwrap().hours, Some(HourSet(0b111 << 15)));
        let night = parse(&[("hours", "22-2")]).unwrap().hours.unwrap().0;
        assert_eq!(night, (1 << 22) | (1 << 23) | 0b11);
        assert_eq!(parse(&[("hours", "0-24")]).unwrap().hours, Some(HourSet(0xff_ffff)));
        for bad in ["18", "24-3", "3-3", "-1-4", "a-b", ""] {
            assert!(parse(&[("hours", bad)]).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_wrong_value_says_what_is_allowed() {
        for (name, value, allowed) in [
            ("by", "cell:5", "cell:7 to cell:11"),
            ("by", "colour", "area:LAYER"),
            ("weekday", "someday", "mon, tue"),
            ("from", "2024-02-30", "2024-01-31"),
            ("bbox", "1,2,NaN,4", "west,south"),
            ("top", "0", "from 1"),
            ("password", "x", "weekday"),
        ] {
            let message = parse(&[(name, value)]).unwrap_err().to_string();
            assert!(message.contains(allowed), "{message}");
        }
    }

    #[test]
    fn a_period_that_ends_before_it_begins_is_refused() {
        assert!(parse(&[("from", "2024-02-01"), ("to", "2024-02-01")]).is_err());
        assert!(parse(&[("from", "2024-02-01"), ("to", "2024-02-02")]).is_ok());
    }

    #[test]
    fn the_canonical_text_does_not_depend_on_the_order_of_values() {
        let a = parse(&[("source", "b,a"), ("weekday", "tue,mon")]).unwrap();
        let b = parse(&[("weekday", "mon"), ("source", "a"), ("source", "b"), ("weekday", "tue")]).unwrap();
        assert_eq!(a.canonical(), b.canonical());
    }
}
