//! What a text mentions: postcodes, grid references, names, and words about them (a corner, somebody's home, a movement).

use std::ops::Range;

use super::{
    EntryKind, GridSquare, Input, Postcode, Study,
    everyday::is_plain,
    gazetteers::{EntryRef, Gazetteers},
    home::home_ranges,
    people::may_be_surname,
    postcode,
    scan::{Hit, Readings, names},
    spelling::is_street_word,
    token::{Gap, Token, tokens},
    wording::{self, Link},
};
use crate::model::Flags;

/// What it costs to take what may be somebody's surname for a place.
const SURNAME: f32 = 0.7;

/// Which of the record's fields a mention stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    Text,
    Locality,
}

/// A name with the entries it may stand for.
#[derive(Debug, Clone)]
pub(super) struct NameMention {
    pub(super) tokens: Range<usize>,
    pub(super) cost: f32,
    /// Premises, places and streets.
    pub(super) fine: Vec<EntryRef>,
    /// Localities and districts.
    pub(super) broad: Vec<EntryRef>,
    /// Whether the words speak of somebody's home there.
    pub(super) home: bool,
}

/// A postcode, or its beginning.
#[derive(Debug, Clone)]
pub(super) struct PostcodeMention {
    pub(super) postcode: Postcode,
    pub(super) home: bool,
    /// Of one that was corrected: others that may have been meant.
    pub(super) instead: Option<Vec<Postcode>>,
}

impl PostcodeMention {
    /// The unit that a slip may have meant.
    pub(super) fn slip(&self, other: usize) -> String {
        self.instead.iter().flatten().nth(other).map_or_else(String::new, ToString::to_string)
    }
}

/// Everything a record's words mention.
#[derive(Debug, Clone, Default)]
pub(super) struct Parsed {
    pub(super) postcodes: Vec<PostcodeMention>,
    pub(super) squares: Vec<GridSquare>,
    pub(super) names: Vec<NameMention>,
    /// Pairs of positions in `names` that are said to meet or to have it between them.
    pub(super) links: Vec<(usize, usize, Link)>,
    /// Streets named that no gazetteer has.
    pub(super) unknown_streets: usize,
    /// Words that nothing was made of, as bytes of their field.
    pub(super) unread: Vec<(Field, Range<usize>)>,
    pub(super) flags: Flags,
}

impl Parsed {
    /// Whether nothing that is mentioned can be where it happened.
    pub(super) fn names_no_scene(&self) -> bool {
        self.squares.is_empty() && self.names.iter().all(|n| n.home) && self.postcodes.iter().all(|p| p.home)
    }
}

/// Reads a record's words.
pub(super) fn parse(input: &Input<'_>, gazetteers: &Gazetteers, study: &Study) -> Parsed {
    let mut parsed = Parsed::default();
    let mut reader = Reader { gazetteers, study, parsed: &mut parsed };
    reader.text(input.text, Field::Text);
    // Words that speak of a home and name no scene make the other fields the home's.
    let seen = reader.parsed.names.iter().any(|n| !n.home && !n.fine.is_empty())
        || reader.parsed.postcodes.iter().any(|p| !p.home)
        || !reader.parsed.squares.is_empty();
    let all_home = reader.parsed.flags.has(Flags::POSSIBLE_HOME_ADDRESS) && !seen;
    reader.text(input.locality, Field::Locality);
    reader.postcode_field(input.postcode);
    reader.uprn_field(input.uprn);
    if all_home {
        parsed.names.iter_mut().for_each(|n| n.home = true);
        parsed.postcodes.iter_mut().for_each(|p| p.home = true);
    }
    parsed
}

struct Reader<'a> {
    gazetteers: &'a Gazetteers,
    study: &'a Study,
    parsed: &'a mut Parsed,
}

impl Reader<'_> {
    /// A field for a postcode alone; one that is none is looked at like a locality.
    fn postcode_field(&mut self, text: &str) {
        let text = text.trim();
        if text.is_empty() {
            return;
        }
        let tokens = tokens(text);
        let known = |p: &Postcode| self.gazetteers.knows_postcode(p, self.study);
        let postcodes = postcode::find(&tokens, known);
        for one in postcodes {
            self.postcode_mention(one);
        }
    }

    fn postcode_mention(&mut self, one: postcode::PostcodeInWords) {
        if one.instead.is_some() {
            self.parsed.flags.set(Flags::CORRECTED_POSTCODE);
        }
        self.parsed.postcodes.push(PostcodeMention { postcode: one.postcode, home: false, instead: one.instead });
    }

    /// A number of a property, looked up as it stands.
    fn uprn_field(&mut self, text: &str) {
        let number = text.trim().trim_start_matches('0');
        if number.is_empty() || !number.bytes().all(|b| b.is_ascii_digit()) {
            return;
        }
        let indexes = self.gazetteers.indexes.iter().enumerate();
        let entries = indexes
            .flat_map(|(i, index)| index.named(number).map(move |at| EntryRef { gazetteer: i as u16, at: at as u32 }));
        let fine: Vec<EntryRef> = entries.collect();
        if !fine.is_empty() {
            let broad = Vec::new();
            self.parsed.names.push(NameMention { tokens: 0..0, cost: 0.0, fine, broad, home: false });
        }
    }

    fn text(&mut self, text: &str, field: Field) {
        let tokens = tokens(text);
        if tokens.is_empty() {
            return;
        }
        let mut used = vec![false; tokens.len()];
        let spans = wording::spans(text, &tokens);
        spans.hidden.iter().for_each(|hidden| take(&mut used, hidden));
        self.parsed.flags = self.parsed.flags | spans.flags;
        self.grid_references(&tokens, &mut used);
        let known = |p: &Postcode| self.gazetteers.knows_postcode(p, self.study);
        let mut postcodes = Vec::new();
        for one in postcode::find(&tokens, known) {
            if one.tokens.clone().all(|i| !used[i]) {
                take(&mut used, &one.tokens);
                postcodes.push((self.parsed.postcodes.len(), one.tokens.start));
                self.postcode_mention(one);
            }
        }
        let first = self.parsed.names.len();
        self.names(text, &tokens, &mut used, field);
        let starts = self.parsed.names[first..].iter().map(|n| n.tokens.start).chain(postcodes.iter().map(|p| p.1));
        let homes = home_ranges(&spans.turns, &starts.collect::<Vec<_>>(), tokens.len());
        let in_home = |at: usize| homes.iter().any(|home| home.contains(&at));
        for mention in &mut self.parsed.names[first..] {
            mention.home = in_home(mention.tokens.start);
        }
        for (i, at) in postcodes {
            self.parsed.postcodes[i].home = in_home(at);
        }
        self.note_unread(&tokens, &used, field);
        let spans: Vec<Range<usize>> = self.parsed.names[first..].iter().map(|n| n.tokens.clone()).collect();
        let links = wording::links(&tokens, &spans);
        self.parsed.links.extend(links.into_iter().map(|(a, b, link)| (first + a, first + b, link)));
    }

    /// Runs of words that are neither a place nor everyday.
    fn note_unread(&mut self, tokens: &[Token], used: &[bool], field: Field) {
        let is_unread = |i: usize| !used[i] && !is_plain(&tokens[i].text);
        let mut at = 0;
        while at < tokens.len() {
            let end = (at..tokens.len()).find(|&i| !is_unread(i)).unwrap_or(tokens.len());
            if end > at {
                self.parsed.unread.push((field, tokens[at].start..tokens[end - 1].end));
            }
            at = end + 1;
        }
    }

    fn grid_references(&mut self, tokens: &[Token], used: &mut [bool]) {
        for at in 0..tokens.len() {
            let text = tokens[at].text.as_str();
            let digits_of =
                |i: usize| tokens.get(i).filter(|t| t.is_number() && t.gap == Gap::Space).map(|t| t.text.as_str());
            let Some((letters, rest)) = text.split_at_checked(2).filter(|_| text.is_ascii() && !used[at]) else {
                continue;
            };
            // At least four digits: two are a house or a road.
            let one = |digits: &str, words: usize| {
                (digits.len() >= 4).then(|| GridSquare::of(letters, digits).map(|s| (s, words))).flatten()
            };
            let pair =
                |a: &str, b: &str, words: usize| (a.len() == b.len()).then(|| one(&format!("{a}{b}"), words)).flatten();
            // Two groups of figures of unlike length are no reference, nor is the first of them.
            let square_and_words = if rest.is_empty() {
                let (first, second) = (digits_of(at + 1), digits_of(at + 2));
                match (first, second.filter(|d| d.len() > 1)) {
                    (Some(a), Some(b)) => pair(a, b, 3),
                    (Some(digits), None) => one(digits, 2),
                    _ => None,
                }
            } else {
                let second = digits_of(at + 1);
                second.and_then(|b| pair(rest, b, 2)).or_else(|| one(rest, 1))
            };
            if let Some((square, words)) = square_and_words {
                take(used, &(at..at + words));
                self.parsed.squares.push(square);
            }
        }
    }

    fn names(&mut self, text: &str, tokens: &[Token], used: &mut [bool], field: Field) {
        let free = |used: &[bool], i: usize| !used[i];
        let hits = names(tokens, &Readings::exact(tokens), self.gazetteers, |i| free(used, i));
        let mut chosen = choose(hits, tokens);
        let covered = |chosen: &[Hit], i: usize| chosen.iter().any(|h| h.tokens.contains(&i));
        let missing: Vec<bool> =
            (0..tokens.len()).map(|i| !used[i] && !covered(&chosen, i) && !is_plain(&tokens[i].text)).collect();
        let precise = chosen.iter().any(|h| self.kind_of(h) <= EntryKind::Street);
        let wanted = missing.iter().any(|m| *m) && (!precise || missing.iter().filter(|m| **m).count() <= 3);
        if wanted {
            // What stands before a street word or alone is worth a second look; a slip may also split a name in two.
            let near =
                |i: usize| missing[i] || (i > 0 && missing[i - 1]) || missing.get(i + 1).copied().unwrap_or(false);
            let readings = Readings::with_slips(tokens, self.gazetteers, |i| !used[i] && near(i));
            let slipped = names(tokens, &readings, self.gazetteers, |i| free(used, i));
            chosen = choose(slipped, tokens);
        }
        self.parsed.unknown_streets += drop_halves(&mut chosen, tokens, used);
        let surnames: Vec<usize> =
            chosen.iter().map(|h| h.tokens.start).filter(|&at| may_be_surname(text, tokens, at, used)).collect();
        for mut hit in chosen {
            if hit.tokens.len() == 1 && surnames.contains(&hit.tokens.start) {
                hit.cost += SURNAME;
            }
            take(used, &hit.tokens);
            let is_broad = |e: &EntryRef| self.gazetteers.entry(*e).kind >= EntryKind::Locality;
            let (broad, fine): (Vec<EntryRef>, Vec<EntryRef>) = hit.entries.iter().partition(|e| is_broad(e));
            // In a locality's field a name is a locality where it can be one.
            let street_word = hit.tokens.clone().any(|i| is_street_word(&tokens[i].text));
            let only_streets = fine.iter().all(|e| self.gazetteers.entry(*e).kind == EntryKind::Street);
            let town = !broad.is_empty() && (field == Field::Locality || (only_streets && !street_word));
            let fine = if town { Vec::new() } else { fine };
            self.parsed.names.push(NameMention { tokens: hit.tokens, cost: hit.cost, fine, broad, home: false });
        }
    }

    fn kind_of(&self, hit: &Hit) -> EntryKind {
        hit.entries.iter().map(|e| self.gazetteers.entry(*e).kind).min().unwrap_or(EntryKind::District)
    }
}

fn take(used: &mut [bool], range: &Range<usize>) {
    range.clone().for_each(|i| {
        if let Some(used) = used.get_mut(i) {
            *used = true;
        }
    });
}

/// Of names that overlap the longest, then the cheapest, then the first; ascending.
fn choose(mut hits: Vec<Hit>, tokens: &[Token]) -> Vec<Hit> {
    hits.retain(|h| !is_too_common(h, tokens));
    let worth = |h: &Hit| h.tokens.len() as f32 - 1.2 * h.cost;
    hits.sort_by(|a, b| worth(b).total_cmp(&worth(a)).then(a.tokens.start.cmp(&b.tokens.start)));
    let mut chosen: Vec<Hit> = Vec::new();
    for hit in hits {
        if chosen.iter().all(|c| hit.tokens.end <= c.tokens.start || c.tokens.end <= hit.tokens.start) {
            chosen.push(hit);
        }
    }
    chosen.sort_by_key(|h| h.tokens.start);
    chosen
}

/// A single short or everyday word is no name where other words stand beside it.
fn is_too_common(hit: &Hit, tokens: &[Token]) -> bool {
    let word = tokens[hit.tokens.start].text.as_str();
    hit.tokens.len() == 1 && (word.len() < 3 || is_plain(word) || (hit.cost > 0.3 && word.len() < 6))
}

/// Takes out names that are only half of a street no gazetteer has (`Norwich Road` where only Norwich is known), and
/// counts such streets.
fn drop_halves(chosen: &mut Vec<Hit>, tokens: &[Token], used: &mut [bool]) -> usize {
    let mut unknown = 0;
    for at in 1..tokens.len() {
        let covered = |i: usize, chosen: &[Hit]| chosen.iter().any(|h| h.tokens.contains(&i));
        let before = tokens[at - 1].text.as_str();
        if used[at] || covered(at, chosen) || !is_street_word(&tokens[at].text) || tokens[at].gap != Gap::Space {
            continue;
        }
        if is_plain(before) || tokens[at - 1].is_number() || used[at - 1] {
            continue;
        }
        chosen.retain(|h| h.tokens.end != at);
        used[at] = true;
        unknown += 1;
    }
    // `Peters Close` found in `St Peters Close` is another street.
    let is_half = |h: &Hit| {
        let first = h.tokens.start;
        first > 0 && tokens[first].gap == Gap::Space && matches!(tokens[first - 1].text.as_str(), "st" | "saint")
    };
    let whole = chosen.len();
    let ends: Vec<usize> = chosen.iter().map(|h| h.tokens.end).collect();
    chosen.retain(|h| !is_half(h) || ends.contains(&(h.tokens.start - 1)));
    unknown + whole - chosen.len()
}
