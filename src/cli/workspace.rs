//! `places init`, `check`, `backup`, `restore`.

use std::path::{Path, PathBuf};

use clap::Args;

use super::{
    next,
    output::{note, print_line, thousands},
};
use crate::{
    access::verify_workspace,
    import::verify_places,
    setup::shell_line,
    workspace::{self, CheckReport, Problem, Workspace},
};

/// Arguments of `places init`.
#[derive(Debug, Args)]
pub struct InitArgs {
    /// Directory to make; the workspace named by --workspace when left out
    pub dir: Option<PathBuf>,
    /// What the partnership is called on screen
    #[arg(long, value_name = "NAME")]
    pub title: Option<String>,
}

/// Arguments of `places check`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  places check\n  places check --deep\n  places check --deep --accept-settings   after editing places.toml"
)]
pub struct CheckArgs {
    /// Read every value too, and place every incident again
    #[arg(long)]
    pub deep: bool,
    /// Take places.toml as it is now for the one that is meant
    #[arg(long)]
    pub accept_settings: bool,
}

/// Arguments of `places backup`.
#[derive(Debug, Args)]
pub struct BackupArgs {
    /// Tar file to write; gzipped when its name ends in .gz
    pub file: PathBuf,
}

/// Arguments of `places restore`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  places --workspace norfolk-again restore norfolk.tar.gz")]
pub struct RestoreArgs {
    /// Tar file that `places backup` wrote
    pub file: PathBuf,
}

pub(super) fn init(root: &Path, args: &InitArgs) -> anyhow::Result<()> {
    let root = args.dir.as_deref().unwrap_or(root);
    Workspace::init_titled(root, args.title.as_deref())?;
    print_line(&format!("made workspace {}", root.display()))?;
    let workspace = shell_line(&["places".to_owned(), "--workspace".to_owned(), root.display().to_string()]);
    next::say(&[
        format!("{workspace} areas add msoa21 FILE.geojson --study-area"),
        format!("{workspace} import FILES --source police.uk"),
        format!("or {workspace} setup FOLDER, which finds these and more"),
    ]);
    Ok(())
}

pub(super) fn check(opened: &Workspace, args: &CheckArgs) -> anyhow::Result<()> {
    let mut report = workspace::check(opened, args.deep, args.accept_settings)?;
    check_log(opened, &mut report);
    if args.deep && report.problems.is_empty() {
        report.problems.extend(verify_places(opened)?);
    }
    finish(&report)
}

/// The log is not the data's to check: the room that writes it does.
fn check_log(opened: &Workspace, report: &mut CheckReport) {
    if let Err(fault) = verify_workspace(opened, None) {
        report.problems.push(Problem { path: format!("log/{}", fault.file), reason: fault.to_string() });
    }
}

fn finish(report: &CheckReport) -> anyhow::Result<()> {
    for text in &report.notes {
        note(&format!("note: {text}"));
    }
    for text in &report.warnings {
        note(&format!("warning: {text}"));
    }
    for problem in &report.problems {
        note(&format!("{}: {}", problem.path, problem.reason));
    }
    if !report.problems.is_empty() {
        anyhow::bail!("{} problems found; nothing was changed", report.problems.len());
    }
    print_line(&format!(
        "everything holds: {} files, {} bytes, {} incidents",
        thousands(report.files as u64),
        thousands(report.bytes),
        thousands(report.incidents)
    ))
}

pub(super) fn backup(opened: &Workspace, args: &BackupArgs) -> anyhow::Result<()> {
    let files = workspace::backup(opened, &args.file)?;
    print_line(&format!("{files} files in {}", args.file.display()))?;
    next::say(&[format!("places --workspace NEW restore {}    tries it", args.file.display())]);
    Ok(())
}

pub(super) fn restore(root: &Path, args: &RestoreArgs) -> anyhow::Result<()> {
    let report = workspace::restore(&args.file, root)?;
    if let Err(fault) = verify_workspace(&Workspace::open(root)?, None) {
        note(&format!("note: {fault}; the data is sound, and the log is as it was in the backup"));
    }
    print_line(&format!("restored {}: {} incidents", root.display(), thousands(report.incidents)))?;
    next::say(&[format!("places --workspace {} check --deep", root.display())]);
    Ok(())
}
