//! What a row says, and by what it is known.

use std::borrow::Cow;

use crate::model::{LonLat, PrecisionClass, When};

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
    /// BLAKE3 of everything the row says; the same on every run and machine.
    pub(in crate::import) fn content(&self) -> blake3::Hash {
        let mut hasher = blake3::Hasher::new();
        let (category, class) = self.identity.as_ref().map_or((&self.category, self.class), |i| (&i.0, i.1));
        let position = self.point.map(|p| (p.lon.to_bits(), p.lat.to_bits(), class.code()));
        let head = (&self.id, self.when.start_us, self.when.end_us, self.when.precision.name(), category);
        let words = self.place.words();
        // Coordinates that are no plain numbers say something as well.
        if self.point.is_none() && self.place.coordinates.iter().any(|c| !c.is_empty()) {
            hasher.update(format!("{:?}", self.place.coordinates).as_bytes());
        }
        hasher.update(format!("{head:?}{position:?}{words:?}{:?}", self.attributes).as_bytes());
        hasher.finalize()
    }
}
