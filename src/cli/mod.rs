//! The command line: one file per group of commands, thin over the library.
//!
//! Results go to standard output; messages and progress (only on a terminal) to standard error.
//! May use: everything.

mod areas;
mod count;
mod demo;
mod import;
mod output;
mod serve;
mod workspace;

use std::{path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand};

use crate::{analysis::AnalysisError, model::QueryError, workspace::Workspace};

/// Place-based hot spots a partnership can trust.
#[derive(Debug, Parser)]
#[command(name = "places", version, about, max_term_width = 100, after_help = EXAMPLES)]
pub struct Cli {
    /// Directory with the partnership's data.
    #[arg(long, global = true, env = "PLACES_WORKSPACE", default_value = "./workspace", value_name = "DIR")]
    pub workspace: PathBuf,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

const EXAMPLES: &str = "\
Examples:
  places demo                                              a fictional county, on a map, at once
  places init norfolk
  places --workspace norfolk areas add msoa21 msoa.geojson --study-area
  places --workspace norfolk import police_uk/ --source police.uk
  places --workspace norfolk count --by area:msoa21 --definition serious-violence --from 2025-01-01
  places --workspace norfolk serve";

/// Commands.
#[derive(Debug, Subcommand)]
#[expect(clippy::large_enum_variant, reason = "there is one, once")]
pub enum Command {
    /// Make a fictional county, import it and serve it
    Demo(demo::DemoArgs),
    /// Make a new workspace with a commented places.toml
    Init(workspace::InitArgs),
    /// Add, name and list layers of areas
    #[command(subcommand)]
    Areas(areas::AreasCommand),
    /// Add and list figures of areas, such as populations
    #[command(subcommand)]
    Indicators(areas::IndicatorsCommand),
    /// Import incidents from CSV files
    Import(import::ImportArgs),
    /// Which months of which source have been received, by district
    Coverage(count::CoverageArgs),
    /// Count incidents by cell, area, time, category and source
    Count(count::CountArgs),
    /// Serve API, tiles and pages on this machine
    Serve(serve::ServeArgs),
    /// Check that every file is what it was when it was written
    Check(workspace::CheckArgs),
    /// Write a backup to one file
    Backup(workspace::BackupArgs),
    /// Restore a backup into a new directory
    Restore(workspace::RestoreArgs),
}

/// Runs a command.
///
/// # Errors
/// What went wrong, with what was kept and what to do.
pub fn run(cli: Cli) -> anyhow::Result<()> {
    let root = &cli.workspace;
    match cli.command {
        Command::Demo(args) => demo::run(&args),
        Command::Init(args) => workspace::init(root, &args),
        Command::Restore(args) => workspace::restore(root, &args),
        Command::Areas(command) => areas::run(&Workspace::open(root)?, command),
        Command::Indicators(command) => areas::indicators(&Workspace::open(root)?, command),
        Command::Import(args) => import::run(&Workspace::open(root)?, args),
        Command::Coverage(args) => count::coverage(&Workspace::open(root)?, &args),
        Command::Count(args) => count::run(&Workspace::open(root)?, &args),
        Command::Serve(args) => serve::run(&Workspace::open(root)?, &args),
        Command::Check(args) => workspace::check(&Workspace::open(root)?, &args),
        Command::Backup(args) => workspace::backup(&Workspace::open(root)?, &args),
    }
}

/// Prints an error, whose message holds its causes, to standard error, without control characters that data might hold.
pub fn report_error(error: &anyhow::Error) {
    let text = format!("error: {error}");
    let lines: Vec<String> = text.lines().map(crate::export::printable).collect();
    output::note(&lines.join("\n"));
}

/// 2 when the question itself was wrong, as for a wrong flag; 1 for everything else.
#[must_use]
pub fn exit_code(error: &anyhow::Error) -> ExitCode {
    let wrong_usage = error.downcast_ref::<QueryError>().is_some()
        || matches!(error.downcast_ref::<AnalysisError>(), Some(AnalysisError::Query(_)));
    ExitCode::from(if wrong_usage { 2 } else { 1 })
}
