//! Locations that stand in for unknown ones: a configured list, and a detector for those nobody has listed.
//!
//! A point is a probable default where it holds more than twenty records, more than six times as many as the busiest of
//! its neighbors, of three or more categories.

use std::collections::BTreeMap;

use super::study::metres;
use crate::model::LonLat;

/// Fewest records of a probable default location.
const FEWEST: u64 = 20;
/// Times the busiest neighbor.
const TIMES: u64 = 6;
/// Fewest categories.
const CATEGORIES: usize = 3;
/// Points within this distance are neighbors.
const NEIGHBOR_M: f64 = 500.0;

/// A configured default location.
#[derive(Debug, Clone, PartialEq)]
pub struct DefaultLocation {
    /// What stands there.
    pub name: String,
    /// Where.
    pub point: LonLat,
    /// Records within this distance are taken to be placed there by default, metres.
    pub radius_m: f64,
}

/// The configured default locations.
#[derive(Debug, Clone, Default)]
pub struct DefaultLocations(pub Vec<DefaultLocation>);

impl DefaultLocations {
    /// Whether a point is one of them.
    #[must_use]
    pub fn holds(&self, point: LonLat) -> bool {
        self.0.iter().any(|d| metres(d.point, point) <= d.radius_m)
    }
}

/// Records at one point.
#[derive(Debug, Clone)]
pub struct PointCounts {
    /// Where.
    pub point: LonLat,
    /// Records by category.
    pub categories: BTreeMap<String, u64>,
}

impl PointCounts {
    fn records(&self) -> u64 {
        self.categories.values().sum()
    }
}

/// A point that probably stands in for unknown ones.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct ProbableDefault {
    /// Longitude.
    pub lon: f64,
    /// Latitude.
    pub lat: f64,
    /// Records there.
    pub records: u64,
    /// Records at the busiest point within 500 m.
    pub busiest_neighbor: u64,
    /// Categories among them.
    pub categories: usize,
}

/// Points that probably stand in for unknown ones, most records first.
#[must_use]
pub fn probable_defaults(points: &[PointCounts]) -> Vec<ProbableDefault> {
    let squares = Squares::of(points);
    let mut defaults: Vec<ProbableDefault> = points
        .iter()
        .enumerate()
        .filter(|(_, p)| p.records() > FEWEST && p.categories.len() >= CATEGORIES)
        .filter_map(|(i, p)| {
            let busiest = squares.busiest_neighbor(points, i);
            (p.records() > TIMES * busiest).then(|| ProbableDefault {
                lon: p.point.lon,
                lat: p.point.lat,
                records: p.records(),
                busiest_neighbor: busiest,
                categories: p.categories.len(),
            })
        })
        .collect();
    defaults.sort_by(|a, b| b.records.cmp(&a.records).then(a.lon.total_cmp(&b.lon)));
    defaults
}

/// Points by squares of about the neighbors' distance.
struct Squares(std::collections::HashMap<(i64, i64), Vec<usize>>);

impl Squares {
    const DEGREES: f64 = 0.01;

    fn of(points: &[PointCounts]) -> Self {
        let mut squares: std::collections::HashMap<(i64, i64), Vec<usize>> = std::collections::HashMap::new();
        for (i, p) in points.iter().enumerate() {
            squares.entry(Self::square(p.point)).or_default().push(i);
        }
        Self(squares)
    }

    fn square(p: LonLat) -> (i64, i64) {
        ((p.lon / Self::DEGREES).floor() as i64, (p.lat / Self::DEGREES).floor() as i64)
    }

    fn busiest_neighbor(&self, points: &[PointCounts], of: usize) -> u64 {
        let (x, y) = Self::square(points[of].point);
        let around = (-1..=1).flat_map(|dx| (-1..=1).map(move |dy| (x + dx, y + dy)));
        let near = around.filter_map(|square| self.0.get(&square)).flatten();
        near.filter(|&&i| i != of && metres(points[i].point, points[of].point) <= NEIGHBOR_M)
            .map(|&i| points[i].records())
            .max()
            .unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(lon: f64, counts: &[(&str, u64)]) -> PointCounts {
        let categories = counts.iter().map(|(c, n)| ((*c).to_owned(), *n)).collect();
        PointCounts { point: LonLat { lon, lat: 52.6 }, categories }
    }

    #[test]
    fn a_point_that_stands_out_in_many_kinds_is_reported() {
        let busy = [("violence", 90), ("burglary", 40), ("drugs", 20)];
        let shop = [("shoplifting", 150)];
        let points =
            [at(1.30, &busy), at(1.301, &[("violence", 9)]), at(1.32, &shop), at(1.34, &busy), at(1.3401, &busy)];
        let found = probable_defaults(&points);
        assert_eq!(found.len(), 1, "one kind is a shop, two busy points are a town centre: {found:?}");
        assert_eq!((found[0].lon, found[0].records, found[0].busiest_neighbor), (1.30, 150, 9));
    }

    #[test]
    fn twenty_records_are_no_default() {
        assert!(probable_defaults(&[at(1.3, &[("a", 7), ("b", 7), ("c", 6)])]).is_empty());
        assert_eq!(probable_defaults(&[at(1.3, &[("a", 7), ("b", 7), ("c", 7)])]).len(), 1);
    }
}
