//! Which rows match: one bit a row, and how many of a run of rows do.

use std::ops::Range;

use rayon::prelude::*;

use super::{
    Grouping, Table,
    circuit::{BLOCK_WORDS, Circuit, Scratch},
    grouping::SPECIALS,
    marks::clear,
    sliced::WORD_ROWS,
};

/// Rows that one worker tests at a time; their bits stay in the fastest cache.
const CHUNK_ROWS: usize = 1 << 16;
/// Runs that a chunk usually meets, to make room for.
const RUNS_OF_CHUNK: usize = 1 << 11;
/// Words between two runs that are cheaper tested than skipped.
const NEAR_WORDS: usize = 8;

/// A test of rows by their codes.
#[derive(Debug, Clone)]
pub(crate) struct RowTest {
    span: Circuit,
    how: Circuit,
    kind: Circuit,
    /// Rows that do not match whatever their codes, ascending.
    without: Vec<u32>,
}

impl RowTest {
    /// Lets rows through whose three codes all hold and that are not among some (ascending).
    pub(crate) fn new(span: &[bool], how: &[bool], kind: &[bool], without: &[u32]) -> Self {
        let [span, how, kind] = [span, how, kind].map(Circuit::new);
        Self { span, how, kind, without: without.to_vec() }
    }

    /// Whether every row matches.
    pub(crate) fn is_all(&self) -> bool {
        self.span.is_all() && self.how.is_all() && self.kind.is_all() && self.without.is_empty()
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
        clear(&self.without, first, bits);
    }
}

/// Matches in each group of a grouping, specials last.
pub(crate) fn count_all(table: &Table, grouping: &Grouping, test: &RowTest) -> Vec<u32> {
    let mut counts = vec![0; grouping.len() + SPECIALS];
    if test.is_all() {
        for (places, group) in grouping.all_runs() {
            counts[group as usize] += table.rows(&places).len() as u32;
        }
        return counts;
    }
    let chunks = 0..table.incidents().div_ceil(CHUNK_ROWS);
    let of_chunks: Vec<(usize, Vec<u32>)> =
        chunks.into_par_iter().map_init(Chunk::default, |chunk, i| chunk.count(table, grouping, test, i)).collect();
    for (first, of_runs) in of_chunks {
        grouping.groups_from(first).zip(of_runs).for_each(|(group, n)| counts[group as usize] += n);
    }
    counts
}

/// Some rows under test.
#[derive(Debug, Default)]
struct Chunk {
    /// A bit a row, and a word more, so that the end of the last row has a place to look at.
    bits: Vec<u64>,
    /// Matches before each word.
    before: Vec<u32>,
    scratch: Scratch,
}

impl Chunk {
    /// The first run that the chunk with this number meets, and its matches in that run and those after.
    fn count(&mut self, table: &Table, grouping: &Grouping, test: &RowTest, number: usize) -> (usize, Vec<u32>) {
        let rows = number * CHUNK_ROWS..((number + 1) * CHUNK_ROWS).min(table.incidents());
        self.test(table, test, &rows);
        let first = grouping.run_of(table.place_of_row(rows.start));
        let mut counts = Vec::with_capacity(RUNS_OF_CHUNK);
        let (mut end, mut counted) = (rows.start, 0);
        while end < rows.end {
            let place = grouping.places(first + counts.len()).end;
            end = (table.row_start[place] as usize).min(rows.end);
            let matches = self.matches_before(end - rows.start);
            counts.push(matches - counted);
            counted = matches;
        }
        (first, counts)
    }

    fn test(&mut self, table: &Table, test: &RowTest, rows: &Range<usize>) {
        let words = rows.len().div_ceil(WORD_ROWS);
        self.bits.resize(words + 1, 0);
        test.bits(table, rows.start / WORD_ROWS, &mut self.bits[..words], &mut self.scratch);
        self.before.clear();
        let counted = self.bits.iter().scan(0, |sum, bits| Some(std::mem::replace(sum, *sum + bits.count_ones())));
        self.before.extend(counted);
    }

    fn matches_before(&self, row: usize) -> u32 {
        let word = row / WORD_ROWS;
        let partial = self.bits[word] & ((1 << (row % WORD_ROWS)) - 1);
        self.before[word] + partial.count_ones()
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
