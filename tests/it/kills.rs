//! Every command that writes, killed at random points: the workspace is the old one or the new one, the log has no gap.
//!
//! Ten kills each here; `make kill-test` has two hundred (`PLACES_KILLS`).

use std::{
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use places::{access::verify, workspace::check};

use crate::support::{Scratch, count, places_ok, police_file};

fn kills() -> usize {
    std::env::var("PLACES_KILLS").ok().and_then(|n| n.parse().ok()).unwrap_or(10)
}

/// Everything a command may change, as a text to compare.
fn view(scratch: &Scratch) -> String {
    let state = scratch.workspace.state().unwrap();
    let (csv, mut summary) = count(&scratch.snapshot(), &[("by", "area:squares,month,category,source")]);
    // The number of the snapshot goes up with every change, there and back.
    summary.as_object_mut().unwrap().remove("snapshot").unwrap();
    let claims: Vec<String> = scratch.workspace.claims().unwrap().into_iter().map(|c| c.id).collect();
    let gazetteers: Vec<_> = state.gazetteers().unwrap().into_iter().map(|g| (g.name, g.entries)).collect();
    let layers: Vec<String> = state.layers().unwrap().into_iter().map(|l| l.0).collect();
    format!(
        "{csv}{summary}{:?}",
        (
            state.review_items().unwrap(),
            state.indicators().unwrap(),
            state.editions().unwrap(),
            state.digests().unwrap().layers,
            gazetteers,
            layers,
            claims
        )
    )
}

fn command(scratch: &Scratch, arguments: &[String]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_places"));
    command.arg("--workspace").arg(scratch.workspace.root()).args(arguments);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command
}

/// Two commands that undo each other, killed in turn. `reset` runs before each, for what cannot be undone.
fn kill_loop(scratch: &Scratch, steps: [Vec<String>; 2], reset: impl Fn()) {
    let run = |i: usize| {
        let started = Instant::now();
        assert!(command(scratch, &steps[i]).status().unwrap().success(), "{:?}", steps[i]);
        (view(scratch), started.elapsed())
    };
    // Twice, for commands that come back to a state rather than to the first one.
    run(0);
    run(1);
    let ((first, _), (second, took)) = (run(0), run(1));
    assert_ne!(first, second, "the commands change nothing");
    reset();
    let mut rng = fastrand::Rng::with_seed(5);
    let mut current = view(scratch);
    let (mut old, mut new) = (0, 0);
    for _ in 0..kills() {
        let (i, next) = if current == second { (0, &first) } else { (1, &second) };
        let mut child = command(scratch, &steps[i]).spawn().unwrap();
        std::thread::sleep(Duration::from_micros(rng.u64(0..took.as_micros() as u64 * 11 / 10)));
        let _ = child.kill();
        child.wait().unwrap();
        let report = check(&scratch.workspace, false, false).unwrap();
        assert!(report.problems.is_empty(), "{:?}", report.problems);
        verify(&scratch.workspace.log_path()).unwrap();
        let found = view(scratch);
        let odd = || found.lines().filter(|l| !current.contains(l) && !next.contains(l)).collect::<Vec<_>>().join("\n");
        let is_one = found == current || found == *next;
        assert!(is_one, "{:?} left neither the old workspace nor the new one: {}", steps[i], odd());
        if found == current {
            old += 1;
        } else {
            new += 1;
        }
        reset();
        current = view(scratch);
    }
    println!("{:?}: {old} kills left the old workspace, {new} the new one", &steps[0][..2]);
    // Ten may all come at one end.
    assert!(kills() < 100 || (old > 0 && new > 0), "the kills all came at one end: {old} old, {new} new");
    // Whatever was left, the next writer works and leaves nothing behind.
    assert!(
        command(scratch, &steps[0]).status().unwrap().success()
            || command(scratch, &steps[1]).status().unwrap().success()
    );
    let left = fs_err::read_dir(scratch.workspace.root()).unwrap();
    let left = left.filter(|e| e.as_ref().unwrap().file_name().to_string_lossy().starts_with(".new-")).count();
    assert_eq!(left, 0, "unfinished files are left");
}

fn words(line: &str, file: &str) -> Vec<String> {
    line.split(' ').map(|w| if w == "FILE" { file.to_owned() } else { w.to_owned() }).collect()
}

fn with_data() -> Scratch {
    let scratch = Scratch::with_areas();
    for month in ["2025-01", "2025-02"] {
        let name = format!("{month}-here-street.csv");
        scratch.import_police(&[scratch.write(&name, police_file(month, "Here", 400, 1))]);
    }
    scratch
}

#[test]
fn killed_imports() {
    let scratch = with_data();
    let editions = [2, 3].map(|seed| {
        let name = format!("{seed}/2025-02-here-street.csv");
        words("import FILE --source police.uk", &scratch.write(&name, police_file("2025-02", "Here", 800, seed)))
    });
    kill_loop(&scratch, editions, || {});
}

#[test]
fn killed_decisions() {
    let scratch = with_data();
    let log = "ref,date,type,where,town,pc\n1,2025-01-03,ASB,The Zog Arms,,\n2,2025-01-04,ASB,The Zog Arms,,\n";
    let mapping = "source=\"log\"\n[columns]\nid=\"ref\"\nwhen=\"date\"\ncategory=\"type\"\nlocation_text=\"where\"\nlocality=\"town\"\npostcode=\"pc\"\n";
    scratch.import_mapped(&[scratch.write("log.csv", log)], mapping);
    let item = scratch.workspace.state().unwrap().review_items().unwrap()[0].id.clone();
    let decide = words("review decide FILE 1.05,52.55 --as T", &item);
    kill_loop(&scratch, [decide, words("review undo", "")], || {});
}

#[test]
fn killed_claims() {
    let scratch = with_data();
    let claim = |place: &str| {
        words(
            "compare --place FILE --before 2025-01 --after 2025-02 --comparison none --ring 0",
            &format!("squares:{place}"),
        )
    };
    // Claims are never taken back: each round begins with an empty desk.
    let empty = || {
        for name in ["desk.sqlite", "desk.sqlite-wal", "desk.sqlite-shm"] {
            let _ = fs_err::remove_file(scratch.workspace.root().join(name));
        }
    };
    let steps = [claim("Q1"), claim("Q2")];
    let run = |step: &[String]| {
        empty();
        let started = Instant::now();
        assert!(command(&scratch, step).status().unwrap().success());
        (view(&scratch), started.elapsed())
    };
    empty();
    let none = view(&scratch);
    let (kept, took) = run(&steps[0]);
    assert_ne!(none, kept);
    let mut rng = fastrand::Rng::with_seed(5);
    for _ in 0..kills() {
        empty();
        let mut child = command(&scratch, &steps[0]).spawn().unwrap();
        std::thread::sleep(Duration::from_micros(rng.u64(0..took.as_micros() as u64 * 11 / 10)));
        let _ = child.kill();
        child.wait().unwrap();
        let report = check(&scratch.workspace, false, false).unwrap();
        assert!(report.problems.is_empty(), "{:?}", report.problems);
        verify(&scratch.workspace.log_path()).unwrap();
        let found = view(&scratch);
        assert!(found == none || found == kept, "neither without the claim nor with it");
        // The next claim is kept, whatever the killed one left.
        assert!(command(&scratch, &steps[1]).status().unwrap().success());
        assert_eq!(scratch.workspace.claims().unwrap().len(), 1 + usize::from(found == kept));
    }
}

#[test]
fn killed_gazetteers() {
    let scratch = with_data();
    let files = [200, 210].map(|entries| {
        let rows = (0..entries).map(|i| format!("The Zog Arms {i},premises,1.0{},52.5{}\n", i % 90 + 10, i % 90 + 10));
        let text = format!("name,kind,lon,lat\n{}", rows.collect::<String>());
        words("gazetteer add csv FILE --name local --accept", &scratch.write(&format!("zog{entries}.csv"), text))
    });
    kill_loop(&scratch, files, || {});
}

#[test]
fn killed_areas() {
    let scratch = with_data();
    let squares = crate::support::squares();
    let files = [squares.clone(), squares.replace("[1.1,52.5]", "[1.08,52.5]")];
    let steps = [0, 1]
        .map(|i| words("areas add squares FILE --study-area", &scratch.write(&format!("a{i}.geojson"), &files[i])));
    kill_loop(&scratch, steps, || {});
}

#[test]
fn killed_indicators() {
    let scratch = with_data();
    let steps = [10, 20].map(|n| {
        let text = format!("code,residents\nQ1,{n}\nQ2,{n}\nQ3,{n}\nQ4,{n}\n");
        words("indicators add FILE --layer squares", &scratch.write(&format!("i{n}.csv"), text))
    });
    kill_loop(&scratch, steps, || {});
    assert!(places_ok(&["--workspace", &scratch.workspace.root().to_string_lossy(), "count"]).contains("count"));
}
