//! Claims about the demo county: what is only a season is not called real, a later month changes nothing, and every way to
//! ask gives the same bytes.

use axum::{body::to_bytes, http::Request};
use places::{
    claims::{Keeping, Outcome, Replayed, all, keep, replay},
    server::{AppState, router},
    snapshot::Snapshot,
};
use tower::ServiceExt;

use crate::{
    demo_county::{compare, county, make, no_nan},
    support::{Scratch, count, exact, places_ok, police_file},
};

#[test]
fn the_fall_of_the_clear_hold_build_area_is_called_by_the_right_words() {
    let county = county();
    let place = format!("areas:{}", county.truth("clear-hold-build").area);
    let claim = compare(
        &county.snapshot,
        &[("place", &place), ("before", "2024"), ("after", "2025"), ("source", "holm-police")],
    );
    assert_eq!(claim["verdict"], "lower than before, by more than the comparison areas", "{claim:#}");
    let ratio = claim["ratio"].as_f64().unwrap();
    assert!((0.42..0.58).contains(&ratio), "{ratio}");
    assert!(claim["comparison"]["placebo"]["p"].as_f64().unwrap() <= 0.02);
    assert!(claim["same_season"].is_null());
    let sentences = claim["sentences"].as_array().unwrap();
    assert!(sentences.len() >= 4 && sentences[1].as_str().unwrap().contains("% fewer a day (95 % interval: between"));
    // The other areas round it did not change, nor did any that was compared.
    assert_eq!(claim["comparison"]["areas"].as_array().unwrap().len(), 3);
}

#[test]
fn a_fall_that_is_only_the_season_is_not_called_real() {
    let county = county();
    let place = format!("areas:{}", county.truth("season-only").area);
    for (before, after) in [
        ("2025-07-01..2025-09-01", "2025-11-01..2026-01-01"),
        ("2024-07-01..2024-09-01", "2024-10-01..2024-12-01"),
        ("2025-08", "2025-11"),
    ] {
        let claim = compare(
            &county.snapshot,
            &[("place", &place), ("before", before), ("after", after), ("source", "holm-police")],
        );
        let verdict = claim["verdict"].as_str().unwrap();
        assert!(verdict.starts_with("no clear change"), "{before} {after}: {claim:#}");
        assert!(claim["widened"]["high"].as_f64().unwrap() < 1.0, "the plain counts do fall: {claim:#}");
        assert!(claim["same_season"]["years"].as_i64().unwrap() >= 1);
    }
}

#[test]
fn the_same_seed_gives_the_same_bytes_on_one_thread_and_on_many() {
    let county = county();
    let place = format!("areas:{}", county.truth("clear-hold-build").area);
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let one = make(&county.snapshot, "compare", &[("place", &place), ("before", "2024"), ("after", "2025")]);
            let two = make(&county.snapshot, "briefing", &[("as_of", "2026-05-01")]);
            no_nan(&one.json);
            no_nan(&two.json);
            (one, two)
        })
    };
    assert_eq!(on(1), on(4));
    assert_eq!(on(3), on(2));
}

#[tokio::test(flavor = "multi_thread")]
async fn command_line_interface_and_replay_give_the_same_claim() {
    let county = county();
    let root = county.workspace.root().to_string_lossy().into_owned();
    let place = format!("areas:{}", county.truth("clear-hold-build").area);
    let line = places_ok(&[
        "--workspace",
        &root,
        "compare",
        "--place",
        &place,
        "--before",
        "2024-Q1",
        "--after",
        "2025-Q1",
        "--format",
        "json",
    ]);
    let state = AppState::new(county.workspace.clone()).unwrap();
    let get = async |uri: String| {
        let request = Request::get(uri).header("host", "localhost").body(axum::body::Body::empty()).unwrap();
        let response = router(state.clone()).oneshot(request).await.unwrap();
        let status = response.status().as_u16();
        (status, String::from_utf8(to_bytes(response.into_body(), usize::MAX).await.unwrap().to_vec()).unwrap())
    };
    let (status, json) = get(format!("/api/v1/compare?place={place}&before=2024-Q1&after=2025-Q1")).await;
    assert_eq!((status, json.as_str()), (200, line.trim_end()));
    let claim: serde_json::Value = serde_json::from_str(&json).unwrap();
    let id = claim["claim_id"].as_str().unwrap();
    let replayed = places_ok(&["--workspace", &root, "claims", "replay", id]);
    assert_eq!(replayed, line);
    let (_, stored) = get(format!("/api/v1/claims/{id}")).await;
    assert_eq!(stored, line.trim_end());
    assert_eq!(get("/api/v1/claims/nothing".to_owned()).await.0, 404);
    // The rows of maps, on the command line and through the interface.
    for (command, uri) in [
        (vec!["hotspots", "--cell", "8", "--source", "holm-police"], "hotspots?cell=8&source=holm-police"),
        (vec!["emerging", "--cell", "8", "--from", "2025-07-01"], "emerging?cell=8&from=2025-07-01"),
        (vec!["trend", "--area", "areas"], "trend?area=areas"),
        (vec!["trend", "--in", &place], &format!("trend?in={place}")),
        (vec!["scan", "--replicates", "99"], "scan?replicates=99"),
        (vec!["vli", "--layer", "areas"], "vli?layer=areas"),
    ] {
        let mut arguments = vec!["--workspace", &root];
        arguments.extend(&command);
        let csv = places_ok(&[arguments.clone(), vec!["--format", "csv"]].concat());
        let (status, from_api) = get(format!("/api/v1/{uri}&f=csv")).await;
        assert_eq!((status, &from_api), (200, &csv), "{command:?}");
        let json = places_ok(&[arguments, vec!["--format", "json"]].concat());
        assert_eq!(get(format!("/api/v1/{uri}")).await.1, json.trim_end(), "{command:?}");
        no_nan(&json);
        assert!(csv.lines().count() > 1, "{command:?}");
    }
}

#[test]
fn a_later_month_changes_no_claim_and_a_changed_month_is_said() {
    let scratch = Scratch::with_areas();
    let file = |month: &str, rows: usize, seed: u64| {
        let text = police_file(month, "Here", rows, seed);
        scratch.write(&format!("{month}-here-street.csv"), text)
    };
    let months = ["2024-01", "2024-02", "2024-03", "2025-01", "2025-02", "2025-03"];
    let files: Vec<String> = months.iter().enumerate().map(|(i, m)| file(m, 400, i as u64)).collect();
    scratch.import_police(&files);
    let asked = [("place", "squares:Q1"), ("before", "2024-Q1"), ("after", "2025-Q1")];
    let snapshot = Snapshot::load(&scratch.workspace).unwrap();
    let made = make(&snapshot, "compare", &asked);
    assert_eq!(keep(&scratch.workspace, &made).unwrap(), Keeping::Stored);
    assert_eq!(keep(&scratch.workspace, &made).unwrap(), Keeping::Known);
    assert_eq!(all(&scratch.workspace).unwrap().len(), 1);
    let again =
        |snapshot: &Snapshot| -> Replayed { replay(&scratch.workspace, &exact(snapshot), &made.kept.id).unwrap() };
    assert_eq!(again(&snapshot).outcome, Outcome::Same);
    scratch.import_police(&[file("2025-04", 500, 9)]);
    let later = again(&Snapshot::load(&scratch.workspace).unwrap());
    assert_eq!(later.outcome, Outcome::Same);
    assert_eq!(later.now.json, made.json);
    // A source that did not exist when the claim was made.
    let mapping = "source = \"wardens\"\n[columns]\nwhen = \"day\"\ncategory = \"kind\"\nid = \"id\"\nlon = \"lon\"\nlat = \"lat\"\n";
    let wardens = scratch.write("wardens.csv", "id,kind,day,lon,lat\n1,Litter,2025-04-03,1.05,52.55\n");
    scratch.import_mapped(&[wardens], mapping);
    assert_eq!(again(&Snapshot::load(&scratch.workspace).unwrap()).outcome, Outcome::Same);
    scratch.import_police(&[file("2025-02", 380, 77)]);
    let changed = again(&Snapshot::load(&scratch.workspace).unwrap());
    let Outcome::Differs(why) = &changed.outcome else { panic!("{:?}", changed.outcome) };
    assert!(why.contains("no longer what it was"), "{why}");
    assert_eq!(changed.stored.result, made.json);
    places::workspace::check(&scratch.workspace, true, false).unwrap();
}

#[test]
fn a_county_wide_change_is_no_displacement() {
    let county = county();
    let areas: Vec<&str> = county.snapshot.layers[0].areas.iter().map(|a| a.code.as_str()).collect();
    let (mut tested, mut alarms) = (0, 0);
    // Summer against winter: everything falls, nothing moves.
    for code in areas.iter().step_by(3) {
        let place = format!("areas:{code}");
        let pairs = [
            ("place", place.as_str()),
            ("before", "2024-Q3"),
            ("after", "2025-Q1"),
            ("source", "holm-police"),
            ("ring", "4"),
        ];
        let claim = compare(&county.snapshot, &pairs);
        if let Some(z) = claim["displacement"]["z"].as_f64() {
            tested += 1;
            alarms += i32::from(z.abs() > 1.96);
        }
        let fell = claim["comparison"]["high"].as_f64().is_some_and(|high| high < 1.0);
        assert!(fell || claim["displacement"]["wdq"].is_null(), "{claim:#}");
    }
    assert!(tested > 20 && alarms <= 6, "{alarms} of {tested}");
}

#[test]
fn an_area_named_twice_is_compared_once() {
    let county = county();
    let place = format!("areas:{}", county.truth("clear-hold-build").area);
    let other = format!("areas:{}", county.truth("emerging").area);
    let with = |comparison: &str| {
        compare(
            &county.snapshot,
            &[("place", &place), ("before", "2024-Q1"), ("after", "2025-Q1"), ("comparison", comparison)],
        )
    };
    assert_eq!(with(&other), with(&format!("{other},{other},{other}")));
}

#[test]
fn exposure_is_of_the_days_asked_for_and_counts_are_those_of_count() {
    let county = county();
    let area = format!("areas:{}", county.truth("concentration").area);
    let saturdays = compare(
        &county.snapshot,
        &[("place", &area), ("before", "2025-02"), ("after", "2025-03"), ("weekday", "sat"), ("source", "council-asb")],
    );
    assert_eq!((saturdays["before"]["days"].as_i64(), saturdays["after"]["days"].as_i64()), (Some(4), Some(5)));
    // Months without a day that is asked for were not "not received".
    let winter = [("place", area.as_str()), ("before", "2024-12"), ("after", "2025-12"), ("source", "council-asb")];
    let holidays = compare(&county.snapshot, &[&winter[..], &[("calendar", "term")]].concat());
    assert_eq!(holidays["before"]["not_received"], serde_json::json!([]));
    let summers = [("place", area.as_str()), ("before", "2024-Q3"), ("after", "2025-Q3"), ("source", "council-asb")];
    let term = compare(&county.snapshot, &[&summers[..], &[("calendar", "term")]].concat());
    assert_eq!(term["before"]["not_received"], serde_json::json!([]), "{term:#}");
    assert!(term["before"]["days"].as_i64().unwrap() < 62);
    let claim = compare(
        &county.snapshot,
        &[("place", &area), ("before", "2024"), ("after", "2025"), ("source", "holm-police")],
    );
    for (window, from, to) in [("before", "2024-01-01", "2025-01-01"), ("after", "2025-01-01", "2026-01-01")] {
        let query = [("in", area.as_str()), ("from", from), ("to", to), ("source", "holm-police")];
        let counted = count(&county.snapshot, &query).1;
        assert_eq!(claim[window]["count"], counted["counted"]);
        assert_eq!(claim[window]["time_too_coarse"], counted["time_too_coarse"]);
    }
}

#[test]
fn a_source_that_is_not_complete_is_left_out_and_a_claim_names_its_sources() {
    let county = county();
    let area = format!("areas:{}", county.truth("clear-hold-build").area);
    let claim = compare(&county.snapshot, &[("place", &area), ("before", "2024"), ("after", "2025")]);
    // Youth contacts were not sent for a quarter of 2025.
    let what = claim["what"].as_str().unwrap();
    assert!(what.contains("holm-police") && what.contains("council-asb") && !what.contains("youth-contacts"), "{what}");
    assert_eq!(claim["after"]["days"], 365);
    let gaps = compare(
        &county.snapshot,
        &[("place", &area), ("before", "2024"), ("after", "2025"), ("source", "youth-contacts")],
    );
    assert_eq!(gaps["after"]["days"], 365 - 91);
    assert_eq!(gaps["after"]["not_received"], serde_json::json!(["2025-04", "2025-05", "2025-06"]));
}
