//! A place, resolved once: members, districts, cells, outline, what meets it.
//!
//! Every way to name a place ([`PlaceRef`](crate::model::PlaceRef)) becomes one [`Region`]: inside any place of each of its lists.

mod outline;
mod part;
mod place;

pub use outline::read_outline;
pub use place::{Region, ring_of};
