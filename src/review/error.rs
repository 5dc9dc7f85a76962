//! Why a review was refused, with what to do.

use crate::{import::ImportError, workspace::WorkspaceError};

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
    #[error("{kind} {number} is by {who}; another person has to agree")]
    SamePerson {
        /// `alias` or `decision`.
        kind: &'static str,
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
