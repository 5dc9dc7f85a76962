//! Names that no British county has.

/// The layer of the county's areas.
pub const LAYER: &str = "areas";

/// The county.
pub(super) const COUNTY: &str = "Holmshire";
/// Towns, each of which gives a district its name.
pub(super) const TOWNS: [&str; 4] = ["Saltmere", "Thornby Cross", "Wickhaven", "Eastness"];
/// Codes of the districts.
pub(super) const DISTRICTS: [&str; 4] = ["X07000001", "X07000002", "X07000003", "X07000004"];

const FIRST: [&str; 24] = [
    "Amber", "Barrow", "Cinder", "Dove", "Elder", "Fallow", "Gorse", "Hazel", "Ivy", "Juniper", "Kestrel", "Larch",
    "Mallow", "Nettle", "Osier", "Plover", "Quarry", "Rushy", "Sedge", "Teasel", "Under", "Velvet", "Wether", "Yarrow",
];
const SECOND: [&str; 12] =
    ["field", "ham", "wick", "ford", "stead", "holt", "combe", "fen", "toft", "thorpe", "dale", "mere"];
const STREET: [&str; 20] = [
    "Chapel", "Station", "Mill", "Church", "Quay", "Market", "Priory", "Windmill", "Ropery", "Beacon", "Lantern",
    "Cooper", "Tanner", "Orchard", "Harbour", "Meadow", "Granary", "Smithy", "Bishop", "Ferry",
];
const KIND: [&str; 8] = ["Street", "Road", "Lane", "Close", "Avenue", "Way", "Row", "Drive"];
/// Quarters of the towns; some names stand in two towns, as in life.
const QUARTERS: [[&str; 16]; 4] = [
    [
        "Market Cross & Quayside",
        "Old Town",
        "Station Quarter",
        "Priory Gardens",
        "Harbour View",
        "Northgate",
        "Southgate",
        "Westgate",
        "Eastgate",
        "Mill Hill",
        "Rope Walk",
        "Beacon Rise",
        "Lantern Park",
        "The Brickfields",
        "Castle Meadow",
        "Ferry Side",
    ],
    [
        "Thornby Market & Buttercross",
        "Old Town",
        "Railside",
        "Abbot's Garth",
        "Fletcher's Green",
        "Upper Thornby",
        "Nether Thornby",
        "Coldharbour Park",
        "Larkrise",
        "Windmill Hill",
        "Tanner's Yard",
        "Gallow Hill",
        "Whitestone",
        "The Limekilns",
        "Hangman's Copse",
        "Foundry Row",
    ],
    [
        "Wickhaven Harbour & Fish Quay",
        "St Osyn's",
        "Northgate",
        "Chandlers' Reach",
        "Lightship Park",
        "Saltings",
        "Marram Bank",
        "Gull Hill",
        "Denes End",
        "Boatyard Quarter",
        "Sandlings",
        "Herring Garth",
        "Kiln Down",
        "Tidemill",
        "Upper Wick",
        "The Warrens",
    ],
    [
        "Eastness Centre & Pierhead",
        "The Parade",
        "Signal Hill",
        "Cliff Gardens",
        "Groyne Side",
        "Bishop's Fold",
        "Southgate",
        "Lower Eastness",
        "Coastguard Row",
        "Terrace Hill",
        "Bathing Green",
        "Pavilion Park",
        "Ravelin",
        "Battery Field",
        "Winter Gardens",
        "Long Furlong",
    ],
];
/// Stems of street names: plain ones that every town has, and those made of two parts.
const STEMS: usize = STREET.len() + FIRST.len() * SECOND.len();
/// Streets of a quarter.
pub(super) const STREETS_OF_QUARTER: usize = 26;

/// Readable name of an area: towns by quarter, country by village.
pub(super) fn area(town: Option<usize>, i: usize) -> String {
    if let Some(town) = town {
        QUARTERS[town][i % 16].to_owned()
    } else {
        let (a, b) = (FIRST[i % FIRST.len()], SECOND[(i * 5 + i / FIRST.len()) % SECOND.len()]);
        let (c, d) = (FIRST[(i * 7 + 3) % FIRST.len()], SECOND[(i * 3 + 1) % SECOND.len()]);
        format!("{a}{b} & {c}{d}")
    }
}

/// Name of a street of a quarter. Within a town every name stands once, one stem sometimes with two kinds; the plain ones
/// stand in every town.
pub(super) fn town_street(town: usize, quarter: usize, i: usize) -> String {
    let serial = quarter * STREETS_OF_QUARTER + i;
    let stem = (serial * 59 + town * 97) % STEMS;
    let turn = if stem < STREET.len() { 0 } else { town };
    named(stem, stem + turn + 3 * (serial / STEMS))
}

/// Name of a street of a village: a few that most villages have, and its own.
pub(super) fn village_street(area: usize, i: usize) -> String {
    if i < 5 {
        named((area * 7 + i * 3) % STREET.len(), i)
    } else {
        named(STREET.len() + (area * 67 + i * 17) % (STEMS - STREET.len()), area + i)
    }
}

fn named(stem: usize, kind: usize) -> String {
    let kind = KIND[kind % KIND.len()];
    match stem.checked_sub(STREET.len()) {
        None => format!("{} {kind}", STREET[stem]),
        Some(n) => format!("{}{} {kind}", FIRST[n % FIRST.len()], SECOND[n / FIRST.len() % SECOND.len()]),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_town_has_each_street_once_and_shares_some_with_others() {
        let names = |town| -> BTreeSet<String> {
            (0..16).flat_map(|q| (0..STREETS_OF_QUARTER).map(move |i| town_street(town, q, i))).collect()
        };
        for town in 0..4 {
            assert_eq!(names(town).len(), 16 * STREETS_OF_QUARTER, "{town}");
        }
        assert!(names(0).intersection(&names(1)).count() > 10);
    }
}
