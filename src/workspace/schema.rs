//! The tables of `state.sqlite`, format by format, and how an older file is brought forward.
//!
//! `rusqlite_migration` runs the steps in one transaction. The last thing it does inside that transaction is to write
//! the digest of the content, so that a writer killed anywhere leaves a whole state of the old format or of the new.
//! Files of 0.1.0 (formats 1 to 3) carry their format in `meta` only; `user_version` is set from it first.

use std::path::Path;

use rusqlite::{Connection, Transaction, params};
use rusqlite_migration::{HookError, M, Migrations};

use super::{
    FORMAT_VERSION, State, WorkspaceError, deliveries, open_private, private, seal,
    state::{configure, read_editions},
};

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

/// Claims (written here until the desk came) and weights of harm.
const FORMAT_2: &str = "
CREATE TABLE claims(id TEXT PRIMARY KEY, kind TEXT NOT NULL, request TEXT NOT NULL, cutoff TEXT NOT NULL, result TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE harm_weights(name TEXT, key TEXT, weight REAL NOT NULL, PRIMARY KEY(name, key)) WITHOUT ROWID;
";

/// Gazetteers and what needs a person.
const FORMAT_3: &str = "
CREATE TABLE gazetteers(name TEXT PRIMARY KEY, kind TEXT NOT NULL, epoch TEXT NOT NULL, path TEXT NOT NULL, entries INTEGER NOT NULL, postcodes INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE review_items(id TEXT, source TEXT, text TEXT NOT NULL, locality TEXT NOT NULL, postcode TEXT NOT NULL, records INTEGER NOT NULL, status TEXT NOT NULL, msoa REAL NOT NULL, weight REAL NOT NULL, flags TEXT NOT NULL, candidates TEXT NOT NULL, PRIMARY KEY(id, source)) WITHOUT ROWID;
CREATE TABLE review_decisions(number INTEGER PRIMARY KEY, item TEXT NOT NULL, choice TEXT NOT NULL, who TEXT NOT NULL, decided_at TEXT NOT NULL, records INTEGER NOT NULL, undone INTEGER NOT NULL);
CREATE TABLE aliases(number INTEGER PRIMARY KEY, name TEXT NOT NULL, district TEXT NOT NULL, kind TEXT NOT NULL, lon REAL NOT NULL, lat REAL NOT NULL, radius_m REAL NOT NULL, who TEXT NOT NULL, second TEXT NOT NULL, records INTEGER NOT NULL, state TEXT NOT NULL);
";

/// An identity (in `meta`), and the digest of each partition's rows.
const FORMAT_4: &str = "ALTER TABLE partitions ADD COLUMN content TEXT NOT NULL DEFAULT '';";

/// What deliveries cover, and months that somebody said are true.
const FORMAT_5: &str = "
CREATE TABLE deliveries(source TEXT, part TEXT, first INTEGER, after INTEGER, declared INTEGER NOT NULL, districts TEXT, rows INTEGER NOT NULL, PRIMARY KEY(source, part, first, after, districts)) WITHOUT ROWID;
CREATE TABLE accepted_months(source TEXT, part TEXT, month INTEGER, rows INTEGER NOT NULL, who TEXT NOT NULL, accepted_at TEXT NOT NULL, PRIMARY KEY(source, part, month)) WITHOUT ROWID;
";

/// Tables, with the format that brought each.
const TABLES: [(&str, i64); 17] = [
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
    ("deliveries", 5),
    ("accepted_months", 5),
];

fn migrations() -> Migrations<'static> {
    Migrations::new(vec![
        M::up(SCHEMA),
        M::up(FORMAT_2),
        M::up(FORMAT_3),
        M::up_with_hook(FORMAT_4, to_format_4),
        M::up_with_hook(FORMAT_5, to_format_5),
    ])
}

/// What stands in `meta` from format 4 on; with the digest of the whole, as the last thing of the transaction.
fn to_format_4(transaction: &Transaction<'_>) -> Result<(), HookError> {
    let hook = |e: &dyn std::fmt::Display| HookError::Hook(e.to_string());
    let set = "INSERT OR REPLACE INTO meta VALUES (?1, ?2)";
    transaction.execute("INSERT OR IGNORE INTO meta VALUES ('snapshot', '0')", [])?;
    transaction.execute(set, params!["identity", random_id().map_err(|e| hook(&e))?])?;
    ends_in(transaction, 4)
}

/// The deliveries that older versions did not note.
fn to_format_5(transaction: &Transaction<'_>) -> Result<(), HookError> {
    for delivery in deliveries::of_editions(&read_editions(transaction)?) {
        deliveries::insert(transaction, &delivery)?;
    }
    ends_in(transaction, 5)
}

/// The last thing of a step: the format, and the digest of the whole.
fn ends_in(transaction: &Transaction<'_>, format: i64) -> Result<(), HookError> {
    let set = "INSERT OR REPLACE INTO meta VALUES (?1, ?2)";
    transaction.execute(set, params!["format_version", format.to_string()])?;
    let digest = compute_digest(transaction, format).map_err(|e| HookError::Hook(e.to_string()))?;
    transaction.execute(set, params!["digest", digest])?;
    Ok(())
}

/// 128 random bits, hexadecimal.
fn random_id() -> std::io::Result<String> {
    let mut bytes = [0_u8; 16];
    getrandom::fill(&mut bytes).map_err(|e| std::io::Error::other(e.to_string()))?;
    Ok(format!("{:032x}", u128::from_be_bytes(bytes)))
}

/// Creates the file with its tables; the first commit seals it.
pub(super) fn create(path: &Path) -> Result<(), WorkspaceError> {
    open_private(path)?;
    let mut connection = Connection::open(path)?;
    configure(&connection)?;
    migrate(path, &mut connection)
}

fn migrate(path: &Path, connection: &mut Connection) -> Result<(), WorkspaceError> {
    migrations().to_latest(connection).map_err(|e| match e {
        rusqlite_migration::Error::RusqliteError { err, .. } => err.into(),
        other => WorkspaceError::Migration { path: path.to_owned(), reason: other.to_string() },
    })
}

/// Brings an older state to the present format, sealed again after; nothing where it has it.
pub(super) fn upgrade(path: &Path, state: &mut State) -> Result<(), WorkspaceError> {
    let format = state.format()?;
    if format == FORMAT_VERSION {
        return Ok(());
    }
    // Earlier versions left to the umask who reads their files.
    if let Some(root) = path.parent() {
        private::close_all(root)?;
    }
    seal::open(path)?;
    let done = match state.connection.pragma_update(None, "user_version", format) {
        Ok(()) => migrate(path, &mut state.connection),
        Err(error) => Err(error.into()),
    };
    // Whole either way: the steps are one transaction.
    let sealed = seal::close(path);
    done.and(sealed)
}

/// BLAKE3 over the content of every table of a format (without the digest itself).
pub(super) fn compute_digest(connection: &Connection, format: i64) -> Result<String, WorkspaceError> {
    let mut hasher = blake3::Hasher::new();
    for (table, _) in TABLES.iter().filter(|t| t.1 <= format) {
        let condition = if *table == "meta" { "WHERE key <> 'digest'" } else { "" };
        let mut statement = connection.prepare(&format!("SELECT * FROM {table} {condition} ORDER BY 1, 2"))?;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_steps_are_as_many_as_the_formats_and_run() {
        migrations().validate().unwrap();
        let mut connection = Connection::open_in_memory().unwrap();
        migrations().to_latest(&mut connection).unwrap();
        let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
        assert_eq!(version, FORMAT_VERSION);
    }
}
