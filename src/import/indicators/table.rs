//! A table of figures as it stands in its file: columns by name, and what each holds.

use std::{
    collections::{HashMap, HashSet},
    path::{Path, PathBuf},
};

use crate::{
    import::{ImportError, SourceFile, generic::parse_when, opening::read_sheet},
    model::{DoubledColumn, Figure, Header, figure, fold},
};

/// Rows whose values tell what a column holds.
const SAMPLED: usize = 1_000;
/// Figures to one word from which the word is a slip.
const SLIPS: usize = 4;
/// Columns that describe a shape or a place and are no figure of it.
const NO_FIGURES: [&str; 20] = [
    "objectid",
    "fid",
    "ogc_fid",
    "gid",
    "globalid",
    "shape__area",
    "shape__length",
    "shape_area",
    "shape_length",
    "bng_e",
    "bng_n",
    "long",
    "lat",
    "lon",
    "longitude",
    "latitude",
    "easting",
    "northing",
    "obs_status",
    "record_offset",
];

/// A row: its line, and its fields.
pub(super) type Row = (u64, csv::StringRecord);

/// A table of figures.
pub(super) struct Table {
    pub(super) path: PathBuf,
    pub(super) header: Header,
    pub(super) rows: Vec<Row>,
}

impl Table {
    pub(super) fn read(path: &Path) -> Result<Self, ImportError> {
        let sheet = read_sheet(&SourceFile { path: path.to_owned() })?;
        Ok(Self { path: path.to_owned(), header: Header::new(sheet.header), rows: sheet.rows })
    }

    pub(super) fn refused(&self, reason: String) -> ImportError {
        ImportError::Refused { path: self.path.clone(), reason: format!("{reason}; columns: {}", self.header.line()) }
    }

    pub(super) fn doubled(&self, column: &DoubledColumn) -> ImportError {
        ImportError::doubled(&self.path, column)
    }

    /// A column that was told by what stands in it, where no other has its name.
    pub(super) fn only(&self, column: usize) -> Result<usize, ImportError> {
        self.header.only(column).map_err(|e| self.doubled(&e))
    }

    pub(super) fn column(&self, name: &str) -> Result<usize, ImportError> {
        self.header.find(name).map_err(|e| self.doubled(&e))?.ok_or_else(|| self.refused(format!("no column {name:?}")))
    }

    pub(super) fn columns(&self) -> std::ops::Range<usize> {
        0..self.header.names().len()
    }

    pub(super) fn name(&self, column: usize) -> &str {
        &self.header.names()[column]
    }

    /// The name of a column as it is compared: folded, blanks and hyphens like underscores.
    pub(super) fn folded(&self, column: usize) -> String {
        fold(self.name(column)).replace([' ', '-'], "_")
    }

    pub(super) fn field(row: &Row, column: usize) -> &str {
        row.1.get(column).unwrap_or_default().trim()
    }

    /// Different values of a column.
    pub(super) fn distinct(&self, column: usize) -> HashSet<&str> {
        self.rows.iter().map(|row| Self::field(row, column)).filter(|v| !v.is_empty()).collect()
    }

    /// Whether a column holds numbers, or marks in their place.
    pub(super) fn is_numeric(&self, column: usize) -> bool {
        let mut any = false;
        let (mut figures, mut others) = (0_usize, 0_usize);
        for row in self.rows.iter().take(SAMPLED) {
            match figure(Self::field(row, column)) {
                Figure::Number(_) => (any, figures) = (true, figures + 1),
                Figure::Suppressed => figures += 1,
                Figure::Other => others += 1,
                Figure::Nothing => {}
            }
        }
        // A slip among figures does not make words of them.
        any && others * SLIPS <= figures
    }

    /// Whether a column says when, not how many: by its name, or because it holds years alone.
    pub(super) fn is_period(&self, column: usize) -> bool {
        let name = self.folded(column);
        let words: Vec<&str> = name.split('_').collect();
        let named = ["year", "years", "date", "period", "quarter", "time", "timeperiod", "mid"];
        let is_named = words.iter().any(|w| named.contains(w));
        let values = self.distinct(column);
        let is_number = |v: &&str| v.parse::<f64>().is_ok();
        // A number of people may look like a year; years stand on many rows.
        let repeats = values.len() * 2 <= self.rows.len();
        let numbers_are_years = is_named || repeats || !values.iter().any(is_number);
        !values.is_empty() && numbers_are_years && values.iter().all(|v| year_in(v).is_some())
    }

    /// Whether a column only numbers the rows.
    pub(super) fn is_numbering(&self, column: usize) -> bool {
        ["objectid", "fid", "ogc_fid", "gid", "globalid", "record_offset"].contains(&self.folded(column).as_str())
    }

    /// Whether a column describes a shape, or is a number for what another column says in words.
    pub(super) fn is_no_figure(&self, column: usize) -> bool {
        let name = self.folded(column);
        NO_FIGURES.contains(&name.as_str()) || name.ends_with("_code") || self.word_for(column).is_some()
    }

    /// The column of words that says the same as a column of few numbers.
    fn word_for(&self, column: usize) -> Option<usize> {
        let few = self.rows.iter().map(|row| Self::field(row, column)).collect::<HashSet<_>>().len();
        if few * 2 > self.rows.len() {
            return None;
        }
        self.columns().find(|&other| other != column && !self.is_numeric(other) && self.say_the_same(column, other))
    }

    /// Whether two columns tell rows apart in the same way.
    pub(super) fn say_the_same(&self, a: usize, b: usize) -> bool {
        let (mut to, mut from): (HashMap<&str, &str>, HashMap<&str, &str>) = (HashMap::new(), HashMap::new());
        self.rows.iter().all(|row| {
            let (a, b) = (Self::field(row, a), Self::field(row, b));
            *to.entry(a).or_insert(b) == b && *from.entry(b).or_insert(a) == a
        })
    }
}

/// When a text says: the first day it names, or the latest year.
pub(super) fn when_in(text: &str) -> Option<(u32, i64)> {
    let day = parse_when(text, &[]).map_or(0, |when| when.start_us);
    Some((year_in(text)?, day))
}

/// The latest year that a text names, in four digits, or in two behind the name of a month.
pub(super) fn year_in(text: &str) -> Option<u32> {
    const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let folded = fold(text);
    let short = MONTHS.iter().find(|m| folded.starts_with(**m)).and_then(|_| {
        let digits: String = folded.chars().rev().take_while(char::is_ascii_digit).collect();
        let year: u32 = digits.chars().rev().collect::<String>().parse().ok().filter(|_| digits.len() == 2)?;
        Some(2000 + year)
    });
    if short.is_some() {
        return short;
    }
    let numbers = text.split(|c: char| !c.is_ascii_digit()).filter(|t| t.len() == 4 || t.len() == 8);
    numbers.filter_map(|t| t[..4].parse::<u32>().ok()).filter(|n| (1900..=2100).contains(n)).max()
}
