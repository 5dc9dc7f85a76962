//! Rows by position: many rows share one, and what a position is assigned to is worked out once.
//!
//! Positions are told apart by sorting hashes, which walks through memory in order; a hash table of as many
//! positions as a county has would be waited for at every row.

use crate::model::{LonLat, PrecisionClass};

/// Where a row says that it happened, and how precisely.
#[derive(Debug, Clone, Copy)]
pub struct Position {
    /// Where.
    pub point: LonLat,
    /// How precise the position is.
    pub class: PrecisionClass,
    /// Radius that holds the truth, metres; NaN where not known.
    pub radius_m: f32,
}

/// What makes two positions the same.
pub(super) type PositionKey = (u64, u64, u8, u32);

impl Position {
    pub(super) fn key(&self) -> PositionKey {
        (self.point.lon.to_bits(), self.point.lat.to_bits(), self.class.code(), self.radius_m.to_bits())
    }

    /// A hash with good high bits, the same on every run.
    #[must_use]
    pub fn hash(&self) -> u64 {
        let (lon, lat, class, radius) = self.key();
        let precision = (u64::from(radius) << 8) | u64::from(class);
        [lat, precision].into_iter().fold(mixed(lon), |hash, part| mixed(hash.rotate_left(23) ^ part))
    }
}

/// The finalizer of splitmix64 (Steele, Lea & Flood 2014, doi:10.1145/2660193.2660195).
fn mixed(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Distinct positions, by hash, and the rows of each.
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
        // The high bits of the hash, then the row.
        let row_bits = usize::BITS - rows.len().leading_zeros();
        let row_mask = (1_u64 << row_bits) - 1;
        let located = rows.iter().enumerate().filter_map(|(row, position)| Some((row, (*position)?)));
        let mut keys: Vec<u64> = located.map(|(row, p)| (p.hash() & !row_mask) | row as u64).collect();
        keys.sort_unstable();
        let mut found = Self { rows: Vec::with_capacity(keys.len()), ..Self::default() };
        let at = |key: &u64| (key & row_mask) as usize;
        for alike in keys.chunk_by(|a, b| a & !row_mask == b & !row_mask) {
            let key_of = |key: &u64| rows[at(key)].map(|p| p.key());
            if alike.iter().all(|key| key_of(key) == key_of(&alike[0])) {
                found.add(rows, alike.iter().map(at));
                continue;
            }
            // Different positions with the same high bits: rare, and told apart here.
            let mut alike = alike.to_vec();
            alike.sort_unstable_by_key(|key| (key_of(key), *key));
            for same in alike.chunk_by(|a, b| key_of(a) == key_of(b)) {
                found.add(rows, same.iter().map(at));
            }
        }
        found
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
                    (x > 0).then(|| Position { point, class: class(exact), radius_m: f32::NAN })
                })
                .collect();
            let mut expected: BTreeMap<PositionKey, Vec<u32>> = BTreeMap::new();
            for (i, position) in rows.iter().enumerate().filter_map(|(i, p)| Some((i, (*p)?))) {
                expected.entry(position.key()).or_default().push(i as u32);
            }
            let grouped = Positions::of(&rows);
            let found = grouped.distinct.iter().map(Position::key).zip(grouped.rows().map(<[u32]>::to_vec));
            prop_assert_eq!(found.collect::<BTreeMap<_, _>>(), expected);
        }
    }
}
