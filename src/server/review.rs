//! `/api/v1/review`: what waits for a person, decisions, undo, names taught; the same functions as `places review`.

use std::sync::Arc;

use axum::{
    body::{Body, Bytes},
    extract::{Query as Params, State},
    http::{HeaderMap, Response, StatusCode, header},
    response::IntoResponse,
};
use serde::{Deserialize, Serialize};

use super::{
    AppState,
    error::Failure,
    geocode::{body, needs_header},
    respond::{Pairs, take},
};
use crate::{
    import::{Choice, ImportError},
    model::QueryError,
    review::{self, Decision, NewAlias, QueueItem, ReviewError, Taught},
    workspace::{ReviewDecision, WorkspaceError},
};

/// Most wordings of one answer.
const MAX_ITEMS: usize = 500;
/// Decisions told, the newest.
const DECISIONS: usize = 20;

impl From<ReviewError> for Failure {
    fn from(error: ReviewError) -> Self {
        match error {
            ReviewError::Workspace(WorkspaceError::Locked { .. })
            | ReviewError::Import(ImportError::Workspace(WorkspaceError::Locked { .. })) => Self::Locked,
            ReviewError::Import(_) | ReviewError::Workspace(_) | ReviewError::Io(_) => {
                tracing::error!("a review failed: {error}");
                Self::Internal
            }
            ReviewError::NoItem { .. } => {
                Self::NotFound("nothing waits under that identity any more; load the queue again".to_owned())
            }
            ReviewError::NoDecision { .. } => {
                Self::NotFound("there is no such decision to take back; load the queue again".to_owned())
            }
            ReviewError::NothingDecided => Self::NotFound("no decision is in force: nothing to take back".to_owned()),
            ReviewError::NoAlias { .. } => {
                Self::NotFound("that name does not wait for anybody's agreement; load the queue again".to_owned())
            }
            ReviewError::NotPending { .. } => {
                Self::NotFound("that decision does not wait for anybody's agreement; load the queue again".to_owned())
            }
            ReviewError::NoPerson => Self::Unprocessable("who is missing (1 to 80 characters)".to_owned()),
            other => Self::Unprocessable(other.to_string()),
        }
    }
}

/// A decision as it is told.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct DecisionEntry {
    /// Number.
    pub number: i64,
    /// Who.
    pub who: String,
    /// When, UTC.
    pub decided_at: String,
    /// Records.
    pub records: u64,
    /// Whether it was taken back.
    pub undone: bool,
    /// Whether it waits for a second person.
    pub pending: bool,
    /// The place chosen, in words.
    pub place: String,
}

impl DecisionEntry {
    fn of(decision: ReviewDecision) -> Self {
        let (pending, place) = review::told_decision(&decision);
        let ReviewDecision { number, who, decided_at, records, undone, .. } = decision;
        Self { number, who, decided_at, records, undone, pending, place }
    }
}

/// A name taught.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct AliasEntry {
    /// Number.
    pub number: i64,
    /// Name.
    pub name: String,
    /// District, or empty.
    pub district: String,
    /// `pending`, `live` or `undone`.
    pub state: String,
    /// Who taught it.
    pub who: String,
    /// Records that it places.
    pub records: u64,
}

/// What waits and what was decided.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct ReviewResponse {
    /// Wordings that wait.
    pub wordings: usize,
    /// Records that wait.
    pub records: u64,
    /// The weightiest wordings.
    pub items: Vec<QueueItem>,
    /// The newest decisions.
    pub decisions: Vec<DecisionEntry>,
    /// Names taught, the newest first.
    pub aliases: Vec<AliasEntry>,
    /// An alias that places more records needs a second person.
    pub agreement_from: u64,
}

/// A decision to make.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DecisionRequest {
    /// Identity of the wording.
    pub item: String,
    /// A candidate's number, `n` for nowhere, or `LON,LAT`.
    #[schema(pattern = "^([nN]|[1-9][0-9]{0,2}|-?[0-9]{1,3}(\\.[0-9]{1,15})?,-?[0-9]{1,2}(\\.[0-9]{1,15})?)$")]
    pub choice: String,
    /// Who decides.
    #[schema(min_length = 1, max_length = 80, pattern = "\\S")]
    pub who: String,
}

/// A decision to take back.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct UndoRequest {
    /// Its number; the last one when left out.
    pub number: Option<i64>,
}

/// A name to teach.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AliasRequest {
    /// The name and its place.
    pub alias: NewAlias,
    /// Who teaches.
    #[schema(min_length = 1, max_length = 80, pattern = "\\S")]
    pub who: String,
}

/// Agreement with a name or a decision that waits.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AgreeRequest {
    /// The number of the alias, or of the decision.
    pub number: i64,
    /// Who agrees.
    #[schema(min_length = 1, max_length = 80, pattern = "\\S")]
    pub who: String,
}

fn answer(status: StatusCode, value: &impl Serialize) -> Result<Response<Body>, Failure> {
    let json = serde_json::to_vec(value).map_err(|_| Failure::Internal)?;
    let fixed = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")];
    Ok((status, fixed, json).into_response())
}

/// What waits for a person, the weightiest first.
#[utoipa::path(
    get, path = "/api/v1/review", tag = "geocoding",
    params(
        ("source" = Option<String>, Query, description = "Only wordings of this source"),
        ("limit" = Option<usize>, Query, description = "How many, at most 500 (100 when left out)", minimum = 0, maximum = 500),
    ),
    responses((status = 200, body = ReviewResponse), (status = 400, body = super::Problem, content_type = "application/problem+json"))
)]
pub(super) async fn queue(
    State(state): State<Arc<AppState>>,
    Params(mut pairs): Params<Pairs>,
) -> Result<Response<Body>, Failure> {
    let source = take(&mut pairs, "source")?;
    let limit = match take(&mut pairs, "limit")? {
        None => 100,
        Some(text) => {
            let number = text.parse::<usize>().ok().filter(|n| *n <= MAX_ITEMS);
            number.ok_or_else(|| QueryError::unknown("limit", &text, ["a number up to 500"]))?
        }
    };
    if let Some((name, _)) = pairs.first() {
        return Err(QueryError::parameter(name, ["source", "limit"]).into());
    }
    let workspace = state.workspace().clone();
    let response = state
        .compute(move |_| {
            let queue = review::queue(&workspace)?;
            let of_source = |i: &QueueItem| source.as_ref().is_none_or(|s| i.sources.contains(s));
            let items: Vec<QueueItem> = queue.items.into_iter().filter(of_source).collect();
            Ok(ReviewResponse {
                wordings: items.len(),
                records: items.iter().map(|i| i.records).sum(),
                items: items.into_iter().take(limit).collect(),
                decisions: queue.decisions.into_iter().take(DECISIONS).map(DecisionEntry::of).collect(),
                aliases: queue
                    .aliases
                    .into_iter()
                    .map(|a| AliasEntry {
                        number: a.number,
                        name: a.name,
                        district: a.district,
                        state: a.state.name().to_owned(),
                        who: a.who,
                        records: a.records,
                    })
                    .collect(),
                agreement_from: review::AGREEMENT_FROM,
            })
        })
        .await?;
    answer(StatusCode::OK, &response)
}

/// Decides on a wording: every record with the same words is placed, now and in later imports; a candidate with a `record`
/// places that one alone. More than 100 records need a second person: the decision is then `pending`.
#[utoipa::path(
    post, path = "/api/v1/review/decisions", tag = "geocoding", request_body = DecisionRequest,
    responses((status = 201, body = Decision), (status = 404, body = super::Problem, content_type = "application/problem+json"))
)]
pub(super) async fn decide(
    State(state): State<Arc<AppState>>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Response<Body>, Failure> {
    needs_header(&headers)?;
    let request: DecisionRequest = body(&bytes)?;
    let workspace = state.workspace().clone();
    let decision: Decision = state
        .compute(move |_| {
            let queue = review::queue(&workspace)?;
            let item = queue.items.iter().find(|i| i.id == request.item);
            let item = item.ok_or_else(|| ReviewError::NoItem { id: String::new() })?;
            let choice: Choice = review::read_choice(item, &request.choice)?;
            Ok(review::decide(&workspace, &request.item, choice, &request.who)?)
        })
        .await?;
    answer(StatusCode::CREATED, &decision)
}

/// Agrees, as a second person, with a decision that waits.
#[utoipa::path(
    post, path = "/api/v1/review/decisions/agree", tag = "geocoding", request_body = AgreeRequest,
    responses((status = 200, body = Decision), (status = 404, body = super::Problem, content_type = "application/problem+json"))
)]
pub(super) async fn agree_decision(
    State(state): State<Arc<AppState>>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Response<Body>, Failure> {
    needs_header(&headers)?;
    let request: AgreeRequest = body(&bytes)?;
    let workspace = state.workspace().clone();
    let decision =
        state.compute(move |_| Ok(review::agree_decision(&workspace, request.number, &request.who)?)).await?;
    answer(StatusCode::OK, &decision)
}

/// Takes a decision back.
#[utoipa::path(
    post, path = "/api/v1/review/undo", tag = "geocoding", request_body = UndoRequest,
    responses((status = 200, body = Decision), (status = 404, body = super::Problem, content_type = "application/problem+json"))
)]
pub(super) async fn undo(
    State(state): State<Arc<AppState>>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Response<Body>, Failure> {
    needs_header(&headers)?;
    let request: UndoRequest = body(&bytes)?;
    let workspace = state.workspace().clone();
    let decision = state.compute(move |_| Ok(review::undo(&workspace, request.number)?)).await?;
    answer(StatusCode::OK, &decision)
}

/// Teaches a name; where it would place more than 100 records it waits for a second person.
#[utoipa::path(
    post, path = "/api/v1/review/aliases", tag = "geocoding", request_body = AliasRequest,
    responses((status = 201, body = Taught), (status = 400, body = super::Problem, content_type = "application/problem+json"))
)]
pub(super) async fn teach(
    State(state): State<Arc<AppState>>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Response<Body>, Failure> {
    needs_header(&headers)?;
    let request: AliasRequest = body(&bytes)?;
    let workspace = state.workspace().clone();
    let taught = state.compute(move |_| Ok(review::teach(&workspace, &request.alias, &request.who)?)).await?;
    answer(StatusCode::CREATED, &taught)
}

/// Agrees, as a second person, with a name that waits.
#[utoipa::path(
    post, path = "/api/v1/review/aliases/agree", tag = "geocoding", request_body = AgreeRequest,
    responses((status = 200, body = Taught), (status = 400, body = super::Problem, content_type = "application/problem+json"))
)]
pub(super) async fn agree(
    State(state): State<Arc<AppState>>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Response<Body>, Failure> {
    needs_header(&headers)?;
    let request: AgreeRequest = body(&bytes)?;
    let workspace = state.workspace().clone();
    let taught = state.compute(move |_| Ok(review::agree(&workspace, request.number, &request.who)?)).await?;
    answer(StatusCode::OK, &taught)
}
