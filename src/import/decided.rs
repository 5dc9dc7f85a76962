//! Stored records whose words a person decided on: placed, or taken back, without importing them again.

use std::collections::{BTreeMap, HashMap};

use super::{ImportError, POLICE_UK, Placer, Position, merge::coverage, queue::waits};
use crate::{
    model::{Flags, LonLat, PrecisionClass},
    workspace::{Commit, Incidents, PlaceRow, Workspace, read_incidents},
};

/// What was changed for one wording.
#[derive(Debug, Clone, Default)]
pub struct Placed {
    /// Records.
    pub records: u64,
    /// Where the first of them was before.
    pub before: Option<Position>,
}

/// Gives stored records that wait, or that a decision placed before, the positions decided for their words; by hash of
/// the words. Records that are located otherwise stay where they are.
///
/// # Errors
/// [`ImportError`] when a partition cannot be read or written; the change is then not finished.
pub fn place_decided(
    workspace: &Workspace,
    commit: &mut Commit<'_>,
    decided: &BTreeMap<u64, Option<Position>>,
) -> Result<HashMap<u64, Placed>, ImportError> {
    let placer = Placer::new(workspace, commit.state())?;
    let mut placed: HashMap<u64, Placed> = HashMap::new();
    for partition in commit.state().partitions()?.into_iter().filter(|p| p.source != POLICE_UK) {
        let mut incidents = read_incidents(&workspace.root().join(&partition.path), true)?;
        let touched: Vec<usize> = (0..incidents.len())
            .filter(|&i| decided.contains_key(&incidents.text_hash_of(i)) && waits(incidents.place_of(i)))
            .collect();
        if touched.is_empty() {
            continue;
        }
        for i in touched {
            let hash = incidents.text_hash_of(i);
            let entry = placed.entry(hash).or_default();
            entry.records += 1;
            entry.before = entry.before.or(incidents.place_of(i).map(position_of));
            match decided[&hash] {
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
    Ok(placed)
}

fn position_of(place: &PlaceRow) -> Position {
    Position {
        point: LonLat { lon: place.lon, lat: place.lat },
        class: place.class,
        radius_m: place.radius_m,
        flags: Flags(place.flags & !Flags::AREA_SNAPPED.0),
    }
}

/// Stored records that wait, by hash of their words.
///
/// # Errors
/// [`ImportError`] when a partition cannot be read.
pub fn waiting_by_words(workspace: &Workspace) -> Result<HashMap<u64, u64>, ImportError> {
    let mut found: HashMap<u64, u64> = HashMap::new();
    let not_yet = |incidents: &Incidents, i: usize| {
        incidents.place_of(i).is_none_or(|p| p.class > PrecisionClass::Locality && !Flags(p.flags).has(Flags::REVIEWED))
    };
    for partition in workspace.state()?.partitions()?.into_iter().filter(|p| p.source != POLICE_UK) {
        let incidents = read_incidents(&workspace.root().join(&partition.path), true)?;
        for i in (0..incidents.len()).filter(|&i| not_yet(&incidents, i)) {
            *found.entry(incidents.text_hash_of(i)).or_default() += 1;
        }
    }
    Ok(found)
}
