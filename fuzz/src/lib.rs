//! What is fuzzed: each function takes any bytes at all, and panics where the program would break a promise.
//!
//! `fuzz_targets/` hands them to libFuzzer (`make fuzz`, which needs `cargo-fuzz`); `tests/it/fuzzing.rs` runs the same
//! functions on the corpus and some thousands of inputs made from it with the stable compiler. A new reader of what
//! comes from outside gets a function here, a line in [`TARGETS`], a file in `fuzz_targets/` and a seed in `corpus/`.

mod files;
mod log;
mod store;
mod words;

/// A function that takes any bytes.
pub type Target = fn(&[u8]);

/// Every target by the name of its corpus.
pub const TARGETS: [(&str, Target); 10] = [
    ("police_csv", files::police_csv),
    ("mapped_csv", files::mapped_csv),
    ("geojson", files::geojson),
    ("gazetteer", files::gazetteer),
    ("gazetteer_index", files::gazetteer_index),
    ("grid_reference", words::grid_reference),
    ("filter", words::filter),
    ("tile_address", words::tile_address),
    ("store", store::store),
    ("log", log::log),
];

/// The target of a name; libFuzzer's programs call it.
pub fn run(name: &str, data: &[u8]) {
    let target = TARGETS.iter().find(|t| t.0 == name).expect("a target of the list");
    (target.1)(data);
}
