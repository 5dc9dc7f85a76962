//! What is asked of a comparison, and the text that identifies it.

use crate::{
    analysis::steps::{asked_sources, with_sources},
    ask::Canonical,
    model::{Day, Period, PlaceRef, Query, QueryError},
    snapshot::Snapshot,
};

/// Version of the method. Raise it when a number can change.
pub(super) const METHOD: &str = "7";
/// Coverage of every interval of a claim.
pub(super) const LEVEL: f64 = 0.95;
/// Rings round a place when none are asked for.
pub(super) const RINGS: u32 = 2;
/// Resolution of the ring's cells.
pub(super) const RING_RESOLUTION: u8 = 9;
/// Most comparison areas.
pub(super) const MAX_COMPARISON: usize = 20;

/// Which areas a place is compared with.
#[derive(Debug, Clone, PartialEq)]
pub enum Comparison {
    /// The program looks for similar ones.
    Suggested,
    /// None.
    None,
    /// These.
    Given(Vec<PlaceRef>),
}

/// Whether the place was picked because it was high.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Picked {
    /// The program looks at its rank and its past.
    Unsaid,
    /// Yes.
    AtPeak,
    /// No.
    Otherwise,
}

/// A question whether a change is real.
#[derive(Debug, Clone, PartialEq)]
pub struct CompareRequest {
    /// The place.
    pub place: PlaceRef,
    /// The period before.
    pub before: Period,
    /// The period after.
    pub after: Period,
    /// Areas to compare with.
    pub comparison: Comparison,
    /// Rings of cells round the place; 0 for none.
    pub rings: u32,
    /// Resolution of the ring's cells.
    pub ring_resolution: u8,
    /// Whether the place was picked because it was high.
    pub picked: Picked,
    /// Placebo permutations.
    pub permutations: usize,
    /// Their seed.
    pub seed: u64,
    /// Filters on time and kind.
    pub query: Query,
    /// First day that may not be looked at; the end of the data when none is given.
    pub cutoff: Option<Day>,
    /// The question in its one form.
    pub(super) canonical: Canonical,
}

/// The two periods as far as data reach: what is not yet there, or no longer, is in no earlier year either.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seen {
    pub(super) before: Period,
    pub(super) after: Period,
}

impl CompareRequest {
    /// The two periods as far as every source asked reaches.
    pub(super) fn seen(&self, snapshot: &Snapshot) -> Seen {
        let known = snapshot.coverage.shared_days(asked_sources(snapshot, &self.query));
        let known = known.map(|k| Period { end: self.cutoff.map_or(k.end, |c| c.min(k.end)), ..k });
        let part = |period: Period| {
            let part = known.map(|k| Period { start: period.start.max(k.start), end: period.end.min(k.end) });
            part.filter(|p| p.start < p.end).unwrap_or(period)
        };
        Seen { before: part(self.before), after: part(self.after) }
    }

    /// Refuses periods that overlap or are the wrong way round.
    pub(super) fn check(self) -> Result<Self, QueryError> {
        let Self { before, after, .. } = &self;
        if before.meets(*after) {
            let shared = before.end.0.min(after.end.0) - before.start.0.max(after.start.0);
            let expected = format!("a period that shares no day with before={before}; they share {shared} days");
            return Err(QueryError::invalid("after", &after.to_string(), expected));
        }
        if after.start < before.start {
            let expected = format!("a period later than before={before}; change the two round");
            return Err(QueryError::invalid("after", &after.to_string(), expected));
        }
        Ok(self)
    }

    /// The question with its sources named: where none were, those that delivered all of both periods.
    #[must_use]
    pub fn resolved(&self, ground: &Snapshot) -> Self {
        let (query, _) = with_sources(ground, &self.query, &[self.before, self.after]);
        let canonical = self.canonical.clone().naming("source", &query.sources);
        Self { query, canonical, ..self.clone() }
    }
}
