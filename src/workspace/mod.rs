//! The directory that holds one partnership's data: settings, lock, Parquet partitions and the list that
//! makes them live, checks, backup.
//!
//! A commit writes new Parquet files, syncs file and directory, then switches the list in `state.sqlite` in
//! one transaction; files that no list names are swept by the next writer. `state.sqlite` runs with a
//! rollback journal (one file at rest) and carries a checksum beside it, so a flipped bit in any file is
//! found. May use: model.

mod backup;
mod check;
mod commit;
mod error;
mod files;
mod incidents;
mod incidents_read;
mod incidents_write;
mod layer_file;
mod lock;
mod review;
mod seal;
mod secret;
mod settings;
mod state;
mod words;

use std::path::{Path, PathBuf};

pub use backup::{backup, restore};
pub use check::{CheckReport, Problem, check};
pub use commit::{Commit, NewLayer, settle_layer_names};
pub use error::WorkspaceError;
pub use files::{FileEntry, FileKind};
pub use incidents::{IncidentRow, Incidents, NO_PLACE, PlaceRow};
pub use incidents_read::read_incidents;
pub use incidents_write::INCIDENT_COLUMNS;
pub use layer_file::{AreaRow, read_layer};
pub use lock::Lock;
pub use review::{Alias, AliasState, GazetteerFile, ReviewDecision, ReviewItem};
pub use secret::Secret;
pub use settings::{CalendarSettings, DefaultLocationSettings, GeocodeSettings, Settings, StudyArea, TEMPLATE};
pub use state::{CoverageCount, Edition, ImportRecord, Indicator, Partition, State, StoredClaim};

/// Version of the directory's format that this program reads and writes.
pub const FORMAT_VERSION: i64 = 3;

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
        fs_err::create_dir_all(root)?;
        // Nobody but the owner reads what is inside.
        fs_err::set_permissions(root, std::os::unix::fs::PermissionsExt::from_mode(0o700))?;
        let root = &fs_err::canonicalize(root)?;
        for folder in ["incidents", "areas", "reports", "gazetteer"] {
            fs_err::create_dir_all(root.join(folder))?;
        }
        let workspace = Self { root: root.clone() };
        let lock = workspace.lock()?;
        files::write_synced(&workspace.settings_path(), TEMPLATE.as_bytes())?;
        state::create(&workspace.state_path())?;
        Commit::begin(&workspace, &lock)?.finish()?;
        Ok(workspace)
    }

    /// Opens an existing workspace.
    ///
    /// # Errors
    /// [`WorkspaceError::NotAWorkspace`] or [`WorkspaceError::Newer`]; nothing is changed.
    pub fn open(root: &Path) -> Result<Self, WorkspaceError> {
        let workspace = Self { root: root.to_owned() };
        if !workspace.state_path().is_file() || !workspace.settings_path().is_file() {
            return Err(WorkspaceError::NotAWorkspace { path: root.to_owned() });
        }
        workspace.state()?;
        Ok(workspace)
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

    /// Reads the settings.
    ///
    /// # Errors
    /// [`WorkspaceError::Settings`] with line and reason.
    pub fn settings(&self) -> Result<Settings, WorkspaceError> {
        Settings::read(&self.settings_path())
    }

    /// Checksum of `places.toml` as it is now.
    ///
    /// # Errors
    /// The I/O error with its path.
    pub fn settings_digest(&self) -> Result<String, WorkspaceError> {
        Ok(files::digest(&self.settings_path())?.1)
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

    /// Takes the writer's lock, or says that someone has it.
    ///
    /// # Errors
    /// [`WorkspaceError::Locked`] when another process writes.
    pub fn lock(&self) -> Result<Lock, WorkspaceError> {
        Lock::take(&self.root)
    }
}
