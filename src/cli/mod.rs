//! The command line: one file per group of commands, thin over the library.
//!
//! Results go to standard output; messages and progress (only on a terminal) to standard error.
//! May use: everything.

mod areas;
mod ask;
mod audit;
mod claims;
mod demo;
mod gazetteer;
mod geocode;
mod harm;
mod import;
mod import_report;
mod mapping;
mod new_file;
mod next;
mod output;
mod progress;
mod received;
mod review;
mod serve;
mod setup;
mod watch;
mod workspace;

use std::{path::PathBuf, process::ExitCode};

pub use output::report_error;

use clap::{ArgMatches, CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::{
    analysis::QUESTIONS, ask::AskError, claims::ClaimError, export::ExportError, model::QueryError,
    workspace::Workspace,
};

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
  places setup downloads/                                  finds what the folder holds and brings it in
  places init norfolk
  places --workspace norfolk areas add msoa21 msoa.geojson --study-area
  places --workspace norfolk import police_uk/ --source police.uk
  places --workspace norfolk gazetteer add code-point codepo_gb/Data/CSV
  places --workspace norfolk geocode addresses.csv --text Location --locality Town
  places --workspace norfolk count --by area:msoa21 --definition serious-violence --from 2025-01-01
  places --workspace norfolk compare --place msoa21:E02005560 --before 2024-Q1 --after 2025-Q1
  places --workspace norfolk briefing --as-of 2025-10-01
  places --workspace norfolk serve";

/// Commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make a fictional county, import it and serve it
    Demo(demo::DemoArgs),
    /// Find what a folder holds and bring it into a workspace, step by step
    Setup(setup::SetupArgs),
    /// Make a new workspace with a commented places.toml
    Init(workspace::InitArgs),
    /// Add, name and list layers of areas
    #[command(subcommand)]
    Areas(areas::AreasCommand),
    /// Add and list figures of areas, such as populations
    #[command(subcommand)]
    Indicators(areas::IndicatorsCommand),
    /// Add, learn and list gazetteers: what places are found with
    #[command(subcommand)]
    Gazetteer(gazetteer::GazetteerCommand),
    /// Texts, postcodes and coordinates of a CSV to places, without importing
    Geocode(Box<geocode::GeocodeArgs>),
    /// Import incidents from CSV files
    Import(import::ImportArgs),
    /// Draft a mapping, which says what the columns of a CSV mean
    #[command(subcommand)]
    Mapping(mapping::MappingCommand),
    /// Take away what a source delivered, or some months of it
    Remove(received::RemoveArgs),
    /// What needs a person: wordings that were not located
    #[command(subcommand)]
    Review(review::ReviewCommand),
    /// Stored claims: list, show, make again
    #[command(subcommand)]
    Claims(claims::ClaimsCommand),
    /// Add and list weights of harm
    #[command(subcommand)]
    Harm(harm::HarmCommand),
    /// Serve API, tiles and pages on this machine
    Serve(serve::ServeArgs),
    /// Who looked at exact data and who changed what: verify and print the log
    #[command(subcommand)]
    Audit(audit::AuditCommand),
    /// Check that every file is what it was when it was written
    Check(workspace::CheckArgs),
    /// Write a backup to one file
    Backup(workspace::BackupArgs),
    /// Restore a backup into a new directory
    Restore(workspace::RestoreArgs),
}

/// The question that has a command under it.
const COVERAGE: &str = "coverage";

/// Commands that come before the questions in the help; the others come after them.
const FIRST: [&str; 11] =
    ["demo", "setup", "init", "areas", "indicators", "gazetteer", "geocode", "mapping", "import", "remove", "review"];

/// The command line: the commands of this folder, and one for each question of the registry.
#[must_use]
pub fn command() -> clap::Command {
    let accept = |c: clap::Command| c.subcommand(received::accept_command()).args_conflicts_with_subcommands(true);
    let whole = Cli::command().subcommands(QUESTIONS.iter().map(ask::command)).mut_subcommand(COVERAGE, accept);
    let questions = QUESTIONS.iter().map(|entry| entry.declaration.name);
    let first: Vec<&str> = FIRST.into_iter().chain(questions).collect();
    let rest: Vec<String> = whole.get_subcommands().map(|c| c.get_name().to_owned()).collect();
    let rest = rest.iter().map(String::as_str).filter(|name| !first.contains(name));
    let order: Vec<&str> = first.iter().copied().chain(rest).collect();
    order.iter().enumerate().fold(whole, |whole, (i, name)| whole.mut_subcommand(*name, |c| c.display_order(i)))
}

/// Runs what the arguments of the process ask for; a wrong flag ends it with a message and code 2.
///
/// # Errors
/// What went wrong, with what was kept and what to do.
pub fn run() -> anyhow::Result<()> {
    run_matches(&command().get_matches())
}

fn run_matches(matches: &ArgMatches) -> anyhow::Result<()> {
    if let Some((name, given)) = matches.subcommand()
        && let Some(entry) = ask::entry_of(name)
    {
        let root = given.get_one::<PathBuf>("workspace").or_else(|| matches.get_one::<PathBuf>("workspace"));
        let root = root.cloned().unwrap_or_else(|| PathBuf::from("./workspace"));
        return match given.subcommand() {
            Some((_, given)) => received::accept(&Workspace::open(&root)?, given),
            None => ask::run(&root, entry, given),
        };
    }
    run_command(Cli::from_arg_matches(matches)?)
}

fn run_command(cli: Cli) -> anyhow::Result<()> {
    let root = &cli.workspace;
    match cli.command {
        Command::Demo(args) => demo::run(&args),
        Command::Setup(args) => setup::run(root, &args, &|line| {
            let line = std::iter::once("places").chain(line.iter().map(String::as_str));
            run_matches(&command().try_get_matches_from(line)?)
        }),
        Command::Init(args) => workspace::init(root, &args),
        Command::Restore(args) => workspace::restore(root, &args),
        Command::Areas(command) => areas::run(&Workspace::open(root)?, command),
        Command::Indicators(command) => areas::indicators(&Workspace::open(root)?, command),
        Command::Gazetteer(command) => gazetteer::run(&Workspace::open(root)?, command),
        Command::Geocode(args) => geocode::run(&Workspace::open(root)?, *args),
        Command::Import(args) => import::run(&Workspace::open(root)?, args),
        Command::Mapping(command) => mapping::run(command),
        Command::Remove(args) => received::run_remove(&Workspace::open(root)?, &args),
        Command::Review(command) => review::run(&Workspace::open(root)?, command),
        Command::Claims(command) => claims::run(&Workspace::open(root)?, &command),
        Command::Harm(command) => harm::run(&Workspace::open(root)?, command),
        Command::Serve(args) => serve::run(&Workspace::open(root)?, &args),
        Command::Audit(command) => audit::run(&Workspace::open(root)?, &command),
        Command::Check(args) => workspace::check(&Workspace::open(root)?, &args),
        Command::Backup(args) => workspace::backup(&Workspace::open(root)?, &args),
    }
}

/// 2 when the question itself was wrong, as for a wrong flag; 1 for everything else.
#[must_use]
pub fn exit_code(error: &anyhow::Error) -> ExitCode {
    let wrong_usage = error.downcast_ref::<QueryError>().is_some()
        || matches!(error.downcast_ref::<ExportError>(), Some(ExportError::NoPlace { .. }))
        || matches!(error.downcast_ref::<AskError>(), Some(AskError::Query(_)))
        || matches!(error.downcast_ref::<ClaimError>(), Some(ClaimError::Ask(AskError::Query(_))));
    ExitCode::from(if wrong_usage { 2 } else { 1 })
}
