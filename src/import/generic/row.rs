//! What a row says, and by what it is known.

use std::borrow::Cow;

use crate::model::{Clock, LonLat, PrecisionClass, When, WhenPrecision};

/// Rows at midnight from which they may stand for an hour that is not known.
const FEWEST_MIDNIGHTS: usize = 3;

/// What a row says.
#[derive(Debug, Clone)]
pub(in crate::import) struct GenericRow {
    pub(in crate::import) line: u64,
    pub(in crate::import) id: String,
    pub(in crate::import) when: When,
    pub(in crate::import) category: String,
    pub(in crate::import) point: Option<LonLat>,
    pub(in crate::import) class: PrecisionClass,
    /// What it says about its place.
    pub(in crate::import) place: PlaceTexts,
    pub(in crate::import) attributes: Vec<String>,
    /// When it happened as it is written, where that is not what it means: a record without a reference is known by it.
    pub(super) written: Option<When>,
    /// Category and precision as a mapping's words were read before their spelling was folded, where that differs: a record
    /// without a reference is known by them.
    pub(super) identity: Option<Box<(String, PrecisionClass)>>,
}

/// What a row says about its place, as it stands there.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(in crate::import) struct PlaceTexts {
    pub(in crate::import) text: String,
    pub(in crate::import) locality: String,
    pub(in crate::import) postcode: String,
    pub(in crate::import) gridref: String,
    pub(in crate::import) uprn: String,
    /// Longitude, latitude, easting, northing.
    pub(in crate::import) coordinates: [String; 4],
}

impl PlaceTexts {
    /// The words by which records wait for a person and decisions find them again: the text alone, or with the others.
    pub(in crate::import) fn words(&self) -> Cow<'_, str> {
        let others = [&self.locality, &self.postcode, &self.gridref, &self.uprn];
        if others.iter().all(|t| t.is_empty()) {
            return Cow::Borrowed(&self.text);
        }
        let [locality, postcode, gridref, uprn] = others;
        Cow::Owned([&self.text, locality, postcode, gridref, uprn].map(String::as_str).join("\u{1f}"))
    }
}

impl GenericRow {
    /// Whether it is said to have happened at the very midnight that begins a day.
    fn is_midnight(&self) -> bool {
        self.when.precision == WhenPrecision::Instant && Clock::london().local(self.when.start_us).1 == 0
    }

    /// Takes the hour from rows that all say midnight: where half of the rows do, it stands for an hour that is not known. Gives
    /// their number.
    pub(super) fn without_false_midnights(rows: &mut [Self]) -> u64 {
        let midnights = rows.iter().filter(|row| row.is_midnight()).count();
        if midnights < FEWEST_MIDNIGHTS || midnights * 2 < rows.len() {
            return 0;
        }
        for row in rows.iter_mut().filter(|row| row.is_midnight()) {
            row.written = Some(row.when);
            row.when = When::day(Clock::london().local(row.when.start_us).0);
        }
        midnights as u64
    }

    /// BLAKE3 of everything the row says; the same on every run and machine.
    pub(in crate::import) fn content(&self) -> blake3::Hash {
        let mut hasher = blake3::Hasher::new();
        let (category, class) = self.identity.as_ref().map_or((&self.category, self.class), |i| (&i.0, i.1));
        let position = self.point.map(|p| (p.lon.to_bits(), p.lat.to_bits(), class.code()));
        let when = self.written.unwrap_or(self.when);
        let head = (&self.id, when.start_us, when.end_us, when.precision.name(), category);
        let words = self.place.words();
        // Coordinates that are no plain numbers say something as well.
        if self.point.is_none() && self.place.coordinates.iter().any(|c| !c.is_empty()) {
            hasher.update(format!("{:?}", self.place.coordinates).as_bytes());
        }
        hasher.update(format!("{head:?}{position:?}{words:?}{:?}", self.attributes).as_bytes());
        hasher.finalize()
    }
}
