//! One import from files to commit: read, place, merge month by month, report, switch.

mod generic;
mod police;

use std::collections::BTreeMap;

use super::{
    ImportError, ImportReport, Mapping, POLICE_UK, Placer, Progress, Rejection,
    merge::{Merged, Outcome, Whereabouts, coverage},
    police::is_street_file,
    queue::Waiting,
    report::{CoverageRow, MAX_LISTED_REJECTIONS},
    source_files::{SourceFile, find_files},
    words::{Words, not_followed},
};
use crate::{
    geocode::DefaultLocations,
    model::{Month, fold},
    workspace::{Commit, Edition, FileEntry, Incidents, Workspace, read_incidents},
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
}

/// Imports files into a workspace: all of it, or nothing.
///
/// # Errors
/// [`ImportError`]; the store is then untouched.
pub fn import(
    workspace: &Workspace,
    request: &ImportRequest,
    progress: &Progress,
) -> Result<ImportReport, ImportError> {
    let source = source_name(request)?;
    let (files, skipped) = find_files(&request.files, |name| {
        if source == POLICE_UK && request.mapping.is_none() {
            is_street_file(name)
        } else {
            name.ends_with(".csv") || name.ends_with(".csv.gz")
        }
    })?;
    let total: u64 = files.iter().map(SourceFile::bytes).sum();
    progress.total_bytes.store(total, std::sync::atomic::Ordering::Relaxed);
    let lock = workspace.lock()?;
    let words = Words::settle(workspace, &lock)?;
    let commit = Commit::begin(workspace, &lock)?;
    workspace.study_area(commit.state())?;
    check_spelling(&source, commit.state())?;
    let job = Job {
        workspace,
        placer: Placer::new(workspace, commit.state())?,
        max_rejected: workspace.settings()?.import.max_rejected_share,
        defaults: super::default_locations(workspace)?,
        source: source.clone(),
        request,
        progress,
    };
    let unfollowed = not_followed(commit.state(), &words)?;
    let mut done = match &request.mapping {
        None => police::run(&job, &words, &files, commit.state())?,
        Some(mapping) => generic::run(&job, mapping, words, &files, commit.state())?,
    };
    done.report.decisions_not_followed = if request.mapping.is_some() { unfollowed } else { 0 };
    done.report.source = source;
    done.report.dry_run = request.dry_run;
    done.report.skipped_files.extend(skipped);
    finish(&job, commit, done)
}

fn source_name(request: &ImportRequest) -> Result<String, ImportError> {
    let mapped = request.mapping.as_ref().map_or("", |m| m.source.as_str());
    let name = if request.source.is_empty() { mapped } else { &request.source };
    let valid = (1..=64).contains(&name.len())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'));
    if !mapped.is_empty() && mapped != name {
        return Err(ImportError::SourceConflict { asked: name.to_owned(), mapped: mapped.to_owned() });
    }
    if !valid {
        return Err(ImportError::SourceName { name: name.to_owned() });
    }
    if request.mapping.is_none() && name != POLICE_UK {
        return Err(ImportError::NoMapping { source_name: name.to_owned() });
    }
    Ok(name.to_owned())
}

/// Two sources whose names differ in their spelling alone would be one in every question.
fn check_spelling(source: &str, state: &crate::workspace::State) -> Result<(), ImportError> {
    let stored = state.partitions()?.into_iter().map(|p| p.source);
    let other = stored.into_iter().find(|known| known != source && fold(known) == fold(source));
    other.map_or(Ok(()), |known| Err(ImportError::SourceSpelling { asked: source.to_owned(), known }))
}

/// What every step of an import needs.
pub(super) struct Job<'a> {
    pub(super) workspace: &'a Workspace,
    placer: Placer,
    max_rejected: f64,
    defaults: DefaultLocations,
    pub(super) source: String,
    request: &'a ImportRequest,
    progress: &'a Progress,
}

impl Job<'_> {
    /// The live partition of a month, whole.
    fn stored(&self, partitions: &BTreeMap<Month, String>, month: Month) -> Result<Option<Incidents>, ImportError> {
        let Some(path) = partitions.get(&month) else { return Ok(None) };
        Ok(Some(read_incidents(&self.workspace.root().join(path), true)?))
    }

    fn partitions(&self, state: &crate::workspace::State) -> Result<BTreeMap<Month, String>, ImportError> {
        let all = state.partitions()?.into_iter();
        Ok(all.filter(|p| p.source == self.source).map(|p| (p.month, p.path)).collect())
    }

    /// Refuses a file with too many rejected rows.
    fn check_share(&self, path: &str, rows: u64, rejected: &[Rejection]) -> Result<(), ImportError> {
        let Some(first) = rejected.first() else { return Ok(()) };
        if rejected.len() as f64 <= self.max_rejected * rows as f64 {
            return Ok(());
        }
        Err(ImportError::TooManyRejected {
            path: path.into(),
            rejected: rejected.len() as u64,
            rows,
            allowed: self.max_rejected * 100.0,
            line: first.line,
            field: first.field.clone(),
            reason: first.reason.clone(),
        })
    }

    /// Writes a merged month unless nothing changed or this is a dry run.
    fn write(&self, month: Month, merged: Merged) -> Result<MonthDone, ImportError> {
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
            editions: Vec::new(),
        })
    }
}

/// A month that is ready to be switched to.
struct MonthDone {
    month: Month,
    changed: bool,
    rows: usize,
    file: Option<FileEntry>,
    coverage: Vec<(String, String, u64)>,
    removed: u64,
    editions: Vec<Edition>,
}

impl MonthDone {
    /// A month of which nothing is to be written.
    fn unchanged(month: Month, rows: usize) -> Self {
        Self { month, changed: false, rows, file: None, coverage: Vec::new(), removed: 0, editions: Vec::new() }
    }
}

/// Everything read and merged.
struct Done {
    report: ImportReport,
    rejected: Vec<Rejection>,
    months: Vec<MonthDone>,
    /// Wordings that wait for a person, of mapped files.
    waiting: Option<Waiting>,
}

fn finish(job: &Job<'_>, mut commit: Commit<'_>, done: Done) -> Result<ImportReport, ImportError> {
    let Done { mut report, mut rejected, months, waiting } = done;
    rejected.sort_by(|a, b| (&a.file, a.line).cmp(&(&b.file, b.line)));
    report.rejected_rows = rejected.iter().take(MAX_LISTED_REJECTIONS).cloned().collect();
    report.removed = months.iter().map(|m| m.removed).sum();
    for edition in months.iter().flat_map(|m| &m.editions) {
        let (month, part) = (edition.month.to_string(), edition.part.clone());
        report.coverage.push(CoverageRow { month, part, rows: edition.rows });
    }
    debug_assert!(report.adds_up());
    let known = commit.state().editions()?;
    let news = months.iter().any(|m| m.changed || m.editions.iter().any(|e| !known.contains(e)));
    if job.request.dry_run {
        return Ok(report);
    }
    if !news {
        // The same records again: nothing to store of them, but what waits may be another list by now.
        if let Some(waiting) = waiting {
            let (wordings, changed) = store_queue(job, &mut commit, &waiting)?;
            report.to_review = wordings;
            if changed {
                commit.finish()?;
            }
        }
        return Ok(report);
    }
    for month in &months {
        if month.changed {
            let none = FileEntry { path: String::new(), bytes: 0, blake3: String::new() };
            commit.set_partition(&job.source, month.month, month.file.as_ref().unwrap_or(&none), month.rows)?;
            commit.set_coverage(&job.source, month.month, &month.coverage)?;
        }
        for edition in &month.editions {
            commit.set_edition(edition)?;
        }
    }
    if let Some(waiting) = waiting {
        report.to_review = store_queue(job, &mut commit, &waiting)?.0;
    }
    let csv = if rejected.is_empty() { None } else { Some(rejected_csv(&rejected)?) };
    let text = serde_json::to_string(&report).unwrap_or_default();
    let id = commit.add_import(&job.source, &text, csv.as_deref())?;
    report.id = Some(id);
    report.rejected_csv = csv.map(|_| format!("reports/import-{id:05}-rejected.csv"));
    commit.finish()?;
    Ok(report)
}

/// Stores what waits now, an empty list too, and which records followed decisions. Gives the number of wordings and whether
/// anything differs from what was stored.
fn store_queue(job: &Job<'_>, commit: &mut Commit<'_>, waiting: &Waiting) -> Result<(u64, bool), ImportError> {
    let items = waiting.settled(job, commit)?;
    let changed = items != commit.state().review_items()?;
    if changed {
        commit.set_review_items(&items)?;
    }
    let followed = waiting.note_followed(commit)?;
    Ok((items.len() as u64, changed || followed))
}

/// Rejected rows as CSV; a value that a spreadsheet would run as a formula gets an apostrophe.
fn rejected_csv(rejected: &[Rejection]) -> Result<Vec<u8>, ImportError> {
    let mut csv = csv::Writer::from_writer(Vec::new());
    let io = |e: csv::Error| ImportError::Io { source: e.into() };
    csv.write_record(["file", "line", "field", "value", "reason"]).map_err(io)?;
    for row in rejected {
        let line = row.line.to_string();
        let value = crate::model::spreadsheet_safe(&row.value);
        csv.write_record([&row.file, &line, &row.field, value.as_ref(), &row.reason]).map_err(io)?;
    }
    csv.into_inner().map_err(|e| ImportError::Io { source: e.into_error() })
}

/// Adds outcomes to a file's report.
fn tally(report: &mut super::FileReport, outcomes: impl Iterator<Item = Outcome>) {
    for outcome in outcomes {
        match outcome {
            Outcome::Imported => report.imported += 1,
            Outcome::Updated => report.updated += 1,
            Outcome::Duplicate => report.duplicates += 1,
        }
    }
}

/// Adds a file's report to the whole.
fn add_file(report: &mut ImportReport, file: super::FileReport) {
    report.rows += file.rows;
    report.imported += file.imported;
    report.updated += file.updated;
    report.duplicates += file.duplicates;
    report.rejected += file.rejected;
    report.files.push(file);
}

/// Notes where the accepted rows of a new set lie.
fn add_places(report: &mut ImportReport, whereabouts: &Whereabouts) {
    whereabouts.add_to(report);
}
