//! What of the study area a snapshot tells: its cells, the areas with ground in it, the districts of cells.

use std::collections::BTreeSet;

use geo::MultiPolygon;
use rayon::prelude::*;

use super::{LoadedLayer, Snapshot, Universe, meet::share_ground};
use crate::{
    grid::{GridError, resolution_of},
    model::RESOLUTIONS,
};

impl Universe {
    /// District of a cell; empty where it is not known.
    #[must_use]
    pub fn district<'s>(&self, snapshot: &'s Snapshot, cell: u64) -> &'s str {
        let area = self.cells.binary_search(&cell).map_or(u32::MAX, |i| self.areas()[i]);
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
        let occupied = occupied.iter().zip(in_study).filter(|(_, inside)| *inside).map(|(cell, _)| *cell);
        let universe = Universe::new(resolution, occupied, self.study_layer())?;
        Ok(self.universe[slot].get_or_init(|| universe))
    }

    /// Whether an area of a layer has ground in the study area; always where there is no study area.
    #[must_use]
    pub fn is_in_study_area(&self, layer: &LoadedLayer, area: u32) -> bool {
        let Some(study) = self.study_layer() else { return true };
        if study.name == layer.name {
            return true;
        }
        let meets = |outline: &MultiPolygon| study.areas.iter().any(|a| share_ground(&a.polygons, outline));
        let known = layer.in_study_area.get_or_init(|| layer.areas.par_iter().map(|a| meets(&a.polygons)).collect());
        known.get(area as usize).copied().unwrap_or(false)
    }

    /// Whether two areas share ground; those of one layer only with themselves.
    #[must_use]
    pub fn areas_meet(&self, a: &LoadedLayer, area: u32, b: &LoadedLayer, other: u32) -> bool {
        if a.name == b.name {
            return area == other;
        }
        share_ground(&a.areas[area as usize].polygons, &b.areas[other as usize].polygons)
    }

    /// Districts that some cells of one resolution lie in; one unnamed where none is known.
    ///
    /// # Errors
    /// [`GridError`] when the study area cannot be filled.
    pub fn districts_of(&self, cells: &[u64]) -> Result<Vec<String>, GridError> {
        let Some(&first) = cells.first() else { return Ok(vec![String::new()]) };
        let universe = self.universe(resolution_of(first))?;
        let districts: BTreeSet<&str> =
            cells.iter().map(|&cell| universe.district(self, cell)).filter(|d| !d.is_empty()).collect();
        Ok(if districts.is_empty() { vec![String::new()] } else { districts.into_iter().map(str::to_owned).collect() })
    }
}
