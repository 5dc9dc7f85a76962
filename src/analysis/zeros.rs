//! Combinations without incidents, where there could have been some: `--zeros`.
//!
//! A zero is only given where it was counted: with a dimension of time the months must have been received from
//! every source asked for, otherwise at least one month of the period from each; and nowhere where incidents lie
//! that may match but cannot be told.

use std::collections::HashSet;

use super::{AnalysisError, PlaceDimension, Plan, count::MAX_ROWS};
use crate::{
    model::{Day, Dimension, Month, Period, Query, QueryError},
    snapshot::Snapshot,
};

/// Values of the dimensions in the order asked for (cells as themselves, areas as positions, others as codes),
/// and the count.
pub(super) type Tuple = (Vec<u64>, u64);

/// Adds the missing combinations with count 0.
pub(super) fn fill(
    plan: &Plan<'_>,
    query: &Query,
    uncertain: &[u32],
    tuples: &mut Vec<Tuple>,
) -> Result<(), AnalysisError> {
    let domains = domains(plan, query)?;
    let rows: u64 = domains.iter().map(|d| d.len() as u64).product();
    if rows > MAX_ROWS as u64 {
        let expected = format!(
            "at most {MAX_ROWS} combinations, these would be {rows}: ask for fewer dimensions or a shorter period"
        );
        return Err(QueryError::invalid("zeros", "true", expected).into());
    }
    let known: HashSet<Vec<u64>> = tuples.iter().map(|t| t.0.clone()).collect();
    let received = Received::new(plan, query)?;
    let doubt = Doubt::new(plan, query, uncertain);
    let mut at = vec![0_usize; domains.len()];
    for _ in 0..rows {
        let values: Vec<u64> = at.iter().zip(&domains).map(|(&i, d)| d[i]).collect();
        if !known.contains(&values) && received.was(&values) && !doubt.holds(&values) {
            tuples.push((values, 0));
        }
        for (i, domain) in at.iter_mut().zip(&domains).rev() {
            *i += 1;
            if *i < domain.len() {
                break;
            }
            *i = 0;
        }
    }
    Ok(())
}

/// The places in which further incidents may match.
struct Doubt {
    /// Positions of the place dimensions in a tuple.
    slots: Vec<usize>,
    places: HashSet<Vec<u64>>,
}

impl Doubt {
    fn new(plan: &Plan<'_>, query: &Query, uncertain: &[u32]) -> Self {
        let is_place = |d: &Dimension| matches!(d, Dimension::Cell(_) | Dimension::Area(_));
        let slots = query.by.iter().enumerate().filter(|(_, d)| is_place(d)).map(|(i, _)| i).collect();
        Self { slots, places: uncertain.iter().map(|&group| plan.place_values(group)).collect() }
    }

    fn holds(&self, values: &[u64]) -> bool {
        let place: Vec<u64> = self.slots.iter().map(|&i| values[i]).collect();
        self.places.contains(&place)
    }
}

/// Every value that each dimension could have under the query.
fn domains(plan: &Plan<'_>, query: &Query) -> Result<Vec<Vec<u64>>, AnalysisError> {
    let snapshot = plan.snapshot;
    let mut places = plan.places.iter();
    let mut coded = plan.coded.iter();
    let mut domains = Vec::new();
    for dimension in &query.by {
        let domain: Vec<u64> = match dimension {
            Dimension::Cell(_) | Dimension::Area(_) => match places.next() {
                Some(place) => places_of(snapshot, place, query)?,
                None => Vec::new(),
            },
            other => {
                let Some(coded) = coded.next() else { continue };
                let asked = query.period();
                let meets = |days: &Period| days.start < asked.end && asked.start < days.end;
                let wanted = |i: &usize| {
                    coded.periods.get(*i).is_none_or(meets) && value_is_asked_for(other, &coded.texts[*i], plan, query)
                };
                (0..coded.texts.len()).filter(wanted).map(|i| i as u64).collect()
            }
        };
        domains.push(domain);
    }
    Ok(domains)
}

/// Cells or areas, within the place asked for where that is of the same kind.
pub(super) fn places_of(snapshot: &Snapshot, place: &PlaceDimension, query: &Query) -> Result<Vec<u64>, AnalysisError> {
    Ok(match place {
        PlaceDimension::Cell(resolution) => {
            let cells = snapshot.universe(*resolution)?.cells.iter().copied();
            let bbox = query.place.bbox;
            let asked: Vec<u64> = query.place.cells.iter().filter_map(|c| crate::grid::parse_cell(c).ok()).collect();
            let in_areas =
                (!query.place.areas.is_empty()).then(|| cells_in_areas(snapshot, *resolution, query)).transpose()?;
            cells
                .filter(|cell| {
                    let center = crate::grid::center(*cell);
                    bbox.is_none_or(|b| {
                        b.west <= center.lon && center.lon <= b.east && b.south <= center.lat && center.lat <= b.north
                    }) && (asked.is_empty() || asked.contains(cell))
                        && in_areas.as_ref().is_none_or(|cells| cells.contains(cell))
                })
                .collect()
        }
        PlaceDimension::Area(layer) => {
            let layer = &snapshot.layers[*layer];
            let same: Vec<&String> =
                query.place.areas.iter().filter(|(name, _)| *name == layer.name).map(|(_, code)| code).collect();
            let areas = layer.areas.iter().enumerate();
            areas.filter(|(_, a)| same.is_empty() || same.contains(&&a.code)).map(|(i, _)| i as u64).collect()
        }
    })
}

fn cells_in_areas(snapshot: &Snapshot, resolution: u8, query: &Query) -> Result<HashSet<u64>, AnalysisError> {
    let mut cells = HashSet::new();
    for (name, code) in &query.place.areas {
        let area = snapshot.layer(name).and_then(|l| l.areas.iter().find(|a| a.code == *code));
        if let Some(area) = area {
            cells.extend(crate::grid::cells_of_area(&area.polygons, resolution)?);
        }
    }
    Ok(cells)
}

fn value_is_asked_for(dimension: &Dimension, text: &str, plan: &Plan<'_>, query: &Query) -> bool {
    match dimension {
        Dimension::Day => {
            Day::parse(text).is_ok_and(|day| query.weekdays.is_none_or(|w| w[usize::from(day.weekday())]))
        }
        Dimension::Weekday => {
            query.weekdays.is_none_or(|w| crate::model::WEEKDAYS.iter().position(|n| *n == text).is_some_and(|i| w[i]))
        }
        Dimension::Hour => text.parse::<u32>().is_ok_and(|hour| query.hours.is_none_or(|h| h.0 & (1 << hour) != 0)),
        Dimension::Category => plan.snapshot.table.asked_categories(&plan.filter).iter().any(|c| c == text),
        Dimension::Source => query.sources.is_empty() || query.sources.iter().any(|s| s == text),
        Dimension::Month | Dimension::Week | Dimension::Cell(_) | Dimension::Area(_) => true,
    }
}

/// Tells whether a combination without incidents was counted at all.
struct Received<'a> {
    snapshot: &'a Snapshot,
    sources: Vec<String>,
    months: Vec<Month>,
    /// Position of the dimension of time and the months of its values; position of the source.
    time: Option<(usize, Vec<Vec<Month>>)>,
    source: Option<usize>,
    place: Option<(usize, Districts<'a>)>,
}

enum Districts<'a> {
    Areas(Vec<&'a str>),
    Cells(&'a crate::snapshot::Universe),
}

impl<'a> Received<'a> {
    fn new(plan: &Plan<'a>, query: &Query) -> Result<Self, AnalysisError> {
        let snapshot = plan.snapshot;
        let sources = if query.sources.is_empty() { snapshot.table.sources().to_vec() } else { query.sources.clone() };
        let mut received = Self { snapshot, sources, months: Vec::new(), time: None, source: None, place: None };
        let period = query.period();
        let within = |m: &Month| m.period().start < period.end && period.start < m.period().end;
        received.months = snapshot.coverage.months(&received.sources).into_iter().filter(within).collect();
        let mut places = plan.places.iter();
        let mut coded = plan.coded.iter();
        for (i, dimension) in query.by.iter().enumerate() {
            match dimension {
                Dimension::Cell(resolution) => {
                    places.next();
                    received.place.get_or_insert((i, Districts::Cells(snapshot.universe(*resolution)?)));
                }
                Dimension::Area(_) => {
                    let Some(PlaceDimension::Area(layer)) = places.next() else { continue };
                    let districts = snapshot.layers[*layer].areas.iter().map(|a| a.district.as_str()).collect();
                    received.place.get_or_insert((i, Districts::Areas(districts)));
                }
                other => {
                    let Some(coded) = coded.next() else { continue };
                    let months = |days: &Period| {
                        let (first, last) = (days.start.month(), Day(days.end.0 - 1).month());
                        (first.0..=last.0).map(Month).collect()
                    };
                    match other {
                        Dimension::Month | Dimension::Week | Dimension::Day => {
                            received.time.get_or_insert((i, coded.periods.iter().map(months).collect()));
                        }
                        Dimension::Source => received.source = Some(i),
                        _ => {}
                    }
                }
            }
        }
        Ok(received)
    }

    fn was(&self, values: &[u64]) -> bool {
        let district = match &self.place {
            None => "",
            Some((i, Districts::Areas(districts))) => districts[values[*i] as usize],
            Some((i, Districts::Cells(universe))) => universe.district(self.snapshot, values[*i]),
        };
        let sources = self
            .sources
            .iter()
            .filter(|s| self.source.is_none_or(|i| self.snapshot.table.sources().get(values[i] as usize) == Some(*s)));
        let coverage = &self.snapshot.coverage;
        let months = self.time.as_ref().and_then(|(i, months)| months.get(values[*i] as usize));
        let mut sources = sources.peekable();
        sources.peek().is_some()
            && sources.all(|source| match months {
                Some(months) => months.iter().all(|&m| coverage.is_received(source, m, district)),
                None => self.months.iter().any(|&m| coverage.is_received(source, m, district)),
            })
    }
}
