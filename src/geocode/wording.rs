//! Words about places: corners, nearness, movement, homes, and what is kept out of sight.

use std::ops::Range;

use super::{
    spelling::is_street_word,
    token::{Gap, Token},
};
use crate::model::Flags;

/// How two names belong together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Link {
    /// It happened where they meet.
    Junction,
    /// It happened between them.
    Between,
}

/// What is said about some words.
#[derive(Debug, Clone, Default)]
pub(super) struct Spans {
    /// Words that are never read as a place.
    pub(super) hidden: Vec<Range<usize>>,
    /// Where words begin to speak of somebody's home (true) or of the scene (false): first word, the word after.
    pub(super) turns: Vec<(usize, usize, bool)>,
    pub(super) flags: Flags,
}

/// Words that are no name where they stand alone.
const PLAIN: [&str; 119] = [
    "the", "a", "an", "of", "in", "on", "at", "by", "to", "from", "for", "with", "and", "or", "near", "outside",
    "inside", "opposite", "opp", "behind", "rear", "front", "next", "adjacent", "adj", "beside", "junction", "jct",
    "jn", "junc", "jw", "cnr", "corner", "between", "off", "into", "onto", "along", "towards", "area", "vicinity",
    "side", "back", "road", "street", "lane", "avenue", "close", "way", "drive", "rd", "st", "ln", "ave", "cl", "dr",
    "flat", "flats", "house", "shop", "park", "car", "bus", "stop", "station", "town", "city", "centre", "village",
    "county", "norfolk", "church", "school", "bank", "market", "pub", "bridge", "hill", "green", "common", "was",
    "were", "is", "has", "had", "his", "her", "their", "he", "she", "they", "who", "male", "female", "males", "youths",
    "group", "caller", "reports", "seen", "then", "now", "end", "top", "bottom", "north", "south", "east", "west",
    "field", "fields", "hall", "new", "old", "great", "little", "well", "wells", "home",
];

/// Whether a word alone names nothing.
pub(super) fn is_plain(word: &str) -> bool {
    word.len() < 2 || word.bytes().all(|b| b.is_ascii_digit()) || PLAIN.contains(&word)
}

/// Phrases that speak of somebody's home, beside those that [`home_marker`] works out.
const HOME: [&[&str]; 27] = [
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
    &["ha"],
    &["h", "a"],
    &["h", "addr"],
    &["h", "add"],
    &["permanent", "address"],
    &["registered", "address"],
    &["own", "address"],
    &["patients", "address"],
    &["patient", "address"],
    &["pt", "address"],
    &["pts", "address"],
    &["victim", "of"],
    &["suspect", "of"],
    &["offender", "of"],
    &["patient", "of"],
    &["nfa"],
];
/// People whose house, flat or address is somebody's home.
const PERSONS: [&str; 38] = [
    "his",
    "her",
    "hers",
    "their",
    "my",
    "own",
    "victim",
    "victims",
    "suspect",
    "suspects",
    "offender",
    "offenders",
    "patient",
    "patients",
    "pt",
    "pts",
    "caller",
    "callers",
    "complainant",
    "complainants",
    "mother",
    "mothers",
    "mums",
    "father",
    "fathers",
    "dads",
    "parents",
    "nans",
    "grandmother",
    "grandmothers",
    "grandparents",
    "sister",
    "sisters",
    "brother",
    "brothers",
    "friends",
    "partners",
    "aunts",
];
const DWELLINGS: [&str; 9] =
    ["house", "flat", "address", "adress", "addr", "place", "bungalow", "accommodation", "room"];
/// Words beside `home` that make it something else than somebody's: a care home, walking home.
const NO_HOME_AFTER: [&str; 26] = [
    "care",
    "nursing",
    "retirement",
    "mobile",
    "childrens",
    "children",
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
/// Words that place it beside something.
const RELATIVE: [&str; 20] = [
    "outside",
    "opposite",
    "opp",
    "oppo",
    "behind",
    "near",
    "nr",
    "adjacent",
    "adj",
    "beside",
    "alongside",
    "rear",
    "front",
    "vicinity",
    "next",
    "facing",
    "close",
    "nearby",
    "approx",
    "os",
];
/// Words of a movement.
const MOVING: [&[&str]; 19] = [
    &["heading"],
    &["headed"],
    &["travelling"],
    &["travelled"],
    &["en", "route"],
    &["enroute"],
    &["on", "board"],
    &["onboard"],
    &["on", "the", "bus"],
    &["on", "bus"],
    &["on", "the", "train"],
    &["on", "train"],
    &["made", "off", "towards"],
    &["made", "off", "toward"],
    &["direction", "of"],
    &["chased", "from"],
    &["followed", "from"],
    &["walking", "from"],
    &["ran", "off", "towards"],
];
/// Words that join two streets at a corner, with those that may stand beside them.
const JUNCTION: [&str; 15] = [
    "jw",
    "j",
    "jct",
    "jn",
    "junc",
    "junct",
    "junction",
    "corner",
    "cnr",
    "crnr",
    "x",
    "meets",
    "crossroads",
    "xroads",
    "into",
];
const BESIDE_JUNCTION: [&str; 8] = ["w", "with", "of", "and", "the", "o", "at", "on"];

/// What is said about the words of a text.
pub(super) fn spans(text: &str, tokens: &[Token]) -> Spans {
    let mut spans = Spans::default();
    hide_three_words(text, tokens, &mut spans);
    hide_names_of_people(tokens, &mut spans);
    let mut at = 0;
    while at < tokens.len() {
        let word = tokens[at].text.as_str();
        if let Some(words) = home_marker(tokens, at) {
            spans.turns.push((at, at + words, true));
            spans.flags.set(Flags::POSSIBLE_HOME_ADDRESS);
            at += words;
            continue;
        }
        if SCENE.contains(&word) || (SCENE_BESIDE.contains(&word) && !beside_a_home(&spans.turns, at)) {
            spans.turns.push((at, at + 1, false));
        }
        let bus = word == "bus" && tokens.get(at + 1).is_some_and(Token::is_number);
        if bus || longest(&MOVING, tokens, at).is_some() {
            spans.flags.set(Flags::MOVING);
        }
        // `Close` is a street's last word unless `to` follows.
        if RELATIVE.contains(&word) && (word != "close" || tokens.get(at + 1).is_some_and(|t| t.text == "to")) {
            spans.flags.set(Flags::RELATIVE);
        }
        at += 1;
    }
    spans
}

/// The number of words at a position that speak of somebody's home.
fn home_marker(tokens: &[Token], at: usize) -> Option<usize> {
    let word = |i: usize| tokens.get(i).map_or("", |t| t.text.as_str());
    let before = at.checked_sub(1).map_or("", |i| tokens[i].text.as_str());
    if let Some(words) = longest(&HOME, tokens, at) {
        return Some(words);
    }
    if word(at) == "home" || word(at) == "homes" {
        let other =
            NO_HOME_AFTER.contains(&before) || NO_HOME_BEFORE.contains(&word(at + 1)) || is_street_word(word(at + 1));
        return (!other).then_some(1);
    }
    // `her flat`, `mother's house`, `suspect address`.
    if DWELLINGS.contains(&word(at)) && PERSONS.contains(&before) {
        return Some(1);
    }
    // `John Smith of 14 King Street`; `res: 14 King Street`.
    let number_next = tokens.get(at + 1).is_some_and(Token::is_number);
    let of_a_person = word(at) == "of" && number_next && !NOT_OF.contains(&before);
    let residence = word(at) == "res" && tokens.get(at + 1).is_some_and(|t| t.gap == Gap::Stop);
    (of_a_person || residence).then_some(1)
}

/// Whether a word stands so near after a home's that it speaks of where somebody lives.
fn beside_a_home(turns: &[(usize, usize, bool)], at: usize) -> bool {
    turns.last().is_some_and(|(_, end, home)| *home && at < end + BESIDE_WORDS)
}

/// The words that speak of somebody's home, given where names and postcodes begin. What follows a home's word up to the
/// scene's is home; where nothing follows, what stands before it is.
pub(super) fn home_ranges(turns: &[(usize, usize, bool)], named: &[usize], words: usize) -> Vec<Range<usize>> {
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

/// The number of words of the longest phrase that stands at a position.
fn longest(phrases: &[&[&str]], tokens: &[Token], at: usize) -> Option<usize> {
    let stands = |phrase: &&&[&str]| {
        phrase.iter().enumerate().all(|(i, word)| tokens.get(at + i).is_some_and(|t| t.text == *word))
    };
    phrases.iter().filter(stands).map(|p| p.len()).max()
}

/// `///filled.count.soap`: kept as text, never guessed.
fn hide_three_words(text: &str, tokens: &[Token], spans: &mut Spans) {
    let lower = text.to_ascii_lowercase();
    let named = lower.contains("what3words") || lower.contains("w3w");
    let is_word = |part: &str| (3..=18).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_lowercase());
    for piece in text.split_whitespace() {
        let slashed = piece.starts_with("///");
        let words: Vec<&str> = piece.trim_start_matches('/').trim_end_matches([',', ';', ')']).split('.').collect();
        if let [a, b, c] = words[..]
            && [a, b, c].into_iter().all(is_word)
            && (slashed || named || (piece.len() > 12 && a != "www"))
        {
            let start = piece.as_ptr() as usize - text.as_ptr() as usize;
            let range = start..start + piece.len();
            let first = tokens.iter().position(|t| range.contains(&t.start));
            let last = tokens.iter().rposition(|t| range.contains(&t.start));
            if let (Some(first), Some(last)) = (first, last) {
                spans.hidden.push(first..last + 1);
                spans.flags.set(Flags::WHAT3WORDS);
            }
        }
    }
}

/// The words after a title are a person's name, not a place's.
fn hide_names_of_people(tokens: &[Token], spans: &mut Spans) {
    const TITLES: [&str; 18] = [
        "dr", "sir", "lady", "rev", "mr", "mrs", "miss", "ms", "pc", "dc", "ds", "sgt", "pcso", "insp", "named",
        "called", "nominal", "surname",
    ];
    for (at, token) in tokens.iter().enumerate() {
        // `Dr` also ends the names of streets; a title's full stop is no end.
        let drive = token.text == "dr" && at > 0 && token.gap == Gap::Space;
        if TITLES.contains(&token.text.as_str()) && !drive && at + 1 < tokens.len() {
            let end = (at + 4).min(tokens.len());
            let ends = |i: usize| (i > at + 1 && tokens[i].gap != Gap::Space) || is_plain(&tokens[i].text);
            let end = (at + 1..end).find(|&i| ends(i)).unwrap_or(end);
            spans.hidden.push(at..end);
        }
    }
}

/// Names that follow each other and are said to meet, or to have it between them.
pub(super) fn links(tokens: &[Token], names: &[Range<usize>]) -> Vec<(usize, usize, Link)> {
    let pairs = names.windows(2).enumerate();
    pairs.filter_map(|(i, pair)| Some((i, i + 1, link(tokens, &pair[0], &pair[1])?))).collect()
}

fn link(tokens: &[Token], a: &Range<usize>, b: &Range<usize>) -> Option<Link> {
    let between = tokens.get(a.end..b.start)?;
    let words: Vec<&str> =
        between.iter().map(|t| t.text.as_str()).filter(|w| !w.bytes().all(|b| b.is_ascii_digit())).collect();
    let near = a.start.saturating_sub(4)..a.start;
    let before: Vec<&str> = tokens.get(near).unwrap_or_default().iter().map(|t| t.text.as_str()).collect();
    let joins = |w: &&str| JUNCTION.contains(w);
    let only_joins = words.iter().all(|w| joins(w) || BESIDE_JUNCTION.contains(w));
    if !only_joins {
        return None;
    }
    let said_before = before.iter().any(|w| joins(w) && *w != "into" && *w != "x");
    let and = words.contains(&"and") || words.contains(&"with");
    if before.contains(&"between") && words.contains(&"and") {
        return Some(Link::Between);
    }
    let slash = words.is_empty() && tokens[b.start].gap == Gap::Slash;
    (words.iter().any(joins) || said_before && and || slash || words == ["and"]).then_some(Link::Junction)
}

#[cfg(test)]
mod tests {
    use super::{super::token::tokens, *};

    #[test]
    fn homes_movements_and_three_words_are_seen() {
        let flags = |text: &str| spans(text, &tokens(text)).flags.names().collect::<Vec<_>>();
        assert_eq!(
            flags("assaulted outside Tesco, suspect lives at 4 Mill Lane"),
            ["possible_home_address", "relative"]
        );
        assert_eq!(flags("on the bus heading to Thetford"), ["moving"]);
        assert_eq!(flags("///filled.count.soap"), ["what3words"]);
        assert_eq!(flags("www.example.org"), [""; 0]);
        assert_eq!(flags("Mill Close"), [""; 0]);
        assert_eq!(flags("close to Mill Lane"), ["relative"]);
        assert_eq!(flags("h/a 12 High Street"), ["possible_home_address"]);
    }

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

    #[test]
    fn corners_are_read_in_all_their_spellings() {
        for text in [
            "Rose Lane j/w King Street",
            "Rose Lane x King Street",
            "Rose Lane / King Street",
            "cnr of Rose Lane and King Street",
            "junction of Rose Lane with King Street",
            "Rose Lane jct King Street",
            "Rose Lane & King Street",
        ] {
            let tokens = tokens(text);
            let at = |word: &str| tokens.iter().position(|t| t.text == word).unwrap();
            let names = [at("rose")..at("rose") + 2, at("king")..at("king") + 2];
            assert_eq!(links(&tokens, &names), [(0, 1, Link::Junction)], "{text}");
        }
        let text = "between Rose Lane and King Street";
        assert_eq!(links(&tokens(text), &[1..3, 4..6]), [(0, 1, Link::Between)]);
        assert!(links(&tokens("Rose Lane, King Street"), &[0..2, 2..4]).is_empty());
    }
}
