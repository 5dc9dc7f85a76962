//! Where results and messages go.

use std::{
    io::{self, IsTerminal, Write},
    path::{Path, PathBuf},
};

use clap::Args;

use crate::{
    analysis::Rows,
    export::{Format, to_geojson, to_json, to_parquet, to_table, write_csv},
    snapshot::Snapshot,
};

/// How rows are written.
#[derive(Debug, Args)]
pub(super) struct OutputArgs {
    /// Format: table (on a terminal), csv (in a pipe), json, geojson, parquet; by the name of the output file
    #[arg(long, value_name = "FORMAT", value_parser = clap::builder::PossibleValuesParser::new(Format::NAMES))]
    pub format: Option<String>,
    /// Write to this file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

impl OutputArgs {
    /// The format asked for, or the one that fits where the result goes.
    pub(super) fn format(&self) -> Format {
        let named = self.output.as_deref().and_then(|p| p.extension()?.to_str()).and_then(Format::from_name);
        if let (None, Some(format)) = (&self.format, named) {
            return format;
        }
        let fallback = if self.output.is_none() && io::stdout().is_terminal() { Format::Table } else { Format::Csv };
        self.format.as_deref().and_then(Format::from_name).unwrap_or(fallback)
    }

    /// Writes rows and, for the formats that hold it, the summary.
    pub(super) fn write(
        &self,
        snapshot: &Snapshot,
        rows: &Rows,
        summary: &impl serde::Serialize,
    ) -> anyhow::Result<()> {
        let bytes = match self.format() {
            Format::Table => to_table(rows).into_bytes(),
            Format::Csv => {
                let mut bytes = Vec::new();
                write_csv(rows, &mut bytes)?;
                bytes
            }
            Format::Json => line(serde_json::to_vec(&to_json(rows, summary))?),
            Format::GeoJson => line(serde_json::to_vec(&to_geojson(snapshot, rows, summary))?),
            Format::Parquet => to_parquet(rows)?,
        };
        match &self.output {
            Some(path) => write_private(path, &bytes)?,
            None => print_bytes(&bytes)?,
        }
        Ok(())
    }
}

/// Writes a file that only its owner reads, whatever the umask: it holds records, or counts of few.
pub(super) fn write_private(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let mut file = create_private(path)?;
    file.write_all(bytes)?;
    Ok(file.flush()?)
}

/// Opens a file to be written anew that only its owner reads, also where it was there before. What is no plain file
/// (`/dev/stdout`) is left as it is.
pub(super) fn create_private(path: &Path) -> anyhow::Result<fs_err::File> {
    use fs_err::os::unix::fs::OpenOptionsExt;
    let file = fs_err::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
    if file.metadata()?.is_file() {
        file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    }
    Ok(file)
}

fn line(mut bytes: Vec<u8>) -> Vec<u8> {
    bytes.push(b'\n');
    bytes
}

/// Writes to standard output; a closed pipe (`| head`) is no error.
pub(super) fn print_bytes(bytes: &[u8]) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Err(e) if e.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => Ok(result?),
    }
}

/// Writes a line to standard output.
pub(super) fn print_line(text: &str) -> anyhow::Result<()> {
    print_bytes(format!("{text}\n").as_bytes())
}

/// Writes a message to standard error.
pub(super) fn note(text: &str) {
    // Nowhere is left to say that standard error is closed.
    let _ = writeln!(io::stderr().lock(), "{}", text.trim_end());
}

/// `1234567` as `1,234,567`.
pub(super) fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
