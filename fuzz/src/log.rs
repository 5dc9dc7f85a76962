//! A log of looks that was damaged.

use std::{path::Path, sync::LazyLock};

use fs_err as fs;
use places::{
    access::{Log, LogLine, Who, verify},
    model::Caller,
};
use tempfile::TempDir;

use super::store::edited;

const SEGMENT: &str = "000001.jsonl";
const HEAD: &str = "head.json";
const LOOKS: u64 = 6;

/// Segment and head of a whole log.
static WHOLE: LazyLock<[Vec<u8>; 2]> = LazyLock::new(|| {
    let folder = TempDir::new().expect("a folder for the log");
    let log = Log::in_folder(folder.path());
    for i in 0..LOOKS {
        let line = LogLine::look("count", "norfolk@1", &format!("by=cell:8&i={i}"));
        log.append(&Who::new("ann", &Caller::local()), &line).expect("an entry");
    }
    [SEGMENT, HEAD].map(|name| fs::read(folder.path().join(name)).expect("a file of the log"))
});

/// A damaged log: the first byte says whether the segment or the head is edited, more follows the last entry, or
/// something else stands in the place of all; the verifier tells, or counts what a killed writer may have left.
pub fn log(data: &[u8]) {
    let Some((how, rest)) = data.split_first() else { return };
    let [segment, head] = &*WHOLE;
    match how % 4 {
        0 => tells_of(&edited(segment, rest), head),
        1 => tells_of(segment, &edited(head, rest)),
        2 => tells_of(&[segment, rest].concat(), head),
        _ => tells_of(rest, head),
    }
}

fn tells_of(segment: &[u8], head: &[u8]) {
    let folder = TempDir::new().expect("a folder for the log");
    let write = |name, bytes| fs::write(Path::join(folder.path(), name), bytes).expect("a file is written");
    write(SEGMENT, segment);
    write(HEAD, head);
    let [whole, whole_head] = &*WHOLE;
    match verify(folder.path()) {
        // With the entry that says it began.
        Ok(verified) => {
            assert_eq!(verified.entries - verified.after_head, LOOKS + 1);
            assert!(segment.starts_with(whole) && head == whole_head, "damage was not told");
        }
        Err(fault) => assert!(segment != whole || head != whole_head, "a whole log is refused: {fault}"),
    }
}
