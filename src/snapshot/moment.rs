//! A workspace as it was at one moment.

use std::{collections::BTreeMap, sync::OnceLock};

use super::{Coverage, LoadedLayer, Recorded, Universe};
use crate::{
    access::Grant,
    model::{Definition, Query, QueryError, RESOLUTIONS},
    table::{CompiledFilter, Known, Table},
    workspace::{Edition, Partition},
};

/// What a source is.
#[derive(Debug, Clone, serde::Serialize, schemars::JsonSchema)]
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
    /// Identity of the workspace and digest of what its state lists.
    pub content: String,
    /// Checksum of the settings it was loaded with.
    pub settings: String,
    /// What the partnership is called.
    pub title: String,
    pub(super) table: Table,
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
    /// Rows behind it, by source and month, each with the digest of its content.
    pub partitions: Vec<Partition>,
    pub(super) universe: [OnceLock<Universe>; RESOLUTIONS.len()],
    pub(super) recorded: OnceLock<Recorded>,
}

/// How much there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// Incidents.
    pub incidents: usize,
    /// Distinct places.
    pub places: usize,
    /// Bytes of the table in memory.
    pub bytes: usize,
    /// Whether the hour of any incident is known.
    pub has_hours: bool,
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

    /// The incidents, for whoever holds the proof that their look is in the log.
    #[must_use]
    pub fn table(&self, _grant: &Grant) -> &Table {
        &self.table
    }

    /// What each source usually records.
    pub fn recorded(&self) -> &Recorded {
        self.recorded.get_or_init(|| Recorded::new(&self.table, self.study_layer(), &self.coverage))
    }

    /// What the data is: changes with any commit, and with the settings.
    #[must_use]
    pub fn identity(&self) -> String {
        format!("{}|{}", self.content, self.settings)
    }

    /// Sources with incidents, by name.
    #[must_use]
    pub fn source_names(&self) -> &[String] {
        self.table.sources()
    }

    /// Puts sources as they stand in the data, whatever their spelling; what is not known stays.
    pub fn name_sources(&self, sources: &mut [String]) {
        for source in sources {
            if let Some(known) = self.table.source_named(source) {
                known.clone_into(source);
            }
        }
    }

    /// Sources that a query asks of: those it names, or all.
    #[must_use]
    pub fn asked_sources<'q>(&'q self, query: &'q Query) -> &'q [String] {
        if query.sources.is_empty() { self.source_names() } else { &query.sources }
    }

    /// Every category on an incident, by name.
    #[must_use]
    pub fn categories(&self) -> &[String] {
        self.table.categories()
    }

    /// What the table takes: incidents, places, bytes.
    #[must_use]
    pub fn size(&self) -> Size {
        Size {
            incidents: self.table.incidents(),
            places: self.table.places(),
            bytes: self.table.memory_bytes(),
            has_hours: self.table.has_hours(),
        }
    }

    /// Definitions by name.
    #[must_use]
    pub fn definitions(&self) -> &BTreeMap<String, Definition> {
        &self.known.definitions
    }

    /// Position of a layer.
    ///
    /// # Errors
    /// [`QueryError::Unknown`] with the layers there are.
    pub fn layer_position(&self, parameter: &str, name: &str) -> Result<usize, QueryError> {
        let position = self.layers.iter().position(|l| l.name == name);
        position.ok_or_else(|| QueryError::unknown(parameter, name, self.layers.iter().map(|l| &l.name)))
    }

    /// Categories that the filters of a query let through.
    ///
    /// # Errors
    /// [`QueryError`] for a name that is not known.
    pub fn asked_categories(&self, query: &Query) -> Result<Vec<String>, QueryError> {
        let filter = CompiledFilter::new(&self.table, query, &self.known, |_| true)?;
        Ok(self.table.asked_categories(&filter))
    }
}
