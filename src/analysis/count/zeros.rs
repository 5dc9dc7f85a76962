//! Combinations without incidents, where there could have been some: `zeros`.
//!
//! A zero is only given where it was counted: in the place asked for and the study area, for cells and areas that share
//! ground; with a dimension of time where the months have been received from every source asked for, otherwise where at
//! least one month of the period has from each; and nowhere where incidents lie that may match but cannot be told.
//! Combinations are walked in their order and merged with the counted ones, so that none are held.

use std::{
    collections::{HashMap, HashSet},
    iter::Peekable,
};

use super::ordered::Ordered;
use crate::{
    analysis::{PlaceDimension, steps::asked_sources},
    ask::{AskError, Reader, Tally},
    grid::cells_meeting,
    model::{Day, Dimension, Month, Period, Query, QueryError, WEEKDAYS},
    snapshot::{Region, Snapshot, Universe},
};

/// Most combinations that are walked.
const MAX_COMBINATIONS: u64 = 200_000_000;

/// Every value that each dimension could have under the query, in the order asked for.
pub(super) struct Domains<'r> {
    by: Vec<Domain>,
    /// Values of the second place dimension by those of the first, where there are two.
    partners: HashMap<u64, Vec<u64>>,
    received: Received<'r>,
    doubtful: HashSet<Vec<u64>>,
    /// Positions of the place dimensions.
    slots: Vec<usize>,
}

enum Domain {
    Values(Vec<u64>),
    /// Those that share ground with the value of the first place dimension.
    Partners,
}

impl<'r> Domains<'r> {
    pub(super) fn new(
        reader: &'r dyn Reader,
        query: &Query,
        places: &[PlaceDimension],
        tally: &Tally,
    ) -> Result<Self, AskError> {
        let ground = reader.ground();
        let slots: Vec<usize> = (0..query.by.len()).filter(|&i| query.by[i].is_place()).collect();
        let mut by = Vec::new();
        let mut partners = HashMap::new();
        let mut seen = 0;
        for (dimension, coded) in query.by.iter().zip(&tally.dimensions) {
            by.push(if dimension.is_place() {
                seen += 1;
                match seen {
                    1 => Domain::Values(places_of(ground, &places[0], query)?),
                    2 => {
                        partners = partners_of(ground, &places[0], &places[1], query)?;
                        Domain::Partners
                    }
                    _ => return Err(QueryError::invalid("zeros", "true", "with at most two place dimensions").into()),
                }
            } else {
                let asked = query.period();
                let in_period = |i: usize| coded.periods.get(i).is_none_or(|days| days.meets(asked));
                let wanted = is_asked_for(ground, dimension, query)?;
                let values = (0..coded.texts.len()).filter(|&i| in_period(i) && wanted(&coded.texts[i]));
                Domain::Values(values.map(|i| i as u64).collect())
            });
        }
        let received = Received::new(ground, query, places, tally)?;
        let domains = Self { by, partners, received, doubtful: tally.doubtful.clone(), slots };
        let combinations = domains.combinations();
        if combinations > MAX_COMBINATIONS {
            let expected = format!(
                "at most {MAX_COMBINATIONS} combinations, these would be {combinations}: ask for fewer dimensions or a shorter period"
            );
            return Err(QueryError::invalid("zeros", "true", expected).into());
        }
        Ok(domains)
    }

    fn combinations(&self) -> u64 {
        let paired = self.by.iter().any(|d| matches!(d, Domain::Partners));
        let size = |(i, domain): (usize, &Domain)| match domain {
            Domain::Partners => self.partners.values().map(Vec::len).sum::<usize>() as u64,
            Domain::Values(_) if paired && self.slots.first() == Some(&i) => 1,
            Domain::Values(values) => values.len() as u64,
        };
        self.by.iter().enumerate().map(size).fold(1, u64::saturating_mul)
    }

    /// The values of a dimension that go with those before it.
    fn values(&self, i: usize, before: &[u64]) -> &[u64] {
        match &self.by[i] {
            Domain::Values(values) => values,
            Domain::Partners => self.partners.get(&before[self.slots[0]]).map_or(&[], Vec::as_slice),
        }
    }

    /// Whether a combination without incidents was counted.
    fn is_zero(&mut self, values: &[u64]) -> bool {
        let place: Vec<u64> = self.slots.iter().map(|&i| values[i]).collect();
        !self.doubtful.contains(&place) && self.received.was(values)
    }
}

/// Counted combinations and zeros, in the order of their values.
pub(super) struct Merged<'r> {
    counted: Peekable<Ordered>,
    domains: Domains<'r>,
    /// The combination walked to, as positions in its domains; none at the end.
    at: Option<Vec<usize>>,
}

impl<'r> Merged<'r> {
    pub(super) fn new(counted: Ordered, domains: Domains<'r>) -> Self {
        let mut merged = Self { counted: counted.peekable(), domains, at: Some(Vec::new()) };
        merged.fill();
        merged
    }

    /// The values walked to.
    fn values(&self) -> Option<Vec<u64>> {
        let at = self.at.as_ref()?;
        let mut values = Vec::with_capacity(at.len());
        for (i, &position) in at.iter().enumerate() {
            let value = self.domains.values(i, &values)[position];
            values.push(value);
        }
        Some(values)
    }

    /// Goes down to the first combination at or after the one begun.
    fn fill(&mut self) {
        loop {
            let Some(mut at) = self.at.take() else { return };
            let mut values = Vec::new();
            for (i, &position) in at.iter().enumerate() {
                let value = self.domains.values(i, &values)[position];
                values.push(value);
            }
            while at.len() < self.domains.by.len() {
                match self.domains.values(at.len(), &values).first() {
                    Some(&first) => {
                        at.push(0);
                        values.push(first);
                    }
                    None => break,
                }
            }
            if at.len() == self.domains.by.len() {
                self.at = Some(at);
                return;
            }
            self.at = self.after(at);
        }
    }

    /// The next beginning of a combination; none at the end.
    fn after(&self, mut at: Vec<usize>) -> Option<Vec<usize>> {
        while let Some(last) = at.pop() {
            let mut values = Vec::new();
            for (i, &position) in at.iter().enumerate() {
                let value = self.domains.values(i, &values)[position];
                values.push(value);
            }
            if last + 1 < self.domains.values(at.len(), &values).len() {
                at.push(last + 1);
                return Some(at);
            }
        }
        None
    }

    fn step(&mut self) {
        // Without dimensions there is one combination.
        self.at = self.at.take().filter(|at| !at.is_empty()).and_then(|at| self.after(at));
        self.fill();
    }
}

impl Iterator for Merged<'_> {
    type Item = (Vec<u64>, u64);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let Some(values) = self.values() else { return self.counted.next() };
            match self.counted.peek().map(|row| row.0.cmp(&values)) {
                Some(std::cmp::Ordering::Less) => return self.counted.next(),
                Some(std::cmp::Ordering::Equal) => {
                    self.step();
                    return self.counted.next();
                }
                _ => {
                    let zero = self.domains.is_zero(&values);
                    self.step();
                    if zero {
                        return Some((values, 0));
                    }
                }
            }
        }
    }
}

/// Cells or areas of the place asked for that have ground in the study area, ascending.
pub(in crate::analysis) fn places_of(
    ground: &Snapshot,
    place: &PlaceDimension,
    query: &Query,
) -> Result<Vec<u64>, AskError> {
    let region = Region::of_query(ground, query)?;
    match place {
        PlaceDimension::Cell(resolution) => {
            let all = &ground.universe(*resolution)?.cells;
            let Some(region) = region else { return Ok(all.clone()) };
            let inside = region.cells(*resolution)?;
            Ok(inside.into_iter().filter(|cell| all.binary_search(cell).is_ok()).collect())
        }
        PlaceDimension::Area(layer) => {
            let layer = &ground.layers[*layer];
            let meets = |area: &u32| {
                ground.is_in_study_area(layer, *area) && region.as_ref().is_none_or(|r| r.meets(layer, *area))
            };
            Ok((0..layer.areas.len() as u32).filter(meets).map(u64::from).collect())
        }
    }
}

/// For each value of one place dimension the values of another that share ground with it.
fn partners_of(
    ground: &Snapshot,
    first: &PlaceDimension,
    second: &PlaceDimension,
    query: &Query,
) -> Result<HashMap<u64, Vec<u64>>, AskError> {
    let (firsts, seconds) = (places_of(ground, first, query)?, places_of(ground, second, query)?);
    let mut partners: HashMap<u64, Vec<u64>> = HashMap::new();
    let mut pair = |a: u64, b: u64| partners.entry(a).or_default().push(b);
    match (first, second) {
        (PlaceDimension::Area(a), PlaceDimension::Area(b)) => {
            let (a, b) = (&ground.layers[*a], &ground.layers[*b]);
            for &area in &firsts {
                let met = seconds.iter().filter(|&&other| ground.areas_meet(a, area as u32, b, other as u32));
                met.for_each(|&other| pair(area, other));
            }
        }
        (PlaceDimension::Area(layer), PlaceDimension::Cell(resolution)) => {
            for &area in &firsts {
                for cell in cells_meeting(&ground.layers[*layer].areas[area as usize].polygons, *resolution)? {
                    if seconds.binary_search(&cell).is_ok() {
                        pair(area, cell);
                    }
                }
            }
        }
        (PlaceDimension::Cell(resolution), PlaceDimension::Area(layer)) => {
            for &area in &seconds {
                for cell in cells_meeting(&ground.layers[*layer].areas[area as usize].polygons, *resolution)? {
                    if firsts.binary_search(&cell).is_ok() {
                        pair(cell, area);
                    }
                }
            }
        }
        // A query has one resolution of cells.
        (PlaceDimension::Cell(_), PlaceDimension::Cell(_)) => {}
    }
    Ok(partners)
}

type Wanted = Box<dyn Fn(&str) -> bool>;

/// Tells whether a value of a dimension is one that the filters let through.
fn is_asked_for(ground: &Snapshot, dimension: &Dimension, query: &Query) -> Result<Wanted, AskError> {
    let (weekdays, hours) = (query.weekdays, query.hours);
    Ok(match dimension {
        Dimension::Day => Box::new(move |text| {
            Day::parse(text).is_ok_and(|day| weekdays.is_none_or(|w| w[usize::from(day.weekday())]))
        }),
        Dimension::Weekday => Box::new(move |text| {
            weekdays.is_none_or(|w| WEEKDAYS.iter().position(|n| *n == text).is_some_and(|i| w[i]))
        }),
        Dimension::Hour => {
            Box::new(move |text| text.parse::<u32>().is_ok_and(|hour| hours.is_none_or(|h| h.0 & (1 << hour) != 0)))
        }
        Dimension::Category => {
            let asked = ground.asked_categories(query)?;
            Box::new(move |text| asked.iter().any(|c| c == text))
        }
        Dimension::Source => {
            let sources = query.sources.clone();
            Box::new(move |text| sources.is_empty() || sources.iter().any(|s| s == text))
        }
        _ => Box::new(|_| true),
    })
}

/// Tells whether a combination without incidents was counted at all.
struct Received<'r> {
    ground: &'r Snapshot,
    sources: Vec<String>,
    /// Months of the period of which any source has sent anything.
    months: Vec<Month>,
    /// Position of the dimension of time and the months of its values; position of the source.
    time: Option<(usize, Vec<Vec<Month>>)>,
    source: Option<usize>,
    place: Option<(usize, Districts<'r>)>,
    /// What was asked before, by district, value of time and of source.
    known: HashMap<(String, u64, u64), bool>,
}

enum Districts<'r> {
    Areas(Vec<&'r str>),
    Cells(&'r Universe),
}

impl<'r> Received<'r> {
    fn new(ground: &'r Snapshot, query: &Query, places: &[PlaceDimension], tally: &Tally) -> Result<Self, AskError> {
        let sources = asked_sources(ground, query).to_vec();
        let period = query.period();
        let months = ground.coverage.months(&sources).into_iter().filter(|m| m.period().meets(period)).collect();
        let position = |wanted: &dyn Fn(&Dimension) -> bool| query.by.iter().position(wanted);
        let time = position(&|d| matches!(d, Dimension::Month | Dimension::Week | Dimension::Day));
        let months_of = |days: &Period| days.months().collect();
        let time = time.map(|i| (i, tally.dimensions[i].periods.iter().map(months_of).collect()));
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
        Ok(Self { ground, sources, months, time, source, place, known: HashMap::new() })
    }

    fn was(&mut self, values: &[u64]) -> bool {
        let district = match &self.place {
            None => "",
            Some((i, Districts::Areas(districts))) => districts[values[*i] as usize],
            Some((i, Districts::Cells(universe))) => universe.district(self.ground, values[*i]),
        };
        let value = |slot: Option<usize>| slot.map_or(u64::MAX, |i| values[i]);
        let key = (district.to_owned(), value(self.time.as_ref().map(|t| t.0)), value(self.source));
        if let Some(&known) = self.known.get(&key) {
            return known;
        }
        let of_value =
            |s: &&String| self.source.is_none_or(|i| self.ground.source_names().get(values[i] as usize) == Some(*s));
        let sources: Vec<&str> = self.sources.iter().filter(of_value).map(String::as_str).collect();
        let coverage = &self.ground.coverage;
        let months = self.time.as_ref().and_then(|(i, months)| months.get(values[*i] as usize));
        let was = match months {
            Some(months) => coverage.each(&sources, months, district),
            None => coverage.some(&sources, &self.months, district),
        };
        self.known.insert(key, was);
        was
    }
}
