//! Finding the names of gazetteers among the words of a text: each word with what it may stand for, walked through the
//! finite state maps of names.

use std::ops::Range;

use fst::raw::{Fst, Output};

use super::{
    fuzzy::{edits_allowed, near_words},
    gazetteers::{EntryRef, Gazetteers},
    spelling::{expansions, spoken},
    token::{Gap, Token},
};

/// Most entries of one name that are looked at.
const MAX_ENTRIES: usize = 400;
/// Longest name in words.
const MAX_NAME_WORDS: usize = 10;
/// What it costs to read a word as another; a name costs the sum over its words.
const COST_SPOKEN: f32 = 0.1;
const COST_PLURAL: f32 = 0.25;
const COST_JOINED: f32 = 0.25;
const COST_EDIT: f32 = 0.6;

/// A name found at some words.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Hit {
    /// The words it covers.
    pub(super) tokens: Range<usize>,
    /// What it cost to read them so; 0 as written or abbreviated.
    pub(super) cost: f32,
    /// Entries of the name, in or near the study area first.
    pub(super) entries: Vec<EntryRef>,
}

/// A reading of one or more words.
#[derive(Debug, Clone)]
struct Reading {
    text: String,
    words: usize,
    cost: f32,
}

/// Readings of every word.
pub(super) struct Readings {
    of_word: Vec<Vec<Reading>>,
    /// Whether a street's last word may be missing: `St Stephens`.
    unfinished: bool,
}

/// Last words of streets that people leave out.
const LEFT_OUT: [&str; 8] = ["street", "road", "lane", "avenue", "place", "hill", "way", "drive"];
const COST_LEFT_OUT: f32 = 0.5;

impl Readings {
    /// The words as written, written out, and as spoken.
    pub(super) fn exact(tokens: &[Token]) -> Self {
        Self { of_word: (0..tokens.len()).map(|at| exact_readings(tokens, at)).collect(), unfinished: false }
    }

    /// The same, and words that are a slip away from those `wanted`.
    pub(super) fn with_slips(tokens: &[Token], gazetteers: &Gazetteers, wanted: impl Fn(usize) -> bool) -> Self {
        let mut readings = Self::exact(tokens);
        for at in (0..tokens.len()).filter(|&at| wanted(at)) {
            slips(tokens, at, gazetteers, &mut readings.of_word[at]);
        }
        readings.unfinished = true;
        readings
    }
}

fn exact_readings(tokens: &[Token], at: usize) -> Vec<Reading> {
    let word = tokens[at].text.as_str();
    let mut readings = vec![Reading { text: word.to_owned(), words: 1, cost: 0.0 }];
    readings.extend(expansions(word).iter().map(|w| Reading { text: (*w).to_owned(), words: 1, cost: 0.0 }));
    // `A 47`.
    if let [letter @ (b'a' | b'b' | b'm')] = word.as_bytes()
        && tokens[at].gap != Gap::Slash
        && let Some(next) = tokens.get(at + 1).filter(|t| t.is_number())
    {
        readings.push(Reading { text: format!("{}{}", char::from(*letter), next.text), words: 2, cost: 0.0 });
    }
    let mut phrase = String::new();
    for (i, token) in tokens.iter().enumerate().skip(at).take(4) {
        if i > at {
            if token.gap != Gap::Space {
                break;
            }
            phrase.push(' ');
        }
        phrase.push_str(plain(&token.text));
        if let Some(written) = spoken(&phrase) {
            readings.push(Reading { text: written.to_owned(), words: i + 1 - at, cost: COST_SPOKEN });
        }
    }
    readings
}

/// The word that spoken names are listed with.
fn plain(word: &str) -> &str {
    match word {
        "gt" | "grt" => "great",
        "st" => "saint",
        other => other,
    }
}

fn slips(tokens: &[Token], at: usize, gazetteers: &Gazetteers, readings: &mut Vec<Reading>) {
    let word = tokens[at].text.as_str();
    let known = |w: &str| gazetteers.indexes.iter().any(|i| i.words.get(w).is_some());
    let mut add = |text: String, words: usize, cost: f32| readings.push(Reading { text, words, cost });
    if word.bytes().any(|b| b.is_ascii_digit()) {
        return;
    }
    if word.len() > 3 {
        let plural = format!("{word}s");
        if known(&plural) {
            add(plural, 1, COST_PLURAL);
        }
        if let Some(single) = word.strip_suffix('s').filter(|w| known(w)) {
            add(single.to_owned(), 1, COST_PLURAL);
        }
    }
    if let Some(next) = tokens.get(at + 1).filter(|t| t.gap == Gap::Space) {
        let joined = format!("{word}{}", next.text);
        if joined.len() > 4 && known(&joined) {
            add(joined, 2, COST_JOINED);
        }
    }
    if known(word) || !expansions(word).is_empty() {
        return;
    }
    for cut in 2..word.len().saturating_sub(1) {
        if let Some((a, b)) = word.split_at_checked(cut)
            && a.len() > 2
            && known(a)
            && known(b)
        {
            add(format!("{a} {b}"), 1, COST_JOINED);
        }
    }
    let edits = edits_allowed(word.chars().count());
    // A short word with a slip is one among others of a name, never a name alone: see `is_too_common`.
    if edits > 0 {
        for index in &gazetteers.indexes {
            for near in near_words(&index.words, word, edits) {
                add(near.word, 1, COST_EDIT * near.edits as f32);
            }
        }
    }
}

/// Every name that stands at some words, in all gazetteers; `free` says which words may be used.
pub(super) fn names(
    tokens: &[Token],
    readings: &Readings,
    gazetteers: &Gazetteers,
    free: impl Fn(usize) -> bool,
) -> Vec<Hit> {
    let mut hits: Vec<Hit> = Vec::new();
    for start in (0..tokens.len()).filter(|&at| free(at)) {
        for (number, index) in gazetteers.indexes.iter().enumerate() {
            let mut walk = Walk { names: &index.names, tokens, readings, free: &free, start, ends: Vec::new() };
            walk.visit(index.names.root().addr(), Output::zero(), start, 0.0);
            for (end, value, cost) in walk.ends {
                let entries = index.range(value).map(|at| EntryRef { gazetteer: number as u16, at: at as u32 });
                add_hit(&mut hits, start..end, cost, entries, gazetteers);
            }
        }
    }
    hits
}

fn add_hit(
    hits: &mut Vec<Hit>,
    tokens: Range<usize>,
    cost: f32,
    entries: impl Iterator<Item = EntryRef>,
    gazetteers: &Gazetteers,
) {
    let entries: Vec<EntryRef> = entries.filter(|e| gazetteers.is_near(*e)).take(MAX_ENTRIES).collect();
    if entries.is_empty() {
        return;
    }
    // The cheapest reading of the same words wins; equally cheap ones are one name with more entries.
    match hits.iter_mut().find(|h| h.tokens == tokens) {
        None => hits.push(Hit { tokens, cost, entries }),
        Some(known) if cost < known.cost => *known = Hit { tokens, cost, entries },
        Some(known) if cost == known.cost => {
            let new: Vec<EntryRef> = entries.into_iter().filter(|e| !known.entries.contains(e)).collect();
            known.entries.extend(new);
        }
        Some(_) => {}
    }
}

struct Walk<'a, F> {
    names: &'a Fst<Vec<u8>>,
    tokens: &'a [Token],
    readings: &'a Readings,
    free: &'a F,
    start: usize,
    /// Word after the last, value of the name, cost.
    ends: Vec<(usize, u64, f32)>,
}

impl<F: Fn(usize) -> bool> Walk<'_, F> {
    fn visit(&mut self, addr: usize, output: Output, at: usize, cost: f32) {
        let begun = at > self.start;
        let stopped = begun && self.tokens.get(at).is_none_or(|t| t.gap > Gap::Slash);
        // An abbreviation's full stop does not end a name.
        let abbreviated = at > 0 && self.tokens.get(at - 1).is_some_and(|t| t.text.len() <= 4);
        if at >= self.tokens.len() || at - self.start >= MAX_NAME_WORDS || !(self.free)(at) || (stopped && !abbreviated)
        {
            return;
        }
        let readings = self.readings;
        for reading in &readings.of_word[at] {
            let next = at + reading.words;
            if next > self.tokens.len() || (at..next).any(|i| !(self.free)(i)) {
                continue;
            }
            let separator: &[u8] = if begun { b" " } else { b"" };
            let Some((addr, output)) = self.follow(addr, output, separator, reading.text.as_bytes()) else { continue };
            let node = self.names.node(addr);
            let cost = cost + reading.cost;
            if node.is_final() {
                self.ends.push((next, output.cat(node.final_output()).value(), cost));
            }
            if readings.unfinished && next - self.start >= 2 {
                self.finish(addr, output, next, cost + COST_LEFT_OUT);
            }
            self.visit(addr, output, next, cost);
        }
    }

    /// Ends a name with a word that was left out.
    fn finish(&mut self, addr: usize, output: Output, end: usize, cost: f32) {
        for word in LEFT_OUT {
            if let Some((addr, output)) = self.follow(addr, output, b" ", word.as_bytes()) {
                let node = self.names.node(addr);
                if node.is_final() {
                    self.ends.push((end, output.cat(node.final_output()).value(), cost));
                }
            }
        }
    }

    fn follow(&self, mut addr: usize, mut output: Output, separator: &[u8], text: &[u8]) -> Option<(usize, Output)> {
        for &byte in separator.iter().chain(text) {
            let node = self.names.node(addr);
            let transition = node.transition(node.find_input(byte)?);
            output = output.cat(transition.out);
            addr = transition.addr;
        }
        Some((addr, output))
    }
}
