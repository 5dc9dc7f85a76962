//! Whether points lie in one cell, without asking H3 for each.

use std::{cell::OnceCell, sync::LazyLock};

use h3o::Resolution;

use crate::model::LonLat;

use super::{cell_of_point, center, outline};

/// Nearer to a border than this H3 itself is asked, metres: the sides of a cell are great circles, not lines of a map.
const UNSURE_M: f64 = 0.5;
/// Sides are looked at in a plane only where it is nearly one: up to this latitude, and not across the date line.
const MAX_LATITUDE: f64 = 75.0;
const DEGREE_M: f64 = 111_320.0;
/// Distance between the centers of two neighbors of resolution 0 on their face of the icosahedron, radii of the earth.
const FACE_STEP: f64 = 0.381_966_011_250_105;
const EARTH_M: f64 = 6_371_007.18;
/// Cosine of the angle between two corners of the icosahedron that share an edge is 0.447; of others it is below 0.
const NEIGHBORS: f64 = 0.4;

/// One cell, for which many points are asked.
///
/// Answers what [`cell_of_point`] answers: points near its center are told by distance, points well on either side of
/// all six borders by plane geometry, the rest by H3.
#[derive(Debug, Clone)]
pub struct OneCell {
    cell: u64,
    resolution: u8,
    /// Center, where plane geometry will do, with the metres of a degree of longitude there and a distance within which
    /// every point lies in the cell.
    plane: Option<Plane>,
    /// Sides as `[nx, ny, d]`: `nx x + ny y + d` is how many metres inside a point lies; none where H3 is always asked.
    sides: OnceCell<Option<[[f64; 3]; 6]>>,
}

#[derive(Debug, Clone, Copy)]
struct Plane {
    center: LonLat,
    east_m: f64,
    sure_m: f64,
}

impl Plane {
    fn of(&self, point: LonLat) -> [f64; 2] {
        [(point.lon - self.center.lon) * self.east_m, (point.lat - self.center.lat) * DEGREE_M]
    }
}

impl OneCell {
    /// The cell of a point.
    ///
    /// # CRS
    /// WGS 84 degrees.
    #[must_use]
    pub fn of_point(point: LonLat, resolution: u8) -> Self {
        let cell = cell_of_point(point, resolution);
        // Coarse cells are no plane figures.
        let plane = (resolution >= 7 && point.lat.abs() < MAX_LATITUDE && point.lon.abs() < 179.0).then(|| {
            let center = center(cell);
            let east_m = DEGREE_M * center.lat.to_radians().cos();
            Plane { center, east_m, sure_m: sure_m(center, resolution) }
        });
        Self { cell, resolution, plane, sides: OnceCell::new() }
    }

    /// The cell.
    #[must_use]
    pub fn cell(&self) -> u64 {
        self.cell
    }

    /// Whether a point lies in the cell.
    #[must_use]
    pub fn holds(&self, point: LonLat) -> bool {
        let asked = || cell_of_point(point, self.resolution) == self.cell;
        let Some(plane) = &self.plane else { return asked() };
        let [x, y] = plane.of(point);
        if x * x + y * y < plane.sure_m * plane.sure_m {
            return true;
        }
        let Some(sides) = self.sides.get_or_init(|| sides(&outline(self.cell), plane)) else { return asked() };
        let inside = sides.iter().map(|[nx, ny, d]| nx * x + ny * y + d).fold(f64::MAX, f64::min);
        if inside.abs() > UNSURE_M { inside > 0.0 } else { asked() }
    }
}

/// The sides of a cell; none across an edge of the icosahedron, where it has more than six corners.
fn sides(corners: &[LonLat], plane: &Plane) -> Option<[[f64; 3]; 6]> {
    let corners: [[f64; 2]; 6] = <[LonLat; 6]>::try_from(corners).ok()?.map(|c| plane.of(c));
    let mut sides = [[0.0; 3]; 6];
    for (i, side) in sides.iter_mut().enumerate() {
        let ([ax, ay], [bx, by]) = (corners[i], corners[(i + 1) % 6]);
        let (east, north) = (bx - ax, by - ay);
        let length = (east * east + north * north).sqrt();
        // Counterclockwise: inside lies to the left.
        let (nx, ny) = (-north / length, east / length);
        *side = [nx, ny, -(nx * ax + ny * ay)];
    }
    Some(sides)
}

/// Metres from the center of a hexagon within which all lies in it.
///
/// H3 draws its hexagons on the faces of an icosahedron and projects them from the center of the earth: an angle `a` away
/// from the middle of the face lengths are at least `cos(a)^2` of what they are there. Two hundredths are kept in reserve.
fn sure_m(center: LonLat, resolution: u8) -> f64 {
    let at = unit_vector(center);
    let cosine = FACES.iter().map(|face| dot(*face, at)).fold(0.0, f64::max);
    let apothem = 0.5 * FACE_STEP * EARTH_M / 7_f64.sqrt().powi(i32::from(resolution));
    0.98 * apothem * cosine * cosine
}

/// Middles of the faces of H3's icosahedron; its corners are the pentagons.
static FACES: LazyLock<Vec<[f64; 3]>> = LazyLock::new(|| {
    let corners: Vec<[f64; 3]> = Resolution::Zero.pentagons().map(|p| unit_vector(center(p.into()))).collect();
    let near = |a: usize, b: usize| dot(corners[a], corners[b]) > NEIGHBORS;
    let mut faces = Vec::new();
    for a in 0..corners.len() {
        for b in a + 1..corners.len() {
            for c in (b + 1..corners.len()).filter(|&c| near(a, b) && near(b, c) && near(a, c)) {
                let sum: [f64; 3] = std::array::from_fn(|i| corners[a][i] + corners[b][i] + corners[c][i]);
                let length = dot(sum, sum).sqrt();
                faces.push(sum.map(|v| v / length));
            }
        }
    }
    faces
});

fn unit_vector(point: LonLat) -> [f64; 3] {
    let ((sin_lat, cos_lat), (sin_lon, cos_lon)) = (point.lat.to_radians().sin_cos(), point.lon.to_radians().sin_cos());
    [cos_lat * cos_lon, cos_lat * sin_lon, sin_lat]
}

fn dot(a: [f64; 3], b: [f64; 3]) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_icosahedron_has_twenty_faces() {
        assert_eq!(FACES.len(), 20);
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
