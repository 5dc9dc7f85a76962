//! One hypothesis for every reading of what a record mentions.

use super::{
    EntryKind, GridSquare, PostcodeLevel,
    coordinates::ReadPoint,
    gazetteers::{EntryRef, Gazetteers},
    hypothesis::{Hypothesis, Mention, Reading},
    parse::{NameMention, Parsed},
    study::{Study, metres},
    wording::Link,
};
use crate::model::{Flags, LonLat, PrecisionClass, bng_to_lonlat};

/// Most hypotheses that one name gives.
const MAX_OF_NAME: usize = 24;
/// How likely a postcode is that had to be corrected, and each other unit that a slip of the same key may have meant.
const CORRECTED: f64 = 0.6;
const SLIPPED: f64 = 0.2;
/// Streets that come no nearer to each other than this do not meet.
const MEET_M: f64 = 450.0;
/// Nine tenths of what is said to be in a village lie within so many times its reach.
const REACH_HELD: f64 = 1.4;
/// Of a street, postcodes and points lie within so many metres where it is built up, and where it is not.
const URBAN_STREET_M: f64 = 70.0;
const RURAL_STREET_M: f64 = 220.0;

/// What hypotheses are made from.
pub(super) struct Maker<'a> {
    pub(super) gazetteers: &'a Gazetteers,
    pub(super) study: &'a Study,
    pub(super) parsed: &'a Parsed,
}

impl Maker<'_> {
    /// Every hypothesis of a record. `homes` says whether mentions of somebody's home count.
    pub(super) fn all(
        &self,
        coordinates: Option<&ReadPoint>,
        class: Option<PrecisionClass>,
        homes: bool,
    ) -> Vec<Hypothesis> {
        let mut all = Vec::new();
        if let Some(read) = coordinates {
            // A name that many places have is one contradiction, however many they are.
            let alike = self.parsed.names.iter().map(|n| n.fine.len().clamp(1, MAX_OF_NAME)).max().unwrap_or(1);
            coordinates_as_given(read, class, alike as f64, &mut all);
        }
        for (i, square) in self.parsed.squares.iter().enumerate() {
            self.square(i, square, &mut all);
        }
        for i in (0..self.parsed.postcodes.len()).filter(|&i| self.parsed.postcodes[i].home == homes) {
            self.postcode(i, &mut all);
        }
        let names: Vec<usize> = (0..self.parsed.names.len()).filter(|&i| self.parsed.names[i].home == homes).collect();
        let any_fine = names.iter().any(|&i| !self.parsed.names[i].fine.is_empty());
        for &i in &names {
            self.fine(i, &mut all);
            self.broad(i, any_fine, &mut all);
        }
        for &(a, b, link) in &self.parsed.links {
            if names.contains(&a) && names.contains(&b) {
                self.crossing(a, b, link, &mut all);
            }
        }
        all
    }

    fn square(&self, i: usize, square: &GridSquare, all: &mut Vec<Hypothesis>) {
        let Ok(point) = bng_to_lonlat(square.center()) else { return };
        let class = match square.side_m {
            side if side <= 10.0 => PrecisionClass::Premises,
            side if side <= 100.0 => PrecisionClass::Street,
            side if side <= 1_000.0 => PrecisionClass::Locality,
            _ => PrecisionClass::District,
        };
        let prior = if self.study.holds(point) { 1.0 } else { 0.3 };
        let radius_m = square.radius_m().max(25.0);
        all.push(Hypothesis::new(Reading::Square, vec![Mention::Square(i)], point, class, radius_m, prior));
    }

    fn postcode(&self, i: usize, all: &mut Vec<Hypothesis>) {
        let mention = &self.parsed.postcodes[i];
        let unit = mention.postcode.level() == PostcodeLevel::Unit;
        let known = self.gazetteers.postcode(&mention.postcode).filter(|f| f.point.is_some());
        if let Some(point) = known.and_then(|f| f.point).and_then(|p| bng_to_lonlat(p).ok())
            && let Some(known) = known
        {
            let made_of = vec![Mention::Postcode(i)];
            let written = if mention.instead.is_some() { CORRECTED } else { 1.0 };
            let prior = written * if self.study.holds(point) { 1.0 } else { 0.3 };
            all.push(if unit {
                let rough = if known.quality > 1 { 60.0 } else { 0.0 };
                let radius_m = self.unit_radius_m(point) + rough;
                Hypothesis::new(Reading::Postcode(i), made_of, point, PrecisionClass::PostcodeUnit, radius_m, prior)
            } else {
                let sector = mention.postcode.level() == PostcodeLevel::Sector;
                let class = if sector { PrecisionClass::Sector } else { PrecisionClass::District };
                Hypothesis::new(Reading::PartOfPostcode(i), made_of, point, class, known.radius_m, prior * 0.05)
            });
        }
        self.instead(i, all);
        // A unit that is not known, or has no position, still names its sector or its outcode.
        if unit && !all.iter().any(|h| matches!(h.reading, Reading::Postcode(p) | Reading::Slip(p, _) if p == i)) {
            let sector = mention.postcode.sector();
            let parts = sector.into_iter().chain(Some(mention.postcode.outcode()));
            let mut known = parts.filter_map(|part| Some((part.level(), self.gazetteers.postcode(&part)?)));
            if let Some((level, part)) = known.next()
                && let Some(point) = part.point.and_then(|p| bng_to_lonlat(p).ok())
            {
                let class =
                    if level == PostcodeLevel::Sector { PrecisionClass::Sector } else { PrecisionClass::District };
                let made_of = vec![Mention::Postcode(i)];
                all.push(Hypothesis::new(Reading::PartOfPostcode(i), made_of, point, class, part.radius_m, 0.05));
            }
        }
    }

    /// Units that a slip of the same key may have meant, where a postcode had to be corrected.
    fn instead(&self, i: usize, all: &mut Vec<Hypothesis>) {
        for (n, other) in self.parsed.postcodes[i].instead.iter().flatten().take(MAX_OF_NAME).enumerate() {
            let point = self.gazetteers.postcode(other).and_then(|f| f.point).and_then(|p| bng_to_lonlat(p).ok());
            let Some(point) = point else { continue };
            let prior = SLIPPED * if self.study.holds(point) { 1.0 } else { 0.3 };
            let made_of = vec![Mention::Postcode(i)];
            let radius_m = self.unit_radius_m(point);
            let reading = Reading::Slip(i, n);
            all.push(Hypothesis::new(reading, made_of, point, PrecisionClass::PostcodeUnit, radius_m, prior));
        }
    }

    /// Radius that holds nine tenths of the addresses of a postcode unit: half the way to its neighbors.
    fn unit_radius_m(&self, point: LonLat) -> f64 {
        let density = self.gazetteers.postcodes_per_km2(point).unwrap_or(20.0).max(1.0);
        (650.0 / density.sqrt()).clamp(45.0, 400.0)
    }

    /// How far a street reaches round one of its points.
    fn street_radius_m(&self, point: LonLat) -> f64 {
        let density = self.gazetteers.postcodes_per_km2(point).unwrap_or(60.0);
        if density >= 40.0 { URBAN_STREET_M } else { RURAL_STREET_M.min(URBAN_STREET_M + 4.0 * (40.0 - density)) }
    }

    fn fine(&self, i: usize, all: &mut Vec<Hypothesis>) {
        let mention = &self.parsed.names[i];
        if mention.fine.is_empty() {
            return;
        }
        let weight = |e: &EntryRef| f64::from(self.gazetteers.points(*e).map(|p| p.1).sum::<u32>().max(1));
        let heaviest = mention.fine.iter().map(&weight).fold(1.0, f64::max);
        for &entry in &self.likeliest(mention) {
            let kind = self.gazetteers.entry(entry).kind;
            let reading = if kind == EntryKind::Street { Reading::Street(entry) } else { Reading::Entry(entry) };
            let point = self.gazetteers.first_point(entry);
            let own = self.gazetteers.entry(entry).radius_m;
            let radius_m = match kind {
                _ if own.is_finite() => f64::from(own).max(20.0),
                EntryKind::Premises => 35.0,
                EntryKind::Place => 80.0,
                _ => self.street_radius_m(point),
            };
            let inside = if self.study.holds(point) { 1.0 } else { 0.05 };
            let prior = f64::from(-1.5 * mention.cost).exp() * inside * (weight(&entry) / heaviest).powf(0.4);
            let class = kind.class();
            let mut one = Hypothesis::new(reading, vec![Mention::Name(i)], point, class, radius_m, prior);
            one.points = shares(self.gazetteers.points(entry));
            all.push(one);
        }
    }

    /// The entries of a name worth a hypothesis: all, or those that lie nearest to what else is named, or the most seen.
    fn likeliest(&self, mention: &NameMention) -> Vec<EntryRef> {
        if mention.fine.len() <= MAX_OF_NAME {
            return mention.fine.clone();
        }
        let anchors: Vec<(LonLat, f64)> = self.anchors();
        let names: Vec<&str> = self.localities_named().collect();
        let mut ranked: Vec<(f64, EntryRef)> = mention
            .fine
            .iter()
            .map(|&entry| {
                let point = self.gazetteers.first_point(entry);
                let far = anchors.iter().map(|(anchor, reach)| (metres(point, *anchor) / reach).min(50.0)).sum::<f64>();
                let named = names.contains(&self.gazetteers.locality(entry));
                let weight = f64::from(self.gazetteers.points(entry).map(|p| p.1).sum::<u32>().max(1));
                let rank = if named { -100.0 } else { 0.0 } + far - 0.1 * weight.ln();
                (rank, entry)
            })
            .collect();
        ranked.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        ranked.into_iter().take(MAX_OF_NAME).map(|r| r.1).collect()
    }

    /// Points of postcodes and localities that are named, with how far each reaches.
    fn anchors(&self) -> Vec<(LonLat, f64)> {
        let postcodes = self.parsed.postcodes.iter().filter_map(|p| {
            let unit = self.gazetteers.postcode(&p.postcode)?;
            Some((bng_to_lonlat(unit.point?).ok()?, unit.radius_m.max(200.0)))
        });
        let broad = self.parsed.names.iter().filter_map(|n| n.broad.first());
        let broad = broad.map(|&e| (self.gazetteers.first_point(e), self.gazetteers.reach_m(e)));
        postcodes.chain(broad).collect()
    }

    fn localities_named(&self) -> impl Iterator<Item = &str> {
        self.parsed.names.iter().flat_map(|n| &n.broad).map(|&e| self.gazetteers.name(e))
    }

    /// A locality by itself: all there is, or what is left where no street fits.
    fn broad(&self, i: usize, any_fine: bool, all: &mut Vec<Hypothesis>) {
        let mention = &self.parsed.names[i];
        let share = match (any_fine, self.parsed.unknown_streets > 0) {
            (true, _) => 0.05,
            (false, true) => 0.6,
            (false, false) => 0.8,
        };
        let kind = |e: EntryRef| self.gazetteers.entry(e).kind;
        let districts: Vec<&str> = mention
            .broad
            .iter()
            .filter(|&&e| kind(e) == EntryKind::District)
            .map(|&e| self.gazetteers.name(e))
            .collect();
        for &entry in mention.broad.iter().take(MAX_OF_NAME) {
            // A town that has given its district the name: alone it says no more than the district.
            if kind(entry) == EntryKind::Locality && districts.contains(&self.gazetteers.name(entry)) {
                continue;
            }
            let point = self.gazetteers.first_point(entry);
            let inside = if self.study.holds(point) { 1.0 } else { 0.1 };
            let prior = share * f64::from(-1.5 * mention.cost).exp() * inside;
            let class = self.gazetteers.entry(entry).kind.class();
            let radius_m = REACH_HELD * self.gazetteers.reach_m(entry);
            let mut one = Hypothesis::new(Reading::Broad(entry), vec![Mention::Name(i)], point, class, radius_m, prior);
            let points = self.gazetteers.points(entry);
            if points.len() > 2 {
                one.points = shares(points);
                one.radius_m = 150.0;
            }
            all.push(one);
        }
    }

    /// Where two streets come nearest to each other, or the middle between two places.
    fn crossing(&self, a: usize, b: usize, link: Link, all: &mut Vec<Hypothesis>) {
        let (first, second) = (&self.parsed.names[a], &self.parsed.names[b]);
        let (first_entries, second_entries) = (self.likeliest(first), self.likeliest(second));
        let cost = f64::from(-1.5 * (first.cost + second.cost)).exp();
        for &x in &first_entries {
            let mut best: Option<(f64, LonLat, EntryRef)> = None;
            for &y in &second_entries {
                for (p, _) in self.gazetteers.points(x).take(16) {
                    for (q, _) in self.gazetteers.points(y).take(16) {
                        let apart = metres(p, q);
                        if best.as_ref().is_none_or(|b| apart < b.0) {
                            let middle = LonLat { lon: f64::midpoint(p.lon, q.lon), lat: f64::midpoint(p.lat, q.lat) };
                            best = Some((apart, middle, y));
                        }
                    }
                }
            }
            let Some((apart, middle, y)) = best else { continue };
            let limit = if link == Link::Between { 2.0 * MEET_M } else { MEET_M };
            if apart > limit {
                continue;
            }
            let inside = if self.study.holds(middle) { 1.0 } else { 0.05 };
            let prior = 1.3 * cost * inside * (1.0 - 0.7 * apart / limit);
            let made_of = vec![Mention::Name(a), Mention::Name(b)];
            let radius_m = 35.0 + 0.55 * apart;
            let class = if apart < 150.0 { PrecisionClass::Junction } else { PrecisionClass::StreetSegment };
            all.push(Hypothesis::new(Reading::Crossing(x, y, link), made_of, middle, class, radius_m, prior));
        }
    }
}

/// The point as given, and exchanged where only that lies inside.
fn coordinates_as_given(read: &ReadPoint, class: Option<PrecisionClass>, alike: f64, all: &mut Vec<Hypothesis>) {
    let coarse = read.flags.has(Flags::GRIDREF_COARSE);
    let class = class.unwrap_or(if coarse { PrecisionClass::Street } else { PrecisionClass::Premises });
    let class = match read.radius_m {
        r if r > 2_000.0 => class.max(PrecisionClass::District),
        r if r > 300.0 => class.max(PrecisionClass::Locality),
        _ => class,
    };
    // Coordinates are believed against one thing that contradicts them, not against two; less so outside.
    let prior = alike * if read.flags.has(Flags::OUTSIDE_AREA) { 6.0 } else { 30.0 };
    let made_of = || vec![Mention::Coordinates];
    all.push(Hypothesis::new(Reading::Coordinates, made_of(), read.point, class, read.radius_m, prior));
    if let Some(point) = read.swapped {
        all.push(Hypothesis::new(Reading::Swapped, made_of(), point, class, read.radius_m, 0.3));
    }
}

/// Shares of points by how often each was seen.
fn shares(points: impl ExactSizeIterator<Item = (LonLat, u32)> + Clone) -> Vec<(LonLat, f64)> {
    let total: f64 = points.clone().map(|p| f64::from(p.1.max(1))).sum();
    points.map(|(p, weight)| (p, f64::from(weight.max(1)) / total)).collect()
}
