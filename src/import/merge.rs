//! New incidents of a source and month against those stored: what is new, changed, the same or gone.

use std::{
    collections::{HashMap, HashSet},
    ops::Range,
};

use crate::{model::PrecisionClass, workspace::Incidents};

use super::{FileReport, ImportReport, Placer};

/// What became of each new incident, by its position in the new set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    Imported,
    Updated,
    Duplicate,
}

/// Adds outcomes to a file's report.
pub(super) fn tally(report: &mut FileReport, outcomes: impl Iterator<Item = Outcome>) {
    for outcome in outcomes {
        match outcome {
            Outcome::Imported => report.imported += 1,
            Outcome::Updated => report.updated += 1,
            Outcome::Duplicate => report.duplicates += 1,
        }
    }
}

/// The merged partition.
#[derive(Debug)]
pub(super) struct Merged {
    pub(super) incidents: Incidents,
    pub(super) outcomes: Vec<Outcome>,
    /// Stored incidents that the new edition no longer has.
    pub(super) removed: u64,
    /// Incidents stored before.
    pub(super) before: u64,
    /// Whether the partition differs from the stored one.
    pub(super) changed: bool,
}

/// Merges new incidents into stored ones. `replaced` says which stored incidents belong to an edition that
/// the new one replaces: those not among the new are removed.
pub(super) fn merge(
    new: Incidents,
    stored: Option<&Incidents>,
    replaced: impl Fn(&Incidents, usize) -> bool,
) -> Merged {
    let Some(stored) = stored else {
        let outcomes = vec![Outcome::Imported; new.len()];
        return Merged { changed: !new.is_empty(), incidents: new, outcomes, removed: 0, before: 0 };
    };
    let old: HashMap<u64, usize> = (0..stored.len()).map(|i| (stored.key(i), i)).collect();
    let outcomes: Vec<Outcome> = (0..new.len())
        .map(|i| match old.get(&new.key(i)) {
            None => Outcome::Imported,
            Some(&o) if stored.content(o) == new.content(i) => Outcome::Duplicate,
            Some(_) => Outcome::Updated,
        })
        .collect();
    let keys: HashSet<u64> = (0..new.len()).map(|i| new.key(i)).collect();
    let mut removed = 0;
    let mut incidents = new;
    let mut places = HashMap::new();
    for i in 0..stored.len() {
        if keys.contains(&stored.key(i)) {
            continue;
        }
        if replaced(stored, i) {
            removed += 1;
            continue;
        }
        incidents.push_from(stored, i, &mut places);
    }
    let changed = removed > 0 || outcomes.iter().any(|o| *o != Outcome::Duplicate);
    Merged { incidents, outcomes, removed, before: stored.len() as u64, changed }
}

/// Where the accepted rows of a set lie.
#[derive(Debug, Default)]
pub(super) struct Whereabouts {
    pub(super) placed: [u64; 10],
    pub(super) near_border: u64,
    pub(super) not_located: u64,
    pub(super) outside: u64,
}

impl Whereabouts {
    /// Of some rows of a set.
    pub(super) fn of(incidents: &Incidents, rows: Range<usize>, placer: &Placer) -> Self {
        let mut whereabouts = Self::default();
        rows.for_each(|i| whereabouts.add(incidents, i, placer));
        whereabouts
    }

    /// Adds a row.
    pub(super) fn add(&mut self, incidents: &Incidents, row: usize, placer: &Placer) {
        match incidents.place_of(row) {
            None => self.not_located += 1,
            Some(place) if !placer.in_study_area(place) => self.outside += 1,
            Some(place) => {
                self.placed[usize::from(place.class.code())] += 1;
                self.near_border += u64::from(place.flags & crate::model::FLAG_AREA_SNAPPED != 0);
            }
        }
    }

    /// Adds what is known of a file's rows to its report and to the whole.
    pub(super) fn add_to(&self, file: &mut FileReport, report: &mut ImportReport) {
        file.placed += self.placed.iter().sum::<u64>();
        file.not_located += self.not_located;
        file.outside_study_area += self.outside;
        for (code, &count) in self.placed.iter().enumerate() {
            let class = PrecisionClass::from_code(code as u8);
            if let Some(class) = class.filter(|_| count > 0) {
                *report.placed.entry(class.name().to_owned()).or_default() += count;
            }
        }
        report.near_border += self.near_border;
        report.not_located += self.not_located;
        report.outside_study_area += self.outside;
    }
}

/// Located incidents by (part, district); the part is the attribute `force`, or empty.
pub(super) fn coverage(incidents: &Incidents, placer: &Placer) -> Vec<(String, String, u64)> {
    let mut counts: std::collections::BTreeMap<(&str, &str), u64> = std::collections::BTreeMap::new();
    let Some(layer) = placer.study_layer() else { return Vec::new() };
    for (area, part, rows) in incidents.count_by_area(layer, "force") {
        if let Some(district) = placer.district(area) {
            *counts.entry((part, district)).or_default() += rows;
        }
    }
    counts.into_iter().map(|((part, district), rows)| (part.to_owned(), district.to_owned(), rows)).collect()
}
