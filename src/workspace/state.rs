//! `state.sqlite`: which files are live, what has been received, imports, indicators; its tables are in `schema`.
//!
//! Rollback journal, not WAL: at rest it is one file, which a checksum beside it can cover to the last bit.

use std::path::Path;

use rusqlite::{Connection, OpenFlags, params};

use super::{FORMAT_VERSION, FileEntry, FileKind, WorkspaceError};
use crate::model::Month;

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
    /// Digest of the rows, whichever file and areas they stand in; of one written before format 4, of its file.
    pub content: String,
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

pub(super) fn configure(connection: &Connection) -> Result<(), WorkspaceError> {
    connection.busy_timeout(std::time::Duration::from_secs(10))?;
    // Words that were taken out are overwritten, not only unlinked.
    connection.execute_batch(
        "PRAGMA journal_mode=DELETE; PRAGMA synchronous=EXTRA; PRAGMA cache_spill=OFF; PRAGMA secure_delete=ON;",
    )?;
    Ok(())
}

pub(super) fn read_editions(connection: &Connection) -> rusqlite::Result<Vec<Edition>> {
    let sql = "SELECT source, part, month, digest, rows FROM editions ORDER BY source, part, month";
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map([], |row| {
        Ok(Edition {
            source: row.get(0)?,
            part: row.get(1)?,
            month: Month(row.get(2)?),
            digest: row.get(3)?,
            rows: row.get::<_, i64>(4)?.cast_unsigned(),
        })
    })?;
    rows.collect()
}

impl State {
    pub(super) fn open(path: &Path) -> Result<Self, WorkspaceError> {
        // Not read-only: a journal left by a killed writer must be rolled back by whoever comes next.
        let connection =
            Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
        configure(&connection)?;
        let state = Self { connection };
        let format = state.meta("format_version")?.and_then(|v| v.parse().ok());
        match format {
            Some(format) if format <= FORMAT_VERSION => Ok(state),
            Some(format) => Err(WorkspaceError::Newer { found: format, known: FORMAT_VERSION }),
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
        let content = if self.format()? < 4 { "blake3" } else { "CASE content WHEN '' THEN blake3 ELSE content END" };
        let sql = format!(
            "SELECT source, month, partitions.path, rows, COALESCE({content}, '') \
             FROM partitions LEFT JOIN files ON files.path = partitions.path ORDER BY source, month"
        );
        self.rows(&sql, [], |row| {
            Ok(Partition {
                source: row.get(0)?,
                month: Month(row.get(1)?),
                path: row.get(2)?,
                rows: row.get::<_, i64>(3)?.cast_unsigned(),
                content: row.get(4)?,
            })
        })
    }

    /// What has been received.
    ///
    /// # Errors
    /// [`WorkspaceError::State`].
    pub fn editions(&self) -> Result<Vec<Edition>, WorkspaceError> {
        Ok(read_editions(&self.connection)?)
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

    /// Results that a version before format 4 stored here, by identity; newer ones are in the desk, see
    /// [`super::Workspace::claims`].
    ///
    /// # Errors
    /// [`WorkspaceError::State`].
    pub(super) fn claims(&self) -> Result<Vec<StoredClaim>, WorkspaceError> {
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

    pub(super) fn insert_file(&self, kind: FileKind, file: &FileEntry) -> Result<(), WorkspaceError> {
        self.connection.execute(
            "INSERT OR REPLACE INTO files VALUES (?1, ?2, ?3, ?4)",
            params![file.path, kind.name(), file.bytes.cast_signed(), file.blake3],
        )?;
        Ok(())
    }
}
