//! Incident texts with planted truth: plain ones and the twelve families of what goes wrong in real files.

use fastrand::Rng;
use places::{geocode::GridSquare, model::LonLat};

use crate::{
    families,
    world::{Street, World, grid, jittered},
    writing::{cased, postcode, written},
};

/// Family of records with nothing wrong.
pub(crate) const PLAIN: usize = 0;
/// Families by number; see the design.
pub(crate) const FAMILIES: [&str; 13] = [
    "plain",
    "1 default location",
    "2 zeros and swaps",
    "3 outside the county",
    "4 grid references",
    "5 junctions",
    "6 relative wording",
    "7 nicknames, branches",
    "8 renamed, old postcodes",
    "9 abbreviations, slips",
    "10 two addresses, homes",
    "11 contradictions",
    "12 prose",
];
/// Sources of records.
pub(crate) const SOURCES: [&str; 4] = ["police", "council", "youth", "a-and-e"];
/// Share of plain records.
const PLAIN_SHARE: f64 = 0.5;

/// A record as a partner's file would hold it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Record {
    pub text: String,
    pub locality: String,
    pub postcode: String,
    pub gridref: String,
    pub lon: String,
    pub lat: String,
    pub easting: String,
    pub northing: String,
    /// Where it happened.
    pub truth: Option<LonLat>,
    /// Whether what is written names one place.
    pub locatable: bool,
    /// Whether one of the families 1 to 3 is planted that has to be seen.
    pub planted: bool,
    pub family: usize,
    pub source: usize,
    pub district: String,
}

impl Record {
    pub(crate) fn set_grid(&mut self, point: LonLat) {
        let at = grid(point);
        self.easting = format!("{:.0}", at.easting);
        self.northing = format!("{:.0}", at.northing);
    }

    pub(crate) fn say(&mut self, text: &str) {
        text.clone_into(&mut self.text);
    }

    pub(crate) fn set_degrees(&mut self, point: LonLat) {
        self.lon = format!("{:.6}", point.lon);
        self.lat = format!("{:.6}", point.lat);
    }

    /// A reference with so many digits, spaced or not.
    pub(crate) fn set_gridref(&mut self, rng: &mut Rng, point: LonLat, digits: usize) {
        if let Some(text) = GridSquare::reference(grid(point), digits) {
            let half = digits / 2;
            self.gridref = match rng.u32(0..3) {
                0 => text,
                1 => format!("{} {} {}", &text[..2], &text[2..2 + half], &text[2 + half..]),
                _ => text.to_lowercase(),
            };
        }
    }
}

/// A corpus of a county; the same seed gives the same records.
pub(crate) fn corpus(world: &World, records: usize, seed: u64) -> Vec<Record> {
    let mut rng = Rng::with_seed(seed);
    (0..records)
        .map(|_| {
            let family = if rng.f64() < PLAIN_SHARE { PLAIN } else { rng.usize(1..FAMILIES.len()) };
            let street = pick_street(world, &mut rng);
            let mut record = match family {
                PLAIN => plain(world, street, &mut rng),
                family => families::record(family, world, street, &mut rng),
            };
            record.family = family;
            if record.district.is_empty() {
                record.district.clone_from(&street.district);
            }
            record
        })
        .collect()
}

/// Streets where more was recorded are written about more often, but not in proportion.
fn pick_street<'w>(world: &'w World, rng: &mut Rng) -> &'w Street {
    loop {
        let street = &world.streets[rng.usize(0..world.streets.len())];
        let weight: u32 = street.points.iter().map(|p| p.1).sum();
        if rng.f64() < (f64::from(weight) / 30.0).sqrt() {
            return street;
        }
    }
}

/// A point on a street: one of those seen, and some metres along it.
pub(crate) fn on_street(street: &Street, rng: &mut Rng) -> LonLat {
    let total: u32 = street.points.iter().map(|p| p.1).sum();
    let mut at = rng.u32(0..total.max(1));
    let mut point = street.points[0].0;
    for (p, weight) in &street.points {
        point = *p;
        if at < *weight {
            break;
        }
        at -= weight;
    }
    jittered(rng, point, if street.postcode.is_some() { 30.0 } else { 60.0 })
}

/// A street with or without a number.
pub(crate) fn address(street: &Street, rng: &mut Rng) -> String {
    let name = written(rng, &street.name);
    match rng.u32(0..6) {
        0 | 1 => format!("{} {name}", rng.u32(1..150)),
        2 => format!("Flat {}, {} {name}", rng.u32(1..20), rng.u32(1..80)),
        _ => name,
    }
}

/// A record with nothing wrong: what each source usually fills in.
fn plain(world: &World, street: &Street, rng: &mut Rng) -> Record {
    let source = rng.usize(0..SOURCES.len());
    let truth = on_street(street, rng);
    let mut record =
        Record { text: address(street, rng), truth: Some(truth), locatable: true, source, ..Record::default() };
    let town = cased(rng, &street.locality);
    match source {
        // Police: coordinates of the scene, words beside them.
        0 => {
            let at = jittered(rng, truth, 8.0);
            if rng.bool() {
                record.set_grid(at);
            } else {
                record.set_degrees(at);
            }
            if rng.bool() {
                record.locality = town;
            }
        }
        // Council: an address with town, mostly with postcode.
        1 => {
            record.locality = town;
            if rng.f64() < 0.8 {
                give_postcode(world, street, &mut record, rng);
            }
        }
        // Youth work: words, the town among them.
        2 => {
            record.text = format!("{}, {town}", record.text);
            if rng.f64() < 0.25 {
                give_postcode(world, street, &mut record, rng);
            }
        }
        _ => {
            record.text = format!("{} {town}", record.text);
            if rng.f64() < 0.4 {
                give_postcode(world, street, &mut record, rng);
            }
        }
    }
    record
}

/// The street's own postcode in the postcode's field; the scene is then near it.
pub(crate) fn give_postcode(world: &World, street: &Street, record: &mut Record, rng: &mut Rng) {
    let Some(unit) = &street.postcode else { return };
    let Some((_, point)) = world.postcodes.iter().find(|p| p.0 == *unit) else { return };
    record.postcode = postcode(rng, unit);
    record.truth = Some(jittered(rng, *point, street.unit_sigma_m));
}
