//! `places review`.

use std::path::PathBuf;

use clap::Subcommand;

use super::{
    next,
    output::{note, print_bytes, print_line, thousands, write_private},
};
use crate::{
    export::printable,
    import::stored_defaults,
    review::{self, Decision, NewAlias, ReviewError, Taught},
    workspace::Workspace,
};

/// Most rows of a sheet that are told to wait no longer.
const MAX_GONE: usize = 20;

/// Commands on what needs a person.
#[derive(Debug, Subcommand)]
#[command(after_help = "\
Examples:
  places review list
  places review decide 3f2a9c0e11d4b765 2 --as 'J. Marlow'     candidate 2 for every record with these words
  places review decide 3f2a9c0e11d4b765 n                      no place can be told
  places review undo                                           take the last decision back
  places review teach 'the Rec' --district Norwich --lon 1.2957 --lat 52.6286
  places review export -o queue.csv                            fill in the column choice in a spreadsheet ...
  places review apply queue.csv                                ... and bring it back

Wordings are grouped: one decision places every record with the same words, now and in later imports.")]
pub enum ReviewCommand {
    /// List what waits, the weightiest first, with its candidates
    List {
        /// How many
        #[arg(long, default_value_t = 20)]
        limit: usize,
        /// Only wordings of this source
        #[arg(long)]
        source: Option<String>,
        /// As json
        #[arg(long)]
        json: bool,
    },
    /// Decide on a wording: a candidate's number, n for nowhere, or LON,LAT; more than 100 records need a second person
    Decide {
        /// Identity, from the list
        id: String,
        /// 1 to 5, n, or LON,LAT
        #[arg(allow_hyphen_values = true)]
        choice: String,
        /// Who decides
        #[arg(long = "as", value_name = "WHO", env = "USER", default_value = "someone")]
        who: String,
    },
    /// Take a decision back; the last one when no number is given
    Undo {
        /// Number of the decision
        number: Option<i64>,
    },
    /// Teach a name that no gazetteer has; more than 100 records need a second person
    Teach {
        /// The name as people write it
        name: String,
        /// District it is used in; everywhere when left out
        #[arg(long, default_value = "")]
        district: String,
        /// premises, place, street or locality
        #[arg(long, default_value = "place")]
        kind: String,
        /// Longitude
        #[arg(long, allow_hyphen_values = true)]
        lon: f64,
        /// Latitude
        #[arg(long)]
        lat: f64,
        /// Radius, metres
        #[arg(long)]
        radius_m: Option<f64>,
        /// Who teaches
        #[arg(long = "as", value_name = "WHO", env = "USER", default_value = "someone")]
        who: String,
    },
    /// Agree with a name, or a decision, that waits for a second person
    Agree {
        /// Number of the alias, or of the decision
        number: i64,
        /// The number is a decision's
        #[arg(long)]
        decision: bool,
        /// Who agrees
        #[arg(long = "as", value_name = "WHO", env = "USER", default_value = "someone")]
        who: String,
    },
    /// List the names taught, as a CSV that `gazetteer add csv` reads
    Aliases,
    /// Take a name that was taught out of force
    Forget {
        /// Number of the alias
        number: i64,
    },
    /// Write the queue as a CSV for a spreadsheet
    Export {
        /// File; standard output when left out
        #[arg(short, long, value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// Read the choices of such a CSV
    Apply {
        /// The CSV
        file: PathBuf,
        /// Who decided
        #[arg(long = "as", value_name = "WHO", env = "USER", default_value = "someone")]
        who: String,
    },
    /// Points that probably stand in for unknown ones, by source
    Defaults,
}

pub(super) fn run(workspace: &Workspace, command: ReviewCommand) -> anyhow::Result<()> {
    match command {
        ReviewCommand::List { limit, source, json } => list(workspace, limit, source.as_deref(), json),
        ReviewCommand::Decide { id, choice, who } => {
            let id = review::wording_id(&id);
            let queue = review::queue(workspace)?;
            let item = queue.items.iter().find(|i| i.id == id).ok_or(ReviewError::NoItem { id: id.clone() })?;
            print_decision(&review::decide(workspace, &id, review::read_choice(item, &choice)?, &who)?)
        }
        ReviewCommand::Undo { number } => {
            let decision = review::undo(workspace, number)?;
            if decision.import_again {
                note(
                    "it was made with an older version, which did not keep where each record was: they have no place until \
                     their files are imported again",
                );
            }
            print_line(&format!(
                "decision {} taken back: {} records wait again",
                decision.number,
                thousands(decision.records)
            ))
        }
        ReviewCommand::Teach { name, district, kind, lon, lat, radius_m, who } => {
            told(&review::teach(workspace, &NewAlias { name, district, kind, lon, lat, radius_m }, &who)?)
        }
        ReviewCommand::Agree { number, decision: true, who } => {
            print_decision(&review::agree_decision(workspace, number, &who)?)
        }
        ReviewCommand::Agree { number, decision: false, who } => told(&review::agree(workspace, number, &who)?),
        ReviewCommand::Forget { number } => {
            review::undo_alias(workspace, number)?;
            print_line(&format!(
                "alias {number} is out of force; records it placed change when they are imported again"
            ))
        }
        ReviewCommand::Aliases => aliases(workspace),
        ReviewCommand::Export { output } => export(workspace, output),
        ReviewCommand::Apply { file, who } => apply(workspace, &file, &who),
        ReviewCommand::Defaults => defaults(workspace),
    }
}

/// What a decision did, or would: the place and the number of records.
fn print_decision(decision: &Decision) -> anyhow::Result<()> {
    let (number, records) = (decision.number, thousands(decision.records));
    let text = match (decision.pending, decision.place.as_str()) {
        (true, place) => format!(
            "decision {number} waits for a second person, because it would move {records} records to: {place}. \
             `places review agree {number} --decision --as WHO`"
        ),
        (false, "nowhere") => format!("decision {number}: {records} records have no place, because none can be told"),
        (false, place) => format!("decision {number}: {records} records placed at {place}"),
    };
    print_line(&printable(&text))?;
    if !decision.pending {
        next::say(&["places review list", "places review undo    takes it back"]);
    }
    Ok(())
}

fn told(taught: &Taught) -> anyhow::Result<()> {
    let counts = format!("{} records of {} wordings", thousands(taught.records), thousands(taught.wordings));
    if taught.state == "pending" {
        return print_line(&format!(
            "alias {} waits for a second person, because it would place {counts}: `places review agree {} --as WHO`",
            taught.number, taught.number
        ));
    }
    print_line(&format!("alias {} is in force: {counts} placed", taught.number))
}

fn list(workspace: &Workspace, limit: usize, source: Option<&str>, json: bool) -> anyhow::Result<()> {
    let queue = review::queue(workspace)?;
    let of_source = |i: &&review::QueueItem| source.is_none_or(|s| i.sources.iter().any(|of| of == s));
    let items: Vec<&review::QueueItem> = queue.items.iter().filter(of_source).collect();
    if json {
        let shown: Vec<_> = items.iter().take(limit).collect();
        return print_line(&serde_json::to_string_pretty(&shown)?);
    }
    if items.is_empty() {
        note("nothing waits for a person");
    }
    for item in items.iter().take(limit) {
        let fields: Vec<&str> = [&item.text, &item.locality, &item.postcode]
            .into_iter()
            .filter(|f| !f.is_empty())
            .map(String::as_str)
            .collect();
        let head = format!(
            "{}  {:>5} records  {:<9}  {}  [{}] {}",
            item.id,
            thousands(item.records),
            item.status,
            fields.join(" | "),
            item.sources.join(", "),
            item.flags.join(" ")
        );
        print_line(&printable(&head))?;
        if item.nowhere_leads {
            print_line("    n         nowhere: it cannot be told (no place is likelier than not)")?;
        }
        for (i, candidate) in item.candidates.iter().enumerate() {
            let line = format!(
                "    {}  {:>3.0} %  {} ({}, {:.5}, {:.5})",
                i + 1,
                100.0 * candidate.share,
                candidate.name,
                candidate.class.replace('_', " "),
                candidate.lon,
                candidate.lat
            );
            print_line(&printable(&line))?;
        }
    }
    let records: u64 = items.iter().map(|i| i.records).sum();
    note(&format!("{} wordings with {} records wait", thousands(items.len() as u64), thousands(records)));
    for decision in queue.decisions.iter().filter(|d| !d.undone).take(3) {
        let (pending, place) = review::told_decision(decision);
        let waits = if pending { " waits for a second person" } else { "" };
        note(&printable(&format!(
            "decision {}{waits}: {} records, {place}, by {}, {}",
            decision.number, decision.records, decision.who, decision.decided_at
        )));
    }
    for alias in queue.aliases.iter().filter(|a| a.state == crate::workspace::AliasState::Pending) {
        note(&printable(&format!(
            "alias {} {:?} of {} waits for a second person ({} records)",
            alias.number, alias.name, alias.who, alias.records
        )));
    }
    Ok(())
}

fn aliases(workspace: &Workspace) -> anyhow::Result<()> {
    let mut csv = csv::Writer::from_writer(Vec::new());
    csv.write_record([
        "number",
        "name",
        "kind",
        "locality",
        "lon",
        "lat",
        "radius_m",
        "state",
        "taught_by",
        "agreed_by",
        "records",
    ])?;
    for a in workspace.state()?.aliases()? {
        let safe = |text: &str| crate::model::spreadsheet_safe(text).into_owned();
        csv.write_record([
            a.number.to_string(),
            safe(&a.name),
            a.kind,
            safe(&a.district),
            a.lon.to_string(),
            a.lat.to_string(),
            a.radius_m.to_string(),
            a.state.name().to_owned(),
            safe(&a.who),
            safe(&a.second),
            a.records.to_string(),
        ])?;
    }
    print_bytes(&csv.into_inner()?)
}

fn export(workspace: &Workspace, output: Option<PathBuf>) -> anyhow::Result<()> {
    let mut bytes = Vec::new();
    let rows = review::write_sheet(workspace, &mut bytes)?;
    match output {
        Some(path) => write_private(&path, &bytes)?,
        None => print_bytes(&bytes)?,
    }
    note(&format!(
        "{} wordings; fill in `choice` (1 to 5, n, or LON,LAT) and bring it back with `places review apply`",
        thousands(rows)
    ));
    Ok(())
}

fn apply(workspace: &Workspace, file: &std::path::Path, who: &str) -> anyhow::Result<()> {
    let report = review::apply_sheet(workspace, file, who)?;
    let live: Vec<&Decision> = report.decisions.iter().filter(|d| !d.pending).collect();
    let records: u64 = live.iter().map(|m| m.records).sum();
    for (line, id) in report.gone.iter().take(MAX_GONE) {
        note(&printable(&format!("line {line}: {id} no longer waits; it was decided, or imported again and found")));
    }
    if report.gone.len() > MAX_GONE {
        note(&format!("and {} more that no longer wait", report.gone.len() - MAX_GONE));
    }
    for decision in report.decisions.iter().filter(|d| d.pending) {
        print_decision(decision)?;
    }
    print_line(&format!(
        "{} rows: {} decisions placed or left out {} records, {} rows without a choice, {} no longer wait",
        thousands(report.rows),
        thousands(live.len() as u64),
        thousands(records),
        thousands(report.empty),
        thousands(report.gone.len() as u64)
    ))
}

fn defaults(workspace: &Workspace) -> anyhow::Result<()> {
    let mut any = false;
    for (source, points) in stored_defaults(workspace)? {
        for p in points {
            any = true;
            print_line(&printable(&format!(
                "{source}: {:.6}, {:.6}  {} records of {} categories, the busiest point within 500 m has {}",
                p.lon,
                p.lat,
                thousands(p.records),
                p.categories,
                thousands(p.busiest_neighbor)
            )))?;
        }
    }
    note(if any {
        "points that probably stand in for unknown ones; list those that do under [[geocode.default_locations]] in places.toml"
    } else {
        "no point stands out from its neighbors as a default location would"
    });
    Ok(())
}
