//! One place with its shape: outline, cells, and what every place of the table is to it.

use std::borrow::Cow;

use geo::{Centroid, Contains, MultiPolygon};

use crate::{
    grid::{self, GridError, cell_of_point, cells_of_area, resolution_of},
    model::{LonLat, PrecisionClass},
    snapshot::LoadedLayer,
    table::{Grouping, PlaceAnswer, Special, Table},
};

/// One of the places that a region is made of.
#[derive(Debug)]
pub(super) struct Part<'s> {
    pub(super) name: String,
    pub(super) shape: Shape<'s>,
}

/// Where it lies.
#[derive(Debug)]
pub(super) enum Shape<'s> {
    Area(&'s LoadedLayer, u32),
    Cell(u64),
    /// Cells of one resolution, ascending.
    Cells(Vec<u64>),
    Outline(MultiPolygon),
}

impl Part<'_> {
    pub(super) fn outline(&self) -> Cow<'_, MultiPolygon> {
        match &self.shape {
            Shape::Area(layer, area) => Cow::Borrowed(&layer.areas[*area as usize].polygons),
            Shape::Outline(polygons) => Cow::Borrowed(polygons),
            Shape::Cell(cell) => Cow::Owned(outline_of(&[*cell])),
            Shape::Cells(cells) => Cow::Owned(outline_of(cells)),
        }
    }

    pub(super) fn cells(&self, resolution: u8) -> Result<Vec<u64>, GridError> {
        let polygons = match &self.shape {
            Shape::Cell(cell) => return Ok(cells_of_cell(*cell, resolution)),
            Shape::Cells(cells) => {
                return Ok(cells.iter().flat_map(|&cell| cells_of_cell(cell, resolution)).collect());
            }
            Shape::Area(layer, area) => &layer.areas[*area as usize].polygons,
            Shape::Outline(polygons) => polygons,
        };
        let cells = cells_of_area(polygons, resolution)?;
        if !cells.is_empty() {
            return Ok(cells);
        }
        let centroid = polygons.centroid().and_then(|c| LonLat::new(c.x(), c.y()).ok());
        Ok(centroid.map(|c| cell_of_point(c, resolution)).into_iter().collect())
    }

    /// Takes the places in that lie in this part.
    pub(super) fn widen(&self, table: &Table, answers: &mut [PlaceAnswer]) {
        match &self.shape {
            Shape::Area(layer, area) => {
                in_group(table.layer_groups(&layer.name).unwrap_or(&table.whole), *area, answers);
            }
            Shape::Cell(cell) => in_cells(table, std::slice::from_ref(cell), answers),
            Shape::Cells(cells) => in_cells(table, cells, answers),
            Shape::Outline(polygons) => in_outline(table, polygons, answers),
        }
    }
}

fn in_cells(table: &Table, cells: &[u64], answers: &mut [PlaceAnswer]) {
    for &cell in cells {
        if let Some((grouping, ids)) = table.cell_groups(resolution_of(cell)) {
            in_group(grouping, ids.binary_search(&cell).map_or(u32::MAX, |i| i as u32), answers);
        }
    }
}

/// A place is in the group, too coarse to tell, or stays what it was.
fn in_group(grouping: &Grouping, group: u32, answers: &mut [PlaceAnswer]) {
    for (run, of_run) in grouping.all_runs() {
        let answer = match grouping.special(of_run) {
            _ if of_run == group => PlaceAnswer::In,
            Some(Special::TooCoarse) => PlaceAnswer::TooCoarse,
            _ => continue,
        };
        answers[run].iter_mut().for_each(|so_far| *so_far = answer.max(*so_far));
    }
}

fn in_outline(table: &Table, polygons: &MultiPolygon, answers: &mut [PlaceAnswer]) {
    let rectangle = match &polygons.0[..] {
        [one] if one.interiors().is_empty() => rectangle_of(one),
        _ => None,
    };
    for (place, so_far) in answers.iter_mut().take(table.places()).enumerate() {
        let (lon, lat) = (table.lon[place], table.lat[place]);
        let precise = PrecisionClass::from_code(table.class[place]).is_some_and(PrecisionClass::supports_area);
        let inside = || match rectangle {
            // The edges of a rectangle belong to it.
            Some([west, south, east, north]) => west <= lon && lon <= east && south <= lat && lat <= north,
            None => polygons.contains(&geo::Point::new(lon, lat)),
        };
        let answer = if !precise {
            PlaceAnswer::TooCoarse
        } else if inside() {
            PlaceAnswer::In
        } else {
            continue;
        };
        *so_far = answer.max(*so_far);
    }
}

/// The edges of a polygon that is a rectangle along the degrees.
fn rectangle_of(polygon: &geo::Polygon) -> Option<[f64; 4]> {
    let bounds = geo::BoundingRect::bounding_rect(polygon)?;
    let corners = &polygon.exterior().0;
    let on_edge = |c: &geo::Coord| {
        (c.x == bounds.min().x || c.x == bounds.max().x) && (c.y == bounds.min().y || c.y == bounds.max().y)
    };
    let is_rectangle = corners.len() == 5 && corners.iter().all(on_edge);
    is_rectangle.then(|| [bounds.min().x, bounds.min().y, bounds.max().x, bounds.max().y])
}

fn outline_of(cells: &[u64]) -> MultiPolygon {
    let ring = |cell: &u64| {
        let corners = grid::outline(*cell).into_iter().map(|c| geo::coord! { x: c.lon, y: c.lat });
        geo::Polygon::new(corners.collect(), Vec::new())
    };
    MultiPolygon(cells.iter().map(ring).collect())
}

/// A cell as cells of another resolution: the finer ones whose centre it holds, or the coarser one that holds its centre.
fn cells_of_cell(cell: u64, resolution: u8) -> Vec<u64> {
    if resolution <= resolution_of(cell) {
        return vec![cell_of_point(grid::center(cell), resolution)];
    }
    grid::children(cell, resolution)
}
