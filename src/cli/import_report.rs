//! The report of an import as text: numbers in a table, then sentences, what was noticed, and what can be done next.

use super::output::{note, thousands};
use crate::import::ImportReport;

/// Files of which each has its sentence; of more only those with something to say.
const MAX_FILES: usize = 12;

/// The report, without what can be done next.
pub(super) fn text(report: &ImportReport) -> String {
    let number = |n: u64| format!("{:>12}", thousands(n));
    let dry = report.dry_run;
    let files = if report.files.len() == 1 { "file" } else { "files" };
    let mut lines = vec![format!(
        "{} {}: {} {files}",
        if dry { "Dry run of" } else { "Imported" },
        report.source,
        report.files.len()
    )];
    lines.push(format!("{} rows read", number(report.rows)));
    for (count, outcome) in [
        (report.imported, if dry { "would be imported" } else { "imported" }),
        (report.updated, if dry { "would be updated" } else { "updated" }),
        (report.duplicates, "duplicates (there already, unchanged)"),
        (report.rejected, if dry { "would be rejected" } else { "rejected" }),
    ] {
        lines.push(format!("{}   {outcome}", number(count)));
    }
    let accepted = report.rows - report.rejected;
    lines.push(format!("{} accepted, of these", number(accepted)));
    for (class, count) in &report.placed {
        lines.push(format!("{}   placed ({})", number(*count), class.replace('_', " ")));
    }
    lines.push(format!("{}   outside the study area", number(report.outside_study_area)));
    lines.push(format!("{}   not located", number(report.not_located)));
    lines.extend(located_text(report));
    if report.near_border > 0 {
        lines
            .push(format!("{} placed lay in no area and went to the nearest within 250 m", number(report.near_border)));
    }
    if report.removed > 0 {
        let would = if dry { "would be removed" } else { "removed" };
        lines.push(format!("{} of an older edition {would}", number(report.removed)));
    }
    lines.extend(sentences(report));
    lines.extend(report.notes.iter().cloned());
    lines.extend(noticed_text(report));
    for rejection in report.rejected_rows.iter().take(5) {
        lines.push(format!(
            "rejected: {}, line {}, {} {:?}: {}",
            rejection.file, rejection.line, rejection.field, rejection.value, rejection.reason
        ));
    }
    if let Some(path) = &report.rejected_csv {
        lines.push(format!("all rejected rows: {path} in the workspace"));
    }
    for file in &report.skipped_files {
        lines.push(format!("left out: {file}"));
    }
    if !report.ignored_columns.is_empty() {
        lines.push(format!("columns not used: {}", report.ignored_columns.join(", ")));
    }
    if dry {
        lines.push("dry run: nothing was stored".to_owned());
    } else if report.id.is_none() {
        lines.push("nothing has changed".to_owned());
    }
    lines.join("\n")
}

/// Sentences on parts and files; of many files those that have rows rejected or outside the study area.
fn sentences(report: &ImportReport) -> Vec<String> {
    let files = report.files.len();
    if files <= MAX_FILES {
        return report.sentences.clone();
    }
    let (of_parts, of_files) = report.sentences.split_at(report.sentences.len() - files);
    let tells =
        |i: &usize| report.files[*i].rejected > 0 || report.files[*i].outside_study_area > report.files[*i].placed;
    let told: Vec<usize> = (0..files).filter(tells).collect();
    let mut lines: Vec<String> = of_parts.to_vec();
    lines.extend(told.iter().take(MAX_FILES).map(|&i| of_files[i].clone()));
    if told.len() > MAX_FILES {
        lines.push(format!("and {} more files with rows rejected or mostly outside", told.len() - MAX_FILES));
    }
    lines.push(format!("what became of the rows of each of the {files} files: --format json"));
    lines
}

/// What can be done after an import.
pub(super) fn next(report: &ImportReport) -> Vec<String> {
    let mut lines = Vec::new();
    if report.dry_run {
        lines.push("the same without --dry-run    stores it".to_owned());
        return lines;
    }
    if report.to_review > 0 {
        lines.push("places review list            wordings that wait for a person".to_owned());
    }
    lines.push("places coverage               what was received, month by month".to_owned());
    lines.push("places count --by month       what there is".to_owned());
    lines.push("places serve                  the map".to_owned());
    lines
}

/// What was noticed of months: what is covered, missing, or strange.
fn noticed_text(report: &ImportReport) -> Vec<String> {
    let mut lines: Vec<String> = report.losses.clone();
    if !report.empty.is_empty() {
        lines.push(format!("delivered without a record: {}", report.empty.join(", ")));
    }
    for month in &report.doubtful {
        lines.push(format!(
            "doubtful: {month}. It is left out of every verdict; if it is true: `places coverage accept --source {} --month ...`",
            report.source
        ));
    }
    if !report.covers.is_empty() {
        lines.push(format!("covered by deliveries now: {}", report.covers.join("; ")));
    }
    lines
}

/// What the geocoder made of the rows of a mapped file.
fn located_text(report: &ImportReport) -> Vec<String> {
    let mut lines = Vec::new();
    let list = |counts: &std::collections::BTreeMap<String, u64>| {
        counts
            .iter()
            .map(|(what, n)| format!("{} {}", thousands(*n), what.replace('_', " ")))
            .collect::<Vec<_>>()
            .join(", ")
    };
    if !report.geocoded.is_empty() {
        lines.push(format!("places: {}", list(&report.geocoded)));
    }
    if !report.flags.is_empty() {
        lines.push(format!("noticed: {}", list(&report.flags)));
    }
    if report.to_review > 0 {
        lines.push(format!("{} wordings wait for a person: `places review list`", thousands(report.to_review)));
    }
    if !report.unknown_precision.is_empty() {
        let rows = report.unknown_precision.values().sum();
        let words: Vec<String> = report.unknown_precision.keys().take(5).map(|w| format!("{w:?}")).collect();
        let more = if report.unknown_precision.len() > words.len() { " ..." } else { "" };
        lines.push(format!(
            "{} rows have a word of precision that the mapping does not list ({}{more}): they are taken to be no closer than \
             the district. List it under [precision] values and import again",
            thousands(rows),
            words.join(", ")
        ));
    }
    if report.decisions_not_followed > 0 {
        lines.push(format!(
            "{} decisions about words could not be followed: they were made with the secret of another machine. Bring its file \
             `secret` here and import again, or decide again",
            thousands(report.decisions_not_followed)
        ));
    }
    for p in report.probable_defaults.iter().take(3) {
        lines.push(format!(
            "{:.6}, {:.6} probably stands in for unknown places: {} records of {} categories (see `places review defaults`)",
            p.lon,
            p.lat,
            thousands(p.records),
            p.categories
        ));
    }
    lines
}

/// Says what an import did, for the demo.
pub(super) fn note_report(report: &ImportReport) {
    note(&text(report));
}
