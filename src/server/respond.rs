//! What every answer carries: its tag, how it may be cached; and 304 where the caller has it already.

use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, Response, StatusCode, header},
    response::IntoResponse,
};

use super::{error::Failure, stream::Sent};
use crate::{model::QueryError, snapshot::Snapshot};

/// Parameters of a request in their order.
pub(super) type Pairs = Vec<(String, String)>;

/// Takes a parameter of the edge itself out of the list.
///
/// # Errors
/// [`QueryError::Invalid`] where it stands twice.
pub(super) fn take(pairs: &mut Pairs, name: &str) -> Result<Option<String>, QueryError> {
    let (taken, left): (Pairs, Pairs) = std::mem::take(pairs).into_iter().partition(|p| p.0 == name);
    *pairs = left;
    match &taken[..] {
        [] | [_] => Ok(taken.into_iter().next().map(|p| p.1)),
        [_, second, ..] => Err(QueryError::invalid(name, &second.1, format!("one value: {name} was given twice"))),
    }
}

/// A strong tag: program, workspace and its state, settings, who asks, and what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tag(String);

impl Tag {
    /// The tag of an answer to `what`, of a method's version.
    pub(super) fn of(ground: &Snapshot, role: &str, method: &str, what: &str) -> Self {
        let mut hasher = blake3::Hasher::new();
        for part in [env!("CARGO_PKG_VERSION"), &ground.identity(), role, method, what] {
            hasher.update(&(part.len() as u64).to_le_bytes()).update(part.as_bytes());
        }
        Self(hasher.finalize().to_hex()[..32].to_owned())
    }

    /// Whether the caller names it.
    pub(super) fn is_known(&self, headers: &HeaderMap) -> bool {
        let lines = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|h| h.to_str().ok());
        // A compressed answer has the tag of its content, with the coding behind it.
        let content = |tag: &str| {
            let tag = tag.trim().trim_start_matches("W/").trim_matches('"');
            tag.split_once('.').map_or_else(|| tag.to_owned(), |t| t.0.to_owned())
        };
        lines.flat_map(|l| l.split(',')).any(|tag| tag.trim() == "*" || content(tag) == self.0)
    }

    /// What answers under it carry. Exact answers are never stored by a cache; the tag serves programs that keep their own.
    fn headers(&self) -> [(header::HeaderName, String); 3] {
        [
            (header::ETAG, format!("\"{}\"", self.0)),
            (header::CACHE_CONTROL, "no-store".to_owned()),
            (header::VARY, "accept, accept-encoding".to_owned()),
        ]
    }

    /// 304: the caller has it already.
    pub(super) fn not_modified(&self) -> Response<Body> {
        (StatusCode::NOT_MODIFIED, self.headers()).into_response()
    }

    /// The answer: 204 when it is empty.
    pub(super) fn respond(&self, content_type: &'static str, sent: Sent) -> Response<Body> {
        match sent {
            Sent::Whole(bytes) if bytes.is_empty() => (StatusCode::NO_CONTENT, self.headers()).into_response(),
            sent => (self.headers(), [(header::CONTENT_TYPE, content_type)], sent.body()).into_response(),
        }
    }
}

/// A compressed representation is another one: its tag names the coding.
pub(super) async fn tag_of_coding(mut response: Response<Body>) -> Response<Body> {
    let Some(coding) = response.headers().get(header::CONTENT_ENCODING).and_then(|c| c.to_str().ok()) else {
        return response;
    };
    let tag = response.headers().get(header::ETAG).and_then(|t| t.to_str().ok()).and_then(|t| t.strip_suffix('"'));
    if let Some(tag) = tag.and_then(|t| HeaderValue::from_str(&format!("{t}.{coding}\"")).ok()) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response
}

/// A value as JSON under a tag.
pub(super) fn json(tag: &Tag, value: &impl serde::Serialize) -> Result<Response<Body>, Failure> {
    let body = serde_json::to_vec(value).map_err(|_| Failure::Internal)?;
    Ok(tag.respond("application/json", Sent::Whole(body)))
}
