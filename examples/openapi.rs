//! Prints the description of the HTTP interface: `make openapi`.

use std::io::Write;

fn main() -> std::io::Result<()> {
    writeln!(std::io::stdout(), "{}", places::server::openapi_json())
}
