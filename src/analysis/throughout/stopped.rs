//! Categories that were steady and of which a stretch of months has none.

use super::Throughout;
use crate::{
    analysis::steps::{asked_sources, runs},
    ask::{AskError, Exact},
    model::{Month, Period, Query},
    snapshot::{Snapshot, Stopped},
};

/// Months before a question's first in which a category may have been steady that has none since.
const BEFORE: i32 = 36;

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

/// Categories that a query asks for and that were probably not recorded throughout some periods: by the months of the periods
/// alone, and by those of the three years before too, so that what was lost before the first period is named as well.
fn stopped(ground: &Snapshot, query: &Query, periods: &[Period]) -> Result<Vec<Stopped>, AskError> {
    let sources = asked_sources(ground, query);
    let asked = ground.asked_categories(query)?;
    let is_asked = |m: &Month| periods.iter().any(|p| p.meets(m.period()));
    let delivered = |m: &Month| sources.iter().all(|s| ground.coverage.delivered(s, *m));
    let months: Vec<Month> = ground.coverage.months(sources).into_iter().filter(delivered).collect();
    let within: Vec<Month> = months.iter().copied().filter(is_asked).collect();
    let (Some(first), Some(last)) = (within.first(), within.last()) else { return Ok(Vec::new()) };
    let is_near = |m: &Month| (first.0 - BEFORE..=last.0).contains(&m.0);
    let near: Vec<Month> = months.into_iter().filter(is_near).collect();
    let meets = |s: &Stopped| within.iter().any(|m| (s.months.0..=s.months.1).contains(m));
    let recorded = ground.recorded();
    let mut stopped = recorded.stopped(sources, &asked, &near);
    stopped.retain(meets);
    stopped.extend(recorded.stopped(sources, &asked, &within));
    Ok(stopped)
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
