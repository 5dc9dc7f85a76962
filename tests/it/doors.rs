//! Rights, read-only directories, full disks, leftovers: what each store does, and what it says.

use std::{
    os::unix::{
        fs::{MetadataExt, PermissionsExt},
        process::CommandExt,
    },
    path::Path,
    process::{Command, Output},
};

use places::{
    access::{Access, AccessError, Log, LogLine, verify},
    workspace::{StoredClaim, Workspace, WorkspaceError, check},
};

use crate::support::{Scratch, police_file};

/// Somebody else: nobody, where the tests run as root.
const NOBODY: u32 = 65_534;

fn claim() -> StoredClaim {
    StoredClaim {
        id: "x".into(),
        kind: "compare".into(),
        request: "{}".into(),
        cutoff: "2025-03-01".into(),
        result: format!("{{\"text\":\"{}\"}}", "x".repeat(50_000)),
    }
}

fn is_root() -> bool {
    fs_err::metadata("/proc/self").unwrap().uid() == 0
}

/// The program as a user who may not write: whoever runs the tests, or nobody where that is root.
fn as_another(arguments: &[&str]) -> Option<Output> {
    let run = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_places"));
        if is_root() {
            command.uid(NOBODY).gid(NOBODY);
        }
        // Where looks are logged while the workspace cannot be written.
        let states = std::env::temp_dir().join("places-test-states");
        let _ = fs_err::create_dir_all(&states);
        let _ = fs_err::set_permissions(&states, PermissionsExt::from_mode(0o777));
        command.args(arguments).env("XDG_STATE_HOME", &states).output()
    };
    if !run(&["--version"]).is_ok_and(|o| o.status.success()) {
        println!("SKIPPED: the program does not lie where another user can run it");
        return None;
    }
    Some(run(arguments).unwrap())
}

/// The program where no file may grow beyond so many blocks of 512 bytes: what a full disk looks like to it.
fn with_full_disk(blocks: u32, arguments: &[&str]) -> Output {
    let limit = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$@\"");
    Command::new("sh").args(["-c", &limit, "sh", env!("CARGO_BIN_EXE_places")]).args(arguments).output().unwrap()
}

fn set_modes(folder: &Path, folders: u32, files: u32) {
    for entry in fs_err::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            set_modes(&path, folders, files);
        } else {
            fs_err::set_permissions(&path, PermissionsExt::from_mode(files)).unwrap();
        }
    }
    fs_err::set_permissions(folder, PermissionsExt::from_mode(folders)).unwrap();
}

fn modes(folder: &Path) -> Vec<(String, u32, bool)> {
    let mode = |path: &Path| fs_err::metadata(path).unwrap().permissions().mode() & 0o777;
    let mut found = vec![(folder.display().to_string(), mode(folder), true)];
    for entry in fs_err::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(modes(&path));
        } else {
            found.push((path.display().to_string(), mode(&path), false));
        }
    }
    found
}

fn filled() -> Scratch {
    let scratch = Scratch::with_areas();
    let bad = "x,2025-01,Here Police,Here Police,999,52.5,Here,E,E,Robbery,,\n";
    scratch.import_police(&[scratch.write("2025-01-here-street.csv", police_file("2025-01", "Here", 300, 1) + bad)]);
    scratch.workspace.desk().unwrap().add_claim(&claim(), "ann").unwrap();
    look(&scratch).unwrap();
    scratch
}

fn look(scratch: &Scratch) -> Result<(), AccessError> {
    let access = Access::local(Log::open(&scratch.workspace));
    access.exact(access.user(), &LogLine::look("count", "w@1", "by=cell:8")).map(|_| ())
}

#[test]
fn every_file_is_its_owners_only_whatever_the_umask() {
    let scratch = filled();
    let root = scratch.workspace.root().to_string_lossy().into_owned();
    for umask in ["000", "022", "077"] {
        let (made, again, file) = (format!("made-{umask}"), format!("again-{umask}"), format!("b-{umask}.tar.gz"));
        let at = |name: &str| scratch.folder.path().join(name).to_string_lossy().into_owned();
        let script = format!(
            "set -e; umask {umask}; \"$0\" init {}; \"$0\" --workspace {} areas add squares {} --study-area; \
             \"$0\" --workspace {root} backup {}; \"$0\" --workspace {} restore {}",
            at(&made),
            at(&made),
            at("areas.geojson"),
            at(&file),
            at(&again),
            at(&file)
        );
        let output = Command::new("sh").args(["-c", &script, env!("CARGO_BIN_EXE_places")]).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        for folder in
            [scratch.workspace.root().to_owned(), scratch.folder.path().join(&made), scratch.folder.path().join(&again)]
        {
            for (path, mode, is_folder) in modes(&folder) {
                assert_eq!(mode, if is_folder { 0o700 } else { 0o600 }, "{path} under umask {umask}");
            }
        }
        let backup = fs_err::metadata(scratch.folder.path().join(&file)).unwrap().permissions().mode() & 0o777;
        assert_eq!(backup, 0o600);
    }
}

#[test]
fn a_directory_that_may_only_be_read_answers_and_says_what_is_not_written() {
    let scratch = filled();
    let root = scratch.workspace.root().to_string_lossy().into_owned();
    fs_err::set_permissions(scratch.folder.path(), PermissionsExt::from_mode(0o755)).unwrap();
    set_modes(scratch.workspace.root(), 0o555, 0o444);
    let police = scratch.write("2025-02-here-street.csv", police_file("2025-02", "Here", 30, 1));
    let run = |arguments: &[&str]| as_another(&[&["--workspace", &root], arguments].concat());
    if let Some(counted) = run(&["count", "--by", "month", "--format", "csv"]) {
        assert!(String::from_utf8_lossy(&counted.stdout).contains("2025-01,"), "{counted:?}");
        assert!(String::from_utf8_lossy(&counted.stderr).contains("this look was logged in"), "{counted:?}");
        let claims = run(&["claims", "list"]).unwrap();
        assert!(claims.status.success() && String::from_utf8_lossy(&claims.stdout).contains('x'), "{claims:?}");
        assert!(run(&["audit", "verify"]).unwrap().status.success());
        let import = run(&["import", &police, "--source", "police.uk"]).unwrap();
        let said = String::from_utf8_lossy(&import.stderr).into_owned();
        assert!(!import.status.success() && !said.contains("restore"), "{said}");
    }
    set_modes(scratch.workspace.root(), 0o700, 0o600);
    assert!(check(&scratch.workspace, true, false).unwrap().problems.is_empty());
}

#[test]
fn a_workspace_of_another_user_is_told_from_none() {
    let scratch = Scratch::new();
    let root = scratch.workspace.root().to_string_lossy().into_owned();
    fs_err::set_permissions(scratch.folder.path(), PermissionsExt::from_mode(0o755)).unwrap();
    if !is_root() {
        set_modes(scratch.workspace.root(), 0o000, 0o000);
    }
    if let Some(refused) = as_another(&["--workspace", &root, "count"]) {
        let said = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(said.contains("cannot be read by this user") && !said.contains("no workspace"), "{said}");
    }
    if !is_root() {
        fs_err::set_permissions(scratch.workspace.root(), PermissionsExt::from_mode(0o700)).unwrap();
    }
    let nothing = Workspace::open(&scratch.folder.path().join("nothing"));
    assert!(matches!(nothing, Err(WorkspaceError::NotAWorkspace { .. })));
}

#[test]
fn a_full_disk_leaves_the_data_as_it_was_and_says_so() {
    let scratch = filled();
    let root = scratch.workspace.root().to_string_lossy().into_owned();
    let police = scratch.write("2025-02-here-street.csv", police_file("2025-02", "Here", 3000, 1));
    let before = scratch.count(&[("by", "month,category")]);
    // From no room at all to room for all but the last file.
    let mut refused = 0;
    for blocks in [0, 1, 2, 8, 32, 64, 128, 170] {
        let output = with_full_disk(blocks, &["--workspace", &root, "import", &police, "--source", "police.uk"]);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!said.contains("restore a backup") && !said.contains("panicked"), "{blocks}: {said}");
        let report = check(&scratch.workspace, false, false).unwrap();
        assert!(report.problems.is_empty(), "{blocks}: {:?}", report.problems);
        if output.status.success() {
            break;
        }
        refused += 1;
        let found = scratch.count(&[("by", "month,category")]);
        assert!(found == before || said.contains("the change was made"), "{blocks}: {said}");
    }
    assert!(refused > 3, "{refused}");
    scratch.import_police(&[police]);
    assert!(check(&scratch.workspace, true, false).unwrap().problems.is_empty());
}

/// Not a test of its own: writes to desk and log where files may not grow.
#[test]
fn writer_on_a_full_disk() {
    let Ok(root) = std::env::var("PLACES_TEST_FULL_DISK") else { return };
    let workspace = Workspace::open(Path::new(&root)).unwrap();
    let bigger = StoredClaim { id: "y".into(), ..claim() };
    let kept = workspace.desk().and_then(|mut desk| desk.add_claim(&bigger, "ann"));
    let said = kept.expect_err("a claim was kept on a full disk").to_string();
    assert!(!said.contains("restore"), "{said}");
    let access = Access::local(Log::open(&workspace));
    let long = LogLine::look("count", "w@1", &"q".repeat(60_000));
    let refused = access.exact(access.user(), &long).expect_err("a look was granted on a full disk");
    assert!(matches!(refused, AccessError::CannotWrite { .. }), "{refused}");
    println!("both refused");
}

#[test]
fn a_full_disk_refuses_claims_and_looks_and_loses_none() {
    let scratch = filled();
    let limit = "trap '' XFSZ; ulimit -f 60; exec \"$@\"";
    let output = Command::new("sh")
        .args(["-c", limit, "sh"])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "doors::writer_on_a_full_disk", "--nocapture"])
        .env("PLACES_TEST_FULL_DISK", scratch.workspace.root())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(said.contains("both refused"), "{said} {}", String::from_utf8_lossy(&output.stderr));
    let held = verify(&scratch.workspace.log_path()).unwrap();
    assert_eq!((held.entries, held.torn), (2, 0), "nothing half written is left");
    assert_eq!(scratch.workspace.claims().unwrap(), [claim()]);
    look(&scratch).unwrap();
    assert!(scratch.workspace.desk().unwrap().add_claim(&StoredClaim { id: "y".into(), ..claim() }, "ann").unwrap());
    assert_eq!(verify(&scratch.workspace.log_path()).unwrap().entries, 3);
}

#[test]
fn a_log_that_cannot_be_written_grants_nothing() {
    let scratch = filled();
    let log = scratch.workspace.log_path();
    fs_err::remove_dir_all(&log).unwrap();
    // No folder can be made where a file stands, whoever asks.
    fs_err::write(&log, "").unwrap();
    let refused = look(&scratch).unwrap_err();
    assert!(matches!(refused, AccessError::CannotWrite { .. }), "{refused}");
}

#[test]
fn unfinished_files_of_killed_writers_go_and_those_of_living_ones_stay() {
    let scratch = filled();
    let root = scratch.workspace.root();
    for name in [".new-a", "areas/.new-b", "incidents/.new-c", "reports/.new-d"] {
        fs_err::write(root.join(name), "x").unwrap();
    }
    // A killed backup's file is locked by nobody, a living one's by its maker.
    let (killed, living) = (scratch.folder.path().join(".new-backup-k"), scratch.folder.path().join(".new-backup-l"));
    fs_err::write(&killed, "x").unwrap();
    fs_err::write(&living, "x").unwrap();
    let held = fs_err::File::open(&living).unwrap();
    held.file().lock().unwrap();
    scratch.import_police(&[scratch.write("2025-03-here-street.csv", police_file("2025-03", "Here", 30, 1))]);
    let left: Vec<_> = modes(root).into_iter().filter(|(path, ..)| path.contains(".new-")).collect();
    assert!(left.is_empty(), "{left:?}");
    places::workspace::backup(&scratch.workspace, &scratch.folder.path().join("b.tar")).unwrap();
    assert!(!killed.exists() && living.exists());
}

#[test]
fn a_workspace_that_is_gone_is_not_there() {
    let scratch = Scratch::new();
    assert!(scratch.workspace.is_there());
    let moved = scratch.folder.path().join("moved");
    fs_err::rename(scratch.workspace.root(), &moved).unwrap();
    assert!(!scratch.workspace.is_there());
    fs_err::rename(&moved, scratch.workspace.root()).unwrap();
    assert!(scratch.workspace.is_there());
}

#[test]
fn settings_are_digested_from_the_bytes_that_were_parsed() {
    let scratch = Scratch::new();
    let (settings, digest) = scratch.workspace.settings_read().unwrap();
    assert_eq!(digest, scratch.workspace.settings_digest().unwrap());
    let text = fs_err::read_to_string(scratch.workspace.settings_path()).unwrap();
    assert_eq!(digest, blake3::hash(text.as_bytes()).to_hex().to_string());
    fs_err::write(scratch.workspace.settings_path(), text + "\n# edited\n").unwrap();
    let (again, other) = scratch.workspace.settings_read().unwrap();
    assert_eq!((settings.definitions.len(), other != digest), (again.definitions.len(), true));
}

#[test]
fn settings_that_a_killed_writer_left_go_with_the_data() {
    let scratch = Scratch::new();
    let (path, next) = (scratch.workspace.settings_path(), scratch.workspace.root().join("places.toml.next"));
    let before = fs_err::read_to_string(&path).unwrap();
    let areas = scratch.write("areas.geojson", crate::support::squares());
    let request = places::import::AddAreas {
        layer: "squares".into(),
        files: vec![areas],
        study_area: true,
        ..Default::default()
    };
    places::import::add_areas(&scratch.workspace, &request).unwrap();
    assert!(!next.exists());
    let after = fs_err::read_to_string(&path).unwrap();
    let study = || scratch.workspace.settings().unwrap().study_area.layer;
    let write = || {
        let file = scratch.write("2025-01-here-street.csv", police_file("2025-01", "Here", 9, 1));
        scratch.import_police(&[file]);
    };
    // Killed after the transaction, before the name: readers and the next writer take the new text.
    fs_err::write(&path, &before).unwrap();
    fs_err::write(&next, &after).unwrap();
    assert_eq!(study(), "squares");
    assert_eq!(scratch.workspace.settings_digest().unwrap(), blake3::hash(after.as_bytes()).to_hex().to_string());
    assert!(check(&scratch.workspace, true, false).unwrap().problems.is_empty());
    write();
    assert_eq!((fs_err::read_to_string(&path).unwrap(), next.exists()), (after.clone(), false));
    // Killed before the transaction: the text is of nobody.
    fs_err::write(&next, after.replace("squares", "never")).unwrap();
    assert_eq!(study(), "squares");
    write();
    assert_eq!((fs_err::read_to_string(&path).unwrap(), next.exists()), (after.clone(), false));
    // Edited by a person since: theirs stays.
    let edited = format!("{before}# edited\n");
    fs_err::write(&path, &edited).unwrap();
    fs_err::write(&next, &after).unwrap();
    assert_eq!(study(), "");
    write();
    assert_eq!((fs_err::read_to_string(&path).unwrap(), next.exists()), (edited, false));
}
