//! Marked rows counted, and those of parts that a question leaves out.

use super::{
    CompiledFilter, Table,
    marks::{Mark, Marked, OfPart},
    matches::Window,
    sliced::WORD_ROWS,
};

impl Table {
    /// Rows that are not counted where some guests are left out, ascending.
    pub(super) fn rows_of_guests(&self, left_out: &[(String, String)]) -> Vec<u32> {
        let is_left = |m: &&Mark| {
            m.why == Marked::Guest && left_out.iter().any(|(source, part)| (&m.source, &m.part) == (source, part))
        };
        let mut rows: Vec<u32> = self.marks.iter().filter(is_left).flat_map(|m| &m.rows).copied().collect();
        rows.sort_unstable();
        rows
    }

    /// Every (source, part) with marked rows.
    pub(crate) fn parts_marked(&self) -> Vec<(String, String)> {
        self.marks.iter().filter(|m| m.why == Marked::Guest).map(|m| (m.source.clone(), m.part.clone())).collect()
    }

    /// How many incidents marked for a reason match, by source and part.
    pub(crate) fn marked(&self, why: Marked, filter: &CompiledFilter) -> Vec<OfPart> {
        let mut window = Window::new(self, &filter.certain);
        let mut count = |rows: &[u32]| {
            let mut count = 0;
            for of_word in rows.chunk_by(|a, b| *a as usize / WORD_ROWS == *b as usize / WORD_ROWS) {
                let (Some(&first), Some(&last)) = (of_word.first(), of_word.last()) else { continue };
                let wanted = of_word.iter().fold(0_u64, |bits, row| bits | 1 << (*row as usize % WORD_ROWS));
                let rows = first as usize..last as usize + 1;
                window.visit(rows, |_, bits| count += u64::from((bits & wanted).count_ones()));
            }
            count
        };
        let of_reason = self.marks.iter().filter(|m| m.why == why);
        of_reason.map(|m| OfPart { source: m.source.clone(), part: m.part.clone(), count: count(&m.rows) }).collect()
    }
}
