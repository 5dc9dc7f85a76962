//! Texts as a format writes them, worked out once for each distinct text of a column.

use std::sync::Arc;

use crate::ask::{Column, ColumnValues};

/// Text without control characters, which could move a terminal's cursor.
#[must_use]
pub fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

/// The digits of a whole number.
pub(super) fn push_number(mut number: u64, out: &mut Vec<u8>) {
    let mut digits = [0; 20];
    let mut at = digits.len();
    loop {
        at -= 1;
        digits[at] = b'0' + (number % 10) as u8;
        number /= 10;
        if number == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[at..]);
}

/// A cell in hexadecimal.
pub(super) fn push_cell(cell: u64, out: &mut Vec<u8>) {
    let digits = 16 - (cell.leading_zeros() as usize / 4).min(15);
    let digit = |i: usize| b"0123456789abcdef"[(cell >> (4 * i) & 15) as usize];
    out.extend((0..digits).rev().map(digit));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_cells_are_written_as_the_library_would() {
        for number in [0, 1, 9, 10, 15, 16, 255, 256, 0x0872_a100_01ff_ffff, u64::MAX] {
            let (mut decimal, mut hexadecimal) = (Vec::new(), Vec::new());
            push_number(number, &mut decimal);
            push_cell(number, &mut hexadecimal);
            assert_eq!(decimal, number.to_string().into_bytes());
            assert_eq!(hexadecimal, format!("{number:x}").into_bytes());
        }
    }
}
