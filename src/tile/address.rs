//! The address of a tile, and the units it is drawn in.

/// Deepest zoom served.
pub const MAX_ZOOM: u8 = 22;

/// Extent of a tile in its own units.
pub const EXTENT: u32 = 4096;
/// Units around a tile that shapes reach into, so that outlines do not end at its edge.
pub(super) const BUFFER: u32 = 64;

/// A tile: zoom, column from the west, row from the north.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TileAddress {
    /// Zoom.
    pub z: u8,
    /// Column.
    pub x: u32,
    /// Row.
    pub y: u32,
}

/// An address that is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("tile {z}/{x}/{y} does not exist: zoom is 0 to {MAX_ZOOM}, column and row are below 2^zoom")]
pub struct TileError {
    /// Zoom as asked for.
    pub z: String,
    /// Column as asked for.
    pub x: String,
    /// Row as asked for.
    pub y: String,
}

impl TileAddress {
    /// Reads the three parts of an address.
    ///
    /// # Errors
    /// [`TileError`] when there is no such tile.
    pub fn parse(z: &str, x: &str, y: &str) -> Result<Self, TileError> {
        let short = |text: &str| text.chars().take(20).collect::<String>();
        let error = || TileError { z: short(z), x: short(x), y: short(y) };
        let zoom: u8 = z.parse().ok().filter(|z| *z <= MAX_ZOOM).ok_or_else(error)?;
        let below = |text: &str| text.parse::<u32>().ok().filter(|n| u64::from(*n) < 1 << zoom).ok_or_else(error);
        Ok(Self { z: zoom, x: below(x)?, y: below(y)? })
    }
}
