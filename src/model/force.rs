//! Police forces of data.police.uk, and the districts each speaks for.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::LazyLock,
};

use super::fold;

/// Forces of a network: they add records everywhere and speak for no district.
const NETWORKS: [&str; 1] = ["btp"];

/// Districts by force, both as data.police.uk and ONS name them; and every district of any force.
static FORCES: LazyLock<Forces> = LazyLock::new(|| {
    let mut forces = Forces::default();
    for line in include_str!("../../data/forces.csv").lines().skip(1) {
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

/// Codes and names, folded, of the districts that a force speaks for, by its name in file names; none for a network and for a name
/// that is no force's.
///
/// Source: `data/forces.csv`, from the ONS lookups of local authorities and police force areas.
///
/// # Examples
/// ```
/// let districts = places::model::districts_of_force("norfolk").unwrap();
/// assert!(districts.contains("breckland") && districts.contains("e07000143"));
/// assert!(places::model::districts_of_force("btp").is_none());
/// ```
#[must_use]
pub fn districts_of_force(force: &str) -> Option<&'static BTreeSet<String>> {
    FORCES.districts.get(force)
}

/// Whether a force adds records everywhere and speaks for no district, as the British Transport Police.
#[must_use]
pub fn is_network(force: &str) -> bool {
    NETWORKS.contains(&force)
}

/// Whether a code or name is that of a district of any force.
#[must_use]
pub fn is_district_of_a_force(word: &str) -> bool {
    FORCES.known.contains(&fold(word))
}

/// Names of the forces.
pub fn forces() -> impl Iterator<Item = &'static str> {
    FORCES.districts.keys().map(String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_every_force_and_no_district_twice() {
        assert_eq!(forces().count(), 44, "43 of England and Wales, and Northern Ireland");
        let mut codes: Vec<&str> =
            include_str!("../../data/forces.csv").lines().skip(1).filter_map(|l| l.split(',').nth(1)).collect();
        let all = codes.len();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!((all, codes.len()), (379, 379));
    }
}
