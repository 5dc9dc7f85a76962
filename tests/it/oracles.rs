//! Statistics against values computed by other programs on data beside the repository.

use std::io::Read;

use geo::{ConvexHull, Distance, Euclidean};
use places::{
    grid,
    stats::{PlanePoint, Weighting, Weights, gi, gi_star, local_moran, moran_i, quartic_density, reference_bandwidth},
};

use crate::support::shared;

fn csv_rows(text: &str) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().from_reader(text.as_bytes());
    reader.records().map(|r| r.unwrap().iter().map(str::to_owned).collect()).collect()
}

fn number(text: &str) -> f64 {
    text.parse().unwrap()
}

fn neighbors(text: &str) -> Vec<u32> {
    text.split_whitespace().map(|n| n.parse().unwrap()).collect()
}

fn weights(lists: &[Vec<u32>], weighting: Weighting) -> Weights {
    Weights::new(lists.iter().map(Vec::as_slice), weighting).unwrap()
}

#[track_caller]
fn all_near(found: &[f64], rows: &[Vec<String>], column: usize, tolerance: f64) {
    assert_eq!(found.len(), rows.len());
    for (f, row) in found.iter().zip(rows) {
        assert!((f - number(&row[column])).abs() <= tolerance, "{f} {}", row[column]);
    }
}

#[test]
fn six_points_agree_with_esda_in_every_weighting() {
    let Some(file) = shared("getis_ord_oracles/six_points.csv") else { return };
    let rows = csv_rows(&fs_err::read_to_string(file).unwrap());
    let values: Vec<f64> = rows.iter().map(|r| number(&r[3])).collect();
    let lists: Vec<Vec<u32>> = rows.iter().map(|r| neighbors(&r[4])).collect();
    for (weighting, column) in [(Weighting::Binary, 5), (Weighting::RowStandardized, 7)] {
        let weights = weights(&lists, weighting);
        // Eight decimals are given.
        all_near(&gi(&values, &weights).unwrap(), &rows, column, 5.1e-9);
        all_near(&gi_star(&values, &weights).unwrap(), &rows, column + 1, 5.1e-9);
    }
}

#[test]
fn columbus_agrees_with_esda_and_its_neighbors_with_its_polygons() {
    let (Some(file), Some(moran), Some(map)) = (
        shared("getis_ord_oracles/columbus_crime_queen.csv"),
        shared("getis_ord_oracles/columbus_moran.json"),
        shared("libpysal_examples/columbus/columbus.json"),
    ) else {
        return;
    };
    let rows = csv_rows(&fs_err::read_to_string(file).unwrap());
    let values: Vec<f64> = rows.iter().map(|r| number(&r[2])).collect();
    let lists: Vec<Vec<u32>> = rows.iter().map(|r| neighbors(&r[3])).collect();
    let binary = weights(&lists, Weighting::Binary);
    all_near(&gi(&values, &binary).unwrap(), &rows, 4, 5.1e-9);
    all_near(&gi_star(&values, &binary).unwrap(), &rows, 5, 5.1e-9);
    let expected: serde_json::Value = serde_json::from_str(&fs_err::read_to_string(moran).unwrap()).unwrap();
    let found = moran_i(&values, &weights(&lists, Weighting::RowStandardized)).unwrap();
    for (value, name) in [(found.i, "I"), (found.expected, "EI"), (found.z_score, "z_norm")] {
        assert!((value - expected[name].as_f64().unwrap()).abs() < 1e-9, "{name} {value}");
    }
    // Queen contiguity from the polygons themselves: a corner in common.
    let map: serde_json::Value = serde_json::from_str(&fs_err::read_to_string(map).unwrap()).unwrap();
    let corners: Vec<std::collections::BTreeSet<String>> = map["features"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| {
            let mut found = std::collections::BTreeSet::new();
            collect(&f["geometry"]["coordinates"], &mut found);
            found
        })
        .collect();
    for (i, list) in lists.iter().enumerate() {
        let mut sorted = list.clone();
        sorted.sort_unstable();
        let touching: Vec<u32> =
            (0..corners.len()).filter(|&j| j != i && !corners[i].is_disjoint(&corners[j])).map(|j| j as u32).collect();
        assert_eq!(sorted, touching, "{i}");
        assert_eq!(map["features"][i]["properties"]["CRIME"].as_f64(), Some(values[i]));
    }
}

fn collect(value: &serde_json::Value, found: &mut std::collections::BTreeSet<String>) {
    match value.as_array() {
        Some(pair) if pair.first().is_some_and(serde_json::Value::is_number) => {
            found.insert(value.to_string());
        }
        Some(list) => list.iter().for_each(|v| collect(v, found)),
        None => {}
    }
}

/// Values of esda 2.9 on house prices of Baltimore, neighbors within 21.5 units.
#[test]
fn baltimore_agrees_with_esda() {
    let Some(file) = shared("libpysal_examples/baltim/baltimore.geojson") else { return };
    let map: serde_json::Value = serde_json::from_str(&fs_err::read_to_string(file).unwrap()).unwrap();
    let of = |name: &str| -> Vec<f64> {
        map["features"].as_array().unwrap().iter().map(|f| f["properties"][name].as_f64().unwrap()).collect()
    };
    let (x, y, price) = (of("X"), of("Y"), of("PRICE"));
    let near = |i: usize, j: usize| (x[i] - x[j]).powi(2) + (y[i] - y[j]).powi(2) <= 21.5_f64.powi(2);
    let lists: Vec<Vec<u32>> =
        (0..x.len()).map(|i| (0..x.len()).filter(|&j| j != i && near(i, j)).map(|j| j as u32).collect()).collect();
    let binary = weights(&lists, Weighting::Binary);
    let check = |found: &[f64], expected: [f64; 5]| {
        found.iter().zip(expected).for_each(|(f, e)| assert!((f - e).abs() < 1e-9, "{f} {e}"));
    };
    check(
        &gi_star(&price, &binary).unwrap(),
        [-5.952744824252127, 3.9518198947406615, 5.289052092924379, 4.004016837999137, 4.683572196175049],
    );
    check(
        &gi(&price, &binary).unwrap(),
        [-5.997651590272289, 3.614876250313735, 4.696096099826696, 3.6857437750181594, 4.615732947234698],
    );
    let row = weights(&lists, Weighting::RowStandardized);
    let global = moran_i(&price, &row).unwrap();
    assert!((global.i - 0.2881167653429394).abs() < 1e-9 && (global.z_score - 18.26165748040516).abs() < 1e-9);
    // esda divides by N - 1.
    let n = price.len() as f64;
    let local: Vec<f64> = local_moran(&price, &row, 9, 1).unwrap().iter().map(|l| l.i * (n - 1.0) / n).collect();
    check(
        &local,
        [-0.08471705057199735, 1.5533961015410285, 4.200246377934074, 1.5019427678144133, 0.5284816048057489],
    );
}

#[test]
fn a_norfolk_month_agrees_with_the_oracle() {
    let Some(file) = shared("getis_ord_oracles/norfolk_2025-06_h3r8_gistar.csv") else { return };
    let rows = csv_rows(&fs_err::read_to_string(file).unwrap());
    let cells: Vec<u64> = rows.iter().map(|r| grid::parse_cell(&r[0]).unwrap()).collect();
    let counts: Vec<f64> = rows.iter().map(|r| number(&r[1])).collect();
    let position: std::collections::HashMap<u64, u32> = cells.iter().enumerate().map(|(i, &c)| (c, i as u32)).collect();
    let lists: Vec<Vec<u32>> = cells
        .iter()
        .map(|&cell| grid::neighbors(cell).iter().filter_map(|n| position.get(n).copied()).collect())
        .collect();
    // Six decimals are given.
    all_near(&gi_star(&counts, &weights(&lists, Weighting::Binary)).unwrap(), &rows, 2, 5.1e-7);
    let z = gi_star(&counts, &weights(&lists, Weighting::Binary)).unwrap();
    assert_eq!(z.iter().filter(|z| **z > 1.96).count(), 162);
    assert_eq!(z.iter().filter(|z| **z > 2.58).count(), 134);
}

/// `hotspot_gistar(st_transform(memphis_robberies_jan, 32615))` of sfhotspot: the first ten cells as published.
#[test]
fn memphis_agrees_with_sfhotspot() {
    let (Some(file), Some(published)) = (
        shared("sfhotspot_memphis/memphis_robberies_jan.csv.gz"),
        shared("sfhotspot_memphis/published_hotspot_gistar_first10.csv"),
    ) else {
        return;
    };
    let mut text = String::new();
    flate2::read::GzDecoder::new(fs_err::File::open(file).unwrap()).read_to_string(&mut text).unwrap();
    let (wgs84, utm) = (
        proj4rs::Proj::from_proj_string("+proj=longlat +datum=WGS84 +no_defs").unwrap(),
        proj4rs::Proj::from_proj_string("+proj=utm +zone=15 +datum=WGS84 +units=m +no_defs").unwrap(),
    );
    let points: Vec<PlanePoint> = csv_rows(&text)
        .iter()
        .map(|r| {
            let mut at = (number(&r[2]).to_radians(), number(&r[3]).to_radians(), 0.0);
            proj4rs::transform::transform(&wgs84, &utm, &mut at).unwrap();
            PlanePoint { easting_m: at.0, northing_m: at.1 }
        })
        .collect();
    assert_eq!(points.len(), 206);
    let low = |axis: fn(&PlanePoint) -> f64| points.iter().map(axis).fold(f64::INFINITY, f64::min);
    let high = |axis: fn(&PlanePoint) -> f64| points.iter().map(axis).fold(f64::NEG_INFINITY, f64::max);
    // The published grid reaches half a cell beyond the points, and so does the hull that it is cut by.
    let (x0, y0) = (low(|p| p.easting_m) - 250.0, low(|p| p.northing_m) - 250.0);
    let columns = ((high(|p| p.easting_m) + 250.0 - x0) / 500.0).ceil() as usize;
    let rows = ((high(|p| p.northing_m) + 250.0 - y0) / 500.0).ceil() as usize;
    assert_eq!((columns, rows), (65, 59));
    let hull =
        geo::MultiPoint::from(points.iter().map(|p| geo::Point::new(p.easting_m, p.northing_m)).collect::<Vec<_>>())
            .convex_hull();
    let corner = |i: usize| (x0 + 500.0 * (i % columns) as f64, y0 + 500.0 * (i / columns) as f64);
    let square = |i: usize| {
        let (x, y) = corner(i);
        geo::Rect::new(geo::coord! { x: x, y: y }, geo::coord! { x: x + 500.0, y: y + 500.0 }).to_polygon()
    };
    let kept: Vec<usize> = (0..columns * rows).filter(|&i| Euclidean.distance(&square(i), &hull) <= 250.0).collect();
    assert_eq!(kept.len(), 2715);
    let cell_of = |p: &PlanePoint| {
        let at = |v: f64, from: f64, most: usize| (((v - from) / 500.0) as usize).min(most - 1);
        at(p.northing_m, y0, rows) * columns + at(p.easting_m, x0, columns)
    };
    let mut counts = vec![0.0; kept.len()];
    for point in &points {
        counts[kept.binary_search(&cell_of(point)).unwrap()] += 1.0;
    }
    let lists: Vec<Vec<u32>> = kept
        .iter()
        .map(|&i| {
            let (x, y) = ((i % columns) as i64, (i / columns) as i64);
            let around = (-1..=1).flat_map(|dy| (-1..=1).map(move |dx| (x + dx, y + dy)));
            around
                .filter(|&(nx, ny)| (nx, ny) != (x, y) && nx >= 0 && ny >= 0 && nx < columns as i64)
                .filter_map(|(nx, ny)| kept.binary_search(&((ny * columns as i64 + nx) as usize)).ok())
                .map(|j| j as u32)
                .collect()
        })
        .collect();
    let z = gi_star(&counts, &weights(&lists, Weighting::Binary)).unwrap();
    let centers: Vec<PlanePoint> = kept
        .iter()
        .map(|&i| corner(i))
        .map(|(x, y)| PlanePoint { easting_m: x + 250.0, northing_m: y + 250.0 })
        .collect();
    // The page was printed with the bandwidth of the eastings alone; releases since take the mean of both axes.
    let eastings: Vec<PlanePoint> = points.iter().map(|p| PlanePoint { northing_m: p.easting_m, ..*p }).collect();
    let bandwidth = reference_bandwidth(&eastings).unwrap();
    let density = quartic_density(&points, &[1.0; 206], &centers, bandwidth).unwrap();
    // It shows the sum of (1 - (d / h)^2)^2, not divided by the volume of the kernel.
    let scale = std::f64::consts::PI * bandwidth * bandwidth / 3.0;
    for (i, row) in csv_rows(&fs_err::read_to_string(published).unwrap()).iter().enumerate() {
        let (x, y) = corner(kept[i]);
        assert!((x - number(&row[0])).abs() < 0.06 && (y - number(&row[1])).abs() < 0.6, "{i}: {x} {y} {row:?}");
        assert_eq!(counts[i], number(&row[2]));
        assert!((z[i] - number(&row[4])).abs() < 5.1e-4, "{i}: {} {row:?}", z[i]);
        assert!((places::stats::two_sided(z[i]) - number(&row[5])).abs() < 5.1e-4, "{i}: {row:?}");
        let (kde, printed) = (density[i] * scale, number(&row[3]));
        assert!((kde / printed - 1.0).abs() < 0.005, "{i}: {kde} {printed}");
    }
}
