//! A job: whose it is, what it answers, and what has become of it.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use crate::{
    access::Who,
    ask::Watch,
    server::{Problem, error::Failure},
};

/// How long its answer is kept.
const KEPT_FOR: Duration = Duration::from_mins(10);

/// What has become of a job.
#[derive(Debug)]
pub(super) enum Outcome {
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
pub(in crate::server) struct Job {
    pub(super) id: String,
    pub(super) who: Who,
    pub(super) question: &'static str,
    pub(super) begun: jiff::Timestamp,
    pub(super) media_type: &'static str,
    pub(super) watch: Watch,
    pub(super) outcome: Mutex<Outcome>,
}

impl Job {
    pub(super) fn outcome(&self) -> MutexGuard<'_, Outcome> {
        self.outcome.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn is_open(&self) -> bool {
        matches!(*self.outcome(), Outcome::Waits | Outcome::Works)
    }

    pub(super) fn kept_bytes(&self) -> usize {
        match &*self.outcome() {
            Outcome::Done(bytes, _) => bytes.len(),
            _ => 0,
        }
    }

    pub(super) fn is_over(&self) -> bool {
        match &*self.outcome() {
            Outcome::Done(_, since) | Outcome::Failed(_, since) => since.elapsed() > KEPT_FOR,
            Outcome::Waits | Outcome::Works => false,
        }
    }

    /// Why there is no answer, where the question is at fault.
    pub(super) fn refusal(&self) -> Option<Problem> {
        match &*self.outcome() {
            Outcome::Failed(problem, _) if (400..500).contains(&problem.status) => Some((**problem).clone()),
            _ => None,
        }
    }

    pub(super) fn ends(&self, result: Result<Vec<u8>, Failure>) {
        let now = Instant::now();
        *self.outcome() = match result {
            Ok(bytes) => Outcome::Done(bytes, now),
            Err(_) if self.watch.is_stopped() => Outcome::Failed(Box::new(Failure::Cancelled.problem()), now),
            Err(failure) => Outcome::Failed(Box::new(failure.problem()), now),
        };
    }
}
