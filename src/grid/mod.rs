//! H3 and nothing else: the cell of a point, its outline, its true area, the cells of an area.
//!
//! Cells are plain `u64` indexes outside this folder. Binning is geometric at every resolution: the cell of
//! a point at resolution r is what any H3 library answers for the point at r, never a parent of a finer one.
//! May use: model.

use geo::MultiPolygon;
use h3o::{
    CellIndex, LatLng, Resolution,
    geom::{ContainmentMode, TilerBuilder},
};

use crate::model::{LonLat, RESOLUTIONS};

mod one_cell;

pub use one_cell::OneCell;

/// Most cells that one polyfill may give (resolution 9 over England and Wales is 1.5 million).
pub const MAX_CELLS_OF_AREA: usize = 8_000_000;

/// Why there is no cell.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum GridError {
    /// Text that is no H3 cell.
    #[error("{value:?} is no H3 cell of resolution 7 to 11 (15 hexadecimal digits, such as 88194e6a1dfffff)")]
    NotACell {
        /// The text, cut at 40 characters.
        value: String,
    },
    /// A resolution outside 7 to 11.
    #[error("resolution {resolution} is not one of 7 to 11")]
    Resolution {
        /// The resolution asked for.
        resolution: u8,
    },
    /// A polygon that H3 cannot fill.
    #[error("an area cannot be filled with cells: {reason}")]
    Unfillable {
        /// What the H3 library said.
        reason: String,
    },
    /// A polygon with more cells than [`MAX_CELLS_OF_AREA`].
    #[error("an area would hold about {cells} cells; the limit is {MAX_CELLS_OF_AREA}")]
    TooMany {
        /// Estimated number.
        cells: usize,
    },
}

/// The cells of a point at resolutions 7 to 11, in that order.
///
/// # CRS
/// WGS 84 degrees.
///
/// # Examples
/// ```
/// use places::{grid, model::{LonLat, RESOLUTIONS}};
/// let cells = grid::cells_of_point(LonLat { lon: 1.2979, lat: 52.6293 });
/// assert_eq!(cells.map(grid::resolution_of), RESOLUTIONS);
/// ```
#[must_use]
pub fn cells_of_point(point: LonLat) -> [u64; 5] {
    RESOLUTIONS.map(|r| cell_of_point(point, r))
}

/// The cell of a point: H3's `latLngToCell`.
///
/// # Panics
/// Never for a checked [`LonLat`] and a resolution of at most 15.
///
/// # Examples
/// ```
/// use places::{grid, model::LonLat};
/// let cell = grid::cell_of_point(LonLat::new(1.2979, 52.6293)?, 8);
/// assert_eq!(grid::resolution_of(cell), 8);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn cell_of_point(point: LonLat, resolution: u8) -> u64 {
    let position = LatLng::new(point.lat, point.lon).expect("a LonLat is finite");
    let resolution = Resolution::try_from(resolution).expect("resolutions are 0 to 15");
    position.to_cell(resolution).into()
}

/// Reads a cell as written, of a resolution that incidents are binned at.
///
/// # Errors
/// [`GridError::NotACell`].
///
/// # Examples
/// ```
/// use places::grid;
/// let cell = grid::parse_cell("88194e6a1dfffff")?;
/// assert_eq!(grid::cell_text(cell), "88194e6a1dfffff");
/// assert!(grid::parse_cell("8f194e6a1dfffff").is_err(), "no resolution that incidents are binned at");
/// # Ok::<(), grid::GridError>(())
/// ```
pub fn parse_cell(text: &str) -> Result<u64, GridError> {
    text.parse::<CellIndex>()
        .ok()
        .filter(|cell| RESOLUTIONS.contains(&u8::from(cell.resolution())))
        .map(u64::from)
        .ok_or_else(|| GridError::NotACell { value: text.chars().take(40).collect() })
}

/// The cell as everyone writes it.
#[must_use]
pub fn cell_text(cell: u64) -> String {
    format!("{cell:x}")
}

/// Whether a number is an H3 cell of a resolution.
#[must_use]
pub fn is_cell(cell: u64, resolution: u8) -> bool {
    resolution_of(cell) == resolution && CellIndex::try_from(cell).is_ok()
}

/// Resolution of a valid cell.
#[must_use]
pub fn resolution_of(cell: u64) -> u8 {
    #[expect(clippy::cast_possible_truncation, reason = "four bits of the index")]
    let resolution = (cell >> 52) as u8 & 0xf;
    resolution
}

fn index(cell: u64) -> CellIndex {
    CellIndex::try_from(cell).expect("cells come from H3")
}

/// Corners of a cell, counterclockwise, not closed.
///
/// # Panics
/// When the number is no H3 cell.
///
/// # Examples
/// ```
/// use places::grid;
/// let cell = grid::parse_cell("88194e6a1dfffff")?;
/// assert_eq!(grid::outline(cell).len(), 6);
/// # Ok::<(), grid::GridError>(())
/// ```
#[must_use]
pub fn outline(cell: u64) -> Vec<LonLat> {
    index(cell).boundary().iter().map(|corner| LonLat { lon: corner.lng(), lat: corner.lat() }).collect()
}

/// Centre of a cell.
///
/// # Panics
/// When the number is no H3 cell.
///
/// # Examples
/// ```
/// use places::grid;
/// let cell = grid::parse_cell("88194e6a1dfffff")?;
/// assert_eq!(grid::cell_of_point(grid::center(cell), 8), cell);
/// # Ok::<(), grid::GridError>(())
/// ```
#[must_use]
pub fn center(cell: u64) -> LonLat {
    let center = LatLng::from(index(cell));
    LonLat { lon: center.lng(), lat: center.lat() }
}

/// True area of a cell in square kilometres; cells of one resolution are not equal.
///
/// # Panics
/// When the number is no H3 cell.
#[must_use]
pub fn area_km2(cell: u64) -> f64 {
    index(cell).area_km2()
}

/// The cells whose centre lies in the polygons, ascending, each once.
///
/// # Errors
/// [`GridError`] for an unknown resolution, a polygon H3 refuses, or too many cells.
///
/// # Examples
/// ```
/// use places::grid;
/// let square = geo::Rect::new((1.25, 52.6), (1.35, 52.66)).to_polygon();
/// let cells = grid::cells_of_area(&square.into(), 8)?;
/// assert!(cells.contains(&grid::parse_cell("88194105a1fffff")?));
/// let area_km2: f64 = cells.iter().map(|&cell| grid::area_km2(cell)).sum();
/// assert!((area_km2 / 45.2 - 1.0).abs() < 0.1, "{area_km2}");
/// # Ok::<(), grid::GridError>(())
/// ```
pub fn cells_of_area(polygons: &MultiPolygon, resolution: u8) -> Result<Vec<u64>, GridError> {
    tiled(polygons, resolution, ContainmentMode::ContainsCentroid)
}

/// The cells that share ground with the polygons, ascending, each once.
///
/// # Errors
/// [`GridError`] for an unknown resolution, a polygon H3 refuses, or too many cells.
pub fn cells_meeting(polygons: &MultiPolygon, resolution: u8) -> Result<Vec<u64>, GridError> {
    tiled(polygons, resolution, ContainmentMode::Covers)
}

fn tiled(polygons: &MultiPolygon, resolution: u8, mode: ContainmentMode) -> Result<Vec<u64>, GridError> {
    let h3_resolution = Resolution::try_from(resolution)
        .ok()
        .filter(|_| RESOLUTIONS.contains(&resolution))
        .ok_or(GridError::Resolution { resolution })?;
    let mut tiler = TilerBuilder::new(h3_resolution).containment_mode(mode).build();
    let unfillable = |e: &dyn std::fmt::Display| GridError::Unfillable { reason: e.to_string() };
    for polygon in polygons {
        tiler.add(polygon.clone()).map_err(|e| unfillable(&e))?;
    }
    let estimate = tiler.coverage_size_hint();
    if estimate > MAX_CELLS_OF_AREA {
        return Err(GridError::TooMany { cells: estimate });
    }
    let mut cells: Vec<u64> = tiler.into_coverage().map(u64::from).collect();
    cells.sort_unstable();
    cells.dedup();
    Ok(cells)
}

/// The cells that share an edge with a cell: six, five round a pentagon.
///
/// # Panics
/// When the number is no H3 cell.
///
/// # Examples
/// ```
/// use places::grid;
/// let cell = grid::parse_cell("88194e6a1dfffff")?;
/// let neighbors = grid::neighbors(cell);
/// assert!(neighbors.len() == 6 && !neighbors.contains(&cell));
/// # Ok::<(), grid::GridError>(())
/// ```
#[must_use]
pub fn neighbors(cell: u64) -> Vec<u64> {
    let all: Vec<CellIndex> = index(cell).grid_disk(1);
    all.into_iter().map(u64::from).filter(|&other| other != cell).collect()
}

/// The finer cells whose centre lies in a cell, about: H3's children; ascending.
///
/// # Panics
/// When the number is no H3 cell, or the resolution is none.
///
/// # Examples
/// ```
/// use places::grid;
/// let cell = grid::parse_cell("88194e6a1dfffff")?;
/// assert_eq!(grid::children(cell, 9).len(), 7);
/// assert_eq!(grid::children(cell, 8), [cell]);
/// # Ok::<(), grid::GridError>(())
/// ```
#[must_use]
pub fn children(cell: u64, resolution: u8) -> Vec<u64> {
    let resolution = Resolution::try_from(resolution).expect("resolutions are 0 to 15");
    let mut cells: Vec<u64> = index(cell).children(resolution).map(u64::from).collect();
    cells.sort_unstable();
    cells
}

/// Cells at most `rings` steps from any of some cells, these included; ascending, each once.
///
/// # Panics
/// When a number is no H3 cell.
///
/// # Examples
/// ```
/// use places::grid;
/// let cell = grid::parse_cell("88194e6a1dfffff")?;
/// assert_eq!(grid::grid_disk(&[cell], 0), [cell]);
/// assert_eq!(grid::grid_disk(&[cell], 2).len(), 1 + 6 + 12);
/// # Ok::<(), grid::GridError>(())
/// ```
#[must_use]
pub fn grid_disk(cells: &[u64], rings: u32) -> Vec<u64> {
    let mut all: Vec<u64> = cells.to_vec();
    let mut edge = all.clone();
    for _ in 0..rings {
        edge = edge.iter().flat_map(|&cell| neighbors(cell)).collect();
        edge.sort_unstable();
        edge.dedup();
        all.sort_unstable();
        edge.retain(|cell| all.binary_search(cell).is_err());
        all.extend_from_slice(&edge);
    }
    all.sort_unstable();
    all.dedup();
    all
}

/// Distance between the centres of neighboring cells, kilometres, about: resolutions 7 to 11.
///
/// # Examples
/// ```
/// use places::grid;
/// assert_eq!(format!("{:.2}", grid::spacing_km(8)), "0.92");
/// ```
#[must_use]
pub fn spacing_km(resolution: u8) -> f64 {
    // Average edge of resolution 7 is 1.406 km, each finer one is smaller by the square root of 7.
    1.406_475_763 * 3.0_f64.sqrt() / 7.0_f64.sqrt().powi(i32::from(resolution) - 7)
}

#[cfg(test)]
mod tests {
    use super::*;
    use geo::{Contains, Polygon};
    use proptest::prelude::*;

    proptest! {
        /// The cell drawn on the map holds the incident counted in it (edges are great circles, drawn
        /// straight: a millionth of the edge is the tolerance).
        #[test]
        fn every_point_lies_in_the_cell_drawn_for_it(lon in -6.0_f64..2.0, lat in 49.9_f64..55.8) {
            let point = LonLat::new(lon, lat).unwrap();
            for (resolution, cell) in RESOLUTIONS.into_iter().zip(cells_of_point(point)) {
                prop_assert_eq!(resolution_of(cell), resolution);
                let center = center(cell);
                let ring: Vec<(f64, f64)> = outline(cell).iter()
                    .map(|c| (center.lon + (c.lon - center.lon) * 1.000_05, center.lat + (c.lat - center.lat) * 1.000_05))
                    .collect();
                let drawn = Polygon::new(ring.into(), vec![]);
                prop_assert!(drawn.contains(&geo::Point::new(lon, lat)));
            }
        }
    }

    #[test]
    fn text_that_is_no_cell_is_refused() {
        for text in ["", "88194e6a1d", "zz", "8f194e6a1dfffff", "ffffffffffffffff"] {
            assert!(parse_cell(text).is_err(), "{text}");
        }
    }
}
