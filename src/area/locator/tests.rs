use geo::{MultiPolygon, Polygon};
use proptest::prelude::*;

use super::*;
use crate::area::edges::{brute_force_area, rings, segments};

/// A sheet of jagged areas that share their borders, with a hole, an island and an overlap.
fn sheet() -> Vec<MultiPolygon> {
    let corner = |i: i32, j: i32| {
        let wobble = |k: i32| f64::from((k * 37 + 11).rem_euclid(17) - 8) / 40.0;
        let edge = |v: i32, w: f64| if v == 0 || v == 6 { f64::from(v) } else { f64::from(v) + w };
        (edge(i, wobble(i * 7 + j * 3)) / 50.0 + 1.0, edge(j, wobble(i * 5 - j * 9)) / 50.0 + 52.0)
    };
    let mut areas: Vec<MultiPolygon> = Vec::new();
    for i in 0..6 {
        for j in 0..6 {
            let ring = vec![corner(i, j), corner(i + 1, j), corner(i + 1, j + 1), corner(i, j + 1)];
            let hole = vec![(1.049, 52.049), (1.051, 52.049), (1.051, 52.051), (1.049, 52.051)];
            let holes = if (i, j) == (2, 2) { vec![hole.into()] } else { vec![] };
            areas.push(Polygon::new(ring.into(), holes).into());
        }
    }
    areas.push(Polygon::new(vec![(1.2, 52.2), (1.21, 52.2), (1.2, 52.21)].into(), vec![]).into());
    areas.push(Polygon::new(vec![(1.03, 52.03), (1.07, 52.035), (1.05, 52.07)].into(), vec![]).into());
    areas
}

proptest! {
    #[test]
    fn the_index_agrees_with_every_edge_looked_at(lon in 0.99_f64..1.23, lat in 51.99_f64..52.23) {
        let polygons = sheet();
        let locator = Locator::new(&polygons);
        prop_assert_eq!(locator.containing(lon, lat), brute_force_area(&polygons, lon, lat));
    }
}

#[test]
fn corners_and_middles_of_borders_belong_to_the_lowest_code() {
    let polygons = sheet();
    let locator = Locator::new(&polygons);
    let mut looked_at = 0;
    for (a, b) in polygons.iter().flat_map(rings).flat_map(segments) {
        for p in [a, b, [f64::midpoint(a[0], b[0]), f64::midpoint(a[1], b[1])]] {
            assert_eq!(locator.containing(p[0], p[1]), brute_force_area(&polygons, p[0], p[1]), "{p:?}");
            looked_at += 1;
        }
    }
    assert!(looked_at > 400);
}

#[test]
fn a_point_just_outside_goes_to_the_nearest_and_a_far_one_nowhere() {
    let locator = Locator::new(&sheet());
    let metre = 1.0 / 111_300.0;
    assert_eq!(locator.locate(1.03, 52.0 - 249.0 * metre), AreaMatch::Near(6));
    assert_eq!(locator.locate(1.03, 52.0 - 251.0 * metre), AreaMatch::Nowhere);
    assert!(matches!(locator.locate(1.03, 52.0 + metre), AreaMatch::Inside(_)));
    assert_eq!(locator.locate(f64::NAN, 52.0), AreaMatch::Nowhere);
    assert_eq!(locator.locate(-170.0, -80.0), AreaMatch::Nowhere);
}

#[test]
fn a_layer_without_polygons_holds_nothing() {
    let locator = Locator::new(&[]);
    assert_eq!(locator.locate(1.0, 52.0), AreaMatch::Nowhere);
}
