//! The parameters that most questions share, and the query they make.

use super::{Kind, Parameter, Values};
use crate::model::{BBox, Dimension, HourSet, PlaceRef, Query, QueryError, Rate, WEEKDAYS, Without};

/// The period.
pub const PERIOD: &[Parameter] = &[
    Parameter::new("from", Kind::Day, "First day", "2024-01-01"),
    Parameter::new("to", Kind::Day, "First day no longer inside (the period is half-open)", "2025-01-01"),
];

/// What kind of incident, and when in the week or year.
pub const KIND: &[Parameter] = &[
    Parameter::new(
        "category",
        Kind::Names { commas: false },
        "Offence category; may be given several times",
        "Robbery",
    ),
    Parameter::new("definition", Kind::Name, "Offence definition of places.toml", "serious-violence"),
    SOURCE,
    Parameter::new("weekday", Kind::Weekdays, "Days of the week, such as mon,tue", "fri,sat"),
    Parameter::new("hours", Kind::Hours, "Hours of the day, such as 15-18 (from 15:00 to 18:00) or 22-2", "15-18"),
    Parameter::new("calendar", Kind::Name, "A calendar of places.toml, such as term", "term"),
];

/// Sources alone.
pub const SOURCE: Parameter =
    Parameter::new("source", Kind::Names { commas: true }, "Source; may be given several times", "police.uk");

/// Where.
pub const PLACE: &[Parameter] =
    &[IN, Parameter::new("cell", Kind::Cells, "An H3 cell; may be given several times", "88194e6a1dfffff"), BBOX];

/// Where, for maps, whose cells have a resolution.
pub(crate) const PLACE_OF_MAP: &[Parameter] = &[
    IN,
    Parameter::new(
        "cell",
        Kind::ResolutionOrCells,
        "Resolution of the cells, 7 to 11 (8 when left out), or an H3 cell to look at",
        "8",
    ),
    BBOX,
];

const IN: Parameter = Parameter::new(
    "in",
    Kind::Places { most: 500, words: &[] },
    "Inside a place: LAYER:CODE, cell:CELL, ring:2@9:PLACE, programme:ID; any of several",
    "msoa21:E02005560",
);
const BBOX: Parameter =
    Parameter::new("bbox", Kind::Bbox, "A rectangle in degrees: west,south,east,north", "1.1,52.5,1.4,52.7");

/// The query that values ask: those of the shared parameters, and of a count's own where they are given.
///
/// # Errors
/// [`QueryError`] where values do not fit each other.
pub fn query_of(values: &Values) -> Result<Query, QueryError> {
    let mut place = Vec::new();
    let inside = values.places("in")?;
    let is_cell = |text: &&String| text.parse::<u8>().is_err();
    let cells: Vec<PlaceRef> = values.all("cell").iter().filter(is_cell).map(|c| PlaceRef::Cell(c.clone())).collect();
    let bbox = values.one("bbox").map(|text| BBox::parse("bbox", text)).transpose()?;
    place.extend([inside, cells, bbox.map(PlaceRef::Box).into_iter().collect()].into_iter().filter(|p| !p.is_empty()));
    let by = values.all("by").iter().map(|text| Dimension::parse(text)).collect::<Result<_, _>>()?;
    let hours = values.all("hours").iter().map(|t| HourSet::parse(t)).collect::<Result<Vec<_>, _>>()?;
    let weekdays = values.all("weekday");
    let query = Query {
        by,
        from: values.day("from"),
        to: values.day("to"),
        categories: values.all("category").to_vec(),
        definition: values.one("definition").map(str::to_owned),
        sources: values.all("source").to_vec(),
        weekdays: (!weekdays.is_empty()).then(|| WEEKDAYS.map(|day| weekdays.iter().any(|w| w == day))),
        hours: (!hours.is_empty()).then(|| HourSet(hours.iter().fold(0, |all, set| all | set.0))),
        calendar: values.one("calendar").map(str::to_owned),
        place,
        zeros: values.flag("zeros"),
        rate: values.one("rate").map(Rate::parse),
        top: values.whole("top").map(|n| n as usize),
        harm: values.one("harm").map(str::to_owned),
        without: Without::default(),
    };
    if let (Some(from), Some(to)) = (query.from, query.to)
        && from >= to
    {
        let expected = format!("a day after from={from} (the period is half-open)");
        return Err(QueryError::invalid("to", &to.to_string(), expected));
    }
    Ok(query)
}

/// The resolution among the values of `cell`; 8, that of maps in meetings, where there is none.
pub(crate) fn resolution_of(values: &Values) -> u8 {
    values.all("cell").iter().find_map(|text| text.parse().ok()).unwrap_or(8)
}
