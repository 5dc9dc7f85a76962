//! Workspaces of released versions open, answer as they did, and are brought forward by the first writer.

use std::{
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use places::{
    claims::{Outcome, replay},
    snapshot::Snapshot,
    workspace::{Workspace, check},
};

use crate::support::places_ok;

/// Fixtures of 0.1.0 with what was counted in them.
const RELEASED: [&str; 3] = ["areas", "claims", "review"];

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/0.1.0").join(name)
}

fn unpacked(name: &str) -> (tempfile::TempDir, Workspace) {
    let folder = tempfile::tempdir().unwrap();
    let file = fs_err::File::open(fixture(&format!("{name}.tar.gz"))).unwrap();
    tar::Archive::new(flate2::read::GzDecoder::new(file)).unpack(folder.path()).unwrap();
    let workspace = Workspace::open(&folder.path().join(name)).unwrap();
    (folder, workspace)
}

fn counted(workspace: &Workspace) -> String {
    let root = workspace.root().to_string_lossy().into_owned();
    places_ok(&["--workspace", &root, "count", "--by", "area:squares,month", "--format", "csv"])
}

fn state_bytes(workspace: &Workspace) -> Vec<u8> {
    fs_err::read(workspace.state_path()).unwrap()
}

/// The first writer: settings accepted as they are.
fn write(workspace: &Workspace) {
    let report = check(workspace, true, true).unwrap();
    assert!(report.problems.is_empty(), "{report:?}");
}

#[test]
fn released_workspaces_answer_as_they_did_and_readers_change_nothing() {
    for name in RELEASED {
        let (_folder, workspace) = unpacked(name);
        let before = state_bytes(&workspace);
        let then = fs_err::read_to_string(fixture(&format!("{name}.csv"))).unwrap();
        assert_eq!(counted(&workspace), then, "{name}");
        assert!(check(&workspace, true, false).unwrap().problems.is_empty());
        assert_eq!(state_bytes(&workspace), before, "{name}: a reader wrote");
        write(&workspace);
        assert_ne!(state_bytes(&workspace), before);
        let mode = fs_err::metadata(workspace.state_path()).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}: its owner's only from now on");
        assert_eq!(counted(&workspace), then, "{name} after the first writer");
        assert!(check(&workspace, true, false).unwrap().problems.is_empty());
    }
}

#[test]
fn an_empty_released_workspace_can_be_filled() {
    let (folder, workspace) = unpacked("empty");
    let areas = folder.path().join("squares.geojson");
    fs_err::write(&areas, crate::support::squares()).unwrap();
    let (root, areas) = (workspace.root().to_string_lossy(), areas.to_string_lossy());
    places_ok(&["--workspace", &root, "areas", "add", "squares", &areas, "--study-area"]);
    assert!(check(&workspace, true, false).unwrap().problems.is_empty());
}

#[test]
fn claims_of_a_released_workspace_are_listed_and_made_again_before_and_after_a_writer() {
    let (_folder, workspace) = unpacked("claims");
    let before = workspace.claims().unwrap();
    assert_eq!(before.len(), 2);
    assert!(before.iter().all(|c| c.kind == "compare"));
    assert!(!workspace.desk_path().exists(), "readers make no desk");
    let snapshot = Snapshot::load(&workspace).unwrap();
    for claim in &before {
        let again = replay(&workspace, &crate::support::exact(&snapshot), &claim.id).unwrap();
        // What is drawn at random comes from another stream since method version 2, and what was received is known to the day since 3, what was left out is said since 4 and looked for before the periods too since 5, the ring has an interval and power is four times in five since 6, seasons and peaks are told by all areas since 7; all else is as it was.
        match again.outcome {
            Outcome::Same | Outcome::SameFigures => {}
            Outcome::Differs(why) => assert!(why.contains("method version 1, now 7"), "{why}"),
        }
    }
    let desk = workspace.desk().unwrap();
    assert_eq!(workspace.claims().unwrap(), before);
    for claim in &before {
        let history = desk.history("claims", &claim.id).unwrap();
        assert_eq!(history.len(), 1);
        assert_eq!((history[0].who.as_str(), history[0].before.as_deref()), ("carried over", None));
    }
    drop(desk);
    write(&workspace);
    drop(workspace.desk().unwrap());
    assert_eq!(workspace.claims().unwrap(), before, "carried over once");
}

#[test]
fn decisions_of_a_released_workspace_are_kept() {
    let (_folder, workspace) = unpacked("review");
    let decided = workspace.state().unwrap().review_decisions().unwrap();
    assert_eq!((decided.len(), decided[0].who.as_str(), decided[0].records), (1, "Tester", 2));
    write(&workspace);
    assert_eq!(workspace.state().unwrap().review_decisions().unwrap(), decided);
}

#[test]
fn identities_are_stable_tell_workspaces_apart_and_become_random() {
    let identity = |workspace: &Workspace| workspace.state().unwrap().identity().unwrap();
    let ((_a, here), (_b, there)) = (unpacked("claims"), unpacked("claims"));
    assert_eq!(identity(&here), identity(&there), "wherever it lies");
    assert_ne!(identity(&here), identity(&unpacked("areas").1));
    write(&here);
    write(&there);
    assert_ne!(identity(&here), identity(&there));
    let settled = identity(&here);
    write(&here);
    assert_eq!(identity(&here), settled);
    let contents: Vec<String> = here.state().unwrap().partitions().unwrap().into_iter().map(|p| p.content).collect();
    assert!(contents.len() == 6 && contents.iter().all(|c| c.len() == 64), "{contents:?}");
}
