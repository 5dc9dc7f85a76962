//! Long answers as jobs: begun by `Prefer: respond-async` (RFC 7240) on any question, watched, cancelled, fetched.
//!
//! A job's answer is held in memory for whoever asked, for ten minutes after it is done; jobs end with the server. Each has
//! its share of the workers, and no more of them are taken on than are worked off soon.

mod begin;
mod entry;
mod job;
mod list;
mod routes;

pub(super) use begin::{MAX_PREFERENCES, PREFERENCES, begin, is_wanted};
pub(super) use entry::JobEntry;
pub(super) use list::Jobs;
pub(super) use routes::*;
