//! Packs Ordnance Survey's OSTN15 grid into `data/ostn15.bin` (format: `data/README.md`).
//!
//! `xz -dc OSTN15_OSGM15_DataFile.txt.xz | cargo run --release --example pack_ostn15 > data/ostn15.bin`

use std::io::{self, BufRead, Write};

use flate2::{Compression, write::DeflateEncoder};

const COLUMNS: usize = 701;
const ROWS: usize = 1251;

fn main() -> anyhow::Result<()> {
    let mut shifts = [Vec::<i32>::new(), Vec::<i32>::new()];
    for line in io::stdin().lock().lines().skip(1) {
        let line = line?;
        let fields: Vec<&str> = line.trim().split(',').collect();
        for (axis, shift) in shifts.iter_mut().enumerate() {
            let metres: f64 = fields[3 + axis].parse()?;
            #[expect(clippy::cast_possible_truncation, reason = "shifts are under 120 m")]
            shift.push((metres * 1000.0).round() as i32);
        }
    }
    anyhow::ensure!(shifts[0].len() == COLUMNS * ROWS, "not the whole grid");
    let mut out = DeflateEncoder::new(Vec::new(), Compression::best());
    for shift in &shifts {
        let bytes: Vec<u8> = (0..shift.len()).flat_map(|i| varint(residual(shift, i))).collect();
        out.write_all(&bytes)?;
    }
    io::stdout().write_all(&out.finish()?)?;
    Ok(())
}

/// What is left of value `i` after the plane through its west, south and south-west neighbors.
fn residual(shift: &[i32], i: usize) -> i32 {
    let (row, column) = (i / COLUMNS, i % COLUMNS);
    let at = |r: usize, c: usize| shift[r * COLUMNS + c];
    let predicted = match (row, column) {
        (0, 0) => 0,
        (0, c) => at(0, c - 1),
        (r, 0) => at(r - 1, 0),
        (r, c) => at(r, c - 1) + at(r - 1, c) - at(r - 1, c - 1),
    };
    shift[i] - predicted
}

/// Zigzag, then seven bits a byte.
fn varint(value: i32) -> Vec<u8> {
    #[expect(clippy::cast_sign_loss, reason = "zigzag maps signed to unsigned")]
    let mut rest = ((value << 1) ^ (value >> 31)) as u32;
    let mut bytes = Vec::new();
    while rest >= 0x80 {
        #[expect(clippy::cast_possible_truncation, reason = "the low seven bits")]
        bytes.push((rest as u8) | 0x80);
        rest >>= 7;
    }
    #[expect(clippy::cast_possible_truncation, reason = "less than 0x80")]
    bytes.push(rest as u8);
    bytes
}
