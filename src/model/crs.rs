//! WGS 84 / ETRS89 degrees to British National Grid metres and back, through Ordnance Survey's OSTN15.
//!
//! The projection (transverse Mercator on GRS 80) is `proj4rs`; the shift is bilinear in the official
//! 1 km grid, packed in `data/ostn15.bin`. Outside the grid the answer is an error, never a Helmert guess.
//!
//! References: Ordnance Survey, "Transformations and OSGM15 user guide" (2020), sections 2 and 3; accuracy of
//! OSTN15 against the triangulation 0.1 m RMS, of this implementation against the forty official test
//! points 2 mm (see `tests/crs.rs`).

use std::{io::Read, sync::OnceLock};

use proj4rs::{Proj, transform::transform};

use super::{BngPoint, InvalidCoordinate, LonLat};

const COLUMNS: usize = 701;
const ROWS: usize = 1251;
const SPACING_M: f64 = 1000.0;
/// The inverse stops when a step moves less than this (metres).
const CONVERGED_M: f64 = 1e-5;
const MAX_STEPS: usize = 20;

/// Why a position has no counterpart in the other reference system.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum CrsError {
    /// The position lies outside the OSTN15 grid (Great Britain and its waters).
    #[error("{first}, {second} lies outside the OSTN15 grid of Great Britain")]
    OutsideGrid {
        /// Longitude or easting.
        first: f64,
        /// Latitude or northing.
        second: f64,
    },
    /// The result is no position.
    #[error(transparent)]
    Invalid(#[from] InvalidCoordinate),
    /// The projection library refused the point.
    #[error("projection failed for {first}, {second}")]
    Projection {
        /// Longitude or easting.
        first: f64,
        /// Latitude or northing.
        second: f64,
    },
}

/// Converts a geographic position to the British National Grid.
///
/// # CRS
/// ETRS89 (taken equal to WGS 84) to EPSG:27700 by OSTN15.
///
/// # Errors
/// [`CrsError::OutsideGrid`] outside Great Britain and its waters.
///
/// # Examples
/// ```
/// use places::model::{lonlat_to_bng, LonLat};
/// let norwich = lonlat_to_bng(LonLat::new(1.2925, 52.6281)?)?;
/// assert!((norwich.easting - 622_900.0).abs() < 200.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn lonlat_to_bng(point: LonLat) -> Result<BngPoint, CrsError> {
    let (x, y) = project(point)?;
    let (east_m, north_m) = shift(x, y)?;
    Ok(BngPoint { easting: x + east_m, northing: y + north_m })
}

/// Converts a British National Grid position to geographic degrees, by iteration of the forward shift.
///
/// # CRS
/// EPSG:27700 to ETRS89 (taken equal to WGS 84) by OSTN15.
///
/// # Errors
/// [`CrsError::OutsideGrid`] outside Great Britain and its waters.
pub fn bng_to_lonlat(point: BngPoint) -> Result<LonLat, CrsError> {
    let outside = CrsError::OutsideGrid { first: point.easting, second: point.northing };
    if !point.easting.is_finite() || !point.northing.is_finite() {
        return Err(outside);
    }
    let (mut x, mut y) = (point.easting, point.northing);
    for _ in 0..MAX_STEPS {
        let (east_m, north_m) = shift(x.clamp(0.0, 700_000.0 - 1e-6), y.clamp(0.0, 1_250_000.0 - 1e-6))?;
        let (next_x, next_y) = (point.easting - east_m, point.northing - north_m);
        let moved_m = (next_x - x).abs().max((next_y - y).abs());
        (x, y) = (next_x, next_y);
        if moved_m < CONVERGED_M {
            shift(x, y).map_err(|_| outside.clone())?;
            return unproject(x, y);
        }
    }
    Err(outside)
}

struct Systems {
    geographic: Proj,
    grid: Proj,
}

fn systems() -> &'static Systems {
    static SYSTEMS: OnceLock<Systems> = OnceLock::new();
    SYSTEMS.get_or_init(|| Systems {
        geographic: Proj::from_proj_string("+proj=longlat +ellps=GRS80 +no_defs").expect("a constant definition"),
        grid: Proj::from_proj_string(
            "+proj=tmerc +lat_0=49 +lon_0=-2 +k=0.9996012717 +x_0=400000 +y_0=-100000 +ellps=GRS80 \
             +units=m +no_defs",
        )
        .expect("a constant definition"),
    })
}

fn project(point: LonLat) -> Result<(f64, f64), CrsError> {
    // Far from the grid the projection itself is meaningless: answer before asking it.
    if !(-12.0..=8.0).contains(&point.lon) || !(48.0..=63.0).contains(&point.lat) {
        return Err(CrsError::OutsideGrid { first: point.lon, second: point.lat });
    }
    let mut xyz = (point.lon.to_radians(), point.lat.to_radians(), 0.0);
    let systems = systems();
    transform(&systems.geographic, &systems.grid, &mut xyz)
        .map_err(|_| CrsError::Projection { first: point.lon, second: point.lat })?;
    Ok((xyz.0, xyz.1))
}

fn unproject(x: f64, y: f64) -> Result<LonLat, CrsError> {
    let mut xyz = (x, y, 0.0);
    let systems = systems();
    transform(&systems.grid, &systems.geographic, &mut xyz)
        .map_err(|_| CrsError::Projection { first: x, second: y })?;
    Ok(LonLat::new(xyz.0.to_degrees(), xyz.1.to_degrees())?)
}

/// The OSTN15 shift in metres (east, north) at an ETRS89 grid position, bilinear between grid points.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range is checked first")]
fn shift(x: f64, y: f64) -> Result<(f64, f64), CrsError> {
    let (column, row) = ((x / SPACING_M).floor(), (y / SPACING_M).floor());
    let inside = column >= 0.0 && row >= 0.0 && column < (COLUMNS - 1) as f64 && row < (ROWS - 1) as f64;
    if !inside {
        return Err(CrsError::OutsideGrid { first: x, second: y });
    }
    let (t, u) = (x / SPACING_M - column, y / SPACING_M - row);
    let corner = row as usize * COLUMNS + column as usize;
    let weights = [
        (corner, (1.0 - t) * (1.0 - u)),
        (corner + 1, t * (1.0 - u)),
        (corner + COLUMNS + 1, t * u),
        (corner + COLUMNS, (1.0 - t) * u),
    ];
    let grid = grid_mm();
    Ok(weights.iter().fold((0.0, 0.0), |sum, &(i, w)| {
        (sum.0 + w * f64::from(grid[0][i]) / 1000.0, sum.1 + w * f64::from(grid[1][i]) / 1000.0)
    }))
}

/// The unpacked grid: shifts east and north in millimetres, row by row from the south-west.
fn grid_mm() -> &'static [Vec<i32>; 2] {
    static GRID: OnceLock<[Vec<i32>; 2]> = OnceLock::new();
    GRID.get_or_init(|| {
        let mut bytes = Vec::with_capacity(3 * COLUMNS * ROWS);
        flate2::read::DeflateDecoder::new(&include_bytes!("../../data/ostn15.bin")[..])
            .read_to_end(&mut bytes)
            .expect("the packed grid is part of the program");
        let mut bytes = bytes.into_iter();
        [unpack(&mut bytes), unpack(&mut bytes)]
    })
}

fn unpack(bytes: &mut impl Iterator<Item = u8>) -> Vec<i32> {
    let mut shift: Vec<i32> = Vec::with_capacity(COLUMNS * ROWS);
    for i in 0..COLUMNS * ROWS {
        let (row, column) = (i / COLUMNS, i % COLUMNS);
        let predicted = match (row, column) {
            (0, 0) => 0,
            (0, _) => shift[i - 1],
            (_, 0) => shift[i - COLUMNS],
            _ => shift[i - 1] + shift[i - COLUMNS] - shift[i - COLUMNS - 1],
        };
        shift.push(predicted + residual(bytes));
    }
    shift
}

#[expect(clippy::cast_possible_wrap, reason = "zigzag: half the range each way")]
fn residual(bytes: &mut impl Iterator<Item = u8>) -> i32 {
    let mut zigzag = 0_u32;
    for (i, byte) in bytes.by_ref().enumerate() {
        zigzag |= u32::from(byte & 0x7f) << (7 * i as u32);
        if byte & 0x80 == 0 {
            break;
        }
    }
    (zigzag >> 1) as i32 ^ -((zigzag & 1) as i32)
}
