//! What was received: nothing missing is read as a fall, and nothing that is declared is guessed.

use std::fmt::Write as _;

use places::import::{Covers, ImportError, ImportReport, ImportRequest, Mapping, Progress, import};

use crate::support::{POLICE_HEADER, Scratch, places, places_ok, police_file};

const MAPPING: &str =
    "source = \"asb\"\n[columns]\nid = \"Ref\"\nwhen = \"Date\"\ncategory = \"Type\"\nlon = \"Lon\"\nlat = \"Lat\"\n";

/// Four squares in two districts of Norfolk.
fn norfolk() -> Scratch {
    let scratch = Scratch::new();
    let text = crate::support::squares().replace("\"A\"", "\"E07000149\"").replace("\"B\"", "\"E07000143\"");
    let file = scratch.write("areas.geojson", text);
    let root = scratch.workspace.root().to_string_lossy().into_owned();
    places_ok(&["--workspace", &root, "areas", "add", "sq", &file, "--study-area"]);
    scratch
}

/// A force's file of a month, its rows spread over the squares.
fn pol(scratch: &Scratch, month: &str, force: &str, rows: usize) -> String {
    let name = match force {
        "btp" => "British Transport",
        "norfolk" => "Norfolk",
        _ => "Suffolk",
    };
    scratch.write(&format!("{month}-{force}-street.csv"), police_file(month, name, rows, 7))
}

fn police(scratch: &Scratch, files: Vec<String>, accept: bool) -> Result<ImportReport, ImportError> {
    let request = ImportRequest { files, source: "police.uk".into(), accept, ..Default::default() };
    import(&scratch.workspace, &request, &Progress::default())
}

fn mapped(scratch: &Scratch, file: String, covers: Option<&str>, replace: bool) -> ImportReport {
    let request = ImportRequest {
        files: vec![file],
        mapping: Some(Mapping::parse(MAPPING).unwrap()),
        covers: covers.map(|c| Covers::parse(c).unwrap()),
        replace,
        ..Default::default()
    };
    import(&scratch.workspace, &request, &Progress::default()).unwrap()
}

/// So many records a day from one day for some days, spread over the squares.
fn daily(first: &str, days: i32, a_day: usize) -> String {
    let start = places::model::Day::parse(first).unwrap();
    let mut text = "Ref,Date,Type,Lon,Lat\n".to_owned();
    for d in 0..days {
        for k in 0..a_day {
            let n = d as usize * a_day + k;
            let (x, y) = (1.005 + 0.19 * (n * 7 % 40) as f64 / 40.0, 52.505 + 0.19 * (n * 11 % 40) as f64 / 40.0);
            let day = places::model::Day(start.0 + d);
            writeln!(text, "{first}-{n},{day},Noise,{x:.5},{y:.5}").unwrap();
        }
    }
    text
}

struct Asked(String, String);

fn ask(scratch: &Scratch, arguments: &[&str]) -> Asked {
    let root = scratch.workspace.root().to_string_lossy().into_owned();
    let output = places(&[&["--workspace", root.as_str()], arguments].concat());
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Asked(text(&output.stdout), text(&output.stderr))
}

/// Status of each district of a month, in order.
fn status(scratch: &Scratch, source: &str, month: &str) -> Vec<String> {
    let Asked(csv, _) = ask(scratch, &["coverage", "--source", source, "--format", "csv"]);
    let of_month = csv.lines().filter(|l| l.split(',').nth(2) == Some(month));
    of_month.map(|l| l.split(',').nth(5).unwrap().to_owned()).collect()
}

#[test]
fn a_month_of_a_handful_of_rows_is_doubtful_until_somebody_accepts_it() {
    let scratch = norfolk();
    let mut files: Vec<String> = (4..8).map(|m| pol(&scratch, &format!("2022-0{m}"), "norfolk", 300)).collect();
    files.push(pol(&scratch, "2022-08", "norfolk", 4));
    let report = police(&scratch, files, false).unwrap();
    assert_eq!(report.doubtful, ["2022-08 of norfolk has 4 records where some 305 are usual"]);
    assert_eq!(status(&scratch, "police.uk", "2022-08"), ["doubtful", "doubtful"]);
    let compare = ["compare", "--place", "sq:Q1", "--before", "2022-07", "--after", "2022-08"];
    let Asked(out, told) = ask(&scratch, &compare);
    assert!(out.is_empty() && told.contains("nothing of 2022-08-01..2022-09-01 was received"), "{out}{told}");
    let Asked(trend, told) = ask(&scratch, &["trend", "--area", "sq", "--format", "csv"]);
    assert!(!trend.contains("falling") && !trend.contains("below") && told.contains("2022-08"), "{trend}{told}");
    // No zeros either: nobody knows.
    let Asked(rows, told) = ask(&scratch, &["count", "--by", "area:sq,month", "--zeros"]);
    assert!(!rows.lines().any(|l| l.contains("2022-08") && l.ends_with(",0")), "{rows}");
    assert!(told.contains("2022-08 all: doubtful"), "{told}");
    let root = scratch.workspace.root().to_string_lossy().into_owned();
    places_ok(&["--workspace", &root, "coverage", "accept", "--source", "police.uk", "--month", "2022-08"]);
    assert_eq!(status(&scratch, "police.uk", "2022-08"), ["received", "received"]);
    assert!(ask(&scratch, &compare).0.contains("Square Q1"));
    // Another edition with other rows is another doubt.
    police(&scratch, vec![pol(&scratch, "2022-08", "norfolk", 9)], true).unwrap();
    assert_eq!(status(&scratch, "police.uk", "2022-08"), ["doubtful", "doubtful"]);
    let refused = places(&["--workspace", &root, "coverage", "accept", "--source", "police.uk", "--month", "2031-01"]);
    assert!(String::from_utf8_lossy(&refused.stderr).contains("was not delivered"));
}

#[test]
fn an_extract_that_stops_is_received_to_its_last_day() {
    for (covers, replace) in [(None, false), (Some("2025-01-01..2025-06-11"), false), (None, true)] {
        let scratch = norfolk();
        if replace {
            // The month was whole before; what replaces it stops.
            mapped(&scratch, scratch.write("whole.csv", daily("2025-01-01", 181, 4)), None, false);
        }
        mapped(&scratch, scratch.write("part.csv", daily("2025-01-01", 161, 4)), covers, replace);
        assert_eq!(status(&scratch, "asb", "2025-06"), ["partial", "partial"], "{covers:?} {replace}");
        let Asked(csv, _) = ask(&scratch, &["coverage", "--format", "csv"]);
        assert!(csv.contains("partial,2025-06-10,"), "{csv}");
        let Asked(trend, told) = ask(&scratch, &["trend", "--area", "sq", "--format", "csv"]);
        assert!(!trend.contains("below"), "{trend}");
        assert!(told.contains("2025-06"), "the month left out is named: {told}");
        let Asked(text, told) =
            ask(&scratch, &["compare", "--place", "sq:Q1", "--before", "2025-05", "--after", "2025-06"]);
        assert!(text.contains("in 31 days") && text.contains("in 10 days"), "{text}{told}");
        assert!(!text.contains("Verdict: lower"), "{text}");
        let Asked(briefing, told) = ask(&scratch, &["briefing", "--as-of", "2025-07-01"]);
        assert!(!briefing.contains("the whole county -"), "{briefing}{told}");
        let Asked(days, _) =
            ask(&scratch, &["count", "--by", "day", "--zeros", "--in", "sq:Q4", "--from", "2025-06-01"]);
        assert!(days.contains("2025-06-10,") && !days.contains("2025-06-11"), "{days}");
    }
}

#[test]
fn a_rare_source_can_fall_where_its_delivery_says_what_it_covers() {
    let rare = |scratch: &Scratch| {
        let mut text = "Ref,Date,Type,Lon,Lat\n".to_owned();
        let months =
            (1..13).map(|m| format!("2024-{m:02}")).chain(["2025-02", "2025-07", "2025-11"].map(str::to_owned));
        for (m, month) in months.enumerate() {
            for day in ["03", "08", "13", "18"] {
                writeln!(text, "k{m}-{day},{month}-{day},Knife,1.0512,52.5512").unwrap();
            }
        }
        scratch.write("rare.csv", text)
    };
    for (covers, days) in [(Some("2024-01..2025-12"), "365 days"), (None, "322 days")] {
        let scratch = norfolk();
        mapped(&scratch, rare(&scratch), covers, false);
        assert_eq!(status(&scratch, "asb", "2025-03"), ["received", "received"], "a nil month inside is a zero");
        let Asked(text, told) = ask(&scratch, &["compare", "--place", "sq:Q1", "--before", "2024", "--after", "2025"]);
        assert!(text.contains("48 incidents") && text.contains("12 in") && text.contains(days), "{text}{told}");
        assert!(text.contains("Verdict: lower"), "{text}");
        let Asked(rows, _) =
            ask(&scratch, &["count", "--by", "area:sq,month", "--zeros", "--from", "2025-03-01", "--to", "2025-05-01"]);
        assert_eq!(rows.lines().filter(|l| l.ends_with(",0")).count(), 8, "{rows}");
    }
    // Districts that a delivery does not cover are not received, whatever lies there.
    let scratch = norfolk();
    mapped(&scratch, rare(&scratch), Some("2024-01..2025-12,E07000149"), false);
    assert_eq!(status(&scratch, "asb", "2025-03"), ["not_received", "received"]);
}

#[test]
fn what_a_force_covers_is_declared_and_not_guessed_from_its_rows() {
    let scratch = norfolk();
    // Nothing at all lies in the north; strays of another force do.
    let south = |month: &str, force: &str, n: usize, lat: f64| {
        let words = if force == "norfolk" { "Norfolk Constabulary" } else { "Suffolk Constabulary" };
        let row = |i: usize| format!("x{i},{month},{words},{words},1.0{},{lat},Lane,,,Robbery,,\n", 10 + i % 80);
        let text = format!("{POLICE_HEADER}{}", (0..n).map(row).collect::<String>());
        scratch.write(&format!("{month}-{force}-street.csv"), text)
    };
    let files = vec![
        south("2025-01", "norfolk", 300, 52.55),
        south("2025-02", "norfolk", 300, 52.55),
        south("2025-01", "suffolk", 40, 52.65),
        south("2025-02", "suffolk", 40, 52.65),
        south("2025-03", "suffolk", 40, 52.65),
    ];
    police(&scratch, files, false).unwrap();
    assert_eq!(status(&scratch, "police.uk", "2025-02"), ["received", "received"]);
    assert_eq!(status(&scratch, "police.uk", "2025-03"), ["not_received", "not_received"], "strays prove nothing");
    // A mapped source speaks for the study area, with and without a row in a district.
    let mut text = daily("2025-01-10", 60, 1);
    mapped(&scratch, scratch.write("n.csv", text.clone()), None, false);
    let before = status(&scratch, "asb", "2025-02");
    writeln!(text, "x,2025-02-01,Noise,1.05,52.65").unwrap();
    mapped(&scratch, scratch.write("n.csv", text), None, false);
    assert_eq!((before, status(&scratch, "asb", "2025-02")), (vec!["received".into(); 2], vec!["received".into(); 2]));
}

#[test]
fn a_network_adds_records_and_makes_no_district_received() {
    let scratch = norfolk();
    police(&scratch, vec![pol(&scratch, "2025-01", "norfolk", 200), pol(&scratch, "2025-01", "btp", 60)], false)
        .unwrap();
    police(&scratch, vec![pol(&scratch, "2025-02", "btp", 60)], false).unwrap();
    assert_eq!(status(&scratch, "police.uk", "2025-01")[..2], ["received", "received"]);
    assert_eq!(status(&scratch, "police.uk", "2025-02")[..2], ["not_received", "not_received"]);
}

#[test]
fn an_edition_that_takes_much_away_needs_to_be_accepted() {
    let scratch = norfolk();
    police(&scratch, vec![pol(&scratch, "2025-09", "norfolk", 300)], false).unwrap();
    let report = police(&scratch, vec![pol(&scratch, "2025-10", "norfolk", 0)], false).unwrap();
    assert_eq!(report.empty, ["2025-10 of norfolk"]);
    assert!(!status(&scratch, "police.uk", "2025-10").is_empty(), "an empty month leaves a trace");
    for rows in [3, 0, 260] {
        let refused = police(&scratch, vec![pol(&scratch, "2025-09", "norfolk", rows)], false).unwrap_err().to_string();
        assert!(refused.contains("of 300 records of 2025-09 away") && refused.contains("--accept"), "{refused}");
        assert!(ask(&scratch, &["count"]).1.contains("total 300"), "the store is untouched");
    }
    // A tenth may go; more when it is accepted.
    assert_eq!(police(&scratch, vec![pol(&scratch, "2025-09", "norfolk", 280)], false).unwrap().removed, 20);
    assert_eq!(police(&scratch, vec![pol(&scratch, "2025-09", "norfolk", 3)], true).unwrap().removed, 277);
}

#[test]
fn a_file_whose_rows_another_force_reported_is_refused() {
    let scratch = norfolk();
    let norfolk_rows = police_file("2025-09", "Norfolk", 300, 1);
    for force in ["suffolk", "btp", "metropolitan"] {
        let file = scratch.write(&format!("2025-09-{force}-street.csv"), &norfolk_rows);
        let refused = police(&scratch, vec![file], false).unwrap_err().to_string();
        assert!(refused.contains(force) && refused.contains("300 of 300 rows reported by Norfolk Police"), "{refused}");
    }
    police(&scratch, vec![scratch.write("2025-09-norfolk-street.csv", &norfolk_rows)], false).unwrap();
}

#[test]
fn what_is_dated_after_today_is_rejected_and_moves_nothing() {
    let scratch = norfolk();
    let text = daily("2025-01-01", 181, 4) + "late,2062-06-03,Noise,1.0512,52.5512\n";
    let report = mapped(&scratch, scratch.write("a.csv", &text), None, false);
    assert_eq!((report.imported, report.rejected), (724, 1));
    let rejection = &report.rejected_rows[0];
    assert_eq!((rejection.line, rejection.value.as_str()), (726, "2062-06-03"));
    assert!(rejection.reason.contains("after the day of import") && report.adds_up());
    assert!(ask(&scratch, &["coverage", "--format", "csv"]).0.lines().count() < 20);
    // Planned events are kept, and the last day received is still today's or before.
    let settings = scratch.workspace.settings_path();
    let toml = fs_err::read_to_string(&settings).unwrap();
    fs_err::write(&settings, toml.replace("# planned = true", "planned = true")).unwrap();
    assert_eq!(mapped(&scratch, scratch.write("a.csv", &text), None, false).imported, 1);
    assert!(!ask(&scratch, &["coverage", "--format", "csv"]).0.contains(",2062-"));
    let file = scratch.write("2061-01-norfolk-street.csv", police_file("2061-01", "Norfolk", 20, 1));
    fs_err::write(&settings, toml).unwrap();
    let refused = police(&scratch, vec![file], false).unwrap_err().to_string();
    assert!(refused.contains("expected a month that has begun"), "{refused}");
}

#[test]
fn a_source_and_a_month_can_be_removed() {
    let scratch = norfolk();
    let root = scratch.workspace.root().to_string_lossy().into_owned();
    mapped(&scratch, scratch.write("a.csv", daily("2025-01-01", 181, 4)), None, false);
    police(&scratch, vec![pol(&scratch, "2025-01", "norfolk", 300)], false).unwrap();
    let would = ask(&scratch, &["remove", "--source", "asb", "--month", "2025-03", "--dry-run"]);
    assert!(
        would.0.contains("2025-03") && would.1.contains("124 records of asb would be removed"),
        "{}{}",
        would.0,
        would.1
    );
    assert!(ask(&scratch, &["count"]).1.contains("total 1,024"));
    places_ok(&["--workspace", &root, "remove", "--source", "asb", "--month", "2025-03"]);
    assert!(ask(&scratch, &["count"]).1.contains("total 900"));
    assert_eq!(status(&scratch, "asb", "2025-03"), ["not_received", "not_received"]);
    assert_eq!(status(&scratch, "asb", "2025-02"), ["received", "received"]);
    places_ok(&["--workspace", &root, "remove", "--source", "asb"]);
    assert!(ask(&scratch, &["count"]).1.contains("total 300"));
    let unknown = places(&["--workspace", &root, "remove", "--source", "asb"]);
    assert!(String::from_utf8_lossy(&unknown.stderr).contains("nothing of asb is stored; sources: police.uk"));
    places_ok(&["--workspace", &root, "check", "--deep"]);
    // Imported again, it is there again.
    mapped(&scratch, scratch.write("a.csv", daily("2025-01-01", 181, 4)), None, false);
    assert!(ask(&scratch, &["count"]).1.contains("total 1,024"));
}

#[test]
fn periods_are_understood_as_people_write_them() {
    let scratch = norfolk();
    mapped(&scratch, scratch.write("a.csv", daily("2024-01-01", 730, 2)), None, false);
    let months = ["compare", "--place", "sq:Q1", "--before", "2024-01..2024-04", "--after", "2025-01..2025-04"];
    assert!(ask(&scratch, &months).0.contains("1 January 2024 to 30 April 2024"), "{}", ask(&scratch, &months).0);
}
