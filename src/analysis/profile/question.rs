//! The question, and the answer put together from its figures.

use super::{
    answer::{Profile, ResidentRate},
    figures::{average_week, denominators, mix, rank, series, week},
};
use crate::{
    analysis::{
        compare::subject,
        count::total,
        place::Place,
        steps::{asked_sources, with_sources},
    },
    ask::{
        Answer, AskError, Declaration, Exact, KIND, Kind, PERIOD, Parameter, Path, Question, Shape, Values, query_of,
    },
    model::{Day, Month, Period, PlaceRef, Query, QueryError},
    snapshot::{Region, Snapshot},
    stats::{count_interval, rate_per_1000},
};

/// Months of the mix and the week when no period is asked for.
const MONTHS: i32 = 12;

/// A question about a place.
#[derive(Debug, Clone, PartialEq)]
pub struct ProfileRequest {
    /// An area or a cell.
    pub place: PlaceRef,
    /// Filters and period; the last twelve months when none is asked for.
    pub query: Query,
}

const OWN: &[Parameter] =
    &[Parameter::new("place", Kind::Places { most: 1, words: &[] }, "LAYER:CODE or cell:CELL", "msoa21:E02005560")
        .needed()];

impl Question for ProfileRequest {
    const DECLARATION: Declaration = Declaration {
        help: "\
Examples:
  places profile msoa21:E02005560
  places profile cell:88194e6a1dfffff --from 2025-01-01 --format json",
        how: "rates with exact intervals below 10 incidents and Byar's from there on; ranks that the interval allows",
        references: "Breslow & Day 1987",
        tag: "places",
        path: Path::Place("/areas/{layer}/{code}/profile"),
        shape: Shape::Sentences,
        positional: "place",
        groups: &[OWN, PERIOD, KIND],
        ..Declaration::new("profile", "2", "One place: mix, trend, week, rates, rank")
    };

    fn read(values: &Values) -> Result<Self, QueryError> {
        let mut places = values.places("place")?;
        let place = places.pop().ok_or_else(|| QueryError::invalid("place", "", "a place"))?;
        Ok(Self { place, query: query_of(values)? })
    }

    fn query(&mut self) -> &mut Query {
        &mut self.query
    }

    fn names(&self, ground: &Snapshot) -> Result<(), AskError> {
        Region::of_place(ground, "place", &self.place)?;
        Ok(())
    }

    fn answer<'r>(&self, reader: &'r Exact<'r>) -> Result<Answer<'r>, AskError> {
        let profile = profile(reader, self)?;
        let rows = profile.rows();
        Ok(Answer::sentences(profile.lines(), profile, rows))
    }
}

/// Describes a place.
///
/// # Errors
/// [`AskError`] for names that are not known, or with the reason why there is no answer.
pub fn profile(reader: &Exact<'_>, request: &ProfileRequest) -> Result<Profile, AskError> {
    if !matches!(request.place, PlaceRef::Area(..) | PlaceRef::Cell(_)) {
        let reason = "a profile is of an area or a cell; load the polygon with `places areas add`";
        return Err(AskError::none(reason));
    }
    let place = Place::find(reader, "place", &request.place)?;
    if !place.region.is_in_study_area() {
        return Err(AskError::none(format!("there is no answer: {} lies outside the study area", place.name)));
    }
    let districts = place.region.districts()?;
    let period = period_of(reader, request)?;
    let (mut query, sources_note) = with_sources(reader, &request.query, &[period]);
    let named = query.sources.clone();
    let sources = &named;
    query.place = vec![vec![request.place.clone()]];
    let inside = Query { from: Some(period.start), to: Some(period.end), ..query.clone() };
    let all = total(reader, &inside)?;
    let missing = period.months().filter(|m| !districts.iter().all(|d| reader.coverage.whole(sources, m.period(), d)));
    let missing: Vec<String> = missing.map(|m| m.to_string()).collect();
    let mut notes: Vec<String> = sources_note.into_iter().collect();
    if !missing.is_empty() {
        notes.push(format!(
            "not received from every source asked, so not in trend and average week; the counts hold what was received: {}",
            missing.join(", ")
        ));
    }
    let (points, trend_method) = series(reader, &query);
    let (residents, area_km2) = denominators(&place);
    let interval = count_interval(all.counted, 0.95);
    let rate = residents.and_then(|r| rate_per_1000(all.counted, r).ok());
    let rate = rate.map(|r| ResidentRate { rate: r.rate, low: r.low, high: r.high });
    if rate.is_some() {
        notes.push("rates are per 1,000 residents; town centres have few residents and many visitors".to_owned());
    }
    Ok(Profile {
        place: request.place.to_string(),
        name: place.name.clone(),
        what: subject(reader, &query),
        from: period.start.to_string(),
        to: period.end.to_string(),
        count: all.counted,
        low: interval.low,
        high: interval.high,
        mix: mix(reader, &inside)?,
        trend: points,
        trend_method,
        week: week(reader, &inside)?,
        average_week: average_week(reader, &query, period, &districts)?,
        rate,
        residents,
        area_km2,
        rank: rank(reader, &place, &inside)?,
        not_received: missing,
        snapshot: reader.id,
        method_version: ProfileRequest::DECLARATION.method.to_owned(),
        notes,
    })
}

/// The period asked for within the data, or the last twelve months.
fn period_of(reader: &Exact<'_>, request: &ProfileRequest) -> Result<Period, AskError> {
    let months = reader.coverage.months(asked_sources(reader, &request.query));
    let (Some(first), Some(last)) = (months.first(), months.last()) else {
        return Err(AskError::NoAnswer { reason: "nothing has been received yet: import incidents first".to_owned() });
    };
    let end = request.query.to.unwrap_or(last.next().first_day()).min(last.next().first_day());
    let start = request.query.from.unwrap_or_else(|| Month(Day(end.0 - 1).month().0 + 1 - MONTHS).first_day());
    let start = start.max(first.first_day());
    if start >= end {
        let reason = format!("there is no answer: the period lies outside what was received, {first} to {last}");
        return Err(AskError::none(reason));
    }
    Ok(Period { start, end })
}
