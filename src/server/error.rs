//! The one place where errors become answers: RFC 9457 problem+json, never a stack or an echo of data.

use std::any::Any;

use axum::{
    body::Body,
    http::{Response, StatusCode, header},
    response::IntoResponse,
};
use serde::Serialize;

use crate::{analysis::AnalysisError, model::QueryError, tile::TileError};

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
    Unprocessable(String),
    NotFound(String),
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

impl From<AnalysisError> for Failure {
    fn from(error: AnalysisError) -> Self {
        match error {
            AnalysisError::Query(error) => Self::Query(error),
            other => Self::Unprocessable(other.to_string()),
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
    pub(super) fn from_workspace(error: &crate::workspace::WorkspaceError) -> Self {
        tracing::error!("the workspace could not be read: {error}");
        Self::Internal
    }

    fn problem(self) -> Problem {
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
                        problem.allowed = known.iter().map(|&k| k.to_owned()).collect();
                    }
                }
                problem
            }
            Self::Unprocessable(detail) => plain(
                StatusCode::BAD_REQUEST,
                "urn:places:problem:no-answer",
                "The question has no answer here",
                detail,
            ),
            Self::NotFound(detail) => plain(StatusCode::NOT_FOUND, "urn:places:problem:not-found", "Not found", detail),
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
        (status, [(header::CONTENT_TYPE, "application/problem+json")], body).into_response()
    }
}

/// The answer after a handler panicked; the panic itself is in the log.
pub(super) fn after_panic(_panic: Box<dyn Any + Send>) -> Response<Body> {
    Failure::Internal.into_response()
}

/// Refusals of the server library are told like all others.
pub(super) async fn in_our_words(response: Response<Body>) -> Response<Body> {
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

pub(super) async fn no_such_path() -> Failure {
    Failure::NotFound("no such resource; /docs lists all".to_owned())
}
