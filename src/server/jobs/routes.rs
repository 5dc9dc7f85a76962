//! `/api/v1/jobs`: how far a job has come, its answer, and its end before its time.

use std::sync::Arc;

use super::{JobEntry, job::Outcome};
use crate::{
    access::LogLine,
    server::{AppState, caller::Caller, error::Failure, geocode::needs_header},
};
use axum::{
    body::Body,
    extract::{Path, State},
    http::{HeaderMap, Response, StatusCode, header},
    response::IntoResponse,
};

/// Never kept by anybody on the way.
const FRESH: [(header::HeaderName, &str); 1] = [(header::CACHE_CONTROL, "no-store")];

/// Lists your jobs, the newest first.
#[utoipa::path(
    get, path = "/api/v1/jobs", tag = "jobs",
    responses((status = 200, description = "The jobs", body = Vec<JobEntry>))
)]
pub(in crate::server) async fn list_jobs(State(state): State<Arc<AppState>>, caller: Caller) -> Response<Body> {
    let jobs: Vec<JobEntry> = state.jobs.of(caller.who()).iter().map(|job| JobEntry::of(job)).collect();
    (FRESH, axum::Json(jobs)).into_response()
}

/// Tells how far a job has come.
#[utoipa::path(
    get, path = "/api/v1/jobs/{id}", tag = "jobs",
    params(("id" = String, Path, description = "Identity", min_length = 1, max_length = 64, example = "c0ffee123456")),
    responses((status = 200, description = "The job", body = JobEntry))
)]
pub(in crate::server) async fn job(
    State(state): State<Arc<AppState>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response<Body>, Failure> {
    let job = state.jobs.find(caller.who(), &id)?;
    Ok((FRESH, axum::Json(JobEntry::of(&job))).into_response())
}

/// Cancels a job: its work ends at the next step. One that has ended keeps its answer.
#[utoipa::path(
    delete, path = "/api/v1/jobs/{id}", tag = "jobs",
    params(
        ("id" = String, Path, description = "Identity", min_length = 1, max_length = 64, example = "c0ffee123456"),
        ("x-places" = String, Header, description = "1; a page of another site cannot set it"),
    ),
    responses((status = 202, description = "It ends at its next step, or has ended", body = JobEntry))
)]
pub(in crate::server) async fn cancel(
    State(state): State<Arc<AppState>>,
    caller: Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response<Body>, Failure> {
    needs_header(&headers)?;
    let job = state.jobs.find(caller.who(), &id)?;
    job.watch.stop();
    Ok((StatusCode::ACCEPTED, FRESH, axum::Json(JobEntry::of(&job))).into_response())
}

/// The answer of a job, as if it had been waited for. Fetching it is a look of its own.
#[utoipa::path(
    get, path = "/api/v1/jobs/{id}/answer", tag = "jobs",
    params(("id" = String, Path, description = "Identity", min_length = 1, max_length = 64, example = "c0ffee123456")),
    responses(
        (status = 200, description = "The answer, in the media type that was asked for", content_type = "*/*"),
        (status = 409, description = "It is not there yet"),
    )
)]
pub(in crate::server) async fn answer(
    State(state): State<Arc<AppState>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response<Body>, Failure> {
    let job = state.jobs.find(caller.who(), &id)?;
    let bytes = match &*job.outcome() {
        Outcome::Waits | Outcome::Works => return Err(Failure::NotYet),
        Outcome::Failed(..) => {
            return Err(Failure::NotFound("this job has no answer; the job itself says why".to_owned()));
        }
        Outcome::Done(bytes, _) => bytes.clone(),
    };
    let (shared, kept) = (state.clone(), job.clone());
    let logged = tokio::task::spawn_blocking(move || {
        let look = LogLine::look("job", &shared.current().snapshot.identity(), &kept.id);
        shared.access.exact(caller.who(), &look)
    });
    logged.await.map_err(|_| Failure::Internal)??;
    Ok((FRESH, [(header::CONTENT_TYPE, job.media_type)], bytes).into_response())
}
