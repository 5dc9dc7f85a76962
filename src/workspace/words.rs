//! Words of the settings that stand on no record: a definition that counts nothing looks like a county where nothing happened.

use std::collections::BTreeSet;

use super::{Partition, Workspace, read_incidents};
use crate::model::words_that_match_nothing;

/// A note for every definition none of whose categories stands on a record. None where there are no records yet, or where
/// they cannot be read, which the check says elsewhere.
pub(super) fn definitions_without_records(workspace: &Workspace, partitions: &[Partition]) -> Vec<String> {
    let Ok(settings) = workspace.settings() else { return Vec::new() };
    let mut known: BTreeSet<String> = BTreeSet::new();
    for partition in partitions {
        let Ok(incidents) = read_incidents(&workspace.root().join(&partition.path), false) else { return Vec::new() };
        known.extend(incidents.category_words().map(str::to_owned));
    }
    if known.is_empty() {
        return Vec::new();
    }
    let counts_nothing = |(name, definition): (&String, &crate::model::Definition)| {
        let unmatched = words_that_match_nothing(definition, &known);
        (unmatched.len() == definition.counted().count()).then(|| match unmatched.first() {
            None => format!("definition {name} names no category: it counts nothing"),
            Some(first) => format!(
                "definition {name} names no category that stands on the records ({first:?} and all others match none): it counts \
                 nothing"
            ),
        })
    };
    settings.definitions.iter().filter_map(counts_nothing).collect()
}
