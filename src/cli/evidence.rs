//! `places hotspots`, `emerging`, `trend`, `scan` and `vli`: rows with the method beside them.

use clap::Args;

use super::{
    count::{Filters, boxes},
    output::{OutputArgs, note, thousands},
};
use crate::{
    analysis::{
        EmergingRequest, HotspotRequest, MapMethod, Parameters, ScanRequest, TrendRequest, VliRequest, emerging,
        hotspots, scan, trend, vli,
    },
    model::Caller,
    snapshot::Snapshot,
    workspace::Workspace,
};

type Pairs = Vec<(String, String)>;

/// Filters and own parameters as names and values, which is how every question is read.
fn pairs(filters: &Filters, own: &[(&str, Option<String>)]) -> Parameters {
    let mut pairs: Pairs = filters.pairs().into_iter().map(|(n, v)| (n.to_owned(), v.to_owned())).collect();
    pairs.extend(own.iter().filter_map(|(name, value)| value.clone().map(|v| ((*name).to_owned(), v))));
    Parameters::new(pairs)
}

fn flag(given: bool) -> Option<String> {
    given.then(|| "true".to_owned())
}

const HOTSPOTS_EXAMPLES: &str = "\
Examples:
  places hotspots --cell 8 --definition serious-violence --exposure residents --from 2025-01-01
  places hotspots --cell 9 --category Robbery --exposure recorded --hot --format geojson -o robbery.geojson
  places hotspots --cell 8 --test gi-star

A cell is tested together with its neighbors against its share of the exposure; hot means q <= 0.05 over all cells.
Gi* is there for comparison with other programs: on sparse counts it finds hot spots on maps of pure chance.";

/// Arguments of `places hotspots`.
#[derive(Debug, Args)]
#[command(after_help = HOTSPOTS_EXAMPLES)]
pub struct HotspotArgs {
    /// exact (makes the flag) or gi-star
    #[arg(long, value_name = "TEST")]
    pub test: Option<String>,
    /// What concentration is measured against: residents, recorded or equal (the default)
    #[arg(long, value_name = "EXPOSURE")]
    pub exposure: Option<String>,
    /// Only the cells flagged
    #[arg(long)]
    pub hot: bool,
    #[command(flatten)]
    filters: Filters,
    #[command(flatten)]
    output: OutputArgs,
}

pub(super) fn run_hotspots(workspace: &Workspace, args: &HotspotArgs) -> anyhow::Result<()> {
    let own = [("test", args.test.clone()), ("exposure", args.exposure.clone()), ("hot", flag(args.hot))];
    let request = HotspotRequest::parse(pairs(&args.filters, &own), &Caller::local())?;
    let snapshot = Snapshot::load(workspace)?;
    let answer = hotspots(&snapshot, &request)?;
    args.output.write(&snapshot, &answer.rows, &answer.summary)?;
    note(&boxes(&answer.summary.boxes));
    method(&answer.summary.method);
    Ok(())
}

/// How a map was tested, on standard error.
fn method(method: &MapMethod) {
    note(&format!(
        "{}; exposure: {}; {} tests of {} at {} %; {} incidents tested",
        method.test,
        method.exposure,
        thousands(method.tests as u64),
        method.tests_of,
        100.0 * method.alpha,
        thousands(method.incidents),
    ));
    if method.dispersion > 1.0 {
        note(&format!(
            "counts vary {:.2} times as much as chance alone would, which the tests allow for",
            method.dispersion
        ));
    }
    if method.cells_not_received > 0 {
        note(&format!("{} cells left out: not received there", thousands(method.cells_not_received as u64)));
    }
    if method.cells_without_exposure > 0 {
        note(&format!(
            "{} cells have no exposure and were not tested ({} incidents in them)",
            thousands(method.cells_without_exposure as u64),
            thousands(method.incidents_without_exposure)
        ));
    }
    note(&format!("{} rows flagged of {} cells", thousands(method.hot as u64), thousands(method.cells as u64)));
    method.notes.iter().for_each(|text| note(text));
}

const EMERGING_EXAMPLES: &str = "\
Examples:
  places emerging --cell 8 --from 2025-01-01
  places emerging --cell 8 --scheme chainey --category Burglary
  places emerging --cell 8 --step 4weeks --source council-asb --all

Classes: new, consecutive, intensifying, persistent, diminishing, sporadic, oscillating, historical (hot or cold), no pattern.";

/// Arguments of `places emerging`.
#[derive(Debug, Args)]
#[command(after_help = EMERGING_EXAMPLES)]
pub struct EmergingArgs {
    /// Length of a step: month (the default) or 4weeks
    #[arg(long, value_name = "STEP")]
    pub step: Option<String>,
    /// newer (the default) or older text of the 17 classes, or chainey for five
    #[arg(long, value_name = "SCHEME")]
    pub scheme: Option<String>,
    /// exact (the default) or gi-star
    #[arg(long, value_name = "TEST")]
    pub test: Option<String>,
    /// residents, recorded or equal (the default)
    #[arg(long, value_name = "EXPOSURE")]
    pub exposure: Option<String>,
    /// step (each by itself, the default) or with-previous
    #[arg(long, value_name = "REFERENCE")]
    pub reference: Option<String>,
    /// List cells without a pattern too
    #[arg(long)]
    pub all: bool,
    #[command(flatten)]
    filters: Filters,
    #[command(flatten)]
    output: OutputArgs,
}

pub(super) fn run_emerging(workspace: &Workspace, args: &EmergingArgs) -> anyhow::Result<()> {
    let own = [
        ("step", args.step.clone()),
        ("scheme", args.scheme.clone()),
        ("test", args.test.clone()),
        ("exposure", args.exposure.clone()),
        ("reference", args.reference.clone()),
        ("all", flag(args.all)),
    ];
    let request = EmergingRequest::parse(pairs(&args.filters, &own), &Caller::local())?;
    let snapshot = Snapshot::load(workspace)?;
    let answer = emerging(&snapshot, &request)?;
    args.output.write(&snapshot, &answer.rows, &answer.summary)?;
    let summary = &answer.summary;
    note(&boxes(&summary.map.boxes));
    method(&summary.map.method);
    note(&format!("{}; {}; {} steps", summary.scheme, summary.reference, summary.steps.len()));
    if !summary.steps_left_out.is_empty() {
        note(&format!("steps left out, not received everywhere: {}", summary.steps_left_out.join(", ")));
    }
    for (class, cells) in &summary.classes {
        note(&format!("{class}: {}", thousands(*cells as u64)));
    }
    Ok(())
}

const TREND_EXAMPLES: &str = "\
Examples:
  places trend --area msoa21 --definition serious-violence
  places trend --in msoa21:E02005560 --format json

With --area: one row per area, tested for a trend. Without: the months of the place with their expected band.";

/// Arguments of `places trend`.
#[derive(Debug, Args)]
#[command(after_help = TREND_EXAMPLES)]
pub struct TrendArgs {
    /// Layer whose areas are tested
    #[arg(long = "area", id = "layer", value_name = "LAYER")]
    pub layer: Option<String>,
    #[command(flatten)]
    filters: Filters,
    #[command(flatten)]
    output: OutputArgs,
}

pub(super) fn run_trend(workspace: &Workspace, args: &TrendArgs) -> anyhow::Result<()> {
    let request = TrendRequest::parse(pairs(&args.filters, &[("area", args.layer.clone())]), &Caller::local())?;
    let snapshot = Snapshot::load(workspace)?;
    let answer = trend(&snapshot, &request)?;
    args.output.write(&snapshot, &answer.rows, &answer.summary)?;
    note(&boxes(&answer.summary.boxes));
    note(&format!("{}; {} tests, {} months", answer.summary.method, answer.summary.tests, answer.summary.months));
    answer.summary.notes.iter().for_each(|text| note(text));
    if !answer.summary.months_left_out.is_empty() {
        note(&format!("months left out where they were not received: {}", answer.summary.months_left_out.join(", ")));
    }
    Ok(())
}

const SCAN_EXAMPLES: &str = "\
Examples:
  places scan
  places scan --category Robbery --months 6 --replicates 9999 --seed 7

Finds clusters that end with the last month received, adjusted for how busy every place and every month is.";

/// Arguments of `places scan`.
#[derive(Debug, Args)]
#[command(after_help = SCAN_EXAMPLES)]
pub struct ScanArgs {
    /// Longest cluster, in months (default 3)
    #[arg(long, value_name = "N")]
    pub months: Option<String>,
    /// Permutations behind the p-values (default 999)
    #[arg(long, value_name = "N")]
    pub replicates: Option<String>,
    /// Seed of the permutations (default 1)
    #[arg(long, value_name = "N")]
    pub seed: Option<String>,
    #[command(flatten)]
    filters: Filters,
    #[command(flatten)]
    output: OutputArgs,
}

pub(super) fn run_scan(workspace: &Workspace, args: &ScanArgs) -> anyhow::Result<()> {
    let own = [("months", args.months.clone()), ("replicates", args.replicates.clone()), ("seed", args.seed.clone())];
    let request = ScanRequest::parse(pairs(&args.filters, &own), &Caller::local())?;
    let snapshot = Snapshot::load(workspace)?;
    let answer = scan(&snapshot, &request)?;
    args.output.write(&snapshot, &answer.rows, &answer.summary)?;
    note(&boxes(&answer.summary.boxes));
    let summary = &answer.summary;
    note(&format!(
        "{}; {} to {}, {} incidents, {} cylinders up to {} km, seed {}",
        summary.method,
        summary.from,
        summary.to,
        thousands(summary.incidents),
        thousands(summary.cylinders as u64),
        summary.radius_km,
        summary.seed
    ));
    Ok(())
}

const VLI_EXAMPLES: &str = "\
Examples:
  places vli --layer msoa21
  places vli --layer msoa21 --indicator definition:asb --indicator crime:Burglary=2 --indicator residents_15_to_24

100 is the average area, 200 and more a priority. Figures of people become shares of all residents.";

/// Arguments of `places vli`.
#[derive(Debug, Args)]
#[command(after_help = VLI_EXAMPLES)]
pub struct VliArgs {
    /// Layer of the areas
    #[arg(long, value_name = "LAYER")]
    pub layer: String,
    /// A figure of the layer, crime:CATEGORY, crime:all or definition:NAME; with =WEIGHT; may be given several times
    #[arg(long, value_name = "NAME")]
    pub indicator: Vec<String>,
    #[command(flatten)]
    filters: Filters,
    #[command(flatten)]
    output: OutputArgs,
}

pub(super) fn run_vli(workspace: &Workspace, args: &VliArgs) -> anyhow::Result<()> {
    let mut own = vec![("layer", Some(args.layer.clone()))];
    own.extend(args.indicator.iter().map(|i| ("indicator", Some(i.clone()))));
    let request = VliRequest::parse(pairs(&args.filters, &own), &Caller::local())?;
    let snapshot = Snapshot::load(workspace)?;
    let answer = vli(&snapshot, &request)?;
    args.output.write(&snapshot, &answer.rows, &answer.summary)?;
    note(&format!("{}; {} priorities", answer.summary.method, answer.summary.priorities));
    Ok(())
}
