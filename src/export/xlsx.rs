//! A spreadsheet (Office Open XML): the rows on one sheet, what stands beside them on another.
//!
//! Texts are written as texts, never as formulas.

use rust_xlsxwriter::{Format, Workbook, Worksheet, XlsxError};

use super::{
    encoder::{Encoder, Out},
    error::ExportError,
};
use crate::{
    ask::{Answer, ColumnValues, Rows},
    snapshot::Snapshot,
};

/// Rows of a sheet, the header included.
const MAX_ROWS: u32 = 1_048_576;

/// The format.
pub(super) struct Xlsx;

impl Encoder for Xlsx {
    fn name(&self) -> &'static str {
        "xlsx"
    }

    fn media_type(&self) -> &'static str {
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    }

    fn ending(&self) -> &'static str {
        "xlsx"
    }

    fn write(&self, _: &Snapshot, answer: &mut Answer<'_>, out: &mut Out<'_>) -> Result<u64, ExportError> {
        let mut workbook = Workbook::new();
        let rows = answer_sheet(answer, workbook.add_worksheet())?;
        about_sheet(answer, workbook.add_worksheet()).map_err(failed)?;
        out.write_all(&workbook.save_to_buffer().map_err(failed)?)?;
        Ok(rows)
    }
}

fn failed(error: XlsxError) -> ExportError {
    ExportError::Format { format: "xlsx", reason: error.to_string() }
}

/// A header and the rows.
fn answer_sheet(answer: &mut Answer<'_>, sheet: &mut Worksheet) -> Result<u64, ExportError> {
    sheet.set_name("answer").map_err(failed)?;
    let bold = Format::new().set_bold();
    for (i, column) in answer.rows.head().columns.iter().enumerate() {
        sheet.write_string_with_format(0, i as u16, &column.name, &bold).map_err(failed)?;
    }
    sheet.set_freeze_panes(1, 0).map_err(failed)?;
    let mut at = 1_u32;
    answer.rows.each(|rows| -> Result<(), ExportError> {
        let after = u64::from(at) + rows.len() as u64;
        if after > u64::from(MAX_ROWS) {
            let reason = format!("a sheet has {MAX_ROWS} rows");
            return Err(ExportError::NoRoom { format: "xlsx", reason });
        }
        for row in 0..rows.len() {
            write_row(rows, row, at + row as u32, sheet).map_err(failed)?;
        }
        at = after as u32;
        Ok(())
    })
}

fn write_row(rows: &Rows, row: usize, at: u32, sheet: &mut Worksheet) -> Result<(), XlsxError> {
    for (i, column) in rows.columns.iter().enumerate() {
        let i = i as u16;
        match &column.values {
            ColumnValues::Text { texts, of_row } => sheet.write_string(at, i, &texts[of_row[row] as usize])?,
            ColumnValues::Cells(cells) => sheet.write_string(at, i, format!("{:x}", cells[row]))?,
            ColumnValues::Counts(counts) => sheet.write_number(at, i, counts[row] as f64)?,
            ColumnValues::Numbers(numbers) if numbers[row].is_finite() => sheet.write_number(at, i, numbers[row])?,
            // What is no number is an empty cell.
            ColumnValues::Numbers(_) => sheet,
            ColumnValues::Flags(flags) => sheet.write_boolean(at, i, flags[row])?,
        };
    }
    Ok(())
}

/// Sentences, notes and units: what a reader of the figures must know.
fn about_sheet(answer: &Answer<'_>, sheet: &mut Worksheet) -> Result<(), XlsxError> {
    sheet.set_name("about")?;
    let units = answer.rows.head().columns.iter().filter(|c| !c.unit.name().is_empty());
    let units = units.map(|c| format!("{}: {}", c.name, c.unit.name()));
    let lines = answer.text.iter().chain(&answer.notes).cloned().chain(units);
    for (i, line) in lines.filter(|l| !l.is_empty()).enumerate() {
        sheet.write_string(i as u32, 0, line.trim())?;
    }
    Ok(())
}
