//! Text from data on its way into other programs.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;

/// A text that no spreadsheet takes for a formula: one that starts like a formula gets an apostrophe before
/// it. Numbers, negative ones too, stay as they are.
///
/// # Examples
/// ```
/// use places::model::spreadsheet_safe;
/// assert_eq!(spreadsheet_safe("=1+1"), "'=1+1");
/// assert_eq!(spreadsheet_safe("-12.5"), "-12.5");
/// ```
///
/// # References
/// OWASP, "CSV Injection".
#[must_use]
pub fn spreadsheet_safe(text: &str) -> Cow<'_, str> {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']) && text.parse::<f64>().is_err();
    if formula { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

/// `1234567` as `1,234,567`.
///
/// # Examples
/// ```
/// assert_eq!(places::model::thousands(1_234_567), "1,234,567");
/// ```
#[must_use]
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A word as it is compared: categories, sources, definitions, weights of harm and words of a mapping are the same word
/// where this is the same. Case, blanks round and repeated inside, composed and decomposed letters, and characters
/// that nobody sees make no difference.
///
/// # Examples
/// ```
/// use places::model::fold;
/// assert_eq!(fold("  Street\u{a0} DRINKING\u{200b}"), "street drinking");
/// assert_eq!(fold("Cafe\u{301}"), fold("CAF\u{c9}"));
/// ```
///
/// # References
/// Unicode Standard Annex 15 (NFC). Upper case first makes one of letters that have two small forms or none of their
/// own (`\u{df}`, final sigma), as full case folding does.
#[must_use]
pub fn fold(text: &str) -> String {
    let tidy = tidy(text);
    if tidy.is_ascii() {
        return tidy.to_ascii_lowercase();
    }
    tidy.to_uppercase().to_lowercase().nfc().collect()
}

/// A word as it is shown: composed letters, single blanks, none round it, nothing that cannot be seen; its case stays.
///
/// # Examples
/// ```
/// assert_eq!(places::model::tidy(" Drugs  offences\u{feff} "), "Drugs offences");
/// ```
#[must_use]
pub fn tidy(text: &str) -> String {
    let seen = text.nfc().filter(|c| !is_unseen(*c)).collect::<String>();
    seen.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Zero-width spaces, joiners and marks, soft hyphens, byte order marks and control characters that are no blanks.
fn is_unseen(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{feff}')
        || (c.is_control() && !c.is_whitespace())
}

/// Whether a figure's name says that it is relative, such as a decile, rank, score or rate: such figures cannot be
/// added up and are no denominators.
#[must_use]
pub fn is_relative_figure(name: &str) -> bool {
    let name = name.to_lowercase();
    ["decile", "rank", "score", "rate", "share", "percent", "pct", "mean", "median", "quintile"]
        .iter()
        .any(|word| name.contains(word))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn one_word_in_many_spellings_is_one_word() {
        for spelling in ["ASB", "asb", " aSb", "ASB\u{a0}", "A\u{ad}SB", "\u{feff}asb\u{200b}", "asb\r\n"] {
            assert_eq!(fold(spelling), "asb", "{spelling:?}");
        }
        assert_eq!(fold("STRASSE"), fold("stra\u{df}e"));
        assert_eq!(fold("Cafe\u{301}  fight"), "caf\u{e9} fight");
        assert_ne!(fold("street drinking"), fold("streetdrinking"), "a blank is a blank");
    }

    proptest! {
        #[test]
        fn folding_again_changes_nothing(text in "\\PC{0,20}") {
            let once = fold(&text);
            prop_assert_eq!(fold(&once), once.clone());
            prop_assert_eq!(fold(&tidy(&text)), once);
        }
    }
}
