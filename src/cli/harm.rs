//! `places harm`.

use std::path::PathBuf;

use clap::Subcommand;

use super::{
    next,
    output::{note, print_line},
};
use crate::{
    export::printable,
    import::{AddHarm, add_harm},
    workspace::Workspace,
};

/// Commands on weights of harm.
#[derive(Debug, Subcommand)]
pub enum HarmCommand {
    /// Add a set of weights from a CSV: one row per offence category or Home Office code
    #[command(
        after_help = "Examples:\n  places harm add cambridge.csv --name cambridge --key category --weight days\n\nThe Cambridge Crime Harm Index and the ONS Crime Severity Score are files to bring; none is built in.\nA key is matched with the categories on the records, whatever the case."
    )]
    Add {
        /// CSV, plain or .gz
        file: PathBuf,
        /// What the set is called
        #[arg(long, default_value = "harm")]
        name: String,
        /// Column with categories or codes; recognised when left out
        #[arg(long, value_name = "COL")]
        key: Option<String>,
        /// Column with weights; recognised when left out
        #[arg(long, value_name = "COL")]
        weight: Option<String>,
    },
    /// List the sets, and which categories on the records have no weight
    List,
}

pub(super) fn run(workspace: &Workspace, command: HarmCommand) -> anyhow::Result<()> {
    match command {
        HarmCommand::Add { file, name, key, weight } => {
            let added = add_harm(workspace, &AddHarm { file, name, key, weight })?;
            print_line(&format!("{}: {} weights", added.name, added.weights))?;
            for (line, problem) in added.problems.iter().take(10) {
                note(&printable(&format!("line {line}: {problem}")));
            }
            if added.problems.len() > 10 {
                note(&format!("and {} more such lines", added.problems.len() - 10));
            }
            next::say(&[
                "places harm list    categories that have no weight".to_owned(),
                format!("places count --by month --harm {}", added.name),
            ]);
            Ok(())
        }
        HarmCommand::List => {
            let snapshot = crate::snapshot::Snapshot::load(workspace)?;
            if snapshot.harm.is_empty() {
                note("no weights yet; add some with `places harm add FILE.csv --name NAME`");
            }
            for (name, weights) in &snapshot.harm {
                let without = snapshot.categories().iter().filter(|c| !weights.contains_key(&crate::model::fold(c)));
                let without: Vec<&str> = without.map(String::as_str).collect();
                print_line(&printable(&format!("{name}: {} weights", weights.len())))?;
                if !without.is_empty() {
                    note(&printable(&format!("no weight in {name}: {}", without.join(", "))));
                }
            }
            Ok(())
        }
    }
}
