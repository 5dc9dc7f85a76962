//! An answer as it is written: small ones whole, with their length; long ones as they come.

use std::{
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use axum::body::{Body, Bytes};
use hyper::body::Frame;
use tokio::{
    runtime::Handle,
    sync::{mpsc, oneshot},
};

use super::error::Failure;
use crate::ask::Watch;

/// Bytes that leave at once; an answer of no more is sent whole.
const PIECE: usize = 1 << 16;
/// Pieces that wait for whoever reads.
const WAITING: usize = 4;
/// Longest wait for whoever reads to take a piece.
const TAKEN_WITHIN: Duration = Duration::from_secs(30);

/// What is sent: a whole answer, or its pieces.
pub(super) enum Sent {
    /// All of it.
    Whole(Vec<u8>),
    /// Pieces.
    Pieces(Pieces),
}

impl Sent {
    /// The body of a response.
    pub(super) fn body(self) -> Body {
        match self {
            Self::Whole(bytes) => Body::from(bytes),
            Self::Pieces(pieces) => Body::new(pieces),
        }
    }
}

/// Pieces of an answer. Where they end before it is whole, for whatever reason, the connection is broken off, so that a
/// part is never taken for the whole.
pub(super) struct Pieces {
    receiver: mpsc::Receiver<Bytes>,
    is_whole: Arc<AtomicBool>,
}

impl hyper::body::Body for Pieces {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        self.receiver.poll_recv(context).map(|piece| match piece {
            Some(piece) => Some(Ok(Frame::data(piece))),
            None if self.is_whole.load(Ordering::Acquire) => None,
            None => Some(Err(io::Error::other("the answer broke off"))),
        })
    }
}

/// The writing end of pieces.
struct Pieced {
    sender: mpsc::Sender<Bytes>,
    is_whole: Arc<AtomicBool>,
}

/// Takes bytes from the thread that works and hands them on.
pub(super) struct Pipe {
    buffer: Vec<u8>,
    start: Option<oneshot::Sender<Result<Sent, Failure>>>,
    pieces: Option<Pieced>,
    watch: Watch,
    runtime: Handle,
}

impl Pipe {
    /// A pipe for work under a watch, and where its beginning arrives.
    pub(super) fn new(watch: &Watch) -> (Self, oneshot::Receiver<Result<Sent, Failure>>) {
        let (start, started) = oneshot::channel();
        let (watch, runtime) = (watch.clone(), Handle::current());
        (Self { buffer: Vec::new(), start: Some(start), pieces: None, watch, runtime }, started)
    }

    /// Ends without an answer, or breaks off what was begun.
    pub(super) fn fail(mut self, failure: Failure) {
        if let Some(start) = self.start.take() {
            _ = start.send(Err(failure));
        } else {
            tracing::error!("a long answer broke off: {failure:?}");
        }
    }

    /// Sends what is left.
    pub(super) fn finish(mut self) -> io::Result<()> {
        if let Some(start) = self.start.take() {
            let whole = Sent::Whole(std::mem::take(&mut self.buffer));
            return start.send(Ok(whole)).map_err(|_| gone());
        }
        self.hand_on()?;
        if let Some(pieces) = &self.pieces {
            pieces.is_whole.store(true, Ordering::Release);
        }
        Ok(())
    }

    fn hand_on(&mut self) -> io::Result<()> {
        if let Some(start) = self.start.take() {
            let (sender, receiver) = mpsc::channel(WAITING);
            let is_whole = Arc::new(AtomicBool::new(false));
            self.pieces = Some(Pieced { sender, is_whole: is_whole.clone() });
            // From here on whoever reads sets the pace.
            self.watch.leaves();
            start.send(Ok(Sent::Pieces(Pieces { receiver, is_whole }))).map_err(|_| gone())?;
        }
        let piece = Bytes::from(std::mem::replace(&mut self.buffer, Vec::with_capacity(PIECE)));
        let pieces = self.pieces.as_ref().ok_or_else(gone)?;
        self.runtime.block_on(pieces.sender.send_timeout(piece, TAKEN_WITHIN)).map_err(|_| gone())
    }
}

fn gone() -> io::Error {
    io::Error::new(io::ErrorKind::BrokenPipe, "whoever asked has left, or takes nothing")
}

impl io::Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() > PIECE {
            self.hand_on()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    /// What whoever reads gets: bytes, and whether they came to an end.
    async fn read(work: impl FnOnce(Pipe) + Send + 'static) -> Result<Vec<u8>, ()> {
        let (pipe, started) = Pipe::new(&Watch::default());
        let working = tokio::task::spawn_blocking(move || work(pipe));
        let sent = started.await.map_err(|_| ())?.map_err(|_| ())?;
        let body = axum::body::to_bytes(sent.body(), usize::MAX).await;
        let _ = working.await;
        body.map(|bytes| bytes.to_vec()).map_err(|_| ())
    }

    #[tokio::test]
    async fn a_part_is_never_taken_for_the_whole() {
        let long = || vec![b'x'; 5 * PIECE];
        let whole = read(move |mut pipe| {
            pipe.write_all(&long()).unwrap();
            pipe.finish().unwrap();
        });
        assert_eq!(whole.await, Ok(long()));
        let failed = read(move |mut pipe| {
            pipe.write_all(&long()).unwrap();
            pipe.fail(Failure::Internal);
        });
        assert_eq!(failed.await, Err(()));
        // A worker that is simply gone, as after a panic.
        let gone = read(move |mut pipe| pipe.write_all(&long()).unwrap());
        assert_eq!(gone.await, Err(()));
        let short = read(|mut pipe| {
            pipe.write_all(b"short").unwrap();
            pipe.finish().unwrap();
        });
        assert_eq!(short.await, Ok(b"short".to_vec()));
    }
}
