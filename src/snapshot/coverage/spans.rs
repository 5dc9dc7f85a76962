//! Days that were received, as spans that share none and do not touch.

use crate::model::{Day, Period};

/// Spans of days, ascending.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Spans(Vec<Period>);

impl Spans {
    /// All days of some periods.
    pub(super) fn of(periods: impl IntoIterator<Item = Period>) -> Self {
        let mut periods: Vec<Period> = periods.into_iter().filter(|p| p.start < p.end).collect();
        periods.sort_by_key(|p| p.start);
        let mut spans: Vec<Period> = Vec::new();
        for period in periods {
            match spans.last_mut() {
                Some(last) if period.start <= last.end => last.end = last.end.max(period.end),
                _ => spans.push(period),
            }
        }
        Self(spans)
    }

    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = Period> + '_ {
        self.0.iter().copied()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether all days of a period are among them.
    pub(super) fn hold(&self, period: Period) -> bool {
        self.meeting(period).next().is_some_and(|s| s.start <= period.start && period.end <= s.end)
    }

    /// Whether any day of a period is among them.
    pub(super) fn meet(&self, period: Period) -> bool {
        self.meeting(period).next().is_some()
    }

    /// The parts of spans inside a period.
    pub(super) fn within(&self, period: Period) -> impl DoubleEndedIterator<Item = Period> + '_ {
        self.meeting(period).map(move |s| Period { start: s.start.max(period.start), end: s.end.min(period.end) })
    }

    /// Days of a period that are among them.
    pub(super) fn days_in(&self, period: Period) -> i32 {
        self.within(period).map(Period::days).sum()
    }

    /// Days that both have.
    pub(super) fn and(&self, other: &Self) -> Self {
        Self::of(self.iter().flat_map(|s| other.within(s)))
    }

    /// Days that are not in some periods.
    pub(super) fn without(&self, periods: &[Period]) -> Self {
        let cut = |span: Period, hole: &Period| {
            let before = Period { start: span.start, end: span.end.min(hole.start) };
            let after = Period { start: span.start.max(hole.end), end: span.end };
            [before, after].into_iter().filter(|p| p.start < p.end).collect::<Vec<_>>()
        };
        let left =
            periods.iter().fold(self.0.clone(), |spans, hole| spans.into_iter().flat_map(|s| cut(s, hole)).collect());
        Self::of(left)
    }

    /// Days before one.
    pub(super) fn until(&self, end: Day) -> Self {
        Self::of(self.iter().map(|s| Period { end: s.end.min(end), ..s }))
    }

    fn meeting(&self, period: Period) -> impl DoubleEndedIterator<Item = Period> + '_ {
        let first = self.0.partition_point(|s| s.end <= period.start);
        let after = self.0.partition_point(|s| s.start < period.end).max(first);
        self.0[first..after].iter().copied()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn days(start: i32, end: i32) -> Period {
        Period { start: Day(start), end: Day(end) }
    }

    fn spans() -> impl Strategy<Value = Vec<Period>> {
        proptest::collection::vec((0..60_i32, 0..9_i32).prop_map(|(start, length)| days(start, start + length)), 0..6)
    }

    proptest! {
        #[test]
        fn spans_are_the_sets_of_their_days(a in spans(), b in spans(), p in (0..60_i32, 1..20_i32)) {
            let set = |of: &[Period]| (0..80).filter(|&d| of.iter().any(|p| p.contains(Day(d)))).collect::<Vec<_>>();
            let (own, other, period) = (Spans::of(a.clone()), Spans::of(b.clone()), days(p.0, p.0 + p.1));
            prop_assert_eq!(set(&own.0), set(&a));
            prop_assert!(own.0.windows(2).all(|w| w[0].end < w[1].start));
            let inside: Vec<i32> = set(&a).into_iter().filter(|&d| period.contains(Day(d))).collect();
            prop_assert_eq!(own.days_in(period), inside.len() as i32);
            prop_assert_eq!(own.hold(period), inside.len() as i32 == period.days());
            prop_assert_eq!(own.meet(period), !inside.is_empty());
            let both: Vec<i32> = set(&a).into_iter().filter(|d| set(&b).contains(d)).collect();
            prop_assert_eq!(set(&own.and(&other).0), both);
            let rest: Vec<i32> = set(&a).into_iter().filter(|d| !set(&b).contains(d)).collect();
            prop_assert_eq!(set(&own.without(&b).0), rest);
        }
    }
}
