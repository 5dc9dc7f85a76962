//! A bar for work that takes its time: shown on a terminal, once a second has gone.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

use indicatif::{ProgressBar, ProgressStyle};

use crate::ask::Watch;

/// How long work may take before a bar is shown.
const QUIET: Duration = Duration::from_secs(1);

/// Works, with a bar of the steps that the watch counts.
pub(super) fn with_progress<T>(watch: &Watch, work: impl FnOnce() -> T) -> T {
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let bar = scope.spawn(|| show(watch, &done));
        let _ends = Ends { done: &done, bar: bar.thread().clone() };
        work()
    })
}

/// Ends the bar with the work, also where that panics.
struct Ends<'d> {
    done: &'d AtomicBool,
    bar: thread::Thread,
}

impl Drop for Ends<'_> {
    fn drop(&mut self) {
        self.done.store(true, Ordering::Release);
        self.bar.unpark();
    }
}

fn show(watch: &Watch, done: &AtomicBool) {
    let started = Instant::now();
    let mut bar: Option<ProgressBar> = None;
    while !done.load(Ordering::Acquire) {
        let (steps, of) = watch.progress();
        if of > 0 && started.elapsed() >= QUIET {
            let bar = bar.get_or_insert_with(|| styled(of));
            bar.set_position(steps);
        }
        thread::park_timeout(Duration::from_millis(100));
    }
    if let Some(bar) = bar {
        bar.finish_and_clear();
    }
}

fn styled(steps: u64) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:30} {pos} of {len} steps, {eta} left");
    let bar = ProgressBar::new(steps);
    if let Ok(style) = style {
        bar.set_style(style);
    }
    bar
}
