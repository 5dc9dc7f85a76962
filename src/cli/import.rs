//! `places import`, with its progress bar and report.

use std::{
    io::IsTerminal,
    path::PathBuf,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};

use super::output::{note, print_line, thousands};
use crate::{
    import::{Covers, ImportReport, ImportRequest, Mapping, Progress, import},
    workspace::Workspace,
};

const EXAMPLES: &str = "\
Examples:
  places import police_uk/ --source police.uk
  places import 'downloads/2025-*/*-norfolk-street.csv.gz' --source police.uk --dry-run
  places import asb-2025.csv --source council-asb --mapping council-asb.toml
  places import knives.csv --mapping knives.toml --covers 2024-01..2025-12

All of it is imported, or nothing. Importing the same file again changes nothing; a newer edition of a force's
month replaces the older one. Rejected rows are listed in the workspace under reports/.";

/// Arguments of `places import`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct ImportArgs {
    /// Files, folders or globs; .gz is read as it is
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<String>,
    /// Where the records come from: police.uk, or a name of your own
    #[arg(long, value_name = "NAME", default_value = "")]
    pub source: String,
    /// What the columns mean, as TOML; police.uk files need none
    #[arg(long, value_name = "FILE.toml")]
    pub mapping: Option<PathBuf>,
    /// Replace what the source has stored for the months in the files
    #[arg(long)]
    pub replace: bool,
    /// What the files cover, such as 2025-01..2025-06[,DISTRICT...]: days in it without a record are zeros; when left out, each
    /// file covers the days from its first to its last record
    #[arg(long, value_name = "A..B[,DISTRICT...]")]
    pub covers: Option<String>,
    /// Import an edition that takes away more than a tenth of what is stored of a month
    #[arg(long)]
    pub accept: bool,
    /// Report what would happen and store nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Report as text or json
    #[arg(long, value_name = "FORMAT", value_parser = ["text", "json"], default_value = "text")]
    pub format: String,
}

pub(super) fn run(workspace: &Workspace, args: ImportArgs) -> anyhow::Result<()> {
    let request = ImportRequest {
        mapping: args.mapping.as_deref().map(Mapping::read).transpose()?,
        files: args.files,
        source: args.source,
        replace: args.replace,
        dry_run: args.dry_run,
        covers: args.covers.as_deref().map(Covers::parse).transpose()?,
        accept: args.accept,
    };
    let report = with_bar(|progress| import(workspace, &request, progress))?;
    if args.format == "json" { print_line(&serde_json::to_string_pretty(&report)?) } else { print_line(&text(&report)) }
}

/// Runs a job with a bar that shows rate and time left, on a terminal.
pub(super) fn with_bar<T>(job: impl FnOnce(&Progress) -> T) -> T {
    let progress = Progress::default();
    if !std::io::stderr().is_terminal() {
        return job(&progress);
    }
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| draw(&progress, &done));
        let result = job(&progress);
        done.store(true, Ordering::Relaxed);
        result
    })
}

fn draw(progress: &Progress, done: &AtomicBool) {
    let bar = ProgressBar::new(0);
    let style =
        "{elapsed_precise} [{bar:30}] {percent:>3} %  {bytes} of {total_bytes}  {bytes_per_sec}  {msg}  {eta} left";
    if let Ok(style) = ProgressStyle::with_template(style) {
        bar.set_style(style.progress_chars("=> "));
    }
    while !done.load(Ordering::Relaxed) {
        let (total, bytes) = (progress.total_bytes.load(Ordering::Relaxed), progress.bytes.load(Ordering::Relaxed));
        // Packed files give more bytes than they hold.
        bar.set_length(total.max(bytes));
        bar.set_position(bytes);
        bar.set_message(format!("{} rows", thousands(progress.rows.load(Ordering::Relaxed))));
        std::thread::sleep(Duration::from_millis(100));
    }
    bar.finish_and_clear();
}

fn text(report: &ImportReport) -> String {
    let number = |n: u64| format!("{:>12}", thousands(n));
    let mut lines = vec![format!(
        "{} {}: {} files",
        if report.dry_run { "Dry run of" } else { "Imported" },
        report.source,
        report.files.len()
    )];
    lines.push(format!("{} rows read", number(report.rows)));
    for (count, outcome) in [
        (report.imported, "imported"),
        (report.updated, "updated"),
        (report.duplicates, "duplicates (there already, unchanged)"),
        (report.rejected, "rejected"),
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
        lines.push(format!("{} of an older edition removed", number(report.removed)));
    }
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
    if report.id.is_none() && !report.dry_run {
        lines.push("nothing has changed".to_owned());
    }
    lines.join("\n")
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
