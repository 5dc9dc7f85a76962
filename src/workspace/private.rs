//! Files and folders that only their owner reads: the one place that makes them, whatever the umask says.

use std::{
    io,
    os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt},
    path::Path,
};

/// Rights of a file.
const FILE: u32 = 0o600;
/// Rights of a folder.
const FOLDER: u32 = 0o700;

/// How the name of a file begins that is not whole yet.
pub(super) const UNFINISHED: &str = ".new-";

/// Opens a file for writing, made where it is not there; what is in it stays.
///
/// # Errors
/// The I/O error with its path.
pub fn open_private(path: &Path) -> io::Result<fs_err::File> {
    let mut options = std::fs::OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false).mode(FILE);
    let file = fs_err::OpenOptions::from_options(options).open(path)?;
    // A umask can only take rights away; an older file may have too many.
    close_file(&file)?;
    Ok(file)
}

/// Takes the rights of everybody else from an open file.
pub(super) fn close_file(file: &fs_err::File) -> io::Result<()> {
    let is = file.metadata()?.permissions().mode() & 0o777;
    if is == FILE { Ok(()) } else { file.set_permissions(PermissionsExt::from_mode(FILE)) }
}

/// Makes a folder, and those above it that are not there.
///
/// # Errors
/// The I/O error with its path.
pub fn private_folder(path: &Path) -> io::Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    if let Some(above) = path.parent().filter(|p| !p.as_os_str().is_empty()) {
        private_folder(above)?;
    }
    match std::fs::DirBuilder::new().mode(FOLDER).create(path) {
        Err(e) if e.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => Ok(()),
        Err(e) => Err(io::Error::new(e.kind(), format!("failed to make folder {}: {e}", path.display()))),
        Ok(()) => fs_err::set_permissions(path, PermissionsExt::from_mode(FOLDER)),
    }
}

/// Takes the rights of everybody else from everything below a folder, and from the folder.
pub(super) fn close_all(folder: &Path) -> io::Result<()> {
    fs_err::set_permissions(folder, PermissionsExt::from_mode(FOLDER))?;
    for entry in fs_err::read_dir(folder)? {
        let (path, kind) = entry.and_then(|e| Ok((e.path(), e.file_type()?)))?;
        if kind.is_dir() {
            close_all(&path)?;
        } else if kind.is_file() {
            fs_err::set_permissions(path, PermissionsExt::from_mode(FILE))?;
        }
    }
    Ok(())
}

/// A temporary file in a folder, which gets its name when it is whole.
pub(super) fn temporary(folder: &Path) -> io::Result<tempfile::NamedTempFile> {
    temporary_named(folder, UNFINISHED)
}

/// A temporary file whose name begins as given.
pub(super) fn temporary_named(folder: &Path, prefix: &str) -> io::Result<tempfile::NamedTempFile> {
    let rights = PermissionsExt::from_mode(FILE);
    let file = tempfile::Builder::new().prefix(prefix).permissions(rights).tempfile_in(folder)?;
    // The umask was taken from the rights.
    file.as_file().set_permissions(PermissionsExt::from_mode(FILE))?;
    Ok(file)
}
