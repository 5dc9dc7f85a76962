//! The kernel: layers put together once, then lists of points.

use geo::MultiPolygon;

use super::columns::{AreaColumn, Assigned, NO_AREA, Points};
use crate::{
    area::{AreaMatch, Locator},
    grid::cells_of_point,
    model::{LonLat, RESOLUTIONS, lonlat_to_bng},
};

/// Assigns points to cells and to the areas of some layers.
///
/// # Examples
/// ```
/// use places::assign::{Assigner, NO_AREA, Points};
/// let square = geo::Rect::new((1.0, 52.0), (1.5, 52.9)).to_polygon();
/// let assigner = Assigner::default().with_layer(&[square.into()]);
/// let (lon, lat) = ([1.2979, 7.0, f64::NAN], [52.6293, 52.6, 52.6]);
/// let assigned = assigner.assign(Points::new(&lon, &lat)?);
/// assert_eq!(assigned.areas[0].areas, [0, NO_AREA, NO_AREA]);
/// assert_eq!(places::grid::cell_text(assigned.cells[1][0]), "88194105a1fffff");
/// assert_eq!(assigned.cells[1][2], 0);
/// assert!((assigned.easting[0] - 623_254.0).abs() < 100.0 && assigned.easting[1].is_nan());
/// # Ok::<(), places::assign::UnevenColumns>(())
/// ```
#[derive(Debug, Default)]
pub struct Assigner {
    layers: Vec<Locator>,
}

impl Assigner {
    /// The same with one more layer, whose areas are numbered by their position.
    #[must_use]
    pub fn with_layer(mut self, polygons: &[MultiPolygon]) -> Self {
        self.layers.push(Locator::new(polygons));
        self
    }

    /// Number of layers.
    #[must_use]
    pub fn layers(&self) -> usize {
        self.layers.len()
    }

    /// Works out every row by itself: neither order nor company of the rows matters. Rows whose neighbors in the list
    /// are near in space are quickest, because the same edges are at hand.
    #[must_use]
    pub fn assign(&self, points: Points<'_>) -> Assigned {
        let (cells, grid) = (cells(points), grid(points));
        let (easting, northing) = grid.unzip();
        Assigned { cells, areas: self.layers.iter().map(|layer| areas(layer, points)).collect(), easting, northing }
    }
}

fn areas(layer: &Locator, points: Points<'_>) -> AreaColumn {
    let area = |(lon, lat)| match layer.locate(lon, lat) {
        AreaMatch::Inside(area) => (area, false),
        AreaMatch::Near(area) => (area, true),
        AreaMatch::Nowhere => (NO_AREA, false),
    };
    let (areas, snapped) = points.rows().map(area).unzip();
    AreaColumn { areas, snapped }
}

fn cells(points: Points<'_>) -> [Vec<u64>; RESOLUTIONS.len()] {
    let mut columns = RESOLUTIONS.map(|_| Vec::with_capacity(points.len()));
    for (lon, lat) in points.rows() {
        let cells = LonLat::new(lon, lat).map_or([0; RESOLUTIONS.len()], cells_of_point);
        columns.iter_mut().zip(cells).for_each(|(column, cell)| column.push(cell));
    }
    columns
}

/// Easting and northing of every row.
fn grid(points: Points<'_>) -> impl Iterator<Item = (f64, f64)> {
    points.rows().map(|(lon, lat)| {
        let grid = LonLat::new(lon, lat).ok().and_then(|point| lonlat_to_bng(point).ok());
        grid.map_or((f64::NAN, f64::NAN), |g| (g.easting, g.northing))
    })
}

#[cfg(test)]
mod tests {
    use geo::{MultiPolygon, Rect};
    use proptest::prelude::*;

    use super::*;
    use crate::assign::UnevenColumns;

    fn layers() -> [Vec<MultiPolygon>; 2] {
        let square = |west: f64, south: f64, size: f64| {
            Rect::new((west, south), (west + size, south + size)).to_polygon().into()
        };
        [vec![square(0.0, 52.0, 0.5), square(0.5, 52.0, 0.5)], vec![square(0.2, 52.2, 0.6)]]
    }

    fn assigner() -> Assigner {
        layers().iter().fold(Assigner::default(), |assigner, layer| assigner.with_layer(layer))
    }

    /// The rows of some points, each by itself, as text: NaN equals NaN there.
    fn rows(assigned: &Assigned) -> Vec<String> {
        let area = |c: &AreaColumn, i: usize| (c.areas[i], c.snapped[i]);
        let row = |i: usize| {
            let areas: Vec<_> = assigned.areas.iter().map(|c| area(c, i)).collect();
            format!("{:?} {areas:?} {} {}", assigned.cells_of(i), assigned.easting[i], assigned.northing[i])
        };
        (0..assigned.len()).map(row).collect()
    }

    proptest! {
        #[test]
        fn every_row_is_what_grid_area_and_model_say_of_it_alone(
            points in proptest::collection::vec((-0.01_f64..1.01, 51.99_f64..52.81), 0..40)
        ) {
            let (lon, lat): (Vec<f64>, Vec<f64>) = points.iter().copied().unzip();
            let assigned = assigner().assign(Points::new(&lon, &lat).unwrap());
            let locators = layers().map(|layer| Locator::new(&layer));
            for (i, &(lon, lat)) in points.iter().enumerate() {
                let point = LonLat { lon, lat };
                prop_assert_eq!(assigned.cells_of(i), cells_of_point(point));
                prop_assert_eq!(assigned.easting[i], lonlat_to_bng(point).unwrap().easting);
                prop_assert_eq!(assigned.northing[i], lonlat_to_bng(point).unwrap().northing);
                for (column, locator) in assigned.areas.iter().zip(&locators) {
                    let expected = match locator.locate(lon, lat) {
                        AreaMatch::Inside(area) => (area, false),
                        AreaMatch::Near(area) => (area, true),
                        AreaMatch::Nowhere => (NO_AREA, false),
                    };
                    prop_assert_eq!((column.areas[i], column.snapped[i]), expected);
                }
            }
        }

        #[test]
        fn rows_in_parts_and_backwards_are_the_same_rows(
            points in proptest::collection::vec((any::<f64>(), any::<f64>()), 1..40),
            cut in 0_usize..40,
        ) {
            let (lon, lat): (Vec<f64>, Vec<f64>) = points.iter().copied().unzip();
            let assign = |lon: &[f64], lat: &[f64]| rows(&assigner().assign(Points::new(lon, lat).unwrap()));
            let whole = assign(&lon, &lat);
            let cut = cut.min(lon.len());
            let mut parts = assign(&lon[..cut], &lat[..cut]);
            parts.extend(assign(&lon[cut..], &lat[cut..]));
            prop_assert_eq!(&parts, &whole);
            let backwards = |values: &[f64]| values.iter().rev().copied().collect::<Vec<_>>();
            let mut turned = assign(&backwards(&lon), &backwards(&lat));
            turned.reverse();
            prop_assert_eq!(turned, whole);
        }
    }

    #[test]
    fn rows_without_a_position_have_no_cell_and_no_area() {
        let (lon, lat) = ([f64::NAN, f64::INFINITY, 181.0, 0.3], [52.3, 52.3, 52.3, -90.1]);
        let assigned = assigner().assign(Points::new(&lon, &lat).unwrap());
        for i in 0..4 {
            assert_eq!(assigned.cells_of(i), [0; 5]);
            assert!(assigned.easting[i].is_nan() && assigned.northing[i].is_nan());
            assert!(assigned.areas.iter().all(|c| c.areas[i] == NO_AREA && !c.snapped[i]));
        }
        assert_eq!(Points::new(&lon, &lat[1..]).unwrap_err(), UnevenColumns { lon: 4, lat: 3 });
        assert!(assigner().assign(Points::new(&[], &[]).unwrap()).is_empty());
    }
}
