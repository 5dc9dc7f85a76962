//! Any answer as bytes: one file a format, found by its name, its ending or its media type.
//!
//! The columns, the digits and the order are the same in every format. Rows are written as they come: memory does not
//! grow with the answer, but for formats that are a container (a spreadsheet, a database).
//! May use: model, grid, snapshot, ask.

mod csv;
mod encoder;
mod error;
mod geojson;
mod gpkg;
mod html;
mod json;
mod parquet;
mod table;
mod text;
mod xlsx;

pub use encoder::{Encoder, Out};
pub use error::ExportError;
pub use geojson::geometry;
pub use text::printable;

use crate::ask::Shape;

/// Every format, in the order of help and documentation.
pub static ENCODERS: [&dyn Encoder; 8] = [
    &table::Table,
    &csv::Csv,
    &json::Json,
    &geojson::GeoJson,
    &parquet::Parquet,
    &xlsx::Xlsx,
    &gpkg::GeoPackage,
    &html::Html,
];

/// A format by name.
#[must_use]
pub fn encoder(name: &str) -> Option<&'static dyn Encoder> {
    ENCODERS.iter().copied().find(|e| e.name() == name)
}

/// A format by the ending of a file's name.
#[must_use]
pub fn encoder_of_file(path: &std::path::Path) -> Option<&'static dyn Encoder> {
    let ending = path.extension()?.to_str()?.to_lowercase();
    ENCODERS.iter().copied().find(|e| e.ending() == ending)
}

/// Names of the formats that answers are served in.
pub fn served() -> impl Iterator<Item = &'static dyn Encoder> {
    ENCODERS.iter().copied().filter(|e| e.is_served())
}

/// The format where none is asked for: sentences and tables on a terminal, csv in a pipe.
#[must_use]
pub fn usual(shape: Shape, terminal: bool) -> &'static dyn Encoder {
    match (shape, terminal) {
        (Shape::Sentences, _) | (Shape::Rows, true) => &table::Table,
        (Shape::Rows, false) => &csv::Csv,
    }
}
