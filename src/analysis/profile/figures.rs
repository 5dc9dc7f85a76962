//! The figures of a profile, each from the reader: mix, months, week, average week, rank.

use super::answer::{MixPart, MonthPoint, Rank, Week, WeekShape};
use crate::{
    analysis::{
        TrendRequest,
        count::{by_area, by_text, total},
        exposure::residents_of,
        place::Place,
        steps::{asked_sources, days_asked},
        trend::{TrendMonth, trend},
    },
    ask::{AskError, Exact, Reader},
    grid,
    model::{Dimension, Period, Query, WEEKDAYS, fold},
    stats::{count_interval, empirical_bayes},
};

pub(super) fn mix(reader: &Exact<'_>, query: &Query) -> Result<Vec<MixPart>, AskError> {
    let here = by_text(reader, query, Dimension::Category)?;
    let elsewhere = Query { place: Vec::new(), ..query.clone() };
    let everywhere = by_text(reader, &elsewhere, Dimension::Category)?;
    let sum = |parts: &[(String, u64)]| parts.iter().map(|p| p.1).sum::<u64>().max(1) as f64;
    let (all_here, all) = (sum(&here), sum(&everywhere));
    let share_of = |name: &str| everywhere.iter().find(|p| p.0 == name).map_or(0.0, |p| p.1 as f64 / all);
    let mut parts: Vec<MixPart> = here
        .into_iter()
        .map(|(category, count)| MixPart {
            share: count as f64 / all_here,
            share_everywhere: share_of(&category),
            harm: reader
                .harm
                .iter()
                .map(|(set, weights)| (set.clone(), weights.get(&fold(&category)).map(|w| w * count as f64)))
                .collect(),
            category,
            count,
        })
        .collect();
    parts.sort_by(|a, b| b.count.cmp(&a.count).then(a.category.cmp(&b.category)));
    Ok(parts)
}

/// Every month received, or why there are none.
pub(super) fn series(reader: &Exact<'_>, query: &Query) -> (Vec<MonthPoint>, String) {
    let asked = TrendRequest { query: Query { from: None, to: None, ..query.clone() }, layer: None };
    match trend(reader, &asked) {
        Err(error) => (Vec::new(), error.to_string()),
        Ok(answer) => {
            let point = |m: &TrendMonth| MonthPoint {
                month: m.month.to_string(),
                count: m.count,
                expected: m.expected,
                low: m.low,
                high: m.high,
                signal: m.signal_text(),
            };
            (answer.months.iter().map(point).collect(), answer.summary.method)
        }
    }
}

pub(super) fn week(reader: &Exact<'_>, query: &Query) -> Result<WeekShape, AskError> {
    let tally = reader.tally(&Query { by: vec![Dimension::Weekday, Dimension::Hour], ..query.clone() })?;
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

pub(super) fn average_week(
    reader: &Exact<'_>,
    query: &Query,
    period: Period,
    districts: &[String],
) -> Result<Week, AskError> {
    let sources = asked_sources(reader, query);
    let per_week = |period: Period| -> Result<Option<f64>, AskError> {
        let known = |p: &Period| districts.iter().all(|d| reader.coverage.whole(sources, *p, d));
        let parts: Vec<Period> = period.by_month().into_iter().filter(known).collect();
        let days: i32 = parts.iter().map(|p| days_asked(reader, query, *p).min(p.days())).sum();
        // Weeks stay weeks when only some of their days are asked for.
        let days = if days > 0 { parts.iter().map(|p| p.days()).sum() } else { 0 };
        if days == 0 {
            return Ok(None);
        }
        let mut counted = 0;
        for part in parts {
            let asked = Query { from: Some(part.start), to: Some(part.end), by: Vec::new(), ..query.clone() };
            counted += total(reader, &asked)?.counted;
        }
        Ok(Some(counted as f64 * 7.0 / f64::from(days)))
    };
    Ok(Week { per_week: per_week(period)?, year_before: per_week(period.years_earlier(1))? })
}

pub(super) fn denominators(place: &Place<'_>) -> (Option<f64>, f64) {
    match place.region.area() {
        Some((layer, area)) => {
            let residents = residents_of(layer).map(|r| r[area as usize]).filter(|r| *r > 0.0);
            (residents, layer.areas[area as usize].area_km2)
        }
        None => (None, place.region.cell().map_or(f64::NAN, grid::area_km2)),
    }
}

/// Rank of an area by its rate, and the ranks that its interval allows.
pub(super) fn rank(reader: &Exact<'_>, place: &Place<'_>, query: &Query) -> Result<Option<Rank>, AskError> {
    let Some((layer, own)) = place.region.area() else { return Ok(None) };
    let own = own as usize;
    let counts = by_area(reader, &Query { place: Vec::new(), ..query.clone() }, layer)?;
    let people = residents_of(layer).filter(|p| p[own] > 0.0);
    let exposure: Vec<f64> = people.cloned().unwrap_or_else(|| vec![1000.0; layer.areas.len()]);
    // Only areas received as this one was.
    let sources = asked_sources(reader, query);
    let known = |district: &str| reader.coverage.as_anywhere(sources, query.period(), district);
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
