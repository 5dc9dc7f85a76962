//! A page with the answer as a table, for reading and printing; no script, no style from elsewhere.

use super::{
    encoder::{Encoder, Out},
    error::ExportError,
};
use crate::{
    ask::{Answer, ColumnValues},
    snapshot::Snapshot,
};

/// The format.
pub(super) struct Html;

impl Encoder for Html {
    fn name(&self) -> &'static str {
        "html"
    }

    fn media_type(&self) -> &'static str {
        "text/html; charset=utf-8"
    }

    fn ending(&self) -> &'static str {
        "html"
    }

    fn write(&self, ground: &Snapshot, answer: &mut Answer<'_>, out: &mut Out<'_>) -> Result<u64, ExportError> {
        let title = escape(&ground.title);
        write!(out, "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>{title}</title><h1>{title}</h1>")?;
        for line in answer.text.iter().filter(|l| !l.is_empty()) {
            write!(out, "<p>{}</p>", escape(line))?;
        }
        out.write_all(b"<table><thead><tr>")?;
        for column in &answer.rows.head().columns {
            write!(out, "<th scope=\"col\" title=\"{}\">{}</th>", escape(column.unit.name()), escape(&column.name))?;
        }
        out.write_all(b"</tr></thead><tbody>")?;
        let rows = answer.rows.each(|rows| -> Result<(), ExportError> {
            for row in 0..rows.len() {
                out.write_all(b"<tr>")?;
                for (i, column) in rows.columns.iter().enumerate() {
                    let number = matches!(column.values, ColumnValues::Counts(_) | ColumnValues::Numbers(_));
                    let align = if number { " align=\"right\"" } else { "" };
                    write!(out, "<td{align}>{}</td>", escape(&rows.text(i, row)))?;
                }
                out.write_all(b"</tr>")?;
            }
            Ok(())
        })?;
        out.write_all(b"</tbody></table>")?;
        for line in &answer.notes {
            write!(out, "<p>{}</p>", escape(line))?;
        }
        out.write_all(b"</html>")?;
        Ok(rows)
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
