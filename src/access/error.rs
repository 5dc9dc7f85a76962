//! Why the log could not be written, and what is wrong with one.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

/// Why exact data was not given.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum AccessError {
    /// The log cannot be written: exact data is refused.
    #[error("the log {} cannot be written ({source}); exact data is not given without it", .path.display())]
    CannotWrite {
        /// The log's folder.
        path: PathBuf,
        /// What happened, with its path.
        source: Arc<std::io::Error>,
    },
    /// The log is not what it was when it was written.
    #[error(
        "{fault}; exact data is not given while the log does not hold. `places audit verify` says more. Restore the folder \
         `log` from a backup, or keep it elsewhere for whoever looks into it: a new log then begins"
    )]
    Broken {
        /// What does not hold.
        #[from]
        fault: LogFault,
    },
}

/// What is wrong with a log: the file at fault, and the entry where it can be said.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the log does not hold: {}{}: {reason}", .file, .entry.map(|n| format!(", entry {n}")).unwrap_or_default())]
pub struct LogFault {
    /// The file, by its name in the folder.
    pub file: String,
    /// Sequence number of the entry that should stand there.
    pub entry: Option<u64>,
    /// What does not hold.
    pub reason: String,
}

impl LogFault {
    pub(super) fn new(file: impl Into<String>, entry: impl Into<Option<u64>>, reason: impl Into<String>) -> Self {
        Self { file: file.into(), entry: entry.into(), reason: reason.into() }
    }
}

impl AccessError {
    pub(super) fn cannot_write(folder: &Path, source: std::io::Error) -> Self {
        Self::CannotWrite { path: folder.to_owned(), source: Arc::new(source) }
    }
}
