//! A bar for work that takes its time: shown on a terminal, once a second has gone.

use std::{
    io::IsTerminal,
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

use indicatif::{ProgressBar, ProgressStyle};

use super::output::thousands;
use crate::{ask::Watch, import::Progress};

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

/// Runs a job with a bar that shows rate and time left, on a terminal.
pub(super) fn with_bar<T>(job: impl FnOnce(&Progress) -> T) -> T {
    let progress = Progress::default();
    if !std::io::stderr().is_terminal() {
        return job(&progress);
    }
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| draw(&progress, &done));
        let result = job(&progress);
        done.store(true, Ordering::Relaxed);
        result
    })
}

fn draw(progress: &Progress, done: &AtomicBool) {
    let bar = ProgressBar::new(0);
    let style =
        "{elapsed_precise} [{bar:30}] {percent:>3} %  {bytes} of {total_bytes}  {bytes_per_sec}  {msg}  {eta} left";
    if let Ok(style) = ProgressStyle::with_template(style) {
        bar.set_style(style.progress_chars("=> "));
    }
    while !done.load(Ordering::Relaxed) {
        let (total, bytes) = (progress.total_bytes.load(Ordering::Relaxed), progress.bytes.load(Ordering::Relaxed));
        // Packed files give more bytes than they hold.
        bar.set_length(total.max(bytes));
        bar.set_position(bytes);
        bar.set_message(format!("{} rows", thousands(progress.rows.load(Ordering::Relaxed))));
        thread::sleep(Duration::from_millis(100));
    }
    bar.finish_and_clear();
}
