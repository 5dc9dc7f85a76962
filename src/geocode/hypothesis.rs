//! Where a record may be: what it may mean, and what speaks for and against it.

use super::{gazetteers::EntryRef, study::metres, wording::Link};
use crate::model::{LonLat, PrecisionClass};

/// Something a record says about its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mention {
    Coordinates,
    Square(usize),
    Postcode(usize),
    Name(usize),
}

/// What a hypothesis takes the record to mean; in the order of how closely each tells a place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Reading {
    Coordinates,
    Swapped,
    Square,
    Entry(EntryRef),
    Crossing(EntryRef, EntryRef, Link),
    Postcode(usize),
    /// One of the units that a slip of a key may have meant for a postcode.
    Slip(usize, usize),
    Street(EntryRef),
    Broad(EntryRef),
    PartOfPostcode(usize),
}

impl Reading {
    /// Hypotheses that agree with a closer one are what it implies, not rivals of it.
    pub(super) fn rank(&self) -> u8 {
        match self {
            Self::Coordinates | Self::Swapped => 0,
            Self::Square => 1,
            Self::Entry(_) | Self::Crossing(..) => 2,
            Self::Postcode(_) | Self::Slip(..) => 3,
            Self::Street(_) => 4,
            Self::Broad(_) | Self::PartOfPostcode(_) => 5,
        }
    }
}

/// A reading with where it leads to.
#[derive(Debug, Clone)]
pub(super) struct Hypothesis {
    pub(super) reading: Reading,
    pub(super) made_of: Vec<Mention>,
    pub(super) point: LonLat,
    /// Points with shares that add up to 1; the first is `point`.
    pub(super) points: Vec<(LonLat, f64)>,
    pub(super) class: PrecisionClass,
    /// Radius round each of the points that holds nine tenths of what is meant by it.
    pub(super) radius_m: f64,
    /// How likely it is before what else is mentioned; 1 for a name as written.
    pub(super) prior: f64,
    /// What each other mention says of it: distance and agreement, 0 to 1.
    pub(super) evidence: Vec<(Mention, f64, f64)>,
    pub(super) mass: f64,
}

impl Hypothesis {
    pub(super) fn new(
        reading: Reading,
        made_of: Vec<Mention>,
        point: LonLat,
        class: PrecisionClass,
        radius_m: f64,
        prior: f64,
    ) -> Self {
        let points = vec![(point, 1.0)];
        Self { reading, made_of, point, points, class, radius_m, prior, evidence: Vec::new(), mass: 0.0 }
    }

    /// The least agreement of anything mentioned.
    pub(super) fn agreement(&self) -> f64 {
        self.evidence.iter().map(|e| e.2).fold(1.0, f64::min)
    }

    /// Distance of the nearest of its points to another.
    pub(super) fn distance(&self, to: LonLat) -> f64 {
        self.points.iter().take(8).map(|(p, _)| metres(*p, to)).fold(f64::MAX, f64::min)
    }
}
