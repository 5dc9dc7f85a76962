//! Deciding on wordings, and taking it back.

use std::collections::BTreeMap;

use super::{ReviewError, person};
use crate::{
    import::{Before, Choice, Decided, Position, place_decided},
    workspace::{Commit, ReviewDecision, ReviewItem, Workspace},
};

/// Decisions whose words are kept.
const WORDS_KEPT: usize = 50;

/// A decision that was made.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct Made {
    /// Its number, by which it can be taken back.
    pub number: i64,
    /// The wording.
    pub item: String,
    /// Records that it placed, or took the place from.
    pub records: u64,
}

fn hash_of(id: &str) -> Result<u64, ReviewError> {
    u64::from_str_radix(id, 16).map_err(|_| ReviewError::NoItem { id: id.chars().take(40).collect() })
}

/// Decides on one wording.
///
/// # Errors
/// [`ReviewError::NoItem`] where nothing waits under the identity; nothing is then changed.
pub fn decide(workspace: &Workspace, id: &str, choice: Choice, who: &str) -> Result<Made, ReviewError> {
    let made = decide_all(workspace, vec![(id.to_owned(), choice)], who)?;
    made.into_iter().next().ok_or(ReviewError::NoItem { id: id.to_owned() })
}

/// Decides on several wordings: all of it, or nothing.
///
/// # Errors
/// [`ReviewError::NoItem`] where nothing waits under an identity; nothing is then changed.
pub fn decide_all(workspace: &Workspace, choices: Vec<(String, Choice)>, who: &str) -> Result<Vec<Made>, ReviewError> {
    let who = person(who)?;
    let lock = workspace.lock()?;
    let mut commit = Commit::begin(workspace, &lock)?;
    let items = commit.state().review_items()?;
    let study = crate::import::study_of(workspace, commit.state())?;
    let mut positions: BTreeMap<u64, Option<Position>> = BTreeMap::new();
    for (id, choice) in &choices {
        if !items.iter().any(|i| i.id == *id) {
            return Err(ReviewError::NoItem { id: id.chars().take(40).collect() });
        }
        if matches!(choice, Choice::Place { .. }) && !choice.position().is_some_and(|p| study.holds(p.point)) {
            return Err(ReviewError::Outside);
        }
        positions.insert(hash_of(id)?, choice.position());
    }
    let placed = place_decided(workspace, &mut commit, &positions)?;
    let mut made = Vec::new();
    for (id, choice) in choices {
        let what = placed.get(&hash_of(&id)?).cloned().unwrap_or_default();
        let waited = items.iter().filter(|i| i.id == id);
        let decided = Decided {
            choice,
            items: waited.filter_map(|i| serde_json::to_value(i).ok()).collect(),
            before: what.before.as_ref().map(Before::of),
        };
        let number = commit.add_decision(&ReviewDecision {
            number: 0,
            item: id.clone(),
            choice: serde_json::to_string(&decided).unwrap_or_default(),
            who: who.to_owned(),
            decided_at: jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            records: what.records,
            undone: false,
        })?;
        made.push(Made { number, records: what.records, item: id });
    }
    let left: Vec<ReviewItem> = items.into_iter().filter(|i| !made.iter().any(|m| m.item == i.id)).collect();
    commit.set_review_items(&left)?;
    forget_words(&mut commit)?;
    commit.finish()?;
    Ok(made)
}

/// Words stay with the newest decisions alone, so that they can wait again when one is taken back: no longer than that
/// are they kept. Of an older one the records go back, and the words come with the next import.
fn forget_words(commit: &mut Commit<'_>) -> Result<(), ReviewError> {
    let decisions = commit.state().review_decisions()?;
    let newest = decisions.iter().filter(|d| !d.undone).rev().nth(WORDS_KEPT - 1).map_or(0, |d| d.number);
    for decision in decisions.iter().filter(|d| d.undone || d.number < newest) {
        let Ok(mut decided) = serde_json::from_str::<Decided>(&decision.choice) else { continue };
        if !decided.items.is_empty() {
            decided.items.clear();
            commit.set_decision_choice(decision.number, &serde_json::to_string(&decided).unwrap_or_default())?;
        }
    }
    Ok(())
}

/// Takes a decision back: the records are where they were, and the wording waits again. Without a number the last one
/// that is in force.
///
/// # Errors
/// [`ReviewError::NoDecision`] where there is none in force.
pub fn undo(workspace: &Workspace, number: Option<i64>) -> Result<Made, ReviewError> {
    let lock = workspace.lock()?;
    let mut commit = Commit::begin(workspace, &lock)?;
    let mut live = commit.state().review_decisions()?.into_iter().filter(|d| !d.undone);
    let asked = live.rfind(|d| number.is_none_or(|n| d.number == n));
    let missing = || number.map_or(ReviewError::NothingDecided, |number| ReviewError::NoDecision { number });
    let decision = asked.ok_or_else(missing)?;
    let decided: Option<Decided> = serde_json::from_str(&decision.choice).ok();
    let before = decided.as_ref().and_then(|d| d.before.as_ref()).map(Before::position);
    let positions = BTreeMap::from([(hash_of(&decision.item)?, before)]);
    let placed = place_decided(workspace, &mut commit, &positions)?;
    commit.undo_decision(decision.number)?;
    let mut items = commit.state().review_items()?;
    let back = decided.map(|d| d.items).unwrap_or_default();
    items.extend(back.into_iter().filter_map(|item| serde_json::from_value::<ReviewItem>(item).ok()));
    items.sort_by(|a, b| b.weight.total_cmp(&a.weight).then(a.id.cmp(&b.id)));
    items.dedup_by(|a, b| (&a.id, &a.source) == (&b.id, &b.source));
    commit.set_review_items(&items)?;
    forget_words(&mut commit)?;
    commit.finish()?;
    let records = placed.values().map(|p| p.records).sum();
    Ok(Made { number: decision.number, item: decision.item, records })
}
