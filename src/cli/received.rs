//! `places remove` and `places coverage accept`.

use clap::{Args, FromArgMatches};

use super::{
    next,
    output::{note, print_line, thousands},
};
use crate::{
    import::{RemoveRequest, accept_month, remove},
    model::{Month, Period, QueryError},
    workspace::Workspace,
};

const REMOVE_EXAMPLES: &str = "\
Examples:
  places remove --source council-asb --month 2025-03
  places remove --source council-asb --month 2025-01..2025-06 --dry-run
  places remove --source slip

What goes is listed. Import the files again to have it back.";

/// Arguments of `places remove`.
#[derive(Debug, Args)]
#[command(after_help = REMOVE_EXAMPLES)]
pub struct RemoveArgs {
    /// Source
    #[arg(long, value_name = "NAME")]
    pub source: String,
    /// Month, or months such as 2025-01..2025-06; all when left out
    #[arg(long, value_name = "MONTH")]
    pub month: Vec<String>,
    /// Report what would go and remove nothing
    #[arg(long)]
    pub dry_run: bool,
}

const ACCEPT_EXAMPLES: &str = "\
Examples:
  places coverage accept --source police.uk --month 2022-08
  places coverage accept --source police.uk --part norfolk --month 2022-08

A month that holds under a quarter of what is usual is left out of every verdict until somebody says that it is true.
With another number of records it is doubtful again.";

/// Arguments of `places coverage accept`.
#[derive(Debug, Args)]
#[command(after_help = ACCEPT_EXAMPLES)]
struct AcceptArgs {
    /// Source
    #[arg(long, value_name = "NAME")]
    source: String,
    /// Month
    #[arg(long, value_name = "MONTH")]
    month: String,
    /// Part, such as a police force; all when left out
    #[arg(long, value_name = "NAME")]
    part: Option<String>,
}

/// The subcommand that stands under the question of coverage.
pub(super) fn accept_command() -> clap::Command {
    AcceptArgs::augment_args(clap::Command::new("accept").about("Say that a doubtful month is true"))
}

pub(super) fn accept(workspace: &Workspace, matches: &clap::ArgMatches) -> anyhow::Result<()> {
    let args = AcceptArgs::from_arg_matches(matches)?;
    let month = Month::parse(&args.month).map_err(|e| QueryError::invalid("month", &args.month, e.to_string()))?;
    let records = accept_month(workspace, &args.source, args.part.as_deref(), month)?;
    print_line(&format!("{month} of {}: {} records, taken to be true", args.source, thousands(records)))?;
    next::say(&[format!("places coverage --source {}", args.source)]);
    Ok(())
}

pub(super) fn run_remove(workspace: &Workspace, args: &RemoveArgs) -> anyhow::Result<()> {
    let mut months = Vec::new();
    for text in &args.month {
        let period = Period::parse(text).map_err(|e| QueryError::invalid("month", text, e.to_string()))?;
        months.extend(period.months());
    }
    let request = RemoveRequest { source: args.source.clone(), months, dry_run: args.dry_run };
    let removed = remove(workspace, &request)?;
    for (month, rows) in &removed.months {
        print_line(&format!("{month}  {:>12} records", thousands(*rows)))?;
    }
    let all: u64 = removed.months.iter().map(|m| m.1).sum();
    let done = if args.dry_run { "would be removed" } else { "removed" };
    note(&format!("{} records of {} {done}", thousands(all), removed.source));
    if removed.wordings > 0 {
        note(&format!("{} wordings that waited for a person {done}", thousands(removed.wordings)));
    }
    let next = if args.dry_run {
        "the same without --dry-run".to_owned()
    } else {
        format!("places coverage --source {}", removed.source)
    };
    next::say(&[next]);
    Ok(())
}
