//! The twelve families of what goes wrong in real files, planted.

use fastrand::Rng;
use places::{geocode::EntryKind, model::LonLat};

use crate::{
    corpus::{Record, SOURCES, address, give_postcode, on_street},
    world::{Local, Street, World, grid, jittered, metres},
    writing::{cased, postcode, shortened, slipped, spoken, written},
};

/// A record of a family.
pub(crate) fn record(family: usize, world: &World, street: &Street, rng: &mut Rng) -> Record {
    let mut record = Record {
        truth: Some(on_street(street, rng)),
        locatable: true,
        source: rng.usize(0..SOURCES.len()),
        ..Record::default()
    };
    match family {
        1 => default_location(world, street, &mut record, rng),
        2 => zeros_and_swaps(street, &mut record, rng),
        3 => outside(&mut record, rng),
        4 => grid_references(street, &mut record, rng),
        5 => junctions(world, street, &mut record, rng),
        6 => relative(world, street, &mut record, rng),
        7 => nicknames(world, street, &mut record, rng),
        8 => renamed(world, street, &mut record, rng),
        9 => slips(world, street, &mut record, rng),
        10 => homes(world, street, &mut record, rng),
        11 => contradictions(world, street, &mut record, rng),
        _ => prose(street, &mut record, rng),
    }
    record
}

fn with_town(text: &str, town: &str, record: &mut Record, rng: &mut Rng) {
    let town = cased(rng, town);
    if rng.bool() {
        record.locality = town;
        text.clone_into(&mut record.text);
    } else {
        record.text = format!("{text}, {town}");
    }
}

fn default_location(world: &World, street: &Street, record: &mut Record, rng: &mut Rng) {
    record.source = 0;
    record.planted = true;
    let at = jittered(rng, world.default_location, 2.0);
    if rng.bool() {
        record.set_grid(at);
    } else {
        record.set_degrees(at);
    }
    if rng.f64() < 0.7 {
        with_town(&address(street, rng), &street.locality, record, rng);
    } else {
        record.locatable = false;
    }
}

fn zeros_and_swaps(street: &Street, record: &mut Record, rng: &mut Rng) {
    record.source = 0;
    record.planted = true;
    let truth = record.truth.unwrap_or(street.points[0].0);
    let at = grid(truth);
    let (e, n) = (format!("{:.0}", at.easting), format!("{:.0}", at.northing));
    let (lon, lat) = (format!("{:.6}", truth.lon), format!("{:.6}", truth.lat));
    let text = address(street, rng);
    let zero =
        |record: &mut Record, value: &str| (record.easting, record.northing) = (value.to_owned(), value.to_owned());
    let mut lost = false;
    match rng.u32(0..10) {
        0 => {
            zero(record, "0");
            lost = true;
        }
        1 => {
            zero(record, "1");
            lost = true;
        }
        2 => {
            zero(record, "999999");
            lost = true;
        }
        3 => {
            (record.lon, record.lat) = ("0".to_owned(), "0.0".to_owned());
            lost = true;
        }
        // Exchanged eastings and northings may lie in Scotland: only words tell.
        4 => {
            (record.easting, record.northing) = (n, e);
            lost = true;
        }
        5 => (record.lon, record.lat) = (lat, lon),
        6 => (record.easting, record.northing) = (lon, lat),
        7 => (record.lon, record.lat) = (e, n),
        8 => {
            let thousands = |t: &str| format!("{},{}", &t[..3], &t[3..]);
            (record.easting, record.northing) = (thousands(&e), thousands(&n));
            record.planted = false;
        }
        _ => {
            let hundred = |v: f64| format!("{:.0}", (v / 100.0).floor() * 100.0);
            (record.easting, record.northing) = (hundred(at.easting), hundred(at.northing));
            with_town(&text, &street.locality, record, rng);
        }
    }
    if lost {
        with_town(&text, &street.locality, record, rng);
    } else if record.text.is_empty() {
        record.text = text;
    }
}

/// Cities far away, each with some kilometres round it.
const FAR: [(f64, f64); 8] = [
    (-0.1276, 51.5072),
    (-2.2426, 53.4808),
    (-1.8904, 52.4862),
    (-3.1883, 55.9533),
    (-1.5491, 53.8008),
    (-2.5879, 51.4545),
    (-1.4701, 53.3811),
    (-4.1427, 50.3755),
];

fn outside(record: &mut Record, rng: &mut Rng) {
    record.source = 0;
    record.planted = true;
    record.locatable = false;
    let (lon, lat) = FAR[rng.usize(0..FAR.len())];
    let at = jittered(rng, LonLat { lon, lat }, 4_000.0);
    record.truth = Some(at);
    "elsewhere".clone_into(&mut record.district);
    if rng.bool() {
        record.set_grid(at);
    } else {
        record.set_degrees(at);
    }
    record.say(["", "not in force area", "reported at front desk"][rng.usize(0..3)]);
}

fn grid_references(street: &Street, record: &mut Record, rng: &mut Rng) {
    let truth = record.truth.unwrap_or(street.points[0].0);
    match rng.u32(0..6) {
        0..3 => {
            let digits = [6, 8, 10][rng.usize(0..3)];
            record.set_gridref(rng, truth, digits);
            // Six digits name a square of 100 m: near the edge of a cell that is not enough.
            if rng.bool() {
                record.text = std::mem::take(&mut record.gridref);
            }
        }
        3 => {
            let digits = [2, 4][rng.usize(0..2)];
            record.set_gridref(rng, truth, digits);
            record.locatable = false;
        }
        4 => {
            record.say(["///filled.count.soap", "w3w limit.broom.flesh", "///daring.lion.race"][rng.usize(0..3)]);
            record.locatable = false;
        }
        _ => {
            let words = ["///filled.count.soap", "///daring.lion.race"][rng.usize(0..2)];
            let text = format!("{} {words}", address(street, rng));
            with_town(&text, &street.locality, record, rng);
        }
    }
}

fn junctions(world: &World, street: &Street, record: &mut Record, rng: &mut Rng) {
    let Some((other, middle)) = world.crossing(street, 120.0) else {
        return with_town(&address(street, rng), &street.locality, record, rng);
    };
    record.truth = Some(jittered(rng, middle, 15.0));
    let (a, b) = (written(rng, &street.name), written(rng, &other.name));
    let text = match rng.u32(0..7) {
        0 => format!("{a} j/w {b}"),
        1 => format!("{a} x {b}"),
        2 => format!("{a} / {b}"),
        3 => format!("cnr of {a} and {b}"),
        4 => format!("junction of {a} with {b}"),
        5 => format!("{a} jct {b}"),
        _ => format!("{a}/{b}"),
    };
    with_town(&text, &street.locality, record, rng);
}

fn relative(world: &World, street: &Street, record: &mut Record, rng: &mut Rng) {
    let near = world.locals.iter().filter(|l| l.street == street.name && l.locality == street.locality);
    let near: Vec<&Local> = near.filter(|l| metres(l.point, street.points[0].0) < 1_000.0).collect();
    let word = ["outside", "opposite", "rear of", "near", "o/s", "opp", "behind"][rng.usize(0..7)];
    if !near.is_empty() && rng.bool() {
        let local = near[rng.usize(0..near.len())];
        record.truth = Some(jittered(rng, local.point, 20.0));
        let text = format!("{word} {} {}", cased(rng, &local.name), written(rng, &street.name));
        return with_town(&text, &street.locality, record, rng);
    }
    if let Some((other, middle)) = world.crossing(street, 250.0).filter(|_| rng.f64() < 0.3) {
        record.truth = Some(jittered(rng, middle, 25.0));
        let text = format!("between {} and {}", written(rng, &street.name), written(rng, &other.name));
        return with_town(&text, &street.locality, record, rng);
    }
    with_town(&format!("{word} {}", address(street, rng)), &street.locality, record, rng);
}

fn nicknames(world: &World, street: &Street, record: &mut Record, rng: &mut Rng) {
    if rng.f64() < 0.2 {
        // A name that many towns have, with nothing else.
        record.say(["High Street", "The Street", "Church Lane", "Station Road", "Mill Road"][rng.usize(0..5)]);
        record.locatable = false;
        return;
    }
    let of_town: Vec<&Local> = world.locals.iter().filter(|l| l.locality == street.locality).collect();
    let Some(local) = of_town.get(rng.usize(0..of_town.len().max(1))) else {
        return with_town(&address(street, rng), &street.locality, record, rng);
    };
    record.truth = Some(jittered(rng, local.point, if local.kind == EntryKind::Premises { 10.0 } else { 25.0 }));
    let nickname = !local.nickname.is_empty() && rng.bool();
    let name = cased(rng, if nickname { &local.nickname } else { &local.name });
    let alone =
        world.locals.iter().filter(|l| l.name == local.name && metres(l.point, local.point) < 8_000.0).count() == 1;
    let text = if alone { name } else { format!("{name}, {}", written(rng, &local.street)) };
    with_town(&text, &local.locality, record, rng);
}

fn renamed(world: &World, street: &Street, record: &mut Record, rng: &mut Rng) {
    let premises =
        ["The Old Bakery", "former Odeon", "Jubilee Working Mens Club", "site of the Kings Head"][rng.usize(0..4)];
    match rng.u32(0..5) {
        0 if !world.ended.is_empty() => {
            let (unit, point) = &world.ended[rng.usize(0..world.ended.len())];
            record.say(premises);
            record.postcode = postcode(rng, unit);
            record.truth = Some(jittered(rng, *point, 22.0));
            world.study().district_of(*point).clone_into(&mut record.district);
        }
        1 => {
            record.say(["train between Norwich and Diss", "on board the 1430 service", "A47 lay-by"][rng.usize(0..3)]);
            record.locatable = false;
        }
        2 => {
            record.text = format!("{premises}, {}", address(street, rng));
            record.locality = cased(rng, &street.locality);
        }
        _ => {
            record.say(premises);
            give_postcode(world, street, record, rng);
            record.locatable = !record.postcode.is_empty();
        }
    }
}

fn slips(world: &World, street: &Street, record: &mut Record, rng: &mut Rng) {
    let mut text = shortened(&street.name);
    if rng.f64() < 0.6 {
        text = slipped(rng, &text);
    }
    let town = spoken(rng, &street.locality);
    with_town(&cased(rng, &text), &town, record, rng);
    if rng.f64() < 0.4 {
        give_postcode(world, street, record, rng);
    }
}

fn homes(world: &World, street: &Street, record: &mut Record, rng: &mut Rng) {
    let home = &world.streets[rng.usize(0..world.streets.len())];
    let homes_address = format!("{} {}", rng.u32(1..99), written(rng, &home.name));
    let scene = address(street, rng);
    record.text = match rng.u32(0..4) {
        0 => format!(
            "assaulted outside {scene}, {}, victim lives at {homes_address}, {}",
            street.locality, home.locality
        ),
        1 => format!("{scene}, {} (suspect of {homes_address}, {})", street.locality, home.locality),
        2 => {
            record.locatable = false;
            format!("h/a {homes_address}, {}", home.locality)
        }
        _ => {
            record.locatable = false;
            let unit = home.postcode.clone().unwrap_or_default();
            format!("home address {homes_address} {unit}")
        }
    };
}

fn contradictions(world: &World, street: &Street, record: &mut Record, rng: &mut Rng) {
    let other = &world.streets[rng.usize(0..world.streets.len())];
    record.text = address(street, rng);
    if rng.bool() {
        // Postcode of elsewhere; street and town agree, or nothing else decides.
        record.postcode = other.postcode.clone().unwrap_or_default();
        if rng.f64() < 0.6 {
            record.locality = cased(rng, &street.locality);
        } else {
            record.locatable = record.postcode.is_empty();
        }
    } else {
        // Town of elsewhere; street and postcode agree, or nothing else decides.
        record.locality.clone_from(&other.locality);
        give_postcode(world, street, record, rng);
        record.locatable = !record.postcode.is_empty();
    }
    if !record.postcode.is_empty() || record.locality == street.locality {
        return;
    }
    record.locatable = record.locality.eq_ignore_ascii_case(&street.locality);
}

fn prose(street: &Street, record: &mut Record, rng: &mut Rng) {
    const PEOPLE: [&str; 6] =
        ["Mr Harold Dunn", "Mrs Pike", "PC Marlow", "a lad called Tyler Reed", "Ms Okafor", "DC Hale"];
    let person = PEOPLE[rng.usize(0..PEOPLE.len())];
    let place = format!("{}, {}", written(rng, &street.name), cased(rng, &street.locality));
    record.text = match rng.u32(0..4) {
        0 => format!(
            "Report from {person} that a group of six youths were throwing stones at cars on {place} at about 8 pm, two on bikes, no injuries."
        ),
        1 => format!(
            "{person} states that whilst walking the dog along {place} she saw a male with a knife who then ran off. Very shaken, wants a call back."
        ),
        2 => format!(
            "Loud music and drinking again. Third time this week. Location is {place}. {person} has photos and will send them in."
        ),
        _ => format!(
            "Detached team spoke to 9 young people hanging around on {place}; mood was low, two said they do not feel safe after the fight on Friday."
        ),
    };
}
