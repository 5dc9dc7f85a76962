//! The ready file: answers with it are those without it, whatever becomes of it; the stored files still rule.

use std::{
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use places::{demo, import::Progress, snapshot::Snapshot, workspace::Workspace};

use crate::support::{POLICE_HEADER, Scratch, count, places, police_file, police_rows};

const MONTHS: [&str; 3] = ["2025-01", "2025-02", "2025-03"];

/// A workspace large enough for a ready file.
fn large() -> Scratch {
    let scratch = Scratch::with_areas();
    let files = MONTHS.map(|month| {
        scratch.write(&format!("{month}-here-street.csv"), police_file(month, "Here", 8000, month.len() as u64))
    });
    scratch.import_police(&files);
    scratch
}

/// The ready files that are there.
fn ready_files(root: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs_err::read_dir(root.join("cache")) else { return Vec::new() };
    entries.map(|entry| entry.unwrap().path()).collect()
}

/// One answer of a random question; the layer's name is given.
fn answer(snapshot: &Snapshot, layer: &str, seed: u64) -> String {
    let mut rng = fastrand::Rng::with_seed(seed);
    let area = format!("area:{layer}");
    let by = ["", "cell:7", "cell:8,month", "cell:9", "cell:10", "cell:11,category", &area, "week", "hour", "source"];
    let mut pairs = vec![("by", by[rng.usize(0..by.len())])];
    let filters: [&[(&str, &str)]; 6] = [
        &[],
        &[("from", "2025-02-01")],
        &[("to", "2025-03-01")],
        &[("weekday", "fri,sat")],
        &[("hours", "22-2")],
        &[("definition", "serious-violence")],
    ];
    pairs.extend(filters[rng.usize(0..filters.len())]);
    if rng.bool() {
        pairs.push(("bbox", "1.05,52.5,1.15,52.65"));
    }
    if ["cell:7", "cell:9"].contains(&pairs[0].1) && rng.bool() {
        pairs.push(("zeros", "true"));
    }
    let (csv, mut summary) = count(snapshot, &pairs);
    summary["snapshot"] = 0.into();
    format!("{pairs:?}\n{csv}{summary}")
}

fn answers(workspace: &Workspace, layer: &str) -> Vec<String> {
    let snapshot = Snapshot::load(workspace).unwrap();
    (0..24).map(|seed| answer(&snapshot, layer, seed)).collect()
}

#[test]
fn answers_are_the_same_with_it_without_it_and_after_any_damage() {
    let scratch = large();
    let root = scratch.workspace.root();
    assert!(ready_files(root).is_empty());
    let without = answers(&scratch.workspace, "squares");
    let [file] = ready_files(root).try_into().unwrap();
    let whole = fs_err::read(&file).unwrap();
    assert_eq!(fs_err::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(fs_err::metadata(root.join("cache")).unwrap().permissions().mode() & 0o777, 0o700);
    assert_eq!(answers(&scratch.workspace, "squares"), without);
    assert_eq!(fs_err::read(&file).unwrap(), whole, "a file that is good was written again");
    let mut rng = fastrand::Rng::with_seed(3);
    for round in 0..4 {
        let mut bytes = whole.clone();
        let at = rng.usize(0..bytes.len());
        if round % 2 == 0 {
            bytes[at] ^= 1 << rng.u32(0..8);
        } else {
            bytes.truncate(at);
        }
        fs_err::write(&file, bytes).unwrap();
        assert_eq!(answers(&scratch.workspace, "squares"), without);
        assert_eq!(fs_err::read(&file).unwrap(), whole, "the damaged file was not replaced");
    }
    fs_err::remove_dir_all(root.join("cache")).unwrap();
    assert_eq!(answers(&scratch.workspace, "squares"), without);
}

#[test]
fn a_commit_makes_another_one_and_the_old_one_goes() {
    let scratch = large();
    let root = scratch.workspace.root();
    let before = answers(&scratch.workspace, "squares");
    let [old] = ready_files(root).try_into().unwrap();
    scratch.import_police(&[scratch.write("2025-03-here-street.csv", police_file("2025-03", "Here", 8000, 99))]);
    let after = answers(&scratch.workspace, "squares");
    assert_ne!(before, after);
    let [new] = ready_files(root).try_into().unwrap();
    assert_ne!(old, new);
    assert_eq!(answers(&scratch.workspace, "squares"), after);
    // The same files imported again are the same content, though the table was made in another order.
    let rows: Vec<String> = police_rows("2025-03", "Here", 8000, MONTHS[2].len() as u64);
    let text = format!("{POLICE_HEADER}{}", rows.concat());
    scratch.import_police(&[scratch.write("2025-03-here-street.csv", text)]);
    assert_eq!(answers(&scratch.workspace, "squares"), before);
}

#[test]
fn a_stored_file_that_was_changed_cut_or_lost_is_refused_with_a_ready_file_too() {
    let scratch = large();
    let root = scratch.workspace.root().to_owned();
    let state = scratch.workspace.state().unwrap();
    let good = answers(&scratch.workspace, "squares");
    for file in state.files().unwrap().iter().filter(|f| f.path.ends_with(".parquet")) {
        let path = root.join(&file.path);
        let whole = fs_err::read(&path).unwrap();
        let mut flipped = whole.clone();
        flipped[whole.len() / 2] ^= 4;
        for damaged in [Some(flipped), Some(whole[..whole.len() - 1].to_vec()), None] {
            match damaged {
                Some(bytes) => fs_err::write(&path, bytes).unwrap(),
                None => fs_err::remove_file(&path).unwrap(),
            }
            assert!(Snapshot::load(&scratch.workspace).is_err(), "{}", file.path);
            let output = places(&["--workspace", &root.to_string_lossy(), "count"]);
            assert!(!output.status.success());
            fs_err::write(&path, &whole).unwrap();
        }
        assert_eq!(answers(&scratch.workspace, "squares"), good);
    }
}

#[test]
fn a_small_workspace_has_none() {
    let scratch = Scratch::with_areas();
    scratch.import_police(&[scratch.write("2025-01-here-street.csv", police_file("2025-01", "Here", 500, 1))]);
    answers(&scratch.workspace, "squares");
    assert!(!scratch.workspace.root().join("cache").exists());
}

#[test]
fn the_demo_county_answers_the_same_with_it() {
    let folder = tempfile::tempdir().unwrap();
    demo::write_files(&folder.path().join("files"), 1).unwrap();
    let (files, root) = (folder.path().join("files"), folder.path().join("w"));
    let workspace = demo::import_files(&files, &root, &Progress::default(), |_| ()).unwrap();
    let without = answers(&workspace, "areas");
    assert_eq!(ready_files(&root).len(), 1);
    assert_eq!(answers(&workspace, "areas"), without);
}
