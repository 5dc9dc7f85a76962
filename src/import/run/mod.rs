//! One import from files to commit: read, place, merge month by month, report, switch.

mod finish;
mod generic;
mod job;
mod noticed;
mod police;
mod start;

pub use job::ImportRequest;
pub use start::import;
