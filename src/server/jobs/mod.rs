//! Long answers as jobs: begun by `Prefer: respond-async` (RFC 7240) on any question, watched, cancelled, fetched.
//!
//! A job's answer is held in memory for whoever asked, for ten minutes after it is done; jobs end with the server. Each has
//! its share of the workers, and no more of them are taken on than are worked off soon.

mod routes;

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, Response, StatusCode, header},
    response::IntoResponse,
};

pub(super) use routes::*;

use super::{AppState, Problem, ask::written, caller::Caller, error::Failure};
use crate::{
    access::Who,
    ask::{Asked, Watch},
    export::Encoder,
};

/// Longest that a job may take.
const WITHIN: Duration = Duration::from_mins(10);
/// How long its answer is kept.
const KEPT_FOR: Duration = Duration::from_mins(10);
/// Jobs that wait or work at once.
const MAX_OPEN: usize = 16;
/// Jobs that are remembered.
const MAX_JOBS: usize = 64;
/// Largest answer of a job; longer ones are asked for at once, and stream.
const MAX_ANSWER: usize = 32 << 20;
const TOO_LONG: &str = "the answer is longer than a job keeps: ask for it without `Prefer`, and it comes as it is made";
/// Bytes of answers that are kept in all.
const MAX_KEPT: usize = 128 << 20;

/// What has become of a job.
#[derive(Debug)]
enum Outcome {
    /// It waits for a worker.
    Waits,
    /// It is worked on.
    Works,
    /// Its answer, and since when.
    Done(Vec<u8>, Instant),
    /// Why there is none, and since when.
    Failed(Box<Problem>, Instant),
}

/// A question that is worked on while nobody waits at the line.
#[derive(Debug)]
pub(super) struct Job {
    id: String,
    who: Who,
    question: &'static str,
    begun: jiff::Timestamp,
    media_type: &'static str,
    watch: Watch,
    outcome: Mutex<Outcome>,
}

impl Job {
    fn outcome(&self) -> MutexGuard<'_, Outcome> {
        self.outcome.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_open(&self) -> bool {
        matches!(*self.outcome(), Outcome::Waits | Outcome::Works)
    }

    fn kept_bytes(&self) -> usize {
        match &*self.outcome() {
            Outcome::Done(bytes, _) => bytes.len(),
            _ => 0,
        }
    }

    fn is_over(&self) -> bool {
        match &*self.outcome() {
            Outcome::Done(_, since) | Outcome::Failed(_, since) => since.elapsed() > KEPT_FOR,
            Outcome::Waits | Outcome::Works => false,
        }
    }

    fn ends(&self, result: Result<Vec<u8>, Failure>) {
        let now = Instant::now();
        *self.outcome() = match result {
            Ok(bytes) => Outcome::Done(bytes, now),
            Err(_) if self.watch.is_stopped() => Outcome::Failed(Box::new(Failure::Cancelled.problem()), now),
            Err(failure) => Outcome::Failed(Box::new(failure.problem()), now),
        };
    }
}

/// The jobs there are, the newest last.
#[derive(Debug, Default)]
pub(super) struct Jobs(Mutex<VecDeque<Arc<Job>>>);

impl Jobs {
    fn held(&self) -> MutexGuard<'_, VecDeque<Arc<Job>>> {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        held.retain(|job| !job.is_over());
        held
    }

    fn add(&self, job: Arc<Job>) -> Result<(), Failure> {
        let mut held = self.held();
        if held.iter().filter(|j| j.is_open()).count() >= MAX_OPEN {
            return Err(Failure::Busy);
        }
        while held.len() >= MAX_JOBS {
            let Some(oldest) = held.iter().position(|j| !j.is_open()) else { return Err(Failure::Busy) };
            held.remove(oldest);
        }
        held.push_back(job);
        Ok(())
    }

    /// Makes room for what is kept of a job that has ended, the oldest first.
    fn settle(&self, newest: &Job) {
        let mut held = self.held();
        let mut kept: usize = held.iter().map(|j| j.kept_bytes()).sum();
        held.retain(|job| {
            let goes = kept > MAX_KEPT && job.id != newest.id && job.kept_bytes() > 0;
            kept -= if goes { job.kept_bytes() } else { 0 };
            !goes
        });
    }

    /// Those of one person, the newest first.
    fn of(&self, who: &Who) -> Vec<Arc<Job>> {
        self.held().iter().rev().filter(|job| job.who == *who).cloned().collect()
    }

    /// One; another person's is not there.
    fn find(&self, who: &Who, id: &str) -> Result<Arc<Job>, Failure> {
        let found = self.held().iter().find(|job| job.id == id && job.who == *who).cloned();
        found.ok_or_else(|| Failure::NotFound("no such job, or it is over: answers are kept ten minutes".to_owned()))
    }
}

/// Whether the answer is wanted as a job: `Prefer: respond-async`.
pub(super) fn is_wanted(headers: &HeaderMap) -> bool {
    let lines = headers.get_all("prefer").iter().filter_map(|h| h.to_str().ok());
    let mut preferences = lines.flat_map(|line| line.split(','));
    preferences.any(|p| p.split(';').next().is_some_and(|name| name.trim().eq_ignore_ascii_case("respond-async")))
}

/// Takes a question on: 202, with the address of the job.
pub(super) fn begin(
    state: &Arc<AppState>,
    caller: Caller,
    asked: Box<dyn Asked>,
    format: &'static dyn Encoder,
) -> Result<Response<Body>, Failure> {
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
    tokio::spawn(work(state.clone(), job.clone(), caller, asked, format));
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
    asked: Box<dyn Asked>,
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
