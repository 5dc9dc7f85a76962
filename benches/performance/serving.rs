//! P6 to P8: server and commands as processes of their own, over a real socket.

use std::{
    process::{Child, Command, Stdio},
    time::Instant,
};

use super::{
    client::{Client, start, stop},
    jobs::{Input, filters},
    measure::{Cost, child, memory_mib, quantile, report},
};

/// Starts that a median is taken of.
const RUNS: usize = 7;

fn tile_path(zoom: u8, point: (f64, f64), rng: &mut fastrand::Rng) -> String {
    let n = f64::from(1_u32 << zoom);
    let lat = point.1.to_radians();
    let x = ((point.0 + 180.0) / 360.0 * n) as u32;
    let y = ((1.0 - (lat.tan() + 1.0 / lat.cos()).ln() / std::f64::consts::PI) / 2.0 * n) as u32;
    let mut path = format!("/tiles/cells/{zoom}/{x}/{y}.mvt?");
    for (name, value) in filters(rng) {
        path.push_str(&format!("{name}={}&", value.replace(' ', "+")));
    }
    path
}

/// Starts the server and asks for one tile: seconds until it was there, the tile, the server and its address.
fn start_to_tile(input: &Input) -> (f64, Vec<u8>, Child, String) {
    let path = tile_path(10, input.points[1], &mut fastrand::Rng::with_seed(0));
    let started = Instant::now();
    let (server, address) = start(input);
    let (status, tile) = Client::connect(&address).get(&path);
    let took = started.elapsed().as_secs_f64();
    assert!(status == 200 && !tile.is_empty());
    (took, tile, server, address)
}

/// `places count` with a filter as a process.
fn count_process(input: &Input) -> (String, Cost) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_places"));
    command.arg("--workspace").arg(&input.workspace).args(["count", "--by", "month", "--category", "Robbery"]);
    child(command.stderr(Stdio::null()))
}

/// Starts without the ready file, which writes it, and with it; answers must be the same.
pub fn p8(input: &Input) {
    let cache = input.workspace.join("cache");
    let _ = std::fs::remove_dir_all(&cache);
    let (without, tile, server, _) = start_to_tile(input);
    stop(server);
    println!("P8  serve: without a ready file {without:.2} s, which is then written: {:.0} MB", folder_mb(&cache));
    let mut starts: Vec<f64> = (0..RUNS)
        .map(|_| {
            let (took, again, server, _) = start_to_tile(input);
            stop(server);
            assert_eq!(again, tile, "the tile is another one with a ready file");
            took
        })
        .collect();
    report("P8", "serve: start to first tile, median of 7", quantile(&mut starts, 0.5), "s", 0.3, false);
    let _ = std::fs::remove_dir_all(&cache);
    let (counted, without) = count_process(input);
    println!("P8  count: without a ready file {:.2} s, {:.2} CPU s", without.wall_s, without.cpu_s);
    let runs: Vec<Cost> = (0..RUNS)
        .map(|_| {
            let (again, cost) = count_process(input);
            assert_eq!(again, counted, "the count is another one with a ready file");
            cost
        })
        .collect();
    let median = |pick: fn(&Cost) -> f64| quantile(&mut runs.iter().map(pick).collect::<Vec<_>>(), 0.5);
    report("P8", "count: the whole process, median of 7", median(|c| c.wall_s), "s", 0.4, false);
    println!("P8  count: {:.2} CPU s, {:.0} MiB at its peak", median(|c| c.cpu_s), median(|c| c.peak_mib));
    println!("P8  check: tile and counts are the same with and without\n");
}

fn folder_mb(folder: &std::path::Path) -> f64 {
    let entries = std::fs::read_dir(folder).unwrap();
    entries.map(|entry| entry.unwrap().metadata().unwrap().len() as f64 / 1e6).sum()
}

pub fn p6_p7(input: &Input) {
    let (_, _, server, address) = start_to_tile(input);
    let mut rng = fastrand::Rng::with_seed(8);
    let some = |rng: &mut fastrand::Rng| input.points[rng.usize(0..input.points.len())];
    let mut client = Client::connect(&address);
    for zoom in [8, 10, 12, 14] {
        // The first tile of a resolution makes its outlines.
        client.get(&tile_path(zoom, some(&mut rng), &mut rng));
    }
    for (zoom, target) in [(8, 10.0), (10, 3.0), (12, 3.0), (14, 3.0)] {
        let mut times: Vec<f64> = (0..400)
            .map(|_| {
                let path = tile_path(zoom, some(&mut rng), &mut rng);
                let started = Instant::now();
                let (status, _) = client.get(&path);
                assert!(status == 200 || status == 204, "{path}: {status}");
                started.elapsed().as_secs_f64() * 1e3
            })
            .collect();
        println!("P6  zoom {zoom}: median {:.2} ms", quantile(&mut times, 0.5));
        report(
            "P6",
            &format!("uncached filtered tile, zoom {zoom}, p99"),
            quantile(&mut times, 0.99),
            "ms",
            target,
            false,
        );
    }
    let tiles = 4000;
    let started = Instant::now();
    std::thread::scope(|scope| {
        for thread in 0..4_u64 {
            let address = &address;
            scope.spawn(move || {
                let mut rng = fastrand::Rng::with_seed(thread);
                let mut client = Client::connect(address);
                for _ in 0..tiles / 4 {
                    let point = input.points[rng.usize(0..input.points.len())];
                    let zoom = rng.u8(10..15);
                    client.get(&tile_path(zoom, point, &mut rng));
                }
            });
        }
    });
    let rate = f64::from(tiles) / started.elapsed().as_secs_f64();
    report("P6", "tiles a second, zoom 10 to 14, client included", rate, "tiles/s", 3000.0, true);
    let resident = |what: &str| {
        let megabytes = memory_mib(&server.id().to_string(), "VmRSS") * 1.048_576;
        report("P7", what, megabytes, "MB", 12.0 * input.rows as f64 / 1e6 + 84.0, false);
    };
    resident("resident memory of the server after these");
    // The whole country at every zoom, as a long session leaves it.
    for zoom in 5..15 {
        for point in input.points.iter().step_by(input.points.len() / 400 + 1) {
            client.get(&tile_path(zoom, *point, &mut rng));
        }
    }
    resident("the same after 4,000 tiles of all the country");
    println!();
    stop(server);
}
