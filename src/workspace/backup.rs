//! A backup is one tar file (gzipped when its name ends in `.gz`) with every live file, the desk and the log as they
//! are at one moment each; a restore is checked before it gets its name.

use std::{
    io::{Read, Write},
    path::Path,
    time::Duration,
};

use flate2::{Compression, read::GzDecoder, write::GzEncoder};

use super::{
    CheckReport, Desk, LOG_LOCK, Workspace, WorkspaceError, check, files::sync_folder, private, settings_switch,
    wait_for,
};

/// How the names of backups begin that are not whole yet.
const BACKUP: &str = ".new-backup-";
/// And of directories that are being restored.
const RESTORE: &str = ".new-restore-";
/// Held by whoever restores, in the directory.
const RESTORING: &str = ".restoring";

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
    settings_switch::settle(workspace.root(), &workspace.state()?)?;
    let mut paths = vec!["places.toml".to_owned(), "state.sqlite".to_owned(), "state.sqlite.sum".to_owned()];
    paths.extend(workspace.state()?.files()?.into_iter().map(|f| f.path));
    let folder = to.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    sweep(folder, BACKUP)?;
    let file = private::temporary_named(folder, BACKUP)?;
    let held = fs_err::File::from_parts(file.reopen()?, file.path());
    wait_for(&held, Duration::ZERO)?;
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
    let files = paths.len() + add_desk(workspace, folder, &mut archive)? + add_log(workspace, &mut archive)?;
    archive.into_inner()?.flush()?;
    file.as_file().sync_all()?;
    // A packed end that could not be written shows when the backup is read again.
    if entries(file.path(), zipped)? != files {
        return Err(WorkspaceError::Damaged { path: to.to_owned(), reason: "it cannot be read again".to_owned() });
    }
    file.persist(to).map_err(|e| e.error)?;
    sync_folder(folder)?;
    Ok(files)
}

/// The desk as it is at this moment, whoever writes to it; gives the number of files added.
fn add_desk(
    workspace: &Workspace,
    folder: &Path,
    archive: &mut tar::Builder<impl Write>,
) -> Result<usize, WorkspaceError> {
    let copy = private::temporary_named(folder, BACKUP)?;
    if !Desk::copy(workspace.desk_path(), copy.path())? {
        return Ok(0);
    }
    archive.append_path_with_name(copy.path(), "desk.sqlite")?;
    Ok(1)
}

/// The log between two writers: full segments do not change any more, the last one and the head are read at once.
fn add_log(workspace: &Workspace, archive: &mut tar::Builder<impl Write>) -> Result<usize, WorkspaceError> {
    let folder = workspace.log_path();
    let Ok(lock) = fs_err::File::open(folder.join(LOG_LOCK)) else { return Ok(0) };
    wait_for(&lock, Duration::from_secs(10))?;
    let mut names = Vec::new();
    for entry in fs_err::read_dir(&folder)? {
        names.push(entry?.file_name().to_string_lossy().into_owned());
    }
    names.retain(|name| name != LOG_LOCK);
    names.sort();
    let last = names.iter().rfind(|n| n.ends_with(".jsonl")).cloned();
    let mut at_once = Vec::new();
    for name in names.iter().filter(|n| Some(*n) == last.as_ref() || n.ends_with(".json")) {
        at_once.push((name.clone(), fs_err::read(folder.join(name))?));
    }
    drop(lock);
    for name in &names {
        let path = format!("log/{name}");
        match at_once.iter().find(|(n, _)| n == name) {
            Some((_, bytes)) => {
                let mut header = tar::Header::new_gnu();
                header.set_size(bytes.len() as u64);
                header.set_mode(0o600);
                header.set_cksum();
                archive.append_data(&mut header, path, bytes.as_slice())?;
            }
            None => archive.append_path_with_name(folder.join(name), path)?,
        }
    }
    Ok(names.len())
}

/// Removes what killed backups and restores left in a folder; one whose maker lives is locked.
fn sweep(folder: &Path, prefix: &str) -> Result<(), WorkspaceError> {
    for entry in fs_err::read_dir(folder)? {
        let entry = entry?;
        if !entry.file_name().to_string_lossy().starts_with(prefix) {
            continue;
        }
        let is_folder = entry.file_type()?.is_dir();
        let held = if is_folder { entry.path().join(RESTORING) } else { entry.path() };
        let Ok(file) = fs_err::File::open(held) else { continue };
        if wait_for(&file, Duration::ZERO).is_err() {
            continue;
        }
        // Another may sweep at the same time.
        let _ = if is_folder { fs_err::remove_dir_all(entry.path()) } else { fs_err::remove_file(entry.path()) };
    }
    Ok(())
}

fn reader(path: &Path, zipped: bool) -> Result<Box<dyn Read>, WorkspaceError> {
    let file = std::io::BufReader::new(fs_err::File::open(path)?);
    Ok(if zipped { Box::new(GzDecoder::new(file)) } else { Box::new(file) })
}

fn entries(path: &Path, zipped: bool) -> Result<usize, WorkspaceError> {
    let mut archive = tar::Archive::new(reader(path, zipped)?);
    let entries = archive.entries()?.collect::<Result<Vec<_>, _>>()?;
    Ok(entries.len())
}

/// Restores a backup into a directory that is empty or not there yet, after a deep check. It keeps the workspace's
/// identity, see [`super::State::identity`]; its files are their owner's only.
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
    sweep(parent, RESTORE)?;
    let unpacked = tempfile::Builder::new().prefix(RESTORE).tempdir_in(parent)?;
    let held = super::open_private(&unpacked.path().join(RESTORING))?;
    wait_for(&held, Duration::ZERO)?;
    unpack(from, unpacked.path())?;
    for folder in ["incidents", "areas", "reports", "gazetteer"] {
        private::private_folder(&unpacked.path().join(folder))?;
    }
    private::close_all(unpacked.path())?;
    let report = check(&Workspace::open(unpacked.path())?, true, false)?;
    if let Some(problem) = report.problems.first() {
        return Err(damaged(format!("{}: {}", problem.path, problem.reason)));
    }
    fs_err::remove_file(unpacked.path().join(RESTORING))?;
    if root.exists() {
        fs_err::remove_dir(root)?;
    }
    fs_err::rename(unpacked.keep(), root)?;
    sync_folder(parent)?;
    Ok(report)
}

fn unpack(from: &Path, to: &Path) -> Result<(), WorkspaceError> {
    let damaged = |reason: String| WorkspaceError::Damaged { path: from.to_owned(), reason };
    let zipped = from.extension().is_some_and(|e| e.eq_ignore_ascii_case("gz"));
    let mut archive = tar::Archive::new(reader(from, zipped)?);
    for entry in archive.entries()? {
        let mut entry = entry.map_err(|e| damaged(e.to_string()))?;
        let inside = entry.unpack_in(to).map_err(|e| damaged(e.to_string()))?;
        if !inside {
            return Err(damaged("it holds a path that leads out of it".to_owned()));
        }
    }
    Ok(())
}
