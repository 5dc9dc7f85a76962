//! `places import --watch`: a folder into which files are dropped.
//!
//! A file is taken once two looks found it the same, imported alone with every guard of an import, and moved out of the way:
//! what still lies in the folder was not looked at yet.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use super::{
    import_report,
    output::{note, print_line, write_private},
    progress::with_bar,
};
use crate::{
    export::printable,
    import::{ImportError, ImportRequest, SourceFile, import},
    workspace::{Workspace, WorkspaceError},
};

/// What is known of a file between two looks.
type Seen = HashMap<PathBuf, (u64, Option<SystemTime>)>;

pub(super) fn run(
    workspace: &Workspace,
    request: &ImportRequest,
    folder: &Path,
    every: Duration,
    once: bool,
) -> anyhow::Result<()> {
    if !folder.is_dir() {
        anyhow::bail!("{} is no folder; make it, then start again", folder.display());
    }
    note(&format!("watching {}; Ctrl-C ends it", folder.display()));
    let mut seen = look(folder)?;
    loop {
        std::thread::sleep(if once { Duration::from_millis(500) } else { every });
        let now = look(folder)?;
        let mut whole: Vec<&PathBuf> =
            now.iter().filter(|(path, state)| seen.get(*path) == Some(*state)).map(|w| w.0).collect();
        whole.sort();
        for path in whole {
            take(workspace, request, folder, path)?;
        }
        if once {
            return Ok(());
        }
        seen = now;
    }
}

/// The tables that lie in the folder, with size and time.
fn look(folder: &Path) -> anyhow::Result<Seen> {
    let mut seen = Seen::new();
    for entry in fs_err::read_dir(folder)? {
        let path = entry?.path();
        let file = SourceFile { path: path.clone() };
        let is_table = file.plain_name().to_ascii_lowercase().ends_with(".csv");
        if is_table && !file.name().starts_with(['.', '~']) && path.is_file() {
            // A file that is gone by now is none.
            let Ok(data) = fs_err::metadata(&path) else { continue };
            seen.insert(path, (data.len(), data.modified().ok()));
        }
    }
    Ok(seen)
}

/// Imports a file and moves it; one that another writer is in the way of stays for the next look.
fn take(workspace: &Workspace, request: &ImportRequest, folder: &Path, path: &Path) -> anyhow::Result<()> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let request = ImportRequest { files: vec![path.to_string_lossy().into_owned()], ..request.clone() };
    match with_bar(|progress| import(workspace, &request, progress)) {
        Ok(report) => {
            print_line(&import_report::text(&report))?;
            move_to(path, &folder.join("imported"))?;
        }
        Err(ImportError::Workspace(e @ WorkspaceError::Locked { .. })) => {
            note(&printable(&format!("{name}: {e}; it stays for the next look")));
        }
        Err(e @ (ImportError::Workspace(_) | ImportError::Io { .. })) => return Err(e.into()),
        Err(e) => {
            let place = move_to(path, &folder.join("refused"))?;
            let mut reason = place.clone().into_os_string();
            reason.push(".reason.txt");
            write_private(&PathBuf::from(reason), format!("{e}\n").as_bytes())?;
            note(&printable(&format!("refused: {e}. It lies in {}", place.display())));
        }
    }
    Ok(())
}

/// Moves a file into a folder, under a name that is not there yet.
fn move_to(path: &Path, folder: &Path) -> anyhow::Result<PathBuf> {
    fs_err::create_dir_all(folder)?;
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let numbered = (2_u32..).map(|n| folder.join(format!("{n}-{name}")));
    let place = std::iter::once(folder.join(&name)).chain(numbered).find(|place| !place.exists());
    let place = place.unwrap_or_else(|| folder.join(&name));
    fs_err::rename(path, &place)?;
    Ok(place)
}
