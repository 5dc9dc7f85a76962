//! The log of looks and changes: whole under threads, processes and kills; any edit, cut, removal or swap is found.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

use places::{
    access::{Access, AccessError, Entry, EntryKind, Log, LogLine, Verified, Who, entries, verify},
    model::Caller,
};
use proptest::prelude::*;

const WRITER: &str = "PLACES_TEST_LOG_WRITER";

fn folder() -> (tempfile::TempDir, PathBuf) {
    let scratch = tempfile::tempdir().unwrap();
    let log = scratch.path().join("log");
    (scratch, log)
}

fn who(name: &str) -> Who {
    Who::new(name, &Caller::local())
}

fn look(question: &str) -> LogLine {
    LogLine::look("count", "norfolk@1", question)
}

fn all(log: &Path) -> (Vec<Entry>, Verified) {
    let mut found = Vec::new();
    let verified = entries(log, |entry, _| found.push(entry.clone())).unwrap();
    (found, verified)
}

fn write(log: &Path, count: usize) {
    let log = Log::in_folder(log);
    for i in 0..count {
        log.append(&who("ann"), &look(&format!("by=cell:8&i={i}"))).unwrap();
    }
}

#[test]
fn eight_threads_write_one_whole_chain() {
    let (_scratch, path) = folder();
    let log = Log::in_folder(&path);
    let receipts: Vec<u64> = std::thread::scope(|scope| {
        let write = |t: usize| {
            let log = &log;
            move || -> Vec<u64> {
                let append = |i| log.append(&who(&format!("t{t}")), &look(&format!("i={i}"))).unwrap().seq;
                (0..200).map(append).collect()
            }
        };
        let threads: Vec<_> = (0..8).map(|t| scope.spawn(write(t))).collect();
        threads.into_iter().flat_map(|t| t.join().unwrap()).collect()
    });
    let (found, verified) = all(&path);
    assert_eq!((verified.entries, verified.after_head, verified.torn), (1601, 0, 0), "with the one that says it began");
    assert_eq!(receipts.iter().collect::<BTreeSet<_>>().len(), 1600);
    for thread in 0..8 {
        let own: Vec<&str> =
            found.iter().filter(|e| e.actor == format!("t{thread}")).map(|e| e.question.as_str()).collect();
        assert_eq!(own, (0..200).map(|i| format!("i={i}")).collect::<Vec<_>>(), "a thread's own order is kept");
    }
}

/// Not a test of its own: the other process of the tests below.
#[test]
fn writer_of_the_other_process() {
    let Ok(path) = std::env::var(WRITER) else { return };
    let log = Log::in_folder(Path::new(&path));
    for i in 0..100_000 {
        let receipt = log.append(&who("other"), &look(&format!("i={i}"))).unwrap();
        println!("written {}", receipt.seq);
        if i == 199 && std::env::var("PLACES_TEST_LOG_SHORT").is_ok() {
            return;
        }
    }
}

fn other_process(log: &Path, short: bool) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "log::writer_of_the_other_process", "--nocapture"]).env(WRITER, log);
    if short {
        command.env("PLACES_TEST_LOG_SHORT", "1");
    }
    command.stdout(Stdio::piped());
    command
}

fn written(output: &[u8]) -> Vec<u64> {
    let text = String::from_utf8_lossy(output);
    // The last line may be torn; a whole one ends.
    let whole = text.rsplit_once('\n').map_or("", |(whole, _)| whole);
    whole.lines().filter_map(|l| l.strip_prefix("written ")?.parse().ok()).collect()
}

#[test]
fn two_processes_write_one_whole_chain() {
    let (_scratch, path) = folder();
    let children: Vec<_> = (0..2).map(|_| other_process(&path, true).spawn().unwrap()).collect();
    write(&path, 100);
    let mut seen = BTreeSet::new();
    for child in children {
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success());
        seen.extend(written(&output.stdout));
    }
    assert_eq!(seen.len(), 400);
    let (found, verified) = all(&path);
    assert_eq!(verified.entries, 501);
    assert_eq!(found.iter().filter(|e| e.actor == "ann").count(), 100);
}

#[test]
fn a_killed_writer_leaves_every_entry_it_answered_for() {
    let (_scratch, path) = folder();
    let mut rng = fastrand::Rng::with_seed(11);
    let (mut answered, mut kills_that_wrote) = (0, 0);
    for _ in 0..25 {
        let mut child = other_process(&path, false).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(rng.u64(5..60)));
        child.kill().unwrap();
        let output = child.wait_with_output().unwrap();
        let seen = written(&output.stdout);
        kills_that_wrote += usize::from(!seen.is_empty());
        let verified = verify(&path).unwrap();
        answered = answered.max(seen.last().copied().unwrap_or_default());
        assert!(verified.entries >= answered, "{answered} were answered for, {} stand there", verified.entries);
    }
    assert!(kills_that_wrote > 5, "only {kills_that_wrote} kills came after something was written");
    write(&path, 1);
    let (found, verified) = all(&path);
    assert_eq!((verified.after_head, verified.torn), (0, 0), "the next writer takes up what was left");
    assert_eq!(found.last().unwrap().actor, "ann");
}

#[test]
fn a_torn_last_line_is_put_aside_and_said() {
    let (_scratch, path) = folder();
    write(&path, 3);
    let segment = path.join("000001.jsonl");
    let whole = fs_err::read(&segment).unwrap();
    let mut torn = whole.clone();
    torn.extend_from_slice(b"{\"seq\":5,\"at\":\"2026-");
    fs_err::write(&segment, &torn).unwrap();
    assert_eq!(verify(&path).unwrap().torn, 20);
    write(&path, 1);
    let (found, verified) = all(&path);
    assert_eq!((verified.entries, verified.torn), (6, 0));
    assert_eq!((found[4].kind, found[4].verb.as_str()), (EntryKind::Log, "healed"));
    assert!(found[4].question.contains("20 bytes") && found[4].question.contains("dropped-5"), "{}", found[4].question);
    assert_eq!(fs_err::read(path.join("dropped-5")).unwrap(), &torn[whole.len()..]);
}

#[test]
fn whole_entries_after_the_head_are_taken_over() {
    let (_scratch, path) = folder();
    write(&path, 2);
    let head = fs_err::read(path.join("head.json")).unwrap();
    write(&path, 2);
    fs_err::write(path.join("head.json"), head).unwrap();
    assert_eq!(verify(&path).unwrap().after_head, 2);
    write(&path, 1);
    let (found, verified) = all(&path);
    assert_eq!((verified.entries, verified.after_head), (6, 0));
    assert!(found.iter().all(|e| e.verb != "healed"));
}

#[test]
fn segments_are_chained_over_their_ends() {
    let (_scratch, path) = folder();
    let log = Log::in_folder(&path);
    let long = "q".repeat(60_000);
    for i in 0..150 {
        log.append(&who("ann"), &look(&format!("{i}{long}"))).unwrap();
    }
    let (found, verified) = all(&path);
    assert_eq!((found.len(), verified.segments), (151, 3));
    let second = path.join("000002.jsonl");
    let kept = fs_err::read(&second).unwrap();
    fs_err::remove_file(&second).unwrap();
    let fault = verify(&path).unwrap_err();
    assert_eq!(fault.file, "000002.jsonl", "{fault}");
    fs_err::write(&second, &kept).unwrap();
    verify(&path).unwrap();
    fs_err::remove_file(path.join("000003.jsonl")).unwrap();
    assert_eq!(verify(&path).unwrap_err().file, "000003.jsonl");
}

#[test]
fn the_same_look_is_one_entry_and_another_is_not() {
    let (_scratch, path) = folder();
    let access = Access::local(Log::in_folder(&path));
    let tile = look("tiles/cells?by=cell:8").coalesced();
    let seqs: BTreeSet<u64> = std::thread::scope(|scope| {
        let ask = || access.exact(access.user(), &tile).unwrap().receipt().seq;
        let threads: Vec<_> = (0..30).map(|_| scope.spawn(ask)).collect();
        threads.into_iter().map(|t| t.join().unwrap()).collect()
    });
    assert_eq!(seqs.len(), 1, "thirty tiles are one look");
    for other in [look("tiles/cells?by=cell:9").coalesced(), LogLine { dataset: "norfolk@2".into(), ..tile.clone() }] {
        assert!(!seqs.contains(&access.exact(access.user(), &other).unwrap().receipt().seq));
    }
    assert!(!seqs.contains(&access.exact(&who("somebody else"), &tile).unwrap().receipt().seq));
    assert_eq!(verify(&path).unwrap().entries, 5);
}

#[test]
fn an_answer_names_its_look() {
    let (_scratch, path) = folder();
    let access = Access::local(Log::in_folder(&path));
    let grant = access.exact(&who("ann"), &look("by=cell:8").because("briefing for the board")).unwrap();
    access.answered(&grant, 312, Some("export-1")).unwrap();
    let (found, _) = all(&path);
    assert_eq!((found[1].kind, found[1].reason.as_str()), (EntryKind::Look, "briefing for the board"));
    assert_eq!((found[2].kind, found[2].of, found[2].rows), (EntryKind::Answer, Some(2), Some(312)));
    assert_eq!(found[2].export.as_deref(), Some("export-1"));
}

#[test]
fn words_that_break_lines_stay_in_theirs() {
    let (_scratch, path) = folder();
    let log = Log::in_folder(&path);
    let wicked = "a\"}\n{\"seq\":9,\"hash\":\"\u{2028}\r\0\u{1b}[31m";
    log.append(&who(wicked), &look(wicked).because(wicked)).unwrap();
    let (found, verified) = all(&path);
    assert_eq!(verified.entries, 2);
    assert_eq!((found[1].actor.as_str(), found[1].question.as_str()), (wicked, wicked));
}

#[test]
fn a_log_that_was_cut_is_not_written_on() {
    let (_scratch, path) = folder();
    write(&path, 5);
    let segment = path.join("000001.jsonl");
    let whole = fs_err::read(&segment).unwrap();
    let end = whole[..whole.len() - 1].iter().rposition(|&b| b == b'\n').unwrap() + 1;
    fs_err::write(&segment, &whole[..end]).unwrap();
    let refused = Log::in_folder(&path).append(&who("ann"), &look("x")).unwrap_err();
    assert!(matches!(refused, AccessError::Broken { .. }), "{refused}");
    assert!(Access::local(Log::in_folder(&path)).exact(&who("ann"), &look("x").coalesced()).is_err());
}

#[test]
fn files_of_the_log_are_their_owners_only() {
    use std::os::unix::fs::PermissionsExt;
    let (_scratch, path) = folder();
    write(&path, 1);
    assert_eq!(fs_err::metadata(&path).unwrap().permissions().mode() & 0o777, 0o700);
    for entry in fs_err::read_dir(&path).unwrap() {
        let entry = entry.unwrap();
        assert_eq!(entry.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{}", entry.path().display());
    }
}

/// A log of thirteen entries, as bytes: segment and head.
fn bytes_of_a_log() -> (tempfile::TempDir, PathBuf, Vec<u8>, Vec<u8>) {
    let (scratch, path) = folder();
    write(&path, 12);
    let (segment, head) =
        (fs_err::read(path.join("000001.jsonl")).unwrap(), fs_err::read(path.join("head.json")).unwrap());
    (scratch, path, segment, head)
}

fn lines(segment: &[u8]) -> Vec<Vec<u8>> {
    segment.split_inclusive(|&b| b == b'\n').map(<[u8]>::to_vec).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    /// One log a case, each damaged in many ways: every one is found.
    #[test]
    fn any_edit_removal_swap_or_cut_is_found(seed in any::<u64>()) {
        let (_scratch, path, segment, head) = bytes_of_a_log();
        let (segment_path, head_path) = (path.join("000001.jsonl"), path.join("head.json"));
        let found = |bytes: &[u8]| {
            fs_err::write(&segment_path, bytes).unwrap();
            verify(&path).is_err()
        };
        let mut rng = fastrand::Rng::with_seed(seed);
        for _ in 0..200 {
            let mut edited = segment.clone();
            let at = rng.usize(0..edited.len());
            edited[at] = edited[at].wrapping_add(rng.u8(1..=255));
            prop_assert!(found(&edited), "byte {} edited", at);
        }
        let all = lines(&segment);
        for i in 0..all.len() {
            prop_assert!(found(&all[..i].concat()), "cut before entry {}", i + 1);
            let without: Vec<_> = all.iter().enumerate().filter(|(j, _)| *j != i).map(|(_, l)| l.clone()).collect();
            prop_assert!(found(&without.concat()), "entry {} removed", i + 1);
            let mut swapped = all.clone();
            swapped.swap(i, (i + 1 + rng.usize(0..all.len() - 1)) % all.len());
            prop_assert!(found(&swapped.concat()), "entry {} swapped", i + 1);
            let mut doubled = all.clone();
            doubled.insert(i, all[i].clone());
            prop_assert!(found(&doubled.concat()), "entry {} doubled", i + 1);
        }
        let cut = rng.usize(0..segment.len());
        prop_assert!(found(&segment[..cut]), "cut at byte {}", cut);
        fs_err::write(&segment_path, &segment).unwrap();
        prop_assert!(verify(&path).is_ok());
        for _ in 0..50 {
            let mut edited = head.clone();
            let at = rng.usize(0..edited.len());
            edited[at] = edited[at].wrapping_add(rng.u8(1..=255));
            fs_err::write(&head_path, &edited).unwrap();
            prop_assert!(verify(&path).is_err(), "byte {} of the head edited", at);
        }
        fs_err::remove_file(&head_path).unwrap();
        prop_assert!(verify(&path).is_err());
    }
}

#[test]
fn a_log_that_was_removed_or_replaced_is_missed_by_the_data() {
    use crate::support::{Scratch, places, places_ok, police_file};
    let scratch = Scratch::with_areas();
    let root = scratch.workspace.root().to_string_lossy().into_owned();
    let path = scratch.workspace.log_path();
    write(&path, 3);
    scratch.import_police(&[scratch.write("2025-01-here-street.csv", police_file("2025-01", "Here", 20, 1))]);
    write(&path, 1);
    places_ok(&["--workspace", &root, "audit", "verify"]);
    places_ok(&["--workspace", &root, "check"]);
    fs_err::remove_dir_all(&path).unwrap();
    for count in [0, 5] {
        write(&path, count);
        for command in [["audit", "verify"].as_slice(), &["check"]] {
            let found = places(&[&["--workspace", &root], command].concat());
            assert_eq!(found.status.code(), Some(1), "{command:?} with {count} entries in its place");
            assert!(String::from_utf8_lossy(&found.stderr).contains("entry 4"), "{found:?}");
        }
        verify(&path).unwrap();
    }
}

#[test]
fn the_command_verifies_and_names_the_entry_at_fault() {
    use crate::support::{Scratch, places, places_ok};
    let scratch = Scratch::new();
    let root = scratch.workspace.root().to_string_lossy().into_owned();
    let path = scratch.workspace.log_path();
    write(&path, 4);
    let text = places_ok(&["--workspace", &root, "audit", "verify"]);
    assert!(text.contains("the log holds: 5 entries in 1 segments"), "{text}");
    let noted = text.trim().rsplit(' ').next().unwrap().to_owned();
    assert!(places_ok(&["--workspace", &root, "audit", "verify", "--expect", &noted]).contains("holds"));
    let shown = places_ok(&["--workspace", &root, "audit", "show", "--json", "--last", "1"]);
    let shown: serde_json::Value = serde_json::from_str(&shown).unwrap();
    assert_eq!((shown["seq"].as_u64(), shown["question"].as_str()), (Some(5), Some("by=cell:8&i=3")));
    let kept: Vec<_> = ["000001.jsonl", "head.json"].map(|n| (n, fs_err::read(path.join(n)).unwrap())).into();
    // A shorter log that holds in itself is found against what was noted.
    fs_err::remove_dir_all(&path).unwrap();
    write(&path, 4);
    let other = places(&["--workspace", &root, "audit", "verify", "--expect", &noted]);
    assert_eq!(other.status.code(), Some(1));
    for (name, bytes) in &kept {
        fs_err::write(path.join(name), bytes).unwrap();
    }
    let edited = String::from_utf8(kept[0].1.clone()).unwrap().replace("i=1", "i=7");
    fs_err::write(path.join("000001.jsonl"), edited).unwrap();
    let found = places(&["--workspace", &root, "audit", "verify", "--json"]);
    assert_eq!(found.status.code(), Some(1));
    let found: serde_json::Value = serde_json::from_slice(&found.stdout).unwrap();
    assert_eq!((found["file"].as_str(), found["entry"].as_u64()), (Some("000001.jsonl"), Some(3)));
}
