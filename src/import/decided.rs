//! Stored records whose words a person decided on: placed, or given back what each had, without importing them again.

use std::collections::{BTreeMap, HashMap};

use super::{Before, Choice, ImportError, POLICE_UK, Placer, Position, Was, choice::note_was, merge::coverage};
use crate::{
    model::{Flags, PrecisionClass},
    workspace::{Commit, Incidents, PlaceRow, State, Workspace, read_incidents},
};

/// Which of the records that wait are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// All with the words of this digest.
    Words(u64),
    /// The one of this key.
    Record(u64),
}

/// Whether a stored incident waits for a decision: it has no place or one that is only told to the district, and no
/// person decided on it.
pub(super) fn waits(place: Option<&PlaceRow>) -> bool {
    // A radius is known of what words gave; coordinates that are only as good as a ward stay where they are.
    place.is_none_or(|p| {
        p.class > PrecisionClass::Locality && p.radius_m.is_finite() && !Flags(p.flags).has(Flags::REVIEWED)
    })
}

/// Gives stored records that wait the positions decided for them, and tells where each was. Records that are located
/// otherwise stay where they are.
///
/// # Errors
/// [`ImportError`] when a partition cannot be read or written; the change is then not finished.
pub fn place_waiting(
    workspace: &Workspace,
    commit: &mut Commit<'_>,
    decided: &BTreeMap<Scope, Option<Position>>,
) -> Result<BTreeMap<Scope, Vec<Was>>, ImportError> {
    let mut placed: BTreeMap<Scope, Vec<Was>> = BTreeMap::new();
    rewrite(workspace, commit, |incidents, i| {
        let (record, words) = (Scope::Record(incidents.key(i)), Scope::Words(incidents.text_hash_of(i)));
        let scope = [record, words].into_iter().find(|s| decided.contains_key(s))?;
        if words == Scope::Words(0) || !waits(incidents.place_of(i)) {
            return None;
        }
        let was = incidents.place_of(i).map(Before::of_place);
        note_was(placed.entry(scope).or_default(), incidents.key(i), was);
        Some(decided[&scope])
    })?;
    Ok(placed)
}

/// Gives each record back the place it had before a decision. Records that are no longer where the decision put them, for
/// they were imported again and say something else, stay where they are.
///
/// # Errors
/// [`ImportError`] when a partition cannot be read or written; the change is then not finished.
pub fn give_back(
    workspace: &Workspace,
    commit: &mut Commit<'_>,
    choice: &Choice,
    was: &[Was],
) -> Result<u64, ImportError> {
    let had: BTreeMap<u64, Option<Position>> =
        was.iter().flat_map(|w| w.keys.iter().map(|key| (*key, w.place.as_ref().map(Before::position)))).collect();
    let mut records = 0;
    rewrite(workspace, commit, |incidents, i| {
        let before = had.get(&incidents.key(i)).copied()?;
        if !is_at(choice, incidents.place_of(i)) {
            return None;
        }
        records += 1;
        Some(before)
    })?;
    Ok(records)
}

/// Takes the place that a decision gave from every record with the words: of decisions of older versions it is not known
/// where each record was, and none is better than one that may be another's.
///
/// # Errors
/// [`ImportError`] when a partition cannot be read or written; the change is then not finished.
pub fn take_back(
    workspace: &Workspace,
    commit: &mut Commit<'_>,
    choice: &Choice,
    words: u64,
) -> Result<u64, ImportError> {
    let mut records = 0;
    rewrite(workspace, commit, |incidents, i| {
        if incidents.text_hash_of(i) != words || words == 0 || !is_at(choice, incidents.place_of(i)) {
            return None;
        }
        records += 1;
        Some(None)
    })?;
    Ok(records)
}

/// Whether a record is where a choice puts it.
fn is_at(choice: &Choice, place: Option<&PlaceRow>) -> bool {
    match (choice.position(), place) {
        (None, None) => true,
        (Some(chosen), Some(place)) => {
            Flags(place.flags).has(Flags::REVIEWED) && place.lon == chosen.point.lon && place.lat == chosen.point.lat
        }
        _ => false,
    }
}

/// Gives the records of mapped sources another position: `None` leaves one as it is, `Some(None)` takes its place away.
fn rewrite(
    workspace: &Workspace,
    commit: &mut Commit<'_>,
    mut to: impl FnMut(&Incidents, usize) -> Option<Option<Position>>,
) -> Result<(), ImportError> {
    let placer = Placer::new(workspace, commit.state())?;
    for partition in commit.state().partitions()?.into_iter().filter(|p| p.source != POLICE_UK) {
        let mut incidents = read_incidents(&workspace.root().join(&partition.path), true)?;
        let moves: Vec<(usize, Option<Position>)> =
            (0..incidents.len()).filter_map(|i| to(&incidents, i).map(|position| (i, position))).collect();
        if moves.is_empty() {
            continue;
        }
        for (i, position) in moves {
            match position {
                Some(position) => placer.place_one(&mut incidents, i, &position),
                None => incidents.unplace(i),
            }
        }
        let rows = incidents.len();
        let again = placer.place_again(&incidents);
        let file = Commit::write_partition(workspace, &partition.source, partition.month, &again)?;
        commit.set_partition(&partition.source, partition.month, &file, rows)?;
        commit.set_coverage(&partition.source, partition.month, &coverage(&again, &placer))?;
    }
    Ok(())
}

/// Records that wait with some words.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct WaitingRecords {
    /// Their keys.
    pub keys: Vec<u64>,
    /// Sum of their harm: 1 a record where no weights are loaded.
    pub harm: f64,
}

/// Stored records that wait, by the digest of their words.
///
/// # Errors
/// [`ImportError`] when a partition cannot be read.
pub fn waiting_by_words(workspace: &Workspace, state: &State) -> Result<BTreeMap<u64, WaitingRecords>, ImportError> {
    let mut harm: HashMap<String, f64> = HashMap::new();
    let weights = state.harm_weights()?;
    let set = weights.first().map(|w| w.0.clone());
    for (name, key, weight) in weights {
        if Some(&name) == set.as_ref() {
            harm.insert(crate::model::fold(&key), weight);
        }
    }
    let mut waiting: BTreeMap<u64, WaitingRecords> = BTreeMap::new();
    for partition in state.partitions()?.into_iter().filter(|p| p.source != POLICE_UK) {
        let incidents = read_incidents(&workspace.root().join(&partition.path), true)?;
        for i in (0..incidents.len()).filter(|&i| incidents.text_hash_of(i) != 0 && waits(incidents.place_of(i))) {
            let entry = waiting.entry(incidents.text_hash_of(i)).or_default();
            entry.keys.push(incidents.key(i));
            entry.harm += harm.get(&crate::model::fold(incidents.category_of(i))).copied().unwrap_or(1.0);
        }
    }
    Ok(waiting)
}
