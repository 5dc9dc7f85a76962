//! `places compare`: is the change real? Both counts, their exposure, the interval, the same season, comparison areas, the
//! ring, and a verdict in words; everything a claim needs to be said again byte for byte.

mod areas;
mod claim;
mod counts;
mod displaced;
mod left_out;
mod peak;
mod plain;
mod question;
mod reasons;
mod request;
mod season;
mod spread;
mod words;

pub use claim::{
    Claim, ComparisonArea, ComparisonResult, CountyChange, DisplacementResult, EarlierYear, Exposure as ClaimExposure,
    LocatingResult, Peak, Placebo, Power, RatioInterval, SameSeason,
};
pub use request::{CompareRequest, Comparison, Picked};

pub(in crate::analysis) use words::subject;

use areas::{Candidates, against, controls, controls_sum, county};
use counts::Counted;
use displaced::displaced;
use peak::{earlier_periods, peak};
use request::LEVEL;
use season::{MAX_YEARS, one_season, same_season};
use spread::spread;

use super::{
    checksums::{Checksums, identity},
    error::in_words,
    verdict::{Evidence, Extreme, verdict},
};
use crate::{
    ask::{AskError, Exact},
    stats::{Inference, TailRule, e_test, incidents_needed, infer_ratio, rate_ratio, widened},
};

/// The fall whose visibility is told.
const FALL: f64 = 0.3;
/// How often it is to be seen.
const POWER: f64 = 0.8;

/// Makes a claim.
///
/// # Errors
/// [`AskError`] for names that are not known, or with the reason why there is no answer.
pub fn compare(reader: &Exact<'_>, request: &CompareRequest) -> Result<Claim, AskError> {
    let request = &request.resolved(reader);
    let seen = request.seen(reader);
    let years = (1..=MAX_YEARS).flat_map(|y| [seen.before.years_earlier(y), seen.after.years_earlier(y)]);
    let earlier: Vec<_> = years.chain(earlier_periods(seen)).collect();
    let (request, mut notes) = left_out::throughout_of(reader, request, &earlier)?;
    let request = &request;
    let counted = Counted::new(reader, request, &earlier)?;
    let before = counted.exposure(reader, request, request.before)?;
    let after = counted.exposure(reader, request, request.after)?;
    let (b, a) = (counted.exposed(request.before), counted.exposed(request.after));
    let locating = left_out::locating(reader, request, &counted)?;
    let changes = spread(request, &counted);
    let spread = changes.counts;
    let ratio = rate_ratio(b, a).ok();
    let exact = infer_ratio(b, a, LEVEL, TailRule::Exact).ok();
    let wide = exact.map(|e| widened(ratio.unwrap_or(f64::INFINITY), e, spread, LEVEL));
    if exact.is_none() {
        notes.push("no incident in either period: there is nothing to compare".to_owned());
    }
    let season = same_season(reader, request, &counted, seen, &changes, ratio.zip(wide));
    let county = county(request, &counted, &changes);
    let candidates = Candidates::new(reader, request, &counted)?;
    let chosen = controls(reader, request, &counted, &candidates, &mut notes)?;
    let comparison = against(request, &counted, &candidates, &chosen, &changes, &mut notes);
    let fell = comparison.as_ref().and_then(|c| c.high).is_some_and(|high| high < 1.0);
    let controls = (!chosen.is_empty()).then(|| (controls_sum(request, &counted, &chosen), chosen.len()));
    let displacement = displaced(request, &counted, controls, fell, &changes);
    let peak = peak(request, &counted, seen, &changes, season.as_ref());
    let season = season.map(|s| s.told);
    let evidence = Evidence {
        before: b.count,
        after: a.count,
        change: wide.map_or((0.0, f64::INFINITY), |w| (w.interval.low, w.interval.high)),
        season: without_season(request, season.as_ref(), county.as_ref()),
        comparison: comparison.as_ref().and_then(|c| c.low.zip(c.high)),
        extreme: peak.as_ref().filter(|p| p.at_peak || p.at_trough).map(|p| Extreme {
            is_peak: p.at_peak,
            against_past: p.low.map(|low| (low, p.high.unwrap_or(f64::INFINITY))),
        }),
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

/// The interval of the change with the season taken out, where it could be.
fn without_season(
    request: &CompareRequest,
    season: Option<&SameSeason>,
    county: Option<&CountyChange>,
) -> Option<(f64, f64)> {
    match (season, county) {
        (Some(s), _) => s.low.map(|low| (low, s.high.unwrap_or(f64::INFINITY))),
        // No earlier year was received: the county's season is the best there is.
        (None, Some(c)) if !one_season(request) => c.low.zip(c.high),
        _ => None,
    }
}
