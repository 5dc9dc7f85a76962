//! The workspace's secret: 32 random bytes in the file `secret`, mode 0600, with which digests of people's words are keyed.
//!
//! Without it the digests in Parquet files, the queue and decisions are no lookup table: nobody can guess words and
//! compare. It is in no backup and no export. A workspace restored from a backup therefore makes a new one, unless the
//! file is carried over by itself before anything is written: what was decided stays decided on the records that are
//! there, and imports say which decisions they could not follow (`import/words.rs`).
//!
//! A digest is the keyed hash of the first format's unkeyed one, so that what older workspaces hold can be keyed where it
//! lies, without the words.

use std::{io::Write, path::PathBuf};

use rusqlite::params;

use super::{Commit, State, Workspace, WorkspaceError, files::sync_folder};

/// Bytes of a secret.
const BYTES: usize = 32;
/// Where the state keeps the names of the secrets that its digests were made with, the present one last.
const KEY: &str = "secrets";

/// What digests are keyed with.
#[derive(Clone)]
pub struct Secret([u8; BYTES]);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Never its bytes: what is printed ends in logs.
        write!(f, "Secret({})", self.name())
    }
}

impl Secret {
    /// The keyed digest of a digest; 0, which stands for none, stays 0.
    ///
    /// # References
    /// BLAKE3's keyed mode, a pseudorandom function (O'Connor et al. 2020, section 5).
    #[must_use]
    pub fn keyed(&self, digest: u64) -> u64 {
        if digest == 0 {
            return 0;
        }
        let hash = blake3::keyed_hash(&self.0, &digest.to_le_bytes());
        u64::from_le_bytes(*hash.as_bytes().first_chunk().unwrap_or(&[0; 8])).max(1)
    }

    /// A name by which secrets are told apart; it tells nothing of their bytes.
    #[must_use]
    pub fn name(&self) -> String {
        let name = blake3::derive_key("places name of a workspace secret v1", &self.0);
        blake3::Hash::from_bytes(name).to_hex()[..16].to_owned()
    }
}

impl Workspace {
    /// The file of the secret.
    #[must_use]
    pub fn secret_path(&self) -> PathBuf {
        self.root().join("secret")
    }

    /// The workspace's secret, made where there is none yet.
    ///
    /// # Errors
    /// [`WorkspaceError::Damaged`] for a file that holds no secret, or the I/O error with its path.
    ///
    /// # Examples
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// let workspace = places::workspace::Workspace::init(&folder.path().join("w")).unwrap();
    /// let secret = workspace.secret().unwrap();
    /// assert_eq!(secret.keyed(7), workspace.secret().unwrap().keyed(7));
    /// ```
    pub fn secret(&self) -> Result<Secret, WorkspaceError> {
        let path = self.secret_path();
        if !path.exists() {
            self.make_secret()?;
        }
        let bytes = fs_err::read(&path)?;
        let reason = format!(
            "it holds {} bytes instead of {BYTES}; bring it back from where it was copied to, or remove it: a new one is then \
             made, and decisions about words are not followed by later imports",
            bytes.len()
        );
        Ok(Secret(bytes.try_into().map_err(|_| WorkspaceError::Damaged { path, reason })?))
    }

    fn make_secret(&self) -> Result<(), WorkspaceError> {
        let mut bytes = [0; BYTES];
        getrandom::fill(&mut bytes).map_err(std::io::Error::other)?;
        // A temporary file is nobody else's from its first byte on; of two writers the first keeps its secret.
        let mut file = tempfile::Builder::new().prefix(".new-").tempfile_in(self.root())?;
        file.write_all(&bytes)?;
        file.as_file().sync_all()?;
        match file.persist_noclobber(self.secret_path()) {
            Ok(_) => sync_folder(self.root()),
            Err(e) if e.error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
            Err(e) => Err(e.error.into()),
        }
    }
}

/// What is wrong with the file of the secret; nothing where there is none yet.
pub(super) fn problem(workspace: &Workspace, state: &State) -> Result<Option<String>, WorkspaceError> {
    if !workspace.secret_path().exists() {
        return Ok(None);
    }
    let known = state.secrets()?;
    Ok(match workspace.secret() {
        Err(e) => Some(e.to_string()),
        Ok(secret) if known.is_empty() || known.contains(&secret.name()) => None,
        Ok(_) => Some(
            "it is none that digests of this workspace were made with; bring it back from where it was copied to, or remove it: a \
             new one is then made, and decisions about words are not followed by later imports"
                .to_owned(),
        ),
    })
}

impl State {
    /// Names of the secrets that stored digests were made with, the present one last; none where digests are unkeyed.
    ///
    /// # Errors
    /// [`WorkspaceError::State`].
    pub fn secrets(&self) -> Result<Vec<String>, WorkspaceError> {
        Ok(self.meta(KEY)?.map(|names| names.split(',').map(str::to_owned).collect()).unwrap_or_default())
    }
}

impl Commit<'_> {
    /// Notes the secret that digests are made with from now on.
    ///
    /// # Errors
    /// [`WorkspaceError::State`].
    pub fn set_secret(&mut self, secret: &Secret) -> Result<(), WorkspaceError> {
        let mut names = self.state().secrets()?;
        names.retain(|name| *name != secret.name());
        names.push(secret.name());
        let set = "INSERT OR REPLACE INTO meta VALUES (?1, ?2)";
        self.state().connection.execute(set, params![KEY, names.join(",")])?;
        Ok(())
    }

    /// Gives a decision another identity of its words.
    ///
    /// # Errors
    /// [`WorkspaceError::State`].
    pub fn set_decision_item(&mut self, number: i64, item: &str) -> Result<(), WorkspaceError> {
        let sql = "UPDATE review_decisions SET item = ?2 WHERE number = ?1";
        self.state().connection.execute(sql, params![number, item])?;
        Ok(())
    }
}
