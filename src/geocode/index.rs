//! A gazetteer as one compact file: names and postcodes as finite state maps to positions in arrays.
//!
//! Format `PGAZ1` (little endian): the magic, the length of a JSON header (u32), the header with the sections'
//! lengths in order, the sections. Names are canonical (see `spelling`), ascending, the entries of one name together.

use std::ops::Range;

use fst::raw::Fst;
use serde::{Deserialize, Serialize};

use super::{EntryKind, Postcode, PostcodePoint};
use crate::model::{BngPoint, LonLat, Month};

pub(super) const MAGIC: &[u8; 8] = b"PGAZ1\0\0\0";
pub(super) const ENTRY_BYTES: usize = 28;
pub(super) const POINT_BYTES: usize = 12;
/// Bits of a name's value that hold how many entries have it.
pub(super) const COUNT_BITS: u32 = 24;
/// Degrees per unit of a stored coordinate.
pub(super) const DEGREE_STEP: f64 = 1e-7;
/// Side of the squares that postcodes are counted in.
pub(super) const DENSITY_SQUARE_M: f64 = 1_000.0;

/// What a gazetteer file says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IndexHeader {
    /// Kind of gazetteer: `code-point`, `onspd`, `open-names`, `uprn`, `geonames`, `csv`, `learned`.
    pub kind: String,
    /// Which edition it was made from.
    pub epoch: String,
    /// Named entries.
    pub entries: u64,
    /// Postcode units.
    pub postcodes: u64,
    /// Lengths of the sections in bytes, in the order of [`Index`]'s fields.
    pub(super) sections: [u64; 8],
}

/// Why a gazetteer file cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a gazetteer index of this program: {reason}")]
pub struct IndexError {
    /// What is wrong.
    pub reason: &'static str,
}

/// An opened gazetteer.
pub struct Index {
    /// What it says of itself.
    pub header: IndexHeader,
    /// Hash of all its bytes.
    pub(super) digest: blake3::Hash,
    /// Units, sectors and outcodes to positions in `postcode_points`.
    postcodes: Fst<Vec<u8>>,
    postcode_points: Vec<u64>,
    pub(super) names: Fst<Vec<u8>>,
    /// Words of names to the number of names that hold them.
    pub(super) words: Fst<Vec<u8>>,
    entries: Vec<Entry>,
    points: Vec<u8>,
    strings: Vec<u8>,
    /// Postcodes per square of the National Grid: (square, units), ascending.
    density: Vec<(u32, u32)>,
}

/// An entry as it is stored.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry {
    name: (u32, u16),
    locality: (u32, u8),
    id: (u32, u8),
    first_point: u32,
    points: u16,
    pub(super) kind: EntryKind,
    pub(super) radius_m: f32,
}

impl std::fmt::Debug for Index {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.header.fmt(f)
    }
}

impl Index {
    /// Opens the bytes of a gazetteer file.
    ///
    /// # Errors
    /// [`IndexError`] when they are none.
    pub fn open(bytes: &[u8]) -> Result<Self, IndexError> {
        let fail = |reason| IndexError { reason };
        let rest = bytes.strip_prefix(MAGIC).ok_or(fail("it does not begin as one"))?;
        let (length, rest) = rest.split_first_chunk::<4>().ok_or(fail("it is cut off"))?;
        let (header, mut rest) =
            rest.split_at_checked(u32::from_le_bytes(*length) as usize).ok_or(fail("it is cut off"))?;
        let header: IndexHeader = serde_json::from_slice(header).map_err(|_| fail("its header cannot be read"))?;
        let mut sections: Vec<&[u8]> = Vec::with_capacity(header.sections.len());
        for length in header.sections {
            let (section, after) = rest.split_at_checked(length as usize).ok_or(fail("it is cut off"))?;
            sections.push(section);
            rest = after;
        }
        // Verified, because a walk of a damaged map goes anywhere.
        let map = |bytes: &[u8]| {
            let map = Fst::new(bytes.to_vec()).and_then(|map| map.verify().map(|()| map));
            map.map_err(|_| fail("a map in it is damaged"))
        };
        let u64s = |bytes: &[u8]| bytes.as_chunks::<8>().0.iter().map(|c| u64::from_le_bytes(*c)).collect();
        let entries = sections[4].as_chunks::<ENTRY_BYTES>().0.iter().map(Entry::decode).collect::<Option<Vec<_>>>();
        let pairs = sections[7].as_chunks::<8>().0.iter().map(|c| u64::from_le_bytes(*c));
        let index = Self {
            digest: blake3::hash(bytes),
            postcodes: map(sections[0])?,
            postcode_points: u64s(sections[1]),
            names: map(sections[2])?,
            words: map(sections[3])?,
            entries: entries.ok_or(fail("an entry is of no known kind"))?,
            points: sections[5].to_vec(),
            strings: sections[6].to_vec(),
            density: pairs.map(|v| ((v >> 32) as u32, v as u32)).collect(),
            header,
        };
        index.entries.iter().all(|e| index.holds(e)).then_some(index).ok_or(fail("an entry points outside it"))
    }

    fn holds(&self, entry: &Entry) -> bool {
        let end = |(at, length): (u32, usize)| at as usize + length;
        let strings = [
            (entry.name.0, usize::from(entry.name.1)),
            (entry.locality.0, usize::from(entry.locality.1)),
            (entry.id.0, usize::from(entry.id.1)),
        ];
        entry.points > 0
            && (entry.first_point as usize + usize::from(entry.points)) * POINT_BYTES <= self.points.len()
            && strings.into_iter().all(|s| end(s) <= self.strings.len())
    }

    /// A unit, sector or outcode.
    #[must_use]
    pub fn postcode(&self, postcode: &Postcode) -> Option<PostcodePoint> {
        let at = self.postcodes.get(postcode.as_str())?.value();
        self.postcode_points.get(at as usize).map(|packed| unpack_postcode(*packed))
    }

    /// Every unit, sector and outcode, ascending.
    pub(super) fn postcode_names(&self) -> fst::raw::Stream<'_> {
        self.postcodes.stream()
    }

    /// Positions of the entries behind a value of the names' map.
    pub(super) fn range(&self, value: u64) -> Range<usize> {
        let (first, count) = ((value >> COUNT_BITS) as usize, (value & ((1 << COUNT_BITS) - 1)) as usize);
        let end = first.saturating_add(count).min(self.entries.len());
        first.min(end)..end
    }

    /// Positions of the entries of a canonical name.
    #[must_use]
    pub fn named(&self, canonical: &str) -> Range<usize> {
        self.names.get(canonical).map_or(0..0, |value| self.range(value.value()))
    }

    pub(super) fn entry(&self, at: usize) -> &Entry {
        &self.entries[at]
    }

    /// Number of named entries, each name of one counted.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are neither names nor postcodes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty() && self.postcode_points.is_empty()
    }

    /// Name of an entry as people read it.
    #[must_use]
    pub fn name(&self, at: usize) -> &str {
        let (start, length) = self.entries[at].name;
        self.string(start, usize::from(length))
    }

    /// Locality of an entry, or empty.
    #[must_use]
    pub fn locality(&self, at: usize) -> &str {
        let (start, length) = self.entries[at].locality;
        self.string(start, usize::from(length))
    }

    /// The publisher's identifier of an entry, or empty.
    #[must_use]
    pub fn id(&self, at: usize) -> &str {
        let (start, length) = self.entries[at].id;
        self.string(start, usize::from(length))
    }

    fn string(&self, start: u32, length: usize) -> &str {
        let start = start as usize;
        self.strings.get(start..start + length).and_then(|s| std::str::from_utf8(s).ok()).unwrap_or_default()
    }

    /// Points of an entry with how often each was seen, most frequent first.
    #[must_use]
    pub fn points(&self, at: usize) -> impl ExactSizeIterator<Item = (LonLat, u32)> + Clone + '_ {
        let entry = &self.entries[at];
        let start = entry.first_point as usize * POINT_BYTES;
        let bytes = &self.points[start..start + usize::from(entry.points) * POINT_BYTES];
        bytes.as_chunks::<POINT_BYTES>().0.iter().map(|c| {
            let part = |i: usize| [c[i], c[i + 1], c[i + 2], c[i + 3]];
            let degrees = |i: usize| f64::from(i32::from_le_bytes(part(i))) * DEGREE_STEP;
            (LonLat { lon: degrees(0), lat: degrees(4) }, u32::from_le_bytes(part(8)))
        })
    }

    /// The most frequent point of an entry.
    #[must_use]
    pub fn first_point(&self, at: usize) -> LonLat {
        self.points(at).next().map_or(LonLat { lon: 0.0, lat: 0.0 }, |p| p.0)
    }

    /// Postcode units in the square of the National Grid that holds a point.
    #[must_use]
    pub fn postcodes_near(&self, point: BngPoint) -> u32 {
        let square = square_of(point);
        self.density.binary_search_by_key(&square, |d| d.0).map_or(0, |at| self.density[at].1)
    }
}

impl Entry {
    fn decode(bytes: &[u8; ENTRY_BYTES]) -> Option<Self> {
        let u32_at = |i: usize| u32::from_le_bytes([bytes[i], bytes[i + 1], bytes[i + 2], bytes[i + 3]]);
        let u16_at = |i: usize| u16::from_le_bytes([bytes[i], bytes[i + 1]]);
        Some(Self {
            name: (u32_at(0), u16_at(16)),
            locality: (u32_at(4), bytes[20]),
            id: (u32_at(8), bytes[21]),
            first_point: u32_at(12),
            points: u16_at(18),
            kind: EntryKind::ALL.get(usize::from(bytes[22]))?.0,
            radius_m: f32::from_le_bytes([bytes[24], bytes[25], bytes[26], bytes[27]]),
        })
    }
}

/// Number of the square of the National Grid that a point lies in.
pub(super) fn square_of(point: BngPoint) -> u32 {
    let step = |metres: f64| (metres / DENSITY_SQUARE_M).clamp(0.0, 65_535.0) as u32;
    step(point.easting) << 16 | step(point.northing)
}

/// Easting (20 bits), northing (21), quality (4), radius of sectors in 50 m (8), month of termination (11, 0 none).
pub(super) fn pack_postcode(postcode: &PostcodePoint) -> u64 {
    const FIRST_MONTH: i32 = 1970 * 12;
    let point = postcode.point.unwrap_or(BngPoint { easting: 0.0, northing: 0.0 });
    let metres = |m: f64, bits: u32| (m.round().max(0.0) as u64).min((1 << bits) - 1);
    let quality = if postcode.point.is_none() { 9 } else { u64::from(postcode.quality.clamp(1, 8)) };
    let radius = ((postcode.radius_m / 50.0).ceil().max(0.0) as u64).min(255);
    let month = postcode.terminated.map_or(0, |m| u64::from((m.0 - FIRST_MONTH + 1).clamp(1, 2047).unsigned_abs()));
    metres(point.easting, 20) | metres(point.northing, 21) << 20 | quality << 41 | radius << 45 | month << 53
}

fn unpack_postcode(packed: u64) -> PostcodePoint {
    let field = |shift: u32, bits: u32| (packed >> shift) & ((1 << bits) - 1);
    let quality = field(41, 4) as u8;
    let point = BngPoint { easting: field(0, 20) as f64, northing: field(20, 21) as f64 };
    let month = field(53, 11) as i32;
    PostcodePoint {
        point: (quality < 9).then_some(point),
        radius_m: field(45, 8) as f64 * 50.0,
        quality,
        terminated: (month > 0).then_some(Month(1970 * 12 + month - 1)),
    }
}
