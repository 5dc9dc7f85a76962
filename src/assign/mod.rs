//! The assigning kernel: columns of coordinates in, columns of cells and areas out, row by row.
//!
//! It knows shapes and nothing of who has them: no workspace, no files, no locks, nothing remembered between calls, so
//! that any number of threads may share one, and an import, a program of another language or a cluster get the same
//! answers from it. What a row means (its source, its precision, whether its place is to be remembered) is the
//! caller's. Coordinates are WGS 84 degrees, longitude first. May use: model, area, grid.
//!
//! | in | out |
//! |---|---|
//! | `lon`, `lat` | `cells` at resolutions 7 to 11, 0 where the row has no position |
//! | | `areas` of each layer: its position in the layer or [`NO_AREA`], and whether it is only near |
//! | | `easting`, `northing`: OSTN15, NaN outside its grid |

mod assigner;
mod columns;

pub use assigner::Assigner;
pub use columns::{AreaColumn, Assigned, NO_AREA, Points, UnevenColumns};
