//! The geocoder: gazetteers, study area and default locations on one side, a record on the other.

use super::{
    Answer, GridSquare, Index, Input, Status, Study,
    confidence::decide,
    coordinates::{self, ReadPoint},
    defaults::DefaultLocations,
    evidence::Weigher,
    gazetteers::{EntryRef, Gazetteers},
    hypothesis::Hypothesis,
    maker::Maker,
    parse::{Parsed, parse},
    token::MAX_TEXT_CHARS,
};
use crate::model::{Flags, LonLat, PrecisionClass};

/// Version of the geocoder; part of what is kept with every answer.
pub const GEOCODER_VERSION: &str = "2";

/// A place of which a tenth lies further away than this is not accepted as a place.
const FAR_M: f64 = 10_000.0;

/// Finds the places of records.
#[derive(Debug)]
pub struct Geocoder {
    gazetteers: Gazetteers,
    study: Study,
    defaults: DefaultLocations,
    epoch: String,
}

/// How an answer came about.
#[derive(Debug)]
pub(super) struct Trace {
    pub(super) parsed: Parsed,
    pub(super) coordinates: Result<ReadPoint, Flags>,
    pub(super) hypotheses: Vec<Hypothesis>,
    pub(super) answer: Answer,
}

impl Geocoder {
    /// A geocoder over gazetteers for a study area.
    #[must_use]
    pub fn new(indexes: Vec<Index>, study: Study, defaults: DefaultLocations) -> Self {
        let mut hasher = blake3::Hasher::new();
        hasher.update(GEOCODER_VERSION.as_bytes());
        for index in &indexes {
            hasher.update(index.digest.as_bytes());
        }
        let epoch = hasher.finalize().to_hex()[..12].to_owned();
        Self { gazetteers: Gazetteers::new(indexes, &study), study, defaults, epoch }
    }

    /// Short name of the gazetteers together: another one means that answers may differ.
    #[must_use]
    pub fn epoch(&self) -> &str {
        &self.epoch
    }

    /// The study area.
    #[must_use]
    pub fn study(&self) -> &Study {
        &self.study
    }

    /// Whether a gazetteer has a name, in or near the study area.
    #[must_use]
    pub fn knows_name(&self, name: &str) -> bool {
        let key = super::spelling::canonical(name);
        self.gazetteers.indexes.iter().enumerate().any(|(gazetteer, index)| {
            let mut entries = index.named(&key).map(|at| EntryRef { gazetteer: gazetteer as u16, at: at as u32 });
            entries.any(|e| self.gazetteers.is_near(e))
        })
    }

    /// Finds the place of a record. Bounded time for a text of any length; nothing of it is kept.
    #[must_use]
    pub fn geocode(&self, input: &Input<'_>) -> Answer {
        self.traced(input).answer
    }

    pub(super) fn gazetteers(&self) -> &Gazetteers {
        &self.gazetteers
    }

    pub(super) fn traced(&self, input: &Input<'_>) -> Trace {
        let input = &Input {
            text: cut(input.text),
            locality: cut(input.locality),
            postcode: cut(input.postcode),
            gridref: cut(input.gridref),
            uprn: cut(input.uprn),
            ..*input
        };
        let inside = |p: LonLat| self.study.holds(p);
        let coordinates = coordinates::read(input.coordinates, &inside);
        let words = [input.text, input.locality, input.postcode, input.uprn];
        let mut parsed = if words.iter().all(|t| t.is_empty()) {
            Parsed::default()
        } else {
            parse(input, &self.gazetteers, &self.study)
        };
        if let Some(square) = GridSquare::parse(input.gridref) {
            parsed.squares.insert(0, square);
        }
        let mut flags = parsed.flags;
        let mut usable = None;
        match &coordinates {
            Ok(read) if self.defaults.holds(read.point) => flags.set(Flags::DEFAULT_LOCATION),
            // Words that speak of a home and of no scene make the coordinates the home's.
            Ok(read) if flags.has(Flags::POSSIBLE_HOME_ADDRESS) && parsed.names_no_scene() => {
                flags = flags | read.flags;
            }
            Ok(read) => {
                flags = flags | read.flags;
                usable = Some(read);
            }
            Err(problem) => flags = flags | *problem,
        }
        flags = flags | self.postcode_flags(&parsed);
        let hypotheses = self.weighed(&parsed, usable, input.class, false);
        let weigher = self.weigher(&parsed, usable);
        let answer = decide(&hypotheses, &weigher, flags).unwrap_or_else(|| {
            let home = flags.has(Flags::POSSIBLE_HOME_ADDRESS) && coordinates.is_ok();
            let homes = home || !self.weighed(&parsed, None, None, true).is_empty();
            let status = if flags.has(Flags::DEFAULT_LOCATION) || homes {
                Status::Withheld
            } else if flags.has(Flags::ZERO_POINT) || flags.has(Flags::IMPOSSIBLE_POINT) {
                Status::Rejected
            } else {
                Status::Unmatched
            };
            Answer::nothing(status, flags)
        });
        let answer = doubted(answer, &coordinates, parsed.flags);
        Trace { parsed, coordinates, hypotheses, answer }
    }

    fn weighed(
        &self,
        parsed: &Parsed,
        coordinates: Option<&ReadPoint>,
        class: Option<PrecisionClass>,
        homes: bool,
    ) -> Vec<Hypothesis> {
        let maker = Maker { gazetteers: &self.gazetteers, study: &self.study, parsed };
        let mut hypotheses = maker.all(coordinates, class, homes);
        self.weigher(parsed, coordinates).weigh(&mut hypotheses, homes);
        hypotheses
    }

    pub(super) fn weigher<'a>(&'a self, parsed: &'a Parsed, coordinates: Option<&'a ReadPoint>) -> Weigher<'a> {
        Weigher { gazetteers: &self.gazetteers, study: &self.study, parsed, coordinates }
    }

    fn postcode_flags(&self, parsed: &Parsed) -> Flags {
        let mut flags = Flags::NONE;
        for mention in &parsed.postcodes {
            match self.gazetteers.postcode(&mention.postcode) {
                None => flags.set(Flags::UNKNOWN_POSTCODE),
                // It has no British position, and lies in no British county.
                Some(found) if found.point.is_none() && mention.postcode.is_northern_ireland() => {
                    flags.set(Flags::OUTSIDE_AREA);
                }
                Some(found) if found.terminated.is_some() => flags.set(Flags::TERMINATED_POSTCODE),
                Some(_) => {}
            }
        }
        flags
    }
}

/// The beginning of a text: of a longer one no more is looked at.
fn cut(text: &str) -> &str {
    if text.len() <= MAX_TEXT_CHARS {
        return text;
    }
    text.char_indices().nth(MAX_TEXT_CHARS).map_or(text, |(at, _)| &text[..at])
}

/// A movement names no one place; an exchange of coordinates that only seems likely, words of a place where records are
/// entered, and a place that may as well be far away are for a person to decide.
fn doubted(mut answer: Answer, coordinates: &Result<ReadPoint, Flags>, said: Flags) -> Answer {
    let by_coordinates = answer.method.starts_with("coordinates");
    let moving = answer.flags.has(Flags::MOVING) && !by_coordinates;
    let unsure =
        coordinates.as_ref().is_ok_and(|c| c.flags.has(Flags::POSSIBLE_SWAP) || c.flags.has(Flags::TWO_PLACES));
    let entered = said.has(Flags::DEFAULT_LOCATION);
    let far = answer.class <= PrecisionClass::Locality && answer.radius_m > FAR_M;
    if answer.status == Status::Matched && (moving || entered || far || (unsure && answer.method == "coordinates")) {
        answer.status = Status::Review;
        answer.class = PrecisionClass::None;
    }
    answer
}
