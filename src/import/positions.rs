//! Rows by position: many rows share one, and what a position is assigned to is worked out once.
//!
//! Positions are told apart by sorting along a Morton curve. Neighbors then follow each other, so that the index of
//! areas and what is known of places are at hand; a hash table of as many positions as a county has would be waited
//! for at every row. Reference: Morton (1966), A computer oriented geodetic data base and a new technique in file
//! sequencing, IBM.

use crate::model::{Flags, LonLat, PrecisionClass};

/// Where a row says that it happened, and how precisely.
#[derive(Debug, Clone, Copy)]
pub struct Position {
    /// Where.
    pub point: LonLat,
    /// How precise the position is.
    pub class: PrecisionClass,
    /// Radius that holds the truth, metres; NaN where not known.
    pub radius_m: f32,
    /// What was noticed about how it came to be known.
    pub flags: Flags,
}

/// What makes two positions the same.
pub(super) type PositionKey = (u64, u64, u8, u32, u32);

impl Position {
    pub(super) fn key(&self) -> PositionKey {
        let Self { point, class, radius_m, flags } = self;
        (point.lon.to_bits(), point.lat.to_bits(), class.code(), radius_m.to_bits(), flags.0)
    }

    /// A number shared by the positions of a region some kilometres wide, the same on every run.
    #[must_use]
    pub fn region(&self) -> u64 {
        let step = |degrees: f64| (degrees * REGIONS_PER_DEGREE).floor() as i64 as u64;
        mixed(step(self.point.lon) << 32 ^ step(self.point.lat))
    }
}

const REGIONS_PER_DEGREE: f64 = 20.0;

/// A bijection whose every bit depends on all bits given: the finalizer of splitmix64 (Steele, Lea & Flood 2014,
/// doi:10.1145/2660193.2660195).
pub(super) fn mixed(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Places along a Morton curve through the rectangle of some positions.
struct Curve {
    low: [f64; 2],
    scale: [f64; 2],
}

impl Curve {
    /// A curve with so many bits per axis.
    fn through(rows: &[Option<Position>], bits: u32) -> Self {
        let (mut low, mut high) = ([f64::MAX; 2], [f64::MIN; 2]);
        for point in rows.iter().flatten().map(|p| [p.point.lon, p.point.lat]) {
            for axis in 0..2 {
                low[axis] = low[axis].min(point[axis]);
                high[axis] = high[axis].max(point[axis]);
            }
        }
        let steps = ((1_u64 << bits) - 1) as f64;
        let scale = [0, 1].map(|axis| steps / (high[axis] - low[axis]).max(f64::MIN_POSITIVE));
        Self { low, scale }
    }

    fn place(&self, point: LonLat) -> u64 {
        let step = |value: f64, axis: usize| ((value - self.low[axis]) * self.scale[axis]) as u32;
        spread(step(point.lon, 0)) | spread(step(point.lat, 1)) << 1
    }
}

/// Puts a zero before each bit.
fn spread(v: u32) -> u64 {
    let mut v = u64::from(v);
    for (shift, mask) in [
        (16, 0x0000_ffff_0000_ffff),
        (8, 0x00ff_00ff_00ff_00ff),
        (4, 0x0f0f_0f0f_0f0f_0f0f),
        (2, 0x3333_3333_3333_3333),
        (1, 0x5555_5555_5555_5555),
    ] {
        v = (v | v << shift) & mask;
    }
    v
}

/// Distinct positions along a curve, and the rows of each.
#[derive(Debug, Clone, Default)]
pub struct Positions {
    /// Distinct positions.
    pub distinct: Vec<Position>,
    rows: Vec<u32>,
    /// Rows of position i end at `ends[i]`.
    ends: Vec<u32>,
}

impl Positions {
    /// Groups rows; those without a position are left out.
    #[must_use]
    pub fn of(rows: &[Option<Position>]) -> Self {
        // The place on the curve, then the row.
        let row_bits = usize::BITS - rows.len().leading_zeros();
        let row_mask = (1_u64 << row_bits) - 1;
        let curve = Curve::through(rows, ((u64::BITS - row_bits) / 2).min(u32::BITS - 1));
        let located = rows.iter().enumerate().filter_map(|(row, position)| Some((row, (*position)?)));
        let mut keys: Vec<u64> = located.map(|(row, p)| curve.place(p.point) << row_bits | row as u64).collect();
        keys.sort_unstable();
        let mut positions = Self { rows: Vec::with_capacity(keys.len()), ..Self::default() };
        let at = |key: &u64| (key & row_mask) as usize;
        for alike in keys.chunk_by(|a, b| a & !row_mask == b & !row_mask) {
            let key_of = |key: &u64| rows[at(key)].map(|p| p.key());
            if alike.iter().all(|key| key_of(key) == key_of(&alike[0])) {
                positions.add(rows, alike.iter().map(at));
                continue;
            }
            // Different positions at one step of the curve: rare, and told apart here.
            let mut alike = alike.to_vec();
            alike.sort_unstable_by_key(|key| (key_of(key), *key));
            for same in alike.chunk_by(|a, b| key_of(a) == key_of(b)) {
                positions.add(rows, same.iter().map(at));
            }
        }
        positions
    }

    fn add(&mut self, rows: &[Option<Position>], of_position: impl Iterator<Item = usize>) {
        let start = self.rows.len();
        self.rows.extend(of_position.map(|row| row as u32));
        self.distinct.extend(self.rows.get(start).and_then(|&row| rows[row as usize]));
        self.ends.push(self.rows.len() as u32);
    }

    /// Rows at each of the distinct positions, ascending.
    pub fn rows(&self) -> impl Iterator<Item = &[u32]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, &end)| &self.rows[start as usize..end as usize])
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn rows_are_grouped_as_a_map_would(places in proptest::collection::vec((0_u8..9, 0_u8..9, any::<bool>()), 0..200)) {
            let class = |exact| if exact { PrecisionClass::Premises } else { PrecisionClass::Street };
            let rows: Vec<Option<Position>> = places
                .iter()
                .map(|&(x, y, exact)| {
                    let point = LonLat { lon: f64::from(x) / 1e6, lat: f64::from(y) / 1e6 };
                    (x > 0).then(|| Position { point, class: class(exact), radius_m: f32::NAN, flags: Flags::NONE })
                })
                .collect();
            let mut expected: BTreeMap<PositionKey, Vec<u32>> = BTreeMap::new();
            for (i, position) in rows.iter().enumerate().filter_map(|(i, p)| Some((i, (*p)?))) {
                expected.entry(position.key()).or_default().push(i as u32);
            }
            let grouped = Positions::of(&rows);
            let positions = grouped.distinct.iter().map(Position::key).zip(grouped.rows().map(<[u32]>::to_vec));
            prop_assert_eq!(positions.collect::<BTreeMap<_, _>>(), expected);
        }
    }
}
