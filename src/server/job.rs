//! Work off the async threads: the permit belongs to the work, whoever asked can leave, and time is limited.

use std::{sync::Arc, time::Duration};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::error::Failure;
use crate::ask::Watch;

/// Answers computed at once, per core.
const PER_CORE: usize = 2;
/// Longest wait for a turn.
const TURN_WITHIN: Duration = Duration::from_secs(10);
/// Longest that an answer may take.
pub(super) const WITHIN: Duration = Duration::from_secs(30);

/// The workers.
#[derive(Debug)]
pub(super) struct Workers(Arc<Semaphore>);

impl Default for Workers {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        Self(Arc::new(Semaphore::new(cores * PER_CORE)))
    }
}

/// A turn: leave to work, held by the work itself.
#[derive(Debug)]
pub(super) struct Turn(#[expect(dead_code, reason = "held, not read")] OwnedSemaphorePermit);

/// Says that nobody waits any more when whoever asked goes.
pub(super) struct Asker(Option<Watch>);

impl Asker {
    pub(super) fn of(watch: &Watch) -> Self {
        Self(Some(watch.clone()))
    }

    /// The answer has been taken.
    pub(super) fn served(&mut self) {
        self.0 = None;
    }
}

impl Drop for Asker {
    fn drop(&mut self) {
        if let Some(watch) = &self.0 {
            watch.stop();
        }
    }
}

impl Workers {
    /// Waits for a turn.
    pub(super) async fn turn(&self) -> Result<Turn, Failure> {
        match tokio::time::timeout(TURN_WITHIN, self.0.clone().acquire_owned()).await {
            Ok(Ok(permit)) => Ok(Turn(permit)),
            Ok(Err(_)) => Err(Failure::Stopping),
            Err(_) => Err(Failure::Busy),
        }
    }

    /// Works off the async threads; the turn ends with the work, not with the request.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        let turn = self.turn().await?;
        let working = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            work()
        });
        working.await.map_err(|_| Failure::Internal)?
    }
}
