//! The checksum of `state.sqlite`, kept beside it in `state.sqlite.sum`.
//!
//! A writer marks it `open` before its transaction touches the file and `sealed` with the new checksum after.
//! Found `open`, a writer was killed: the content digest inside the file then decides whether it is whole.

use std::path::{Path, PathBuf};

use super::{
    WorkspaceError,
    files::{digest, write_synced},
};

/// What the seal says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Seal {
    /// The whole file has this checksum.
    Sealed(String),
    /// A writer was at work, or was killed there.
    Open,
    /// The seal itself is missing or damaged.
    Damaged,
}

fn seal_path(state: &Path) -> PathBuf {
    state.with_extension("sqlite.sum")
}

fn text(body: &str) -> String {
    format!("{body} {}\n", blake3::hash(body.as_bytes()).to_hex())
}

pub(super) fn open(state: &Path) -> Result<(), WorkspaceError> {
    write_synced(&seal_path(state), text("open").as_bytes())
}

pub(super) fn close(state: &Path) -> Result<(), WorkspaceError> {
    let sum = digest(state)?.1;
    write_synced(&seal_path(state), text(&format!("sealed {sum}")).as_bytes())
}

pub(super) fn read(state: &Path) -> Seal {
    let Ok(seal) = fs_err::read_to_string(seal_path(state)) else { return Seal::Damaged };
    if seal == text("open") {
        return Seal::Open;
    }
    let sum = seal.strip_prefix("sealed ").and_then(|rest| rest.get(..64));
    match sum {
        Some(sum) if seal == text(&format!("sealed {sum}")) => Seal::Sealed(sum.to_owned()),
        _ => Seal::Damaged,
    }
}
