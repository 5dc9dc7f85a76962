//! Cells as shapes: outlines made once per load, found by tile through a Morton order of their centres.

use rayon::prelude::*;

use super::{
    BUFFER, TileAddress,
    encode::{Feature, encode},
    fixed::{Box2, Fixed, fixed},
};
use crate::{
    analysis::{PlaceKey, Plan, count_of_groups},
    grid,
    model::Query,
    snapshot::Snapshot,
};

const NO_GROUP: u32 = u32::MAX;
/// Bits of a centre's Morton code per axis.
const MORTON_BITS: u32 = 16;

/// Cells of one resolution, in Morton order of their centres.
#[derive(Debug, Default)]
pub(super) struct CellShapes {
    cells: Vec<u64>,
    /// Group of each cell in the table, or none where it holds no incident.
    groups: Vec<u32>,
    morton: Vec<u32>,
    starts: Vec<u32>,
    /// Corners of all outlines, in 32-bit fixed point.
    corners: Vec<[u32; 2]>,
    /// Furthest corner of any cell from its centre.
    radius: i64,
}

impl CellShapes {
    /// Shapes of some cells; `occupied` lists the table's cells by group, ascending.
    pub(super) fn new(cells: &[u64], occupied: &[u64]) -> Self {
        let mut shapes: Vec<(u32, u64, Fixed, Vec<Fixed>)> = cells
            .par_iter()
            .map(|&cell| {
                let center = grid::center(cell);
                let center = fixed(center.lon, center.lat);
                // H3 goes round counterclockwise; tiles want outer rings clockwise.
                let outline = grid::outline(cell).iter().rev().map(|c| fixed(c.lon, c.lat)).collect();
                (morton_of(center), cell, center, outline)
            })
            .collect();
        shapes.par_sort_unstable_by_key(|s| (s.0, s.1));
        let mut found = Self { starts: vec![0], ..Self::default() };
        for (morton, cell, center, outline) in shapes {
            let reach = |corner: &Fixed| (0..2).map(|axis| (corner[axis] - center[axis]).abs()).max().unwrap_or(0);
            found.radius = found.radius.max(outline.iter().map(reach).max().unwrap_or(0));
            found.cells.push(cell);
            found.groups.push(occupied.binary_search(&cell).map_or(NO_GROUP, |i| i as u32));
            found.morton.push(morton);
            found.corners.extend(outline.iter().map(|c| c.map(|v| v as u32)));
            found.starts.push(found.corners.len() as u32);
        }
        found
    }

    fn outline(&self, i: usize) -> &[[u32; 2]] {
        &self.corners[self.starts[i] as usize..self.starts[i + 1] as usize]
    }

    /// Cells whose outline may reach into a rectangle.
    fn meeting(&self, bounds: Box2) -> Vec<usize> {
        let reach = bounds.grown(self.radius + 1);
        let mut found = Vec::new();
        self.descend(0, 0, 0, &reach, &mut found);
        found.retain(|&i| Box2::of(self.outline(i).iter().map(|c| c.map(i64::from))).meets(&bounds));
        found
    }

    /// Goes down the quadrants that the rectangle meets; each is a run in Morton order.
    fn descend(&self, level: u32, x: u32, y: u32, reach: &Box2, found: &mut Vec<usize>) {
        let side = 1_i64 << (32 - level);
        let low = [i64::from(x) * side, i64::from(y) * side];
        let quadrant = Box2 { low, high: low.map(|v| v + side - 1) };
        if !quadrant.meets(reach) {
            return;
        }
        let first = interleave(x, y).checked_shl(2 * (MORTON_BITS - level)).unwrap_or(0);
        let count = 1_u64 << (2 * (MORTON_BITS - level));
        let start = self.morton.partition_point(|&m| m < first);
        let end = self.morton.partition_point(|&m| u64::from(m) < u64::from(first) + count);
        let inside = (0..2).all(|a| reach.low[a] <= quadrant.low[a] && quadrant.high[a] <= reach.high[a]);
        if start == end {
            return;
        }
        if inside || level == MORTON_BITS || end - start <= 8 {
            found.extend(start..end);
            return;
        }
        for (dx, dy) in [(0, 0), (1, 0), (0, 1), (1, 1)] {
            self.descend(level + 1, 2 * x + dx, 2 * y + dy, reach, found);
        }
    }

    pub(super) fn tile(&self, plan: &Plan<'_>, query: &Query, address: TileAddress) -> Vec<u8> {
        let cells = self.meeting(address.bounds(BUFFER));
        let occupied: Vec<usize> = cells.iter().copied().filter(|&i| self.groups[i] != NO_GROUP).collect();
        let groups: Vec<u32> = occupied.iter().map(|&i| self.groups[i]).collect();
        let counted = occupied.into_iter().zip(count_of_groups(plan, &groups));
        let mut counts: Vec<(usize, u64)> = counted.filter(|(_, n)| !n.1).map(|(i, n)| (i, n.0)).collect();
        if query.zeros {
            counts.extend(cells.iter().filter(|&&i| self.groups[i] == NO_GROUP).map(|&i| (i, 0)));
            counts.retain(|&(i, count)| count > 0 || was_received(plan.snapshot(), query, self.cells[i]));
            counts.sort_unstable();
        } else {
            counts.retain(|c| c.1 > 0);
        }
        let mut ring = Vec::new();
        encode("cells", counts.len(), |features| {
            for (i, count) in counts {
                ring.clear();
                ring.extend(self.outline(i).iter().map(|c| address.units(c.map(i64::from))));
                let id = grid::cell_text(self.cells[i]);
                let rate = query.rate.as_ref().map(|r| plan.rate(r, &PlaceKey::Cell(self.cells[i]), count));
                let feature = Feature { id: &id, name: None, count, rate, received: true };
                features.add(&feature, std::iter::once(ring.as_slice()));
            }
        })
    }
}

/// Whether anything of the period was received where the cell lies.
fn was_received(snapshot: &Snapshot, query: &Query, cell: u64) -> bool {
    let district = snapshot.universe(grid::resolution_of(cell)).map_or("", |u| u.district(snapshot, cell));
    snapshot.anything_received(query, district)
}

fn morton_of(center: Fixed) -> u32 {
    let part = |v: i64| (v.clamp(0, (1 << 32) - 1) >> (32 - MORTON_BITS)) as u32;
    interleave(part(center[0]), part(center[1]))
}

/// Bits of x and y in turn, x lowest.
fn interleave(x: u32, y: u32) -> u32 {
    let spread = |v: u32| {
        let mut v = v & 0xffff;
        v = (v | (v << 8)) & 0x00ff_00ff;
        v = (v | (v << 4)) & 0x0f0f_0f0f;
        v = (v | (v << 2)) & 0x3333_3333;
        (v | (v << 1)) & 0x5555_5555
    };
    spread(x) | (spread(y) << 1)
}
