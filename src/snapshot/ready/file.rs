//! The file: a header that says what it was made from, a directory of columns, the columns.
//!
//! ```text
//! magic 8 | version u32 | columns u32 | key 32 | of each column: type u32, zero u32, bytes u64, BLAKE3 32
//! | BLAKE3 of all before, 32 | columns one after the other | end of the file
//! ```
//! All numbers are little-endian. A column's checksum is worked out from the blocks as they are read, before
//! anything is made of them; a length is believed only as far as the file is long.

use std::{
    borrow::Cow,
    fs::File,
    io::{self, BufWriter, Write},
    os::unix::fs::FileExt,
};

use rayon::prelude::*;

use crate::table::Column;

const MAGIC: [u8; 8] = *b"placesR\n";
/// Raised when the layout of the file changes.
const VERSION: u32 = 1;
/// Bytes of magic, version, number of columns and key.
const FIXED: usize = 48;
/// Bytes of a column in the directory.
const ENTRY: usize = 48;
const SUM: usize = 32;
/// Bytes read at once; they stay in the cache until they are summed and turned into numbers.
const BLOCK: usize = 1 << 18;

/// What the content was made from.
pub(super) type Key = [u8; 32];

/// Writes columns.
pub(super) fn write(file: &File, key: &Key, columns: &[Column<'_>]) -> io::Result<()> {
    let mut directory = Vec::with_capacity(FIXED + ENTRY * columns.len());
    directory.extend_from_slice(&MAGIC);
    directory.extend_from_slice(&VERSION.to_le_bytes());
    directory.extend_from_slice(&u32::try_from(columns.len()).map_err(io::Error::other)?.to_le_bytes());
    directory.extend_from_slice(key);
    let entries: Vec<[u8; ENTRY]> = columns.par_iter().map(entry).collect();
    directory.extend(entries.iter().flatten());
    let mut out = BufWriter::with_capacity(BLOCK, file);
    out.write_all(&directory)?;
    out.write_all(blake3::hash(&directory).as_bytes())?;
    for column in columns {
        blocks(column, |block| out.write_all(block))?;
    }
    out.flush()
}

fn entry(column: &Column<'_>) -> [u8; ENTRY] {
    let mut hasher = blake3::Hasher::new();
    let mut bytes = 0_u64;
    // The closure never fails.
    let _ = blocks(column, |block| {
        hasher.update(block);
        bytes += block.len() as u64;
        Ok(())
    });
    let mut entry = [0; ENTRY];
    entry[..4].copy_from_slice(&Type::of(column).code().to_le_bytes());
    entry[8..16].copy_from_slice(&bytes.to_le_bytes());
    entry[16..].copy_from_slice(hasher.finalize().as_bytes());
    entry
}

/// Calls `take` with the bytes of a column, some at a time.
fn blocks(column: &Column<'_>, mut take: impl FnMut(&[u8]) -> io::Result<()>) -> io::Result<()> {
    fn turned<T: Copy, const N: usize>(
        values: &[T],
        bytes_of: impl Fn(T) -> [u8; N],
        mut take: impl FnMut(&[u8]) -> io::Result<()>,
    ) -> io::Result<()> {
        let mut block = Vec::with_capacity(BLOCK);
        for values in values.chunks(BLOCK / N) {
            block.clear();
            block.extend(values.iter().flat_map(|&value| bytes_of(value)));
            take(&block)?;
        }
        Ok(())
    }
    match column {
        Column::Bytes(values) => values.chunks(BLOCK).try_for_each(&mut take),
        Column::Words(values) => turned(values, u32::to_le_bytes, take),
        Column::Longs(values) => turned(values, u64::to_le_bytes, take),
        Column::Floats(values) => turned(values, f64::to_le_bytes, take),
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Type {
    Bytes,
    Words,
    Longs,
    Floats,
}

impl Type {
    const ALL: [Self; 4] = [Self::Bytes, Self::Words, Self::Longs, Self::Floats];

    fn of(column: &Column<'_>) -> Self {
        match column {
            Column::Bytes(_) => Self::Bytes,
            Column::Words(_) => Self::Words,
            Column::Longs(_) => Self::Longs,
            Column::Floats(_) => Self::Floats,
        }
    }

    fn code(self) -> u32 {
        self as u32
    }

    /// Bytes of one value.
    fn width(self) -> u64 {
        match self {
            Self::Bytes => 1,
            Self::Words => 4,
            Self::Longs | Self::Floats => 8,
        }
    }
}

/// A column of the directory.
struct Entry {
    kind: Type,
    start: u64,
    bytes: u64,
    sum: [u8; SUM],
}

/// Reads every column of a file made from the same; `None` where it was made from something else, by another
/// version, or is not whole to the last bit.
pub(super) fn read(file: &File, key: &Key) -> Option<Vec<Column<'static>>> {
    let entries = directory(file, key)?;
    entries.par_iter().map(|entry| column(file, entry)).collect()
}

fn directory(file: &File, key: &Key) -> Option<Vec<Entry>> {
    let length = file.metadata().ok()?.len();
    let mut fixed = [0; FIXED];
    file.read_exact_at(&mut fixed, 0).ok()?;
    let number = |bytes: &[u8]| Some(u32::from_le_bytes(bytes.try_into().ok()?));
    if fixed[..8] != MAGIC || number(&fixed[8..12])? != VERSION || fixed[16..] != *key {
        return None;
    }
    let columns = u64::from(number(&fixed[12..16])?);
    let listed = FIXED as u64 + columns * ENTRY as u64;
    if listed + SUM as u64 > length {
        return None;
    }
    let mut bytes = vec![0; usize::try_from(listed).ok()? + SUM];
    file.read_exact_at(&mut bytes, 0).ok()?;
    let (listed, sum) = bytes.split_at(bytes.len() - SUM);
    if blake3::hash(listed).as_bytes() != sum {
        return None;
    }
    let mut start = bytes.len() as u64;
    let mut entries = Vec::new();
    for entry in listed[FIXED..].chunks_exact(ENTRY) {
        let kind = *Type::ALL.get(number(&entry[..4])? as usize)?;
        let bytes = u64::from_le_bytes(entry[8..16].try_into().ok()?);
        let end = start.checked_add(bytes).filter(|&end| end <= length)?;
        if bytes % kind.width() != 0 {
            return None;
        }
        entries.push(Entry { kind, start, bytes, sum: entry[16..].try_into().ok()? });
        start = end;
    }
    (start == length).then_some(entries)
}

fn column(file: &File, entry: &Entry) -> Option<Column<'static>> {
    fn values<T: Clone, const N: usize>(
        file: &File,
        entry: &Entry,
        value_of: impl Fn([u8; N]) -> T,
    ) -> Option<Cow<'static, [T]>> {
        let mut values = Vec::with_capacity(usize::try_from(entry.bytes).ok()? / N);
        let mut hasher = blake3::Hasher::new();
        let mut block = vec![0; BLOCK.min(usize::try_from(entry.bytes).ok()?)];
        let end = entry.start + entry.bytes;
        for start in (entry.start..end).step_by(BLOCK) {
            let block = &mut block[..BLOCK.min((end - start) as usize)];
            file.read_exact_at(block, start).ok()?;
            hasher.update(block);
            values.extend(block.as_chunks().0.iter().map(|&bytes| value_of(bytes)));
        }
        (hasher.finalize().as_bytes() == &entry.sum).then_some(Cow::Owned(values))
    }
    Some(match entry.kind {
        Type::Bytes => Column::Bytes(values(file, entry, |[byte]| byte)?),
        Type::Words => Column::Words(values(file, entry, u32::from_le_bytes)?),
        Type::Longs => Column::Longs(values(file, entry, u64::from_le_bytes)?),
        Type::Floats => Column::Floats(values(file, entry, f64::from_le_bytes)?),
    })
}
