//! Rows whose part matters: those of a part that does not speak for where they lie, and those without a place.
//!
//! They are few, so they are lists of rows and no column: a question that leaves a part out clears their bits.

use super::sliced::WORD_ROWS;

/// Why rows are marked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Marked {
    /// They lie in a district that their part does not speak for.
    Guest,
    /// They have no place.
    NotLocated,
}

/// Rows of one part of a source that are marked for the same reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mark {
    pub(crate) source: String,
    /// Empty where the source has no parts.
    pub(crate) part: String,
    pub(crate) why: Marked,
    /// Ascending.
    pub(crate) rows: Vec<u32>,
}

/// Rows of a part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfPart {
    /// Source.
    pub source: String,
    /// Part, empty where the source has none.
    pub part: String,
    /// Incidents.
    pub count: u64,
}

/// Clears the bits of some rows (ascending) among those of some words, from `first` on.
pub(super) fn clear(rows: &[u32], first: usize, bits: &mut [u64]) {
    let from = rows.partition_point(|&row| (row as usize) < first * WORD_ROWS);
    for &row in &rows[from..] {
        let (word, bit) = (row as usize / WORD_ROWS - first, row as usize % WORD_ROWS);
        let Some(bits) = bits.get_mut(word) else { return };
        *bits &= !(1 << bit);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn exactly_the_rows_are_cleared(
            rows in proptest::collection::btree_set(0_u32..500, 0..60),
            first in 0_usize..4,
            words in 0_usize..5,
        ) {
            let listed: Vec<u32> = rows.iter().copied().collect();
            let mut bits = vec![u64::MAX; words];
            clear(&listed, first, &mut bits);
            for row in first * 64..(first + words) * 64 {
                prop_assert_eq!(bits[row / 64 - first] >> (row % 64) & 1 == 0, rows.contains(&(row as u32)));
            }
        }
    }
}
