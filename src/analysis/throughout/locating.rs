//! Records without a place: where their share changes, every place seems to change.

use serde::{Deserialize, Serialize};

use crate::{
    analysis::steps::{Steps, runs},
    ask::{AskError, Exact},
    model::{Period, Query},
    stats::two_sided,
    table::{CompiledFilter, Marked},
};

/// Probability of so different shares by chance, below which they differ.
const CHANCE: f64 = 0.001;
/// Least difference of shares that is worth a word.
const NOTICEABLE: f64 = 0.01;
/// Share without a place that is worth a word by itself.
const MUCH: f64 = 0.05;

/// Records with and without a place, of one period.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default)]
pub struct WithPlace {
    /// Records with a place, of the parts that speak for the place asked for.
    pub located: u64,
    /// Records without one.
    pub not_located: u64,
    /// Share without a place.
    pub share: f64,
}

impl WithPlace {
    fn new(located: u64, not_located: u64) -> Self {
        let all = (located + not_located).max(1);
        Self { located, not_located, share: not_located as f64 / all as f64 }
    }

    /// Records without a place beyond what another period's share leads to expect.
    fn excess(self, other: Self) -> f64 {
        let odds = other.not_located as f64 / (other.located as f64).max(1.0);
        (self.not_located as f64 - odds * self.located as f64).max(0.0)
    }

    /// Whether two shares differ by more than chance.
    fn differs(self, other: Self) -> bool {
        let [a, b] = [self, other].map(|l| (l.not_located as f64, (l.located + l.not_located) as f64));
        if a.1 == 0.0 || b.1 == 0.0 {
            return false;
        }
        let pooled = (a.0 + b.0) / (a.1 + b.1);
        let error = (pooled * (1.0 - pooled) * (1.0 / a.1 + 1.0 / b.1)).sqrt();
        error > 0.0 && two_sided((self.share - other.share) / error) < CHANCE
    }
}

/// The share without a place before and after, and what that could do to a change.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::analysis) struct Locating {
    pub(in crate::analysis) before: WithPlace,
    pub(in crate::analysis) after: WithPlace,
}

impl Locating {
    /// Counts both for the parts that speak for some districts, in the steps of each period.
    pub(in crate::analysis) fn new(
        reader: &Exact<'_>,
        query: &Query,
        districts: &[String],
        steps: [&Steps; 2],
    ) -> Result<Self, AskError> {
        let of = |steps: &Steps| located(reader, query, districts, steps);
        Ok(Self { before: of(steps[0])?, after: of(steps[1])? })
    }

    /// Whether the shares differ by more than chance.
    pub(in crate::analysis) fn changed(&self) -> bool {
        self.before.differs(self.after)
    }

    /// By which factors the ratio of counts could be lower and higher if all records that lack a place, beyond the share of the
    /// other period, lay in the place; both are 1 where the shares do not differ.
    pub(in crate::analysis) fn factors(&self, before: u64, after: u64) -> (f64, f64) {
        if !self.changed() {
            return (1.0, 1.0);
        }
        let grown = |count: u64, excess: f64| (count as f64 + excess) / (count as f64).max(0.5);
        let (of_before, of_after) = (self.before.excess(self.after), self.after.excess(self.before));
        (1.0 / grown(before, of_before), grown(after, of_after))
    }
}

fn located(reader: &Exact<'_>, query: &Query, districts: &[String], steps: &Steps) -> Result<WithPlace, AskError> {
    let recorded = reader.recorded();
    let groups = recorded.groups_of(districts);
    let open = Query { from: None, to: None, place: Vec::new(), ..query.clone() };
    let inside = |span: crate::table::Span| steps.0.iter().any(|p| p.start <= span.start && span.end <= p.end);
    let filter = CompiledFilter::new(reader.table(), &open, &reader.known, inside)?;
    let counts = reader.table().count(&recorded.grouping, &filter, &[]);
    let located = counts.rows().filter(|row| groups.contains(&(row.group as usize))).map(|row| row.count).sum();
    let speaks = |of: &crate::table::OfPart| {
        let name = (of.source.clone(), of.part.clone());
        groups.iter().any(|&g| recorded.groups[g].parts.contains(&name))
    };
    let without = reader.table().marked(Marked::NotLocated, &filter);
    Ok(WithPlace::new(located, without.iter().filter(|of| speaks(of)).map(|of| of.count).sum()))
}

/// A sentence where so many records of a period have no place that areas show far fewer than there were.
pub(in crate::analysis) fn share_in_words(
    reader: &Exact<'_>,
    query: &Query,
    period: Period,
) -> Result<Option<String>, AskError> {
    let WithPlace { located: placed, not_located, share } = located(reader, query, &[], &Steps(vec![period]))?;
    let all = placed + not_located;
    Ok((share >= MUCH).then(|| {
        format!(
            "{not_located} of {all} records of {period} are without a place ({:.0} %): areas show so many fewer.",
            100.0 * share
        )
    }))
}

/// A sentence where the share of records without a place was not the same in all steps; none where it was.
pub(in crate::analysis) fn lasting_share(
    reader: &Exact<'_>,
    query: &Query,
    steps: &[Period],
) -> Result<Option<String>, AskError> {
    let of: Vec<WithPlace> =
        steps.iter().map(|p| located(reader, query, &[], &Steps(vec![*p]))).collect::<Result<_, _>>()?;
    let all = of.iter().fold((0, 0), |sum, l| (sum.0 + l.located, sum.1 + l.not_located));
    let others = |own: &WithPlace| WithPlace::new(all.0 - own.located, all.1 - own.not_located);
    let stands_out = |own: &WithPlace| own.differs(others(own)) && (own.share - others(own).share).abs() >= NOTICEABLE;
    let (out, usual): (Vec<_>, Vec<_>) = steps.iter().zip(&of).partition(|(_, own)| stands_out(own));
    if out.is_empty() || usual.is_empty() {
        return Ok(None);
    }
    let share = |of: &[(&Period, &WithPlace)]| {
        let sum = of.iter().fold((0, 0), |sum, (_, l)| (sum.0 + l.located, sum.1 + l.not_located));
        100.0 * WithPlace::new(sum.0, sum.1).share
    };
    let months = runs(out.iter().map(|(p, _)| p.start.month()));
    Ok(Some(format!(
        "The share of records without a place changed: {:.1} % in {months}, {:.1} % otherwise. Places look quieter where it is \
         higher.",
        share(&out),
        share(&usual)
    )))
}
