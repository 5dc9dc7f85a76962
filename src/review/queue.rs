//! The wordings that wait, as they are shown, and as they are stored after a change.

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;

use super::ReviewError;
use crate::{
    geocode::kept_words,
    import::{QueueCandidate, WaitingRecords, candidates_of, counted, stored_candidates, waiting_by_words},
    workspace::{Alias, Commit, ReviewDecision, ReviewItem, Workspace},
};

/// The identity of a wording as it is stored, from how people give it: with the sheet's `w`, in capitals.
#[must_use]
pub fn wording_id(given: &str) -> String {
    given.trim().trim_start_matches(['w', 'W']).to_ascii_lowercase()
}

/// The digest in an identity.
pub(super) fn hash_of(id: &str) -> Result<u64, ReviewError> {
    u64::from_str_radix(id, 16).map_err(|_| ReviewError::NoItem { id: id.chars().take(40).collect() })
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
    /// Whether that no place can be told is likelier than any place: no candidate reaches one half.
    pub nowhere_leads: bool,
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

/// Share from which a candidate is likelier than not.
const HALF: f64 = 0.5;
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

/// Adds to a wording's candidates what another item of the same words offers for single records.
pub(super) fn offer_own(item: &mut ReviewItem, other: &ReviewItem) {
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
    let candidates = shown_candidates(&item);
    QueueItem {
        nowhere_leads: !candidates.iter().any(|c| c.share >= HALF),
        candidates,
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

/// Stores the queue with the records that wait now.
pub(super) fn set_queue(
    workspace: &Workspace,
    commit: &mut Commit<'_>,
    items: Vec<ReviewItem>,
) -> Result<BTreeMap<u64, WaitingRecords>, ReviewError> {
    let waiting = waiting_by_words(workspace, commit.state())?;
    commit.set_review_items(&counted(items, &waiting))?;
    Ok(waiting)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nowhere_leads_where_no_candidate_reaches_one_half() {
        let item = |shares: &[f64]| {
            let candidates: Vec<QueueCandidate> = shares
                .iter()
                .map(|&share| QueueCandidate {
                    name: "High Street".to_owned(),
                    id: String::new(),
                    class: "street".to_owned(),
                    lon: 1.0,
                    lat: 52.5,
                    share,
                    radius_m: 50.0,
                    record: None,
                })
                .collect();
            let [id, source, text] = ["1f", "log", "High Street"].map(str::to_owned);
            let [locality, postcode, flags] = [(); 3].map(|()| String::new());
            let candidates = stored_candidates(&candidates);
            let status = "tied".to_owned();
            ReviewItem {
                id,
                source,
                text,
                locality,
                postcode,
                records: 2,
                status,
                msoa: 0.4,
                weight: 1.0,
                flags,
                candidates,
            }
        };
        let leads = |shares: &[f64]| shown(item(shares), vec!["log".to_owned()]).nowhere_leads;
        assert!(leads(&[]) && leads(&[0.49, 0.49]));
        assert!(!leads(&[0.5, 0.3]) && !leads(&[0.2, 0.7]));
    }
}
