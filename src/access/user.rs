//! The way to exact data, and the proof that a look is in the log.

use super::{AccessError, Log, LogLine, Receipt, Who};

/// The way to exact data.
#[derive(Debug)]
pub struct Access {
    log: Log,
    user: Who,
}

/// Proof that a look is on disk in the log. Only [`Access::exact`] makes one, and it cannot be copied.
#[derive(Debug)]
pub struct Grant {
    receipt: Receipt,
    who: Who,
    verb: String,
}

impl Grant {
    /// The entry that was written.
    #[must_use]
    pub fn receipt(&self) -> &Receipt {
        &self.receipt
    }

    /// Who may look.
    #[must_use]
    pub fn who(&self) -> &Who {
        &self.who
    }
}

impl Access {
    /// For the one user there is until accounts exist.
    #[must_use]
    pub fn local(log: Log) -> Self {
        Self { log, user: Who::local() }
    }

    /// The local user.
    #[must_use]
    pub fn user(&self) -> &Who {
        &self.user
    }

    /// The log.
    #[must_use]
    pub fn log(&self) -> &Log {
        &self.log
    }

    /// Leave to look at exact data: the line is on disk when this returns.
    ///
    /// # Errors
    /// [`AccessError`]; exact data must then not be given.
    pub fn exact(&self, who: &Who, what: &LogLine) -> Result<Grant, AccessError> {
        let receipt = self.log.append(who, what)?;
        Ok(Grant { receipt, who: who.clone(), verb: what.verb.clone() })
    }

    /// Notes what a look gave, before it leaves.
    ///
    /// # Errors
    /// [`AccessError`]; the answer must then not be given.
    pub fn answered(&self, grant: &Grant, rows: u64, export: Option<&str>) -> Result<Receipt, AccessError> {
        let line = LogLine { export: export.map(str::to_owned), ..LogLine::answer(&grant.verb).with_rows(rows) };
        self.log.append_of(&grant.who, &line, Some(grant.receipt.seq))
    }

    /// Notes a change.
    ///
    /// # Errors
    /// [`AccessError`]; the change should then not be made.
    pub fn change(&self, who: &Who, what: &LogLine) -> Result<Receipt, AccessError> {
        self.log.append(who, what)
    }
}
