//! Categories that were steady and of which a stretch of months has none.

use super::Throughout;
use crate::{
    analysis::steps::{asked_sources, runs},
    ask::{AskError, Exact},
    model::{Month, Period, Query},
    snapshot::{Snapshot, Stopped},
};

impl Throughout {
    /// Leaves out categories that were probably not recorded throughout, and says so.
    ///
    /// # Errors
    /// [`AskError::NoAnswer`] where no category is left.
    pub(in crate::analysis) fn without_stopped(
        &mut self,
        reader: &Exact<'_>,
        periods: &[Period],
    ) -> Result<(), AskError> {
        let stopped = stopped(reader, &self.query, periods)?;
        if stopped.is_empty() {
            return Ok(());
        }
        for one in &stopped {
            let pair = (one.source.clone(), one.category.clone());
            if !self.query.without.categories.contains(&pair) {
                self.query.without.categories.push(pair);
                self.notes.push(format!("Left out: {}", sentence(&stopped, one)));
            }
        }
        if reader.asked_categories(&self.query)?.is_empty() {
            let reason = format!("there is no answer. {}", self.notes.join(" "));
            return Err(AskError::none(reason));
        }
        Ok(())
    }
}

/// Categories that a query asks for and that were probably not recorded throughout some periods.
fn stopped(ground: &Snapshot, query: &Query, periods: &[Period]) -> Result<Vec<Stopped>, AskError> {
    let sources = asked_sources(ground, query);
    let asked = ground.asked_categories(query)?;
    let delivered = |m: &Month| {
        periods.iter().any(|p| p.meets(m.period())) && sources.iter().all(|s| ground.coverage.delivered(s, *m))
    };
    let months: Vec<Month> = ground.coverage.months(sources).into_iter().filter(delivered).collect();
    Ok(ground.recorded().stopped(sources, &asked, &months))
}

/// A sentence for each category of a count that was probably not recorded throughout its period: a nought of it is none.
pub(in crate::analysis) fn not_recorded(ground: &Snapshot, query: &Query) -> Vec<String> {
    let stopped = stopped(ground, query, &[query.period()]).unwrap_or_default();
    let first = |i: usize| {
        let same = |s: &Stopped| (&s.source, &s.category) == (&stopped[i].source, &stopped[i].category);
        !stopped[..i].iter().any(same)
    };
    (0..stopped.len()).filter(|&i| first(i)).map(|i| format!("Look at {}", sentence(&stopped, &stopped[i]))).collect()
}

/// What is said of a category, with every stretch that has none.
fn sentence(stopped: &[Stopped], of: &Stopped) -> String {
    let same = stopped.iter().filter(|s| (&s.source, &s.category) == (&of.source, &of.category));
    let mut months: Vec<Month> = same.flat_map(|s| (s.months.0.0..=s.months.1.0).map(Month)).collect();
    months.sort_unstable();
    months.dedup();
    format!(
        "{} of {}, which was probably not recorded in {}: none, where some {:.0} were to be expected.",
        of.category,
        of.source,
        runs(months),
        of.expected
    )
}
