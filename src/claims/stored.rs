//! Claims as they are made and kept.

use crate::{
    analysis::{Briefing, Claim, question},
    ask::{Answer, AskError, Asked, Canonical, Kept, Raw, Values},
    export::{ExportError, encoder},
    model::{Day, QueryError},
    snapshot::Snapshot,
    workspace::{StoredClaim, Workspace, WorkspaceError, user_name},
};

/// Longest question stored.
const MAX_REQUEST_BYTES: usize = 2 << 20;

/// Why a stored answer could not be made, kept or made again.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ClaimError {
    /// The question, or the data's answer to it.
    #[error(transparent)]
    Ask(#[from] AskError),
    /// The workspace.
    #[error(transparent)]
    Workspace(#[from] WorkspaceError),
    /// The answer could not be written down.
    #[error(transparent)]
    Export(#[from] ExportError),
    /// There is no such answer.
    #[error("there is no claim {id:?}; `places claims list` lists them")]
    NotFound {
        /// The identity asked for, cut at 40 characters.
        id: String,
    },
    /// What is stored cannot be read.
    #[error("claim {id} cannot be read: {reason}")]
    Unreadable {
        /// Identity.
        id: String,
        /// Why.
        reason: String,
    },
    /// Answers to this question are not kept.
    #[error("answers to {question} are not kept; those to compare and briefing are")]
    NotKept {
        /// The question.
        question: &'static str,
    },
    /// The question is too long to be kept.
    #[error("the polygon is too large to be stored with a claim ({bytes} bytes; at most {MAX_REQUEST_BYTES})")]
    TooLong {
        /// Its length.
        bytes: usize,
    },
}

impl From<QueryError> for ClaimError {
    fn from(error: QueryError) -> Self {
        Self::Ask(error.into())
    }
}

/// An answer that can be kept: the bytes are the same on every run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claimed {
    /// The question with what it left open named: sources, and the period of a briefing. What is stored, so that a source
    /// that comes later changes nothing.
    pub question: Canonical,
    /// Identity, cut-off, what it says.
    pub kept: Kept,
    /// JSON, one line.
    pub json: String,
}

/// Makes an answer one that can be kept.
///
/// # Errors
/// [`ClaimError::NotKept`] for a question whose answers are not.
pub fn claim(asked: &dyn Asked, ground: &Snapshot, answer: &mut Answer<'_>) -> Result<Claimed, ClaimError> {
    let not_kept = || ClaimError::NotKept { question: asked.declaration().name };
    let kept = answer.kept.clone().ok_or_else(not_kept)?;
    let question = kept.named.iter().fold(asked.canonical().clone(), |c, (name, values)| c.naming(name, values));
    let mut json = Vec::new();
    encoder("json").ok_or_else(not_kept)?.write(ground, answer, &mut json)?;
    let unreadable =
        |e: std::string::FromUtf8Error| ClaimError::Unreadable { id: kept.id.clone(), reason: e.to_string() };
    Ok(Claimed { json: String::from_utf8(json).map_err(unreadable)?, question, kept })
}

/// What became of a claim that was to be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keeping {
    /// It is stored now.
    Stored,
    /// It was there already, to the byte.
    Known,
}

/// Keeps a claim; the same one again changes nothing.
///
/// # Errors
/// [`ClaimError`]; nothing is then stored.
pub fn keep(workspace: &Workspace, claimed: &Claimed) -> Result<Keeping, ClaimError> {
    let request = claimed.question.text();
    if request.len() > MAX_REQUEST_BYTES {
        return Err(ClaimError::TooLong { bytes: request.len() });
    }
    let id = &claimed.kept.id;
    if let Some(stored) = all(workspace)?.into_iter().find(|c| c.id == *id) {
        // An identity is of content: other bytes under it would be a fault of the program.
        return if stored.result == claimed.json {
            Ok(Keeping::Known)
        } else {
            Err(ClaimError::Unreadable { id: id.clone(), reason: "another answer is stored under it".to_owned() })
        };
    }
    let claim = StoredClaim {
        id: id.clone(),
        kind: claimed.question.question.clone(),
        request,
        cutoff: claimed.kept.cutoff.clone(),
        result: claimed.json.clone(),
    };
    // The desk has a writer of its own: an import that runs is not waited for.
    workspace.desk()?.add_claim(&claim, &user_name())?;
    Ok(Keeping::Stored)
}

/// Every stored claim.
///
/// # Errors
/// The workspace's.
pub fn all(workspace: &Workspace) -> Result<Vec<StoredClaim>, ClaimError> {
    Ok(workspace.claims()?)
}

/// A stored claim.
///
/// # Errors
/// [`ClaimError::NotFound`], or the workspace's.
pub fn find(workspace: &Workspace, id: &str) -> Result<StoredClaim, ClaimError> {
    let claim = all(workspace)?.into_iter().find(|c| c.id == id);
    claim.ok_or_else(|| ClaimError::NotFound { id: id.chars().take(40).collect() })
}

/// A stored claim in sentences.
#[must_use]
pub fn sentences(stored: &StoredClaim) -> Vec<String> {
    let failed = |e: serde_json::Error| vec![format!("claim {} cannot be read: {e}", stored.id)];
    if stored.kind == "briefing" {
        return serde_json::from_str::<Briefing>(&stored.result).map_or_else(failed, |b| b.lines());
    }
    serde_json::from_str::<Claim>(&stored.result).map_or_else(failed, |c| c.lines())
}

/// What a stored claim says, as a list shows it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Told {
    /// Place, or nothing.
    pub place: String,
    /// Verdict or headline.
    pub says: String,
    /// The claim in one line.
    pub title: String,
}

impl Told {
    /// Reads it off what is stored.
    #[must_use]
    pub fn of(stored: &StoredClaim) -> Self {
        #[derive(Default, serde::Deserialize)]
        #[serde(default)]
        struct Window {
            from: String,
            to: String,
        }
        #[derive(Default, serde::Deserialize)]
        #[serde(default)]
        struct Fields {
            place_name: String,
            verdict: String,
            headline: String,
            before: Window,
            after: Window,
        }
        let fields: Fields = serde_json::from_str(&stored.result).unwrap_or_default();
        let Fields { place_name, verdict, headline, before, after } = fields;
        if verdict.is_empty() {
            return Self { place: place_name, title: headline.clone(), says: headline };
        }
        let title =
            format!("{place_name}: {}..{} against {}..{}: {verdict}", before.from, before.to, after.from, after.to);
        Self { place: place_name, says: verdict, title }
    }
}

/// The question of a stored claim, as it is asked again: of the data up to its cut-off.
pub(super) fn asked_again(stored: &StoredClaim) -> Result<Box<dyn Asked>, ClaimError> {
    let unreadable = |reason: String| ClaimError::Unreadable { id: stored.id.clone(), reason };
    let entry = question(&stored.kind).filter(|e| e.declaration.kept);
    let entry = entry.ok_or_else(|| unreadable(format!("its question {:?} is not known", stored.kind)))?;
    let cutoff = Day::parse(&stored.cutoff).map_err(|e| unreadable(e.to_string()))?;
    let pairs: Vec<(String, Raw)> = match Canonical::read(&stored.request) {
        Ok(form) => form.pairs().map(|(n, v)| (n.to_owned(), Raw::from(v))).collect(),
        Err(_) => of_first_form(&stored.request).ok_or_else(|| unreadable("its question cannot be read".to_owned()))?,
    };
    let mut values = Values::check(entry.declaration, pairs)?;
    values.cutoff = Some(cutoff);
    Ok(entry.read(&values)?)
}

/// A question as version 0.1.0 stored it: names and values, polygons by the name of their file.
fn of_first_form(text: &str) -> Option<Vec<(String, Raw)>> {
    #[derive(serde::Deserialize)]
    struct First {
        parameters: Vec<(String, String)>,
        #[serde(default)]
        polygons: Vec<(String, String)>,
    }
    let first: First = serde_json::from_str(text).ok()?;
    let value = |value: String| match first.polygons.iter().find(|(name, _)| *name == value) {
        Some((name, text)) => Raw::File { name: stem(name), text: text.clone() },
        None => Raw::Text(value),
    };
    Some(first.parameters.iter().map(|(name, v)| (name.clone(), value(v.clone()))).collect())
}

/// A file's name without folder and ending.
fn stem(name: &str) -> String {
    std::path::Path::new(name).file_stem().map_or_else(|| name.to_owned(), |s| s.to_string_lossy().into_owned())
}
