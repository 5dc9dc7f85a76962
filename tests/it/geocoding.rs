//! From texts to places: a table of queries with the place and precision expected, imports whose boxes add up at every
//! precision, decisions that replay, and texts that nobody should write.

use std::{collections::BTreeMap, fmt::Write};

use axum::{
    body::{Body, to_bytes},
    http::Request,
};
use places::{
    geocode::{Answer, CoordinateTexts, GazetteerKind, Geocoder, Input, Status},
    import::{
        AddGazetteer, Choice, ImportReport, ImportRequest, Mapping, Progress, add_gazetteer, import, learn_gazetteer,
        open_geocoder,
    },
    model::Period,
    review::{self, NewAlias, ReviewError},
    server::{AppState, router},
};
use proptest::prelude::*;
use tower::ServiceExt;

use crate::support::{Scratch, adds_up, count, places, places_ok, police_file};

/// Streets, villages, shops and a nickname in four square areas.
const PLACES: &str = "\
name,kind,locality,lon,lat,also,radius_m
Mill Lane,street,Alderby,1.0200,52.5200,,
Mill Lane,street,Brockton,1.1600,52.6600,,
Rose Lane,street,Alderby,1.0300,52.5300,,
King Street,street,Alderby,1.0303,52.5301,,
St Peter's Street,street,Alderby,1.0400,52.5400,,
High Street,street,Alderby,1.0250,52.5250,,
High Street,street,Brockton,1.1650,52.6650,,
High Street,street,Carrow,1.0500,52.6500,,
Prince of Wales Road,street,Brockton,1.1500,52.6500,,
Alderby,locality,,1.0250,52.5250,,900
Brockton,locality,,1.1600,52.6600,,900
Carrow,locality,,1.0500,52.6500,,900
Great Stowe,locality,,1.1500,52.5500,,900
Tesco,premises,Alderby,1.0210,52.5210,,
Tesco,premises,Brockton,1.1610,52.6610,,
Jubilee Recreation Ground,place,Brockton,1.1550,52.6550,the Rec,
";
const POSTCODES: &str = "\
postcode,lon,lat
ZZ1 1AA,1.0205,52.5203
ZZ1 1AB,1.0302,52.5302
ZZ2 2AA,1.1605,52.6603
ZZ2 2AB,1.1505,52.6503
";
const MAPPING: &str = r#"
source = "log"
[columns]
id = "Id"
when = "When"
category_is = "ASB"
location_text = "Where"
locality = "Town"
postcode = "Postcode"
lon = "X"
lat = "Y"
precision = "P"
[precision]
default = "street"
values = { premises = "premises", postcode = "postcode_unit", estate = "locality", ward = "sector", town = "district" }
"#;

fn add(scratch: &Scratch, name: &str, text: &str, accept: bool) -> Result<(), String> {
    let request = AddGazetteer {
        kind: GazetteerKind::Csv,
        files: vec![scratch.write(&format!("{name}.csv"), text)],
        name: name.to_owned(),
        epoch: "2026-01".to_owned(),
        accept,
    };
    add_gazetteer(&scratch.workspace, &request, &Progress::default()).map(|_| ()).map_err(|e| e.to_string())
}

fn scratch() -> Scratch {
    let scratch = Scratch::with_areas();
    add(&scratch, "places", PLACES, false).unwrap();
    add(&scratch, "postcodes", POSTCODES, false).unwrap();
    scratch
}

fn geocoder(scratch: &Scratch) -> Geocoder {
    open_geocoder(&scratch.workspace, &scratch.workspace.state().unwrap()).unwrap()
}

fn text(text: &str) -> Input<'_> {
    Input { text, ..Input::default() }
}

/// Text, locality, postcode; status, class, square, a flag or nothing.
type Row<'a> = ([&'a str; 3], Status, u8, &'a str, &'a str);

#[test]
fn every_query_of_the_table_is_answered_as_expected() {
    let scratch = scratch();
    let geocoder = geocoder(&scratch);
    let table: &[Row<'_>] = &[
        (["Mill Lane, Alderby", "", ""], Status::Matched, 5, "Q1", ""),
        (["12 MILL LN", "Brockton", ""], Status::Matched, 5, "Q4", ""),
        (["Mill Lane", "", ""], Status::Tied, 0, "", "ambiguous"),
        (["Mill Lane", "", "ZZ1 1AA"], Status::Matched, 4, "Q1", ""),
        (["Mill Lane", "", "zz22aa"], Status::Matched, 4, "Q4", ""),
        (["Flat 2, 4 Mill Lane ZZ2-2AA", "", ""], Status::Matched, 4, "Q4", ""),
        (["somewhere behind ZZ1 1AB", "", ""], Status::Matched, 6, "Q1", ""),
        (["Rose Lane j/w King Street", "", ""], Status::Matched, 3, "Q1", ""),
        (["cnr of Rose Ln and King St", "Alderby", ""], Status::Matched, 3, "Q1", ""),
        (["Rose Lane x King St", "", ""], Status::Matched, 3, "Q1", ""),
        (["Rose Lane/King Street", "", ""], Status::Matched, 3, "Q1", ""),
        (["between Rose Lane and King Street", "", ""], Status::Matched, 3, "Q1", ""),
        (["St Peters St, Alderby", "", ""], Status::Matched, 5, "Q1", ""),
        (["Prince of Whales Road", "", ""], Status::Review, 0, "Q4", ""),
        (["Prince of Whales Road", "Brockton", ""], Status::Matched, 5, "Q4", ""),
        (["prince of wales", "Brockton", ""], Status::Matched, 5, "Q4", ""),
        (["outside Tesco, Brockton", "", ""], Status::Matched, 1, "Q4", "relative"),
        (["opp Tesco", "Alderby", ""], Status::Matched, 1, "Q1", "relative"),
        (["Tesco", "", ""], Status::Tied, 0, "", "ambiguous"),
        (["the Rec", "", ""], Status::Matched, 2, "Q4", ""),
        (["High St", "Gt Stowe", ""], Status::Review, 0, "Q2", "street_unknown"),
        (["Elm Grove Road", "Carrow", ""], Status::Matched, 7, "Q3", "street_unknown"),
        (["Carrow", "", ""], Status::Matched, 7, "Q3", ""),
        (["TG 08 29", "", ""], Status::Matched, 7, "", "outside_area"),
        (["///filled.count.soap", "", ""], Status::Unmatched, 0, "", "what3words"),
        (["lives at 4 Mill Lane, Brockton", "", ""], Status::Withheld, 0, "", "possible_home_address"),
        (["h/a 12 Mill Lane ZZ2 2AA", "", ""], Status::Withheld, 0, "", "possible_home_address"),
        (
            ["Tesco Alderby, victim lives at 4 Mill Lane, Brockton", "", ""],
            Status::Matched,
            1,
            "Q1",
            "possible_home_address",
        ),
        (["Mill Lane, Alderby", "", "ZZ2 2AA"], Status::Matched, 7, "Q1", "postcode_conflict"),
        (["Rose Lane", "", "ZZ2 2AA"], Status::Review, 0, "", "postcode_conflict"),
        (["King Street", "", "ZZ9 9ZZ"], Status::Matched, 5, "Q1", "unknown_postcode"),
        (["", "", ""], Status::Unmatched, 0, "", ""),
        (["declined to say", "", ""], Status::Unmatched, 0, "", ""),
    ];
    assert!(!table.is_empty());
    let mut wrong = Vec::new();
    for (fields, status, class, square, flag) in table {
        let [text, locality, postcode] = *fields;
        let answer = geocoder.geocode(&Input { text, locality, postcode, ..Input::default() });
        let code = answer.point.and_then(|p| geocoder.study().area_of(p)).map_or("", |a| geocoder.study().code(a));
        let flags: Vec<&str> = answer.flags.names().collect();
        let place = square.is_empty() || code == *square;
        let flagged = flag.is_empty() || flags.contains(flag);
        // What is tied may still be known to the district.
        let classed = answer.class.code() == *class || (*status == Status::Tied && answer.class.code() == 9);
        if answer.status != *status || !classed || !place || !flagged {
            wrong.push(format!("{fields:?}: {:?} class {} in {code:?} {flags:?}", answer.status, answer.class.code()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_home_address_is_never_a_place() {
    let scratch = scratch();
    let geocoder = geocoder(&scratch);
    for wording in [
        "HA 4 Mill Lane, Brockton",
        "Mill Lane, Brockton (h/a)",
        "Mill Lane Brockton - victim's home",
        "his home at 4 Mill Lane, Brockton",
        "Mr John Smith of 4 Mill Lane, Brockton",
        "lives near Mill Lane, Brockton",
        "lives at 4 Mill Lane, Brockton",
        "home address: 4 Mill Lane, Brockton ZZ2 2AA",
        "victim of 4 Mill Lane, Brockton",
        "residing at Mill Lane, Brockton",
        "H/A 4 Mill Lane Brockton",
    ] {
        let answer = geocoder.geocode(&text(wording));
        assert_eq!((answer.status, answer.point, answer.candidates.len()), (Status::Withheld, None, 0), "{wording}");
    }
    // Words of a home make the other fields the home's.
    let fields =
        Input { text: "home address", postcode: "ZZ1 1AA", locality: "Mill Lane, Brockton", ..Input::default() };
    assert_eq!(geocoder.geocode(&fields).status, Status::Withheld);
}

#[test]
fn an_answer_is_the_same_on_the_command_line_over_http_and_in_words() {
    let scratch = scratch();
    let root = scratch.workspace.root().to_string_lossy().into_owned();
    let file = scratch.write(
        "in.csv",
        "Ref,Where,Town\n=1+1,\"Rose Lane j/w King St\",Alderby\n2,<b>Mill Ln</b>,Brockton\n3,\u{202e}nothing,\n",
    );
    let csv = places_ok(&["--workspace", &root, "geocode", &file, "--text", "Where", "--locality", "Town"]);
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let header: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    assert_eq!(header[..3], ["Ref", "Where", "Town"]);
    assert_eq!(header[3..], places::geocode::ANSWER_COLUMNS);
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(&rows[0][0], "'=1+1", "a formula is made harmless");
    let state = AppState::new(scratch.workspace.clone()).unwrap();
    let body = serde_json::json!({ "explain": true, "records": [
        { "text": "Rose Lane j/w King St", "locality": "Alderby" }, { "text": "<b>Mill Ln</b>", "locality": "Brockton" }, { "text": "\u{202e}nothing" },
    ]});
    let answers = tokio::runtime::Runtime::new().unwrap().block_on(async {
        let request = |header: bool| {
            let request = Request::post("/api/v1/geocode").header("host", "127.0.0.1");
            let request = if header { request.header("x-places", "1") } else { request };
            request.body(Body::from(body.to_string())).unwrap()
        };
        let refused = router(state.clone()).oneshot(request(false)).await.unwrap();
        assert_eq!(refused.status(), 403, "a page of another site cannot ask");
        let response = router(state).oneshot(request(true)).await.unwrap();
        let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        serde_json::from_slice::<serde_json::Value>(&bytes).unwrap()
    });
    for (row, answer) in rows.iter().zip(answers["answers"].as_array().unwrap()) {
        for (i, name) in places::geocode::ANSWER_COLUMNS.iter().enumerate() {
            let expected = match &answer[*name] {
                serde_json::Value::Null => String::new(),
                serde_json::Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            assert_eq!(row[i + 3], expected, "{name}");
        }
    }
    let said =
        places_ok(&["--workspace", &root, "geocode", "--explain", "Rose Lane j/w King St", "--locality", "Alderby"]);
    assert!(said.contains("where Rose Lane") && said.contains("Answer: matched, by junction"), "{said}");
    assert_eq!(answers["answers"][0]["explanation"].as_str().unwrap().trim(), said.trim());
}

#[test]
fn columns_named_like_an_answer_s_are_kept_under_another_name() {
    let scratch = scratch();
    let root = scratch.workspace.root().to_string_lossy().into_owned();
    let file = scratch.write("in.csv", "lon,lat,flags,input_lon\n1.0205,52.5203,x,y\n");
    let csv = places_ok(&["--workspace", &root, "geocode", &file, "--lon", "lon", "--lat", "lat"]);
    let header: Vec<&str> = csv.lines().next().unwrap().split(',').collect();
    assert_eq!(header[..4], ["input_input_lon", "input_lat", "input_flags", "input_lon"]);
    let names: std::collections::HashSet<&&str> = header.iter().collect();
    assert_eq!(names.len(), header.len(), "each name once");
    assert!(csv.lines().nth(1).unwrap().starts_with("1.0205,52.5203,x,y,matched,1.0205,52.5203,"), "{csv}");
}

#[test]
fn words_that_nothing_was_made_of_are_told() {
    let said = shared().explain(&text("Mill Lane, Alderby near the gasholder and Xyzzy"));
    assert!(said.contains("not read: \"gasholder\", \"Xyzzy\""), "{said}");
    assert!(!shared().explain(&text("Mill Lane, Alderby")).contains("not read"));
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

/// Rows of every kind: coordinates of each precision, words, postcodes, homes, nothing.
fn log_rows(rows: usize, seed: u64) -> String {
    let mut rng = fastrand::Rng::with_seed(seed);
    let mut csv = "Id,When,Where,Town,Postcode,X,Y,P\n".to_owned();
    for i in 0..rows {
        let text = [
            "Mill Lane",
            "High Street",
            "Tesco",
            "Rose Lane j/w King Street",
            "the Rec",
            "lives at Mill Lane, Brockton",
            "declined to say",
            "",
            "Prince of Wales Rd",
            "somewhere",
        ][rng.usize(0..10)];
        let town = ["Alderby", "Brockton", "Carrow", "", ""][rng.usize(0..5)];
        let postcode = ["ZZ1 1AA", "ZZ2 2AB", "ZZ2", "", "", ""][rng.usize(0..6)];
        let (x, y) = (0.98 + f64::from(rng.u32(0..250)) / 1000.0, 52.48 + f64::from(rng.u32(0..250)) / 1000.0);
        let at = match rng.u32(0..6) {
            0 => format!("{x},{y}"),
            1 => format!("{y},{x}"),
            2 => "0,0".to_owned(),
            _ => ",".to_owned(),
        };
        let precision = ["", "premises", "postcode", "estate", "ward", "town"][rng.usize(0..6)];
        writeln!(csv, "{i},2026-01-{:02},\"{text}\",{town},{postcode},{at},{precision}", 1 + i % 28).unwrap();
    }
    csv
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, ..ProptestConfig::default() })]

    #[test]
    fn boxes_add_up_with_records_of_every_precision(seed in 0_u64..10_000) {
        let scratch = scratch();
        let file = scratch.write("log.csv", log_rows(300, seed));
        let report = scratch.import_mapped(std::slice::from_ref(&file), MAPPING);
        prop_assert!(report.adds_up());
        prop_assert_eq!((report.rows, report.imported), (300, 300), "{:?}", report.rejected_rows.first());
        prop_assert_eq!(report.geocoded.values().sum::<u64>(), 300);
        let snapshot = scratch.snapshot();
        let mut coarse = Vec::new();
        for by in ["cell:7", "cell:8", "cell:9", "cell:10", "cell:11", "area:squares", "month", "category"] {
            let (csv, summary) = count(&snapshot, &[("by", by)]);
            prop_assert!(adds_up(&summary), "{} {}", by, summary);
            prop_assert_eq!(summary["total"].as_u64(), Some(300));
            let rows: u64 = csv.lines().skip(1).filter_map(|l| l.rsplit(',').next()?.parse::<u64>().ok()).sum();
            prop_assert_eq!(Some(rows), summary["counted"].as_u64(), "{}", by);
            coarse.push(summary["too_coarse"].as_u64().unwrap());
        }
        // A finer cell never holds what a coarser one cannot.
        prop_assert!(coarse[..5].is_sorted(), "{coarse:?}");
        let again = scratch.import_mapped(&[file], MAPPING);
        prop_assert_eq!((again.duplicates, again.imported, again.updated), (300, 0, 0));
    }

    #[test]
    fn any_text_is_answered(words in "\\PC{0,120}", locality in "\\PC{0,30}", number in "[-0-9eE+., NWnullaif]{0,14}") {
        let answer = shared().geocode(&Input {
            text: &words,
            locality: &locality,
            postcode: &words,
            gridref: &number,
            uprn: &number,
            coordinates: CoordinateTexts { lon: &number, lat: &number, easting: &words, northing: &number },
            class: None,
        });
        prop_assert!((0.0..=1.0).contains(&answer.confidence.msoa));
        prop_assert_eq!(answer.point.is_some(), answer.radius_m.is_finite());
        let _ = shared().explain(&text(&words));
    }

    #[test]
    fn words_of_places_in_any_order_are_answered(picks in proptest::collection::vec(0_usize..24, 0..40)) {
        const WORDS: [&str; 24] = [
            "mill", "lane", "rose", "king", "st", "street", "j/w", "x", "/", "&", "and", "between", "cnr", "of", "the", "rec",
            "lives at", ",", "alderby", "brockton", "ZZ1", "1AA", "outside", "12",
        ];
        let joined = picks.iter().map(|&i| WORDS[i]).collect::<Vec<_>>().join(" ");
        let answer = shared().geocode(&text(&joined));
        prop_assert!(answer.candidates.len() <= 5);
    }
}

/// A geocoder that tests only read.
fn shared() -> &'static Geocoder {
    static SHARED: std::sync::OnceLock<(Scratch, Geocoder)> = std::sync::OnceLock::new();
    let (_, geocoder) = SHARED.get_or_init(|| {
        let scratch = scratch();
        let geocoder = geocoder(&scratch);
        (scratch, geocoder)
    });
    geocoder
}

#[test]
fn texts_that_nobody_should_write_are_survived() {
    let geocoder = shared();
    let long = "Mill Lane St ".repeat(90_000);
    for hostile in [
        long.as_str(),
        "=cmd|' /C calc'!A0",
        "<script>alert(1)</script> Mill Lane, Alderby",
        "\u{0}\u{0}Mill Lane\u{0}, Alderby",
        "\u{202e}ybredlA ,enaL lliM",
        "\u{1f600}\u{1f600}\u{1f600}",
        "'; DROP TABLE review_items; --",
        &"\u{301}".repeat(5_000),
        &"a/".repeat(5_000),
        &"1 ".repeat(5_000),
    ] {
        let answer: Answer = geocoder.geocode(&text(hostile));
        assert!(answer.candidates.len() <= 5);
    }
    let bytes = b"Id,When,Where,Town,Postcode,X,Y,P\n1,2026-01-02,\xff\xfe Mill Lane,Alderby,,,,\n";
    let scratch = scratch();
    let report = scratch.import_mapped(&[scratch.write("log.csv", bytes)], MAPPING);
    assert_eq!((report.imported, report.placed.get("street")), (1, Some(&1)), "a bad byte in a text loses no record");
}

fn waiting(scratch: &Scratch) -> BTreeMap<String, (String, u64)> {
    let items = review::queue(&scratch.workspace).unwrap().items;
    items.into_iter().map(|i| (format!("{}|{}|{}", i.text, i.locality, i.postcode), (i.id, i.records))).collect()
}

fn counted(scratch: &Scratch) -> u64 {
    let summary = scratch.count(&[("by", "area:squares")]).1;
    assert!(adds_up(&summary));
    summary["counted"].as_u64().unwrap()
}

fn sheet_of(rows: &[&str]) -> String {
    format!("Id,When,Where,Town,Postcode,X,Y,P\n{}\n", rows.join("\n"))
}

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
    assert_eq!((report.rows, report.made.len(), counted(&scratch)), (3, 3, 2));
    let again = review::apply_sheet(&scratch.workspace, &good, "Cy").unwrap();
    assert_eq!((again.made.len(), again.gone.len()), (0, 3), "what was decided waits no longer");
    assert!(review::apply_sheet(&scratch.workspace, &path("none.csv", b"a,b\n1,2\n".to_vec()), "Cy").is_err());
}

#[test]
fn police_files_keep_their_points_and_only_get_the_flag_of_a_default_location() {
    let plain = Scratch::with_areas();
    let with = scratch();
    let settings = fs_err::read_to_string(with.workspace.settings_path()).unwrap();
    let default =
        "\n[[geocode.default_locations]]\nname = \"Headquarters\"\nlon = 1.037\nlat = 52.591\nradius_m = 50\n";
    fs_err::write(with.workspace.settings_path(), settings + default).unwrap();
    let csv = police_file("2025-01", "Here", 400, 3);
    for scratch in [&plain, &with] {
        scratch.import_police(&[scratch.write("2025-01-here-street.csv", &csv)]);
    }
    for by in ["cell:11", "area:squares", "cell:8,category"] {
        let (a, b) = (plain.count(&[("by", by)]), with.count(&[("by", by)]));
        assert_eq!(a.0, b.0, "{by}");
        assert!(adds_up(&b.1));
    }
    let flagged = |scratch: &Scratch| {
        let state = scratch.workspace.state().unwrap();
        let paths = state.partitions().unwrap().into_iter().map(|p| scratch.workspace.root().join(p.path));
        let sets = paths.map(|p| places::workspace::read_incidents(&p, true).unwrap());
        sets.flat_map(|s| s.places.clone())
            .filter(|p| places::model::Flags(p.flags).has(places::model::Flags::DEFAULT_LOCATION))
            .count()
    };
    assert_eq!((flagged(&plain), flagged(&with)), (0, 1));
}

#[test]
fn a_default_location_is_not_believed_in_a_mapped_file() {
    let scratch = scratch();
    let settings = fs_err::read_to_string(scratch.workspace.settings_path()).unwrap();
    let default = "\n[[geocode.default_locations]]\nname = \"Headquarters\"\nlon = 1.19\nlat = 52.69\n";
    fs_err::write(scratch.workspace.settings_path(), settings + default).unwrap();
    let rows = [
        "1,2026-01-02,\"Mill Lane, Alderby\",,,1.19,52.69,",
        "2,2026-01-02,,,,1.19,52.69,",
        "3,2026-01-02,,,,1.18,52.69,",
    ];
    let report = scratch.import_mapped(&[scratch.write("log.csv", sheet_of(&rows))], MAPPING);
    assert_eq!((report.flags["default_location"], report.geocoded["withheld"], report.not_located), (2, 1, 1));
    let (csv, _) = scratch.count(&[("by", "area:squares")]);
    assert!(csv.contains("Q1,Square Q1,1") && csv.contains("Q4,Square Q4,1"), "{csv}");
}

#[test]
fn a_gazetteer_of_another_kind_or_one_that_moves_places_is_refused() {
    let scratch = scratch();
    let root = scratch.workspace.root().to_string_lossy().into_owned();
    let file = scratch.write("streets.txt", "not,a,gazetteer\n1,2,3\n");
    let output = places(&["--workspace", &root, "gazetteer", "add", "code-point", &file]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && said.contains("expected a Code-Point Open file"), "{said}");
    let moved = POSTCODES.replace("1.0205,52.5203", "1.0705,52.5203");
    let error = add(&scratch, "postcodes", &moved, false).unwrap_err();
    assert!(error.contains("moves 1 places") && error.contains("--accept"), "{error}");
    let at = |scratch: &Scratch| geocoder(scratch).geocode(&text("ZZ1 1AA")).point.unwrap().lon;
    assert!((at(&scratch) - 1.0205).abs() < 1e-4, "nothing has changed");
    let epoch = geocoder(&scratch).epoch().to_owned();
    add(&scratch, "postcodes", &moved, true).unwrap();
    assert!((at(&scratch) - 1.0705).abs() < 1e-4);
    let listed = places_ok(&["--workspace", &root, "gazetteer", "list"]);
    assert!(listed.contains("postcodes") && listed.contains("2026-01"), "{listed}");
    assert_ne!(geocoder(&scratch).epoch(), epoch, "other places under the same name and edition are another gazetteer");
}

#[test]
fn streets_are_learned_from_located_incidents() {
    let scratch = Scratch::with_areas();
    let nothing = learn_gazetteer(&scratch.workspace, &[], Period::ALWAYS, false, &Progress::default());
    assert!(nothing.unwrap_err().to_string().contains("nothing was changed"));
    let file = scratch.write("2025-01-here-street.csv", police_file("2025-01", "Here", 300, 1));
    scratch.import_police(std::slice::from_ref(&file));
    let learned = learn_gazetteer(&scratch.workspace, &[], Period::ALWAYS, false, &Progress::default()).unwrap();
    assert!(learned.file.entries > 100 && learned.file.epoch == "2025-01");
    let answer = geocoder(&scratch).geocode(&text("o/s 4 street 17"));
    assert_eq!((answer.status, answer.class.code()), (Status::Matched, 5), "{answer:?}");
    let from_file = learn_gazetteer(&scratch.workspace, &[file], Period::ALWAYS, true, &Progress::default()).unwrap();
    assert_eq!(from_file.rows, learned.rows);
}

#[test]
fn the_three_example_files_import_in_one_command_each() {
    let folder = tempfile::tempdir().unwrap();
    let files = folder.path().join("files");
    places::demo::write_files(&files, 1).unwrap();
    let workspace = places::demo::import_files(&files, &folder.path().join("w"), &Progress::default(), |_| {}).unwrap();
    let root = workspace.root().to_string_lossy().into_owned();
    for (name, least) in [("council-asb", 300), ("youth-contacts", 180), ("a-and-e", 150)] {
        let file = files.join(format!("sample-{name}.csv"));
        let mapping = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("data/mappings/{name}.toml"));
        let out = places_ok(&[
            "--workspace",
            &root,
            "import",
            &file.to_string_lossy(),
            "--mapping",
            &mapping.to_string_lossy(),
            "--format",
            "json",
        ]);
        let report: serde_json::Value = serde_json::from_str(&out).unwrap();
        assert_eq!(report["rows"], 400);
        let located: u64 = report["placed"]
            .as_object()
            .unwrap()
            .iter()
            .filter(|p| p.0 != "district")
            .map(|p| p.1.as_u64().unwrap())
            .sum();
        assert!(located >= least, "{name}: {located} of 400");
        assert!(report["to_review"].as_u64().unwrap() > 0, "{name}");
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
