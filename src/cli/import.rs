//! `places import`, with its progress bar and report.

use std::{
    io::Write,
    path::{Path, PathBuf},
    time::Duration,
};

use super::{
    import_report,
    new_file::NewFile,
    next,
    output::{note, print_line, thousands},
    progress::with_bar,
    watch,
};
use crate::{
    import::{Covers, ImportError, ImportRequest, Mapping, Rejection, import, rejected_csv},
    workspace::Workspace,
};
use clap::Args;

const EXAMPLES: &str = "\
Examples:
  places import police_uk/ --source police.uk
  places import 'downloads/2025-*/*-norfolk-street.csv.gz' --source police.uk --dry-run
  places import asb-2025.csv --source council-asb --mapping council-asb.toml
  places import knives.csv --mapping knives.toml --covers 2024-01..2025-12
  places import asb.csv --mapping council-asb.toml --dry-run --rejected bad-rows.csv
  places import --watch drop/ --mapping council-asb.toml

All of it is imported, or nothing. Importing the same file again changes nothing; a newer edition of a force's
month replaces the older one. Rejected rows are listed in the workspace under reports/.";

/// Arguments of `places import`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct ImportArgs {
    /// Files, folders or globs; .gz is read as it is
    #[arg(required_unless_present = "watch", value_name = "FILE")]
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
    /// Write every rejected row, with its reason, to this CSV; also those of a file that is refused for having too many
    #[arg(long, value_name = "FILE.csv")]
    pub rejected: Option<PathBuf>,
    /// Wait for files in this folder and import each once it is whole; then it is moved to imported/ in it, or to refused/
    /// with the reason beside it
    #[arg(long, value_name = "DIR", conflicts_with_all = ["files", "dry_run", "rejected", "format"])]
    pub watch: Option<PathBuf>,
    /// Seconds between two looks at the folder
    #[arg(long, value_name = "SECONDS", default_value_t = 10, requires = "watch", value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub every: u64,
    /// With --watch: import what is there and end
    #[arg(long, requires = "watch")]
    pub once: bool,
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
    if let Some(folder) = &args.watch {
        return watch::run(workspace, &request, folder, Duration::from_secs(args.every), args.once);
    }
    let result = with_bar(|progress| import(workspace, &request, progress));
    let rejected = args.rejected.as_deref();
    if let (Some(path), Err(ImportError::TooManyRejected { rows: bad, .. })) = (rejected, &result) {
        write_rejected(path, bad)?;
    }
    let report = result?;
    if let Some(path) = rejected {
        write_rejected(path, &report.every_rejected_row)?;
    }
    if args.format == "json" {
        return print_line(&serde_json::to_string_pretty(&report)?);
    }
    print_line(&import_report::text(&report))?;
    next::say(&import_report::next(&report));
    Ok(())
}

/// Writes rejected rows, where only their owner reads them.
fn write_rejected(path: &Path, rows: &[Rejection]) -> anyhow::Result<()> {
    let mut file = NewFile::create(path)?;
    file.write_all(&rejected_csv(rows)?)?;
    file.finish()?;
    note(&format!("{} rejected rows: {}", thousands(rows.len() as u64), path.display()));
    Ok(())
}
