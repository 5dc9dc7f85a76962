//! Words that speak of somebody's home, and those that speak of the scene again.

use std::ops::Range;

use super::{
    spelling::is_street_word,
    token::{Gap, Token, longest_phrase},
};

/// Phrases that speak of somebody's home, beside those that [`home_marker`] works out.
const HOME: &[&[&str]] = &[
    &["lives"],
    &["live", "at"],
    &["live", "in"],
    &["live", "on"],
    &["lived"],
    &["living"],
    &["resides"],
    &["resident"],
    &["residing"],
    &["residence"],
    &["staying"],
    &["stopping", "at"],
    &["sofa", "surfing"],
    &["placed", "at"],
    &["tenant"],
    &["ha"],
    &["h", "a"],
    &["h", "addr"],
    &["h", "add"],
    &["c", "o"],
    &["permanent", "address"],
    &["residential", "address"],
    &["residential", "addr"],
    &["homeaddress"],
    &["homeaddr"],
    &["registered", "address"],
    &["address", "given"],
    &["victim", "of"],
    &["suspect", "of"],
    &["offender", "of"],
    &["patient", "of"],
    &["patient", "from"],
    &["pt", "from"],
    &["nfa"],
    &["dob"],
    // Where people are safe only as long as nobody knows.
    &["refuge"],
    &["womens", "aid"],
    &["womans", "aid"],
    &["safe", "house"],
    &["hostel"],
    &["foster"],
    &["supported", "living"],
    &["childrens", "home"],
    &["childrens", "homes"],
    // What happens in homes.
    &["domestic"],
    &["dv"],
    &["da", "incident"],
    &["da", "at"],
    &["da", "call"],
    &["da", "report"],
    &["in", "kitchen"],
    &["in", "the", "kitchen"],
    &["in", "bedroom"],
    &["in", "the", "bedroom"],
    &["doorstep"],
    &["house", "party"],
];
/// People whose house, flat or address is somebody's home.
const PERSONS: &[&str] = &[
    "his",
    "her",
    "hers",
    "their",
    "my",
    "own",
    "victim",
    "victims",
    "vic",
    "vics",
    "suspect",
    "suspects",
    "offender",
    "offenders",
    "patient",
    "patients",
    "pt",
    "pts",
    "ip",
    "ips",
    "ap",
    "aps",
    "yp",
    "yps",
    "caller",
    "callers",
    "complainant",
    "complainants",
    "informant",
    "informants",
    "aggrieved",
    "mother",
    "mum",
    "father",
    "dad",
    "parents",
    "nan",
    "gran",
    "grandmother",
    "grandmothers",
    "grandparents",
    "sister",
    "sisters",
    "brother",
    "brothers",
    "friend",
    "mate",
    "partner",
    "ex",
    "girlfriend",
    "boyfriend",
    "aunt",
    "uncle",
    "wife",
    "husband",
    "son",
    "sons",
    "daughter",
    "daughters",
    "carer",
    "carers",
    "foster",
    "private",
    "bail",
    "temp",
    "temporary",
    "previous",
    "current",
    "cuckooed",
    "rented",
];
/// People in the genitive: `at his mum's, 3 Mill Lane` needs no word for the house.
const AT_PERSONS: &[&str] = &[
    "mothers",
    "mums",
    "fathers",
    "dads",
    "nans",
    "nanas",
    "grans",
    "grannys",
    "friends",
    "mates",
    "partners",
    "exs",
    "girlfriends",
    "boyfriends",
    "gfs",
    "bfs",
    "aunts",
    "aunties",
    "uncles",
    "cousins",
    "wifes",
    "husbands",
];
/// Words before those.
const BEFORE_PERSONS: &[&str] = &["at", "to", "from", "his", "her", "their", "my", "the", "a"];
const DWELLINGS: &[&str] = &[
    "house",
    "flat",
    "address",
    "adress",
    "addr",
    "add",
    "place",
    "bungalow",
    "accommodation",
    "room",
    "bedroom",
    "kitchen",
    "dwelling",
    "gaff",
    "yard",
    "door",
    "hme",
    "hse",
];
/// Words beside `home` that make it something else than somebody's: a care home, walking home.
const NO_HOME_AFTER: [&str; 24] = [
    "care",
    "nursing",
    "retirement",
    "mobile",
    "residential",
    "funeral",
    "rest",
    "walking",
    "walk",
    "walked",
    "way",
    "going",
    "went",
    "heading",
    "headed",
    "drove",
    "driving",
    "returning",
    "returned",
    "cycling",
    "got",
    "ran",
    "stately",
    "motor",
];
const NO_HOME_BEFORE: [&str; 8] = ["office", "bargains", "from", "game", "match", "farm", "base", "team"];
/// Words before `of 14 King Street` that make it no person's.
const NOT_OF: [&str; 14] = [
    "corner", "cnr", "junction", "rear", "front", "side", "outside", "back", "top", "bottom", "end", "vicinity",
    "opposite", "number",
];
/// Words that name the scene.
const SCENE: [&str; 24] = [
    "assaulted",
    "assault",
    "attacked",
    "incident",
    "happened",
    "occurred",
    "scene",
    "fight",
    "fighting",
    "robbed",
    "stabbed",
    "punched",
    "threatened",
    "hit",
    "loc",
    "location",
    "seen",
    "chased",
    "while",
    "whilst",
    "locus",
    "injured",
    "approached",
    "offence",
];
/// Words that name the scene unless they speak of where somebody lives.
const SCENE_BESIDE: [&str; 4] = ["outside", "opposite", "near", "behind"];
/// Most words between a home's word and one of those that then belong to it.
const BESIDE_WORDS: usize = 3;
/// Where words begin to speak of somebody's home (true) or of the scene (false): first word, the word after.
pub(super) type Turn = (usize, usize, bool);

/// The turn that begins at a word, of a text whose earlier turns are known.
pub(super) fn turn_at(tokens: &[Token], at: usize, turns: &[Turn]) -> Option<Turn> {
    if let Some(words) = home_marker(tokens, at) {
        return Some((at, at + words, true));
    }
    let word = tokens[at].text.as_str();
    let scene = SCENE.contains(&word) || (SCENE_BESIDE.contains(&word) && !beside_a_home(turns, at));
    scene.then_some((at, at + 1, false))
}

/// The number of words at a position that speak of somebody's home.
fn home_marker(tokens: &[Token], at: usize) -> Option<usize> {
    let word = |i: usize| tokens.get(i).map_or("", |t| t.text.as_str());
    let before = at.checked_sub(1).map_or("", |i| tokens[i].text.as_str());
    // `Hostel Lane` is a street.
    if let Some(words) = longest_phrase(HOME, tokens, at).filter(|n| !is_street_word(word(at + n))) {
        return Some(words);
    }
    if word(at) == "home" || word(at) == "homes" {
        let other =
            NO_HOME_AFTER.contains(&before) || NO_HOME_BEFORE.contains(&word(at + 1)) || is_street_word(word(at + 1));
        return (!other).then_some(1);
    }
    // `her flat`, `mother's house`, `suspect address`.
    if DWELLINGS.contains(&word(at)) && (PERSONS.contains(&before) || AT_PERSONS.contains(&before)) {
        return Some(1);
    }
    if AT_PERSONS.contains(&word(at)) && BEFORE_PERSONS.contains(&before) && !is_street_word(word(at + 1)) {
        return Some(1);
    }
    // `Nan's, 3 Mill Lane`: alone before a number or a stop.
    let stops = |i: usize| tokens.get(i).is_some_and(|t| t.gap == Gap::Stop || t.is_number());
    if AT_PERSONS.contains(&word(at)) && (at == 0 || tokens[at].gap == Gap::Stop) && stops(at + 1) {
        return Some(1);
    }
    if longest_phrase(&[&["next", "door", "to"]], tokens, at).is_some() && PERSONS.contains(&word(at + 3)) {
        return Some(4);
    }
    if word(at) == "hme" {
        return Some(1);
    }
    // `John Smith of 14 King Street`; `res: 14 King Street`; `VA: 14 King Street`; `DA 14 King Street`.
    let number_next = tokens.get(at + 1).is_some_and(Token::is_number);
    let of_a_person = word(at) == "of" && number_next && !NOT_OF.contains(&before);
    let residence = matches!(word(at), "res" | "va" | "da") && tokens.get(at + 1).is_some_and(|t| t.gap == Gap::Stop);
    let abuse = word(at) == "da" && number_next;
    (of_a_person || residence || abuse).then_some(1)
}

/// Whether a word stands so near after a home's that it speaks of where somebody lives.
fn beside_a_home(turns: &[Turn], at: usize) -> bool {
    turns.last().is_some_and(|(_, end, home)| *home && at < end + BESIDE_WORDS)
}

/// The words that speak of somebody's home, given where names and postcodes begin. What follows a home's word up to the
/// scene's is home; where nothing follows, what stands before it is.
pub(super) fn home_ranges(turns: &[Turn], named: &[usize], words: usize) -> Vec<Range<usize>> {
    let ends = turns.iter().skip(1).map(|t| t.0).chain([words]);
    let zones: Vec<(Range<usize>, bool)> = std::iter::once((0..turns.first().map_or(words, |t| t.0), false))
        .chain(turns.iter().zip(ends).map(|(t, end)| (t.1..end.max(t.1), t.2)))
        .collect();
    let holds = |zone: &Range<usize>| named.iter().any(|at| zone.contains(at));
    let mut home: Vec<Range<usize>> = Vec::new();
    for (i, (zone, _)) in zones.iter().enumerate().filter(|(_, z)| z.1) {
        if holds(zone) {
            home.push(zone.clone());
        } else if let Some((before, _)) = zones[..i].iter().rev().find(|(zone, _)| holds(zone)) {
            home.push(before.clone());
        }
    }
    home
}

#[cfg(test)]
mod tests {
    use super::{
        super::{token::tokens, wording::spans},
        *,
    };

    #[test]
    fn a_home_ends_where_the_scene_is_named_and_may_stand_before_its_word() {
        // The text, and the word whose place is somebody's home.
        for (text, home, scene) in [
            ("victim of 12 High Street assaulted outside Tesco", "high", "tesco"),
            ("Tesco, victim lives at 12 High Street", "high", "tesco"),
            ("H/A: 12 High Street. LOC: Tesco", "high", "tesco"),
            ("lives near High Street", "high", ""),
            ("lives opposite the pub in High Street", "high", ""),
            ("12 High Street (h/a)", "high", ""),
            ("12 High Street is his home address", "high", ""),
            ("High Street - victim's home", "high", ""),
            ("Home: 12 High Street", "high", ""),
            ("at her flat, High Street", "high", ""),
            ("mother's house at High Street", "high", ""),
            ("Mr John Smith of 12 High Street", "high", ""),
            ("home address given by the male when asked by officers at length was 12 High Street", "high", ""),
            ("walking home from High Street", "", "high"),
            ("care home, High Street", "", "high"),
            ("corner of 12 High Street", "", "high"),
            ("at his mum's, 12 High Street", "high", ""),
            ("sofa surfing at 12 High Street", "high", ""),
            ("refuge at 12 High Street", "high", ""),
            ("foster placement at High Street", "high", ""),
            ("IP address: 12 High Street", "high", ""),
            ("in kitchen, 12 High Street, by husband", "high", ""),
            ("patient from High Street, assaulted in Tesco", "high", "tesco"),
            ("Hostel Lane, High Street", "", "high"),
            ("residential address 3 High Street", "high", ""),
            ("homeaddress 3 High Street", "high", ""),
            ("next door to victim, 3 High Street", "high", ""),
            ("next door to Tesco, High Street", "", "high"),
            ("Nan's, 3 High Street", "high", ""),
            ("victim's hse, 3 High Street", "high", ""),
            ("VA: 3 High Street", "high", ""),
            ("DA 3 High Street", "high", ""),
            ("Friends of the Earth, High Street", "", "high"),
        ] {
            let words = tokens(text);
            let at = |word: &str| words.iter().position(|t| t.text == word);
            let named: Vec<usize> = [at("high"), at("tesco")].into_iter().flatten().collect();
            let ranges = home_ranges(&spans(text, &words).turns, &named, words.len());
            let is_home = |word: &str| at(word).is_some_and(|at| ranges.iter().any(|r| r.contains(&at)));
            assert!(home.is_empty() || is_home(home), "{text}: {ranges:?}");
            assert!(scene.is_empty() || !is_home(scene), "{text}: {ranges:?}");
        }
    }
}
