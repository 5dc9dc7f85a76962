//! Whether the period before was the highest, lowest or steepest of the place, or the place among the highest: whoever picks such a
//! one expects a change that chance alone brings.

use super::{
    claim::Peak,
    counts::{Counted, Who},
    request::{CompareRequest, LEVEL, Picked, Seen},
    season::{MAX_YEARS, Season, one_season},
    spread::{Spread, sum},
};
use crate::{
    analysis::exposure::residents_of,
    model::Period,
    stats::{
        BeforeAfter, ExpectedCount, Inference, Interval, count_interval, empirical_bayes, expected_among_others,
        expected_from_past,
    },
};

/// Most periods of the length of the one before that are looked back on.
const MAX_PERIODS: i32 = 24;
/// Share of areas that count as the highest.
const HIGHEST: f64 = 0.1;
/// Share by which the expected count must differ from the count before to be worth saying.
const NOTICEABLE: f64 = 0.05;

/// Periods of the length of the one before that lie before it, the nearest first, within the years that are looked back.
pub(super) fn earlier_periods(seen: Seen) -> Vec<Period> {
    let first = seen.before.years_earlier(MAX_YEARS).start;
    (1..=MAX_PERIODS).map(|times| seen.before.earlier(times)).take_while(|p| p.start >= first).collect()
}

/// How the period before stands among the place's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    Highest,
    SteepestRise,
    Lowest,
    SteepestFall,
    Usual,
}

impl Standing {
    /// From the share of the place in what all others had, period by period, the nearest first; none is one not received.
    fn of(now: f64, earlier: &[Option<f64>]) -> Self {
        let known: Vec<f64> = earlier.iter().flatten().copied().collect();
        if known.is_empty() {
            return Self::Usual;
        }
        if known.iter().all(|share| now > *share) {
            return Self::Highest;
        }
        if known.iter().all(|share| now < *share) {
            return Self::Lowest;
        }
        let all: Vec<Option<f64>> = std::iter::once(Some(now)).chain(earlier.iter().copied()).collect();
        let rises: Vec<Option<f64>> = all.windows(2).map(|pair| Some(pair[0]? - pair[1]?)).collect();
        let (Some(last), others) = (rises[0], &rises[1..]) else { return Self::Usual };
        let others: Vec<f64> = others.iter().flatten().copied().collect();
        match others.is_empty() {
            false if last > 0.0 && others.iter().all(|rise| last > *rise) => Self::SteepestRise,
            false if last < 0.0 && others.iter().all(|rise| last < *rise) => Self::SteepestFall,
            _ => Self::Usual,
        }
    }

    fn is_high(self) -> bool {
        matches!(self, Self::Highest | Self::SteepestRise)
    }

    fn is_low(self) -> bool {
        matches!(self, Self::Lowest | Self::SteepestFall)
    }

    fn in_words(self, periods: usize) -> String {
        let of_all = format!("of the {} of that length received", periods + 1);
        match self {
            Self::Highest if periods == 1 => {
                "it is higher than the only earlier one of that length received".to_owned()
            }
            Self::Lowest if periods == 1 => "it is lower than the only earlier one of that length received".to_owned(),
            Self::Highest => format!("it is the highest {of_all}"),
            Self::Lowest => format!("it is the lowest {of_all}"),
            Self::SteepestRise => format!("the rise into it is the steepest {of_all}"),
            Self::SteepestFall => format!("the fall into it is the steepest {of_all}"),
            Self::Usual if periods == 0 => "no earlier period was received".to_owned(),
            Self::Usual => format!("it is neither the highest nor the lowest {of_all}, nor the steepest change"),
        }
    }
}

/// How high the place stood before, and what its own past would lead to expect after.
pub(super) fn peak(
    request: &CompareRequest,
    counted: &Counted<'_>,
    seen: Seen,
    spread: &Spread,
    season: Option<&Season>,
) -> Option<Peak> {
    counted.areas.as_ref()?;
    let of_others = |window: Period| counted.others().map(|i| counted.sum(Who::Area(i), window)).sum::<u64>();
    let share = |window: Period| {
        let (own, all) = (counted.sum(Who::Place, window) as f64, of_others(window) as f64);
        if all > 0.0 { own / all } else { own / f64::from(counted.days(window)).max(1.0) }
    };
    let earlier: Vec<Option<f64>> =
        earlier_periods(seen).into_iter().map(|window| counted.is_whole(window).then(|| share(window))).collect();
    let periods = earlier.iter().flatten().count();
    let standing = Standing::of(share(seen.before), &earlier);
    let among = Among::of(request, counted);
    // Without a past of its own only the other areas tell what is high.
    let alone = periods == 0 && among.is_high();
    let (high, low, why) = match request.picked {
        Picked::AtPeak => (true, false, "whoever asked says so".to_owned()),
        Picked::Otherwise => (false, false, "whoever asked says not".to_owned()),
        Picked::Unsaid if alone => {
            (true, false, "the place was among the highest tenth of areas, and its past was not received".to_owned())
        }
        Picked::Unsaid if !standing.is_high() && !standing.is_low() && among.is_high() => {
            (true, false, "the place was among the highest tenth of areas".to_owned())
        }
        Picked::Unsaid => (standing.is_high(), standing.is_low(), standing.in_words(periods)),
    };
    let expected = from_own_past(request, seen, counted, spread).or_else(|| among.expected(spread));
    let before = counted.sum(Who::Place, request.before) as f64;
    let apart = expected.map_or(0.0, |e| 1.0 - e.count / before.max(1.0));
    let after = expected.map(|e| Against::of(request, counted, spread, season, &e));
    Some(Peak {
        rank: among.rank,
        of: counted.received.len(),
        periods,
        at_peak: high && (expected.is_none() || apart >= NOTICEABLE),
        at_trough: low && -apart >= NOTICEABLE,
        why,
        empirical_bayes: after.map(|a| a.expected),
        ratio: after.map(|a| a.ratio).filter(|r| r.is_finite()),
        low: after.map(|a| a.interval.low),
        high: after.map(|a| a.interval.high).filter(|h| h.is_finite()),
    })
}

/// The count before as its own past and that count lead to expect it: the same dates of earlier years, else all earlier periods.
fn from_own_past(
    request: &CompareRequest,
    seen: Seen,
    counted: &Counted<'_>,
    spread: &Spread,
) -> Option<ExpectedCount> {
    let is_past = |window: &Period| counted.is_whole(*window) && !window.meets(seen.before);
    let mut past: Vec<Period> = (1..=MAX_YEARS).map(|y| seen.before.years_earlier(y)).filter(is_past).collect();
    if past.is_empty() {
        past = earlier_periods(seen).into_iter().filter(is_past).collect();
    }
    if past.is_empty() {
        return None;
    }
    let of = |who: Who| BeforeAfter {
        before: past.iter().map(|window| counted.sum(who, *window)).sum(),
        after: counted.sum(who, request.before),
    };
    let others: Vec<BeforeAfter> = counted.others().map(|i| of(Who::Area(i))).collect();
    expected_from_past(of(Who::Place), &others, spread.counts.phi)
}

/// The place among the areas of its layer by incidents before.
struct Among {
    /// 1 is the highest; equal counts share their rank.
    rank: Option<usize>,
    of: usize,
    count: u64,
    /// Mean of the areas for its residents, and the variance of true counts about it.
    mean: Option<(f64, f64)>,
}

impl Among {
    fn of(request: &CompareRequest, counted: &Counted<'_>) -> Self {
        let known = &counted.received;
        let before: Vec<f64> = known.iter().map(|&i| counted.sum(Who::Area(i), request.before) as f64).collect();
        let area = counted.place.area.and_then(|a| known.iter().position(|&i| i == a as usize));
        let rank = area.map(|a| {
            let ties = before.iter().filter(|b| **b == before[a]).count();
            1 + before.iter().filter(|b| **b > before[a]).count() + (ties - 1) / 2
        });
        let people = counted.areas.as_ref().and_then(|(layer, _)| residents_of(layer));
        let people: Vec<f64> = people.map(|p| known.iter().map(|&i| p[i]).collect()).unwrap_or_default();
        let is_known = people.len() == before.len() && people.iter().all(|p| *p > 0.0);
        let exposure = if is_known { people } else { vec![1.0; before.len()] };
        let mean = empirical_bayes(&before, &exposure)
            .ok()
            .zip(area)
            .map(|(smoothed, a)| (smoothed.mean * exposure[a], smoothed.between * exposure[a].powi(2)));
        Self { rank, of: before.len(), count: counted.sum(Who::Place, request.before), mean }
    }

    fn is_high(&self) -> bool {
        self.count > 0 && self.rank.is_some_and(|rank| rank as f64 <= (HIGHEST * self.of as f64).ceil())
    }

    fn expected(&self, spread: &Spread) -> Option<ExpectedCount> {
        let (mean, between) = self.mean.filter(|(mean, _)| *mean > 0.0)?;
        Some(expected_among_others(self.count, mean, between, spread.counts.phi))
    }
}

/// The count after against what was expected of it.
#[derive(Debug, Clone, Copy)]
struct Against {
    expected: f64,
    ratio: f64,
    interval: Interval,
}

impl Against {
    fn of(
        request: &CompareRequest,
        counted: &Counted<'_>,
        spread: &Spread,
        season: Option<&Season>,
        before: &ExpectedCount,
    ) -> Self {
        let days = f64::from(counted.days(request.after)) / f64::from(counted.days(request.before));
        let (season, beyond) = match season.and_then(|s| s.change) {
            Some(season) => (season.ratio * days, season.variance + season.drift),
            None if one_season(request) => (days, before.drift),
            // No earlier year: all others in these periods are the best there is.
            None => {
                let all = sum(&counted.changes_of_others(request));
                let moved = if all.before > 0 { all.after as f64 / all.before as f64 } else { days };
                (moved, spread.between.max(before.drift))
            }
        };
        let count = counted.sum(Who::Place, request.after);
        let (plain, widening) = (count_interval(count, LEVEL), spread.counts.widening(LEVEL));
        let value = count as f64;
        let interval = if count > 0 {
            let stretch = |end: f64| value * (end / value).powf(widening);
            Interval { low: stretch(plain.low), high: stretch(plain.high) }
        } else {
            Interval { low: 0.0, high: plain.high * widening * widening }
        };
        let expected = before.count * season;
        let own = Inference { interval, p_value: 1.0 };
        let (ratio, net) = own.over_expected(value, expected, before.variance + beyond, LEVEL);
        Self { expected, ratio, interval: net.interval }
    }
}

#[cfg(test)]
mod tests {
    use super::Standing;

    #[test]
    fn a_period_stands_by_its_share_among_those_received() {
        let of = |now: f64, earlier: &[f64]| Standing::of(now, &earlier.iter().map(|s| Some(*s)).collect::<Vec<_>>());
        assert_eq!(of(3.0, &[]), Standing::Usual);
        assert_eq!(of(3.0, &[2.0]), Standing::Highest);
        assert_eq!(of(1.0, &[2.0, 3.0]), Standing::Lowest);
        assert_eq!(of(2.0, &[2.0, 2.0]), Standing::Usual, "no end where all are alike");
        assert_eq!(of(3.0, &[1.0, 2.0, 4.0]), Standing::SteepestRise);
        assert_eq!(of(2.0, &[4.0, 3.0, 1.0]), Standing::SteepestFall);
        assert_eq!(of(3.0, &[2.5, 4.0, 2.0]), Standing::Usual);
        // What was not received lies between two periods that are then no neighbours.
        assert_eq!(Standing::of(3.0, &[None, Some(1.0), Some(4.0)]), Standing::Usual);
        assert_eq!(Standing::of(3.0, &[None, Some(1.0)]), Standing::Highest);
    }
}
