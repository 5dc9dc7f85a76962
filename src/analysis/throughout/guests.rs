//! Suppliers that add records where another speaks, such as British Transport Police, and did not deliver throughout.

use super::Throughout;
use crate::{
    analysis::steps::runs,
    ask::{AskError, Exact},
    model::{Period, Query},
    snapshot::Interrupted,
    table::{CompiledFilter, Marked, OfPart, Span},
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
            let is_same = |of: &&OfPart| (&of.source, &of.part) == (&part.names.0, &part.names.1);
            let count = counts.iter().find(is_same).map_or(0, |of| of.count);
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
fn guests_of(reader: &Exact<'_>, query: &Query, periods: &[Period]) -> Result<Vec<OfPart>, AskError> {
    let open = Query { from: None, to: None, ..query.clone() };
    let meets = |span: Span| periods.iter().any(|p| p.start <= span.start && span.end <= p.end);
    let filter = CompiledFilter::new(reader.table(), &open, &reader.known, meets)?;
    Ok(reader.table().marked(Marked::Guest, &filter))
}

/// Days as months in a row, or as dates where they are not whole months.
pub(in crate::analysis) fn in_words(days: &[Period]) -> String {
    let is_months = |p: &Period| p.by_month().iter().all(|m| m.start.month().period() == *m);
    let text = |p: &Period| {
        if is_months(p) { runs(p.months()) } else { format!("{} to {}", p.start, crate::model::Day(p.end.0 - 1)) }
    };
    days.iter().map(text).collect::<Vec<_>>().join(", ")
}
