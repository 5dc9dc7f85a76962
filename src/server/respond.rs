//! From an answer to bytes: the format asked for, the `ETag`, 304 where the caller has it already.

use axum::{
    body::Body,
    http::{HeaderMap, Response, StatusCode, header},
    response::IntoResponse,
};

use super::error::Failure;
use crate::{
    analysis::Rows,
    export::{Format, to_geojson, to_json, to_parquet, write_csv},
    model::{Caller, QueryError},
    snapshot::Snapshot,
};

/// Parameters of a request in their order.
pub(super) type Pairs = Vec<(String, String)>;

/// Takes a parameter that is not the query's out of the list.
pub(super) fn take(pairs: &mut Pairs, name: &str) -> Option<String> {
    let i = pairs.iter().position(|(n, _)| n == name)?;
    Some(pairs.remove(i).1)
}

/// The format: `f`, else `Accept`, else JSON.
pub(super) fn format_of(pairs: &mut Pairs, headers: &HeaderMap) -> Result<Format, QueryError> {
    const ALLOWED: [&str; 4] = ["json", "geojson", "csv", "parquet"];
    if let Some(name) = take(pairs, "f") {
        let format = Format::from_name(&name).filter(|f| *f != Format::Table);
        return format.ok_or_else(|| QueryError::unknown("f", &name, ALLOWED));
    }
    let accept = headers.get(header::ACCEPT).and_then(|h| h.to_str().ok()).unwrap_or_default();
    Ok(if accept.contains("application/geo+json") {
        Format::GeoJson
    } else if accept.contains("text/csv") {
        Format::Csv
    } else if accept.contains("application/vnd.apache.parquet") {
        Format::Parquet
    } else {
        Format::Json
    })
}

/// The strong `ETag` of an answer: snapshot, settings, role, and the question in its canonical form, which holds
/// the protection.
pub(super) fn etag(snapshot: &Snapshot, caller: &Caller, canonical: &str) -> String {
    let text = format!("{}|{}|{}|{}|{canonical}", snapshot.id, snapshot.settings, caller.role.name(), caller.agency);
    format!("\"{}\"", &blake3::hash(text.as_bytes()).to_hex()[..32])
}

/// Bytes with their type, and the tag under which a caller may ask again.
pub(super) struct Answer {
    pub(super) content_type: &'static str,
    pub(super) body: Vec<u8>,
    pub(super) etag: String,
}

impl Answer {
    /// The response: 304 when the caller has it already, 204 when it is empty.
    pub(super) fn respond(self, headers: &HeaderMap) -> Response<Body> {
        // Exact answers are never stored by a cache; the tag serves programs that keep their own.
        let fixed = [(header::ETAG, self.etag.clone()), (header::CACHE_CONTROL, "no-store".to_owned())];
        let known = headers.get(header::IF_NONE_MATCH).and_then(|h| h.to_str().ok()).unwrap_or_default();
        if known == "*" || known.split(',').any(|tag| tag.trim().trim_start_matches("W/") == self.etag) {
            return (StatusCode::NOT_MODIFIED, fixed).into_response();
        }
        if self.body.is_empty() {
            return (StatusCode::NO_CONTENT, fixed).into_response();
        }
        (fixed, [(header::CONTENT_TYPE, self.content_type)], self.body).into_response()
    }
}

/// Rows in a format.
pub(super) fn rows_answer(
    snapshot: &Snapshot,
    rows: &Rows,
    summary: &impl serde::Serialize,
    format: Format,
    etag: String,
) -> Result<Answer, Failure> {
    let json = |value: &serde_json::Value| serde_json::to_vec(value).map_err(|_| Failure::Internal);
    let (content_type, body) = match format {
        Format::Csv | Format::Table => {
            let mut body = Vec::new();
            write_csv(rows, &mut body).map_err(|_| Failure::Internal)?;
            ("text/csv; charset=utf-8", body)
        }
        Format::GeoJson => ("application/geo+json", json(&to_geojson(snapshot, rows, summary))?),
        Format::Parquet => ("application/vnd.apache.parquet", to_parquet(rows).map_err(|_| Failure::Internal)?),
        Format::Json => ("application/json", json(&to_json(rows, summary))?),
    };
    Ok(Answer { content_type, body, etag })
}

/// A value as JSON.
pub(super) fn json_answer(
    snapshot: &Snapshot,
    caller: &Caller,
    canonical: &str,
    value: &impl serde::Serialize,
) -> Result<Answer, Failure> {
    let body = serde_json::to_vec(value).map_err(|_| Failure::Internal)?;
    Ok(Answer { content_type: "application/json", body, etag: etag(snapshot, caller, canonical) })
}
