//! Which format is asked for: `f`, else `Accept` with its weights, else JSON.

use std::str::FromStr;

use axum::http::{HeaderMap, header};
use headers_accept::Accept;
use mediatype::MediaType;

use super::error::Failure;
use crate::{
    export::{Encoder, encoder, served},
    model::QueryError,
};

/// The format of an answer.
pub(super) fn format_of(asked: Option<&str>, headers: &HeaderMap) -> Result<&'static dyn Encoder, Failure> {
    if let Some(name) = asked {
        let known = encoder(name).filter(|e| e.is_served());
        return known.ok_or_else(|| QueryError::unknown("f", name, served().map(Encoder::name)).into());
    }
    let json = encoder("json").ok_or(Failure::Internal)?;
    let lines: Vec<&str> = headers.get_all(header::ACCEPT).iter().filter_map(|h| h.to_str().ok()).collect();
    if lines.is_empty() {
        return Ok(json);
    }
    // What cannot be read asks for nothing in particular.
    let Ok(accept) = Accept::from_str(&lines.join(", ")) else { return Ok(json) };
    // Of formats liked alike the first is taken: JSON.
    let mut formats: Vec<&'static dyn Encoder> = served().collect();
    formats.sort_by_key(|e| e.name() != json.name());
    let types: Vec<MediaType<'_>> = formats.iter().filter_map(|e| essence(e.media_type())).collect();
    let chosen = accept.negotiate(&types);
    let position = chosen.and_then(|chosen| types.iter().position(|t| t == chosen));
    position.map(|i| formats[i]).ok_or_else(|| {
        Failure::NotAcceptable(
            formats.iter().filter_map(|e| e.media_type().split(';').next()).map(str::to_owned).collect(),
        )
    })
}

/// A media type without its parameters.
fn essence(text: &'static str) -> Option<MediaType<'static>> {
    MediaType::parse(text.split(';').next().unwrap_or(text)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn format(accept: &str) -> Result<&'static str, u16> {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, accept.parse().unwrap());
        format_of(None, &headers).map(Encoder::name).map_err(|f| f.problem().status)
    }

    #[test]
    fn weights_decide_and_what_is_refused_is_not_sent() {
        assert_eq!(format("*/*"), Ok("json"));
        assert_eq!(format("text/csv"), Ok("csv"));
        assert_eq!(format("text/csv;q=0.1, application/geo+json;q=0.9"), Ok("geojson"));
        assert_eq!(format("application/json;q=0, text/csv"), Ok("csv"));
        assert_eq!(format("text/*"), Ok("csv"));
        assert_eq!(format("image/png"), Err(406));
        assert_eq!(format("image/png, */*;q=0.1"), Ok("json"));
    }
}
