//! Where results and messages go.

use std::{
    io::{self, BufWriter, IsTerminal, Write},
    path::{Path, PathBuf},
};

use clap::ArgMatches;

use super::new_file::NewFile;
use crate::{
    ask::{Answer, Shape},
    export::{Encoder, ExportError, encoder, encoder_of_file, usual},
    model::QueryError,
    snapshot::Snapshot,
};

/// Format and file of an answer.
pub(super) struct Target {
    format: &'static dyn Encoder,
    file: Option<PathBuf>,
}

impl Target {
    /// What was asked for, or what fits where the answer goes.
    ///
    /// # Errors
    /// [`QueryError`] where the file's ending names another format than the one asked for, or none that there is.
    pub(super) fn of(matches: &ArgMatches, shape: Shape) -> Result<Self, QueryError> {
        let file = matches.get_one::<PathBuf>("output").cloned();
        // Sentences are the table of an answer in sentences.
        let name = matches.get_one::<String>("format").map(|n| if n == "text" { "table" } else { n.as_str() });
        let named = name.and_then(encoder);
        let by_file = file.as_deref().and_then(encoder_of_file);
        let format = match (named, by_file, &file) {
            (Some(named), Some(other), Some(path)) if named.name() != other.name() => {
                let expected =
                    format!("a file that ends in .{}: {} would hold {}", named.ending(), shown(path), named.name());
                return Err(QueryError::invalid("output", &shown(path), expected));
            }
            (Some(named), _, _) => named,
            (None, Some(by_file), _) => by_file,
            (None, None, Some(path)) => {
                let endings: Vec<String> = crate::export::ENCODERS.iter().map(|e| format!(".{}", e.ending())).collect();
                let expected = format!("a file that ends in {}, or --format", endings.join(", "));
                return Err(QueryError::invalid("output", &shown(path), expected));
            }
            (None, None, None) => usual(shape, io::stdout().is_terminal()),
        };
        Ok(Self { format, file })
    }

    /// The file that is written.
    pub(super) fn file(&self) -> Option<&Path> {
        self.file.as_deref()
    }

    /// Writes an answer; the number of rows. A closed pipe (`| head`) is no error.
    pub(super) fn write(&self, ground: &Snapshot, answer: &mut Answer<'_>) -> anyhow::Result<u64> {
        let written = if let Some(path) = &self.file {
            let mut out = NewFile::create(path)?;
            self.format.write(ground, answer, &mut out).and_then(|rows| {
                out.finish()?;
                Ok(rows)
            })
        } else {
            let mut out = BufWriter::new(io::stdout());
            self.format.write(ground, answer, &mut out).and_then(|rows| {
                if self.format.name().ends_with("json") {
                    out.write_all(b"\n")?;
                }
                out.flush()?;
                Ok(rows)
            })
        };
        match written {
            Err(ExportError::Io(e)) if e.kind() == io::ErrorKind::BrokenPipe => Ok(0),
            result => Ok(result?),
        }
    }
}

fn shown(path: &Path) -> String {
    path.file_name().map_or_else(|| path.display().to_string(), |n| n.to_string_lossy().into_owned())
}

/// Writes a file that only its owner reads, whatever the umask: it holds records, or counts of few.
pub(super) fn write_private(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let mut file = NewFile::create(path)?;
    file.write_all(bytes)?;
    Ok(file.finish()?)
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

pub(super) use crate::model::thousands;

/// Prints an error, whose message holds its causes, to standard error, without control characters that data might hold.
pub fn report_error(error: &anyhow::Error) {
    let text = format!("error: {error}");
    let lines: Vec<String> = text.lines().map(crate::export::printable).collect();
    note(&lines.join("\n"));
}
