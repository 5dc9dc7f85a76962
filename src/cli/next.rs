//! What can be done next, said after a command that changed something.

use std::sync::atomic::{AtomicBool, Ordering};

use super::output::note;

/// Whether it is said: not while one command runs many.
static SILENT: AtomicBool = AtomicBool::new(false);

/// Says nothing more of it.
pub(super) fn silence() {
    SILENT.store(true, Ordering::Relaxed);
}

/// Says what can be done next, one line each.
pub(super) fn say<T: AsRef<str>>(lines: &[T]) {
    if SILENT.load(Ordering::Relaxed) {
        return;
    }
    for (i, line) in lines.iter().enumerate() {
        note(&format!("{}{}", if i == 0 { "next: " } else { "      " }, line.as_ref()));
    }
}
