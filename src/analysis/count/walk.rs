//! All combinations of some values in their order, one after the other.

use std::collections::HashMap;

/// The values of a dimension, ascending.
pub(super) enum Domain {
    Values(Vec<u64>),
    /// Those that share ground with the value of the first place dimension.
    Partners,
}

/// A combination of values, and the way to the next.
pub(super) struct Walk {
    by: Vec<Domain>,
    /// Values of the second place dimension by those of the first, where there are two.
    partners: HashMap<u64, Vec<u64>>,
    /// Position of the first place dimension.
    first_place: usize,
    /// Where it stands in each dimension, and the value there.
    at: Vec<usize>,
    values: Vec<u64>,
    ended: bool,
}

impl Walk {
    /// At the first combination.
    pub(super) fn new(by: Vec<Domain>, partners: HashMap<u64, Vec<u64>>, first_place: usize) -> Self {
        let mut walk = Self { by, partners, first_place, at: Vec::new(), values: Vec::new(), ended: false };
        walk.fill();
        walk
    }

    /// Number of dimensions.
    pub(super) fn width(&self) -> usize {
        self.by.len()
    }

    /// How many combinations there are.
    pub(super) fn combinations(&self) -> u64 {
        let paired = self.by.iter().any(|d| matches!(d, Domain::Partners));
        let size = |(i, domain): (usize, &Domain)| match domain {
            Domain::Partners => self.partners.values().map(Vec::len).sum::<usize>() as u64,
            Domain::Values(_) if paired && self.first_place == i => 1,
            Domain::Values(values) => values.len() as u64,
        };
        self.by.iter().enumerate().map(size).fold(1, u64::saturating_mul)
    }

    /// The combination it stands at; none at the end.
    pub(super) fn values(&self) -> Option<&[u64]> {
        (!self.ended).then_some(&self.values)
    }

    /// Goes to the next.
    pub(super) fn step(&mut self) {
        // Without dimensions there is one combination.
        if self.by.is_empty() || !self.advance() {
            self.ended = true;
        } else {
            self.fill();
        }
    }

    /// The values of a dimension that go with those before it.
    fn domain(&self, i: usize) -> &[u64] {
        match &self.by[i] {
            Domain::Values(values) => values,
            Domain::Partners => self.partners.get(&self.values[self.first_place]).map_or(&[], Vec::as_slice),
        }
    }

    /// Goes down to the first combination at or after the one begun.
    fn fill(&mut self) {
        while self.at.len() < self.by.len() {
            if let Some(&first) = self.domain(self.at.len()).first() {
                self.at.push(0);
                self.values.push(first);
            } else if !self.advance() {
                self.ended = true;
                return;
            }
        }
    }

    /// Moves the last dimension that has a next value to it, and leaves those after it open; false at the end.
    fn advance(&mut self) -> bool {
        while let Some(position) = self.at.pop() {
            self.values.pop();
            if let Some(&next) = self.domain(self.at.len()).get(position + 1) {
                self.at.push(position + 1);
                self.values.push(next);
                return true;
            }
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn walked(mut walk: Walk) -> Vec<Vec<u64>> {
        let mut all = Vec::new();
        while let Some(values) = walk.values() {
            all.push(values.to_vec());
            walk.step();
        }
        all
    }

    #[test]
    fn every_combination_comes_once_in_order_and_as_many_as_are_said() {
        let values = |v: &[u64]| Domain::Values(v.to_vec());
        let walk = Walk::new(vec![values(&[1, 3]), values(&[0, 2, 5])], HashMap::new(), 0);
        assert_eq!(walk.combinations(), 6);
        assert_eq!(walked(walk), [[1, 0], [1, 2], [1, 5], [3, 0], [3, 2], [3, 5]]);
        let partners = HashMap::from([(1, vec![7, 8]), (4, vec![9])]);
        let walk = Walk::new(vec![values(&[1, 2, 4]), values(&[0, 1]), Domain::Partners], partners, 0);
        assert_eq!(walk.combinations(), 6);
        assert_eq!(walked(walk), [[1, 0, 7], [1, 0, 8], [1, 1, 7], [1, 1, 8], [4, 0, 9], [4, 1, 9]]);
        assert_eq!(walked(Walk::new(Vec::new(), HashMap::new(), 0)), [[0; 0]]);
        assert!(walked(Walk::new(vec![values(&[1]), values(&[])], HashMap::new(), 0)).is_empty());
    }
}
