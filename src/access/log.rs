//! Group commit: many threads ask, one of them writes for all that wait, one sync serves them.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use super::{
    AccessError, LogLine, Receipt, Who,
    store::{Ask, Writer},
};
use crate::workspace::Workspace;

/// How long the same look is the same entry.
const WINDOW: Duration = Duration::from_mins(10);
/// Looks remembered.
const MAX_LOOKS: usize = 4096;

/// The log of one workspace. Opening writes nothing; threads share one, processes find each other by a lock.
#[derive(Debug)]
pub struct Log {
    folder: PathBuf,
    queue: Mutex<Queue>,
    turn: Condvar,
}

#[derive(Debug, Default)]
struct Queue {
    waiting: Vec<(u64, Ask)>,
    next: u64,
    /// Whether a thread writes at this moment.
    leading: bool,
    done: HashMap<u64, Result<Receipt, AccessError>>,
    looks: HashMap<[u8; 32], Look>,
}

/// A look that others may share.
#[derive(Debug)]
enum Look {
    /// It is being written.
    Coming,
    /// It is on disk since then.
    Seen(Receipt, Instant),
}

impl Log {
    /// The log of a workspace, in its folder `log/`.
    #[must_use]
    pub fn open(workspace: &Workspace) -> Self {
        Self::in_folder(&workspace.log_path())
    }

    /// The log in a folder.
    #[must_use]
    pub fn in_folder(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), queue: Mutex::default(), turn: Condvar::new() }
    }

    /// Its folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Adds an entry: it is on disk when this returns.
    ///
    /// # Errors
    /// [`AccessError::CannotWrite`] for a directory that cannot be written or a full disk, [`AccessError::Broken`] where
    /// the log's end is not what it was.
    pub fn append(&self, who: &Who, line: &LogLine) -> Result<Receipt, AccessError> {
        if !line.coalesce {
            return self.append_of(who, line, None);
        }
        let key = key(who, line);
        if let Some(receipt) = self.same_look(key) {
            return Ok(receipt);
        }
        let result = self.append_of(who, line, None);
        let mut queue = self.queue();
        match &result {
            Ok(receipt) => queue.looks.insert(key, Look::Seen(receipt.clone(), Instant::now())),
            Err(_) => queue.looks.remove(&key),
        };
        self.turn.notify_all();
        result
    }

    /// The entry of the same look, waiting for one that is being written; none where this is the first.
    fn same_look(&self, key: [u8; 32]) -> Option<Receipt> {
        let mut queue = self.queue();
        loop {
            match queue.looks.get(&key) {
                Some(Look::Seen(receipt, since)) if since.elapsed() < WINDOW => return Some(receipt.clone()),
                Some(Look::Coming) => queue = self.turn.wait(queue).unwrap_or_else(PoisonError::into_inner),
                _ => break,
            }
        }
        if queue.looks.len() >= MAX_LOOKS {
            queue.looks.retain(|_, look| matches!(look, Look::Coming));
        }
        queue.looks.insert(key, Look::Coming);
        None
    }

    /// Adds an entry that belongs to another.
    pub(super) fn append_of(&self, who: &Who, line: &LogLine, of: Option<u64>) -> Result<Receipt, AccessError> {
        let mut queue = self.queue();
        let ticket = queue.next;
        queue.next += 1;
        queue.waiting.push((ticket, (who.clone(), line.clone(), of)));
        loop {
            if let Some(result) = queue.done.remove(&ticket) {
                return result;
            }
            if queue.leading {
                queue = self.turn.wait(queue).unwrap_or_else(PoisonError::into_inner);
                continue;
            }
            queue.leading = true;
            let batch = std::mem::take(&mut queue.waiting);
            drop(queue);
            self.lead(batch);
            queue = self.queue();
            queue.leading = false;
            self.turn.notify_all();
        }
    }

    /// Writes for all that wait, and lets them go before the head is moved.
    fn lead(&self, batch: Vec<(u64, Ask)>) {
        let (tickets, asks): (Vec<u64>, Vec<Ask>) = batch.into_iter().unzip();
        let mut writer = Writer::open(&self.folder);
        let written = writer.as_mut().map_err(|e| e.clone()).and_then(|w| w.write(&asks));
        let mut queue = self.queue();
        match written {
            Ok(receipts) => queue.done.extend(tickets.into_iter().zip(receipts.into_iter().map(Ok))),
            Err(error) => queue.done.extend(tickets.into_iter().map(|t| (t, Err(error.clone())))),
        }
        drop(queue);
        self.turn.notify_all();
        if let Ok(writer) = writer {
            // The entries are on disk; a head that stays behind them is taken forward by the next writer.
            let _ = writer.finish();
        }
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What makes two looks the same.
fn key(who: &Who, line: &LogLine) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    for part in [&who.actor, &who.agency, &who.role, &line.verb, &line.reason, &line.dataset, &line.question] {
        hasher.update(&part.len().to_le_bytes()).update(part.as_bytes());
    }
    hasher.update(line.kind.name().as_bytes()).update(line.export.as_deref().unwrap_or_default().as_bytes());
    *hasher.finalize().as_bytes()
}
