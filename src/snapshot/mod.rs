//! Everything that answers are made from, loaded from a workspace at one moment: the table, layers with their
//! polygons, indicators, coverage, definitions, calendars.
//!
//! A new import builds the next snapshot beside the old one; whoever reads finishes on the one they began with.
//! May use: model, area, grid, workspace, table.

mod coverage;
mod load;
mod ready;
mod universe;

use std::{collections::BTreeMap, sync::OnceLock};

use geo::MultiPolygon;

pub use coverage::{Coverage, CoverageCell};
pub use load::SnapshotError;
pub use universe::Universe;

use crate::{
    model::{Definition, Month, Query, RESOLUTIONS},
    table::{Known, Table},
    workspace::Edition,
};

/// An area of a loaded layer.
#[derive(Debug, Clone, PartialEq)]
pub struct LayerArea {
    /// Code.
    pub code: String,
    /// Name shown to people.
    pub name: String,
    /// Code of its district, or the district's name where there is no code; empty where neither is known.
    pub district: String,
    /// Name of its district, or empty.
    pub district_name: String,
    /// True area.
    pub area_km2: f64,
    /// Polygons, WGS 84 degrees.
    pub polygons: MultiPolygon,
}

/// A loaded layer, areas ascending by code.
#[derive(Debug, Clone)]
pub struct LoadedLayer {
    /// Name.
    pub name: String,
    /// Areas.
    pub areas: Vec<LayerArea>,
    /// Values by indicator and position of the area; NaN where there is none.
    pub indicators: BTreeMap<String, Vec<f64>>,
}

/// What a source is.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
pub struct SourceInfo {
    /// Name in queries.
    pub source: String,
    /// What it is called on screen.
    pub title: String,
    /// The agency that owns it.
    pub owner: String,
    /// Incidents stored.
    pub incidents: u64,
    /// First month received, or empty.
    pub first_month: String,
    /// Last month received, or empty.
    pub last_month: String,
}

/// A workspace as it was at one moment.
#[derive(Debug)]
pub struct Snapshot {
    /// Number of the data's state.
    pub id: u64,
    /// Checksum of the settings it was loaded with.
    pub settings: String,
    /// What the partnership is called.
    pub title: String,
    /// The incidents.
    pub table: Table,
    /// The layers, by name.
    pub layers: Vec<LoadedLayer>,
    /// The layer that is the study area.
    pub study_area: Option<String>,
    /// Sources, by name.
    pub sources: Vec<SourceInfo>,
    /// Definitions and calendars.
    pub known: Known,
    /// What has been received.
    pub coverage: Coverage,
    /// Weights of harm by set and category or code in lower case.
    pub harm: BTreeMap<String, BTreeMap<String, f64>>,
    /// Deliveries behind it, by source, part and month.
    pub editions: Vec<Edition>,
    universe: [OnceLock<Universe>; RESOLUTIONS.len()],
}

impl Snapshot {
    /// A layer by name.
    #[must_use]
    pub fn layer(&self, name: &str) -> Option<&LoadedLayer> {
        self.layers.iter().find(|l| l.name == name)
    }

    /// The study area's layer.
    #[must_use]
    pub fn study_layer(&self) -> Option<&LoadedLayer> {
        self.layer(self.study_area.as_deref()?)
    }

    /// Whether at least one month of the period asked for was received from each source asked for.
    #[must_use]
    pub fn anything_received(&self, query: &Query, district: &str) -> bool {
        let sources = if query.sources.is_empty() { self.table.sources() } else { &query.sources };
        let period = query.period();
        let months = self.coverage.months(sources);
        let asked: Vec<Month> = months
            .into_iter()
            .map(|m| (m, m.period()))
            .filter(|(_, days)| days.start < period.end && period.start < days.end)
            .map(|(m, _)| m)
            .collect();
        !sources.is_empty() && sources.iter().all(|s| asked.iter().any(|&m| self.coverage.is_received(s, m, district)))
    }

    /// Definitions by name.
    #[must_use]
    pub fn definitions(&self) -> &BTreeMap<String, Definition> {
        &self.known.definitions
    }
}
