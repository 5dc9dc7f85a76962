//! Whether points lie in one cell, without asking H3 for each.
//!
//! H3 draws its hexagons on the faces of an icosahedron, as the points of the plane nearest to those of a triangular
//! lattice, and projects them from the center of the earth (<https://h3geo.org/docs/core-library/coordsystems/>). So a
//! point's place in its hexagon is plane geometry; the lattices are taken from H3 itself when they are first needed.

use std::sync::LazyLock;

use h3o::{CellIndex, Resolution};

use crate::model::{LonLat, RESOLUTIONS};

use super::{cell_of_point, center};

/// Nearer to a border than this H3 itself is asked, metres.
const UNSURE_M: f64 = 0.5;
/// A point this much nearer to the middle of its face than to any other (as cosines) lies some 18 km from an edge of the
/// icosahedron, beyond which another lattice begins.
const WELL_INSIDE: f64 = 0.002;
/// Points this near to it lie on the same face.
const SAME_FACE_M: f64 = 10_000.0;
/// Share of a distance in the plane that is surely left on the ground, beside the projection's own factor.
const SURELY: f64 = 0.98;
const DEGREE_M: f64 = 111_320.0;
const EARTH_M: f64 = 6_371_007.18;
/// Cosine of the angle between two corners of the icosahedron that share an edge is 0.447; of others it is below 0.
const NEIGHBORS: f64 = 0.4;

/// One cell, for which many points are asked.
///
/// Answers what [`cell_of_point`] answers: points nearer than the border are told by distance, points well on either side
/// of it by plane geometry, the rest by H3.
#[derive(Debug, Clone)]
pub struct OneCell {
    cell: u64,
    resolution: u8,
    position: Option<Position>,
}

/// Where a point lies in its hexagon.
#[derive(Debug, Clone, Copy)]
struct Position {
    point: LonLat,
    /// Metres of a degree of longitude there.
    east_m: f64,
    face: &'static Face,
    lattice: Lattice,
    /// The lattice's point that is nearest.
    hexagon: [f64; 2],
    /// Metres that no border is nearer than.
    clear_m: f64,
    /// Metres on the ground that a unit of the plane is at least.
    unit_m: f64,
}

impl OneCell {
    /// The cell of a point.
    ///
    /// # CRS
    /// WGS 84 degrees.
    #[must_use]
    pub fn of_point(point: LonLat, resolution: u8) -> Self {
        Self { cell: cell_of_point(point, resolution), resolution, position: Position::of(point, resolution) }
    }

    /// The cell.
    #[must_use]
    pub fn cell(&self) -> u64 {
        self.cell
    }

    /// Whether a point lies in the cell.
    #[must_use]
    pub fn holds(&self, point: LonLat) -> bool {
        self.position
            .and_then(|position| position.same_hexagon(point))
            .unwrap_or_else(|| cell_of_point(point, self.resolution) == self.cell)
    }
}

impl Position {
    /// None near an edge of the icosahedron, near a pole and at the date line: there H3 is asked.
    fn of(point: LonLat, resolution: u8) -> Option<Self> {
        let at = RESOLUTIONS.iter().position(|r| *r == resolution)?;
        if point.lat.abs() > 80.0 || point.lon.abs() > 179.0 {
            return None;
        }
        let vector = unit_vector(point);
        let (mut first, mut second, mut face) = (-1.0, -1.0, &FACES[0]);
        for other in FACES.iter() {
            let cosine = dot(other.middle, vector);
            if cosine > first {
                (first, second, face) = (cosine, first, other);
            } else if cosine > second {
                second = cosine;
            }
        }
        if first - second < WELL_INSIDE {
            return None;
        }
        let lattice = face.lattices[at];
        let (hexagon, clear) = lattice.nearest(face.plane(vector));
        // An angle `a` away from the middle of the face lengths are at least `cos(a)^2` of those in the plane.
        let unit_m = SURELY * EARTH_M * first * first;
        let east_m = DEGREE_M * point.lat.to_radians().cos();
        Some(Self { point, east_m, face, lattice, hexagon, clear_m: clear * unit_m, unit_m })
    }

    /// Whether a point lies in the same hexagon; nothing where it is too near a border, or too far away, to tell.
    fn same_hexagon(&self, point: LonLat) -> Option<bool> {
        let (east, north) = ((point.lon - self.point.lon) * self.east_m, (point.lat - self.point.lat) * DEGREE_M);
        let square = east * east + north * north;
        let clear_m = self.clear_m - UNSURE_M;
        if clear_m > 0.0 && square < clear_m * clear_m {
            return Some(true);
        }
        if square > SAME_FACE_M * SAME_FACE_M {
            return None;
        }
        let (hexagon, clear) = self.lattice.nearest(self.face.plane(unit_vector(point)));
        (clear * self.unit_m > UNSURE_M).then_some(hexagon == self.hexagon)
    }
}

/// A face of the icosahedron: its middle and two directions of the plane that touches the sphere there.
#[derive(Debug)]
struct Face {
    middle: [f64; 3],
    right: [f64; 3],
    up: [f64; 3],
    /// By resolution, in the order of [`RESOLUTIONS`].
    lattices: [Lattice; RESOLUTIONS.len()],
}

impl Face {
    fn new(middle: [f64; 3]) -> Self {
        // No middle is a pole.
        let right = unit([-middle[1], middle[0], 0.0]);
        let up = [
            middle[1] * right[2] - middle[2] * right[1],
            middle[2] * right[0] - middle[0] * right[2],
            middle[0] * right[1] - middle[1] * right[0],
        ];
        let mut face = Self { middle, right, up, lattices: [Lattice::default(); RESOLUTIONS.len()] };
        let point = LonLat { lon: middle[1].atan2(middle[0]).to_degrees(), lat: middle[2].asin().to_degrees() };
        face.lattices = RESOLUTIONS.map(|resolution| {
            let cell = CellIndex::try_from(cell_of_point(point, resolution)).expect("a cell of H3");
            let around: Vec<CellIndex> = cell.grid_disk(1);
            let neighbor = around.into_iter().find(|c| *c != cell).expect("a cell has neighbors");
            Lattice::new(face.plane(unit_vector(center(neighbor.into()))))
        });
        face
    }

    /// A point of the sphere in the plane, seen from the center of the earth.
    fn plane(&self, vector: [f64; 3]) -> [f64; 2] {
        let depth = dot(vector, self.middle);
        [dot(vector, self.right) / depth, dot(vector, self.up) / depth]
    }
}

/// The triangular lattice of a face's hexagons at a resolution; the middle of the face is one of its points.
#[derive(Debug, Clone, Copy, Default)]
struct Lattice {
    /// Steps to two neighbors, a sixth of a turn apart.
    steps: [[f64; 2]; 2],
    /// The inverse: from the plane to numbers of steps.
    inverse: [[f64; 2]; 2],
    /// Half the way between neighbors.
    half: f64,
}

impl Lattice {
    fn new([x, y]: [f64; 2]) -> Self {
        let (sin, cos) = std::f64::consts::FRAC_PI_3.sin_cos();
        let steps = [[x, y], [x * cos - y * sin, x * sin + y * cos]];
        let [a, b] = steps;
        let area = a[0] * b[1] - a[1] * b[0];
        let inverse = [[b[1] / area, -b[0] / area], [-a[1] / area, a[0] / area]];
        Self { steps, inverse, half: 0.5 * (x * x + y * y).sqrt() }
    }

    /// The nearest point of the lattice in steps, and the way to the border of its hexagon in units of the plane.
    fn nearest(&self, p: [f64; 2]) -> ([f64; 2], f64) {
        let number = |row: [f64; 2]| row[0] * p[0] + row[1] * p[1];
        let (a, b) = (number(self.inverse[0]), number(self.inverse[1]));
        // Of the three numbers that add up to nothing the one that was rounded most follows from the others.
        let c = -a - b;
        let (mut i, mut j) = (a.round(), b.round());
        let (da, db, dc) = ((a - i).abs(), (b - j).abs(), (c - c.round()).abs());
        if da > db && da > dc {
            i = -j - c.round();
        } else if db > dc {
            j = -i - c.round();
        }
        let [s, t] = self.steps;
        let (x, y) = (p[0] - i * s[0] - j * t[0], p[1] - i * s[1] - j * t[1]);
        let along = |d: [f64; 2]| (x * d[0] + y * d[1]).abs() / (2.0 * self.half);
        let furthest = along(s).max(along(t)).max(along([t[0] - s[0], t[1] - s[1]]));
        ([i, j], self.half - furthest)
    }
}

/// The faces of H3's icosahedron; its corners are the pentagons.
static FACES: LazyLock<Vec<Face>> = LazyLock::new(|| {
    let corners: Vec<[f64; 3]> = Resolution::Zero.pentagons().map(|p| unit_vector(center(p.into()))).collect();
    let near = |a: usize, b: usize| dot(corners[a], corners[b]) > NEIGHBORS;
    let mut faces = Vec::new();
    for a in 0..corners.len() {
        for b in a + 1..corners.len() {
            for c in (b + 1..corners.len()).filter(|&c| near(a, b) && near(b, c) && near(a, c)) {
                let sum = std::array::from_fn(|i| corners[a][i] + corners[b][i] + corners[c][i]);
                faces.push(Face::new(unit(sum)));
            }
        }
    }
    faces
});

fn unit_vector(point: LonLat) -> [f64; 3] {
    let ((sin_lat, cos_lat), (sin_lon, cos_lon)) = (point.lat.to_radians().sin_cos(), point.lon.to_radians().sin_cos());
    [cos_lat * cos_lon, cos_lat * sin_lon, sin_lat]
}

fn unit(v: [f64; 3]) -> [f64; 3] {
    let length = dot(v, v).sqrt();
    v.map(|x| x / length)
}

fn dot(a: [f64; 3], b: [f64; 3]) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{super::outline, *};

    #[test]
    fn an_icosahedron_has_twenty_faces() {
        assert_eq!(FACES.len(), 20);
        for lattice in FACES.iter().flat_map(|f| f.lattices.iter().zip(RESOLUTIONS)) {
            // H3's own constant for the distance between neighbors of resolution 0.
            let expected = 0.381_966_011_250_105 / 7_f64.sqrt().powi(i32::from(lattice.1));
            assert!((2.0 * lattice.0.half / expected - 1.0).abs() < 1e-9, "{lattice:?}");
        }
    }

    #[test]
    fn h3_is_hardly_ever_asked_in_a_county() {
        let mut rng = fastrand::Rng::with_seed(4);
        let (mut told, mut all) = (0, 0);
        for _ in 0..4_000 {
            let point = LonLat { lon: 0.2 + 1.4 * rng.f64(), lat: 52.4 + 0.6 * rng.f64() };
            let one = OneCell::of_point(point, 8 + rng.u8(0..2));
            for _ in 0..5 {
                let other = LonLat { lon: point.lon + 0.004 * rng.f64(), lat: point.lat - 0.003 * rng.f64() };
                let said = one.position.and_then(|p| p.same_hexagon(other));
                told += usize::from(said.is_some());
                all += 1;
                assert!(said.is_none_or(|s| s == (cell_of_point(other, one.resolution) == one.cell)));
            }
        }
        assert!(told * 100 > all * 99, "{told} of {all}");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4_000))]

        #[test]
        fn what_h3_says_is_said(
            lon in -180.0..180.0_f64, lat in -90.0..90.0_f64, resolution in 7_u8..=11, far in 0.0..2.2_f64, turn in 0.0_f64..std::f64::consts::TAU,
        ) {
            let point = LonLat { lon, lat };
            let one = OneCell::of_point(point, resolution);
            prop_assert_eq!(one.cell(), cell_of_point(point, resolution));
            // Up to about two edges away, in any direction.
            let reach = far * 1.4 / 2.65_f64.powi(i32::from(resolution) - 7) / 111.32;
            let lat = (point.lat + reach * turn.sin()).clamp(-90.0, 90.0);
            let lon = (point.lon + reach * turn.cos() / point.lat.to_radians().cos().max(0.01)).clamp(-180.0, 180.0);
            let other = LonLat { lon, lat };
            prop_assert_eq!(one.holds(other), cell_of_point(other, resolution) == one.cell());
        }

        #[test]
        fn so_it_is_round_the_pentagons(pentagon in 0_usize..12, resolution in 7_u8..=11, x in -3.0..3.0, y in -3.0..3.0, dx in -1.0..1.0, dy in -1.0..1.0) {
            let h3 = Resolution::try_from(resolution).expect("a resolution");
            let corner = center(h3.pentagons().nth(pentagon).expect("twelve").into());
            let step = 2.4 / 2.65_f64.powi(i32::from(resolution) - 7) / 111.32;
            let at = LonLat { lon: corner.lon + x * step, lat: corner.lat + y * step };
            let one = OneCell::of_point(at, resolution);
            let other = LonLat { lon: at.lon + dx * step, lat: at.lat + dy * step };
            prop_assert_eq!(one.holds(other), cell_of_point(other, resolution) == one.cell());
        }

        #[test]
        fn so_it_is_at_the_borders_of_britain(
            lon in -8.0..2.0, lat in 49.8..60.9, resolution in 7_u8..=11, side in 0_usize..6, along in 0.0..1.0, off_m in -6.0..6.0,
        ) {
            let one = OneCell::of_point(LonLat { lon, lat }, resolution);
            let corners = outline(one.cell());
            let (a, b) = (corners[side % corners.len()], corners[(side + 1) % corners.len()]);
            let other = LonLat {
                lon: a.lon + along * (b.lon - a.lon) + off_m / 70_000.0,
                lat: a.lat + along * (b.lat - a.lat) + off_m / DEGREE_M,
            };
            prop_assert_eq!(one.holds(other), cell_of_point(other, resolution) == one.cell());
        }
    }
}
