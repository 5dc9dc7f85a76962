//! The change with the season taken out: from all other areas in the earlier years, drawn towards the place's own.

use super::{
    claim::{EarlierYear, SameSeason},
    counts::{Counted, Who},
    request::{CompareRequest, LEVEL, Seen},
    spread::{Spread, sum},
};
use crate::{
    ask::Exact,
    model::Period,
    stats::{
        BeforeAfter, EarlierYears, Inference, SeasonalChange, TailRule, infer_ratio, rate_ratio, seasonal_change,
        widened,
    },
};

/// Years that are looked back for the same season.
pub(super) const MAX_YEARS: i32 = 3;

/// The season of a claim.
pub(super) struct Season {
    /// As it stands in the claim.
    pub(super) told: SameSeason,
    /// What a rate after comes to by the season alone; none where the periods before were not received.
    pub(super) change: Option<SeasonalChange>,
}

/// Whether both periods are the same dates of different years, or hold every season.
pub(super) fn one_season(request: &CompareRequest) -> bool {
    let (before, after) = (request.before, request.after);
    (1..=20).any(|years| after.years_earlier(years) == before) || (before.days() >= 365 && after.days() >= 365)
}

/// The change with the season taken out; none where the periods are the same season already, or no earlier year was received.
pub(super) fn same_season(
    reader: &Exact<'_>,
    request: &CompareRequest,
    counted: &Counted<'_>,
    seen: Seen,
    spread: &Spread,
    change: Option<(f64, Inference)>,
) -> Option<Season> {
    if one_season(request) {
        return None;
    }
    let known = |window: Period| counted.is_whole(window);
    let mut years: Vec<[Period; 2]> = Vec::new();
    for back in 1..=MAX_YEARS {
        let pair = [seen.before.years_earlier(back), seen.after.years_earlier(back)];
        let is_free = |taken: &Period| pair.iter().all(|window| !window.meets(*taken));
        let is_free = is_free(&seen.before) && years.iter().flatten().all(is_free);
        if is_free && known(pair[0]) && known(pair[1]) {
            years.push(pair);
        }
    }
    let whole = known(seen.before) && known(seen.after);
    if years.is_empty() || !whole {
        one_year(reader, request, counted, seen, spread)
    } else {
        from_years(reader, request, counted, spread, &years, change)
    }
}

/// From earlier years in which both windows were received.
fn from_years(
    reader: &Exact<'_>,
    request: &CompareRequest,
    counted: &Counted<'_>,
    spread: &Spread,
    years: &[[Period; 2]],
    change: Option<(f64, Inference)>,
) -> Option<Season> {
    let of = |who: Who, windows: &[Period; 2]| BeforeAfter {
        before: counted.sum(who, windows[0]),
        after: counted.sum(who, windows[1]),
    };
    let all_years = |who: Who| sum(&years.iter().map(|pair| of(who, pair)).collect::<Vec<_>>());
    let earlier: Vec<BeforeAfter> = counted.others().map(|i| all_years(Who::Area(i))).collect();
    let days = |window: usize| years.iter().map(|pair| f64::from(counted.days(pair[window]))).sum::<f64>();
    let season = seasonal_change(
        &EarlierYears {
            place: all_years(Who::Place),
            others: &earlier,
            now: &counted.changes_of_others(request),
            years: years.len() as u32,
        },
        spread.counts.phi,
    )?;
    // As a change of the rate a day: a February can be longer.
    let season = SeasonalChange { ratio: season.ratio * days(0) / days(1), ..season };
    let net =
        change.map(|(ratio, plain)| plain.over_expected(ratio, season.ratio, season.variance + season.drift, LEVEL));
    let told = years.iter().filter_map(|pair| {
        let them = sum(&counted.others().map(|i| of(Who::Area(i), pair)).collect::<Vec<_>>());
        Some(EarlierYear {
            before: Some(counted.exposure(reader, request, pair[0]).ok()?),
            after: counted.exposure(reader, request, pair[1]).ok()?,
            others_before: them.before,
            others_after: them.after,
        })
    });
    Some(Season {
        told: SameSeason {
            how: "the change against that between the same dates of earlier years, of all other areas together and of the place itself"
                .to_owned(),
            years: years.len() as i32,
            earlier: told.collect(),
            others: earlier.len(),
            season: Some(season.ratio),
            season_variance: Some(season.variance),
            drift: Some(season.drift.sqrt()),
            ..net.map(|(ratio, net)| of_inference(ratio, net)).unwrap_or_default()
        },
        change: Some(season),
    })
}

/// From one earlier year of which the period after alone was received.
fn one_year(
    reader: &Exact<'_>,
    request: &CompareRequest,
    counted: &Counted<'_>,
    seen: Seen,
    spread: &Spread,
) -> Option<Season> {
    let known = |window: Period| counted.is_whole(window);
    let back = (1..=MAX_YEARS).find(|&y| known(seen.after.years_earlier(y)) && known(seen.after))?;
    let early = seen.after.years_earlier(back);
    let (b, a) = (counted.exposed(early), counted.exposed(seen.after));
    let ratio = rate_ratio(b, a).unwrap_or(f64::INFINITY);
    let wide = infer_ratio(b, a, LEVEL, TailRule::Exact).ok().map(|f| widened(ratio, f, spread.counts, LEVEL));
    let after = counted.exposure(reader, request, early).ok()?;
    Some(Season {
        told: SameSeason {
            how: "the period after against the same dates of an earlier year".to_owned(),
            years: 1,
            earlier: vec![EarlierYear { after, ..EarlierYear::default() }],
            ..wide.map(|wide| of_inference(ratio, wide)).unwrap_or_default()
        },
        change: None,
    })
}

fn of_inference(ratio: f64, inference: Inference) -> SameSeason {
    SameSeason {
        ratio: Some(ratio).filter(|r| r.is_finite()),
        low: Some(inference.interval.low),
        high: Some(inference.interval.high).filter(|h| h.is_finite()),
        p: Some(inference.p_value),
        ..SameSeason::default()
    }
}
