//! Every question of the registry over HTTP: one handler.

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    body::Body,
    extract::{Path, Query as Params, State},
    http::{HeaderMap, Response},
    routing::{MethodRouter, get},
};

use super::{
    AppState,
    accept::format_of,
    caller::Caller,
    error::Failure,
    jobs,
    respond::{Pairs, Tag, take},
    stream::Pipe,
    workers::{Asker, WITHIN},
    written::written,
};
use crate::{
    ask::{self, Asked, Declaration, Entry, Watch},
    export::Encoder,
    model::QueryError,
};

/// Parts of a path.
type Parts = Path<BTreeMap<String, String>>;

/// The route of a question.
pub(super) fn route(entry: &'static Entry) -> MethodRouter<Arc<AppState>> {
    get(
        async move |State(state): State<Arc<AppState>>,
                    caller: Caller,
                    Path(parts): Parts,
                    Params(pairs): Params<Pairs>,
                    headers: HeaderMap| { answer(entry, state, caller, parts, pairs, headers).await },
    )
}

async fn answer(
    entry: &'static Entry,
    state: Arc<AppState>,
    caller: Caller,
    parts: BTreeMap<String, String>,
    mut pairs: Pairs,
    headers: HeaderMap,
) -> Result<Response<Body>, Failure> {
    let format = format_of(take(&mut pairs, "f")?.as_deref(), &headers)?;
    let placed = entry.declaration.path != ask::Path::Name;
    if placed {
        let place = format!("{}:{}", part(&parts, "layer"), part(&parts, "code"));
        pairs.push(("place".to_owned(), place));
    }
    let asked = entry.ask(pairs)?;
    let tag = tag(&state, &caller, asked.as_ref(), format);
    if tag.is_known(&headers) {
        return Ok(tag.not_modified());
    }
    let given = if jobs::is_wanted(&headers)? {
        jobs::begin(&state, caller, asked, format).await
    } else {
        give(&state, caller, asked, format).await.map(|sent| tag.respond(format.media_type(), sent))
    };
    given.map_err(|failure| match failure {
        // The place is part of the path.
        Failure::Query(QueryError::Unknown { name, .. }) if placed && name == "place" => {
            Failure::NotFound("no such area; /api/v1/areas lists layers".to_owned())
        }
        other => other,
    })
}

fn part<'p>(parts: &'p BTreeMap<String, String>, name: &str) -> &'p str {
    parts.get(name).map_or("", String::as_str)
}

fn tag(state: &AppState, caller: &Caller, asked: &dyn Asked, format: &dyn Encoder) -> Tag {
    let served = state.current();
    let Declaration { method, .. } = asked.declaration();
    Tag::of(&served.snapshot, &caller.key(), method, &format!("{}|{}", format.name(), asked.canonical().text()))
}

/// Logs the look, answers, and sends as it is written. The turn and the watch belong to the work: it ends when it is done,
/// when its time is over, or when whoever asked has left.
async fn give(
    state: &Arc<AppState>,
    caller: Caller,
    asked: Box<dyn Asked>,
    format: &'static dyn Encoder,
) -> Result<super::stream::Sent, Failure> {
    let turn = state.workers.turn(asked.declaration().name).await?;
    let watch = Watch::until(WITHIN);
    let mut asker = Asker::of(&watch);
    let (pipe, started) = Pipe::new(&watch);
    let state = state.clone();
    tokio::task::spawn_blocking(move || {
        let _turn = turn;
        write(&state, &caller, asked.as_ref(), format, watch, pipe);
    });
    let sent = started.await.map_err(|_| Failure::Internal)?;
    // From here on the pipe knows when nobody reads any more.
    asker.served();
    sent
}

fn write(
    state: &AppState,
    caller: &Caller,
    asked: &dyn Asked,
    format: &'static dyn Encoder,
    watch: Watch,
    mut pipe: Pipe,
) {
    match written(state, caller, asked, format, watch, &mut pipe) {
        // Nobody is left to be told.
        Ok(()) => _ = pipe.finish(),
        Err(failure) => pipe.fail(failure),
    }
}
