//! P1 to P5.

use std::{
    path::{Path, PathBuf},
    process::Command,
    time::Instant,
};

use geo::{Contains, MultiPolygon};
use places::{
    area::{Area, Locator, brute_force_area},
    snapshot::Snapshot,
    workspace::Workspace,
};
use rayon::prelude::*;
use rstar::{AABB, RTree, RTreeObject};

use super::{
    ask::{counted, grant},
    generate,
    measure::{child, here, quantile, report},
};

pub struct Input {
    pub areas: Vec<Area>,
    pub points: Vec<(f64, f64)>,
    pub files: Vec<PathBuf>,
    pub rows: usize,
    layer: PathBuf,
    /// A workspace with the polygons as study area.
    pub workspace: PathBuf,
}

fn program() -> PathBuf {
    PathBuf::from(env!("CARGO_BIN_EXE_places"))
}

impl Input {
    pub fn prepare(folder: &Path, rows: usize) -> Self {
        let folder = folder.join(rows.to_string());
        std::fs::create_dir_all(&folder).unwrap();
        let (areas, layer) = generate::areas();
        let points = generate::points(&areas, rows * 671_604 / 18_000_000);
        let files = generate::write_files(&folder, rows, &points);
        let workspace = folder.join("workspace");
        let input = Self { areas, points, files, rows, layer, workspace };
        if !input.workspace.exists() {
            input.make_workspace(&input.layer);
        }
        input
    }

    /// A new workspace, with the polygons and no incidents.
    fn make_workspace(&self, layer: &Path) {
        let workspace = &self.workspace;
        let _ = std::fs::remove_dir_all(workspace);
        let run = |arguments: &[&str]| {
            let mut command = Command::new(program());
            command.arg("--workspace").arg(workspace).args(arguments).stderr(std::process::Stdio::null());
            child(&mut command)
        };
        run(&["init"]);
        run(&["areas", "add", "msoa", layer.to_str().unwrap(), "--study-area"]);
    }

    fn polygons(&self) -> Vec<MultiPolygon> {
        self.areas.iter().map(|a| a.polygons.clone()).collect()
    }
}

/// An area's polygons with their box, for the peer.
struct Boxed {
    area: u32,
    polygons: MultiPolygon,
    envelope: AABB<[f64; 2]>,
}

impl RTreeObject for Boxed {
    type Envelope = AABB<[f64; 2]>;
    fn envelope(&self) -> Self::Envelope {
        self.envelope
    }
}

pub fn p4_area_of_a_point(input: &Input) {
    let polygons = input.polygons();
    let (locator, built) = here(|| Locator::new(&polygons));
    report("P4", "index built", built.wall_s, "s", 0.4, false);
    report("P4", "index memory", locator.memory_bytes() as f64 / 1e6, "MB", 120.0, false);
    let mut shuffled = input.points.clone();
    fastrand::Rng::with_seed(1).shuffle(&mut shuffled);
    let (found, cost) = here(|| shuffled.iter().filter(|p| locator.containing(p.0, p.1).is_some()).count());
    let ours_ns = cost.cpu_s * 1e9 / shuffled.len() as f64;
    report("P4", "assign a shuffled point", ours_ns, "ns", 200.0, false);
    let boxed = polygons.iter().enumerate().map(|(i, p)| {
        let rect = geo::BoundingRect::bounding_rect(p).unwrap();
        let envelope = AABB::from_corners([rect.min().x, rect.min().y], [rect.max().x, rect.max().y]);
        Boxed { area: i as u32, polygons: p.clone(), envelope }
    });
    let tree = RTree::bulk_load(boxed.collect());
    let some = &shuffled[..shuffled.len().min(100_000)];
    let peer = |p: &(f64, f64)| {
        let at = AABB::from_point([p.0, p.1]);
        let holds =
            tree.locate_in_envelope_intersecting(&at).filter(|b| b.polygons.contains(&geo::Point::new(p.0, p.1)));
        holds.map(|b| b.area).min()
    };
    let (answers, cost) = here(|| some.iter().map(peer).collect::<Vec<_>>());
    let peer_ns = cost.cpu_s * 1e9 / some.len() as f64;
    println!("P4  peer in this run: rstar and Contains {peer_ns:.0} ns, {:.1} times ours", peer_ns / ours_ns);
    let border = some.iter().zip(&answers).filter(|(p, a)| locator.containing(p.0, p.1) != **a).count();
    let checked: Vec<_> = shuffled.iter().step_by(shuffled.len() / 2000 + 1).collect();
    let wrong =
        checked.par_iter().filter(|p| locator.containing(p.0, p.1) != brute_force_area(&polygons, p.0, p.1)).count();
    assert_eq!(wrong, 0, "differs from exact arithmetic");
    println!(
        "P4  check: {} points as exact arithmetic over every edge; {border} of {} differ from Contains (borders); {found} inside\n",
        checked.len(),
        some.len()
    );
}

fn tally_command(input: &Input, files: &[PathBuf]) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.arg("job-tally").arg(&input.workspace).args(files);
    command
}

/// Sum over rows of cell times 1, worked out row by row without any shortcut.
fn digest_by_row(files: &[PathBuf]) -> (u64, u64) {
    let parts: Vec<(u64, u64)> = files
        .par_iter()
        .map(|path| {
            let mut csv = csv::Reader::from_path(path).unwrap();
            let (mut digest, mut rows) = (0_u64, 0);
            let mut record = csv::ByteRecord::new();
            while csv.read_byte_record(&mut record).unwrap() {
                let number = |i: usize| std::str::from_utf8(&record[i]).unwrap().parse::<f64>().unwrap();
                let cell = h3o::LatLng::new(number(5), number(4)).unwrap().to_cell(h3o::Resolution::Nine);
                digest = digest.wrapping_add(cell.into());
                rows += 1;
            }
            (digest, rows)
        })
        .collect();
    parts.iter().fold((0, 0), |a, b| (a.0.wrapping_add(b.0), a.1 + b.1))
}

pub fn p1_tally_in_memory(input: &Input) {
    let (output, cost) = child(&mut tally_command(input, &input.files));
    let scale = input.rows as f64 / 18e6;
    report("P1", "cells and polygons by month and category", cost.cpu_s, "CPU s", 4.0 * scale, false);
    report("P1", "peak memory", cost.peak_mib, "MiB", 500.0, false);
    let bytes: u64 = input.files.iter().map(|f| std::fs::metadata(f).unwrap().len()).sum();
    let (_, floor) = here(|| {
        input.files.par_iter().for_each(|path| {
            let mut csv = csv::Reader::from_path(path).unwrap();
            let mut record = csv::ByteRecord::new();
            while csv.read_byte_record(&mut record).unwrap() {}
        });
    });
    println!(
        "P1  floor in this run: reading the CSV alone {:.2} CPU s for {:.2} GB; we take {:.2} times that",
        floor.cpu_s,
        bytes as f64 / 1e9,
        cost.cpu_s / floor.cpu_s
    );
    let (digest, rows) = digest_by_row(&input.files);
    let expected = format!("{rows} {rows} {rows} {digest}");
    assert_eq!(output.trim(), expected, "cells differ from h3o row by row");
    println!("P1  check: the cells of all {rows} rows are h3o's\n");
}

pub fn p3_one_million_from_nothing(input: &Input) {
    let files = &input.files[..2.min(input.files.len())];
    let rows = input.rows / generate::FILES * files.len();
    let (_, cost) = child(&mut tally_command(input, files));
    report("P3", &format!("{rows} rows from process start"), cost.cpu_s, "CPU s", 0.9 * rows as f64 / 1e6, false);
    println!();
}

pub fn p2_durable_import(input: &Input) {
    input.make_workspace(&input.layer);
    let mut command = Command::new(program());
    command.arg("--workspace").arg(&input.workspace).arg("import").args(&input.files).args([
        "--source",
        "police.uk",
        "--format",
        "json",
    ]);
    command.stderr(std::process::Stdio::null());
    let (output, cost) = child(&mut command);
    let scale = input.rows as f64 / 18e6;
    report("P2", "durable import", cost.cpu_s, "CPU s", 25.0 * scale, false);
    report("P2", "durable import, wall", cost.wall_s, "s", 15.0 * scale, false);
    report("P2", "peak memory", cost.peak_mib, "MiB", 1024.0, false);
    let parsed: serde_json::Value = serde_json::from_str(&output).unwrap();
    assert_eq!(parsed["imported"].as_u64().unwrap() as usize, input.rows / generate::FILES * generate::FILES);
    println!("P2  check: every row imported\n");
}

/// Random filters of every kind.
pub fn filters(rng: &mut fastrand::Rng) -> Vec<(&'static str, String)> {
    let mut filters = Vec::new();
    if rng.bool() {
        filters.push((
            "category",
            ["Robbery", "Burglary,Drugs", "Violence and sexual offences"][rng.usize(0..3)].to_owned(),
        ));
    }
    if rng.bool() {
        let start = rng.u32(0..30);
        let month = |m: u32| format!("{}-{:02}-01", 2023 + m / 12, m % 12 + 1);
        filters.push(("from", month(start)));
        filters.push(("to", month(start + 1 + rng.u32(0..5))));
    }
    if rng.u8(0..3) == 0 {
        filters.push(("definition", ["serious-violence", "asb"][rng.usize(0..2)].to_owned()));
    }
    filters
}

pub fn p5_filtered_counts(input: &Input) {
    let workspace = Workspace::open(&input.workspace).unwrap();
    let snapshot = Snapshot::load(&workspace).unwrap();
    let grant = grant(workspace.root());
    let ask = |filters: &[(&str, String)], by: &str, top: &str| {
        let pairs = filters.iter().map(|(n, v)| (*n, v.as_str())).chain([("by", by), ("top", top)]);
        counted(&snapshot, &grant, pairs)
    };
    let mut rng = fastrand::Rng::with_seed(5);
    let (mut tops, mut singles, mut slowest) = (Vec::new(), Vec::new(), (0.0, String::new()));
    for i in 0..300 {
        let filters = filters(&mut rng);
        let started = Instant::now();
        let top = ask(&filters, "cell:9", "100");
        tops.push(started.elapsed().as_secs_f64() * 1e3);
        if tops[i] > slowest.0 {
            slowest = (tops[i], format!("{filters:?}"));
        }
        let started = Instant::now();
        let single = ask(&filters, "", "1");
        singles.push(started.elapsed().as_secs_f64() * 1e3);
        assert_eq!(top.1, single.1);
        if i % 60 == 0 {
            // The same by another road: rows counted by month and category, then added up.
            let rows = ask(&filters, "month,category", "100000").0;
            let last = rows.columns.len() - 1;
            let sum: u64 = (0..rows.len()).map(|r| rows.text(last, r).parse::<u64>().unwrap()).sum();
            assert_eq!(sum, top.1);
        }
    }
    println!("P5  medians {:.2} ms and {:.2} ms", quantile(&mut tops, 0.5), quantile(&mut singles, 0.5));
    println!("P5  slowest: {}", slowest.1);
    report("P5", "any filter, cells of resolution 9, top 100, p99", quantile(&mut tops, 0.99), "ms", 8.0, false);
    report("P5", "single count, p50", quantile(&mut singles, 0.5), "ms", 2.0, false);
    println!();
}
