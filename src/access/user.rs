//! The way to exact data, and the proof that a look is in the log.

use std::path::PathBuf;

use super::{AccessError, Log, LogLine, Receipt, Who};
use crate::workspace::{Workspace, user_name};

/// The way to exact data.
#[derive(Debug)]
pub struct Access {
    log: Log,
    /// Where looks are logged while the log itself cannot be written.
    refuge: Option<Log>,
    user: Who,
}

/// Proof that a look is on disk in the log. Only [`Access::exact`] makes one, and it cannot be copied.
#[derive(Debug)]
pub struct Grant {
    receipt: Receipt,
    who: Who,
    verb: String,
    /// The folder of the refuge, where the look was logged there.
    refuge: Option<PathBuf>,
}

impl Grant {
    /// The folder that the look was logged in, where the workspace itself cannot be written.
    #[must_use]
    pub fn refuge(&self) -> Option<&std::path::Path> {
        self.refuge.as_deref()
    }

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
        Self { log, refuge: None, user: Who::local() }
    }

    /// The same for a workspace; where it cannot be written (a directory for reading, a full disk), looks are logged in
    /// the user's own folder of states, so that whoever may read gets an answer and it is logged all the same.
    #[must_use]
    pub fn of_workspace(workspace: &Workspace) -> Self {
        let states = std::env::var_os("XDG_STATE_HOME").map(PathBuf::from);
        let states = states.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".local/state")));
        // One log for each workspace, by where it lies.
        let root = fs_err::canonicalize(workspace.root()).unwrap_or_else(|_| workspace.root().to_owned());
        let name = &blake3::hash(format!("{}\u{1f}{}", root.display(), user_name()).as_bytes()).to_hex()[..16];
        let refuge = states.map(|s| Log::in_folder(&s.join("places").join(format!("log-{name}"))));
        Self { refuge, ..Self::local(Log::open(workspace)) }
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
        let grant = |receipt, refuge| Grant { receipt, who: who.clone(), verb: what.verb.clone(), refuge };
        match (self.log.append(who, what), &self.refuge) {
            (Ok(receipt), _) => Ok(grant(receipt, None)),
            (Err(AccessError::CannotWrite { .. }), Some(refuge)) => {
                let receipt = refuge.append(who, what)?;
                Ok(grant(receipt, Some(refuge.folder().to_owned())))
            }
            (Err(error), _) => Err(error),
        }
    }

    /// Notes what a look gave, before it leaves.
    ///
    /// # Errors
    /// [`AccessError`]; the answer must then not be given.
    pub fn answered(&self, grant: &Grant, rows: u64, export: Option<&str>) -> Result<Receipt, AccessError> {
        let line = LogLine { export: export.map(str::to_owned), ..LogLine::answer(&grant.verb).with_rows(rows) };
        let log = self.refuge.as_ref().filter(|_| grant.refuge.is_some()).unwrap_or(&self.log);
        log.append_of(&grant.who, &line, Some(grant.receipt.seq))
    }

    /// Notes a change.
    ///
    /// # Errors
    /// [`AccessError`]; the change should then not be made.
    pub fn change(&self, who: &Who, what: &LogLine) -> Result<Receipt, AccessError> {
        self.log.append(who, what)
    }
}
