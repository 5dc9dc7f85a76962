//! One writer at a time: an advisory lock that the operating system drops with the process.

use std::{fs::TryLockError, path::Path};

use super::WorkspaceError;

/// The writer's lock, held until dropped (or until the process ends, however it ends).
#[derive(Debug)]
pub struct Lock {
    _file: fs_err::File,
}

impl Lock {
    pub(super) fn take(root: &Path) -> Result<Self, WorkspaceError> {
        let file = super::open_private(&root.join("places.lock"))?;
        match file.file().try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(WorkspaceError::Locked { path: root.to_owned() }),
            Err(TryLockError::Error(source)) => Err(source.into()),
        }
    }
}
