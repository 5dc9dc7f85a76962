//! Texts as a format writes them, worked out once for each distinct text of a column.

use std::sync::Arc;

use crate::ask::{Column, ColumnValues};

/// Text without control characters, which could move a terminal's cursor.
#[must_use]
pub fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

/// A column's texts, and the same as written.
type Texts = (Arc<Vec<String>>, Vec<String>);

/// The texts of each column as a format writes them; kept from piece to piece as long as they are the same.
pub(super) struct Written {
    of_columns: Vec<Option<Texts>>,
    write: fn(&str) -> String,
}

impl Written {
    pub(super) fn new(write: fn(&str) -> String) -> Self {
        Self { of_columns: Vec::new(), write }
    }

    /// Takes the next piece's columns in.
    pub(super) fn take(&mut self, columns: &[Column]) {
        self.of_columns.resize_with(columns.len(), || None);
        for (known, column) in self.of_columns.iter_mut().zip(columns) {
            let ColumnValues::Text { texts, .. } = &column.values else { continue };
            if !known.as_ref().is_some_and(|(same, _)| Arc::ptr_eq(same, texts)) {
                *known = Some((texts.clone(), texts.iter().map(|t| (self.write)(t)).collect()));
            }
        }
    }

    /// A text of a column.
    pub(super) fn text(&self, column: usize, i: u32) -> &str {
        self.of_columns[column].as_ref().map_or("", |(_, written)| written[i as usize].as_str())
    }
}
