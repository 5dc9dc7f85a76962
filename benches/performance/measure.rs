//! CPU time and memory of this process and of children, from /proc.

use std::{
    path::PathBuf,
    process::{Command, Stdio},
    sync::Mutex,
    time::{Duration, Instant},
};

/// What a job cost.
#[derive(Debug, Clone, Copy)]
pub struct Cost {
    pub wall_s: f64,
    pub cpu_s: f64,
    pub peak_mib: f64,
}

fn cpu_of_self() -> f64 {
    ticks("/proc/self/stat", [13, 14])
}

/// User and system seconds from a stat file; 100 ticks a second on every Linux we know.
fn ticks(path: &str, fields: [usize; 2]) -> f64 {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let after = text.rsplit(") ").next().unwrap_or_default();
    let values: Vec<f64> = after.split_whitespace().map(|v| v.parse().unwrap_or(0.0)).collect();
    fields.iter().map(|f| values.get(f - 2).copied().unwrap_or(0.0)).sum::<f64>() / 100.0
}

/// A value of /proc/PID/status in MiB.
pub fn memory_mib(pid: &str, name: &str) -> f64 {
    let text = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = text.lines().find(|l| l.starts_with(name)).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|v| v.parse::<f64>().ok()).unwrap_or(0.0) / 1024.0
}

/// Runs a job in this process.
pub fn here<T>(job: impl FnOnce() -> T) -> (T, Cost) {
    let (started, cpu) = (Instant::now(), cpu_of_self());
    let result = job();
    let cost = Cost {
        wall_s: started.elapsed().as_secs_f64(),
        cpu_s: cpu_of_self() - cpu,
        peak_mib: memory_mib("self", "VmHWM"),
    };
    (result, cost)
}

/// Runs a program; its output and cost.
pub fn child(command: &mut Command) -> (String, Cost) {
    let started = Instant::now();
    let before = ticks("/proc/self/stat", [15, 16]);
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let pid = child.id().to_string();
    let mut output = child.stdout.take().unwrap();
    let reader = std::thread::spawn(move || {
        let mut text = String::new();
        std::io::Read::read_to_string(&mut output, &mut text).unwrap();
        text
    });
    let mut peak_mib = 0.0_f64;
    let status = loop {
        peak_mib = peak_mib.max(memory_mib(&pid, "VmHWM"));
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        std::thread::sleep(Duration::from_millis(10));
    };
    assert!(status.success(), "{command:?} failed");
    let cost =
        Cost { wall_s: started.elapsed().as_secs_f64(), cpu_s: ticks("/proc/self/stat", [15, 16]) - before, peak_mib };
    (reader.join().unwrap(), cost)
}

/// Bytes a second of `csv::ByteRecord` on one core of the machine that the targets were set on.
const REFERENCE_CSV_BYTES_S: f64 = 1.1e9;
static PACE: Mutex<f64> = Mutex::new(1.0);

/// Measures how many times slower than that one this machine is at this moment, by the same reader on the same kind
/// of file: read once to wake everything up, then measured.
pub fn take_pace(files: &[PathBuf]) {
    let read = |file: &PathBuf| {
        let mut csv = csv::ReaderBuilder::new().buffer_capacity(1 << 18).from_path(file).unwrap();
        let mut record = csv::ByteRecord::new();
        while csv.read_byte_record(&mut record).unwrap() {}
        csv.position().byte()
    };
    read(&files[0]);
    let (bytes, cost) = here(|| files.iter().map(read).sum::<u64>());
    let pace = cost.cpu_s * REFERENCE_CSV_BYTES_S / bytes as f64;
    println!("    pace: reading CSV takes {pace:.2} times what it took where the targets were set");
    *PACE.lock().unwrap() = pace;
}

/// Prints a figure beside what it should be; times also beside what they should be at this machine's pace.
pub fn report(job: &str, what: &str, value: f64, unit: &str, target: f64, more_is_better: bool) {
    let reached = |target: f64| if more_is_better { value >= target } else { value <= target };
    let sign = if more_is_better { ">=" } else { "<=" };
    let pace = *PACE.lock().unwrap();
    let at_pace = match unit {
        "MB" | "MiB" => target,
        _ if more_is_better => target / pace,
        _ => target * pace,
    };
    let verdict = if reached(target) {
        "reached".to_owned()
    } else if reached(at_pace) {
        format!("reached at this pace ({at_pace:.2})")
    } else {
        let times = if more_is_better { at_pace / value } else { value / at_pace };
        let verdict = if times <= 2.0 { "within twice at this pace" } else { "MISSED" };
        format!("{verdict} ({times:.2} times {at_pace:.2})")
    };
    println!("{job}  {what:<44} {value:>10.2} {unit:<8} target {sign} {target:<8.2} {verdict}");
}

/// The value below which a share of the sorted values lies.
pub fn quantile(values: &mut [f64], share: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    values[((values.len() - 1) as f64 * share).round() as usize]
}
