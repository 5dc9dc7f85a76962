//! Taking away what a source delivered: all of it, or months; and saying that a doubtful month is true.

use super::{ImportError, received::without_months};
use crate::{
    model::Month,
    workspace::{AcceptedMonth, Commit, FileEntry, Workspace, user_name},
};

/// What to take away.
#[derive(Debug, Clone, Default)]
pub struct RemoveRequest {
    /// Source.
    pub source: String,
    /// Months; none for all.
    pub months: Vec<Month>,
    /// Report only.
    pub dry_run: bool,
}

/// What was taken away, month by month.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Removed {
    /// Source.
    pub source: String,
    /// Months with the records that went.
    pub months: Vec<(String, u64)>,
    /// Wordings of the source that waited for a person.
    pub wordings: u64,
}

/// Takes away what a source delivered.
///
/// # Errors
/// [`ImportError::NothingStored`] where there is nothing of it; the store is then untouched.
pub fn remove(workspace: &Workspace, request: &RemoveRequest) -> Result<Removed, ImportError> {
    let lock = workspace.lock()?;
    let mut commit = Commit::begin(workspace, &lock)?;
    let source = request.source.as_str();
    let is_asked = |month: &Month| request.months.is_empty() || request.months.contains(month);
    let stored: Vec<(Month, u64)> =
        commit.state().partitions()?.into_iter().filter(|p| p.source == source).map(|p| (p.month, p.rows)).collect();
    let editions: Vec<Month> =
        commit.state().editions()?.into_iter().filter(|e| e.source == source).map(|e| e.month).collect();
    let going: Vec<(Month, u64)> = stored.iter().copied().filter(|(month, _)| is_asked(month)).collect();
    if going.is_empty() && !editions.iter().any(is_asked) {
        let mut known: Vec<String> = commit.state().partitions()?.into_iter().map(|p| p.source).collect();
        known.dedup();
        return Err(ImportError::NothingStored { source_name: source.to_owned(), known });
    }
    let whole = going.len() == stored.len();
    let items = commit.state().review_items()?;
    let kept: Vec<_> = items.iter().filter(|item| !whole || item.source != source).cloned().collect();
    let removed = Removed {
        source: source.to_owned(),
        months: going.iter().map(|(month, rows)| (month.to_string(), *rows)).collect(),
        wordings: (items.len() - kept.len()) as u64,
    };
    if request.dry_run {
        return Ok(removed);
    }
    let none = FileEntry { path: String::new(), bytes: 0, blake3: String::new() };
    for (month, _) in &going {
        commit.set_partition(source, *month, &none, 0)?;
        commit.set_coverage(source, *month, &[])?;
    }
    let months: Vec<Month> = editions.into_iter().filter(is_asked).collect();
    commit.forget_editions(source, &months)?;
    let deliveries = commit.state().deliveries()?.into_iter().filter(|d| d.source == source).collect();
    let left = if whole { Vec::new() } else { without_months(deliveries, &months) };
    commit.set_deliveries(source, &left)?;
    if kept.len() < items.len() {
        commit.set_review_items(&kept)?;
    }
    commit.finish()?;
    Ok(removed)
}

/// Says that a month of a source (and part, where it has parts) is true, however few records it has. Gives the records.
///
/// # Errors
/// [`ImportError::NotDelivered`] where it was not delivered.
pub fn accept_month(workspace: &Workspace, source: &str, part: Option<&str>, month: Month) -> Result<u64, ImportError> {
    let lock = workspace.lock()?;
    let mut commit = Commit::begin(workspace, &lock)?;
    let editions = commit.state().editions()?;
    let of_month = editions.iter().filter(|e| e.source == source && e.month == month);
    let parts: Vec<(String, u64)> =
        of_month.filter(|e| part.is_none_or(|p| p == e.part)).map(|e| (e.part.clone(), e.rows)).collect();
    // A month that a declared delivery covers may have no edition, because it has no record.
    let is_covered = || -> Result<bool, ImportError> {
        let all = commit.state().deliveries()?;
        Ok(all.iter().any(|d| d.source == source && d.days.meets(month.period())))
    };
    let parts = if parts.is_empty() && is_covered()? { vec![(String::new(), 0)] } else { parts };
    if parts.is_empty() {
        return Err(ImportError::NotDelivered { source_name: source.to_owned(), month: month.to_string() });
    }
    let at = jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    for (part, rows) in &parts {
        let (source, part) = (source.to_owned(), part.clone());
        commit.accept_month(&AcceptedMonth { source, part, month, rows: *rows, who: user_name(), at: at.clone() })?;
    }
    commit.finish()?;
    Ok(parts.iter().map(|p| p.1).sum())
}
