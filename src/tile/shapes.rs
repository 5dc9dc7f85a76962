//! The shapes of a snapshot, from which its tiles are made.

use std::sync::OnceLock;

use super::{TileAddress, TileSet, cells::CellShapes, dimension_of, layers::LayerShapes};
use crate::{
    ask::{AskError, Reader},
    model::{Query, RESOLUTIONS},
    snapshot::Region,
};

/// Shapes of a snapshot, each set made when first asked for.
#[derive(Debug, Default)]
pub struct TileShapes {
    occupied: [OnceLock<CellShapes>; RESOLUTIONS.len()],
    universe: [OnceLock<CellShapes>; RESOLUTIONS.len()],
    layers: OnceLock<Vec<LayerShapes>>,
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
