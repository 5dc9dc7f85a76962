//! What a word may stand for: abbreviations, and names as they are spoken.

use std::{collections::HashMap, sync::OnceLock};

use super::token::Token;

/// Abbreviations and what they stand for. Where several are listed the gazetteer decides.
const ABBREVIATIONS: [(&str, &[&str]); 74] = [
    ("rd", &["road"]),
    ("st", &["street", "saint"]),
    ("str", &["street"]),
    ("sts", &["saints", "streets"]),
    ("ave", &["avenue"]),
    ("av", &["avenue"]),
    ("ln", &["lane"]),
    ("la", &["lane"]),
    ("cl", &["close"]),
    ("clo", &["close"]),
    ("cres", &["crescent"]),
    ("cresc", &["crescent"]),
    ("cr", &["crescent"]),
    ("dr", &["drive", "doctor"]),
    ("drv", &["drive"]),
    ("gdns", &["gardens"]),
    ("gdn", &["garden"]),
    ("gr", &["grove", "green", "great"]),
    ("grv", &["grove"]),
    ("grn", &["green"]),
    ("sq", &["square"]),
    ("pl", &["place", "plain"]),
    ("pln", &["plain"]),
    ("ct", &["court"]),
    ("crt", &["court"]),
    ("ter", &["terrace"]),
    ("terr", &["terrace"]),
    ("tce", &["terrace"]),
    ("pk", &["park"]),
    ("pde", &["parade"]),
    ("hl", &["hill"]),
    ("wk", &["walk"]),
    ("wy", &["way"]),
    ("bldg", &["building"]),
    ("bldgs", &["buildings"]),
    ("cotts", &["cottages"]),
    ("est", &["estate"]),
    ("ind", &["industrial"]),
    ("gt", &["great"]),
    ("grt", &["great"]),
    ("lt", &["little"]),
    ("ltl", &["little"]),
    ("upr", &["upper"]),
    ("lwr", &["lower"]),
    ("nth", &["north"]),
    ("n", &["north"]),
    ("sth", &["south"]),
    ("s", &["south"]),
    ("e", &["east"]),
    ("w", &["west"]),
    ("mkt", &["market"]),
    ("stn", &["station"]),
    ("sta", &["station"]),
    ("hosp", &["hospital"]),
    ("sch", &["school"]),
    ("schl", &["school"]),
    ("prim", &["primary"]),
    ("acad", &["academy"]),
    ("coll", &["college"]),
    ("uni", &["university"]),
    ("ctr", &["centre"]),
    ("center", &["centre"]),
    ("cntr", &["centre"]),
    ("shpg", &["shopping"]),
    ("rec", &["recreation"]),
    ("grd", &["ground"]),
    ("mt", &["mount"]),
    ("br", &["bridge"]),
    ("brg", &["bridge"]),
    ("hse", &["house"]),
    ("bypass", &["by pass"]),
    ("rdbt", &["roundabout"]),
    ("rbt", &["roundabout"]),
    ("nr", &["near"]),
];

/// Words that end a street's name.
const STREET_WORDS: [&str; 56] = [
    "road",
    "street",
    "avenue",
    "lane",
    "close",
    "crescent",
    "drive",
    "gardens",
    "grove",
    "square",
    "place",
    "plain",
    "court",
    "terrace",
    "way",
    "walk",
    "row",
    "rise",
    "hill",
    "mews",
    "parade",
    "loke",
    "green",
    "view",
    "chase",
    "croft",
    "drove",
    "end",
    "field",
    "gate",
    "loan",
    "meadow",
    "mount",
    "park",
    "path",
    "passage",
    "quay",
    "reach",
    "ride",
    "side",
    "vale",
    "wharf",
    "yard",
    "alley",
    "bank",
    "broadway",
    "circle",
    "corner",
    "dell",
    "esplanade",
    "highway",
    "hollow",
    "loop",
    "opening",
    "boulevard",
    "promenade",
];
/// Street words that also begin or end other names: alone they say little.
const WEAK_STREET_WORDS: [&str; 20] = [
    "green", "park", "field", "end", "gate", "view", "side", "bank", "corner", "hill", "court", "place", "mount",
    "path", "yard", "meadow", "reach", "loop", "plain", "vale",
];

fn table() -> &'static HashMap<&'static str, &'static [&'static str]> {
    static TABLE: OnceLock<HashMap<&'static str, &'static [&'static str]>> = OnceLock::new();
    TABLE.get_or_init(|| ABBREVIATIONS.into_iter().collect())
}

/// What a word may stand for, without itself.
pub(super) fn expansions(word: &str) -> &'static [&'static str] {
    table().get(word).copied().unwrap_or_default()
}

/// Whether a word, written out or short, ends the names of streets and of little else.
pub(super) fn is_street_word(word: &str) -> bool {
    let strong = |w: &str| STREET_WORDS.contains(&w) && !WEAK_STREET_WORDS.contains(&w);
    strong(word) || (word.len() > 1 && expansions(word).iter().any(|w| strong(w)))
}

/// The name a gazetteer is searched by: words written out, one space between, no leading `the`.
pub(super) fn canonical(name: &str) -> String {
    canonical_of(&super::token::tokens(name))
}

fn canonical_of(tokens: &[Token]) -> String {
    let mut words: Vec<&str> = Vec::with_capacity(tokens.len());
    for (i, token) in tokens.iter().enumerate() {
        let last = i + 1 == tokens.len();
        let word = token.text.as_str();
        words.push(match (word, expansions(word)) {
            // `St` ends the names of streets and begins those of saints.
            ("st", _) if last && i > 0 => "street",
            ("st", _) => "saint",
            // Single letters and short words that are names themselves stay as they are.
            (w, _) if w.len() == 1 || (!last && !is_qualifier(w)) => w,
            (_, [first, ..]) if i > 0 || is_qualifier(word) => first,
            _ => word,
        });
    }
    words.join(" ")
}

/// Abbreviations that stand before a name or within it.
fn is_qualifier(word: &str) -> bool {
    matches!(word, "gt" | "grt" | "lt" | "ltl" | "upr" | "lwr" | "nth" | "sth" | "mkt" | "mt" | "center")
}

/// Names of Norfolk as they are spoken or usually misspelt, with the written ones. Ours, from common knowledge.
const SPOKEN: &str = include_str!("../../data/spoken-names.csv");

/// Written name of a spoken one, both in canonical words; the longest spoken name has three.
pub(super) fn spoken(words: &str) -> Option<&'static str> {
    static TABLE: OnceLock<HashMap<String, String>> = OnceLock::new();
    let table = TABLE.get_or_init(|| {
        let rows = SPOKEN.lines().skip(1).filter_map(|line| line.split_once(','));
        rows.map(|(spoken, written)| (canonical(spoken), canonical(written))).collect()
    });
    table.get(words).map(String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn st_is_a_street_at_the_end_and_a_saint_before_it() {
        for (name, expected) in [
            ("St Stephen's St", "saint stephens street"),
            ("Upper St. Giles Street", "upper saint giles street"),
            ("King's Lynn", "kings lynn"),
            ("Gt Yarmouth", "great yarmouth"),
            ("Prince Of Wales Rd", "prince of wales road"),
            ("Bury St Edmunds", "bury saint edmunds"),
            ("St Benedicts", "saint benedicts"),
            ("The Street", "the street"),
            ("E Runton", "e runton"),
        ] {
            assert_eq!(canonical(name), expected, "{name}");
        }
    }

    #[test]
    fn spoken_names_lead_to_written_ones() {
        for (said, written) in [("windham", "wymondham"), ("haysborough", "happisburgh"), ("hunston", "hunstanton")] {
            assert_eq!(spoken(said), Some(written));
        }
        assert_eq!(spoken("norwich"), None);
    }

    #[test]
    fn street_words_are_told_from_others() {
        assert!(is_street_word("rd") && is_street_word("street") && is_street_word("loke"));
        assert!(!is_street_word("park") && !is_street_word("n") && !is_street_word("tesco"));
    }
}
