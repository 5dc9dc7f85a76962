//! The first hour: a folder of downloads becomes a workspace, each file told by its content.

use std::{
    fmt::Write as _,
    io::Write as _,
    os::unix::fs::PermissionsExt as _,
    process::{Command, Stdio},
};

use crate::support::{POLICE_HEADER, Scratch, places, places_ok};

/// MSOAs of two counties as ONS publishes them: two districts of Norfolk, one of Yorkshire.
fn msoas() -> String {
    let square = |code: &str, name: &str, district: &str, w: f64, s: f64| {
        let (e, n) = (w + 0.1, s + 0.1);
        format!(
            r#"{{"type":"Feature","properties":{{"OBJECTID":1,"MSOA21CD":"{code}","MSOA21NM":"{name}","LADCD_ACTIVE":"{district}"}},
            "geometry":{{"type":"Polygon","coordinates":[[[{w},{s}],[{e},{s}],[{e},{n}],[{w},{n}],[{w},{s}]]]}}}}"#
        )
    };
    let features = [
        square("E02005560", "Norwich 012", "E07000148", 1.0, 52.5),
        square("E02005561", "Norwich 013", "E07000148", 1.1, 52.5),
        square("E02005503", "Breckland 001", "E07000143", 1.0, 52.6),
        square("E02002330", "Leeds 001", "E08000035", -1.6, 53.8),
    ];
    format!(r#"{{"type":"FeatureCollection","features":[{}]}}"#, features.join(","))
}

fn street_file(month: &str, force: &str, rows: usize) -> String {
    let mut text = POLICE_HEADER.to_owned();
    for i in 0..rows {
        let (lon, lat) = (1.01 + (i * 7 % 18) as f64 / 100.0, 52.51 + (i * 11 % 18) as f64 / 100.0);
        writeln!(text, "{force}{i},{month},{force},{force},{lon:.4},{lat:.4},On or near Rose Lane,,,Robbery,,")
            .unwrap();
    }
    text
}

/// What a person has after an hour of downloads.
fn downloads(scratch: &Scratch) -> String {
    scratch.write("dl/boundaries/MSOA_2021_EW_BGC_V3.geojson", msoas());
    for month in ["2025-01", "2025-02", "2025-03"] {
        let norfolk = street_file(month, "Norfolk Constabulary", 60);
        scratch.write(&format!("dl/police/{month}/{month}-norfolk-street.csv"), norfolk);
        scratch
            .write(&format!("dl/police/{month}/{month}-norfolk-outcomes.csv"), "Crime ID,Month,Outcome type\na,b,c\n");
        scratch.write(
            &format!("dl/police/{month}/{month}-cumbria-street.csv"),
            street_file(month, "Cumbria Constabulary", 9),
        );
    }
    scratch.write(
        "dl/nomis 2023.csv",
        "\"Population estimates - small areas\"\n\"ONS Crown Copyright\"\n\n\"geography code\",\"date\",\"residents\"\n\"E02005560\",2023,8000\n\"E02005561\",2023,7000\n\"E02005503\",2023,6000\n\"E02002330\",2023,9000\n",
    );
    scratch.write("dl/names.csv", "msoa21cd,msoa21hclnm\nE02005560,Lakenham\nE02005561,Tuckswood\n");
    let mut asb = "Case Ref,Date,Type,Longitude,Latitude\n".to_owned();
    let mut worded = "Ref,Date,Type,Street,Town\n".to_owned();
    for i in 0..30 {
        let kind = ["Noise", "Litter"][i % 2];
        writeln!(asb, "A{i},{:02}/01/2025,{kind},1.05,52.55", 1 + i % 28).unwrap();
        writeln!(worded, "W{i},2025-01-{:02},{kind},Rose Lane,Norwich", 1 + i % 28).unwrap();
    }
    scratch.write("dl/council/asb.csv", asb);
    scratch.write("dl/council/wardens.csv", worded);
    scratch.write("dl/council/~$asb.csv", "x");
    scratch.write("dl/photos.zip", "PK");
    scratch.folder.path().join("dl").to_string_lossy().into_owned()
}

#[test]
fn a_folder_of_downloads_becomes_a_workspace() {
    let scratch = Scratch::new();
    let folder = downloads(&scratch);
    let root = scratch.folder.path().join("norfolk svd").to_string_lossy().into_owned();
    let arguments = ["--workspace", &root, "setup", &folder, "--force", "norfolk", "--yes"];
    let said = places_ok(&arguments);
    for line in [
        "init --title Norfolk",
        "areas add msoa21 ",
        "--force norfolk --study-area",
        "areas names msoa21 ",
        "indicators add ",
        "--layer msoa21",
        "-norfolk-street.csv*",
        "--source police.uk",
        "photos.zip: packed: unpack it first",
        "3 street files of cumbria, another force",
        "wardens.csv is not imported yet",
        "location_text = \"Street\"    free text",
    ] {
        assert!(said.contains(line), "{line:?} is missing in\n{said}");
    }
    let count = |arguments: &[&str]| places_ok(&[&["--workspace", &root][..], arguments].concat());
    assert_eq!(
        count(&["count", "--by", "source", "--format", "csv"]),
        "source,count\nasb,30\npolice.uk,180\n",
        "the clear table is imported, the one with free text waits, the other force is left out"
    );
    let areas = count(&["areas", "list", "msoa21"]);
    assert!(areas.contains("Lakenham") && areas.contains("Breckland 001") && !areas.contains("Leeds"), "{areas}");
    let rates = count(&["count", "--by", "area:msoa21", "--rate", "residents", "--zeros", "--format", "json"]);
    let rates: serde_json::Value = serde_json::from_str(&rates).unwrap();
    assert_eq!(rates["rows"].as_array().unwrap().len(), 3);
    assert!(rates["rows"][0]["rate"].is_number(), "{rates}");
    // Again, it changes nothing; and once a person has looked at the mapping, what waits is imported.
    places_ok(&arguments);
    assert!(count(&["count", "--by", "source", "--format", "csv"]).ends_with("asb,30\npolice.uk,180\n"));
    let mapping = std::path::Path::new(&root).join("mappings/wardens.toml");
    let mode = |path: &std::path::Path| fs_err::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(mapping.parent().unwrap()), mode(&mapping)), (0o700, 0o600));
    let text = fs_err::read_to_string(&mapping).unwrap();
    let looked_at: Vec<&str> = text.lines().filter(|l| !l.starts_with("# unsure")).collect();
    fs_err::write(&mapping, looked_at.join("\n")).unwrap();
    places_ok(&arguments);
    assert!(
        count(&["count", "--by", "source", "--format", "csv"]).contains("wardens"),
        "imported once it was looked at"
    );
}

#[test]
fn what_cannot_be_seen_is_asked_and_nothing_happens_without_a_yes() {
    let scratch = Scratch::new();
    let folder = downloads(&scratch);
    let root = scratch.folder.path().join("w2");
    let run = |answers: &str| {
        let mut child = Command::new(env!("CARGO_BIN_EXE_places"))
            .args(["--workspace", &root.to_string_lossy(), "setup", &folder])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(answers.as_bytes()).unwrap();
        child.wait_with_output().unwrap()
    };
    let ended = run("");
    assert!(!ended.status.success() && String::from_utf8_lossy(&ended.stderr).contains("--yes"));
    assert!(run("norfolk\nNorwich \"SVD\"\nno\n").status.success());
    assert!(!root.exists(), "nothing was changed");
    let done = run("norfolk\nNorwich \"SVD\"\ny\n");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let settings = fs_err::read_to_string(root.join("places.toml")).unwrap();
    assert!(
        settings.contains("title = 'Norwich \"SVD\"'") || settings.contains("title = \"Norwich \\\"SVD\\\"\""),
        "{settings}"
    );
    let many = places(&["--workspace", "none", "setup", &folder, "--yes"]);
    let said = String::from_utf8_lossy(&many.stderr).into_owned();
    assert!(!many.status.success() && said.contains("--force") && said.contains("cumbria"), "{said}");
    let nothing = scratch.folder.path().join("empty");
    fs_err::create_dir(&nothing).unwrap();
    scratch.write("empty/readme.txt", "hello\n");
    let nothing = places(&["--workspace", "none", "setup", &nothing.to_string_lossy(), "--yes"]);
    assert!(String::from_utf8_lossy(&nothing.stderr).contains("nothing that can be brought in"));
    let missing = places(&["--workspace", "none", "setup", "no-such-folder", "--yes"]);
    assert!(String::from_utf8_lossy(&missing.stderr).contains("no file found there"));
    assert!(!std::path::Path::new("none").exists());
}

#[test]
fn a_country_is_cut_to_the_districts_asked_for() {
    let scratch = Scratch::new();
    let file = scratch.write("ew.geojson", msoas());
    let root = scratch.workspace.root().to_string_lossy().into_owned();
    let add = |more: &[&str]| places(&[&["--workspace", &root, "areas", "add", "msoa21", &file][..], more].concat());
    let codes = || places_ok(&["--workspace", &root, "areas", "list", "msoa21"]);
    assert!(add(&["--force", "norfolk", "--study-area"]).status.success());
    assert_eq!(codes().lines().count(), 3);
    assert!(add(&["--district", "norwich", "--accept"]).status.success());
    assert_eq!(codes().lines().count(), 2);
    assert!(add(&["--district", "E07000143", "--district", "Leeds"]).status.success());
    assert_eq!(codes().lines().count(), 2);
    let none = add(&["--force", "cumbria"]);
    assert!(String::from_utf8_lossy(&none.stderr).contains("none of its 4 areas lies in"));
    let no_force = add(&["--force", "norfolk-constabulary"]);
    assert_eq!(no_force.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&no_force.stderr).contains("west-yorkshire"));
}

#[test]
fn names_of_lower_layer_areas_are_read_as_places() {
    let scratch = Scratch::new();
    let file = scratch.write("ew.geojson", msoas());
    let root = scratch.workspace.root().to_string_lossy().into_owned();
    places_ok(&["--workspace", &root, "areas", "add", "msoa21", &file, "--force", "norfolk", "--study-area"]);
    let explain = |text: &str| places_ok(&["--workspace", &root, "geocode", "--explain", text]);
    // Without readable names too; the middle layer area stands for the lower one in it.
    let said = explain("Norwich 012A");
    assert!(said.contains("Norwich 012") && !said.contains("not read"), "{said}");
    assert!(explain("Norwich 099A").contains("not read"), "{}", explain("Norwich 099A"));
    // A layer that has the lower one is nearer.
    let lower =
        msoas().replace("MSOA21", "LSOA21").replace("Norwich 012", "Norwich 012A").replace("1.0,52.5", "1.02,52.52");
    let lower = scratch.write("lsoa.geojson", lower);
    places_ok(&["--workspace", &root, "areas", "add", "lsoa21", &lower, "--district", "Norwich"]);
    let said = explain("Norwich 012A");
    assert!(said.contains("Norwich 012A (locality)"), "{said}");
}
