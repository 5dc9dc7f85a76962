//! New settings and new data become live together.
//!
//! A writer that changes `places.toml` writes `places.toml.next` first; the transaction that makes the data live notes
//! the checksums of the text before and after; then the file gets its name. Killed between the two, the transaction
//! decides: whoever reads takes the next text, and the next writer gives it its name.

use std::path::{Path, PathBuf};

use rusqlite::params;

use super::{
    State, Workspace, WorkspaceError,
    files::{sync_folder, write_synced},
};

fn next_path(workspace: &Workspace) -> PathBuf {
    workspace.root().join("places.toml.next")
}

fn digest(text: &[u8]) -> String {
    blake3::hash(text).to_hex().to_string()
}

/// Writes the next text, and notes in the open transaction that it follows on the present one.
pub(super) fn prepare(workspace: &Workspace, state: &State, text: &str) -> Result<(), WorkspaceError> {
    let before = digest(&fs_err::read(workspace.settings_path())?);
    write_synced(&next_path(workspace), text.as_bytes())?;
    let set = "INSERT OR REPLACE INTO meta VALUES ('settings_before', ?1)";
    state.connection.execute(set, params![before])?;
    Ok(())
}

/// Gives the next text its name where its transaction was committed, and removes it where it was not.
pub(super) fn settle(workspace: &Workspace, state: &State) -> Result<(), WorkspaceError> {
    let next = next_path(workspace);
    let Some(text) = read_next(&next)? else { return Ok(()) };
    let present = fs_err::read(workspace.settings_path())?;
    if is_live(state, &present, &text)? {
        fs_err::rename(next, workspace.settings_path())?;
    } else {
        fs_err::remove_file(next)?;
    }
    sync_folder(workspace.root())
}

/// The text of the settings that go with the data.
pub(super) fn current(workspace: &Workspace) -> Result<Vec<u8>, WorkspaceError> {
    let present = fs_err::read(workspace.settings_path())?;
    match read_next(&next_path(workspace))? {
        Some(text) if is_live(&workspace.state()?, &present, &text)? => Ok(text),
        _ => Ok(present),
    }
}

fn read_next(path: &Path) -> Result<Option<Vec<u8>>, WorkspaceError> {
    match fs_err::read(path) {
        Ok(text) => Ok(Some(text)),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(e.into()),
    }
}

/// Whether the last commit made the next text live, and nobody has edited the file since.
fn is_live(state: &State, present: &[u8], next: &[u8]) -> Result<bool, WorkspaceError> {
    Ok(state.meta("settings")? == Some(digest(next)) && state.meta("settings_before")? == Some(digest(present)))
}
