//! The one place where errors become answers: RFC 9457 problem+json, never a stack or an echo of data.

use std::any::Any;

use axum::{
    body::Body,
    extract::Request,
    http::{HeaderValue, Method, Response, StatusCode, header},
    middleware::Next,
    response::IntoResponse,
};
use serde::Serialize;

use crate::{
    access::AccessError, ask::AskError, claims::ClaimError, model::QueryError, tile::TileError,
    workspace::WorkspaceError,
};

/// Seconds after which what was locked or busy may be free.
const RETRY_AFTER: &str = "2";

/// A problem as RFC 9457 has it.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Problem {
    /// Stable name of the kind of problem.
    #[serde(rename = "type")]
    pub kind: String,
    /// The kind in words.
    pub title: &'static str,
    /// HTTP status.
    pub status: u16,
    /// What was wrong and what is allowed.
    pub detail: String,
    /// The parameter at fault.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parameter: Option<String>,
    /// Values that are allowed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub allowed: Vec<String>,
}

/// Why a handler gives no answer.
#[derive(Debug)]
pub(super) enum Failure {
    Query(QueryError),
    /// The question is a good one, but has no answer.
    Unprocessable(String),
    NotAcceptable(Vec<String>),
    NotFound(String),
    /// Another process writes.
    Locked,
    /// The answer of a job that is still worked on.
    NotYet,
    /// A job that whoever asked has ended.
    Cancelled,
    /// Exact data, for who may see protected counts only.
    NeedsExact(String),
    /// The look could not be logged, so that nothing may be given.
    NotLogged,
    Busy,
    BadRequest(String),
    NotAllowedHere(&'static str),
    NeedsHeader,
    Method,
    TooLarge,
    Stopping,
    Timeout,
    Internal,
}

impl From<QueryError> for Failure {
    fn from(error: QueryError) -> Self {
        Self::Query(error)
    }
}

impl From<AskError> for Failure {
    fn from(error: AskError) -> Self {
        match error {
            AskError::Query(error) => Self::Query(error),
            AskError::NeedsExact { .. } => Self::NeedsExact(error.to_string()),
            AskError::Stopped { .. } => Self::Timeout,
            AskError::NoAnswer { reason } => Self::Unprocessable(reason),
        }
    }
}

impl From<AccessError> for Failure {
    fn from(error: AccessError) -> Self {
        tracing::error!("a look could not be logged, so that nothing was given: {error}");
        Self::NotLogged
    }
}

impl From<WorkspaceError> for Failure {
    fn from(error: WorkspaceError) -> Self {
        match error {
            WorkspaceError::Locked { .. } => Self::Locked,
            other => Self::from_workspace(&other),
        }
    }
}

impl From<ClaimError> for Failure {
    fn from(error: ClaimError) -> Self {
        match error {
            ClaimError::Ask(error) => error.into(),
            ClaimError::NotFound { .. } => Self::NotFound("no such claim; /api/v1/claims lists them".to_owned()),
            ClaimError::TooLong { .. } | ClaimError::NotKept { .. } => Self::Unprocessable(error.to_string()),
            ClaimError::Workspace(error) => error.into(),
            ClaimError::Unreadable { .. } | ClaimError::Export(_) => {
                tracing::error!("a claim failed: {error}");
                Self::Internal
            }
        }
    }
}

impl From<TileError> for Failure {
    fn from(error: TileError) -> Self {
        Self::NotFound(error.to_string())
    }
}

impl Failure {
    /// What is wrong with the workspace is for the log.
    pub(super) fn from_workspace(error: &WorkspaceError) -> Self {
        tracing::error!("the workspace could not be read: {error}");
        Self::Internal
    }

    /// Status, stable name of the kind, and the kind in words.
    fn kind(&self) -> (StatusCode, &'static str, &'static str) {
        match self {
            Self::Query(_) => (StatusCode::BAD_REQUEST, "invalid-parameter", "A parameter is wrong"),
            Self::BadRequest(_) => (StatusCode::BAD_REQUEST, "bad-request", "The request is wrong"),
            Self::NotAllowedHere(_) => (StatusCode::FORBIDDEN, "wrong-host", "Refused"),
            Self::NeedsHeader => (StatusCode::FORBIDDEN, "missing-header", "Refused"),
            Self::NeedsExact(_) => (StatusCode::FORBIDDEN, "needs-exact", "Not for this role"),
            Self::NotFound(_) => (StatusCode::NOT_FOUND, "not-found", "Not found"),
            Self::Method => (StatusCode::METHOD_NOT_ALLOWED, "method", "Another method is needed"),
            Self::NotAcceptable(_) => (StatusCode::NOT_ACCEPTABLE, "not-acceptable", "No such format"),
            Self::Locked => (StatusCode::CONFLICT, "locked", "The workspace is being changed"),
            Self::NotYet => (StatusCode::CONFLICT, "not-yet", "The answer is not there yet"),
            Self::Cancelled => (StatusCode::CONFLICT, "cancelled", "The job was cancelled"),
            Self::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "too-large", "The request is too large"),
            Self::Unprocessable(_) => {
                (StatusCode::UNPROCESSABLE_ENTITY, "no-answer", "The question has no answer here")
            }
            Self::Internal => (StatusCode::INTERNAL_SERVER_ERROR, "internal", "Something went wrong here"),
            Self::NotLogged => (StatusCode::SERVICE_UNAVAILABLE, "not-logged", "The look could not be logged"),
            Self::Busy => (StatusCode::SERVICE_UNAVAILABLE, "busy", "All workers are busy"),
            Self::Stopping => (StatusCode::SERVICE_UNAVAILABLE, "stopping", "The server is stopping"),
            Self::Timeout => (StatusCode::SERVICE_UNAVAILABLE, "timeout", "The answer took too long"),
        }
    }

    /// What was wrong and what to do.
    fn detail(&self) -> String {
        match self {
            Self::Query(error) => error.to_string(),
            Self::Unprocessable(detail)
            | Self::NotFound(detail)
            | Self::NeedsExact(detail)
            | Self::BadRequest(detail) => detail.clone(),
            Self::NotAllowedHere(detail) => (*detail).to_owned(),
            Self::NotAcceptable(formats) => {
                format!("none of the media types of `Accept` can be given: {}", formats.join(", "))
            }
            Self::Locked => "another process writes: nothing was stored; try again in a moment".to_owned(),
            Self::NotYet => "the job itself says how far it has come; ask again in a moment".to_owned(),
            Self::Cancelled => "its work was ended before there was an answer; begin another job for one".to_owned(),
            Self::NotLogged => {
                "exact data is given only when the log can be written; the server's log says why".to_owned()
            }
            Self::Busy => "ask again in a moment".to_owned(),
            Self::NeedsHeader => {
                "this needs the header x-places: 1, which only a page of this server or a program can set".to_owned()
            }
            Self::Method => "the header allow names the methods this address takes; /docs describes it".to_owned(),
            Self::TooLarge => "send fewer records at once (geocoding takes 1,000), or use the command line".to_owned(),
            Self::Stopping => "ask again when it has started".to_owned(),
            Self::Timeout => "ask for a shorter period or fewer dimensions".to_owned(),
            Self::Internal => "the server's log says what; no data was changed".to_owned(),
        }
    }

    pub(super) fn problem(self) -> Problem {
        let (status, name, title) = self.kind();
        let detail = self.detail();
        let (parameter, allowed) = match self {
            Self::Query(QueryError::Unknown { name, known, .. } | QueryError::Parameter { name, known }) => {
                (Some(name), known)
            }
            Self::Query(QueryError::Invalid { name, expected, .. }) => (Some(name), vec![expected]),
            Self::NotAcceptable(formats) => (None, formats),
            _ => (None, Vec::new()),
        };
        Problem {
            kind: format!("urn:places:problem:{name}"),
            title,
            status: status.as_u16(),
            detail,
            parameter,
            allowed,
        }
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response<Body> {
        self.problem().into_response()
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response<Body> {
        if self.status == 500 {
            tracing::error!("an answer failed: {}", self.detail);
        }
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_vec(&self).unwrap_or_default();
        let mut response = (status, [(header::CONTENT_TYPE, "application/problem+json")], body).into_response();
        if status == StatusCode::SERVICE_UNAVAILABLE || status == StatusCode::CONFLICT {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static(RETRY_AFTER));
        }
        response
    }
}

/// The answer after a handler panicked; the panic itself is in the log.
pub(super) fn after_panic(_panic: Box<dyn Any + Send>) -> Response<Body> {
    Failure::Internal.into_response()
}

/// Refusals of the server library are told like all others; `OPTIONS` says which methods an address takes.
pub(super) async fn in_our_words(request: Request, next: Next) -> Response<Body> {
    let asks_for_methods = request.method() == Method::OPTIONS;
    let response = next.run(request).await;
    if asks_for_methods && response.status() == StatusCode::METHOD_NOT_ALLOWED {
        let allow = response.headers().get(header::ALLOW).cloned();
        let mut options = StatusCode::NO_CONTENT.into_response();
        options.headers_mut().extend(allow.map(|allow| (header::ALLOW, allow)));
        return options;
    }
    let failure = match response.status() {
        StatusCode::METHOD_NOT_ALLOWED => Failure::Method,
        StatusCode::PAYLOAD_TOO_LARGE => Failure::TooLarge,
        _ => return response,
    };
    let mut ours = failure.into_response();
    if let Some(allow) = response.headers().get(header::ALLOW) {
        ours.headers_mut().insert(header::ALLOW, allow.clone());
    }
    ours
}
