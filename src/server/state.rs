//! What handlers share: the current snapshot, how it is exchanged for the next, the workers, the way to exact data.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use arc_swap::ArcSwap;

use super::{error::Failure, jobs::Jobs, workers::Workers};
use crate::{
    access::Access,
    geocode::Geocoder,
    import::open_geocoder,
    snapshot::{Snapshot, SnapshotError},
    tile::TileShapes,
    workspace::{Workspace, WorkspaceError},
};

/// How often the workspace is asked whether another process has committed.
const LOOK_EVERY: Duration = Duration::from_millis(500);

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
    current: ArcSwap<Served>,
    /// The geocoder, and what it was made from.
    geocoder: Mutex<Option<(String, Arc<Geocoder>)>>,
    pub(super) workers: Workers,
    pub(super) jobs: Jobs,
    pub(super) access: Access,
    /// Address under which others find this server, without a slash at its end.
    pub(super) public_address: Option<String>,
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
        Self::found_at(workspace, None)
    }

    /// Loads the workspace, for a server that others find under an address.
    ///
    /// # Errors
    /// [`SnapshotError`] when it cannot be loaded.
    pub fn found_at(workspace: Workspace, public_address: Option<String>) -> Result<Arc<Self>, SnapshotError> {
        let snapshot = Snapshot::load(&workspace)?;
        Ok(Arc::new(Self {
            access: Access::of_workspace(&workspace),
            workspace,
            current: ArcSwap::from_pointee(Served { snapshot, shapes: TileShapes::default() }),
            geocoder: Mutex::new(None),
            public_address: public_address.map(|a| a.trim_end_matches('/').to_owned()),
            workers: Workers::default(),
            jobs: Jobs::default(),
            answers: Default::default(),
            swaps: AtomicU64::new(0),
        }))
    }

    /// The snapshot in force; who holds it finishes on it.
    #[must_use]
    pub fn current(&self) -> Arc<Served> {
        self.current.load_full()
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

    /// Works off the async threads, on the snapshot in force now; for what holds no exact counts.
    pub(super) async fn compute<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Served) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        let served = self.current();
        self.workers.run("resources", move || work(&served)).await
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
        tracing::info!(snapshot = snapshot.id, incidents = snapshot.size().incidents, "new data in force");
        self.current.store(Arc::new(Served { snapshot, shapes: TileShapes::default() }));
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
