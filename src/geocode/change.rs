//! What another edition of a gazetteer changes inside the study area.

use std::collections::HashMap;

use fst::Streamer;

use super::{
    Index, Postcode, PostcodeLevel,
    study::{Study, metres},
};
use crate::model::{LonLat, bng_to_lonlat};

/// Moves up to this distance are corrections that change nothing.
const MOVED_M: f64 = 250.0;
/// Most changes that are listed.
const MAX_LISTED: usize = 50;

/// A postcode or name that another edition puts elsewhere.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Moved {
    /// Postcode, or name with locality.
    pub name: String,
    /// How far.
    pub metres: f64,
    /// Code of the area it was in, or empty.
    pub from_area: String,
    /// Code of the area it is in now, or empty.
    pub to_area: String,
}

/// What another edition changes.
#[derive(Debug, Clone, Default, PartialEq, serde::Serialize)]
pub struct IndexChange {
    /// Epoch before and after.
    pub epochs: (String, String),
    /// Postcodes and names in both.
    pub same: u64,
    /// Moved by more than 250 m.
    pub moved: u64,
    /// In another area of the study area now, however far they moved.
    pub changed_area: u64,
    /// No longer there.
    pub gone: u64,
    /// New.
    pub new: u64,
    /// The moves, the furthest first, at most fifty.
    pub moves: Vec<Moved>,
}

impl IndexChange {
    /// Whether more than a twentieth of what lies in the study area is gone: part of an edition, or another file.
    #[must_use]
    pub fn shrinks(&self) -> bool {
        self.gone * 20 > self.gone + self.same
    }

    /// Moves that change where records count.
    #[must_use]
    pub fn moves(&self) -> u64 {
        self.moves.len() as u64
    }
}

/// Compares two editions: everything of either that lies in the study area.
#[must_use]
pub fn compare_indexes(before: &Index, after: &Index, study: &Study) -> IndexChange {
    let epochs = (before.header.epoch.clone(), after.header.epoch.clone());
    let mut change = IndexChange { epochs, ..IndexChange::default() };
    let (old, new) = (units(before, study), units(after, study));
    compare(&old, &new, study, &mut change);
    let (old, new) = (names(before, study), names(after, study));
    compare(&old, &new, study, &mut change);
    change.moves.sort_by(|a, b| b.metres.total_cmp(&a.metres).then(a.name.cmp(&b.name)));
    change.moves.truncate(MAX_LISTED);
    change
}

fn compare(old: &HashMap<String, LonLat>, new: &HashMap<String, LonLat>, study: &Study, change: &mut IndexChange) {
    for (name, &from) in old {
        let Some(&to) = new.get(name) else {
            change.gone += 1;
            continue;
        };
        change.same += 1;
        let distance = metres(from, to);
        let (from_area, to_area) = (study.area_of(from), study.area_of(to));
        change.moved += u64::from(distance > MOVED_M);
        change.changed_area += u64::from(from_area != to_area);
        if distance > MOVED_M || from_area != to_area {
            let code = |area: Option<u32>| area.map_or(String::new(), |a| study.code(a).to_owned());
            let moved = Moved {
                name: name.clone(),
                metres: distance.round(),
                from_area: code(from_area),
                to_area: code(to_area),
            };
            change.moves.push(moved);
        }
    }
    change.new += new.keys().filter(|name| !old.contains_key(*name)).count() as u64;
}

/// Units in the study area. What left it is still found: both editions are asked near it.
fn units(index: &Index, study: &Study) -> HashMap<String, LonLat> {
    let mut units = HashMap::new();
    let mut stream = index.postcode_names();
    while let Some((name, _)) = stream.next() {
        let unit = std::str::from_utf8(name).ok().and_then(Postcode::unit);
        let Some(unit) = unit.filter(|u| u.level() == PostcodeLevel::Unit) else { continue };
        let point = index.postcode(&unit).and_then(|p| p.point).and_then(|p| bng_to_lonlat(p).ok());
        if let Some(point) = point.filter(|p| study.is_near(*p)) {
            units.insert(unit.to_string(), point);
        }
    }
    units
}

fn names(index: &Index, study: &Study) -> HashMap<String, LonLat> {
    let near = (0..index.len()).map(|at| (at, index.first_point(at))).filter(|(_, p)| study.is_near(*p));
    near.map(|(at, point)| (format!("{}, {}", index.name(at), index.locality(at)), point)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        geocode::{NewPostcode, build_index},
        model::BngPoint,
    };

    #[test]
    fn moves_beyond_250_m_are_told_and_smaller_ones_are_not() {
        let edition = |epoch: &str, points: &[(&str, f64)]| {
            let units = points.iter().map(|(unit, easting)| NewPostcode {
                postcode: Postcode::unit(unit).unwrap(),
                point: Some(BngPoint { easting: *easting, northing: 308_000.0 }),
                quality: 1,
                terminated: None,
            });
            Index::open(&build_index("code-point", epoch, &[], units.collect())).unwrap()
        };
        let before = edition("2025-11", &[("NR1 1AA", 620_000.0), ("NR1 1AB", 621_000.0), ("NR1 1AD", 622_000.0)]);
        let after = edition("2026-02", &[("NR1 1AA", 620_200.0), ("NR1 1AB", 621_300.0), ("NR1 1AE", 622_000.0)]);
        let change = compare_indexes(&before, &after, &Study::new(Vec::new()));
        assert_eq!((change.same, change.moved, change.gone, change.new, change.moves()), (2, 1, 1, 1, 1));
        assert_eq!(change.moves[0].name, "NR1 1AB");
        assert!((change.moves[0].metres - 300.0).abs() < 2.0, "{:?}", change.moves);
    }
}
