//! What can go wrong with a workspace, with what to do about it.

use std::path::PathBuf;

/// Why a workspace could not be opened, read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WorkspaceError {
    /// Nothing there that is a workspace.
    #[error("{} is no workspace; make one with `places init {}`", .path.display(), .path.display())]
    NotAWorkspace {
        /// The directory.
        path: PathBuf,
    },
    /// There, and not for this user to read.
    #[error("{} cannot be read by this user ({source}); it may belong to another", .path.display())]
    NotReadable {
        /// The directory or file.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// `init` would write into a directory that holds something.
    #[error("{} is there already; nothing was changed. Choose a new name", .path.display())]
    NotEmpty {
        /// The directory.
        path: PathBuf,
    },
    /// Written by a newer program.
    #[error(
        "this workspace has format {found}, this program reads up to {known}; nothing was changed. \
         Use the newer version of places"
    )]
    Newer {
        /// Format found.
        found: i64,
        /// Format known.
        known: i64,
    },
    /// Another process is writing.
    #[error("another process is writing to {}; nothing was changed. Try again when it has finished", .path.display())]
    Locked {
        /// The directory.
        path: PathBuf,
    },
    /// `places.toml` is wrong.
    #[error("{}: {reason}", .path.display())]
    Settings {
        /// The file.
        path: PathBuf,
        /// Line and reason.
        reason: String,
    },
    /// A stored file does not hold what it should.
    #[error("{} is damaged ({reason}); nothing was read from it. Restore a backup with `places restore`", .path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What does not hold.
        reason: String,
    },
    /// The study area is no layer.
    #[error("places.toml, [study_area] layer {layer:?} is no layer; layers: {}. Nothing was read", .known.join(", "))]
    NoStudyArea {
        /// The layer named.
        layer: String,
        /// Layers there are.
        known: Vec<String>,
    },
    /// SQLite cannot read or write the state.
    #[error("state.sqlite: {source}; {}", advice(.source))]
    State {
        /// What SQLite said.
        #[from]
        source: rusqlite::Error,
    },
    /// SQLite cannot read or write the desk.
    #[error("desk.sqlite: {source}; {}", advice(.source))]
    Desk {
        /// What SQLite said.
        source: rusqlite::Error,
    },
    /// A database could not be brought to the present format.
    #[error("{} could not be brought to the format of this program ({reason}); it is as it was before", .path.display())]
    Migration {
        /// The file.
        path: PathBuf,
        /// What the library said.
        reason: String,
    },
    /// The change is live; something after it failed.
    #[error("the change was made and will last, but afterwards: {reason}. `places check` puts it right")]
    AfterSwitch {
        /// What failed.
        reason: String,
    },
    /// Parquet cannot be written or read.
    #[error("{}: {source}", .path.display())]
    Parquet {
        /// The file.
        path: PathBuf,
        /// What the library said.
        source: parquet::errors::ParquetError,
    },
    /// The operating system refused; the message names the path.
    #[error("{source}; the workspace is as it was before")]
    Io {
        /// What happened, with its path.
        #[from]
        source: std::io::Error,
    },
}

impl WorkspaceError {
    /// What happened, without what it says of the store.
    pub(super) fn cause(&self) -> String {
        match self {
            Self::Io { source } => source.to_string(),
            other => other.to_string(),
        }
    }
}

/// What to do about what SQLite said. Only a damaged file needs a backup.
fn advice(error: &rusqlite::Error) -> &'static str {
    use rusqlite::ErrorCode::{
        CannotOpen, DatabaseBusy, DatabaseCorrupt, DatabaseLocked, DiskFull, NotADatabase, PermissionDenied, ReadOnly,
        SystemIoFailure,
    };
    match error.sqlite_error_code() {
        Some(DatabaseCorrupt | NotADatabase) => "it is damaged: restore a backup with `places restore`",
        Some(DiskFull) => "the disk is full. Make room and try again: it is as it was before",
        Some(ReadOnly | CannotOpen | PermissionDenied) => {
            "it cannot be written by this user, or lies where nobody may write"
        }
        Some(DatabaseBusy | DatabaseLocked) => "another process holds it. Try again when that has finished",
        Some(SystemIoFailure) => "the file system refused: look for a full disk, a quota, or an error of the disk",
        _ => "run `places check`",
    }
}
