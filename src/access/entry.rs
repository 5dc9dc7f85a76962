//! An entry of the log as it is asked for, and as a line that seals itself.

use serde::{Deserialize, Serialize};

/// Longest question kept whole; of a longer one the beginning is kept, with its length and digest.
const MAX_QUESTION: usize = 64 << 10;
/// What comes before a line's own hash.
const SEAL: &str = ",\"hash\":\"";

/// What kind of thing an entry tells of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EntryKind {
    /// Somebody looked at exact data.
    Look,
    /// What a look gave: rows, an export.
    Answer,
    /// Somebody changed something.
    Change,
    /// The log tells of itself: it began, or a torn end was put aside.
    Log,
}

impl EntryKind {
    /// The word in the log.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Look => "look",
            Self::Answer => "answer",
            Self::Change => "change",
            Self::Log => "log",
        }
    }
}

/// What is to be logged, without who, when and where in the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogLine {
    /// Kind.
    pub kind: EntryKind,
    /// What was done: the name of the question, of the command.
    pub verb: String,
    /// Why, where a person gave a reason.
    pub reason: String,
    /// The data looked at: workspace and snapshot.
    pub dataset: String,
    /// The question in its canonical form, or what was changed.
    pub question: String,
    /// Rows returned, where they are known.
    pub rows: Option<u64>,
    /// Identity of an export.
    pub export: Option<String>,
    /// Whether the same look within ten minutes is the same entry.
    pub coalesce: bool,
}

impl LogLine {
    fn new(kind: EntryKind, verb: &str, dataset: &str, question: &str) -> Self {
        Self {
            kind,
            verb: verb.to_owned(),
            reason: String::new(),
            dataset: dataset.to_owned(),
            question: question.to_owned(),
            rows: None,
            export: None,
            coalesce: false,
        }
    }

    /// A look at exact data.
    #[must_use]
    pub fn look(verb: &str, dataset: &str, question: &str) -> Self {
        Self::new(EntryKind::Look, verb, dataset, question)
    }

    /// A change.
    #[must_use]
    pub fn change(verb: &str, dataset: &str, what: &str) -> Self {
        Self::new(EntryKind::Change, verb, dataset, what)
    }

    pub(super) fn answer(verb: &str) -> Self {
        Self::new(EntryKind::Answer, verb, "", "")
    }

    pub(super) fn of_the_log(verb: &str, what: &str) -> Self {
        Self::new(EntryKind::Log, verb, "", what)
    }

    /// With the reason a person gave.
    #[must_use]
    pub fn because(self, reason: &str) -> Self {
        Self { reason: reason.to_owned(), ..self }
    }

    /// With the rows returned.
    #[must_use]
    pub fn with_rows(self, rows: u64) -> Self {
        Self { rows: Some(rows), ..self }
    }

    /// With the identity of an export.
    #[must_use]
    pub fn exported(self, id: &str) -> Self {
        Self { export: Some(id.to_owned()), ..self }
    }

    /// The same look by the same person of the same data within ten minutes is one entry: the tiles of one question.
    #[must_use]
    pub fn coalesced(self) -> Self {
        Self { coalesce: true, ..self }
    }
}

/// An entry as it stands in the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Number, from 1, without gaps.
    pub seq: u64,
    /// When, UTC.
    pub at: String,
    /// Who.
    pub actor: String,
    /// Their agency.
    pub agency: String,
    /// Their role.
    pub role: String,
    /// Kind.
    pub kind: EntryKind,
    /// What was done.
    pub verb: String,
    /// Why.
    pub reason: String,
    /// The data.
    pub dataset: String,
    /// The question.
    pub question: String,
    /// Rows returned.
    pub rows: Option<u64>,
    /// Identity of an export.
    pub export: Option<String>,
    /// The look that an answer belongs to.
    pub of: Option<u64>,
    /// Hash of the line before; of the first, noughts.
    pub prev: String,
}

/// That an entry is on disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// Its number.
    pub seq: u64,
    /// Its hash.
    pub hash: String,
    /// When, UTC.
    pub at: String,
}

/// The hash that stands before the first line.
pub(super) fn no_hash() -> String {
    "0".repeat(64)
}

/// A question cut to what is kept of it.
pub(super) fn kept(question: &str) -> String {
    if question.len() <= MAX_QUESTION {
        return question.to_owned();
    }
    let end = (0..=MAX_QUESTION).rev().find(|&i| question.is_char_boundary(i)).unwrap_or(0);
    let digest = blake3::hash(question.as_bytes()).to_hex();
    format!("{} ... ({} bytes, {digest})", &question[..end], question.len())
}

/// A value as one line of JSON whose last member is the hash of everything before it; with that hash.
pub(super) fn seal(value: &impl Serialize) -> serde_json::Result<(String, String)> {
    let mut text = serde_json::to_string(value)?;
    text.pop();
    let hash = blake3::hash(text.as_bytes()).to_hex().to_string();
    Ok((format!("{text}{SEAL}{hash}\"}}"), hash))
}

/// The hash of a sealed line, or nothing where it is not what was sealed.
pub(super) fn sealed_hash(line: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(line).ok()?;
    let body = text.strip_suffix("\"}")?;
    let (body, hash) = body.split_at_checked(body.len().checked_sub(64)?)?;
    let body = body.strip_suffix(SEAL)?;
    (*hash == *blake3::hash(body.as_bytes()).to_hex()).then(|| hash.to_owned())
}
