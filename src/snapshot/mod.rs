//! Everything that answers are made from, loaded from a workspace at one moment: the table, layers with their
//! polygons, indicators, coverage, definitions, calendars.
//!
//! A new import builds the next snapshot beside the old one; whoever reads finishes on the one they began with.
//! The incidents in it are opened by a grant of `access` alone.
//! May use: model, area, grid, workspace, table, access.

mod coverage;
mod knows;
mod layer;
mod load;
mod marking;
mod meet;
mod moment;
mod ready;
mod recorded;
mod region;
mod study;
mod universe;

pub use coverage::{Coverage, CoverageCell, Interrupted, Received};
pub use layer::{LayerArea, LoadedLayer};
pub use load::SnapshotError;
pub use moment::{Size, Snapshot, SourceInfo};
pub use recorded::{Recorded, Stopped};
pub use region::{Region, read_outline, ring_of};
pub use universe::Universe;
