//! The innermost work, each kernel beside a plain baseline that says the same: `cargo bench --bench kernels`, one of
//! them by its name after it. `make test` runs every one once, with the checks and without the clock.
//!
//! Figures of one run can be compared with each other, not with those of another day.

#![allow(
    clippy::unwrap_used,
    clippy::cast_possible_truncation,
    missing_docs,
    reason = "a bench that cannot go on should stop where it is; criterion's macros have no docstrings"
)]

mod assigning;
mod evidence;
mod words;

use criterion::{criterion_group, criterion_main};

criterion_group!(
    kernels,
    assigning::area_of_a_point,
    assigning::columns_of_points,
    evidence::exact_tail,
    evidence::choice_of_a_replicate,
    evidence::scan,
    words::grid_reference,
    words::filter_of_a_question,
);
criterion_main!(kernels);
