//! `places demo`.

use std::path::PathBuf;

use clap::Args;

use super::{
    import_report::note_report,
    output::note,
    progress::with_bar,
    serve::{self, ServeArgs},
};
use crate::demo::{import_files, write_files};

/// Arguments of `places demo`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  places demo\n  places demo --keep holmshire --no-serve     files in holmshire/files, workspace in holmshire/workspace"
)]
pub struct DemoArgs {
    /// Address on this machine
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    pub addr: String,
    /// Seed of the county; the same seed gives the same county
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    /// Make it and do not serve it
    #[arg(long)]
    pub no_serve: bool,
    /// Keep files and workspace in this new directory
    #[arg(long, value_name = "DIR")]
    pub keep: Option<PathBuf>,
}

pub(super) fn run(args: &DemoArgs) -> anyhow::Result<()> {
    crate::server::check_address(&args.addr)?;
    // Dropped, and with it the county, when the server stops.
    let scratch = tempfile::tempdir()?;
    let root = args.keep.as_deref().unwrap_or(scratch.path());
    if args.keep.is_some() && fs_err::read_dir(root).is_ok_and(|mut entries| entries.next().is_some()) {
        anyhow::bail!("{} is not empty; nothing was changed. Name a new directory", root.display());
    }
    let files = root.join("files");
    let manifest = write_files(&files, args.seed)?;
    note(&format!("made the fictional county of {} from seed {}", manifest.county, args.seed));
    let workspace = with_bar(|progress| import_files(&files, &root.join("workspace"), progress, note_report))?;
    if args.keep.is_some() {
        note(&format!("files and what is planted in them: {}", files.display()));
        note(&format!("workspace: {}", workspace.root().display()));
    }
    if args.no_serve {
        return Ok(());
    }
    serve::run(&workspace, &ServeArgs { addr: args.addr.clone(), public_address: None })
}
