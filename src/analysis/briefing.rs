//! `places briefing`: what changed since a date, with false alarms under control.
//!
//! Every area is compared with its own past at the same dates of earlier years, and with what the others did meanwhile: so that neither a
//! season of its own nor a county-wide change is news. Areas that stand out do so after control over everything tested.

use serde::Serialize;

use super::{
    ALPHA, AnalysisError, Parameters, ScanRequest,
    parameters::refuse,
    scan::scan,
    steps::{
        METHOD_VERSION, StepCounts, Steps, asked_sources, count_steps, days_asked, fingerprint, is_received, runs,
        with_sources,
    },
};
use crate::{
    grid,
    model::{Caller, Day, Month, Period, Query, QueryError},
    snapshot::{LoadedLayer, Snapshot},
    stats::{Exposed, FdrMethod, TailRule, adjusted, count_limits, infer_ratio, normal_quantile, two_sided},
};

/// Most places listed.
const LISTED: usize = 7;
/// Earlier years looked at.
const YEARS: i32 = 3;
/// Incidents, now and in the baseline together, from which an area is tested.
const LEAST: u64 = 10;
/// Median of a chi-square variable of one degree of freedom.
const CHI_MEDIAN: f64 = 0.454_936_423_119_572_7;

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
}

impl BriefingRequest {
    /// Reads a question: `as_of`, `since`, `layer`, `seed`, and the filters of a query.
    ///
    /// # Errors
    /// [`QueryError`] on the first parameter that is unknown or not of its form.
    pub fn parse(mut parameters: Parameters, caller: &Caller) -> Result<Self, QueryError> {
        let mut day = |name: &str| -> Result<Option<Day>, QueryError> {
            let text = parameters.take(name)?;
            text.map(|t| Day::parse(&t).map_err(|e| QueryError::invalid(name, &t, e.expected))).transpose()
        };
        let (as_of, since) = (day("as_of")?, day("since")?);
        let made = Self {
            as_of,
            since,
            layer: parameters.take("layer")?,
            seed: parameters.take_number("seed", 0, u64::MAX)?.unwrap_or(1),
            query: parameters.query(caller)?,
        };
        refuse(&made.query, "briefing", &["by", "zeros", "rate", "top", "from", "to", "in", "cell", "bbox"])?;
        if let (Some(since), Some(as_of)) = (since, as_of)
            && since >= as_of
        {
            return Err(QueryError::invalid("since", &since.to_string(), format!("a day before as_of={as_of}")));
        }
        Ok(made)
    }

    /// The question with layer, period and sources named: without a source, those that delivered all of the period.
    ///
    /// # Errors
    /// [`AnalysisError`] when there is no layer, no data, or the period is none.
    pub fn resolved(&self, snapshot: &Snapshot) -> Result<Self, AnalysisError> {
        let layer = layer_of(snapshot, self)?.name.clone();
        let period = period_of(snapshot, self, asked_sources(snapshot, &self.query))?;
        let (query, _) = with_sources(snapshot, &self.query, &[period]);
        Ok(Self { query, layer: Some(layer), as_of: Some(period.end), since: Some(period.start), seed: self.seed })
    }

    /// The same text for the same question.
    #[must_use]
    pub fn canonical(&self) -> String {
        let Self { query, layer, as_of, since, seed } = self;
        format!("briefing|{layer:?}|{as_of:?}|{since:?}|{seed}|{}", query.canonical())
    }
}

/// An area that stands out.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Change {
    /// `LAYER:CODE`.
    pub place: String,
    /// Name.
    pub name: String,
    /// Incidents in the period.
    pub now: u64,
    /// Expected from its own past and the change of all others.
    pub expected: f64,
    /// Usual range: least count.
    pub usual_low: f64,
    /// Usual range: largest count.
    pub usual_high: f64,
    /// Now over expected.
    pub ratio: f64,
    /// Two-sided p-value, widened for the usual spread between areas.
    pub p_value: f64,
    /// Adjusted over all areas tested.
    pub q_value: f64,
    /// How sure, in words.
    pub how_sure: String,
    /// Why it is on the list.
    pub why: String,
}

/// A cluster of the scan.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Gathering {
    /// Its central cell.
    pub cell: String,
    /// Area that holds it.
    pub near: String,
    /// Cells.
    pub cells: Vec<String>,
    /// First day.
    pub from: String,
    /// Incidents.
    pub count: u64,
    /// Expected.
    pub expected: f64,
    /// p-value, by the Gumbel tail.
    pub p_value: f64,
    /// Why it is on the list.
    pub why: String,
}

/// An average week of a source.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct AverageWeek {
    /// Source.
    pub source: String,
    /// Incidents a week in the period; null when it was not received.
    pub per_week: Option<f64>,
    /// The same dates a year before.
    pub year_before: Option<f64>,
}

/// What changed.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Briefing {
    /// Identifies question, method and data.
    pub briefing_id: String,
    /// Version of the method.
    pub method_version: String,
    /// First day not looked at.
    pub as_of: String,
    /// First day of the period.
    pub since: String,
    /// Checksum of what had been received up to there.
    pub data_fingerprint: String,
    /// What is counted.
    pub what: String,
    /// Layer whose areas were looked at.
    pub layer: String,
    /// The answer in one sentence.
    pub headline: String,
    /// Areas that stand out, the surest first.
    pub changes: Vec<Change>,
    /// Areas tested, the m of the false discovery rate.
    pub tested: usize,
    /// Areas with too few incidents to test.
    pub too_few: usize,
    /// Areas for which the period was not received.
    pub not_received: usize,
    /// What areas were compared with.
    pub baseline: String,
    /// Variance over what chance explains, over all areas.
    pub dispersion: f64,
    /// Clusters at 5 %.
    pub clusters: Vec<Gathering>,
    /// Places that stood out in the period before and do not now.
    pub no_longer: Vec<String>,
    /// Months of the period that were not received.
    pub gaps: Vec<String>,
    /// Average week of every source.
    pub average_week: Vec<AverageWeek>,
    /// What a reader must know.
    pub notes: Vec<String>,
}

/// Looks for what changed.
///
/// # Errors
/// [`AnalysisError`] for names that are not known, or with the reason why there is no answer.
pub fn briefing(snapshot: &Snapshot, request: &BriefingRequest) -> Result<Briefing, AnalysisError> {
    let request = &request.resolved(snapshot)?;
    let layer = layer_of(snapshot, request)?;
    let sources = asked_sources(snapshot, &request.query);
    let period = period_of(snapshot, request, sources)?;
    let now = Standing::new(snapshot, &request.query, layer, period)?;
    let mut notes = vec!["Changes compared with the past; nothing here says what caused them.".to_owned()];
    notes.extend(now.note.clone());
    let length = period.days();
    let before = Period { start: Day(period.start.0 - length), end: period.start };
    let before = if is_months(period) { months_before(period) } else { before };
    let no_longer = if let Ok(earlier) = Standing::new(snapshot, &request.query, layer, before) {
        let still: Vec<&str> = now.changes.iter().map(|c| c.place.as_str()).collect();
        let gone = earlier.changes.iter().filter(|c| !still.contains(&c.place.as_str()));
        let line = |c: &Change| {
            format!("{} ({}): {} incidents, usual {:.0} to {:.0}", c.name, c.place, c.now, c.usual_low, c.usual_high)
        };
        gone.map(line).collect()
    } else {
        notes.push(format!("there is no list for {before} to compare with: too little was received"));
        Vec::new()
    };
    let clusters = gatherings(snapshot, request, period, layer, &mut notes);
    let listed: Vec<Change> = now.changes.iter().take(LISTED).cloned().collect();
    let mut made = Briefing {
        briefing_id: String::new(),
        method_version: METHOD_VERSION.to_owned(),
        as_of: period.end.to_string(),
        since: period.start.to_string(),
        data_fingerprint: fingerprint(snapshot, &request.query, Some(layer), period.end),
        what: super::compare::what(snapshot, &request.query),
        layer: layer.name.clone(),
        headline: headline(&now, &listed, &clusters, period),
        tested: now.tested,
        too_few: now.too_few,
        not_received: now.not_received,
        baseline: now.baseline.clone(),
        dispersion: now.dispersion,
        changes: listed,
        clusters,
        no_longer,
        gaps: snapshot.coverage.gaps(sources, period),
        average_week: average_week(snapshot, &request.query, period)?,
        notes,
    };
    let text = format!("{}|{}|{}|{}", request.canonical(), made.method_version, made.as_of, made.data_fingerprint);
    blake3::hash(text.as_bytes()).to_hex()[..12].clone_into(&mut made.briefing_id);
    Ok(made)
}

fn layer_of<'s>(snapshot: &'s Snapshot, request: &BriefingRequest) -> Result<&'s LoadedLayer, AnalysisError> {
    match &request.layer {
        Some(name) => {
            let known = || snapshot.layers.iter().map(|l| l.name.clone());
            snapshot.layer(name).ok_or_else(|| QueryError::unknown("layer", name, known()).into())
        }
        None => snapshot.study_layer().ok_or_else(|| AnalysisError::NoAnswer {
            reason: "a briefing looks at the areas of a layer: add one with `places areas add LAYER FILE --study-area`"
                .to_owned(),
        }),
    }
}

/// The period looked at: up to `as_of` or the end of the data, from `since` or a month before.
fn period_of(snapshot: &Snapshot, request: &BriefingRequest, sources: &[String]) -> Result<Period, AnalysisError> {
    let delivered = |m: &Month| sources.iter().filter(|s| snapshot.coverage.months_of(s).contains(m)).count();
    let months = snapshot.coverage.months(sources);
    // One source that is ahead of the others does not end the period.
    let Some(last) = months.iter().rev().find(|m| 2 * delivered(m) >= sources.len()).or(months.last()).copied() else {
        return Err(AnalysisError::NoAnswer {
            reason: "nothing has been received yet: import incidents first".to_owned(),
        });
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

/// How every area of a layer stands in a period.
struct Standing {
    changes: Vec<Change>,
    tested: usize,
    too_few: usize,
    not_received: usize,
    baseline: String,
    dispersion: f64,
    county: f64,
    note: Option<String>,
}

impl Standing {
    fn new(snapshot: &Snapshot, query: &Query, layer: &LoadedLayer, period: Period) -> Result<Self, AnalysisError> {
        let sources = asked_sources(snapshot, query);
        let (baselines, seasonal) = baselines(snapshot, sources, layer, period);
        let windows: Vec<Period> = std::iter::once(period).chain(baselines.iter().copied()).collect();
        let steps = Steps(windows_in_order(&windows));
        let grouping = snapshot.table.layer_groups(&layer.name).unwrap_or(&snapshot.table.whole);
        let found = count_steps(snapshot, query, grouping, &steps)?;
        let is_known = |district: &str| windows.iter().all(|w| is_received(snapshot, sources, *w, district));
        let known: Vec<usize> = (0..layer.areas.len()).filter(|&i| is_known(&layer.areas[i].district)).collect();
        if known.len() < 2 || baselines.is_empty() {
            let reason = format!(
                "there is no answer: {period} and dates to compare it with (the same dates of up to {YEARS} earlier years, or the twelve months before) were not both received from {}; `places coverage` lists what was",
                sources.join(", ")
            );
            return Err(AnalysisError::NoAnswer { reason });
        }
        let mut made = Self::tested(snapshot, query, layer, &found, &steps, period, &known);
        made.not_received = layer.areas.len() - known.len();
        let years = baselines.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let months = runs(baselines.iter().map(|m| m.start.month()));
        made.baseline = if seasonal {
            format!("the same dates of earlier years ({years}), and the change of all other areas")
        } else {
            format!("the twelve months before, as far as received ({months}), and the change of all other areas")
        };
        made.note = (!seasonal).then(|| {
            "No earlier year was received: areas were compared with the months before, so a season of their own can look like a change.".to_owned()
        });
        let inside = Query { from: Some(period.start), to: Some(period.end), ..query.clone() };
        let boxes = count_steps(snapshot, &inside, grouping, &Steps(vec![period]))?.boxes;
        let untold = boxes.time_too_coarse;
        if untold * 20 > boxes.counted + untold {
            let reason = format!(
                "there is no answer: of {untold} incidents the time is not known well enough to tell whether they lie in {period}; choose the first of a month for as_of and since"
            );
            return Err(AnalysisError::NoAnswer { reason });
        }
        made.explain(snapshot, query, layer, &baselines, period)?;
        Ok(made)
    }

    fn tested(
        snapshot: &Snapshot,
        query: &Query,
        layer: &LoadedLayer,
        found: &StepCounts,
        steps: &Steps,
        period: Period,
        known: &[usize],
    ) -> Self {
        let at = |i: usize, now: bool| -> u64 {
            let inside = steps.0.iter().zip(found.of(i)).filter(|(p, _)| (**p == period) == now);
            inside.map(|(_, &n)| u64::from(n)).sum()
        };
        let counts: Vec<(usize, u64, u64)> = known.iter().map(|&i| (i, at(i, true), at(i, false))).collect();
        let (all_now, all_then) = counts.iter().fold((0, 0), |(n, t), c| (n + c.1, t + c.2));
        let tests: Vec<(usize, u64, f64, u64, f64)> = counts
            .iter()
            .filter(|(_, now, then)| now + then >= LEAST)
            .filter_map(|&(i, now, then)| {
                let (others_now, others_then) = (all_now - now, all_then - then);
                let exposed = |count, exposure| Exposed { count, exposure };
                // What the others did is the exposure of each period.
                let found = infer_ratio(
                    exposed(then, others_then as f64),
                    exposed(now, others_now as f64),
                    0.95,
                    TailRule::MidP,
                );
                let expected = then as f64 * others_now as f64 / others_then as f64;
                found.ok().map(|f| (i, now, expected, then, f.p_value))
            })
            .collect();
        let z: Vec<f64> = tests.iter().map(|t| normal_quantile(0.5 * t.4.clamp(1e-300, 1.0)).abs()).collect();
        let dispersion = spread(&z);
        let p: Vec<f64> = z.iter().map(|z| two_sided(z / dispersion.sqrt())).collect();
        let q = adjusted(&p, FdrMethod::BenjaminiHochberg).unwrap_or_default();
        let mut changes: Vec<Change> = Vec::new();
        for (test, (&p_value, &q_value)) in tests.iter().zip(p.iter().zip(&q)).filter(|(_, (_, q))| **q <= ALPHA) {
            let &(i, now, expected, then, _) = test;
            let spread = dispersion * (1.0 + expected / (then as f64).max(0.5));
            let usual = count_limits(expected, spread, 1.959_964);
            changes.push(Change {
                place: format!("{}:{}", layer.name, layer.areas[i].code),
                name: layer.areas[i].name.clone(),
                now,
                expected,
                usual_low: usual.low,
                usual_high: usual.high,
                ratio: if expected > 0.0 { now as f64 / expected } else { f64::INFINITY },
                p_value,
                q_value,
                how_sure: sure(q_value).to_owned(),
                why: String::new(),
            });
        }
        changes.sort_by(|a, b| a.p_value.total_cmp(&b.p_value).then(a.place.cmp(&b.place)));
        let days = |now: bool| -> i32 {
            steps.0.iter().filter(|p| (**p == period) == now).map(|p| days_asked(snapshot, query, *p)).sum()
        };
        let rates = (all_now as f64 / f64::from(days(true).max(1)), all_then as f64 / f64::from(days(false).max(1)));
        Self {
            too_few: known.len() - tests.len(),
            tested: tests.len(),
            not_received: 0,
            baseline: String::new(),
            dispersion,
            county: if rates.1 > 0.0 { rates.0 / rates.1 } else { f64::NAN },
            note: None,
            changes,
        }
    }

    /// Says for every listed area which category moved it most.
    fn explain(
        &mut self,
        snapshot: &Snapshot,
        query: &Query,
        layer: &LoadedLayer,
        baselines: &[Period],
        period: Period,
    ) -> Result<(), AnalysisError> {
        if self.changes.is_empty() {
            return Ok(());
        }
        let mut of_category: Vec<(String, Vec<f64>, Vec<f64>)> = Vec::new();
        let steps =
            Steps(windows_in_order(&std::iter::once(period).chain(baselines.iter().copied()).collect::<Vec<_>>()));
        let grouping = snapshot.table.layer_groups(&layer.name).unwrap_or(&snapshot.table.whole);
        let days = |now: bool| -> f64 {
            f64::from(
                steps.0.iter().filter(|p| (**p == period) == now).map(|p| days_asked(snapshot, query, *p)).sum::<i32>(),
            )
        };
        let scale = days(true) / days(false).max(1.0);
        let asked = super::Plan::new(snapshot, &Query { by: Vec::new(), ..query.clone() })?;
        for category in snapshot.table.asked_categories(&asked.filter) {
            let one = Query { categories: vec![category.clone()], definition: None, ..query.clone() };
            let found = count_steps(snapshot, &one, grouping, &steps)?;
            let sum = |i: usize, now: bool| -> f64 {
                steps
                    .0
                    .iter()
                    .zip(found.of(i))
                    .filter(|(p, _)| (**p == period) == now)
                    .map(|(_, &n)| f64::from(n))
                    .sum()
            };
            let areas = 0..layer.areas.len();
            of_category.push((
                category,
                areas.clone().map(|i| sum(i, true)).collect(),
                areas.map(|i| sum(i, false) * scale).collect(),
            ));
        }
        for change in &mut self.changes {
            let code = change.place.split_once(':').map_or("", |p| p.1);
            let Ok(i) = layer.areas.binary_search_by(|a| a.code.as_str().cmp(code)) else { continue };
            let moved = of_category.iter().map(|(name, now, then)| (now[i] - then[i], name, now[i], then[i]));
            let sign = if change.ratio >= 1.0 { 1.0 } else { -1.0 };
            let most = moved.max_by(|a, b| (sign * a.0).total_cmp(&(sign * b.0)).then(b.1.cmp(a.1)));
            let part = most.map_or(String::new(), |(_, name, now, then)| {
                format!("; most of it {name}: {now:.0}, was about {then:.0}")
            });
            let direction = if change.ratio >= 1.0 { "more" } else { "fewer" };
            change.why = format!(
                "{} incidents, {direction} than the usual {:.0} to {:.0}{part}",
                change.now, change.usual_low, change.usual_high
            );
        }
        Ok(())
    }
}

/// How sure, in words.
fn sure(q: f64) -> &'static str {
    match q {
        q if q <= 0.001 => "very sure",
        q if q <= 0.01 => "sure",
        _ => "fairly sure",
    }
}

/// Variance of deviates over what chance explains, from their median, so that true changes do not count.
///
/// # References
/// Devlin & Roeder (1999), Biometrics 55(4), 997-1004 (genomic control).
fn spread(z: &[f64]) -> f64 {
    let mut squares: Vec<f64> = z.iter().map(|z| z * z).collect();
    squares.sort_unstable_by(f64::total_cmp);
    match squares.len() {
        0 => 1.0,
        n => (squares[n / 2] / CHI_MEDIAN).max(1.0),
    }
}

/// The same dates of earlier years received in any district, or the twelve months before; whether it is the former.
fn baselines(snapshot: &Snapshot, sources: &[String], layer: &LoadedLayer, period: Period) -> (Vec<Period>, bool) {
    let known = |p: &Period| {
        let mut received = layer.areas.iter().filter(|a| is_received(snapshot, sources, *p, &a.district));
        received.by_ref().count() * 2 > layer.areas.len()
    };
    // Of a period longer than a year the windows would overlap: then every second year, and so on.
    let apart = (period.days() - 1) / 365 + 1;
    let years = (1..=YEARS).map(|y| period.years_earlier(y * apart));
    let years: Vec<Period> = years.filter(|p| p.end <= period.start && known(p)).collect();
    if !years.is_empty() {
        return (years, true);
    }
    let months = (1..=12).map(|back| Month(period.start.month().0 - back).period());
    let mut months: Vec<Period> = months.filter(|m| m.end <= period.start && known(m)).collect();
    months.sort_unstable_by_key(|m| m.start);
    (months, false)
}

fn windows_in_order(windows: &[Period]) -> Vec<Period> {
    let mut sorted = windows.to_vec();
    sorted.sort_unstable_by_key(|p| p.start);
    sorted.dedup();
    sorted
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

/// Clusters that end with the period.
fn gatherings(
    snapshot: &Snapshot,
    request: &BriefingRequest,
    period: Period,
    layer: &LoadedLayer,
    notes: &mut Vec<String>,
) -> Vec<Gathering> {
    let from = Month(period.end.month().0 - 12).first_day();
    let query = Query { from: Some(from.min(period.start)), to: Some(period.end), ..request.query.clone() };
    let asked = ScanRequest { query, resolution: 8, max_months: 3, replicates: 999, seed: request.seed };
    let found = match scan(snapshot, &asked) {
        Ok(found) => found,
        Err(error) => {
            notes.push(format!("no scan for clusters: {error}"));
            return Vec::new();
        }
    };
    let universe = snapshot.universe(8).ok();
    let study = snapshot.study_layer().unwrap_or(layer);
    let area_of = |cell: &u64| -> Option<&str> {
        let area = universe.and_then(|u| u.cells.binary_search(cell).ok().map(|i| u.areas()[i]))?;
        study.areas.get(area as usize).map(|a| a.name.as_str())
    };
    // A cell on the border has its centre in no area: then the next of the cluster names it.
    let near = |cells: &[u64]| cells.iter().find_map(area_of).unwrap_or("the border").to_owned();
    let months = found.summary.months as i32;
    let last = Day::parse(&found.summary.to).map_or(period.end, |d| d);
    let each = found.clusters.iter().zip(&found.cells).filter(|(c, _)| c.p_gumbel <= ALPHA && c.p_value <= ALPHA);
    each.take(LISTED)
        .map(|(cluster, cells)| {
            let start = Month(last.month().0 - (cluster.height as i32).min(months)).first_day();
            Gathering {
                cell: grid::cell_text(cells[0]),
                near: near(cells),
                cells: cells.iter().map(|&c| grid::cell_text(c)).collect(),
                from: start.to_string(),
                count: cluster.observed,
                expected: cluster.expected,
                p_value: cluster.p_gumbel,
                why: format!(
                    "{} incidents since {start} in {} near {}, {:.1} expected from how busy place and time are",
                    cluster.observed,
                    if cells.len() == 1 { "one cell".to_owned() } else { format!("{} cells", cells.len()) },
                    near(cells),
                    cluster.expected
                ),
            }
        })
        .collect()
}

fn average_week(snapshot: &Snapshot, query: &Query, period: Period) -> Result<Vec<AverageWeek>, AnalysisError> {
    let weeks = |p: Period| f64::from(p.days()) / 7.0;
    let year_before = period.years_earlier(1);
    let mut found = Vec::new();
    for source in asked_sources(snapshot, query) {
        let per_week = |p: Period| -> Result<Option<f64>, AnalysisError> {
            let months = snapshot.coverage.months_of(source);
            if !p.months().all(|m| months.contains(&m)) {
                return Ok(None);
            }
            let one = Query {
                sources: vec![source.clone()],
                from: Some(p.start),
                to: Some(p.end),
                by: vec![],
                ..query.clone()
            };
            Ok(Some(super::count(snapshot, &one)?.summary.counted as f64 / weeks(p)))
        };
        found.push(AverageWeek {
            source: source.clone(),
            per_week: per_week(period)?,
            year_before: per_week(year_before)?,
        });
    }
    Ok(found)
}
