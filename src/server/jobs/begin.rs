//! Taking a question on, and working it off.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, Response, StatusCode, header},
    response::IntoResponse,
};

use super::{
    entry::JobEntry,
    job::{Job, Outcome},
};
use crate::{
    ask::{Asked, Watch},
    export::Encoder,
    model::QueryError,
    server::{AppState, caller::Caller, error::Failure, written::written},
};

/// Longest that a job may take.
const WITHIN: Duration = Duration::from_mins(10);
/// Largest answer of a job; longer ones are asked for at once, and stream.
const MAX_ANSWER: usize = 32 << 20;
const TOO_LONG: &str = "the answer is longer than a job keeps: ask for it without `Prefer`, and it comes as it is made";

/// What a line of preferences looks like; those that are not known are passed over.
pub(in crate::server) const PREFERENCES: &str = "^[A-Za-z][ -~]*$";
/// Its longest.
pub(in crate::server) const MAX_PREFERENCES: usize = 200;
/// How long a job is waited for before it is said to be taken on: what is wrong with a question shows at once.
const AT_ONCE: Duration = Duration::from_millis(300);

/// Whether the answer is wanted as a job: `Prefer: respond-async`.
///
/// # Errors
/// [`Failure::Query`] for a line that holds no preferences.
pub(in crate::server) fn is_wanted(headers: &HeaderMap) -> Result<bool, Failure> {
    let mut is_wanted = false;
    for value in headers.get_all("prefer") {
        let line = value.to_str().unwrap_or_default();
        let fits = line.starts_with(|c: char| c.is_ascii_alphabetic())
            && line.len() <= MAX_PREFERENCES
            && line.bytes().all(|b| (b' '..=b'~').contains(&b));
        if !fits {
            return Err(QueryError::invalid("prefer", line, "preferences such as respond-async").into());
        }
        let mut names = line.split(',').filter_map(|p| p.split(';').next());
        is_wanted |= names.any(|name| name.trim().eq_ignore_ascii_case("respond-async"));
    }
    Ok(is_wanted)
}

/// Takes a question on: 202, with the address of the job. One that names what is not known is refused before, however
/// much there is to do; one that turns out to be wrong at once is refused instead.
pub(in crate::server) async fn begin(
    state: &Arc<AppState>,
    caller: Caller,
    asked: Box<dyn Asked>,
    format: &'static dyn Encoder,
) -> Result<Response<Body>, Failure> {
    let asked: Arc<dyn Asked> = asked.into();
    let (served, named) = (state.current(), asked.clone());
    tokio::task::spawn_blocking(move || named.names(&served.snapshot)).await.map_err(|_| Failure::Internal)??;
    let random = getrandom::u64().and_then(|a| Ok((a, getrandom::u64()?))).map_err(|_| Failure::Internal)?;
    let job = Arc::new(Job {
        id: format!("{:016x}{:016x}", random.0, random.1),
        who: caller.who().clone(),
        question: asked.declaration().name,
        begun: jiff::Timestamp::now(),
        media_type: format.media_type(),
        watch: Watch::until(WITHIN),
        outcome: Mutex::new(Outcome::Waits),
    });
    state.jobs.add(job.clone())?;
    let working = tokio::spawn(work(state.clone(), job.clone(), caller, asked, format));
    // Left to itself when the time is over.
    _ = tokio::time::timeout(AT_ONCE, working).await;
    if let Some(problem) = job.refusal() {
        state.jobs.forget(&job);
        return Ok(problem.into_response());
    }
    let location = HeaderValue::from_str(&format!("/api/v1/jobs/{}", job.id)).map_err(|_| Failure::Internal)?;
    let headers = [
        (header::LOCATION, location),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (header::HeaderName::from_static("preference-applied"), HeaderValue::from_static("respond-async")),
    ];
    Ok((StatusCode::ACCEPTED, headers, axum::Json(JobEntry::of(&job))).into_response())
}

/// Works a job off: the turn and the watch are its own.
async fn work(
    state: Arc<AppState>,
    job: Arc<Job>,
    caller: Caller,
    asked: Arc<dyn Asked>,
    format: &'static dyn Encoder,
) {
    let ended = match state.workers.some_time("jobs").await {
        Err(failure) => Err(failure),
        Ok(turn) => {
            let (state, job) = (state.clone(), job.clone());
            let working = tokio::task::spawn_blocking(move || {
                let _turn = turn;
                *job.outcome() = Outcome::Works;
                let mut held = Held::default();
                match written(&state, &caller, asked.as_ref(), format, job.watch.clone(), &mut held) {
                    Ok(()) => Ok(held.bytes),
                    Err(_) if held.is_full => Err(Failure::Unprocessable(TOO_LONG.to_owned())),
                    Err(failure) => Err(failure),
                }
            });
            working.await.unwrap_or(Err(Failure::Internal))
        }
    };
    job.ends(ended);
    state.jobs.settle(&job);
}

/// An answer in memory, up to the largest that is held.
#[derive(Default)]
struct Held {
    bytes: Vec<u8>,
    is_full: bool,
}

impl std::io::Write for Held {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.is_full |= self.bytes.len() + bytes.len() > MAX_ANSWER;
        if self.is_full {
            return Err(std::io::ErrorKind::FileTooLarge.into());
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
