//! Cells as shapes: outlines made once per load, found by tile through a Morton order of their centres.

use rayon::prelude::*;

use super::{
    address::{BUFFER, TileAddress},
    encode::{Feature, encode},
    fixed::{Box2, Fixed, fixed},
};
use crate::{
    analysis::rate_of,
    ask::{AskError, PlaceKey, Reader},
    grid,
    model::Query,
    snapshot::Snapshot,
};

const NO_GROUP: u32 = u32::MAX;
/// Bits of a centre's Morton code per axis.
const MORTON_BITS: u32 = 16;

/// Finest resolution whose outlines are kept: a tile shows few finer cells, and there are many of them.
const FINEST_KEPT: u8 = 10;
/// Most cells whose outlines are kept, at some 50 bytes each: the empty cells of a whole country are more.
const MOST_KEPT: usize = 1 << 20;
/// Cells that one worker outlines at a time.
const PIECE_CELLS: usize = 1 << 12;

/// Cells of one resolution, in Morton order of their centres.
#[derive(Debug, Default)]
pub(super) struct CellShapes {
    cells: Vec<u64>,
    /// Group of each cell in the table, or none where it holds no incident.
    groups: Vec<u32>,
    morton: Vec<u32>,
    /// Corners of the outlines kept, and where those of each cell start.
    corners: Vec<Corner>,
    starts: Vec<u32>,
    /// Furthest corner of any cell from its centre.
    radius: i64,
}

/// A corner in 32-bit fixed point.
type Corner = [u32; 2];

impl CellShapes {
    /// Shapes of some cells; `occupied` lists the table's cells by group, ascending.
    pub(super) fn new(cells: &[u64], occupied: &[u64]) -> Self {
        let mut sorted: Vec<(u32, u64)> = cells.par_iter().map(|&cell| (morton_of(center_of(cell)), cell)).collect();
        sorted.par_sort_unstable();
        let kept =
            cells.len() <= MOST_KEPT && cells.first().is_some_and(|&cell| grid::resolution_of(cell) <= FINEST_KEPT);
        let outlined: Vec<(Vec<Corner>, Vec<u32>, i64)> =
            sorted.par_chunks(PIECE_CELLS).map(|cells| outlined(cells, kept)).collect();
        let mut shapes = Self { starts: vec![0], ..Self::default() };
        // To the size they will have: what a vector grows beyond would stay for as long as the shapes do.
        shapes.corners.reserve_exact(outlined.iter().map(|o| o.0.len()).sum());
        shapes.starts.reserve_exact(outlined.iter().map(|o| o.1.len()).sum());
        [&mut shapes.groups, &mut shapes.morton].iter_mut().for_each(|v| v.reserve_exact(cells.len()));
        shapes.cells.reserve_exact(cells.len());
        for (corners, lengths, radius) in outlined {
            shapes.radius = shapes.radius.max(radius);
            shapes.corners.extend(corners);
            let starts = lengths.iter().scan(shapes.starts.last().copied().unwrap_or(0), |start, length| {
                *start += length;
                Some(*start)
            });
            let starts: Vec<u32> = starts.collect();
            shapes.starts.extend(starts);
        }
        for (morton, cell) in sorted {
            shapes.cells.push(cell);
            shapes.groups.push(occupied.binary_search(&cell).map_or(NO_GROUP, |i| i as u32));
            shapes.morton.push(morton);
        }
        shapes
    }

    /// Puts the corners of a cell into a buffer.
    fn outline(&self, i: usize, corners: &mut Vec<Corner>) {
        corners.clear();
        match self.starts.get(i + 1) {
            Some(&end) => corners.extend_from_slice(&self.corners[self.starts[i] as usize..end as usize]),
            None => corners.extend(outline_of(self.cells[i])),
        }
    }

    /// Cells whose outline may reach into a rectangle.
    fn meeting(&self, bounds: Box2) -> Vec<usize> {
        let reach = bounds.grown(self.radius + 1);
        let mut positions = Vec::new();
        self.descend(0, 0, 0, &reach, &mut positions);
        let mut corners = Vec::new();
        positions.retain(|&i| {
            self.outline(i, &mut corners);
            Box2::of(corners.iter().map(|c| c.map(i64::from))).meets(&bounds)
        });
        positions
    }

    /// Goes down the quadrants that the rectangle meets; each is a run in Morton order.
    fn descend(&self, level: u32, x: u32, y: u32, reach: &Box2, positions: &mut Vec<usize>) {
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
            positions.extend(start..end);
            return;
        }
        for (dx, dy) in [(0, 0), (1, 0), (0, 1), (1, 1)] {
            self.descend(level + 1, 2 * x + dx, 2 * y + dy, reach, positions);
        }
    }

    /// The tile; `inside` are the cells of the place asked for, where cells without incidents are drawn.
    pub(super) fn tile(
        &self,
        reader: &dyn Reader,
        query: &Query,
        inside: Option<&[u64]>,
        address: TileAddress,
    ) -> Result<Vec<u8>, AskError> {
        let ground = reader.ground();
        let cells = self.meeting(address.bounds(BUFFER));
        let occupied: Vec<usize> = cells.iter().copied().filter(|&i| self.groups[i] != NO_GROUP).collect();
        let groups: Vec<u32> = occupied.iter().map(|&i| self.groups[i]).collect();
        let counted = occupied.into_iter().zip(reader.counts_of(query, &groups)?);
        let mut counts: Vec<(usize, u64)> = counted.filter(|(_, n)| !n.1).map(|(i, n)| (i, n.0)).collect();
        if query.zeros {
            counts.extend(cells.iter().filter(|&&i| self.groups[i] == NO_GROUP).map(|&i| (i, 0)));
            let is_asked = |i: usize| inside.is_none_or(|cells| cells.binary_search(&self.cells[i]).is_ok());
            let mut known = Known::default();
            counts.retain(|&(i, count)| count > 0 || (is_asked(i) && known.was_received(ground, query, self.cells[i])));
            counts.sort_unstable();
        } else {
            counts.retain(|c| c.1 > 0);
        }
        let (mut ring, mut corners) = (Vec::new(), Vec::new());
        Ok(encode("cells", counts.len(), |features| {
            for (i, count) in counts {
                ring.clear();
                self.outline(i, &mut corners);
                ring.extend(corners.iter().map(|c| address.units(c.map(i64::from))));
                let id = grid::cell_text(self.cells[i]);
                let rate = query.rate.as_ref().map(|r| rate_of(ground, r, &PlaceKey::Cell(self.cells[i]), count));
                let feature = Feature { id: &id, name: None, count, rate, received: true };
                features.add(&feature, std::iter::once(ring.as_slice()));
            }
        }))
    }
}

/// Whether anything of the period was received, by district.
#[derive(Default)]
struct Known(std::collections::HashMap<String, bool>);

impl Known {
    /// Whether anything was where the cell lies.
    fn was_received(&mut self, ground: &Snapshot, query: &Query, cell: u64) -> bool {
        let district = ground.universe(grid::resolution_of(cell)).map_or("", |u| u.district(ground, cell));
        if let Some(&known) = self.0.get(district) {
            return known;
        }
        let was = ground.coverage.some_of(ground.asked_sources(query), query.period(), district);
        self.0.insert(district.to_owned(), was);
        was
    }
}

fn center_of(cell: u64) -> Fixed {
    let center = grid::center(cell);
    fixed(center.lon, center.lat)
}

/// Corners clockwise on screen, as tiles want outer rings; H3 goes round the other way.
fn outline_of(cell: u64) -> impl Iterator<Item = Corner> {
    grid::outline(cell).into_iter().rev().map(|corner| fixed(corner.lon, corner.lat).map(|v| v as u32))
}

/// Corners of some cells and how many each has, where they are kept, and how far any lies from its centre.
fn outlined(cells: &[(u32, u64)], kept: bool) -> (Vec<Corner>, Vec<u32>, i64) {
    let (mut corners, mut lengths, mut radius) = (Vec::new(), Vec::new(), 0);
    for &(_, cell) in cells {
        let center = center_of(cell);
        let start = corners.len();
        corners.extend(outline_of(cell));
        let reach = |corner: &Corner| (0..2).map(|axis| (i64::from(corner[axis]) - center[axis]).abs()).max();
        radius = corners[start..].iter().filter_map(reach).fold(radius, i64::max);
        if kept {
            lengths.push((corners.len() - start) as u32);
        } else {
            corners.clear();
        }
    }
    (corners, lengths, radius)
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
