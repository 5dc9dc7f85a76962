//! The `places` program: arguments, one call, the error chain, an exit code.

use std::process::ExitCode;

use clap::Parser;
use places::cli::{Cli, exit_code, report_error, run};

fn main() -> ExitCode {
    match run(Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            report_error(&error);
            exit_code(&error)
        }
    }
}
