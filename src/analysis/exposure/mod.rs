//! What concentration is measured against: people who live or are there, all recorded incidents, or cells alike.

mod figures;
mod people;

pub(super) use figures::residents_of;

use figures::{AMBIENT, RESIDENTS};
use people::people_of;

use super::Plan;
use crate::{
    ask::{AskError, Exact, Kind, Parameter},
    model::{Dimension, Query, QueryError},
};

/// What concentration is measured against.
pub(super) const EXPOSURE: Parameter = Parameter::new(
    "exposure",
    Kind::Word(&["residents", "ambient", "recorded", "equal"]),
    "What concentration is measured against: residents, ambient (who is there by day), recorded or equal",
    "residents",
)
.or("equal");

/// The exposure of a test of concentration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Exposure {
    /// People who live there.
    Residents,
    /// People who are there by day: workday, daytime or ambient population.
    Ambient,
    /// Incidents of every category recorded there in the same period.
    Recorded,
    /// Every cell alike.
    Equal,
}

impl Exposure {
    /// Words of the parameter.
    pub const WORDS: [(&str, Self); 4] = [
        ("residents", Self::Residents),
        ("ambient", Self::Ambient),
        ("recorded", Self::Recorded),
        ("equal", Self::Equal),
    ];

    /// What is said beside the result.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::Residents => "residents",
            Self::Ambient => "people who are there by day",
            Self::Recorded => "all recorded incidents of the same period",
            Self::Equal => "equal for every cell",
        }
    }
}

/// The exposure of each of some cells, ascending; NaN where it is not known.
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
        Exposure::Residents => people_of(reader, (RESIDENTS, "residents"), resolution, cells),
        Exposure::Ambient => people_of(reader, (AMBIENT, "people by day"), resolution, cells),
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
