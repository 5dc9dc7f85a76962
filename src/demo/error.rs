//! Why there is no demo county.

use crate::{import::ImportError, workspace::WorkspaceError};

/// Why there is no demo county.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DemoError {
    /// A file could not be written.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// The import refused.
    #[error(transparent)]
    Import(#[from] ImportError),
    /// The workspace refused.
    #[error(transparent)]
    Workspace(#[from] WorkspaceError),
}
