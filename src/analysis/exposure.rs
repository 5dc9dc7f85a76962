//! What concentration is measured against: residents, all recorded incidents, or cells alike.

use std::collections::HashMap;

use geo::Centroid;

use super::Plan;
use crate::{
    ask::{AskError, Exact, Kind, Parameter},
    grid::{cell_of_point, cells_of_area},
    model::{Dimension, LonLat, Query, QueryError},
    snapshot::{LoadedLayer, Snapshot},
};

/// What concentration is measured against.
pub(super) const EXPOSURE: Parameter = Parameter::new(
    "exposure",
    Kind::Word(&["residents", "recorded", "equal"]),
    "What concentration is measured against: residents, recorded or equal",
    "residents",
)
.or("equal");

/// The exposure of a test of concentration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Exposure {
    /// People who live there.
    Residents,
    /// Incidents of every category recorded there in the same period.
    Recorded,
    /// Every cell alike.
    Equal,
}

impl Exposure {
    /// Words of the parameter.
    pub const WORDS: [(&str, Self); 3] =
        [("residents", Self::Residents), ("recorded", Self::Recorded), ("equal", Self::Equal)];

    /// What is said beside the result.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::Residents => "residents",
            Self::Recorded => "all recorded incidents of the same period",
            Self::Equal => "equal for every cell",
        }
    }
}

/// The exposure of each of some cells, ascending.
pub(super) fn exposure_of(
    reader: &Exact<'_>,
    query: &Query,
    exposure: Exposure,
    resolution: u8,
    cells: &[u64],
) -> Result<Vec<f64>, AskError> {
    match exposure {
        Exposure::Equal => Ok(vec![1.0; cells.len()]),
        Exposure::Recorded => recorded(reader, query, resolution, cells),
        Exposure::Residents => residents(reader, resolution, cells),
    }
}

fn recorded(reader: &Exact<'_>, query: &Query, resolution: u8, cells: &[u64]) -> Result<Vec<f64>, AskError> {
    if query.categories.is_empty() && query.definition.is_none() {
        let expected = "with a category or definition: all incidents against all incidents says nothing";
        return Err(QueryError::invalid("exposure", "recorded", expected).into());
    }
    let all =
        Query { categories: Vec::new(), definition: None, by: vec![Dimension::Cell(resolution)], ..query.clone() };
    let plan = Plan::new(reader, &all)?;
    let counts = reader.table().count(&plan.grouping, &plan.filter, &[]);
    let (mut exposure, mut values) = (vec![0.0; cells.len()], Vec::new());
    for row in counts.rows() {
        values.clear();
        plan.place_values(row.group, &mut values);
        if let Some(i) = values.first().and_then(|cell| cells.binary_search(cell).ok()) {
            exposure[i] = row.count as f64;
        }
    }
    Ok(exposure)
}

/// Residents of an area are spread evenly over the cells whose centre it holds; those of an area without any go to the
/// cell of its centroid.
fn residents(reader: &Exact<'_>, resolution: u8, cells: &[u64]) -> Result<Vec<f64>, AskError> {
    let (layer, people) = layer_with_residents(reader)?;
    let mut exposure = vec![0.0; cells.len()];
    let is_study = reader.study_area.as_deref() == Some(layer.name.as_str());
    let universe = reader.universe(resolution)?;
    let mut of_area: HashMap<u32, Vec<u64>> = HashMap::new();
    if is_study {
        for (&cell, &area) in universe.cells.iter().zip(universe.areas()).filter(|(_, a)| **a != u32::MAX) {
            of_area.entry(area).or_default().push(cell);
        }
    }
    for (i, area) in layer.areas.iter().enumerate() {
        let here = if is_study {
            of_area.remove(&(i as u32)).unwrap_or_default()
        } else {
            cells_of_area(&area.polygons, resolution)?
        };
        let here = if here.is_empty() {
            let centroid = area.polygons.centroid().and_then(|c| LonLat::new(c.x(), c.y()).ok());
            centroid.map(|c| cell_of_point(c, resolution)).into_iter().collect()
        } else {
            here
        };
        let share = people[i].max(0.0) / here.len().max(1) as f64;
        for cell in here {
            if let (Ok(at), true) = (cells.binary_search(&cell), share.is_finite()) {
                exposure[at] += share;
            }
        }
    }
    Ok(exposure)
}

/// The finest layer with a figure of all residents, and that figure by area.
pub(super) fn layer_with_residents(snapshot: &Snapshot) -> Result<(&LoadedLayer, &Vec<f64>), AskError> {
    let with = |layer| residents_of(layer).map(|people| (layer, people));
    let finest = snapshot.layers.iter().filter_map(with).max_by_key(|(layer, _)| layer.areas.len());
    finest.ok_or_else(|| {
        let reason = "no layer has residents: add them with `places indicators add FILE.csv --layer LAYER`, or choose the exposure equal or recorded";
        AskError::none(reason)
    })
}

/// All residents of each area of a layer, if it has the figure.
pub(super) fn residents_of(layer: &LoadedLayer) -> Option<&Vec<f64>> {
    ["residents", "usual_residents", "population", "total_population", "people"]
        .iter()
        .find_map(|name| layer.indicators.get(*name))
}
