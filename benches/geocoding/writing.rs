//! How people write the names of places: short, in capitals, without apostrophes, with slips.

use fastrand::Rng;

/// Ways of writing a street or place, from neat to careless.
pub(crate) fn written(rng: &mut Rng, name: &str) -> String {
    let mut text = name.replace("'S ", if rng.bool() { "'s " } else { "s " });
    if rng.f64() < 0.5 {
        text = shortened(&text);
    }
    if rng.f64() < 0.3 {
        text = text.replace('\'', "");
    }
    cased(rng, &text)
}

pub(crate) fn cased(rng: &mut Rng, text: &str) -> String {
    match rng.u32(0..10) {
        0..2 => text.to_uppercase(),
        2..4 => text.to_lowercase(),
        _ => text.to_owned(),
    }
}

/// Last words and qualifiers as abbreviations.
pub(crate) fn shortened(name: &str) -> String {
    const SHORT: [(&str, &str); 14] = [
        ("Road", "Rd"),
        ("Street", "St"),
        ("Avenue", "Ave"),
        ("Lane", "Ln"),
        ("Close", "Cl"),
        ("Crescent", "Cres"),
        ("Drive", "Dr"),
        ("Gardens", "Gdns"),
        ("Square", "Sq"),
        ("Court", "Ct"),
        ("Terrace", "Ter"),
        ("Saint", "St"),
        ("Great", "Gt"),
        ("Little", "Lt"),
    ];
    let words = name.split(' ').map(|w| SHORT.iter().find(|s| s.0 == w).map_or(w, |s| s.1));
    words.collect::<Vec<_>>().join(" ")
}

/// One slip in one longer word.
pub(crate) fn slipped(rng: &mut Rng, text: &str) -> String {
    let words: Vec<&str> = text.split(' ').collect();
    let long: Vec<usize> = (0..words.len()).filter(|&i| words[i].len() >= 5 && words[i].is_ascii()).collect();
    let Some(&at) = long.get(rng.usize(0..long.len().max(1))) else { return text.to_owned() };
    let mut letters: Vec<char> = words[at].chars().collect();
    let i = 1 + rng.usize(0..letters.len() - 2);
    match rng.u32(0..4) {
        0 => letters.swap(i, i + 1),
        1 => drop(letters.remove(i)),
        2 => letters.insert(i, letters[i]),
        _ => letters[i] = rng.lowercase(),
    }
    let word: String = letters.into_iter().collect();
    words.iter().enumerate().map(|(i, w)| if i == at { word.as_str() } else { w }).collect::<Vec<_>>().join(" ")
}

/// Towns as they are said and misspelt.
pub(crate) fn spoken(rng: &mut Rng, town: &str) -> String {
    const SAID: [(&str, &[&str]); 16] = [
        ("Wymondham", &["Windham", "Wyndham", "Wymondam"]),
        ("Happisburgh", &["Haysborough", "Haisbro"]),
        ("Hunstanton", &["Hunston", "Hunstanton"]),
        ("Great Yarmouth", &["Gt Yarmouth", "Yarmouth", "Gt. Yarmouth"]),
        ("King's Lynn", &["Kings Lynn", "Lynn", "K Lynn"]),
        ("Costessey", &["Cossey", "Costessy"]),
        ("North Walsham", &["N Walsham", "Nth Walsham"]),
        ("Dereham", &["East Dereham", "Derham"]),
        ("Attleborough", &["Attleboro"]),
        ("Downham Market", &["Downham Mkt", "Downham"]),
        ("Sheringham", &["Sherringham"]),
        ("Aylsham", &["Ailsham"]),
        ("Swaffham", &["Swaffam"]),
        ("Mundesley", &["Munsley"]),
        ("Sprowston", &["Sproston"]),
        ("Hellesdon", &["Helesdon"]),
    ];
    let Some((_, ways)) = SAID.iter().find(|s| s.0 == town) else { return shortened(town) };
    ways[rng.usize(0..ways.len())].to_owned()
}

/// A postcode in any of the spacings of real files.
pub(crate) fn postcode(rng: &mut Rng, unit: &str) -> String {
    match rng.u32(0..8) {
        0 => unit.replace(' ', ""),
        1 => unit.to_lowercase(),
        2 => unit.replace(' ', "").to_lowercase(),
        3 => unit.replace(' ', "  "),
        4 => unit.replace(' ', "-"),
        _ => unit.to_owned(),
    }
}
