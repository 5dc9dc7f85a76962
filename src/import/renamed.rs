//! The same delivery under other references: every record would be counted twice.

use std::collections::HashMap;

use super::{
    ImportError,
    merge::{Merged, Outcome},
};
use crate::workspace::Incidents;

/// Records from which equal ones are no chance.
const FEWEST: u64 = 10;
/// Share of new records, and of those stored, that must have one like them.
const SHARE: f64 = 0.8;

/// New records that say the same as stored ones that the delivery does not have.
#[derive(Debug, Default)]
pub(super) struct Renamed {
    matching: u64,
    new: u64,
    stored: u64,
    /// A reference stored, and the same record's in the delivery.
    example: (String, String),
}

/// What a record says but for its reference.
type Said<'a> = (i64, i64, &'a str, Option<(u64, u64)>, u64);

fn said(incidents: &Incidents, i: usize) -> Said<'_> {
    let when = incidents.when_of(i);
    let place = incidents.place_of(i).map(|p| (p.lon.to_bits(), p.lat.to_bits()));
    (when.start_us, when.end_us, incidents.category_of(i), place, incidents.text_hash_of(i))
}

impl Renamed {
    /// Looks at a merged month beside what was stored of it. The new records come first among the merged.
    pub(super) fn compare(&mut self, merged: &Merged, stored: &Incidents) {
        let new = &merged.incidents;
        let is_new = |i: &usize| merged.outcomes.get(*i) == Some(&Outcome::Imported);
        let imported: Vec<usize> = (0..merged.outcomes.len()).filter(is_new).collect();
        if imported.is_empty() {
            return;
        }
        let delivered: std::collections::HashSet<u64> = (0..merged.outcomes.len()).map(|i| new.key(i)).collect();
        let mut known: HashMap<Said<'_>, Vec<usize>> = HashMap::new();
        for i in (0..stored.len()).filter(|&i| !delivered.contains(&stored.key(i))) {
            known.entry(said(stored, i)).or_default().push(i);
            self.stored += 1;
        }
        for &i in &imported {
            self.new += 1;
            if let Some(twin) = known.get_mut(&said(new, i)).and_then(Vec::pop) {
                self.matching += 1;
                if self.example.0.is_empty() {
                    self.example = (stored.source_ref_of(twin).to_owned(), new.source_ref_of(i).to_owned());
                }
            }
        }
    }

    /// Refuses a delivery whose records are those stored.
    pub(super) fn check(self, source: &str) -> Result<(), ImportError> {
        let most = |of: u64| self.matching as f64 >= SHARE * of as f64;
        if self.matching < FEWEST || !most(self.new) || !most(self.stored) {
            return Ok(());
        }
        let (stored, given) = self.example;
        let (matching, new) = (self.matching, self.new);
        Err(ImportError::OtherReferences { source_name: source.to_owned(), matching, new, stored, given })
    }
}
