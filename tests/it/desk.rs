//! The desk: claims are kept while an import holds the data, by many writers at once, with their history; a damaged row
//! is found; a directory that may only be read still answers.

use places::{
    claims,
    workspace::{StoredClaim, Workspace, WorkspaceError, backup, check, restore},
};

use crate::support::Scratch;

fn claim(id: &str) -> StoredClaim {
    StoredClaim {
        id: id.into(),
        kind: "compare".into(),
        request: "{\"parameters\":[]}".into(),
        cutoff: "2025-03-01".into(),
        result: format!("{{\"claim_id\":\"{id}\"}}"),
    }
}

#[test]
fn a_claim_is_kept_while_another_process_writes_data() {
    let scratch = Scratch::with_areas();
    let file = crate::support::police_file("2025-01", "Here", 300, 1);
    scratch.import_police(&[scratch.write("2025-01-here-street.csv", file)]);
    let file = crate::support::police_file("2025-02", "Here", 300, 2);
    scratch.import_police(&[scratch.write("2025-02-here-street.csv", file)]);
    let pairs =
        [("place", "squares:Q1"), ("before", "2025-01"), ("after", "2025-02"), ("comparison", "none"), ("ring", "0")];
    let made = crate::demo_county::make(&scratch.snapshot(), "compare", &pairs);
    let _lock = scratch.workspace.lock().unwrap();
    assert_eq!(claims::keep(&scratch.workspace, &made).unwrap(), claims::Keeping::Stored);
    assert_eq!(claims::find(&scratch.workspace, &made.kept.id).unwrap().result, made.json);
}

#[test]
fn many_writers_wait_for_each_other_and_every_row_has_its_history() {
    let scratch = Scratch::new();
    std::thread::scope(|scope| {
        for t in 0..4 {
            let workspace = &scratch.workspace;
            scope.spawn(move || {
                for i in 0..10 {
                    let mut desk = workspace.desk().unwrap();
                    assert!(desk.add_claim(&claim(&format!("own-{t}-{i}")), "ann").unwrap());
                    desk.add_claim(&claim(&format!("shared-{i}")), "ann").unwrap();
                }
            });
        }
    });
    let kept = scratch.workspace.claims().unwrap();
    assert_eq!(kept.len(), 50);
    let desk = scratch.workspace.desk().unwrap();
    for claim in kept {
        let history = desk.history("claims", &claim.id).unwrap();
        assert_eq!((history.len(), history[0].who.as_str()), (1, "ann"), "{}", claim.id);
        let after: serde_json::Value = serde_json::from_str(history[0].after.as_deref().unwrap()).unwrap();
        assert_eq!(after["result"], claim.result.as_str());
    }
}

#[test]
fn the_same_claim_again_changes_nothing() {
    let scratch = Scratch::new();
    let mut desk = scratch.workspace.desk().unwrap();
    assert!(desk.add_claim(&claim("x"), "ann").unwrap());
    let other = StoredClaim { result: "{}".into(), ..claim("x") };
    assert!(!desk.add_claim(&other, "bob").unwrap());
    assert_eq!(scratch.workspace.claims().unwrap(), [claim("x")]);
    assert_eq!(desk.history("claims", "x").unwrap().len(), 1);
}

#[test]
fn history_can_only_grow() {
    let scratch = Scratch::new();
    scratch.workspace.desk().unwrap().add_claim(&claim("x"), "ann").unwrap();
    let connection = rusqlite::Connection::open(scratch.workspace.desk_path()).unwrap();
    for sql in ["DELETE FROM history", "UPDATE history SET who = 'bob'"] {
        assert!(connection.execute(sql, []).is_err(), "{sql}");
    }
}

#[test]
fn a_row_that_is_not_what_was_stored_is_refused() {
    let scratch = Scratch::new();
    scratch.workspace.desk().unwrap().add_claim(&claim("x"), "ann").unwrap();
    let connection = rusqlite::Connection::open(scratch.workspace.desk_path()).unwrap();
    connection.execute("UPDATE claims SET result = replace(result, 'x', 'y')", []).unwrap();
    assert!(matches!(scratch.workspace.claims(), Err(WorkspaceError::Damaged { .. })));
    let report = check(&scratch.workspace, false, false).unwrap();
    assert_eq!(report.problems.iter().map(|p| p.path.as_str()).collect::<Vec<_>>(), ["desk.sqlite"]);
}

#[test]
fn a_desk_of_a_newer_version_is_left_alone() {
    let scratch = Scratch::new();
    drop(scratch.workspace.desk().unwrap());
    let connection = rusqlite::Connection::open(scratch.workspace.desk_path()).unwrap();
    connection.pragma_update(None, "user_version", 99).unwrap();
    drop(connection);
    assert!(matches!(scratch.workspace.desk(), Err(WorkspaceError::Newer { found: 99, .. })));
    assert!(matches!(scratch.workspace.claims(), Err(WorkspaceError::Newer { found: 99, .. })));
}

#[test]
fn a_backup_holds_desk_and_log_and_keeps_the_identity() {
    use places::access::{Log, LogLine, Who, verify};
    let scratch = Scratch::with_areas();
    // Held open, so that what was written is still in the write-ahead log.
    let mut desk = scratch.workspace.desk().unwrap();
    desk.add_claim(&claim("x"), "ann").unwrap();
    let log = Log::open(&scratch.workspace);
    for i in 0..3 {
        log.append(&Who::local(), &LogLine::look("count", "w@1", &format!("i={i}"))).unwrap();
    }
    let file = scratch.folder.path().join("b.tar.gz");
    backup(&scratch.workspace, &file).unwrap();
    let root = scratch.folder.path().join("again");
    restore(&file, &root).unwrap();
    let again = Workspace::open(&root).unwrap();
    assert_eq!(again.claims().unwrap(), [claim("x")]);
    assert_eq!(again.desk().unwrap().history("claims", "x").unwrap().len(), 1);
    let (here, there) = (verify(&scratch.workspace.log_path()).unwrap(), verify(&again.log_path()).unwrap());
    assert_eq!((here.entries, &here.last), (4, &there.last));
    let identity = |w: &Workspace| w.state().unwrap().identity().unwrap();
    let content = |w: &Workspace| w.state().unwrap().content_digest().unwrap();
    assert_eq!(identity(&again), identity(&scratch.workspace));
    assert_eq!(content(&again), content(&scratch.workspace));
    let police = scratch.write("2025-01-here-street.csv", crate::support::police_file("2025-01", "Here", 20, 1));
    scratch.import_police(&[police]);
    assert_ne!(content(&again), content(&scratch.workspace), "once written, another");
}
