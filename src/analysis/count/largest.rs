//! The combinations with the largest counts, of any number that come by.

use crate::{
    analysis::tally::MAX_HELD,
    ask::{AskError, Combinations, Pieces},
    model::QueryError,
};

/// The largest so far; of equal ones the first.
pub(super) struct Largest {
    top: usize,
    kept: Combinations,
    /// What a count must be above to be among them, once there are enough.
    above: Option<u64>,
    /// Combinations that came by.
    seen: usize,
}

impl Largest {
    /// Those of all pieces.
    pub(super) fn of(pieces: Pieces<'_>, top: usize, width: usize) -> Result<Self, AskError> {
        let mut largest = Self { top, kept: Combinations::new(width), above: None, seen: 0 };
        for piece in pieces {
            let piece = piece?;
            (0..piece.len()).for_each(|i| largest.push(piece.values(i), piece.count(i)));
            if largest.kept.len() > MAX_HELD {
                return Err(QueryError::invalid("top", &top.to_string(), format!("at most {MAX_HELD}, or none")).into());
            }
        }
        Ok(largest)
    }

    /// Looks at one, which comes after all others.
    fn push(&mut self, values: &[u64], count: u64) {
        self.seen += 1;
        if self.top == 0 || self.above.is_some_and(|above| count <= above) {
            return;
        }
        self.kept.push(values, count);
        if self.kept.len() >= self.top.saturating_mul(2).saturating_add(1024) {
            self.cut();
        }
    }

    /// Combinations that came by.
    pub(super) fn seen(&self) -> usize {
        self.seen
    }

    fn cut(&mut self) {
        let mut order: Vec<usize> = (0..self.kept.len()).collect();
        order.sort_by_key(|&i| std::cmp::Reverse(self.kept.count(i)));
        order.truncate(self.top);
        if order.len() == self.top {
            self.above = order.last().map(|&i| self.kept.count(i));
        }
        let mut kept = Combinations::new(self.kept.width());
        order.iter().for_each(|&i| kept.push(self.kept.values(i), self.kept.count(i)));
        self.kept = kept;
    }

    /// The largest first.
    pub(super) fn finish(mut self) -> Combinations {
        self.cut();
        self.kept
    }
}
