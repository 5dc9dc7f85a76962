//! Three years of incidents: Poisson counts by area and month, with the planted truths, on streets and in hours.

use fastrand::Rng;

use super::{
    county::{County, DemoArea, point_inside},
    truths::{CLEAR_HOLD_BUILD, EMERGES, FIRST_MONTH, MONTHS, Manifest, NOT_SENT},
};
use crate::model::{BngPoint, Day, Month};

/// Where a record says that it happened.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Where {
    /// At a position.
    At(BngPoint),
    /// At the force's default location.
    Default,
    /// No coordinates.
    Nowhere,
    /// Coordinates 0 and 0.
    Zero,
}

/// A record of any source.
#[derive(Debug, Clone)]
pub(super) struct Record {
    pub(super) category: &'static str,
    pub(super) day: Day,
    /// Minute of the day, where the source knows it.
    pub(super) minute: Option<u32>,
    /// Minutes until the end, for records of a span.
    pub(super) lasts: Option<u32>,
    pub(super) place: Where,
    pub(super) street: String,
    pub(super) precision: &'static str,
}

/// Records by source, in the order of `files::SOURCES`.
#[derive(Debug, Clone)]
pub(super) struct Incidents {
    pub(super) police: Vec<Record>,
    pub(super) asb: Vec<Record>,
    pub(super) youth: Vec<Record>,
}

/// Categories with their weight in ten thousand.
const POLICE: [(&str, u32); 12] = [
    ("Violence with injury", 900),
    ("Violence without injury", 2300),
    ("Rape", 90),
    ("Other sexual offences", 240),
    ("Robbery of personal property", 160),
    ("Possession of weapons offences", 190),
    ("Public order", 1300),
    ("Criminal damage", 1200),
    ("Burglary", 620),
    ("Vehicle crime", 700),
    ("Shoplifting", 1400),
    ("Drugs", 900),
];
const ASB: [(&str, u32); 4] = [
    ("Rowdy or inconsiderate behaviour", 5200),
    ("Street drinking", 1500),
    ("Vehicle nuisance", 2000),
    ("ASB environmental", 1300),
];
const YOUTH: [(&str, u32); 4] = [
    ("Young person felt unsafe", 4200),
    ("Knife seen or carried", 700),
    ("Exploitation concern", 900),
    ("Positive contact", 4200),
];

pub(super) fn make(county: &County, truths: &Manifest, rng: &mut Rng) -> Incidents {
    let mut incidents = Incidents { police: Vec::new(), asb: Vec::new(), youth: Vec::new() };
    for step in 0..MONTHS {
        let month = Month(FIRST_MONTH.0 + step);
        for (i, area) in county.areas.iter().enumerate() {
            let planted = planted(truths, i, month);
            let crowd = f64::from(area.residents) / 7_500.0 * if area.town.is_some() { 1.6 } else { 0.45 };
            let base = crowd * planted * season(month, truths.truths[3].index == i);
            for _ in 0..poisson(rng, 9.0 * base) {
                incidents.police.push(police(rng, area, month));
            }
            for _ in 0..poisson(rng, 3.4 * base) {
                incidents.asb.push(asb(rng, area, month));
            }
            if area.town.is_some() && !NOT_SENT.contains(&month) {
                for _ in 0..poisson(rng, 1.3 * base) {
                    incidents.youth.push(youth(rng, area, month));
                }
            }
        }
    }
    incidents
}

/// Factor of the planted truths on an area's month.
fn planted(truths: &Manifest, area: usize, month: Month) -> f64 {
    let mut factor = 1.0;
    for truth in &truths.truths {
        match truth.kind {
            "concentration" if truth.index == area => factor *= truth.factor,
            // The area was a concentration before the work began.
            "clear-hold-build" if truth.index == area => {
                factor *= if month >= CLEAR_HOLD_BUILD { 4.0 * truth.factor } else { 4.0 }
            }
            "clear-hold-build" if truth.into_index.contains(&area) && month >= CLEAR_HOLD_BUILD => {
                // A seventh of what is gone, shared among the areas around.
                let gone = 4.0 * (1.0 - truth.factor);
                factor += gone / 7.0 / truth.into_index.len() as f64;
            }
            "emerging" if truth.index == area && month >= EMERGES => factor *= truth.factor,
            _ => {}
        }
    }
    factor
}

/// Summers are a little busier everywhere, and three times so by the sea.
fn season(month: Month, seaside: bool) -> f64 {
    const YEAR: [f64; 12] = [0.90, 0.88, 0.96, 0.99, 1.05, 1.08, 1.12, 1.12, 1.03, 1.00, 0.95, 0.92];
    const SEASIDE: [f64; 12] = [0.7, 0.7, 0.9, 1.2, 1.6, 2.2, 3.4, 3.4, 1.7, 1.1, 0.8, 0.7];
    let table = if seaside { SEASIDE } else { YEAR };
    table[month.0.rem_euclid(12) as usize]
}

fn poisson(rng: &mut Rng, mean: f64) -> u32 {
    // Knuth's method, in parts so that exp() does not underflow.
    let (mut count, mut left) = (0, mean);
    while left > 0.0 {
        let part = left.min(30.0);
        let limit = (-part).exp();
        let mut product = rng.f64();
        while product > limit {
            count += 1;
            product *= rng.f64();
        }
        left -= part;
    }
    count
}

fn pick(rng: &mut Rng, weights: &[(&'static str, u32)]) -> &'static str {
    let total: u32 = weights.iter().map(|w| w.1).sum();
    let mut at = rng.u32(0..total);
    for (name, weight) in weights {
        if at < *weight {
            return name;
        }
        at -= weight;
    }
    weights[0].0
}

fn day_in(rng: &mut Rng, month: Month) -> Day {
    let period = month.period();
    loop {
        let day = Day(rng.i32(period.start.0..period.end.0));
        // Fridays and Saturdays are the busiest.
        let weight = [0.75, 0.72, 0.78, 0.85, 1.0, 1.0, 0.8][usize::from(day.weekday())];
        if rng.f64() < weight {
            return day;
        }
    }
}

/// A minute of the day: after school and late evening are the peaks.
fn minute(rng: &mut Rng, day: Day) -> u32 {
    let weekend = day.weekday() >= 4;
    let (hour, spread) = match rng.u32(0..100) {
        0..35 => (16.0, 1.6),
        35..75 => (if weekend { 22.5 } else { 20.5 }, 1.8),
        _ => (13.0, 5.0),
    };
    let bell = (0..4).map(|_| rng.f64()).sum::<f64>() - 2.0;
    let minutes = (hour + bell * spread) * 60.0;
    (minutes.rem_euclid(1440.0)) as u32
}

fn snapped(rng: &mut Rng, area: &DemoArea) -> (BngPoint, String) {
    loop {
        // A few streets carry most of it.
        let bias = rng.f64() * rng.f64();
        let street = &area.streets[(bias * area.streets.len() as f64) as usize % area.streets.len()];
        if let Some(point) = street.points.get(rng.usize(0..street.points.len().max(1))) {
            return (*point, street.name.clone());
        }
    }
}

fn spoiled(rng: &mut Rng, point: BngPoint, default_share: f64) -> Where {
    let roll = rng.f64();
    if roll < default_share {
        Where::Default
    } else if roll < default_share + 0.005 {
        Where::Nowhere
    } else if roll < default_share + 0.0075 {
        Where::Zero
    } else if roll < default_share + 0.01 {
        Where::At(BngPoint { easting: point.easting - 180_000.0, northing: point.northing + 90_000.0 })
    } else {
        Where::At(point)
    }
}

fn police(rng: &mut Rng, area: &DemoArea, month: Month) -> Record {
    let category = pick(rng, &POLICE);
    let day = day_in(rng, month);
    let (point, street) = snapped(rng, area);
    let span = matches!(category, "Burglary" | "Vehicle crime" | "Criminal damage") && rng.f64() < 0.6;
    Record {
        category,
        day,
        minute: Some(minute(rng, day)),
        lasts: span.then(|| rng.u32(60..1200)),
        place: spoiled(rng, point, 0.02),
        street,
        precision: "",
    }
}

fn asb(rng: &mut Rng, area: &DemoArea, month: Month) -> Record {
    let (point, street) = snapped(rng, area);
    let near = BngPoint {
        easting: point.easting + (rng.f64() - 0.5) * 60.0,
        northing: point.northing + (rng.f64() - 0.5) * 60.0,
    };
    Record {
        category: pick(rng, &ASB),
        day: day_in(rng, month),
        minute: None,
        lasts: None,
        place: spoiled(rng, near, 0.0),
        street,
        precision: "",
    }
}

fn youth(rng: &mut Rng, area: &DemoArea, month: Month) -> Record {
    let day = day_in(rng, month);
    let precise = rng.u32(0..100);
    let (point, street) =
        if precise < 80 { snapped(rng, area) } else { (point_inside(rng, &area.ring), String::new()) };
    Record {
        category: pick(rng, &YOUTH),
        day,
        minute: (rng.f64() < 0.9).then(|| 15 * 60 + rng.u32(0..390)),
        lasts: None,
        place: spoiled(rng, point, 0.0),
        street,
        precision: match precise {
            0..30 => "venue",
            30..80 => "street",
            80..92 => "estate",
            _ => "ward",
        },
    }
}
