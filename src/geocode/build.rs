//! Entries and postcodes to the bytes of a gazetteer file.

use std::collections::{BTreeMap, HashMap};

use fst::raw::Builder;

use super::{
    EntryKind, NewEntry, NewPostcode, PostcodePoint,
    index::{COUNT_BITS, DEGREE_STEP, ENTRY_BYTES, IndexHeader, MAGIC, POINT_BYTES, pack_postcode, square_of},
    spelling::canonical,
};
use crate::model::BngPoint;

/// Most points kept of an entry: the most frequent.
const MAX_POINTS: usize = 64;
/// Longest name kept, in bytes.
const MAX_NAME_BYTES: usize = 200;
/// Share of a sector's units within its radius.
const RADIUS_SHARE: f64 = 0.9;

/// Makes the bytes of a gazetteer file. The same entries in any order give the same bytes, where no two are alike in
/// name, locality, identifier and points.
#[must_use]
pub fn build_index(kind: &str, epoch: &str, entries: &[NewEntry], postcodes: Vec<NewPostcode>) -> Vec<u8> {
    let (units, density) = (postcodes.len() as u64, density_of(&postcodes));
    let (postcode_map, postcode_points) = postcode_sections(postcodes);
    let names = NameSections::of(entries);
    let pairs = density.iter().flat_map(|(square, units)| (u64::from(*square) << 32 | u64::from(*units)).to_le_bytes());
    let sections: [Vec<u8>; 8] = [
        postcode_map,
        postcode_points,
        names.map,
        names.words,
        names.entries,
        names.points,
        names.strings,
        pairs.collect(),
    ];
    let header = IndexHeader {
        kind: kind.to_owned(),
        epoch: epoch.to_owned(),
        entries: entries.len() as u64,
        postcodes: units,
        sections: sections.each_ref().map(|s| s.len() as u64),
    };
    let header = serde_json::to_vec(&header).unwrap_or_default();
    let mut bytes = MAGIC.to_vec();
    bytes.extend((header.len() as u32).to_le_bytes());
    bytes.extend(header);
    sections.iter().for_each(|section| bytes.extend(section));
    bytes
}

fn density_of(postcodes: &[NewPostcode]) -> Vec<(u32, u32)> {
    let mut squares: Vec<u32> =
        postcodes.iter().filter(|p| p.terminated.is_none()).filter_map(|p| p.point).map(square_of).collect();
    squares.sort_unstable();
    squares.chunk_by(|a, b| a == b).map(|same| (same[0], same.len() as u32)).collect()
}

/// The map of units, sectors and outcodes, and their packed points.
fn postcode_sections(mut postcodes: Vec<NewPostcode>) -> (Vec<u8>, Vec<u8>) {
    // Of two rows of one unit the one in use, then the newest, comes first.
    let live = |p: &NewPostcode| p.terminated.map_or(i32::MAX, |m| m.0);
    postcodes.sort_by(|a, b| a.postcode.cmp(&b.postcode).then(live(b).cmp(&live(a))));
    postcodes.dedup_by(|later, first| later.postcode == first.postcode);
    let mut rows: BTreeMap<String, PostcodePoint> = BTreeMap::new();
    for level in [0, 1] {
        let part = |p: &NewPostcode| if level == 0 { Some(p.postcode.outcode()) } else { p.postcode.sector() };
        for of_part in postcodes.chunk_by(|a, b| part(a) == part(b)) {
            let Some(name) = part(&of_part[0]) else { continue };
            let live = of_part.iter().filter(|p| p.terminated.is_none()).filter_map(|p| p.point);
            let points: Vec<BngPoint> = live.collect();
            if !points.is_empty() {
                rows.insert(name.as_str().to_owned(), spread_of(&points));
            }
        }
    }
    let units = postcodes.into_iter().map(|p| {
        let packed = PostcodePoint { point: p.point, radius_m: 0.0, quality: p.quality, terminated: p.terminated };
        (p.postcode.as_str().to_owned(), packed)
    });
    let mut all: Vec<(String, PostcodePoint)> = rows.into_iter().chain(units).collect();
    all.sort_by(|a, b| a.0.cmp(&b.0));
    let mut map = Builder::memory();
    for (at, (name, _)) in all.iter().enumerate() {
        // Ascending and distinct by construction.
        let _ = map.insert(name, at as u64);
    }
    let points = all.iter().flat_map(|(_, packed)| pack_postcode(packed).to_le_bytes()).collect();
    (map.into_inner().unwrap_or_default(), points)
}

/// Mean of points and the radius that holds nine tenths of them.
fn spread_of(points: &[BngPoint]) -> PostcodePoint {
    let n = points.len() as f64;
    let mean = BngPoint {
        easting: points.iter().map(|p| p.easting).sum::<f64>() / n,
        northing: points.iter().map(|p| p.northing).sum::<f64>() / n,
    };
    let mut distances: Vec<f64> =
        points.iter().map(|p| (p.easting - mean.easting).hypot(p.northing - mean.northing)).collect();
    distances.sort_by(f64::total_cmp);
    let at = ((n * RADIUS_SHARE).ceil() as usize).clamp(1, points.len()) - 1;
    PostcodePoint { point: Some(mean), radius_m: distances[at].max(50.0), quality: 1, terminated: None }
}

#[derive(Default)]
struct NameSections {
    map: Vec<u8>,
    words: Vec<u8>,
    entries: Vec<u8>,
    points: Vec<u8>,
    strings: Vec<u8>,
}

impl NameSections {
    fn of(entries: &[NewEntry]) -> Self {
        let mut keyed: Vec<(String, &NewEntry)> = Vec::with_capacity(entries.len());
        for entry in entries.iter().filter(|e| !e.points.is_empty()) {
            let mut keys: Vec<String> =
                std::iter::once(&entry.name).chain(&entry.also).map(|name| canonical(cut(name))).collect();
            keys.sort_unstable();
            keys.dedup();
            keyed.extend(keys.into_iter().filter(|k| !k.is_empty()).map(|key| (key, entry)));
        }
        keyed.sort_by(|a, b| a.0.cmp(&b.0).then_with(|| order(a.1).cmp(&order(b.1))));
        let mut sections = Self::default();
        let mut strings: HashMap<&str, u32> = HashMap::new();
        let (mut map, mut words) = (Builder::memory(), BTreeMap::<&str, u64>::new());
        let mut at = 0_u64;
        for of_name in keyed.chunk_by(|a, b| a.0 == b.0) {
            let key = of_name[0].0.as_str();
            // Ascending and distinct by construction.
            let _ = map.insert(key, at << COUNT_BITS | of_name.len() as u64);
            key.split(' ').for_each(|word| *words.entry(word).or_default() += 1);
            for (_, entry) in of_name {
                sections.push(entry, &mut strings);
            }
            at += of_name.len() as u64;
        }
        let mut word_map = Builder::memory();
        for (word, names) in words {
            let _ = word_map.insert(word, names);
        }
        sections.map = map.into_inner().unwrap_or_default();
        sections.words = word_map.into_inner().unwrap_or_default();
        sections
    }

    fn push<'e>(&mut self, entry: &'e NewEntry, known: &mut HashMap<&'e str, u32>) {
        let mut string = |text: &'e str, most: usize| {
            let text = cut_at(text, most);
            let start = *known.entry(text).or_insert_with(|| {
                let start = self.strings.len() as u32;
                self.strings.extend(text.as_bytes());
                start
            });
            (start, text.len())
        };
        let (name, locality, id) =
            (string(&entry.name, MAX_NAME_BYTES), string(&entry.locality, 255), string(&entry.id, 255));
        let first_point = (self.points.len() / POINT_BYTES) as u32;
        let points = entry.points.iter().take(MAX_POINTS);
        let kind = EntryKind::ALL.iter().position(|k| k.0 == entry.kind).unwrap_or_default() as u8;
        let mut row = Vec::with_capacity(ENTRY_BYTES);
        for at in [name.0, locality.0, id.0, first_point] {
            row.extend(at.to_le_bytes());
        }
        row.extend((name.1 as u16).to_le_bytes());
        row.extend((points.len() as u16).to_le_bytes());
        row.extend([locality.1 as u8, id.1 as u8, kind, 0]);
        row.extend(entry.radius_m.to_le_bytes());
        self.entries.extend(row);
        for p in points {
            let degrees = |v: f64| ((v / DEGREE_STEP).round() as i32).to_le_bytes();
            self.points.extend(degrees(p.point.lon));
            self.points.extend(degrees(p.point.lat));
            self.points.extend(p.weight.to_le_bytes());
        }
    }
}

/// What decides the order of entries of one name.
fn order(entry: &NewEntry) -> (EntryKind, &str, &str, [u64; 2]) {
    let first = entry.points.first().map_or([0, 0], |p| [p.point.lon.to_bits(), p.point.lat.to_bits()]);
    (entry.kind, &entry.locality, &entry.id, first)
}

fn cut(text: &str) -> &str {
    cut_at(text, MAX_NAME_BYTES)
}

fn cut_at(text: &str, most: usize) -> &str {
    &text[..text.floor_char_boundary(most)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        geocode::{Index, Postcode, WeightedPoint},
        model::{LonLat, Month},
    };

    fn entry(name: &str, locality: &str, lon: f64) -> NewEntry {
        let points = vec![WeightedPoint { point: LonLat { lon, lat: 52.6 }, weight: 3 }];
        NewEntry {
            kind: EntryKind::Street,
            name: name.to_owned(),
            also: Vec::new(),
            locality: locality.to_owned(),
            id: format!("{name}@{locality}"),
            points,
            radius_m: f32::NAN,
        }
    }

    fn unit(text: &str, easting: f64, terminated: Option<Month>) -> NewPostcode {
        let point = (easting > 0.0).then_some(BngPoint { easting, northing: 308_000.0 });
        NewPostcode { postcode: Postcode::unit(text).unwrap(), point, quality: 1, terminated }
    }

    #[test]
    fn what_goes_in_comes_out() {
        let entries = [entry("High St", "Holt", 1.08), entry("High Street", "Diss", 1.1), entry("Mill Lane", "", 1.2)];
        let month = Month::parse("2019-06").unwrap();
        let units = vec![
            unit("NR1 1AA", 624_073.0, None),
            unit("NR1 1AB", 624_173.0, None),
            unit("NR1 2ZZ", 0.0, None),
            unit("NR9 9AA", 610_000.0, Some(month)),
        ];
        let bytes = build_index("csv", "2026-01", &entries, units);
        let index = Index::open(&bytes).unwrap();
        assert_eq!((index.header.entries, index.header.postcodes), (3, 4));
        let found = index.named("high street");
        assert_eq!(found.clone().map(|i| index.locality(i)).collect::<Vec<_>>(), ["Diss", "Holt"]);
        assert_eq!(index.id(found.start), "High Street@Diss");
        assert!((index.first_point(found.start).lon - 1.1).abs() < 1e-7);
        assert!(index.named("high").is_empty());
        let at = |text: &str| index.postcode(&Postcode::unit(text).unwrap()).unwrap();
        assert_eq!(at("NR1 1AA").point.unwrap().easting, 624_073.0);
        assert_eq!(at("NR1 2ZZ").point, None, "no coordinates is no point, never 0,0");
        assert_eq!(at("NR9 9AA").terminated, Some(month));
        let outcode = Postcode::unit("NR1 1AA").unwrap().outcode();
        let mean = index.postcode(&outcode).unwrap();
        assert_eq!((mean.point.unwrap().easting, mean.radius_m), (624_123.0, 50.0));
        assert_eq!(index.postcodes_near(BngPoint { easting: 624_900.0, northing: 308_900.0 }), 2);
        let reversed: Vec<NewEntry> = entries.iter().rev().cloned().collect();
        assert_eq!(build_index("csv", "x", &entries, Vec::new()), build_index("csv", "x", &reversed, Vec::new()));
    }

    #[test]
    fn a_damaged_file_is_refused_or_harmless() {
        let bytes = build_index("csv", "x", &[entry("High St", "Holt", 1.08)], vec![unit("NR1 1AA", 624_073.0, None)]);
        for length in 0..bytes.len() {
            assert!(Index::open(&bytes[..length]).is_err(), "cut at {length}");
        }
        assert!(Index::open(b"id,name\n1,x\n").is_err());
    }
}
