//! What an import leaves for a person: wordings that were not located, grouped, the weightiest first.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde::{Deserialize, Serialize};

use super::{
    Before, Decided, ImportError, WaitingRecords, Was,
    choice::note_was,
    generic::GenericRow,
    locating::{Located, Waits},
    waiting_by_words,
};
use crate::{
    geocode::{Candidate, PointCounts, ProbableDefault, kept_words, probable_defaults},
    model::LonLat,
    workspace::{Commit, Incidents, ReviewItem, Workspace, read_incidents},
};

/// Most different wordings kept for one source: the weightiest.
const MAX_ITEMS: usize = 20_000;
/// Most records of a wording whose own coordinates are offered.
const MAX_OWN: usize = 20;

/// A place that may be chosen for a wording, or for one of its records alone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct QueueCandidate {
    /// What it is, in words.
    pub name: String,
    /// Identifier, or empty.
    #[serde(default)]
    pub id: String,
    /// Precision class.
    pub class: String,
    /// Longitude.
    pub lon: f64,
    /// Latitude.
    pub lat: f64,
    /// Share of all that was considered, 0 to 1.
    pub share: f64,
    /// Radius taken for it, metres.
    pub radius_m: f64,
    /// Key of the only record that it places, in hexadecimal: the coordinates are that record's own. None where it places
    /// every record with the words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record: Option<String>,
}

impl QueueCandidate {
    fn of(candidate: &Candidate, radius_m: f64) -> Self {
        Self {
            name: candidate.name.clone(),
            id: candidate.id.clone(),
            class: candidate.class.name().to_owned(),
            lon: candidate.point.lon,
            lat: candidate.point.lat,
            share: candidate.share,
            radius_m: if radius_m.is_finite() { radius_m.min(500.0) } else { 150.0 },
            record: None,
        }
    }

    /// The key of the only record that it places.
    #[must_use]
    pub fn record_key(&self) -> Option<u64> {
        u64::from_str_radix(self.record.as_ref()?, 16).ok()
    }
}

/// A wording of one import.
#[derive(Debug)]
struct Wording {
    /// The row that stands for all: the least sure, of equals the one with the least key.
    least: (f64, u64),
    item: ReviewItem,
    of_words: Vec<QueueCandidate>,
    /// What rows' own coordinates name, by their keys.
    own: BTreeMap<u64, Vec<QueueCandidate>>,
}

/// Wordings of one import that wait for a person.
#[derive(Debug, Default)]
pub(super) struct Waiting {
    wordings: BTreeMap<u64, Wording>,
    /// Digests of the wordings of this import of which more is known now than that some waited.
    seen: HashSet<u64>,
    /// Records that followed each decision, with where they would be without it.
    followed: BTreeMap<i64, BTreeMap<u64, Option<Before>>>,
    statuses: BTreeMap<String, u64>,
    flags: BTreeMap<String, u64>,
}

impl Waiting {
    /// Notes a row, its key, the digest of its words and what became of it.
    pub(super) fn add(&mut self, source: &str, row: &GenericRow, key: u64, words: u64, located: &Located) {
        *self.statuses.entry(located.status.name().to_owned()).or_default() += 1;
        for flag in located.flags.names() {
            *self.flags.entry(flag.to_owned()).or_default() += 1;
        }
        if let Some((number, without)) = &located.followed {
            self.followed.entry(*number).or_default().insert(key, without.as_ref().map(Before::of));
        }
        if !located.own {
            self.seen.insert(words);
        }
        let Some(waits) = &located.waits else { return };
        let rank = (waits.answer.confidence.msoa, key);
        let wording = self.wordings.entry(words).or_insert_with(|| Wording::of(source, row, words, waits, rank));
        if rank.0.total_cmp(&wording.least.0).then(rank.1.cmp(&wording.least.1)).is_lt() {
            let own = std::mem::take(&mut wording.own);
            *wording = Wording { own, ..Wording::of(source, row, words, waits, rank) };
        }
        let own: Vec<QueueCandidate> = waits
            .own()
            .map(|c| QueueCandidate {
                name: match row.id.as_str() {
                    "" => format!("{}, of one record", c.name),
                    id => format!("{}, of record {id}", c.name),
                },
                record: Some(format!("{key:016x}")),
                ..QueueCandidate::of(c, waits.answer.radius_m)
            })
            .collect();
        if !own.is_empty() {
            wording.own.insert(key, own);
            if wording.own.len() > MAX_OWN {
                wording.own.pop_last();
            }
        }
    }

    /// Rows by status and by flag.
    pub(super) fn tallies(&self) -> (BTreeMap<String, u64>, BTreeMap<String, u64>) {
        (self.statuses.clone(), self.flags.clone())
    }

    /// The queue as it is after this import of a source: what waited before and was not in it, and what waits now.
    pub(super) fn settled(
        &self,
        workspace: &Workspace,
        source: &str,
        commit: &Commit<'_>,
    ) -> Result<Vec<ReviewItem>, ImportError> {
        let id = |hash: &u64| format!("{hash:016x}");
        let seen: HashSet<String> = self.seen.iter().map(id).collect();
        let before = commit.state().review_items()?;
        let (again, mut items): (Vec<ReviewItem>, Vec<ReviewItem>) =
            before.into_iter().partition(|i| i.source == source && seen.contains(&i.id));
        let again: HashMap<&str, &ReviewItem> = again.iter().map(|i| (i.id.as_str(), i)).collect();
        items.extend(self.wordings.values().map(|w| w.item(again.get(w.item.id.as_str()).copied())));
        let stored = waiting_by_words(workspace, commit.state())?;
        Ok(counted(items, &stored))
    }

    /// Notes with each decision that was followed which records did, so that each can be given back what it had. Tells whether that is news.
    pub(super) fn note_followed(&self, commit: &mut Commit<'_>) -> Result<bool, ImportError> {
        let mut changed = false;
        for decision in commit.state().review_decisions()? {
            let Some(followed) = self.followed.get(&decision.number) else { continue };
            let Ok(mut decided) = serde_json::from_str::<Decided>(&decision.choice) else { continue };
            // Of decisions of older versions the other records are not known; they are not made up.
            let Some(was) = &decided.was else { continue };
            let mut places: BTreeMap<u64, Option<Before>> =
                was.iter().flat_map(|w| w.keys.iter().map(|key| (*key, w.place.clone()))).collect();
            places.extend(followed.iter().map(|(key, place)| (*key, place.clone())));
            let mut list: Vec<Was> = Vec::new();
            places.into_iter().for_each(|(key, place)| note_was(&mut list, key, place));
            if decided.was.as_ref() != Some(&list) {
                changed = true;
                decided.was = Some(list);
                commit.set_decision_choice(decision.number, &serde_json::to_string(&decided).unwrap_or_default())?;
            }
        }
        Ok(changed)
    }
}

impl Wording {
    fn of(source: &str, row: &GenericRow, words: u64, waits: &Waits, least: (f64, u64)) -> Self {
        let kept = kept_words(&row.place.text, &row.place.locality, &row.place.postcode);
        let flags: Vec<&str> = waits.answer.flags.names().collect();
        let (candidates, radius_m) = waits.candidates();
        let of_words = candidates.iter().filter(|c| !c.own).map(|c| QueueCandidate::of(c, radius_m)).collect();
        let item = ReviewItem {
            id: format!("{words:016x}"),
            source: source.to_owned(),
            text: kept.text,
            locality: kept.locality,
            postcode: kept.postcode,
            records: 0,
            status: waits.answer.status.name().to_owned(),
            msoa: waits.answer.confidence.msoa,
            weight: 0.0,
            flags: flags.join(","),
            candidates: String::new(),
        };
        Self { least, item, of_words, own: BTreeMap::new() }
    }

    /// As it is stored; records that were not in this import keep what was offered for them.
    fn item(&self, earlier: Option<&ReviewItem>) -> ReviewItem {
        let mut own = self.own.clone();
        for candidate in earlier.map(candidates_of).unwrap_or_default() {
            if let Some(key) = candidate.record_key().filter(|key| !self.own.contains_key(key) && own.len() < MAX_OWN) {
                own.entry(key).or_default().push(candidate);
            }
        }
        let candidates: Vec<QueueCandidate> =
            self.of_words.iter().cloned().chain(own.into_values().flatten()).collect();
        ReviewItem { candidates: stored_candidates(&candidates), ..self.item.clone() }
    }
}

/// The candidates of a stored wording.
#[must_use]
pub fn candidates_of(item: &ReviewItem) -> Vec<QueueCandidate> {
    serde_json::from_str(&item.candidates).unwrap_or_default()
}

/// Candidates as a wording stores them.
#[must_use]
pub fn stored_candidates(candidates: &[QueueCandidate]) -> String {
    serde_json::to_string(candidates).unwrap_or_default()
}

/// Wordings with the number of stored records that wait for each, the weightiest first; those that none waits for are
/// dropped, and so is what was offered for a record that waits no more.
#[must_use]
pub fn counted(items: Vec<ReviewItem>, stored: &BTreeMap<u64, WaitingRecords>) -> Vec<ReviewItem> {
    let none = WaitingRecords::default();
    let of = |item: ReviewItem| {
        let records = u64::from_str_radix(&item.id, 16).ok().and_then(|hash| stored.get(&hash)).unwrap_or(&none);
        let mut candidates = candidates_of(&item);
        candidates.retain(|c| c.record_key().is_none_or(|key| records.keys.contains(&key)));
        ReviewItem {
            records: records.keys.len() as u64,
            weight: records.harm * (1.0 - item.msoa),
            candidates: stored_candidates(&candidates),
            ..item
        }
    };
    let mut items: Vec<ReviewItem> = items.into_iter().map(of).filter(|i| i.records > 0).collect();
    items.sort_by(|a, b| b.weight.total_cmp(&a.weight).then(a.id.cmp(&b.id)).then(a.source.cmp(&b.source)));
    items.truncate(MAX_ITEMS);
    items
}

/// Points of some incidents that probably stand in for unknown ones.
pub(super) fn defaults_among(sets: &[&Incidents]) -> Vec<ProbableDefault> {
    let mut points: BTreeMap<(u64, u64), PointCounts> = BTreeMap::new();
    for incidents in sets {
        for i in 0..incidents.len() {
            let Some(place) = incidents.place_of(i) else { continue };
            let counts = points.entry((place.lon.to_bits(), place.lat.to_bits())).or_insert_with(|| PointCounts {
                point: LonLat { lon: place.lon, lat: place.lat },
                categories: BTreeMap::new(),
            });
            *counts.categories.entry(incidents.category_of(i).to_owned()).or_default() += 1;
        }
    }
    probable_defaults(&points.into_values().collect::<Vec<_>>())
}

/// Probable default locations among all stored incidents, by source.
///
/// # Errors
/// [`ImportError`] when a partition cannot be read.
pub fn stored_defaults(workspace: &Workspace) -> Result<BTreeMap<String, Vec<ProbableDefault>>, ImportError> {
    let mut sets: BTreeMap<String, Vec<Incidents>> = BTreeMap::new();
    for partition in workspace.state()?.partitions()? {
        let incidents = read_incidents(&workspace.root().join(&partition.path), false)?;
        sets.entry(partition.source).or_default().push(incidents);
    }
    Ok(sets.into_iter().map(|(source, sets)| (source, defaults_among(&sets.iter().collect::<Vec<_>>()))).collect())
}
