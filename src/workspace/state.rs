//! `state.sqlite`: which files are live, what has been received, imports, indicators.
//!
//! Rollback journal, not WAL: at rest it is one file, which a checksum beside it can cover to the last bit.

use std::path::Path;

use rusqlite::{Connection, OpenFlags, params};

use super::{FORMAT_VERSION, FileEntry, FileKind, WorkspaceError};
use crate::model::Month;

/// Tables of the first format.
const SCHEMA: &str = "
CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE files(path TEXT PRIMARY KEY, kind TEXT NOT NULL, bytes INTEGER NOT NULL, blake3 TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE partitions(source TEXT, month INTEGER, path TEXT NOT NULL, rows INTEGER NOT NULL, PRIMARY KEY(source, month)) WITHOUT ROWID;
CREATE TABLE editions(source TEXT, part TEXT, month INTEGER, digest TEXT NOT NULL, rows INTEGER NOT NULL, PRIMARY KEY(source, part, month)) WITHOUT ROWID;
CREATE TABLE coverage(source TEXT, part TEXT, month INTEGER, district TEXT, rows INTEGER NOT NULL, PRIMARY KEY(source, part, month, district)) WITHOUT ROWID;
CREATE TABLE layers(name TEXT PRIMARY KEY, path TEXT NOT NULL, areas INTEGER NOT NULL, issues TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE indicators(layer TEXT, name TEXT, code TEXT, value REAL NOT NULL, PRIMARY KEY(layer, name, code)) WITHOUT ROWID;
CREATE TABLE lookups(layer TEXT, child TEXT, code TEXT NOT NULL, PRIMARY KEY(layer, child)) WITHOUT ROWID;
CREATE TABLE imports(id INTEGER PRIMARY KEY, source TEXT NOT NULL, report TEXT NOT NULL);
";

/// What each format adds to the one before, from the second on.
const UPGRADES: [&str; 2] = ["
CREATE TABLE claims(id TEXT PRIMARY KEY, kind TEXT NOT NULL, request TEXT NOT NULL, cutoff TEXT NOT NULL, result TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE harm_weights(name TEXT, key TEXT, weight REAL NOT NULL, PRIMARY KEY(name, key)) WITHOUT ROWID;
", "
CREATE TABLE gazetteers(name TEXT PRIMARY KEY, kind TEXT NOT NULL, epoch TEXT NOT NULL, path TEXT NOT NULL, entries INTEGER NOT NULL, postcodes INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE review_items(id TEXT, source TEXT, text TEXT NOT NULL, locality TEXT NOT NULL, postcode TEXT NOT NULL, records INTEGER NOT NULL, status TEXT NOT NULL, msoa REAL NOT NULL, weight REAL NOT NULL, flags TEXT NOT NULL, candidates TEXT NOT NULL, PRIMARY KEY(id, source)) WITHOUT ROWID;
CREATE TABLE review_decisions(number INTEGER PRIMARY KEY, item TEXT NOT NULL, choice TEXT NOT NULL, who TEXT NOT NULL, decided_at TEXT NOT NULL, records INTEGER NOT NULL, undone INTEGER NOT NULL);
CREATE TABLE aliases(number INTEGER PRIMARY KEY, name TEXT NOT NULL, district TEXT NOT NULL, kind TEXT NOT NULL, lon REAL NOT NULL, lat REAL NOT NULL, radius_m REAL NOT NULL, who TEXT NOT NULL, second TEXT NOT NULL, records INTEGER NOT NULL, state TEXT NOT NULL);
"];

/// Tables, with the format that brought each.
const TABLES: [(&str, i64); 15] = [
    ("meta", 1),
    ("files", 1),
    ("partitions", 1),
    ("editions", 1),
    ("coverage", 1),
    ("layers", 1),
    ("indicators", 1),
    ("lookups", 1),
    ("imports", 1),
    ("claims", 2),
    ("harm_weights", 2),
    ("gazetteers", 3),
    ("review_items", 3),
    ("review_decisions", 3),
    ("aliases", 3),
];

/// A stored result: what was asked, of which data, and what was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredClaim {
    /// Identity: question, method and data.
    pub id: String,
    /// `compare` or `briefing`.
    pub kind: String,
    /// The question, as JSON.
    pub request: String,
    /// First day that was not looked at.
    pub cutoff: String,
    /// The answer, byte for byte.
    pub result: String,
}

/// A live partition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Partition {
    /// Source.
    pub source: String,
    /// Month of the incidents' start, local time.
    pub month: Month,
    /// Its file, from the workspace's root.
    pub path: String,
    /// Incidents in it.
    pub rows: u64,
}

/// What was received from one part of a source (a police force, or the source itself) for a month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edition {
    /// Source.
    pub source: String,
    /// Part: the force for police.uk, empty for other sources.
    pub part: String,
    /// Month.
    pub month: Month,
    /// BLAKE3 of the content received, empty where identity is by record.
    pub digest: String,
    /// Incidents live from it.
    pub rows: u64,
}

/// A value of an area.
#[derive(Debug, Clone, PartialEq)]
pub struct Indicator {
    /// Layer.
    pub layer: String,
    /// Name, such as `residents`.
    pub name: String,
    /// Code of the area.
    pub code: String,
    /// Value.
    pub value: f64,
}

/// An import that was committed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportRecord {
    /// Number.
    pub id: i64,
    /// Source.
    pub source: String,
    /// Its report as JSON.
    pub report: String,
}

/// Located incidents by source, part, month and district.
pub type CoverageCount = (String, String, Month, String, u64);

/// The opened state.
#[derive(Debug)]
pub struct State {
    pub(super) connection: Connection,
}

/// Creates the file with its tables; the first commit seals it.
pub(super) fn create(path: &Path) -> Result<(), WorkspaceError> {
    let connection = Connection::open(path)?;
    configure(&connection)?;
    connection.execute_batch(SCHEMA)?;
    UPGRADES.iter().try_for_each(|sql| connection.execute_batch(sql))?;
    let insert = "INSERT INTO meta VALUES (?1, ?2)";
    connection.execute(insert, params!["format_version", FORMAT_VERSION.to_string()])?;
    connection.execute(insert, params!["snapshot", "0"])?;
    Ok(())
}

fn configure(connection: &Connection) -> Result<(), WorkspaceError> {
    connection.busy_timeout(std::time::Duration::from_secs(10))?;
    // Words that were taken out are overwritten, not only unlinked.
    connection.execute_batch(
        "PRAGMA journal_mode=DELETE; PRAGMA synchronous=EXTRA; PRAGMA cache_spill=OFF; PRAGMA secure_delete=ON;",
    )?;
    Ok(())
}

impl State {
    pub(super) fn open(path: &Path) -> Result<Self, WorkspaceError> {
        // Not read-only: a journal left by a killed writer must be rolled back by whoever comes next.
        let connection =
            Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
        configure(&connection)?;
        let state = Self { connection };
        let found = state.meta("format_version")?.and_then(|v| v.parse().ok());
        match found {
            Some(found) if found <= FORMAT_VERSION => Ok(state),
            Some(found) => Err(WorkspaceError::Newer { found, known: FORMAT_VERSION }),
            None => Err(WorkspaceError::Damaged {
                path: path.to_owned(),
                reason: "it does not say which format it has".to_owned(),
            }),
        }
    }

    pub(super) fn meta(&self, key: &str) -> Result<Option<String>, WorkspaceError> {
        let mut statement = self.connection.prepare_cached("SELECT value FROM meta WHERE key = ?1")?;
        let mut rows = statement.query([key])?;
        Ok(rows.next()?.map(|row| row.get(0)).transpose()?)
    }

    /// Number of the data's snapshot; it changes with every commit that changes an answer.
    ///
    /// # Errors
    /// [`WorkspaceError::State`].
    pub fn snapshot(&self) -> Result<u64, WorkspaceError> {
        Ok(self.meta("snapshot")?.and_then(|v| v.parse().ok()).unwrap_or(0))
    }

    /// Runs several reads on one state of the data.
    ///
    /// # Errors
    /// [`WorkspaceError::State`], or what `read` returns.
    pub fn consistently<T>(&self, read: impl FnOnce(&Self) -> Result<T, WorkspaceError>) -> Result<T, WorkspaceError> {
        self.connection.execute_batch("BEGIN")?;
        let result = read(self);
        self.connection.execute_batch("COMMIT")?;
        result
    }

    pub(super) fn rows<T>(
        &self,
        sql: &str,
        parameters: impl rusqlite::Params,
        read: impl FnMut(&rusqlite::Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, WorkspaceError> {
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map(parameters, read)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The live partitions, by source and month.
    ///
    /// # Errors
    /// [`WorkspaceError::State`].
    pub fn partitions(&self) -> Result<Vec<Partition>, WorkspaceError> {
        self.rows("SELECT source, month, path, rows FROM partitions ORDER BY source, month", [], |row| {
            Ok(Partition {
                source: row.get(0)?,
                month: Month(row.get(1)?),
                path: row.get(2)?,
                rows: row.get::<_, i64>(3)?.cast_unsigned(),
            })
        })
    }

    /// What has been received.
    ///
    /// # Errors
    /// [`WorkspaceError::State`].
    pub fn editions(&self) -> Result<Vec<Edition>, WorkspaceError> {
        self.rows("SELECT source, part, month, digest, rows FROM editions ORDER BY source, part, month", [], |row| {
            Ok(Edition {
                source: row.get(0)?,
                part: row.get(1)?,
                month: Month(row.get(2)?),
                digest: row.get(3)?,
                rows: row.get::<_, i64>(4)?.cast_unsigned(),
            })
        })
    }

    /// Located incidents by source, part, month and district: (source, part, month, district, rows).
    ///
    /// # Errors
    /// [`WorkspaceError::State`].
    pub fn coverage(&self) -> Result<Vec<CoverageCount>, WorkspaceError> {
        self.rows("SELECT source, part, month, district, rows FROM coverage", [], |row| {
            let rows: i64 = row.get(4)?;
            Ok((row.get(0)?, row.get(1)?, Month(row.get(2)?), row.get(3)?, rows.cast_unsigned()))
        })
    }

    /// Layers as (name, path), by name.
    ///
    /// # Errors
    /// [`WorkspaceError::State`].
    pub fn layers(&self) -> Result<Vec<(String, String)>, WorkspaceError> {
        self.rows("SELECT name, path FROM layers ORDER BY name", [], |row| Ok((row.get(0)?, row.get(1)?)))
    }

    /// Indicators of every layer.
    ///
    /// # Errors
    /// [`WorkspaceError::State`].
    pub fn indicators(&self) -> Result<Vec<Indicator>, WorkspaceError> {
        let sql = "SELECT layer, name, code, value FROM indicators ORDER BY layer, name, code";
        self.rows(sql, [], |row| {
            Ok(Indicator { layer: row.get(0)?, name: row.get(1)?, code: row.get(2)?, value: row.get(3)? })
        })
    }

    /// Which area of a layer a smaller unit belongs to, as learned from files: (child, code).
    ///
    /// # Errors
    /// [`WorkspaceError::State`].
    pub fn lookup(&self, layer: &str) -> Result<Vec<(String, String)>, WorkspaceError> {
        self.rows("SELECT child, code FROM lookups WHERE layer = ?1", [layer], |row| Ok((row.get(0)?, row.get(1)?)))
    }

    /// Imports, newest first.
    ///
    /// # Errors
    /// [`WorkspaceError::State`].
    pub fn imports(&self) -> Result<Vec<ImportRecord>, WorkspaceError> {
        self.rows("SELECT id, source, report FROM imports ORDER BY id DESC", [], |row| {
            Ok(ImportRecord { id: row.get(0)?, source: row.get(1)?, report: row.get(2)? })
        })
    }

    /// Stored results, by identity.
    ///
    /// # Errors
    /// [`WorkspaceError::State`].
    pub fn claims(&self) -> Result<Vec<StoredClaim>, WorkspaceError> {
        if self.format()? < 2 {
            return Ok(Vec::new());
        }
        self.rows("SELECT id, kind, request, cutoff, result FROM claims ORDER BY id", [], |row| {
            Ok(StoredClaim {
                id: row.get(0)?,
                kind: row.get(1)?,
                request: row.get(2)?,
                cutoff: row.get(3)?,
                result: row.get(4)?,
            })
        })
    }

    /// Weights of harm as (name of the set, category or code, weight).
    ///
    /// # Errors
    /// [`WorkspaceError::State`].
    pub fn harm_weights(&self) -> Result<Vec<(String, String, f64)>, WorkspaceError> {
        if self.format()? < 2 {
            return Ok(Vec::new());
        }
        let sql = "SELECT name, key, weight FROM harm_weights ORDER BY name, key";
        self.rows(sql, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
    }

    /// The format the state is in.
    pub(super) fn format(&self) -> Result<i64, WorkspaceError> {
        Ok(self.meta("format_version")?.and_then(|v| v.parse().ok()).unwrap_or(1))
    }

    /// Brings an older state to the present format, inside the transaction that is open.
    pub(super) fn upgrade(&self) -> Result<(), WorkspaceError> {
        let found = self.format()?;
        for sql in UPGRADES.iter().skip(usize::try_from(found - 1).unwrap_or(0)) {
            self.connection.execute_batch(sql)?;
        }
        if found < FORMAT_VERSION {
            let set = "INSERT OR REPLACE INTO meta VALUES ('format_version', ?1)";
            self.connection.execute(set, [FORMAT_VERSION.to_string()])?;
        }
        Ok(())
    }

    /// Every listed file.
    ///
    /// # Errors
    /// [`WorkspaceError::State`].
    pub fn files(&self) -> Result<Vec<FileEntry>, WorkspaceError> {
        self.rows("SELECT path, bytes, blake3 FROM files ORDER BY path", [], |row| {
            let bytes: i64 = row.get(1)?;
            Ok(FileEntry { path: row.get(0)?, bytes: bytes.cast_unsigned(), blake3: row.get(2)? })
        })
    }

    /// BLAKE3 over the content of every table (without the digest itself).
    pub(super) fn content_digest(&self) -> Result<String, WorkspaceError> {
        let mut hasher = blake3::Hasher::new();
        let format = self.format()?;
        for (table, _) in TABLES.iter().filter(|t| t.1 <= format) {
            let condition = if *table == "meta" { "WHERE key <> 'digest'" } else { "" };
            let mut statement = self.connection.prepare(&format!("SELECT * FROM {table} {condition} ORDER BY 1, 2"))?;
            let columns = statement.column_count();
            let mut rows = statement.query([])?;
            hasher.update(table.as_bytes());
            while let Some(row) = rows.next()? {
                for i in 0..columns {
                    hasher.update(format!("{:?}\u{1f}", row.get_ref(i)?).as_bytes());
                }
            }
        }
        Ok(hasher.finalize().to_hex().to_string())
    }

    pub(super) fn insert_file(&self, kind: FileKind, file: &FileEntry) -> Result<(), WorkspaceError> {
        self.connection.execute(
            "INSERT OR REPLACE INTO files VALUES (?1, ?2, ?3, ?4)",
            params![file.path, kind.name(), file.bytes.cast_signed(), file.blake3],
        )?;
        Ok(())
    }
}
