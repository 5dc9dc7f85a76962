//! Counts of groups of places in steps of time: the series that every test of change is made from.

use crate::{
    ask::{AskError, Exact},
    model::{Day, Month, Period, Query},
    snapshot::{Received, Snapshot},
    table::{Boxes, CompiledFilter, Grouping, RowDimension, Span},
};

/// Steps of time, ascending, sharing no day.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Steps(pub(super) Vec<Period>);

impl Steps {
    /// The position of the step that holds all of a span.
    fn holding(&self, span: Span) -> Option<usize> {
        let i = self.0.partition_point(|p| p.end <= span.start);
        self.0.get(i).filter(|p| p.start <= span.start && span.end <= p.end).map(|_| i)
    }

    /// Steps made of some periods that may overlap: cut wherever one begins or ends.
    pub(super) fn cut(periods: &[Period]) -> Self {
        let mut days: Vec<_> = periods.iter().flat_map(|p| [p.start, p.end]).collect();
        days.sort_unstable();
        days.dedup();
        let parts = days.windows(2).map(|w| Period { start: w[0], end: w[1] });
        Self(parts.filter(|part| periods.iter().any(|p| p.meets(*part))).collect())
    }

    /// Positions of the steps inside a period.
    pub(super) fn inside(&self, period: Period) -> impl Iterator<Item = usize> + '_ {
        let is_inside = move |p: &Period| period.start <= p.start && p.end <= period.end;
        self.0.iter().enumerate().filter(move |(_, p)| is_inside(p)).map(|(i, _)| i)
    }
}

/// Counts by group and step, and what became of the rest.
#[derive(Debug, Clone)]
pub(super) struct StepCounts {
    pub(super) steps: usize,
    /// `counts[group * steps + step]`.
    pub(super) counts: Vec<u32>,
    pub(super) boxes: Boxes,
}

impl StepCounts {
    /// The series of a group.
    pub(super) fn of(&self, group: usize) -> &[u32] {
        &self.counts[group * self.steps..(group + 1) * self.steps]
    }
}

/// Counts a grouping by steps; incidents that lie in no single step are boxed as `time_too_coarse`.
///
/// The steps decide on time: the query's own period should be theirs.
pub(super) fn count_steps(
    reader: &Exact<'_>,
    query: &Query,
    grouping: &Grouping,
    steps: &Steps,
) -> Result<StepCounts, AskError> {
    let table = reader.table();
    reader.watch().check()?;
    let filter = CompiledFilter::new(table, query, &reader.known, |span| steps.holding(span).is_some())?;
    let dimension = RowDimension::of_span(table, steps.0.len(), |span| steps.holding(span));
    let counted = table.count(grouping, &filter, std::slice::from_ref(&dimension));
    let mut counts = vec![0; grouping.len() * steps.0.len()];
    for row in counted.rows() {
        counts[row.group as usize * steps.0.len() + row.key as usize] = row.count as u32;
    }
    Ok(StepCounts { steps: steps.0.len(), counts, boxes: counted.boxes })
}

/// Boxes without the incidents of steps that were left out: these are no part of the question.
pub(super) fn without_steps(
    reader: &Exact<'_>,
    query: &Query,
    grouping: &Grouping,
    left_out: &[Period],
    boxes: Boxes,
) -> Result<Boxes, AskError> {
    if left_out.is_empty() {
        return Ok(boxes);
    }
    let outside = count_steps(reader, query, grouping, &Steps(left_out.to_vec()))?.boxes.counted;
    let outside = outside.min(boxes.time_too_coarse);
    Ok(Boxes { time_too_coarse: boxes.time_too_coarse - outside, total: boxes.total - outside, ..boxes })
}

/// Sources that a query asks of.
pub(super) fn asked_sources<'q>(snapshot: &'q Snapshot, query: &'q Query) -> &'q [String] {
    if query.sources.is_empty() { snapshot.source_names() } else { &query.sources }
}

/// Days of a period that a query's weekdays and calendar let through: what its counts are divided by.
pub(super) fn days_asked(snapshot: &Snapshot, query: &Query, period: Period) -> i32 {
    let calendar = query.calendar.as_ref().and_then(|name| snapshot.known.calendars.get(name));
    if query.weekdays.is_none() && calendar.is_none() {
        return period.days();
    }
    let asked = |day: &Day| {
        query.weekdays.is_none_or(|w| w[usize::from(day.weekday())]) && calendar.is_none_or(|c| c.contains(*day))
    };
    (period.start.0..period.end.0).map(Day).filter(asked).count() as i32
}

/// A query with its sources named, and a sentence where some were left out.
///
/// Where a question names no source, it is asked of those that delivered every month of the periods that any source
/// delivered: a source that begins later, or has a gap, would look like a change.
pub(super) fn with_sources(snapshot: &Snapshot, query: &Query, periods: &[Period]) -> (Query, Option<String>) {
    if !query.sources.is_empty() {
        return (query.clone(), None);
    }
    let coverage = &snapshot.coverage;
    let asked = |m: &Month| periods.iter().any(|p| p.meets(m.period()));
    let all: Vec<Month> = coverage.months(snapshot.source_names()).into_iter().filter(asked).collect();
    let delivered = |source: &String| all.iter().filter(|m| coverage.delivered(source, **m)).count();
    let counts: Vec<(&String, usize)> = snapshot.source_names().iter().map(|s| (s, delivered(s))).collect();
    let most = counts.iter().map(|c| c.1).max().unwrap_or(0);
    let (kept, left): (Vec<_>, Vec<_>) = counts.into_iter().partition(|c| c.1 == most);
    let left: Vec<String> = left.iter().map(|(source, _)| without_months(snapshot, source, &all)).collect();
    let note = (!left.is_empty() && most > 0)
        .then(|| format!("Left out, because not every month of the period was received: {}.", left.join(", ")));
    (Query { sources: kept.into_iter().map(|c| c.0.clone()).collect(), ..query.clone() }, note)
}

/// A source with the months that it lacks: `police.uk (not received 2025-01..2025-03; doubtful 2025-06)`.
fn without_months(snapshot: &Snapshot, source: &str, all: &[Month]) -> String {
    let coverage = &snapshot.coverage;
    let districts = || coverage.districts.iter().map(|d| d.0.as_str()).chain([""]);
    let is_doubtful =
        |m: &Month| districts().any(|d| matches!(coverage.of(source, m.period(), d), Received::Doubtful { .. }));
    let lacking = all.iter().copied().filter(|m| !coverage.delivered(source, *m));
    let (doubtful, missing): (Vec<Month>, Vec<Month>) = lacking.partition(is_doubtful);
    let told = [("not received", missing), ("doubtful", doubtful)];
    let told = told.into_iter().filter(|(_, months)| !months.is_empty());
    let told: Vec<String> = told.map(|(what, months)| format!("{what} {}", runs(months))).collect();
    if told.is_empty() { source.to_owned() } else { format!("{source} ({})", told.join("; ")) }
}

/// Months of a query's period, from the first to the last received of any source asked.
pub(super) fn months_asked(snapshot: &Snapshot, query: &Query) -> Vec<Period> {
    let received = snapshot.coverage.months(asked_sources(snapshot, query));
    let (Some(&first), Some(&last)) = (received.first(), received.last()) else { return Vec::new() };
    let period = query.period();
    let whole = |m: &Period| period.start <= m.start && m.end <= period.end;
    (first.0..=last.0).map(|m| Month(m).period()).filter(whole).collect()
}

/// Months as text, those in a row as `2024-01..2024-03`.
pub(super) fn runs(months: impl IntoIterator<Item = Month>) -> String {
    let months: Vec<Month> = months.into_iter().collect();
    let runs = months.chunk_by(|a, b| a.next() == *b).map(|run| match run {
        [first, .., last] => format!("{first}..{last}"),
        one => one.iter().map(ToString::to_string).collect(),
    });
    let runs: Vec<String> = runs.collect();
    if runs.is_empty() { "nothing".to_owned() } else { runs.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(start: i32, end: i32) -> Period {
        Period { start: Day(start), end: Day(end) }
    }

    #[test]
    fn overlapping_periods_are_cut_and_gaps_stay_gaps() {
        let steps = Steps::cut(&[days(0, 10), days(5, 15), days(20, 30)]);
        assert_eq!(steps.0, [days(0, 5), days(5, 10), days(10, 15), days(20, 30)]);
        assert_eq!(steps.inside(days(5, 15)).collect::<Vec<_>>(), [1, 2]);
        let span = |start, end| Span { start: Day(start), end: Day(end) };
        assert_eq!(steps.holding(span(5, 6)), Some(1));
        assert_eq!(steps.holding(span(4, 6)), None);
        assert_eq!(steps.holding(span(15, 16)), None);
        assert_eq!(steps.holding(span(20, 30)), Some(3));
    }
}
