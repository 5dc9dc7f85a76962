//! An answer as it is written: small ones whole, with their length; long ones as they come.

use std::io;

use axum::body::{Body, Bytes};
use tokio::sync::{mpsc, oneshot};
use tokio_stream::{StreamExt, wrappers::ReceiverStream};

use super::error::Failure;

/// Bytes that leave at once; an answer of no more is sent whole.
const PIECE: usize = 1 << 16;
/// Pieces that wait for whoever reads.
const WAITING: usize = 4;

/// What is sent: a whole answer, or its pieces.
pub(super) enum Sent {
    /// All of it.
    Whole(Vec<u8>),
    /// Pieces; an error breaks the connection off, so that a part is never taken for the whole.
    Pieces(mpsc::Receiver<io::Result<Bytes>>),
}

impl Sent {
    /// The body of a response.
    pub(super) fn body(self) -> Body {
        match self {
            Self::Whole(bytes) => Body::from(bytes),
            Self::Pieces(pieces) => Body::from_stream(ReceiverStream::new(pieces).map(|piece| piece)),
        }
    }
}

/// Takes bytes from the thread that works and hands them on.
pub(super) struct Pipe {
    buffer: Vec<u8>,
    start: Option<oneshot::Sender<Result<Sent, Failure>>>,
    pieces: Option<mpsc::Sender<io::Result<Bytes>>>,
}

impl Pipe {
    /// A pipe, and where its beginning arrives.
    pub(super) fn new() -> (Self, oneshot::Receiver<Result<Sent, Failure>>) {
        let (start, started) = oneshot::channel();
        (Self { buffer: Vec::with_capacity(PIECE), start: Some(start), pieces: None }, started)
    }

    /// Ends without an answer, or breaks off what was begun.
    pub(super) fn fail(mut self, failure: Failure) {
        match (self.start.take(), self.pieces.take()) {
            (Some(start), _) => _ = start.send(Err(failure)),
            (None, Some(pieces)) => {
                tracing::error!("a long answer broke off: {failure:?}");
                _ = pieces.blocking_send(Err(io::Error::other("the answer broke off")));
            }
            (None, None) => {}
        }
    }

    /// Sends what is left.
    pub(super) fn finish(mut self) -> io::Result<()> {
        match self.start.take() {
            Some(start) => {
                let whole = Sent::Whole(std::mem::take(&mut self.buffer));
                start.send(Ok(whole)).map_err(|_| gone())
            }
            None => self.hand_on(),
        }
    }

    fn hand_on(&mut self) -> io::Result<()> {
        if let Some(start) = self.start.take() {
            let (pieces, receiver) = mpsc::channel(WAITING);
            self.pieces = Some(pieces);
            start.send(Ok(Sent::Pieces(receiver))).map_err(|_| gone())?;
        }
        let piece = Bytes::from(std::mem::replace(&mut self.buffer, Vec::with_capacity(PIECE)));
        let pieces = self.pieces.as_ref().ok_or_else(gone)?;
        pieces.blocking_send(Ok(piece)).map_err(|_| gone())
    }
}

fn gone() -> io::Error {
    io::Error::new(io::ErrorKind::BrokenPipe, "whoever asked has left")
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
