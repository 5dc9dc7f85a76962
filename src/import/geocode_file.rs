//! A CSV of texts to the same CSV with answers, without importing anything.

use std::{collections::HashMap, io::Write, path::PathBuf};

use csv::ByteRecord;
use rayon::prelude::*;
use serde_json::Value;

use super::{ImportError, Progress, SourceFile, csv_file::CsvFile};
use crate::{
    geocode::{ANSWER_COLUMNS, Answer, CoordinateTexts, Geocoder, Input, Status},
    model::{DoubledColumn, Header, spreadsheet_safe},
};

/// Rows located at once.
const CHUNK: usize = 20_000;
/// Most different rows whose answers are remembered.
const MAX_REMEMBERED: usize = 500_000;

/// Which columns hold what; recognised by their names where none is given.
#[derive(Debug, Clone, Default)]
pub struct GeocodeColumns {
    /// Words.
    pub text: Option<String>,
    /// Town, village or area.
    pub locality: Option<String>,
    /// Postcode.
    pub postcode: Option<String>,
    /// Grid reference.
    pub gridref: Option<String>,
    /// Property number.
    pub uprn: Option<String>,
    /// Longitude.
    pub lon: Option<String>,
    /// Latitude.
    pub lat: Option<String>,
    /// Easting.
    pub easting: Option<String>,
    /// Northing.
    pub northing: Option<String>,
}

/// Names by which columns are recognised, in the order of [`GeocodeColumns`].
const NAMES: [&[&str]; 9] = [
    &["text", "location", "location_text", "where", "address", "place", "street", "scene"],
    &["locality", "town", "village", "city", "area", "lsoa_name"],
    &["postcode", "post_code", "postal_code"],
    &["gridref", "grid_ref", "grid_reference"],
    &["uprn"],
    &["lon", "longitude", "lng"],
    &["lat", "latitude"],
    &["easting", "eastings"],
    &["northing", "northings"],
];

impl GeocodeColumns {
    /// Positions of the columns in a header.
    fn positions(&self, file: &SourceFile, names: &[String]) -> Result<[Option<usize>; 9], ImportError> {
        let header = Header::new(names);
        let asked = [
            &self.text,
            &self.locality,
            &self.postcode,
            &self.gridref,
            &self.uprn,
            &self.lon,
            &self.lat,
            &self.easting,
            &self.northing,
        ];
        let wrong =
            |expected: String| ImportError::WrongFile { path: file.path.clone(), expected, found: header.line() };
        let doubled = |e: DoubledColumn| ImportError::doubled(&file.path, &e);
        let any = asked.iter().any(|a| a.is_some());
        let mut positions = [None; 9];
        for ((position, asked), known) in positions.iter_mut().zip(asked).zip(NAMES) {
            *position = match asked {
                Some(name) => {
                    let column = header.find(name).map_err(doubled)?;
                    Some(column.ok_or_else(|| wrong(format!("a column {name:?}, which was asked for")))?)
                }
                None if any => None,
                None => header.find_first(known).map_err(doubled)?,
            };
        }
        if positions.iter().all(Option::is_none) {
            return Err(wrong(
                "a column with words, a postcode or coordinates (name them with --text, --postcode ...)".to_owned(),
            ));
        }
        Ok(positions)
    }
}

/// Rows by what became of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GeocodeTally {
    /// Rows read.
    pub rows: u64,
    /// By status, in the order of [`Status::ALL`].
    pub by_status: [u64; 6],
}

/// Geocodes the rows of a CSV, plain or gzipped: the input columns as they are (what a spreadsheet would run as a formula
/// made harmless; one named like an answer's column gets `input_` before its name), then [`ANSWER_COLUMNS`].
///
/// # Errors
/// [`ImportError`] when the file is no CSV or lacks the columns asked for.
pub fn geocode_file(
    geocoder: &Geocoder,
    path: PathBuf,
    columns: &GeocodeColumns,
    progress: &Progress,
    out: &mut dyn Write,
) -> Result<GeocodeTally, ImportError> {
    let file = SourceFile { path };
    progress.total_bytes.store(file.bytes(), std::sync::atomic::Ordering::Relaxed);
    let (mut csv, header) = CsvFile::open(&file, b',', progress)?;
    let at = columns.positions(&file, &header)?;
    let mut writer = csv::Writer::from_writer(out);
    let io = |e: csv::Error| ImportError::Io { source: e.into() };
    let given = header.iter().map(|name| column_name(name, &header));
    writer.write_record(given.chain(ANSWER_COLUMNS.map(str::to_owned))).map_err(io)?;
    let mut tally = GeocodeTally::default();
    let mut known: HashMap<Vec<String>, Answer> = HashMap::new();
    let mut rows: Vec<Vec<String>> = Vec::with_capacity(CHUNK);
    let mut record = ByteRecord::new();
    loop {
        let more = csv.next(&mut record)?.is_some();
        if more {
            rows.push(record.iter().map(|f| String::from_utf8_lossy(f).into_owned()).collect());
        }
        if rows.len() == CHUNK || !more {
            answer_new(geocoder, &rows, &at, &mut known);
            for row in &mut rows {
                let answer = &known[&fields_of(row, &at)];
                tally.rows += 1;
                tally.by_status[answer.status as usize] += 1;
                row.resize(header.len(), String::new());
                let given = row.iter().map(|f| spreadsheet_safe(f).into_owned());
                let answered = answer.values().into_iter().map(|v| plain(&v));
                writer.write_record(given.chain(answered)).map_err(io)?;
            }
            rows.clear();
            if known.len() > MAX_REMEMBERED {
                known.clear();
            }
        }
        if !more {
            break;
        }
    }
    writer.flush()?;
    Ok(tally)
}

/// The name of an input column; `input_lon` where an answer's column has the name.
fn column_name(name: &str, header: &[String]) -> String {
    let mut free = name.to_owned();
    while ANSWER_COLUMNS.contains(&free.as_str()) || (free != name && header.contains(&free)) {
        free.insert_str(0, "input_");
    }
    spreadsheet_safe(&free).into_owned()
}

/// The fields of a row that are looked at.
fn fields_of(row: &[String], at: &[Option<usize>; 9]) -> Vec<String> {
    at.iter().map(|at| at.and_then(|at| row.get(at)).cloned().unwrap_or_default()).collect()
}

fn answer_new(
    geocoder: &Geocoder,
    rows: &[Vec<String>],
    at: &[Option<usize>; 9],
    known: &mut HashMap<Vec<String>, Answer>,
) {
    let mut new: Vec<Vec<String>> =
        rows.iter().map(|row| fields_of(row, at)).filter(|f| !known.contains_key(f)).collect();
    new.sort_unstable();
    new.dedup();
    let answers: Vec<Answer> = new.par_iter().map(|fields| geocoder.geocode(&input(fields))).collect();
    known.extend(new.into_iter().zip(answers));
}

fn input(fields: &[String]) -> Input<'_> {
    let field = |i: usize| fields.get(i).map_or("", String::as_str);
    Input {
        text: field(0),
        locality: field(1),
        postcode: field(2),
        gridref: field(3),
        uprn: field(4),
        coordinates: CoordinateTexts { lon: field(5), lat: field(6), easting: field(7), northing: field(8) },
        class: None,
    }
}

/// A value as it stands in a CSV.
fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => spreadsheet_safe(text).into_owned(),
        other => other.to_string(),
    }
}

impl GeocodeTally {
    /// `1,200 matched, 30 review`.
    #[must_use]
    pub fn words(&self) -> String {
        let parts = Status::ALL.into_iter().zip(self.by_status).filter(|p| p.1 > 0);
        parts.map(|(status, n)| format!("{n} {}", status.name())).collect::<Vec<_>>().join(", ")
    }
}
