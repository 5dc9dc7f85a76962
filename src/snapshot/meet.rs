//! Whether two outlines share ground, and not a border alone.

use geo::{Area, BooleanOps, BoundingRect, Contains, InteriorPoint, MultiPolygon, Rect};

/// Share of the smaller outline below which what two have in common is the slack of two drawings of one border.
const SLACK: f64 = 1e-3;

/// Whether two outlines share more than a border.
pub(super) fn share_ground(a: &MultiPolygon, b: &MultiPolygon) -> bool {
    let (Some(box_a), Some(box_b)) = (a.bounding_rect(), b.bounding_rect()) else { return false };
    if !boxes_meet(box_a, box_b) {
        return false;
    }
    let holds = |outer: &MultiPolygon, inner: &MultiPolygon| {
        inner.iter().filter_map(InteriorPoint::interior_point).any(|point| outer.contains(&point))
    };
    // A point well inside one of them settles most pairs.
    holds(a, b) || holds(b, a) || a.intersection(b).unsigned_area() > SLACK * a.unsigned_area().min(b.unsigned_area())
}

fn boxes_meet(a: Rect, b: Rect) -> bool {
    a.min().x < b.max().x && b.min().x < a.max().x && a.min().y < b.max().y && b.min().y < a.max().y
}

#[cfg(test)]
mod tests {
    use geo::polygon;

    use super::*;

    fn square(x: f64, y: f64, side: f64) -> MultiPolygon {
        MultiPolygon(vec![polygon![(x: x, y: y), (x: x + side, y: y), (x: x + side, y: y + side), (x: x, y: y + side)]])
    }

    #[test]
    fn a_shared_border_is_no_shared_ground() {
        let one = square(0.0, 0.0, 1.0);
        assert!(!share_ground(&one, &square(1.0, 0.0, 1.0)));
        assert!(!share_ground(&one, &square(0.999_9, 0.0, 1.0)), "two drawings of one border");
        assert!(!share_ground(&one, &square(5.0, 0.0, 1.0)));
        assert!(share_ground(&one, &square(0.9, 0.0, 1.0)));
        assert!(share_ground(&one, &square(0.4, 0.4, 0.1)), "one inside the other");
        assert!(share_ground(&square(0.4, 0.4, 0.1), &one));
    }
}
