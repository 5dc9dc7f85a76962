//! Names that no British county has.

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
const CENTRES: [&str; 16] = [
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
];

/// Readable name of an area: towns by quarter, country by village.
pub(super) fn area(town: Option<usize>, i: usize) -> String {
    if town.is_some() {
        CENTRES[i % CENTRES.len()].to_owned()
    } else {
        let (a, b) = (FIRST[i % FIRST.len()], SECOND[(i * 5 + i / FIRST.len()) % SECOND.len()]);
        let (c, d) = (FIRST[(i * 7 + 3) % FIRST.len()], SECOND[(i * 3 + 1) % SECOND.len()]);
        format!("{a}{b} & {c}{d}")
    }
}

/// Name of a street of an area.
pub(super) fn street(area: usize, i: usize) -> String {
    format!("{} {}", STREET[(area * 7 + i * 3) % STREET.len()], KIND[(area + i * 5 + i / STREET.len()) % KIND.len()])
}
