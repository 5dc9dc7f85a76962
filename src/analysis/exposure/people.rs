//! People of areas spread over cells: from the finest figures that are loaded, by the ground that each area has in each cell.

use std::collections::HashSet;

use geo::Centroid;
use rayon::prelude::*;

use super::figures::figure_of;
use crate::{
    area::Locator,
    ask::{AskError, Exact},
    grid::{area_km2, cell_of_point, center, children, spacing_km},
    model::LonLat,
    snapshot::LoadedLayer,
};

/// Steps of resolution down to the points that stand for the ground of a cell that more than one area has a part of: 49 of them.
const FINER: u8 = 2;
const POINTS: f64 = 49.0;
/// Least share of an area's ground that must lie in cells for its people to be spread over these alone.
const LEAST_GROUND: f64 = 0.5;

/// A degree of latitude, about.
const KM_PER_DEGREE: f64 = 111.0;
/// Most points of one side of an outline.
const MOST_STEPS: f64 = 100_000.0;

/// A layer with the figure.
struct Figures<'s> {
    layer: &'s LoadedLayer,
    people: &'s [f64],
    locator: Locator,
}

/// Ground of an area in a cell, in points.
#[derive(Debug, Clone, Copy)]
struct Part {
    figures: usize,
    area: u32,
    points: f64,
    /// Whether the people there are those of this area: no finer layer knows them.
    counts: bool,
}

/// People of each of some cells, ascending: NaN where no area that the cell touches has a figure.
///
/// Every area's people are spread over the cells of the study area by the ground it has in each. A cell takes them from the finest layer
/// that has the figure there, one that touches no area from the nearest, and an area too small to hold a point gives its own to the
/// cell of its centroid.
pub(super) fn people_of(
    reader: &Exact<'_>,
    (names, what): (&[&str], &str),
    resolution: u8,
    cells: &[u64],
) -> Result<Vec<f64>, AskError> {
    let figures = figures(reader, names, what)?;
    // Cells that are not on the map hold ground too.
    let universe = reader.universe(resolution)?;
    let in_study = universe.cells.iter().zip(universe.areas()).filter(|(_, area)| **area != u32::MAX).map(|(c, _)| *c);
    let mut base: Vec<u64> = in_study.chain(cells.iter().copied()).collect();
    base.sort_unstable();
    base.dedup();
    let mut parts = parts_of(&figures, &base, resolution);
    let ground = ground_of(&figures, &base, &mut parts, resolution);
    let people = |part: &Part| {
        let people = figures[part.figures].people[part.area as usize];
        let all = ground[part.figures][part.area as usize];
        if all > 0.0 { people.max(0.0) * part.points / all } else { 0.0 }
    };
    let of_cell = |cell: &u64| {
        let parts = base.binary_search(cell).map_or(&[][..], |at| &parts[at]);
        if parts.iter().any(|p| p.counts) { parts.iter().filter(|p| p.counts).map(people).sum() } else { f64::NAN }
    };
    Ok(cells.iter().map(of_cell).collect())
}

/// Layers with a figure, the finest first.
fn figures<'s>(reader: &'s Exact<'_>, names: &[&str], what: &str) -> Result<Vec<Figures<'s>>, AskError> {
    let with = |layer| figure_of(layer, names).map(|people| (layer, people.as_slice()));
    let mut with: Vec<(&LoadedLayer, &[f64])> = reader.ground().layers.iter().filter_map(with).collect();
    if with.is_empty() {
        let reason = format!(
            "no layer has {what}: add them with `places indicators add FILE.csv --layer LAYER` (a column named {}), or choose the exposure equal or recorded",
            names[0]
        );
        return Err(AskError::none(reason));
    }
    // By the size of their areas, not by their number: a layer of one village is finer than one of a hundred districts.
    let size =
        |layer: &LoadedLayer| layer.areas.iter().map(|a| a.area_km2).sum::<f64>() / layer.areas.len().max(1) as f64;
    with.sort_by(|a, b| size(a.0).total_cmp(&size(b.0)).then_with(|| a.0.name.cmp(&b.0.name)));
    let figures = with.into_par_iter().map(|(layer, people)| {
        let polygons: Vec<geo::MultiPolygon> = layer.areas.iter().map(|a| a.polygons.clone()).collect();
        Figures { layer, people, locator: Locator::new(&polygons) }
    });
    Ok(figures.collect())
}

/// The ground of every cell.
fn parts_of(figures: &[Figures<'_>], base: &[u64], resolution: u8) -> Vec<Vec<Part>> {
    let at = |cell: u64| -> Vec<Option<u32>> {
        let point = center(cell);
        figures.iter().map(|f| f.locator.containing(point.lon, point.lat)).collect()
    };
    // Where no border runs the centre stands for all of the cell.
    let borders: HashSet<u64> = figures.par_iter().map(|f| borders_of(f.layer, resolution)).reduce(HashSet::new, union);
    let of_cell = |&cell: &u64| {
        let mut parts = Vec::new();
        if borders.contains(&cell) {
            let points = children(cell, resolution + FINER);
            let each = POINTS / points.len() as f64;
            points.into_iter().for_each(|point| add(figures, &mut parts, &at(point), each));
        } else {
            add(figures, &mut parts, &at(cell), POINTS);
        }
        if parts.is_empty() {
            let nearest = nearest(figures, cell, resolution);
            let is_known = |(k, area): &(usize, u32)| figures[*k].people[*area as usize].is_finite();
            parts.extend(nearest.filter(is_known).map(|(figures, area)| Part {
                figures,
                area,
                points: POINTS,
                counts: true,
            }));
        }
        parts
    };
    base.par_iter().map(of_cell).collect()
}

fn union(mut some: HashSet<u64>, more: HashSet<u64>) -> HashSet<u64> {
    some.extend(more);
    some
}

/// Cells that the borders of a layer's areas run through, but for corners they hardly touch.
fn borders_of(layer: &LoadedLayer, resolution: u8) -> HashSet<u64> {
    let step = spacing_km(resolution) / 8.0 / KM_PER_DEGREE;
    let lines = layer.areas.iter().flat_map(|a| &a.polygons.0);
    let lines = lines.flat_map(|polygon| std::iter::once(polygon.exterior()).chain(polygon.interiors()));
    let mut cells = HashSet::new();
    for line in lines.flat_map(geo::LineString::lines) {
        let (a, along) = (line.start, line.delta());
        let steps = (along.x.abs().max(along.y.abs()) / step).ceil().clamp(1.0, MOST_STEPS);
        let points = (0..steps as u32).map(|i| f64::from(i) / steps);
        let points = points.filter_map(|t| LonLat::new(a.x + t * along.x, a.y + t * along.y).ok());
        cells.extend(points.map(|point| cell_of_point(point, resolution)));
    }
    cells
}

/// The area nearest to a cell that touches none, and its layer: from its centre, else from any of its points.
fn nearest(figures: &[Figures<'_>], cell: u64, resolution: u8) -> Option<(usize, u32)> {
    let points = std::iter::once(cell).chain(children(cell, resolution + FINER)).map(center);
    let mut found = points.flat_map(|point| {
        figures.iter().enumerate().filter_map(move |(k, f)| Some((k, f.locator.nearest(point.lon, point.lat)?)))
    });
    found.next()
}

/// Adds the areas of a point, one of each layer that has one there; the first with a figure is the one whose people count.
fn add(figures: &[Figures<'_>], parts: &mut Vec<Part>, areas: &[Option<u32>], points: f64) {
    let is_known = |(k, area): (usize, &Option<u32>)| area.is_some_and(|a| figures[k].people[a as usize].is_finite());
    let first = areas.iter().enumerate().position(is_known);
    for (k, area) in areas.iter().enumerate().filter_map(|(k, area)| Some((k, (*area)?))) {
        let counts = first == Some(k);
        match parts.iter_mut().find(|p| (p.figures, p.area, p.counts) == (k, area, counts)) {
            Some(part) => part.points += points,
            None => parts.push(Part { figures: k, area, points, counts }),
        }
    }
}

/// The ground of every area in all cells, in points; of one that mostly lies elsewhere all of its ground.
fn ground_of(figures: &[Figures<'_>], base: &[u64], parts: &mut [Vec<Part>], resolution: u8) -> Vec<Vec<f64>> {
    let mut ground: Vec<Vec<f64>> = figures.iter().map(|f| vec![0.0; f.people.len()]).collect();
    parts.iter().flatten().for_each(|p| ground[p.figures][p.area as usize] += p.points);
    for (k, found) in figures.iter().enumerate() {
        for (area, ground) in ground[k].iter_mut().enumerate() {
            let own = &found.layer.areas[area];
            let center = own.polygons.centroid().and_then(|c| LonLat::new(c.x(), c.y()).ok());
            let Some(cell) = center.map(|c| cell_of_point(c, resolution)) else { continue };
            let all = POINTS * own.area_km2 / area_km2(cell);
            if *ground <= 0.0 && found.people[area].is_finite() {
                if let Ok(at) = base.binary_search(&cell) {
                    *ground = all.max(1.0);
                    parts[at].push(Part { figures: k, area: area as u32, points: *ground, counts: true });
                }
            } else if *ground < LEAST_GROUND * all {
                *ground = all;
            }
        }
    }
    ground
}
