//! What the geocoder answers.

use serde::Serialize;

use crate::model::{BngPoint, Flags, LonLat, PrecisionClass};

/// What became of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Found, as closely as its precision class says.
    Matched,
    /// Several places fit about as well.
    Tied,
    /// Something was found that a person should look at.
    Review,
    /// What stands there cannot be a place: impossible coordinates and nothing else.
    Rejected,
    /// Nothing was recognised.
    Unmatched,
    /// A place is known that must not be used: somebody's home, a default location.
    Withheld,
}

impl Status {
    /// Every status, in the order of their numbers.
    pub const ALL: [Self; 6] =
        [Self::Matched, Self::Tied, Self::Review, Self::Rejected, Self::Unmatched, Self::Withheld];

    /// The word.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Matched => "matched",
            Self::Tied => "tied",
            Self::Review => "review",
            Self::Rejected => "rejected",
            Self::Unmatched => "unmatched",
            Self::Withheld => "withheld",
        }
    }
}

/// Probability that the answer names the right area and cells, each calibrated on its own.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Confidence {
    /// The area of the study area's layer (the MSOA); without a study area the resolution 7 cell.
    pub msoa: f64,
    /// The resolution 8 cell.
    pub cell8: f64,
    /// The resolution 9 cell.
    pub cell9: f64,
}

/// A place that a record may be at.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// Where.
    pub point: LonLat,
    /// What it is, in words.
    pub name: String,
    /// Identifier in its gazetteer, the postcode, or empty.
    pub id: String,
    /// How precisely it is known.
    pub class: PrecisionClass,
    /// Share of all that was considered, 0 to 1.
    pub share: f64,
    /// Whether it is the record's own coordinates, which say nothing of other records with the same words.
    pub own: bool,
}

/// What is known of a record's place.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// What became of it.
    pub status: Status,
    /// Where; none where nothing is known or nothing may be told.
    pub point: Option<LonLat>,
    /// The same on the National Grid.
    pub grid: Option<BngPoint>,
    /// How precisely.
    pub class: PrecisionClass,
    /// Radius that holds the truth nine times in ten, metres; NaN without a place.
    pub radius_m: f64,
    /// How sure.
    pub confidence: Confidence,
    /// Lead over the best candidate elsewhere, 0 to 1.
    pub score_gap: f64,
    /// How it was found, such as `street+locality`.
    pub method: String,
    /// Identifier of what was matched, or empty.
    pub matched_id: String,
    /// What was noticed.
    pub flags: Flags,
    /// The best places, at most five.
    pub candidates: Vec<Candidate>,
}

impl Answer {
    /// Nothing known.
    pub(super) fn nothing(status: Status, flags: Flags) -> Self {
        Self {
            status,
            point: None,
            grid: None,
            class: PrecisionClass::None,
            radius_m: f64::NAN,
            confidence: Confidence::default(),
            score_gap: 0.0,
            method: "none".to_owned(),
            matched_id: String::new(),
            flags,
            candidates: Vec::new(),
        }
    }
}
