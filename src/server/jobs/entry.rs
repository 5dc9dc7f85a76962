//! A job as it is told.

use serde::Serialize;

use super::job::{Job, Outcome};
use crate::server::Problem;

/// What state a job is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub(in crate::server) enum JobState {
    /// It waits for a worker.
    Waiting,
    /// It is worked on.
    Working,
    /// Its answer is there.
    Done,
    /// It has none: `problem` says why.
    Failed,
}

/// A job as it is told.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(in crate::server) struct JobEntry {
    /// Identity.
    pub id: String,
    /// The question.
    pub question: String,
    /// State.
    pub state: JobState,
    /// When it was begun, UTC.
    pub begun: String,
    /// Steps done.
    pub steps_done: u64,
    /// Steps there are; nothing where that is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub steps: Option<u64>,
    /// Where the answer is, once it is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub answer: Option<String>,
    /// Why there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub problem: Option<Problem>,
}

impl JobEntry {
    pub(super) fn of(job: &Job) -> Self {
        let (steps_done, steps) = job.watch.progress();
        let (state, problem) = match &*job.outcome() {
            Outcome::Waits => (JobState::Waiting, None),
            Outcome::Works => (JobState::Working, None),
            Outcome::Done(..) => (JobState::Done, None),
            Outcome::Failed(problem, _) => (JobState::Failed, Some((**problem).clone())),
        };
        Self {
            id: job.id.clone(),
            question: job.question.to_owned(),
            state,
            begun: job.begun.to_string(),
            steps_done,
            steps: (steps > 0).then_some(steps),
            answer: (state == JobState::Done).then(|| format!("/api/v1/jobs/{}/answer", job.id)),
            problem,
        }
    }
}
