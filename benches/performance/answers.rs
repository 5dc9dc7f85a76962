//! P5 over HTTP and P11: answers as a client gets them.

use std::time::{Duration, Instant};

use super::{
    client::{Client, start, stop},
    jobs::{Input, filters},
    measure::{here, memory_mib, quantile, report},
};

/// Bytes that the peer writes.
const PEER_BYTES: u64 = 400_000_000;
/// Between two looks at the server's memory.
const LOOK_EVERY: Duration = Duration::from_millis(50);

fn path(by: &str, rng: &mut fastrand::Rng) -> String {
    let filters: Vec<String> =
        filters(rng).iter().map(|(name, value)| format!("{name}={}", value.replace(' ', "+"))).collect();
    format!("/api/v1/count?{by}{}", filters.join("&"))
}

/// Any filter to the hundred largest cells, and to one number, with the look and what it gave in the log before.
pub fn p5_over_http(input: &Input) {
    let (server, address) = start(input);
    let mut client = Client::connect(&address);
    let mut rng = fastrand::Rng::with_seed(5);
    for (what, by, median, p99) in [
        ("HTTP: any filter, top 100 of resolution 9", "by=cell:9&top=100&", 4.7, 5.0),
        ("HTTP: single count", "", 1.7, 2.0),
    ] {
        client.get(&path(by, &mut rng));
        let mut times: Vec<f64> = (0..400)
            .map(|_| {
                let path = path(by, &mut rng);
                let started = Instant::now();
                let (status, body) = client.get(&path);
                assert!(status == 200 && !body.is_empty(), "{path}: {status}");
                started.elapsed().as_secs_f64() * 1e3
            })
            .collect();
        report("P5", &format!("{what}, median"), quantile(&mut times, 0.5), "ms", median, false);
        report("P5", &format!("{what}, p99"), quantile(&mut times, 0.99), "ms", p99, false);
    }
    // What the disk asks for a line of the log: there are two to an answer.
    let file = std::fs::File::create(input.workspace.join("bench-sync")).unwrap();
    let mut times: Vec<f64> = (0..400)
        .map(|i| {
            let started = Instant::now();
            std::os::unix::fs::FileExt::write_all_at(&file, &[b'x'; 500], i * 500).unwrap();
            file.sync_data().unwrap();
            started.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    let (median, p99) = (quantile(&mut times, 0.5), quantile(&mut times, 0.99));
    println!("P5  floor in this run: 500 bytes added to a file and synced {median:.2} ms, p99 {p99:.2} ms\n");
    let _ = std::fs::remove_file(input.workspace.join("bench-sync"));
    stop(server);
}

/// Every combination there is, streamed: bytes a second, and what the server's memory grew by.
pub fn p11(input: &Input) {
    let (server, address) = start(input);
    let pid = server.id().to_string();
    let mut client = Client::connect(&address);
    let (_, body) = client.get("/api/v1/count");
    let summary: serde_json::Value = serde_json::from_slice(&body).unwrap();
    let counted = summary["summary"]["counted"].as_u64().unwrap();
    // The cells of the resolution are grouped once, when they are first asked for, and stay.
    client.get("/api/v1/count?by=cell:11&top=1");
    let peer = {
        let (bytes, cost) = here(csv_crate);
        bytes as f64 / cost.cpu_s / 1e6
    };
    // What is grouped for the first such answer stays; the ones after it are to be flat.
    let before = memory_mib(&pid, "VmRSS");
    client.stream("/api/v1/count?by=cell:11,month,category&f=csv", |_| {});
    println!("P11 the first such answer leaves {:.0} MiB", memory_mib(&pid, "VmRSS") - before);
    for (format, target) in [("csv", 100.0), ("parquet", 0.0), ("geojson", 0.0), ("json", 0.0)] {
        let before = memory_mib(&pid, "VmRSS");
        let (mut bytes, mut lines, mut highest) = (0_u64, 0_u64, before);
        let started = Instant::now();
        let mut looked = started;
        let status = client.stream(&format!("/api/v1/count?by=cell:11,month,category&f={format}"), |piece| {
            bytes += piece.len() as u64;
            if format == "csv" {
                lines += piece.split(|b| *b == b'\n').count() as u64 - 1;
            }
            if looked.elapsed() > LOOK_EVERY {
                looked = Instant::now();
                highest = highest.max(memory_mib(&pid, "VmRSS"));
            }
        });
        let took = started.elapsed().as_secs_f64();
        assert_eq!(status, 200);
        let megabytes = bytes as f64 / 1e6;
        let rate = megabytes / took;
        if target > 0.0 {
            println!("P11 {format}: {} rows of {counted} incidents", lines - 1);
            report("P11", "csv streamed, client on the same cores", rate, "MB/s", target, true);
            println!("P11 peer in this run: the csv crate writing such rows {peer:.0} MB a CPU second");
        } else {
            println!("P11 {format}: {megabytes:.0} MB, {rate:.0} MB/s");
        }
        report("P11", &format!("{format}: memory grown by"), highest - before, "MiB", 64.0, false);
    }
    println!();
    stop(server);
}

/// Rows such as these through the csv crate, from values that are there.
fn csv_crate() -> u64 {
    let mut writer = csv::Writer::from_writer(std::io::sink());
    let mut bytes = 0;
    for i in 0.. {
        let (cell, count) = (format!("{:x}", 0x08b1_94ad_1000_0fff_u64 + i), (i % 9).to_string());
        let row = [cell.as_str(), "2025-06", "Violence and sexual offences", count.as_str()];
        writer.write_record(row).unwrap();
        bytes += row.iter().map(|f| f.len() as u64 + 1).sum::<u64>();
        if bytes >= PEER_BYTES {
            break;
        }
    }
    bytes
}
