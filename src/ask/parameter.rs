//! A parameter, declared once: its form, what it means, what it is when it is left out.

use super::raw::Raw;
use crate::model::{
    BBox, Day, Dimension, HourSet, MAX_FILTER_VALUES, Period, PlaceRef, QueryError, RESOLUTIONS, WEEKDAYS,
    parse_weekday,
};

/// Longest text of one value that is no polygon, in characters.
pub(crate) const MAX_TEXT: usize = 1000;
/// Longest polygon.
pub(crate) const MAX_POLYGON_BYTES: usize = 2 << 20;

/// A parameter of a question.
#[derive(Debug, Clone, Copy)]
pub struct Parameter {
    /// Name: the flag, the parameter of the URL, the key of the canonical form.
    pub name: &'static str,
    /// Form of its values.
    pub kind: Kind,
    /// What it means, in a sentence without a full stop.
    pub about: &'static str,
    /// What it is when left out; empty where it then stays open.
    pub default: &'static str,
    /// A value as people write it.
    pub example: &'static str,
    /// Whether the question cannot be asked without.
    pub required: bool,
}

impl Parameter {
    /// A parameter that may be left out.
    #[must_use]
    pub const fn new(name: &'static str, kind: Kind, about: &'static str, example: &'static str) -> Self {
        Self { name, kind, about, default: "", example, required: false }
    }

    /// With a value where it is left out.
    #[must_use]
    pub const fn or(self, default: &'static str) -> Self {
        Self { default, ..self }
    }

    /// One that must be given.
    #[must_use]
    pub const fn needed(self) -> Self {
        Self { required: true, ..self }
    }
}

/// The form of a parameter's values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A name.
    Name,
    /// Names, given several times; with `commas` also as one list.
    Names {
        /// Whether a comma separates names; categories hold commas themselves.
        commas: bool,
    },
    /// A day, `2025-01-31`.
    Day,
    /// A period: `2024`, `2024-Q1`, `2024-03`, `A..B`.
    Period,
    /// One of some words.
    Word(&'static [&'static str]),
    /// A whole number within limits.
    Whole {
        /// Least.
        from: u64,
        /// Most.
        to: u64,
    },
    /// Yes or no.
    Flag,
    /// Dimensions, comma list.
    Dimensions,
    /// Days of the week.
    Weekdays,
    /// Spans of hours.
    Hours,
    /// A rectangle.
    Bbox,
    /// Places of the one grammar, comma list; `most` of them, or one of some words instead.
    Places {
        /// Most places.
        most: usize,
        /// Words that stand for a choice instead.
        words: &'static [&'static str],
    },
    /// H3 cells, comma list.
    Cells,
    /// A resolution; other values are cells.
    ResolutionOrCells,
}

impl Kind {
    /// Whether it may be given several times.
    #[must_use]
    pub const fn repeats(self) -> bool {
        match self {
            Self::Names { .. }
            | Self::Dimensions
            | Self::Weekdays
            | Self::Hours
            | Self::Cells
            | Self::ResolutionOrCells => true,
            Self::Places { most, .. } => most > 1,
            _ => false,
        }
    }

    /// Word for a value in help texts.
    #[must_use]
    pub const fn value_name(self) -> &'static str {
        match self {
            Self::Name | Self::Names { .. } => "NAME",
            Self::Day => "DATE",
            Self::Period => "A..B",
            Self::Word(_) => "WORD",
            Self::Whole { .. } => "N",
            Self::Flag => "",
            Self::Dimensions => "DIMS",
            Self::Weekdays => "DAYS",
            Self::Hours => "HOURS",
            Self::Bbox => "W,S,E,N",
            Self::Places { most: 1, .. } => "PLACE",
            Self::Places { .. } => "PLACE,...",
            Self::Cells => "CELL",
            Self::ResolutionOrCells => "R",
        }
    }
}

impl Kind {
    /// A count by nothing is the total.
    fn needs_value(self) -> bool {
        !matches!(self, Self::Dimensions)
    }
}

impl Parameter {
    /// The values in their one form: checked, without repetition, in an order of their own where order means nothing.
    ///
    /// # Errors
    /// [`QueryError`] for a value that is not of the form, or one too many.
    pub(super) fn canonical(&self, given: &[Raw]) -> Result<Vec<String>, QueryError> {
        if let [_, second, ..] = given
            && !self.kind.repeats()
        {
            return Err(QueryError::invalid(
                self.name,
                &second.shown(),
                format!("one value: {} was given twice", self.name),
            ));
        }
        // The same value many times is as many values.
        if given.len() > MAX_FILTER_VALUES {
            return Err(self.wrong(&given.len().to_string(), format!("at most {MAX_FILTER_VALUES} values")));
        }
        // Without a value nothing would be narrowed, which is not what a filter says that was written and left empty.
        if let Some(empty) = given.iter().find(|raw| raw.is_empty() && self.kind.needs_value()) {
            return Err(self.wrong(&empty.shown(), "a value; leave the parameter out for no limit"));
        }
        let mut values = if let Kind::Places { most, words } = self.kind {
            self.places(given, most, words)?
        } else {
            let texts: Vec<&str> = given.iter().map(|raw| self.text(raw)).collect::<Result<_, _>>()?;
            self.texts(&texts)?
        };
        if values.len() > MAX_FILTER_VALUES {
            let expected = format!("at most {MAX_FILTER_VALUES} values");
            return Err(QueryError::invalid(self.name, &values.len().to_string(), expected));
        }
        if self.kind.repeats() && self.kind != Kind::Dimensions {
            values.sort();
            values.dedup();
        }
        Ok(values)
    }

    fn text<'r>(&self, raw: &'r Raw) -> Result<&'r str, QueryError> {
        match raw {
            Raw::Text(text) if text.chars().nth(MAX_TEXT).is_none() => Ok(text),
            Raw::Text(text) => Err(QueryError::invalid(self.name, text, format!("at most {MAX_TEXT} characters"))),
            Raw::File { name, .. } => Err(QueryError::invalid(self.name, name, "a value, not a file")),
        }
    }

    fn texts(&self, texts: &[&str]) -> Result<Vec<String>, QueryError> {
        let parts = || texts.iter().flat_map(|t| t.split(',')).map(str::trim).filter(|t| !t.is_empty());
        let each = |one: &dyn Fn(&str) -> Result<String, QueryError>| texts.iter().map(|t| one(t)).collect();
        match self.kind {
            Kind::Names { commas: true } => Ok(parts().map(str::to_owned).collect()),
            Kind::Name | Kind::Names { .. } => each(&|t| self.name_of(t)),
            Kind::Day => each(&|t| Day::parse(t.trim()).map(|d| d.to_string()).map_err(|e| self.wrong(t, e.expected))),
            Kind::Period => {
                each(&|t| Period::parse(t.trim()).map(|p| p.to_string()).map_err(|e| self.wrong(t, e.expected)))
            }
            Kind::Word(words) => each(&|t| {
                let known = words.iter().find(|w| **w == t.trim());
                known.map(|w| (*w).to_owned()).ok_or_else(|| QueryError::unknown(self.name, t, words))
            }),
            Kind::Whole { from, to } => each(&|t| self.whole(t, from, to)),
            Kind::Flag => each(&|t| match t.trim() {
                "true" | "1" => Ok("true".to_owned()),
                "false" | "0" => Ok("false".to_owned()),
                _ => Err(self.wrong(t, "true or false")),
            }),
            Kind::Dimensions => self.dimensions(parts()),
            Kind::Weekdays => self.weekdays(texts, parts()),
            Kind::Hours => self.hours(texts, parts()),
            Kind::Bbox => each(&|t| BBox::parse(self.name, t).map(|b| b.to_string())),
            Kind::Cells => parts().map(|t| self.cell(t)).collect(),
            Kind::ResolutionOrCells => self.resolution_and_cells(parts()),
            Kind::Places { .. } => Ok(Vec::new()),
        }
    }

    fn wrong(&self, value: &str, expected: impl Into<String>) -> QueryError {
        QueryError::invalid(self.name, value, expected)
    }

    fn name_of(&self, text: &str) -> Result<String, QueryError> {
        let name = text.trim();
        if name.is_empty() { Err(self.wrong(text, "a name")) } else { Ok(name.to_owned()) }
    }

    fn whole(&self, text: &str, from: u64, to: u64) -> Result<String, QueryError> {
        let number: Option<u64> = text.trim().parse().ok().filter(|n| (from..=to).contains(n));
        let expected = || match to {
            u64::MAX => format!("a whole number from {from}"),
            _ => format!("a whole number, {from} to {to}"),
        };
        number.map(|n| n.to_string()).ok_or_else(|| self.wrong(text, expected()))
    }

    fn dimensions<'t>(&self, parts: impl Iterator<Item = &'t str>) -> Result<Vec<String>, QueryError> {
        let found: Vec<Dimension> = parts.map(Dimension::parse).collect::<Result<_, _>>()?;
        for (i, dimension) in found.iter().enumerate() {
            if found[..i].contains(dimension) {
                return Err(self.wrong(&dimension.to_string(), "each dimension once"));
            }
        }
        if found.iter().filter(|d| matches!(d, Dimension::Cell(_))).count() > 1 {
            return Err(self.wrong("cell", "one resolution of cells"));
        }
        Ok(found.iter().map(ToString::to_string).collect())
    }

    fn weekdays<'t>(&self, texts: &[&str], parts: impl Iterator<Item = &'t str>) -> Result<Vec<String>, QueryError> {
        let mut days: Vec<usize> = parts.map(parse_weekday).collect::<Result<_, _>>()?;
        days.sort_unstable();
        days.dedup();
        if days.is_empty() && !texts.is_empty() {
            return Err(QueryError::unknown(self.name, texts[0], WEEKDAYS));
        }
        Ok(days.into_iter().map(|d| WEEKDAYS[d].to_owned()).collect())
    }

    fn hours<'t>(&self, texts: &[&str], parts: impl Iterator<Item = &'t str>) -> Result<Vec<String>, QueryError> {
        let sets: Vec<HourSet> = parts.map(HourSet::parse).collect::<Result<_, _>>()?;
        let all = HourSet(sets.iter().fold(0, |all, set| all | set.0));
        if all.0 == 0 && !texts.is_empty() {
            return Err(self.wrong(texts[0], "a span such as 15-18"));
        }
        Ok(all.spans())
    }

    /// A cell as written; whether there is such a cell is asked of the grid when the place is looked up.
    fn cell(&self, text: &str) -> Result<String, QueryError> {
        let lower = text.to_lowercase();
        let hex = (1..=16).contains(&lower.len()) && lower.bytes().all(|b| b.is_ascii_hexdigit());
        if hex { Ok(lower) } else { Err(self.wrong(text, "an H3 cell of resolution 7 to 11")) }
    }

    fn resolution_and_cells<'t>(&self, parts: impl Iterator<Item = &'t str>) -> Result<Vec<String>, QueryError> {
        let mut resolution: Option<u8> = None;
        let mut cells = Vec::new();
        for part in parts {
            if part.parse::<u32>().is_err() {
                cells.push(self.cell(part)?);
                continue;
            }
            let wrong = || self.wrong(part, "a resolution, 7 to 11, or an H3 cell");
            let found = part.parse().ok().filter(|r| RESOLUTIONS.contains(r)).ok_or_else(wrong)?;
            if resolution.is_some_and(|known| known != found) {
                return Err(self.wrong(part, "one resolution"));
            }
            resolution = Some(found);
        }
        cells.extend(resolution.map(|r| r.to_string()));
        Ok(cells)
    }

    fn places(&self, given: &[Raw], most: usize, words: &[&str]) -> Result<Vec<String>, QueryError> {
        let mut places = Vec::new();
        for raw in given {
            match raw {
                Raw::File { name, text } if text.len() <= MAX_POLYGON_BYTES => {
                    let polygons = crate::snapshot::read_outline(self.name, name, text)?;
                    places.push(PlaceRef::Polygon(name.clone(), polygons).to_string());
                }
                Raw::File { name, .. } => {
                    return Err(
                        self.wrong(name, format!("a file of at most {MAX_POLYGON_BYTES} bytes: simplify the polygon"))
                    );
                }
                Raw::Text(text) if text.len() > MAX_POLYGON_BYTES => return Err(self.wrong(text, "a shorter place")),
                Raw::Text(text) if text.starts_with("polygon:") || most == 1 => {
                    places.push(self.place(text, words)?);
                }
                Raw::Text(text) => {
                    let parts = text.split(',').map(str::trim).filter(|t| !t.is_empty());
                    places.extend(parts.map(|t| self.place(t, words)).collect::<Result<Vec<_>, _>>()?);
                }
            }
        }
        if places.len() > most {
            return Err(self.wrong(&places.len().to_string(), format!("at most {most} places")));
        }
        if places.len() > 1 && places.iter().any(|p| words.contains(&p.as_str())) {
            return Err(self.wrong(&places.join(","), format!("places, or one of {}", words.join(", "))));
        }
        Ok(places)
    }

    fn place(&self, text: &str, words: &[&str]) -> Result<String, QueryError> {
        match words.iter().find(|w| **w == text.trim()) {
            Some(word) => Ok((*word).to_owned()),
            None => PlaceRef::parse(self.name, text).map(|p| p.to_string()),
        }
    }
}
