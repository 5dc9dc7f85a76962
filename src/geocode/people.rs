//! Words that are about people, not places: names after titles, addresses of e-mail, telephone numbers.

use std::ops::Range;

use super::{
    everyday::is_plain,
    spelling::is_street_word,
    token::{Gap, Token, longest_phrase},
};

/// Digits in a row, spaces left out, that are a telephone number or a date of birth.
const LONG_NUMBER: usize = 6;
/// Words before a person's name.
const TITLES: [&str; 18] = [
    "dr", "sir", "lady", "rev", "mr", "mrs", "miss", "ms", "pc", "dc", "ds", "sgt", "pcso", "insp", "named", "called",
    "nominal", "surname",
];
/// Words before a person's first name and surname, each with a capital: `spoke to Jordan Holt` names no village.
const BEFORE_A_NAME: [&[&str]; 9] = [
    &["spoke", "to"],
    &["speaking", "to"],
    &["spoke", "with"],
    &["talked", "to"],
    &["son", "of"],
    &["daughter", "of"],
    &["known", "as"],
    &["yp"],
    &["contact"],
];

/// Texts of so few words are fields for a place, not sentences.
const FEW_WORDS: usize = 3;
/// What people do in reports.
const SPEAKS: [&str; 19] = [
    "said",
    "says",
    "states",
    "stated",
    "disclosed",
    "told",
    "reported",
    "reports",
    "text",
    "texted",
    "texts",
    "punched",
    "kicked",
    "stabbed",
    "hit",
    "attacked",
    "assaulted",
    "threatened",
    "asked",
];
/// Words before the name of a shop or pub.
const BESIDE: [&str; 9] = ["outside", "inside", "opposite", "near", "behind", "at", "in", "by", "the"];

/// The words of a text that are about people; never read as a place.
pub(super) fn people(text: &str, tokens: &[Token]) -> Vec<Range<usize>> {
    let mut people = titled(tokens);
    people.extend((0..tokens.len()).filter_map(|at| named(text, tokens, at)));
    people.extend((0..tokens.len()).filter(|&at| is_email(piece_of(text, &tokens[at]))).map(|at| at..at + 1));
    people
}

/// The words after a title are a person's name, not a place's.
fn titled(tokens: &[Token]) -> Vec<Range<usize>> {
    let mut names = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        // `Dr` also ends the names of streets; a title's full stop is no end.
        let drive = token.text == "dr" && at > 0 && token.gap == Gap::Space;
        if TITLES.contains(&token.text.as_str()) && !drive && at + 1 < tokens.len() {
            let end = (at + 4).min(tokens.len());
            let ends = |i: usize| (i > at + 1 && tokens[i].gap != Gap::Space) || is_plain(&tokens[i].text);
            let end = (at + 1..end).find(|&i| ends(i)).unwrap_or(end);
            names.push(at..end);
        }
    }
    names
}

/// First name and surname after words that people are spoken of with.
fn named(text: &str, tokens: &[Token], at: usize) -> Option<Range<usize>> {
    let from = at + longest_phrase(&BEFORE_A_NAME, tokens, at)?;
    let names = tokens.get(from..from + 2)?;
    let capital = |t: &Token| text[t.start..t.end].starts_with(char::is_uppercase);
    let is_name = |t: &Token| capital(t) && !is_plain(&t.text) && !is_street_word(&t.text);
    let street_follows = tokens.get(from + 2).is_some_and(|t| t.gap == Gap::Space && is_street_word(&t.text));
    (names.iter().all(is_name) && names[1].gap == Gap::Space && !street_follows).then_some(from..from + 2)
}

/// Names that stand before a telephone number or an e-mail address: two or three words with capitals that are no street
/// (`John Doe 07700 900123`). A number alone is left to [`long_numbers`].
pub(super) fn beside_contacts(text: &str, tokens: &[Token]) -> Vec<Range<usize>> {
    let number = |at: usize| {
        let digits: usize = tokens[at..].iter().take_while(|t| t.is_number()).take(4).map(|t| t.text.len()).sum();
        digits > LONG_NUMBER || is_email(piece_of(text, &tokens[at]))
    };
    let capital = |t: &Token| text[t.start..t.end].starts_with(char::is_uppercase);
    let is_name = |t: &Token| capital(t) && !t.is_number() && !is_plain(&t.text) && !is_street_word(&t.text);
    let mut beside = Vec::new();
    for at in (1..tokens.len()).filter(|&at| number(at)) {
        let names = tokens[..at].iter().rev().take(3).take_while(|t| is_name(t)).count();
        let street = tokens[..at - names].last().is_some_and(|t| is_street_word(&t.text));
        if names >= 2 && !street {
            beside.push(at - names..at);
        }
    }
    beside
}

/// Telephone numbers of the United Kingdom and e-mail addresses in a text, as bytes: mobile numbers in any writing,
/// others with an area code. Figures alone that do not begin like a number are a reference, not a telephone.
pub(super) fn contacts(text: &str) -> Vec<Range<usize>> {
    let mut contacts = Vec::new();
    let mut start = 0;
    for piece in text.split_inclusive(char::is_whitespace) {
        let trimmed = piece.trim_end();
        if trimmed.split([',', ';', '<', '>', '(', ')', '"']).any(is_email) {
            contacts.push(start..start + trimmed.len());
        }
        start += piece.len();
    }
    let in_number = |c: char| c.is_ascii_digit() || " +()-.\u{a0}\u{2013}".contains(c);
    let mut run = 0;
    for (at, c) in text.char_indices().chain([(text.len(), 'x')]) {
        if in_number(c) {
            continue;
        }
        if let Some(inside) = telephone(&text[run..at]) {
            contacts.push(run + inside.start..run + inside.end);
        }
        run = at + c.len_utf8();
    }
    contacts.sort_by_key(|r| r.start);
    contacts
}

/// Where a telephone number stands in a run of figures and what is written between them.
fn telephone(run: &str) -> Option<Range<usize>> {
    /// Figures after the country's code or the first nought.
    const FIGURES: usize = 10;
    let figures: Vec<(usize, char)> = run.char_indices().filter(|(_, c)| c.is_ascii_digit()).collect();
    let joined = |a: usize| figures.get(a + 1).is_some_and(|next| figures[a].0 + 1 == next.0);
    let all: String = figures.iter().map(|f| f.1).collect();
    (0..figures.len()).filter(|&from| from == 0 || !joined(from - 1)).find_map(|from| {
        let digits = &all[from..];
        let plus = run[..figures[from].0].ends_with('+');
        let abroad = digits.starts_with("0044") || (digits.starts_with("44") && (plus || digits[2..].starts_with('7')));
        let code = if abroad && digits.starts_with('0') {
            4
        } else if abroad {
            2
        } else if digits.starts_with('0') && joined(from) {
            1
        } else {
            return None;
        };
        let code = if abroad && digits[code..].starts_with('0') { code + 1 } else { code };
        let plausible = digits[code..].starts_with(['1', '2', '3', '7']) && digits.len() >= code + FIGURES;
        let last = from + code + FIGURES - 1;
        (plausible && !joined(last)).then(|| figures[from].0..figures[last].0 + 1)
    })
}

/// Whether a name of one word in a sentence may be a person's: `Lee Acle texted`, `Brooke said`.
pub(super) fn may_be_surname(text: &str, tokens: &[Token], at: usize, used: &[bool]) -> bool {
    if tokens.len() <= FEW_WORDS {
        return false;
    }
    let titled = |t: &Token| {
        let mut letters = text[t.start..t.end].chars();
        letters.next().is_some_and(char::is_uppercase) && letters.next().is_some_and(char::is_lowercase)
    };
    let said = tokens.get(at + 1).is_some_and(|t| t.gap == Gap::Space && SPEAKS.contains(&t.text.as_str()));
    let first_name = at.checked_sub(1).is_some_and(|before| {
        let t = &tokens[before];
        let relative = before.checked_sub(1).is_some_and(|i| BESIDE.contains(&tokens[i].text.as_str()));
        tokens[at].gap == Gap::Space
            && !used[before]
            && titled(t)
            && !is_plain(&t.text)
            && !is_street_word(&t.text)
            && !relative
    });
    titled(&tokens[at]) && (said || first_name)
}

/// What stands between white space round a word.
fn piece_of<'t>(text: &'t str, word: &Token) -> &'t str {
    let before = text[..word.start].rsplit(char::is_whitespace).next().map_or(0, str::len);
    text[word.start - before..].split_whitespace().next().unwrap_or_default()
}

fn is_email(piece: &str) -> bool {
    piece
        .split_once('@')
        .is_some_and(|(name, host)| !name.is_empty() && host.trim_end_matches(['.', ',']).contains('.'))
}

/// Figures that together are a telephone or NHS number or a date of birth.
pub(super) fn long_numbers(text: &str, words: &[Token]) -> Vec<Range<usize>> {
    let mut numbers = Vec::new();
    let mut start = 0;
    for end in 0..=words.len() {
        if words.get(end).is_some_and(Token::is_number) {
            continue;
        }
        let digits: usize = words[start..end].iter().map(|w| w.text.len()).sum();
        if digits > LONG_NUMBER {
            numbers.push(start..end);
        }
        start = end + 1;
    }
    let separated = |piece: &str| {
        let digits = piece.bytes().filter(u8::is_ascii_digit).count();
        digits >= LONG_NUMBER && piece.bytes().all(|b| b.is_ascii_digit() || b"/-.()+".contains(&b))
    };
    numbers.extend((0..words.len()).filter(|&at| separated(piece_of(text, &words[at]))).map(|at| at..at + 1));
    numbers
}

#[cfg(test)]
mod tests {
    use super::{super::token::tokens, *};

    #[test]
    fn telephones_and_addresses_are_told_from_references() {
        for text in [
            "07700 900123",
            "07700900123",
            "+44 7700 900123",
            "+44 (0)7700 900 123",
            "447700900123",
            "01603 123456",
            "(01603) 123 456",
            "020 7946 0000",
            "ring 07700-900-123 now",
            "john.doe@example.org",
            "<jo@example.org>, 12",
        ] {
            assert!(!contacts(text).is_empty(), "{text}");
        }
        for text in [
            "36/12345/25",
            "20250704123456",
            "100090001234567",
            "ASB-2025-000123",
            "00000012345",
            "622000, 308000",
            "1.2957 52.6286",
            "2025-01-02 22:15",
            "met @ the park",
            "04/07/2025 22:15:00",
            "NR1 3AB",
        ] {
            assert!(contacts(text).is_empty(), "{text}: {:?}", contacts(text));
        }
    }

    #[test]
    fn people_are_told_from_places() {
        let hidden = |text: &str| -> Vec<String> {
            let words = tokens(text);
            let mut at: Vec<usize> = people(text, &words).into_iter().flatten().collect();
            at.sort_unstable();
            at.dedup();
            at.into_iter().map(|i| words[i].text.clone()).collect()
        };
        for (text, expected) in [
            ("outside Mr Holt in Mill Lane", &["mr", "holt"][..]),
            ("spoke to Jordan Holt outside Tesco", &["jordan", "holt"]),
            ("spoke to Mill Lane residents", &[]),
            ("spoke to staff in Holt", &[]),
            ("spoke to King Edward Street shops", &[]),
            ("write to jo@holt.org, Mill Lane", &["jo", "holt", "org"]),
            ("met @ Holt", &[]),
            ("Cringleford Dr, Holt", &[]),
        ] {
            assert_eq!(hidden(text), expected, "{text}");
        }
    }
}
