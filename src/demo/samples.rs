//! Files as partners without coordinates keep them: a council's ASB cases, a youth work contact log, assaults seen in A&E.
//! Their mappings are `data/mappings/*.toml`; what is written is found with the county's gazetteers.

use fastrand::Rng;

use super::{
    county::{County, DemoArea, Street},
    error::DemoError,
    files::{british, postcode_of, table, time},
    names,
};
use crate::model::{Day, Month};

/// Rows of each sample.
const ROWS: usize = 400;
/// First month of the samples.
const FIRST: Month = Month(2026 * 12);
const MONTHS: i32 = 6;

type Bytes = Result<Vec<u8>, DemoError>;

/// The samples by file name.
pub(super) fn samples(county: &County, seed: u64) -> Result<[(&'static str, Vec<u8>); 3], DemoError> {
    let mut rng = Rng::with_seed(seed ^ 0x05a5_a1e5);
    Ok([
        ("sample-council-asb.csv", council(county, &mut rng)?),
        ("sample-youth-contacts.csv", youth(county, &mut rng)?),
        ("sample-a-and-e.csv", a_and_e(county, &mut rng)?),
    ])
}

/// A street of a town or village, with the area it lies in.
fn pick<'c>(county: &'c County, rng: &mut Rng) -> (usize, &'c DemoArea, usize, &'c Street) {
    loop {
        let at = rng.usize(0..county.areas.len());
        let area = &county.areas[at];
        let s = rng.usize(0..area.streets.len());
        if !area.streets[s].points.is_empty() {
            return (at, area, s, &area.streets[s]);
        }
    }
}

fn day(rng: &mut Rng) -> Day {
    let months = FIRST.period().start.0..Month(FIRST.0 + MONTHS).period().start.0;
    Day(rng.i32(months))
}

/// Ways of writing a street.
fn written(rng: &mut Rng, street: &str) -> String {
    let short = [("Street", "St"), ("Road", "Rd"), ("Lane", "Ln"), ("Close", "Cl"), ("Avenue", "Ave"), ("Drive", "Dr")];
    let mut text = street.to_owned();
    if rng.bool() {
        for (long, abbreviated) in short {
            text = text.replace(long, abbreviated);
        }
    }
    if rng.f64() < 0.2 { text.to_uppercase() } else { text }
}

/// One of the names of an area: `Old Town` of `Old Town`, either of `Amberfield & Dovewick`.
fn part_of<'a>(rng: &mut Rng, name: &'a str) -> &'a str {
    let parts: Vec<&str> = name.split(" & ").collect();
    parts[rng.usize(0..parts.len())]
}

fn council(county: &County, rng: &mut Rng) -> Bytes {
    let rows: Vec<Vec<String>> = (0..ROWS)
        .map(|i| {
            let (at, area, s, street) = pick(county, rng);
            let number = rng.u32(1..120);
            let postcode = if rng.f64() < 0.85 { postcode_of(at, s) } else { String::new() };
            let kind = ["Rowdy or inconsiderate behaviour", "Street drinking", "Vehicle nuisance", "ASB environmental"];
            vec![
                format!("C/26/{:05}", i + 1),
                british(day(rng)),
                kind[rng.usize(0..kind.len())].to_owned(),
                format!("{number} {}", written(rng, &street.name)),
                names::TOWNS[area.district].to_owned(),
                if rng.bool() { postcode } else { postcode.replace(' ', "").to_lowercase() },
                "A Complainant".to_owned(),
            ]
        })
        .collect();
    table(&["Case ref", "Date reported", "Case type", "Location", "Town", "Postcode", "Complainant"], rows.into_iter())
}

fn youth(county: &County, rng: &mut Rng) -> Bytes {
    let rows: Vec<Vec<String>> = (0..ROWS)
        .map(|i| {
            let (at, area, _, street) = pick(county, rng);
            let (place, town) = (part_of(rng, &area.name).to_owned(), names::TOWNS[area.district]);
            let name = written(rng, &street.name);
            let text = match rng.u32(0..6) {
                // Every ninth area has a youth centre.
                0 => format!("{} youth club", county.areas[at / 9 * 9].name),
                1 => format!("outside the shops on {name}, {place}, {town}"),
                2 => format!("rear of {name} {place} {town}"),
                3 => format!("nr {name}, {place}, {town}"),
                4 => "the usual spot".to_owned(),
                _ => format!("{name}, {place}, {town}"),
            };
            let concern =
                ["Young person felt unsafe", "Knife seen or carried", "Exploitation concern", "Positive contact"];
            vec![
                format!("L{:04}", i + 1),
                day(rng).to_string(),
                time(15 * 60 + rng.u32(0..390)),
                text,
                concern[rng.usize(0..concern.len())].to_owned(),
                rng.u32(1..9).to_string(),
                "Example".to_owned(),
            ]
        })
        .collect();
    let header = ["Session ref", "Date", "Time", "Where we met them", "Main concern", "Number present", "Worker name"];
    table(&header, rows.into_iter())
}

fn a_and_e(county: &County, rng: &mut Rng) -> Bytes {
    let rows: Vec<Vec<String>> = (0..ROWS)
        .map(|i| {
            let (at, area, s, street) = pick(county, rng);
            let town = names::TOWNS[area.district];
            let (name, place) = (written(rng, &street.name), part_of(rng, &area.name));
            let text = match rng.u32(0..8) {
                0 => format!("assaulted on {name}, {place}, {town}; lives at 14 Mill Lane {}", postcode_of(at, s)),
                1 => format!("home address 3 {name} {town}"),
                2 => town.to_owned(),
                3 => "declined to say".to_owned(),
                _ => format!("{name}, {place}, {town}"),
            };
            let when = day(rng);
            vec![
                format!("AE{:05}", 20_000 + i),
                when.to_string(),
                time(rng.u32(0..1440)),
                ["Fist", "Foot", "Sharp object", "Blunt object", "Not known"][rng.usize(0..5)].to_owned(),
                text,
                ["10-17", "18-24", "25-34", "35+"][rng.usize(0..4)].to_owned(),
                "9990000000".to_owned(),
            ]
        })
        .collect();
    let header = ["Attendance", "Assault date", "Assault time", "Weapon", "Assault location", "Age band", "NHS number"];
    table(&header, rows.into_iter())
}
