//! What needs a person: wordings that were not located, grouped so that one decision places every record with the same
//! words; decisions that replay on the next import and can be taken back; names taught for a district.
//!
//! A decision changes the stored records at once and is kept; the next import of the same words follows it. May use:
//! model, area, geocode, import, workspace.

mod aliases;
mod decisions;
mod sheet;
mod undo;

use std::collections::HashMap;

use serde::Serialize;

pub use aliases::{AGREEMENT_FROM, NewAlias, Taught, agree, teach, undo_alias};
pub use decisions::{Made, agree_decision, decide, decide_all};
pub(crate) use sheet::read_choice;
pub use sheet::{SHEET_COLUMNS, SheetReport, apply_sheet, write_sheet};
pub use undo::undo;

pub use crate::import::QueueCandidate;
use crate::{
    geocode::kept_words,
    import::{Decided, ImportError, candidates_of, stored_candidates},
    workspace::{Alias, ReviewDecision, ReviewItem, Workspace, WorkspaceError},
};

/// Why a review was refused.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReviewError {
    /// Nothing of the identity waits.
    #[error("nothing waits under {id}; `places review list` lists what does")]
    NoItem {
        /// Identity asked for.
        id: String,
    },
    /// Nothing waits any more for a decision on the words.
    #[error(
        "no record waits for a decision on {id} any more: they were located since, or decided on otherwise. A decision would \
         move records that have their place; nothing was changed. Import the source's file again, and the wording leaves the list"
    )]
    NothingWaits {
        /// Identity asked for.
        id: String,
    },
    /// A choice that is none.
    #[error(
        "{choice:?} is no choice: a candidate's number, `n` for nowhere, or longitude and latitude such as 1.2957,52.6286"
    )]
    NoChoice {
        /// What was given.
        choice: String,
    },
    /// A point outside the study area.
    #[error("the point lies outside the study area (longitude comes first); nothing was changed")]
    Outside,
    /// Two rows of a sheet decide differently.
    #[error("{path}: lines {first} and {second} decide differently on the same words; nothing was changed")]
    TwoChoices {
        /// The file.
        path: String,
        /// One line.
        first: u64,
        /// The other.
        second: u64,
    },
    /// Nobody is named who decides.
    #[error("say who you are, in 1 to 80 characters (--as WHO); nothing was changed")]
    NoPerson,
    /// No decision of the number, or it was taken back already.
    #[error("there is no decision {number} to take back; `places review list` shows the last ones")]
    NoDecision {
        /// Number asked for.
        number: i64,
    },
    /// No decision at all is in force.
    #[error("no decision is in force: there is nothing to take back")]
    NothingDecided,
    /// A sheet's candidate is another by now.
    #[error(
        "{path}: line {line}: candidate {number} was {then:?} when the sheet was written and is {now:?} now; \
         export the queue again; nothing was changed"
    )]
    OtherCandidate {
        /// The file.
        path: String,
        /// The line.
        line: u64,
        /// Number chosen.
        number: usize,
        /// What the sheet says.
        then: String,
        /// What waits now.
        now: String,
    },
    /// No alias of the number that waits for agreement.
    #[error("alias {number} does not wait for anybody's agreement")]
    NoAlias {
        /// Number asked for.
        number: i64,
    },
    /// No decision of the number that waits for agreement.
    #[error("decision {number} does not wait for anybody's agreement")]
    NotPending {
        /// Number asked for.
        number: i64,
    },
    /// An alias that is none.
    #[error("{reason}; nothing was changed")]
    BadAlias {
        /// What is wrong.
        reason: String,
    },
    /// The person who taught an alias or decided cannot be the one who agrees.
    #[error("{what} {number} is by {who}; another person has to agree")]
    SamePerson {
        /// `alias` or `decision`.
        what: &'static str,
        /// Its number.
        number: i64,
        /// Whose it is.
        who: String,
    },
    /// A sheet that is none.
    #[error("{path}: {reason}; nothing was changed")]
    Sheet {
        /// The file.
        path: String,
        /// What is wrong.
        reason: String,
    },
    /// The import's side.
    #[error(transparent)]
    Import(#[from] ImportError),
    /// The workspace.
    #[error(transparent)]
    Workspace(#[from] WorkspaceError),
    /// Reading or writing.
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

/// Longest name of a person.
const MAX_WHO_CHARS: usize = 80;

/// The name of the person who acts, without spaces round it.
fn person(who: &str) -> Result<&str, ReviewError> {
    let who = who.trim();
    let length = who.chars().count();
    (1..=MAX_WHO_CHARS).contains(&length).then_some(who).ok_or(ReviewError::NoPerson)
}

/// Whether two names are one person's but for case, spaces and stops.
fn same_person(a: &str, b: &str) -> bool {
    let letters =
        |name: &str| name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect::<String>();
    letters(a) == letters(b)
}

/// The identity of a wording as it is stored, from how people give it: with the sheet's `w`, in capitals.
#[must_use]
pub fn wording_id(given: &str) -> String {
    given.trim().trim_start_matches(['w', 'W']).to_ascii_lowercase()
}

/// A wording that waits.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct QueueItem {
    /// Identity: hash of the words.
    pub id: String,
    /// Sources it stands in.
    pub sources: Vec<String>,
    /// The words, names of people taken out.
    pub text: String,
    /// Locality given.
    pub locality: String,
    /// Postcode given.
    pub postcode: String,
    /// Records that one decision places.
    pub records: u64,
    /// `tied`, `review` or `unmatched`.
    pub status: String,
    /// Confidence in the best candidate's area.
    pub confidence_msoa: f64,
    /// Records x uncertainty x harm.
    pub weight: f64,
    /// Flags.
    pub flags: Vec<String>,
    /// The best places, at most five.
    pub candidates: Vec<QueueCandidate>,
}

/// What waits and what was decided.
#[derive(Debug, Clone, Default)]
pub struct Queue {
    /// Wordings, the weightiest first.
    pub items: Vec<QueueItem>,
    /// Decisions in force or taken back, the newest first.
    pub decisions: Vec<ReviewDecision>,
    /// Aliases, the newest first.
    pub aliases: Vec<Alias>,
}

/// Everything that waits.
///
/// # Errors
/// [`ReviewError::Workspace`].
pub fn queue(workspace: &Workspace) -> Result<Queue, ReviewError> {
    let state = workspace.state()?;
    let mut items: Vec<(ReviewItem, Vec<String>)> = Vec::new();
    let mut known: HashMap<String, usize> = HashMap::new();
    for item in state.review_items()? {
        let source = item.source.clone();
        if let Some(&at) = known.get(&item.id) {
            let (first, sources) = &mut items[at];
            offer_own(first, &item);
            sources.push(source);
            continue;
        }
        known.insert(item.id.clone(), items.len());
        items.push((item, vec![source]));
    }
    let items = items.into_iter().map(|(item, sources)| shown(item, sources)).collect();
    let (mut decisions, mut aliases) = (state.review_decisions()?, state.aliases()?);
    decisions.reverse();
    aliases.reverse();
    Ok(Queue { items, decisions, aliases })
}

/// Most candidates shown.
const SHOWN: usize = 5;
/// Of these so many are single records' own coordinates, where the words have as many others.
const SHOWN_OWN: usize = 2;

/// Of what may be chosen the likeliest for all records, and some records' own coordinates; when these are decided the next
/// come up.
fn shown_candidates(item: &ReviewItem) -> Vec<QueueCandidate> {
    let (own, of_words): (Vec<QueueCandidate>, Vec<QueueCandidate>) =
        candidates_of(item).into_iter().partition(|c| c.record.is_some());
    let room = SHOWN_OWN.max(SHOWN.saturating_sub(of_words.len())).min(own.len());
    of_words.into_iter().take(SHOWN - room.min(SHOWN)).chain(own).take(SHOWN).collect()
}

/// Whether a decision waits for a second person, and the place it chose, in words.
#[must_use]
pub fn told_decision(decision: &ReviewDecision) -> (bool, String) {
    let decided = serde_json::from_str::<Decided>(&decision.choice).ok();
    decided.map_or((false, String::new()), |d| (d.pending && !decision.undone, d.choice.told()))
}

/// Adds to a wording's candidates what another item of the same words offers for single records.
fn offer_own(item: &mut ReviewItem, other: &ReviewItem) {
    let mut candidates = candidates_of(item);
    let more = candidates_of(other).into_iter().filter(|c| c.record.is_some());
    let more: Vec<QueueCandidate> = more.filter(|c| !candidates.contains(c)).collect();
    candidates.extend(more);
    // As an import lists them: those for all records first, then by record.
    candidates.sort_by_key(QueueCandidate::record_key);
    item.candidates = stored_candidates(&candidates);
}

fn shown(item: ReviewItem, sources: Vec<String>) -> QueueItem {
    // What an older version stored may not be clean yet.
    let kept = kept_words(&item.text, &item.locality, &item.postcode);
    QueueItem {
        candidates: shown_candidates(&item),
        flags: item.flags.split(',').filter(|f| !f.is_empty()).map(str::to_owned).collect(),
        id: item.id,
        sources,
        text: kept.text,
        locality: kept.locality,
        postcode: kept.postcode,
        records: item.records,
        status: item.status,
        confidence_msoa: (item.msoa * 1e3).round() / 1e3,
        weight: (item.weight * 1e3).round() / 1e3,
    }
}
