//! Why an answer could not be written.

use std::io;

use crate::{ask::AskError, model::RESOLUTIONS};

/// Why an answer could not be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExportError {
    /// Where it goes.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The answer, which broke off.
    #[error(transparent)]
    Answer(#[from] AskError),
    /// The format has no room for it.
    #[error("{format} has no room for it: {reason}; choose csv or parquet, or ask for less")]
    NoRoom {
        /// Format.
        format: &'static str,
        /// Why.
        reason: String,
    },
    /// The rows have no place, and the format is one of places.
    #[error("{}", no_place(.layers))]
    NoPlace {
        /// Layers that rows may be counted by.
        layers: Vec<String>,
    },
    /// The library of the format.
    #[error("{format} could not be written: {reason}")]
    Format {
        /// Format.
        format: &'static str,
        /// What the library said.
        reason: String,
    },
}

/// What rows with a place are asked by.
fn no_place(layers: &[String]) -> String {
    let (from, to) = (RESOLUTIONS[0], RESOLUTIONS[RESOLUTIONS.len() - 1]);
    let areas: Vec<String> = layers.iter().map(|layer| format!("area:{layer}")).collect();
    format!(
        "geojson needs a place for every row, and these have none: rows have places where a question is asked by cell:{from} to \
         cell:{to}{}{}; or choose csv, json, parquet or xlsx",
        if areas.is_empty() { "" } else { " or " },
        areas.join(", ")
    )
}

impl From<serde_json::Error> for ExportError {
    fn from(error: serde_json::Error) -> Self {
        Self::Io(error.into())
    }
}
