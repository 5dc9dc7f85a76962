//! Files of the workspace: written whole and synced, listed with size and checksum.

use std::{
    io::{Read, Write},
    path::Path,
};

use super::{WorkspaceError, private::temporary};

/// What a listed file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    /// Incidents of one source and month.
    Incidents,
    /// A layer of areas.
    Layer,
    /// A gazetteer's index.
    Gazetteer,
    /// A report of an import, or its rejected rows.
    Report,
}

impl FileKind {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Incidents => "incidents",
            Self::Layer => "layer",
            Self::Gazetteer => "gazetteer",
            Self::Report => "report",
        }
    }
}

/// A file as the state lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileEntry {
    /// Path from the workspace's root, with `/`.
    pub path: String,
    /// Bytes.
    pub bytes: u64,
    /// BLAKE3 of the whole file, hexadecimal.
    pub blake3: String,
}

/// Writes a file under its final name through a temporary one, synced: it is there whole or not at all.
pub(super) fn write_synced(path: &Path, bytes: &[u8]) -> Result<(), WorkspaceError> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file = temporary(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|e| e.error)?;
    sync_folder(folder)
}

/// Makes the names in a folder durable.
pub(super) fn sync_folder(folder: &Path) -> Result<(), WorkspaceError> {
    fs_err::File::open(folder)?.sync_all()?;
    Ok(())
}

/// Size and checksum of a file.
pub(super) fn digest(path: &Path) -> Result<(u64, String), WorkspaceError> {
    let mut file = fs_err::File::open(path)?;
    let mut hasher = blake3::Hasher::new();
    let mut buffer = vec![0; 1 << 20];
    let mut bytes = 0;
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            return Ok((bytes, hasher.finalize().to_hex().to_string()));
        }
        bytes += read as u64;
        hasher.update(&buffer[..read]);
    }
}

/// Every file below the folders that hold data, from the root, with `/`.
pub(super) fn stored_files(root: &Path) -> Result<Vec<String>, WorkspaceError> {
    let mut stored = Vec::new();
    let mut folders = vec!["incidents".to_owned(), "areas".to_owned(), "reports".to_owned(), "gazetteer".to_owned()];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs_err::read_dir(root.join(&folder)) else { continue };
        for entry in entries {
            let entry = entry?;
            let path = format!("{folder}/{}", entry.file_name().to_string_lossy());
            if entry.file_type()?.is_dir() {
                folders.push(path);
            } else {
                stored.push(path);
            }
        }
    }
    stored.sort();
    Ok(stored)
}
