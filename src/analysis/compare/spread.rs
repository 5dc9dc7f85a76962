//! How much the place and the areas of its layer vary by themselves: within a period, and from one to the next.

use super::{
    counts::Counted,
    request::{CompareRequest, LEVEL},
};
use crate::stats::{BeforeAfter, Dispersion, RatioOfRatios, ratio_of_ratios, variance_between};

/// Least and most slices of a run of the past.
const RUN: (usize, usize) = (3, 6);

/// The change of a place against that of others; none where a count is nought: it would be made of the half incident that
/// is added, and call a fall to nought a rise.
pub(super) fn set_against(
    place: BeforeAfter,
    others: BeforeAfter,
    spread: &Spread,
    areas: usize,
) -> Option<RatioOfRatios> {
    let ratio = ratio_of_ratios(place, others, spread.counts.widening(LEVEL), LEVEL).ok();
    let by_themselves = spread.between * (1.0 + 1.0 / areas.max(1) as f64);
    ratio.filter(|ratio| !ratio.corrected).map(|ratio| ratio.with_variance(by_themselves, LEVEL))
}

/// How much counts vary, and how much areas change by themselves.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spread {
    /// Of the place's counts within a period.
    pub(super) counts: Dispersion,
    /// Variance of the logarithmic changes of the other areas beyond their counts: own seasons, drift between years.
    pub(super) between: f64,
}

/// Dispersion of the place's slices round the course of all areas together, drawn towards that of all areas; and how much the
/// areas change by themselves.
pub(super) fn spread(request: &CompareRequest, counted: &Counted<'_>) -> Spread {
    const KNOWN_POISSON: Dispersion = Dispersion { phi: 1.0, df: f64::INFINITY };
    let runs = runs(request, counted);
    let whole: Vec<f64> = match &counted.areas {
        Some((_, counts)) => {
            let at = |t: usize| counted.received.iter().map(|&i| f64::from(counts.of(i)[t])).sum();
            (0..counted.steps.0.len()).map(at).collect()
        }
        None => Vec::new(),
    };
    let terms = |series: &[u32]| -> (Vec<f64>, Vec<f64>, usize) {
        let (mut observed, mut expected, mut fitted) = (Vec::new(), Vec::new(), 0);
        for slices in &runs {
            let total: f64 = slices.iter().map(|&t| f64::from(series[t])).sum();
            let rest = |t: usize| whole.get(t).map_or(0.0, |w| w - f64::from(series[t]));
            let all: f64 = slices.iter().map(|&t| rest(t)).sum();
            let days: f64 = slices.iter().map(|&t| counted.days_of(t)).sum();
            if total <= 0.0 {
                continue;
            }
            fitted += 1;
            for &t in slices {
                let share = if all > 0.0 { rest(t) / all } else { counted.days_of(t) / days };
                observed.push(f64::from(series[t]));
                expected.push(total * share);
            }
        }
        (observed, expected, fitted)
    };
    let (observed, expected, fitted) = terms(counted.own.of(0));
    let own = Dispersion::pearson(&observed, &expected, fitted).ok();
    let (mut observed, mut expected, mut fitted) = (Vec::new(), Vec::new(), 0);
    if let Some((_, counts)) = &counted.areas {
        for i in counted.others() {
            let (o, e, f) = terms(counts.of(i));
            observed.extend(o);
            expected.extend(e);
            fitted += f;
        }
    }
    let pooled = Dispersion::pearson(&observed, &expected, fitted).ok();
    Spread {
        counts: match pooled {
            Some(pooled) => Dispersion::moderated(own, pooled),
            None => own.unwrap_or(KNOWN_POISSON),
        },
        between: variance_between(&counted.changes_of_others(request), pooled.map_or(1.0, |p| p.phi)).unwrap_or(0.0),
    }
}

/// Slices that are set against each other: those of either period, and of the past in runs about as long. A month against a
/// month would say nothing of how counts vary.
fn runs(request: &CompareRequest, counted: &Counted<'_>) -> Vec<Vec<usize>> {
    let near = [request.before, request.after].map(|window| counted.slices(window));
    let long = near[0].len().clamp(RUN.0, RUN.1);
    let steps = &counted.steps.0;
    let past: Vec<usize> =
        (0..steps.len()).filter(|&t| counted.used[t] && steps[t].end <= request.before.start).collect();
    let follows = |a: &usize, b: &usize| steps[*a].end == steps[*b].start;
    let past = past.chunk_by(follows).flat_map(|run| run.chunks(long)).map(<[usize]>::to_vec);
    near.into_iter().chain(past).filter(|run| run.len() >= 2).collect()
}

/// Changes added up.
pub(super) fn sum(changes: &[BeforeAfter]) -> BeforeAfter {
    changes.iter().fold(BeforeAfter { before: 0, after: 0 }, |s, c| BeforeAfter {
        before: s.before + c.before,
        after: s.after + c.after,
    })
}
