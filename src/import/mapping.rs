//! A mapping: what the columns of a partner's CSV file mean, as a TOML file.

use std::{
    collections::{BTreeMap, HashMap},
    path::Path,
};

use serde::Deserialize;

use super::ImportError;
use crate::model::{PrecisionClass, fold};

/// What the columns of a file mean.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// Source the file belongs to; `--source` must agree where both are given.
    #[serde(default)]
    pub source: String,
    /// `utf-8` or `windows-1252`.
    #[serde(default = "utf8")]
    pub encoding: String,
    /// One character between fields.
    #[serde(default = "comma")]
    pub delimiter: char,
    /// Coordinate system of easting and northing, such as `EPSG:29903`; the British National Grid when left out.
    #[serde(default)]
    pub crs: Option<String>,
    /// Column names.
    pub columns: Columns,
    /// How times are written.
    #[serde(default)]
    pub when: WhenFormats,
    /// Words for categories in place of those in the file.
    #[serde(default)]
    pub categories: BTreeMap<String, String>,
    /// How precise positions are.
    #[serde(default)]
    pub precision: Precision,
    /// The same words as they are compared.
    #[serde(skip)]
    folded: Folded,
}

/// A mapping's own words, folded.
#[derive(Debug, Clone, Default)]
struct Folded {
    categories: HashMap<String, String>,
    precision: HashMap<String, PrecisionClass>,
}

/// `[columns]`: the name of each column in the file.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Columns {
    /// The source's own reference, unique in it.
    pub id: Option<String>,
    /// Month, date, date and time, or start of a span.
    pub when: String,
    /// Time of day, where it stands apart from the date.
    pub time: Option<String>,
    /// End of a span.
    pub when_end: Option<String>,
    /// Offence category.
    pub category: Option<String>,
    /// One category for every row, where there is no column.
    pub category_is: Option<String>,
    /// Longitude, WGS 84 degrees.
    pub lon: Option<String>,
    /// Latitude, WGS 84 degrees.
    pub lat: Option<String>,
    /// Easting, British National Grid metres, or in the system that `crs` names.
    pub easting: Option<String>,
    /// Northing, likewise.
    pub northing: Option<String>,
    /// A word for how precise the position is, see `[precision]`.
    pub precision: Option<String>,
    /// Where it happened, in words; only a hash is kept.
    pub location_text: Option<String>,
    /// Town, village or area, in words.
    pub locality: Option<String>,
    /// Postcode.
    pub postcode: Option<String>,
    /// National Grid reference.
    pub gridref: Option<String>,
    /// Unique property reference number.
    pub uprn: Option<String>,
    /// Columns kept as attributes.
    pub keep: Vec<String>,
    /// Columns known and thrown away; personal data must stand here.
    pub drop: Vec<String>,
}

/// `[when]`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WhenFormats {
    /// Formats tried in order, such as `%d/%m/%Y %H:%M`; empty means ISO 8601 and `dd/mm/yyyy`.
    pub formats: Vec<String>,
}

/// `[precision]`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Precision {
    /// Class of rows without a word; `street_segment` when left out. A word that is not listed is reported, and its rows are
    /// taken to be no closer than the district.
    pub default: Option<String>,
    /// Words in the file and their class.
    pub values: BTreeMap<String, String>,
}

fn utf8() -> String {
    "utf-8".to_owned()
}

fn comma() -> char {
    ','
}

impl Mapping {
    /// Reads and checks a mapping file.
    ///
    /// # Errors
    /// [`ImportError::Mapping`] with line and reason.
    pub fn read(path: &Path) -> Result<Self, ImportError> {
        let text = fs_err::read_to_string(path)?;
        Self::parse(&text).map_err(|reason| ImportError::Mapping { path: path.to_owned(), reason })
    }

    /// Reads and checks the text of a mapping.
    ///
    /// # Errors
    /// What is wrong and where, as one text.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut mapping: Self = toml::from_str(text).map_err(|e| e.to_string())?;
        let columns = &mapping.columns;
        if columns.when.is_empty() {
            return Err("[columns] when is missing: the column with month, date or time".to_owned());
        }
        if columns.category.is_some() == columns.category_is.is_some() {
            return Err("[columns] needs either category (a column) or category_is (one word for all)".to_owned());
        }
        if columns.lon.is_some() != columns.lat.is_some() || columns.easting.is_some() != columns.northing.is_some() {
            return Err("[columns] lon and lat come in pairs, so do easting and northing".to_owned());
        }
        if mapping.other_crs().is_some() && (columns.lon.is_some() || columns.easting.is_none()) {
            return Err("crs is the system of easting and northing: name these two columns, and leave lon and lat out"
                .to_owned());
        }
        if !mapping.delimiter.is_ascii() || mapping.delimiter == '"' {
            return Err(format!("delimiter {:?} is not one ASCII character", mapping.delimiter));
        }
        if !matches!(mapping.encoding.as_str(), "utf-8" | "windows-1252") {
            return Err(format!("encoding {:?} is not utf-8 or windows-1252", mapping.encoding));
        }
        let classes = mapping.precision.values.values().chain(&mapping.precision.default);
        for class in classes {
            if PrecisionClass::from_name(class).is_none() {
                return Err(format!("[precision] {class:?} is not one of {}", PrecisionClass::names().join(", ")));
            }
        }
        mapping.folded = Folded {
            categories: folded("categories", &mapping.categories)?,
            precision: folded("precision.values", &mapping.precision.values)?
                .into_iter()
                .filter_map(|(word, class)| Some((word, PrecisionClass::from_name(&class)?)))
                .collect(),
        };
        Ok(mapping)
    }

    /// The system of easting and northing, where it is not the British National Grid.
    pub(super) fn other_crs(&self) -> Option<&str> {
        let is_grid = |name: &&str| name.trim().rsplit([':', '/']).next() == Some("27700");
        self.crs.as_deref().filter(|name| !is_grid(name))
    }

    /// Every column the mapping names.
    pub(super) fn named_columns(&self) -> impl Iterator<Item = &String> {
        let c = &self.columns;
        let single = [
            &c.id,
            &c.time,
            &c.when_end,
            &c.category,
            &c.lon,
            &c.lat,
            &c.easting,
            &c.northing,
            &c.precision,
            &c.location_text,
            &c.locality,
            &c.postcode,
            &c.gridref,
            &c.uprn,
        ];
        std::iter::once(&c.when).chain(single.into_iter().flatten()).chain(&c.keep)
    }

    /// The category that a word in the file stands for.
    pub(super) fn category_of<'a>(&'a self, word: &'a str) -> &'a str {
        if self.folded.categories.is_empty() {
            return word;
        }
        self.folded.categories.get(&fold(word)).map_or(word, String::as_str)
    }

    /// The class of a row by its word; none where the word is not listed. Without a word it is the mapping's default.
    pub(super) fn class_of(&self, word: &str) -> Option<PrecisionClass> {
        if word.is_empty() {
            return Some(self.default_class());
        }
        self.folded.precision.get(&fold(word)).copied()
    }

    /// Category and class of a row as versions before 0.2 read them: by the very spelling, and the default for any word.
    pub(super) fn as_spelled<'a>(&'a self, category: &'a str, precision: &str) -> (&'a str, PrecisionClass) {
        let class = self.precision.values.get(precision).and_then(|name| PrecisionClass::from_name(name));
        let category = self.categories.get(category).map_or(category, String::as_str);
        (category, class.unwrap_or_else(|| self.default_class()))
    }

    fn default_class(&self) -> PrecisionClass {
        let default = self.precision.default.as_deref().and_then(PrecisionClass::from_name);
        default.unwrap_or(PrecisionClass::StreetSegment)
    }
}

/// Words as they are compared. Two spellings of one word that stand for different things decide nothing.
fn folded(table: &str, words: &BTreeMap<String, String>) -> Result<HashMap<String, String>, String> {
    let mut folded: HashMap<String, String> = HashMap::new();
    for (word, meaning) in words {
        if let Some(other) = folded.insert(fold(word), meaning.clone()).filter(|other| other != meaning) {
            return Err(format!("[{table}] {word:?} stands for {meaning:?} and, in another spelling, for {other:?}"));
        }
    }
    Ok(folded)
}
