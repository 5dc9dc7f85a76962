//! A place of a snapshot, found once and asked many times.

use geo::MultiPolygon;

use super::part::{Part, Shape};
use crate::{
    grid::{self, GridError, grid_disk, parse_cell},
    model::{PlaceRef, Query, QueryError},
    snapshot::{LoadedLayer, Snapshot, meet::share_ground},
    table::{PlaceAnswer, Table},
};

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

impl<'s> Region<'s> {
    /// Finds one place.
    ///
    /// # Errors
    /// [`QueryError`] for a layer, code or cell there is not.
    pub fn of_place(snapshot: &'s Snapshot, parameter: &str, place: &PlaceRef) -> Result<Self, QueryError> {
        Ok(Self { snapshot, all: vec![vec![find(snapshot, parameter, place)?]] })
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
            places.iter().map(|place| find(snapshot, parameter(place), place)).collect()
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
            _ => share_ground(&part.outline(), outline),
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
                .is_none_or(|study| study.areas.iter().any(|a| share_ground(&part.outline(), &a.polygons))),
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

/// Finds one place as a part.
fn find<'s>(snapshot: &'s Snapshot, parameter: &str, place: &PlaceRef) -> Result<Part<'s>, QueryError> {
    let no_cell = |text: &str| QueryError::invalid(parameter, text, "an H3 cell of resolution 7 to 11");
    Ok(match place {
        PlaceRef::Area(layer, code) => {
            let (layer, area) = find_area(snapshot, parameter, layer, code)?;
            let name = format!("{} ({place})", layer.areas[area as usize].name);
            Part { name, shape: Shape::Area(layer, area) }
        }
        PlaceRef::Cell(text) => {
            let cell = parse_cell(text).map_err(|_| no_cell(text))?;
            Part { name: format!("cell {}", grid::cell_text(cell)), shape: Shape::Cell(cell) }
        }
        PlaceRef::Box(b) => {
            let outline = geo::Rect::new((b.west, b.south), (b.east, b.north)).to_polygon();
            Part { name: format!("the rectangle {b}"), shape: Shape::Outline(MultiPolygon(vec![outline])) }
        }
        PlaceRef::Ring { steps, resolution, of } => {
            let inner = Region::of_place(snapshot, parameter, of)?;
            let wrong = |e: GridError| QueryError::invalid(parameter, &place.to_string(), e.to_string());
            let cells = inner.ring(*steps, *resolution).map_err(wrong)?;
            Part { name: format!("the ring of {steps} round {}", inner.name()), shape: Shape::Cells(cells) }
        }
        PlaceRef::Polygon(name, polygons) => Part { name: name.clone(), shape: Shape::Outline(polygons.clone()) },
        // The desk holds none until programmes and sessions exist.
        PlaceRef::Programme(_) | PlaceRef::Session(_) => {
            return Err(QueryError::unknown::<String>(parameter, &place.to_string(), []));
        }
    })
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

/// Cells at most some steps from some cells, without them.
#[must_use]
pub fn ring_of(own: &[u64], steps: u32) -> Vec<u64> {
    grid_disk(own, steps).into_iter().filter(|cell| own.binary_search(cell).is_err()).collect()
}
