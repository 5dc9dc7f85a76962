//! From what was asked for to a job, and from there through its steps.

use std::sync::atomic::Ordering;

use super::{
    finish::finish,
    generic,
    job::{ImportRequest, Job},
    police,
};
use crate::{
    import::{
        ImportError, ImportReport, POLICE_UK, Placer, Progress, default_locations,
        police::is_street_file,
        source_files::{SourceFile, find_files},
        words::{Words, not_followed},
    },
    model::{Clock, Day, fold},
    workspace::{Commit, State, Workspace},
};

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
    progress.total_bytes.store(total, Ordering::Relaxed);
    if request.covers.is_some() && request.mapping.is_none() {
        let reason = "the files of police.uk say by their names which month they cover".to_owned();
        return Err(ImportError::Covers { reason });
    }
    let lock = workspace.lock()?;
    let words = Words::settle(workspace, &lock)?;
    let commit = Commit::begin(workspace, &lock)?;
    workspace.study_area(commit.state())?;
    check_spelling(&source, commit.state())?;
    let settings = workspace.settings()?;
    let job = Job {
        workspace,
        placer: Placer::new(workspace, commit.state())?,
        max_rejected: settings.import.max_rejected_share,
        defaults: default_locations(workspace)?,
        source: source.clone(),
        request,
        progress,
        end: (!settings.import.planned).then(|| Day(Clock::london().today().0 + 1)),
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
fn check_spelling(source: &str, state: &State) -> Result<(), ImportError> {
    let stored = state.partitions()?.into_iter().map(|p| p.source);
    let other = stored.into_iter().find(|known| known != source && fold(known) == fold(source));
    other.map_or(Ok(()), |known| Err(ImportError::SourceSpelling { asked: source.to_owned(), known }))
}
