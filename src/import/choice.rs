//! What a person chose for some words, and what is needed to take it back.

use serde::{Deserialize, Serialize};

use super::Position;
use crate::{
    model::{Flags, LonLat, PrecisionClass},
    workspace::PlaceRow,
};

/// What a person chose for some words.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum Choice {
    /// A place.
    Place {
        /// Longitude.
        lon: f64,
        /// Latitude.
        lat: f64,
        /// Precision class by its word.
        class: String,
        /// Radius, metres.
        radius_m: f64,
        /// What it is called.
        name: String,
    },
    /// No place can be told.
    Nowhere,
}

impl Choice {
    /// The position it gives, flagged as reviewed.
    #[must_use]
    pub fn position(&self) -> Option<Position> {
        match self {
            Self::Nowhere => None,
            Self::Place { lon, lat, class, radius_m, .. } => Some(Position {
                point: LonLat::new(*lon, *lat).ok()?,
                class: PrecisionClass::from_name(class).unwrap_or(PrecisionClass::Street),
                radius_m: *radius_m as f32,
                flags: Flags::REVIEWED,
            }),
        }
    }

    /// The place in words: `Church Close, Holm (0.78000, 53.37000)`, or `nowhere`.
    #[must_use]
    pub fn told(&self) -> String {
        match self {
            Self::Nowhere => "nowhere".to_owned(),
            Self::Place { lon, lat, name, .. } => format!("{name} ({lon:.5}, {lat:.5})"),
        }
    }
}

/// A decision as it is stored: the choice, and what is needed to take it back.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Decided {
    /// What was chosen.
    pub choice: Choice,
    /// What waited, by source.
    pub items: Vec<serde_json::Value>,
    /// Where the first of the records was before: all that decisions of older versions know.
    #[serde(default)]
    pub before: Option<Before>,
    /// The key of the only record it is about; none where it is about all with the words.
    #[serde(default)]
    pub record: Option<u64>,
    /// Whether a second person has to agree before it takes effect.
    #[serde(default)]
    pub pending: bool,
    /// Who agreed, or empty.
    #[serde(default)]
    pub second: String,
    /// Where each record was before; none in decisions of older versions.
    #[serde(default)]
    pub was: Option<Vec<Was>>,
    /// Name of the secret that the digest of the words was made with.
    #[serde(default)]
    pub secret: String,
}

/// Records that were at one place, or at none, before a decision.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Was {
    /// The place.
    pub place: Option<Before>,
    /// Keys of the records.
    pub keys: Vec<u64>,
}

/// Adds where a record was to a list of places with their records; a record that is there already gets the new place.
pub(super) fn note_was(list: &mut Vec<Was>, key: u64, place: Option<Before>) {
    match list.iter_mut().find(|was| was.place == place) {
        Some(same) => same.keys.push(key),
        None => list.push(Was { place, keys: vec![key] }),
    }
}

/// Where records were before a decision.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Before {
    /// Longitude.
    pub lon: f64,
    /// Latitude.
    pub lat: f64,
    /// Precision class by its code.
    pub class: u8,
    /// Radius, metres; none where it is not known.
    pub radius_m: Option<f32>,
    /// Flags.
    pub flags: u32,
}

impl Before {
    /// Of a position.
    #[must_use]
    pub fn of(position: &Position) -> Self {
        Self {
            lon: position.point.lon,
            lat: position.point.lat,
            class: position.class.code(),
            radius_m: Some(position.radius_m).filter(|r| r.is_finite()),
            flags: position.flags.0,
        }
    }

    /// Of a stored place. Whether it lay in no area depends on the layers, not on what was known of it.
    #[must_use]
    pub(super) fn of_place(place: &PlaceRow) -> Self {
        Self::of(&Position {
            point: LonLat { lon: place.lon, lat: place.lat },
            class: place.class,
            radius_m: place.radius_m,
            flags: Flags(place.flags & !Flags::AREA_SNAPPED.0),
        })
    }

    /// As a position.
    #[must_use]
    pub fn position(&self) -> Position {
        Position {
            point: LonLat { lon: self.lon, lat: self.lat },
            class: PrecisionClass::from_code(self.class).unwrap_or(PrecisionClass::None),
            radius_m: self.radius_m.unwrap_or(f32::NAN),
            flags: Flags(self.flags),
        }
    }
}
