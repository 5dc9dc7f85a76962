//! Who asks, as the log names them.

use crate::{model::Caller, workspace::user_name};

/// Who asks, as the log names them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Who {
    /// Name.
    pub actor: String,
    /// Agency.
    pub agency: String,
    /// Role, as a word.
    pub role: String,
}

impl Who {
    /// A caller under a name.
    #[must_use]
    pub fn new(actor: &str, caller: &Caller) -> Self {
        Self { actor: actor.to_owned(), agency: caller.agency.clone(), role: caller.role.name().to_owned() }
    }

    /// Whoever sits at this machine, under the name the machine knows them by. It is what they say it is: there are
    /// no accounts yet.
    #[must_use]
    pub fn local() -> Self {
        Self::new(&user_name(), &Caller::local())
    }
}
