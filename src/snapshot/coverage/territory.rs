//! Which districts a part speaks for: a police force by the table in `data/forces.csv`, others as `places.toml` says.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::LazyLock,
};

use crate::model::fold;

/// Source whose parts are police forces.
const POLICE_UK: &str = "police.uk";
/// Forces of a network: they add records everywhere and speak for no district.
const NETWORKS: [&str; 1] = ["btp"];

/// Districts by force, both as data.police.uk and ONS name them; and every district of any force.
static FORCES: LazyLock<Forces> = LazyLock::new(|| {
    let mut forces = Forces::default();
    for line in include_str!("../../../data/forces.csv").lines().skip(1) {
        let mut fields = line.splitn(3, ',');
        let [force, code, name] = [0; 3].map(|_| fields.next().unwrap_or_default());
        let names = forces.districts.entry(force.to_owned()).or_default();
        for word in [code, name.trim_matches('"')] {
            names.insert(fold(word));
            forces.known.insert(fold(word));
        }
    }
    forces
});

#[derive(Default)]
struct Forces {
    districts: BTreeMap<String, BTreeSet<String>>,
    known: BTreeSet<String>,
}

/// What a part speaks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Territory {
    /// The whole study area.
    StudyArea,
    /// Districts, by folded code or name.
    Districts(BTreeSet<String>),
    /// The districts of its force, and of districts that no force is known for those it is the main supplier of.
    Force(BTreeSet<String>),
    /// It adds records wherever they are, and makes no district received.
    Network,
}

impl Territory {
    /// Of a part of a source; `declared` is what the settings say.
    pub(super) fn of(source: &str, part: &str, declared: &[String]) -> Self {
        if !declared.is_empty() {
            return Self::Districts(declared.iter().map(|d| fold(d)).collect());
        }
        if source != POLICE_UK || part.is_empty() {
            return Self::StudyArea;
        }
        if NETWORKS.contains(&part) {
            return Self::Network;
        }
        Self::Force(FORCES.districts.get(part).cloned().unwrap_or_default())
    }

    /// Whether a district, by code and name, is in it; `is_main` says whether the part is the main supplier there.
    pub(super) fn holds(&self, district: (&str, &str), is_main: bool) -> bool {
        let is_among =
            |words: &BTreeSet<String>| words.contains(&fold(district.0)) || words.contains(&fold(district.1));
        match self {
            Self::StudyArea => true,
            Self::Districts(words) => is_among(words),
            Self::Force(words) => is_among(words) || (is_main && !is_among(&FORCES.known)),
            Self::Network => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forces_have_their_districts_and_no_others() {
        let norfolk = Territory::of("police.uk", "norfolk", &[]);
        assert!(norfolk.holds(("E07000143", "Breckland"), false));
        assert!(norfolk.holds(("", "king's lynn and west norfolk"), false), "by name too");
        assert!(!norfolk.holds(("E07000203", "Mid Suffolk"), true), "another force's, however many rows it has there");
        assert!(norfolk.holds(("X1", "Somewhere"), true) && !norfolk.holds(("X1", "Somewhere"), false));
        assert!(!Territory::of("police.uk", "btp", &[]).holds(("E07000143", "Breckland"), true));
        assert!(Territory::of("asb", "", &[]).holds(("E07000143", "Breckland"), false));
        let declared = Territory::of("asb", "", &["Breckland".to_owned()]);
        assert!(declared.holds(("E07000143", "breckland"), false) && !declared.holds(("E07000148", "Norwich"), true));
    }

    #[test]
    fn the_table_has_every_force_and_no_district_twice() {
        assert_eq!(FORCES.districts.len(), 44, "43 of England and Wales, and Northern Ireland");
        let mut codes: Vec<&str> =
            include_str!("../../../data/forces.csv").lines().skip(1).filter_map(|l| l.split(',').nth(1)).collect();
        let all = codes.len();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!((all, codes.len()), (379, 379));
    }
}
