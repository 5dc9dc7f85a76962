//! Whether an answer is still waited for, and how far it has come: carried by the reader, asked at every step of long work.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use super::AskError;

/// The one watch of a piece of work; clones are the same.
#[derive(Debug, Clone, Default)]
pub struct Watch(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    stopped: AtomicBool,
    deadline: Option<Instant>,
    /// Whether the answer leaves already.
    leaves: AtomicBool,
    done: AtomicU64,
    of: AtomicU64,
}

impl Watch {
    /// One with a time by which the work is stopped.
    #[must_use]
    pub fn until(within: Duration) -> Self {
        Self(Arc::new(Inner { deadline: Instant::now().checked_add(within), ..Inner::default() }))
    }

    /// Says that nobody waits any more.
    pub fn stop(&self) {
        self.0.stopped.store(true, Ordering::Relaxed);
    }

    /// Whether it was said that nobody waits.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        self.0.stopped.load(Ordering::Relaxed)
    }

    /// Whether to go on.
    #[must_use]
    pub fn goes_on(&self) -> bool {
        !self.is_stopped() && !self.is_late()
    }

    /// Says that the answer leaves as it is made: from here on whoever takes it sets the pace, and no time ends it.
    pub fn leaves(&self) {
        self.0.leaves.store(true, Ordering::Relaxed);
    }

    fn is_late(&self) -> bool {
        !self.0.leaves.load(Ordering::Relaxed) && self.0.deadline.is_some_and(|deadline| Instant::now() >= deadline)
    }

    /// Goes on, or ends the work here.
    ///
    /// # Errors
    /// [`AskError::Stopped`].
    pub fn check(&self) -> Result<(), AskError> {
        if self.goes_on() { Ok(()) } else { Err(AskError::Stopped { late: !self.is_stopped() }) }
    }

    /// Says how many steps there are.
    pub fn expect(&self, steps: u64) {
        self.0.of.store(steps, Ordering::Relaxed);
    }

    /// Counts a step, and tells whether to go on.
    #[must_use]
    pub fn step(&self) -> bool {
        self.0.done.fetch_add(1, Ordering::Relaxed);
        self.goes_on()
    }

    /// Steps done, and how many there are (0 where that is not known).
    #[must_use]
    pub fn progress(&self) -> (u64, u64) {
        (self.0.done.load(Ordering::Relaxed), self.0.of.load(Ordering::Relaxed))
    }
}
