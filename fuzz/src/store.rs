//! A workspace whose files were damaged.

use std::{path::Path, sync::LazyLock};

use fs_err as fs;
use places::workspace::{Workspace, check};
use tempfile::TempDir;

/// Files of a new workspace that an input may damage, by its first byte.
const FILES: [&str; 3] = ["state.sqlite", "state.sqlite.sum", "places.toml"];

static FRESH: LazyLock<Vec<(&str, Vec<u8>)>> = LazyLock::new(|| {
    let folder = TempDir::new().expect("a folder for the workspace");
    Workspace::init(&folder.path().join("w")).expect("a new workspace");
    FILES.map(|name| (name, fs::read(folder.path().join("w").join(name)).expect("a file of a new workspace"))).into()
});

/// Bytes changed as an input says: three bytes are where (as a share of the length) and what to change there; a last
/// single byte cuts the end off.
pub fn edited(whole: &[u8], edits: &[u8]) -> Vec<u8> {
    let mut bytes = whole.to_vec();
    let (edits, rest) = edits.as_chunks::<3>();
    for [high, low, change] in edits.iter().take(64) {
        let at = ((usize::from(*high) << 8 | usize::from(*low)) * bytes.len()) >> 16;
        bytes[at] ^= change;
    }
    if let [cut] = rest {
        bytes.truncate((bytes.len() * (256 - usize::from(*cut))) >> 8);
    }
    bytes
}

/// A damaged file: refused, or told by the check; the same bytes are opened.
pub fn store(data: &[u8]) {
    let Some((file, edits)) = data.split_first() else { return };
    let folder = TempDir::new().expect("a folder for the workspace");
    let root = folder.path().join("w");
    for part in ["incidents", "areas", "reports", "gazetteer"] {
        fs::create_dir_all(root.join(part)).expect("a folder of the workspace");
    }
    let damaged = FILES[usize::from(*file) % FILES.len()];
    let mut differs = false;
    for (name, bytes) in FRESH.iter() {
        let written = if *name == damaged { edited(bytes, edits) } else { bytes.clone() };
        differs |= written != *bytes;
        fs::write(root.join(name), written).expect("a file is written");
    }
    look(&root, damaged, differs);
}

fn look(root: &Path, damaged: &str, differs: bool) {
    let told = match Workspace::open(root) {
        Err(_) => true,
        Ok(workspace) => {
            let _ = workspace.settings();
            check(&workspace, true, false).map_or(true, |report| !report.problems.is_empty())
        }
    };
    // A person may edit the settings; the store itself, nobody.
    assert!(told == differs || damaged == "places.toml", "{damaged}: differs {differs}, told {told}");
}
