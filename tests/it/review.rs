//! What needs a person: decisions that replay and are taken back, names taught, sheets, and what is kept of words.

use axum::{
    body::{Body, to_bytes},
    http::Request,
};
use places::{
    import::{Choice, ImportReport, ImportRequest, Mapping, Progress, import},
    review::{self, NewAlias, ReviewError},
    server::{AppState, router},
};
use tower::ServiceExt;

use crate::{
    small_county::{MAPPING, counted, scratch, sheet_of, waiting},
    support::places_ok,
};

#[test]
fn a_decision_places_all_records_with_the_words_replays_and_is_taken_back() {
    let scratch = scratch();
    let rows =
        ["1,2026-01-02,High Street,,,,,", "2,2026-02-03,High Street,,,,,", "3,2026-01-04,\"Mill Lane, Alderby\",,,,,"];
    let file = scratch.write("log.csv", sheet_of(&rows));
    let report = scratch.import_mapped(std::slice::from_ref(&file), MAPPING);
    assert_eq!((report.to_review, counted(&scratch)), (1, 1));
    let (id, records) = waiting(&scratch)["High Street||"].clone();
    assert_eq!(records, 2, "the records of both months");
    let item = review::queue(&scratch.workspace).unwrap().items.remove(0);
    let candidate = &item.candidates[1];
    let choice = Choice::Place {
        lon: candidate.lon,
        lat: candidate.lat,
        class: candidate.class.clone(),
        radius_m: candidate.radius_m,
        name: candidate.name.clone(),
    };
    let made = review::decide(&scratch.workspace, &id, choice, "Ann").unwrap();
    assert_eq!((made.records, counted(&scratch)), (2, 3));
    assert!(waiting(&scratch).is_empty());
    // The next file has the words again: it follows the decision.
    let more = scratch.write("more.csv", sheet_of(&["4,2026-03-02,High Street,,,,,"]));
    let report = scratch.import_mapped(&[more], MAPPING);
    assert_eq!((report.to_review, counted(&scratch)), (0, 4));
    assert_eq!(scratch.import_mapped(std::slice::from_ref(&file), MAPPING).duplicates, 3, "nor does the first change");
    let back = review::undo(&scratch.workspace, None).unwrap();
    assert_eq!((back.records, counted(&scratch)), (3, 1));
    assert_eq!(waiting(&scratch).len(), 1);
    let kept = &review::queue(&scratch.workspace).unwrap().decisions[0];
    assert!(kept.undone && kept.choice.contains(r#""items":[]"#), "words wait again and stand nowhere else: {kept:?}");
    assert!(matches!(review::undo(&scratch.workspace, None), Err(ReviewError::NothingDecided)));
    assert!(matches!(review::undo(&scratch.workspace, Some(77)), Err(ReviewError::NoDecision { number: 77 })));
    assert!(matches!(
        review::decide(&scratch.workspace, "feed", Choice::Nowhere, "Ann"),
        Err(ReviewError::NoItem { .. })
    ));
    let root = scratch.workspace.root().to_string_lossy().into_owned();
    assert!(places_ok(&["--workspace", &root, "check", "--deep"]).contains("everything holds"));
}

#[test]
fn words_are_kept_with_the_newest_fifty_decisions_alone() {
    let scratch = scratch();
    let letter = |i: usize| char::from(b'a' + (i % 26) as u8);
    let rows: Vec<String> =
        (0..53).map(|i| format!("{i},2026-01-02,qqx{}{}zz,,,,,", letter(i), letter(i / 26))).collect();
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    scratch.import_mapped(&[scratch.write("log.csv", sheet_of(&rows))], MAPPING);
    let items = review::queue(&scratch.workspace).unwrap().items;
    let choices = items.iter().map(|i| (i.id.clone(), Choice::Nowhere)).collect();
    assert_eq!(review::decide_all(&scratch.workspace, choices, "Ann").unwrap().len(), 53);
    let decisions = review::queue(&scratch.workspace).unwrap().decisions;
    assert_eq!(decisions.iter().filter(|d| d.choice.contains("qqx")).count(), 50);
    let oldest = decisions.last().unwrap().number;
    review::undo(&scratch.workspace, Some(oldest)).unwrap();
    assert!(waiting(&scratch).is_empty(), "its words come back with the next import alone");
}

#[test]
fn a_name_that_places_more_than_a_hundred_records_needs_a_second_person() {
    let scratch = scratch();
    let rows: Vec<String> = (0..101).map(|i| format!("{i},2026-01-02,the usual spot,,,,,")).collect();
    let rows: Vec<&str> = rows.iter().map(String::as_str).chain(["200,2026-01-02,the old bandstand,,,,,"]).collect();
    scratch.import_mapped(&[scratch.write("log.csv", sheet_of(&rows))], MAPPING);
    let alias = |name: &str| NewAlias {
        name: name.to_owned(),
        district: String::new(),
        kind: "place".to_owned(),
        lon: 1.15,
        lat: 52.55,
        radius_m: None,
    };
    let taught = review::teach(&scratch.workspace, &alias("the old bandstand"), "Ann").unwrap();
    assert_eq!((taught.state.as_str(), taught.records, counted(&scratch)), ("live", 1, 1));
    let taught = review::teach(&scratch.workspace, &alias("the usual spot"), "Ann").unwrap();
    assert_eq!((taught.state.as_str(), taught.records, counted(&scratch)), ("pending", 101, 1));
    for same in ["Ann", " ann "] {
        let refused = review::agree(&scratch.workspace, taught.number, same);
        assert!(matches!(refused, Err(ReviewError::SamePerson { .. })), "{same:?}");
    }
    let agreed = review::agree(&scratch.workspace, taught.number, "Bob").unwrap();
    assert_eq!((agreed.records, counted(&scratch)), (101, 102));
    assert!(waiting(&scratch).is_empty());
    let outside = NewAlias { lon: -2.0, ..alias("elsewhere") };
    for bad in [outside, alias("the"), alias("near the shop"), alias("!!!")] {
        let refused = review::teach(&scratch.workspace, &bad, "Ann");
        assert!(matches!(refused, Err(ReviewError::BadAlias { .. })), "{bad:?}");
    }
    for nobody in ["", "  ", &"x".repeat(81)] {
        let refused = review::teach(&scratch.workspace, &alias("the slipway"), nobody);
        assert!(matches!(refused, Err(ReviewError::NoPerson)), "{nobody:?}");
    }
}

#[test]
fn a_sheet_goes_out_to_a_spreadsheet_and_comes_back() {
    let scratch = scratch();
    let rows = ["1,2026-01-02,High Street,,,,,", "2,2026-01-02,=1+1 nowhere,,,,,", "3,2026-01-02,Tesco,,,,,"];
    scratch.import_mapped(&[scratch.write("log.csv", sheet_of(&rows))], MAPPING);
    let mut sheet = Vec::new();
    assert_eq!(review::write_sheet(&scratch.workspace, &mut sheet).unwrap(), 3);
    let sheet = String::from_utf8(sheet).unwrap();
    assert!(!sheet.contains(",="), "nothing a spreadsheet would run: {sheet}");
    let filled = |delimiter: char, choices: &dyn Fn(&str) -> String| {
        let mut reader = csv::Reader::from_reader(sheet.as_bytes());
        let mut writer = csv::WriterBuilder::new().delimiter(delimiter as u8).from_writer(Vec::new());
        writer.write_record(reader.headers().unwrap()).unwrap();
        for row in reader.records().map(Result::unwrap) {
            let text = row[4].to_owned();
            let fields = row.iter().enumerate().map(|(i, f)| if i == 1 { choices(&text) } else { f.to_owned() });
            writer.write_record(fields.collect::<Vec<_>>()).unwrap();
        }
        writer.into_inner().unwrap()
    };
    let path = |name: &str, bytes: Vec<u8>| std::path::PathBuf::from(scratch.write(name, bytes));
    let wrong = path("wrong.csv", filled(',', &|text| if text == "Tesco" { "7".to_owned() } else { "1".to_owned() }));
    let error = review::apply_sheet(&scratch.workspace, &wrong, "Cy").unwrap_err().to_string();
    assert!(error.contains("line") && error.contains("nothing was changed"), "{error}");
    assert_eq!(counted(&scratch), 0);
    let good = filled(';', &|text| match text {
        "Tesco" => "2".to_owned(),
        "High Street" => "1.1650 52.6650".to_owned(),
        _ => "n".to_owned(),
    });
    let good = path("good.csv", [b"\xef\xbb\xbf".to_vec(), good].concat());
    let stale = path("stale.csv", {
        let text = String::from_utf8(filled(',', &|text| if text == "Tesco" { "2" } else { "" }.to_owned())).unwrap();
        let second =
            review::queue(&scratch.workspace).unwrap().items.iter().find(|i| i.text == "Tesco").unwrap().candidates[1]
                .name
                .clone();
        text.replace(&second, "Tesco, Elsewhere").into_bytes()
    });
    let refused = review::apply_sheet(&scratch.workspace, &stale, "Cy");
    assert!(matches!(refused, Err(ReviewError::OtherCandidate { number: 2, .. })), "{refused:?}");
    let report = review::apply_sheet(&scratch.workspace, &good, "Cy").unwrap();
    assert_eq!((report.rows, report.decisions.len(), counted(&scratch)), (3, 3, 2));
    let again = review::apply_sheet(&scratch.workspace, &good, "Cy").unwrap();
    assert_eq!((again.decisions.len(), again.gone.len()), (0, 3), "what was decided waits no longer");
    assert!(review::apply_sheet(&scratch.workspace, &path("none.csv", b"a,b\n1,2\n".to_vec()), "Cy").is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_refused_over_http_says_why() {
    let scratch = scratch();
    let state = AppState::new(scratch.workspace.clone()).unwrap();
    let ask = |request: Request<Body>| {
        let state = state.clone();
        async move {
            let response = router(state).oneshot(request).await.unwrap();
            let status = response.status().as_u16();
            let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
            (status, String::from_utf8_lossy(&bytes).into_owned())
        }
    };
    let post = |path: &str, header: bool, body: String| {
        let request = Request::post(path).header("host", "127.0.0.1");
        let request = if header { request.header("x-places", "1") } else { request };
        request.body(Body::from(body)).unwrap()
    };
    let get = |path: &str| Request::get(path).header("host", "127.0.0.1").body(Body::empty()).unwrap();
    for (request, status, said) in [
        (post("/api/v1/review/undo", true, "{}".to_owned()), 404, "no decision is in force"),
        (post("/api/v1/review/undo", true, r#"{"number": 9}"#.to_owned()), 404, "no such decision"),
        (post("/api/v1/review/undo", false, "{}".to_owned()), 403, "missing-header"),
        (post("/api/v1/geocode", true, "x".repeat(5_000_000)), 413, "problem:too-large"),
        (get("/api/v1/geocode"), 405, "problem:method"),
        (get("/api/v1/review?colour=red"), 400, "known: source, limit"),
        (get("/api/v1/count?colour=red"), 400, "known: by"),
    ] {
        let uri = request.uri().to_string();
        let answer = ask(request).await;
        assert!(answer.0 == status && answer.1.contains(said), "{uri}: {answer:?}");
    }
}

#[test]
fn a_text_about_people_is_not_kept() {
    let scratch = scratch();
    let secret = "Mr Zebedee Quillfeather rang 07700900123 about a fight";
    let rows = [format!("1,2026-01-02,\"{secret}\",,,,,")];
    let request = ImportRequest {
        files: vec![scratch.write("log.csv", sheet_of(&[&rows[0]]))],
        mapping: Some(Mapping::parse(MAPPING).unwrap()),
        ..ImportRequest::default()
    };
    let report: ImportReport = import(&scratch.workspace, &request, &Progress::default()).unwrap();
    assert_eq!(report.to_review, 1);
    let mut folders = vec![scratch.workspace.root().to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs_err::read_dir(folder).unwrap().map(Result::unwrap) {
            if entry.path().is_dir() {
                folders.push(entry.path());
                continue;
            }
            let bytes = fs_err::read(entry.path()).unwrap();
            for word in ["Quillfeather", "07700900123"] {
                let found = bytes.windows(word.len()).any(|w| w.eq_ignore_ascii_case(word.as_bytes()));
                assert!(!found, "{word} in {}", entry.path().display());
            }
        }
    }
}
