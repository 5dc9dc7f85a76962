//! What handlers share: the current snapshot, and how it is exchanged for the next.

use std::{
    sync::{
        Arc, Mutex, PoisonError, RwLock,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::sync::Semaphore;

use super::error::Failure;
use crate::{
    geocode::Geocoder,
    import::open_geocoder,
    model::Caller,
    snapshot::{Snapshot, SnapshotError},
    tile::TileShapes,
    workspace::{Workspace, WorkspaceError},
};

/// How often the workspace is asked whether another process has committed.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// Answers computed at once, per core.
const COMPUTING_PER_CORE: usize = 2;

/// A snapshot and the shapes made of it.
#[derive(Debug)]
pub struct Served {
    /// The data.
    pub snapshot: Snapshot,
    /// Outlines for tiles.
    pub shapes: TileShapes,
}

/// Shared by all handlers.
#[derive(Debug)]
pub struct AppState {
    workspace: Workspace,
    caller: Caller,
    current: RwLock<Arc<Served>>,
    /// The geocoder, and what it was made from.
    geocoder: Mutex<Option<(String, Arc<Geocoder>)>>,
    computing: Semaphore,
    /// Answers by hundred of their status: 2xx to 5xx.
    pub(super) answers: [AtomicU64; 4],
    /// Times that a new snapshot took over.
    pub(super) swaps: AtomicU64,
}

impl AppState {
    /// Loads the workspace.
    ///
    /// # Errors
    /// [`SnapshotError`] when it cannot be loaded.
    pub fn new(workspace: Workspace) -> Result<Arc<Self>, SnapshotError> {
        let snapshot = Snapshot::load(&workspace)?;
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        Ok(Arc::new(Self {
            workspace,
            caller: Caller::local(),
            current: RwLock::new(Arc::new(Served { snapshot, shapes: TileShapes::default() })),
            geocoder: Mutex::new(None),
            computing: Semaphore::new(cores * COMPUTING_PER_CORE),
            answers: Default::default(),
            swaps: AtomicU64::new(0),
        }))
    }

    /// The snapshot in force; who holds it finishes on it.
    #[must_use]
    pub fn current(&self) -> Arc<Served> {
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The workspace that is served.
    pub(super) fn workspace(&self) -> &Workspace {
        &self.workspace
    }

    /// The geocoder over the gazetteers, aliases and settings as they are now; made again when one of them changes.
    pub(super) fn geocoder(&self) -> Result<Arc<Geocoder>, Failure> {
        let failed = |e: &WorkspaceError| Failure::from_workspace(e);
        let state = self.workspace.state().map_err(|e| failed(&e))?;
        let gazetteers = state.gazetteers().map_err(|e| failed(&e))?;
        let aliases = state.aliases().map_err(|e| failed(&e))?;
        let layers = state.layers().map_err(|e| failed(&e))?;
        let settings = self.workspace.settings_digest().map_err(|e| failed(&e))?;
        let key = format!("{gazetteers:?}{aliases:?}{layers:?}{settings}");
        let mut held = self.geocoder.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((known, geocoder)) = held.as_ref()
            && *known == key
        {
            return Ok(geocoder.clone());
        }
        let geocoder = open_geocoder(&self.workspace, &state).map_err(|e| {
            tracing::error!("the gazetteers cannot be opened: {e}");
            Failure::Internal
        })?;
        let geocoder = Arc::new(geocoder);
        *held = Some((key, geocoder.clone()));
        Ok(geocoder)
    }

    /// Who asks: until accounts exist, whoever sits at this machine.
    pub(super) fn caller(&self) -> Caller {
        self.caller.clone()
    }

    /// Computes an answer off the async threads, on the snapshot in force now.
    pub(super) async fn compute<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Served) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        let _permit = self.computing.acquire().await.map_err(|_| Failure::Stopping)?;
        let served = self.current();
        tokio::task::spawn_blocking(move || work(&served)).await.map_err(|_| Failure::Internal)?
    }

    /// Loads the next snapshot when another process has committed, or the settings were edited.
    ///
    /// # Errors
    /// [`SnapshotError`]; the snapshot in force then stays.
    pub fn refresh(&self) -> Result<bool, SnapshotError> {
        let current = self.current();
        let id = self.workspace.state()?.snapshot()?;
        let same_settings = self.workspace.settings_digest()? == current.snapshot.settings;
        if id == current.snapshot.id && same_settings {
            return Ok(false);
        }
        let snapshot = Snapshot::load(&self.workspace)?;
        tracing::info!(snapshot = snapshot.id, incidents = snapshot.table.incidents(), "new data in force");
        let next = Arc::new(Served { snapshot, shapes: TileShapes::default() });
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = next;
        self.swaps.fetch_add(1, Ordering::Relaxed);
        Ok(true)
    }

    /// Refreshes for as long as the server runs.
    pub(super) async fn keep_fresh(self: Arc<Self>) {
        let mut failed = false;
        loop {
            tokio::time::sleep(LOOK_EVERY).await;
            let state = self.clone();
            match tokio::task::spawn_blocking(move || state.refresh()).await {
                Ok(Err(error)) if !failed => {
                    tracing::error!("new data cannot be loaded, the old stays in force: {error}");
                    failed = true;
                }
                Ok(Ok(_)) => failed = false,
                _ => {}
            }
        }
    }
}
