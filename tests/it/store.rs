//! Promises of the store: killed anywhere it is old or new; a flipped bit is found; a second writer is refused.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use places::workspace::{Workspace, WorkspaceError, backup, check, restore};

use crate::support::{Scratch, places, places_ok, police_file};

const KILLS: usize = 200;

fn import_command(root: &str, file: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_places"));
    command
        .args(["--workspace", root, "import", file, "--source", "police.uk"])
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

fn copy(from: &Path, to: &Path) {
    fs_err::create_dir_all(to).unwrap();
    for entry in fs_err::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs_err::copy(entry.path(), target).unwrap();
        }
    }
}

/// The store's counts, as a text to compare.
fn counts(root: &str) -> String {
    places_ok(&["--workspace", root, "count", "--by", "cell:8,month,category", "--format", "csv"])
}

#[test]
fn two_hundred_kills_leave_the_old_store_or_the_new_one() {
    let scratch = Scratch::with_areas();
    let root = scratch.workspace.root().to_string_lossy().into_owned();
    let editions: Vec<String> = [1, 2]
        .into_iter()
        .map(|seed| {
            for month in ["2025-01", "2025-02", "2025-03"] {
                scratch.write(&format!("{seed}/{month}-here-street.csv"), police_file(month, "Here", 1500, seed));
            }
            scratch.folder.path().join(seed.to_string()).to_string_lossy().into_owned()
        })
        .collect();
    let time = |edition: usize| {
        let started = Instant::now();
        assert!(import_command(&root, &editions[edition]).status().unwrap().success());
        (counts(&root), started.elapsed())
    };
    let ((first, _), (second, took)) = (time(0), time(1));
    assert_ne!(first, second);
    let mut rng = fastrand::Rng::with_seed(7);
    let (mut old, mut new, mut current) = (0, 0, second.clone());
    for _ in 0..KILLS {
        let (edition, next) = if current == second { (0, &first) } else { (1, &second) };
        let mut child = import_command(&root, &editions[edition]).spawn().unwrap();
        std::thread::sleep(Duration::from_micros(rng.u64(0..took.as_micros() as u64 * 11 / 10)));
        let _ = child.kill();
        child.wait().unwrap();
        let report = check(&scratch.workspace, false, false).unwrap();
        assert!(report.problems.is_empty(), "{:?}", report.problems);
        let found = counts(&root);
        assert!(found == current || found == *next, "neither the old store nor the new one");
        if found == current {
            old += 1;
        } else {
            new += 1;
        }
        current = found;
    }
    println!("{old} kills left the old store, {new} the new one");
    assert!(old > 0 && new > 0, "the kills all came at one end: {old} old, {new} new");
    assert!(import_command(&root, &editions[0]).status().unwrap().success());
    assert_eq!(counts(&root), first);
    // That import may have had nothing to do, and what a killed one left is then still there to be told once.
    check(&scratch.workspace, true, false).unwrap();
    let report = check(&scratch.workspace, true, false).unwrap();
    assert!(report.problems.is_empty() && report.notes.is_empty(), "{report:?}");
}

#[test]
fn a_journal_that_holds_nothing_is_told_once_and_taken_away() {
    let scratch = Scratch::with_areas();
    scratch.import_police(&[scratch.write("2025-01-here-street.csv", police_file("2025-01", "Here", 20, 1))]);
    let root = scratch.workspace.root().to_string_lossy().into_owned();
    let before = counts(&root);
    let journal = scratch.workspace.root().join("state.sqlite-journal");
    fs_err::write(&journal, [0u8; 512]).unwrap();
    let report = check(&scratch.workspace, true, false).unwrap();
    assert_eq!(report.notes, ["an empty journal of an interrupted writer was taken away"]);
    assert!(report.problems.is_empty() && !journal.exists());
    assert!(check(&scratch.workspace, true, false).unwrap().notes.is_empty());
    assert_eq!(counts(&root), before);
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs_err::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}

#[test]
fn one_flipped_bit_in_any_file_is_found() {
    let scratch = Scratch::with_areas();
    let bad = "x,2025-01,Here Police,Here Police,999,52.5,Here,E,E,Robbery,,\n";
    let file = scratch.write("2025-01-here-street.csv", police_file("2025-01", "Here", 400, 1) + bad);
    assert_eq!(scratch.import_police(&[file]).rejected, 1);
    let mut rng = fastrand::Rng::with_seed(3);
    let mut flipped = 0;
    for path in files(scratch.workspace.root()) {
        let bytes = fs_err::read(&path).unwrap();
        if bytes.is_empty() {
            continue;
        }
        // The ends of a file, and places between.
        let offsets: Vec<usize> = (0..25).map(|_| rng.usize(0..bytes.len())).chain([0, bytes.len() - 1]).collect();
        for offset in offsets {
            let mut damaged = bytes.clone();
            damaged[offset] ^= 1 << rng.u8(0..8);
            fs_err::write(&path, &damaged).unwrap();
            let found = check(&scratch.workspace, true, false).map_or(true, |report| !report.problems.is_empty());
            assert!(found, "bit flipped at {offset} of {} was not found", path.display());
            flipped += 1;
        }
        fs_err::write(&path, &bytes).unwrap();
    }
    assert!(flipped > 100);
    assert!(check(&scratch.workspace, true, false).unwrap().problems.is_empty());
}

#[test]
fn a_second_writer_is_refused_and_a_reader_is_not() {
    let scratch = Scratch::with_areas();
    let root = scratch.workspace.root().to_string_lossy().into_owned();
    let lock = scratch.workspace.lock().unwrap();
    let file = scratch.write("2025-01-here-street.csv", police_file("2025-01", "Here", 10, 1));
    let refused = places(&["--workspace", &root, "import", &file, "--source", "police.uk"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("another process is writing"));
    places_ok(&["--workspace", &root, "count"]);
    drop(lock);
    places_ok(&["--workspace", &root, "import", &file, "--source", "police.uk"]);
}

#[test]
fn a_backup_restores_to_the_same_answers_and_a_damaged_one_is_refused() {
    let scratch = Scratch::with_areas();
    scratch.import_police(&[scratch.write("2025-01-here-street.csv", police_file("2025-01", "Here", 200, 1))]);
    for name in ["backup.tar", "backup.tar.gz"] {
        let file = scratch.folder.path().join(name);
        backup(&scratch.workspace, &file).unwrap();
        let root = scratch.folder.path().join(format!("from-{name}"));
        restore(&file, &root).unwrap();
        let again = Workspace::open(&root).unwrap();
        assert_eq!(counts(&root.to_string_lossy()), counts(&scratch.workspace.root().to_string_lossy()));
        assert!(check(&again, true, false).unwrap().problems.is_empty());
        assert!(matches!(restore(&file, &root), Err(WorkspaceError::NotEmpty { .. })));
        let mut bytes = fs_err::read(&file).unwrap();
        bytes.truncate(bytes.len() / 2);
        fs_err::write(&file, bytes).unwrap();
        let elsewhere = scratch.folder.path().join(format!("cut-{name}"));
        assert!(restore(&file, &elsewhere).is_err() && !elsewhere.exists());
    }
}

#[test]
fn a_workspace_of_a_newer_version_is_left_alone() {
    let scratch = Scratch::with_areas();
    let copied = scratch.folder.path().join("newer");
    copy(scratch.workspace.root(), &copied);
    let connection = rusqlite::Connection::open(copied.join("state.sqlite")).unwrap();
    connection.execute("UPDATE meta SET value = '99' WHERE key = 'format_version'", []).unwrap();
    drop(connection);
    let before = fs_err::read(copied.join("state.sqlite")).unwrap();
    assert!(matches!(Workspace::open(&copied), Err(WorkspaceError::Newer { found: 99, .. })));
    assert_eq!(fs_err::read(copied.join("state.sqlite")).unwrap(), before);
}

#[test]
fn edited_settings_are_noticed_until_they_are_accepted() {
    let scratch = Scratch::with_areas();
    let path = scratch.workspace.settings_path();
    let text = fs_err::read_to_string(&path).unwrap();
    assert!(text.contains("# Offence definitions."), "comments are kept when a key is set");
    fs_err::write(&path, text.replace("0.2", "0.3")).unwrap();
    assert!(check(&scratch.workspace, false, false).unwrap().problems.is_empty());
    assert_eq!(check(&scratch.workspace, true, false).unwrap().problems[0].path, "places.toml");
    assert!(check(&scratch.workspace, true, true).unwrap().problems.is_empty());
    assert!(check(&scratch.workspace, true, false).unwrap().problems.is_empty());
}
