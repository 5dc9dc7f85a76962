//! Questions as the edges ask them: with a grant from a log beside the workspace.

use places::{
    access::{Access, Grant, Log, LogLine},
    analysis::{Count, count, question},
    ask::{Exact, Question, Rows, Values, Watch},
    claims::{Claimed, claim},
    snapshot::Snapshot,
};

/// Leave to look at exact data; the log goes with the folder.
pub fn grant(folder: &std::path::Path) -> Grant {
    let access = Access::local(Log::in_folder(&folder.join("bench-log")));
    access.exact(access.user(), &LogLine::look("bench", "", "")).unwrap()
}

/// Rows and the number counted.
pub fn counted<'p>(snapshot: &Snapshot, grant: &Grant, pairs: impl Iterator<Item = (&'p str, &'p str)>) -> (Rows, u64) {
    let asked = Count::read(&Values::check(&Count::DECLARATION, pairs).unwrap()).unwrap();
    let reader = Exact::open(snapshot, grant, Watch::default());
    let found = count(&reader, &asked.query).unwrap();
    (found.rows.head().clone(), found.summary.counted)
}

/// An answer that can be kept.
pub fn claimed(snapshot: &Snapshot, grant: &Grant, name: &str, pairs: &[(&str, &str)]) -> Claimed {
    let asked = question(name).unwrap().ask(pairs.iter().copied()).unwrap();
    let reader = Exact::open(snapshot, grant, Watch::default());
    let mut answer = asked.answer(&reader).unwrap();
    claim(asked.as_ref(), snapshot, &mut answer).unwrap()
}
