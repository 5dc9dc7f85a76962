//! `places claims`: stored answers listed, shown, made again.

use clap::Subcommand;

use super::output::{note, print_line};
use crate::{
    access::{Access, LogLine},
    analysis::question,
    ask::{Exact, Watch},
    claims::{Outcome, Told, all, find, replay},
    export::printable,
    snapshot::Snapshot,
    workspace::Workspace,
};

/// How a stored answer is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum SentenceFormat {
    /// Sentences.
    Text,
    /// Everything, as JSON.
    Json,
}

/// Commands on stored claims.
#[derive(Debug, Subcommand)]
pub enum ClaimsCommand {
    /// List stored claims and briefings
    List,
    /// Print a stored claim as it was made
    Show {
        /// Identity
        id: String,
        /// text (sentences) or json
        #[arg(long, value_enum, default_value = "text")]
        format: SentenceFormat,
    },
    /// Make a stored claim again from the data up to its day, and say whether it is the same to the byte
    #[command(
        after_help = "Examples:\n  places claims replay 1f0c2a9be771\n\nExit code 0 when it is the same, 1 when it is not."
    )]
    Replay {
        /// Identity
        id: String,
        /// text (sentences) or json
        #[arg(long, value_enum, default_value = "json")]
        format: SentenceFormat,
    },
}

pub(super) fn run(workspace: &Workspace, command: &ClaimsCommand) -> anyhow::Result<()> {
    match command {
        ClaimsCommand::List => list(workspace),
        ClaimsCommand::Show { id, format } => show(workspace, id, *format),
        ClaimsCommand::Replay { id, format } => again(workspace, id, *format),
    }
}

fn list(workspace: &Workspace) -> anyhow::Result<()> {
    let claims = all(workspace)?;
    if claims.is_empty() {
        note("no claims yet; `places compare` and `places briefing` store one each");
    }
    for claim in claims {
        print_line(&printable(&format!("{}  {}  {}", claim.id, claim.kind, Told::of(&claim).title)))?;
    }
    Ok(())
}

fn show(workspace: &Workspace, id: &str, format: SentenceFormat) -> anyhow::Result<()> {
    let claim = find(workspace, id)?;
    let access = Access::of_workspace(workspace);
    let grant = access.exact(access.user(), &LogLine::look("claim", "", id))?;
    match format {
        SentenceFormat::Json => print_line(&claim.result)?,
        SentenceFormat::Text => print_text(&crate::claims::sentences(&claim))?,
    }
    access.answered(&grant, 1, None)?;
    Ok(())
}

fn again(workspace: &Workspace, id: &str, format: SentenceFormat) -> anyhow::Result<()> {
    let snapshot = Snapshot::load(workspace)?;
    let access = Access::of_workspace(workspace);
    let grant = access.exact(access.user(), &LogLine::look("replay", &snapshot.identity(), id))?;
    let replayed = replay(workspace, &Exact::open(&snapshot, &grant, Watch::default()), id)?;
    match format {
        SentenceFormat::Json => print_line(&replayed.now.json)?,
        SentenceFormat::Text => print_text(&replayed.text)?,
    }
    access.answered(&grant, 1, None)?;
    match replayed.outcome {
        Outcome::Same => note("the same to the byte as when it was made"),
        Outcome::SameFigures => {
            let method = question(&replayed.stored.kind).map_or("", |e| e.declaration.method);
            note(&format!(
                "the same figures as when it was made; an earlier version wrote other fields (method version {method} now)"
            ));
        }
        Outcome::Differs(why) => anyhow::bail!(
            "claim {id} comes out differently now, because {why}; the stored one is kept (`places claims show {id}`), the new one is {}",
            replayed.now.kept.id
        ),
    }
    Ok(())
}

fn print_text(lines: &[String]) -> anyhow::Result<()> {
    print_line(&lines.iter().map(|l| printable(l)).collect::<Vec<_>>().join("\n"))
}
