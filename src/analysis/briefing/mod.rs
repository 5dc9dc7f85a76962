//! `places briefing`: what changed since a date, with false alarms under control.
//!
//! Every area is compared with its own past, its season and its drift, and with what the others did meanwhile: so that neither a season
//! of its own nor a county-wide change is news. Areas that stand out do so after control over everything tested; beside them stands
//! what could not have been seen.

mod beside;
mod explain;
mod series;
mod standing;
mod told;

pub use told::{AverageWeek, Briefing, Change, Gathering};

use beside::{average_week, gatherings};
use standing::Standing;
use told::LISTED;

use super::{
    checksums::{Checksums, identity},
    steps::{asked_sources, with_sources},
};
use crate::{
    ask::{
        Answer, AskError, Canonical, Declaration, Exact, KIND, Kept, Kind, Parameter, Question, Shape, Values, query_of,
    },
    model::{Day, Month, Period, Query, QueryError},
    snapshot::{LoadedLayer, Snapshot},
};

/// A question what changed.
#[derive(Debug, Clone, PartialEq)]
pub struct BriefingRequest {
    /// Filters on time of day and kind.
    pub query: Query,
    /// Layer whose areas are looked at; the study area when none is given.
    pub layer: Option<String>,
    /// First day not looked at; the end of the data when none is given.
    pub as_of: Option<Day>,
    /// First day of the period; a month before when none is given.
    pub since: Option<Day>,
    /// Seed of the scan.
    pub seed: u64,
    /// The question in its one form.
    canonical: Canonical,
}

const OWN: &[Parameter] = &[
    Parameter::new("as_of", Kind::Day, "First day not looked at; the end of the data when left out", "2025-10-01"),
    Parameter::new("since", Kind::Day, "First day looked at; a month before when left out", "2025-07-01"),
    Parameter::new("layer", Kind::Name, "Layer of the areas; the study area when left out", "msoa21"),
    Parameter::new("seed", Kind::Whole { from: 0, to: i64::MAX as u64 }, "Seed of the scan", "1").or("1"),
];

impl Question for BriefingRequest {
    const DECLARATION: Declaration = Declaration {
        help:
            "\
Examples:
  places briefing
  places briefing --as-of 2025-10-01 --definition serious-violence
  places briefing --since 2025-07-01 --as-of 2025-10-01 --format json

Lists at most seven areas whose change stands out from their own past, season and drift, false discoveries held to 5 %, and
says in how many areas a doubling would have been seen.",
        how: "every area against a forecast from its own past (season, drift, past outbreaks weighed less, overdispersion shared by all areas) and the change of all others; false discovery rate 5 %, four fifths of it for rises",
        references: "Noufaily et al. 2013; Genovese, Roeder & Wasserman 2006",
        shape: Shape::Sentences,
        kept: true,
        groups: &[OWN, KIND],
        ..Declaration::new("briefing", "7", "What changed since the last meeting, and how sure are we?")
    };

    fn read(values: &Values) -> Result<Self, QueryError> {
        let (as_of, since) = (values.day("as_of"), values.day("since"));
        if let (Some(since), Some(as_of)) = (since, as_of)
            && since >= as_of
        {
            return Err(QueryError::invalid("since", &since.to_string(), format!("a day before as_of={as_of}")));
        }
        Ok(Self {
            query: query_of(values)?,
            layer: values.one("layer").map(str::to_owned),
            as_of: as_of.or(values.cutoff),
            since,
            seed: values.whole("seed").unwrap_or(1),
            canonical: Canonical::of(&Self::DECLARATION, values),
        })
    }

    fn query(&mut self) -> &mut Query {
        &mut self.query
    }

    fn names(&self, ground: &Snapshot) -> Result<(), AskError> {
        layer_of(ground, self).map(|_| ())
    }

    fn answer<'r>(&self, reader: &'r Exact<'r>) -> Result<Answer<'r>, AskError> {
        let resolved = self.resolved(reader)?;
        let briefing = briefing(reader, &resolved)?;
        let kept = Kept {
            id: briefing.briefing_id.clone(),
            cutoff: briefing.as_of.clone(),
            named: resolved.named(),
            place: String::new(),
            says: briefing.headline.clone(),
        };
        let (lines, rows) = (briefing.lines(), briefing.rows(reader));
        Ok(Answer { kept: Some(kept), ..Answer::sentences(lines, briefing, rows) })
    }
}

impl BriefingRequest {
    /// What a question leaves open, once it is named.
    fn named(&self) -> Vec<(&'static str, Vec<String>)> {
        let day = |day: Option<Day>| day.map(|d| d.to_string()).into_iter().collect();
        vec![
            ("source", self.query.sources.clone()),
            ("layer", self.layer.iter().cloned().collect()),
            ("as_of", day(self.as_of)),
            ("since", day(self.since)),
        ]
    }

    /// The question with layer, period and sources named: without a source, those that delivered all of the period.
    ///
    /// # Errors
    /// [`AskError`] when there is no layer, no data, or the period is none.
    pub fn resolved(&self, snapshot: &Snapshot) -> Result<Self, AskError> {
        let layer = layer_of(snapshot, self)?.name.clone();
        let period = period_of(snapshot, self, asked_sources(snapshot, &self.query))?;
        let (query, _) = with_sources(snapshot, &self.query, &[period]);
        let resolved =
            Self { query, layer: Some(layer), as_of: Some(period.end), since: Some(period.start), ..self.clone() };
        let canonical =
            resolved.named().iter().fold(self.canonical.clone(), |c, (name, values)| c.naming(name, values));
        Ok(Self { canonical, ..resolved })
    }
}

/// Looks for what changed.
///
/// # Errors
/// [`AskError`] for names that are not known, or with the reason why there is no answer.
pub fn briefing(reader: &Exact<'_>, request: &BriefingRequest) -> Result<Briefing, AskError> {
    let request = &request.resolved(reader)?;
    let layer = layer_of(reader, request)?;
    let sources = asked_sources(reader, &request.query);
    let period = period_of(reader, request, sources)?;
    let now = Standing::new(reader, &request.query, layer, period)?;
    let mut notes = vec!["Changes compared with the past; nothing here says what caused them.".to_owned()];
    notes.extend(now.notes.iter().chain(&now.without_place).cloned());
    let length = period.days();
    let before = Period { start: Day(period.start.0 - length), end: period.start };
    let before = if is_months(period) { months_before(period) } else { before };
    let no_longer = if let Ok(earlier) = Standing::new(reader, &request.query, layer, before) {
        let still: Vec<&str> = now.changes.iter().map(|c| c.place.as_str()).collect();
        let gone = earlier.changes.iter().filter(|c| !still.contains(&c.place.as_str()));
        let line = |c: &Change| {
            format!("{} ({}): {} incidents, usual {:.0} to {:.0}", c.name, c.place, c.now, c.usual_low, c.usual_high)
        };
        let gone: Vec<String> = gone.map(line).collect();
        notes.extend(earlier.without_place.iter().filter(|_| !gone.is_empty()).cloned());
        gone
    } else {
        notes.push(format!("there is no list for {before} to compare with: too little was received"));
        Vec::new()
    };
    let clusters = gatherings(reader, (&request.query, request.seed), period, layer, &mut notes);
    let listed: Vec<Change> = now.changes.iter().take(LISTED).cloned().collect();
    let checksums = Checksums::of(reader, &request.query, Some(layer), period.end);
    let method_version = BriefingRequest::DECLARATION.method;
    let as_of = period.end.to_string();
    Ok(Briefing {
        briefing_id: identity(&request.canonical.text(), method_version, &as_of, &checksums),
        method_version: method_version.to_owned(),
        as_of,
        since: period.start.to_string(),
        checksums,
        what: super::compare::subject(reader, &request.query),
        layer: layer.name.clone(),
        headline: headline(&now, &listed, &clusters, period),
        tested: now.tested,
        too_few: now.too_few,
        not_received: now.not_received,
        doubling_seen: now.doubling_seen,
        baseline: now.baseline.clone(),
        dispersion: now.dispersion,
        changes: listed,
        clusters,
        no_longer,
        gaps: reader.coverage.gaps(sources, period),
        average_week: average_week(reader, &request.query, period)?,
        notes,
    })
}

fn layer_of<'s>(snapshot: &'s Snapshot, request: &BriefingRequest) -> Result<&'s LoadedLayer, AskError> {
    match &request.layer {
        Some(name) => Ok(&snapshot.layers[snapshot.layer_position("layer", name)?]),
        None => snapshot.study_layer().ok_or_else(|| {
            AskError::none(
                "a briefing looks at the areas of a layer: add one with `places areas add LAYER FILE --study-area`",
            )
        }),
    }
}

/// The period looked at: up to `as_of` or the end of the data, from `since` or a month before.
fn period_of(snapshot: &Snapshot, request: &BriefingRequest, sources: &[String]) -> Result<Period, AskError> {
    let delivered = |m: &Month| sources.iter().filter(|s| snapshot.coverage.delivered(s, *m)).count();
    let months = snapshot.coverage.months(sources);
    // One source that is ahead of the others does not end the period.
    let Some(last) = months.iter().rev().find(|m| 2 * delivered(m) >= sources.len()).or(months.last()).copied() else {
        return Err(AskError::none("nothing has been received yet: import incidents first"));
    };
    let end = request.as_of.unwrap_or(last.next().first_day());
    let start = request.since.unwrap_or_else(|| {
        let month = end.month();
        // The first of a month closes the month before; any other day looks at the month that leads up to it.
        if end == month.first_day() { Month(month.0 - 1).first_day() } else { Day(end.0 - 28) }
    });
    if start >= end {
        return Err(QueryError::invalid("since", &start.to_string(), format!("a day before as_of={end}")).into());
    }
    Ok(Period { start, end })
}

fn is_months(period: Period) -> bool {
    let starts = |day: Day| day == day.month().first_day();
    starts(period.start) && starts(period.end)
}

/// As many whole months before.
fn months_before(period: Period) -> Period {
    let count = period.end.month().0 - period.start.month().0;
    Period { start: Month(period.start.month().0 - count).first_day(), end: period.start }
}

fn headline(now: &Standing, listed: &[Change], clusters: &[Gathering], period: Period) -> String {
    let places = match (listed.len(), now.changes.len()) {
        (0, _) => "no area stands out".to_owned(),
        (1, 1) => "1 area stands out".to_owned(),
        (shown, all) if all > shown => format!("{all} areas stand out, the {shown} surest are listed"),
        (_, all) => format!("{all} areas stand out"),
    };
    let clusters = match clusters.len() {
        0 => "no cluster".to_owned(),
        1 => "1 cluster".to_owned(),
        n => format!("{n} clusters"),
    };
    let county = if now.county.is_finite() {
        match (100.0 * (now.county - 1.0)).round() as i64 {
            0 => "; the whole county as before".to_owned(),
            change => format!("; the whole county {change:+} % a day"),
        }
    } else {
        String::new()
    };
    format!("{} to {}: {places} among {} tested, {clusters}{county}.", period.start, Day(period.end.0 - 1), now.tested)
}
