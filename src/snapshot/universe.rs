//! All cells of the study area, the empty ones included: worked out once per resolution, when first asked for.

use std::sync::OnceLock;

use rayon::prelude::*;

use super::LoadedLayer;
use crate::grid::{GridError, cells_of_area, neighbors};

/// The cells of the study area.
#[derive(Debug, Clone, Default)]
pub struct Universe {
    /// Cells, ascending.
    pub cells: Vec<u64>,
    /// Position in the study layer of the area that holds each cell's centre, or `u32::MAX`.
    areas: Vec<u32>,
    /// Positions of the neighbors of each cell that are in the universe too.
    neighbors: OnceLock<Vec<Vec<u32>>>,
}

impl Universe {
    /// The cells whose centre lies in the study area, and the occupied ones.
    pub(super) fn new(
        resolution: u8,
        occupied: impl Iterator<Item = u64>,
        study: Option<&LoadedLayer>,
    ) -> Result<Self, GridError> {
        let mut cells: Vec<(u64, u32)> = occupied.map(|cell| (cell, u32::MAX)).collect();
        if let Some(layer) = study {
            let of_areas: Vec<Vec<u64>> = layer
                .areas
                .par_iter()
                .map(|area| cells_of_area(&area.polygons, resolution))
                .collect::<Result<_, _>>()?;
            for (area, of_area) in of_areas.into_iter().enumerate() {
                cells.extend(of_area.into_iter().map(|cell| (cell, area as u32)));
            }
        }
        // A cell with its area before the same one without.
        cells.sort_unstable();
        cells.dedup_by_key(|c| c.0);
        let (cells, areas) = cells.into_iter().unzip();
        Ok(Self { cells, areas, neighbors: OnceLock::new() })
    }

    /// Position in the study layer of the area that holds each cell's centre; `u32::MAX` where none does.
    #[must_use]
    pub fn areas(&self) -> &[u32] {
        &self.areas
    }

    /// Positions of the neighbors of every cell; those outside the universe are left out.
    pub fn neighbors(&self) -> &[Vec<u32>] {
        self.neighbors.get_or_init(|| {
            let position = |cell: u64| self.cells.binary_search(&cell).ok().map(|i| i as u32);
            self.cells.par_iter().map(|&cell| neighbors(cell).into_iter().filter_map(position).collect()).collect()
        })
    }
}
