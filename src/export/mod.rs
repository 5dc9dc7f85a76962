//! Any answer as bytes: one file a format, found by its name, its ending or its media type.
//!
//! The columns, the digits and the order are the same in every format. Rows are written as they come: memory does not
//! grow with the answer, but for formats that are a container (a spreadsheet, a database).
//! May use: model, grid, snapshot, ask.

mod csv;
mod error;
mod geojson;
mod json;
mod parquet;
mod table;
mod text;

use std::io;

pub use error::ExportError;
pub use geojson::geometry;
pub use text::printable;

use crate::{
    ask::{Answer, Shape},
    snapshot::Snapshot,
};

/// Where bytes go.
pub type Out<'o> = dyn io::Write + Send + 'o;

/// A format of answers.
pub trait Encoder: Sync {
    /// Name, as in `--format` and `f=`.
    fn name(&self) -> &'static str;

    /// Media type, with its parameters.
    fn media_type(&self) -> &'static str;

    /// Ending of a file's name, without the dot.
    fn ending(&self) -> &'static str;

    /// Whether it can be asked for over HTTP; a table is for terminals.
    fn is_served(&self) -> bool {
        true
    }

    /// Writes an answer; the number of rows.
    ///
    /// # Errors
    /// [`ExportError`]: the writer's, or what the format has no room for.
    fn write(&self, ground: &Snapshot, answer: &mut Answer<'_>, out: &mut Out<'_>) -> Result<u64, ExportError>;
}

/// Every format, in the order of help and documentation.
pub static ENCODERS: [&dyn Encoder; 5] = [&table::Table, &csv::Csv, &json::Json, &geojson::GeoJson, &parquet::Parquet];

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
