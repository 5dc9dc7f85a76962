//! What a claim leaves out because it was not there throughout, each in a plain sentence.

use super::{counts::Counted, request::CompareRequest};
use crate::{
    analysis::{
        place::Place,
        steps::{Steps, asked_sources, count_steps},
        throughout::{Locating, throughout},
    },
    ask::{AskError, Exact},
    model::{Period, Query},
    snapshot::Interrupted,
};

/// Share of a place's records from which a supplier must have delivered in the earlier periods too.
const MATERIAL: f64 = 0.05;

/// The request without suppliers and categories that were not there throughout, and a sentence for each.
pub(super) fn throughout_of(
    reader: &Exact<'_>,
    request: &CompareRequest,
    earlier: &[Period],
) -> Result<(CompareRequest, Vec<String>), AskError> {
    let near = [request.before, request.after];
    let mut asked = throughout(reader, &request.query, &near, earlier)?;
    let all: Vec<Period> = near.iter().chain(earlier).copied().collect();
    let interrupted = reader.coverage.interrupted(asked_sources(reader, &asked.query), &all);
    let beyond: Vec<Interrupted> =
        interrupted.into_iter().filter(|i| !asked.query.without.guests.contains(&i.names)).collect();
    if !beyond.is_empty() && are_material(reader, request, &asked.query, &beyond)? {
        asked.without_guests(reader, beyond, &all)?;
    }
    Ok((CompareRequest { query: asked.query, ..request.clone() }, asked.notes))
}

/// Whether some suppliers gave a noticeable share of the place's records in either period.
fn are_material(
    reader: &Exact<'_>,
    request: &CompareRequest,
    query: &Query,
    suppliers: &[Interrupted],
) -> Result<bool, AskError> {
    let place = Place::find(reader, "place", &request.place)?;
    let grouping = place.with_ring(reader, None);
    let mut without = query.clone();
    without.without.guests.extend(suppliers.iter().map(|s| s.names.clone()));
    for window in [request.before, request.after] {
        let count = |query: &Query| -> Result<f64, AskError> {
            Ok(f64::from(count_steps(reader, query, &grouping, &Steps(vec![window]))?.of(0)[0]))
        };
        let (all, own) = (count(query)?, count(&without)?);
        if all - own >= MATERIAL * all.max(1.0) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Records with and without a place, before and after.
pub(super) fn locating(
    reader: &Exact<'_>,
    request: &CompareRequest,
    counted: &Counted<'_>,
) -> Result<Locating, AskError> {
    let used = |window: Period| Steps(counted.slices(window).into_iter().map(|i| counted.steps.0[i]).collect());
    let districts = counted.place.region.districts()?;
    Locating::new(reader, &request.query, &districts, [&used(request.before), &used(request.after)])
}
