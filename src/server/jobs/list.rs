//! The jobs there are, and how many are held.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use super::job::Job;
use crate::{access::Who, server::error::Failure};

/// Jobs that wait or work at once.
const MAX_OPEN: usize = 16;
/// Jobs that are remembered.
const MAX_JOBS: usize = 64;
/// Bytes of answers that are kept in all.
const MAX_KEPT: usize = 128 << 20;

/// The jobs there are, the newest last.
#[derive(Debug, Default)]
pub(in crate::server) struct Jobs(Mutex<VecDeque<Arc<Job>>>);

impl Jobs {
    fn held(&self) -> MutexGuard<'_, VecDeque<Arc<Job>>> {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        held.retain(|job| !job.is_over());
        held
    }

    pub(super) fn add(&self, job: Arc<Job>) -> Result<(), Failure> {
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

    /// Takes a job off the list.
    pub(super) fn forget(&self, job: &Job) {
        self.held().retain(|held| held.id != job.id);
    }

    /// Makes room for what is kept of a job that has ended, the oldest first.
    pub(super) fn settle(&self, newest: &Job) {
        let mut held = self.held();
        let mut kept: usize = held.iter().map(|j| j.kept_bytes()).sum();
        held.retain(|job| {
            let goes = kept > MAX_KEPT && job.id != newest.id && job.kept_bytes() > 0;
            kept -= if goes { job.kept_bytes() } else { 0 };
            !goes
        });
    }

    /// Those of one person, the newest first.
    pub(super) fn of(&self, who: &Who) -> Vec<Arc<Job>> {
        self.held().iter().rev().filter(|job| job.who == *who).cloned().collect()
    }

    /// One; another person's is not there.
    pub(super) fn find(&self, who: &Who, id: &str) -> Result<Arc<Job>, Failure> {
        let found = self.held().iter().find(|job| job.id == id && job.who == *who).cloned();
        found.ok_or_else(|| Failure::NotFound("no such job, or it is over: answers are kept ten minutes".to_owned()))
    }
}
