//! What is imported, what every step of it needs, and what the steps hand on.

use std::collections::BTreeMap;

use crate::{
    geocode::DefaultLocations,
    import::{
        Covers, ImportError, ImportReport, Mapping, Placer, Progress, Rejection,
        merge::{Merged, coverage},
        queue::Waiting,
    },
    model::{Day, Month},
    workspace::{Commit, Delivery, Edition, FileEntry, Incidents, State, Workspace, read_incidents},
};

/// What to import.
#[derive(Debug, Clone, Default)]
pub struct ImportRequest {
    /// Files, folders or globs.
    pub files: Vec<String>,
    /// Source; empty means that the mapping names it.
    pub source: String,
    /// Mapping, for any source but police.uk.
    pub mapping: Option<Mapping>,
    /// Replace what the source has stored for the months in the files.
    pub replace: bool,
    /// Report only; nothing is stored.
    pub dry_run: bool,
    /// What the files cover, for any source but police.uk, whose files are of a month each.
    pub covers: Option<Covers>,
    /// Accept that much of what is stored goes.
    pub accept: bool,
}

/// What every step of an import needs.
pub(super) struct Job<'a> {
    pub(super) workspace: &'a Workspace,
    pub(super) placer: Placer,
    pub(super) max_rejected: f64,
    pub(super) defaults: DefaultLocations,
    pub(super) source: String,
    pub(super) request: &'a ImportRequest,
    pub(super) progress: &'a Progress,
    /// The day after today; records of later days are rejected, unless events may be planned.
    pub(super) end: Option<Day>,
}

impl Job<'_> {
    /// The live partition of a month, whole.
    pub(super) fn stored(
        &self,
        partitions: &BTreeMap<Month, String>,
        month: Month,
    ) -> Result<Option<Incidents>, ImportError> {
        let Some(path) = partitions.get(&month) else { return Ok(None) };
        Ok(Some(read_incidents(&self.workspace.root().join(path), true)?))
    }

    pub(super) fn partitions(&self, state: &State) -> Result<BTreeMap<Month, String>, ImportError> {
        let all = state.partitions()?.into_iter();
        Ok(all.filter(|p| p.source == self.source).map(|p| (p.month, p.path)).collect())
    }

    /// Refuses a file with too many rejected rows.
    pub(super) fn check_share(&self, path: &str, rows: u64, rejected: &[Rejection]) -> Result<(), ImportError> {
        if rejected.is_empty() || rejected.len() as f64 <= self.max_rejected * rows as f64 {
            return Ok(());
        }
        let allowed = self.max_rejected * 100.0;
        Err(ImportError::TooManyRejected { path: path.into(), rows: rejected.to_vec(), read: rows, allowed })
    }

    /// Writes a merged month unless nothing changed or this is a dry run.
    pub(super) fn write(&self, month: Month, merged: Merged) -> Result<MonthDone, ImportError> {
        let coverage = coverage(&merged.incidents, &self.placer);
        let rows = merged.incidents.len();
        let write = merged.changed && !self.request.dry_run && rows > 0;
        let file = if write {
            Some(Commit::write_partition(self.workspace, &self.source, month, &merged.incidents)?)
        } else {
            None
        };
        Ok(MonthDone {
            month,
            changed: merged.changed,
            rows,
            file,
            coverage,
            removed: merged.removed,
            before: merged.before,
            editions: Vec::new(),
        })
    }
}

/// A month that is ready to be switched to.
pub(super) struct MonthDone {
    pub(super) month: Month,
    pub(super) changed: bool,
    pub(super) rows: usize,
    pub(super) file: Option<FileEntry>,
    pub(super) coverage: Vec<(String, String, u64)>,
    pub(super) removed: u64,
    /// Records stored before.
    pub(super) before: u64,
    pub(super) editions: Vec<Edition>,
}

impl MonthDone {
    /// A month of which nothing is to be written.
    pub(super) fn unchanged(month: Month, rows: usize) -> Self {
        let before = rows as u64;
        Self { month, changed: false, rows, file: None, coverage: Vec::new(), removed: 0, before, editions: Vec::new() }
    }
}

/// Everything read and merged.
pub(super) struct Done {
    pub(super) report: ImportReport,
    pub(super) rejected: Vec<Rejection>,
    pub(super) months: Vec<MonthDone>,
    /// Wordings that wait for a person, of mapped files.
    pub(super) waiting: Option<Waiting>,
    /// What deliveries of the source cover now, where its files do not say it by their names.
    pub(super) deliveries: Option<Vec<Delivery>>,
}
