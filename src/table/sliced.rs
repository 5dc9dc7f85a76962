//! A column of small codes cut into bit planes: one bit a row for each binary digit of its code.
//!
//! 36 months and 14 categories take 10 bits a row instead of 32, and a test of 64 rows is a few operations on
//! words. Reference: O'Neil & Quass (1997), Improved query performance with variant indexes,
//! doi:10.1145/253262.253268.

use rayon::prelude::*;

/// Rows whose bits share a word.
pub(crate) const WORD_ROWS: usize = 64;

/// Codes by bit plane, the lowest digit first.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct SlicedColumn {
    planes: Vec<Vec<u64>>,
    rows: usize,
}

impl SlicedColumn {
    /// Slices a column whose codes are below `distinct`.
    pub(crate) fn new<T: Copy + Into<u16> + Sync>(codes: &[T], distinct: usize) -> Self {
        let word = |plane: usize, codes: &[T]| {
            let bits = codes.iter().enumerate();
            bits.fold(0_u64, |word, (i, &code)| word | (u64::from(code.into() >> plane & 1) << i))
        };
        let plane = |plane: usize| codes.par_chunks(WORD_ROWS).map(|codes| word(plane, codes)).collect();
        Self { planes: (0..digits(distinct)).map(plane).collect(), rows: codes.len() }
    }

    /// The column of some planes; `None` where they do not hold so many rows, or a row's code is not below `distinct`.
    pub(crate) fn from_planes(planes: Vec<Vec<u64>>, rows: usize, distinct: usize) -> Option<Self> {
        let column = Self { planes, rows };
        let whole = column.planes.len() == digits(distinct)
            && column.planes.len() <= u16::BITS as usize
            && column.planes.iter().all(|p| p.len() == column.words());
        // A column without distinct codes has no rows.
        if !whole || distinct == 0 {
            return (whole && rows == 0).then_some(column);
        }
        let sound = (0..column.words()).into_par_iter().with_min_len(1 << 12).all(|word| {
            let past = if (word + 1) * WORD_ROWS > rows { u64::MAX << (rows % WORD_ROWS) } else { 0 };
            // From the highest digit down: rows above the largest code, and rows equal to it so far.
            let (mut above, mut equal) = (0, u64::MAX);
            for (digit, plane) in column.planes.iter().enumerate().rev() {
                let bits = plane[word];
                if bits & past != 0 {
                    return false;
                }
                if (distinct - 1) >> digit & 1 == 1 {
                    equal &= bits;
                } else {
                    above |= equal & bits;
                    equal &= !bits;
                }
            }
            above == 0
        });
        sound.then_some(column)
    }

    /// Number of rows.
    pub(crate) fn len(&self) -> usize {
        self.rows
    }

    /// Number of words of each plane.
    pub(crate) fn words(&self) -> usize {
        self.rows.div_ceil(WORD_ROWS)
    }

    /// The planes, lowest digit first.
    pub(crate) fn planes(&self) -> &[Vec<u64>] {
        &self.planes
    }

    /// Code of one row.
    pub(crate) fn code(&self, row: usize) -> u16 {
        let (word, bit) = (row / WORD_ROWS, row % WORD_ROWS);
        let planes = self.planes.iter().enumerate();
        planes.fold(0, |code, (i, plane)| code | (((plane[word] >> bit & 1) as u16) << i))
    }

    /// Codes of the 64 rows of a word; quicker than one by one when many are wanted.
    pub(crate) fn codes_of_word(&self, word: usize, codes: &mut [u16; WORD_ROWS]) {
        codes.fill(0);
        for (byte, planes) in self.planes.chunks(8).enumerate() {
            for (eighth, codes) in codes.chunks_exact_mut(8).enumerate() {
                let bits = planes.iter().enumerate();
                let square = bits.fold(0, |sum, (i, p)| sum | ((p[word] >> (8 * eighth) & 0xff) << (8 * i)));
                for (code, digits) in codes.iter_mut().zip(transposed(square).to_le_bytes()) {
                    *code |= u16::from(digits) << (8 * byte);
                }
            }
        }
    }

    pub(crate) fn memory_bytes(&self) -> usize {
        self.planes.len() * self.words() * 8
    }
}

/// Binary digits of the largest of some codes.
pub(crate) fn digits(distinct: usize) -> usize {
    (usize::BITS - distinct.saturating_sub(1).leading_zeros()) as usize
}

/// A square of 8 x 8 bits, rows for columns (Warren, Hacker's Delight, section 7-3).
fn transposed(square: u64) -> u64 {
    let swap = |x: u64, shift: u32, mask: u64| {
        let t = (x ^ (x >> shift)) & mask;
        x ^ t ^ (t << shift)
    };
    let x = swap(square, 7, 0x00aa_00aa_00aa_00aa);
    let x = swap(x, 14, 0x0000_cccc_0000_cccc);
    swap(x, 28, 0x0000_0000_f0f0_f0f0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn codes_come_back_as_they_went_in(codes in proptest::collection::vec(0_u16..1500, 0..300)) {
            let column = SlicedColumn::new(&codes, 1500);
            let one_by_one: Vec<u16> = (0..codes.len()).map(|row| column.code(row)).collect();
            prop_assert_eq!(&one_by_one, &codes);
            let mut by_word = Vec::new();
            let mut some = [0; WORD_ROWS];
            for word in 0..column.words() {
                column.codes_of_word(word, &mut some);
                by_word.extend_from_slice(&some);
            }
            by_word.truncate(codes.len());
            prop_assert_eq!(by_word, codes);
        }
    }

    proptest! {
        #[test]
        fn planes_are_taken_exactly_where_every_code_is_known(
            codes in proptest::collection::vec(0_u16..40, 0..200),
            distinct in 1_usize..40,
            past in 0_usize..300,
        ) {
            let made = SlicedColumn::new(&codes, 40);
            let planes: Vec<Vec<u64>> = made.planes()[..digits(distinct)].to_vec();
            let cut = codes.iter().map(|&code| usize::from(code) & ((1 << digits(distinct)) - 1));
            let known = cut.max().is_none_or(|most| most < distinct);
            prop_assert_eq!(SlicedColumn::from_planes(planes.clone(), codes.len(), distinct).is_some(), known);
            let mut longer = planes;
            if let Some(plane) = longer.first_mut() && past >= codes.len() && past / 64 < plane.len() {
                plane[past / 64] |= 1 << (past % 64);
                prop_assert!(SlicedColumn::from_planes(longer, codes.len(), distinct).is_none());
            }
        }
    }

    #[test]
    fn one_code_takes_no_bits() {
        assert_eq!([0, 1, 2, 3, 256, 257].map(digits), [0, 0, 1, 2, 8, 9]);
        assert_eq!(SlicedColumn::new(&[0_u8; 70], 1).memory_bytes(), 0);
    }
}
