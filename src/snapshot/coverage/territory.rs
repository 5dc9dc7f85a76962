//! Which districts a part speaks for: a police force by the table in `data/forces.csv`, others as `places.toml` says.

use std::collections::BTreeSet;

use crate::model::{districts_of_force, fold, is_district_of_a_force, is_network};

/// Source whose parts are police forces.
const POLICE_UK: &str = "police.uk";
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
        if is_network(part) {
            return Self::Network;
        }
        Self::Force(districts_of_force(part).cloned().unwrap_or_default())
    }

    /// Whether a district, by code and name, is in it; `is_main` says whether the part is the main supplier there.
    pub(super) fn holds(&self, district: (&str, &str), is_main: bool) -> bool {
        let is_among =
            |words: &BTreeSet<String>| words.contains(&fold(district.0)) || words.contains(&fold(district.1));
        match self {
            Self::StudyArea => true,
            Self::Districts(words) => is_among(words),
            Self::Force(words) => {
                is_among(words)
                    || (is_main && !is_district_of_a_force(district.0) && !is_district_of_a_force(district.1))
            }
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
}
