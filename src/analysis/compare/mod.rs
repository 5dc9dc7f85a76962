//! `places compare`: is the change real? Both counts, their exposure, the interval, the same season, comparison areas, the
//! ring, and a verdict in words; everything a claim needs to be said again byte for byte.

mod areas;
mod claim;
mod counts;
mod displaced;
mod left_out;
mod plain;
mod question;
mod reasons;
mod request;
mod words;

pub use claim::{
    Claim, ComparisonArea, ComparisonResult, CountyChange, DisplacementResult, Exposure as ClaimExposure,
    LocatingResult, Peak, Placebo, Power, RatioInterval, SameSeason,
};
pub use request::{CompareRequest, Comparison, Picked};

pub(in crate::analysis) use words::subject;

use areas::{Candidates, against, controls, controls_sum, county, peak, spread};
use counts::Counted;
use displaced::displaced;
use request::LEVEL;

use super::{
    checksums::{Checksums, identity},
    error::in_words,
    verdict::{Evidence, verdict},
};
use crate::{
    ask::{AskError, Exact},
    model::Period,
    stats::{
        BeforeAfter, Inference, TailRule, e_test, incidents_needed, infer_ratio, rate_ratio, ratio_of_ratios, widened,
    },
};

/// The fall whose visibility is told.
const FALL: f64 = 0.3;
/// How often it is to be seen.
const POWER: f64 = 0.8;
/// Years that are looked back for the same season.
const MAX_YEARS: i32 = 3;
/// Years before the period before in which a place's past is looked at.
const PAST_YEARS: i32 = 2;

/// Makes a claim.
///
/// # Errors
/// [`AskError`] for names that are not known, or with the reason why there is no answer.
pub fn compare(reader: &Exact<'_>, request: &CompareRequest) -> Result<Claim, AskError> {
    let request = &request.resolved(reader);
    let past = Period { start: request.before.years_earlier(PAST_YEARS).start, end: request.before.start };
    let years = (1..=MAX_YEARS).flat_map(|y| [request.before.years_earlier(y), request.after.years_earlier(y)]);
    let earlier: Vec<Period> = years.chain([past]).collect();
    let (request, mut notes) = left_out::throughout_of(reader, request, &earlier)?;
    let request = &request;
    let counted = Counted::new(reader, request, &earlier)?;
    let before = counted.exposure(reader, request, request.before)?;
    let after = counted.exposure(reader, request, request.after)?;
    let (b, a) = (counted.exposed(request.before), counted.exposed(request.after));
    let locating = left_out::locating(reader, request, &counted)?;
    let changes = spread(reader, request, &counted);
    let spread = changes.counts;
    let widening = spread.widening(LEVEL);
    let ratio = rate_ratio(b, a).ok();
    let exact = infer_ratio(b, a, LEVEL, TailRule::Exact).ok();
    let wide = exact.map(|e| widened(ratio.unwrap_or(f64::INFINITY), e, spread, LEVEL));
    if exact.is_none() {
        notes.push("no incident in either period: there is nothing to compare".to_owned());
    }
    let season = same_season(reader, request, &counted, &spread);
    let county = county(reader, request, &counted, &changes);
    let candidates = Candidates::new(reader, request, &counted)?;
    let chosen = controls(reader, request, &counted, &candidates, &mut notes)?;
    let comparison = against(request, &counted, &candidates, &chosen, &changes, &mut notes);
    let fell = comparison.as_ref().and_then(|c| c.high).is_some_and(|high| high < 1.0);
    let controls = (!chosen.is_empty()).then(|| (controls_sum(request, &counted, &chosen), chosen.len()));
    let displacement = displaced(request, &counted, controls, fell, &changes);
    let peak = peak(reader, request, &counted, past, widening);
    let evidence = Evidence {
        before: b.count,
        after: a.count,
        change: wide.map_or((0.0, f64::INFINITY), |w| (w.interval.low, w.interval.high)),
        season: match (&season, &county) {
            (Some(s), _) => s.low.map(|low| (low, s.high.unwrap_or(f64::INFINITY))),
            // No earlier year was received: the county's season is the best there is.
            (None, Some(c)) if !one_season(request) => c.low.zip(c.high),
            _ => None,
        },
        comparison: comparison.as_ref().and_then(|c| c.low.zip(c.high)),
        at_peak: peak.as_ref().is_some_and(|p| p.at_peak),
        locating: locating.factors(b.count, a.count),
    };
    let needed = incidents_needed(FALL, b.exposure, a.exposure, spread, POWER).map_err(|e| in_words(&e))?;
    let checksums = Checksums::of(reader, &request.query, counted.place.layer, counted.cutoff);
    let method_version = request::METHOD;
    let data_cutoff = counted.cutoff.to_string();
    let mut claim = Claim {
        claim_id: identity(&request.canonical.text(), method_version, &data_cutoff, &checksums),
        method_version: method_version.to_owned(),
        data_cutoff,
        checksums,
        place: request.place.to_string(),
        place_name: counted.place.name.clone(),
        what: subject(reader, &request.query),
        percent_change: ratio.map(|r| 100.0 * (r - 1.0)),
        ratio,
        exact: exact.map(interval),
        midp: infer_ratio(b, a, LEVEL, TailRule::MidP).ok().map(interval),
        e_test: e_test(b, a).ok(),
        dispersion: spread.phi,
        dispersion_df: if spread.df.is_finite() { spread.df } else { 0.0 },
        spread_between_areas: changes.between.sqrt(),
        widened: wide.map(interval),
        same_season: season,
        county,
        comparison,
        displacement,
        peak,
        locating: Some(LocatingResult::new(&locating, ratio, (b.count, a.count))),
        power: Power { fall: FALL, probability: POWER, incidents_needed: needed },
        verdict: verdict(&evidence),
        sentences: Vec::new(),
        notes,
        before,
        after,
    };
    words::finish(&mut claim);
    Ok(claim)
}

fn interval(inference: Inference) -> RatioInterval {
    let high = inference.interval.high;
    RatioInterval { low: inference.interval.low, high: high.is_finite().then_some(high), p: inference.p_value }
}

/// Whether both periods are the same dates of different years, or hold every season.
fn one_season(request: &CompareRequest) -> bool {
    let (before, after) = (request.before, request.after);
    (1..=20).any(|years| after.years_earlier(years) == before) || (before.days() >= 365 && after.days() >= 365)
}

/// The change with the season taken out; none where the periods are the same season already, or no earlier year was received.
fn same_season(
    reader: &Exact<'_>,
    request: &CompareRequest,
    counted: &Counted<'_>,
    spread: &crate::stats::Dispersion,
) -> Option<SameSeason> {
    let (before, after) = (request.before, request.after);
    if one_season(request) {
        return None;
    }
    let known = |window: Period| counted.is_whole(window);
    for years in 1..=MAX_YEARS {
        let (early_before, early_after) = (before.years_earlier(years), after.years_earlier(years));
        if known(early_before) && known(early_after) && known(before) && known(after) && !early_after.meets(before) {
            return Some(double_ratio(reader, request, counted, spread, years));
        }
    }
    (1..=MAX_YEARS).find(|&y| known(after.years_earlier(y)) && known(after)).map(|years| {
        let early = after.years_earlier(years);
        let (b, a) = (counted.exposed(early), counted.exposed(after));
        let ratio = rate_ratio(b, a).ok();
        let inference = infer_ratio(b, a, LEVEL, TailRule::Exact).ok();
        let wide = inference.map(|f| widened(ratio.unwrap_or(f64::INFINITY), f, *spread, LEVEL));
        SameSeason {
            how: "the period after against the same dates of an earlier year".to_owned(),
            years,
            earlier_before: None,
            earlier_after: counted.exposure(reader, request, early).ok(),
            ratio,
            low: wide.map(|w| w.interval.low),
            high: wide.map(|w| w.interval.high).filter(|h| h.is_finite()),
            p: wide.map(|w| w.p_value),
        }
    })
}

/// The change against the change between the same dates of an earlier year.
fn double_ratio(
    reader: &Exact<'_>,
    request: &CompareRequest,
    counted: &Counted<'_>,
    spread: &crate::stats::Dispersion,
    years: i32,
) -> SameSeason {
    let (early_before, early_after) = (request.before.years_earlier(years), request.after.years_earlier(years));
    let count = |window: Period| counted.exposed(window).count;
    let now = BeforeAfter { before: count(request.before), after: count(request.after) };
    let then = BeforeAfter { before: count(early_before), after: count(early_after) };
    // Made of the half incident that is added, it would call a fall to nought a rise.
    let ratio = ratio_of_ratios(now, then, spread.widening(LEVEL), LEVEL).ok().filter(|f| !f.corrected);
    // Days differ where a February is longer.
    let days = |w: Period| f64::from(counted.days(w));
    let lengths = days(request.before) / days(request.after) * days(early_after) / days(early_before);
    SameSeason {
        how: "the change against the change between the same dates of an earlier year".to_owned(),
        years,
        earlier_before: counted.exposure(reader, request, early_before).ok(),
        earlier_after: counted.exposure(reader, request, early_after).ok(),
        ratio: ratio.map(|f| f.ratio * lengths),
        low: ratio.map(|f| f.interval.low * lengths),
        high: ratio.map(|f| f.interval.high * lengths),
        p: ratio.map(|f| f.p_value()),
    }
}
