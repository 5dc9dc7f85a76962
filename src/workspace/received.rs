//! Changes of what was received: deliveries, months that somebody said are true, months that go.

use rusqlite::params;

use super::{AcceptedMonth, Commit, Delivery, WorkspaceError, deliveries};
use crate::model::Month;

impl Commit<'_> {
    /// Notes what a delivery covers.
    ///
    /// # Errors
    /// [`WorkspaceError::State`].
    pub fn add_delivery(&mut self, delivery: &Delivery) -> Result<(), WorkspaceError> {
        deliveries::insert(&self.state().connection, delivery)?;
        self.changes_answers = true;
        Ok(())
    }

    /// Replaces what the deliveries of a source cover.
    ///
    /// # Errors
    /// [`WorkspaceError::State`].
    pub fn set_deliveries(&mut self, source: &str, deliveries: &[Delivery]) -> Result<(), WorkspaceError> {
        self.state().connection.execute("DELETE FROM deliveries WHERE source = ?1", [source])?;
        deliveries.iter().try_for_each(|delivery| self.add_delivery(delivery))?;
        self.changes_answers = true;
        Ok(())
    }

    /// Forgets that months of a source were received, and what was said of them.
    ///
    /// # Errors
    /// [`WorkspaceError::State`].
    pub fn forget_editions(&mut self, source: &str, months: &[Month]) -> Result<(), WorkspaceError> {
        for month in months {
            for table in ["editions", "accepted_months"] {
                let sql = format!("DELETE FROM {table} WHERE source = ?1 AND month = ?2");
                self.state().connection.execute(&sql, params![source, month.0])?;
            }
        }
        self.changes_answers = true;
        Ok(())
    }

    /// Notes that a doubtful month is true.
    ///
    /// # Errors
    /// [`WorkspaceError::State`].
    pub fn accept_month(&mut self, accepted: &AcceptedMonth) -> Result<(), WorkspaceError> {
        let AcceptedMonth { source, part, month, rows, who, at } = accepted;
        self.state().connection.execute(
            "INSERT OR REPLACE INTO accepted_months VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            params![source, part, month.0, rows.cast_signed(), who, at],
        )?;
        self.changes_answers = true;
        Ok(())
    }
}
