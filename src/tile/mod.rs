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
mod set;
mod shapes;

pub use address::{EXTENT, MAX_ZOOM, TileAddress, TileError};
pub use question::{TILES, TileQuestion};
pub use set::{TileSet, dimension_of, resolution_for_zoom};
pub use shapes::TileShapes;
