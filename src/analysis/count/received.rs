//! Whether a combination without incidents was counted at all.

use std::collections::{HashMap, HashSet};

use crate::{
    analysis::{PlaceDimension, steps::asked_sources},
    ask::{AskError, Tallied},
    model::{Dimension, Period, Query},
    snapshot::{Snapshot, Universe},
};

/// Tells whether nothing at a combination is a zero: it was received, and nothing doubtful lies there.
pub(super) struct Received<'r> {
    ground: &'r Snapshot,
    sources: Vec<String>,
    /// The period asked for.
    period: Period,
    /// Position of the dimension of time and the days of its values; position of the source.
    time: Option<(usize, Vec<Period>)>,
    source: Option<usize>,
    place: Option<(usize, Districts<'r>)>,
    /// Positions of the place dimensions, and their values where incidents may match that cannot be told.
    slots: Vec<usize>,
    doubtful: HashSet<Vec<u64>>,
    /// What was asked before: of each district the answers by value of time and source.
    known: Vec<Vec<Option<bool>>>,
    districts: HashMap<&'r str, usize>,
    /// The place asked about last, whether it is doubtful, and its district.
    last: Option<Last>,
}

/// What is known of a place.
struct Last {
    place: Vec<u64>,
    doubtful: bool,
    district: usize,
}

enum Districts<'r> {
    Areas(Vec<&'r str>),
    Cells(&'r Universe),
}

impl<'r> Received<'r> {
    pub(super) fn new(
        ground: &'r Snapshot,
        query: &Query,
        places: &[PlaceDimension],
        tallied: &Tallied<'_>,
    ) -> Result<Self, AskError> {
        let sources = asked_sources(ground, query).to_vec();
        let period = query.period();
        let position = |wanted: &dyn Fn(&Dimension) -> bool| query.by.iter().position(wanted);
        let time = position(&|d| matches!(d, Dimension::Month | Dimension::Week | Dimension::Day));
        let time = time.map(|i| (i, tallied.dimensions[i].periods.clone()));
        let place = match (position(&Dimension::is_place), places.first()) {
            (Some(i), Some(PlaceDimension::Cell(resolution))) => {
                Some((i, Districts::Cells(ground.universe(*resolution)?)))
            }
            (Some(i), Some(PlaceDimension::Area(layer))) => {
                let districts = ground.layers[*layer].areas.iter().map(|a| a.district.as_str());
                Some((i, Districts::Areas(districts.collect())))
            }
            _ => None,
        };
        let source = position(&|d| *d == Dimension::Source);
        let slots = (0..query.by.len()).filter(|&i| query.by[i].is_place()).collect();
        let doubtful = tallied.doubtful.clone();
        let (known, districts) = (Vec::new(), HashMap::new());
        Ok(Self { ground, sources, period, time, source, place, slots, doubtful, known, districts, last: None })
    }

    /// Whether it was.
    pub(super) fn was(&mut self, values: &[u64]) -> bool {
        let (doubtful, district) = self.place(values);
        if doubtful {
            return false;
        }
        let time = self.time.as_ref().map_or(0, |t| values[t.0] as usize);
        let (source, sources) = self.source.map_or((0, 1), |i| (values[i] as usize, self.ground.source_names().len()));
        let slot = time * sources + source;
        if let Some(Some(known)) = self.known[district].get(slot) {
            return *known;
        }
        let was = self.ask(values);
        let of_district = &mut self.known[district];
        of_district.resize(of_district.len().max(slot + 1), None);
        of_district[slot] = Some(was);
        was
    }

    /// Whether the place is doubtful, and its district.
    fn place(&mut self, values: &[u64]) -> (bool, usize) {
        let of_values = self.slots.iter().map(|&i| values[i]);
        if let Some(last) = self.last.as_ref().filter(|last| of_values.clone().eq(last.place.iter().copied())) {
            return (last.doubtful, last.district);
        }
        let place: Vec<u64> = of_values.collect();
        let doubtful = self.doubtful.contains(&place);
        let next = self.known.len();
        let district = *self.districts.entry(self.district(values)).or_insert(next);
        if district == next {
            self.known.push(Vec::new());
        }
        self.last = Some(Last { place, doubtful, district });
        (doubtful, district)
    }

    fn district(&self, values: &[u64]) -> &'r str {
        match &self.place {
            None => "",
            Some((i, Districts::Areas(districts))) => districts[values[*i] as usize],
            Some((i, Districts::Cells(universe))) => universe.district(self.ground, values[*i]),
        }
    }

    /// Asks the coverage.
    fn ask(&self, values: &[u64]) -> bool {
        let of_value =
            |s: &&String| self.source.is_none_or(|i| self.ground.source_names().get(values[i] as usize) == Some(*s));
        let sources: Vec<&str> = self.sources.iter().filter(of_value).map(String::as_str).collect();
        let district = self.district(values);
        let coverage = &self.ground.coverage;
        let days = self.time.as_ref().and_then(|(i, days)| days.get(values[*i] as usize));
        match days {
            Some(days) => coverage.each(&sources, std::slice::from_ref(days), district),
            None => coverage.some(&sources, self.period, district),
        }
    }
}
