//! A backup is one tar file (gzipped when its name ends in `.gz`) with every live file; a restore is checked
//! before it gets its name.

use std::{
    io::{Read, Write},
    path::Path,
};

use flate2::{Compression, read::GzDecoder, write::GzEncoder};

use super::{CheckReport, Workspace, WorkspaceError, check, files::sync_folder};

/// Writes a backup; gives the number of files in it.
///
/// # Errors
/// [`WorkspaceError::NotEmpty`] when the file is there, [`WorkspaceError::Locked`] while another process writes,
/// or the I/O error. An unfinished backup is not left.
pub fn backup(workspace: &Workspace, to: &Path) -> Result<usize, WorkspaceError> {
    if to.exists() {
        return Err(WorkspaceError::NotEmpty { path: to.to_owned() });
    }
    let _lock = workspace.lock()?;
    let mut paths = vec!["places.toml".to_owned(), "state.sqlite".to_owned(), "state.sqlite.sum".to_owned()];
    paths.extend(workspace.state()?.files()?.into_iter().map(|f| f.path));
    let folder = to.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let file = tempfile::Builder::new().prefix(".new-backup-").tempfile_in(folder)?;
    let zipped = to.extension().is_some_and(|e| e.eq_ignore_ascii_case("gz"));
    let out: Box<dyn Write> = if zipped {
        Box::new(GzEncoder::new(file.as_file(), Compression::default()))
    } else {
        Box::new(std::io::BufWriter::new(file.as_file()))
    };
    let mut archive = tar::Builder::new(out);
    for path in &paths {
        archive.append_path_with_name(workspace.root().join(path), path)?;
    }
    archive.into_inner()?.flush()?;
    file.as_file().sync_all()?;
    // A packed end that could not be written shows when the backup is read again.
    if entries(file.path(), zipped)? != paths.len() {
        return Err(WorkspaceError::Damaged { path: to.to_owned(), reason: "it cannot be read again".to_owned() });
    }
    file.persist(to).map_err(|e| e.error)?;
    sync_folder(folder)?;
    Ok(paths.len())
}

fn entries(path: &Path, zipped: bool) -> Result<usize, WorkspaceError> {
    let file = std::io::BufReader::new(fs_err::File::open(path)?);
    let bytes: Box<dyn Read> = if zipped { Box::new(GzDecoder::new(file)) } else { Box::new(file) };
    let mut archive = tar::Archive::new(bytes);
    let entries = archive.entries()?.collect::<Result<Vec<_>, _>>()?;
    Ok(entries.len())
}

/// Restores a backup into a directory that is empty or not there yet, after a deep check.
///
/// # Errors
/// [`WorkspaceError::NotEmpty`], [`WorkspaceError::Damaged`] when the backup does not pass, or the I/O error;
/// the directory is then as it was.
pub fn restore(from: &Path, root: &Path) -> Result<CheckReport, WorkspaceError> {
    if fs_err::read_dir(root).is_ok_and(|mut entries| entries.next().is_some()) {
        return Err(WorkspaceError::NotEmpty { path: root.to_owned() });
    }
    let damaged = |reason: String| WorkspaceError::Damaged { path: from.to_owned(), reason };
    let parent = root.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs_err::create_dir_all(parent)?;
    let unpacked = tempfile::Builder::new().prefix(".new-restore-").tempdir_in(parent)?;
    let file = std::io::BufReader::new(fs_err::File::open(from)?);
    let zipped = from.extension().is_some_and(|e| e.eq_ignore_ascii_case("gz"));
    let bytes: Box<dyn Read> = if zipped { Box::new(GzDecoder::new(file)) } else { Box::new(file) };
    let mut archive = tar::Archive::new(bytes);
    for entry in archive.entries()? {
        let mut entry = entry.map_err(|e| damaged(e.to_string()))?;
        let inside = entry.unpack_in(unpacked.path()).map_err(|e| damaged(e.to_string()))?;
        if !inside {
            return Err(damaged("it holds a path that leads out of it".to_owned()));
        }
    }
    for folder in ["incidents", "areas", "reports"] {
        fs_err::create_dir_all(unpacked.path().join(folder))?;
    }
    let report = check(&Workspace::open(unpacked.path())?, true, false)?;
    if let Some(problem) = report.problems.first() {
        return Err(damaged(format!("{}: {}", problem.path, problem.what)));
    }
    if root.exists() {
        fs_err::remove_dir(root)?;
    }
    fs_err::rename(unpacked.keep(), root)?;
    sync_folder(parent)?;
    Ok(report)
}
