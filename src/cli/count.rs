//! `places count` and `places coverage`.

use clap::Args;

use super::output::{OutputArgs, note, thousands};
use crate::{
    analysis::{Summary, count},
    export::coverage_rows,
    model::{Caller, Query},
    snapshot::Snapshot,
    workspace::Workspace,
};

/// Filters, the same as the parameters of the API.
#[derive(Debug, Args)]
pub(super) struct Filters {
    /// First day, such as 2024-01-01
    #[arg(long, value_name = "DATE")]
    pub from: Option<String>,
    /// First day no longer inside (the period is half-open)
    #[arg(long, value_name = "DATE")]
    pub to: Option<String>,
    /// Offence category; may be given several times
    #[arg(long, value_name = "NAME")]
    pub category: Vec<String>,
    /// Offence definition of places.toml
    #[arg(long, value_name = "NAME")]
    pub definition: Option<String>,
    /// Source; may be given several times
    #[arg(long, value_name = "NAME")]
    pub source: Vec<String>,
    /// Days of the week, such as mon,tue
    #[arg(long, value_name = "DAYS")]
    pub weekday: Option<String>,
    /// Hours of the day, such as 15-18 (from 15:00 to 18:00) or 22-2
    #[arg(long, value_name = "HOURS", allow_hyphen_values = true)]
    pub hours: Option<String>,
    /// A calendar of places.toml, such as term
    #[arg(long, value_name = "NAME")]
    pub calendar: Option<String>,
    /// An area, such as msoa21:E02005560
    #[arg(long = "in", value_name = "LAYER:CODE")]
    pub area: Vec<String>,
    /// An H3 cell, such as 88194e6a1dfffff; for maps also a resolution, 7 to 11
    #[arg(long, value_name = "CELL")]
    pub cell: Vec<String>,
    /// A rectangle in degrees
    #[arg(long, value_name = "W,S,E,N", allow_hyphen_values = true)]
    pub bbox: Option<String>,
}

impl Filters {
    /// As names and values, which is how every query is read.
    pub(super) fn pairs(&self) -> Vec<(&'static str, &str)> {
        let mut pairs: Vec<(&'static str, &str)> = Vec::new();
        let single = [
            ("from", &self.from),
            ("to", &self.to),
            ("definition", &self.definition),
            ("weekday", &self.weekday),
            ("hours", &self.hours),
            ("calendar", &self.calendar),
            ("bbox", &self.bbox),
        ];
        pairs.extend(single.into_iter().filter_map(|(name, v)| v.as_deref().map(|v| (name, v))));
        for (name, values) in
            [("category", &self.category), ("source", &self.source), ("in", &self.area), ("cell", &self.cell)]
        {
            pairs.extend(values.iter().map(|v| (name, v.as_str())));
        }
        pairs
    }
}

const COUNT_EXAMPLES: &str = "\
Examples:
  places count --by cell:8 --from 2025-06-01 --to 2025-07-01
  places count --by area:msoa21,category --definition serious-violence --format json
  places count --by area:msoa21 --rate residents --top 10
  places count --by weekday,hour --source council-asb --in msoa21:E02005560

After the rows the boxes follow: total = counted + not_located + outside_study_area + too_coarse + time_too_coarse.";

/// Arguments of `places count`.
#[derive(Debug, Args)]
#[command(after_help = COUNT_EXAMPLES)]
pub struct CountArgs {
    /// Comma list of cell:R (7 to 11), area:LAYER, month, week, day, weekday, hour, category, source
    #[arg(long, value_name = "DIMS", default_value = "")]
    pub by: String,
    #[command(flatten)]
    filters: Filters,
    /// List combinations without incidents too, where the month has been received
    #[arg(long)]
    pub zeros: bool,
    /// Add a rate: km2, or an indicator of the layer (per 1,000)
    #[arg(long, value_name = "NAME")]
    pub rate: Option<String>,
    /// Add the sum of harm by a set of weights (places harm list), beside the count
    #[arg(long, value_name = "NAME")]
    pub harm: Option<String>,
    /// Only the rows with the largest counts
    #[arg(long, value_name = "N")]
    pub top: Option<String>,
    #[command(flatten)]
    output: OutputArgs,
}

pub(super) fn run(workspace: &Workspace, args: &CountArgs) -> anyhow::Result<()> {
    let mut pairs = args.filters.pairs();
    pairs.push(("by", &args.by));
    pairs.extend(args.rate.as_deref().map(|v| ("rate", v)));
    pairs.extend(args.harm.as_deref().map(|v| ("harm", v)));
    pairs.extend(args.top.as_deref().map(|v| ("top", v)));
    if args.zeros {
        pairs.push(("zeros", "true"));
    }
    let query = Query::parse(pairs, &Caller::local())?;
    let snapshot = Snapshot::load(workspace)?;
    let answer = count(&snapshot, &query)?;
    args.output.write(&snapshot, &answer.rows, &answer.summary)?;
    note(&boxes(&answer.summary));
    Ok(())
}

pub(super) fn boxes(summary: &Summary) -> String {
    let mut lines = vec![format!(
        "total {} = counted {} + not_located {} + outside_study_area {} + too_coarse {} + time_too_coarse {}",
        thousands(summary.total),
        thousands(summary.counted),
        thousands(summary.not_located),
        thousands(summary.outside_study_area),
        thousands(summary.too_coarse),
        thousands(summary.time_too_coarse),
    )];
    if summary.outside_place > 0 {
        let elsewhere = thousands(summary.outside_place);
        lines.push(format!("outside_study_area holds {elsewhere} in the study area: outside the place asked for, or in no area of the layer"));
    }
    if let Some(first) = summary.not_received.first() {
        let more = summary.not_received.len() - 1;
        let more = if more > 0 { format!(" and {more} more (places coverage)") } else { String::new() };
        lines.push(format!("not received: {first}{more}"));
    }
    lines.join("\n")
}

/// Arguments of `places coverage`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  places coverage\n  places coverage --source police.uk --format json")]
pub struct CoverageArgs {
    /// Source; all when left out
    #[arg(long, value_name = "NAME")]
    pub source: Vec<String>,
    #[command(flatten)]
    output: OutputArgs,
}

pub(super) fn coverage(workspace: &Workspace, args: &CoverageArgs) -> anyhow::Result<()> {
    let snapshot = Snapshot::load(workspace)?;
    let everything = Query::everything(&Caller::local());
    let sources = if args.source.is_empty() { snapshot.table.sources() } else { &args.source };
    for source in sources {
        if !snapshot.table.sources().contains(source) {
            return Err(crate::model::QueryError::unknown("source", source, snapshot.table.sources()).into());
        }
    }
    let cells = snapshot.coverage.cells(sources, everything.period());
    args.output.write(&snapshot, &coverage_rows(&cells), &serde_json::json!({ "snapshot": snapshot.id }))?;
    if cells.is_empty() {
        note("nothing has been received yet; import incidents with `places import`");
    }
    Ok(())
}
