//! The one place where errors become answers: RFC 9457 problem+json, never a stack or an echo of data.

use std::any::Any;

use axum::{
    body::Body,
    http::{HeaderValue, Method, Response, StatusCode, header},
    extract::Request,
    middleware::Next,
    response::IntoResponse,
};
use serde::Serialize;

use crate::{access::AccessError, ask::AskError, claims::ClaimError, model::QueryError, tile::TileError, workspace::WorkspaceError};

/// Seconds after which what was locked or busy may be free.
const RETRY_AFTER: &str = "2";

/// A problem as RFC 9457 has it.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Problem {
    /// Stable name of the kind of problem.
    #[serde(rename = "type")]
    pub kind: &'static str,
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

    pub(super) fn problem(self) -> Problem {
        let plain = |status: StatusCode, kind, title, detail: String| Problem {
            kind,
            title,
            status: status.as_u16(),
            detail,
            parameter: None,
            allowed: Vec::new(),
        };
        match self {
            Self::Query(error) => {
                let detail = error.to_string();
                let mut problem = plain(
                    StatusCode::BAD_REQUEST,
                    "urn:places:problem:invalid-parameter",
                    "A parameter is wrong",
                    detail,
                );
                match error {
                    QueryError::Unknown { name, known, .. } => {
                        problem.parameter = Some(name);
                        problem.allowed = known;
                    }
                    QueryError::Invalid { name, expected, .. } => {
                        problem.parameter = Some(name);
                        problem.allowed = vec![expected];
                    }
                    QueryError::Parameter { name, known } => {
                        problem.parameter = Some(name);
                        problem.allowed = known;
                    }
                }
                problem
            }
            Self::Unprocessable(detail) => plain(
                StatusCode::UNPROCESSABLE_ENTITY,
                "urn:places:problem:no-answer",
                "The question has no answer here",
                detail,
            ),
            Self::NotFound(detail) => plain(StatusCode::NOT_FOUND, "urn:places:problem:not-found", "Not found", detail),
            Self::NotAcceptable(formats) => {
                let detail = format!("none of the media types of `Accept` can be given: {}", formats.join(", "));
                let kind = "urn:places:problem:not-acceptable";
                let problem = plain(StatusCode::NOT_ACCEPTABLE, kind, "No such format", detail);
                Problem { allowed: formats, ..problem }
            }
            Self::Locked => plain(
                StatusCode::CONFLICT,
                "urn:places:problem:locked",
                "The workspace is being changed",
                "another process writes: nothing was stored; try again in a moment".to_owned(),
            ),
            Self::NeedsExact(detail) => {
                plain(StatusCode::FORBIDDEN, "urn:places:problem:needs-exact", "Not for this role", detail)
            }
            Self::NotLogged => plain(
                StatusCode::SERVICE_UNAVAILABLE,
                "urn:places:problem:not-logged",
                "The look could not be logged",
                "exact data is given only when the log can be written; the server's log says why".to_owned(),
            ),
            Self::Busy => plain(
                StatusCode::SERVICE_UNAVAILABLE,
                "urn:places:problem:busy",
                "All workers are busy",
                "ask again in a moment".to_owned(),
            ),
            Self::BadRequest(detail) => {
                plain(StatusCode::BAD_REQUEST, "urn:places:problem:bad-request", "The request is wrong", detail)
            }
            Self::NotAllowedHere(detail) => {
                plain(StatusCode::FORBIDDEN, "urn:places:problem:wrong-host", "Refused", detail.to_owned())
            }
            Self::NeedsHeader => plain(
                StatusCode::FORBIDDEN,
                "urn:places:problem:missing-header",
                "Refused",
                "this needs the header x-places: 1, which only a page of this server or a program can set".to_owned(),
            ),
            Self::Method => plain(
                StatusCode::METHOD_NOT_ALLOWED,
                "urn:places:problem:method",
                "Another method is needed",
                "the header allow names the methods this address takes; /docs describes it".to_owned(),
            ),
            Self::TooLarge => plain(
                StatusCode::PAYLOAD_TOO_LARGE,
                "urn:places:problem:too-large",
                "The request is too large",
                "send fewer records at once (geocoding takes 1,000), or use the command line".to_owned(),
            ),
            Self::Stopping => plain(
                StatusCode::SERVICE_UNAVAILABLE,
                "urn:places:problem:stopping",
                "The server is stopping",
                "ask again when it has started".to_owned(),
            ),
            Self::Timeout => plain(
                StatusCode::SERVICE_UNAVAILABLE,
                "urn:places:problem:timeout",
                "The answer took too long",
                "ask for a shorter period or fewer dimensions".to_owned(),
            ),
            Self::Internal => plain(
                StatusCode::INTERNAL_SERVER_ERROR,
                "urn:places:problem:internal",
                "Something went wrong here",
                "the server's log says what; no data was changed".to_owned(),
            ),
        }
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response<Body> {
        let problem = self.problem();
        if problem.status == 500 {
            tracing::error!("an answer failed: {}", problem.detail);
        }
        let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_vec(&problem).unwrap_or_default();
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
