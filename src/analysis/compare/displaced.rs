//! What happened in the ring: displacement and diffusion are spoken of only when the ring's own interval excludes none.

use super::{
    claim::DisplacementResult,
    counts::{Counted, Who},
    request::{CompareRequest, LEVEL},
    spread::{Spread, set_against},
    words::{FEW, interval},
};
use crate::stats::{
    BeforeAfter, Displacement, Exposed, TailRule, displacement_difference, displacement_quotient, infer_ratio,
    rate_ratio, total_net_effect, widened,
};

/// What happened in the ring.
///
/// Place and ring together are measured against the comparison areas scaled to their count before, so that a change of
/// the whole county is no displacement. The quotient is only given where the place fell against its comparison and the ring
/// changed against it.
pub(super) fn displaced(
    request: &CompareRequest,
    counted: &Counted<'_>,
    controls: Option<(BeforeAfter, usize)>,
    fell: bool,
    spread: &Spread,
) -> Option<DisplacementResult> {
    if request.rings == 0 {
        return None;
    }
    let comparison = controls.map(|c| c.0);
    let place = counted.change(Who::Place, request);
    let ring = counted.change(Who::Ring, request);
    let days = |w| f64::from(counted.days(w));
    let scale = comparison.map(|c| c.before as f64 / (place.before + ring.before) as f64);
    let scale = scale.filter(|s| s.is_finite() && *s > 0.0);
    let difference = comparison.zip(scale).and_then(|(comparison, scale)| {
        let weighted = Displacement {
            ring: Some(ring),
            time_weights: [1.0, days(request.after) / days(request.before)],
            area_weights: [1.0, scale, 1.0, 1.0],
            ..Displacement::unweighted(place, comparison)
        };
        displacement_difference(&weighted, spread.counts.widening(LEVEL)).ok()
    });
    let exposed = |count: u64, window| Exposed { count, exposure: days(window) };
    let change = RingChange::of(
        ring,
        controls,
        [exposed(ring.before, request.before), exposed(ring.after, request.after)],
        spread,
    );
    let quotient = comparison.filter(|_| fell).and_then(|c| displacement_quotient(place, ring, c).ok());
    let changed = change.is_some_and(|c| c.low > 1.0 || c.high < 1.0);
    let less_than_fall = difference.is_some_and(|d| d.interval.high < 0.0);
    Some(DisplacementResult {
        rings: request.rings,
        resolution: request.ring_resolution,
        cells: counted.ring_cells.len(),
        before: ring.before,
        after: ring.after,
        ratio: change.map(|c| c.ratio),
        ratio_low: change.map(|c| c.low),
        ratio_high: change.map(|c| c.high).filter(|h| h.is_finite()),
        wdq: quotient.filter(|q| q.success < 0.0 && changed).map(|q| q.wdq),
        tne: comparison.and_then(|c| total_net_effect(place, ring, c).ok()),
        wdd: difference.map(|d| d.wdd),
        se: difference.map(|d| d.se),
        z: difference.map(|d| d.z_score),
        low: difference.map(|d| d.interval.low),
        high: difference.map(|d| d.interval.high),
        words: said(ring, change, fell, less_than_fall),
    })
}

/// How the ring changed, with its 95 % interval.
#[derive(Debug, Clone, Copy)]
struct RingChange {
    ratio: f64,
    low: f64,
    high: f64,
    is_against_others: bool,
}

impl RingChange {
    /// Against the comparison areas where that can be said, else of the ring by itself.
    fn of(
        ring: BeforeAfter,
        controls: Option<(BeforeAfter, usize)>,
        [before, after]: [Exposed; 2],
        spread: &Spread,
    ) -> Option<Self> {
        if ring.before + ring.after < FEW {
            return None;
        }
        if let Some(r) = controls.and_then(|(others, areas)| set_against(ring, others, spread, areas)) {
            return Some(Self { ratio: r.ratio, low: r.interval.low, high: r.interval.high, is_against_others: true });
        }
        let ratio = rate_ratio(before, after).ok()?;
        let alone = widened(ratio, infer_ratio(before, after, LEVEL, TailRule::Exact).ok()?, spread.counts, LEVEL);
        Some(Self { ratio, low: alone.interval.low, high: alone.interval.high, is_against_others: false })
    }
}

fn said(ring: BeforeAfter, change: Option<RingChange>, fell: bool, less_than_fall: bool) -> String {
    let Some(change) = change else { return "too few to say more".to_owned() };
    let few = ring.before < FEW || ring.after < FEW;
    let against = if change.is_against_others { " against the comparison areas" } else { "" };
    let reach = interval(change.low, Some(change.high).filter(|h| h.is_finite()), few);
    let (side, meaning) = match (change.low > 1.0, change.high < 1.0) {
        (false, false) => ("shows no clear change", ""),
        (_, true) if fell => ("fell", ": the fall reaches the ring"),
        (_, true) => ("fell", ""),
        (true, _) if fell && less_than_fall => {
            ("rose", ": some of what is gone may have moved there, less than the fall")
        }
        (true, _) if fell => ("rose", ": what is gone may have moved there, some or all of it"),
        (true, _) => ("rose", ""),
    };
    format!("the ring {side}{against} (95 % interval: {reach}){meaning}")
}
