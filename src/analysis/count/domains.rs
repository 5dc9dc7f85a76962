//! Which values each dimension could have, and which of them share ground.

use std::collections::HashMap;

use crate::{
    analysis::PlaceDimension,
    ask::AskError,
    grid::cells_meeting,
    model::{Day, Dimension, Query, WEEKDAYS},
    snapshot::{Region, Snapshot},
};

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
pub(super) fn partners_of(
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
    partners.values_mut().for_each(|seconds| {
        seconds.sort_unstable();
        seconds.dedup();
    });
    Ok(partners)
}

pub(super) type Wanted = Box<dyn Fn(&str) -> bool>;

/// Tells whether a value of a dimension is one that the filters let through.
pub(super) fn is_asked_for(ground: &Snapshot, dimension: &Dimension, query: &Query) -> Result<Wanted, AskError> {
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
