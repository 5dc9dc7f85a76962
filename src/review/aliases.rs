//! Names that people taught: a place for a name that no gazetteer has, in one district or everywhere.

use std::collections::{BTreeMap, HashSet};

use super::{
    ReviewError,
    person::{AGREEMENT_FROM, person, same_person},
    queue::set_queue,
};
use crate::{
    geocode::{self, Answer, EntryKind, Geocoder, Input, Status},
    import::{Position, Scope, Words, open_geocoder, place_waiting, waiting_by_words},
    model::LonLat,
    workspace::{Alias, AliasState, Commit, ReviewItem, Workspace},
};

/// Longest name.
const MAX_NAME_CHARS: usize = 80;

/// A name to teach.
#[derive(Debug, Clone, serde::Deserialize, utoipa::ToSchema)]
pub struct NewAlias {
    /// The name as people write it.
    #[schema(min_length = 1, max_length = 80, pattern = "[A-Za-z]")]
    pub name: String,
    /// District it is used in; empty for everywhere.
    #[serde(default)]
    pub district: String,
    /// premises, place, street or locality; place when left out.
    #[serde(default)]
    #[schema(pattern = "^(premises|place|street|locality)?$")]
    pub kind: String,
    /// Longitude.
    #[schema(minimum = -180, maximum = 180)]
    pub lon: f64,
    /// Latitude.
    #[schema(minimum = -90, maximum = 90)]
    pub lat: f64,
    /// Radius, metres; 80 when left out.
    #[schema(minimum = 1, maximum = 5000)]
    pub radius_m: Option<f64>,
}

/// What teaching a name did.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct Taught {
    /// The alias's number.
    pub number: i64,
    /// `live`, or `pending` while a second person has to agree.
    pub state: String,
    /// Records that it places, or would.
    pub records: u64,
    /// Wordings that it settles, or would.
    pub wordings: u64,
}

/// Teaches a name. The wordings that wait are asked again with it; where it would place more than 100 records it waits for
/// a second person.
///
/// # Errors
/// [`ReviewError::BadAlias`].
pub fn teach(workspace: &Workspace, new: &NewAlias, who: &str) -> Result<Taught, ReviewError> {
    let alias = checked(workspace, new, person(who)?)?;
    let lock = workspace.lock()?;
    Words::settle(workspace, &lock)?;
    let mut commit = Commit::begin(workspace, &lock)?;
    let number = commit.add_alias(&Alias { state: AliasState::Live, ..alias.clone() })?;
    let settled = settled(workspace, &commit, number)?;
    let waiting = waiting_by_words(workspace, commit.state())?;
    let of_words = |hash: u64| waiting.get(&hash).map_or(0, |w| w.keys.len() as u64);
    // A wording of several sources stands in the queue for each, and its records wait once.
    let hashes: HashSet<u64> = settled.iter().map(|s| s.0).collect();
    let records = hashes.into_iter().map(of_words).sum();
    let wordings = settled.len() as u64;
    let state = if records > AGREEMENT_FROM { AliasState::Pending } else { AliasState::Live };
    commit.set_alias_state(number, state, "")?;
    if state == AliasState::Live {
        take_effect(workspace, &mut commit, settled)?;
    }
    commit.set_alias_records(number, records)?;
    commit.finish()?;
    Ok(Taught { number, state: state.name().to_owned(), records, wordings })
}

fn checked(workspace: &Workspace, new: &NewAlias, who: &str) -> Result<Alias, ReviewError> {
    let bad = |reason: String| ReviewError::BadAlias { reason };
    let name = new.name.trim();
    if name.is_empty() || name.chars().count() > MAX_NAME_CHARS || !name.chars().any(char::is_alphabetic) {
        return Err(bad(format!("an alias needs a name with letters, of at most {MAX_NAME_CHARS} characters")));
    }
    if geocode::is_everyday(name) {
        return Err(bad(format!("{name:?} is made of everyday words alone: it would be found in every other text")));
    }
    let kind = if new.kind.is_empty() { "place" } else { &new.kind };
    let kind = EntryKind::from_name(kind).ok_or_else(|| bad(format!("{kind:?} is no kind of place")))?;
    let point = LonLat::new(new.lon, new.lat).map_err(|e| bad(e.to_string()))?;
    let radius_m = new.radius_m.unwrap_or(80.0);
    if !(1.0..=5_000.0).contains(&radius_m) {
        return Err(bad("a radius is 1 to 5,000 m".to_owned()));
    }
    let state = workspace.state()?;
    let study = crate::import::study_of(workspace, &state)?;
    let district = new.district.trim();
    let districts = study.districts();
    if !district.is_empty() && !districts.iter().any(|d| d.eq_ignore_ascii_case(district)) {
        return Err(bad(format!("there is no district {district:?}; there are: {}", districts.join(", "))));
    }
    let geocoder = open_geocoder(workspace, &state)?;
    if district.is_empty() && geocoder.knows_name(name) {
        return Err(bad(format!("{name:?} is known already; an alias for it needs the district it is used in")));
    }
    if !study.holds(point) {
        return Err(bad("the point lies outside the study area".to_owned()));
    }
    Ok(Alias {
        number: 0,
        name: name.to_owned(),
        district: new.district.trim().to_owned(),
        kind: kind.name().to_owned(),
        lon: point.lon,
        lat: point.lat,
        radius_m,
        who: who.to_owned(),
        second: String::new(),
        records: 0,
        state: AliasState::Pending,
    })
}

/// Agrees with an alias that waits for a second person.
///
/// # Errors
/// [`ReviewError::NoAlias`], or [`ReviewError::SamePerson`] for the one who taught it.
pub fn agree(workspace: &Workspace, number: i64, who: &str) -> Result<Taught, ReviewError> {
    let who = person(who)?;
    let lock = workspace.lock()?;
    Words::settle(workspace, &lock)?;
    let mut commit = Commit::begin(workspace, &lock)?;
    let pending = commit.state().aliases()?.into_iter().find(|a| a.number == number && a.state == AliasState::Pending);
    let alias = pending.ok_or(ReviewError::NoAlias { number })?;
    if same_person(&alias.who, who) {
        return Err(ReviewError::SamePerson { kind: "alias", number, who: alias.who });
    }
    commit.set_alias_state(number, AliasState::Live, who)?;
    let settled = settled(workspace, &commit, number)?;
    let wordings = settled.len() as u64;
    let records = take_effect(workspace, &mut commit, settled)?;
    commit.finish()?;
    Ok(Taught { number, state: AliasState::Live.name().to_owned(), records, wordings })
}

/// Takes an alias out of force. Records that it placed stay until they are imported again.
///
/// # Errors
/// [`ReviewError::NoAlias`].
pub fn undo_alias(workspace: &Workspace, number: i64) -> Result<(), ReviewError> {
    let lock = workspace.lock()?;
    let mut commit = Commit::begin(workspace, &lock)?;
    let known = commit.state().aliases()?.into_iter().find(|a| a.number == number && a.state != AliasState::Undone);
    let alias = known.ok_or(ReviewError::NoAlias { number })?;
    commit.set_alias_state(number, AliasState::Undone, &alias.second)?;
    Ok(commit.finish()?)
}

/// Wordings that wait and are found with the gazetteers as they are in this change.
fn settled(workspace: &Workspace, commit: &Commit<'_>, number: i64) -> Result<Vec<(u64, Answer)>, ReviewError> {
    let geocoder = open_geocoder(workspace, commit.state())?;
    let alias = format!("alias-{number}");
    let items = commit.state().review_items()?;
    let settled = items.iter().filter_map(|item| {
        let answer = asked(&geocoder, item);
        let hash = u64::from_str_radix(&item.id, 16).ok()?;
        // Only what the alias itself settles; other answers may rest on more than the words kept here.
        let by_alias = answer.matched_id.split(" x ").any(|id| id == alias);
        (by_alias && answer.status == Status::Matched && answer.class.supports_area()).then_some((hash, answer))
    });
    Ok(settled.collect())
}

fn asked(geocoder: &Geocoder, item: &ReviewItem) -> Answer {
    geocoder.geocode(&Input {
        text: &item.text,
        locality: &item.locality,
        postcode: &item.postcode,
        ..Input::default()
    })
}

/// Places the records of settled wordings and takes them off the queue.
fn take_effect(
    workspace: &Workspace,
    commit: &mut Commit<'_>,
    settled: Vec<(u64, Answer)>,
) -> Result<u64, ReviewError> {
    let position = |a: &Answer| {
        a.point.map(|point| Position { point, class: a.class, radius_m: a.radius_m as f32, flags: a.flags })
    };
    let positions: BTreeMap<Scope, Option<Position>> =
        settled.iter().map(|(hash, a)| (Scope::Words(*hash), position(a))).collect();
    let placed = place_waiting(workspace, commit, &positions)?;
    let items = commit.state().review_items()?;
    let waits =
        |i: &ReviewItem| u64::from_str_radix(&i.id, 16).map_or(true, |h| !positions.contains_key(&Scope::Words(h)));
    set_queue(workspace, commit, items.into_iter().filter(waits).collect())?;
    Ok(placed.values().flatten().map(|was| was.keys.len() as u64).sum())
}
