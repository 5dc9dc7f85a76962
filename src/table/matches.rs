//! Which rows match: one bit a row, and how many of any run of rows do.

use std::{
    ops::Range,
    sync::{Mutex, PoisonError},
};

use rayon::prelude::*;

use super::{
    Table,
    circuit::{BLOCK_WORDS, Circuit, Scratch},
    sliced::WORD_ROWS,
};

/// Words whose counts start anew from a 32-bit base: 65,472 is the most before the last of them.
const CHUNK_WORDS: usize = 1024;

/// A test of rows by their codes.
#[derive(Debug, Clone)]
pub(crate) struct RowTest {
    span: Circuit,
    how: Circuit,
    kind: Circuit,
}

impl RowTest {
    /// Lets rows through whose three codes all hold.
    pub(crate) fn new(span: &[bool], how: &[bool], kind: &[bool]) -> Self {
        Self { span: Circuit::new(span), how: Circuit::new(how), kind: Circuit::new(kind) }
    }

    /// Whether every row matches.
    pub(crate) fn is_all(&self) -> bool {
        self.span.is_all() && self.how.is_all() && self.kind.is_all()
    }

    /// The bits of some words of rows, from `first` on; those past the last row mean nothing.
    pub(crate) fn bits(&self, table: &Table, first: usize, bits: &mut [u64], scratch: &mut Scratch) {
        bits.fill(u64::MAX);
        for (circuit, column) in [(&self.span, &table.span), (&self.how, &table.how), (&self.kind, &table.kind)] {
            if !circuit.is_all() {
                for (i, bits) in bits.chunks_mut(BLOCK_WORDS).enumerate() {
                    circuit.keep(column, first + i * BLOCK_WORDS, bits, scratch);
                }
            }
        }
    }
}

/// Buffers of bits that queries take and give back: fresh memory costs more than filling it.
#[derive(Debug, Default)]
pub(crate) struct Buffers(Mutex<Vec<(Vec<u64>, Vec<u16>)>>);

impl Buffers {
    fn take(&self, words: usize) -> (Vec<u64>, Vec<u16>) {
        let buffer = self.0.lock().unwrap_or_else(PoisonError::into_inner).pop();
        buffer.unwrap_or_else(|| (vec![0; words], vec![0; words]))
    }
}

/// All rows of a table that match a test.
#[derive(Debug)]
pub(crate) struct Matches<'t> {
    buffers: &'t Buffers,
    /// One bit a row, and one word more, so that the end of the last row has a place to look at.
    bits: Vec<u64>,
    /// Matches before each word, from the start of its chunk.
    before: Vec<u16>,
    /// Matches before each chunk.
    base: Vec<u32>,
}

impl<'t> Matches<'t> {
    /// Tests every row.
    pub(crate) fn of(table: &'t Table, test: &RowTest) -> Self {
        let words = table.span.words() + 1;
        let (mut bits, mut before) = table.buffers.take(words);
        let chunks = bits.par_chunks_mut(CHUNK_WORDS).zip(before.par_chunks_mut(CHUNK_WORDS)).enumerate();
        let counts: Vec<u32> = chunks
            .map_init(Scratch::new, |scratch, (i, (bits, before))| {
                let first = i * CHUNK_WORDS;
                let whole = bits.len().min(words - 1 - first);
                test.bits(table, first, &mut bits[..whole], scratch);
                let mut sum = 0_u32;
                for (bits, before) in bits.iter().zip(before) {
                    *before = sum as u16;
                    sum += bits.count_ones();
                }
                sum
            })
            .collect();
        let base = counts.iter().scan(0, |sum, n| Some(std::mem::replace(sum, *sum + n))).collect();
        Self { buffers: &table.buffers, bits, before, base }
    }

    /// Number of matches among a run of rows.
    pub(crate) fn count(&self, rows: &Range<usize>) -> u32 {
        self.before(rows.end) - self.before(rows.start)
    }

    /// Number of matches before a row.
    fn before(&self, row: usize) -> u32 {
        let word = row / WORD_ROWS;
        let partial = self.bits[word] & ((1 << (row % WORD_ROWS)) - 1);
        self.base[word / CHUNK_WORDS] + u32::from(self.before[word]) + partial.count_ones()
    }
}

impl Drop for Matches<'_> {
    fn drop(&mut self) {
        let buffer = (std::mem::take(&mut self.bits), std::mem::take(&mut self.before));
        self.buffers.0.lock().unwrap_or_else(PoisonError::into_inner).push(buffer);
    }
}

/// Tests rows where they are asked for, without looking at the others.
#[derive(Debug)]
pub(crate) struct Window<'a> {
    table: &'a Table,
    test: &'a RowTest,
    bits: [u64; BLOCK_WORDS],
    scratch: Scratch,
}

impl<'a> Window<'a> {
    pub(crate) fn new(table: &'a Table, test: &'a RowTest) -> Self {
        Self { table, test, bits: [0; BLOCK_WORDS], scratch: Scratch::new() }
    }

    /// Calls `visit` with every word of a run of rows that holds a match, and its matches within the run.
    pub(crate) fn visit(&mut self, rows: Range<usize>, mut visit: impl FnMut(usize, u64)) {
        if rows.is_empty() {
            return;
        }
        let (first, last) = (rows.start / WORD_ROWS, (rows.end - 1) / WORD_ROWS);
        for start in (first..=last).step_by(BLOCK_WORDS) {
            let words = BLOCK_WORDS.min(last + 1 - start);
            self.test.bits(self.table, start, &mut self.bits[..words], &mut self.scratch);
            for (word, &bits) in (start..).zip(&self.bits[..words]) {
                let from = if word == first { u64::MAX << (rows.start % WORD_ROWS) } else { u64::MAX };
                let until =
                    if word == last { u64::MAX >> (WORD_ROWS - 1 - (rows.end - 1) % WORD_ROWS) } else { u64::MAX };
                let bits = bits & from & until;
                if bits != 0 {
                    visit(word, bits);
                }
            }
        }
    }

    /// Number of matches among a run of rows.
    pub(crate) fn count(&mut self, rows: Range<usize>) -> u64 {
        let mut sum = 0;
        self.visit(rows, |_, bits| sum += u64::from(bits.count_ones()));
        sum
    }
}
