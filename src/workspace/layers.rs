//! Layers in a change of the store; other programs find each under its own name.

use rusqlite::params;

use super::{
    AreaRow, Commit, FileEntry, FileKind, Lock, Workspace, WorkspaceError, commit::write_file, layer_file::write_layer,
};

/// A layer to store.
#[derive(Debug)]
pub struct NewLayer<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its areas, ascending by code.
    pub areas: &'a [AreaRow],
    /// What was wrong with some of them, as JSON.
    pub issues: &'a str,
}

impl Commit<'_> {
    /// Stores a layer, replacing the one of the same name.
    ///
    /// # Errors
    /// [`WorkspaceError`] with the path.
    pub fn set_layer(&mut self, layer: &NewLayer<'_>) -> Result<(), WorkspaceError> {
        let file = write_file(self.workspace(), "areas", "parquet", |file, path| write_layer(layer.areas, file, path))?;
        // Other programs find the layer under its own name.
        let path = format!("areas/{}.parquet", layer.name);
        let file = self.rename_layer(file, &path)?;
        self.drop_file("SELECT path FROM layers WHERE name = ?1", [layer.name])?;
        self.state().connection.execute(
            "INSERT OR REPLACE INTO layers VALUES (?1, ?2, ?3, ?4)",
            params![layer.name, file.path, layer.areas.len() as i64, layer.issues],
        )?;
        self.add_file(FileKind::Layer, &file)?;
        self.changes_answers = true;
        Ok(())
    }

    /// `areas/LAYER.parquet` where that name is free; a layer that replaces another keeps its longer name.
    fn rename_layer(&self, file: FileEntry, path: &str) -> Result<FileEntry, WorkspaceError> {
        let root = self.workspace().root();
        if root.join(path).exists() {
            return Ok(file);
        }
        fs_err::rename(root.join(&file.path), root.join(path))?;
        Ok(FileEntry { path: path.to_owned(), ..file })
    }
}

/// Gives layers that replaced another their plain name, `areas/LAYER.parquet`, now that it is free.
///
/// # Errors
/// [`WorkspaceError`]; the layers stay live under one name or the other.
pub fn settle_layer_names(workspace: &Workspace, lock: &Lock) -> Result<(), WorkspaceError> {
    let plain = |name: &str| format!("areas/{name}.parquet");
    let unsettled = |layers: Vec<(String, String)>| layers.into_iter().filter(|(n, path)| *path != plain(n));
    if unsettled(workspace.state()?.layers()?).next().is_none() {
        return Ok(());
    }
    let mut commit = Commit::begin(workspace, lock)?;
    for (name, path) in unsettled(commit.state().layers()?) {
        let entry = commit.state().files()?.into_iter().find(|f| f.path == path);
        let Some(entry) = entry else { continue };
        let file = FileEntry { path: plain(&name), ..entry };
        fs_err::hard_link(workspace.root().join(&path), workspace.root().join(&file.path))?;
        commit.drop_file("SELECT path FROM layers WHERE name = ?1", [&name])?;
        commit.state().connection.execute("UPDATE layers SET path = ?1 WHERE name = ?2", [&file.path, &name])?;
        commit.add_file(FileKind::Layer, &file)?;
    }
    commit.changes_answers = true;
    commit.finish()
}
