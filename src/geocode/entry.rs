//! What a gazetteer holds: named things with their points, and postcodes.

use super::Postcode;
use crate::model::{BngPoint, LonLat, Month, PrecisionClass};

/// What kind of thing a name stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EntryKind {
    /// Premises: a shop, a school, a numbered property.
    Premises,
    /// A named place: a park, a square, a nickname.
    Place,
    /// A street, or the part of it in one locality.
    Street,
    /// A village, estate, or statistical area.
    Locality,
    /// A local authority district or county.
    District,
}

impl EntryKind {
    pub(super) const ALL: [(Self, &'static str); 5] = [
        (Self::Premises, "premises"),
        (Self::Place, "place"),
        (Self::Street, "street"),
        (Self::Locality, "locality"),
        (Self::District, "district"),
    ];

    /// The word used in gazetteer files.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL[self as usize].1
    }

    /// Reads the word used in gazetteer files, and some that partners use.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        match name.trim().to_lowercase().as_str() {
            "premises" | "venue" | "shop" | "school" | "building" | "property" | "address" => Some(Self::Premises),
            "place" | "named place" | "named_place" | "landmark" | "nickname" | "park" | "site" => Some(Self::Place),
            "street" | "road" | "usrn" => Some(Self::Street),
            "locality" | "estate" | "village" | "town" | "suburb" | "hamlet" | "area" => Some(Self::Locality),
            "district" | "city" | "borough" | "county" => Some(Self::District),
            _ => None,
        }
    }

    /// How precisely a place of this kind is known.
    #[must_use]
    pub fn class(self) -> PrecisionClass {
        match self {
            Self::Premises => PrecisionClass::Premises,
            Self::Place => PrecisionClass::NamedPlace,
            Self::Street => PrecisionClass::Street,
            Self::Locality => PrecisionClass::Locality,
            Self::District => PrecisionClass::District,
        }
    }
}

/// A point of an entry and how often it was seen there.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WeightedPoint {
    /// Where, WGS 84.
    pub point: LonLat,
    /// How often; 1 where the gazetteer does not say.
    pub weight: u32,
}

/// A named thing to add to a gazetteer.
#[derive(Debug, Clone, PartialEq)]
pub struct NewEntry {
    /// What it is.
    pub kind: EntryKind,
    /// Its name as people read it.
    pub name: String,
    /// Other names.
    pub also: Vec<String>,
    /// The locality it lies in, or empty.
    pub locality: String,
    /// The publisher's identifier, or empty.
    pub id: String,
    /// Its points, most frequent first; at least one.
    pub points: Vec<WeightedPoint>,
    /// Radius that holds it, metres; NaN where the points are all that is known.
    pub radius_m: f32,
}

/// A postcode unit to add to a gazetteer.
#[derive(Debug, Clone, PartialEq)]
pub struct NewPostcode {
    /// The unit.
    pub postcode: Postcode,
    /// Its point; none where the publisher has none.
    pub point: Option<BngPoint>,
    /// Positional quality of Code-Point and ONSPD: 10 (1) best, 90 (9) none; stored as 1 to 9.
    pub quality: u8,
    /// Month from which it is no longer in use.
    pub terminated: Option<Month>,
}

/// A postcode as it was found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PostcodePoint {
    /// Where: of a unit its centroid, of a sector or outcode the mean of its units. None where no unit has a position.
    pub point: Option<BngPoint>,
    /// Radius that holds nine tenths of a sector's or outcode's units, metres; 0 for units.
    pub radius_m: f64,
    /// Positional quality, 1 best to 9 none.
    pub quality: u8,
    /// Month from which it is no longer in use.
    pub terminated: Option<Month>,
}
