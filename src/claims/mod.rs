//! Stored answers: a claim or a briefing with its question and what it was made from, listed and made again byte for byte.
//!
//! What is stored is the question in its one form, with what it left open named; the first day not looked at; and the answer
//! as the bytes that were given. Making it again asks the same question of today's data up to that day: months imported
//! later change nothing, a month that was delivered again does, and is said.
//! May use: model, workspace, snapshot, ask, analysis, export.

mod replay;
mod stored;

pub use replay::{Outcome, Replayed, replay};
pub use stored::{ClaimError, Claimed, Keeping, Told, all, claim, find, keep, sentences};
