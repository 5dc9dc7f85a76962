//! What each thing a record mentions says about every hypothesis.
//!
//! Agreement falls with distance like `1 / (1 + (d / s)^2)` beyond what the thing itself covers, and never below a
//! floor: one mention can be wrong, so that one contradiction does not end a hypothesis that all else supports.

use super::{
    EntryKind, PostcodeLevel,
    coordinates::ReadPoint,
    gazetteers::{EntryRef, Gazetteers},
    hypothesis::{Hypothesis, Mention, Reading},
    parse::{NameMention, Parsed},
    study::{Study, metres},
};
use crate::model::{LonLat, bng_to_lonlat};

const POSTCODE_FLOOR: f64 = 0.006;
const STREET_FLOOR: f64 = 0.02;
const LOCALITY_FLOOR: f64 = 0.003;
const COORDINATE_FLOOR: f64 = 0.03;
const SQUARE_FLOOR: f64 = 0.03;
/// What is left of a hypothesis in another locality where one lies in the very locality that is named.
const NOT_THE_VERY: f64 = 0.1;
/// What is left of a hypothesis that a closer one implies.
const IMPLIED: f64 = 0.02;
/// Agreement from which two readings count as saying the same.
const SAME: f64 = 0.35;

/// How well a distance agrees: 1 up to `within`, a half at `within + scale`.
fn kernel(distance_m: f64, within_m: f64, scale_m: f64, floor: f64) -> f64 {
    let beyond = ((distance_m - within_m).max(0.0) / scale_m).powi(2);
    (1.0 / (1.0 + beyond)).max(floor)
}

/// What evidence is weighed from.
pub(super) struct Weigher<'a> {
    pub(super) gazetteers: &'a Gazetteers,
    pub(super) study: &'a Study,
    pub(super) parsed: &'a Parsed,
    pub(super) coordinates: Option<&'a ReadPoint>,
}

impl Weigher<'_> {
    /// Gives every hypothesis its evidence and mass.
    pub(super) fn weigh(&self, hypotheses: &mut [Hypothesis], homes: bool) {
        let reaches = self.reaches();
        for h in hypotheses.iter_mut() {
            for mention in self.mentions(homes).filter(|m| !h.made_of.contains(m)) {
                // That the street named is not known in a locality is part of how likely the locality alone is.
                let is_fine = matches!(mention, Mention::Name(i) if self.parsed.names[i].broad.is_empty());
                if matches!(h.reading, Reading::Broad(_)) && is_fine {
                    continue;
                }
                if let Some((distance, agreement)) = self.agreement(mention, h, &reaches) {
                    h.evidence.push((mention, distance, agreement));
                }
            }
        }
        self.prefer_the_very_locality(hypotheses);
        for h in hypotheses.iter_mut() {
            h.mass = h.prior * h.evidence.iter().map(|e| e.2).product::<f64>();
        }
        drop_implied(hypotheses);
    }

    fn mentions(&self, homes: bool) -> impl Iterator<Item = Mention> + '_ {
        let postcodes = self.parsed.postcodes.iter().enumerate().filter(move |(_, p)| p.home == homes);
        let names = self.parsed.names.iter().enumerate().filter(move |(_, n)| n.home == homes);
        (self.coordinates.is_some())
            .then_some(Mention::Coordinates)
            .into_iter()
            .chain((0..self.parsed.squares.len()).map(Mention::Square))
            .chain(postcodes.map(|(i, _)| Mention::Postcode(i)))
            .chain(names.map(|(i, _)| Mention::Name(i)))
    }

    /// How far each locality reaches, by name mention; worked out once a record.
    fn reaches(&self) -> Vec<Vec<f64>> {
        let of = |n: &NameMention| n.broad.iter().map(|&e| self.gazetteers.reach_m(e)).collect();
        self.parsed.names.iter().map(of).collect()
    }

    /// Distance and agreement of a mention with a hypothesis; nothing where it says nothing.
    fn agreement(&self, mention: Mention, h: &Hypothesis, reaches: &[Vec<f64>]) -> Option<(f64, f64)> {
        // A place that is only roughly known agrees with all that lies within it.
        let rough = if h.class >= crate::model::PrecisionClass::Locality { h.radius_m } else { 0.3 * h.radius_m };
        match mention {
            Mention::Coordinates => {
                let read = self.coordinates?;
                let distance = h.distance(read.point);
                Some((distance, kernel(distance, 60.0 + read.radius_m + rough, 200.0, COORDINATE_FLOOR)))
            }
            Mention::Square(i) => {
                let square = &self.parsed.squares[i];
                let distance = h.distance(bng_to_lonlat(square.center()).ok()?);
                Some((distance, kernel(distance, 60.0 + square.radius_m() + rough, 200.0, SQUARE_FLOOR)))
            }
            Mention::Postcode(i) => self.postcode_agreement(i, h, rough),
            Mention::Name(i) => self.name_agreement(i, h, rough, &reaches[i]),
        }
    }

    fn postcode_agreement(&self, i: usize, h: &Hypothesis, rough: f64) -> Option<(f64, f64)> {
        let postcode = &self.parsed.postcodes[i].postcode;
        let sector = postcode.sector();
        let parts = std::iter::once(postcode.clone()).chain(sector).chain(Some(postcode.outcode()));
        let known = parts.map(|p| (p.level(), self.gazetteers.postcode(&p)));
        let (level, unit) =
            known.filter_map(|(level, unit)| Some((level, unit?))).find(|(_, unit)| unit.point.is_some())?;
        let point = bng_to_lonlat(unit.point?).ok()?;
        let distance = h.distance(point);
        let density = self.gazetteers.postcodes_per_km2(point).unwrap_or(50.0).max(1.0);
        let spacing = (1_000.0 / density.sqrt()).clamp(60.0, 500.0);
        Some(match level {
            PostcodeLevel::Unit => (distance, kernel(distance, 100.0 + rough, 1.6 * spacing, POSTCODE_FLOOR)),
            _ => (
                distance,
                kernel(distance, unit.radius_m * 1.3 + rough, unit.radius_m / 2.0 + 300.0, POSTCODE_FLOOR * 2.0),
            ),
        })
    }

    fn name_agreement(&self, i: usize, h: &Hypothesis, rough: f64, reaches: &[f64]) -> Option<(f64, f64)> {
        let mention = &self.parsed.names[i];
        let mut best: Option<(f64, f64)> = None;
        let mut better = |distance: f64, agreement: f64| {
            if best.is_none_or(|b| agreement > b.1 || (agreement == b.1 && distance < b.0)) {
                best = Some((distance, agreement));
            }
        };
        // What had to be read generously weighs less.
        let doubt = f64::from(mention.cost) * 0.08;
        for (&entry, &reach) in mention.broad.iter().zip(reaches) {
            let (distance, agreement) = self.broad_agreement(entry, reach, h, rough);
            better(distance, agreement.max(LOCALITY_FLOOR + doubt));
        }
        for &entry in &mention.fine {
            let distance = self.gazetteers.points(entry).take(8).map(|(p, _)| h.distance(p)).fold(f64::MAX, f64::min);
            let kind = self.gazetteers.entry(entry).kind;
            let within = if kind == EntryKind::Street { 150.0 } else { 100.0 };
            let own = self.gazetteers.entry(entry).radius_m;
            let within = within + rough + if own.is_finite() { f64::from(own) } else { 0.0 };
            better(distance, kernel(distance, within, 180.0, STREET_FLOOR + doubt));
        }
        best
    }

    fn broad_agreement(&self, entry: EntryRef, reach_m: f64, h: &Hypothesis, rough: f64) -> (f64, f64) {
        let row = self.gazetteers.entry(entry);
        let distance = h.distance(self.gazetteers.first_point(entry));
        if row.kind == EntryKind::District {
            let same = self.study.district_of(h.point).eq_ignore_ascii_case(self.gazetteers.name(entry));
            let known = !self.study.district_of(h.point).is_empty();
            return (
                distance,
                if same {
                    1.0
                } else if known {
                    LOCALITY_FLOOR * 4.0
                } else {
                    0.2
                },
            );
        }
        // Within a town the nearer is a little likelier: people name the nearest.
        let within = 1.0 / (1.0 + 0.7 * (distance / (reach_m + rough)).min(1.0).powi(2));
        (distance, within * kernel(distance, reach_m + rough, 0.4 * reach_m + 300.0, LOCALITY_FLOOR))
    }

    /// A street in the very locality that is named goes before the same name nearby.
    fn prefer_the_very_locality(&self, hypotheses: &mut [Hypothesis]) {
        for (i, mention) in self.parsed.names.iter().enumerate().filter(|(_, n)| !n.broad.is_empty()) {
            let names: Vec<&str> = mention.broad.iter().map(|&e| self.gazetteers.name(e)).collect();
            // An area of the study area is known to its border; of other localities only what the gazetteer says.
            let areas: Vec<String> =
                mention.broad.iter().filter(|e| self.gazetteers.is_area(**e)).map(|&e| self.gazetteers.id(e)).collect();
            let in_area = |h: &Hypothesis| {
                let code = self.study.area_of(h.point).map(|a| self.study.code(a));
                code.is_some_and(|code| areas.iter().any(|a| a == code))
            };
            let very = |h: &Hypothesis| match h.reading {
                Reading::Street(e) | Reading::Entry(e) => names.contains(&self.gazetteers.locality(e)) || in_area(h),
                _ => false,
            };
            if !hypotheses.iter().any(very) {
                continue;
            }
            for h in hypotheses.iter_mut().filter(|h| matches!(h.reading, Reading::Street(_) | Reading::Entry(_))) {
                let is_very = very(h);
                for e in h.evidence.iter_mut().filter(|e| e.0 == Mention::Name(i)) {
                    e.2 = if is_very { 1.0 } else { e.2 * NOT_THE_VERY };
                }
            }
        }
    }
}

/// What a closer hypothesis implies is no rival: the street of a shop on it, the town of the street.
fn drop_implied(hypotheses: &mut [Hypothesis]) {
    let agreeing: Vec<(u8, LonLat, f64, f64)> = hypotheses
        .iter()
        .filter(|h| h.agreement() >= SAME && h.reading.rank() < 5)
        .map(|h| (h.reading.rank(), h.point, h.prior, h.radius_m))
        .collect();
    let best = hypotheses.iter().map(|h| h.mass).fold(0.0, f64::max);
    for h in hypotheses.iter_mut() {
        let reach = if h.reading.rank() == 5 { 1.2 * h.radius_m + 500.0 } else { 600.0 + h.radius_m };
        let implied = agreeing.iter().any(|&(rank, point, prior, _)| {
            rank < h.reading.rank()
                && prior >= 0.2
                && best <= 20.0 * prior
                && h.points.iter().any(|(p, _)| metres(*p, point) < reach)
        });
        if implied {
            h.mass *= IMPLIED;
        }
    }
}
