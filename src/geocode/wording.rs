//! Words about places: corners, nearness, movement, homes, and what is kept out of sight.

use std::ops::Range;

use super::{
    home::{Turn, turn_at},
    people::people,
    token::{Gap, Token, longest_phrase},
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
    /// Where words begin to speak of somebody's home, or of the scene again.
    pub(super) turns: Vec<Turn>,
    pub(super) flags: Flags,
}

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
const MOVING: &[&[&str]] = &[
    &["train", "from"],
    &["train", "to"],
    &["bus", "from"],
    &["bus", "to"],
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
/// Places that records are given where nobody knows better.
const DEFAULTS: &[&[&str]] = &[
    &["custody"],
    &["police", "hq"],
    &["police", "headquarters"],
    &["force", "hq"],
    &["force", "headquarters"],
    &["police", "station"],
    &["police", "investigation", "centre"],
    &["control", "room"],
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
    spans.hidden.extend(people(text, tokens));
    let mut at = 0;
    while at < tokens.len() {
        let word = tokens[at].text.as_str();
        if let Some(turn) = turn_at(tokens, at, &spans.turns) {
            spans.turns.push(turn);
            if turn.2 {
                spans.flags.set(Flags::POSSIBLE_HOME_ADDRESS);
                at = turn.1;
                continue;
            }
        }
        let bus = word == "bus" && tokens.get(at + 1).is_some_and(Token::is_number);
        if bus || longest_phrase(MOVING, tokens, at).is_some() {
            spans.flags.set(Flags::MOVING);
        }
        // Beside a police station is a place; in one is where records are entered.
        let beside = (at.saturating_sub(2)..at).any(|i| RELATIVE.contains(&tokens[i].text.as_str()));
        if longest_phrase(DEFAULTS, tokens, at).is_some() && !beside {
            spans.flags.set(Flags::DEFAULT_LOCATION);
        }
        // `Close` is a street's last word unless `to` follows.
        // So is `next` in `Wells next the Sea`.
        let follows = |words: &[&str]| {
            words.iter().enumerate().all(|(i, w)| tokens.get(at + 1 + i).is_some_and(|t| t.text == *w))
        };
        let in_a_name = (word == "close" && !follows(&["to"])) || (word == "next" && follows(&["the", "sea"]));
        if RELATIVE.contains(&word) && !in_a_name {
            spans.flags.set(Flags::RELATIVE);
        }
        at += 1;
    }
    spans
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
