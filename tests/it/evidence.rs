//! Evidence on the demo county: what is planted is found, what is only a season is not called real, and every way to ask
//! gives the same bytes.

use std::sync::OnceLock;

use axum::{body::to_bytes, http::Request};
use places::{
    analysis::{
        BriefingRequest, EmergingRequest, HotspotRequest, ScanRequest, VliRequest, briefing, emerging, hotspots,
        question, scan, vli,
    },
    ask::ColumnValues,
    claims::{Claimed, Keeping, Outcome, Replayed, all, claim, keep, replay},
    demo::{Manifest, import_files, write_files},
    import::Progress,
    server::{AppState, router},
    snapshot::Snapshot,
    workspace::Workspace,
};
use tower::ServiceExt;

use crate::support::{exact, places_ok, read};

struct County {
    _folder: tempfile::TempDir,
    manifest: Manifest,
    workspace: Workspace,
    snapshot: Snapshot,
}

/// Made once: the tests only read it.
fn county() -> &'static County {
    static COUNTY: OnceLock<County> = OnceLock::new();
    COUNTY.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let manifest = write_files(&folder.path().join("files"), 1).unwrap();
        let root = folder.path().join("w");
        let workspace = import_files(&folder.path().join("files"), &root, &Progress::default(), |_| {}).unwrap();
        let snapshot = Snapshot::load(&workspace).unwrap();
        County { _folder: folder, manifest, workspace, snapshot }
    })
}

impl County {
    fn truth(&self, kind: &str) -> &places::demo::Truth {
        self.manifest.truths.iter().find(|t| t.kind == kind).unwrap()
    }
}

/// An answer that can be kept.
pub fn make(snapshot: &Snapshot, name: &str, pairs: &[(&str, &str)]) -> Claimed {
    let asked = question(name).unwrap().ask(pairs.iter().copied()).unwrap();
    let reader = exact(snapshot);
    let mut answer = asked.answer(&reader).unwrap();
    claim(asked.as_ref(), snapshot, &mut answer).unwrap()
}

fn compare(snapshot: &Snapshot, pairs: &[(&str, &str)]) -> serde_json::Value {
    serde_json::from_str(&make(snapshot, "compare", pairs).json).unwrap()
}

/// Every number in a JSON value is finite: null stands where there is none.
fn no_nan(text: &str) {
    for bad in ["NaN", "Infinity", "inf,", "inf}"] {
        assert!(!text.contains(bad), "{bad} in {text}");
    }
}

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
fn the_concentration_is_a_hot_spot_and_the_emerging_quarter_is_seen_to_emerge() {
    let county = county();
    let ask = |pairs: &[(&str, &str)]| {
        let request = read::<HotspotRequest>(pairs);
        hotspots(&exact(&county.snapshot), &request).unwrap()
    };
    let cell_near = |kind: &str, resolution: u8| {
        let [lon, lat] = county.truth(kind).at;
        places::grid::cell_of_point(places::model::LonLat::new(lon, lat).unwrap(), resolution)
    };
    for exposure in ["equal", "residents"] {
        let found = ask(&[("cell", "8"), ("exposure", exposure), ("source", "holm-police"), ("hot", "true")]);
        let ColumnValues::Cells(cells) = &found.rows.columns[0].values else { panic!("cells") };
        let disk = places::grid::grid_disk(&[cell_near("concentration", 8)], 1);
        assert!(cells.iter().any(|c| disk.contains(c)), "{exposure}: {} hot", cells.len());
        assert_eq!(found.summary.method.hot, cells.len());
    }
    let pairs = [
        ("cell", "8"),
        ("source", "holm-police"),
        ("exposure", "residents"),
        ("from", "2025-07-01"),
        ("to", "2026-07-01"),
    ];
    let request = read::<EmergingRequest>(&pairs);
    let found = emerging(&exact(&county.snapshot), &request).unwrap();
    let near: Vec<u64> = places::grid::grid_disk(&[cell_near("emerging", 8)], 1);
    let ColumnValues::Cells(cells) = &found.rows.columns[0].values else { panic!("cells") };
    let classes: Vec<String> =
        (0..cells.len()).filter(|&i| near.contains(&cells[i])).map(|i| found.rows.text(2, i)).collect();
    let rising = ["new hot spot", "consecutive hot spot", "sporadic hot spot"];
    assert!(classes.iter().any(|c| rising.contains(&c.as_str())), "{classes:?}");
    let total: usize = found.summary.classes.iter().map(|c| c.1).sum();
    assert_eq!(total, found.summary.map.method.cells);
}

#[test]
fn the_emerging_quarter_is_found_by_briefing_and_scan() {
    let county = county();
    let emerges = &county.truth("emerging").area;
    let ask = |pairs: &[(&str, &str)]| {
        let request = read::<BriefingRequest>(pairs);
        briefing(&exact(&county.snapshot), &request).unwrap()
    };
    let found = ask(&[("as_of", "2026-05-01"), ("since", "2026-03-01"), ("source", "holm-police")]);
    let first = &found.changes[0];
    assert_eq!(first.place, format!("areas:{emerges}"), "{found:#?}");
    assert!(first.ratio.unwrap() > 3.0 && first.q_value < 1e-6 && first.why.contains("more than the usual"));
    assert!(found.changes.len() <= 7 && found.tested > 80);
    // The seaside in summer and in autumn is no news.
    let seaside = format!("areas:{}", county.truth("season-only").area);
    for (since, as_of) in [("2025-07-01", "2025-09-01"), ("2025-10-01", "2025-12-01")] {
        let quiet = ask(&[("as_of", as_of), ("since", since), ("source", "holm-police")]);
        assert!(quiet.changes.iter().all(|c| c.place != seaside), "{:#?}", quiet.changes);
    }
    let pairs = [("cell", "8"), ("source", "holm-police"), ("from", "2025-05-01"), ("to", "2026-05-01")];
    let request = read::<ScanRequest>(&pairs);
    let clusters = scan(&exact(&county.snapshot), &request).unwrap();
    assert!(clusters.clusters[0].p_value <= 0.001 + 1e-12);
    let [lon, lat] = county.truth("emerging").at;
    let near = places::grid::cell_of_point(places::model::LonLat::new(lon, lat).unwrap(), 8);
    let disk = places::grid::grid_disk(&[near], 2);
    assert!(clusters.cells[0].iter().any(|c| disk.contains(c)));
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
    let scratch = crate::support::Scratch::with_areas();
    let file = |month: &str, rows: usize, seed: u64| {
        let text = crate::support::police_file(month, "Here", rows, seed);
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
fn harm_stands_beside_the_count_and_what_has_no_weight_is_counted() {
    let scratch = crate::support::Scratch::with_areas();
    let file = crate::support::police_file("2025-01", "Here", 300, 5);
    scratch.import_police(&[scratch.write("2025-01-here-street.csv", file)]);
    let weights = scratch.write("weights.csv", "Category,Days\nRobbery,365\nburglary,\"1,000\"\nDrugs,many\n");
    let root = scratch.workspace.root().to_string_lossy().into_owned();
    let added = crate::support::places(&["--workspace", &root, "harm", "add", &weights, "--name", "days"]);
    assert!(added.status.success() && String::from_utf8(added.stderr).unwrap().contains("line 4: \"many\""));
    let (by_kind, _) = scratch.count(&[("by", "category"), ("harm", "days")]);
    let (mut all, mut harm, mut without) = (0, 0.0, 0);
    for line in by_kind.lines().skip(1) {
        let row: Vec<&str> = line.split(',').collect();
        let count: u64 = row[1].parse().unwrap();
        let weight = match row[0] {
            "Robbery" => 365.0,
            "Burglary" => 1000.0,
            _ => 0.0,
        };
        assert_eq!(row[2].parse::<f64>().unwrap(), weight * count as f64, "{line}");
        assert_eq!(row[3].parse::<u64>().unwrap(), if weight > 0.0 { 0 } else { count }, "{line}");
        all += count;
        harm += weight * count as f64;
        without += row[3].parse::<u64>().unwrap();
    }
    assert!(harm > 0.0);
    let (whole, _) = scratch.count(&[("harm", "days")]);
    assert_eq!(whole.lines().nth(1).unwrap(), format!("{all},{harm},{without}"));
    let areas = scratch.count(&[("by", "area:squares"), ("harm", "days")]).0;
    let sum: f64 = areas.lines().skip(1).map(|l| l.split(',').nth(3).unwrap().parse::<f64>().unwrap()).sum();
    assert_eq!(sum, harm);
    let refused = crate::support::places(&["--workspace", &root, "hotspots", "--harm", "days"]);
    assert!(!refused.status.success());
}

#[test]
fn an_area_that_a_source_did_not_reach_has_no_index() {
    let county = county();
    let index = |source: &str| {
        let pairs = [("layer", "areas"), ("indicator", "crime:all"), ("source", source)];
        let request = read::<VliRequest>(&pairs);
        let rows = vli(&exact(&county.snapshot), &request).unwrap().rows;
        let ColumnValues::Numbers(index) = &rows.columns[2].values else { panic!("numbers") };
        (0..rows.len()).map(|row| (rows.text(0, row), index[row])).collect::<std::collections::BTreeMap<_, _>>()
    };
    assert!(index("holm-police").values().all(|v| v.is_finite()));
    // A source of one square and one of two: the square that only one reaches is compared with nothing.
    let scratch = crate::support::Scratch::with_areas();
    let root = scratch.workspace.root().to_string_lossy().into_owned();
    let row = |force: &str, lat: f64, i: usize| {
        format!(",2025-01,{force},{force},1.0{i},{lat},Here,E01,Here 001A,Robbery,,\n")
    };
    let both: String = (1..9).flat_map(|i| [row("here", 52.55, i), row("here", 52.65, i)]).collect();
    let text = format!("{}{both}", crate::support::POLICE_HEADER);
    scratch.import_police(&[scratch.write("2025-01-here-street.csv", text)]);
    let mapping = "source = \"wardens\"\n[columns]\nwhen = \"day\"\ncategory = \"kind\"\nid = \"id\"\nlon = \"lon\"\nlat = \"lat\"\n";
    let wardens = "id,kind,day,lon,lat\n1,Litter,2025-01-03,1.05,52.55\n";
    scratch.import_mapped(&[scratch.write("wardens.csv", wardens)], mapping);
    let people = scratch.write("people.csv", "code,residents\nQ1,1000\nQ2,1000\nQ3,1000\nQ4,1000\n");
    places_ok(&["--workspace", &root, "indicators", "add", &people, "--layer", "squares"]);
    let snapshot = scratch.snapshot();
    let pairs = [("layer", "squares"), ("indicator", "crime:all"), ("source", "police.uk"), ("source", "wardens")];
    let request = read::<VliRequest>(&pairs);
    let answer = vli(&exact(&snapshot), &request);
    let districts: std::collections::BTreeSet<&str> =
        snapshot.layers[0].areas.iter().map(|a| a.district.as_str()).collect();
    let rows = answer.unwrap().rows;
    let ColumnValues::Numbers(rates) = &rows.columns[5].values else { panic!("numbers") };
    for (row, rate) in rates.iter().enumerate() {
        let code = rows.text(0, row);
        let district = &snapshot.layers[0].areas.iter().find(|a| a.code == code).unwrap().district;
        let reached = snapshot.coverage.each(&["wardens"], &[places::model::Month(2025 * 12)], district);
        assert_eq!(rate.is_finite(), reached, "{code} of {districts:?}");
    }
    assert!(rates.iter().any(|r| r.is_nan()) && rates.iter().any(|r| r.is_finite()));
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
        let counted = crate::support::count(&county.snapshot, &query).1;
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

#[test]
fn a_question_without_an_answer_gets_a_sentence() {
    let county = county();
    let root = county.workspace.root().to_string_lossy().into_owned();
    let area = format!("areas:{}", county.truth("concentration").area);
    let polygon = county.workspace.root().join("../nowhere.geojson").to_string_lossy().into_owned();
    fs_err::write(&polygon, r#"{"type":"Polygon","coordinates":[[[0,10],[0.1,10],[0.1,10.1],[0,10.1],[0,10]]]}"#)
        .unwrap();
    let with = |arguments: &[&str]| crate::support::places(&[&["--workspace", &root], arguments].concat());
    let compare = |pairs: &[&str]| with(&[&["compare", "--no-store", "--place", &area], pairs].concat());
    for (output, words) in [
        (compare(&["--before", "2019", "--after", "2025"]), "nothing of 2019-01-01..2020-01-01 was received"),
        (compare(&["--before", "2024", "--after", "2024-Q3"]), "share"),
        (compare(&["--before", "2025", "--after", "2024"]), "later than before"),
        (compare(&["--before", "2024-13", "--after", "2025"]), "a period such as"),
        (with(&["compare", "--place", "areas:nothing", "--before", "2024", "--after", "2025"]), "not known"),
        (with(&["compare", "--place", "nothing", "--before", "2024", "--after", "2025"]), "LAYER:CODE"),
        (
            with(&["compare", "--place", &polygon, "--before", "2024", "--after", "2025", "--no-store"]),
            "outside the study area",
        ),
        (with(&["hotspots", "--cell", "5"]), "7 to 11"),
        (with(&["hotspots", "--cell", "8", "--exposure", "recorded"]), "with a category or definition"),
        (with(&["hotspots", "--cell", "8", "--from", "2019-01-01", "--to", "2019-02-01"]), "nothing of the period"),
        (with(&["hotspots", "--cell", "7", "--cell", "871940000ffffff"]), "error"),
        (with(&["emerging", "--from", "2026-06-01"]), "at least two steps"),
        (with(&["scan", "--from", "2026-05-01"]), "at least three months"),
        (with(&["briefing", "--as-of", "2023-08-01"]), "no answer"),
        (with(&["briefing", "--as-of", "2026-05-15"]), ""),
        (with(&["vli", "--layer", "areas", "--indicator", "nothing"]), "not known"),
        (with(&["profile", "areas:nothing"]), "not known"),
        (with(&["claims", "replay", "nothing"]), "no claim"),
        (with(&["trend", "--area", "nothing"]), "not known"),
    ] {
        let message = String::from_utf8(output.stderr.clone()).unwrap();
        let told = String::from_utf8(output.stdout.clone()).unwrap();
        assert!(!message.contains("panicked"), "{message}");
        no_nan(&told);
        if !words.is_empty() {
            assert!(!output.status.success() && message.contains(words), "{words}: {message} {told}");
        }
    }
    // A comparison area that touches the ring is left out, and said.
    let next = &county.truth("clear-hold-build");
    let neighbor = format!("areas:{}", next.into[0]);
    let output = with(&[
        "compare",
        "--no-store",
        "--place",
        &format!("areas:{}", next.area),
        "--before",
        "2024",
        "--after",
        "2025",
        "--comparison",
        &neighbor,
    ]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success() && text.contains("was left out of the comparison"), "{text}");
}

#[test]
fn zero_counts_one_cell_and_equal_counts_are_sentences_too() {
    let scratch = crate::support::Scratch::with_areas();
    let row = |month: &str, i: usize| format!(",{month},Here,Here,1.0{i},52.55,Here,E01,Here 001A,Robbery,,\n");
    for (month, rows) in [("2024-01", 3), ("2024-02", 0), ("2025-01", 1)] {
        let body: String = (0..rows.max(1)).map(|i| row(month, i + 1)).collect();
        let text = format!("{}{body}", crate::support::POLICE_HEADER);
        scratch.import_police(&[scratch.write(&format!("{month}-here-street.csv"), text)]);
    }
    let root = scratch.workspace.root().to_string_lossy().into_owned();
    let with = |arguments: &[&str]| crate::support::places(&[&["--workspace", &root], arguments].concat());
    for arguments in [
        &["compare", "--place", "squares:Q4", "--before", "2024-01", "--after", "2025-01", "--format", "json"][..],
        &["compare", "--place", "squares:Q1", "--before", "2024-01", "--after", "2025-01", "--format", "json"],
        &["compare", "--place", "squares:Q1", "--before", "2024-01", "--after", "2024-02", "--format", "json"],
        &["hotspots", "--cell", "8", "--category", "Robbery", "--from", "2025-01-01", "--format", "json"],
        &["hotspots", "--cell", "7", "--test", "gi-star", "--in", "squares:Q4", "--format", "json"],
        &["hotspots", "--cell", "8", "--in", "squares:Q4", "--format", "json"],
        &["emerging", "--cell", "7", "--format", "json"],
        &["trend", "--area", "squares", "--format", "json"],
        &["trend", "--in", "squares:Q4", "--format", "json"],
        &["scan", "--format", "json"],
        &["briefing", "--format", "json"],
        &["vli", "--layer", "squares", "--format", "json"],
        &["profile", "squares:Q4", "--format", "json"],
        &["profile", "squares:Q1"],
    ] {
        let output = with(arguments);
        let (told, message) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
        assert!(!message.contains("panicked"), "{arguments:?}: {message}");
        no_nan(&told);
        if output.status.success() {
            assert!(!told.is_empty());
        } else {
            assert!(message.starts_with("error: ") && message.len() > 40, "{arguments:?}: {message}");
        }
    }
    let few = with(&["compare", "--place", "squares:Q1", "--before", "2024-01", "--after", "2025-01"]);
    let told = format!("{}{}", String::from_utf8(few.stdout).unwrap(), String::from_utf8(few.stderr).unwrap());
    assert!(told.contains("Verdict: too few to say."), "{told}");
}
