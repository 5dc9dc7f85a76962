//! The socket: loopback only, one task a connection, a timer on headers, a graceful stop.

use std::{
    io,
    net::{SocketAddr, ToSocketAddrs},
    sync::Arc,
    time::Duration,
};

use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
    service::TowerToHyperService,
};
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
    sync::Semaphore,
};

use super::{AppState, router};

/// Longest wait for a request's headers.
const HEADERS_WITHIN: Duration = Duration::from_secs(10);
/// Longest wait for answers under way when the server stops.
const STOP_WITHIN: Duration = Duration::from_secs(10);
/// Connections open at once; more wait.
const MAX_CONNECTIONS: usize = 1024;
/// Largest request head.
const MAX_HEAD_BYTES: usize = 64 * 1024;

/// Why the server does not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServeError {
    /// An address that is none.
    #[error("{address:?} is no address; expected HOST:PORT such as 127.0.0.1:8080")]
    NoAddress {
        /// The text.
        address: String,
    },
    /// An address that other machines could reach.
    #[error(
        "{address} can be reached from other machines; without accounts and TLS, which this version does not have, \
         only 127.0.0.1, [::1] and localhost are served. To work from elsewhere, forward the port over SSH"
    )]
    NotLoopback {
        /// The address.
        address: SocketAddr,
    },
    /// The port is taken, or may not be used.
    #[error("cannot listen on {address}: {source}. Choose another port with --addr")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the operating system said.
        source: io::Error,
    },
    /// The runtime.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// Reads an address and refuses all that are not this machine's own.
///
/// # Errors
/// [`ServeError::NoAddress`] or [`ServeError::NotLoopback`].
pub fn check_address(text: &str) -> Result<SocketAddr, ServeError> {
    let none = || ServeError::NoAddress { address: text.chars().take(80).collect() };
    let addresses: Vec<SocketAddr> = text.to_socket_addrs().map_err(|_| none())?.collect();
    if let Some(&address) = addresses.iter().find(|a| !a.ip().is_loopback()) {
        return Err(ServeError::NotLoopback { address });
    }
    addresses.first().copied().ok_or_else(none)
}

/// Serves until interrupted or terminated; `started` is told the address.
///
/// # Errors
/// [`ServeError`] when the socket cannot be opened.
pub fn serve(state: Arc<AppState>, address: SocketAddr, started: impl FnOnce(SocketAddr)) -> Result<(), ServeError> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = TcpListener::bind(address).await.map_err(|source| ServeError::Listen { address, source })?;
        started(listener.local_addr()?);
        tokio::spawn(state.clone().keep_fresh());
        accept(listener, state).await
    })
}

async fn accept(listener: TcpListener, state: Arc<AppState>) -> Result<(), ServeError> {
    let mut interrupted = signal(SignalKind::interrupt())?;
    let mut terminated = signal(SignalKind::terminate())?;
    let graceful = GracefulShutdown::new();
    let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let service = router(state);
    loop {
        let place = places.clone().acquire_owned().await.ok();
        let stream = tokio::select! {
            accepted = listener.accept() => if let Ok((stream, _)) = accepted { stream } else {
                // Out of descriptors: wait for some to come back.
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            },
            _ = interrupted.recv() => break,
            _ = terminated.recv() => break,
        };
        let _ = stream.set_nodelay(true);
        let mut builder = hyper::server::conn::http1::Builder::new();
        builder.timer(TokioTimer::new()).header_read_timeout(HEADERS_WITHIN).max_buf_size(MAX_HEAD_BYTES);
        let connection = builder.serve_connection(TokioIo::new(stream), TowerToHyperService::new(service.clone()));
        let watched = graceful.watch(connection);
        tokio::spawn(async move {
            // A connection that breaks is the other side's affair.
            let _ = watched.await;
            drop(place);
        });
    }
    drop(listener);
    tracing::info!("stopping");
    let _ = tokio::time::timeout(STOP_WITHIN, graceful.shutdown()).await;
    Ok(())
}
