//! Measures how honest the statistics are: `cargo bench --bench calibration` (minutes), results in `benches/README.md`.
//!
//! Random counties with a known truth: how often something is called that is not there, how often what was planted is
//! found, how often an interval holds the truth. Seeded: the same figures on every machine.
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::panic,
    clippy::struct_field_names,
    clippy::too_many_lines,
    unreachable_pub,
    missing_docs,
    missing_debug_implementations,
    reason = "a bench prints its results"
)]

mod county;
mod maps;
mod ratios;
mod real;
mod scans;
mod trends;

use rayon::prelude::*;

/// A figure beside what it must be.
fn line(what: &str, figure: f64, of: usize, target: &str, met: bool) {
    println!("| {what} | {:.1} % of {of} | {target} | {} |", 100.0 * figure, if met { "met" } else { "MISSED" });
}

fn share<T>(results: &[T], holds: impl Fn(&T) -> bool) -> f64 {
    results.iter().filter(|r| holds(r)).count() as f64 / results.len().max(1) as f64
}

fn maps_report(counties: u64) {
    let all: Vec<maps::MapResult> = (0..counties).into_par_iter().map(|s| maps::map(s * 7919 + 1)).collect();
    let any_false = share(&all, |m| m.any_false);
    line("maps of chance with any hot spot", any_false, all.len(), "at most 5 %", any_false <= 0.05);
    let found = share(&all, |m| m.found);
    line("planted clusters of 7 cells x 20 found", found, all.len(), "at least 75 %", found >= 0.75);
    let knowable = share(&all, |m| m.knowable);
    println!("| found by one who is told the place and the dispersion | {:.1} % | | |", 100.0 * knowable);
    println!(
        "\n| density | exposure | dispersion | counties | any false | found | knowable |\n|---|---|---|--:|--:|--:|--:|"
    );
    for (low, high) in [(0.01, 0.05), (0.05, 0.2), (0.2, 1.0), (1.0, 5.0)] {
        for population in [false, true] {
            for spread in [false, true] {
                let is = |m: &&maps::MapResult| {
                    (low..high).contains(&m.density) && m.population == population && (m.dispersion > 1.0) == spread
                };
                let some: Vec<&maps::MapResult> = all.iter().filter(is).collect();
                println!(
                    "| {low} to {high} | {} | {} | {} | {:.1} % | {:.1} % | {:.1} % |",
                    if population { "residents" } else { "equal" },
                    if spread { "1 to 3" } else { "1" },
                    some.len(),
                    100.0 * share(&some, |m| m.any_false),
                    100.0 * share(&some, |m| m.found),
                    100.0 * share(&some, |m| m.knowable),
                );
            }
        }
    }
    println!(
        "\nOf maps with a planted cluster {:.1} % have a flag that does not touch it, as a false discovery rate allows.\n",
        100.0 * share(&all, |m| m.false_beside)
    );
}

fn trends_report(series: u64, cubes: u64) {
    let all: Vec<trends::TrendResult> = (0..series).into_par_iter().map(trends::trend).collect();
    for (what, figure) in [
        ("trends called in steady series (5 to 48 values, ties)", share(&all, |t| t.plain)),
        ("the same, overlapping windows thinned", share(&all, |t| t.overlapping)),
        ("the same, with a season, seasonal Kendall", share(&all, |t| t.seasonal)),
    ] {
        line(what, figure, all.len(), "at most 6 %", figure <= 0.06);
    }
    for overlapping in [false, true] {
        let all: Vec<trends::EmergingResult> =
            (0..cubes).into_par_iter().map(|s| trends::emerging(s * 31 + 5, overlapping)).collect();
        let name = if overlapping { "steps with the one before" } else { "single steps" };
        let any = share(&all, |e| e.any_class);
        line(&format!("cubes of chance with any emerging class, {name}"), any, all.len(), "at most 6 %", any <= 0.06);
        let (steady, moving) = all.iter().fold((0, 0), |(s, m), e| (s + e.steady, m + e.moving));
        let figure = moving as f64 / steady.max(1) as f64;
        line(
            &format!("cells of a steady hot spot called moving, {name}"),
            figure,
            steady,
            "at most 6 %",
            figure <= 0.06,
        );
        println!(
            "| middle of the steady hot spot called persistent, {name} | {:.1} % | | |",
            100.0 * share(&all, |e| e.middle.name() == "persistent hot spot")
        );
    }
}

fn ratios_report(comparisons: u64) {
    let all: Vec<ratios::RatioResult> = (0..comparisons).into_par_iter().map(ratios::ratio).collect();
    let coverage = |of: &dyn Fn(&ratios::RatioResult) -> Option<bool>| {
        let known: Vec<bool> = all.iter().filter_map(of).collect();
        (known.iter().filter(|h| **h).count() as f64 / known.len().max(1) as f64, known.len())
    };
    for (what, least, (figure, of)) in [
        ("exact 95 % intervals of the rate ratio that hold the truth", 0.95, coverage(&|r| r.exact)),
        ("mid-P intervals", 0.94, coverage(&|r| r.mid_p)),
        ("over-dispersed counts, exact interval widened (own and pooled months)", 0.95, coverage(&|r| r.widened)),
        ("over-dispersed counts, exact interval widened (own months alone)", 0.95, coverage(&|r| r.own)),
    ] {
        line(what, figure, of, &format!("at least {:.0} %", 100.0 * least), figure >= least);
    }
}

fn scans_report(scans: u64) {
    let all: Vec<scans::ScanResult> = (0..scans).into_par_iter().map(|s| scans::scan(s, 199)).collect();
    for alpha in [0.05, 0.01] {
        let figure = share(&all, |s| s.p_value <= alpha);
        let reach = 3.0 * (alpha * (1.0 - alpha) / all.len() as f64).sqrt();
        line(
            &format!("scans of chance with a cluster at {alpha}"),
            figure,
            all.len(),
            &format!("{:.0} % +- {:.1} %", 100.0 * alpha, 100.0 * reach),
            (figure - alpha).abs() <= reach,
        );
        let figure = share(&all, |s| s.p_gumbel <= alpha);
        println!("| the same by the Gumbel tail | {:.1} % | | |", 100.0 * figure);
    }
}

fn real_report(scans: u64) {
    let folder = std::env::temp_dir().join(format!("places-calibration-{}", std::process::id()));
    let found = real::RealMonths::load(&folder, "");
    let _ = std::fs::remove_dir_all(&folder);
    let Some(months) = found else {
        return println!("| scans of permuted Norfolk months | SKIPPED: not beside the repository | | |");
    };
    let all: Vec<(f64, f64)> = (0..scans).map(|seed| months.scan(seed, 199)).collect();
    let figure = share(&all, |p| p.0 <= 0.05);
    let reach = 3.0 * (0.05 * 0.95 / all.len() as f64).sqrt();
    let target = format!("5 % +- {:.1} %", 100.0 * reach);
    line(
        "scans of the Norfolk months of 2025, dates permuted, with a cluster at 0.05",
        figure,
        all.len(),
        &target,
        (figure - 0.05).abs() <= reach,
    );
    println!("| the same by the Gumbel tail | {:.1} % | | |", 100.0 * share(&all, |p| p.1 <= 0.05));
}

fn main() {
    // `cargo test --benches` passes --test: a few of each, so that it cannot rot.
    let short = std::env::args().any(|a| a == "--test");
    let of = |many: u64| if short { many / 50 } else { many };
    println!("| what | measured | target | |\n|---|--:|---|---|");
    trends_report(of(20_000), of(1_000));
    ratios_report(of(20_000));
    scans_report(of(2_000));
    real_report(of(400));
    maps_report(of(3_000));
}
