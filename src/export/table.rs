//! Aligned columns for a terminal, numbers to the right; an answer in sentences as its sentences.

use super::{
    encoder::{Encoder, Out},
    error::ExportError,
    text::printable,
};
use crate::{
    ask::{Answer, ColumnValues, Shape},
    snapshot::Snapshot,
};

/// The format.
pub(super) struct Table;

impl Encoder for Table {
    fn name(&self) -> &'static str {
        "table"
    }

    fn media_type(&self) -> &'static str {
        "text/plain; charset=utf-8"
    }

    fn ending(&self) -> &'static str {
        "txt"
    }

    fn is_served(&self) -> bool {
        false
    }

    fn write(&self, _: &Snapshot, answer: &mut Answer<'_>, out: &mut Out<'_>) -> Result<u64, ExportError> {
        if answer.shape == Shape::Sentences {
            for line in answer.text.iter().flat_map(|t| t.lines().chain(t.is_empty().then_some(""))) {
                writeln!(out, "{}", printable(line))?;
            }
            return Ok(answer.rows.head().len() as u64);
        }
        let columns = &answer.rows.head().columns;
        let names: Vec<String> = columns.iter().map(|c| c.name.clone()).collect();
        let right: Vec<bool> =
            columns.iter().map(|c| matches!(c.values, ColumnValues::Counts(_) | ColumnValues::Numbers(_))).collect();
        // Columns are as wide as their widest value: a table waits for all rows.
        let mut lines: Vec<Vec<String>> = Vec::new();
        let count = answer.rows.each(|rows| -> Result<(), ExportError> {
            let line = |row: usize| (0..rows.columns.len()).map(|c| printable(&rows.text(c, row))).collect();
            lines.extend((0..rows.len()).map(line));
            Ok(())
        })?;
        let width = |c: usize| lines.iter().map(|l| l[c].chars().count()).chain([names[c].chars().count()]).max();
        let widths: Vec<usize> = (0..names.len()).map(|c| width(c).unwrap_or(0)).collect();
        for line in std::iter::once(&names).chain(&lines) {
            let padded = line.iter().enumerate().map(|(c, text)| {
                if right[c] {
                    format!("{text:>width$}", width = widths[c])
                } else {
                    format!("{text:<width$}", width = widths[c])
                }
            });
            writeln!(out, "{}", padded.collect::<Vec<_>>().join("  ").trim_end())?;
        }
        Ok(count)
    }
}
