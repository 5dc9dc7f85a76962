//! Jobs P1 to P11: speed and memory beside a floor or a peer of the same run, each with a check of its answers.
//!
//! `make bench` runs all of them, `cargo bench --bench performance -- P1 P3` some (P5 to P8 and P11
//! on the workspace that P2 left); `PLACES_BENCH_ROWS` sets the size (18,000,000 when left out), `PLACES_BENCH_DIR`
//! where generated files are kept between runs. Input is generated from a seed; the polygons are the MSOAs of England
//! and Wales where they lie beside the repository, else a generated sheet of as many.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::type_complexity,
    clippy::format_push_string,
    clippy::default_trait_access,
    clippy::ignored_unit_patterns,
    clippy::struct_field_names,
    unreachable_pub,
    missing_docs,
    reason = "a bench that cannot go on should stop where it is, and prints its results"
)]

mod answers;
mod ask;
mod client;
mod evidence;
mod generate;
mod jobs;
mod measure;
mod serving;
mod tally;

use std::path::PathBuf;

use jobs::Input;
use mimalloc::MiMalloc;

#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, job, rest @ ..] = arguments.as_slice()
        && job == "job-tally"
    {
        return tally::tally_process(rest);
    }
    if arguments.iter().any(|a| a == "--test") || !arguments.iter().any(|a| a == "--bench") {
        println!("this bench is run by `make bench`");
        return;
    }
    let rows: usize = std::env::var("PLACES_BENCH_ROWS").ok().and_then(|v| v.parse().ok()).unwrap_or(18_000_000);
    let folder =
        std::env::var("PLACES_BENCH_DIR").map_or_else(|_| std::env::temp_dir().join("places-bench"), PathBuf::from);
    let input = Input::prepare(&folder, rows);
    println!(
        "{rows} rows in 36 files, {} polygons, {} cores\n",
        input.areas.len(),
        std::thread::available_parallelism().unwrap()
    );
    let asked = |job: &str| {
        let mut named = arguments.iter().filter(|a| a.starts_with('P')).peekable();
        named.peek().is_none() || named.any(|a| a == job)
    };
    let jobs: [(&[&str], fn(&Input)); 10] = [
        (&["P4"], jobs::p4_area_of_a_point),
        (&["P1"], jobs::p1_tally_in_memory),
        (&["P3"], jobs::p3_one_million_from_nothing),
        (&["P2"], jobs::p2_durable_import),
        (&["P5"], jobs::p5_filtered_counts),
        (&["P5"], answers::p5_over_http),
        (&["P11"], answers::p11),
        (&["P8"], serving::p8),
        (&["P6", "P7"], serving::p6_p7),
        (&["P9", "P10"], evidence::p9_p10),
    ];
    for (names, job) in jobs {
        if names.iter().any(|name| asked(name)) {
            measure::take_pace(&input.files[..3]);
            job(&input);
        }
    }
}
