//! Areas that lie in each other: a point in both is counted in the one with the lower code alone.

use geo::{BoundingRect, Contains, MultiPolygon, Point};
use rayon::prelude::*;

use super::{AreaMatch, Locator};

/// Points along each side of an area's box at which it is looked into.
const ALONG: u32 = 16;
/// Share of an area from which an overlap is worth a word.
const NOTICEABLE: f64 = 0.01;

/// An area that another one lies in.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Overlap {
    /// Position of the area whose points are counted elsewhere.
    pub area: usize,
    /// Position of the area they are counted in.
    pub inside: usize,
    /// Share of the area that lies there, from points on a grid.
    pub share: f64,
}

/// Areas of which more than a hundredth lies in another with a lower position.
#[must_use]
pub fn overlaps(polygons: &[MultiPolygon], locator: &Locator) -> Vec<Overlap> {
    let of_area = |(area, polygons): (usize, &MultiPolygon)| -> Option<Overlap> {
        let bounds = polygons.bounding_rect()?;
        let step = |i: u32| (f64::from(i) + 0.5) / f64::from(ALONG);
        let points = (0..ALONG * ALONG).map(|i| {
            let (x, y) = (step(i % ALONG), step(i / ALONG));
            (bounds.min().x + x * bounds.width(), bounds.min().y + y * bounds.height())
        });
        let mut others: std::collections::BTreeMap<usize, u32> = std::collections::BTreeMap::new();
        let mut own = 0_u32;
        for (lon, lat) in points {
            match locator.locate(lon, lat) {
                AreaMatch::Inside(found) if found as usize == area => own += 1,
                AreaMatch::Inside(found) if polygons.contains(&Point::new(lon, lat)) => {
                    *others.entry(found as usize).or_default() += 1;
                }
                _ => {}
            }
        }
        let all = f64::from(own + others.values().sum::<u32>());
        let (inside, points) = others.into_iter().max_by_key(|o| o.1)?;
        let share = f64::from(points) / all;
        (share > NOTICEABLE).then_some(Overlap { area, inside, share })
    };
    polygons.par_iter().enumerate().filter_map(of_area).collect()
}
