//! A query made ready for a snapshot: names looked up, filters compiled, groups of places chosen.

use std::{borrow::Cow, collections::HashMap};

use super::{PlaceKey, count::rate_of};
use crate::{
    grid::{GridError, parse_cell, resolution_of},
    model::{Day, Dimension, Month, Period, PrecisionClass, Query, QueryError, Rate, WEEKDAYS, is_relative_figure},
    snapshot::{LoadedLayer, Snapshot},
    stats::StatsError,
    table::{CompiledFilter, Group, Grouping, PlaceAnswer, RowDimension, Span, Special},
};

/// Why a query has no answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AnalysisError {
    /// The query asks for something that is not there, or in a wrong way.
    #[error(transparent)]
    Query(#[from] QueryError),
    /// Cells of the study area cannot be listed.
    #[error(transparent)]
    Grid(#[from] GridError),
    /// A statistic refused its input.
    #[error(transparent)]
    Stats(#[from] StatsError),
    /// The question is a good one, but the data has no answer to it: the reason as a sentence.
    #[error("{reason}")]
    NoAnswer {
        /// Why.
        reason: String,
    },
}

/// A dimension of place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlaceDimension {
    /// Cells of a resolution.
    Cell(u8),
    /// Areas of the layer at this position among the snapshot's.
    Area(usize),
}

/// A dimension that each incident has by itself.
#[derive(Debug)]
pub(super) struct Coded {
    pub(super) dimension: RowDimension,
    /// Text of each value.
    pub(super) texts: Vec<String>,
    /// Days of each value, for months, weeks and days; else empty.
    pub(super) periods: Vec<Period>,
}

/// A query ready to be counted.
#[derive(Debug)]
pub struct Plan<'s> {
    pub(super) snapshot: &'s Snapshot,
    pub(super) filter: CompiledFilter,
    pub(super) grouping: Cow<'s, Grouping>,
    /// Place dimensions in the order asked for.
    pub(super) places: Vec<PlaceDimension>,
    /// Groups of each place dimension, by group of a combined grouping; empty with at most one dimension.
    pub(super) combined: Vec<Vec<u32>>,
    /// Row dimensions in the order asked for.
    pub(super) coded: Vec<Coded>,
}

impl<'s> Plan<'s> {
    /// Looks up and compiles a query.
    ///
    /// # Errors
    /// [`QueryError`] for any name that is not known.
    pub fn new(snapshot: &'s Snapshot, query: &Query) -> Result<Self, QueryError> {
        let places = place_dimensions(snapshot, query)?;
        check_rate(snapshot, query, &places)?;
        let filter = CompiledFilter::new(&snapshot.table, query, &snapshot.known, |span| {
            query.by.iter().all(|dimension| resolves(dimension, span))
        })?;
        let (mut grouping, combined) = grouping(snapshot, &places);
        if let Some(answers) = place_answers(snapshot, query)? {
            grouping = Cow::Owned(grouping.narrowed(&answers));
        }
        let coded = query.by.iter().filter_map(|d| coded(snapshot, d)).collect();
        Ok(Self { snapshot, filter, grouping, places, combined, coded })
    }

    /// The snapshot it was made for.
    #[must_use]
    pub fn snapshot(&self) -> &'s Snapshot {
        self.snapshot
    }

    /// Denominator and rate of a count in a place; NaN where there is nothing to divide by.
    #[must_use]
    pub fn rate(&self, rate: &Rate, place: &PlaceKey, count: u64) -> (f64, f64) {
        rate_of(self.snapshot, rate, place, count)
    }
}

fn layer_index(snapshot: &Snapshot, name: &str, parameter: &str) -> Result<usize, QueryError> {
    let known = || snapshot.layers.iter().map(|l| l.name.clone());
    let found = snapshot.layers.iter().position(|l| l.name == name);
    found.ok_or_else(|| QueryError::unknown(parameter, name, known()))
}

fn place_dimensions(snapshot: &Snapshot, query: &Query) -> Result<Vec<PlaceDimension>, QueryError> {
    let place = |dimension: &Dimension| match dimension {
        Dimension::Cell(resolution) => Some(Ok(PlaceDimension::Cell(*resolution))),
        Dimension::Area(layer) => Some(layer_index(snapshot, layer, "by area").map(PlaceDimension::Area)),
        _ => None,
    };
    query.by.iter().filter_map(place).collect()
}

/// Whether the days of an incident are precise enough for a dimension.
fn resolves(dimension: &Dimension, span: Span) -> bool {
    let last = Day(span.end.0 - 1);
    match dimension {
        Dimension::Month => span.start.month() == last.month(),
        Dimension::Week => span.start.monday() == last.monday(),
        Dimension::Day | Dimension::Weekday => span.start == last,
        _ => true,
    }
}

fn single<'s>(snapshot: &'s Snapshot, place: &PlaceDimension) -> &'s Grouping {
    let table = &snapshot.table;
    let found = match place {
        PlaceDimension::Cell(resolution) => table.cell_groups(*resolution).map(|g| g.0),
        PlaceDimension::Area(layer) => table.layer_groups(&snapshot.layers[*layer].name),
    };
    found.unwrap_or(&table.whole)
}

type Combined<'s> = (Cow<'s, Grouping>, Vec<Vec<u32>>);

fn grouping<'s>(snapshot: &'s Snapshot, places: &[PlaceDimension]) -> Combined<'s> {
    match places {
        [] => (Cow::Borrowed(&snapshot.table.whole), Vec::new()),
        [one] => (Cow::Borrowed(single(snapshot, one)), Vec::new()),
        several => {
            let groupings: Vec<&Grouping> = several.iter().map(|p| single(snapshot, p)).collect();
            let mut index: HashMap<Vec<u32>, u32> = HashMap::new();
            let mut combined = Vec::new();
            let mut of_places: Vec<_> = groupings.iter().map(|g| g.of_places()).collect();
            let groups: Vec<Group> = (0..=snapshot.table.places())
                .map(|_| {
                    let tuple: Vec<u32> = of_places.iter_mut().filter_map(Iterator::next).collect();
                    let specials = groupings.iter().zip(&tuple).filter_map(|(g, &group)| g.special(group));
                    if let Some(special) = specials.min_by_key(|s| *s as u32) {
                        return Group::Special(special);
                    }
                    let next = combined.len() as u32;
                    Group::Of(*index.entry(tuple).or_insert_with_key(|tuple| {
                        combined.push(tuple.clone());
                        next
                    }))
                })
                .collect();
            (Cow::Owned(Grouping::new(combined.len(), groups.into_iter())), combined)
        }
    }
}

fn coded(snapshot: &Snapshot, dimension: &Dimension) -> Option<Coded> {
    let table = &snapshot.table;
    let extent = table.extent().unwrap_or(Period { start: Day(0), end: Day(1) });
    let last = Day(extent.end.0 - 1);
    let plain = |dimension: RowDimension, texts: Vec<String>| Coded { dimension, texts, periods: Vec::new() };
    let spans = |first: i32, values: Vec<(String, Period)>, value: &dyn Fn(Day) -> i32| {
        let (texts, periods): (Vec<_>, Vec<_>) = values.into_iter().unzip();
        let dimension = RowDimension::of_span(table, texts.len(), |span| {
            usize::try_from(value(span.start) - first).ok().filter(|_| resolves(dimension, span))
        });
        Coded { dimension, texts, periods }
    };
    let days = |start: i32, length: i32| Period { start: Day(start), end: Day(start + length) };
    Some(match dimension {
        Dimension::Cell(_) | Dimension::Area(_) => return None,
        Dimension::Month => {
            let (first, last) = (extent.start.month().0, last.month().0);
            let values = (first..=last).map(Month).map(|m| (m.to_string(), m.period())).collect();
            spans(first, values, &|day| day.month().0)
        }
        Dimension::Week => {
            let (first, last) = (extent.start.monday().0, last.monday().0);
            let values = (first..=last).step_by(7).map(|d| (Day(d).iso_week(), days(d, 7))).collect();
            spans(0, values, &move |day| (day.monday().0 - first) / 7)
        }
        Dimension::Day => {
            let values = (extent.start.0..=last.0).map(|d| (Day(d).to_string(), days(d, 1))).collect();
            spans(extent.start.0, values, &|day| day.0)
        }
        Dimension::Weekday => {
            let of_span = RowDimension::of_span(table, WEEKDAYS.len(), |span| {
                resolves(dimension, span).then_some(usize::from(span.start.weekday()))
            });
            plain(of_span, WEEKDAYS.map(str::to_owned).to_vec())
        }
        Dimension::Hour => {
            let texts = (0..24).map(|h| h.to_string()).chain(["unknown".to_owned()]).collect();
            plain(RowDimension::of_hour(table), texts)
        }
        Dimension::Category => plain(RowDimension::of_category(table), table.categories().to_vec()),
        Dimension::Source => plain(RowDimension::of_source(table), table.sources().to_vec()),
    })
}

/// What the place filters say of every place; all that are given must hold.
fn place_answers(snapshot: &Snapshot, query: &Query) -> Result<Option<Vec<PlaceAnswer>>, QueryError> {
    if !query.has_place() {
        return Ok(None);
    }
    let table = &snapshot.table;
    let mut answers = vec![PlaceAnswer::In; table.places() + 1];
    if !query.place.areas.is_empty() {
        narrow(&mut answers, &in_groups(table.places() + 1, &areas_wanted(snapshot, query)?));
    }
    if !query.place.cells.is_empty() {
        let mut wanted = Vec::new();
        for text in &query.place.cells {
            let cell =
                parse_cell(text).map_err(|_| QueryError::invalid("cell", text, "an H3 cell of resolution 7 to 11"))?;
            let (grouping, cells) = table
                .cell_groups(resolution_of(cell))
                .ok_or_else(|| QueryError::invalid("cell", text, "an H3 cell of resolution 7 to 11"))?;
            wanted.push((grouping, cells.binary_search(&cell).map_or(u32::MAX, |i| i as u32)));
        }
        narrow(&mut answers, &in_groups(table.places() + 1, &wanted));
    }
    if let Some(bbox) = query.place.bbox {
        let answer = |place: usize| {
            let (lon, lat) = (table.lon[place], table.lat[place]);
            let inside = bbox.west <= lon && lon <= bbox.east && bbox.south <= lat && lat <= bbox.north;
            let precise = PrecisionClass::from_code(table.class[place]).is_some_and(PrecisionClass::supports_area);
            match (inside, precise) {
                (_, false) => PlaceAnswer::TooCoarse,
                (true, true) => PlaceAnswer::In,
                (false, true) => PlaceAnswer::Outside,
            }
        };
        narrow(&mut answers, &(0..table.places()).map(answer).collect::<Vec<_>>());
    }
    Ok(Some(answers))
}

fn areas_wanted<'s>(snapshot: &'s Snapshot, query: &Query) -> Result<Vec<(&'s Grouping, u32)>, QueryError> {
    let wanted = query.place.areas.iter().map(|(name, code)| {
        let layer: &LoadedLayer = &snapshot.layers[layer_index(snapshot, name, "in")?];
        let area = layer.areas.binary_search_by(|a| a.code.cmp(code)).map_err(|_| {
            let first: Vec<String> = layer.areas.iter().take(10).map(|a| format!("{name}:{}", a.code)).collect();
            let more = layer.areas.len().saturating_sub(first.len());
            let more = (more > 0).then(|| format!("and {more} more (places areas list {name})"));
            QueryError::unknown("in", &format!("{name}:{code}"), first.into_iter().chain(more))
        })?;
        let grouping = snapshot.table.layer_groups(name).unwrap_or(&snapshot.table.whole);
        Ok((grouping, area as u32))
    });
    wanted.collect()
}

/// What each place is to the groups asked for: in any of them, too coarse to tell, or outside all.
fn in_groups(places: usize, wanted: &[(&Grouping, u32)]) -> Vec<PlaceAnswer> {
    let mut answers = vec![PlaceAnswer::Outside; places];
    for (grouping, group) in wanted {
        for (run, of_run) in grouping.all_runs() {
            let answer = match grouping.special(of_run) {
                _ if of_run == *group => PlaceAnswer::In,
                Some(Special::TooCoarse) => PlaceAnswer::TooCoarse,
                _ => continue,
            };
            answers[run].iter_mut().for_each(|so_far| *so_far = answer.max(*so_far));
        }
    }
    answers
}

/// Keeps of two answers the one that allows less: outside one place is outside both.
fn narrow(answers: &mut [PlaceAnswer], by: &[PlaceAnswer]) {
    answers.iter_mut().zip(by).for_each(|(so_far, &answer)| *so_far = answer.min(*so_far));
}

fn check_rate(snapshot: &Snapshot, query: &Query, places: &[PlaceDimension]) -> Result<(), QueryError> {
    let Some(rate) = &query.rate else { return Ok(()) };
    let [place] = places else {
        let expected = "with exactly one place dimension (cell:R or area:LAYER) in by";
        return Err(QueryError::invalid("rate", "rate", expected));
    };
    match (rate, place) {
        (Rate::Indicator(name), PlaceDimension::Area(layer)) => {
            let known = &snapshot.layers[*layer].indicators;
            let usable = known.keys().filter(|name| !is_relative_figure(name)).cloned();
            let all = usable.chain(["km2".to_owned()]);
            if known.contains_key(name) && !is_relative_figure(name) {
                Ok(())
            } else {
                Err(QueryError::unknown("rate", name, all))
            }
        }
        (Rate::Indicator(name), PlaceDimension::Cell(_)) => Err(QueryError::unknown("rate", name, ["km2"])),
        (Rate::Km2, _) => Ok(()),
    }
}
