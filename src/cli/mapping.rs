//! `places mapping`.

use std::{io::Write as _, path::PathBuf};

use clap::Subcommand;

use super::output::{note, print_line};
use crate::import::draft_mapping;

/// Commands on mappings.
#[derive(Debug, Subcommand)]
pub enum MappingCommand {
    /// Write a first mapping for a CSV, with what it is unsure of as comments
    #[command(
        after_help = "Examples:\n  places mapping draft council-asb.csv\n  places mapping draft council-asb.csv -o council-asb.toml\n  places import council-asb.csv --mapping council-asb.toml --dry-run"
    )]
    Draft {
        /// CSV, plain or .gz
        file: PathBuf,
        /// File to write, which must not be there yet; standard output when left out
        #[arg(short, long, value_name = "FILE.toml")]
        output: Option<PathBuf>,
    },
}

pub(super) fn run(command: MappingCommand) -> anyhow::Result<()> {
    let MappingCommand::Draft { file, output } = command;
    let text = draft_mapping(&file)?;
    let Some(path) = output else { return print_line(text.trim_end()) };
    let mut new = fs_err::OpenOptions::new().write(true).create_new(true).open(&path)?;
    new.write_all(text.as_bytes())?;
    let unsure = text.lines().filter(|l| l.starts_with("# unsure")).count();
    note(&format!(
        "{} written; {unsure} lines are unsure. Next: places import {} --mapping {} --dry-run",
        path.display(),
        file.display(),
        path.display()
    ));
    Ok(())
}
