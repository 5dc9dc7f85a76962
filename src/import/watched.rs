//! Bytes on their way through: their digest, their number, and what tells text from a binary file.

use std::{
    cell::RefCell,
    io::{self, Read},
    rc::Rc,
};

use super::quoting::Quoting;

/// What has passed through.
#[derive(Debug, Default)]
pub(super) struct Seen {
    hasher: Option<blake3::Hasher>,
    pub(super) bytes: u64,
    /// The last bytes, newest last.
    tail: [u8; 2],
    /// Whether it began like a binary file or UTF-16 text.
    pub(super) binary: bool,
    /// Where the quotation marks stand, if they are to be followed.
    quoting: Option<Quoting>,
}

impl Seen {
    /// BLAKE3 of everything so far; empty when no digest was asked for.
    pub(super) fn digest(&self) -> String {
        self.hasher.as_ref().map_or_else(String::new, |hasher| hasher.finalize().to_hex().to_string())
    }

    /// Whether what passed so far ends inside a quoted field.
    pub(super) fn is_open(&self) -> bool {
        self.quoting.is_some_and(Quoting::is_open)
    }

    /// Whether the last line has its end.
    pub(super) fn ended(&self) -> bool {
        matches!(self.tail[1], b'\n' | b'\r')
    }
}

/// A reader that notes what passes.
pub(super) struct Watched {
    inner: Box<dyn Read + Send>,
    pub(super) seen: Rc<RefCell<Seen>>,
}

impl Watched {
    pub(super) fn new(inner: Box<dyn Read + Send>, digest: bool) -> Self {
        let seen = Seen { hasher: digest.then(blake3::Hasher::new), ..Seen::default() };
        Self { inner, seen: Rc::new(RefCell::new(seen)) }
    }

    /// The same, following quotation marks between fields that a delimiter parts.
    pub(super) fn quoted(self, delimiter: u8) -> Self {
        self.seen.borrow_mut().quoting = Some(Quoting::new(delimiter));
        self
    }
}

impl Read for Watched {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        let mut seen = self.seen.borrow_mut();
        if let Some(hasher) = &mut seen.hasher {
            hasher.update(&buffer[..read]);
        }
        if seen.bytes == 0 {
            let start = &buffer[..read.min(4096)];
            seen.binary = start.contains(&0) || start.starts_with(&[0xff, 0xfe]) || start.starts_with(&[0xfe, 0xff]);
        }
        if let Some(quoting) = &mut seen.quoting {
            quoting.follow(&buffer[..read]);
        }
        seen.bytes += read as u64;
        for &byte in &buffer[read.saturating_sub(2)..read] {
            seen.tail = [seen.tail[1], byte];
        }
        Ok(read)
    }
}
