//! Work off the async threads: the permit belongs to the work, whoever asked can leave, time is limited, and no one kind of
//! question holds every worker.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::error::Failure;
use crate::ask::Watch;

/// Answers computed at once, per core.
const PER_CORE: usize = 2;
/// Longest wait for a turn.
const TURN_WITHIN: Duration = Duration::from_secs(10);
/// Longest that an answer may take before it begins to leave.
pub(super) const WITHIN: Duration = Duration::from_secs(30);

/// The workers.
#[derive(Debug)]
pub(super) struct Workers {
    all: Arc<Semaphore>,
    /// How many of them one kind of work may hold.
    share: usize,
    of_kind: Mutex<HashMap<&'static str, Arc<Semaphore>>>,
}

impl Default for Workers {
    fn default() -> Self {
        let turns = PER_CORE * std::thread::available_parallelism().map_or(2, usize::from);
        let share = turns.saturating_sub(1).max(1);
        Self { all: Arc::new(Semaphore::new(turns)), share, of_kind: Mutex::default() }
    }
}

/// A turn: leave to work, held by the work itself.
#[derive(Debug)]
pub(super) struct Turn(#[expect(dead_code, reason = "held, not read")] [OwnedSemaphorePermit; 2]);

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
    /// Waits for a turn, as long as whoever asked should.
    pub(super) async fn turn(&self, kind: &'static str) -> Result<Turn, Failure> {
        tokio::time::timeout(TURN_WITHIN, self.some_time(kind)).await.unwrap_or(Err(Failure::Busy))
    }

    /// Waits for a turn, however long it takes.
    pub(super) async fn some_time(&self, kind: &'static str) -> Result<Turn, Failure> {
        let of_kind = {
            let mut kinds = self.of_kind.lock().unwrap_or_else(PoisonError::into_inner);
            kinds.entry(kind).or_insert_with(|| Arc::new(Semaphore::new(self.share))).clone()
        };
        // Its share first, so that nobody waits for a share with a worker in hand.
        let share = of_kind.acquire_owned().await.map_err(|_| Failure::Stopping)?;
        let worker = self.all.clone().acquire_owned().await.map_err(|_| Failure::Stopping)?;
        Ok(Turn([share, worker]))
    }

    /// Works off the async threads; the turn ends with the work, not with the request.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        kind: &'static str,
        work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        let turn = self.turn(kind).await?;
        let working = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            work()
        });
        working.await.map_err(|_| Failure::Internal)?
    }
}
