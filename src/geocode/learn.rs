//! Streets learned from incidents that are located already: each text with the points it was seen at, by locality.

use std::collections::BTreeMap;

use super::{EntryKind, NewEntry, WeightedPoint, study::metres};
use crate::model::LonLat;

/// Words before the name in police.uk texts.
const NEAR: &str = "on or near";
/// Texts that name nothing.
const NOTHING: [&str; 3] = ["", "no location", "unknown"];
/// Share of a locality's points within its radius.
const RADIUS_SHARE: f64 = 0.9;
/// Most points kept of a locality.
const MAX_LOCALITY_POINTS: usize = 32;

/// Points with how often each was seen, in tenths of a microdegree.
type Seen = BTreeMap<(i32, i32), u32>;

/// Collects located texts.
#[derive(Debug, Clone, Default)]
pub struct Learner {
    names: BTreeMap<(String, String), Seen>,
    localities: BTreeMap<String, Seen>,
    records: u64,
}

impl Learner {
    /// Adds a text that was located, with the name of the locality it lies in (the LSOA's, where it is known).
    pub fn add(&mut self, text: &str, locality: &str, point: LonLat) {
        let name = street_of(text);
        let key = ((point.lon * 1e7).round() as i32, (point.lat * 1e7).round() as i32);
        if !locality.is_empty() {
            *self.localities.entry(locality.to_owned()).or_default().entry(key).or_default() += 1;
        }
        if !NOTHING.contains(&name.to_lowercase().as_str()) {
            *self.names.entry((name.to_owned(), locality.to_owned())).or_default().entry(key).or_default() += 1;
            self.records += 1;
        }
    }

    /// Records that named something.
    #[must_use]
    pub fn records(&self) -> u64 {
        self.records
    }

    /// The streets and localities learned. `Norwich 001A` also teaches `Norwich 001`.
    #[must_use]
    pub fn entries(&self) -> Vec<NewEntry> {
        let streets = self.names.iter().map(|((name, locality), seen)| NewEntry {
            kind: EntryKind::Street,
            name: name.clone(),
            also: Vec::new(),
            locality: locality.clone(),
            id: String::new(),
            points: points_of(seen),
            radius_m: f32::NAN,
        });
        let mut localities = self.localities.clone();
        for (name, seen) in &self.localities {
            if let Some(wider) = wider(name) {
                let all = localities.entry(wider.to_owned()).or_default();
                seen.iter().for_each(|(point, count)| *all.entry(*point).or_default() += count);
            }
        }
        let localities = localities.into_iter().map(|(name, seen)| locality(name, &seen));
        streets.chain(localities.collect::<Vec<_>>()).collect()
    }
}

/// A street's name without the words that police.uk puts before it.
fn street_of(text: &str) -> &str {
    let text = text.trim();
    let begins = text.get(..NEAR.len()).is_some_and(|head| head.eq_ignore_ascii_case(NEAR));
    if begins { text[NEAR.len()..].trim() } else { text }
}

/// The middle layer super output area of a lower one, by their names.
fn wider(name: &str) -> Option<&str> {
    let wider = name.strip_suffix(|c: char| c.is_ascii_uppercase())?;
    wider.ends_with(|c: char| c.is_ascii_digit()).then_some(wider)
}

fn degrees((lon, lat): (i32, i32)) -> LonLat {
    LonLat { lon: f64::from(lon) / 1e7, lat: f64::from(lat) / 1e7 }
}

/// Points, the most frequent first.
fn points_of(seen: &Seen) -> Vec<WeightedPoint> {
    let mut points: Vec<((i32, i32), u32)> = seen.iter().map(|(p, n)| (*p, *n)).collect();
    points.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
    points.into_iter().map(|(p, weight)| WeightedPoint { point: degrees(p), weight }).collect()
}

/// A locality: its middle, points spread over it, and the radius that holds nine tenths of what was seen.
fn locality(name: String, seen: &Seen) -> NewEntry {
    let points = points_of(seen);
    let total: f64 = points.iter().map(|p| f64::from(p.weight)).sum();
    let mean = LonLat {
        lon: points.iter().map(|p| p.point.lon * f64::from(p.weight)).sum::<f64>() / total,
        lat: points.iter().map(|p| p.point.lat * f64::from(p.weight)).sum::<f64>() / total,
    };
    let mut distances: Vec<(f64, f64)> =
        points.iter().map(|p| (metres(p.point, mean), f64::from(p.weight) / total)).collect();
    distances.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut sum = 0.0;
    let far = distances.iter().find(|(_, share)| {
        sum += share;
        sum >= RADIUS_SHARE
    });
    let radius_m = far.map_or(150.0, |d| d.0).max(150.0) as f32;
    // The point nearest to the middle comes first: it is where the locality is taken to be.
    let mut points = points;
    points.truncate(MAX_LOCALITY_POINTS);
    points.sort_by(|a, b| metres(a.point, mean).total_cmp(&metres(b.point, mean)));
    NewEntry {
        kind: EntryKind::Locality,
        name,
        also: Vec::new(),
        locality: String::new(),
        id: String::new(),
        points,
        radius_m,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_become_streets_of_their_locality() {
        let mut learner = Learner::default();
        let at = |lon: f64| LonLat { lon, lat: 52.6 };
        for lon in [1.3, 1.3, 1.301] {
            learner.add("On or near St Paul'S Close", "Norwich 001A", at(lon));
        }
        learner.add("On or near St Paul'S Close", "Norwich 001B", at(1.31));
        learner.add("No Location", "", at(1.4));
        learner.add("On or near ", "Norwich 001B", at(1.32));
        let entries = learner.entries();
        let names: Vec<(&str, &str, usize)> =
            entries.iter().map(|e| (e.name.as_str(), e.locality.as_str(), e.points.len())).collect();
        assert_eq!(
            names,
            [
                ("St Paul'S Close", "Norwich 001A", 2),
                ("St Paul'S Close", "Norwich 001B", 1),
                ("Norwich 001", "", 4),
                ("Norwich 001A", "", 2),
                ("Norwich 001B", "", 2)
            ]
        );
        assert_eq!((entries[0].points[0].weight, learner.records()), (2, 4));
    }
}
