//! Incident files as people have them: what a spreadsheet did to them is recognised, or refused by name.

use std::fmt::Write as _;

use places::import::{ImportError, ImportReport, ImportRequest, Mapping, Progress, import};

use crate::support::{POLICE_HEADER, Scratch, places_ok, squares};

const MAPPING: &str =
    "source = \"asb\"\n[columns]\nid = \"Ref\"\nwhen = \"Date\"\ncategory = \"Type\"\nlon = \"Lon\"\nlat = \"Lat\"\n";

fn county() -> Scratch {
    let scratch = Scratch::new();
    let file = scratch.write("squares.geojson", squares());
    let root = scratch.workspace.root().to_string_lossy().into_owned();
    places_ok(&["--workspace", &root, "areas", "add", "sq", &file, "--study-area"]);
    scratch
}

fn import_as(
    scratch: &Scratch,
    name: &str,
    text: impl AsRef<[u8]>,
    mapping: &str,
) -> Result<ImportReport, ImportError> {
    let request = ImportRequest {
        files: vec![scratch.write(name, text)],
        mapping: Some(Mapping::parse(mapping).unwrap()),
        ..Default::default()
    };
    import(&scratch.workspace, &request, &Progress::default())
}

fn counts(scratch: &Scratch, by: &str) -> String {
    let root = scratch.workspace.root().to_string_lossy().into_owned();
    places_ok(&["--workspace", &root, "count", "--by", by, "--format", "csv"])
}

fn refused(text: impl AsRef<[u8]>, mapping: &str) -> String {
    let scratch = county();
    let error = import_as(&scratch, "f.csv", text, mapping).unwrap_err().to_string();
    assert!(scratch.workspace.state().unwrap().partitions().unwrap().is_empty());
    error
}

/// Rows of some dates, each with a reference of its own.
fn dated<'d>(dates: impl IntoIterator<Item = &'d str>) -> String {
    let mut text = "Ref,Date,Type,Lon,Lat\n".to_owned();
    dates.into_iter().enumerate().for_each(|(i, date)| writeln!(text, "u{i},{date},Noise,1.0512,52.5512").unwrap());
    text
}

#[test]
fn dates_of_another_country_refuse_the_file_and_name_the_format() {
    let american: Vec<String> = (1..=12).map(|m| format!("{m:02}/03/2025")).chain(["07/13/2025".to_owned()]).collect();
    let said = refused(dated(american.iter().map(String::as_str)), MAPPING);
    assert!(said.contains("line 14, ") || said.contains("line 14:"), "{said}");
    assert!(said.contains("formats = [\"%m/%d/%Y\"]"), "{said}");
    let with_times = ["01/03/2025 10:00", "02/28/2025 11:30", "03/04/2025 09:15"];
    assert!(refused(dated(with_times), MAPPING).contains("%m/%d/%Y %H:%M"));
    // The other way round: the mapping says months first, the file says days.
    let british = format!("{MAPPING}[when]\nformats = [\"%m/%d/%Y\"]\n");
    let said = refused(dated(["04/07/2025", "25/07/2025", "11/07/2025"]), &british);
    assert!(said.contains("formats = [\"%d/%m/%Y\"]"), "{said}");
    // As the mapping says, they are read.
    let scratch = county();
    let months_first = format!("{MAPPING}[when]\nformats = [\"%m/%d/%Y\"]\n");
    import_as(&scratch, "us.csv", dated(american.iter().map(String::as_str)), &months_first).unwrap();
    assert!(counts(&scratch, "month").contains("2025-12,1"));
    // One slip among many dates that are plain is a slip.
    let plain: Vec<String> =
        (13..=28).cycle().take(40).map(|d| format!("{d}/03/2025")).chain(["07/13/2025".to_owned()]).collect();
    let report = import_as(&county(), "uk.csv", dated(plain.iter().map(String::as_str)), MAPPING).unwrap();
    assert_eq!((report.imported, report.rejected), (40, 1));
}

#[test]
fn dates_in_other_forms_say_what_to_write() {
    let said = refused(dated(["45756", "45757", "45758"]), MAPPING);
    assert!(said.contains("formats = [\"serial\"]"), "{said}");
    let scratch = county();
    let serial = format!("{MAPPING}[when]\nformats = [\"serial\"]\n");
    import_as(&scratch, "s.csv", dated(["45842", "45842.9375"]), &serial).unwrap();
    assert_eq!(counts(&scratch, "day,hour"), "day,hour,count\n2025-07-04,22,1\n2025-07-04,unknown,1\n");
}

#[test]
fn references_that_a_spreadsheet_spoiled_refuse_the_file() {
    let rows = |ids: &[&str]| {
        let mut text = "Ref,Date,Type,Lon,Lat\n".to_owned();
        ids.iter().for_each(|id| writeln!(text, "{id},04/07/2025,Noise,1.0512,52.5512").unwrap());
        text
    };
    for ids in [
        &["2.02504E+11", "2.02504E+11", "2.02504E+11"][..],
        &["ASB1", "2.02504e+11", "ASB2"],
        &["2E+11", "3E+11"],
        &["202504000000", "202505000000", "202506000000"],
        &["1234567890123450", "1234567890123460", "1234567890123470"],
        &["########", "########"],
    ] {
        let said = refused(rows(ids), MAPPING);
        assert!(said.contains("saved by a spreadsheet") && said.contains("column as text"), "{said}");
    }
    for ids in [&["202504000017", "202504000020", "202504000031"][..], &["1E11", "E5"], &["1000", "2000", "3000"]] {
        assert_eq!(import_as(&county(), "f.csv", rows(ids), MAPPING).unwrap().imported as usize, ids.len());
    }
}

#[test]
fn the_same_delivery_under_other_references_is_refused() {
    let rows = |prefix: &str, n: usize| {
        let mut text = "Ref,Date,Type,Lon,Lat\n".to_owned();
        for i in 0..n {
            writeln!(text, "{prefix}{i},2025-07-{:02},Noise,1.05{:02},52.55", 1 + i % 28, i % 90).unwrap();
        }
        text
    };
    let scratch = county();
    import_as(&scratch, "a.csv", rows("A", 40), MAPPING).unwrap();
    let said = import_as(&scratch, "b.csv", rows("B", 40), MAPPING).unwrap_err().to_string();
    assert!(said.contains("40 of 40 new records") && said.contains("--replace"), "{said}");
    assert!(counts(&scratch, "month").ends_with("2025-07,40\n"));
    // More records of the same month, among them those of before, are a delivery like any other.
    assert_eq!(import_as(&scratch, "c.csv", rows("A", 60), MAPPING).unwrap().imported, 20);
    let request = ImportRequest {
        files: vec![scratch.write("d.csv", rows("D", 60))],
        mapping: Some(Mapping::parse(MAPPING).unwrap()),
        replace: true,
        ..Default::default()
    };
    import(&scratch.workspace, &request, &Progress::default()).unwrap();
    assert!(counts(&scratch, "month").ends_with("2025-07,60\n"));
}

#[test]
fn the_time_beside_a_date_counts_and_midnight_ends_its_day() {
    let timed = MAPPING.replace("category", "time = \"Time\"\ncategory");
    let header = "Ref,Date,Time,Type,Lon,Lat\n";
    for (date, formats) in
        [("04/07/2025 00:00:00", ""), ("04/07/2025", "[when]\nformats = [\"%d/%m/%Y\"]\n"), ("2025-07-04", "")]
    {
        let scratch = county();
        let text = format!("{header}1,{date},22:15,Noise,1.0512,52.5512\n");
        import_as(&scratch, "t.csv", text, &format!("{timed}{formats}")).unwrap();
        assert_eq!(counts(&scratch, "day,hour"), "day,hour,count\n2025-07-04,22,1\n", "{date}");
    }
    let scratch = county();
    let report = import_as(&scratch, "m.csv", dated(["04/07/2025 23:00", "04/07/2025 24:00"]), MAPPING).unwrap();
    assert_eq!(counts(&scratch, "day,hour"), "day,hour,count\n2025-07-04,23,1\n2025-07-05,0,1\n");
    assert!(report.notes.iter().any(|n| n.contains("24:00")), "{:?}", report.notes);
}

#[test]
fn a_file_whose_times_are_all_midnight_has_no_times() {
    let scratch = county();
    let report = import_as(&scratch, "z.csv", dated(["2026-01-02 00:00"; 60]), MAPPING).unwrap();
    assert_eq!(counts(&scratch, "hour"), "hour,count\nunknown,60\n");
    assert!(report.notes.iter().any(|n| n.contains("their hour is not known")), "{:?}", report.notes);
    let timed = MAPPING.replace("category", "time = \"Time\"\ncategory");
    let mut text = "Ref,Date,Time,Type,Lon,Lat\n".to_owned();
    (0..9).for_each(|i| writeln!(text, "{i},2025-07-04,00:00:00,Noise,1.0512,52.5512").unwrap());
    let scratch = county();
    import_as(&scratch, "t.csv", text, &timed).unwrap();
    assert_eq!(counts(&scratch, "hour"), "hour,count\nunknown,9\n");
    // Some midnights among other times are midnights.
    let scratch = county();
    let times = ["2026-01-02 00:00", "2026-01-02 22:10", "2026-01-03 23:05", "2026-01-03 00:00", "2026-01-04 21:40"];
    import_as(&scratch, "some.csv", dated(times), MAPPING).unwrap();
    assert!(counts(&scratch, "hour").contains("\n0,2\n"));
}

#[test]
fn separators_marks_titles_and_blank_rows_are_read_over() {
    let rows = "1,2025-01-02,Noise,1.0512,52.5512\n2,2025-01-03,Noise,1.0512,52.5512\n";
    let header = "Ref,Date,Type,Lon,Lat\n";
    let semicolons = format!("sep=;\r\n{header}{rows}").replace(',', ";");
    let utf16: Vec<u8> = format!("\u{feff}{header}{rows}").encode_utf16().flat_map(u16::to_be_bytes).collect();
    let files: [Vec<u8>; 5] = [
        format!("\u{feff}{header}{rows}").into_bytes(),
        semicolons.into_bytes(),
        utf16,
        format!("Anti-social behaviour,,,,\nExported on 1 July 2025,,,,\n\n{header}{rows}").into_bytes(),
        format!("{header}{rows},,,,\n , ,,,\n").into_bytes(),
    ];
    for file in files {
        let report = import_as(&county(), "f.csv", &file, MAPPING).unwrap();
        let text = String::from_utf8_lossy(&file);
        assert_eq!((report.rows, report.imported, report.rejected), (2, 2, 0), "{text}");
    }
    // Lines are those of the file.
    let mut titled = format!("sep=,\nTitle,,,,\n{header}1,2025-01-02,Noise,1.05,52.55\n2,some day,Noise,1.05,52.55\n");
    (3..9).for_each(|i| writeln!(titled, "{i},2025-01-02,Noise,1.05,52.55").unwrap());
    let report = import_as(&county(), "f.csv", titled, MAPPING).unwrap();
    assert_eq!(report.rejected_rows[0].line, 5);
}

#[test]
fn marks_in_place_of_a_position_are_no_position_and_garbage_is_rejected() {
    let mut text = "Ref,Date,Type,Lon,Lat\n".to_owned();
    for (i, mark) in ["*", "[c]", "..", "<5", "NULL", "N/A", "-", ""].iter().enumerate() {
        writeln!(text, "m{i},2025-01-02,Noise,{mark},{mark}").unwrap();
    }
    (0..8).for_each(|i| writeln!(text, "g{i},2025-01-02,Noise,1.05,52.55").unwrap());
    text.push_str("x,2025-01-02,Noise,Rose Lane,52.55\n");
    let report = import_as(&county(), "f.csv", text, MAPPING).unwrap();
    assert_eq!((report.imported, report.not_located, report.rejected), (16, 8, 1));
}

#[test]
fn rows_that_repeat_a_crime_id_are_said() {
    let scratch = county();
    let row = |id: &str, kind: &str| {
        format!("{id},2025-01,Norfolk Constabulary,Norfolk Constabulary,1.05,52.55,On or near Road 1,,,{kind},,\n")
    };
    let mut text = POLICE_HEADER.to_owned();
    (0..20).for_each(|i| text.push_str(&row(&format!("norfolk{i:04}"), "Robbery")));
    text.push_str(&row("norfolk0003", "Robbery").repeat(12));
    // Without an ID two equal rows are two incidents; one ID on two kinds is as the publisher has it.
    text.push_str(&row("", "Anti-social behaviour").repeat(2));
    text.push_str(&row("norfolk0004", "Burglary"));
    let file = scratch.write("2025-01-norfolk-street.csv", text);
    let request = ImportRequest { files: vec![file], source: "police.uk".into(), ..Default::default() };
    let report = import(&scratch.workspace, &request, &Progress::default()).unwrap();
    assert_eq!(report.imported, 35);
    let said = report.notes.join("\n");
    assert!(
        said.contains("12 rows repeat another row, Crime ID included")
            && said.contains("norfolk0003 stands on 13 rows"),
        "{said}"
    );
    assert!(!said.contains("norfolk0004"), "{said}");
}

#[test]
fn companions_of_archives_are_left_out_of_folders() {
    let scratch = county();
    for name in ["in/__MACOSX/._a.csv", "in/._a.csv", "in/.~lock.a.csv#", "in/~$a.csv"] {
        scratch.write(name, b"\x00\x05\x16\x07".as_slice());
    }
    let file = scratch.write("in/a.csv", "Ref,Date,Type,Lon,Lat\n1,2025-01-02,Noise,1.0512,52.5512\n");
    let folder = std::path::Path::new(&file).parent().unwrap().to_string_lossy().into_owned();
    let request =
        ImportRequest { files: vec![folder], mapping: Some(Mapping::parse(MAPPING).unwrap()), ..Default::default() };
    let report = import(&scratch.workspace, &request, &Progress::default()).unwrap();
    assert_eq!((report.files.len(), report.imported), (1, 1));
    assert!(report.skipped_files.iter().any(|f| f.contains("._a.csv")), "{:?}", report.skipped_files);
}
