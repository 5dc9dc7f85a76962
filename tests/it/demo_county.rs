//! The demo county, and answers about it.

use std::sync::OnceLock;

use places::{
    analysis::question,
    claims::{Claimed, claim},
    demo::{Manifest, Truth, import_files, write_files},
    import::Progress,
    snapshot::Snapshot,
    workspace::Workspace,
};

use crate::support::exact;

pub struct County {
    _folder: tempfile::TempDir,
    pub manifest: Manifest,
    pub workspace: Workspace,
    pub snapshot: Snapshot,
}

/// Made once: the tests only read it.
pub fn county() -> &'static County {
    static COUNTY: OnceLock<County> = OnceLock::new();
    COUNTY.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let manifest = write_files(&folder.path().join("files"), 1).unwrap();
        let root = folder.path().join("w");
        let workspace = import_files(&folder.path().join("files"), &root, &Progress::default(), |_| {}).unwrap();
        let snapshot = Snapshot::load(&workspace).unwrap();
        County { _folder: folder, manifest, workspace, snapshot }
    })
}

impl County {
    pub fn truth(&self, kind: &str) -> &Truth {
        self.manifest.truths.iter().find(|t| t.kind == kind).unwrap()
    }
}

/// An answer that can be kept.
pub fn make(snapshot: &Snapshot, name: &str, pairs: &[(&str, &str)]) -> Claimed {
    let asked = question(name).unwrap().ask(pairs.iter().copied()).unwrap();
    let reader = exact(snapshot);
    let mut answer = asked.answer(&reader).unwrap();
    claim(asked.as_ref(), snapshot, &mut answer).unwrap()
}

pub fn compare(snapshot: &Snapshot, pairs: &[(&str, &str)]) -> serde_json::Value {
    serde_json::from_str(&make(snapshot, "compare", pairs).json).unwrap()
}

/// Every number in a JSON value is finite: null stands where there is none.
pub fn no_nan(text: &str) {
    for bad in ["NaN", "Infinity", "inf,", "inf}"] {
        assert!(!text.contains(bad), "{bad} in {text}");
    }
}
