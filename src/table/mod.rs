//! Incidents in memory as columns, and the one pass that counts them.
//!
//! Places are distinct positions in the order of their resolution 11 cell, so that neighbors in space are
//! neighbors in memory. Incidents are sorted by place and have three codes into small dictionaries: `span` (which
//! days), `how` (hour of the week), `kind` (source and category), each cut into bit planes, so that 18 million
//! with 36 months and 14 categories take 22 MB. A filter becomes a circuit over the planes of each column; a pass
//! gives one bit a row, which is counted for every run of places that are in one group. Nothing is hashed in a
//! pass. The table knows ordinals only: cells and areas are numbers and texts given by whoever builds it.
//! May use: model.

mod build;
mod circuit;
mod codes;
mod columns;
mod count;
mod filter;
mod grouping;
mod incidents;
mod marked;
mod marks;
mod matches;
mod rows;
mod sliced;
mod stored;

pub(crate) use build::NewPlace;
pub use build::{TableBuilder, TableError};
pub use codes::{HOW_UNKNOWN, Span};
pub(crate) use columns::{Column, ColumnList, ColumnsRead};
pub(crate) use count::numbered;
pub use count::{Boxes, Counts};
pub use filter::{CompiledFilter, Known};
pub(crate) use grouping::PlaceAnswer;
pub use grouping::{Group, Grouping, Special};
pub use incidents::Table;
pub(crate) use marks::Marked;
pub use marks::OfPart;
pub use rows::CountRow;
pub(crate) use rows::{RowDimension, strides};
pub(crate) use stored::TABLE_VERSION;
