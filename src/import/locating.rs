//! Where mapped rows are: the geocoder's answer, or what a person decided about the same words.

use std::collections::HashMap;

use rayon::prelude::*;

use super::{
    Choice, Decided, ImportError, Position,
    generic::{GenericRow, PlaceTexts},
    words::Words,
};
use crate::{
    geocode::{Answer, Candidate, CoordinateTexts, Geocoder, Input, Status, names_scene},
    model::{Flags, PrecisionClass},
    workspace::{State, Workspace},
};

/// A row with its place.
#[derive(Debug, Clone)]
pub(super) struct Located {
    pub(super) position: Option<Position>,
    pub(super) status: Status,
    pub(super) flags: Flags,
    /// Whether its own coordinates say where it is: others with the same words learn nothing from it.
    pub(super) own: bool,
    /// What a row that waits for a person may mean.
    pub(super) waits: Option<Box<Waits>>,
    /// The decision that was followed, and where the row would be without it.
    pub(super) followed: Option<(i64, Option<Position>)>,
}

impl Located {
    /// Whether nothing of the row's words may be kept, not even a digest.
    pub(super) fn is_withheld(&self) -> bool {
        self.status == Status::Withheld && self.followed.is_none()
    }
}

/// What a row that waits may mean.
#[derive(Debug, Clone)]
pub(super) struct Waits {
    /// The answer for the row.
    pub(super) answer: Answer,
    /// The same for its words alone, which is all that other records share with it.
    pub(super) of_words: Option<Answer>,
}

impl Waits {
    /// Places that the words may mean, with the radius to take for each.
    pub(super) fn candidates(&self) -> (&[Candidate], f64) {
        let answer = self.of_words.as_ref().unwrap_or(&self.answer);
        (&answer.candidates, answer.radius_m)
    }

    /// Places that only the row's own coordinates name.
    pub(super) fn own(&self) -> impl Iterator<Item = &Candidate> {
        self.answer.candidates.iter().filter(|c| c.own)
    }
}

/// A decision to follow.
#[derive(Debug)]
struct Rule {
    number: i64,
    /// Digest of the words it is about.
    words: u64,
    choice: Choice,
}

/// Locates rows.
#[derive(Debug)]
pub(super) struct Locating {
    geocoder: Geocoder,
    words: Words,
    by_words: HashMap<u64, Rule>,
    /// By the key of the only record that a decision is about.
    by_record: HashMap<u64, Rule>,
}

impl Locating {
    /// With the gazetteers, default locations and decisions of a workspace.
    ///
    /// # Errors
    /// [`ImportError`] when a gazetteer cannot be read.
    pub(super) fn open(workspace: &Workspace, state: &State, words: Words) -> Result<Self, ImportError> {
        let (mut by_words, mut by_record) = (HashMap::new(), HashMap::new());
        // Older versions took decisions on words of which no record waited: nobody has seen what those would move.
        for decision in state.review_decisions()?.into_iter().filter(|d| !d.undone && d.records > 0) {
            let decided = serde_json::from_str::<Decided>(&decision.choice).ok().filter(|d| !d.pending);
            let (Ok(words), Some(decided)) = (u64::from_str_radix(&decision.item, 16), decided) else { continue };
            let rule = Rule { number: decision.number, words, choice: decided.choice };
            match decided.record {
                Some(record) => by_record.insert(record, rule),
                None => by_words.insert(words, rule),
            };
        }
        Ok(Self { geocoder: super::open_geocoder(workspace, state)?, words, by_words, by_record })
    }

    pub(super) fn words(&self) -> &Words {
        &self.words
    }

    /// Locates rows, given with their keys; those that say the same are asked once.
    pub(super) fn locate(&self, rows: &[(&GenericRow, u64)]) -> Vec<Located> {
        let mut known: HashMap<(&PlaceTexts, PrecisionClass), usize> = HashMap::new();
        let mut distinct: Vec<(&PlaceTexts, PrecisionClass)> = Vec::new();
        let which: Vec<usize> = rows
            .iter()
            .map(|(row, _)| {
                let key = (&row.place, row.class);
                *known.entry(key).or_insert_with(|| {
                    distinct.push(key);
                    distinct.len() - 1
                })
            })
            .collect();
        let located: Vec<Located> = distinct.par_iter().map(|(place, class)| self.one(place, *class)).collect();
        let of_row = |(at, (row, key)): (usize, &(&GenericRow, u64))| {
            self.of_record(row, *key, &located[at]).unwrap_or_else(|| located[at].clone())
        };
        which.into_iter().zip(rows).map(of_row).collect()
    }

    fn one(&self, place: &PlaceTexts, class: PrecisionClass) -> Located {
        let answer = self.geocoder.geocode(&input(place, class));
        let alone = Located {
            position: position_of(&answer),
            status: answer.status,
            flags: answer.flags,
            own: answer.status == Status::Matched && names_coordinates(&answer),
            waits: None,
            followed: None,
        };
        let words = place.words();
        // Coordinates that place a record are its own: what was decided about words does not move it.
        let rule = self.by_words.get(&self.words.digest(&words)).filter(|_| !alone.own);
        if let Some(rule) = rule {
            return follow(rule, &alone);
        }
        let nothing = matches!(answer.status, Status::Unmatched | Status::Rejected);
        let home = answer.flags.has(Flags::POSSIBLE_HOME_ADDRESS);
        if nothing && home && !names_scene(&place.text, &[&place.locality, &place.postcode]) {
            return Located { status: Status::Withheld, position: None, ..alone };
        }
        let waiting = matches!(answer.status, Status::Tied | Status::Review | Status::Unmatched);
        if !waiting || words.trim_matches('\u{1f}').is_empty() {
            return alone;
        }
        let has_coordinates = place.coordinates.iter().any(|c| !c.is_empty());
        let of_words = has_coordinates.then(|| self.geocoder.geocode(&words_alone(place)));
        Located { waits: Some(Box::new(Waits { answer, of_words })), ..alone }
    }

    /// What a decision about this record alone says, as long as the record says what it said then.
    fn of_record(&self, row: &GenericRow, key: u64, located: &Located) -> Option<Located> {
        let rule = self.by_record.get(&key)?;
        let Choice::Place { lon, lat, .. } = rule.choice else { return None };
        let answer = self.geocoder.geocode(&input(&row.place, row.class));
        let same = |c: &Candidate| c.own && c.point.lon == lon && c.point.lat == lat;
        let says_the_same = rule.words == self.words.digest(&row.place.words()) && answer.candidates.iter().any(same);
        (says_the_same && !located.own).then(|| follow(rule, located))
    }
}

fn follow(rule: &Rule, alone: &Located) -> Located {
    let position = rule.choice.position();
    let status = if position.is_some() { Status::Matched } else { Status::Withheld };
    Located {
        position,
        status,
        flags: alone.flags | Flags::REVIEWED,
        own: false,
        waits: None,
        followed: Some((rule.number, alone.position)),
    }
}

/// Whether an answer rests on the coordinates of its record.
fn names_coordinates(answer: &Answer) -> bool {
    answer.method.split('+').any(|m| matches!(m, "coordinates" | "swapped_coordinates"))
}

/// Where a record is by the geocoder's answer.
fn position_of(answer: &Answer) -> Option<Position> {
    let by_coordinates = answer.method.starts_with("coordinates") && answer.status == Status::Matched;
    let told = !matches!(answer.status, Status::Tied | Status::Review) || answer.class != PrecisionClass::None;
    answer.point.filter(|_| told).map(|point| Position {
        point,
        // Coordinates that nothing contradicts are as precise as the mapping says; nothing of ours narrows that.
        radius_m: if by_coordinates && !answer.flags.has(Flags::GRIDREF_COARSE) {
            f32::NAN
        } else {
            answer.radius_m as f32
        },
        class: answer.class,
        flags: answer.flags,
    })
}

fn input(place: &PlaceTexts, class: PrecisionClass) -> Input<'_> {
    let [lon, lat, easting, northing] = &place.coordinates;
    let coordinates = CoordinateTexts { lon, lat, easting, northing };
    Input { coordinates, class: Some(class), ..words_alone(place) }
}

fn words_alone(place: &PlaceTexts) -> Input<'_> {
    Input {
        text: &place.text,
        locality: &place.locality,
        postcode: &place.postcode,
        gridref: &place.gridref,
        uprn: &place.uprn,
        ..Input::default()
    }
}
