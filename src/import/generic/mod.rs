//! Any CSV file through a mapping: what each row says, or why it says nothing.

mod evidence;
mod fields;
mod file;
mod row;
mod slots;
mod times;

pub(super) use file::{GenericFile, read_generic_file};
pub(super) use row::{GenericRow, PlaceTexts};
pub(super) use times::{is_clock, parse_when};
