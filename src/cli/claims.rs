//! `places compare`, `claims`, `briefing` and `profile`: answers in sentences, or as JSON.

use std::path::Path;

use clap::{Args, Subcommand};

use super::{
    count::Filters,
    output::{note, print_line, thousands},
};
use crate::{
    analysis::{Parameters, Profile, ProfileRequest, profile},
    claims::{Asked, Kind, Made, find, make, replay, store},
    export::printable,
    model::Caller,
    snapshot::Snapshot,
    workspace::{StoredClaim, Workspace},
};

/// Longest polygon file read.
const MAX_POLYGON_BYTES: u64 = 2 << 20;

/// How sentences are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum SentenceFormat {
    /// Sentences.
    Text,
    /// Everything, as JSON.
    Json,
}

const COMPARE_EXAMPLES: &str = "\
Examples:
  places compare --place msoa21:E02005560 --before 2024-Q1 --after 2025-Q1
  places compare --place beat.geojson --before 2024-01-01..2024-07-01 --after 2025-01-01..2025-07-01 --definition asb
  places compare --place cell:88194e6a1dfffff --before 2024 --after 2025 --comparison none --ring 0 --format json

Periods are half-open: the second day is the first no longer inside. 2024, 2024-Q1 and 2024-03 are whole periods.
Three similar areas are chosen for comparison where none are given. The claim is stored; `places claims replay ID`
makes it again.";

/// Arguments of `places compare`.
#[derive(Debug, Args)]
#[command(after_help = COMPARE_EXAMPLES)]
pub struct CompareArgs {
    /// LAYER:CODE, cell:CELL or a GeoJSON file with polygons
    #[arg(long, value_name = "PLACE")]
    pub place: String,
    /// Period before
    #[arg(long, value_name = "A..B")]
    pub before: String,
    /// Period after
    #[arg(long, value_name = "C..D")]
    pub after: String,
    /// Areas to compare with (comma list), or none; three similar ones when left out
    #[arg(long, value_name = "PLACE,...")]
    pub comparison: Option<String>,
    /// Rings of cells round the place in which displacement is looked for (default 2)
    #[arg(long, value_name = "N")]
    pub ring: Option<String>,
    /// Resolution of the ring's cells, 7 to 10 (default 9)
    #[arg(long, value_name = "R")]
    pub ring_cell: Option<String>,
    /// Whether the place was picked because it was high: peak, otherwise or auto (the default)
    #[arg(long, value_name = "WORD")]
    pub picked: Option<String>,
    /// Placebo permutations (default 999)
    #[arg(long, value_name = "N")]
    pub permutations: Option<String>,
    /// Seed of the permutations (default 1)
    #[arg(long, value_name = "N")]
    pub seed: Option<String>,
    /// Do not store the claim
    #[arg(long)]
    pub no_store: bool,
    /// text (sentences) or json
    #[arg(long, value_enum, default_value = "text")]
    pub format: SentenceFormat,
    #[command(flatten)]
    filters: Filters,
}

pub(super) fn run_compare(workspace: &Workspace, args: &CompareArgs) -> anyhow::Result<()> {
    let mut asked = Asked::new(filter_pairs(&args.filters));
    let own = [
        ("place", Some(&args.place)),
        ("before", Some(&args.before)),
        ("after", Some(&args.after)),
        ("comparison", args.comparison.as_ref()),
        ("ring", args.ring.as_ref()),
        ("ring_cell", args.ring_cell.as_ref()),
        ("picked", args.picked.as_ref()),
        ("permutations", args.permutations.as_ref()),
        ("seed", args.seed.as_ref()),
    ];
    asked.parameters.extend(own.into_iter().filter_map(|(n, v)| v.map(|v| (n.to_owned(), v.clone()))));
    if let Some((name, text)) = polygon_file(&args.place)? {
        for (parameter, value) in &mut asked.parameters {
            if parameter == "place" {
                value.clone_from(&name);
            }
        }
        asked.polygons.push((name, text));
    }
    asked.compare(&Caller::local())?;
    let snapshot = Snapshot::load(workspace)?;
    let made = make(&snapshot, Kind::Compare, &asked, None, &Caller::local())?;
    finish(workspace, Kind::Compare, &made, !args.no_store, args.format)
}

/// A place that is a file: its name without the folder, and its text.
fn polygon_file(place: &str) -> anyhow::Result<Option<(String, String)>> {
    let path = Path::new(place);
    let looks_like =
        path.extension().is_some_and(|e| e.eq_ignore_ascii_case("geojson") || e.eq_ignore_ascii_case("json"));
    if !looks_like {
        return Ok(None);
    }
    let length = fs_err::metadata(path)?.len();
    anyhow::ensure!(
        length <= MAX_POLYGON_BYTES,
        "{place} has {length} bytes; a place may have {MAX_POLYGON_BYTES}: simplify the polygon"
    );
    let name = path.file_name().map_or_else(|| place.to_owned(), |n| n.to_string_lossy().into_owned());
    Ok(Some((name, fs_err::read_to_string(path)?)))
}

fn filter_pairs(filters: &Filters) -> Vec<(String, String)> {
    filters.pairs().into_iter().map(|(n, v)| (n.to_owned(), v.to_owned())).collect()
}

/// Stores a result and prints it.
fn finish(workspace: &Workspace, kind: Kind, made: &Made, keep: bool, format: SentenceFormat) -> anyhow::Result<()> {
    if keep {
        store(workspace, kind, made)?;
    }
    print(kind.name(), &made.json, format)?;
    if keep {
        note(&format!("stored as {}; `places claims replay {}` makes it again", made.id, made.id));
    }
    Ok(())
}

fn print(kind: &str, json: &str, format: SentenceFormat) -> anyhow::Result<()> {
    match format {
        SentenceFormat::Json => print_line(json),
        SentenceFormat::Text if kind == "briefing" => print_line(&printable_lines(&briefing_text(json)?)),
        SentenceFormat::Text => print_line(&printable_lines(&claim_text(json)?)),
    }
}

/// Text from data never moves the cursor.
fn printable_lines(text: &str) -> String {
    text.lines().map(printable).collect::<Vec<_>>().join("\n")
}

fn claim_text(json: &str) -> anyhow::Result<String> {
    let claim: serde_json::Value = serde_json::from_str(json)?;
    let list = |name: &str| -> Vec<String> {
        claim[name].as_array().into_iter().flatten().filter_map(|l| l.as_str().map(str::to_owned)).collect()
    };
    let text = |name: &str| claim[name].as_str().unwrap_or_default().to_owned();
    let mut lines = list("sentences");
    lines.push(String::new());
    lines.extend(list("notes").into_iter().map(|n| format!("  {n}")));
    lines.push(format!(
        "  Claim {}, method version {}, data up to {} (not included).",
        text("claim_id"),
        text("method_version"),
        text("data_cutoff")
    ));
    Ok(lines.join("\n"))
}

fn briefing_text(json: &str) -> anyhow::Result<String> {
    let briefing: serde_json::Value = serde_json::from_str(json)?;
    let text = |value: &serde_json::Value, name: &str| value[name].as_str().unwrap_or_default().to_owned();
    let list = |name: &str| briefing[name].as_array().cloned().unwrap_or_default();
    let mut lines = vec![text(&briefing, "headline"), format!("{}.", text(&briefing, "what"))];
    let mut section = |title: &str, empty: &str, items: Vec<String>| {
        lines.push(String::new());
        lines.push(title.to_owned());
        if items.is_empty() {
            lines.push(format!("  {empty}"));
        }
        lines.extend(items.into_iter().map(|i| format!("  {i}")));
    };
    let changes = list("changes");
    let changes = changes.iter().enumerate().map(|(i, c)| {
        format!(
            "{}. {} ({}): {}. {} (q = {:.2e}).",
            i + 1,
            text(c, "name"),
            text(c, "place"),
            text(c, "why"),
            capital(&text(c, "how_sure")),
            c["q_value"].as_f64().unwrap_or(1.0)
        )
    });
    section("Areas that stand out", "none", changes.collect());
    let clusters = list("clusters");
    section(
        "Clusters",
        "none",
        clusters
            .iter()
            .map(|c| format!("{} (p = {:.2e}).", text(c, "why"), c["p_value"].as_f64().unwrap_or(1.0)))
            .collect(),
    );
    let words = |values: Vec<serde_json::Value>| {
        values.iter().filter_map(|v| v.as_str().map(str::to_owned)).collect::<Vec<_>>()
    };
    section("On the list before, not now", "none", words(list("no_longer")));
    section("Not received", "nothing is missing", words(list("gaps")));
    let weeks = list("average_week");
    let number = |value: &serde_json::Value| value.as_f64().map_or("not received".to_owned(), |v| format!("{v:.1}"));
    let weeks = weeks.iter().map(|w| {
        format!("{}: {} a week, a year before {}", text(w, "source"), number(&w["per_week"]), number(&w["year_before"]))
    });
    section("Average week", "nothing was received", weeks.collect());
    section("Notes", "", words(list("notes")));
    lines.push(format!(
        "  Compared with {}; {} areas tested, {} with too few incidents.",
        text(&briefing, "baseline"),
        briefing["tested"],
        briefing["too_few"]
    ));
    lines.push(format!(
        "  Briefing {}, method version {}.",
        text(&briefing, "briefing_id"),
        text(&briefing, "method_version")
    ));
    Ok(lines.join("\n"))
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().collect::<String>() + letters.as_str())
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

pub(super) fn run_claims(workspace: &Workspace, command: &ClaimsCommand) -> anyhow::Result<()> {
    match command {
        ClaimsCommand::List => {
            let claims = workspace.claims()?;
            if claims.is_empty() {
                note("no claims yet; `places compare` and `places briefing` store one each");
            }
            for claim in claims {
                print_line(&printable(&format!("{}  {}  {}", claim.id, claim.kind, title(&claim))))?;
            }
            Ok(())
        }
        ClaimsCommand::Show { id, format } => {
            let claim = find(workspace, id)?;
            print(&claim.kind, &claim.result, *format)
        }
        ClaimsCommand::Replay { id, format } => {
            let snapshot = Snapshot::load(workspace)?;
            let found = replay(workspace, &snapshot, id, &Caller::local())?;
            print(&found.stored.kind, &found.now.json, *format)?;
            if found.same {
                note("the same to the byte as when it was made");
                return Ok(());
            }
            anyhow::bail!(
                "claim {id} comes out differently now, because {}; the stored one is kept (`places claims show {id}`), the new one is {}",
                found.why,
                found.now.id
            )
        }
    }
}

/// A claim in one line.
fn title(claim: &StoredClaim) -> String {
    let value: serde_json::Value = serde_json::from_str(&claim.result).unwrap_or_default();
    let text = |name: &str| value[name].as_str().unwrap_or_default().to_owned();
    let date = |window: &str, end: &str| value[window][end].as_str().unwrap_or_default().to_owned();
    if claim.kind == "briefing" {
        return text("headline");
    }
    format!(
        "{}: {}..{} against {}..{}: {}",
        text("place_name"),
        date("before", "from"),
        date("before", "to"),
        date("after", "from"),
        date("after", "to"),
        text("verdict")
    )
}

const BRIEFING_EXAMPLES: &str = "\
Examples:
  places briefing
  places briefing --as-of 2025-10-01 --definition serious-violence
  places briefing --since 2025-07-01 --as-of 2025-10-01 --format json

Lists at most seven areas whose change stands out from their own past at the same dates, false discoveries held to 5 %.";

/// Arguments of `places briefing`.
#[derive(Debug, Args)]
#[command(after_help = BRIEFING_EXAMPLES)]
pub struct BriefingArgs {
    /// First day not looked at; the end of the data when left out
    #[arg(long, value_name = "DATE")]
    pub as_of: Option<String>,
    /// First day looked at; a month before when left out
    #[arg(long, value_name = "DATE")]
    pub since: Option<String>,
    /// Layer of the areas; the study area when left out
    #[arg(long, value_name = "LAYER")]
    pub layer: Option<String>,
    /// Seed of the scan (default 1)
    #[arg(long, value_name = "N")]
    pub seed: Option<String>,
    /// Do not store the briefing
    #[arg(long)]
    pub no_store: bool,
    /// text or json
    #[arg(long, value_enum, default_value = "text")]
    pub format: SentenceFormat,
    #[command(flatten)]
    filters: Filters,
}

pub(super) fn run_briefing(workspace: &Workspace, args: &BriefingArgs) -> anyhow::Result<()> {
    let mut asked = Asked::new(filter_pairs(&args.filters));
    let own = [("as_of", &args.as_of), ("since", &args.since), ("layer", &args.layer), ("seed", &args.seed)];
    asked.parameters.extend(own.into_iter().filter_map(|(n, v)| v.clone().map(|v| (n.to_owned(), v))));
    let snapshot = Snapshot::load(workspace)?;
    let made = make(&snapshot, Kind::Briefing, &asked, None, &Caller::local())?;
    finish(workspace, Kind::Briefing, &made, !args.no_store, args.format)
}

/// Arguments of `places profile`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  places profile msoa21:E02005560\n  places profile cell:88194e6a1dfffff --from 2025-01-01 --format json"
)]
pub struct ProfileArgs {
    /// LAYER:CODE or cell:CELL
    #[arg(value_name = "PLACE")]
    pub place: String,
    /// text or json
    #[arg(long, value_enum, default_value = "text")]
    pub format: SentenceFormat,
    #[command(flatten)]
    filters: Filters,
}

pub(super) fn run_profile(workspace: &Workspace, args: &ProfileArgs) -> anyhow::Result<()> {
    let mut pairs = filter_pairs(&args.filters);
    pairs.push(("place".to_owned(), args.place.clone()));
    let request = ProfileRequest::parse(Parameters::new(pairs), &Caller::local())?;
    let snapshot = Snapshot::load(workspace)?;
    let found = profile(&snapshot, &request)?;
    match args.format {
        SentenceFormat::Json => print_line(&serde_json::to_string(&found)?),
        SentenceFormat::Text => print_line(&printable_lines(&profile_text(&found))),
    }
}

fn profile_text(found: &Profile) -> String {
    let mut lines = vec![
        format!("{}: {}", found.name, found.what),
        format!(
            "{} incidents from {} to {} (not included); 95 % interval {:.0} to {:.0}.",
            thousands(found.count),
            found.from,
            found.to,
            found.low,
            found.high
        ),
    ];
    if let (Some(rate), Some(residents)) = (&found.rate, found.residents) {
        lines.push(format!(
            "{:.1} per 1,000 residents ({:.1} to {:.1}); {} residents.",
            rate.rate,
            rate.low,
            rate.high,
            thousands(residents as u64)
        ));
    }
    if let Some(rank) = &found.rank {
        lines.push(format!(
            "Rank {} of {} by {}; its interval allows {} to {}.",
            rank.rank, rank.of, rank.by, rank.from, rank.to
        ));
    }
    let number = |value: Option<f64>| value.map_or("not received".to_owned(), |v| format!("{v:.1}"));
    lines.push(format!(
        "Average week: {}; a year before: {}.",
        number(found.average_week.per_week),
        number(found.average_week.year_before)
    ));
    lines.push(String::new());
    lines.push("Categories (share here; everywhere)".to_owned());
    for part in &found.mix {
        let harm: Vec<String> = part
            .harm
            .iter()
            .map(|(set, sum)| format!("; harm {set}: {}", sum.map_or("no weight".to_owned(), |s| format!("{s:.0}"))))
            .collect();
        lines.push(format!(
            "  {:>7}  {:>5.1} %  {:>5.1} %  {}{}",
            thousands(part.count),
            100.0 * part.share,
            100.0 * part.share_everywhere,
            part.category,
            harm.concat()
        ));
    }
    lines.push(String::new());
    lines.push(format!("Months ({})", found.trend_method));
    for point in &found.trend {
        let signal = if point.signal.is_empty() { String::new() } else { format!("  {}", point.signal) };
        lines.push(format!(
            "  {}  {:>6}  expected {:.0} to {:.0}{signal}",
            point.month,
            thousands(point.count),
            point.low,
            point.high
        ));
    }
    lines.push(String::new());
    let known: u64 = found.week.hours.iter().flatten().sum();
    let days_only: u64 = found.week.hour_unknown.iter().sum();
    lines.push(format!(
        "Weekday and hour known: {}; only the weekday: {}; neither: {}.",
        thousands(known),
        thousands(days_only),
        thousands(found.week.weekday_unknown)
    ));
    lines.extend(found.notes.iter().map(|n| format!("  {n}")));
    lines.join("\n")
}
