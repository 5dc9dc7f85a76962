//! Who asks, taken from the request: a handler that needs a caller cannot be called without one.

use std::{convert::Infallible, sync::Arc};

use axum::{extract::FromRequestParts, http::request::Parts};

use super::AppState;
use crate::{access::Who, model};

/// Who asks.
#[derive(Debug, Clone)]
pub(super) struct Caller {
    caller: model::Caller,
    who: Who,
}

impl Caller {
    /// As the log names them.
    pub(super) fn who(&self) -> &Who {
        &self.who
    }

    /// What answers depend on: role and protection.
    pub(super) fn key(&self) -> String {
        let model::Caller { role, agency } = &self.caller;
        format!("{}|{agency}|{}", role.name(), self.caller.protection().name())
    }
}

impl FromRequestParts<Arc<AppState>> for Caller {
    type Rejection = Infallible;

    /// Until accounts exist, whoever sits at this machine.
    async fn from_request_parts(_: &mut Parts, state: &Arc<AppState>) -> Result<Self, Infallible> {
        Ok(Self { caller: model::Caller::local(), who: state.access.user().clone() })
    }
}
