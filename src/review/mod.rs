//! What needs a person: wordings that were not located, grouped so that one decision places every record with the same
//! words; decisions that replay on the next import and can be taken back; names taught for a district.
//!
//! A decision changes the stored records at once and is kept; the next import of the same words follows it. May use:
//! model, area, geocode, import, workspace.

mod aliases;
mod decisions;
mod error;
mod person;
mod queue;
mod sheet;
mod undo;

pub use aliases::{NewAlias, Taught, agree, teach, undo_alias};
pub use decisions::{Decision, agree_decision, decide, decide_all, told_decision};
pub use error::ReviewError;
pub use person::AGREEMENT_FROM;
pub use queue::{Queue, QueueItem, queue, wording_id};
pub(crate) use sheet::read_choice;
pub use sheet::{SHEET_COLUMNS, SheetReport, apply_sheet, write_sheet};
pub use undo::undo;

pub use crate::import::QueueCandidate;
