//! A set of codes as a small circuit over bit planes, which tests 64 rows with every word.
//!
//! The circuit is the reduced ordered decision diagram of the set: equal halves are one node, so that a run of
//! months takes a dozen nodes. Reference: Bryant (1986), Graph-based algorithms for Boolean function
//! manipulation, doi:10.1109/TC.1986.1676819.

use hashbrown::HashMap;

use super::sliced::{SlicedColumn, digits};

/// Words tested at once; the values of all nodes for them stay in the fastest cache.
pub(crate) const BLOCK_WORDS: usize = 64;

/// Values of nodes for one block.
pub(crate) type Scratch = Vec<[u64; BLOCK_WORDS]>;

/// The number of the node that always holds; 0 is that of the one that never does.
const TRUE: u32 = 1;
/// A code that no row has: either answer will do.
const FREE: u32 = u32::MAX;

/// Chooses by the bit of a plane between the values of two nodes.
#[derive(Debug, Clone, Copy)]
struct Node {
    plane: u8,
    zero: u32,
    one: u32,
}

/// A set of codes of one column.
#[derive(Debug, Clone)]
pub(crate) struct Circuit {
    /// Every node comes after those it chooses between; node i has the number i + 2.
    nodes: Vec<Node>,
    root: u32,
}

impl Circuit {
    /// The circuit of the codes that hold.
    pub(crate) fn new(holds: &[bool]) -> Self {
        let planes = digits(holds.len());
        let mut nodes = Vec::new();
        let mut known: HashMap<(u8, u32, u32), u32> = HashMap::new();
        let mut level: Vec<u32> = holds.iter().map(|&h| u32::from(h)).collect();
        level.resize(1 << planes, FREE);
        for plane in 0..planes as u8 {
            let mut choose = |pair: &[u32]| match (pair[0], pair[1]) {
                (FREE, other) | (other, FREE) => other,
                (zero, one) if zero == one => zero,
                (zero, one) => *known.entry((plane, zero, one)).or_insert_with(|| {
                    nodes.push(Node { plane, zero, one });
                    nodes.len() as u32 + 1
                }),
            };
            level = level.chunks_exact(2).map(&mut choose).collect();
        }
        let root = level.first().copied().filter(|&root| root != FREE).unwrap_or(TRUE);
        Self { nodes, root }
    }

    /// Whether every code holds.
    pub(crate) fn is_all(&self) -> bool {
        self.root == TRUE
    }

    /// Keeps of the bits of some words, from `first` on, those whose rows' codes hold; at most [`BLOCK_WORDS`].
    pub(crate) fn keep(&self, column: &SlicedColumn, first: usize, bits: &mut [u64], scratch: &mut Scratch) {
        if scratch.is_empty() {
            scratch.extend([[0; BLOCK_WORDS], [u64::MAX; BLOCK_WORDS]]);
        }
        if scratch.len() < self.nodes.len() + 2 {
            scratch.resize(self.nodes.len() + 2, [0; BLOCK_WORDS]);
        }
        let words = bits.len();
        for (i, node) in self.nodes.iter().enumerate() {
            let plane = &column.planes()[usize::from(node.plane)][first..first + words];
            let (before, after) = scratch.split_at_mut(i + 2);
            let (zero, one) = (&before[node.zero as usize][..words], &before[node.one as usize][..words]);
            let value = &mut after[0][..words];
            for (((value, &plane), &zero), &one) in value.iter_mut().zip(plane).zip(zero).zip(one) {
                *value = zero ^ (plane & (zero ^ one));
            }
        }
        let root = &scratch[self.root as usize][..words];
        bits.iter_mut().zip(root).for_each(|(bit, &root)| *bit &= root);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_circuit_keeps_exactly_the_rows_whose_code_holds(
            holds in proptest::collection::vec(any::<bool>(), 1..400),
            rows in proptest::collection::vec(any::<u16>(), 1..700),
        ) {
            let rows: Vec<u16> = rows.iter().map(|r| r % holds.len() as u16).collect();
            let column = SlicedColumn::new(&rows, holds.len());
            let mut bits = vec![u64::MAX; column.words()];
            Circuit::new(&holds).keep(&column, 0, &mut bits, &mut Scratch::new());
            for (row, &code) in rows.iter().enumerate() {
                prop_assert_eq!(bits[row / 64] >> (row % 64) & 1 == 1, holds[usize::from(code)]);
            }
        }
    }

    #[test]
    fn a_run_of_months_is_a_small_circuit() {
        let holds: Vec<bool> = (0..1100).map(|day| (400..431).contains(&day)).collect();
        assert!(Circuit::new(&holds).nodes.len() <= 20);
        assert!(Circuit::new(&[true; 5]).is_all() && Circuit::new(&[]).is_all());
    }
}
