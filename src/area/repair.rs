//! What is wrong with a polygon, and the repairs that cannot change which points it holds.

use geo::{Coord, GeodesicArea, LineString, MultiPolygon, Orient, Polygon, Validation, orient::Direction};

/// Something about an area that a person should know; reading went on.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct AreaIssue {
    /// Position of the feature in the file, from 0.
    pub feature: usize,
    /// Code of the area, where it has one.
    pub code: String,
    /// What is wrong and what was done about it.
    pub problem: String,
}

/// True area on the WGS 84 ellipsoid, square kilometres.
///
/// # Examples
/// ```
/// use places::area::area_km2;
/// let square = geo::Rect::new((1.25, 52.6), (1.35, 52.66)).to_polygon();
/// assert_eq!(format!("{:.0}", area_km2(&square.into())), "45");
/// ```
#[must_use]
pub fn area_km2(polygons: &MultiPolygon) -> f64 {
    polygons.geodesic_area_unsigned() / 1e6
}

/// Closes rings, drops repeated points and rings without an area, and says so; then says whether what is
/// left breaks the rules of the OGC (rings that touch or cross themselves). Such rings stay as they are:
/// the even-odd rule still gives every point one answer.
pub(super) fn repair(polygons: Vec<Vec<Vec<Coord>>>) -> (MultiPolygon, Vec<String>) {
    let mut problems = Vec::new();
    let mut kept = Vec::new();
    for rings in polygons {
        let mut rings = rings.into_iter();
        let Some(exterior) = rings.next().and_then(|r| clean_ring(r, &mut problems)) else { continue };
        let interiors = rings.filter_map(|ring| clean_ring(ring, &mut problems)).collect();
        kept.push(Polygon::new(exterior, interiors));
    }
    // Outer rings counterclockwise, as RFC 7946 has it: a clockwise one would enclose the rest of the earth.
    let kept = MultiPolygon(kept).orient(Direction::Default);
    if let Some(error) = kept.validation_errors().first() {
        problems.push(format!("invalid: {error}; kept, inside by the even-odd rule"));
    }
    (kept, problems)
}

fn clean_ring(mut points: Vec<Coord>, problems: &mut Vec<String>) -> Option<LineString> {
    let before = points.len();
    points.dedup();
    if points.len() < before {
        problems.push(format!("{} repeated points dropped", before - points.len()));
    }
    if points.first() != points.last() {
        problems.push("a ring was not closed; closed".to_owned());
        points.extend(points.first().copied());
    }
    if points.len() < 4 || on_one_line(&points) {
        problems.push("a ring without an area dropped".to_owned());
        return None;
    }
    Some(LineString(points))
}

fn on_one_line(points: &[Coord]) -> bool {
    let exact = |c: &Coord| robust::Coord { x: c.x, y: c.y };
    let (a, b) = (exact(&points[0]), exact(&points[1]));
    points[2..].iter().all(|c| robust::orient2d(a, b, exact(c)) == 0.0)
}
