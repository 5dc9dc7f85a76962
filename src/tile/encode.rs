//! Features as MVT 2.1, written straight into their bytes: a tile of a thousand hexagons is some tenths of a
//! millisecond, where a general encoder's messages cost several.
//!
//! Reference: Mapbox Vector Tile Specification 2.1, sections 4 and 5, and the Protocol Buffers wire format.

use hashbrown::HashMap;

use super::EXTENT;

/// What a feature says.
#[derive(Debug)]
pub(super) struct Feature<'a> {
    pub(super) id: &'a str,
    pub(super) name: Option<&'a str>,
    pub(super) count: u64,
    /// Denominator and rate.
    pub(super) rate: Option<(f64, f64)>,
    /// Whether the period was received there; a count of 0 is a zero only then.
    pub(super) received: bool,
}

/// A position in tile units.
pub(super) type Unit = [i32; 2];

const POLYGON: u64 = 3;
const MOVE_TO: u64 = 1;
const LINE_TO: u64 = 2;
const CLOSE_PATH: u64 = 7;
/// Fields of a layer's value, by type.
const STRING_VALUE: u32 = 1;
const DOUBLE_VALUE: u32 = 3;
const UINT_VALUE: u32 = 5;
const BOOL_VALUE: u32 = 7;

/// The features of a tile's layer.
#[derive(Debug, Default)]
pub(super) struct Features {
    encoded: Vec<u8>,
    keys: Vec<&'static str>,
    values: Vec<u8>,
    value_count: u64,
    /// Position of each number among the values, by field and bits.
    numbers: HashMap<(u32, u64), u64>,
    tags: Vec<u8>,
    geometry: Vec<u8>,
    ring: Vec<Unit>,
}

impl Features {
    /// Adds a feature with polygons: rings in tile units, outer rings clockwise on screen, holes the other way, not
    /// closed.
    pub(super) fn add<'r>(&mut self, feature: &Feature<'_>, rings: impl Iterator<Item = &'r [Unit]>) {
        self.tags.clear();
        self.tag_text("id", feature.id);
        if let Some(name) = feature.name {
            self.tag_text("name", name);
        }
        self.tag_number("count", UINT_VALUE, feature.count);
        if let Some((denominator, rate)) = feature.rate.filter(|r| r.1.is_finite()) {
            self.tag_number("denominator", DOUBLE_VALUE, denominator.to_bits());
            self.tag_number("rate", DOUBLE_VALUE, rate.to_bits());
        }
        if !feature.received {
            self.tag_number("received", BOOL_VALUE, 0);
        }
        self.geometry.clear();
        let mut pen = [0; 2];
        for ring in rings {
            self.add_ring(ring, &mut pen);
        }
        // Three keys of a byte each, and the type.
        let length = 4 + bytes_length(self.tags.len()) + bytes_length(self.geometry.len());
        key(&mut self.encoded, 2, 2);
        varint(&mut self.encoded, length as u64);
        bytes(&mut self.encoded, 2, &self.tags);
        key(&mut self.encoded, 3, 0);
        varint(&mut self.encoded, POLYGON);
        bytes(&mut self.encoded, 4, &self.geometry);
    }

    /// A ring that is smaller than a unit is a unit: it is drawn, not dropped.
    fn add_ring(&mut self, ring: &[Unit], pen: &mut Unit) {
        self.ring.clear();
        self.ring.extend_from_slice(ring);
        self.ring.dedup();
        while self.ring.len() > 1 && self.ring.first() == self.ring.last() {
            self.ring.pop();
        }
        if doubled_area(&self.ring) == 0 {
            let Some(&[x, y]) = self.ring.first() else { return };
            self.ring.clear();
            self.ring.extend([[x, y], [x + 1, y], [x + 1, y + 1], [x, y + 1]]);
        }
        let Some((first, more)) = self.ring.split_first() else { return };
        let command = |id: u64, count: usize| id | (count as u64) << 3;
        varint(&mut self.geometry, command(MOVE_TO, 1));
        step(&mut self.geometry, pen, *first);
        varint(&mut self.geometry, command(LINE_TO, more.len()));
        for corner in more {
            step(&mut self.geometry, pen, *corner);
        }
        varint(&mut self.geometry, command(CLOSE_PATH, 1));
    }

    fn tag(&mut self, key: &'static str, value: u64) {
        let known = self.keys.iter().position(|k| *k == key);
        let key = known.unwrap_or_else(|| {
            self.keys.push(key);
            self.keys.len() - 1
        });
        varint(&mut self.tags, key as u64);
        varint(&mut self.tags, value);
    }

    /// Ids and names differ from feature to feature, so each is a value of its own.
    fn tag_text(&mut self, name: &'static str, text: &str) {
        key(&mut self.values, 4, 2);
        varint(&mut self.values, 1 + bytes_length(text.len()) as u64);
        bytes(&mut self.values, STRING_VALUE, text.as_bytes());
        self.tag(name, self.value_count);
        self.value_count += 1;
    }

    /// Numbers repeat: each is a value once.
    fn tag_number(&mut self, name: &'static str, field: u32, bits: u64) {
        let value = *self.numbers.entry((field, bits)).or_insert_with(|| {
            let mut number = Vec::with_capacity(11);
            if field == DOUBLE_VALUE {
                key(&mut number, field, 1);
                number.extend(bits.to_le_bytes());
            } else {
                key(&mut number, field, 0);
                varint(&mut number, bits);
            }
            bytes(&mut self.values, 4, &number);
            self.value_count += 1;
            self.value_count - 1
        });
        self.tag(name, value);
    }

    /// The tile of this one layer.
    fn finish(self, name: &str) -> Vec<u8> {
        let mut layer = Vec::with_capacity(self.encoded.len() + self.values.len() + 64);
        key(&mut layer, 15, 0);
        varint(&mut layer, 2);
        bytes(&mut layer, 1, name.as_bytes());
        layer.extend(self.encoded);
        self.keys.iter().for_each(|name| bytes(&mut layer, 3, name.as_bytes()));
        layer.extend(self.values);
        key(&mut layer, 5, 0);
        varint(&mut layer, u64::from(EXTENT));
        let mut tile = Vec::with_capacity(layer.len() + 8);
        bytes(&mut tile, 3, &layer);
        tile
    }
}

/// Encodes a tile of one layer; empty when there are no features.
pub(super) fn encode(name: &str, features: usize, add: impl FnOnce(&mut Features)) -> Vec<u8> {
    if features == 0 {
        return Vec::new();
    }
    let mut all = Features::default();
    add(&mut all);
    all.finish(name)
}

/// Twice the area by the surveyor's formula: positive when the ring runs clockwise on screen.
pub(super) fn doubled_area(ring: &[Unit]) -> i64 {
    let next = ring.iter().cycle().skip(1);
    ring.iter().zip(next).map(|(a, b)| i64::from(a[0]) * i64::from(b[1]) - i64::from(b[0]) * i64::from(a[1])).sum()
}

/// The way from the pen to a position, zigzag encoded.
fn step(geometry: &mut Vec<u8>, pen: &mut Unit, to: Unit) {
    for axis in 0..2 {
        let step = i64::from(to[axis]) - i64::from(pen[axis]);
        varint(geometry, ((step << 1) ^ (step >> 63)) as u64);
    }
    *pen = to;
}

fn varint(to: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        to.push(value as u8 | 0x80);
        value >>= 7;
    }
    to.push(value as u8);
}

fn varint_length(value: usize) -> usize {
    1 + (usize::BITS - 1 - (value | 1).leading_zeros()) as usize / 7
}

/// Bytes of a length and what follows it.
fn bytes_length(length: usize) -> usize {
    varint_length(length) + length
}

fn key(to: &mut Vec<u8>, field: u32, wire_type: u32) {
    varint(to, u64::from(field << 3 | wire_type));
}

fn bytes(to: &mut Vec<u8>, field: u32, content: &[u8]) {
    key(to, field, 2);
    varint(to, content.len() as u64);
    to.extend_from_slice(content);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_those_of_the_specification() {
        // The example polygon of section 4.3.5 and the tags of a feature, taken apart by hand.
        let feature = Feature { id: "a", name: None, count: 300, rate: None, received: true };
        let ring = [[3, 6], [8, 12], [20, 34]];
        let tile = encode("cells", 1, |features| features.add(&feature, std::iter::once(&ring[..])));
        let geometry = [9, 6, 12, 18, 10, 12, 24, 44, 15];
        let mut expected = vec![0x1a, 0, 0x78, 2, 0x0a, 5];
        expected.extend(b"cells");
        expected.extend([0x12, 19, 0x12, 4, 0, 0, 1, 1, 0x18, 3, 0x22, 9]);
        expected.extend(geometry);
        expected.extend(b"\x1a\x02id\x1a\x05count\x22\x03\x0a\x01a\x22\x03\x28\xac\x02\x28\x80\x20");
        expected[1] = expected.len() as u8 - 2;
        assert_eq!(tile, expected);
    }

    #[test]
    fn a_ring_smaller_than_a_unit_is_drawn_as_one() {
        let feature = Feature { id: "a", name: None, count: 1, rate: None, received: true };
        let mut features = Features::default();
        features.add(&feature, std::iter::once(&[[5, 5], [5, 5], [5, 6]][..]));
        assert_eq!(features.geometry, [9, 10, 10, 26, 2, 0, 0, 2, 1, 0, 15]);
    }

    #[test]
    fn lengths_of_varints() {
        assert_eq!([0, 127, 128, 16383, 16384].map(varint_length), [1, 1, 2, 2, 3]);
    }
}
