//! All cells of the study area, the empty ones included: worked out once per resolution, when first asked for.

use std::sync::OnceLock;

use rayon::prelude::*;

use super::Snapshot;
use crate::{
    grid::{GridError, cells_of_area, neighbors},
    model::RESOLUTIONS,
};

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

    /// District of a cell; empty where it is not known.
    #[must_use]
    pub fn district<'s>(&self, snapshot: &'s Snapshot, cell: u64) -> &'s str {
        let area = self.cells.binary_search(&cell).map_or(u32::MAX, |i| self.areas[i]);
        let layer = snapshot.study_layer();
        layer.and_then(|l| l.areas.get(area as usize)).map_or("", |a| a.district.as_str())
    }
}

impl Snapshot {
    /// Cells whose centre lies in the study area, and cells that hold an incident. Without a study area only the
    /// latter.
    ///
    /// # Errors
    /// [`GridError`] when a polygon cannot be filled or there are too many cells.
    pub fn universe(&self, resolution: u8) -> Result<&Universe, GridError> {
        let slot = RESOLUTIONS.iter().position(|r| *r == resolution).ok_or(GridError::Resolution { resolution })?;
        if let Some(universe) = self.universe[slot].get() {
            return Ok(universe);
        }
        let occupied = self.table.cell_groups(resolution).map_or(&[][..], |g| g.1);
        let in_study = self.table.cells_in_study_area(slot);
        let occupied = occupied.iter().zip(in_study).filter(|(_, inside)| *inside);
        let mut cells: Vec<(u64, u32)> = occupied.map(|(cell, _)| (*cell, u32::MAX)).collect();
        if let Some(layer) = self.study_layer() {
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
        Ok(self.universe[slot].get_or_init(|| Universe { cells, areas, neighbors: OnceLock::new() }))
    }
}
