//! Who may read what: exact records, or what a protected release can answer too.

use std::ops::Deref;

use super::{AskError, Tallied, Tally, Watch};
use crate::{
    access::Grant,
    model::{Protection, Query},
    snapshot::Snapshot,
    table::Table,
};

/// Exact records of one moment. Only a [`Grant`] opens them, and only `access` gives one.
#[derive(Debug)]
pub struct Exact<'s> {
    snapshot: &'s Snapshot,
    table: &'s Table,
    watch: Watch,
}

impl<'s> Exact<'s> {
    /// Opens the records of a snapshot.
    #[must_use]
    pub fn open(snapshot: &'s Snapshot, grant: &'s Grant, watch: Watch) -> Self {
        Self { snapshot, table: snapshot.table(grant), watch }
    }

    /// The incidents.
    #[must_use]
    pub fn table(&self) -> &'s Table {
        self.table
    }

    /// Everything of the moment but the incidents.
    #[must_use]
    pub fn ground(&self) -> &'s Snapshot {
        self.snapshot
    }

    /// Whether the answer is still waited for.
    #[must_use]
    pub fn watch(&self) -> &Watch {
        &self.watch
    }
}

impl Deref for Exact<'_> {
    type Target = Snapshot;

    fn deref(&self) -> &Snapshot {
        self.snapshot
    }
}

/// What exact records and a protected release can both answer: counts by cell, area, time and category.
pub trait Reader: Sync {
    /// Layers, names, coverage: everything but the incidents.
    fn ground(&self) -> &Snapshot;

    /// How its counts are protected.
    fn protection(&self) -> Protection;

    /// Counts by the dimensions of a query. With `top`, combinations that cannot be among the largest may be missing.
    ///
    /// # Errors
    /// [`AskError`] for names that are not known, or what this reader does not hold.
    fn tally(&self, query: &Query) -> Result<Tally, AskError>;

    /// All combinations of a query, ascending, piece by piece: a reader that need not hold them gives any number. `top` and
    /// `zeros` are for whoever asks.
    ///
    /// # Errors
    /// As for a tally; a piece can be [`AskError::Stopped`].
    fn tallied<'s>(&'s self, query: &Query) -> Result<Tallied<'s>, AskError> {
        let query = Query { top: None, ..query.clone() };
        self.tally(&query).map(Tallied::from)
    }

    /// Cells of a resolution that it may hold something for, ascending.
    fn cells(&self, resolution: u8) -> &[u64];

    /// Counts of some places of a query's one place dimension, in their order, and whether incidents may match there
    /// that cannot be told. A cell goes by its position in [`Reader::cells`], an area by that in its layer.
    ///
    /// # Errors
    /// As for a tally.
    fn counts_of(&self, query: &Query, positions: &[u32]) -> Result<Vec<(u64, bool)>, AskError>;
}
