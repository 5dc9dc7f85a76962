//! What a load builds, ready on disk: `cache/ready-*.places` in the workspace, made from one list of files.
//!
//! The key of a ready file is the list of stored files with their checksums, sizes and times, the study area, what parts of
//! sources speak for, and the version of the program. A file of another key, or one that is not whole to the last bit, is as good as
//! none: the ordinary load verifies every stored file, builds everything from them, and writes the next ready file.
//!
//! **What it promises.** Answers come from stored files whose checksums were verified: in this load, or in the one that
//! wrote the ready file, whose own checksums are verified whenever it is read. A stored file that is missing, of
//! another size or was touched since makes the key another one, so that everything is verified again. A bit that
//! rots in a stored file without a trace in its size and time is found by `places check` and by the next ordinary load; until
//! then answers are those of the sound file. Deleting `cache/` changes nothing but the time of the next start.

mod file;
mod layers;
#[cfg(test)]
mod tests;

use std::{
    os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use rayon::prelude::*;

use super::{LayerArea, LoadedLayer};
use crate::{
    grid,
    model::RESOLUTIONS,
    table::{ColumnList, ColumnsRead, TABLE_VERSION, Table},
    workspace::{FileEntry, Partition},
};

/// Incidents from which on reading one file is quicker than building from many.
const MIN_INCIDENTS: u64 = 20_000;
/// Begin of the names of ready files, and of those not finished.
const PREFIX: &str = "ready-";
const UNFINISHED: &str = ".new-ready-";
const EXTENSION: &str = ".places";

/// The ready file of one state of the data.
#[derive(Debug)]
pub(super) struct Ready {
    folder: PathBuf,
    name: String,
    key: file::Key,
}

/// What a ready file holds.
#[derive(Debug)]
pub(super) struct Built {
    pub(super) table: Table,
    /// Areas of each layer.
    pub(super) areas: Vec<Vec<LayerArea>>,
}

impl Ready {
    /// The ready file of some stored files; `None` where there are too few incidents for one, or where a stored
    /// file is not there in its size, which the ordinary load will tell.
    pub(super) fn new(
        root: &Path,
        partitions: &[Partition],
        layers: &[(String, String)],
        files: &[FileEntry],
        facts: &str,
    ) -> Option<Self> {
        if partitions.iter().map(|p| p.rows).sum::<u64>() < MIN_INCIDENTS {
            return None;
        }
        Self::of_any_size(root, partitions, layers, files, facts)
    }

    fn of_any_size(
        root: &Path,
        partitions: &[Partition],
        layers: &[(String, String)],
        files: &[FileEntry],
        facts: &str,
    ) -> Option<Self> {
        let mut live = partitions.iter().map(|p| &p.path).chain(layers.iter().map(|l| &l.1));
        if !live.all(|path| files.iter().any(|f| f.path == *path)) {
            return None;
        }
        let program = (TABLE_VERSION, env!("CARGO_PKG_VERSION"));
        let content = blake3::hash(format!("{:?}", (program, partitions, layers, files, facts)).as_bytes());
        let mut key = blake3::Hasher::new();
        key.update(content.as_bytes());
        for file in files {
            let found = fs_err::metadata(root.join(&file.path)).ok().filter(|found| found.len() == file.bytes)?;
            key.update(&found.mtime().to_le_bytes());
            key.update(&found.mtime_nsec().to_le_bytes());
        }
        let name = format!("{PREFIX}{}{EXTENSION}", &content.to_hex()[..16]);
        Some(Self { folder: root.join("cache"), name, key: key.finalize().into() })
    }

    fn path(&self) -> PathBuf {
        self.folder.join(&self.name)
    }

    /// What the file holds, for so many layers; `None` where there is none that can be believed.
    pub(super) fn read(&self, layers: &[(String, String)]) -> Option<Built> {
        let path = self.path();
        // Opening something else, such as a pipe, could wait for ever.
        fs_err::symlink_metadata(&path).ok().filter(std::fs::Metadata::is_file)?;
        let columns = file::read(fs_err::File::open(path).ok()?.file(), &self.key)?;
        let mut read = ColumnsRead::new(columns);
        let areas: Vec<Vec<LayerArea>> = layers.iter().map(|_| layers::take_areas(&mut read)).collect::<Option<_>>()?;
        let sizes: Vec<(String, usize)> = layers.iter().zip(&areas).map(|(l, a)| (l.0.clone(), a.len())).collect();
        let table = Table::from_columns(&mut read, &sizes)?;
        let known = RESOLUTIONS.iter().all(|&resolution| {
            let cells = table.cell_groups(resolution).map_or(&[][..], |g| g.1);
            cells.par_iter().with_min_len(1 << 12).all(|&cell| grid::is_cell(cell, resolution))
        });
        (read.is_done() && known).then_some(Built { table, areas })
    }

    /// Writes the file and removes those of other content. Where that cannot be done, as in a directory that is
    /// read-only or full, the next start is as slow as this one.
    pub(super) fn write(&self, table: &Table, layers: &[LoadedLayer]) {
        if let Err(error) = self.try_write(table, layers) {
            tracing::debug!("no ready file: {error}");
        }
    }

    fn try_write(&self, table: &Table, layers: &[LoadedLayer]) -> std::io::Result<()> {
        if !self.folder.is_dir() {
            std::fs::DirBuilder::new().mode(0o700).create(&self.folder)?;
        }
        let mut list = ColumnList::default();
        layers.iter().for_each(|layer| layers::put_areas(&layer.areas, &mut list));
        table.put_columns(&mut list);
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create_new(true).mode(0o600);
        let mut unfinished = tempfile::Builder::new();
        let unfinished = unfinished.prefix(UNFINISHED).make_in(&self.folder, |path| options.open(path))?;
        // Not synced: what a crash leaves of it does not pass its checksums.
        file::write(unfinished.as_file(), &self.key, &list.into_columns())?;
        unfinished.persist(self.path()).map_err(|e| e.error)?;
        self.sweep()
    }

    /// Removes other ready files, and what killed writers left. A writer at work loses its own and does without.
    fn sweep(&self) -> std::io::Result<()> {
        for entry in fs_err::read_dir(&self.folder)? {
            let entry = entry?;
            let name = entry.file_name();
            let name = name.to_string_lossy();
            let ours = (name.starts_with(PREFIX) && name.ends_with(EXTENSION)) || name.starts_with(UNFINISHED);
            if ours && *name != self.name {
                fs_err::remove_file(entry.path())?;
            }
        }
        Ok(())
    }
}
