//! The log's folder: segments, the head, and the one writer at a time that adds to them.

use std::{
    io::{self, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    time::Duration,
};

use serde::{Deserialize, Serialize};

use super::{
    AccessError, Entry, LogFault, LogLine, Receipt, Who,
    entry::{kept, no_hash, seal, sealed_hash},
};
use crate::workspace::{LOG_LOCK, open_private, private_folder, wait_for};

/// Length at which a segment is full.
pub(super) const SEGMENT_BYTES: u64 = 4 << 20;
/// How long a writer waits for another process's writer.
const PATIENCE: Duration = Duration::from_secs(10);
/// The head's name.
pub(super) const HEAD: &str = "head.json";

/// Its length, whatever it says: it is written over where it lies, in one sector of the disk.
const HEAD_BYTES: usize = 256;

/// Where the log ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Head {
    /// Entries there are.
    pub(super) entries: u64,
    /// Segment of the last one.
    pub(super) segment: u64,
    /// Length of that segment.
    pub(super) bytes: u64,
    /// Hash of the last entry.
    pub(super) last: String,
}

/// What is to be written: who, what, and the look it belongs to.
pub(super) type Ask = (Who, LogLine, Option<u64>);

pub(super) fn segment_name(number: u64) -> String {
    format!("{number:06}.jsonl")
}

/// The head as it stands, or none.
pub(super) fn read_head(folder: &Path) -> Result<Option<Head>, LogFault> {
    let bytes = match fs_err::read(folder.join(HEAD)) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(LogFault::new(HEAD, None, format!("it cannot be read ({e})"))),
        Ok(bytes) => bytes,
    };
    let damaged = || LogFault::new(HEAD, None, "it is damaged or was edited");
    let text = std::str::from_utf8(&bytes).ok().filter(|t| t.len() == HEAD_BYTES).and_then(|t| t.strip_suffix('\n'));
    let line = text.map(|t| t.trim_end_matches(' ')).filter(|line| sealed_hash(line.as_bytes()).is_some());
    line.and_then(|line| serde_json::from_str(line).ok()).map(Some).ok_or_else(damaged)
}

/// The numbers of the segments there are.
pub(super) fn segments(folder: &Path) -> io::Result<Vec<u64>> {
    let entries = match fs_err::read_dir(folder) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        other => other?,
    };
    let mut found = Vec::new();
    for entry in entries {
        let name = entry?.file_name();
        let number: Option<u64> = name.to_str().and_then(|n| n.strip_suffix(".jsonl")?.parse().ok());
        found.extend(number);
    }
    found.sort_unstable();
    Ok(found)
}

/// The lock of a log that may only be read: none where there is no log, or no reading of it.
pub(super) fn reader_lock(folder: &Path) -> Option<fs_err::File> {
    let lock = fs_err::File::open(folder.join(LOG_LOCK)).ok()?;
    wait_for(&lock, PATIENCE).ok()?;
    Some(lock)
}

/// The end of the log, held by this process until dropped.
#[derive(Debug)]
pub(super) struct Writer {
    folder: PathBuf,
    head: Head,
    _lock: fs_err::File,
}

impl Writer {
    /// Takes the end of the log: entries after the head are taken over, a torn line is put aside and said.
    pub(super) fn open(folder: &Path) -> Result<Self, AccessError> {
        let failed = |source: io::Error| AccessError::cannot_write(folder, source);
        private_folder(folder).map_err(failed)?;
        let lock = open_private(&folder.join(LOG_LOCK)).map_err(failed)?;
        wait_for(&lock, PATIENCE).map_err(failed)?;
        let mut writer = match read_head(folder)? {
            Some(head) => Self { folder: folder.to_owned(), head, _lock: lock },
            None => Self::begin(folder, lock)?,
        };
        writer.take_over()?;
        Ok(writer)
    }

    /// A log without entries: the head is there before the first of them.
    fn begin(folder: &Path, lock: fs_err::File) -> Result<Self, AccessError> {
        let failed = |source: io::Error| AccessError::cannot_write(folder, source);
        if let Some(first) = segments(folder).map_err(failed)?.first() {
            return Err(
                LogFault::new(HEAD, None, format!("it is missing, and {} is there", segment_name(*first))).into()
            );
        }
        let head = Head { entries: 0, segment: 1, bytes: 0, last: no_hash() };
        let mut writer = Self { folder: folder.to_owned(), head, _lock: lock };
        writer.write_head().and_then(|head| head.sync_all()).and_then(|()| sync(folder)).map_err(failed)?;
        // The folder's own name must last too.
        sync(folder.parent().unwrap_or(folder)).map_err(failed)?;
        writer.say("begin", &format!("places {}", env!("CARGO_PKG_VERSION")))?;
        Ok(writer)
    }

    /// An entry of the log about itself.
    fn say(&mut self, verb: &str, what: &str) -> Result<(), AccessError> {
        let who = Who { actor: "places".to_owned(), agency: String::new(), role: String::new() };
        self.write(&[(who, LogLine::of_the_log(verb, what), None)])?;
        self.finish()
    }

    /// Moves the head over whole entries that a killed writer left after it.
    fn take_over(&mut self) -> Result<(), AccessError> {
        loop {
            let name = segment_name(self.head.segment);
            let fault = |reason: String, head: &Head| LogFault::new(name.clone(), head.entries, reason);
            let rest = match read_from(&self.folder.join(&name), self.head.bytes) {
                Ok(rest) => rest,
                Err(e) if e.kind() == io::ErrorKind::NotFound && self.head.bytes == 0 => Some(Vec::new()),
                Err(e) if e.kind() == io::ErrorKind::NotFound => {
                    return Err(fault("it is missing".to_owned(), &self.head).into());
                }
                Err(e) => return Err(self.failed(e)),
            };
            let rest = rest.ok_or_else(|| fault("it was cut".to_owned(), &self.head))?;
            let torn = self.adopt(&rest);
            let next = self.folder.join(segment_name(self.head.segment + 1));
            match (torn.is_empty(), next.exists()) {
                (true, false) => return Ok(()),
                (false, false) => return self.put_aside(torn),
                (false, true) => return Err(fault("a line in the middle is torn".to_owned(), &self.head).into()),
                (true, true) => self.next_segment(),
            }
        }
    }

    /// Takes the entries over that follow on; gives what does not.
    fn adopt<'a>(&mut self, mut rest: &'a [u8]) -> &'a [u8] {
        while let Some(end) = rest.iter().position(|&b| b == b'\n') {
            let Some((_, hash)) = follows(&rest[..end], self.head.entries, &self.head.last) else { break };
            self.head.entries += 1;
            self.head.bytes += end as u64 + 1;
            self.head.last = hash;
            rest = &rest[end + 1..];
        }
        rest
    }

    /// Puts a torn end into a file of its own and says so.
    fn put_aside(&mut self, torn: &[u8]) -> Result<(), AccessError> {
        let name = format!("dropped-{}", self.head.entries + 1);
        let aside = || -> io::Result<()> {
            let mut file = open_private(&self.folder.join(&name))?;
            file.set_len(0)?;
            file.write_all(torn)?;
            file.sync_all()?;
            sync(&self.folder)?;
            let segment = open_private(&self.folder.join(segment_name(self.head.segment)))?;
            segment.set_len(self.head.bytes)?;
            segment.sync_all()
        };
        aside().map_err(|e| self.failed(e))?;
        let digest = blake3::hash(torn).to_hex();
        self.say(
            "healed",
            &format!("{} bytes of a writer that was killed put aside as {name}, BLAKE3 {digest}", torn.len()),
        )
    }

    fn next_segment(&mut self) {
        self.head.segment += 1;
        self.head.bytes = 0;
    }

    fn failed(&self, source: io::Error) -> AccessError {
        AccessError::cannot_write(&self.folder, source)
    }

    /// Adds entries: on disk when this returns. The head still stands before them.
    pub(super) fn write(&mut self, asked: &[Ask]) -> Result<Vec<Receipt>, AccessError> {
        if self.head.bytes >= SEGMENT_BYTES {
            self.next_segment();
        }
        let (mut after, mut text, mut receipts) = (self.head.clone(), String::new(), Vec::new());
        for ask in asked {
            let entry = entry(ask, &after);
            let (line, hash) = seal(&entry).map_err(|e| self.failed(e.into()))?;
            text.push_str(&line);
            text.push('\n');
            after.entries += 1;
            after.last.clone_from(&hash);
            receipts.push(Receipt { seq: entry.seq, hash, at: entry.at });
        }
        after.bytes += text.len() as u64;
        self.add(text.as_bytes()).map_err(|e| self.failed(e))?;
        self.head = after;
        Ok(receipts)
    }

    /// Adds bytes to the segment, synced; taken off again where that fails half-way.
    fn add(&self, bytes: &[u8]) -> io::Result<()> {
        let mut file = open_private(&self.folder.join(segment_name(self.head.segment)))?;
        let written = file
            .seek(SeekFrom::Start(self.head.bytes))
            .and_then(|_| file.write_all(bytes))
            .and_then(|()| file.sync_data())
            .and_then(|()| if self.head.bytes == 0 { sync(&self.folder) } else { Ok(()) });
        if written.is_err() {
            // Where even this fails, the next writer finds the torn end.
            let _ = file.set_len(self.head.bytes);
        }
        written
    }

    fn write_head(&self) -> io::Result<fs_err::File> {
        let mut file = open_private(&self.folder.join(HEAD))?;
        file.write_all(format!("{:width$}\n", seal(&self.head)?.0, width = HEAD_BYTES - 1).as_bytes())?;
        Ok(file)
    }

    /// Moves the head to the end. It need not be on disk: after a loss of power it stands before entries that are.
    pub(super) fn finish(&self) -> Result<(), AccessError> {
        self.write_head().map(|_| ()).map_err(|e| self.failed(e))
    }
}

/// The entry that comes after a head.
fn entry((who, line, of): &Ask, head: &Head) -> Entry {
    Entry {
        seq: head.entries + 1,
        at: jiff::Timestamp::now().to_string(),
        actor: who.actor.clone(),
        agency: who.agency.clone(),
        role: who.role.clone(),
        kind: line.kind,
        verb: line.verb.clone(),
        reason: line.reason.clone(),
        dataset: line.dataset.clone(),
        question: kept(&line.question),
        rows: line.rows,
        export: line.export.clone(),
        of: *of,
        prev: head.last.clone(),
    }
}

/// The entry on a line and its hash, where it is whole and the one that comes next.
pub(super) fn follows(line: &[u8], entries: u64, last: &str) -> Option<(Entry, String)> {
    let hash = sealed_hash(line)?;
    let entry: Entry = serde_json::from_slice(line).ok()?;
    (entry.seq == entries + 1 && entry.prev == last).then_some((entry, hash))
}

/// What a file holds from an offset on; nothing where it is shorter.
fn read_from(path: &Path, from: u64) -> io::Result<Option<Vec<u8>>> {
    let mut file = fs_err::File::open(path)?;
    if file.metadata()?.len() < from {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(from))?;
    file.read_to_end(&mut bytes)?;
    Ok(Some(bytes))
}

fn sync(folder: &Path) -> io::Result<()> {
    fs_err::File::open(folder)?.sync_all()
}
