//! Tests of the whole: each module a subject.
//!
//! `real` runs on the open data beside the repository and says so when it is not there; everything else makes
//! its own input.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::too_many_lines,
    clippy::float_cmp,
    unreachable_pub,
    reason = "a test that cannot go on should stop where it is"
)]

mod against;
mod answers;
mod arrows;
mod ask;
mod bad_input;
mod boundaries;
mod calibration;
mod claims;
mod coverage;
mod crs;
mod decisions;
mod demo;
mod demo_county;
mod desk;
mod doors;
mod drafts;
mod editions;
mod evidence;
mod exports;
mod exposed;
mod faults;
mod figures;
mod formats;
mod fuzzing;
mod geocoding;
mod headers;
mod http;
mod jobs;
mod kills;
mod locating;
mod log;
mod oracles;
mod picked;
mod postcodes;
mod properties;
mod reader;
mod ready;
mod real;
mod recorded;
mod reports;
mod review;
mod setup;
mod small_county;
mod spreadsheets;
mod store;
mod streams;
mod support;
mod throughout;
mod words;
