//! The order of a file's rows.

use super::{Incidents, PlaceRow};

impl Incidents {
    /// Incidents in the order of the file: by place (resolution 11 cell, class, longitude, latitude, radius), then
    /// key; those without a place last.
    pub(crate) fn order(&self) -> Vec<u32> {
        let (rank, ranks) = self.ranks();
        let slot = |i: usize| rank.get(self.place[i] as usize).map_or(ranks, |&rank| rank as usize);
        let mut starts = vec![0_u32; ranks + 2];
        for i in 0..self.len() {
            starts[slot(i) + 1] += 1;
        }
        for i in 1..starts.len() {
            starts[i] += starts[i - 1];
        }
        let mut next = starts.clone();
        let mut rows = vec![(0_u64, 0_u32); self.len()];
        for i in 0..self.len() {
            let at = &mut next[slot(i)];
            rows[*at as usize] = (self.keys[i], i as u32);
            *at += 1;
        }
        for place in starts.windows(2) {
            rows[place[0] as usize..place[1] as usize].sort_unstable();
        }
        rows.into_iter().map(|r| r.1).collect()
    }

    /// Rank of every place, and the number of ranks: a position that stands twice (after a merge) has one.
    fn ranks(&self) -> (Vec<u32>, usize) {
        let by_place = |a: &PlaceRow, b: &PlaceRow| {
            (a.cells[4], a.class)
                .cmp(&(b.cells[4], b.class))
                .then(a.lon.total_cmp(&b.lon))
                .then(a.lat.total_cmp(&b.lat))
                .then(a.radius_m.total_cmp(&b.radius_m))
                .then(a.flags.cmp(&b.flags))
        };
        // Few places share a cell: sorting numbers first spares most comparisons of places.
        let mut sorted: Vec<(u64, u32)> = self.places.iter().enumerate().map(|(i, p)| (p.cells[4], i as u32)).collect();
        sorted.sort_unstable();
        for cell in sorted.chunk_by_mut(|a, b| a.0 == b.0) {
            cell.sort_unstable_by(|a, b| by_place(&self.places[a.1 as usize], &self.places[b.1 as usize]));
        }
        let (mut rank, mut ranks) = (vec![0_u32; self.places.len()], 0);
        for (i, &(_, place)) in sorted.iter().enumerate() {
            let before = i.checked_sub(1).map(|before| &self.places[sorted[before].1 as usize]);
            if before.is_none_or(|before| by_place(before, &self.places[place as usize]).is_ne()) {
                ranks += 1;
            }
            rank[place as usize] = ranks - 1;
        }
        (rank, ranks as usize)
    }
}
