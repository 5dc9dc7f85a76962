//! A table of figures as it stands in its file: columns by name, and what each holds.

use std::{
    collections::{HashMap, HashSet},
    path::{Path, PathBuf},
};

use crate::{
    import::{ImportError, SourceFile, opening::read_sheet},
    model::{DoubledColumn, Figure, Header, figure, fold},
};

/// Rows whose values tell what a column holds.
const SAMPLED: usize = 1_000;
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
        let mut figures = self.rows.iter().map(|row| figure(Self::field(row, column))).take(SAMPLED);
        let all = figures.all(|f| {
            any |= matches!(f, Figure::Number(_));
            f != Figure::Other
        });
        all && any
    }

    /// Whether a column says when, not how many: by its name, or because it holds years alone.
    pub(super) fn is_period(&self, column: usize) -> bool {
        let name = self.folded(column);
        let words: Vec<&str> = name.split('_').collect();
        let named = ["year", "years", "date", "period", "quarter", "time", "timeperiod", "mid"];
        let is_named = words.iter().any(|w| named.contains(w));
        let is_year = |v: &&str| v.parse::<u32>().is_ok_and(|n| (1900..=2100).contains(&n));
        let values = self.distinct(column);
        let years = !values.is_empty() && values.iter().all(is_year);
        years || (is_named && values.iter().all(|v| year_in(v).is_some()))
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

/// The latest year that a text names.
pub(super) fn year_in(text: &str) -> Option<u32> {
    let numbers = text.split(|c: char| !c.is_ascii_digit()).filter(|t| t.len() == 4 || t.len() == 8);
    numbers.filter_map(|t| t[..4].parse::<u32>().ok()).filter(|n| (1900..=2100).contains(n)).max()
}
