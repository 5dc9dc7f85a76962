//! A place that a claim is about: an area, a cell or a polygon, and the groups of places round it.

use std::collections::BTreeSet;

use geo::{Centroid, Contains, MultiPolygon};

use super::AnalysisError;
use crate::{
    grid::{self, cell_of_point, cells_of_area, grid_disk, parse_cell, resolution_of},
    model::{LonLat, PrecisionClass, Query, QueryError},
    snapshot::{LayerArea, LoadedLayer, Snapshot},
    table::{Group, Grouping, Special},
};

/// A place as asked for.
#[derive(Debug, Clone, PartialEq)]
pub enum PlaceRef {
    /// `LAYER:CODE`.
    Area(String, String),
    /// `cell:88194e6a1dfffff`.
    Cell(u64),
    /// A polygon of the caller's, with the name it goes by.
    Polygon(String, MultiPolygon),
}

impl PlaceRef {
    /// Reads `LAYER:CODE` or `cell:CELL`.
    ///
    /// # Errors
    /// [`QueryError::Invalid`] with the forms that are known.
    pub fn parse(name: &str, text: &str) -> Result<Self, QueryError> {
        let error = || {
            QueryError::invalid(
                name,
                text,
                "LAYER:CODE such as msoa21:E02005560, cell:88194e6a1dfffff, or a GeoJSON file",
            )
        };
        match text.trim().split_once(':') {
            Some(("programme", _)) => Err(QueryError::invalid(
                name,
                text,
                "an area, a cell or a GeoJSON file: this workspace has no programmes yet",
            )),
            Some(("cell", cell)) => parse_cell(cell).map(Self::Cell).map_err(|_| error()),
            Some((layer, code)) if !layer.is_empty() && !code.is_empty() => {
                Ok(Self::Area(layer.to_owned(), code.to_owned()))
            }
            _ => Err(error()),
        }
    }

    /// The text it is asked for by; a polygon's is its outline.
    #[must_use]
    pub fn canonical(&self) -> String {
        match self {
            Self::Area(layer, code) => format!("{layer}:{code}"),
            Self::Cell(cell) => format!("cell:{}", grid::cell_text(*cell)),
            Self::Polygon(name, polygons) => format!("polygon:{name}:{}", rings_text(polygons)),
        }
    }
}

/// Rings as numbers, the outer first.
fn rings_text(polygons: &MultiPolygon) -> String {
    let ring = |r: &geo::LineString| r.0.iter().map(|c| format!("{} {}", c.x, c.y)).collect::<Vec<_>>().join(",");
    let polygon =
        |p: &geo::Polygon| std::iter::once(p.exterior()).chain(p.interiors()).map(ring).collect::<Vec<_>>().join("/");
    polygons.iter().map(polygon).collect::<Vec<_>>().join(";")
}

/// A place found in a snapshot.
pub(super) struct Place<'s> {
    pub(super) name: String,
    pub(super) layer: Option<&'s LoadedLayer>,
    /// Position in the layer.
    pub(super) area: Option<u32>,
    members: Vec<bool>,
    outline: Outline<'s>,
}

enum Outline<'s> {
    Polygons(&'s MultiPolygon),
    Own(MultiPolygon),
    Cell(u64),
}

impl<'s> Place<'s> {
    pub(super) fn find(snapshot: &'s Snapshot, parameter: &str, place: &PlaceRef) -> Result<Self, AnalysisError> {
        let table = &snapshot.table;
        match place {
            PlaceRef::Area(layer_name, code) => {
                let known = || snapshot.layers.iter().map(|l| l.name.clone());
                let layer = snapshot.layer(layer_name);
                let layer = layer.ok_or_else(|| QueryError::unknown(parameter, layer_name, known()))?;
                let position = layer.areas.binary_search_by(|a| a.code.cmp(code)).map_err(|_| {
                    let first = layer.areas.iter().take(10).map(|a| format!("{layer_name}:{}", a.code));
                    let more = [format!("and others (places areas list {layer_name})")];
                    QueryError::unknown(parameter, &place.canonical(), first.chain(more))
                })?;
                let grouping = table.layer_groups(layer_name).unwrap_or(&table.whole);
                let members = grouping.of_places().take(table.places()).map(|g| g == position as u32).collect();
                let area: &LayerArea = &layer.areas[position];
                let name = format!("{} ({layer_name}:{code})", area.name);
                let outline = Outline::Polygons(&area.polygons);
                Ok(Self { name, layer: Some(layer), area: Some(position as u32), members, outline })
            }
            PlaceRef::Cell(cell) => {
                let (grouping, ids) = table.cell_groups(resolution_of(*cell)).ok_or_else(|| {
                    QueryError::invalid(parameter, &place.canonical(), "a cell of resolution 7 to 11")
                })?;
                let group = ids.binary_search(cell).map_or(u32::MAX, |i| i as u32);
                let members = grouping.of_places().take(table.places()).map(|g| g == group).collect();
                let name = format!("cell {}", grid::cell_text(*cell));
                Ok(Self { name, layer: snapshot.study_layer(), area: None, members, outline: Outline::Cell(*cell) })
            }
            PlaceRef::Polygon(name, polygons) => {
                let members: Vec<bool> = (0..table.places())
                    .map(|i| {
                        let precise =
                            PrecisionClass::from_code(table.class[i]).is_some_and(PrecisionClass::supports_area);
                        precise && polygons.contains(&geo::Point::new(table.lon[i], table.lat[i]))
                    })
                    .collect();
                let outline = Outline::Own(polygons.clone());
                Ok(Self { name: name.clone(), layer: snapshot.study_layer(), area: None, members, outline })
            }
        }
    }

    /// Cells of the place: those whose centre it holds, or the one its own centre is in. Incidents play no part, so that
    /// later ones change nothing.
    pub(super) fn cells(&self, resolution: u8) -> Result<Vec<u64>, AnalysisError> {
        let polygons = match &self.outline {
            Outline::Polygons(polygons) => polygons,
            Outline::Own(polygons) => polygons,
            Outline::Cell(cell) => return Ok(cells_of_cell(*cell, resolution)),
        };
        let cells = cells_of_area(polygons, resolution)?;
        if !cells.is_empty() {
            return Ok(cells);
        }
        let centroid = polygons.centroid().and_then(|c| LonLat::new(c.x(), c.y()).ok());
        Ok(centroid.map(|c| cell_of_point(c, resolution)).into_iter().collect())
    }

    /// Districts it lies in; one unnamed where none is known.
    pub(super) fn districts(&self, snapshot: &Snapshot) -> Result<Vec<String>, AnalysisError> {
        if let (Some(layer), Some(area)) = (self.layer, self.area) {
            return Ok(vec![layer.areas[area as usize].district.clone()]);
        }
        districts_of_cells(snapshot, &self.cells(COVERAGE_RESOLUTION)?)
    }

    /// The place and, with a ring, the places in it: groups 0 and 1.
    pub(super) fn with_ring(&self, snapshot: &Snapshot, ring: Option<(&[u64], u8)>) -> Grouping {
        let table = &snapshot.table;
        let in_ring: Vec<bool> = ring
            .and_then(|(cells, resolution)| {
                let (grouping, ids) = table.cell_groups(resolution)?;
                let wanted: Vec<bool> = ids.iter().map(|id| cells.binary_search(id).is_ok()).collect();
                Some(grouping.of_places().map(|g| wanted.get(g as usize).copied().unwrap_or(false)).collect())
            })
            .unwrap_or_default();
        let specials: Vec<Option<Special>> = table.whole.of_places().map(|g| table.whole.special(g)).collect();
        let group = |place: usize| match specials[place] {
            _ if self.members.get(place) == Some(&true) => Group::Of(0),
            Some(special) => Group::Special(special),
            None if in_ring.get(place) == Some(&true) => Group::Of(1),
            None => Group::Special(Special::OutsidePlace),
        };
        Grouping::new(if ring.is_some() { 2 } else { 1 }, (0..=table.places()).map(group))
    }
}

/// Resolution at which the districts of a place are told.
const COVERAGE_RESOLUTION: u8 = 8;

/// A cell as cells of another resolution: the finer ones whose centre it holds, or the coarser one that holds its centre.
fn cells_of_cell(cell: u64, resolution: u8) -> Vec<u64> {
    if resolution <= resolution_of(cell) {
        return vec![cell_of_point(grid::center(cell), resolution)];
    }
    grid::children(cell, resolution)
}

/// Cells at most some steps from the place's own, without them.
pub(super) fn ring_of(own: &[u64], rings: u32) -> Vec<u64> {
    grid_disk(own, rings).into_iter().filter(|cell| own.binary_search(cell).is_err()).collect()
}

pub(super) fn districts_of_cells(snapshot: &Snapshot, cells: &[u64]) -> Result<Vec<String>, AnalysisError> {
    let Some(&first) = cells.first() else { return Ok(vec![String::new()]) };
    let universe = snapshot.universe(resolution_of(first))?;
    let found: BTreeSet<&str> =
        cells.iter().map(|&cell| universe.district(snapshot, cell)).filter(|d| !d.is_empty()).collect();
    Ok(if found.is_empty() { vec![String::new()] } else { found.into_iter().map(str::to_owned).collect() })
}

/// Districts that the place of a query lies in; without a place all that anything covers.
pub(super) fn districts_of_query(snapshot: &Snapshot, query: &Query) -> Result<Vec<String>, AnalysisError> {
    let mut found = BTreeSet::new();
    for (layer, code) in &query.place.areas {
        found.extend(Place::find(snapshot, "in", &PlaceRef::Area(layer.clone(), code.clone()))?.districts(snapshot)?);
    }
    for text in &query.place.cells {
        let cell = parse_cell(text)?;
        found.extend(Place::find(snapshot, "cell", &PlaceRef::Cell(cell))?.districts(snapshot)?);
    }
    if found.is_empty() {
        let sources = super::steps::asked_sources(snapshot, query);
        let covered = |d: &&(String, String)| sources.iter().any(|s| super::steps::covers(snapshot, s, &d.0));
        found.extend(snapshot.coverage.districts.iter().filter(covered).map(|d| d.0.clone()));
    }
    Ok(if found.is_empty() { vec![String::new()] } else { found.into_iter().collect() })
}
