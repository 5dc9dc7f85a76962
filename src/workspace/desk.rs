//! `desk.sqlite`: what people make. Small writes that never wait for an import.
//!
//! SQLite with a write-ahead log; its writers wait for each other (up to ten seconds) and take no other lock, so what
//! holds the data's lock holds up nobody here. Tables come by `rusqlite_migration` (`user_version`), under `desk.lock`.
//! Every row carries a digest of itself, asked when it is read, and has its history: who, when, what it was before and
//! after. History can only grow: triggers refuse anything else. The file comes with the first thing kept.
//!
//! Claims that a version before format 4 kept in `state.sqlite` are carried over by the first writer of the desk; until
//! then readers see both. What they were kept with says nothing of who and when, so the history says `carried over`.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior, params};
use rusqlite_migration::{M, Migrations};

use super::{StoredClaim, WorkspaceError, files::sync_folder, lock::wait_for, open_private};

const STEPS: &[M<'static>] = &[M::up(
    "
CREATE TABLE claims(id TEXT PRIMARY KEY, kind TEXT NOT NULL, request TEXT NOT NULL, cutoff TEXT NOT NULL, result TEXT NOT NULL, digest TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE history(number INTEGER PRIMARY KEY, at TEXT NOT NULL, who TEXT NOT NULL, what TEXT NOT NULL, item TEXT NOT NULL, before TEXT, after TEXT);
CREATE TRIGGER history_is_not_changed BEFORE UPDATE ON history BEGIN SELECT RAISE(ABORT, 'history is not changed'); END;
CREATE TRIGGER history_is_not_removed BEFORE DELETE ON history BEGIN SELECT RAISE(ABORT, 'history is not removed'); END;
",
)];
const MIGRATIONS: Migrations<'static> = Migrations::from_slice(STEPS);
/// Its name in the directory.
pub(super) const NAME: &str = "desk.sqlite";
/// How long a writer waits for another.
const PATIENCE: Duration = Duration::from_secs(10);

/// A step in the life of a row of the desk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// When, UTC.
    pub at: String,
    /// Who.
    pub who: String,
    /// The table, such as `claims`.
    pub table: String,
    /// The row.
    pub item: String,
    /// The row before, as JSON; none where it was made.
    pub before: Option<String>,
    /// The row after, as JSON; none where it was removed.
    pub after: Option<String>,
}

/// The opened desk.
#[derive(Debug)]
pub struct Desk {
    connection: Connection,
    path: PathBuf,
}

impl Desk {
    /// Opens the desk of a directory for writing, made where it is not there yet, with the claims that an earlier
    /// version kept elsewhere.
    pub(super) fn open(root: &Path, earlier: &[StoredClaim]) -> Result<Self, WorkspaceError> {
        let path = root.join(NAME);
        let lock = open_private(&root.join("desk.lock"))?;
        wait_for(&lock, PATIENCE)?;
        let is_new = !path.exists();
        open_private(&path)?;
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let mut desk = Self::connect(path, flags, |path| path.display().to_string())?;
        desk.refuse_newer()?;
        desk.connection.execute_batch("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;").map_err(Self::error)?;
        MIGRATIONS.to_latest(&mut desk.connection).map_err(|e| desk.migration(e))?;
        if is_new {
            sync_folder(root)?;
        }
        desk.carry_over(earlier)?;
        Ok(desk)
    }

    /// Stored results of a directory, by identity, with those that an earlier version kept elsewhere.
    pub(super) fn all_claims(root: &Path, earlier: Vec<StoredClaim>) -> Result<Vec<StoredClaim>, WorkspaceError> {
        let mut claims = match Self::read(root.join(NAME))? {
            Some(desk) => desk.claims()?,
            None => Vec::new(),
        };
        for earlier in earlier {
            if let Err(at) = claims.binary_search_by(|c| c.id.cmp(&earlier.id)) {
                claims.insert(at, earlier);
            }
        }
        Ok(claims)
    }

    fn error(source: rusqlite::Error) -> WorkspaceError {
        WorkspaceError::Desk { source }
    }

    fn connect(path: PathBuf, flags: OpenFlags, name: impl Fn(&Path) -> String) -> Result<Self, WorkspaceError> {
        let connection = Connection::open_with_flags(name(&path), flags).map_err(Self::error)?;
        connection.busy_timeout(PATIENCE).map_err(Self::error)?;
        Ok(Self { connection, path })
    }

    /// Opens the desk for reading; none where nothing was ever kept. A directory that may only be read will do.
    fn read(path: PathBuf) -> Result<Option<Self>, WorkspaceError> {
        // An empty one is being made at this moment.
        match fs_err::metadata(&path) {
            Ok(metadata) if metadata.len() > 0 => {}
            _ => return Ok(None),
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let desk = Self::connect(path.clone(), flags, |path| path.display().to_string());
        let desk = desk.and_then(|desk| desk.version().map(|_| desk));
        let desk = match desk {
            Err(WorkspaceError::Desk { source }) if only_readable(&source) && is_settled(&path) => Self::frozen(path)?,
            other => other?,
        };
        desk.refuse_newer()?;
        Ok((desk.version()? > 0).then_some(desk))
    }

    /// Where nobody can write there is no write-ahead log to share, and the file stays as it is.
    fn frozen(path: PathBuf) -> Result<Self, WorkspaceError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_URI;
        let as_uri = |path: &Path| {
            let name = path.display().to_string().replace('%', "%25").replace('?', "%3f").replace('#', "%23");
            format!("file:{name}?immutable=1")
        };
        Self::connect(path, flags, as_uri)
    }

    fn version(&self) -> Result<i64, WorkspaceError> {
        self.connection.pragma_query_value(None, "user_version", |row| row.get(0)).map_err(Self::error)
    }

    fn refuse_newer(&self) -> Result<(), WorkspaceError> {
        let (found, known) = (self.version()?, STEPS.len() as i64);
        if found > known { Err(WorkspaceError::Newer { found, known }) } else { Ok(()) }
    }

    fn migration(&self, error: rusqlite_migration::Error) -> WorkspaceError {
        match error {
            rusqlite_migration::Error::RusqliteError { err, .. } => Self::error(err),
            other => WorkspaceError::Migration { path: self.path.clone(), reason: other.to_string() },
        }
    }

    /// Keeps a result; false where it was there, and then nothing is changed.
    ///
    /// # Errors
    /// [`WorkspaceError::Desk`]; nothing is then kept.
    pub fn add_claim(&mut self, claim: &StoredClaim, who: &str) -> Result<bool, WorkspaceError> {
        self.change(|change| insert_claim(change, claim, who)).map_err(Self::error)
    }

    fn carry_over(&mut self, earlier: &[StoredClaim]) -> Result<(), WorkspaceError> {
        if earlier.is_empty() {
            return Ok(());
        }
        let carry = |change: &Transaction<'_>| {
            earlier.iter().try_for_each(|claim| insert_claim(change, claim, "carried over").map(|_| ()))
        };
        self.change(carry).map_err(Self::error)
    }

    fn change<T>(&mut self, make: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>) -> rusqlite::Result<T> {
        let change = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let made = make(&change)?;
        change.commit()?;
        Ok(made)
    }

    /// Stored results, by identity.
    fn claims(&self) -> Result<Vec<StoredClaim>, WorkspaceError> {
        let sql = "SELECT id, kind, request, cutoff, result, digest FROM claims ORDER BY id";
        let mut statement = self.connection.prepare(sql).map_err(Self::error)?;
        let rows = statement.query_map([], |row| {
            let claim = StoredClaim {
                id: row.get(0)?,
                kind: row.get(1)?,
                request: row.get(2)?,
                cutoff: row.get(3)?,
                result: row.get(4)?,
            };
            Ok((claim, row.get::<_, String>(5)?))
        });
        let rows: Vec<(StoredClaim, String)> = rows.and_then(Iterator::collect).map_err(Self::error)?;
        let damaged = |id: &str| WorkspaceError::Damaged {
            path: self.path.clone(),
            reason: format!("claim {id} is not what was stored"),
        };
        rows.into_iter()
            .map(|(claim, digest)| if digest == digest_of(&claim) { Ok(claim) } else { Err(damaged(&claim.id)) })
            .collect()
    }

    /// What became of a row, in order.
    ///
    /// # Errors
    /// [`WorkspaceError::Desk`].
    pub fn history(&self, table: &str, item: &str) -> Result<Vec<Step>, WorkspaceError> {
        let sql =
            "SELECT at, who, what, item, before, after FROM history WHERE what = ?1 AND item = ?2 ORDER BY number";
        let mut statement = self.connection.prepare(sql).map_err(Self::error)?;
        let rows = statement.query_map([table, item], |row| {
            Ok(Step {
                at: row.get(0)?,
                who: row.get(1)?,
                table: row.get(2)?,
                item: row.get(3)?,
                before: row.get(4)?,
                after: row.get(5)?,
            })
        });
        rows.and_then(Iterator::collect).map_err(Self::error)
    }

    /// What does not hold in the desk; nothing where there is none.
    pub(super) fn problems(path: PathBuf) -> Result<Vec<String>, WorkspaceError> {
        let Some(desk) = Self::read(path)? else { return Ok(Vec::new()) };
        let sound: String =
            desk.connection.query_row("PRAGMA integrity_check", [], |row| row.get(0)).map_err(Self::error)?;
        let mut problems: Vec<String> = (sound != "ok").then(|| format!("SQLite finds: {sound}")).into_iter().collect();
        problems.extend(desk.claims().err().map(|e| e.to_string()));
        Ok(problems)
    }

    /// Writes a copy of one moment to an empty file; false where there is no desk.
    pub(super) fn copy(from: PathBuf, to: &Path) -> Result<bool, WorkspaceError> {
        let Some(desk) = Self::read(from)? else { return Ok(false) };
        desk.connection.backup("main", to, None).map_err(Self::error)?;
        // One file, without a log beside it.
        let copied = Connection::open(to).map_err(Self::error)?;
        copied.execute_batch("PRAGMA journal_mode=DELETE").map_err(Self::error)?;
        Ok(true)
    }
}

fn insert_claim(change: &Transaction<'_>, claim: &StoredClaim, who: &str) -> rusqlite::Result<bool> {
    let added = change.execute(
        "INSERT OR IGNORE INTO claims VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![claim.id, claim.kind, claim.request, claim.cutoff, claim.result, digest_of(claim)],
    )?;
    if added == 0 {
        return Ok(false);
    }
    let row = serde_json::json!({
        "id": claim.id, "kind": claim.kind, "request": claim.request, "cutoff": claim.cutoff, "result": claim.result,
    });
    change.execute(
        "INSERT INTO history(at, who, what, item, before, after) VALUES (?1, ?2, 'claims', ?3, NULL, ?4)",
        params![jiff::Timestamp::now().to_string(), who, claim.id, row.to_string()],
    )?;
    Ok(true)
}

fn digest_of(claim: &StoredClaim) -> String {
    let mut hasher = blake3::Hasher::new();
    for part in [&claim.id, &claim.kind, &claim.request, &claim.cutoff, &claim.result] {
        hasher.update(&part.len().to_le_bytes()).update(part.as_bytes());
    }
    hasher.finalize().to_hex().to_string()
}

/// Whether everything written stands in the file itself, with nothing in a log beside it.
fn is_settled(path: &Path) -> bool {
    fs_err::metadata(path.with_extension("sqlite-wal")).map_or(true, |log| log.len() == 0)
}

/// Whether SQLite could not write where it must to read (a log beside the file).
fn only_readable(error: &rusqlite::Error) -> bool {
    use rusqlite::ErrorCode::{CannotOpen, PermissionDenied, ReadOnly};
    matches!(error.sqlite_error_code(), Some(CannotOpen | PermissionDenied | ReadOnly))
}
