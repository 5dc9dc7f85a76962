//! `places areas` and `places indicators`.

use std::{collections::BTreeSet, path::PathBuf};

use clap::Subcommand;

use super::{
    next,
    output::{note, print_line},
};
use crate::{
    area::{AreaIssue, PropertyChoice},
    export::printable,
    import::{AddAreas, AddIndicators, add_areas, add_indicators, name_areas},
    model::{QueryError, districts_of_force, forces},
    workspace::{Workspace, read_layer},
};

/// Most issues of a layer printed one by one.
const MAX_ISSUES: usize = 10;
/// Indicators printed on a line each.
const MAX_INDICATORS: usize = 12;

/// Commands on layers.
#[derive(Debug, Subcommand)]
pub enum AreasCommand {
    /// Add a layer from GeoJSON polygons (or replace the one of that name)
    #[command(
        after_help = "Examples:\n  places areas add msoa21 E10000020.geojson.gz --study-area\n  places areas add msoa21 MSOA_2021_EW_BGC.geojson --force norfolk --study-area\n  places areas add beats beats.geojson --code BEAT --name BEAT_NAME"
    )]
    Add {
        /// Name of the layer, such as msoa21
        layer: String,
        /// GeoJSON files, plain or .gz, in WGS 84 or British National Grid
        #[arg(required = true)]
        files: Vec<String>,
        /// Property with the code, where it is not recognised
        #[arg(long, value_name = "PROP")]
        code: Option<String>,
        /// Property with the name
        #[arg(long, value_name = "PROP")]
        name: Option<String>,
        /// Make the union of this layer the study area
        #[arg(long)]
        study_area: bool,
        /// Coordinate reference system, in place of what the file says: EPSG:27700 or EPSG:4326
        #[arg(long, value_name = "SYSTEM")]
        crs: Option<String>,
        /// Add a layer that moves more than a tenth of the stored records, or a file that its server cut off
        #[arg(long)]
        accept: bool,
        /// Only areas in the districts of a police force, by its name at data.police.uk, such as west-yorkshire
        #[arg(long, value_name = "NAME")]
        force: Option<String>,
        /// Only areas in a district, by code or name; may be given several times
        #[arg(long, value_name = "DISTRICT")]
        district: Vec<String>,
    },
    /// Give the areas of a layer readable names from a CSV (such as the House of Commons Library's)
    Names {
        /// Layer
        layer: String,
        /// CSV with a column of codes and one of names
        file: PathBuf,
    },
    /// List layers, or the areas of one
    List {
        /// Layer
        layer: Option<String>,
    },
}

/// Commands on indicators.
#[derive(Debug, Subcommand)]
pub enum IndicatorsCommand {
    /// Add figures of areas; figures of smaller units are added up
    #[command(
        after_help = "Examples:\n  places indicators add lsoa21_usual_residents_by_age6.csv.gz --layer msoa21\n  places indicators add population.csv --layer areas --code area_code --value residents"
    )]
    Add {
        /// CSV, plain or .gz
        file: PathBuf,
        /// Layer of the areas
        #[arg(long)]
        layer: String,
        /// Column with codes of the areas, or of smaller units that lie in them
        #[arg(long, value_name = "COL")]
        code: Option<String>,
        /// Column with values; all numeric ones when left out
        #[arg(long, value_name = "COL")]
        value: Vec<String>,
        /// Only rows with this value in a column, such as `date_name=2023`; may be given several times
        #[arg(long = "where", value_name = "COL=VALUE", value_parser = column_value)]
        only: Vec<(String, String)>,
        /// CSV that says which area each smaller unit lies in
        #[arg(long, value_name = "FILE.csv")]
        lookup: Option<PathBuf>,
    },
    /// List the indicators of every layer
    List,
}

/// Says what was wrong with areas, what is usual of every file in one line.
fn note_issues(issues: &[AreaIssue]) {
    let (usual, others): (Vec<_>, Vec<_>) = issues.iter().partition(|i| i.problem.ends_with("repeated points dropped"));
    for issue in others.iter().take(MAX_ISSUES) {
        note(&printable(&format!("{} (feature {}): {}", issue.code, issue.feature, issue.problem)));
    }
    if others.len() > MAX_ISSUES {
        note(&format!("and {} more such notes", others.len() - MAX_ISSUES));
    }
    if !usual.is_empty() {
        let areas: BTreeSet<&str> = usual.iter().map(|i| i.code.as_str()).collect();
        note(&format!("repeated points were dropped in {} areas", areas.len()));
    }
}

/// Takes `COL=VALUE` apart.
fn column_value(text: &str) -> Result<(String, String), String> {
    let parts = text.split_once('=').ok_or_else(|| "expected COL=VALUE, such as date_name=2023".to_owned())?;
    Ok((parts.0.trim().to_owned(), parts.1.trim().to_owned()))
}

/// Districts that were named, and those of a force.
fn districts_of(force: Option<&str>, mut districts: Vec<String>) -> anyhow::Result<Vec<String>> {
    let Some(force) = force else { return Ok(districts) };
    let Some(own) = districts_of_force(force) else {
        let known: Vec<&str> = forces().collect();
        let expected = format!("a police force: {}", known.join(", "));
        return Err(QueryError::invalid("force", force, expected).into());
    };
    districts.extend(own.iter().cloned());
    Ok(districts)
}

pub(super) fn run(workspace: &Workspace, command: AreasCommand) -> anyhow::Result<()> {
    match command {
        AreasCommand::Add { layer, files, code, name, study_area, crs, accept, force, district } => {
            let choice = PropertyChoice { code, name, crs, ..PropertyChoice::default() };
            let districts = districts_of(force.as_deref(), district)?;
            let request = AddAreas { layer, files, choice, study_area, accept, districts };
            let added = add_areas(workspace, &request)?;
            note_issues(&added.issues);
            added.notes.iter().for_each(|said| note(&printable(said)));
            let study = if added.study_area { ", the study area" } else { "" };
            print_line(&format!("layer {}: {} areas{study}", added.layer, added.areas))?;
            if added.elsewhere > 0 {
                note(&format!("{} areas in other districts were left out", added.elsewhere));
            }
            if added.incidents_placed_again > 0 {
                note(&format!("{} incidents placed again", added.incidents_placed_again));
            }
            let mut lines = vec![format!("places areas names {} NAMES.csv           readable names", added.layer)];
            lines.push(format!("places indicators add POPULATION.csv --layer {}   for rates", added.layer));
            lines.push(if workspace.settings()?.study_area.layer.is_empty() {
                format!("places areas add {} FILE --study-area   makes its union the study area", added.layer)
            } else {
                "places import FILES --source police.uk".to_owned()
            });
            next::say(&lines);
            Ok(())
        }
        AreasCommand::Names { layer, file } => {
            let named = name_areas(workspace, &layer, &file)?;
            for (code, name, why) in named.without.iter().take(MAX_ISSUES) {
                note(&printable(&format!("{code} ({name}) keeps its name: {why}")));
            }
            if named.without.len() > MAX_ISSUES {
                note(&format!("and {} more keep theirs", named.without.len() - MAX_ISSUES));
            }
            let all = named.named + named.without.len();
            print_line(&printable(&format!(
                "layer {layer}: {} of {all} areas named, from the column {}",
                named.named, named.column
            )))?;
            next::say(&[format!("places areas list {layer}     the names as they are now")]);
            Ok(())
        }
        AreasCommand::List { layer: None } => {
            let state = workspace.state()?;
            let layers = state.layers()?;
            if layers.is_empty() {
                note("no layers yet; add one with `places areas add LAYER FILE.geojson --study-area`");
            }
            let study = workspace.settings()?.study_area.layer;
            for (name, path) in layers {
                let areas = read_layer(&workspace.root().join(path))?.len();
                let mark = if name == study { "  study area" } else { "" };
                print_line(&format!("{name}  {areas} areas{mark}"))?;
            }
            Ok(())
        }
        AreasCommand::List { layer: Some(layer) } => {
            let layers = workspace.state()?.layers()?;
            let Some((_, path)) = layers.iter().find(|l| l.0 == layer) else {
                let known: Vec<&str> = layers.iter().map(|l| l.0.as_str()).collect();
                anyhow::bail!("there is no layer {layer:?}; layers: {}", known.join(", "));
            };
            for area in read_layer(&workspace.root().join(path))? {
                let district = area.district_name.unwrap_or_default();
                print_line(&printable(&format!("{}  {}  {district}  {:.2} km2", area.code, area.name, area.area_km2)))?;
            }
            Ok(())
        }
    }
}

pub(super) fn indicators(workspace: &Workspace, command: IndicatorsCommand) -> anyhow::Result<()> {
    match command {
        IndicatorsCommand::Add { file, layer, code, value, only, lookup } => {
            let request = AddIndicators { file, layer, code, values: value, lookup, only };
            let added = add_indicators(workspace, &request)?;
            for (name, areas, how) in added.indicators.iter().take(MAX_INDICATORS) {
                print_line(&printable(&format!("{}: {name}  {areas} areas ({how})", added.layer)))?;
            }
            let more: Vec<&str> = added.indicators.iter().skip(MAX_INDICATORS).map(|i| i.0.as_str()).collect();
            if !more.is_empty() {
                print_line(&printable(&format!("and {} more: {}", more.len(), more.join(", "))))?;
            }
            if added.unmatched_rows > 0 {
                let (unmatched, rows) = (added.unmatched_rows, added.rows);
                note(&format!("{unmatched} of {rows} rows belong to no area of {} and were left out", added.layer));
            }
            added.notes.iter().for_each(|said| note(&printable(said)));
            if added.not_numbers > 0 {
                note(&format!("{} values are no numbers and were left out", added.not_numbers));
            }
            if let Some((name, ..)) = added.indicators.first() {
                next::say(&[format!("places count --by area:{} --rate {name}    rates", added.layer)]);
            }
            Ok(())
        }
        IndicatorsCommand::List => {
            let mut indicators: Vec<(String, String, usize)> = Vec::new();
            for row in workspace.state()?.indicators()? {
                match indicators.last_mut() {
                    Some(last) if last.0 == row.layer && last.1 == row.name => last.2 += 1,
                    _ => indicators.push((row.layer, row.name, 1)),
                }
            }
            if indicators.is_empty() {
                note("no indicators yet; add some with `places indicators add FILE.csv --layer LAYER`");
            }
            for (layer, name, areas) in indicators {
                print_line(&format!("{layer}: {name}  {areas} areas"))?;
            }
            Ok(())
        }
    }
}
