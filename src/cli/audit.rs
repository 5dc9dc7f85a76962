//! `places audit verify`, `places audit show`.

use std::collections::VecDeque;

use clap::{Args, Subcommand};

use super::output::{note, print_line, thousands};
use crate::{
    access::{Entry, LogFault, Verified, entries, verify_workspace},
    export::printable,
    workspace::Workspace,
};

/// Commands on the log.
#[derive(Debug, Subcommand)]
pub enum AuditCommand {
    /// Check that no entry of the log was edited, removed, cut off or moved
    Verify(VerifyArgs),
    /// Print the log: who looked at exact data and who changed what
    Show(ShowArgs),
}

/// Arguments of `places audit verify`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  places audit verify\n  places audit verify --expect 4711:5f0e...   the last entry as it was noted elsewhere"
)]
pub struct VerifyArgs {
    /// An entry noted earlier, as NUMBER:HASH: is it still there?
    #[arg(long, value_name = "NUMBER:HASH", value_parser = noted)]
    pub expect: Option<(u64, String)>,
    /// Print as JSON
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `places audit show`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  places audit show --last 20\n  places audit show --json > log.jsonl")]
pub struct ShowArgs {
    /// Only the newest so many entries
    #[arg(long, value_name = "N", default_value_t = 100)]
    pub last: usize,
    /// Print as JSON, one entry a line
    #[arg(long)]
    pub json: bool,
}

fn noted(text: &str) -> Result<(u64, String), String> {
    let (count, hash) = text.split_once(':').ok_or("give NUMBER:HASH, as `places audit verify` prints it")?;
    let count = count.parse().map_err(|_| format!("{count:?} is no number of entries"))?;
    if hash.len() != 64 || !hash.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Err("the hash has 64 hexadecimal digits".to_owned());
    }
    Ok((count, hash.to_ascii_lowercase()))
}

/// Runs a command.
pub(super) fn run(workspace: &Workspace, command: &AuditCommand) -> anyhow::Result<()> {
    match command {
        AuditCommand::Verify(args) => verify(workspace, args),
        AuditCommand::Show(args) => show(workspace, args),
    }
}

fn verify(workspace: &Workspace, args: &VerifyArgs) -> anyhow::Result<()> {
    let outcome = verify_workspace(workspace, args.expect.as_ref());
    if args.json {
        print_line(&as_json(&outcome).to_string())?;
    }
    let verified = outcome?;
    if !args.json {
        print_line(&format!(
            "the log holds: {} entries in {} segments, last {}:{}",
            thousands(verified.entries),
            verified.segments,
            verified.entries,
            verified.last
        ))?;
    }
    if verified.after_head > 0 || verified.torn > 0 {
        note(&format!(
            "note: a writer was killed: {} whole entries stand after the head, {} bytes of a torn one; the next writer takes them up",
            verified.after_head, verified.torn
        ));
    }
    Ok(())
}

fn as_json(outcome: &Result<Verified, LogFault>) -> serde_json::Value {
    match outcome {
        Ok(v) => serde_json::json!({
            "holds": true, "entries": v.entries, "segments": v.segments, "last": v.last,
            "after_head": v.after_head, "torn_bytes": v.torn,
        }),
        Err(f) => serde_json::json!({ "holds": false, "file": f.file, "entry": f.entry, "reason": f.reason }),
    }
}

fn show(workspace: &Workspace, args: &ShowArgs) -> anyhow::Result<()> {
    let mut newest: VecDeque<(Entry, String)> = VecDeque::new();
    let read = entries(&workspace.log_path(), |entry, hash| {
        newest.push_back((entry.clone(), hash.to_owned()));
        if newest.len() > args.last {
            newest.pop_front();
        }
    });
    for (entry, hash) in &newest {
        print_line(&if args.json { json_line(entry, hash)? } else { text_line(entry) })?;
    }
    read?;
    Ok(())
}

fn json_line(entry: &Entry, hash: &str) -> anyhow::Result<String> {
    let mut value = serde_json::to_value(entry)?;
    if let Some(object) = value.as_object_mut() {
        object.insert("hash".to_owned(), hash.into());
    }
    Ok(value.to_string())
}

fn text_line(entry: &Entry) -> String {
    let from = [&entry.agency, &entry.role].into_iter().filter(|p| !p.is_empty()).map(|p| format!("({p})"));
    let who = [entry.seq.to_string(), entry.at.clone(), entry.actor.clone()].into_iter().chain(from);
    let who = who.chain([entry.kind.name().to_owned(), entry.verb.clone()]).collect::<Vec<_>>().join(" ");
    let because = (!entry.reason.is_empty()).then(|| format!("because {}", entry.reason));
    let parts = [
        Some(who),
        Some(entry.question.clone()),
        Some(entry.dataset.clone()),
        entry.rows.map(|n| format!("{} rows", thousands(n))),
        entry.of.map(|n| format!("of {n}")),
        entry.export.clone(),
        because,
    ];
    printable(&parts.into_iter().flatten().filter(|p| !p.is_empty()).collect::<Vec<_>>().join(" | "))
}
