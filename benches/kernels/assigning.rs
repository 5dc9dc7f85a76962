//! From points to areas and cells: the locator beside an R-tree, the columns of the kernel beside row by row.

use std::hint::black_box;

use criterion::{Criterion, Throughput};
use geo::{BoundingRect, Contains, MultiPolygon, Point, Polygon};
use places::{
    area::{AreaMatch, Locator, brute_force_area},
    assign::{Assigner, NO_AREA, Points},
    grid::cells_of_point,
    model::{LonLat, lonlat_to_bng},
};
use rstar::{AABB, RTree, RTreeObject};

const SIDE: i32 = 30;
const POINTS: usize = 5_000;

/// A sheet of areas with jagged borders of forty corners each, over Norfolk.
fn sheet() -> Vec<MultiPolygon> {
    let at = |v: f64, w: f64| (0.5 + v / 25.0, 52.4 + w / 50.0);
    let wobble = |a: i32, b: i32, k: i32| f64::from((a * 37 + b * 53 + k * 19).rem_euclid(31) - 15) / 120.0;
    // Between two corners of the sheet nine more, the same from both sides.
    let side = |(x, y): (i32, i32), across: bool| {
        (0..10).map(move |k| {
            let (along, off) = (f64::from(k) / 10.0, if k == 0 { 0.0 } else { wobble(x, y, k) });
            let (x, y) = (f64::from(x), f64::from(y));
            if across { at(x + along, y + off) } else { at(x + off, y + along) }
        })
    };
    let area = |i: i32| {
        let (x, y) = (i % SIDE, i / SIDE);
        let end = [at(f64::from(x + 1), f64::from(y + 1)), at(f64::from(x), f64::from(y + 1))];
        let (south, east) = (side((x, y), true), side((x + 1, y), false));
        let (north, west) = (side((x, y + 1), true).skip(1), side((x, y), false).skip(1));
        let back = |points: Vec<(f64, f64)>| points.into_iter().rev();
        let mut ring: Vec<(f64, f64)> = south.chain(east).chain([end[0]]).collect();
        ring.extend(back(north.collect()).chain([end[1]]).chain(back(west.collect())));
        Polygon::new(ring.into(), vec![]).into()
    };
    (0..SIDE * SIDE).map(area).collect()
}

fn points() -> (Vec<f64>, Vec<f64>) {
    let mut rng = fastrand::Rng::with_seed(3);
    (0..POINTS).map(|_| (0.48 + rng.f64() * 1.24, 52.39 + rng.f64() * 0.62)).unzip()
}

struct Boxed<'a> {
    area: u32,
    polygons: &'a MultiPolygon,
    envelope: AABB<[f64; 2]>,
}

impl RTreeObject for Boxed<'_> {
    type Envelope = AABB<[f64; 2]>;

    fn envelope(&self) -> Self::Envelope {
        self.envelope
    }
}

pub(crate) fn area_of_a_point(criterion: &mut Criterion) {
    let (polygons, (lon, lat)) = (sheet(), points());
    let locator = Locator::new(&polygons);
    let boxed = polygons.iter().enumerate().map(|(i, polygons)| {
        let rect = polygons.bounding_rect().unwrap();
        let envelope = AABB::from_corners([rect.min().x, rect.min().y], [rect.max().x, rect.max().y]);
        Boxed { area: i as u32, polygons, envelope }
    });
    let tree = RTree::bulk_load(boxed.collect());
    let ours = |i: usize| locator.containing(lon[i], lat[i]);
    let plain = |i: usize| {
        let around = tree.locate_in_envelope_intersecting(&AABB::from_point([lon[i], lat[i]]));
        around.filter(|b| b.polygons.contains(&Point::new(lon[i], lat[i]))).map(|b| b.area).min()
    };
    for i in 0..POINTS {
        assert_eq!(ours(i), plain(i));
        if i % 50 == 0 {
            assert_eq!(ours(i), brute_force_area(&polygons, lon[i], lat[i]));
        }
    }
    let mut group = criterion.benchmark_group("area of a point");
    group.throughput(Throughput::Elements(POINTS as u64));
    group.bench_function("locator", |b| b.iter(|| (0..POINTS).filter_map(ours).map(u64::from).sum::<u64>()));
    group.bench_function("plain: rstar and Contains", |b| {
        b.iter(|| (0..POINTS).filter_map(plain).map(u64::from).sum::<u64>());
    });
    group.finish();
}

/// What an import keeps of a point.
#[derive(Debug, PartialEq)]
struct Row {
    cells: [u64; 5],
    areas: Vec<u32>,
    snapped: bool,
    metres: Option<(f64, f64)>,
}

pub(crate) fn columns_of_points(criterion: &mut Criterion) {
    let (polygons, (lon, lat)) = (sheet(), points());
    let (locator, assigner) = (Locator::new(&polygons), Assigner::default().with_layer(&polygons));
    let by_column = || -> Vec<Row> {
        let assigned = assigner.assign(Points::new(&lon, &lat).unwrap());
        let row = |i: usize| Row {
            cells: assigned.cells_of(i),
            areas: assigned.areas.iter().map(|column| column.areas[i]).collect(),
            snapped: assigned.areas.iter().any(|column| column.snapped[i]),
            metres: Some((assigned.easting[i], assigned.northing[i])).filter(|m| m.0.is_finite()),
        };
        (0..assigned.len()).map(row).collect()
    };
    let row_by_row = || -> Vec<Row> {
        let row = |i: usize| {
            let point = LonLat { lon: lon[i], lat: lat[i] };
            let (area, snapped) = match locator.locate(point.lon, point.lat) {
                AreaMatch::Inside(area) => (area, false),
                AreaMatch::Near(area) => (area, true),
                AreaMatch::Nowhere => (NO_AREA, false),
            };
            let metres = lonlat_to_bng(point).ok().map(|g| (g.easting, g.northing));
            Row { cells: cells_of_point(point), areas: [area].into_iter().collect(), snapped, metres }
        };
        (0..lon.len()).map(row).collect()
    };
    assert_eq!(by_column(), row_by_row());
    let mut group = criterion.benchmark_group("cells, areas and metres of points");
    group.throughput(Throughput::Elements(POINTS as u64));
    group.bench_function("assign", |b| b.iter(|| black_box(by_column())));
    group.bench_function("plain: row by row", |b| b.iter(|| black_box(row_by_row())));
    group.finish();
}
