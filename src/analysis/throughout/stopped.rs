//! Categories that were steady and of which a stretch of months has none.

use super::Throughout;
use crate::{
    analysis::steps::{asked_sources, runs},
    ask::{AskError, Exact},
    model::{Month, Period},
    snapshot::Stopped,
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
        let sources = asked_sources(reader, &self.query).to_vec();
        let asked = reader.asked_categories(&self.query)?;
        let delivered = |m: &Month| {
            periods.iter().any(|p| p.meets(m.period())) && sources.iter().all(|s| reader.coverage.delivered(s, *m))
        };
        let months: Vec<Month> = reader.coverage.months(&sources).into_iter().filter(delivered).collect();
        let stopped = reader.recorded().stopped(&sources, &asked, &months);
        if stopped.is_empty() {
            return Ok(());
        }
        for one in &stopped {
            let pair = (one.source.clone(), one.category.clone());
            if !self.query.without.categories.contains(&pair) {
                self.query.without.categories.push(pair);
                self.notes.push(sentence(&stopped, one));
            }
        }
        if reader.asked_categories(&self.query)?.is_empty() {
            let reason = format!("there is no answer. {}", self.notes.join(" "));
            return Err(AskError::none(reason));
        }
        Ok(())
    }
}

/// What is said of a category, with every stretch that has none.
fn sentence(stopped: &[Stopped], of: &Stopped) -> String {
    let same = stopped.iter().filter(|s| (&s.source, &s.category) == (&of.source, &of.category));
    let mut months: Vec<Month> = same.flat_map(|s| (s.months.0.0..=s.months.1.0).map(Month)).collect();
    months.sort_unstable();
    months.dedup();
    format!(
        "Left out: {} of {}, which was probably not recorded in {}: none, where some {:.0} were to be expected.",
        of.category,
        of.source,
        runs(months),
        of.expected
    )
}
