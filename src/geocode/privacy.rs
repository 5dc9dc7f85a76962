//! Words kept for a person to decide on, with what names people taken out.

use super::{
    home::home_ranges,
    people::long_numbers,
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
            kept.push_str(" \u{2026}");
            left_out = false;
        }
        let gap = at.checked_sub(1).map_or("", |before| &text[words[before].end..word.start]);
        kept.push_str(if gap.is_empty() || kept.ends_with('\u{2026}') { " " } else { gap });
        kept.push_str(&text[word.start..word.end]);
    }
    if left_out {
        kept.push_str(" \u{2026}");
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
