//! What is wrong is named with line, field, value and reason, or refused whole; the store stays as it was.

use places::{
    import::{AddAreas, ImportRequest, Mapping, Progress, add_areas, import},
    workspace::Workspace,
};

use crate::support::{POLICE_HEADER, Scratch, places, police_file, police_rows};

fn refused(scratch: &Scratch, files: Vec<String>) -> String {
    let request = ImportRequest { files, source: "police.uk".into(), ..Default::default() };
    let before = scratch.workspace.state().unwrap().snapshot().unwrap();
    let error = import(&scratch.workspace, &request, &Progress::default()).unwrap_err().to_string();
    assert_eq!(scratch.workspace.state().unwrap().snapshot().unwrap(), before);
    error
}

#[test]
fn files_that_are_not_what_they_say_are_refused_whole() {
    let scratch = Scratch::with_areas();
    let good = police_file("2025-01", "Here", 50, 1);
    let utf16: Vec<u8> = [0xff, 0xfe].into_iter().chain(good.bytes().flat_map(|b| [b, 0])).collect();
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut gz, good.as_bytes()).unwrap();
    let gz = gz.finish().unwrap();
    let cases: Vec<(&str, Vec<u8>, &str)> = vec![
        ("2025-01-a-street.csv", Vec::new(), "empty"),
        ("2025-01-b-street.csv", b"a,b,c\n1,2,3\n".to_vec(), "expected a data.police.uk street file"),
        ("2025-01-c-street.csv", utf16, "UTF-16"),
        ("2025-01-d-street.csv", b"\x7fELF\x00\x00\x01".to_vec(), "binary"),
        ("2025-01-e-street.csv", good.as_bytes()[..good.len() - 60].to_vec(), "cut off"),
        ("2025-01-f-street.csv.gz", gz[..gz.len() / 2].to_vec(), "cut off"),
        ("2025-01-g-street.csv.gz", b"not gzip at all".to_vec(), "cut off"),
        ("2025-01-h-street.csv", format!("{POLICE_HEADER}\"x,2025-01,Here Police,\n").into_bytes(), "quotation mark"),
        (
            "2025-01-k-street.csv",
            format!("{good}x,2025-01,H,H,1.05,52.5,Here,E,E,\"two\nlines\",,\n").into_bytes(),
            "not closed on its line",
        ),
        (
            "2025-01-l-street.csv",
            format!(
                "{good}x,2025-01,H,H,1.05,52.5,Here,E,E,Robbery,\"So, so\",\ry,2025-01,H,H,1.05,52.5,Here,E,E,Drugs,,\n"
            )
            .into_bytes(),
            "carriage return",
        ),
        ("2025-01-m-street.csv", good.replace('\n', "\r").into_bytes(), "carriage return"),
        ("2025-01-n-street.csv", format!("\"Extract of 3 July\n{good}").into_bytes(), "quotation mark"),
        ("2025-02-i-street.csv", police_file("2025-01", "Here", 50, 1).into_bytes(), "not the month of this file"),
        ("2025-01-j-street.csv", POLICE_HEADER.as_bytes().to_vec(), ""),
    ];
    for (name, bytes, expected) in cases {
        let file = scratch.write(name, bytes);
        if expected.is_empty() {
            // A file with a header and no rows says that nothing happened: it is whole.
            assert_eq!(scratch.import_police(&[file]).rows, 0);
            continue;
        }
        let error = refused(&scratch, vec![file]);
        assert!(error.contains(expected), "{name}: {error}");
    }
    assert!(refused(&scratch, vec!["nowhere/*.csv".into()]).contains("no file found"));
    let folder = scratch.folder.path().join("empty");
    std::fs::create_dir_all(&folder).unwrap();
    assert!(refused(&scratch, vec![folder.to_string_lossy().into_owned()]).contains("no file found"));
}

#[test]
fn a_bad_row_is_listed_with_line_field_value_and_reason_and_the_others_go_on() {
    let scratch = Scratch::with_areas();
    let row = |lon: &str, lat: &str, month: &str, kind: &str| format!("x,{month},H,H,{lon},{lat},Here,E,E,{kind},,\n");
    let bad = [
        (row("999", "52.5", "2025-01", "Robbery"), "Longitude", "out of range"),
        (row("NaN", "52.5", "2025-01", "Robbery"), "Longitude", "not a finite number"),
        (row("1.05", "inf", "2025-01", "Robbery"), "Latitude", "not a finite number"),
        (row("1.05", "", "2025-01", "Robbery"), "Latitude", "not a number"),
        (row("1.05", "52.5", "2025-13", "Robbery"), "Month", "not a month"),
        (row("1.05", "52.5", "2025-02", "Robbery"), "Month", "not the month of this file"),
        (row("1.05", "52.5", "2025-01", ""), "Crime type", "empty"),
        ("only,three,fields\n".to_owned(), "row", "3 fields, expected 12"),
        (row("=1+1", "52.5", "2025-01", "Robbery"), "Longitude", "not a number"),
    ];
    let rows = police_rows("2025-01", "Here", 100, 1).concat();
    let text: String = bad.iter().map(|b| b.0.as_str()).collect();
    let report =
        scratch.import_police(&[scratch.write("2025-01-here-street.csv", format!("{POLICE_HEADER}{rows}{text}"))]);
    assert!(report.adds_up());
    assert_eq!((report.imported, report.rejected), (100, bad.len() as u64));
    for (found, (_, field, reason)) in report.rejected_rows.iter().zip(&bad) {
        assert_eq!(found.field, *field);
        assert!(found.reason.contains(reason), "{found:?}");
        assert!(found.line > 101 && found.file == "2025-01-here-street.csv");
    }
    let csv = fs_err::read_to_string(scratch.workspace.root().join(report.rejected_csv.unwrap())).unwrap();
    assert_eq!(csv.lines().next(), Some("file,line,field,value,reason"));
    assert!(csv.contains("'=1+1"), "a formula is made harmless: {csv}");
}

#[test]
fn over_a_fifth_rejected_refuses_the_file() {
    let scratch = Scratch::with_areas();
    let rows = police_rows("2025-01", "Here", 40, 1).concat().replace(",2025-01,", ",2025-00,");
    let good = police_rows("2025-01", "Here", 100, 2).concat();
    let error =
        refused(&scratch, vec![scratch.write("2025-01-here-street.csv", format!("{POLICE_HEADER}{good}{rows}"))]);
    assert!(error.contains("40 of 140 rows rejected") && error.contains("20 %"), "{error}");
}

#[test]
fn personal_data_is_refused_unless_it_is_dropped() {
    let scratch = Scratch::with_areas();
    let mapping = |more: &str| {
        Mapping::parse(&format!("source = \"log\"\n[columns]\nwhen = \"When\"\ncategory = \"Type\"\n{more}")).unwrap()
    };
    let run = |mapping: Mapping, text: &str| {
        let file = scratch.write("log.csv", text);
        import(
            &scratch.workspace,
            &ImportRequest { files: vec![file], mapping: Some(mapping), ..Default::default() },
            &Progress::default(),
        )
    };
    let text = "When,Type,Name,DateOfBirth,Phone no,Note\n2025-01-02,Fight,A B,2001-02-03,07700 900123,x\n";
    let error = run(mapping(""), text).unwrap_err().to_string();
    assert!(error.contains("Name, DateOfBirth, Phone no"), "{error}");
    let report = run(mapping("drop = [\"Name\", \"DateOfBirth\", \"Phone no\"]\n"), text).unwrap();
    assert_eq!((report.imported, report.ignored_columns), (1, vec!["Note".to_owned()]));
    let error = run(mapping("keep = [\"Note\"]\n"), "When,Type,Note\n2025-01-02,Fight,jo@example.org\n")
        .unwrap_err()
        .to_string();
    assert!(error.contains("Note"), "{error}");
    for file in std::fs::read_dir(scratch.workspace.root().join("incidents/source=log/month=2025-01")).unwrap() {
        let bytes = fs_err::read(file.unwrap().path()).unwrap();
        assert!(!bytes.windows(5).any(|w| w == b"07700"));
    }
}

#[test]
fn hostile_text_is_kept_as_text() {
    let scratch = Scratch::with_areas();
    let kind = "<script>alert(1)</script>=cmd|'/c calc'!A0";
    let row = format!("\u{202e},2025-01,Here Police,H,1.05,52.55,../../etc/passwd,E,E,{kind},'; DROP TABLE meta;--,\n");
    scratch.import_police(&[scratch.write("2025-01-here-street.csv", format!("{POLICE_HEADER}{row}"))]);
    let (csv, _) = scratch.count(&[("by", "category")]);
    assert_eq!(csv, format!("category,count\n{kind},1\n"));
    let formula = format!("{POLICE_HEADER}x,2025-02,Here Police,H,1.05,52.55,a,E,E,=1+1,,\n");
    scratch.import_police(&[scratch.write("2025-02-here-street.csv", formula)]);
    assert!(scratch.count(&[("by", "category")]).0.contains("\n'=1+1,1\n"));
}

#[test]
fn layers_that_are_none_leave_the_workspace_alone() {
    let scratch = Scratch::with_areas();
    let before = scratch.workspace.state().unwrap().snapshot().unwrap();
    for (layer, text, expected) in [
        ("bad name", "{}", "a layer's name"),
        ("x", "", "empty"),
        ("x", "{\"type\":\"FeatureCollection\",\"features\":[", "not readable"),
        (
            "x",
            "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",\"properties\":{\"code\":\"A\"},\"geometry\":{\"type\":\"Point\",\"coordinates\":[1,52]}}]}",
            "none of the 1 features",
        ),
    ] {
        let file = scratch.write("layer.geojson", text);
        let request = AddAreas { layer: layer.into(), files: vec![file], ..Default::default() };
        let error = add_areas(&scratch.workspace, &request).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
    assert_eq!(scratch.workspace.state().unwrap().snapshot().unwrap(), before);
}

#[test]
fn the_program_says_what_is_wrong_and_exits_with_one_or_two() {
    let scratch = Scratch::with_areas();
    let root = scratch.workspace.root().to_string_lossy().into_owned();
    for (arguments, code, expected) in [
        (vec!["count", "--by", "cell:5"], 2, "cell:7 to cell:11"),
        (vec!["count", "--by", "area:nowhere"], 2, "known: squares"),
        (vec!["count", "--definition", "murder"], 2, "serious-violence"),
        (vec!["count", "--from", "2025-02-30"], 2, "a date such as"),
        (vec!["count", "--nonsense"], 2, "--nonsense"),
        (vec!["serve", "--addr", "0.0.0.0:8080"], 1, "other machines"),
        (vec!["serve", "--addr", "nonsense"], 1, "HOST:PORT"),
        (vec!["import", "x.csv", "--source", "log"], 1, "--mapping"),
        (vec!["import", "x.csv", "--source", "police.uk"], 1, "no file found"),
    ] {
        let output = places(&[&["--workspace", &root], arguments.as_slice()].concat());
        let message = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {message}");
        assert!(message.contains(expected), "{arguments:?}: {message}");
        assert!(output.stdout.is_empty());
    }
    let output = places(&["--workspace", "/nowhere", "count"]);
    assert!(String::from_utf8_lossy(&output.stderr).contains("places init"));
    assert!(Workspace::init(scratch.workspace.root()).is_err());
}

#[test]
fn a_full_disk_leaves_the_store_as_it_was() {
    let scratch = Scratch::with_areas();
    scratch.import_police(&[scratch.write("2025-01-here-street.csv", police_file("2025-01", "Here", 50, 1))]);
    let root = scratch.workspace.root().to_string_lossy().into_owned();
    let file = scratch.write("2025-02-here-street.csv", police_file("2025-02", "Here", 30_000, 2));
    // A limit on the size of any file stands for the disk that is full: the write fails part of the way.
    let script = format!(
        "trap '' XFSZ; ulimit -f 200; exec '{}' --workspace '{root}' import '{file}' --source police.uk",
        env!("CARGO_BIN_EXE_places")
    );
    let output = std::process::Command::new("bash").args(["-c", &script]).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(String::from_utf8_lossy(&output.stderr).contains("error:"));
    let report = places::workspace::check(&scratch.workspace, true, false).unwrap();
    assert!(report.problems.is_empty(), "{report:?}");
    assert_eq!(scratch.snapshot().size().incidents, 50);
}
