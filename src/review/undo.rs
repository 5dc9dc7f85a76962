//! Taking a decision back: each record has again what it had, and the wording waits again.

use std::collections::BTreeMap;

use super::{
    Decision, ReviewError,
    decisions::forget_words,
    queue::{hash_of, offer_own, set_queue},
};
use crate::{
    import::{Decided, Words, give_back, take_back},
    workspace::{Commit, ReviewItem, Workspace},
};

/// Takes a decision back: every record has the place it had, those that followed it in a later import the one that this
/// import would have given them, and the wording waits again. Without a number the last one that is in force.
///
/// # Errors
/// [`ReviewError::NoDecision`] where there is none in force.
pub fn undo(workspace: &Workspace, number: Option<i64>) -> Result<Decision, ReviewError> {
    let lock = workspace.lock()?;
    Words::settle(workspace, &lock)?;
    let mut commit = Commit::begin(workspace, &lock)?;
    let mut live = commit.state().review_decisions()?.into_iter().filter(|d| !d.undone);
    let asked = live.rfind(|d| number.is_none_or(|n| d.number == n));
    let missing = || number.map_or(ReviewError::NothingDecided, |number| ReviewError::NoDecision { number });
    let decision = asked.ok_or_else(missing)?;
    let decided: Option<Decided> = serde_json::from_str(&decision.choice).ok();
    let (mut records, mut import_again) = (0, false);
    if let Some(decided) = decided.as_ref().filter(|d| !d.pending) {
        import_again = decided.was.is_none();
        records = if let Some(was) = &decided.was {
            give_back(workspace, &mut commit, &decided.choice, was)?
        } else {
            take_back(workspace, &mut commit, &decided.choice, hash_of(&decision.item)?)?
        };
    }
    commit.undo_decision(decision.number)?;
    let place = decided.as_ref().map(|d| d.choice.told()).unwrap_or_default();
    let back = decided.map(|d| d.items).unwrap_or_default();
    let back = back.into_iter().filter_map(|item| serde_json::from_value::<ReviewItem>(item).ok());
    let items = joined(commit.state().review_items()?, back);
    set_queue(workspace, &mut commit, items)?;
    forget_words(&mut commit)?;
    commit.finish()?;
    Ok(Decision { number: decision.number, item: decision.item, records, place, pending: false, import_again })
}

/// Wordings that wait, with those that wait again; of one that does both, everything that is offered for it.
fn joined(waiting: Vec<ReviewItem>, back: impl Iterator<Item = ReviewItem>) -> Vec<ReviewItem> {
    let mut items: BTreeMap<(String, String), ReviewItem> =
        waiting.into_iter().map(|i| ((i.id.clone(), i.source.clone()), i)).collect();
    for item in back {
        let key = (item.id.clone(), item.source.clone());
        let Some(there) = items.get_mut(&key) else {
            items.insert(key, item);
            continue;
        };
        offer_own(there, &item);
    }
    items.into_values().collect()
}
