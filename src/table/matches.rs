//! Which rows match: one bit a row, and how many of a run of rows do.

use std::ops::Range;

use rayon::prelude::*;

use super::{
    Grouping, Table,
    circuit::{BLOCK_WORDS, Circuit, Scratch},
    sliced::WORD_ROWS,
};

/// Rows that one worker tests at a time; their bits stay in the fastest cache.
const CHUNK_ROWS: usize = 1 << 16;
/// Words between two runs that are cheaper tested than skipped.
const NEAR_WORDS: usize = 8;

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

/// Matches in each run of places of a grouping, in the order of places.
pub(crate) fn count_runs(table: &Table, grouping: &Grouping, test: &RowTest) -> Vec<u32> {
    let rows_end = |run: usize| table.row_start[grouping.places(run).end] as usize;
    if test.is_all() {
        return grouping.all_runs().map(|(places, _)| table.rows(&places).len() as u32).collect();
    }
    let chunk_of = |i: usize| i * CHUNK_ROWS..((i + 1) * CHUNK_ROWS).min(table.incidents());
    let of_chunks: Vec<(usize, Vec<u32>)> = (0..table.incidents().div_ceil(CHUNK_ROWS))
        .into_par_iter()
        .map_init(
            || (Scratch::new(), vec![0; CHUNK_ROWS / WORD_ROWS]),
            |(scratch, bits), i| {
                let chunk = chunk_of(i);
                let bits = &mut bits[..chunk.len().div_ceil(WORD_ROWS)];
                test.bits(table, chunk.start / WORD_ROWS, bits, scratch);
                let first = grouping.run_of(table.place_of_row(chunk.start));
                let mut counts = Vec::new();
                let mut start = 0;
                while start < chunk.len() {
                    let end = rows_end(first + counts.len()).min(chunk.end) - chunk.start;
                    counts.push(count_bits(bits, start..end));
                    start = end;
                }
                (first, counts)
            },
        )
        .collect();
    let mut counts = vec![0; grouping.run_count()];
    for (first, of_chunk) in of_chunks {
        counts[first..].iter_mut().zip(of_chunk).for_each(|(sum, n)| *sum += n);
    }
    counts
}

/// Number of bits set among the rows of a piece.
fn count_bits(bits: &[u64], rows: Range<usize>) -> u32 {
    let words = rows.start / WORD_ROWS..rows.end.div_ceil(WORD_ROWS);
    let (first, last) = (words.start, words.end.saturating_sub(1));
    let counted = words.map(|word| {
        // Whole words in between need no mask.
        let bits = bits[word];
        if word == first || word == last { (bits & bits_of(&rows, word)).count_ones() } else { bits.count_ones() }
    });
    counted.sum()
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
                let bits = bits & bits_of(&rows, word);
                if bits != 0 {
                    visit(word, bits);
                }
            }
        }
    }

    /// Adds the matches among runs of rows, ascending, to the sums with their numbers.
    ///
    /// Runs that lie close are tested together: a tile's cells are many short runs side by side.
    pub(crate) fn add_to(&mut self, runs: &[(Range<usize>, u32)], sums: &mut [u64]) {
        let words = |rows: &Range<usize>| rows.start / WORD_ROWS..rows.end.div_ceil(WORD_ROWS);
        let mut tested = 0..0;
        for (i, (rows, number)) in runs.iter().enumerate() {
            let wanted = words(rows);
            for word in wanted.clone() {
                if !tested.contains(&word) {
                    let near = runs[i + 1..].iter().map(|(rows, _)| words(rows));
                    let end = near.take_while(|w| w.start < word + BLOCK_WORDS).fold(wanted.end, |end, next| {
                        if next.start <= end + NEAR_WORDS { next.end.max(end) } else { end }
                    });
                    tested = word..end.min(word + BLOCK_WORDS);
                    let bits = &mut self.bits[..tested.len()];
                    self.test.bits(self.table, word, bits, &mut self.scratch);
                }
                let bits = self.bits[word - tested.start] & bits_of(rows, word);
                sums[*number as usize] += u64::from(bits.count_ones());
            }
        }
    }
}

/// Bits of a word that belong to a run of rows.
fn bits_of(rows: &Range<usize>, word: usize) -> u64 {
    let from = rows.start.saturating_sub(word * WORD_ROWS).min(WORD_ROWS - 1);
    let until = (rows.end - word * WORD_ROWS).min(WORD_ROWS);
    (u64::MAX << from) & (u64::MAX >> (WORD_ROWS - until))
}
