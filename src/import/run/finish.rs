//! The end of an import: the report, and the switch to the new months and the new queue.

use super::{
    job::{Done, Job, MonthDone},
    noticed::{doubtful, empty},
};
use crate::{
    import::{
        ImportError, ImportReport,
        queue::Waiting,
        received::in_words,
        report::{CoverageRow, MAX_LISTED_REJECTIONS, rejected_csv},
        sentences::sentences,
    },
    workspace::{Commit, Delivery, FileEntry},
};

/// Stores what was read and merged, unless it is what was stored before, and fills in the report.
pub(super) fn finish(job: &Job<'_>, mut commit: Commit<'_>, done: Done) -> Result<ImportReport, ImportError> {
    let Done { mut report, mut rejected, months, waiting, deliveries } = done;
    rejected.sort_by(|a, b| (&a.file, a.line).cmp(&(&b.file, b.line)));
    report.rejected_rows = rejected.iter().take(MAX_LISTED_REJECTIONS).cloned().collect();
    report.removed = months.iter().map(|m| m.removed).sum();
    for edition in months.iter().flat_map(|m| &m.editions) {
        let (month, part) = (edition.month.to_string(), edition.part.clone());
        report.coverage.push(CoverageRow { month, part, rows: edition.rows });
    }
    debug_assert!(report.adds_up());
    report.sentences = sentences(&report);
    report.every_rejected_row.clone_from(&rejected);
    report.losses = losses(&months);
    if !(report.losses.is_empty() || job.request.accept || job.request.replace || job.request.dry_run) {
        return Err(ImportError::TakesAway { losses: report.losses });
    }
    let known = commit.state().editions()?;
    report.empty = empty(&months);
    report.doubtful = doubtful(job, commit.state(), &months, deliveries.as_deref())?;
    let covered = covered_anew(job, &commit, deliveries)?;
    report.covers = covered.iter().flatten().map(covers_in_words).collect();
    let news = covered.is_some() || months.iter().any(|m| m.changed || m.editions.iter().any(|e| !known.contains(e)));
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
    if let Some(deliveries) = covered {
        commit.set_deliveries(&job.source, &deliveries)?;
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

/// What the deliveries of the source cover, where that differs from what is stored.
fn covered_anew(
    job: &Job<'_>,
    commit: &Commit<'_>,
    deliveries: Option<Vec<Delivery>>,
) -> Result<Option<Vec<Delivery>>, ImportError> {
    let Some(mut deliveries) = deliveries else { return Ok(None) };
    let key = |d: &Delivery| (d.part.clone(), d.days.start, d.days.end, d.districts.clone(), d.declared, d.rows);
    deliveries.sort_by_key(key);
    deliveries.dedup_by(|a, b| a.part == b.part && a.days == b.days && a.districts == b.districts);
    let mut known: Vec<Delivery> =
        commit.state().deliveries()?.into_iter().filter(|d| d.source == job.source).collect();
    known.sort_by_key(key);
    Ok((known != deliveries).then_some(deliveries))
}

fn covers_in_words(delivery: &Delivery) -> String {
    let how = if delivery.declared { "as declared" } else { "first to last record" };
    let what: Vec<String> =
        std::iter::once(in_words(delivery.days)).chain(delivery.districts.iter().cloned()).collect();
    format!("{} ({how})", what.join(", "))
}

/// Share of a month's records from which taking them away needs to be accepted.
const LOSS: f64 = 0.1;

/// Months of which much of what is stored goes.
fn losses(months: &[MonthDone]) -> Vec<String> {
    let is_loss = |m: &&MonthDone| m.removed as f64 > LOSS * m.before as f64;
    let told = |m: &MonthDone| {
        let parts: Vec<&str> = m.editions.iter().map(|e| e.part.as_str()).filter(|p| !p.is_empty()).collect();
        let of = if parts.is_empty() { String::new() } else { format!(" of {}", parts.join(", ")) };
        format!("the new edition{of} takes {} of {} records of {} away", m.removed, m.before, m.month)
    };
    months.iter().filter(is_loss).map(told).collect()
}

/// Stores what waits now, an empty list too, and which records followed decisions. Gives the number of wordings and whether
/// anything differs from what was stored.
fn store_queue(job: &Job<'_>, commit: &mut Commit<'_>, waiting: &Waiting) -> Result<(u64, bool), ImportError> {
    let items = waiting.settled(job.workspace, &job.source, commit)?;
    let changed = items != commit.state().review_items()?;
    if changed {
        commit.set_review_items(&items)?;
    }
    let followed = waiting.note_followed(commit)?;
    Ok((items.len() as u64, changed || followed))
}
