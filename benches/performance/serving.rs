//! P6 to P8: the server as a process of its own, over a real socket.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    process::{Child, Command, Stdio},
    time::Instant,
};

use super::{
    jobs::{Input, filters},
    measure::{memory_mib, quantile, report},
};

struct Client(BufReader<TcpStream>);

impl Client {
    fn connect(address: &str) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_nodelay(true).unwrap();
        Self(BufReader::new(stream))
    }

    /// Status and length of the body.
    fn get(&mut self, path: &str) -> (u16, usize) {
        write!(self.0.get_mut(), "GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
        let (mut status, mut length) = (0, 0);
        loop {
            let mut line = String::new();
            self.0.read_line(&mut line).unwrap();
            let line = line.trim_end();
            if status == 0 {
                status = line.split(' ').nth(1).unwrap().parse().unwrap();
            } else if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length: ") {
                length = value.parse().unwrap();
            } else if line.is_empty() {
                break;
            }
        }
        let mut body = vec![0; length];
        self.0.read_exact(&mut body).unwrap();
        (status, length)
    }
}

fn start(input: &Input) -> (Child, String) {
    let mut server = Command::new(env!("CARGO_BIN_EXE_places"))
        .arg("--workspace")
        .arg(&input.workspace)
        .args(["serve", "--addr", "127.0.0.1:0"])
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(server.stderr.take().unwrap()).lines();
    let line = lines.find(|l| l.as_ref().unwrap().contains("serving http://")).unwrap().unwrap();
    let address = line.split("http://").nth(1).unwrap().split('/').next().unwrap().to_owned();
    std::thread::spawn(move || lines.for_each(drop));
    (server, address)
}

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

pub fn p6_p7_p8(input: &Input) {
    let started = Instant::now();
    let (mut server, address) = start(input);
    let mut rng = fastrand::Rng::with_seed(8);
    let some = |rng: &mut fastrand::Rng| input.points[rng.usize(0..input.points.len())];
    let mut client = Client::connect(&address);
    let (status, length) = client.get(&tile_path(10, some(&mut rng), &mut fastrand::Rng::with_seed(0)));
    report("P8", "serve: start to first tile", started.elapsed().as_secs_f64(), "s", 3.0, false);
    assert!(status == 200 && length > 0);
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
    let resident = memory_mib(&server.id().to_string(), "VmRSS") * 1.048_576;
    report("P7", "resident memory of the server", resident, "MB", 12.0 * input.rows as f64 / 1e6 + 100.0, false);
    let _ = server.kill();
    let _ = server.wait();
}
