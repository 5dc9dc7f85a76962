//! What an import leaves for a person: wordings that were not located, grouped, the weightiest first.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::{ImportError, generic::GenericRow, locating::Located, placing::location_text_hash, run::Job};
use crate::{
    geocode::{Answer, PointCounts, ProbableDefault, probable_defaults, without_people},
    model::{Flags, LonLat, PrecisionClass},
    workspace::{Commit, Incidents, PlaceRow, ReviewItem, State, Workspace, read_incidents},
};

/// Most different wordings kept for one source: the weightiest.
const MAX_ITEMS: usize = 20_000;

/// Wordings of one import that wait for a person.
#[derive(Debug, Default)]
pub(super) struct Waiting {
    /// By hash: the item and the harm of its records on average.
    items: BTreeMap<u64, ReviewItem>,
    /// Hashes of every wording of this import, waiting or not.
    seen: HashSet<u64>,
    statuses: BTreeMap<String, u64>,
    flags: BTreeMap<String, u64>,
}

impl Waiting {
    /// Notes a row and what became of it.
    pub(super) fn add(&mut self, source: &str, row: &GenericRow, located: &Located) {
        *self.statuses.entry(located.status.name().to_owned()).or_default() += 1;
        for flag in located.flags.names() {
            *self.flags.entry(flag.to_owned()).or_default() += 1;
        }
        let hash = location_text_hash(&row.place.words());
        self.seen.insert(hash);
        if let Some(answer) = &located.waits {
            self.items.entry(hash).or_insert_with(|| item(source, hash, row, answer));
        }
    }

    /// Rows by status and by flag.
    pub(super) fn tallies(&self) -> (BTreeMap<String, u64>, BTreeMap<String, u64>) {
        (self.statuses.clone(), self.flags.clone())
    }

    /// Stores the queue anew: what waited before and was not in this import, and what waits now. Gives its length.
    pub(super) fn store(self, job: &Job<'_>, commit: &mut Commit<'_>) -> Result<u64, ImportError> {
        let id = |hash: u64| format!("{hash:016x}");
        let seen: HashSet<String> = self.seen.iter().map(|h| id(*h)).collect();
        let before = commit.state().review_items()?;
        let mut items: Vec<ReviewItem> =
            before.into_iter().filter(|i| i.source != job.source || !seen.contains(&i.id)).collect();
        items.extend(self.items.into_values());
        if items.is_empty() {
            return Ok(0);
        }
        let stored = waiting_records(job.workspace, commit.state())?;
        for item in &mut items {
            let (records, harm) = stored.get(&item.id).copied().unwrap_or((0, 0.0));
            item.records = records;
            item.weight = harm * (1.0 - item.msoa);
        }
        items.retain(|i| i.records > 0);
        items.sort_by(|a, b| b.weight.total_cmp(&a.weight).then(a.id.cmp(&b.id)));
        items.truncate(MAX_ITEMS);
        commit.set_review_items(&items)?;
        Ok(items.len() as u64)
    }
}

fn item(source: &str, hash: u64, row: &GenericRow, answer: &Answer) -> ReviewItem {
    let flags: Vec<&str> = answer.flags.names().collect();
    let candidates: Vec<serde_json::Value> = answer
        .candidates
        .iter()
        .map(|c| {
            serde_json::json!({
                "lon": c.point.lon, "lat": c.point.lat, "name": c.name, "id": c.id, "class": c.class.name(), "share": c.share,
                "radius_m": if answer.radius_m.is_finite() { answer.radius_m.min(500.0) } else { 150.0 },
            })
        })
        .collect();
    ReviewItem {
        id: format!("{hash:016x}"),
        source: source.to_owned(),
        text: without_people(&row.place.text),
        locality: row.place.locality.clone(),
        postcode: row.place.postcode.clone(),
        records: 0,
        status: answer.status.name().to_owned(),
        msoa: answer.confidence.msoa,
        weight: 0.0,
        flags: flags.join(","),
        candidates: serde_json::Value::Array(candidates).to_string(),
    }
}

/// Whether a stored incident waits for a decision, or was placed by one.
pub(super) fn waits(place: Option<&PlaceRow>) -> bool {
    // A radius is known of what words gave; coordinates that are only as good as a ward stay where they are.
    place.is_none_or(|p| {
        (p.class > PrecisionClass::Locality && p.radius_m.is_finite()) || Flags(p.flags).has(Flags::REVIEWED)
    })
}

/// Stored records by hash of their words, and the sum of their harm: 1 a record where no weights are loaded.
fn waiting_records(workspace: &Workspace, state: &State) -> Result<HashMap<String, (u64, f64)>, ImportError> {
    let mut harm: HashMap<String, f64> = HashMap::new();
    let weights = state.harm_weights()?;
    let set = weights.first().map(|w| w.0.clone());
    for (name, key, weight) in weights {
        if Some(&name) == set.as_ref() {
            harm.insert(key.to_lowercase(), weight);
        }
    }
    let mut found: HashMap<String, (u64, f64)> = HashMap::new();
    for partition in state.partitions()?.into_iter().filter(|p| p.source != super::POLICE_UK) {
        let incidents = read_incidents(&workspace.root().join(&partition.path), true)?;
        for i in (0..incidents.len()).filter(|&i| waits(incidents.place_of(i))) {
            let entry = found.entry(format!("{:016x}", incidents.text_hash_of(i))).or_default();
            entry.0 += 1;
            entry.1 += harm.get(&incidents.category_of(i).to_lowercase()).copied().unwrap_or(1.0);
        }
    }
    Ok(found)
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
