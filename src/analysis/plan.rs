//! A query made ready for a snapshot: names looked up, filters compiled, groups of places chosen.

use std::{borrow::Cow, collections::HashMap};

use crate::{
    ask::Exact,
    model::{Day, Dimension, Month, Period, Query, QueryError, Rate, WEEKDAYS, is_relative_figure},
    snapshot::{Region, Snapshot},
    table::{CompiledFilter, Group, Grouping, RowDimension, Span},
};

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
    reader: &'s Exact<'s>,
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
    pub fn new(reader: &'s Exact<'s>, query: &Query) -> Result<Self, QueryError> {
        let places = place_dimensions(reader, query)?;
        check_rate(reader, query, &places)?;
        let filter = CompiledFilter::new(reader.table(), query, &reader.known, |span| {
            query.by.iter().all(|dimension| resolves(dimension, span))
        })?;
        let (mut grouping, combined) = grouping(reader, &places);
        if let Some(region) = Region::of_query(reader.ground(), query)? {
            grouping = Cow::Owned(grouping.narrowed(&region.answers(reader.table())));
        }
        let coded = query.by.iter().filter_map(|d| coded(reader, d)).collect();
        Ok(Self { reader, filter, grouping, places, combined, coded })
    }

    /// Adds the values of the place dimensions of a group: cells as themselves, areas as positions.
    pub(super) fn place_values(&self, group: u32, values: &mut Vec<u64>) {
        let value = |place: &PlaceDimension, group: u32| match place {
            PlaceDimension::Cell(resolution) => {
                let cells = self.reader.table().cell_groups(*resolution).map_or(&[][..], |g| g.1);
                cells[group as usize]
            }
            PlaceDimension::Area(_) => u64::from(group),
        };
        match self.places.as_slice() {
            [] => {}
            [one] => values.push(value(one, group)),
            several => {
                let groups = &self.combined[group as usize];
                values.extend(several.iter().zip(groups).map(|(place, &group)| value(place, group)));
            }
        }
    }
}

pub(super) fn place_dimensions(snapshot: &Snapshot, query: &Query) -> Result<Vec<PlaceDimension>, QueryError> {
    let place = |dimension: &Dimension| match dimension {
        Dimension::Cell(resolution) => Some(Ok(PlaceDimension::Cell(*resolution))),
        Dimension::Area(layer) => Some(snapshot.layer_position("by area", layer).map(PlaceDimension::Area)),
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

fn single<'s>(reader: &'s Exact<'s>, place: &PlaceDimension) -> &'s Grouping {
    let table = reader.table();
    let grouping = match place {
        PlaceDimension::Cell(resolution) => table.cell_groups(*resolution).map(|g| g.0),
        PlaceDimension::Area(layer) => table.layer_groups(&reader.layers[*layer].name),
    };
    grouping.unwrap_or(&table.whole)
}

type Combined<'s> = (Cow<'s, Grouping>, Vec<Vec<u32>>);

fn grouping<'s>(reader: &'s Exact<'s>, places: &[PlaceDimension]) -> Combined<'s> {
    match places {
        [] => (Cow::Borrowed(&reader.table().whole), Vec::new()),
        [one] => (Cow::Borrowed(single(reader, one)), Vec::new()),
        several => {
            let groupings: Vec<&Grouping> = several.iter().map(|p| single(reader, p)).collect();
            let mut index: HashMap<Vec<u32>, u32> = HashMap::new();
            let mut combined = Vec::new();
            let mut of_places: Vec<_> = groupings.iter().map(|g| g.of_places()).collect();
            let groups: Vec<Group> = (0..=reader.table().places())
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

fn coded(reader: &Exact<'_>, dimension: &Dimension) -> Option<Coded> {
    let table = reader.table();
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

pub(super) fn check_rate(snapshot: &Snapshot, query: &Query, places: &[PlaceDimension]) -> Result<(), QueryError> {
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
