//! `/api/v1/claims`: stored answers, byte for byte as the command line prints them with `--format json`.

use std::sync::Arc;

use axum::{
    body::{Body, Bytes},
    extract::{Path, Query as Params, State},
    http::{HeaderMap, HeaderValue, Response, StatusCode, header},
    response::IntoResponse,
};
use serde::{Deserialize, Serialize};

use super::{
    AppState,
    caller::Caller,
    error::Failure,
    geocode::{body, needs_header},
    respond::{Pairs, Tag, json, take},
    stream::Sent,
    workers::{Asker, WITHIN},
};
use crate::{
    access::LogLine,
    analysis::question,
    ask::{Exact, Raw, Watch},
    claims::{self, Keeping},
    model::QueryError,
};

/// A stored claim in the list.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct ClaimEntry {
    /// Identity.
    pub id: String,
    /// `compare` or `briefing`.
    pub kind: String,
    /// First day not looked at.
    pub data_cutoff: String,
    /// Place, or nothing.
    pub place_name: String,
    /// Verdict or headline.
    pub says: String,
}

/// A question whose answer is to be kept.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct KeepRequest {
    /// `compare` (when left out) or `briefing`.
    #[serde(default = "compare")]
    pub question: String,
    /// Names and values of its parameters, as in the address.
    #[serde(default)]
    pub parameters: std::collections::BTreeMap<String, ParameterValue>,
}

/// What a kept answer begins with; all that `/compare` or `/briefing` give follows.
#[derive(Debug, utoipa::ToSchema)]
#[expect(dead_code, reason = "only described: the bytes are those that were stored")]
pub(super) struct KeptAnswer {
    /// Identity of a claim.
    claim_id: Option<String>,
    /// Identity of a briefing.
    briefing_id: Option<String>,
}

/// One value, or several.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(untagged)]
pub(super) enum ParameterValue {
    /// One.
    One(String),
    /// Several.
    Several(Vec<String>),
}

/// The question that is kept where none is named.
pub(super) const USUAL: &str = "compare";

fn compare() -> String {
    USUAL.to_owned()
}

impl ParameterValue {
    fn values(self) -> Vec<String> {
        match self {
            Self::One(value) => vec![value],
            Self::Several(values) => values,
        }
    }
}

/// Asks a question and keeps its answer as a claim.
///
/// The question stands in the body; for scripts also in the address, with `question` beside its parameters and no body.
#[utoipa::path(
    post, path = "/api/v1/claims", tag = "evidence",
    request_body(content = KeepRequest, description = "The question"),
    responses(
        (status = 201, description = "The claim as it was stored", body = KeptAnswer),
        (status = 200, description = "The claim, which was stored before", body = KeptAnswer)
    )
)]
pub(super) async fn keep(
    State(state): State<Arc<AppState>>,
    caller: Caller,
    Params(mut pairs): Params<Pairs>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Response<Body>, Failure> {
    needs_header(&headers)?;
    let mut name = take(&mut pairs, "question")?.unwrap_or_else(compare);
    if !bytes.is_empty() {
        let request: KeepRequest = body(&bytes)?;
        if !pairs.is_empty() {
            return Err(Failure::BadRequest(
                "the question stands in the address and in the body: one of them".to_owned(),
            ));
        }
        name = request.question;
        let each = request.parameters.into_iter();
        pairs = each.flat_map(|(n, v)| v.values().into_iter().map(move |v| (n.clone(), v))).collect();
    }
    let kept = ["compare", "briefing"];
    let entry = question(&name).filter(|e| e.declaration.kept);
    let entry = entry.ok_or_else(|| QueryError::unknown("question", &name, kept))?;
    let asked = entry.ask(pairs.into_iter().map(|(n, v)| (n, Raw::from(v))))?;
    let watch = Watch::until(WITHIN);
    let mut asker = Asker::of(&watch);
    let (shared, served) = (state.clone(), state.current());
    let json = state
        .workers
        .run("claims", move || {
            let ground = &served.snapshot;
            let look = LogLine::look(asked.declaration().name, &ground.identity(), &asked.canonical().text());
            let grant = shared.access.exact(caller.who(), &look)?;
            let reader = Exact::open(ground, &grant, watch);
            let mut answer = asked.answer(&reader)?;
            let claimed = claims::claim(asked.as_ref(), ground, &mut answer)?;
            let change = LogLine::change("claim", &ground.identity(), &claimed.kept.id);
            shared.access.change(caller.who(), &change)?;
            let keeping = claims::keep(shared.workspace(), &claimed)?;
            shared.access.answered(&grant, 1, None)?;
            Ok((claimed.json, keeping))
        })
        .await;
    asker.served();
    let (json, keeping) = json?;
    let status = if keeping == Keeping::Stored { StatusCode::CREATED } else { StatusCode::OK };
    let fixed = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")];
    Ok((status, fixed, json).into_response())
}

/// Lists stored claims and briefings.
#[utoipa::path(
    get, path = "/api/v1/claims", tag = "evidence",
    responses((status = 200, description = "The claims", body = Vec<ClaimEntry>))
)]
pub(super) async fn list(
    State(state): State<Arc<AppState>>,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Response<Body>, Failure> {
    let workspace = state.workspace().clone();
    state
        .compute(move |served| {
            let entries: Vec<ClaimEntry> = claims::all(&workspace)?
                .into_iter()
                .map(|stored| {
                    let told = claims::Told::of(&stored);
                    ClaimEntry {
                        says: told.says,
                        place_name: told.place,
                        id: stored.id,
                        kind: stored.kind,
                        data_cutoff: stored.cutoff,
                    }
                })
                .collect();
            let known: Vec<&str> = entries.iter().map(|e| e.id.as_str()).collect();
            let tag = Tag::of(&served.snapshot, &caller.key(), "1", &format!("claims|{}", known.join(",")));
            if tag.is_known(&headers) { Ok(tag.not_modified()) } else { json(&tag, &entries) }
        })
        .await
}

/// A stored claim as it was made, byte for byte; `replay=true` makes it again and says in `x-places-replay` whether it is the same.
#[utoipa::path(
    get, path = "/api/v1/claims/{id}", tag = "evidence",
    params(
        ("id" = String, Path, description = "Identity", min_length = 1, max_length = 64, example = "c0ffee123456"),
        ("replay" = Option<bool>, Query, description = "Make it again"),
    ),
    responses((
        status = 200, description = "The claim", body = serde_json::Value,
        headers(("x-places-replay" = String, description = "stored, same, same-figures or different"))
    ))
)]
pub(super) async fn show(
    State(state): State<Arc<AppState>>,
    caller: Caller,
    Path(id): Path<String>,
    Params(mut pairs): Params<Pairs>,
    headers: HeaderMap,
) -> Result<Response<Body>, Failure> {
    let again = match take(&mut pairs, "replay")?.as_deref() {
        None | Some("false" | "0") => false,
        Some("true" | "1") => true,
        Some(other) => return Err(QueryError::invalid("replay", other, "true or false").into()),
    };
    if let Some((name, _)) = pairs.first() {
        return Err(QueryError::parameter(name, ["replay"]).into());
    }
    let (shared, served) = (state.clone(), state.current());
    let watch = Watch::until(WITHIN);
    let mut asker = Asker::of(&watch);
    let key = caller.key();
    let (json, outcome) = state
        .workers
        .run("claims", move || {
            let ground = &served.snapshot;
            let verb = if again { "replay" } else { "claim" };
            let grant = shared.access.exact(caller.who(), &LogLine::look(verb, &ground.identity(), &id))?;
            let (json, outcome) = if again {
                let replayed = claims::replay(shared.workspace(), &Exact::open(ground, &grant, watch), &id)?;
                (replayed.now.json, replayed.outcome.word())
            } else {
                (claims::find(shared.workspace(), &id)?.result, "stored")
            };
            shared.access.answered(&grant, 1, None)?;
            Ok((json, outcome))
        })
        .await?;
    asker.served();
    let digest = blake3::hash(json.as_bytes()).to_hex();
    let tag = Tag::of(&state.current().snapshot, &key, "1", &format!("claim|{outcome}|{digest}"));
    let mut response = if tag.is_known(&headers) {
        tag.not_modified()
    } else {
        tag.respond("application/json", Sent::Whole(json.into_bytes()))
    };
    response.headers_mut().insert("x-places-replay", HeaderValue::from_static(outcome));
    Ok(response)
}
