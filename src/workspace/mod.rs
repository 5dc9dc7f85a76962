//! The directory that holds one partnership's data, in three stores with a lock each.
//!
//! | store | files | rule |
//! |---|---|---|
//! | data | `state.sqlite`, `incidents/`, `areas/`, `gazetteer/`, `reports/`, `places.toml` | sealed, one writer (`places.lock`), all or nothing, checked to the bit |
//! | desk | `desk.sqlite` | many small writes while an import runs, each with its history (`desk.lock` while it is made) |
//! | log | `log/` | append only, hash-chained (room `access`; `log/lock`) |
//!
//! A commit of data writes new Parquet files, syncs file and directory, then switches the list in `state.sqlite` in
//! one transaction; files that no list names are swept by the next writer. `state.sqlite` runs with a
//! rollback journal (one file at rest) and carries a checksum beside it, so a flipped bit in any file is
//! found. Files are their owner's only (`private`). May use: model.

mod backup;
mod check;
mod commit;
mod desk;
mod error;
mod files;
mod format;
mod identity;
mod incidents;
mod incidents_digest;
mod incidents_read;
mod incidents_write;
mod layer_file;
mod lock;
mod private;
mod review;
mod schema;
mod seal;
mod secret;
mod settings;
mod settings_switch;
mod state;
mod words;

use std::path::{Path, PathBuf};

pub use backup::{backup, restore};
pub use check::{CheckReport, Problem, check};
pub use commit::{Commit, NewLayer, settle_layer_names};
pub use desk::{Desk, Step};
pub use error::WorkspaceError;
pub use files::{FileEntry, FileKind};
pub use format::{FORMAT_VERSION, LOG_LOCK};
pub use identity::{Digests, user_name};
pub use incidents::{IncidentRow, Incidents, NO_PLACE, PlaceRow};
pub use incidents_read::read_incidents;
pub use incidents_write::INCIDENT_COLUMNS;
pub use layer_file::{AreaRow, read_layer};
pub use lock::{Lock, wait_for};
pub use private::{open_private, private_folder};
pub use review::{Alias, AliasState, GazetteerFile, ReviewDecision, ReviewItem};
pub use secret::Secret;
pub use settings::{CalendarSettings, DefaultLocationSettings, GeocodeSettings, Settings, StudyArea, TEMPLATE};
pub use state::{CoverageCount, Edition, ImportRecord, Indicator, Partition, State, StoredClaim};

/// An opened workspace directory.
#[derive(Debug, Clone)]
pub struct Workspace {
    root: PathBuf,
}

impl Workspace {
    /// Makes a new workspace in a directory that is empty or not there yet.
    ///
    /// # Errors
    /// [`WorkspaceError::NotEmpty`] when something is there already, or the I/O error with its path.
    pub fn init(root: &Path) -> Result<Self, WorkspaceError> {
        if fs_err::read_dir(root).is_ok_and(|mut entries| entries.next().is_some()) {
            return Err(WorkspaceError::NotEmpty { path: root.to_owned() });
        }
        private_folder(root)?;
        // Nobody but the owner reads what is inside, in a folder that was there too.
        fs_err::set_permissions(root, std::os::unix::fs::PermissionsExt::from_mode(0o700))?;
        let root = &fs_err::canonicalize(root)?;
        for folder in ["incidents", "areas", "reports", "gazetteer"] {
            private_folder(&root.join(folder))?;
        }
        let workspace = Self { root: root.clone() };
        let lock = workspace.lock()?;
        files::write_synced(&workspace.settings_path(), TEMPLATE.as_bytes())?;
        schema::create(&workspace.state_path())?;
        Commit::begin(&workspace, &lock)?.finish()?;
        Ok(workspace)
    }

    /// Opens an existing workspace.
    ///
    /// # Errors
    /// [`WorkspaceError::NotAWorkspace`] or [`WorkspaceError::Newer`]; nothing is changed.
    pub fn open(root: &Path) -> Result<Self, WorkspaceError> {
        let workspace = Self { root: root.to_owned() };
        for path in [workspace.state_path(), workspace.settings_path()] {
            match fs_err::File::open(&path) {
                Ok(file) if file.metadata().is_ok_and(|m| m.is_file()) => {}
                Err(source) if source.kind() == std::io::ErrorKind::PermissionDenied => {
                    return Err(WorkspaceError::NotReadable { path: root.to_owned(), source });
                }
                _ => return Err(WorkspaceError::NotAWorkspace { path: root.to_owned() }),
            }
        }
        workspace.state()?;
        Ok(workspace)
    }

    /// Whether the directory still holds the workspace, and this process can read it.
    #[must_use]
    pub fn is_there(&self) -> bool {
        [self.state_path(), self.settings_path()].iter().all(|path| fs_err::File::open(path).is_ok())
    }

    /// The directory.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// `places.toml`.
    #[must_use]
    pub fn settings_path(&self) -> PathBuf {
        self.root.join("places.toml")
    }

    /// `state.sqlite`.
    #[must_use]
    pub fn state_path(&self) -> PathBuf {
        self.root.join("state.sqlite")
    }

    /// `log/`, which the room `access` writes.
    #[must_use]
    pub fn log_path(&self) -> PathBuf {
        self.root.join("log")
    }

    /// The settings, and the checksum of the very bytes they were read from.
    ///
    /// # Errors
    /// [`WorkspaceError::Settings`] with line and reason, or the I/O error.
    pub fn settings_read(&self) -> Result<(Settings, String), WorkspaceError> {
        Settings::read(&self.settings_path(), &settings_switch::current(&self.root)?)
    }

    /// The settings, for whoever does not need to know when they change.
    ///
    /// # Errors
    /// As [`Self::settings_read`].
    pub fn settings(&self) -> Result<Settings, WorkspaceError> {
        Ok(self.settings_read()?.0)
    }

    /// Checksum of `places.toml` as it is now: to ask whether settings read before are still those.
    ///
    /// # Errors
    /// The I/O error with its path.
    pub fn settings_digest(&self) -> Result<String, WorkspaceError> {
        Ok(blake3::hash(&settings_switch::current(&self.root)?).to_hex().to_string())
    }

    /// The layer that is the study area, or none while the settings name none.
    ///
    /// # Errors
    /// [`WorkspaceError::NoStudyArea`] when the settings name a layer that is not there.
    pub fn study_area(&self, state: &State) -> Result<Option<String>, WorkspaceError> {
        let layer = self.settings()?.study_area.layer;
        let known: Vec<String> = state.layers()?.into_iter().map(|l| l.0).collect();
        if layer.is_empty() {
            return Ok(None);
        }
        if known.contains(&layer) { Ok(Some(layer)) } else { Err(WorkspaceError::NoStudyArea { layer, known }) }
    }

    /// Whether a stored file is what the state lists.
    ///
    /// # Errors
    /// [`WorkspaceError::Damaged`] when its checksum differs, or the I/O error with its path.
    pub fn verify(&self, file: &FileEntry) -> Result<(), WorkspaceError> {
        let path = self.root.join(&file.path);
        let (bytes, blake3) = files::digest(&path)?;
        if bytes == file.bytes && blake3 == file.blake3 {
            return Ok(());
        }
        let reason = "its checksum is not the one it was written with".to_owned();
        Err(WorkspaceError::Damaged { path, reason })
    }

    /// Opens the state for reading.
    ///
    /// # Errors
    /// [`WorkspaceError::State`] when SQLite cannot read it, [`WorkspaceError::Newer`] when the format is newer.
    pub fn state(&self) -> Result<State, WorkspaceError> {
        State::open(&self.state_path())
    }

    /// `desk.sqlite`.
    #[must_use]
    pub fn desk_path(&self) -> PathBuf {
        self.root.join(desk::NAME)
    }

    /// Opens the desk for writing, made where it is not there yet; needs no lock of the data.
    ///
    /// # Errors
    /// [`WorkspaceError::Desk`], or [`WorkspaceError::Newer`] for one of a newer program.
    pub fn desk(&self) -> Result<Desk, WorkspaceError> {
        Desk::open(&self.root, &self.state()?.claims()?)
    }

    /// Stored results, by identity: of the desk, and what an earlier version kept elsewhere.
    ///
    /// # Errors
    /// [`WorkspaceError`] when either store cannot be read, [`WorkspaceError::Damaged`] for a row that is not what it was.
    pub fn claims(&self) -> Result<Vec<StoredClaim>, WorkspaceError> {
        Desk::all_claims(&self.root, self.state()?.claims()?)
    }

    /// Takes the writer's lock, or says that someone has it.
    ///
    /// # Errors
    /// [`WorkspaceError::Locked`] when another process writes.
    pub fn lock(&self) -> Result<Lock, WorkspaceError> {
        Lock::take(&self.root)
    }
}
