//! The area of a point: a uniform grid with the edges that cross each grid cell, exact at borders.
//!
//! Every grid cell knows which areas hold its reference point `q`. A query walks from the point along its
//! parallel to the meridian of `q`, then along that meridian to `q`, and changes sides at every edge it
//! crosses; only the edges of one grid cell can be crossed. Orientation signs are exact (`robust`), so the
//! answer is that of exact arithmetic. Plane coordinates are degrees, as the polygons are drawn.
//!
//! References: Shewchuk (1997), Adaptive precision floating-point arithmetic, doi:10.1007/PL00009321.

use geo::MultiPolygon;
use rayon::prelude::*;

use super::edges::{Edge, Edges, NONE, side};

/// A point in no area within this distance of one is given to the nearest, flagged.
pub const SNAP_RADIUS_M: f64 = 250.0;

/// The reference point lies exactly on an edge: queries of the cell go the long way.
const UNSURE: u32 = u32::MAX - 1;
/// From here on an index into `overlaps`.
const OVERLAP: u32 = 1 << 31;
/// Grid cells per edge, and the most there are: 2,048 x 2,048 for England and Wales is 32 MB.
const CELLS_PER_EDGE: usize = 3;
const MAX_GRID_CELLS: usize = 1 << 22;
/// Where in its grid cell the reference point lies: a fraction that no real data shares.
const REFERENCE: f64 = 0.512_345_678_9;
const MAX_CROSSED: usize = 24;

/// How a point lies to the areas of a layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AreaMatch {
    /// Inside (or on the border of) the area with this position in the layer.
    Inside(u32),
    /// In no area, but within [`SNAP_RADIUS_M`] of this one.
    Near(u32),
    /// In no area.
    Nowhere,
}

/// A cell of the grid: where its edges start in `touching`, and the area that holds its reference point.
#[derive(Debug, Clone, Copy)]
struct GridCell {
    start: u32,
    inside: u32,
}

/// Finds the area of a point among the polygons of one layer.
#[derive(Debug)]
pub struct Locator {
    origin: [f64; 2],
    step: [f64; 2],
    size: [usize; 2],
    edges: Edges,
    /// Row by row, and one more that ends the last.
    cells: Vec<GridCell>,
    /// Edges that touch each grid cell.
    touching: Vec<u32>,
    /// Areas that hold a reference point together.
    overlaps: Vec<Vec<u32>>,
}

impl Locator {
    /// Builds the index; areas are numbered by their position.
    ///
    /// # Units
    /// Degrees; for the 7,264 MSOAs of England and Wales 56 MB.
    ///
    /// # Examples
    /// ```
    /// use places::area::{AreaMatch, Locator};
    /// let square = |west: f64| geo::Rect::new((west, 52.0), (west + 0.1, 52.1)).to_polygon().into();
    /// let locator = Locator::new(&[square(1.0), square(1.1)]);
    /// assert_eq!(locator.locate(1.15, 52.05), AreaMatch::Inside(1));
    /// assert_eq!(locator.locate(1.1, 52.05), AreaMatch::Inside(0), "on the border of both");
    /// assert_eq!(locator.locate(1.15, 52.101), AreaMatch::Near(1));
    /// assert_eq!(locator.locate(1.15, 52.2), AreaMatch::Nowhere);
    /// ```
    #[must_use]
    pub fn new(polygons: &[MultiPolygon]) -> Self {
        let edges = Edges::of(polygons);
        let (low, high) = edges.bounds();
        let size = grid_size(edges.len(), low, high);
        let mut step = [0.0; 2];
        for axis in 0..2 {
            step[axis] = ((high[axis] - low[axis]) / size[axis] as f64).max(1e-9);
        }
        let (cells, touching, overlaps) = Default::default();
        let mut locator = Self { origin: low, step, size, edges, cells, touching, overlaps };
        locator.place_edges();
        locator.mark_references();
        locator
    }

    /// Finds the area of a point, or the nearest within [`SNAP_RADIUS_M`].
    #[must_use]
    pub fn locate(&self, lon: f64, lat: f64) -> AreaMatch {
        match self.containing(lon, lat) {
            Some(area) => AreaMatch::Inside(area),
            None => self.nearest(lon, lat).map_or(AreaMatch::Nowhere, AreaMatch::Near),
        }
    }

    /// The area that holds the point, borders included; of several the one with the lowest position.
    #[must_use]
    pub fn containing(&self, lon: f64, lat: f64) -> Option<u32> {
        let p = [lon, lat];
        let (column, row) = (self.slot(0, lon)?, self.slot(1, lat)?);
        let i = row * self.size[0] + column;
        let (cell, end) = (&self.cells[i], self.cells[i + 1].start);
        if cell.inside == UNSURE {
            return self.edges.containing(p);
        }
        if cell.start == end {
            return self.areas_of(&cell.inside).first().copied();
        }
        let q = [self.reference(0, column), self.reference(1, row)];
        let edges = self.touching[cell.start as usize..end as usize].iter().map(|&edge| self.edges.edge(edge));
        match walk(edges, p, q, self.areas_of(&cell.inside)) {
            Some(sides) => sides.lowest(),
            None => self.edges.containing(p),
        }
    }

    fn areas_of<'a>(&'a self, inside: &'a u32) -> &'a [u32] {
        match *inside {
            NONE | UNSURE => &[],
            overlap if overlap & OVERLAP != 0 => &self.overlaps[(overlap & !OVERLAP) as usize],
            _ => std::slice::from_ref(inside),
        }
    }

    fn slot(&self, axis: usize, value: f64) -> Option<usize> {
        let slot = ((value - self.origin[axis]) / self.step[axis]).floor();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range is checked")]
        let slot = (slot >= 0.0 && slot < self.size[axis] as f64).then_some(slot as usize);
        slot
    }

    fn reference(&self, axis: usize, slot: usize) -> f64 {
        self.origin[axis] + (slot as f64 + REFERENCE) * self.step[axis]
    }

    /// Lists, for every grid cell, the edges that touch it.
    fn place_edges(&mut self) {
        let touched: Vec<(u32, u32)> = self
            .edges
            .numbers()
            .fold(Vec::new, |mut touched, edge| {
                self.touched_cells(&self.edges.edge(edge), |cell| touched.push((cell, edge)));
                touched
            })
            .reduce(Vec::new, |mut a, mut b| {
                a.append(&mut b);
                a
            });
        let cells = self.size[0] * self.size[1];
        self.cells = vec![GridCell { start: 0, inside: NONE }; cells + 1];
        for &(cell, _) in &touched {
            self.cells[cell as usize].start += 1;
        }
        // Counts to ends; filling from the back then leaves the starts.
        let mut sum = 0;
        for cell in &mut self.cells {
            sum += cell.start;
            cell.start = sum;
        }
        self.touching = vec![0; touched.len()];
        for (cell, edge) in touched.into_iter().rev() {
            let at = &mut self.cells[cell as usize].start;
            *at -= 1;
            self.touching[*at as usize] = edge;
        }
    }

    /// Calls `visit` with every grid cell an edge touches, and perhaps a neighbor too many.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "slots are clamped to the grid, which has at most 2^22 cells"
    )]
    fn touched_cells(&self, edge: &Edge, mut visit: impl FnMut(u32)) {
        // A thousandth of a grid cell more on every side outweighs any rounding of the clipping below.
        let slack = 1e-3;
        let to_slot = |axis: usize, value: f64| (value - self.origin[axis]) / self.step[axis];
        let clamp = |axis: usize, slot: f64| slot.max(0.0).min(self.size[axis] as f64 - 1.0) as usize;
        let (a, b) = ([to_slot(0, edge.a[0]), to_slot(1, edge.a[1])], [to_slot(0, edge.b[0]), to_slot(1, edge.b[1])]);
        let (low, high) = if a[1] <= b[1] { (a, b) } else { (b, a) };
        let rows = clamp(1, low[1] - slack)..=clamp(1, high[1] + slack);
        let slope = (high[0] - low[0]) / (high[1] - low[1]);
        for row in rows {
            let at = |y: f64| {
                let y = y.clamp(low[1], high[1]);
                if slope.is_finite() { low[0] + (y - low[1]) * slope } else { low[0] }
            };
            let (mut x0, mut x1) = (at(row as f64 - slack), at(row as f64 + 1.0 + slack));
            if high[1] - low[1] < 2.0 * slack {
                (x0, x1) = (low[0], high[0]);
            }
            let columns = clamp(0, x0.min(x1) - slack)..=clamp(0, x0.max(x1) + slack);
            for column in columns {
                visit((row * self.size[0] + column) as u32);
            }
        }
    }

    /// Works out which areas hold the reference point of each grid cell, one scan line per row.
    fn mark_references(&mut self) {
        let mut events: Vec<(u32, u32, u32)> = self
            .edges
            .numbers()
            .fold(Vec::new, |mut events, edge| {
                self.reference_crossings(&self.edges.edge(edge), &mut events);
                events
            })
            .reduce(Vec::new, |mut a, mut b| {
                a.append(&mut b);
                a
            });
        events.par_sort_unstable();
        let mut known: std::collections::HashMap<Vec<u32>, u32> = std::collections::HashMap::new();
        for line in events.chunk_by(|a, b| a.0 == b.0) {
            self.sweep_row(line, &mut known);
        }
    }

    fn sweep_row(&mut self, line: &[(u32, u32, u32)], known: &mut std::collections::HashMap<Vec<u32>, u32>) {
        let row = line[0].0 as usize * self.size[0];
        let mut active: Vec<u32> = Vec::new();
        for (i, &(_, column, area)) in line.iter().enumerate() {
            if area == UNSURE {
                continue;
            }
            match active.binary_search(&area) {
                Ok(at) => drop(active.remove(at)),
                Err(at) => active.insert(at, area),
            }
            let until = line[i + 1..].iter().find(|e| e.2 != UNSURE).map_or(self.size[0], |e| e.1 as usize);
            if active.is_empty() || column as usize >= until {
                continue;
            }
            let inside = match active.as_slice() {
                [area] => *area,
                several => *known.entry(several.to_vec()).or_insert_with(|| {
                    self.overlaps.push(several.to_vec());
                    OVERLAP | (self.overlaps.len() - 1) as u32
                }),
            };
            self.cells[row + column as usize..row + until].iter_mut().for_each(|cell| cell.inside = inside);
        }
        for &(_, column, area) in line {
            if area == UNSURE {
                self.cells[row + column as usize].inside = UNSURE;
            }
        }
    }

    /// Events (row, first column whose reference point lies east of the edge, area).
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_possible_wrap,
        reason = "slots are clamped to the grid, which has at most 2^22 cells"
    )]
    fn reference_crossings(&self, edge: &Edge, events: &mut Vec<(u32, u32, u32)>) {
        let (low, high) = if edge.a[1] <= edge.b[1] { (edge.a, edge.b) } else { (edge.b, edge.a) };
        let row_of = |y: f64| ((y - self.origin[1]) / self.step[1] - REFERENCE).floor() as i64;
        let last = self.size[1] as i64 - 1;
        for row in row_of(low[1]).max(0)..=(row_of(high[1]) + 1).min(last) {
            let y = self.reference(1, row as usize);
            if (edge.a[1] > y) == (edge.b[1] > y) {
                continue;
            }
            let x = low[0] + (y - low[1]) / (high[1] - low[1]) * (high[0] - low[0]);
            let guess = ((x - self.origin[0]) / self.step[0] - REFERENCE).ceil();
            let mut column = guess.clamp(0.0, self.size[0] as f64) as usize;
            // West of the edge the sign is positive when walking up it.
            let sign = |c: usize| side(low, high, [self.reference(0, c), y]);
            while column > 0 && sign(column - 1) < 0 {
                column -= 1;
            }
            while column < self.size[0] && sign(column) > 0 {
                column += 1;
            }
            if column > 0 && sign(column - 1) == 0 {
                events.push((row as u32, column as u32 - 1, UNSURE));
            }
            if column < self.size[0] {
                if sign(column) == 0 {
                    events.push((row as u32, column as u32, UNSURE));
                }
                events.push((row as u32, column as u32, edge.area));
            }
        }
    }

    /// The nearest area within [`SNAP_RADIUS_M`]; of several equally near the lowest.
    #[must_use]
    pub fn nearest(&self, lon: f64, lat: f64) -> Option<u32> {
        let [east_m, north_m] = metres_per_degree(lat);
        let reach = [SNAP_RADIUS_M / east_m, SNAP_RADIUS_M / north_m];
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to the grid")]
        let slots = |axis: usize, value: f64| -> Option<std::ops::RangeInclusive<usize>> {
            let slot = |v: f64| (v - self.origin[axis]) / self.step[axis];
            let (first, last) = (slot(value - reach[axis]), slot(value + reach[axis]));
            let top = self.size[axis] as f64;
            (last >= 0.0 && first < top && first.is_finite())
                .then(|| first.max(0.0) as usize..=last.min(top - 1.0) as usize)
        };
        let (columns, rows) = (slots(0, lon)?, slots(1, lat)?);
        let mut best = (SNAP_RADIUS_M, NONE);
        for row in rows {
            let line = row * self.size[0];
            let from = self.cells[line + columns.start()].start as usize;
            let to = self.cells[line + columns.end() + 1].start as usize;
            for edge in self.touching[from..to].iter().map(|&edge| self.edges.edge(edge)) {
                let metres = |v: [f64; 2]| [(v[0] - lon) * east_m, (v[1] - lat) * north_m];
                let distance = distance_to_origin(metres(edge.a), metres(edge.b));
                if distance < best.0 || (distance <= best.0 && edge.area < best.1) {
                    best = (distance, edge.area);
                }
            }
        }
        (best.1 != NONE).then_some(best.1)
    }

    /// Bytes the index holds.
    #[must_use]
    pub fn memory_bytes(&self) -> usize {
        self.cells.len() * size_of::<GridCell>() + self.touching.len() * 4 + self.edges.memory_bytes()
    }
}

/// The sides of a point: areas whose border it lies on, and areas with an odd number of crossings.
struct Sides {
    areas: [(u32, bool); MAX_CROSSED],
    len: usize,
    on_border: u32,
}

impl Sides {
    /// Changes the side; false when there is no room left to note it.
    fn toggle(&mut self, area: u32) -> bool {
        if let Some(side) = self.areas[..self.len].iter_mut().find(|s| s.0 == area) {
            side.1 = !side.1;
            return true;
        }
        if self.len == MAX_CROSSED {
            return false;
        }
        self.areas[self.len] = (area, true);
        self.len += 1;
        true
    }

    fn lowest(&self) -> Option<u32> {
        let inside = self.areas[..self.len].iter().filter(|s| s.1).map(|s| s.0);
        inside.chain((self.on_border != NONE).then_some(self.on_border)).min()
    }
}

/// Walks from `p` along its parallel to the meridian of `q` and along that to `q`, changing sides at every
/// edge crossed. `None` when the corner of the walk lies exactly on an edge.
fn walk(edges: impl Iterator<Item = Edge>, p: [f64; 2], q: [f64; 2], holding_q: &[u32]) -> Option<Sides> {
    let mut sides = Sides { areas: [(NONE, false); MAX_CROSSED], len: 0, on_border: NONE };
    for &area in holding_q {
        if !sides.toggle(area) {
            return None;
        }
    }
    let corner = [q[0], p[1]];
    for edge in edges {
        let Edge { a, b, area } = edge;
        let spans_parallel = (a[1] > p[1]) != (b[1] > p[1]);
        let spans_meridian = (a[0] > q[0]) != (b[0] > q[0]);
        let holds_p = |axis: usize| a[axis].min(b[axis]) <= p[axis] && p[axis] <= a[axis].max(b[axis]);
        let maybe_on = holds_p(1) && holds_p(0);
        if !spans_parallel && !spans_meridian && !maybe_on {
            continue;
        }
        let side_p = if spans_parallel || maybe_on { side(a, b, p) } else { 0 };
        if maybe_on && side_p == 0 {
            sides.on_border = sides.on_border.min(area);
            continue;
        }
        let side_corner = side(a, b, corner);
        if side_corner == 0 {
            return None;
        }
        let mut crossed = spans_parallel && side_p != side_corner;
        if spans_meridian {
            let side_q = side(a, b, q);
            if side_q == 0 {
                return None;
            }
            crossed ^= side_corner != side_q;
        }
        if crossed && !sides.toggle(area) {
            return None;
        }
    }
    Some(sides)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 1 and 2^11 times the aspect")]
fn grid_size(edges: usize, low: [f64; 2], high: [f64; 2]) -> [usize; 2] {
    let cells = (edges * CELLS_PER_EDGE).clamp(1, MAX_GRID_CELLS) as f64;
    let aspect = ((high[0] - low[0]) / (high[1] - low[1]).max(1e-9)).clamp(0.05, 20.0);
    let columns = (cells * aspect).sqrt().floor().max(1.0);
    let rows = (cells / columns).floor().max(1.0);
    [columns as usize, rows as usize]
}

/// Metres per degree of longitude and latitude at a latitude, on the WGS 84 ellipsoid.
fn metres_per_degree(lat: f64) -> [f64; 2] {
    const A_M: f64 = 6_378_137.0;
    const E2: f64 = 0.006_694_379_990_141;
    let (sin, cos) = lat.to_radians().sin_cos();
    let w = 1.0 - E2 * sin * sin;
    let meridian_m = A_M * (1.0 - E2) / w.powf(1.5);
    let normal_m = A_M / w.sqrt();
    [(normal_m * cos).max(1.0).to_radians(), meridian_m.to_radians()]
}

fn distance_to_origin(a: [f64; 2], b: [f64; 2]) -> f64 {
    let d = [b[0] - a[0], b[1] - a[1]];
    let length2 = d[0] * d[0] + d[1] * d[1];
    let t = (-(a[0] * d[0] + a[1] * d[1]) / length2).clamp(0.0, 1.0);
    (a[0] + t * d[0]).hypot(a[1] + t * d[1])
}

#[cfg(test)]
mod tests;
