//! Postcodes: the grammar of units, sectors and outcodes, and finding them among words however they are spaced.

use std::fmt;

use super::token::{Gap, Token};

/// How much of a postcode is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PostcodeLevel {
    /// `NR1`.
    Outcode,
    /// `NR1 1`.
    Sector,
    /// `NR1 1AA`.
    Unit,
}

/// A postcode, or its beginning, in the one form that gazetteers are searched by: `NR1 1AA`, `NR1 1`, `NR1`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Postcode(String);

impl Postcode {
    /// Reads a unit, with any spacing, in any case.
    ///
    /// # Examples
    /// ```
    /// use places::geocode::Postcode;
    /// for text in ["NR103AA", "nr10 3aa", " NR 10 3 AA "] {
    ///     assert_eq!(Postcode::unit(text).unwrap().as_str(), "NR10 3AA");
    /// }
    /// assert!(Postcode::unit("NR10 3CA").is_none());
    /// ```
    #[must_use]
    pub fn unit(text: &str) -> Option<Self> {
        let mut compact = String::with_capacity(8);
        for c in text.chars().filter(|c| !c.is_whitespace()) {
            if !c.is_ascii_alphanumeric() || compact.len() == 7 {
                return None;
            }
            compact.push(c.to_ascii_uppercase());
        }
        unit_of(&compact, false)
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// How much is given.
    #[must_use]
    pub fn level(&self) -> PostcodeLevel {
        match self.0.split_once(' ').map(|(_, inward)| inward.len()) {
            None => PostcodeLevel::Outcode,
            Some(1) => PostcodeLevel::Sector,
            Some(_) => PostcodeLevel::Unit,
        }
    }

    /// The outcode.
    #[must_use]
    pub fn outcode(&self) -> Self {
        Self(self.0.split(' ').next().unwrap_or_default().to_owned())
    }

    /// Whether it is one of Northern Ireland, whose positions are on the Irish grid.
    ///
    /// # Examples
    /// ```
    /// use places::geocode::Postcode;
    /// assert!(Postcode::unit("BT11 9DT").unwrap().is_northern_ireland());
    /// assert!(!Postcode::unit("B1 1BT").unwrap().is_northern_ireland());
    /// ```
    #[must_use]
    pub fn is_northern_ireland(&self) -> bool {
        self.0.starts_with("BT")
    }

    /// The sector; none of an outcode.
    ///
    /// # Examples
    /// ```
    /// use places::geocode::Postcode;
    /// let unit = Postcode::unit("nr10 3aa").unwrap();
    /// assert_eq!(unit.sector().unwrap().as_str(), "NR10 3");
    /// assert_eq!(unit.outcode().as_str(), "NR10");
    /// assert_eq!(unit.outcode().sector(), None);
    /// ```
    #[must_use]
    pub fn sector(&self) -> Option<Self> {
        let space = self.0.find(' ')?;
        Some(Self(self.0.get(..space + 2)?.to_owned()))
    }
}

impl fmt::Display for Postcode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A postcode among words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PostcodeInWords {
    pub(super) postcode: Postcode,
    /// First word and the word after the last.
    pub(super) tokens: std::ops::Range<usize>,
    /// Where a letter was read as the digit it looks like: other units that a slip on the same key may have meant.
    pub(super) instead: Option<Vec<Postcode>>,
}

/// Every postcode among words that `known` accepts, the most complete first at each word. Units that are not known are
/// found too, as they are written; sectors and outcodes only where they are known.
pub(super) fn find(tokens: &[Token], known: impl Fn(&Postcode) -> bool) -> Vec<PostcodeInWords> {
    let mut postcodes = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        match unit_at(tokens, at, &known).or_else(|| part_at(tokens, at, &known)) {
            Some(one) => {
                at = one.tokens.end;
                postcodes.push(one);
            }
            None => at += 1,
        }
    }
    postcodes
}

fn unit_at(tokens: &[Token], at: usize, known: &impl Fn(&Postcode) -> bool) -> Option<PostcodeInWords> {
    let mut compact = String::with_capacity(8);
    let mut unknown = None;
    for (i, token) in tokens.iter().enumerate().skip(at).take(4) {
        if (i > at && token.gap == Gap::Slash) || !token.text.is_ascii() || compact.len() + token.text.len() > 7 {
            break;
        }
        compact.push_str(&token.text.to_ascii_uppercase());
        let tokens = at..i + 1;
        if let Some(postcode) = unit_of(&compact, false) {
            let one = PostcodeInWords { postcode, tokens, instead: None };
            if known(&one.postcode) {
                return Some(one);
            }
            // `12 a b c` is no postcode; what is written in at most three parts and known to nobody is one that is unknown.
            if unknown.is_none() && i - at < 2 {
                unknown = Some(one);
            }
        }
        if let Some(postcode) = unit_of(&compact, true).filter(known) {
            let instead = Some(one_key_away(&compact, &postcode).into_iter().filter(known).collect());
            return Some(PostcodeInWords { postcode, tokens: at..i + 1, instead });
        }
    }
    unknown
}

fn part_at(tokens: &[Token], at: usize, known: &impl Fn(&Postcode) -> bool) -> Option<PostcodeInWords> {
    let text = tokens[at].text.to_ascii_uppercase();
    if !is_outcode(text.as_bytes()) {
        return None;
    }
    let next = tokens.get(at + 1).filter(|t| t.gap == Gap::Space && t.text.len() == 1 && t.is_number());
    if let Some(digit) = next {
        let postcode = Postcode(format!("{text} {}", digit.text));
        if known(&postcode) {
            return Some(PostcodeInWords { postcode, tokens: at..at + 2, instead: None });
        }
    }
    let postcode = Postcode(text);
    known(&postcode).then_some(PostcodeInWords { postcode, tokens: at..at + 1, instead: None })
}

/// Units that differ from a corrected one in a digit that was written as a letter.
fn one_key_away(written: &str, corrected: &Postcode) -> Vec<Postcode> {
    let plain: Vec<char> = corrected.as_str().chars().filter(|c| *c != ' ').collect();
    let keys = written.chars().zip(&plain).enumerate().filter(|(_, (was, is))| was != *is).map(|(i, _)| i);
    let with = |at: usize, digit: char| -> Option<Postcode> {
        let text: String = plain.iter().enumerate().map(|(i, c)| if i == at { digit } else { *c }).collect();
        unit_of(&text, false).filter(|other| other != corrected)
    };
    keys.flat_map(|at| ('0'..='9').map(move |digit| (at, digit))).filter_map(|(at, d)| with(at, d)).collect()
}

/// A unit without spaces; `corrected` reads O and I as digits where only digits may stand.
fn unit_of(compact: &str, corrected: bool) -> Option<Postcode> {
    let bytes = compact.as_bytes();
    if !(5..=7).contains(&bytes.len()) || !compact.is_ascii() {
        return None;
    }
    let (outcode, incode) = compact.split_at(bytes.len() - 3);
    let mut inward = incode.to_owned();
    let mut outward = outcode.to_owned();
    if corrected {
        let digit = |c: char| match c {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        };
        inward = inward.chars().enumerate().map(|(i, c)| if i == 0 { digit(c) } else { c }).collect();
        outward = outward.chars().enumerate().map(|(i, c)| if i > 1 { digit(c) } else { c }).collect();
    }
    let b = inward.as_bytes();
    let letter = |c: u8| c.is_ascii_uppercase() && !b"CIKMOV".contains(&c);
    let good = b[0].is_ascii_digit() && letter(b[1]) && letter(b[2]) && is_outcode(outward.as_bytes());
    good.then(|| Postcode(format!("{outward} {inward}")))
}

/// A9, A99, AA9, AA99, A9A, AA9A, upper case.
fn is_outcode(text: &[u8]) -> bool {
    let letters = text.iter().take_while(|b| b.is_ascii_uppercase()).count();
    if !(1..=2).contains(&letters) {
        return false;
    }
    match &text[letters..] {
        [d] => d.is_ascii_digit(),
        [d, last] => d.is_ascii_digit() && (last.is_ascii_digit() || last.is_ascii_uppercase()),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{super::token::tokens, *};

    fn all(text: &str) -> Vec<String> {
        let known = |p: &Postcode| ["NR1 1AA", "NR10 3AA", "NR1", "NR1 1", "PE30 1JJ"].contains(&p.as_str());
        find(&tokens(text), known).into_iter().map(|f| f.postcode.to_string()).collect()
    }

    #[test]
    fn units_are_found_however_they_are_spaced() {
        for text in ["NR1 1AA", "nr11aa", "NR 1 1AA", "NR1-1AA", "Flat 2, NR1 1AA, Norwich", "NR1 1 AA", "NR1  IAA"] {
            assert_eq!(all(text), ["NR1 1AA"], "{text}");
        }
        assert_eq!(all("NR103AA and PE3O 1JJ"), ["NR10 3AA", "PE30 1JJ"]);
        assert_eq!(all("somewhere in NR1"), ["NR1"]);
        assert_eq!(all("NR1 1, behind"), ["NR1 1"]);
        assert_eq!(all("NR9 9ZZ"), ["NR9 9ZZ"], "unknown, yet a postcode");
    }

    #[test]
    fn other_words_are_none() {
        for text in ["A47 lay-by", "M11 north", "flat 12 b 3", "on 12 a road", "2 x youths", "", "NR"] {
            assert!(all(text).is_empty(), "{text}: {:?}", all(text));
        }
        for bad in ["NR1 1CA", "1NR 1AA", "NRR1 1AA", "NR1 1A", "NR1", "NR1 1AAA", "ÑR1 1AA"] {
            assert!(Postcode::unit(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn a_unit_knows_its_sector_and_outcode() {
        let unit = Postcode::unit("SW1A1AA").unwrap();
        assert_eq!(
            (unit.level(), unit.sector().unwrap().as_str(), unit.outcode().as_str()),
            (PostcodeLevel::Unit, "SW1A 1", "SW1A")
        );
        assert_eq!(unit.outcode().level(), PostcodeLevel::Outcode);
        assert_eq!(unit.outcode().sector(), None);
    }
}
