//! Comma separated values, with a header, as RFC 4180 has them; lines end in a line feed.

use std::io::Write as _;

use super::{
    encoder::{Encoder, Out},
    error::ExportError,
    text::{Written, push_cell, push_number},
};
use crate::{
    ask::{Answer, ColumnValues, Rows},
    model::spreadsheet_safe,
    snapshot::Snapshot,
};

/// Bytes that leave at once.
const PIECE_BYTES: usize = 1 << 16;

/// The format.
pub(super) struct Csv;

impl Encoder for Csv {
    fn name(&self) -> &'static str {
        "csv"
    }

    fn media_type(&self) -> &'static str {
        "text/csv; charset=utf-8"
    }

    fn ending(&self) -> &'static str {
        "csv"
    }

    fn write(&self, _: &Snapshot, answer: &mut Answer<'_>, out: &mut Out<'_>) -> Result<u64, ExportError> {
        let header: Vec<String> = answer.rows.head().columns.iter().map(|c| quoted(&c.name)).collect();
        writeln!(out, "{}", header.join(","))?;
        let mut written = Written::new(field);
        let mut line = Vec::with_capacity(PIECE_BYTES + 1024);
        answer.rows.each(|rows| -> Result<(), ExportError> {
            written.take(&rows.columns);
            for row in 0..rows.len() {
                write_row(rows, row, &written, &mut line)?;
                if line.len() >= PIECE_BYTES {
                    out.write_all(&line)?;
                    line.clear();
                }
            }
            out.write_all(&line)?;
            line.clear();
            Ok(())
        })
    }
}

fn write_row(rows: &Rows, row: usize, written: &Written, line: &mut Vec<u8>) -> std::io::Result<()> {
    for (i, column) in rows.columns.iter().enumerate() {
        if i > 0 {
            line.push(b',');
        }
        match &column.values {
            ColumnValues::Text { of_row, .. } => line.extend_from_slice(written.text(i, of_row[row]).as_bytes()),
            ColumnValues::Cells(cells) => push_cell(cells[row], line),
            ColumnValues::Counts(counts) => push_number(counts[row], line),
            ColumnValues::Numbers(numbers) if numbers[row].is_finite() => write!(line, "{}", numbers[row])?,
            ColumnValues::Numbers(_) => {}
            ColumnValues::Flags(flags) => line.extend_from_slice(if flags[row] { b"true" } else { b"false" }),
        }
    }
    line.push(b'\n');
    Ok(())
}

/// A text from data: what a spreadsheet would run as a formula is made harmless.
fn field(text: &str) -> String {
    quoted(&spreadsheet_safe(text))
}

fn quoted(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
}
