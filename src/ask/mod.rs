//! One question, one reader, one answer.
//!
//! A question is declared once: a name, the version of its method, one static table of [`Parameter`]s, how it is read and
//! how it is answered. From that table come the flags and their help, the parameters of the URL, the description of the
//! interface, the refusal of what is unknown or doubled, the [`Canonical`] form that identities are made from, the line
//! of the log and the page of documentation. Who asks holds a reader: [`Exact`] can only be had through `access`;
//! [`Reader`] is what a protected table of counts can answer too. An [`Answer`] is typed columns and what stands beside
//! them; every format is made from it.
//! May use: model, snapshot, table, access.

mod answer;
mod canonical;
mod declaration;
mod error;
mod filters;
mod parameter;
mod question;
mod raw;
mod reader;
mod rows;
mod tally;
mod values;
mod watch;
pub(crate) mod words;

pub use answer::{Answer, Batches, Beside, Kept};
pub use canonical::{Canonical, FORM};
pub use declaration::{ColumnDoc, ColumnKind, Declaration, Path, Shape};
pub use error::AskError;
pub use filters::{KIND, PERIOD, PLACE, SOURCE, query_of};
pub(crate) use filters::{PLACE_OF_MAP, resolution_of};
pub use parameter::{Kind, Parameter};
pub(crate) use parameter::{MAX_POLYGON_BYTES, MAX_TEXT};
pub use question::{Asked, Entry, Question};
pub use raw::Raw;
pub use reader::{Exact, Reader};
pub use rows::{Column, PlaceKey, Rows, Unit, Values as ColumnValues};
pub(crate) use tally::PIECE;
pub use tally::{Combinations, Pieces, Tallied, Tally, TallyDimension};
pub use values::Values;
pub use watch::Watch;
