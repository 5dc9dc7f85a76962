//! One writer at a time: an advisory lock that the operating system drops with the process.

use std::{
    fs::TryLockError,
    io,
    path::Path,
    time::{Duration, Instant},
};

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

/// Waits for the lock on an open file, which goes with the file.
///
/// # Errors
/// The I/O error, or that another process has held it all the time.
pub fn wait_for(file: &fs_err::File, patience: Duration) -> io::Result<()> {
    let until = Instant::now() + patience;
    loop {
        match file.file().try_lock() {
            Ok(()) => return Ok(()),
            Err(TryLockError::Error(e)) => return Err(e),
            Err(TryLockError::WouldBlock) if Instant::now() < until => std::thread::sleep(Duration::from_millis(1)),
            Err(TryLockError::WouldBlock) => {
                let text = format!("another process has held {} for {} s", file.path().display(), patience.as_secs());
                return Err(io::Error::new(io::ErrorKind::WouldBlock, text));
            }
        }
    }
}
