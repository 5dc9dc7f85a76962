//! The `places` program: arguments, one call, the error chain, an exit code.

use std::process::ExitCode;

use mimalloc::MiMalloc;
use places::cli::{exit_code, report_error, run};

/// Gives memory back to the system after a load, and is quicker with two threads.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            report_error(&error);
            exit_code(&error)
        }
    }
}
