//! What is asked of a comparison, and the text that identifies it.

use super::super::{Parameters, PlaceRef, parameters::refuse, steps::with_sources};
use crate::{
    model::{Caller, Day, Period, Query, QueryError},
    snapshot::Snapshot,
};

/// Rings round a place when none are asked for.
const RINGS: u64 = 2;
/// Resolution of the ring's cells.
const RING_RESOLUTION: u8 = 9;
/// Most comparison areas.
const MAX_COMPARISON: usize = 20;

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
}

impl CompareRequest {
    /// Reads a question: `place`, `before`, `after`, `comparison` (places, `none`), `ring`, `ring_cell`, `picked`, `permutations`,
    /// `seed`, and the filters of a query. A polygon is given by the caller.
    ///
    /// # Errors
    /// [`QueryError`] on the first parameter that is missing, unknown or not of its form.
    pub fn parse(
        mut parameters: Parameters,
        polygon: impl Fn(&str) -> Option<PlaceRef>,
        caller: &Caller,
    ) -> Result<Self, QueryError> {
        let place = |name: &str, text: &str| polygon(text).map_or_else(|| PlaceRef::parse(name, text), Ok);
        let mut needed =
            |name: &str, what: &str| parameters.take(name)?.ok_or_else(|| QueryError::invalid(name, "", what));
        let asked = needed("place", "a place: LAYER:CODE, cell:CELL or a GeoJSON file")?;
        let period =
            |name: &str, text: &str| Period::parse(text).map_err(|e| QueryError::invalid(name, text, e.expected));
        let before = needed("before", "a period such as 2024-01-01..2024-04-01, 2024-03, 2024-Q1 or 2024")?;
        let after = needed("after", "a period such as 2025-01-01..2025-04-01, 2025-03, 2025-Q1 or 2025")?;
        let given = parameters.take_all("comparison");
        let comparison = match given.iter().map(String::as_str).collect::<Vec<_>>()[..] {
            [] | ["suggested"] => Comparison::Suggested,
            ["none"] => Comparison::None,
            _ if given.len() > MAX_COMPARISON => {
                let expected = format!("at most {MAX_COMPARISON} places");
                return Err(QueryError::invalid("comparison", &given.len().to_string(), expected));
            }
            _ => {
                let mut places: Vec<PlaceRef> =
                    given.iter().map(|text| place("comparison", text)).collect::<Result<_, _>>()?;
                // An area named twice is one area.
                places.sort_by_key(PlaceRef::canonical);
                places.dedup();
                Comparison::Given(places)
            }
        };
        let words = [("auto", Picked::Unsaid), ("peak", Picked::AtPeak), ("otherwise", Picked::Otherwise)];
        let made = Self {
            place: place("place", &asked)?,
            before: period("before", &before)?,
            after: period("after", &after)?,
            comparison,
            rings: parameters.take_number("ring", 0, 20)?.unwrap_or(RINGS) as u32,
            ring_resolution: parameters.take_number("ring_cell", 7, 10)?.unwrap_or(u64::from(RING_RESOLUTION)) as u8,
            picked: parameters.take_word("picked", &words)?.unwrap_or(Picked::Unsaid),
            permutations: parameters.take_number("permutations", 99, 9999)?.unwrap_or(999) as usize,
            seed: parameters.take_number("seed", 0, u64::MAX)?.unwrap_or(1),
            query: parameters.query(caller)?,
            cutoff: None,
        };
        let parts = ["by", "zeros", "rate", "top", "from", "to", "in", "cell", "bbox"];
        refuse(&made.query, "compare", &parts)?;
        made.check()
    }

    fn check(self) -> Result<Self, QueryError> {
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
    pub fn resolved(&self, snapshot: &Snapshot) -> Self {
        let (query, _) = with_sources(snapshot, &self.query, &[self.before, self.after]);
        Self { query, ..self.clone() }
    }

    /// The same text for the same question, whatever way it was asked; what a claim is identified by.
    #[must_use]
    pub fn canonical(&self) -> String {
        let comparison = match &self.comparison {
            Comparison::Suggested => "suggested".to_owned(),
            Comparison::None => "none".to_owned(),
            Comparison::Given(places) => {
                let mut texts: Vec<String> = places.iter().map(PlaceRef::canonical).collect();
                texts.sort();
                texts.join(" ")
            }
        };
        format!(
            "compare|{}|{}|{}|{comparison}|{}|{}|{:?}|{}|{}|{}",
            self.place.canonical(),
            self.before,
            self.after,
            self.rings,
            self.ring_resolution,
            self.picked,
            self.permutations,
            self.seed,
            self.query.canonical(),
        )
    }
}
