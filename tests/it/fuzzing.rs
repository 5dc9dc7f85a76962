//! The fuzzed functions on their corpus, and on some thousands of inputs made from it: what `make fuzz` does for hours
//! with a fuzzer, here in seconds with the stable compiler, so that neither rots.

use std::path::Path;

#[path = "../../fuzz/src/lib.rs"]
mod fuzz;

/// Inputs made from the corpus of each target; those that write files each time are slower.
fn inputs(target: &str) -> usize {
    match target {
        "store" | "log" | "mapped_csv" | "police_csv" => 1000,
        _ => 10_000,
    }
}

/// Pieces that readers trip over, put in anywhere.
const PIECES: [&[u8]; 24] = [
    b"\"",
    b"\"\"",
    b",",
    b"\n",
    b"\r\n",
    b"\r",
    b"\0",
    b"\xff",
    b"\xef\xbb\xbf",
    b"NaN",
    b"-0",
    b"1e999",
    b"inf",
    b"18446744073709551616",
    b"-9223372036854775808",
    b"2025-02-30",
    b"24:00",
    b"[[[[[[[[",
    b"{}",
    b"null",
    b"%00",
    b"&",
    b"=",
    "İǅ\u{301}\u{202e}".as_bytes(),
];

fn corpus(target: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
    let mut paths: Vec<_> = fs_err::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    paths.sort();
    paths.iter().map(|path| fs_err::read(path).unwrap()).collect()
}

/// One of the seeds with one to eight changes.
fn changed(seeds: &[Vec<u8>], rng: &mut fastrand::Rng) -> Vec<u8> {
    let mut bytes = seeds[rng.usize(0..seeds.len())].clone();
    for _ in 0..rng.usize(1..=8) {
        let at = rng.usize(0..=bytes.len());
        let end = (at + rng.usize(0..=12)).min(bytes.len());
        match rng.u32(0..7) {
            0 if at < bytes.len() => bytes[at] ^= 1 << rng.u32(0..8),
            1 if at < bytes.len() => bytes[at] = rng.u8(..),
            2 => drop(bytes.drain(at..end)),
            3 => bytes.truncate(at),
            4 => {
                let again = bytes[at..end].to_vec();
                bytes.splice(at..at, again);
            }
            5 => {
                let other = &seeds[rng.usize(0..seeds.len())];
                let from = rng.usize(0..=other.len());
                bytes.splice(at..at, other[from..].iter().take(40).copied());
            }
            _ => drop(bytes.splice(at..at, PIECES[rng.usize(0..PIECES.len())].iter().copied())),
        }
    }
    bytes
}

/// Runs a target; where it panics, says on what.
fn run(target: &str, data: &[u8]) {
    let passed = std::panic::catch_unwind(|| fuzz::run(target, data)).is_ok();
    assert!(passed, "{target} panics on {} bytes: {}", data.len(), data.escape_ascii());
}

fn corpus_and_more(target: &str) {
    let seeds = corpus(target);
    assert!(seeds.len() > 3, "the corpus of {target} has {} inputs", seeds.len());
    seeds.iter().for_each(|seed| run(target, seed));
    let mut rng = fastrand::Rng::with_seed(11);
    (0..inputs(target)).for_each(|_| run(target, &changed(&seeds, &mut rng)));
}

macro_rules! fuzzed {
    ($($target:ident),* $(,)?) => {
        $(#[test]
        fn $target() {
            corpus_and_more(stringify!($target));
        })*

        #[test]
        fn every_target_is_run_and_has_a_program_and_a_corpus() {
            let run = [$(stringify!($target)),*];
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz");
            assert_eq!(fuzz::TARGETS.map(|t| t.0), run);
            let names = |of: &str| {
                let mut names: Vec<String> = fs_err::read_dir(folder.join(of)).unwrap()
                    .map(|e| e.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned()).collect();
                names.sort();
                names
            };
            let mut expected = run.map(str::to_owned);
            expected.sort();
            assert_eq!(names("fuzz_targets"), expected);
            assert_eq!(names("corpus"), expected);
        }
    };
}

fuzzed!(police_csv, mapped_csv, geojson, gazetteer, gazetteer_index, grid_reference, filter, tile_address, store, log);
