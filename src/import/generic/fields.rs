//! The fields of a row as text and numbers, or why they are none.

use std::borrow::Cow;

use csv::ByteRecord;

use crate::{
    geocode::{MAX_TEXT_CHARS, without_contacts},
    import::{Rejection, csv_file::parse_decimal, personal::NO_CONTACTS},
};

/// Longest text of a field that is kept.
const MAX_TEXT_BYTES: usize = 300;
/// Of a text about a place as many bytes are looked at.
const MAX_PLACE_BYTES: usize = 4 * MAX_TEXT_CHARS;

/// The fields of a row, each as what it has to be.
pub(super) struct Fields<'a> {
    pub(super) header: &'a [String],
    pub(super) record: &'a ByteRecord,
    pub(super) line: u64,
}

impl<'a> Fields<'a> {
    pub(super) fn reject(&self, slot: usize, reason: &str) -> Box<Rejection> {
        let value = self.record.get(slot).unwrap_or_default();
        Box::new(Rejection::new(self.line, &self.header[slot], value, reason))
    }

    pub(super) fn text(&self, slot: usize) -> Result<&'a str, Box<Rejection>> {
        let value = self.record.get(slot).unwrap_or_default();
        if value.len() > MAX_TEXT_BYTES {
            // What is so long is prose, and may be about anybody.
            return Err(Box::new(Rejection::new(self.line, &self.header[slot], b"", "longer than 300 bytes")));
        }
        std::str::from_utf8(value)
            .map(str::trim)
            .map_err(|_| self.reject(slot, "not UTF-8 text (see encoding in the mapping)"))
    }

    /// A text of any length and encoding: of a free text the beginning is enough, and a byte that is none is no reason
    /// to lose the record.
    pub(super) fn long_text(&self, slot: usize) -> Cow<'a, str> {
        let value = self.record.get(slot).unwrap_or_default();
        let cut = &value[..value.len().min(MAX_PLACE_BYTES)];
        match String::from_utf8_lossy(cut) {
            Cow::Borrowed(text) => Cow::Borrowed(text.trim()),
            Cow::Owned(text) => Cow::Owned(text.trim().to_owned()),
        }
    }

    pub(super) fn needed(&self, slot: usize) -> Result<&'a str, Box<Rejection>> {
        let text = self.text(slot)?;
        if text.is_empty() { Err(self.reject(slot, "empty")) } else { Ok(text) }
    }

    /// A text that stands in answers and reports as it is: with an e-mail address or a telephone number the row is rejected.
    pub(super) fn public(&self, slot: usize) -> Result<&'a str, Box<Rejection>> {
        let text = self.needed(slot)?;
        match without_contacts(text) {
            Cow::Borrowed(text) => Ok(text),
            Cow::Owned(_) => Err(Box::new(Rejection::new(self.line, &self.header[slot], b"", NO_CONTACTS))),
        }
    }

    /// Two plain finite numbers.
    pub(super) fn pair(&self, first: usize, second: usize) -> Option<(f64, f64)> {
        let number = |slot: usize| parse_decimal(self.record.get(slot)?).filter(|n| n.is_finite());
        Some((number(first)?, number(second)?))
    }
}
