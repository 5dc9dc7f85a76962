//! Where mapped rows are: the geocoder's answer, or what a person decided about the same words.

use std::collections::HashMap;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::{ImportError, Position, generic::GenericRow, generic::PlaceTexts, placing::location_text_hash};
use crate::{
    geocode::{Answer, CoordinateTexts, Geocoder, Input, Status},
    model::{Flags, LonLat, PrecisionClass},
    workspace::{State, Workspace},
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
}

/// A decision as it is stored: the choice, and what is needed to take it back.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Decided {
    /// What was chosen.
    pub choice: Choice,
    /// What waited, by source.
    pub items: Vec<serde_json::Value>,
    /// Where the records were before.
    pub before: Option<Before>,
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

/// A row with its place.
#[derive(Debug, Clone)]
pub(super) struct Located {
    pub(super) position: Option<Position>,
    pub(super) status: Status,
    pub(super) flags: Flags,
    /// The answer of a row that waits for a person.
    pub(super) waits: Option<Box<Answer>>,
}

/// Locates rows.
#[derive(Debug)]
pub(super) struct Locating {
    geocoder: Geocoder,
    decisions: HashMap<u64, Choice>,
}

impl Locating {
    /// With the gazetteers, default locations and decisions of a workspace.
    ///
    /// # Errors
    /// [`ImportError`] when a gazetteer cannot be read.
    pub(super) fn open(workspace: &Workspace, state: &State) -> Result<Self, ImportError> {
        let mut decisions = HashMap::new();
        for decision in state.review_decisions()?.into_iter().filter(|d| !d.undone) {
            let choice = serde_json::from_str::<Decided>(&decision.choice).ok();
            if let (Ok(hash), Some(Decided { choice, .. })) = (u64::from_str_radix(&decision.item, 16), choice) {
                decisions.insert(hash, choice);
            }
        }
        Ok(Self { geocoder: super::open_geocoder(workspace, state)?, decisions })
    }

    /// Locates rows; those that say the same are asked once.
    pub(super) fn locate(&self, rows: &[&GenericRow]) -> Vec<Located> {
        let mut known: HashMap<(&PlaceTexts, PrecisionClass), usize> = HashMap::new();
        let mut distinct: Vec<(&PlaceTexts, PrecisionClass)> = Vec::new();
        let which: Vec<usize> = rows
            .iter()
            .map(|row| {
                let key = (&row.place, row.class);
                *known.entry(key).or_insert_with(|| {
                    distinct.push(key);
                    distinct.len() - 1
                })
            })
            .collect();
        let located: Vec<Located> = distinct.par_iter().map(|(place, class)| self.one(place, *class)).collect();
        which.into_iter().map(|at| located[at].clone()).collect()
    }

    fn one(&self, place: &PlaceTexts, class: PrecisionClass) -> Located {
        let answer = self.geocoder.geocode(&input(place, class));
        let by_coordinates = answer.method.starts_with("coordinates") && answer.status == Status::Matched;
        let decided = self.decisions.get(&location_text_hash(&place.words())).filter(|_| !by_coordinates);
        if let Some(choice) = decided {
            let position = choice.position();
            let status = if position.is_some() { Status::Matched } else { Status::Withheld };
            return Located { position, status, flags: answer.flags | Flags::REVIEWED, waits: None };
        }
        let waiting = matches!(answer.status, Status::Tied | Status::Review | Status::Unmatched);
        let told = !matches!(answer.status, Status::Tied | Status::Review) || answer.class != PrecisionClass::None;
        let position = answer.point.filter(|_| told).map(|point| Position {
            point,
            // Coordinates that nothing contradicts are as precise as the mapping says; nothing of ours narrows that.
            radius_m: if by_coordinates && !answer.flags.has(Flags::GRIDREF_COARSE) {
                f32::NAN
            } else {
                answer.radius_m as f32
            },
            class: answer.class,
            flags: answer.flags,
        });
        let words = !place.words().trim_matches('\u{1f}').is_empty();
        let waits = (waiting && words).then(|| Box::new(answer.clone()));
        Located { position, status: answer.status, flags: answer.flags, waits }
    }
}

fn input(place: &PlaceTexts, class: PrecisionClass) -> Input<'_> {
    let [lon, lat, easting, northing] = &place.coordinates;
    Input {
        text: &place.text,
        locality: &place.locality,
        postcode: &place.postcode,
        gridref: &place.gridref,
        uprn: &place.uprn,
        coordinates: CoordinateTexts { lon, lat, easting, northing },
        class: Some(class),
    }
}
