//! Questions are declared once: what follows from the table is the same at every edge.

use std::{collections::BTreeSet, path::Path, sync::Arc};

use axum::{
    body::{Body, to_bytes},
    http::{Request, Response},
};
use places::{
    analysis::{QUESTIONS, question},
    ask::Kind,
    server::{AppState, router},
};
use tower::ServiceExt;

use crate::support::{Scratch, places, places_ok, police_file};

fn scratch() -> Scratch {
    let scratch = Scratch::with_areas();
    for (i, month) in ["2024-01", "2024-02", "2025-01", "2025-02"].iter().enumerate() {
        let file = police_file(month, "Here", 300, i as u64);
        scratch.import_police(&[scratch.write(&format!("{month}-here-street.csv"), file)]);
    }
    scratch
}

async fn send(state: &Arc<AppState>, request: axum::http::request::Builder) -> Response<Body> {
    router(state.clone()).oneshot(request.header("host", "127.0.0.1:8080").body(Body::empty()).unwrap()).await.unwrap()
}

async fn get(state: &Arc<AppState>, uri: &str) -> (u16, serde_json::Value) {
    let response = send(state, Request::get(uri)).await;
    let status = response.status().as_u16();
    let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    (status, serde_json::from_slice(&bytes).unwrap_or_default())
}

/// The entries of a workspace's log.
fn logged(scratch: &Scratch) -> Vec<places::access::Entry> {
    let mut entries = Vec::new();
    places::access::entries(&scratch.workspace.log_path(), |entry, _| entries.push(entry.clone())).unwrap();
    entries
}

/// Values that a question cannot do without.
pub(crate) fn least(name: &str) -> Vec<(&'static str, &'static str)> {
    match name {
        "breaks" => vec![("by", "cell:8")],
        "compare" => vec![("place", "squares:Q1"), ("before", "2024-01"), ("after", "2025-01")],
        "profile" => vec![("place", "squares:Q1")],
        "vli" => vec![("layer", "squares")],
        _ => Vec::new(),
    }
}

#[test]
fn the_canonical_form_of_every_question_is_the_golden_one() {
    let cases: Vec<(&str, Vec<(&str, &str)>)> = QUESTIONS
        .iter()
        .map(|e| (e.declaration.name, least(e.declaration.name)))
        .chain([
            (
                "count",
                vec![("source", "b,a"), ("by", "month"), ("source", "a"), ("hours", "22-2"), ("weekday", "Friday,mon")],
            ),
            ("count", vec![("bbox", "1,52,1.50,52.5"), ("zeros", "true"), ("top", "007"), ("in", "sq:Q2,sq:Q1")]),
            ("hotspots", vec![("cell", "9"), ("cell", "88194E6A1DFFFFF"), ("exposure", "equal"), ("hot", "false")]),
            (
                "compare",
                vec![
                    ("place", "box:1/52/2/53"),
                    ("before", "2024-Q1"),
                    ("after", "2025-01-01..2025-04-01"),
                    ("comparison", "none"),
                ],
            ),
        ])
        .collect();
    let lines: Vec<String> =
        cases.into_iter().map(|(name, pairs)| question(name).unwrap().ask(pairs).unwrap().canonical().text()).collect();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/canonical.jsonl");
    let text = lines.join("\n") + "\n";
    if std::env::var_os("PLACES_BLESS").is_some() {
        fs_err::write(&path, &text).unwrap();
    }
    assert_eq!(fs_err::read_to_string(path).unwrap(), text, "another form needs another version (ask::FORM)");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_doubled_or_unknown_parameter_is_refused_by_every_question_and_edge() {
    let scratch = scratch();
    let root = scratch.workspace.root().to_string_lossy().into_owned();
    let state = AppState::new(scratch.workspace.clone()).unwrap();
    for entry in &QUESTIONS {
        let declaration = entry.declaration;
        let pairs: Vec<String> = least(declaration.name).iter().map(|(n, v)| format!("{n}={v}")).collect();
        let path = declaration.route().replace("{layer}", "squares").replace("{code}", "Q1");
        let base = format!("/api/v1{path}?{}", if path.contains("Q1") { String::new() } else { pairs.join("&") });
        for parameter in declaration.parameters().filter(|p| !p.kind.repeats() && p.name != declaration.positional) {
            let twice = format!("{base}&{0}={1}&{0}={1}", parameter.name, parameter.example);
            let (status, problem) = get(&state, &twice).await;
            assert_eq!((status, problem["parameter"].as_str()), (400, Some(parameter.name)), "{twice}: {problem}");
            if parameter.kind == Kind::Flag {
                continue;
            }
            let flag = format!("--{}", parameter.name.replace('_', "-"));
            let once = [flag.as_str(), parameter.example];
            let mut arguments = vec!["--workspace", &root, declaration.name];
            arguments.extend([once, once].concat());
            assert_eq!(places(&arguments).status.code(), Some(2), "{arguments:?}");
        }
        let (status, problem) = get(&state, &format!("{base}&surprise=1")).await;
        assert_eq!(status, 400);
        let known: BTreeSet<&str> = declaration.names().collect();
        let told: BTreeSet<&str> = problem["allowed"].as_array().unwrap().iter().filter_map(|a| a.as_str()).collect();
        assert_eq!(told, known, "{}", declaration.name);
        let (status, _) = get(&state, &format!("{base}&f=csv&f=json")).await;
        assert_eq!(status, 400, "{}", declaration.name);
    }
}

#[test]
fn edges_name_no_parameter_of_a_question_and_every_parameter_is_declared_once() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let own = [
        "replicates",
        "exposure",
        "ring_cell",
        "permutations",
        "scheme",
        "reference",
        "picked",
        "definition",
        "weekday",
        "calendar",
    ];
    for file in ["server/ask.rs", "server/api.rs", "server/tiles.rs", "cli/ask.rs", "cli/mod.rs"] {
        let text = fs_err::read_to_string(src.join(file)).unwrap();
        for name in own {
            assert!(!text.contains(&format!("\"{name}\"")), "{file} names {name}");
        }
    }
    for entry in &QUESTIONS {
        let names: Vec<&str> = entry.declaration.names().collect();
        assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len(), "{}", entry.declaration.name);
    }
}

#[test]
fn received_is_decided_in_one_place_and_a_place_is_resolved_in_one() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    let mut folders = vec![src.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs_err::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    let holding = |needle: &str| -> Vec<String> {
        let holds = |p: &&std::path::PathBuf| fs_err::read_to_string(p).unwrap().contains(needle);
        let name = |p: &std::path::PathBuf| p.strip_prefix(&src).unwrap().to_string_lossy().into_owned();
        files.iter().filter(holds).map(name).collect()
    };
    assert_eq!(
        holding("sure.hold(period)"),
        ["snapshot/coverage/mod.rs"],
        "what was received is asked in one predicate"
    );
    assert_eq!(holding("pub fn of(&self, source: &str, period: Period"), ["snapshot/coverage/mod.rs"]);
    assert_eq!(holding("fn find_area<"), ["snapshot/region/place.rs"]);
    // A programme is a place too: whoever tells the forms apart would have to name it.
    let telling: BTreeSet<String> = holding("PlaceRef::Programme").into_iter().collect();
    assert_eq!(telling, BTreeSet::from(["snapshot/region/place.rs".to_owned()]));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_question_has_a_command_a_route_a_description_and_every_format() {
    let scratch = scratch();
    let root = scratch.workspace.root().to_string_lossy().into_owned();
    let people = scratch.write("people.csv", "code,residents\nQ1,1000\nQ2,1200\nQ3,900\nQ4,800\n");
    places_ok(&["--workspace", &root, "indicators", "add", &people, "--layer", "squares"]);
    let state = AppState::new(scratch.workspace.clone()).unwrap();
    let (_, described) = get(&state, "/openapi.json").await;
    for entry in &QUESTIONS {
        let declaration = entry.declaration;
        let help = places_ok(&[declaration.name, "--help"]);
        let operation = &described["paths"][format!("/api/v1{}", declaration.route())]["get"];
        let described: Vec<&str> =
            operation["parameters"].as_array().unwrap().iter().filter_map(|p| p["name"].as_str()).collect();
        for parameter in declaration.parameters() {
            assert!(help.contains(parameter.about.split(' ').next().unwrap()), "{}: {help}", parameter.name);
            let in_path = parameter.name == declaration.positional;
            assert!(in_path || described.contains(&parameter.name), "{} of {}", parameter.name, declaration.name);
        }
        if matches!(declaration.name, "scan" | "briefing" | "emerging") {
            // Four months are too few for these; their formats are those of the others.
            continue;
        }
        let pairs: Vec<String> = least(declaration.name).iter().map(|(n, v)| format!("{n}={v}")).collect();
        let path = declaration.route().replace("{layer}", "squares").replace("{code}", "Q1");
        for format in places::export::served() {
            let query = if path.contains("Q1") { String::new() } else { pairs.join("&") };
            let uri = format!("/api/v1{path}?{query}&f={}", format.name());
            let response = send(&state, Request::get(&uri)).await;
            if format.name() == "geojson" && response.status() == 422 {
                // Rows without a place are no map.
                let problem = to_bytes(response.into_body(), usize::MAX).await.unwrap();
                assert!(String::from_utf8_lossy(&problem).contains("needs a place for every row"), "{uri}");
                continue;
            }
            assert_eq!(response.status(), 200, "{uri}");
            assert_eq!(response.headers()["content-type"], format.media_type(), "{uri}");
            let length = to_bytes(response.into_body(), usize::MAX).await.unwrap().len();
            assert!(length > 2, "{uri}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn limits_of_what_has_no_map_are_refused_and_harm_has_limits() {
    let scratch = scratch();
    let root = scratch.workspace.root().to_string_lossy().into_owned();
    let harm = scratch.write("harm.csv", "category,weight\nRobbery,7\nBurglary,0.5\n");
    places_ok(&["--workspace", &root, "harm", "add", &harm, "--name", "days"]);
    let state = AppState::new(scratch.workspace.clone()).unwrap();
    for by in ["", "month", "category", "hour", "day", "week", "weekday", "source", "month,category"] {
        let (status, problem) = get(&state, &format!("/api/v1/breaks?by={by}")).await;
        assert_eq!((status, problem["parameter"].as_str()), (400, Some("by")), "{by}: {problem}");
    }
    let (_, counts) = get(&state, "/api/v1/breaks?by=month,area:squares").await;
    assert!(counts["max"].as_f64().unwrap() > 10.0);
    let (status, harm) = get(&state, "/api/v1/breaks?by=area:squares&harm=days&category=Robbery").await;
    let (_, robberies) = get(&state, "/api/v1/breaks?by=area:squares&category=Robbery").await;
    assert_eq!((status, harm["max"].as_f64().unwrap()), (200, 7.0 * robberies["max"].as_f64().unwrap()));
    assert!(!harm["breaks"].as_array().unwrap().is_empty());
}

#[test]
fn a_file_is_of_the_format_that_its_name_says() {
    let scratch = scratch();
    let root = scratch.workspace.root().to_string_lossy().into_owned();
    let file = |name: &str| scratch.folder.path().join(name).to_string_lossy().into_owned();
    let count = |arguments: &[&str]| places(&[&["--workspace", &root, "count", "--by", "month"], arguments].concat());
    for (name, format) in [("a.csv", "parquet"), ("a.parquet", "csv"), ("a.json", "geojson"), ("a.exe", ""), ("a", "")]
    {
        let path = file(name);
        let mut arguments = vec!["-o", &path];
        if !format.is_empty() {
            arguments.extend(["--format", format]);
        }
        let output = count(&arguments);
        assert_eq!(output.status.code(), Some(2), "{name} {format}: {}", String::from_utf8_lossy(&output.stderr));
        assert!(!Path::new(&path).exists(), "nothing is written");
    }
    for (name, beginning) in [("b.csv", "month,count"), ("b.json", "{\"rows\""), ("b.parquet", "PAR1")] {
        let path = file(name);
        assert!(count(&["-o", &path]).status.success());
        assert!(String::from_utf8_lossy(&fs_err::read(&path).unwrap()).starts_with(beginning), "{name}");
    }
    let path = file("b.geojson");
    let by = |by: &str| places(&["--workspace", &root, "count", "--by", by, "-o", &path]);
    assert!(by("area:squares,month").status.success());
    let text = fs_err::read_to_string(&path).unwrap();
    assert!(text.starts_with("{\"type\"") && !text.contains("\"geometry\":null"), "{text}");
    assert!(count(&["-o", &file("dat"), "--format", "csv"]).status.success());
}

#[test]
fn a_map_of_what_has_no_place_is_refused() {
    let scratch = scratch();
    let root = scratch.workspace.root().to_string_lossy().into_owned();
    for (question, rest) in
        [("count", &["--by", "category"][..]), ("count", &["--by", "source,month"]), ("coverage", &[])]
    {
        let path = scratch.folder.path().join("none.geojson").to_string_lossy().into_owned();
        for to in [&["--format", "geojson"][..], &["-o", &path]] {
            let output = places(&[&["--workspace", &root, question], rest, to].concat());
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            assert_eq!(output.status.code(), Some(2), "{question} {rest:?}: {said}");
            assert!(said.contains("cell:7 to cell:11 or area:squares") && said.contains("csv"), "{said}");
            assert!(output.stdout.is_empty() && !Path::new(&path).exists());
        }
    }
}

#[test]
fn zeros_lie_in_the_place_asked_and_the_study_area_and_pairs_meet() {
    let scratch = scratch();
    let root = scratch.workspace.root().to_string_lossy().into_owned();
    let square = |code: &str, w: f64, s: f64, e: f64, n: f64| {
        format!(
            r#"{{"type":"Feature","properties":{{"code":"{code}","name":"{code}"}},"geometry":{{"type":"Polygon","coordinates":[[[{w},{s}],[{e},{s}],[{e},{n}],[{w},{n}],[{w},{s}]]]}}}}"#
        )
    };
    let layer = |name: &str, features: &[String]| {
        let text = format!(r#"{{"type":"FeatureCollection","features":[{}]}}"#, features.join(","));
        let file = scratch.write(&format!("{name}.geojson"), text);
        places_ok(&["--workspace", &root, "areas", "add", name, &file]);
    };
    layer("ward", &[square("W1", 1.01, 52.51, 1.03, 52.53)]);
    layer("far", &[square("Z1", 1.5, 52.5, 1.6, 52.6), square("Z2", 1.15, 52.65, 1.25, 52.75)]);
    let rows = |arguments: &[&str]| {
        let text = places_ok(&[&["--workspace", &root, "count", "--zeros", "--format", "csv"], arguments].concat());
        text.lines().skip(1).map(str::to_owned).collect::<Vec<_>>()
    };
    let squares = rows(&["--by", "area:squares", "--in", "ward:W1"]);
    assert!(squares.len() <= 1 && squares.iter().all(|r| r.starts_with("Q1,")), "{squares:?}");
    let far = rows(&["--by", "area:far"]);
    assert!(far.iter().all(|r| !r.starts_with("Z1,")) && far.len() == 1, "{far:?}");
    // A cell and an area that share no ground are no pair.
    let cells = rows(&["--by", "cell:8"]).len();
    let pairs = rows(&["--by", "cell:8,area:squares"]);
    assert!(pairs.len() >= cells && pairs.len() < 2 * cells, "{} pairs of {cells} cells and 4 areas", pairs.len());
    assert_eq!(rows(&["--by", "area:squares,cell:8"]).len(), pairs.len());
    let in_ward = rows(&["--by", "cell:9", "--in", "ward:W1"]);
    assert!(!in_ward.is_empty() && in_ward.len() < 60, "{}", in_ward.len());
    let outside = places(&["--workspace", &root, "profile", "far:Z1"]);
    assert!(String::from_utf8_lossy(&outside.stderr).contains("outside the study area"));
    for place in ["programme:1", "session:1"] {
        let output = places(&["--workspace", &root, "count", "--in", place]);
        let message = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.code() == Some(2) && message.contains("none yet"), "{message}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tags_tell_workspaces_apart_and_304_looks_at_nothing() {
    let (one, two) = (scratch(), scratch());
    let states = [&one, &two].map(|s| AppState::new(s.workspace.clone()).unwrap());
    let uri = "/api/v1/count?by=area:squares&top=2";
    let mut tags = Vec::new();
    for state in &states {
        tags.push(send(state, Request::get(uri)).await.headers()["etag"].to_str().unwrap().to_owned());
    }
    assert_ne!(tags[0], tags[1], "two workspaces with the same rows");
    let looks = || logged(&one).len();
    let before = looks();
    let again = send(&states[0], Request::get(uri).header("if-none-match", &tags[0])).await;
    assert_eq!((again.status().as_u16(), looks()), (304, before), "nothing was computed");
    let zipped =
        send(&states[0], Request::get("/api/v1/count?by=cell:9,month").header("accept-encoding", "br, gzip;q=0.1"))
            .await;
    assert_eq!(zipped.headers()["content-encoding"], "br");
    let tag = zipped.headers()["etag"].to_str().unwrap().to_owned();
    let plain = send(&states[0], Request::get("/api/v1/count?by=cell:9,month")).await;
    assert_ne!(tag, plain.headers()["etag"].to_str().unwrap(), "another representation has another tag");
    let known = send(&states[0], Request::get("/api/v1/count?by=cell:9,month").header("if-none-match", &tag)).await;
    assert_eq!(known.status(), 304);
    let head = send(&states[0], Request::head(uri)).await;
    assert_eq!((head.status().as_u16(), head.headers()["etag"].to_str().unwrap()), (200, tags[0].as_str()));
    assert!(to_bytes(head.into_body(), usize::MAX).await.unwrap().is_empty());
    let options = send(&states[0], Request::options(uri)).await;
    assert_eq!((options.status().as_u16(), options.headers()["allow"].to_str().unwrap()), (204, "GET,HEAD"));
    let twice = send(&states[0], Request::get(uri).header("host", "127.0.0.1")).await;
    assert_eq!(twice.status(), 400, "two hosts");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_tiles_of_one_question_are_one_look_and_every_answer_is_logged() {
    let scratch = scratch();
    let state = AppState::new(scratch.workspace.clone()).unwrap();
    for x in 0..4 {
        for y in 0..4 {
            send(&state, Request::get(format!("/tiles/cells/2/{x}/{y}.mvt?category=Robbery"))).await;
        }
    }
    send(&state, Request::get("/tiles/cells/2/2/1.mvt?category=Burglary")).await;
    send(&state, Request::get("/api/v1/count?by=month")).await;
    let entries = logged(&scratch);
    let of = |verb: &str, kind: &str| entries.iter().filter(|e| e.verb == verb && e.kind.name() == kind).count();
    assert_eq!((of("tiles", "look"), of("count", "look"), of("count", "answer")), (2, 1, 1));
    let answer = entries.iter().find(|e| e.kind.name() == "answer").unwrap();
    assert_eq!(answer.rows, Some(4));
    let look = entries.iter().find(|e| e.verb == "count").unwrap();
    assert!(look.question.contains(r#""by":["month"]"#), "{}", look.question);
    places::access::verify(&scratch.workspace.log_path()).unwrap();
}

#[test]
fn what_falls_to_nought_is_no_rise() {
    let scratch = Scratch::with_areas();
    let row = |id: String, day: u32, month: u32, kind: &str, lon: f64| {
        format!("{id},2025-{month:02}-{day:02},{kind},{lon},52.55\n")
    };
    let mut text = "Ref,Date,Type,Lon,Lat\n".to_owned();
    text.extend((1..=12).map(|i| row(format!("a{i}"), i + 9, 1, "Noise", 1.05)));
    text.extend((1..=3).map(|i| row(format!("b{i}"), i + 9, 1, "Noise", 1.15)));
    text.extend((1..=9).map(|i| row(format!("c{i}"), i + 9, 2, "Noise", 1.05)));
    text.push_str(&row("d".into(), 28, 2, "Other", 1.15));
    let mapping = "source = \"asb\"\n[columns]\nid = \"Ref\"\nwhen = \"Date\"\ncategory = \"Type\"\nlon = \"Lon\"\nlat = \"Lat\"\n";
    scratch.import_mapped(&[scratch.write("few.csv", text)], mapping);
    let snapshot = scratch.snapshot();
    let claim = |place: &str| {
        let pairs = [("place", place), ("category", "Noise"), ("before", "2025-01"), ("after", "2025-02")];
        serde_json::from_str::<serde_json::Value>(&crate::demo_county::make(&snapshot, "compare", &pairs).json).unwrap()
    };
    for place in ["squares:Q1", "squares:Q2"] {
        let claim = claim(place);
        assert!(claim["county"]["ratio_of_ratios"].is_null(), "{claim:#}");
        let sentences = claim["sentences"].to_string();
        assert!(!sentences.contains("Against that") && sentences.contains("before, 0 after"), "{sentences}");
    }
}

#[test]
fn a_claims_identity_is_of_its_rows_and_the_answer_needs_no_lock_of_the_data() {
    let scratch = scratch();
    let root = scratch.workspace.root().to_string_lossy().into_owned();
    let mapping =
        "source = \"m\"\n[columns]\nid = \"id\"\nwhen = \"day\"\ncategory = \"kind\"\nlon = \"lon\"\nlat = \"lat\"\n";
    let rows = |kind: &str| {
        let row = |i: i32| format!("{i},{kind},{}-01-1{},1.05,52.55\n", 2024 + i % 2, i % 9);
        scratch.write("m.csv", format!("id,kind,day,lon,lat\n{}", (0..60).map(row).collect::<String>()))
    };
    scratch.import_mapped(&[rows("Noise")], mapping);
    let asked = [
        "--workspace",
        &root,
        "compare",
        "--place",
        "squares:Q1",
        "--before",
        "2024-01",
        "--after",
        "2025-01",
        "--source",
        "m",
        "--category",
        "Noise",
        "--comparison",
        "none",
    ];
    let first = places(&asked);
    let stored = |output: &std::process::Output| String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(stored(&first).contains("stored as"), "{}", stored(&first));
    assert!(stored(&places(&asked)).contains("stored before"));
    let text = fs_err::read_to_string(scratch.folder.path().join("m.csv")).unwrap();
    let changed = text.replace("3,Noise,2025", "3,Other,2025");
    assert_ne!(text, changed);
    scratch.import_mapped(&[scratch.write("m2.csv", changed)], mapping);
    let second = places(&asked);
    assert!(stored(&second).contains("stored as"), "{}", stored(&second));
    let listed = places_ok(&["--workspace", &root, "claims", "list"]);
    let ids: BTreeSet<&str> = listed.lines().map(|l| &l[..12]).collect();
    assert_eq!(ids.len(), 2, "{listed}");
    let id = first_id(&stored(&first));
    let replayed = places(&["--workspace", &root, "claims", "replay", &id]);
    assert!(
        !replayed.status.success() && stored(&replayed).contains("rows were delivered again"),
        "{}",
        stored(&replayed)
    );
    let lock = scratch.workspace.lock().unwrap();
    let meanwhile = places(&[&asked[..], &["--permutations", "199"]].concat());
    assert!(meanwhile.status.success() && stored(&meanwhile).contains("stored as"), "{}", stored(&meanwhile));
    drop(lock);
}

fn first_id(text: &str) -> String {
    text.split("stored as ").nth(1).unwrap().chars().take(12).collect()
}

#[tokio::test]
async fn a_filter_that_is_written_and_left_empty_is_refused_at_every_edge() {
    let scratch = scratch();
    let root = scratch.workspace.root().to_string_lossy().into_owned();
    let state = AppState::new(scratch.workspace.clone()).unwrap();
    for filter in ["source", "category", "definition", "in", "bbox", "from", "hours", "weekday", "calendar"] {
        for empty in ["", "%20", ",", ",%20,"] {
            let (status, error) = get(&state, &format!("/api/v1/count?{filter}={empty}")).await;
            assert_eq!(status, 400, "{filter}={empty}: {error}");
            assert_eq!(error["parameter"], filter, "{filter}={empty}: {error}");
        }
        let flag = format!("--{filter}");
        let run = places(&["--workspace", &root, "count", &flag, ""]);
        assert!(!run.status.success(), "{flag} with nothing");
    }
    assert_eq!(get(&state, "/api/v1/claims/0123456789ab?replay=").await.0, 400);
    assert_eq!(get(&state, "/api/v1/count?by=").await.0, 200, "a count by nothing is the total");
}
