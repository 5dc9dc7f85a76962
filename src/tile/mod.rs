//! Vector tiles: which cells and areas a tile shows, and MVT 2.1 of them with the counts of a plan.
//!
//! Positions are Web Mercator in 32-bit fixed point: 0 to 2^32 from west to east and north to south.
//! May use: model, grid, table, snapshot, analysis.

mod address;
mod cells;
mod encode;
mod fixed;
mod layers;

use std::sync::OnceLock;

pub use address::{MAX_ZOOM, TileAddress, TileError};

use crate::{
    analysis::{AnalysisError, Plan},
    model::{Dimension, Query, RESOLUTIONS},
    snapshot::Snapshot,
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
    /// [`AnalysisError`] for names that are not known.
    pub fn tile(
        &self,
        snapshot: &Snapshot,
        query: &Query,
        set: &TileSet,
        address: TileAddress,
    ) -> Result<Vec<u8>, AnalysisError> {
        let query = Query { by: vec![dimension_of(set)], ..query.clone() };
        let plan = Plan::new(snapshot, &query)?;
        match set {
            TileSet::Cells(resolution) => {
                let shapes = self.cells(snapshot, *resolution, query.zeros)?;
                Ok(shapes.tile(&plan, &query, address))
            }
            TileSet::Areas(layer) => {
                let layers = self.layers.get_or_init(|| snapshot.layers.iter().map(LayerShapes::new).collect());
                let position = snapshot.layers.iter().position(|l| l.name == *layer);
                Ok(position.map_or_else(Vec::new, |i| layers[i].tile(&plan, &query, &snapshot.layers[i], address)))
            }
        }
    }

    fn cells(&self, snapshot: &Snapshot, resolution: u8, zeros: bool) -> Result<&CellShapes, AnalysisError> {
        let slot = RESOLUTIONS.iter().position(|r| *r == resolution).unwrap_or_default();
        let occupied = snapshot.table.cell_groups(resolution).map_or(&[][..], |g| g.1);
        if zeros {
            let all = &snapshot.universe(resolution)?.cells;
            return Ok(self.universe[slot].get_or_init(|| CellShapes::new(all, occupied)));
        }
        Ok(self.occupied[slot].get_or_init(|| CellShapes::new(occupied, occupied)))
    }
}
