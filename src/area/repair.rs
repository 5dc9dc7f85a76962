//! What is wrong with a polygon, and the repairs that cannot change which points it holds.

use geo::{
    BooleanOps, Coord, GeodesicArea, LineString, MultiPolygon, Orient, Polygon, Validation,
    algorithm::bool_ops::FillRule, orient::Direction, unary_union,
};

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

/// Part of an area by which two may differ and be the same.
const SAME: f64 = 1e-7;

/// All polygons as one: what any outer ring holds is inside (non-zero winding), but for what the holes of its own polygon hold. A
/// hole outside its ring takes nothing away.
///
/// # Examples
/// ```
/// use places::area::{area_km2, united};
/// let square = geo::Rect::new((1.0, 52.0), (1.1, 52.1)).to_polygon();
/// let twice = geo::MultiPolygon(vec![square.clone(), square.clone()]);
/// assert!((area_km2(&united(&twice)) - area_km2(&square.into())).abs() < 1e-3);
/// ```
#[must_use]
pub fn united(polygons: &MultiPolygon) -> MultiPolygon {
    let nothing = MultiPolygon(Vec::new());
    let solid =
        |ring: &LineString| Polygon::new(ring.clone(), Vec::new()).union_with_fill_rule(&nothing, FillRule::NonZero);
    let parts: Vec<MultiPolygon> = polygons
        .iter()
        .map(|polygon| {
            let holes: Vec<MultiPolygon> = polygon.interiors().iter().map(solid).collect();
            solid(polygon.exterior()).difference(&unary_union(&holes))
        })
        .collect();
    unary_union(&parts).orient(Direction::Default)
}

/// Whether united polygons hold what they held before: of these nothing was inside twice, or outside by a crossing.
#[must_use]
pub fn hold_the_same(before: &MultiPolygon, united: &MultiPolygon) -> bool {
    // In degrees: leaving a point on a border out changes nothing there.
    let [before, united] = [before, united].map(|p| p.iter().map(geo::Area::unsigned_area).sum::<f64>());
    (before - united).abs() <= SAME * united
}

/// Closes rings, drops repeated points and rings without an area, and says so. What breaks the rules of the OGC (rings that
/// cross or overlap) so that it matters is united; what only touches stays as it is.
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
    let Some(error) = kept.validation_errors().first().map(ToString::to_string) else { return (kept, problems) };
    let united = united(&kept);
    if hold_the_same(&kept, &united) {
        problems.push(format!("invalid: {error}; kept, because no point is inside twice"));
        return (kept, problems);
    }
    problems.push(format!("invalid: {error}; its parts were united, and only declared holes are holes"));
    (united, problems)
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
