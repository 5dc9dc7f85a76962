//! A change of the store: new files first, then one transaction makes them live, then old files go.
//!
//! Killed anywhere, the store is the old one or the new one; what is left over is swept by the next writer.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use rusqlite::params;

use super::{
    Edition, FileEntry, FileKind, Incidents, Indicator, Lock, Settings, State, Workspace, WorkspaceError,
    files::{digest, stored_files, sync_folder, write_synced},
    identity::log_head,
    incidents::{rows_digest_of, write_incidents},
    private::{UNFINISHED, private_folder, temporary},
    schema, seal, settings_switch,
};
use crate::model::Month;

/// A change in the making; dropped without [`Commit::finish`] it changes nothing.
#[derive(Debug)]
pub struct Commit<'a> {
    workspace: &'a Workspace,
    state: State,
    folders: BTreeSet<PathBuf>,
    /// New text of `places.toml`.
    settings: Option<String>,
    /// Whether answers change, so that readers must load again.
    pub(super) changes_answers: bool,
}

impl<'a> Commit<'a> {
    /// Begins a change under the writer's lock, after sweeping what a killed writer left.
    ///
    /// # Errors
    /// [`WorkspaceError`] when the state cannot be read or leftovers not removed.
    pub fn begin(workspace: &'a Workspace, _lock: &Lock) -> Result<Self, WorkspaceError> {
        let mut state = workspace.state()?;
        sweep(workspace, &state)?;
        settings_switch::settle(workspace.root(), &state)?;
        schema::upgrade(&workspace.state_path(), &mut state)?;
        state.connection.execute_batch("BEGIN IMMEDIATE")?;
        Ok(Self { workspace, state, folders: BTreeSet::new(), settings: None, changes_answers: false })
    }

    pub(super) fn workspace(&self) -> &'a Workspace {
        self.workspace
    }

    /// The state as this change has made it so far.
    #[must_use]
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Writes a partition's new file; `None` when the same file is live already.
    ///
    /// # Errors
    /// [`WorkspaceError`] with the path.
    pub fn write_partition(
        workspace: &Workspace,
        source: &str,
        month: Month,
        incidents: &Incidents,
    ) -> Result<FileEntry, WorkspaceError> {
        let folder = format!("incidents/source={}/month={month}", path_safe(source));
        write_file(workspace, &folder, "parquet", |file, path| write_incidents(incidents, file, path))
    }

    /// Makes a written partition live in place of the one of the same source and month; with no incidents the
    /// partition goes.
    ///
    /// # Errors
    /// [`WorkspaceError::State`].
    pub fn set_partition(
        &mut self,
        source: &str,
        month: Month,
        file: &FileEntry,
        rows: usize,
    ) -> Result<(), WorkspaceError> {
        self.drop_file("SELECT path FROM partitions WHERE source = ?1 AND month = ?2", params![source, month.0])?;
        let connection = &self.state.connection;
        if rows == 0 {
            connection.execute("DELETE FROM partitions WHERE source = ?1 AND month = ?2", params![source, month.0])?;
        } else {
            let content = rows_digest_of(&self.workspace.root().join(&file.path))?;
            connection.execute(
                "INSERT OR REPLACE INTO partitions(source, month, path, rows, content) VALUES (?1, ?2, ?3, ?4, ?5)",
                params![source, month.0, file.path, rows as i64, content],
            )?;
            self.add_file(FileKind::Incidents, file)?;
        }
        self.changes_answers = true;
        Ok(())
    }

    pub(super) fn add_file(&mut self, kind: FileKind, file: &FileEntry) -> Result<(), WorkspaceError> {
        let mut folder = self.workspace.root().join(&file.path);
        // A new folder's own name must be durable too.
        while folder.pop() && folder.starts_with(self.workspace.root()) {
            self.folders.insert(folder.clone());
        }
        self.state.insert_file(kind, file)
    }

    pub(super) fn drop_file(&self, sql: &str, parameters: impl rusqlite::Params) -> Result<(), WorkspaceError> {
        let connection = &self.state.connection;
        let mut statement = connection.prepare_cached(sql)?;
        let mut rows = statement.query(parameters)?;
        while let Some(row) = rows.next()? {
            connection.execute("DELETE FROM files WHERE path = ?1", [row.get::<_, String>(0)?])?;
        }
        Ok(())
    }

    /// Notes what has been received.
    ///
    /// # Errors
    /// [`WorkspaceError::State`].
    pub fn set_edition(&mut self, edition: &Edition) -> Result<(), WorkspaceError> {
        self.state.connection.execute(
            "INSERT OR REPLACE INTO editions VALUES (?1, ?2, ?3, ?4, ?5)",
            params![edition.source, edition.part, edition.month.0, edition.digest, edition.rows.cast_signed()],
        )?;
        self.changes_answers = true;
        Ok(())
    }

    /// Replaces the coverage of a source and month: (part, district, rows).
    ///
    /// # Errors
    /// [`WorkspaceError::State`].
    pub fn set_coverage(
        &mut self,
        source: &str,
        month: Month,
        rows: &[(String, String, u64)],
    ) -> Result<(), WorkspaceError> {
        let connection = &self.state.connection;
        connection.execute("DELETE FROM coverage WHERE source = ?1 AND month = ?2", params![source, month.0])?;
        let mut insert = connection.prepare_cached("INSERT INTO coverage VALUES (?1, ?2, ?3, ?4, ?5)")?;
        for (part, district, count) in rows {
            insert.execute(params![source, part, month.0, district, count.cast_signed()])?;
        }
        Ok(())
    }

    /// Makes a layer the study area, in `places.toml`, when the change is finished.
    ///
    /// # Errors
    /// [`WorkspaceError::Settings`] when `places.toml` is not TOML.
    pub fn set_study_area(&mut self, layer: &str) -> Result<(), WorkspaceError> {
        self.settings = Some(Settings::with_study_area(&self.workspace.settings_path(), layer)?);
        self.changes_answers = true;
        Ok(())
    }

    /// Replaces an indicator of a layer.
    ///
    /// # Errors
    /// [`WorkspaceError::State`].
    pub fn set_indicator(&mut self, layer: &str, name: &str, values: &[Indicator]) -> Result<(), WorkspaceError> {
        let connection = &self.state.connection;
        connection.execute("DELETE FROM indicators WHERE layer = ?1 AND name = ?2", params![layer, name])?;
        let mut insert = connection.prepare_cached("INSERT INTO indicators VALUES (?1, ?2, ?3, ?4)")?;
        for row in values {
            insert.execute(params![layer, name, row.code, row.value])?;
        }
        self.changes_answers = true;
        Ok(())
    }

    /// Notes which area of a layer smaller units belong to.
    ///
    /// # Errors
    /// [`WorkspaceError::State`].
    pub fn add_lookup(&mut self, layer: &str, pairs: &[(String, String)]) -> Result<(), WorkspaceError> {
        let connection = &self.state.connection;
        let mut insert = connection.prepare_cached("INSERT OR REPLACE INTO lookups VALUES (?1, ?2, ?3)")?;
        for (child, code) in pairs {
            insert.execute(params![layer, child, code])?;
        }
        Ok(())
    }

    /// Stores the report of an import, and its rejected rows where there are any.
    ///
    /// # Errors
    /// [`WorkspaceError`] with the path.
    pub fn add_import(
        &mut self,
        source: &str,
        report: &str,
        rejected_csv: Option<&[u8]>,
    ) -> Result<i64, WorkspaceError> {
        self.state
            .connection
            .execute("INSERT INTO imports(source, report) VALUES (?1, ?2)", params![source, report])?;
        let id = self.state.connection.last_insert_rowid();
        if let Some(csv) = rejected_csv {
            let path = format!("reports/import-{id:05}-rejected.csv");
            let full = self.workspace.root().join(&path);
            write_synced(&full, csv)?;
            let (bytes, blake3) = digest(&full)?;
            self.add_file(FileKind::Report, &FileEntry { path, bytes, blake3 })?;
        }
        Ok(id)
    }

    /// Replaces a set of harm weights: (category or code, weight).
    ///
    /// # Errors
    /// [`WorkspaceError::State`].
    pub fn set_harm_weights(&mut self, name: &str, weights: &[(String, f64)]) -> Result<(), WorkspaceError> {
        let connection = &self.state.connection;
        connection.execute("DELETE FROM harm_weights WHERE name = ?1", [name])?;
        let mut insert = connection.prepare_cached("INSERT INTO harm_weights VALUES (?1, ?2, ?3)")?;
        for (key, weight) in weights {
            insert.execute(params![name, key, weight])?;
        }
        self.changes_answers = true;
        Ok(())
    }

    /// Makes the change live: syncs folders, switches the lists in one transaction, seals, sweeps.
    ///
    /// # Errors
    /// [`WorkspaceError`]; before the switch the store is as it was. [`WorkspaceError::AfterSwitch`] when the switch
    /// happened and something after it failed.
    pub fn finish(self) -> Result<(), WorkspaceError> {
        for folder in &self.folders {
            sync_folder(folder)?;
        }
        if let Some(text) = &self.settings {
            settings_switch::prepare(self.workspace.root(), &self.state, text)?;
        }
        self.note_content()?;
        let state_path = self.workspace.state_path();
        seal::open(&state_path)?;
        if let Err(error) = self.state.connection.execute_batch("COMMIT") {
            self.take_back(&state_path);
            return Err(error.into());
        }
        let after = |e: WorkspaceError| WorkspaceError::AfterSwitch { reason: e.cause() };
        settings_switch::settle(self.workspace.root(), &self.state).map_err(after)?;
        seal::close(&state_path).map_err(after)?;
        // What cannot be swept now the next writer sweeps.
        let _ = sweep(self.workspace, &self.state);
        Ok(())
    }

    /// What the state says of itself: settings last used, number of the snapshot, digest of the whole.
    fn note_content(&self) -> Result<(), WorkspaceError> {
        let set = "INSERT OR REPLACE INTO meta VALUES (?1, ?2)";
        let connection = &self.state.connection;
        let settings = match &self.settings {
            Some(text) => blake3::hash(text.as_bytes()).to_hex().to_string(),
            None => digest(&self.workspace.settings_path())?.1,
        };
        connection.execute(set, params!["settings", settings])?;
        if let Some((entries, last)) = log_head(&self.workspace.log_path()) {
            connection.execute(set, params!["log", format!("{entries}:{last}")])?;
        }
        if self.changes_answers {
            let snapshot = self.state.snapshot()? + 1;
            connection.execute(set, params!["snapshot", snapshot.to_string()])?;
        }
        connection.execute(set, params!["digest", self.state.compute_digest()?])?;
        Ok(())
    }

    /// After a switch that failed: the state is as it was, and sealed again where that can be written.
    fn take_back(&self, state_path: &Path) {
        // What fails here `check` and the next writer put right.
        let _ = self.state.connection.execute_batch("ROLLBACK");
        let is_whole = self.state.content_digest().and_then(|d| Ok(d == self.state.compute_digest()?));
        if matches!(is_whole, Ok(true)) {
            let _ = seal::close(state_path);
        }
    }
}

/// Writes a file under a name made of its checksum, synced, through a temporary one.
pub(super) fn write_file(
    workspace: &Workspace,
    folder: &str,
    extension: &str,
    write: impl FnOnce(&std::fs::File, &Path) -> Result<(), WorkspaceError>,
) -> Result<FileEntry, WorkspaceError> {
    let full = workspace.root().join(folder);
    private_folder(&full)?;
    let file = temporary(&full)?;
    write(file.as_file(), file.path())?;
    file.as_file().sync_all()?;
    let (bytes, blake3) = digest(file.path())?;
    let name = format!("{}.{extension}", &blake3[..16]);
    file.persist(full.join(&name)).map_err(|e| e.error)?;
    Ok(FileEntry { path: format!("{folder}/{name}"), bytes, blake3 })
}

/// A source's name as a folder: anything but letters, digits, `.`, `_` and `-` is escaped.
fn path_safe(source: &str) -> String {
    source
        .bytes()
        .map(|b| match b {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'_' | b'-' => char::from(b).to_string(),
            _ => format!("%{b:02X}"),
        })
        .collect()
}

/// Removes files of the store that no list names, and folders left empty. Whoever sweeps holds the writer's lock, so
/// an unfinished file is that of a writer that is no more.
fn sweep(workspace: &Workspace, state: &State) -> Result<(), WorkspaceError> {
    for entry in fs_err::read_dir(workspace.root())? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with(UNFINISHED) && entry.file_type()?.is_file() {
            fs_err::remove_file(entry.path())?;
        }
    }
    let live: BTreeSet<String> = state.files()?.into_iter().map(|f| f.path).collect();
    for path in stored_files(workspace.root())? {
        if !live.contains(&path) {
            let full = workspace.root().join(&path);
            fs_err::remove_file(&full)?;
            // Only an empty folder can be removed; a full one stays.
            for folder in full.ancestors().skip(1).take_while(|f| f.starts_with(workspace.root().join("incidents"))) {
                if folder == workspace.root().join("incidents") || fs_err::remove_dir(folder).is_err() {
                    break;
                }
            }
        }
    }
    Ok(())
}
