//! JSON: `{"rows": [...], "summary": {...}}`, or the document of an answer in sentences; one line.

use super::{
    encoder::{Encoder, Out},
    error::ExportError,
    text::{Written, push_cell, push_number},
};
use crate::{
    ask::{Answer, ColumnValues, Rows, Shape},
    snapshot::Snapshot,
};

/// Bytes that leave at once.
const PIECE_BYTES: usize = 1 << 16;

/// The format.
pub(super) struct Json;

impl Encoder for Json {
    fn name(&self) -> &'static str {
        "json"
    }

    fn media_type(&self) -> &'static str {
        "application/json"
    }

    fn ending(&self) -> &'static str {
        "json"
    }

    fn write(&self, _: &Snapshot, answer: &mut Answer<'_>, out: &mut Out<'_>) -> Result<u64, ExportError> {
        if answer.shape == Shape::Sentences {
            answer.beside.json(out)?;
            return Ok(answer.rows.head().len() as u64);
        }
        out.write_all(b"{\"rows\":[")?;
        let mut objects = Objects::new();
        let mut first = true;
        let mut buffer = Vec::with_capacity(PIECE_BYTES + 1024);
        let count = answer.rows.each(|rows| -> Result<(), ExportError> {
            objects.take(rows);
            for row in 0..rows.len() {
                if !std::mem::take(&mut first) {
                    buffer.push(b',');
                }
                objects.write(rows, row, &mut buffer)?;
                if buffer.len() >= PIECE_BYTES {
                    out.write_all(&buffer)?;
                    buffer.clear();
                }
            }
            Ok(())
        })?;
        buffer.extend_from_slice(b"],\"summary\":");
        out.write_all(&buffer)?;
        answer.beside.json(out)?;
        out.write_all(b"}")?;
        Ok(count)
    }
}

/// Rows as objects.
pub(super) struct Objects {
    written: Written,
    keys: Vec<String>,
}

impl Objects {
    pub(super) fn new() -> Self {
        Self { written: Written::new(string), keys: Vec::new() }
    }

    /// Takes the next piece in.
    pub(super) fn take(&mut self, rows: &Rows) {
        self.written.take(&rows.columns);
        if self.keys.is_empty() {
            self.keys = rows.columns.iter().map(|c| format!("{}:", string(&c.name))).collect();
        }
    }

    /// Writes a row.
    pub(super) fn write(&self, rows: &Rows, row: usize, out: &mut Vec<u8>) -> Result<(), ExportError> {
        out.push(b'{');
        for (i, (column, key)) in rows.columns.iter().zip(&self.keys).enumerate() {
            if i > 0 {
                out.push(b',');
            }
            out.extend_from_slice(key.as_bytes());
            match &column.values {
                ColumnValues::Text { of_row, .. } => {
                    out.extend_from_slice(self.written.text(i, of_row[row]).as_bytes());
                }
                ColumnValues::Cells(cells) => {
                    out.push(b'"');
                    push_cell(cells[row], out);
                    out.push(b'"');
                }
                ColumnValues::Counts(counts) => push_number(counts[row], out),
                // What is no number is null.
                ColumnValues::Numbers(numbers) => serde_json::to_writer(&mut *out, &numbers[row])?,
                ColumnValues::Flags(flags) => out.extend_from_slice(if flags[row] { b"true" } else { b"false" }),
            }
        }
        out.push(b'}');
        Ok(())
    }
}

fn string(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
