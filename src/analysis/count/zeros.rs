//! Combinations without incidents, where there could have been some: `zeros`.
//!
//! A zero is only given where it was counted: in the place asked for and the study area, for cells and areas that share
//! ground; with a dimension of time where the months have been received from every source asked for, otherwise where at
//! least one month of the period has from each; and nowhere where incidents lie that may match but cannot be told.
//! Combinations are walked in their order and merged with the counted ones, so that none are held.

use std::cmp::Ordering;

use super::{
    domains::{is_asked_for, partners_of, places_of},
    received::Received,
    walk::{Domain, Walk},
};
use crate::{
    analysis::PlaceDimension,
    ask::{AskError, Combinations, PIECE, Pieces, Reader, Tallied},
    model::{Query, QueryError},
};

/// Most combinations that are walked.
const MAX_COMBINATIONS: u64 = 200_000_000;

/// Counted combinations and zeros, in the order of their values.
pub(super) struct Merged<'r> {
    counted: Pieces<'r>,
    /// The counted ones that come next, and how many of them have gone.
    piece: Combinations,
    gone: usize,
    walk: Walk,
    received: Received<'r>,
}

impl<'r> Merged<'r> {
    pub(super) fn new(
        reader: &'r dyn Reader,
        query: &Query,
        places: &[PlaceDimension],
        tallied: Tallied<'r>,
    ) -> Result<Self, AskError> {
        let walk = walk(reader, query, places, &tallied)?;
        let combinations = walk.combinations();
        if combinations > MAX_COMBINATIONS {
            let expected = format!(
                "at most {MAX_COMBINATIONS} combinations, these would be {combinations}: ask for fewer dimensions or a shorter period"
            );
            return Err(QueryError::invalid("zeros", "true", expected).into());
        }
        let received = Received::new(reader.ground(), query, places, &tallied)?;
        Ok(Self { counted: tallied.pieces, piece: Combinations::new(query.by.len()), gone: 0, walk, received })
    }

    /// Takes the next counted ones where the last have gone.
    fn refill(&mut self) -> Result<(), AskError> {
        if self.gone == self.piece.len() && self.gone > 0 || self.piece.is_empty() {
            self.piece = self.counted.next().transpose()?.unwrap_or_default();
            self.gone = 0;
        }
        Ok(())
    }

    /// The next combination, or none at the end.
    fn push_next(&mut self, out: &mut Combinations) -> Result<bool, AskError> {
        self.refill()?;
        let counted = (self.gone < self.piece.len()).then(|| self.piece.values(self.gone));
        let order = match (counted, self.walk.values()) {
            (None, None) => return Ok(false),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(counted), Some(walked)) => counted.cmp(walked),
        };
        if order.is_le() {
            out.push(self.piece.values(self.gone), self.piece.count(self.gone));
            self.gone += 1;
        } else if let Some(walked) = self.walk.values()
            && self.received.was(walked)
        {
            out.push(walked, 0);
        }
        if order.is_ge() {
            self.walk.step();
        }
        Ok(true)
    }
}

impl Iterator for Merged<'_> {
    type Item = Result<Combinations, AskError>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut out = Combinations::new(self.walk.width());
        while out.len() < PIECE {
            match self.push_next(&mut out) {
                Ok(true) => {}
                Ok(false) => break,
                Err(stopped) => return Some(Err(stopped)),
            }
        }
        (!out.is_empty()).then_some(Ok(out))
    }
}

/// Every value that each dimension could have under the query, in the order asked for.
fn walk(
    reader: &dyn Reader,
    query: &Query,
    places: &[PlaceDimension],
    tallied: &Tallied<'_>,
) -> Result<Walk, AskError> {
    let ground = reader.ground();
    let mut by = Vec::new();
    let mut partners = None;
    let mut places_seen = 0;
    for (i, (dimension, coded)) in query.by.iter().zip(&tallied.dimensions).enumerate() {
        if dimension.is_place() {
            places_seen += 1;
            by.push(match (places_seen, &partners) {
                (1, _) => {
                    if let [first, second] = places {
                        partners = Some((i, partners_of(ground, first, second, query)?));
                    }
                    Domain::Values(places_of(ground, &places[0], query)?)
                }
                (2, Some(_)) => Domain::Partners,
                _ => return Err(QueryError::invalid("zeros", "true", "with at most two place dimensions").into()),
            });
            continue;
        }
        let asked = query.period();
        let in_period = |i: usize| coded.periods.get(i).is_none_or(|days| days.meets(asked));
        let wanted = is_asked_for(ground, dimension, query)?;
        let values = (0..coded.texts.len()).filter(|&i| in_period(i) && wanted(&coded.texts[i]));
        by.push(Domain::Values(values.map(|i| i as u64).collect()));
    }
    let (first_place, partners) = partners.unwrap_or_default();
    Ok(Walk::new(by, partners, first_place))
}
