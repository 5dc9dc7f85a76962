//! Vector tiles: which cells and areas a tile shows, and MVT 2.1 of them with the counts of a plan.
//!
//! Positions are Web Mercator in 32-bit fixed point: 0 to 2^32 from west to east and north to south.
//! May use: model, grid, snapshot, ask, analysis.

mod address;
mod cells;
mod encode;
mod fixed;
mod layers;
mod question;

use std::sync::OnceLock;

pub use address::{MAX_ZOOM, TileAddress, TileError};
pub use question::{TILES, TileQuestion};

use crate::{
    ask::{AskError, Reader},
    model::{Dimension, Query, RESOLUTIONS},
    snapshot::Region,
};
use cells::CellShapes;
use layers::LayerShapes;

/// Extent of a tile in its own units.
pub const EXTENT: u32 = 4096;
/// Units around a tile that shapes reach into, so that outlines do not end at its edge.
pub(crate) const BUFFER: u32 = 64;

/// Shapes of a snapshot, each set made when first asked for.
#[derive(Debug, Default)]
pub struct TileShapes {
    occupied: [OnceLock<CellShapes>; RESOLUTIONS.len()],
    universe: [OnceLock<CellShapes>; RESOLUTIONS.len()],
    layers: OnceLock<Vec<LayerShapes>>,
}

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

impl TileShapes {
    /// Encodes a tile; empty when nothing lies in it.
    ///
    /// # Errors
    /// [`AskError`] for names that are not known.
    pub fn tile(
        &self,
        reader: &dyn Reader,
        query: &Query,
        set: &TileSet,
        address: TileAddress,
    ) -> Result<Vec<u8>, AskError> {
        let ground = reader.ground();
        let query = Query { by: vec![dimension_of(set)], ..query.clone() };
        let region = Region::of_query(ground, &query)?;
        match set {
            TileSet::Cells(resolution) => {
                // A cell without incidents is drawn where it lies in the place asked for.
                let inside = region.filter(|_| query.zeros).map(|r| r.cells(*resolution)).transpose()?;
                self.cells(reader, *resolution, query.zeros)?.tile(reader, &query, inside.as_deref(), address)
            }
            TileSet::Areas(layer) => {
                let layers = self.layers.get_or_init(|| ground.layers.iter().map(LayerShapes::new).collect());
                layers[ground.layer_position("set", layer)?].tile(reader, &query, region.as_ref(), address)
            }
        }
    }

    fn cells(&self, reader: &dyn Reader, resolution: u8, zeros: bool) -> Result<&CellShapes, AskError> {
        let slot = RESOLUTIONS.iter().position(|r| *r == resolution).unwrap_or_default();
        let occupied = reader.cells(resolution);
        if zeros {
            let all = &reader.ground().universe(resolution)?.cells;
            return Ok(self.universe[slot].get_or_init(|| CellShapes::new(all, occupied)));
        }
        Ok(self.occupied[slot].get_or_init(|| CellShapes::new(occupied, occupied)))
    }
}
