//! Any result as csv, json, geojson, parquet or a table for a terminal: the same columns, the same digits.
//!
//! May use: model, grid, snapshot, analysis.

mod coverage;
mod parquet_file;

use std::{fmt::Write as _, io};

use serde_json::{Map, Value, json};

use crate::{
    analysis::{PlaceKey, Rows, Values},
    grid,
    model::spreadsheet_safe,
    snapshot::Snapshot,
};

pub use coverage::coverage_rows;
pub use parquet_file::to_parquet;

/// A format of rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Aligned columns for a terminal.
    Table,
    /// Comma separated, with a header.
    Csv,
    /// `{"rows": [...], "summary": {...}}`.
    Json,
    /// A `FeatureCollection` with the rows as properties.
    GeoJson,
    /// Apache Parquet.
    Parquet,
}

impl Format {
    /// Names, as in `--format` and `f=`.
    pub const NAMES: [&str; 5] = ["table", "csv", "json", "geojson", "parquet"];

    /// Reads a name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        let formats = [Self::Table, Self::Csv, Self::Json, Self::GeoJson, Self::Parquet];
        Self::NAMES.iter().position(|n| *n == name).map(|i| formats[i])
    }
}

/// Rows as CSV; texts that a spreadsheet would run as formulas are made harmless.
///
/// # Errors
/// The I/O error of the writer.
pub fn write_csv(rows: &Rows, out: impl io::Write) -> io::Result<()> {
    let mut csv = csv::Writer::from_writer(out);
    csv.write_record(rows.columns.iter().map(|c| &c.name))?;
    for row in 0..rows.len() {
        for (i, column) in rows.columns.iter().enumerate() {
            let text = rows.text(i, row);
            match column.values {
                Values::Text { .. } => csv.write_field(spreadsheet_safe(&text).as_bytes())?,
                _ => csv.write_field(&text)?,
            }
        }
        csv.write_record(None::<&[u8]>)?;
    }
    csv.flush()
}

fn object(rows: &Rows, row: usize) -> Map<String, Value> {
    rows.columns.iter().enumerate().map(|(i, column)| (column.name.clone(), rows.json(i, row))).collect()
}

/// Rows and summary as JSON.
#[must_use]
pub fn to_json(rows: &Rows, summary: &impl serde::Serialize) -> Value {
    let list: Vec<Value> = (0..rows.len()).map(|row| object(rows, row).into()).collect();
    json!({ "rows": list, "summary": summary })
}

/// Rows and summary as a `FeatureCollection` in WGS 84; rows without a place have a null geometry.
#[must_use]
pub fn to_geojson(snapshot: &Snapshot, rows: &Rows, summary: &impl serde::Serialize) -> Value {
    let feature = |row: usize| {
        let geometry = rows.places.get(row).map_or(Value::Null, |place| geometry(snapshot, place));
        json!({ "type": "Feature", "properties": object(rows, row), "geometry": geometry })
    };
    let features: Vec<Value> = (0..rows.len()).map(feature).collect();
    json!({ "type": "FeatureCollection", "features": features, "summary": summary })
}

/// The outline of a place as a GeoJSON geometry.
#[must_use]
pub fn geometry(snapshot: &Snapshot, place: &PlaceKey) -> Value {
    match place {
        PlaceKey::Cell(cell) => {
            let mut ring: Vec<[f64; 2]> = grid::outline(*cell).iter().map(|c| [c.lon, c.lat]).collect();
            ring.extend(ring.first().copied());
            json!({ "type": "Polygon", "coordinates": [ring] })
        }
        PlaceKey::Area(layer, area) => {
            let area = snapshot.layer(layer).and_then(|l| l.areas.get(*area as usize));
            let Some(area) = area else { return Value::Null };
            let ring = |r: &geo::LineString| -> Vec<[f64; 2]> { r.0.iter().map(|c| [c.x, c.y]).collect() };
            let polygons: Vec<Vec<Vec<[f64; 2]>>> = area
                .polygons
                .iter()
                .map(|p| std::iter::once(p.exterior()).chain(p.interiors()).map(ring).collect())
                .collect();
            json!({ "type": "MultiPolygon", "coordinates": polygons })
        }
    }
}

/// Rows as aligned columns, numbers to the right.
#[must_use]
pub fn to_table(rows: &Rows) -> String {
    let texts: Vec<Vec<String>> =
        (0..rows.len()).map(|row| (0..rows.columns.len()).map(|c| printable(&rows.text(c, row))).collect()).collect();
    let width = |c: usize| {
        let cells = texts.iter().map(|t| t[c].chars().count());
        cells.max().unwrap_or(0).max(rows.columns[c].name.chars().count())
    };
    let widths: Vec<usize> = (0..rows.columns.len()).map(width).collect();
    let mut out = String::new();
    let mut line = |cells: Vec<&str>| {
        let padded: Vec<String> = cells
            .iter()
            .enumerate()
            .map(|(c, text)| match rows.columns[c].values {
                Values::Counts(_) | Values::Numbers(_) => format!("{text:>width$}", width = widths[c]),
                _ => format!("{text:<width$}", width = widths[c]),
            })
            .collect();
        let _ = writeln!(out, "{}", padded.join("  ").trim_end());
    };
    line(rows.columns.iter().map(|c| c.name.as_str()).collect());
    for row in &texts {
        line(row.iter().map(String::as_str).collect());
    }
    out
}

/// Text without control characters, which could move a terminal's cursor.
#[must_use]
pub fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}
