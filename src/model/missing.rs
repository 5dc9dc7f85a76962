//! Marks that stand where a value is missing: told from a value, and from garbage.

/// What stands in a cell in place of a value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Figure {
    /// A number.
    Number(f64),
    /// Nothing, or a word for nothing.
    Nothing,
    /// A mark that a value is withheld or too small to be told: not nought.
    Suppressed,
    /// Something else.
    Other,
}

/// Reads a figure as tables write it: with separators of thousands, a sign of per cent, or a mark in its place.
///
/// # Examples
/// ```
/// use places::model::{Figure, figure};
/// assert_eq!(figure(" 1,234.5 "), Figure::Number(1234.5));
/// assert_eq!(figure("12 %"), Figure::Number(12.0));
/// assert_eq!(figure("[c]"), Figure::Suppressed);
/// assert_eq!(figure("<5"), Figure::Suppressed);
/// assert_eq!(figure("n/a"), Figure::Nothing);
/// assert_eq!(figure("12,34"), Figure::Other);
/// ```
#[must_use]
pub fn figure(text: &str) -> Figure {
    let text = text.trim().trim_matches(|c: char| c == '"' || c == '\'').trim();
    if let Ok(number) = text.parse::<f64>() {
        return if number.is_finite() { Figure::Number(number) } else { Figure::Nothing };
    }
    if is_nothing(text) {
        return Figure::Nothing;
    }
    if is_suppressed(text) {
        return Figure::Suppressed;
    }
    let plain = text.strip_suffix('%').unwrap_or(text).trim();
    grouped(plain).or_else(|| plain.parse().ok()).map_or(Figure::Other, Figure::Number)
}

/// Whether a text is a word for nothing.
fn is_nothing(text: &str) -> bool {
    let words = ["", "null", "none", "nan", "na", "n/a", "#n/a", "unknown", "not known", "not available"];
    words.iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// Whether a text is a mark of suppression: symbols, a letter in brackets (as the Government Statistical Service has them), or
/// "less than".
#[must_use]
pub fn is_suppressed(text: &str) -> bool {
    let text = text.trim();
    let bracketed = |text: &str| {
        let inner = text.strip_prefix(['[', '(']).and_then(|t| t.strip_suffix([']', ')']));
        inner.is_some_and(|t| (1..=10).contains(&t.len()) && t.bytes().all(|b| b.is_ascii_alphabetic()))
    };
    let less = |text: &str| {
        let rest = text.strip_prefix(['<', '\u{2264}']).or_else(|| text.strip_prefix("less than "));
        rest.is_some_and(|t| !t.trim().is_empty() && t.trim().bytes().all(|b| b.is_ascii_digit() || b == b'='))
    };
    let symbols = |text: &str| text.chars().all(|c| "*.:-\u{2013}\u{2014}\u{2026}~^\u{2020}#".contains(c));
    let words = ["c", "x", "z", "u", "s", "suppressed", "redacted", "withheld", "confidential", "disclosive"];
    !text.is_empty()
        && (symbols(text) || bracketed(text) || less(text) || words.iter().any(|w| text.eq_ignore_ascii_case(w)))
}

/// A number whose thousands are parted by commas, blanks or apostrophes.
fn grouped(text: &str) -> Option<f64> {
    let separator = text.chars().find(|c| matches!(c, ',' | ' ' | '\'' | '\u{a0}' | '\u{2009}' | '\u{202f}'))?;
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    let mut groups = whole.split(separator);
    let first = groups.next()?.trim_start_matches('-');
    let is_digits = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
    let is_whole = (1..=3).contains(&first.len()) && is_digits(first) && groups.all(|g| g.len() == 3 && is_digits(g));
    let plain = text.replace(separator, "");
    (is_whole && (decimals.is_empty() || is_digits(decimals))).then(|| plain.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_marks_and_garbage_are_told_apart() {
        for (text, number) in
            [("7", 7.0), ("-1.5", -1.5), ("1 234", 1234.0), ("12,345,678", 12_345_678.0), ("3.5%", 3.5)]
        {
            assert_eq!(figure(text), Figure::Number(number), "{text}");
        }
        for mark in ["*", "..", ":", "-", "[c]", "[x]", "(z)", "<5", "<=5", "c", "suppressed", "\u{2026}"] {
            assert_eq!(figure(mark), Figure::Suppressed, "{mark}");
        }
        for nothing in ["", "  ", "NULL", "N/A", "nan"] {
            assert_eq!(figure(nothing), Figure::Nothing, "{nothing}");
        }
        for other in ["abc", "1,23", "1.2.3", "12a", "1,234,5", "#REF!", "[12]"] {
            assert_eq!(figure(other), Figure::Other, "{other}");
        }
    }
}
