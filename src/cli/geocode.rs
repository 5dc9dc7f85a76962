//! `places geocode`.

use std::{io::Write, path::PathBuf};

use clap::Args;

use super::{
    output::{note, print_bytes, print_line},
    progress::with_bar,
};
use crate::{
    export::printable,
    geocode::{CoordinateTexts, Input},
    import::{GeocodeColumns, geocode_file, open_geocoder},
    workspace::Workspace,
};

const EXAMPLES: &str = "\
Examples:
  places geocode addresses.csv --text Location --locality Town -o located.csv
  places geocode extract.csv --text Where --easting X --northing Y --postcode PC
  places geocode --explain 'Prince of Wales Rd j/w Rose Lane, Norwich'
  places geocode --explain 'High Street' --locality Holt

The input columns are kept (one named like those that follow as input_NAME); status, lon, lat, easting, northing, precision_class, radius_m, confidence_msoa,
confidence_cell8, confidence_cell9, score_gap, method, matched_id and flags follow. Without column names the usual ones
are recognised. Nothing is imported, nothing leaves this machine.
precision_class: 1 premises, 2 named place, 3 junction, 4 street segment, 5 street, 6 postcode unit, 7 locality or
estate, 8 postcode sector or ward, 9 district, 0 none. radius_m holds the truth nine times in ten.";

/// Arguments of `places geocode`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct GeocodeArgs {
    /// CSV with a header; .gz is read as it is
    #[arg(required_unless_present = "explain", conflicts_with = "explain", value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// Say in plain words what is recognised in a text, the candidates, and why one won
    #[arg(long, value_name = "TEXT")]
    pub explain: Option<String>,
    /// Column with words about the place
    #[arg(long, value_name = "COL")]
    pub text: Option<String>,
    /// Column with town, village or area (with --explain: its value)
    #[arg(long, value_name = "COL")]
    pub locality: Option<String>,
    /// Column with the postcode (with --explain: its value)
    #[arg(long, value_name = "COL")]
    pub postcode: Option<String>,
    /// Column with a National Grid reference (with --explain: its value)
    #[arg(long, value_name = "COL")]
    pub gridref: Option<String>,
    /// Column with a property number (with --explain: its value)
    #[arg(long, value_name = "COL")]
    pub uprn: Option<String>,
    /// Column with eastings (with --explain: its value)
    #[arg(long, value_name = "COL", requires = "northing", allow_hyphen_values = true)]
    pub easting: Option<String>,
    /// Column with northings (with --explain: its value)
    #[arg(long, value_name = "COL", requires = "easting", allow_hyphen_values = true)]
    pub northing: Option<String>,
    /// Column with longitudes (with --explain: its value)
    #[arg(long, value_name = "COL", requires = "lat", allow_hyphen_values = true)]
    pub lon: Option<String>,
    /// Column with latitudes (with --explain: its value)
    #[arg(long, value_name = "COL", requires = "lon", allow_hyphen_values = true)]
    pub lat: Option<String>,
    /// Write to this file instead of standard output
    #[arg(short, long, value_name = "OUT")]
    pub output: Option<PathBuf>,
}

pub(super) fn run(workspace: &Workspace, args: GeocodeArgs) -> anyhow::Result<()> {
    let state = workspace.state()?;
    let geocoder = open_geocoder(workspace, &state)?;
    if state.gazetteers()?.is_empty() {
        note(
            "no gazetteer is loaded: only coordinates and grid references can be read; see `places gazetteer add --help`",
        );
    }
    let Some(file) = args.file else {
        let value = |text: &Option<String>| text.clone().unwrap_or_default();
        let text = value(&args.explain);
        let fields = [&args.locality, &args.postcode, &args.gridref, &args.uprn].map(value);
        let coordinates = [&args.lon, &args.lat, &args.easting, &args.northing].map(value);
        let [lon, lat, easting, northing] = &coordinates;
        let input = Input {
            text: &text,
            locality: &fields[0],
            postcode: &fields[1],
            gridref: &fields[2],
            uprn: &fields[3],
            coordinates: CoordinateTexts { lon, lat, easting, northing },
            class: None,
        };
        let lines: Vec<String> = geocoder.explain(&input).lines().map(printable).collect();
        return print_line(&lines.join("\n"));
    };
    let columns = GeocodeColumns {
        text: args.text,
        locality: args.locality,
        postcode: args.postcode,
        gridref: args.gridref,
        uprn: args.uprn,
        lon: args.lon,
        lat: args.lat,
        easting: args.easting,
        northing: args.northing,
    };
    let tally = if let Some(path) = &args.output {
        // Beside it first: it may be the file that is read, and half an answer is none.
        let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(std::path::Path::new("."));
        let mut out = std::io::BufWriter::new(tempfile::NamedTempFile::new_in(folder)?);
        let tally = with_bar(|progress| geocode_file(&geocoder, file, &columns, progress, &mut out))?;
        out.flush()?;
        out.into_inner()?.persist(path)?;
        tally
    } else {
        let mut bytes = Vec::new();
        let tally = with_bar(|progress| geocode_file(&geocoder, file, &columns, progress, &mut bytes))?;
        print_bytes(&bytes)?;
        tally
    };
    note(&format!("{} rows: {}", tally.rows, tally.words()));
    Ok(())
}
