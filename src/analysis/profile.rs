//! `places profile`: one place, whole: mix, trend with its expected band, weekday and hour, average week, rates, rank.

use serde::Serialize;

use super::{
    TrendRequest,
    count::{by_area, by_text, total},
    exposure::residents_of,
    place::Place,
    steps::{asked_sources, days_asked, with_sources},
    trend::{TrendMonth, trend},
};
use crate::{
    ask::{
        Answer, AskError, Column, ColumnValues, Declaration, Exact, KIND, Kind, PERIOD, Parameter, Path, Question,
        Reader, Rows, Shape, Values, query_of, words::thousands,
    },
    grid,
    model::{Day, Dimension, Month, Period, PlaceRef, Query, QueryError, WEEKDAYS},
    stats::{count_interval, empirical_bayes, rate_per_1000},
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
        ..Declaration::new("profile", "1", "One place: mix, trend, week, rates, rank")
    };

    fn read(values: &Values) -> Result<Self, QueryError> {
        let mut places = values.places("place")?;
        let place = places.pop().ok_or_else(|| QueryError::invalid("place", "", "a place"))?;
        Ok(Self { place, query: query_of(values)? })
    }

    fn query(&mut self) -> &mut Query {
        &mut self.query
    }

    fn answer<'r>(&self, reader: &'r Exact<'r>) -> Result<Answer<'r>, AskError> {
        let found = profile(reader, self)?;
        let rows = found.rows();
        Ok(Answer::sentences(found.lines(), found, rows))
    }
}

/// A category's part.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
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
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
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
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct WeekShape {
    /// Incidents by weekday (Monday first) and hour.
    pub hours: Vec<Vec<u64>>,
    /// Of each weekday, hour not known.
    pub hour_unknown: Vec<u64>,
    /// Weekday not known.
    pub weekday_unknown: u64,
}

/// An average week.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct Week {
    /// Incidents a week.
    pub per_week: Option<f64>,
    /// The same dates a year before.
    pub year_before: Option<f64>,
}

/// The place among the areas of its layer.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
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

/// Incidents per 1,000 residents.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct ResidentRate {
    /// Incidents per 1,000.
    pub rate: f64,
    /// Lower end of its 95 % interval.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// A place, whole.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
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
    pub rate: Option<ResidentRate>,
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

impl Profile {
    /// The months, which is what can be listed.
    fn rows(&self) -> Rows {
        let text = |value: &dyn Fn(&MonthPoint) -> String| ColumnValues::texts(self.trend.iter().map(value).collect());
        let numbers =
            |value: &dyn Fn(&MonthPoint) -> f64| ColumnValues::Numbers(self.trend.iter().map(value).collect());
        let columns = vec![
            Column::new("month", text(&|m| m.month.clone())),
            Column::new("count", ColumnValues::Counts(self.trend.iter().map(|m| m.count).collect())),
            Column::new("expected", numbers(&|m| m.expected)),
            Column::new("low", numbers(&|m| m.low)),
            Column::new("high", numbers(&|m| m.high)),
            Column::new("signal", text(&|m| m.signal.clone())),
        ];
        Rows { columns, places: Vec::new() }
    }

    /// The profile in sentences.
    fn lines(&self) -> Vec<String> {
        let mut lines = self.figures();
        lines.push(String::new());
        lines.push("Categories (share here; everywhere)".to_owned());
        lines.extend(self.mix.iter().map(MixPart::line));
        lines.push(String::new());
        lines.push(format!("Months ({})", self.trend_method));
        for point in &self.trend {
            let signal = if point.signal.is_empty() { String::new() } else { format!("  {}", point.signal) };
            lines.push(format!(
                "  {}  {:>6}  expected {:.0} to {:.0}{signal}",
                point.month,
                thousands(point.count),
                point.low,
                point.high
            ));
        }
        lines.push(String::new());
        let known: u64 = self.week.hours.iter().flatten().sum();
        let days_only: u64 = self.week.hour_unknown.iter().sum();
        lines.push(format!(
            "Weekday and hour known: {}; only the weekday: {}; neither: {}.",
            thousands(known),
            thousands(days_only),
            thousands(self.week.weekday_unknown)
        ));
        lines.extend(self.notes.iter().map(|n| format!("  {n}")));
        lines
    }

    fn figures(&self) -> Vec<String> {
        let mut lines = vec![
            format!("{}: {}", self.name, self.what),
            format!(
                "{} incidents from {} to {} (not included); 95 % interval {:.0} to {:.0}.",
                thousands(self.count),
                self.from,
                self.to,
                self.low,
                self.high
            ),
        ];
        if let (Some(rate), Some(residents)) = (&self.rate, self.residents) {
            lines.push(format!(
                "{:.1} per 1,000 residents ({:.1} to {:.1}); {} residents.",
                rate.rate,
                rate.low,
                rate.high,
                thousands(residents as u64)
            ));
        }
        if let Some(rank) = &self.rank {
            lines.push(format!(
                "Rank {} of {} by {}; its interval allows {} to {}.",
                rank.rank, rank.of, rank.by, rank.from, rank.to
            ));
        }
        let number = |value: Option<f64>| value.map_or("not received".to_owned(), |v| format!("{v:.1}"));
        lines.push(format!(
            "Average week: {}; a year before: {}.",
            number(self.average_week.per_week),
            number(self.average_week.year_before)
        ));
        lines
    }
}

impl MixPart {
    fn line(&self) -> String {
        let harm = |(set, sum): (&String, &Option<f64>)| {
            format!("; harm {set}: {}", sum.map_or("no weight".to_owned(), |s| format!("{s:.0}")))
        };
        format!(
            "  {:>7}  {:>5.1} %  {:>5.1} %  {}{}",
            thousands(self.count),
            100.0 * self.share,
            100.0 * self.share_everywhere,
            self.category,
            self.harm.iter().map(harm).collect::<String>()
        )
    }
}

/// Describes a place.
///
/// # Errors
/// [`AskError`] for names that are not known, or with the reason why there is no answer.
pub fn profile(snapshot: &Exact<'_>, request: &ProfileRequest) -> Result<Profile, AskError> {
    if !matches!(request.place, PlaceRef::Area(..) | PlaceRef::Cell(_)) {
        let reason = "a profile is of an area or a cell; load the polygon with `places areas add`";
        return Err(AskError::none(reason));
    }
    let found = Place::find(snapshot, "place", &request.place)?;
    if !found.region.is_in_study_area() {
        return Err(AskError::none(format!("there is no answer: {} lies outside the study area", found.name)));
    }
    let districts = found.region.districts()?;
    let period = period_of(snapshot, request)?;
    let (mut query, sources_note) = with_sources(snapshot, &request.query, &[period]);
    let named = query.sources.clone();
    let sources = &named;
    query.place = vec![vec![request.place.clone()]];
    let inside = Query { from: Some(period.start), to: Some(period.end), ..query.clone() };
    let all = total(snapshot, &inside)?;
    let missing =
        period.months().filter(|m| !districts.iter().all(|d| snapshot.coverage.whole(sources, m.period(), d)));
    let missing: Vec<String> = missing.map(|m| m.to_string()).collect();
    let mut notes: Vec<String> = sources_note.into_iter().collect();
    if !missing.is_empty() {
        notes.push(format!(
            "not received from every source asked, so not in trend and average week; the counts hold what was received: {}",
            missing.join(", ")
        ));
    }
    let (points, trend_method) = series(snapshot, &query);
    let (residents, area_km2) = denominators(&found);
    let interval = count_interval(all.counted, 0.95);
    let rate = residents.and_then(|r| rate_per_1000(all.counted, r).ok());
    let rate = rate.map(|r| ResidentRate { rate: r.rate, low: r.low, high: r.high });
    if rate.is_some() {
        notes.push("rates are per 1,000 residents; town centres have few residents and many visitors".to_owned());
    }
    Ok(Profile {
        place: request.place.to_string(),
        name: found.name.clone(),
        what: super::compare::subject(snapshot, &query),
        from: period.start.to_string(),
        to: period.end.to_string(),
        count: all.counted,
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
        rank: rank(snapshot, &found, &inside)?,
        not_received: missing,
        snapshot: snapshot.id,
        method_version: ProfileRequest::DECLARATION.method.to_owned(),
        notes,
    })
}

/// The period asked for within the data, or the last twelve months.
fn period_of(snapshot: &Exact<'_>, request: &ProfileRequest) -> Result<Period, AskError> {
    let months = snapshot.coverage.months(asked_sources(snapshot, &request.query));
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

fn mix(snapshot: &Exact<'_>, query: &Query) -> Result<Vec<MixPart>, AskError> {
    let here = by_text(snapshot, query, Dimension::Category)?;
    let elsewhere = Query { place: Vec::new(), ..query.clone() };
    let everywhere = by_text(snapshot, &elsewhere, Dimension::Category)?;
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
fn series(snapshot: &Exact<'_>, query: &Query) -> (Vec<MonthPoint>, String) {
    let asked = TrendRequest { query: Query { from: None, to: None, ..query.clone() }, layer: None };
    match trend(snapshot, &asked) {
        Err(error) => (Vec::new(), error.to_string()),
        Ok(found) => {
            let point = |m: &TrendMonth| MonthPoint {
                month: m.month.to_string(),
                count: m.count,
                expected: m.expected,
                low: m.low,
                high: m.high,
                signal: m.signal_text(),
            };
            (found.months.iter().map(point).collect(), found.summary.method)
        }
    }
}

fn week(snapshot: &Exact<'_>, query: &Query) -> Result<WeekShape, AskError> {
    let tally = snapshot.tally(&Query { by: vec![Dimension::Weekday, Dimension::Hour], ..query.clone() })?;
    let mut shape = WeekShape {
        hours: vec![vec![0; 24]; WEEKDAYS.len()],
        hour_unknown: vec![0; WEEKDAYS.len()],
        weekday_unknown: tally.boxes.time_too_coarse,
    };
    for (key, &count) in tally.keys.chunks(2).zip(&tally.counts) {
        let (weekday, hour) = (key[0] as usize, key[1] as usize);
        match shape.hours[weekday].get_mut(hour) {
            Some(known) => *known += count,
            None => shape.hour_unknown[weekday] += count,
        }
    }
    Ok(shape)
}

fn average_week(snapshot: &Exact<'_>, query: &Query, period: Period, districts: &[String]) -> Result<Week, AskError> {
    let sources = asked_sources(snapshot, query);
    let per_week = |period: Period| -> Result<Option<f64>, AskError> {
        let known = |p: &Period| districts.iter().all(|d| snapshot.coverage.whole(sources, *p, d));
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
            counted += total(snapshot, &asked)?.counted;
        }
        Ok(Some(counted as f64 * 7.0 / f64::from(days)))
    };
    Ok(Week { per_week: per_week(period)?, year_before: per_week(period.years_earlier(1))? })
}

fn denominators(found: &Place<'_>) -> (Option<f64>, f64) {
    match found.region.area() {
        Some((layer, area)) => {
            let residents = residents_of(layer).map(|r| r[area as usize]).filter(|r| *r > 0.0);
            (residents, layer.areas[area as usize].area_km2)
        }
        None => (None, found.region.cell().map_or(f64::NAN, grid::area_km2)),
    }
}

/// Rank of an area by its rate, and the ranks that its interval allows.
fn rank(snapshot: &Exact<'_>, found: &Place<'_>, query: &Query) -> Result<Option<Rank>, AskError> {
    let Some((layer, own)) = found.region.area() else { return Ok(None) };
    let own = own as usize;
    let counts = by_area(snapshot, &Query { place: Vec::new(), ..query.clone() }, layer)?;
    let people = residents_of(layer).filter(|p| p[own] > 0.0);
    let exposure: Vec<f64> = people.cloned().unwrap_or_else(|| vec![1000.0; layer.areas.len()]);
    // Only areas received as this one was.
    let sources = asked_sources(snapshot, query);
    let known = |district: &str| snapshot.coverage.as_anywhere(sources, query.period(), district);
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
