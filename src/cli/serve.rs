//! `places serve`.

use clap::Args;

use super::output::note;
use crate::{
    server::{AppState, check_address, serve},
    workspace::Workspace,
};

/// Arguments of `places serve`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  places serve\n  places --workspace norfolk serve --addr 127.0.0.1:9000\n\nImports by another process show up without a restart. Stop with Ctrl-C."
)]
pub struct ServeArgs {
    /// Address on this machine
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    pub addr: String,
    /// Address under which others find this server, for links and TileJSON; that of the request when left out
    #[arg(long, value_name = "URL")]
    pub public_address: Option<String>,
}

pub(super) fn run(workspace: &Workspace, args: &ServeArgs) -> anyhow::Result<()> {
    let address = check_address(&args.addr)?;
    log_to_stderr();
    let state = AppState::found_at(workspace.clone(), args.public_address.clone())?;
    let served = state.current();
    if served.snapshot.size().incidents == 0 {
        note("no incidents yet; they show up as soon as `places import` has run");
    }
    drop(served);
    serve(state, address, |address| note(&format!("serving http://{address}/  (Ctrl-C stops)")))?;
    Ok(())
}

fn log_to_stderr() {
    let filter = tracing_subscriber::EnvFilter::try_from_env("PLACES_LOG").unwrap_or_else(|_| "info".into());
    // A second server in one process (tests) keeps the first one's log.
    let _ =
        tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(false).try_init();
}
