//! A place, resolved once: members, districts, cells, outline, what meets it.
//!
//! Every way to name a place ([`PlaceRef`]) becomes one [`Region`]: inside any place of each of its lists.

mod meet;
mod outline;

use std::{borrow::Cow, collections::BTreeSet};

use geo::{Centroid, Contains, MultiPolygon};

use rayon::prelude::*;

use super::{LoadedLayer, Snapshot};
use crate::{
    grid::{self, GridError, cell_of_point, cells_of_area, grid_disk, parse_cell, resolution_of},
    model::{LonLat, PlaceRef, PrecisionClass, Query, QueryError},
    table::{CompiledFilter, Grouping, PlaceAnswer, Special, Table},
};

pub use outline::read_outline;

/// Resolution at which the districts of a place are told.
const COVERAGE_RESOLUTION: u8 = 8;
/// Codes that a refusal lists.
const LISTED: usize = 10;

/// A place found in a snapshot.
#[derive(Debug)]
pub struct Region<'s> {
    snapshot: &'s Snapshot,
    /// Inside any place of every list.
    all: Vec<Vec<Part<'s>>>,
}

#[derive(Debug)]
struct Part<'s> {
    name: String,
    shape: Shape<'s>,
}

#[derive(Debug)]
enum Shape<'s> {
    Area(&'s LoadedLayer, u32),
    Cell(u64),
    /// Cells of one resolution, ascending.
    Cells(Vec<u64>),
    Outline(MultiPolygon),
}

impl<'s> Region<'s> {
    /// Finds one place.
    ///
    /// # Errors
    /// [`QueryError`] for a layer, code or cell there is not.
    pub fn of_place(snapshot: &'s Snapshot, parameter: &str, place: &PlaceRef) -> Result<Self, QueryError> {
        Ok(Self { snapshot, all: vec![vec![Part::find(snapshot, parameter, place)?]] })
    }

    /// Finds the place of a query; none where it asks for none.
    ///
    /// # Errors
    /// [`QueryError`] for a layer, code or cell there is not.
    pub fn of_query(snapshot: &'s Snapshot, query: &Query) -> Result<Option<Self>, QueryError> {
        let parameter = |place: &PlaceRef| match place {
            PlaceRef::Cell(_) => "cell",
            PlaceRef::Box(_) => "bbox",
            _ => "in",
        };
        let list = |places: &Vec<PlaceRef>| -> Result<Vec<Part<'s>>, QueryError> {
            places.iter().map(|place| Part::find(snapshot, parameter(place), place)).collect()
        };
        let all: Vec<Vec<Part<'s>>> = query.place.iter().map(list).collect::<Result<_, _>>()?;
        Ok((!all.is_empty()).then_some(Self { snapshot, all }))
    }

    /// What it is called.
    #[must_use]
    pub fn name(&self) -> String {
        let list = |parts: &Vec<Part<'_>>| parts.iter().map(|p| p.name.as_str()).collect::<Vec<_>>().join(", ");
        self.all.iter().map(list).collect::<Vec<_>>().join(" in ")
    }

    /// Its layer, where it is one area, and its position there.
    #[must_use]
    pub fn area(&self) -> Option<(&'s LoadedLayer, u32)> {
        match &self.all[..] {
            [list] => match &list[..] {
                [Part { shape: Shape::Area(layer, area), .. }] => Some((layer, *area)),
                _ => None,
            },
            _ => None,
        }
    }

    /// The cell, where it is one.
    #[must_use]
    pub fn cell(&self) -> Option<u64> {
        match &self.all[..] {
            [list] => match &list[..] {
                [Part { shape: Shape::Cell(cell), .. }] => Some(*cell),
                _ => None,
            },
            _ => None,
        }
    }

    /// Cells of the place: those whose centre it holds, or the one its own centre is in; ascending. Incidents play no
    /// part, so that later ones change nothing.
    ///
    /// # Errors
    /// [`GridError`] when a polygon cannot be filled.
    pub fn cells(&self, resolution: u8) -> Result<Vec<u64>, GridError> {
        let mut kept: Option<Vec<u64>> = None;
        for list in &self.all {
            let mut cells = Vec::new();
            for part in list {
                cells.extend(part.cells(resolution)?);
            }
            cells.sort_unstable();
            cells.dedup();
            kept = Some(match kept {
                None => cells,
                Some(mut so_far) => {
                    so_far.retain(|cell| cells.binary_search(cell).is_ok());
                    so_far
                }
            });
        }
        Ok(kept.unwrap_or_default())
    }

    /// Cells at most some steps from the place's own, without them.
    ///
    /// # Errors
    /// [`GridError`] when a polygon cannot be filled.
    pub fn ring(&self, steps: u32, resolution: u8) -> Result<Vec<u64>, GridError> {
        Ok(ring_of(&self.cells(resolution)?, steps))
    }

    /// Districts it lies in; one unnamed where none is known.
    ///
    /// # Errors
    /// [`GridError`] when a polygon cannot be filled.
    pub fn districts(&self) -> Result<Vec<String>, GridError> {
        if let Some((layer, area)) = self.area() {
            return Ok(vec![layer.areas[area as usize].district.clone()]);
        }
        self.snapshot.districts_of(&self.cells(COVERAGE_RESOLUTION)?)
    }

    /// Whether an area of a layer shares ground with the place.
    #[must_use]
    pub fn meets(&self, layer: &LoadedLayer, area: u32) -> bool {
        let outline = &layer.areas[area as usize].polygons;
        let same = |part: &Part<'_>| match part.shape {
            Shape::Area(own, position) if own.name == layer.name => position == area,
            _ => meet::share_ground(&part.outline(), outline),
        };
        self.all.iter().all(|list| list.iter().any(same))
    }

    /// Whether the place has ground in the study area; always where there is none.
    #[must_use]
    pub fn is_in_study_area(&self) -> bool {
        let part = |part: &Part<'_>| match part.shape {
            Shape::Area(layer, area) => self.snapshot.is_in_study_area(layer, area),
            _ => self
                .snapshot
                .study_layer()
                .is_none_or(|study| study.areas.iter().any(|a| meet::share_ground(&part.outline(), &a.polygons))),
        };
        self.all.iter().all(|list| list.iter().any(part))
    }

    /// What every place of the table is to it.
    pub(crate) fn answers(&self, table: &Table) -> Vec<PlaceAnswer> {
        let mut answers = vec![PlaceAnswer::In; table.places() + 1];
        for list in &self.all {
            let mut any = vec![PlaceAnswer::Outside; table.places() + 1];
            for part in list {
                part.widen(table, &mut any);
            }
            // Outside one place is outside both.
            answers.iter_mut().zip(&any).for_each(|(so_far, &answer)| *so_far = answer.min(*so_far));
        }
        answers
    }
}

impl<'s> Part<'s> {
    fn find(snapshot: &'s Snapshot, parameter: &str, place: &PlaceRef) -> Result<Self, QueryError> {
        let no_cell = |text: &str| QueryError::invalid(parameter, text, "an H3 cell of resolution 7 to 11");
        Ok(match place {
            PlaceRef::Area(layer, code) => {
                let (layer, area) = find_area(snapshot, parameter, layer, code)?;
                let name = format!("{} ({place})", layer.areas[area as usize].name);
                Self { name, shape: Shape::Area(layer, area) }
            }
            PlaceRef::Cell(text) => {
                let cell = parse_cell(text).map_err(|_| no_cell(text))?;
                Self { name: format!("cell {}", grid::cell_text(cell)), shape: Shape::Cell(cell) }
            }
            PlaceRef::Box(b) => {
                let outline = geo::Rect::new((b.west, b.south), (b.east, b.north)).to_polygon();
                Self { name: format!("the rectangle {b}"), shape: Shape::Outline(MultiPolygon(vec![outline])) }
            }
            PlaceRef::Ring { steps, resolution, of } => {
                let inner = Region::of_place(snapshot, parameter, of)?;
                let wrong = |e: GridError| QueryError::invalid(parameter, &place.to_string(), e.to_string());
                let cells = inner.ring(*steps, *resolution).map_err(wrong)?;
                Self { name: format!("the ring of {steps} round {}", inner.name()), shape: Shape::Cells(cells) }
            }
            PlaceRef::Polygon(name, polygons) => Self { name: name.clone(), shape: Shape::Outline(polygons.clone()) },
            // The desk holds none until programmes and sessions exist.
            PlaceRef::Programme(_) | PlaceRef::Session(_) => {
                return Err(QueryError::unknown::<String>(parameter, &place.to_string(), []));
            }
        })
    }

    fn outline(&self) -> Cow<'_, MultiPolygon> {
        match &self.shape {
            Shape::Area(layer, area) => Cow::Borrowed(&layer.areas[*area as usize].polygons),
            Shape::Outline(polygons) => Cow::Borrowed(polygons),
            Shape::Cell(cell) => Cow::Owned(outline_of(&[*cell])),
            Shape::Cells(cells) => Cow::Owned(outline_of(cells)),
        }
    }

    fn cells(&self, resolution: u8) -> Result<Vec<u64>, GridError> {
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
    fn widen(&self, table: &Table, answers: &mut [PlaceAnswer]) {
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

fn find_area<'s>(
    snapshot: &'s Snapshot,
    parameter: &str,
    name: &str,
    code: &str,
) -> Result<(&'s LoadedLayer, u32), QueryError> {
    let layer = &snapshot.layers[snapshot.layer_position(parameter, name)?];
    let position = layer.areas.binary_search_by(|a| a.code.as_str().cmp(code)).map_err(|_| {
        let first: Vec<String> = layer.areas.iter().take(LISTED).map(|a| format!("{name}:{}", a.code)).collect();
        let more = layer.areas.len().saturating_sub(first.len());
        let more = (more > 0).then(|| format!("and {more} more (places areas list {name})"));
        QueryError::unknown(parameter, &format!("{name}:{code}"), first.into_iter().chain(more))
    })?;
    Ok((layer, position as u32))
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

/// Cells at most some steps from some cells, without them.
#[must_use]
pub fn ring_of(own: &[u64], steps: u32) -> Vec<u64> {
    grid_disk(own, steps).into_iter().filter(|cell| own.binary_search(cell).is_err()).collect()
}

impl Snapshot {
    /// Position of a layer.
    ///
    /// # Errors
    /// [`QueryError::Unknown`] with the layers there are.
    pub fn layer_position(&self, parameter: &str, name: &str) -> Result<usize, QueryError> {
        let found = self.layers.iter().position(|l| l.name == name);
        found.ok_or_else(|| QueryError::unknown(parameter, name, self.layers.iter().map(|l| &l.name)))
    }

    /// Whether an area of a layer has ground in the study area; always where there is no study area.
    #[must_use]
    pub fn is_in_study_area(&self, layer: &LoadedLayer, area: u32) -> bool {
        let Some(study) = self.study_layer() else { return true };
        if study.name == layer.name {
            return true;
        }
        let meets = |outline: &MultiPolygon| study.areas.iter().any(|a| meet::share_ground(&a.polygons, outline));
        let known = layer.in_study_area.get_or_init(|| layer.areas.par_iter().map(|a| meets(&a.polygons)).collect());
        known.get(area as usize).copied().unwrap_or(false)
    }

    /// Whether two areas share ground; those of one layer only with themselves.
    #[must_use]
    pub fn areas_meet(&self, a: &LoadedLayer, area: u32, b: &LoadedLayer, other: u32) -> bool {
        if a.name == b.name {
            return area == other;
        }
        meet::share_ground(&a.areas[area as usize].polygons, &b.areas[other as usize].polygons)
    }

    /// Categories that the filters of a query let through.
    ///
    /// # Errors
    /// [`QueryError`] for a name that is not known.
    pub fn asked_categories(&self, query: &Query) -> Result<Vec<String>, QueryError> {
        let filter = CompiledFilter::new(&self.table, query, &self.known, |_| true)?;
        Ok(self.table.asked_categories(&filter))
    }

    /// Districts that some cells of one resolution lie in; one unnamed where none is known.
    ///
    /// # Errors
    /// [`GridError`] when the study area cannot be filled.
    pub fn districts_of(&self, cells: &[u64]) -> Result<Vec<String>, GridError> {
        let Some(&first) = cells.first() else { return Ok(vec![String::new()]) };
        let universe = self.universe(resolution_of(first))?;
        let found: BTreeSet<&str> =
            cells.iter().map(|&cell| universe.district(self, cell)).filter(|d| !d.is_empty()).collect();
        Ok(if found.is_empty() { vec![String::new()] } else { found.into_iter().map(str::to_owned).collect() })
    }
}
