//! Incidents of one source and month: columns with the distinct places they stand on, the digest of what they say, and
//! the Parquet file they are kept in.

mod columns;
mod digest;
mod order;
mod place;
mod read;
mod texts;
mod write;

pub use columns::{IncidentRow, Incidents};
pub(super) use digest::rows_digest_of;
pub use place::{NO_PLACE, PlaceRow};
pub use read::read_incidents;
pub use write::INCIDENT_COLUMNS;
pub(super) use write::write_incidents;
