//! The county's shape: a lattice of 1.5 km with shaken corners; four blocks of it are towns of sixteen small
//! areas, the others are country of 6 by 6 km. All borders are shared to the last digit.
//!
//! Coordinates are British National Grid metres; the county lies in the sea, where there is none.

use std::collections::BTreeSet;

use fastrand::Rng;

use super::names;
use crate::model::{BngPoint, LonLat, bng_to_lonlat};

const ORIGIN: [f64; 2] = [566_000.0, 370_000.0];
const STEP_M: f64 = 1_500.0;
/// Census areas are made of whole postcodes: their borders run behind the houses, not through them.
const BORDER_M: f64 = 45.0;
/// A village is the country area about it, so much smaller.
const VILLAGE: f64 = 0.12;
/// Lattice steps of a block's side.
const BLOCK: usize = 4;
const BLOCKS: [usize; 2] = [10, 7];
/// Blocks that are sea, so that there is a coast.
const SEA: [[usize; 2]; 15] = [
    [0, 0],
    [1, 0],
    [9, 0],
    [0, 1],
    [9, 6],
    [8, 6],
    [0, 6],
    [1, 6],
    [4, 0],
    [0, 5],
    [9, 1],
    [5, 6],
    [3, 0],
    [9, 5],
    [2, 6],
];
/// Blocks that are towns.
const TOWNS: [[usize; 2]; 4] = [[3, 3], [7, 4], [5, 1], [1, 3]];

/// A street: its name and the points that incidents on it are recorded at.
#[derive(Debug, Clone)]
pub(super) struct Street {
    pub(super) name: String,
    pub(super) points: Vec<BngPoint>,
}

/// An area of the county.
#[derive(Debug, Clone)]
pub(super) struct DemoArea {
    pub(super) code: String,
    pub(super) official_name: String,
    pub(super) name: String,
    /// District, and town where it is part of one.
    pub(super) district: usize,
    pub(super) town: Option<usize>,
    /// Number within its town, 0 to 15; 5, 6, 9 and 10 are the centre.
    pub(super) quarter: usize,
    pub(super) ring: Vec<BngPoint>,
    pub(super) residents: u32,
    pub(super) residents_10_24: u32,
    pub(super) deprivation: f64,
    pub(super) streets: Vec<Street>,
}

/// The county.
#[derive(Debug, Clone)]
pub(super) struct County {
    pub(super) areas: Vec<DemoArea>,
}

impl County {
    pub(super) fn new(rng: &mut Rng) -> Self {
        let corners = lattice(rng);
        let sea: BTreeSet<[usize; 2]> = SEA.into_iter().collect();
        let mut areas = Vec::new();
        for by in 0..BLOCKS[1] {
            for bx in 0..BLOCKS[0] {
                let block = [bx, by];
                if sea.contains(&block) {
                    continue;
                }
                let origin = [bx * BLOCK, by * BLOCK];
                match TOWNS.iter().position(|t| *t == block) {
                    None => areas.push((origin, BLOCK, None, 0)),
                    Some(town) => {
                        for quarter in 0..BLOCK * BLOCK {
                            let at = [origin[0] + quarter % BLOCK, origin[1] + quarter / BLOCK];
                            areas.push((at, 1, Some(town), quarter));
                        }
                    }
                }
            }
        }
        let mut numbers = [0_usize; 4];
        let areas = areas
            .into_iter()
            .enumerate()
            .map(|(i, (at, side, town, quarter))| {
                let ring = ring(&corners, at, side);
                let district = town.unwrap_or_else(|| nearest_town(at));
                numbers[district] += 1;
                area(rng, i, ring, district, town, quarter, numbers[district])
            })
            .collect();
        Self { areas }
    }

    /// The area of a town by its quarter.
    pub(super) fn quarter(&self, town: usize, quarter: usize) -> usize {
        self.areas.iter().position(|a| a.town == Some(town) && a.quarter == quarter).unwrap_or_default()
    }

    /// Areas of the same town that share a corner with one.
    pub(super) fn around(&self, area: usize) -> Vec<usize> {
        let of = &self.areas[area];
        let near = |a: usize, b: usize| (a % BLOCK).abs_diff(b % BLOCK) <= 1 && (a / BLOCK).abs_diff(b / BLOCK) <= 1;
        let areas = self.areas.iter().enumerate();
        areas.filter(|(i, a)| *i != area && a.town == of.town && near(a.quarter, of.quarter)).map(|(i, _)| i).collect()
    }
}

fn lattice(rng: &mut Rng) -> Vec<Vec<BngPoint>> {
    let [columns, rows] = BLOCKS.map(|b| b * BLOCK + 1);
    let mut shake = |m: f64| (rng.f64() - 0.5) * 2.0 * m;
    (0..columns)
        .map(|i| {
            (0..rows)
                .map(|j| {
                    let wave = (j as f64 / 3.0).sin() * 700.0 + (i as f64 / 4.0).cos() * 600.0;
                    BngPoint {
                        easting: ORIGIN[0] + i as f64 * STEP_M + shake(420.0) + wave,
                        northing: ORIGIN[1] + j as f64 * STEP_M + shake(420.0) + (i as f64 / 3.0).sin() * 600.0,
                    }
                })
                .collect()
        })
        .collect()
}

/// The border of a square of lattice steps, counterclockwise, not closed.
fn ring(corners: &[Vec<BngPoint>], [x, y]: [usize; 2], side: usize) -> Vec<BngPoint> {
    let mut ring = Vec::with_capacity(4 * side);
    ring.extend((0..side).map(|i| corners[x + i][y]));
    ring.extend((0..side).map(|i| corners[x + side][y + i]));
    ring.extend((0..side).map(|i| corners[x + side - i][y + side]));
    ring.extend((0..side).map(|i| corners[x][y + side - i]));
    ring
}

fn nearest_town([x, y]: [usize; 2]) -> usize {
    let distance = |t: &[usize; 2]| (t[0] * BLOCK).abs_diff(x).pow(2) + (t[1] * BLOCK).abs_diff(y).pow(2);
    (0..TOWNS.len()).min_by_key(|&i| distance(&TOWNS[i])).unwrap_or_default()
}

fn area(
    rng: &mut Rng,
    i: usize,
    ring: Vec<BngPoint>,
    district: usize,
    town: Option<usize>,
    quarter: usize,
    number: usize,
) -> DemoArea {
    let residents = rng.u32(5_600..9_800);
    let young = if town.is_some() { 17 + rng.u32(0..9) } else { 13 + rng.u32(0..4) };
    let name_of = |s: usize| match town {
        Some(town) => names::town_street(town, quarter, s),
        None => names::village_street(i, s),
    };
    let streets = if town.is_some() { names::STREETS_OF_QUARTER } else { 14 };
    let villages = villages(&ring);
    let streets =
        (0..streets).map(|s| street(rng, &ring, name_of(s), villages.get(s % 2).filter(|_| town.is_none()))).collect();
    DemoArea {
        code: format!("X02{:06}", i + 1),
        official_name: format!("{} {number:03}", names::TOWNS[district]),
        name: names::area(town, if town.is_some() { quarter } else { i }),
        district,
        town,
        quarter,
        residents,
        residents_10_24: residents * young / 100,
        deprivation: ((if town.is_some() { 24.0 } else { 13.0 } + rng.f64() * 16.0) * 10.0_f64).round() / 10.0,
        ring,
        streets,
    }
}

/// Where the two villages of a country area lie: a quarter of the way in from two opposite corners.
fn villages(ring: &[BngPoint]) -> [BngPoint; 2] {
    let between = |from: BngPoint, to: BngPoint, part: f64| BngPoint {
        easting: from.easting + part * (to.easting - from.easting),
        northing: from.northing + part * (to.northing - from.northing),
    };
    let (first, last) = (ring[0], ring[ring.len() / 2]);
    [between(first, last, 0.3), between(first, last, 0.7)]
}

/// A street of a quarter, or of a village: there they stand close together.
fn street(rng: &mut Rng, ring: &[BngPoint], name: String, village: Option<&BngPoint>) -> Street {
    let mut start = point_inside(rng, ring);
    if let Some(village) = village {
        start.easting = village.easting + VILLAGE * (start.easting - village.easting);
        start.northing = village.northing + VILLAGE * (start.northing - village.northing);
    }
    let bearing = rng.f64() * std::f64::consts::TAU;
    let spacing_m = if village.is_none() { 60.0 } else { 70.0 };
    let count = rng.usize(3..7);
    let points = (0..count)
        .map(|i| BngPoint {
            easting: start.easting + bearing.cos() * spacing_m * i as f64,
            northing: start.northing + bearing.sin() * spacing_m * i as f64,
        })
        .filter(|p| well_inside(ring, *p))
        .collect();
    Street { name, points }
}

/// A point in a ring, evenly spread.
pub(super) fn point_inside(rng: &mut Rng, ring: &[BngPoint]) -> BngPoint {
    let bounds = |value: fn(&BngPoint) -> f64| {
        let values = ring.iter().map(value);
        values.fold((f64::MAX, f64::MIN), |(low, high), v| (low.min(v), high.max(v)))
    };
    let ((west, east), (south, north)) = (bounds(|p| p.easting), bounds(|p| p.northing));
    loop {
        let point =
            BngPoint { easting: west + rng.f64() * (east - west), northing: south + rng.f64() * (north - south) };
        if inside(ring, point) {
            return point;
        }
    }
}

/// Even-odd rule.
pub(super) fn inside(ring: &[BngPoint], p: BngPoint) -> bool {
    let next = ring.iter().cycle().skip(1);
    ring.iter().zip(next).fold(false, |odd, (a, b)| {
        let spans = (a.northing > p.northing) != (b.northing > p.northing);
        let x = a.easting + (p.northing - a.northing) / (b.northing - a.northing) * (b.easting - a.easting);
        odd ^ (spans && p.easting < x)
    })
}

/// Whether all within [`BORDER_M`] of a point lies in the ring.
fn well_inside(ring: &[BngPoint], p: BngPoint) -> bool {
    (0..8).map(|i| f64::from(i) * std::f64::consts::FRAC_PI_4).all(|turn| {
        let (sin, cos) = turn.sin_cos();
        inside(ring, BngPoint { easting: p.easting + BORDER_M * cos, northing: p.northing + BORDER_M * sin })
    })
}

/// The position in degrees; every point of the county has one.
pub(super) fn degrees(point: BngPoint) -> LonLat {
    bng_to_lonlat(point).unwrap_or(LonLat { lon: 0.0, lat: 0.0 })
}
