//! Deciding on wordings: at once, or when a second person has agreed.

use std::collections::BTreeMap;

use super::{
    ReviewError,
    person::{AGREEMENT_FROM, person, same_person},
    queue::{hash_of, set_queue},
};
use crate::{
    import::{Choice, Decided, Position, Scope, Was, Words, candidates_of, place_waiting, waiting_by_words},
    workspace::{Commit, ReviewDecision, ReviewItem, Workspace},
};

/// Decisions whose words are kept.
const WORDS_KEPT: usize = 50;

/// A decision that was made, or taken back.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
#[schema(as = Made)]
pub struct Decision {
    /// Its number, by which it can be taken back.
    pub number: i64,
    /// The wording.
    pub item: String,
    /// Records that it moved, or would.
    pub records: u64,
    /// The place chosen, in words; `nowhere` where none can be told.
    pub place: String,
    /// Whether it waits for a second person, because it would move more than 100 records.
    pub pending: bool,
    /// Whether it is of an older version, which does not know what each record had: they have no place until they are
    /// imported again.
    pub import_again: bool,
}

/// Decides on one wording.
///
/// # Errors
/// [`ReviewError::NoItem`] where nothing waits under the identity, [`ReviewError::NothingWaits`] where no record waits any
/// more; nothing is then changed.
pub fn decide(workspace: &Workspace, id: &str, choice: Choice, who: &str) -> Result<Decision, ReviewError> {
    let decisions = decide_all(workspace, vec![(id.to_owned(), choice)], who)?;
    decisions.into_iter().next().ok_or(ReviewError::NoItem { id: id.to_owned() })
}

/// What is about to be decided.
struct Plan {
    id: String,
    scope: Scope,
    choice: Choice,
    /// Records that wait for it.
    records: u64,
}

impl Plan {
    fn pending(&self) -> bool {
        self.records > AGREEMENT_FROM
    }
}

/// Decides on several wordings: all of it, or nothing. Each that would move more than 100 records waits for a second person.
///
/// # Errors
/// As [`decide`]; nothing is then changed.
pub fn decide_all(
    workspace: &Workspace,
    choices: Vec<(String, Choice)>,
    who: &str,
) -> Result<Vec<Decision>, ReviewError> {
    let who = person(who)?;
    let lock = workspace.lock()?;
    let words = Words::settle(workspace, &lock)?;
    let mut commit = Commit::begin(workspace, &lock)?;
    let items = commit.state().review_items()?;
    let plans = planned(workspace, &commit, &words, &items, choices)?;
    let live: BTreeMap<Scope, Option<Position>> =
        plans.iter().filter(|p| !p.pending()).map(|p| (p.scope, p.choice.position())).collect();
    let mut placed = place_waiting(workspace, &mut commit, &live)?;
    let mut decisions = Vec::new();
    for plan in plans {
        let was = placed.remove(&plan.scope).unwrap_or_default();
        decisions.push(store(&mut commit, plan, &items, was, who, &words)?);
    }
    let settled = |i: &ReviewItem| decisions.iter().any(|d| !d.pending && d.item == i.id);
    let all_of = |i: &ReviewItem| live.contains_key(&Scope::Words(hash_of(&i.id).unwrap_or(0)));
    let left = items.into_iter().filter(|i| !(settled(i) && all_of(i))).collect();
    set_queue(workspace, &mut commit, left)?;
    forget_words(&mut commit)?;
    commit.finish()?;
    Ok(decisions)
}

fn planned(
    workspace: &Workspace,
    commit: &Commit<'_>,
    words: &Words,
    items: &[ReviewItem],
    choices: Vec<(String, Choice)>,
) -> Result<Vec<Plan>, ReviewError> {
    let study = crate::import::study_of(workspace, commit.state())?;
    let waiting = waiting_by_words(workspace, commit.state())?;
    let mut plans: Vec<Plan> = Vec::new();
    for (given, choice) in choices {
        let none = || ReviewError::NoItem { id: given.chars().take(40).collect() };
        let id = words.identity(&given, items).ok_or_else(none)?;
        if matches!(choice, Choice::Place { .. }) && !choice.position().is_some_and(|p| study.holds(p.point)) {
            return Err(ReviewError::Outside);
        }
        let hash = hash_of(&id)?;
        let scope = scope_of(items, &id, hash, &choice);
        let records = match (scope, waiting.get(&hash)) {
            (Scope::Record(key), Some(w)) => u64::from(w.keys.contains(&key)),
            (Scope::Words(_), Some(w)) => w.keys.len() as u64,
            (_, None) => 0,
        };
        if records == 0 {
            return Err(ReviewError::NothingWaits { id });
        }
        plans.retain(|p| p.scope != scope);
        plans.push(Plan { id, scope, choice, records });
    }
    Ok(plans)
}

/// A candidate that is one record's own coordinates places that record; anything else all with the words.
fn scope_of(items: &[ReviewItem], id: &str, words: u64, choice: &Choice) -> Scope {
    let Choice::Place { lon, lat, name, .. } = choice else { return Scope::Words(words) };
    let candidates = items.iter().filter(|i| i.id == id).flat_map(candidates_of);
    let mut own = candidates.filter(|c| c.lon == *lon && c.lat == *lat && c.name == *name);
    own.find_map(|c| c.record_key()).map_or(Scope::Words(words), Scope::Record)
}

fn store(
    commit: &mut Commit<'_>,
    plan: Plan,
    items: &[ReviewItem],
    was: Vec<Was>,
    who: &str,
    words: &Words,
) -> Result<Decision, ReviewError> {
    let pending = plan.pending();
    let moved = was.iter().map(|w| w.keys.len() as u64).sum();
    let records = if pending { plan.records } else { moved };
    let place = plan.choice.told();
    let waited = items.iter().filter(|i| i.id == plan.id);
    let decided = Decided {
        choice: plan.choice,
        items: waited.filter_map(|i| serde_json::to_value(i).ok()).collect(),
        before: None,
        record: if let Scope::Record(key) = plan.scope { Some(key) } else { None },
        pending,
        second: String::new(),
        was: Some(was),
        secret: words.name(),
    };
    let number = commit.add_decision(&ReviewDecision {
        number: 0,
        item: plan.id.clone(),
        choice: serde_json::to_string(&decided).unwrap_or_default(),
        who: who.to_owned(),
        decided_at: jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        records,
        undone: false,
    })?;
    Ok(Decision { number, item: plan.id, records, place, pending, import_again: false })
}

/// Agrees, as a second person, with a decision that waits: it takes effect on the records that wait now.
///
/// # Errors
/// [`ReviewError::NotPending`], [`ReviewError::SamePerson`] for the one who decided, or [`ReviewError::NothingWaits`].
pub fn agree_decision(workspace: &Workspace, number: i64, who: &str) -> Result<Decision, ReviewError> {
    let who = person(who)?;
    let lock = workspace.lock()?;
    Words::settle(workspace, &lock)?;
    let mut commit = Commit::begin(workspace, &lock)?;
    let decision = commit.state().review_decisions()?.into_iter().find(|d| d.number == number && !d.undone);
    let decision = decision.ok_or(ReviewError::NotPending { number })?;
    let decided = serde_json::from_str::<Decided>(&decision.choice).ok().filter(|d| d.pending);
    let mut decided = decided.ok_or(ReviewError::NotPending { number })?;
    if same_person(&decision.who, who) {
        return Err(ReviewError::SamePerson { kind: "decision", number, who: decision.who });
    }
    let words = hash_of(&decision.item)?;
    let scope = decided.record.map_or(Scope::Words(words), Scope::Record);
    let placed = place_waiting(workspace, &mut commit, &BTreeMap::from([(scope, decided.choice.position())]))?;
    let was = placed.into_values().next().unwrap_or_default();
    let records: u64 = was.iter().map(|w| w.keys.len() as u64).sum();
    if records == 0 {
        return Err(ReviewError::NothingWaits { id: decision.item });
    }
    who.clone_into(&mut decided.second);
    (decided.pending, decided.was) = (false, Some(was));
    commit.set_decision_choice(number, &serde_json::to_string(&decided).unwrap_or_default())?;
    commit.set_decision_records(number, records)?;
    let items = commit.state().review_items()?;
    let left = items.into_iter().filter(|i| i.id != decision.item || decided.record.is_some()).collect();
    set_queue(workspace, &mut commit, left)?;
    forget_words(&mut commit)?;
    commit.finish()?;
    let place = decided.choice.told();
    Ok(Decision { number, item: decision.item, records, place, pending: false, import_again: false })
}

/// Words stay with the newest decisions alone, so that they can wait again when one is taken back: no longer than that
/// are they kept. Of an older one the records go back, and the words come with the next import.
pub(super) fn forget_words(commit: &mut Commit<'_>) -> Result<(), ReviewError> {
    let decisions = commit.state().review_decisions()?;
    let newest = decisions.iter().filter(|d| !d.undone).rev().nth(WORDS_KEPT - 1).map_or(0, |d| d.number);
    for decision in decisions.iter().filter(|d| d.undone || d.number < newest) {
        let Ok(mut decided) = serde_json::from_str::<Decided>(&decision.choice) else { continue };
        let gone = decision.undone && decided.was.as_ref().is_some_and(|w| !w.is_empty());
        if decided.items.is_empty() && !gone {
            continue;
        }
        decided.items.clear();
        if gone {
            // Given back: nobody needs to know any more.
            decided.was = Some(Vec::new());
        }
        commit.set_decision_choice(decision.number, &serde_json::to_string(&decided).unwrap_or_default())?;
    }
    Ok(())
}

/// Whether a decision waits for a second person, and the place it chose, in words.
#[must_use]
pub fn told_decision(decision: &ReviewDecision) -> (bool, String) {
    let decided = serde_json::from_str::<Decided>(&decision.choice).ok();
    decided.map_or((false, String::new()), |d| (d.pending && !decision.undone, d.choice.told()))
}
