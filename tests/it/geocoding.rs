//! From texts to places: a table of queries with the place and precision expected, and texts that nobody should write.

use axum::{
    body::{Body, to_bytes},
    http::Request,
};
use places::{
    geocode::{Answer, CoordinateTexts, Geocoder, Input, Status},
    server::{AppState, router},
};
use proptest::prelude::*;
use tower::ServiceExt;

use crate::{
    small_county::{MAPPING, geocoder, scratch, text},
    support::{Scratch, places_ok},
};

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
        (["Mill Lane, Alderby", "", "ZZ2 2AA"], Status::Review, 0, "", "postcode_conflict"),
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
    // Nor are coordinates beside words that speak of nothing but a home.
    let at = CoordinateTexts { lon: "1.0205", lat: "52.5203", ..CoordinateTexts::default() };
    for (words, status) in [
        ("lives here", Status::Withheld),
        ("victim's home address, Mill Lane", Status::Withheld),
        ("assaulted outside Tesco, Alderby; lives at Mill Lane, Brockton", Status::Matched),
    ] {
        let answer = geocoder.geocode(&Input { text: words, coordinates: at, ..Input::default() });
        assert_eq!(answer.status, status, "{words}: {answer:?}");
        assert_eq!(answer.point.is_some(), status == Status::Matched, "{words}");
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
    // Written over the file that was read, it is the same.
    places_ok(&["--workspace", &root, "geocode", &file, "--lon", "lon", "--lat", "lat", "-o", &file]);
    assert_eq!(fs_err::read_to_string(&file).unwrap(), csv);
}

#[test]
fn what_may_be_somebody_or_nowhere_is_left_to_a_person() {
    let status = |words: &str| shared().geocode(&text(words)).status;
    assert_eq!(status("Alderby"), Status::Matched);
    for words in [
        "Georgia Alderby text me he was scared",
        "Young person Alderby disclosed concerns to staff",
        "in the custody suite, Alderby",
        "police station, Alderby",
    ] {
        assert_ne!(status(words), Status::Matched, "{words}");
    }
    assert_eq!(status("outside the police station, Mill Lane, Alderby"), Status::Matched);
    // Figures of unlike length are no grid reference, and neither is the first group of them.
    for words in ["TM 0304 967", "TM 030 9671", "TM 0304 96"] {
        assert_eq!(status(words), Status::Unmatched, "{words}");
    }
    assert_eq!(status("TM 0304 9670"), Status::Matched);
}

#[test]
fn of_places_that_fit_alike_the_answer_is_the_first_candidate() {
    let answer = shared().geocode(&text("High Street"));
    assert_eq!(answer.status, Status::Tied);
    assert_eq!((Some(answer.candidates[0].point), &answer.candidates[0].id), (answer.point, &answer.matched_id));
}

#[test]
fn words_that_nothing_was_made_of_are_told() {
    let said = shared().explain(&text("Mill Lane, Alderby near the gasholder and Xyzzy"));
    assert!(said.contains("not read: \"gasholder\", \"Xyzzy\""), "{said}");
    assert!(!shared().explain(&text("Mill Lane, Alderby")).contains("not read"));
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

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, ..ProptestConfig::default() })]

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
