//! Who asks, and how what they may see is protected.

/// What a caller may do; more roles come with accounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Exact aggregates, any filter.
    Analyst,
}

/// How an answer is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Protection {
    /// Exact counts, never to be stored by a cache.
    #[default]
    Exact,
}

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// What they may do.
    pub role: Role,
    /// The agency they belong to.
    pub agency: String,
}

impl Caller {
    /// The one caller there is until accounts exist: whoever sits at this machine.
    #[must_use]
    pub fn local() -> Self {
        Self { role: Role::Analyst, agency: "local".to_owned() }
    }

    /// The protection that this caller's answers need.
    #[must_use]
    pub fn protection(&self) -> Protection {
        match self.role {
            Role::Analyst => Protection::Exact,
        }
    }
}

impl Role {
    /// The word in logs and cache keys.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Analyst => "analyst",
        }
    }
}

impl Protection {
    /// The word in answers and cache keys.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Exact => "exact",
        }
    }
}
