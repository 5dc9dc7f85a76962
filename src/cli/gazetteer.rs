//! `places gazetteer`.

use clap::{Subcommand, builder::PossibleValuesParser};

use super::{
    next,
    output::{note, print_line, thousands},
    progress::with_bar,
};
use crate::{
    export::printable,
    geocode::{GazetteerKind, IndexChange},
    import::{AddGazetteer, GazetteerAdded, ImportError, add_gazetteer, learn_gazetteer, remove_gazetteer},
    model::{Day, Period},
    workspace::Workspace,
};

/// Commands on gazetteers.
#[derive(Debug, Subcommand)]
pub enum GazetteerCommand {
    /// Add a gazetteer from its publisher's files, or another edition of one
    #[command(after_help = "\
Examples:
  places gazetteer add code-point 'codepo_gb/Data/CSV/*.csv'
  places gazetteer add onspd ONSPD_FEB_2026.csv
  places gazetteer add open-names 'opname_csv_gb/Data/TG*.csv'
  places gazetteer add geonames GB.txt
  places gazetteer add csv local-places.csv --name nicknames

A csv has the columns name, kind (premises, place, street, locality, district), locality, easting and northing (or lon
and lat), and perhaps also (other names, by semicolon), id and radius_m. With postcode in place of name it is a list of
postcodes. Another edition of a gazetteer prints what it moves inside the study area before it takes effect.")]
    Add {
        /// What the files are
        #[arg(value_parser = PossibleValuesParser::new(GazetteerKind::ALL.map(|k| k.1)))]
        kind: String,
        /// Files, folders or globs; .gz is read as it is
        #[arg(required = true, value_name = "FILE")]
        files: Vec<String>,
        /// What it is called here; the kind when left out
        #[arg(long, default_value = "")]
        name: String,
        /// Which edition it is, such as 2026-02; recognised in the paths when left out
        #[arg(long, default_value = "")]
        epoch: String,
        /// Take an edition that moves places, or lacks more than a twentieth of those there were
        #[arg(long)]
        accept: bool,
    },
    /// Learn streets from incidents that are located already
    #[command(after_help = "\
Examples:
  places gazetteer learn police_uk/                     from files of data.police.uk, with their LSOAs as localities
  places gazetteer learn --from 2024-01-01              from the police.uk incidents in the workspace")]
    Learn {
        /// police.uk files, folders or globs; the workspace's own incidents when left out
        #[arg(value_name = "FILE")]
        files: Vec<String>,
        /// First day
        #[arg(long, value_name = "DATE")]
        from: Option<String>,
        /// First day not learned from
        #[arg(long, value_name = "DATE")]
        to: Option<String>,
        /// Take what moves places, or lacks more than a twentieth of those there were
        #[arg(long)]
        accept: bool,
    },
    /// List the gazetteers with their editions
    List,
    /// Remove a gazetteer
    Remove {
        /// Its name
        name: String,
    },
}

pub(super) fn run(workspace: &Workspace, command: GazetteerCommand) -> anyhow::Result<()> {
    match command {
        GazetteerCommand::Add { kind, files, name, epoch, accept } => {
            let kind = GazetteerKind::from_name(&kind).unwrap_or(GazetteerKind::Csv);
            let request = AddGazetteer { kind, files, name, epoch, accept };
            told(with_bar(|progress| add_gazetteer(workspace, &request, progress)))
        }
        GazetteerCommand::Learn { files, from, to, accept } => {
            let day = |text: Option<String>, fallback: Day| text.map_or(Ok(fallback), |t| Day::parse(&t));
            let period = Period { start: day(from, Period::ALWAYS.start)?, end: day(to, Period::ALWAYS.end)? };
            told(with_bar(|progress| learn_gazetteer(workspace, &files, period, accept, progress)))
        }
        GazetteerCommand::List => list(workspace),
        GazetteerCommand::Remove { name } => {
            remove_gazetteer(workspace, &name)?;
            print_line(&format!("{name} removed"))
        }
    }
}

fn told(result: Result<GazetteerAdded, ImportError>) -> anyhow::Result<()> {
    if let Err(ImportError::GazetteerMoves { change, .. }) = &result {
        note(&change_text(change));
    }
    let added = result?;
    if let Some(change) = &added.change {
        note(&change_text(change));
    }
    for (line, problem) in added.problems.iter().take(5) {
        note(&printable(&format!("line {line}: {problem}")));
    }
    let file = &added.file;
    let left = [(added.passed_over, "passed over"), (added.bad, "bad")];
    let left: Vec<String> =
        left.iter().filter(|l| l.0 > 0).map(|(n, what)| format!(", {} {what}", thousands(*n))).collect();
    print_line(&format!(
        "{} {}: {} rows read{}; {} names, {} postcodes",
        file.name,
        file.epoch,
        thousands(added.rows),
        left.concat(),
        thousands(file.entries),
        thousands(file.postcodes)
    ))?;
    next::say(&[
        "places geocode --explain 'WORDS OF A PLACE'      what is found, and why",
        "places mapping draft FILE.csv                    a mapping for records with words",
    ]);
    Ok(())
}

fn change_text(change: &IndexChange) -> String {
    let mut lines = vec![format!(
        "{} after {}: {} the same, {} new, {} gone, {} moved more than 250 m, {} in another area (inside and near the study area)",
        change.epochs.1,
        change.epochs.0,
        thousands(change.same - change.moved),
        thousands(change.new),
        thousands(change.gone),
        thousands(change.moved),
        thousands(change.changed_area)
    )];
    for moved in change.moves.iter().take(20) {
        lines.push(printable(&format!(
            "  {}: {:.0} m, {} to {}",
            moved.name,
            moved.metres,
            if moved.from_area.is_empty() { "outside" } else { &moved.from_area },
            if moved.to_area.is_empty() { "outside" } else { &moved.to_area }
        )));
    }
    if change.moves.len() > 20 {
        lines.push(format!("  and {} more", change.moves.len() - 20));
    }
    lines.join("\n")
}

fn list(workspace: &Workspace) -> anyhow::Result<()> {
    let state = workspace.state()?;
    let gazetteers = state.gazetteers()?;
    if gazetteers.is_empty() {
        note(
            "no gazetteers yet; add one with `places gazetteer add code-point FILE...` or learn streets with `places gazetteer learn`",
        );
    } else {
        print_line(&format!("{:<16} {:<12} {:<20} {:>12} {:>12}", "name", "kind", "epoch", "names", "postcodes"))?;
    }
    for g in gazetteers {
        print_line(&printable(&format!(
            "{:<16} {:<12} {:<20} {:>12} {:>12}",
            g.name,
            g.kind,
            g.epoch,
            thousands(g.entries),
            thousands(g.postcodes)
        )))?;
    }
    let aliases = state.aliases()?.iter().filter(|a| a.state == crate::workspace::AliasState::Live).count();
    if aliases > 0 {
        note(&format!("and {aliases} aliases taught in review"));
    }
    Ok(())
}
