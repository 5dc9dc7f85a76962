//! What an import says of its rows: in sentences, as a file of what was rejected, and from a folder that is watched.

use std::process::Command;

use places::import::{ImportRequest, Mapping, Progress, import, name_areas};

use crate::support::{Scratch, places, places_ok, police_file};

const MAPPING: &str =
    "source = \"log\"\n[columns]\nid = \"Ref\"\nwhen = \"When\"\ncategory = \"Type\"\nlon = \"X\"\nlat = \"Y\"\n";

fn log(rows: usize, bad: usize) -> String {
    let good = (0..rows).map(|i| format!("r{i},2025-01-{:02},Fight,1.05,52.55", 1 + i % 28));
    let bad = (0..bad).map(|i| format!("b{i},no date,Fight,1.05,52.55"));
    format!("Ref,When,Type,X,Y\n{}\n", good.chain(bad).collect::<Vec<_>>().join("\n"))
}

#[test]
fn rows_outside_are_told_by_file_and_part() {
    let scratch = Scratch::with_areas();
    let files: Vec<String> = [("norfolk", 200, 1), ("suffolk", 80, 2)]
        .map(|(force, rows, seed)| {
            let mut text = police_file("2025-01", "X", rows, seed);
            if force == "suffolk" {
                text = text.replace(",52.", ",51.");
            }
            scratch.write(
                &format!("2025-01-{force}-street.csv"),
                text.replace("X Police", &format!("{force} Constabulary")),
            )
        })
        .to_vec();
    let report = scratch.import_police(&files);
    assert!(report.adds_up());
    let of_files: u64 = report.files.iter().map(|f| f.outside_study_area).sum();
    assert_eq!(of_files, report.outside_study_area);
    assert_eq!(report.sentences.len(), 4);
    let suffolk = &report.sentences[1];
    assert!(suffolk.starts_with("suffolk, 1 file: 80 rows: 80 imported; "), "{suffolk}");
    assert!(suffolk.contains(" outside it") && suffolk.contains("suffolk polices other districts"), "{suffolk}");
    assert!(!report.sentences[0].contains("other districts"), "{}", report.sentences[0]);
}

#[test]
fn every_rejected_row_is_written_where_it_is_asked_for() {
    let scratch = Scratch::with_areas();
    let root = scratch.workspace.root().to_string_lossy().into_owned();
    let mapping = scratch.write("log.toml", MAPPING);
    let out = scratch.folder.path().join("bad.csv").to_string_lossy().into_owned();
    let run = |file: &str, more: &[&str]| {
        places(&[&["--workspace", &root, "import", file, "--mapping", &mapping, "--rejected", &out][..], more].concat())
    };
    let few = scratch.write("few.csv", log(20, 2));
    let said = run(&few, &["--dry-run"]);
    let text = String::from_utf8_lossy(&said.stdout).into_owned();
    assert!(text.contains("would be imported") && text.contains("nothing was stored"), "{text}");
    let rows = fs_err::read_to_string(&out).unwrap();
    assert_eq!(rows.lines().count(), 3, "{rows}");
    assert!(rows.starts_with("file,line,field,value,reason\nfew.csv,22,When,no date,"), "{rows}");
    let many = scratch.write("many.csv", log(2, 8));
    let refused = run(&many, &[]);
    assert!(!refused.status.success());
    assert_eq!(fs_err::read_to_string(&out).unwrap().lines().count(), 9, "also of a file that is refused");
    assert!(String::from_utf8_lossy(&refused.stderr).contains("8 of 10 rows rejected"));
    let good = run(&few, &[]);
    let said = String::from_utf8_lossy(&good.stderr).into_owned();
    assert!(good.status.success() && said.contains("next: places coverage"), "{said}");
}

#[test]
fn files_dropped_into_a_watched_folder_are_imported_once_or_refused_with_the_reason() {
    let scratch = Scratch::with_areas();
    let root = scratch.workspace.root().to_string_lossy().into_owned();
    let mapping = scratch.write("log.toml", MAPPING);
    scratch.write("drop/one.csv", log(5, 0));
    scratch.write("drop/two.csv", log(1, 9));
    scratch.write("drop/.hidden.csv", "x");
    scratch.write("drop/note.txt", "x");
    let folder = scratch.folder.path().join("drop");
    let watch = || {
        let output = Command::new(env!("CARGO_BIN_EXE_places"))
            .args(["--workspace", &root, "import", "--mapping", &mapping, "--once", "--watch"])
            .arg(&folder)
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };
    watch();
    assert!(folder.join("imported/one.csv").is_file() && folder.join("refused/two.csv").is_file());
    let reason = fs_err::read_to_string(folder.join("refused/two.csv.reason.txt")).unwrap();
    assert!(reason.contains("9 of 10 rows rejected"), "{reason}");
    assert!(folder.join(".hidden.csv").is_file() && folder.join("note.txt").is_file());
    // The same name again: nothing is overwritten.
    scratch.write("drop/one.csv", log(6, 0));
    watch();
    assert!(folder.join("imported/2-one.csv").is_file());
    let counted = places_ok(&["--workspace", &root, "count", "--by", "category", "--format", "csv"]);
    assert_eq!(counted, "category,count\nFight,6\n");
}

#[test]
fn areas_that_get_no_name_are_told_with_the_reason() {
    let scratch = Scratch::with_areas();
    let file = scratch.write("names.csv", "code,name\nQ1,Alpha\nQ2,\nQ9,Other\n");
    let named = name_areas(&scratch.workspace, "squares", file.as_ref()).unwrap();
    assert_eq!((named.named, named.column.as_str()), (1, "name"));
    let without: Vec<(&str, &str)> = named.without.iter().map(|w| (w.0.as_str(), w.2)).collect();
    assert_eq!(
        without,
        [("Q2", "its row has no name"), ("Q3", "its code is not in the file"), ("Q4", "its code is not in the file")]
    );
    let request = ImportRequest {
        files: vec![scratch.write("l.csv", log(3, 0))],
        mapping: Some(Mapping::parse(MAPPING).unwrap()),
        ..ImportRequest::default()
    };
    let report = import(&scratch.workspace, &request, &Progress::default()).unwrap();
    assert_eq!(report.sentences, ["l.csv: 3 rows: 3 imported; 3 in the study area"]);
}
