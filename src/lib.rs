//! Places and Spaces: incidents in, trustworthy counts by H3 cell and area out.
//!
//! The library knows nothing of who asks; `server` and `cli` are thin edges over it. `ARCHITECTURE.md`
//! names every room and the arrows between them.

pub mod access;
pub mod analysis;
pub mod area;
pub mod ask;
pub mod assign;
pub mod claims;
pub mod cli;
pub mod demo;
pub mod export;
pub mod geocode;
pub mod grid;
pub mod import;
pub mod model;
pub mod review;
pub mod server;
pub mod setup;
pub mod snapshot;
pub mod stats;
pub mod table;
pub mod tile;
pub mod workspace;
