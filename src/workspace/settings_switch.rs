//! New settings and new data become live together.
//!
//! A writer that changes `places.toml` writes `places.toml.next` first; the transaction that makes the data live notes
//! the checksums of the text before and after; then the file gets its name. Killed between the two, the transaction
//! decides: whoever reads takes the next text, and the next writer gives it its name.

use std::path::{Path, PathBuf};

use rusqlite::params;

use super::{
    State, WorkspaceError,
    files::{sync_folder, write_synced},
};

fn next_path(root: &Path) -> PathBuf {
    root.join("places.toml.next")
}

fn settings_path(root: &Path) -> PathBuf {
    root.join("places.toml")
}

fn digest(text: &[u8]) -> String {
    blake3::hash(text).to_hex().to_string()
}

/// Writes the next text, and notes in the open transaction that it follows on the present one.
pub(super) fn prepare(root: &Path, state: &State, text: &str) -> Result<(), WorkspaceError> {
    let before = digest(&fs_err::read(settings_path(root))?);
    write_synced(&next_path(root), text.as_bytes())?;
    let set = "INSERT OR REPLACE INTO meta VALUES ('settings_before', ?1)";
    state.connection.execute(set, params![before])?;
    Ok(())
}

/// Gives the next text its name where its transaction was committed, and removes it where it was not.
pub(super) fn settle(root: &Path, state: &State) -> Result<(), WorkspaceError> {
    let next = next_path(root);
    let Some(text) = read_next(&next)? else { return Ok(()) };
    let present = fs_err::read(settings_path(root))?;
    if is_live(state, &present, &text)? {
        fs_err::rename(next, settings_path(root))?;
    } else {
        fs_err::remove_file(next)?;
    }
    sync_folder(root)
}

/// The text of the settings that go with the data.
pub(super) fn current(root: &Path) -> Result<Vec<u8>, WorkspaceError> {
    let present = fs_err::read(settings_path(root))?;
    match read_next(&next_path(root))? {
        Some(text) if is_live(&State::open(&root.join("state.sqlite"))?, &present, &text)? => Ok(text),
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
