//! Answers: a query against a snapshot gives typed rows with named columns, from which every output is made.
//!
//! May use: model, grid, area, table, snapshot.

mod breaks;
mod count;
mod plan;
mod rows;
mod zeros;

pub use breaks::{Breaks, breaks};
pub use count::{CountAnswer, Summary, count, count_of_groups};
pub use plan::{AnalysisError, PlaceDimension, Plan};
pub use rows::{Column, PlaceKey, Rows, Values};
