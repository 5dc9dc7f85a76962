//! How every area of a layer stands in a period: against its own past and what the others did meanwhile.

use super::told::{Change, LEAST, YEARS};
use crate::{
    analysis::{
        ALPHA,
        steps::{StepCounts, Steps, asked_sources, count_steps, days_asked, runs},
        throughout::{Throughout, lasting_share, share_in_words, throughout},
    },
    ask::{AskError, Exact},
    model::{Month, Period, Query},
    snapshot::LoadedLayer,
    stats::{Exposed, FdrMethod, TailRule, adjusted, count_limits, infer_ratio, normal_quantile, two_sided},
};

/// Median of a chi-square variable of one degree of freedom.
const CHI_MEDIAN: f64 = 0.454_936_423_119_572_7;

/// How every area of a layer stands in a period.
pub(super) struct Standing {
    pub(super) changes: Vec<Change>,
    pub(super) tested: usize,
    pub(super) too_few: usize,
    pub(super) not_received: usize,
    pub(super) baseline: String,
    pub(super) dispersion: f64,
    pub(super) county: f64,
    pub(super) notes: Vec<String>,
    /// That much of the period's records has no place.
    pub(super) without_place: Option<String>,
}

impl Standing {
    pub(super) fn new(
        reader: &Exact<'_>,
        query: &Query,
        layer: &LoadedLayer,
        period: Period,
    ) -> Result<Self, AskError> {
        let sources = asked_sources(reader, query);
        let (baselines, seasonal) = baselines(reader, sources, layer, period);
        let windows: Vec<Period> = std::iter::once(period).chain(baselines.iter().copied()).collect();
        let Throughout { query, notes } = throughout(reader, query, &windows, &[])?;
        let query = &query;
        let steps = Steps(windows_in_order(&windows));
        let grouping = reader.table().layer_groups(&layer.name).unwrap_or(&reader.table().whole);
        let counted = count_steps(reader, query, grouping, &steps)?;
        let is_known = |district: &str| windows.iter().all(|w| reader.coverage.whole(sources, *w, district));
        let known: Vec<usize> = (0..layer.areas.len()).filter(|&i| is_known(&layer.areas[i].district)).collect();
        if known.len() < 2 || baselines.is_empty() {
            let reason = format!(
                "there is no answer: {period} and dates to compare it with (the same dates of up to {YEARS} earlier years, or the twelve months before) were not both received from {}; `places coverage` lists what was",
                sources.join(", ")
            );
            return Err(AskError::none(reason));
        }
        let mut standing = Self::tested(reader, query, layer, &counted, &steps, period, &known);
        standing.not_received = layer.areas.len() - known.len();
        let years = baselines.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let months = runs(baselines.iter().map(|m| m.start.month()));
        standing.baseline = if seasonal {
            format!("the same dates of earlier years ({years}), and the change of all other areas")
        } else {
            format!("the twelve months before, as far as received ({months}), and the change of all other areas")
        };
        standing.notes = notes;
        if !seasonal {
            standing.notes.push("No earlier year was received: areas were compared with the months before, so a season of their own can look like a change.".to_owned());
        }
        standing.notes.extend(lasting_share(reader, query, &windows)?);
        standing.without_place = share_in_words(reader, query, period)?;
        let inside = Query { from: Some(period.start), to: Some(period.end), ..query.clone() };
        let boxes = count_steps(reader, &inside, grouping, &Steps(vec![period]))?.boxes;
        let untold = boxes.time_too_coarse;
        if untold * 20 > boxes.counted + untold {
            let reason = format!(
                "there is no answer: of {untold} incidents the time is not known well enough to tell whether they lie in {period}; choose the first of a month for as_of and since"
            );
            return Err(AskError::none(reason));
        }
        standing.explain(reader, query, layer, &baselines, period)?;
        Ok(standing)
    }

    fn tested(
        reader: &Exact<'_>,
        query: &Query,
        layer: &LoadedLayer,
        counted: &StepCounts,
        steps: &Steps,
        period: Period,
        known: &[usize],
    ) -> Self {
        let at = |i: usize, now: bool| -> u64 {
            let inside = steps.0.iter().zip(counted.of(i)).filter(|(p, _)| (**p == period) == now);
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
                let inference = infer_ratio(
                    exposed(then, others_then as f64),
                    exposed(now, others_now as f64),
                    0.95,
                    TailRule::MidP,
                );
                let expected = then as f64 * others_now as f64 / others_then as f64;
                inference.ok().map(|f| (i, now, expected, then, f.p_value))
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
                ratio: (expected > 0.0).then(|| now as f64 / expected),
                p_value,
                q_value,
                how_sure: sure(q_value).to_owned(),
                why: String::new(),
            });
        }
        changes.sort_by(|a, b| a.p_value.total_cmp(&b.p_value).then(a.place.cmp(&b.place)));
        let days = |now: bool| -> i32 {
            steps.0.iter().filter(|p| (**p == period) == now).map(|p| days_asked(reader, query, *p)).sum()
        };
        let rates = (all_now as f64 / f64::from(days(true).max(1)), all_then as f64 / f64::from(days(false).max(1)));
        Self {
            too_few: known.len() - tests.len(),
            tested: tests.len(),
            not_received: 0,
            baseline: String::new(),
            dispersion,
            county: if rates.1 > 0.0 { rates.0 / rates.1 } else { f64::NAN },
            notes: Vec::new(),
            without_place: None,
            changes,
        }
    }

    /// Says for every listed area which category moved it most.
    fn explain(
        &mut self,
        reader: &Exact<'_>,
        query: &Query,
        layer: &LoadedLayer,
        baselines: &[Period],
        period: Period,
    ) -> Result<(), AskError> {
        if self.changes.is_empty() {
            return Ok(());
        }
        let mut of_category: Vec<(String, Vec<f64>, Vec<f64>)> = Vec::new();
        let steps =
            Steps(windows_in_order(&std::iter::once(period).chain(baselines.iter().copied()).collect::<Vec<_>>()));
        let grouping = reader.table().layer_groups(&layer.name).unwrap_or(&reader.table().whole);
        let days = |now: bool| -> f64 {
            f64::from(
                steps.0.iter().filter(|p| (**p == period) == now).map(|p| days_asked(reader, query, *p)).sum::<i32>(),
            )
        };
        let scale = days(true) / days(false).max(1.0);
        for category in reader.asked_categories(query)? {
            let one = Query { categories: vec![category.clone()], definition: None, ..query.clone() };
            let counted = count_steps(reader, &one, grouping, &steps)?;
            let sum = |i: usize, now: bool| -> f64 {
                steps
                    .0
                    .iter()
                    .zip(counted.of(i))
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
            let sign = if change.ratio.is_none_or(|r| r >= 1.0) { 1.0 } else { -1.0 };
            let most = moved.max_by(|a, b| (sign * a.0).total_cmp(&(sign * b.0)).then(b.1.cmp(a.1)));
            let part = most.map_or(String::new(), |(_, name, now, then)| {
                format!("; most of it {name}: {now:.0}, was about {then:.0}")
            });
            let direction = if change.ratio.is_none_or(|r| r >= 1.0) { "more" } else { "fewer" };
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
fn baselines(reader: &Exact<'_>, sources: &[String], layer: &LoadedLayer, period: Period) -> (Vec<Period>, bool) {
    let known = |p: &Period| {
        let mut received = layer.areas.iter().filter(|a| reader.coverage.whole(sources, *p, &a.district));
        received.by_ref().count() * 2 > layer.areas.len()
    };
    // A year back is a year back by the calendar. Of a period longer than a year the windows would overlap: then every
    // second year, and so on.
    let apart = (1..=200).find(|&years| period.years_earlier(years).end <= period.start).unwrap_or(1);
    let years = (1..=YEARS).map(|y| period.years_earlier(y * apart));
    // 29 February has no day in most years.
    let years: Vec<Period> = years.filter(|p| p.days() > 0 && p.end <= period.start && known(p)).collect();
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
