//! Words kept for a person to decide on, with what names people taken out: the same for every field of a record, because
//! what is cut out of one stands as well in the next.

use std::{borrow::Cow, ops::Range};

use super::{
    everyday::is_plain,
    home::home_ranges,
    people::{beside_contacts, contacts, long_numbers},
    postcode::Postcode,
    spelling::is_street_word,
    token::{Token, tokens},
    wording::spans,
};

/// Texts of up to so many words are fields for a place; longer ones are prose.
const FIELD_WORDS: usize = 12;
/// Words kept on each side of what sounds like a place.
const AROUND: usize = 4;
/// Words of what happened: a text with one is prose, however short.
const EVENTS: [&str; 16] = [
    "assaulted",
    "attacked",
    "punched",
    "stabbed",
    "robbed",
    "threatened",
    "says",
    "said",
    "states",
    "reports",
    "rang",
    "called",
    "caller",
    "victim",
    "suspect",
    "patient",
];
/// What stands where words were taken out.
const LEFT_OUT: &str = "\u{2026}";

/// What is kept of the words of a record.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct KeptWords {
    /// Where it happened.
    pub text: String,
    /// Town, village or area.
    pub locality: String,
    /// Postcode; none where any of the words speak of a home, because it may be the home's.
    pub postcode: String,
}

/// What may be kept of the words of a record: every field without people and homes.
///
/// # Examples
/// ```
/// let kept = places::geocode::kept_words("Zog Arms", "home of Jo Bloggs, 12 Mill Lane", "NR1 3AB");
/// assert_eq!((kept.text.as_str(), kept.postcode.as_str()), ("Zog Arms", ""));
/// assert!(!kept.locality.contains("Bloggs") && !kept.locality.contains("Mill"));
/// ```
#[must_use]
pub fn kept_words(text: &str, locality: &str, postcode: &str) -> KeptWords {
    let field = |text: &str| {
        let kept = without_people(text);
        if kept.chars().all(|c| c == '\u{2026}' || c.is_whitespace()) { String::new() } else { kept }
    };
    let home = [text, locality, postcode].into_iter().any(speaks_of_home);
    let is_postcode = Postcode::unit(postcode).is_some();
    KeptWords {
        text: field(text),
        locality: field(locality),
        postcode: match (home, is_postcode) {
            (true, _) => String::new(),
            (false, true) => postcode.trim().to_owned(),
            (false, false) => field(postcode),
        },
    }
}

/// Whether words speak of somebody's home.
fn speaks_of_home(text: &str) -> bool {
    let words = tokens(text);
    spans(text, &words).turns.iter().any(|t| t.2)
}

/// Whether a record names a scene beside the homes that it speaks of. `others` are the words of other fields. Where none is
/// named every field is taken to be the home's.
#[must_use]
pub fn names_scene(text: &str, others: &[&str]) -> bool {
    let words = tokens(text);
    let said = spans(text, &words);
    let tells = |at: usize| !is_plain(&words[at].text) && !said.hidden.iter().any(|h| h.contains(&at));
    if !said.turns.iter().any(|t| t.2) {
        return others.iter().any(|text| speaks_of_home(text)) && (0..words.len()).any(tells);
    }
    // After a word of the scene, up to the next word of a home.
    let ends = said.turns.iter().skip(1).map(|t| t.0).chain([words.len()]);
    said.turns.iter().zip(ends).filter(|(turn, _)| !turn.2).any(|(turn, end)| (turn.1..end.max(turn.1)).any(tells))
}

/// A text without e-mail addresses and telephone numbers.
///
/// # Examples
/// ```
/// assert_eq!(places::geocode::without_contacts("ring 07700 900123, Holt"), "ring \u{2026}, Holt");
/// assert_eq!(places::geocode::without_contacts("36/12345/25"), "36/12345/25");
/// ```
#[must_use]
pub fn without_contacts(text: &str) -> Cow<'_, str> {
    let found: Vec<Range<usize>> = contacts(text);
    if found.is_empty() {
        return Cow::Borrowed(text);
    }
    let (mut kept, mut at) = (String::new(), 0);
    for range in found.into_iter().filter(|r| !r.is_empty()) {
        if range.start >= at {
            kept.push_str(&text[at..range.start]);
            kept.push_str(LEFT_OUT);
        }
        at = at.max(range.end);
    }
    kept.push_str(&text[at..]);
    Cow::Owned(kept)
}

/// A text of any field as it may be stored: as it is, unless it names people, homes, telephones or addresses of e-mail.
#[must_use]
pub fn without_personal(text: &str) -> Cow<'_, str> {
    let words = tokens(text);
    let said = spans(text, &words);
    if said.hidden.is_empty() && !said.turns.iter().any(|t| t.2) && contacts(text).is_empty() {
        return Cow::Borrowed(text);
    }
    Cow::Owned(without_people(text))
}

/// A text without the names after titles, telephone numbers and e-mail addresses; of prose only what stands near words of
/// places is kept. It is not anonymous: it is for those who may see the record.
#[must_use]
pub fn without_people(text: &str) -> String {
    let words = tokens(text);
    let said = spans(text, &words);
    let mut hidden = said.hidden;
    // Whatever is said of a home goes, with what stands before its word where nothing follows.
    let everything: Vec<usize> =
        (0..words.len()).filter(|&i| !said.turns.iter().any(|t| (t.0..t.1).contains(&i))).collect();
    hidden.extend(home_ranges(&said.turns, &everything, words.len()));
    hidden.extend(long_numbers(text, &words));
    hidden.extend(beside_contacts(text, &words));
    let contacts = contacts(text);
    hidden.extend(
        (0..words.len()).filter(|&at| contacts.iter().any(|c| c.contains(&words[at].start))).map(|at| at..at + 1),
    );
    let prose = words.iter().any(|w| EVENTS.contains(&w.text.as_str()));
    let keep_all = words.len() <= FIELD_WORDS && !prose;
    let mut kept = String::new();
    let mut left_out = false;
    for (at, word) in words.iter().enumerate() {
        let is_hidden = hidden.iter().any(|h| h.contains(&at));
        let is_kept = !is_hidden && (keep_all || near_place(&words, at));
        if !is_kept {
            left_out = true;
            continue;
        }
        if left_out {
            kept.push(' ');
            kept.push_str(LEFT_OUT);
            left_out = false;
        }
        let gap = at.checked_sub(1).map_or("", |before| &text[words[before].end..word.start]);
        kept.push_str(if gap.is_empty() || kept.ends_with('\u{2026}') { " " } else { gap });
        kept.push_str(&text[word.start..word.end]);
    }
    if left_out {
        kept.push(' ');
        kept.push_str(LEFT_OUT);
    }
    kept.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn near_place(words: &[Token], at: usize) -> bool {
    let from = at.saturating_sub(AROUND);
    let to = (at + AROUND + 1).min(words.len());
    words[from..to].iter().any(|w| is_street_word(&w.text) || is_place_word(&w.text))
}

fn is_place_word(word: &str) -> bool {
    const PLACES: [&str; 20] = [
        "outside",
        "opposite",
        "near",
        "behind",
        "junction",
        "corner",
        "park",
        "school",
        "station",
        "rec",
        "estate",
        "shop",
        "centre",
        "market",
        "car",
        "underpass",
        "bridge",
        "bus",
        "pub",
        "field",
    ];
    PLACES.contains(&word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_taken_out_and_places_stay() {
        assert_eq!(without_people("the Rec, Holt"), "the Rec, Holt");
        assert_eq!(without_people("outside Mr Dunn at Mill Lane"), "outside \u{2026} at Mill Lane");
        assert_eq!(
            without_people("ring 07700900123 or jo@example.org, Mill Lane"),
            "ring \u{2026} or \u{2026} Mill Lane"
        );
        let prose = "Caller Harold Dunn who was very upset indeed says that at about eight in the evening youths gathered outside the \
                     shop on Mill Lane and threw stones at passing cars until his wife Edith went to speak to them";
        let kept = without_people(prose);
        assert!(kept.contains("Mill Lane") && !kept.contains("Harold") && !kept.contains("Edith"), "{kept}");
    }

    #[test]
    fn any_text_is_survived() {
        for text in ["", "\u{2019}", "&&&", "\u{1F600} x", "@.@.@", &"é".repeat(5_000)] {
            let _ = without_people(text);
        }
    }
}
