//! `places profile`: one place, whole: mix, trend with its expected band, weekday and hour, average week, rates, rank.

use serde::Serialize;

use super::{
    AnalysisError, Parameters, PlaceRef, TrendRequest, Values, count,
    exposure::residents_of,
    parameters::refuse,
    steps::{METHOD_VERSION, asked_sources, days_asked, is_received, is_received_like_any, with_sources},
    trend::trend,
};
use crate::{
    grid,
    model::{Caller, Day, Dimension, Period, Query, QueryError},
    snapshot::Snapshot,
    stats::{RateWithInterval, count_interval, empirical_bayes, rate_per_1000},
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

impl ProfileRequest {
    /// Reads a question: `place`, and the filters of a query.
    ///
    /// # Errors
    /// [`QueryError`] on the first parameter that is missing, unknown or not of its form.
    pub fn parse(mut parameters: Parameters, caller: &Caller) -> Result<Self, QueryError> {
        let place = parameters.take("place")?;
        let place = place.ok_or_else(|| QueryError::invalid("place", "", "a place: LAYER:CODE or cell:CELL"))?;
        let made = Self { place: PlaceRef::parse("place", &place)?, query: parameters.query(caller)? };
        refuse(&made.query, "profile", &["by", "zeros", "rate", "top", "in", "cell", "bbox"])?;
        Ok(made)
    }

    /// The same text for the same question.
    #[must_use]
    pub fn canonical(&self) -> String {
        format!("profile|{}|{}", self.place.canonical(), self.query.canonical())
    }
}

/// A category's part.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct MixPart {
    /// Category.
    pub category: String,
    /// Incidents.
    pub count: u64,
    /// Share of all, 0 to 1.
    pub share: f64,
    /// Share in the whole study area.
    pub share_everywhere: f64,
    /// Weight of harm of these incidents by each set of weights; null where the category has none.
    pub harm: std::collections::BTreeMap<String, Option<f64>>,
}

/// A month of the series.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct MonthPoint {
    /// Month.
    pub month: String,
    /// Incidents.
    pub count: u64,
    /// Expected.
    pub expected: f64,
    /// Expected band: least count.
    pub low: f64,
    /// Expected band: largest count.
    pub high: f64,
    /// What the control chart says, or empty.
    pub signal: String,
}

/// Weekday by hour, with what is not known apart.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct WeekShape {
    /// Incidents by weekday (Monday first) and hour.
    pub hours: Vec<Vec<u64>>,
    /// Of each weekday, hour not known.
    pub hour_unknown: Vec<u64>,
    /// Weekday not known.
    pub weekday_unknown: u64,
}

/// An average week.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Week {
    /// Incidents a week.
    pub per_week: Option<f64>,
    /// The same dates a year before.
    pub year_before: Option<f64>,
}

/// The place among the areas of its layer.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Rank {
    /// Rank by rate, 1 the highest.
    pub rank: usize,
    /// Highest rank its interval allows.
    pub from: usize,
    /// Lowest rank its interval allows.
    pub to: usize,
    /// Areas ranked.
    pub of: usize,
    /// What the rate is of.
    pub by: String,
    /// Rate per 1,000 smoothed by empirical Bayes.
    pub smoothed: Option<f64>,
}

/// A place, whole.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Profile {
    /// The place as asked for.
    pub place: String,
    /// Its name.
    pub name: String,
    /// What is counted.
    pub what: String,
    /// First day.
    pub from: String,
    /// First day no longer inside.
    pub to: String,
    /// Incidents in the period.
    pub count: u64,
    /// 95 % interval of that count.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Categories.
    pub mix: Vec<MixPart>,
    /// Every month received, with the expected band.
    pub trend: Vec<MonthPoint>,
    /// Why there is no trend, or how the band was made.
    pub trend_method: String,
    /// Weekday by hour.
    pub week: WeekShape,
    /// Average week beside last year's.
    pub average_week: Week,
    /// Incidents per 1,000 residents, with its interval.
    pub rate: Option<RateWithInterval>,
    /// Residents behind it.
    pub residents: Option<f64>,
    /// True area.
    pub area_km2: f64,
    /// The place among the others.
    pub rank: Option<Rank>,
    /// Months of the period that were not received.
    pub not_received: Vec<String>,
    /// State of the data.
    pub snapshot: u64,
    /// Version of the method.
    pub method_version: String,
    /// What a reader must know.
    pub notes: Vec<String>,
}

/// Describes a place.
///
/// # Errors
/// [`AnalysisError`] for names that are not known, or with the reason why there is no answer.
pub fn profile(snapshot: &Snapshot, request: &ProfileRequest) -> Result<Profile, AnalysisError> {
    let found = super::place::Place::find(snapshot, "place", &request.place)?;
    let districts = found.districts(snapshot)?;
    let period = period_of(snapshot, request)?;
    let (mut query, sources_note) = with_sources(snapshot, &request.query, &[period]);
    let named = query.sources.clone();
    let sources = &named;
    match &request.place {
        PlaceRef::Area(layer, code) => query.place.areas = vec![(layer.clone(), code.clone())],
        PlaceRef::Cell(cell) => query.place.cells = vec![grid::cell_text(*cell)],
        PlaceRef::Polygon(..) => {
            let reason = "a profile is of an area or a cell; load the polygon with `places areas add`".to_owned();
            return Err(AnalysisError::NoAnswer { reason });
        }
    }
    let inside = Query { from: Some(period.start), to: Some(period.end), ..query.clone() };
    let total = count(snapshot, &inside)?.summary;
    let missing = period.months().filter(|m| !districts.iter().all(|d| is_received(snapshot, sources, m.period(), d)));
    let missing: Vec<String> = missing.map(|m| m.to_string()).collect();
    let mut notes: Vec<String> = sources_note.into_iter().collect();
    if !missing.is_empty() {
        notes.push(format!(
            "not received from every source asked, so not in trend and average week; the counts hold what was received: {}",
            missing.join(", ")
        ));
    }
    let (points, trend_method) = series(snapshot, &query);
    let (residents, area_km2) = denominators(snapshot, &request.place);
    let interval = count_interval(total.counted, 0.95);
    let rate = residents.and_then(|r| rate_per_1000(total.counted, r).ok());
    if rate.is_some() {
        notes.push("rates are per 1,000 residents; town centres have few residents and many visitors".to_owned());
    }
    Ok(Profile {
        place: request.place.canonical(),
        name: found.name.clone(),
        what: super::compare::what(snapshot, &query),
        from: period.start.to_string(),
        to: period.end.to_string(),
        count: total.counted,
        low: interval.low,
        high: interval.high,
        mix: mix(snapshot, &inside)?,
        trend: points,
        trend_method,
        week: week(snapshot, &inside)?,
        average_week: average_week(snapshot, &query, period, &districts)?,
        rate,
        residents,
        area_km2,
        rank: rank(snapshot, &request.place, &inside)?,
        not_received: missing,
        snapshot: snapshot.id,
        method_version: METHOD_VERSION.to_owned(),
        notes,
    })
}

/// The period asked for within the data, or the last twelve months.
fn period_of(snapshot: &Snapshot, request: &ProfileRequest) -> Result<Period, AnalysisError> {
    let months = snapshot.coverage.months(asked_sources(snapshot, &request.query));
    let (Some(first), Some(last)) = (months.first(), months.last()) else {
        return Err(AnalysisError::NoAnswer {
            reason: "nothing has been received yet: import incidents first".to_owned(),
        });
    };
    let end = request.query.to.unwrap_or(last.next().first_day()).min(last.next().first_day());
    let start =
        request.query.from.unwrap_or_else(|| crate::model::Month(Day(end.0 - 1).month().0 + 1 - MONTHS).first_day());
    let start = start.max(first.first_day());
    if start >= end {
        let reason = format!("there is no answer: the period lies outside what was received, {first} to {last}");
        return Err(AnalysisError::NoAnswer { reason });
    }
    Ok(Period { start, end })
}

fn mix(snapshot: &Snapshot, query: &Query) -> Result<Vec<MixPart>, AnalysisError> {
    let by = |query: &Query| -> Result<Vec<(String, u64)>, AnalysisError> {
        let asked = Query { by: vec![Dimension::Category], ..query.clone() };
        let rows = count(snapshot, &asked)?.rows;
        let Some(Values::Counts(counts)) = rows.columns.last().map(|c| &c.values) else { return Ok(Vec::new()) };
        Ok((0..rows.len()).map(|row| (rows.text(0, row), counts[row])).collect())
    };
    let here = by(query)?;
    let mut elsewhere = query.clone();
    elsewhere.place = crate::model::PlaceFilter::default();
    let everywhere = by(&elsewhere)?;
    let sum = |parts: &[(String, u64)]| parts.iter().map(|p| p.1).sum::<u64>().max(1) as f64;
    let (all_here, all) = (sum(&here), sum(&everywhere));
    let share_of = |name: &str| everywhere.iter().find(|p| p.0 == name).map_or(0.0, |p| p.1 as f64 / all);
    let mut parts: Vec<MixPart> = here
        .into_iter()
        .map(|(category, count)| MixPart {
            share: count as f64 / all_here,
            share_everywhere: share_of(&category),
            harm: snapshot
                .harm
                .iter()
                .map(|(set, weights)| {
                    (set.clone(), weights.get(&crate::model::fold(&category)).map(|w| w * count as f64))
                })
                .collect(),
            category,
            count,
        })
        .collect();
    parts.sort_by(|a, b| b.count.cmp(&a.count).then(a.category.cmp(&b.category)));
    Ok(parts)
}

/// Every month received, or why there are none.
fn series(snapshot: &Snapshot, query: &Query) -> (Vec<MonthPoint>, String) {
    let asked = TrendRequest { query: Query { from: None, to: None, ..query.clone() }, layer: None };
    match trend(snapshot, &asked) {
        Err(error) => (Vec::new(), error.to_string()),
        Ok(found) => {
            let number = |column: usize, row: usize| match &found.rows.columns[column].values {
                Values::Numbers(values) => values[row],
                Values::Counts(values) => values[row] as f64,
                _ => f64::NAN,
            };
            let point = |row: usize| MonthPoint {
                month: found.rows.text(0, row),
                count: number(1, row) as u64,
                expected: number(2, row),
                low: number(3, row),
                high: number(4, row),
                signal: found.rows.text(5, row),
            };
            ((0..found.rows.len()).map(point).collect(), found.summary.method)
        }
    }
}

fn week(snapshot: &Snapshot, query: &Query) -> Result<WeekShape, AnalysisError> {
    let asked = Query { by: vec![Dimension::Weekday, Dimension::Hour], ..query.clone() };
    let found = count(snapshot, &asked)?;
    let mut shape = WeekShape {
        hours: vec![vec![0; 24]; 7],
        hour_unknown: vec![0; 7],
        weekday_unknown: found.summary.time_too_coarse,
    };
    let Some(Values::Counts(counts)) = found.rows.columns.last().map(|c| &c.values) else { return Ok(shape) };
    for (row, &count) in counts.iter().enumerate() {
        let weekday = crate::model::WEEKDAYS.iter().position(|w| *w == found.rows.text(0, row));
        let Some(weekday) = weekday else { continue };
        match found.rows.text(1, row).parse::<usize>() {
            Ok(hour) if hour < 24 => shape.hours[weekday][hour] += count,
            _ => shape.hour_unknown[weekday] += count,
        }
    }
    Ok(shape)
}

fn average_week(
    snapshot: &Snapshot,
    query: &Query,
    period: Period,
    districts: &[String],
) -> Result<Week, AnalysisError> {
    let sources = asked_sources(snapshot, query);
    let per_week = |period: Period| -> Result<Option<f64>, AnalysisError> {
        let known = |p: &Period| districts.iter().all(|d| is_received(snapshot, sources, *p, d));
        let parts: Vec<Period> = period.by_month().into_iter().filter(known).collect();
        let days: i32 = parts.iter().map(|p| days_asked(snapshot, query, *p).min(p.days())).sum();
        // Weeks stay weeks when only some of their days are asked for.
        let days = if days > 0 { parts.iter().map(|p| p.days()).sum() } else { 0 };
        if days == 0 {
            return Ok(None);
        }
        let mut counted = 0;
        for part in parts {
            let asked = Query { from: Some(part.start), to: Some(part.end), by: Vec::new(), ..query.clone() };
            counted += count(snapshot, &asked)?.summary.counted;
        }
        Ok(Some(counted as f64 * 7.0 / f64::from(days)))
    };
    Ok(Week { per_week: per_week(period)?, year_before: per_week(period.years_earlier(1))? })
}

fn denominators(snapshot: &Snapshot, place: &PlaceRef) -> (Option<f64>, f64) {
    match place {
        PlaceRef::Area(layer, code) => {
            let found =
                snapshot.layer(layer).and_then(|l| Some((l, l.areas.binary_search_by(|a| a.code.cmp(code)).ok()?)));
            let residents = found.and_then(|(l, i)| residents_of(l).map(|r| r[i])).filter(|r| *r > 0.0);
            (residents, found.map_or(f64::NAN, |(l, i)| l.areas[i].area_km2))
        }
        PlaceRef::Cell(cell) => (None, grid::area_km2(*cell)),
        PlaceRef::Polygon(..) => (None, f64::NAN),
    }
}

/// Rank of an area by its rate, and the ranks that its interval allows.
fn rank(snapshot: &Snapshot, place: &PlaceRef, query: &Query) -> Result<Option<Rank>, AnalysisError> {
    let PlaceRef::Area(layer_name, code) = place else { return Ok(None) };
    let Some(layer) = snapshot.layer(layer_name) else { return Ok(None) };
    let Ok(own) = layer.areas.binary_search_by(|a| a.code.cmp(code)) else { return Ok(None) };
    let mut asked = Query { by: vec![Dimension::Area(layer_name.clone())], ..query.clone() };
    asked.place = crate::model::PlaceFilter::default();
    let rows = count(snapshot, &asked)?.rows;
    let mut counts = vec![0_u64; layer.areas.len()];
    if let Some(Values::Counts(values)) = rows.columns.last().map(|c| &c.values) {
        for (row, &value) in values.iter().enumerate() {
            if let Some(super::PlaceKey::Area(_, area)) = rows.places.get(row) {
                counts[*area as usize] = value;
            }
        }
    }
    let people = residents_of(layer).filter(|p| p[own] > 0.0);
    let exposure: Vec<f64> = people.cloned().unwrap_or_else(|| vec![1000.0; layer.areas.len()]);
    // Only areas received as this one was.
    let sources = asked_sources(snapshot, query);
    let known = |district: &str| is_received_like_any(snapshot, sources, query.period(), district);
    let same = known(&layer.areas[own].district);
    let ranked: Vec<usize> = (0..layer.areas.len())
        .filter(|&i| exposure[i] > 0.0 && (i == own || known(&layer.areas[i].district) == same))
        .collect();
    let rate = |i: usize| 1000.0 * counts[i] as f64 / exposure[i];
    let ends = |i: usize| {
        let interval = count_interval(counts[i], 0.95);
        (1000.0 * interval.low / exposure[i], 1000.0 * interval.high / exposure[i])
    };
    let (low, high) = ends(own);
    let above = |f: &dyn Fn(usize) -> bool| ranked.iter().filter(|&&i| i != own && f(i)).count();
    let smoothed = empirical_bayes(
        &ranked.iter().map(|&i| counts[i] as f64).collect::<Vec<_>>(),
        &ranked.iter().map(|&i| exposure[i]).collect::<Vec<_>>(),
    );
    let position = ranked.iter().position(|&i| i == own);
    Ok(Some(Rank {
        rank: 1 + above(&|i| rate(i) > rate(own)),
        from: 1 + above(&|i| ends(i).0 > high),
        to: ranked.len() - above(&|i| ends(i).1 < low),
        of: ranked.len(),
        by: if people.is_some() { "incidents per 1,000 residents".to_owned() } else { "incidents".to_owned() },
        smoothed: smoothed.ok().zip(position).filter(|_| people.is_some()).map(|(s, p)| 1000.0 * s.rates[p]),
    }))
}
