//! The opened directory: where everything is in it, and the stores opened.

use std::path::{Path, PathBuf};

use super::{Desk, FileEntry, Lock, Settings, State, StoredClaim, WorkspaceError, desk, files, settings_switch};

/// An opened workspace directory.
#[derive(Debug, Clone)]
pub struct Workspace {
    pub(super) root: PathBuf,
}

impl Workspace {
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
