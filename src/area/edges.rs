//! The edges of a layer's polygons, vertex after vertex, and on which side of one a point lies.
//!
//! References: Shewchuk (1997), Adaptive precision floating-point arithmetic, doi:10.1007/PL00009321.

use geo::{BoundingRect, Coord, LineString, MultiPolygon};
use rayon::prelude::*;
use robust::{Coord as Exact, orient2d};

/// No area.
pub(super) const NONE: u32 = u32::MAX;

/// A straight piece of an area's border.
#[derive(Debug, Clone, Copy)]
pub(super) struct Edge {
    pub(super) a: [f64; 2],
    pub(super) b: [f64; 2],
    pub(super) area: u32,
}

/// A corner of a ring, and the area of the edge that begins there; none at the end of a ring.
#[derive(Debug, Clone, Copy)]
struct Vertex {
    at: [f64; 2],
    area: u32,
}

/// All edges: edge i goes from vertex i to the next.
#[derive(Debug, Default)]
pub(super) struct Edges(Vec<Vertex>);

impl Edges {
    /// Edges of areas, numbered by their position; vertices that repeat the one before are left out.
    pub(super) fn of(polygons: &[MultiPolygon]) -> Self {
        let mut vertices: Vec<Vertex> = Vec::new();
        for (area, polygons) in polygons.iter().enumerate() {
            for ring in rings(polygons) {
                let start = vertices.len();
                for at in ring.0.iter().map(|c| [c.x, c.y]) {
                    let repeats =
                        vertices[start..].last().is_some_and(|v| v.at.map(f64::to_bits) == at.map(f64::to_bits));
                    if !repeats {
                        vertices.push(Vertex { at, area: area as u32 });
                    }
                }
                if let Some(last) = vertices[start..].last_mut() {
                    last.area = NONE;
                }
            }
        }
        vertices.shrink_to_fit();
        Self(vertices)
    }

    /// Number of vertices.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Numbers of all edges.
    pub(super) fn numbers(&self) -> impl ParallelIterator<Item = u32> + '_ {
        self.0.par_iter().enumerate().filter(|(_, vertex)| vertex.area != NONE).map(|(i, _)| i as u32)
    }

    /// An edge by its number.
    pub(super) fn edge(&self, number: u32) -> Edge {
        let (from, to) = (&self.0[number as usize], &self.0[number as usize + 1]);
        Edge { a: from.at, b: to.at, area: from.area }
    }

    /// A rectangle with all vertices inside.
    pub(super) fn bounds(&self) -> ([f64; 2], [f64; 2]) {
        let mut low = [f64::MAX; 2];
        let mut high = [f64::MIN; 2];
        for Vertex { at, .. } in &self.0 {
            for axis in 0..2 {
                low[axis] = low[axis].min(at[axis]);
                high[axis] = high[axis].max(at[axis]);
            }
        }
        if self.0.is_empty() {
            return ([0.0; 2], [0.0; 2]);
        }
        for axis in 0..2 {
            let margin = (high[axis] - low[axis]).max(1e-6) * 1e-6;
            low[axis] -= margin;
            high[axis] += margin;
        }
        (low, high)
    }

    /// The lowest area that holds a point, by looking at every edge.
    pub(super) fn containing(&self, p: [f64; 2]) -> Option<u32> {
        let numbers: Vec<u32> = (0..self.len() as u32).filter(|&i| self.0[i as usize].area != NONE).collect();
        let area = |number: u32| self.0[number as usize].area;
        let mut areas = numbers.chunk_by(|&a, &b| area(a) == area(b));
        let edge = |&number: &u32| self.edge(number);
        areas.find(|edges| holds(edges.iter().map(edge), p)).map(|edges| area(edges[0]))
    }

    pub(super) fn memory_bytes(&self) -> usize {
        self.len() * size_of::<Vertex>()
    }
}

/// Whether an area holds a point, borders included.
fn holds(edges: impl Iterator<Item = Edge>, p: [f64; 2]) -> bool {
    let mut odd = false;
    for Edge { a, b, .. } in edges {
        let within = |axis: usize| a[axis].min(b[axis]) <= p[axis] && p[axis] <= a[axis].max(b[axis]);
        if within(0) && within(1) && side(a, b, p) == 0 {
            return true;
        }
        if (a[1] > p[1]) != (b[1] > p[1]) {
            let (low, high) = if a[1] <= b[1] { (a, b) } else { (b, a) };
            odd ^= side(low, high, p) > 0;
        }
    }
    odd
}

/// 1 when `p` lies left of the line from `a` to `b`, -1 right, 0 exactly on it.
pub(super) fn side(a: [f64; 2], b: [f64; 2], p: [f64; 2]) -> i8 {
    let exact = |v: [f64; 2]| Exact { x: v[0], y: v[1] };
    let det = orient2d(exact(a), exact(b), exact(p));
    i8::from(det > 0.0) - i8::from(det < 0.0)
}

/// The area that holds a point, by looking at every edge of every polygon: the reference that the index is
/// tested against.
#[must_use]
pub fn brute_force_area(polygons: &[MultiPolygon], lon: f64, lat: f64) -> Option<u32> {
    let holds = |polygons: &MultiPolygon| {
        let Some(rect) = polygons.bounding_rect() else { return false };
        let outside = lon < rect.min().x || lon > rect.max().x || lat < rect.min().y || lat > rect.max().y;
        let edges = rings(polygons).flat_map(segments).map(|(a, b)| Edge { a, b, area: NONE });
        !outside && holds(edges, [lon, lat])
    };
    polygons.iter().position(holds).map(|i| i as u32)
}

pub(super) fn rings(polygons: &MultiPolygon) -> impl Iterator<Item = &LineString> {
    polygons.iter().flat_map(|p| std::iter::once(p.exterior()).chain(p.interiors()))
}

pub(super) fn segments(ring: &LineString) -> impl Iterator<Item = ([f64; 2], [f64; 2])> {
    let xy = |c: &Coord| [c.x, c.y];
    ring.0.windows(2).map(move |w| (xy(&w[0]), xy(&w[1]))).filter(|(a, b)| a.map(f64::to_bits) != b.map(f64::to_bits))
}
