//! Text to words: lower case, without accents and apostrophes, each with where it stood and what came before it.

/// Most characters of a text that are looked at; a longer one is cut there.
pub const MAX_TEXT_CHARS: usize = 2_000;
/// Most words of a text that are looked at.
pub(super) const MAX_TOKENS: usize = 300;

/// What stands between a word and the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Gap {
    /// White space, a hyphen, or the text's beginning.
    Space,
    /// `/`, `\`, `@` or `+`.
    Slash,
    /// Comma, semicolon, full stop, bracket or line break.
    Stop,
}

/// A word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) text: String,
    /// Bytes `start..end` of the text as given.
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) gap: Gap,
}

impl Token {
    pub(super) fn is_number(&self) -> bool {
        self.text.bytes().all(|b| b.is_ascii_digit())
    }
}

/// Splits a text into words.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut word = String::new();
    let (mut start, mut gap) = (0, Gap::Space);
    let mut end = 0;
    for (at, c) in text.char_indices().take(MAX_TEXT_CHARS) {
        if is_apostrophe(c) {
            continue;
        }
        if c.is_alphanumeric() {
            if word.is_empty() {
                start = at;
            }
            push_folded(&mut word, c);
            end = at + c.len_utf8();
            continue;
        }
        if !word.is_empty() {
            tokens.push(Token { text: std::mem::take(&mut word), start, end, gap });
            gap = Gap::Space;
            if tokens.len() == MAX_TOKENS {
                return tokens;
            }
        }
        if c == '&' {
            tokens.push(Token { text: "and".to_owned(), start: at, end: at + 1, gap });
            gap = Gap::Space;
        } else {
            gap = gap.max(gap_of(c));
        }
    }
    if !word.is_empty() {
        tokens.push(Token { text: word, start, end, gap });
    }
    tokens.truncate(MAX_TOKENS);
    tokens
}

fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '\u{2019}' | '\u{2018}' | '`' | '\u{b4}')
}

fn gap_of(c: char) -> Gap {
    match c {
        '/' | '\\' | '@' | '+' => Gap::Slash,
        ',' | ';' | '.' | ':' | '(' | ')' | '[' | ']' | '|' | '\n' | '\r' => Gap::Stop,
        _ => Gap::Space,
    }
}

/// Lower case without the accents that stand in British place names.
fn push_folded(word: &mut String, c: char) {
    if c.is_ascii() {
        word.push(c.to_ascii_lowercase());
        return;
    }
    for c in c.to_lowercase() {
        word.push(match c {
            'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' => 'a',
            'è' | 'é' | 'ê' | 'ë' => 'e',
            'ì' | 'í' | 'î' | 'ï' => 'i',
            'ò' | 'ó' | 'ô' | 'õ' | 'ö' | 'ø' => 'o',
            'ù' | 'ú' | 'û' | 'ü' => 'u',
            'ŵ' => 'w',
            'ý' | 'ÿ' | 'ŷ' => 'y',
            'ç' => 'c',
            'ñ' => 'n',
            other => other,
        });
    }
}

/// The number of words of the longest phrase that stands at a position.
pub(super) fn longest_phrase(phrases: &[&[&str]], tokens: &[Token], at: usize) -> Option<usize> {
    let stands = |phrase: &&&[&str]| {
        phrase.iter().enumerate().all(|(i, word)| tokens.get(at + i).is_some_and(|t| t.text == *word))
    };
    phrases.iter().filter(stands).map(|p| p.len()).max()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_lower_case_and_know_what_stood_before() {
        let found = tokens("St Paul'S Cl./Rose-Lane, Œuf & Tŷ Mawr");
        let words: Vec<(&str, Gap)> = found.iter().map(|t| (t.text.as_str(), t.gap)).collect();
        assert_eq!(
            words,
            [
                ("st", Gap::Space),
                ("pauls", Gap::Space),
                ("cl", Gap::Space),
                ("rose", Gap::Stop),
                ("lane", Gap::Space),
                ("œuf", Gap::Stop),
                ("and", Gap::Space),
                ("ty", Gap::Space),
                ("mawr", Gap::Space)
            ]
        );
    }

    #[test]
    fn a_text_of_any_length_is_cut() {
        assert_eq!(tokens(&"a ".repeat(1_000_000)).len(), MAX_TOKENS);
        assert_eq!(tokens(&"x".repeat(1_000_000))[0].text.len(), MAX_TEXT_CHARS);
        assert!(tokens("  \u{0} ,,, \u{2019}").is_empty());
    }
}
