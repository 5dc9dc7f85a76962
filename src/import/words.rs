//! Digests of people's words, keyed with the secret of the workspace, by which records wait for a person and decisions
//! find them again.
//!
//! **Older workspaces** hold unkeyed digests. The first writer that has to do with words keys them where they lie, once:
//! a keyed digest is made of the unkeyed one, so no words are needed (Parquet files, queue, decisions, and the keys of
//! records that have no reference, which are made of their words). On the way the words that wait are cleaned by today's
//! rules. Answers do not change by it.
//!
//! **Another secret** (a backup restored elsewhere): what is stored stays as it is and belongs together, so that records can
//! be decided on and decisions taken back; but words that are imported from then on have other digests. Decisions made
//! before are not followed by imports, which is reported; records without a reference cannot be told from those stored,
//! so their months are imported again with `--replace` only.

use std::collections::HashMap;

use rayon::prelude::*;

use super::{Decided, ImportError, POLICE_UK, placing::location_text_hash};
use crate::{
    geocode::{kept_words, names_scene},
    workspace::{Commit, FileEntry, Lock, Partition, ReviewItem, Secret, Workspace, read_incidents},
};

/// Digests of words in one workspace.
#[derive(Debug)]
pub(crate) struct Words {
    secret: Secret,
    /// Whether some of what is stored was made with another secret.
    pub(super) others: bool,
}

impl Words {
    /// Makes the digests of a workspace ready: a secret where there is none, and unkeyed digests keyed.
    ///
    /// # Errors
    /// [`ImportError`]; the store is then as it was.
    pub(crate) fn settle(workspace: &Workspace, lock: &Lock) -> Result<Self, ImportError> {
        let secret = workspace.secret()?;
        let known = workspace.state()?.secrets()?;
        if known.last() == Some(&secret.name()) {
            return Ok(Self { secret, others: known.len() > 1 });
        }
        let mut commit = Commit::begin(workspace, lock)?;
        if known.is_empty() {
            key_partitions(workspace, &mut commit, &secret)?;
            key_queue(&mut commit, &secret)?;
        }
        commit.set_secret(&secret)?;
        commit.finish()?;
        Ok(Self { others: !known.is_empty() && known != [secret.name()], secret })
    }

    /// The digest of some words; 0 where there are none.
    pub(super) fn digest(&self, words: &str) -> u64 {
        self.secret.keyed(location_text_hash(words))
    }

    /// The key of a record that has no reference and is told by its words.
    pub(super) fn key(&self, key: u64) -> u64 {
        self.secret.keyed(key)
    }

    /// The name of the secret, kept with what is decided.
    pub(crate) fn name(&self) -> String {
        self.secret.name()
    }

    /// The identity under which a wording waits now, where an older, unkeyed one was given.
    pub(crate) fn identity(&self, given: &str, items: &[ReviewItem]) -> Option<String> {
        if items.iter().any(|i| i.id == given) {
            return Some(given.to_owned());
        }
        let keyed = format!("{:016x}", self.secret.keyed(u64::from_str_radix(given, 16).ok()?));
        items.iter().any(|i| i.id == keyed).then_some(keyed)
    }
}

fn key_partitions(workspace: &Workspace, commit: &mut Commit<'_>, secret: &Secret) -> Result<(), ImportError> {
    let partitions = commit.state().partitions()?;
    let keyed: Vec<(Partition, FileEntry)> = partitions
        .into_par_iter()
        .map(|partition| {
            let mut incidents = read_incidents(&workspace.root().join(&partition.path), true)?;
            incidents.rekey_words(|digest| secret.keyed(digest), partition.source != POLICE_UK);
            let file = Commit::write_partition(workspace, &partition.source, partition.month, &incidents)?;
            Ok((partition, file))
        })
        .collect::<Result<_, ImportError>>()?;
    for (partition, file) in keyed {
        commit.set_partition(&partition.source, partition.month, &file, partition.rows as usize)?;
    }
    Ok(())
}

fn key_queue(commit: &mut Commit<'_>, secret: &Secret) -> Result<(), ImportError> {
    let keyed = |id: &str| u64::from_str_radix(id, 16).map(|hash| format!("{:016x}", secret.keyed(hash))).ok();
    let items = commit.state().review_items()?;
    let items: Vec<ReviewItem> = items.into_iter().filter_map(|i| cleaned(i, &keyed)).collect();
    commit.set_review_items(&items)?;
    for decision in commit.state().review_decisions()? {
        if let Some(item) = keyed(&decision.item) {
            commit.set_decision_item(decision.number, &item)?;
        }
        let Ok(mut decided) = serde_json::from_str::<Decided>(&decision.choice) else { continue };
        let waited = decided.items.drain(..).filter_map(|item| serde_json::from_value::<ReviewItem>(item).ok());
        let waited = waited.filter_map(|item| cleaned(item, &keyed));
        decided.items = waited.filter_map(|item| serde_json::to_value(item).ok()).collect();
        decided.secret = secret.name();
        commit.set_decision_choice(decision.number, &serde_json::to_string(&decided).unwrap_or_default())?;
    }
    Ok(())
}

/// A wording of an older workspace by today's rules: what speaks of a home alone is dropped, and so are candidates that
/// may be the coordinates of one record, because which is not known.
fn cleaned(item: ReviewItem, keyed: &impl Fn(&str) -> Option<String>) -> Option<ReviewItem> {
    let home = item.flags.split(',').any(|f| f == "possible_home_address");
    let candidates: Vec<serde_json::Value> = serde_json::from_str(&item.candidates).unwrap_or_default();
    let of_words = |c: &serde_json::Value| !c["name"].as_str().unwrap_or_default().starts_with("the coordinates ");
    let candidates: Vec<serde_json::Value> = candidates.into_iter().filter(of_words).collect();
    if home && candidates.is_empty() && !names_scene(&item.text, &[&item.locality, &item.postcode]) {
        return None;
    }
    let kept = kept_words(&item.text, &item.locality, &item.postcode);
    let candidates = serde_json::Value::Array(candidates).to_string();
    let (text, locality, postcode) = (kept.text, kept.locality, kept.postcode);
    Some(ReviewItem { id: keyed(&item.id)?, text, locality, postcode, candidates, ..item })
}

/// Decisions in force that were made with another secret: imports cannot follow them.
pub(super) fn not_followed(state: &crate::workspace::State, words: &Words) -> Result<u64, ImportError> {
    if !words.others {
        return Ok(0);
    }
    let name = words.name();
    let live = state.review_decisions()?.into_iter().filter(|d| !d.undone);
    let choices: HashMap<i64, Decided> =
        live.filter_map(|d| Some((d.number, serde_json::from_str(&d.choice).ok()?))).collect();
    Ok(choices.values().filter(|d| d.secret != name).count() as u64)
}
