//! Whether what a query names is known, told without counting.

use super::{Region, Snapshot};
use crate::{
    model::{Dimension, Query, QueryError},
    table::CompiledFilter,
};

impl Snapshot {
    /// Whether a query's layers, places, categories, sources, definition and calendar are known.
    ///
    /// # Errors
    /// [`QueryError`] for the first that is not.
    pub fn knows(&self, query: &Query) -> Result<(), QueryError> {
        for dimension in &query.by {
            if let Dimension::Area(layer) = dimension {
                self.layer_position("by area", layer)?;
            }
        }
        Region::of_query(self, query)?;
        CompiledFilter::new(&self.table, query, &self.known, |_| true).map(|_| ())
    }
}
