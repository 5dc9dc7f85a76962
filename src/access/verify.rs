//! Does a log hold? Every line, the chain over all segments, and the head.

use std::path::Path;

use super::{
    Entry, LogFault,
    entry::no_hash,
    store::{HEAD, Head, follows, read_head, reader_lock, segment_name, segments},
};
use crate::workspace::Workspace;

/// A log that holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// Entries.
    pub entries: u64,
    /// Segments.
    pub segments: u64,
    /// Hash of the last entry.
    pub last: String,
    /// Entries after the head, left by a writer that was killed; they are whole.
    pub after_head: u64,
    /// Bytes of a torn last line, left by a writer that was killed.
    pub torn: u64,
}

/// Verifies the log in a folder; a folder that is not there is a log without entries.
///
/// # Errors
/// [`LogFault`] with the segment and the entry at fault.
pub fn verify(folder: &Path) -> Result<Verified, LogFault> {
    entries(folder, |_, _| {})
}

/// Verifies the log of a workspace, and that it still holds the entries noted elsewhere: the one that the data store
/// noted with its last commit, and `expect` where somebody noted one.
///
/// # Errors
/// [`LogFault`] with the segment and the entry at fault.
pub fn verify_workspace(workspace: &Workspace, expect: Option<&(u64, String)>) -> Result<Verified, LogFault> {
    // A state that cannot be read is for `check` to say; the log is verified all the same.
    let noted = workspace.state().and_then(|state| state.noted_log()).ok().flatten();
    let mut missing: Vec<(u64, String)> = noted.iter().chain(expect).filter(|n| n.0 > 0).cloned().collect();
    let verified = entries(&workspace.log_path(), |entry, hash| {
        missing.retain(|(seq, noted)| *seq != entry.seq || noted != hash);
    })?;
    match missing.first() {
        None => Ok(verified),
        Some((seq, _)) => {
            let reason = "it is not the entry that was noted: the log was cut, or another stands in its place";
            Err(LogFault::new("log", *seq, reason))
        }
    }
}

/// Verifies the log in a folder and shows each entry that holds, with its hash, in order.
///
/// # Errors
/// [`LogFault`] with the segment and the entry at fault; the entries before it have been shown.
pub fn entries(folder: &Path, mut each: impl FnMut(&Entry, &str)) -> Result<Verified, LogFault> {
    let (head, lengths) = moment(folder)?;
    let mut walk = Walk { head, at: Verified { entries: 0, segments: 0, last: no_hash(), after_head: 0, torn: 0 } };
    for (i, &(number, length)) in lengths.iter().enumerate() {
        let expected = i as u64 + 1;
        if number != expected {
            return Err(LogFault::new(segment_name(expected), walk.at.entries + 1, "it is missing"));
        }
        let name = segment_name(number);
        let mut bytes = fs_err::read(folder.join(&name)).map_err(|e| LogFault::new(&name, None, e.to_string()))?;
        bytes.truncate(usize::try_from(length).unwrap_or(usize::MAX));
        walk.at.segments = number;
        walk.segment(&name, &bytes, i + 1 == lengths.len(), &mut each)?;
    }
    walk.end()
}

/// Head and lengths of the segments at one moment, between writers.
fn moment(folder: &Path) -> Result<(Head, Vec<(u64, u64)>), LogFault> {
    let _lock = reader_lock(folder);
    let unreadable = |e: std::io::Error| LogFault::new("log", None, e.to_string());
    let numbers = segments(folder).map_err(unreadable)?;
    let head = match read_head(folder)? {
        Some(head) => head,
        None if numbers.is_empty() => Head { entries: 0, segment: 1, bytes: 0, last: no_hash() },
        None => return Err(LogFault::new(HEAD, None, "it is missing")),
    };
    let length = |n: &u64| Ok((*n, fs_err::metadata(folder.join(segment_name(*n)))?.len()));
    let lengths = numbers.iter().map(length).collect::<std::io::Result<_>>().map_err(unreadable)?;
    Ok((head, lengths))
}

/// How far the log has been read.
struct Walk {
    head: Head,
    at: Verified,
}

impl Walk {
    fn segment(
        &mut self,
        name: &str,
        bytes: &[u8],
        is_last: bool,
        each: &mut impl FnMut(&Entry, &str),
    ) -> Result<(), LogFault> {
        let mut rest = bytes;
        while !rest.is_empty() {
            let next = self.at.entries + 1;
            let Some(end) = rest.iter().position(|&b| b == b'\n') else {
                // Only what no head has counted can be a writer's that was killed.
                if is_last && self.at.entries >= self.head.entries {
                    self.at.torn = rest.len() as u64;
                    return Ok(());
                }
                return Err(LogFault::new(name, next, "its line has no end"));
            };
            let (entry, hash) = follows(&rest[..end], self.at.entries, &self.at.last)
                .ok_or_else(|| LogFault::new(name, next, "what stands there was edited, moved or put in"))?;
            each(&entry, &hash);
            rest = &rest[end + 1..];
            self.at.entries = next;
            self.at.last = hash;
            self.counted(name, (bytes.len() - rest.len()) as u64)?;
        }
        Ok(())
    }

    /// Compares with the head where the head stands.
    fn counted(&mut self, name: &str, bytes: u64) -> Result<(), LogFault> {
        if self.at.entries > self.head.entries {
            self.at.after_head += 1;
        }
        let is_head = self.at.entries == self.head.entries;
        let same = self.at.last == self.head.last && self.at.segments == self.head.segment && bytes == self.head.bytes;
        if is_head && !same {
            return Err(LogFault::new(name, self.at.entries, "it is not the entry that the head names"));
        }
        Ok(())
    }

    fn end(self) -> Result<Verified, LogFault> {
        if self.at.entries < self.head.entries {
            let reason = format!("the log was cut: the head counts {} entries", self.head.entries);
            return Err(LogFault::new(
                segment_name(self.at.segments.max(self.head.segment)),
                self.at.entries + 1,
                reason,
            ));
        }
        Ok(self.at)
    }
}
