//! The inner loops: a byte mask for a block of rows, and sums of its pieces.

use std::ops::Range;

use super::{
    Table,
    filter::{CodeSet, RowSets},
};

/// Rows of one block; their mask fits the fastest cache.
pub(crate) const BLOCK_ROWS: usize = 8192;
/// Bytes after a mask that a sum may read (they count for nothing).
const PAD: usize = 8;

/// One byte a row: 1 where the row matches.
#[derive(Debug)]
pub(crate) struct Mask {
    bytes: Vec<u8>,
}

impl Mask {
    pub(crate) fn new() -> Self {
        Self { bytes: vec![0; BLOCK_ROWS + PAD] }
    }

    /// Fills the mask for a range of at most [`BLOCK_ROWS`] rows.
    pub(crate) fn fill(&mut self, table: &Table, rows: Range<usize>, sets: &RowSets) {
        let mask = &mut self.bytes[..rows.len()];
        mask.fill(1);
        and_u16(mask, &table.kind[rows.clone()], &sets.kind);
        and_u16(mask, &table.span[rows.clone()], &sets.span);
        and_u8(mask, &table.how[rows], &sets.how);
    }

    /// Number of matches in a piece of the block.
    pub(crate) fn sum(&self, piece: Range<usize>) -> u32 {
        let mut total = 0_u32;
        let mut at = piece.start;
        while at < piece.end {
            // 255 eights before a lane of the accumulator could overflow.
            let stop = piece.end.min(at + 255 * 8);
            let mut lanes = 0_u64;
            while at + 8 <= stop {
                lanes += self.eight(at);
                at += 8;
            }
            if at < stop {
                lanes += self.eight(at) & ((1_u64 << (8 * (stop - at))) - 1);
                at = stop;
            }
            let pairs = (lanes & 0x00ff_00ff_00ff_00ff) + ((lanes >> 8) & 0x00ff_00ff_00ff_00ff);
            total += (pairs.wrapping_mul(0x0001_0001_0001_0001) >> 48) as u32;
        }
        total
    }

    fn eight(&self, at: usize) -> u64 {
        self.bytes[at..].first_chunk().map_or(0, |eight| u64::from_le_bytes(*eight))
    }

    /// Positions of the matches in a piece of the block.
    pub(crate) fn positions(&self, piece: Range<usize>) -> impl Iterator<Item = usize> + '_ {
        let start = piece.start;
        self.bytes[piece].iter().enumerate().filter(|(_, b)| **b != 0).map(move |(i, _)| start + i)
    }
}

fn and_u16(mask: &mut [u8], column: &[u16], set: &CodeSet) {
    match set {
        CodeSet::All => {}
        CodeSet::Runs(runs) => match runs.as_slice() {
            [] => mask.fill(0),
            [(first, more)] => {
                for (m, &code) in mask.iter_mut().zip(column) {
                    *m &= u8::from(code.wrapping_sub(*first) <= *more);
                }
            }
            runs => {
                for (m, &code) in mask.iter_mut().zip(column) {
                    let mut hit = 0;
                    for &(first, more) in runs {
                        hit |= u8::from(code.wrapping_sub(first) <= more);
                    }
                    *m &= hit;
                }
            }
        },
        CodeSet::Any(bytes) => {
            for (m, &code) in mask.iter_mut().zip(column) {
                *m &= bytes[usize::from(code)];
            }
        }
    }
}

fn and_u8(mask: &mut [u8], column: &[u8], set: &CodeSet) {
    match set {
        CodeSet::All => {}
        CodeSet::Runs(runs) => {
            let runs: Vec<(u8, u8)> = runs.iter().map(|&(first, more)| (first as u8, more as u8)).collect();
            for (m, &code) in mask.iter_mut().zip(column) {
                let mut hit = 0;
                for &(first, more) in &runs {
                    hit |= u8::from(code.wrapping_sub(first) <= more);
                }
                *m &= hit;
            }
        }
        CodeSet::Any(bytes) => {
            for (m, &code) in mask.iter_mut().zip(column) {
                *m &= bytes[usize::from(code)];
            }
        }
    }
}
