//! Combinations in the order of their values, whatever order they were counted in.

use crate::ask::Tally;

/// Combinations of a tally in the order of their values.
pub(super) struct Ordered {
    tally: Tally,
    /// Positions in order, where they do not stand so already.
    order: Option<Vec<u32>>,
    at: usize,
}

impl Ordered {
    pub(super) fn new(tally: Tally) -> Self {
        let width = tally.dimensions.len();
        let key = |i: u32| &tally.keys[i as usize * width..(i as usize + 1) * width];
        let rows = tally.counts.len() as u32;
        let sorted = (1..rows).all(|i| key(i - 1) <= key(i));
        let order = (!sorted).then(|| {
            let mut order: Vec<u32> = (0..rows).collect();
            order.sort_unstable_by(|&a, &b| key(a).cmp(key(b)));
            order
        });
        Self { tally, order, at: 0 }
    }
}

impl Iterator for Ordered {
    type Item = (Vec<u64>, u64);

    fn next(&mut self) -> Option<Self::Item> {
        let at = self.at;
        let i = match &self.order {
            Some(order) => *order.get(at)? as usize,
            None => at,
        };
        let count = *self.tally.counts.get(i)?;
        self.at += 1;
        let width = self.tally.dimensions.len();
        Some((self.tally.keys[i * width..(i + 1) * width].to_vec(), count))
    }
}
