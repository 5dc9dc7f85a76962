//! What a format is.

use std::io;

use super::error::ExportError;
use crate::{ask::Answer, snapshot::Snapshot};

/// Where bytes go.
pub type Out<'o> = dyn io::Write + Send + 'o;

/// A format of answers.
pub trait Encoder: Sync {
    /// Name, as in `--format` and `f=`.
    fn name(&self) -> &'static str;

    /// Media type, with its parameters.
    fn media_type(&self) -> &'static str;

    /// Ending of a file's name, without the dot.
    fn ending(&self) -> &'static str;

    /// Whether it can be asked for over HTTP; a table is for terminals.
    fn is_served(&self) -> bool {
        true
    }

    /// Writes an answer; the number of rows.
    ///
    /// # Errors
    /// [`ExportError`]: the writer's, or what the format has no room for.
    fn write(&self, ground: &Snapshot, answer: &mut Answer<'_>, out: &mut Out<'_>) -> Result<u64, ExportError>;
}
