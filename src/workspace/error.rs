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
    #[error("state.sqlite: {source}; if it is damaged, restore a backup with `places restore`")]
    State {
        /// What SQLite said.
        #[from]
        source: rusqlite::Error,
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
