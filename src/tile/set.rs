//! What a tile shows, and how that is counted.

use crate::model::Dimension;

/// What a tile shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TileSet {
    /// Cells of a resolution.
    Cells(u8),
    /// Areas of a layer.
    Areas(String),
}

/// The resolution whose cells are some 10 to 40 pixels wide at a zoom.
#[must_use]
pub fn resolution_for_zoom(zoom: u8) -> u8 {
    match zoom {
        0..=9 => 7,
        10..=11 => 8,
        12..=13 => 9,
        14 => 10,
        _ => 11,
    }
}

/// The dimension a set counts by.
#[must_use]
pub fn dimension_of(set: &TileSet) -> Dimension {
    match set {
        TileSet::Cells(resolution) => Dimension::Cell(*resolution),
        TileSet::Areas(layer) => Dimension::Area(layer.clone()),
    }
}
