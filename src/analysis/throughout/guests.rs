//! Suppliers that add records where another speaks, such as British Transport Police, and did not deliver throughout.

use super::Throughout;
use crate::{
    analysis::steps::runs,
    ask::{AskError, Exact},
    model::{Period, Query},
    snapshot::Interrupted,
    table::{CompiledFilter, Marked, Span},
};

impl Throughout {
    /// Leaves out what suppliers that were interrupted added where they do not speak, and says so where that is anything.
    pub(in crate::analysis) fn without_guests(
        &mut self,
        reader: &Exact<'_>,
        interrupted: Vec<Interrupted>,
        periods: &[Period],
    ) -> Result<(), AskError> {
        if interrupted.is_empty() {
            return Ok(());
        }
        let counts = guests_of(reader, &self.query, periods)?;
        for part in interrupted {
            let count = counts.iter().find(|c| c.0 == part.names).map_or(0, |c| c.1);
            if count > 0 {
                self.notes.push(format!(
                    "Left out: {count} records of {} ({}), which did not deliver {}.",
                    part.names.1,
                    part.names.0,
                    in_words(&part.days)
                ));
            }
            self.query.without.guests.push(part.names);
        }
        Ok(())
    }
}

/// Matching records by (source, part) that lie where their part does not speak.
fn guests_of(reader: &Exact<'_>, query: &Query, periods: &[Period]) -> Result<Vec<((String, String), u64)>, AskError> {
    let open = Query { from: None, to: None, ..query.clone() };
    let meets = |span: Span| periods.iter().any(|p| p.start <= span.start && span.end <= p.end);
    let filter = CompiledFilter::new(reader.table(), &open, &reader.known, meets)?;
    let marked = reader.table().marked(Marked::Guest, &filter);
    Ok(marked.into_iter().map(|of| ((of.source, of.part), of.count)).collect())
}

/// Days as months in a row, or as dates where they are not whole months.
pub(in crate::analysis) fn in_words(days: &[Period]) -> String {
    let is_months = |p: &Period| p.by_month().iter().all(|m| m.start.month().period() == *m);
    let text = |p: &Period| {
        if is_months(p) { runs(p.months()) } else { format!("{} to {}", p.start, crate::model::Day(p.end.0 - 1)) }
    };
    days.iter().map(text).collect::<Vec<_>>().join(", ")
}
