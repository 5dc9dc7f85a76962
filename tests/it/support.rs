//! Workspaces, files and the built program for the other modules.

use std::{
    fmt::Write as _,
    path::{Path, PathBuf},
    process::{Command, Output},
    sync::OnceLock,
};

use places::{
    access::{Access, Grant, Log, LogLine},
    analysis::{Count, question},
    ask::{Exact, Question, Values, Watch},
    export::encoder,
    import::{AddAreas, ImportReport, ImportRequest, Mapping, Progress, add_areas, import},
    snapshot::Snapshot,
    workspace::Workspace,
};
use tempfile::TempDir;

/// Open data beside the repository, or a line that says what was skipped.
pub fn shared(what: &str) -> Option<PathBuf> {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data").join(what);
    if data.exists() {
        return Some(data);
    }
    println!("SKIPPED: {what} is not beside the repository");
    None
}

/// A workspace in a directory that goes with it.
pub struct Scratch {
    pub folder: TempDir,
    pub workspace: Workspace,
}

impl Scratch {
    /// An empty workspace.
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let workspace = Workspace::init(&folder.path().join("w")).unwrap();
        Self { folder, workspace }
    }

    /// A workspace with four square areas as study area: (lon 1.0 to 1.2) x (lat 52.5 to 52.7).
    pub fn with_areas() -> Self {
        let scratch = Self::new();
        let file = scratch.write("areas.geojson", squares());
        add_areas(
            &scratch.workspace,
            &AddAreas { layer: "squares".into(), files: vec![file], study_area: true, ..Default::default() },
        )
        .unwrap();
        scratch
    }

    /// Writes a file beside the workspace and gives its path.
    pub fn write(&self, name: &str, text: impl AsRef<[u8]>) -> String {
        let path = self.folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs_err::write(&path, text).unwrap();
        path.to_string_lossy().into_owned()
    }

    pub fn import_police(&self, files: &[String]) -> ImportReport {
        let request = ImportRequest { files: files.to_vec(), source: "police.uk".into(), ..Default::default() };
        import(&self.workspace, &request, &Progress::default()).unwrap()
    }

    pub fn import_mapped(&self, files: &[String], mapping: &str) -> ImportReport {
        let request = ImportRequest {
            files: files.to_vec(),
            mapping: Some(Mapping::parse(mapping).unwrap()),
            ..Default::default()
        };
        import(&self.workspace, &request, &Progress::default()).unwrap()
    }

    pub fn snapshot(&self) -> Snapshot {
        Snapshot::load(&self.workspace).unwrap()
    }

    /// Counts as csv, and the summary as json.
    pub fn count(&self, pairs: &[(&str, &str)]) -> (String, serde_json::Value) {
        count(&self.snapshot(), pairs)
    }
}

pub fn count(snapshot: &Snapshot, pairs: &[(&str, &str)]) -> (String, serde_json::Value) {
    let reader = exact(snapshot);
    let mut answer = question("count").unwrap().ask(pairs.iter().copied()).unwrap().answer(&reader).unwrap();
    let (mut csv, mut summary) = (Vec::new(), Vec::new());
    encoder("csv").unwrap().write(snapshot, &mut answer, &mut csv).unwrap();
    answer.beside.json(&mut summary).unwrap();
    (String::from_utf8(csv).unwrap(), serde_json::from_slice(&summary).unwrap())
}

/// What a count counts.
pub fn query(pairs: &[(&str, &str)]) -> places::model::Query {
    read::<Count>(pairs).query
}

/// A question from names and values.
pub fn read<Q: Question>(pairs: &[(&str, &str)]) -> Q {
    Q::read(&Values::check(&Q::DECLARATION, pairs.iter().copied()).unwrap()).unwrap()
}

/// Leave to look at exact data, from a log of the tests' own.
pub fn grant() -> &'static Grant {
    static GRANT: OnceLock<(TempDir, Grant)> = OnceLock::new();
    &GRANT
        .get_or_init(|| {
            let folder = tempfile::tempdir().unwrap();
            let access = Access::local(Log::in_folder(&folder.path().join("log")));
            let grant = access.exact(access.user(), &LogLine::look("test", "", "")).unwrap();
            (folder, grant)
        })
        .1
}

/// Exact records of a snapshot.
pub fn exact(snapshot: &Snapshot) -> Exact<'_> {
    Exact::open(snapshot, grant(), Watch::default())
}

/// Whether the boxes of a summary add up.
pub fn adds_up(summary: &serde_json::Value) -> bool {
    let n = |name: &str| summary[name].as_u64().unwrap();
    n("total") == n("counted") + n("not_located") + n("outside_study_area") + n("too_coarse") + n("time_too_coarse")
}

/// Four squares, codes Q1 to Q4, two districts.
pub fn squares() -> String {
    let square = |code: &str, w: f64, s: f64, district: &str| {
        let (e, n) = (w + 0.1, s + 0.1);
        format!(
            r#"{{"type":"Feature","properties":{{"code":"{code}","name":"Square {code}","district_code":"{district}","district_name":"District {district}"}},
            "geometry":{{"type":"Polygon","coordinates":[[[{w},{s}],[{e},{s}],[{e},{n}],[{w},{n}],[{w},{s}]]]}}}}"#
        )
    };
    let features = [
        square("Q1", 1.0, 52.5, "A"),
        square("Q2", 1.1, 52.5, "A"),
        square("Q3", 1.0, 52.6, "B"),
        square("Q4", 1.1, 52.6, "B"),
    ];
    format!(r#"{{"type":"FeatureCollection","features":[{}]}}"#, features.join(","))
}

pub const POLICE_HEADER: &str = "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,LSOA name,Crime type,Last outcome category,Context\n";

/// A police.uk file of a month with rows that a seed decides; some without coordinates, some far outside.
pub fn police_file(month: &str, force: &str, rows: usize, seed: u64) -> String {
    let mut text = POLICE_HEADER.to_owned();
    text.push_str(&police_rows(month, force, rows, seed).concat());
    text
}

pub fn police_rows(month: &str, force: &str, rows: usize, seed: u64) -> Vec<String> {
    const TYPES: [&str; 4] = ["Anti-social behaviour", "Violence and sexual offences", "Robbery", "Burglary"];
    let mut rng = fastrand::Rng::with_seed(seed);
    let row = |_| {
        let mut text = String::new();
        let kind = TYPES[rng.usize(0..TYPES.len())];
        let id = if kind == TYPES[0] { String::new() } else { format!("{:064x}", rng.u128(..)) };
        let place = rng.usize(0..200);
        let (lon, lat) = (1.0 + (place * 37 % 200) as f64 / 1000.0, 52.5 + (place * 91 % 200) as f64 / 1000.0);
        let coordinates = match rng.u32(0..40) {
            0 => ",".to_owned(),
            1 => "-3.5,54.5".to_owned(),
            _ => format!("{lon:.6},{lat:.6}"),
        };
        writeln!(text, "{id},{month},{force} Police,{force} Police,{coordinates},On or near Street {place},E01000001,Here 001A,{kind},,").unwrap();
        text
    };
    (0..rows).map(row).collect()
}

/// Runs the built program.
pub fn places(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_places")).args(arguments).output().unwrap()
}

/// Standard output of the built program, which must succeed.
pub fn places_ok(arguments: &[&str]) -> String {
    let output = places(arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}
