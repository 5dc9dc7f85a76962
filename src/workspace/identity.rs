//! Which workspace this is, and which content it has: what tags and fingerprints are made from.
//!
//! The identity is 128 random bits, made with the workspace (for one of an earlier format, by its first writer). A
//! restored backup keeps it: two copies of one identity differ in their content as soon as either is written, and
//! while they do not, their answers are the same. So a tag needs both, identity and content.

use std::path::Path;

use rusqlite::types::ValueRef;

use super::{State, WorkspaceError, schema::compute_digest};

/// The name of whoever runs the program, as the machine knows them; they can make it what they like.
#[must_use]
pub fn user_name() -> String {
    let name = ["LOGNAME", "USER"].iter().find_map(|v| std::env::var(v).ok().filter(|n| !n.is_empty()));
    name.unwrap_or_else(|| "local".to_owned())
}

/// Number and hash of the last entry that the head of the log names, where it can be read. A writer of the log may be
/// at work, so what is not sealed by its own hash is left.
pub(super) fn log_head(log: &Path) -> Option<(u64, String)> {
    let text = fs_err::read_to_string(log.join("head.json")).ok()?;
    let head: serde_json::Value = serde_json::from_str(&text).ok()?;
    let (body, _) = text.split_once(",\"hash\":")?;
    let is_whole = head.get("hash")?.as_str()? == blake3::hash(body.as_bytes()).to_hex().as_str();
    is_whole.then_some((head.get("entries")?.as_u64()?, head.get("last")?.as_str()?.to_owned()))
}

/// Digests of the parts of a state, so that a difference can be named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Digests {
    /// The rows of every partition.
    pub data: String,
    /// Areas of every layer.
    pub layers: String,
    /// Figures of areas.
    pub indicators: String,
    /// Weights of harm.
    pub weights: String,
    /// Gazetteers.
    pub gazetteers: String,
    /// Decisions and names taught.
    pub decisions: String,
}

impl State {
    /// The workspace's identity; one of an earlier format that nobody has written to since has one made from its
    /// content, wherever it lies.
    ///
    /// # Errors
    /// [`WorkspaceError::State`].
    pub fn identity(&self) -> Result<String, WorkspaceError> {
        if let Some(id) = self.meta("identity")? {
            return Ok(id);
        }
        let content = format!("workspace before format 4: {}", self.content_digest()?);
        Ok(blake3::hash(content.as_bytes()).to_hex()[..32].to_owned())
    }

    /// Digest of everything the state lists (partitions and layers by their checksums, gazetteers, indicators,
    /// decisions, the settings last used), as the last commit wrote it. Cheap: it is read, not worked out.
    ///
    /// # Errors
    /// [`WorkspaceError::State`].
    pub fn content_digest(&self) -> Result<String, WorkspaceError> {
        match self.meta("digest")? {
            Some(digest) => Ok(digest),
            None => self.compute_digest(),
        }
    }

    /// The entry of the log that was its last at the last commit of data: number and hash. A log that does not hold it
    /// any more was cut, or is another.
    ///
    /// # Errors
    /// [`WorkspaceError::State`].
    pub fn noted_log(&self) -> Result<Option<(u64, String)>, WorkspaceError> {
        let noted = self.meta("log")?;
        Ok(noted.and_then(|n| n.split_once(':').and_then(|(n, hash)| Some((n.parse().ok()?, hash.to_owned())))))
    }

    /// The digest that [`State::content_digest`] should give.
    pub(super) fn compute_digest(&self) -> Result<String, WorkspaceError> {
        compute_digest(&self.connection, self.format()?)
    }

    /// Digests of the parts, worked out from what the state lists; no file is read.
    ///
    /// # Errors
    /// [`WorkspaceError::State`].
    pub fn digests(&self) -> Result<Digests, WorkspaceError> {
        let format = self.format()?;
        let file = |table: &str| format!("SELECT name, blake3 FROM {table} JOIN files USING (path) ORDER BY name");
        let since = |brought: i64, sql: &str| if format < brought { Ok(digest_of("")) } else { self.table(sql) };
        let data =
            self.partitions()?.into_iter().map(|p| format!("{}\u{1f}{}\u{1f}{}\n", p.source, p.month.0, p.content));
        Ok(Digests {
            data: digest_of(&data.collect::<String>()),
            layers: self.table(&file("layers"))?,
            indicators: self.table("SELECT layer, name, code, value FROM indicators ORDER BY layer, name, code")?,
            weights: since(2, "SELECT name, key, weight FROM harm_weights ORDER BY name, key")?,
            gazetteers: since(3, &file("gazetteers"))?,
            decisions: since(
                3,
                "SELECT 1, number, item, choice, undone FROM review_decisions \
                 UNION ALL SELECT 2, number, name || char(31) || district || char(31) || kind, lon || ' ' || lat, state FROM aliases \
                 ORDER BY 1, 2",
            )?,
        })
    }

    fn table(&self, sql: &str) -> Result<String, WorkspaceError> {
        let mut hasher = blake3::Hasher::new();
        let mut statement = self.connection.prepare_cached(sql)?;
        let columns = statement.column_count();
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            for i in 0..columns {
                hasher.update(&cell(row.get_ref(i)?));
            }
        }
        Ok(hasher.finalize().to_hex().to_string())
    }
}

/// A value as bytes that say their kind and end.
fn cell(value: ValueRef<'_>) -> Vec<u8> {
    let mut bytes = match value {
        ValueRef::Null => vec![0],
        ValueRef::Integer(n) => [&[1], n.to_le_bytes().as_slice()].concat(),
        ValueRef::Real(x) => [&[2], x.to_bits().to_le_bytes().as_slice()].concat(),
        ValueRef::Text(text) | ValueRef::Blob(text) => [&[3], text.len().to_le_bytes().as_slice(), text].concat(),
    };
    bytes.push(0x1f);
    bytes
}

fn digest_of(text: &str) -> String {
    blake3::hash(text.as_bytes()).to_hex().to_string()
}
