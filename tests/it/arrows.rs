//! The arrows between rooms run one way, and so do those between the files of a room; no file is long.
//!
//! Every path of `src` is read: `use` with its groups, re-exports, paths in code and inside macros; each is followed
//! to the file that defines what it names, so that a room cannot be had through another one's re-export.

mod source;
mod tokens;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    sync::LazyLock,
};

use source::{File, Source, paths};

/// Folder, and the rooms it may use. Rooms of the design that are not there yet have their line already.
const MAY_USE: [(&str, &[&str]); 23] = [
    ("model", &[]),
    ("stats", &[]),
    ("grid", &["model"]),
    ("area", &["model"]),
    ("assign", &["model", "area", "grid"]),
    ("workspace", &["model"]),
    ("access", &["model", "workspace"]),
    ("geocode", &["model", "area", "grid"]),
    ("import", &["model", "stats", "area", "grid", "assign", "geocode", "workspace"]),
    ("review", &["model", "area", "grid", "assign", "geocode", "import", "workspace"]),
    ("table", &["model"]),
    ("snapshot", &["model", "stats", "area", "grid", "workspace", "table", "access"]),
    ("ask", &["model", "table", "snapshot", "access"]),
    ("claims", &["model", "workspace", "snapshot", "ask", "analysis", "export"]),
    ("desk", &["model", "area", "workspace"]),
    ("release", &["model", "stats", "table", "workspace", "ask"]),
    ("analysis", &["model", "stats", "area", "grid", "table", "snapshot", "ask"]),
    ("export", &["model", "grid", "snapshot", "ask"]),
    ("tile", &["model", "grid", "snapshot", "ask", "analysis"]),
    ("demo", &["model", "area", "geocode", "import", "workspace"]),
    ("setup", &["model", "area", "geocode", "import", "workspace"]),
    ("server", ALL_BUT_EDGES),
    (
        "cli",
        &[
            "access",
            "model",
            "stats",
            "grid",
            "area",
            "assign",
            "workspace",
            "geocode",
            "import",
            "review",
            "table",
            "snapshot",
            "ask",
            "claims",
            "desk",
            "release",
            "analysis",
            "export",
            "tile",
            "demo",
            "setup",
            "server",
        ],
    ),
];

const ALL_BUT_EDGES: &[&str] = &[
    "model",
    "stats",
    "grid",
    "area",
    "assign",
    "workspace",
    "access",
    "geocode",
    "import",
    "review",
    "table",
    "snapshot",
    "ask",
    "claims",
    "desk",
    "release",
    "analysis",
    "export",
    "tile",
];

/// Lines of the longest file that there may be.
const MOST_LINES: usize = 500;

fn source() -> &'static Source {
    static SOURCE: LazyLock<Source> = LazyLock::new(|| Source::of(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src")));
    &SOURCE
}

fn allowed(room: &str) -> Option<&'static [&'static str]> {
    MAY_USE.iter().find(|r| r.0 == room).map(|r| r.1)
}

/// Every arrow that the table lacks, and how many there were in all.
fn forbidden(source: &Source) -> (Vec<String>, usize) {
    let (mut wrong, mut looked_at) = (Vec::new(), 0);
    for file in source.files.iter().filter(|f| allowed(f.room()).is_some()) {
        for used in &file.uses {
            let Some(names) = source.absolute(file, used) else { continue };
            let origin = source.defined_in(&names).map_or("", |i| source.files[i].room());
            for room in [names.first().map_or("", String::as_str), origin] {
                looked_at += 1;
                let may =
                    room == file.room() || allowed(room).is_none() || allowed(file.room()).unwrap().contains(&room);
                if !may {
                    wrong.push(format!("{} uses {} of {room}", file.name(), used.names.join("::")));
                }
            }
        }
    }
    wrong.sort();
    wrong.dedup();
    (wrong, looked_at)
}

/// For every file, the files that define what it uses; tests may look anywhere.
fn file_arrows(source: &Source) -> Vec<BTreeSet<usize>> {
    let of = |(i, file): (usize, &File)| {
        let uses = file.uses.iter().filter(|u| !u.in_tests && !u.passed_on);
        let target = |u| source.defined_in(&source.absolute(file, u)?);
        uses.filter_map(target).filter(|&target| target != i).collect()
    };
    source.files.iter().enumerate().map(of).collect()
}

/// Files that lead to each other, and the arrows by which they do.
struct Circle {
    files: BTreeSet<String>,
    arrows: Vec<String>,
}

/// Every set of files that lead to each other, each as large as it goes.
fn circles(source: &Source) -> Vec<Circle> {
    let arrows = file_arrows(source);
    let reached_from = |start: usize| {
        let (mut reached, mut open) = (BTreeSet::new(), vec![start]);
        while let Some(file) = open.pop() {
            open.extend(arrows[file].iter().copied().filter(|&next| reached.insert(next)));
        }
        reached
    };
    let reached: Vec<BTreeSet<usize>> = (0..source.files.len()).map(reached_from).collect();
    let mut circles = BTreeMap::new();
    for i in (0..source.files.len()).filter(|&i| reached[i].contains(&i)) {
        let files: BTreeSet<usize> = reached[i].iter().copied().filter(|&j| reached[j].contains(&i)).collect();
        circles.insert(files.first().copied(), files);
    }
    let name = |file: usize| source.files[file].name();
    let with_arrows = |files: BTreeSet<usize>| {
        let inside = files.iter().flat_map(|&from| arrows[from].intersection(&files).map(move |&to| (from, to)));
        let arrows = inside.map(|(from, to)| format!("{} -> {}", name(from), name(to))).collect();
        Circle { files: files.iter().map(|&file| name(file)).collect(), arrows }
    };
    circles.into_values().map(with_arrows).collect()
}

#[test]
fn every_room_uses_only_what_its_line_in_the_design_allows() {
    let (wrong, looked_at) = forbidden(source());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(looked_at > 5000, "only {looked_at} uses were looked at");
}

#[test]
fn no_file_leads_back_to_itself() {
    let circles: Vec<String> = circles(source()).into_iter().map(|c| c.arrows.join("\n")).collect();
    assert!(circles.is_empty(), "files that lead to each other:\n{}", circles.join("\n\n"));
}

#[test]
fn the_rooms_of_the_table_are_in_no_circle() {
    // Every room only uses rooms that need nothing of it: they can be put in a row.
    let mut placed: Vec<&str> = Vec::new();
    while placed.len() < MAY_USE.len() {
        let next =
            MAY_USE.iter().find(|(room, uses)| !placed.contains(room) && uses.iter().all(|u| placed.contains(u)));
        placed.push(next.unwrap_or_else(|| panic!("in a circle, or unknown: all but {placed:?}")).0);
    }
}

#[test]
fn every_folder_is_a_room_with_a_line() {
    for file in &source().files {
        assert!(file.module.len() < 2 || allowed(file.room()).is_some(), "{} has no line in MAY_USE", file.room());
    }
}

#[test]
fn no_file_is_long() {
    for folder in ["src", "tests"] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        for path in paths(&folder, Path::new("")) {
            let lines = fs_err::read_to_string(folder.join(&path)).unwrap().lines().count();
            assert!(lines <= MOST_LINES, "{} has {lines} lines: it holds a second noun", path.display());
        }
    }
}

#[test]
fn outside_crates_stay_in_their_rooms() {
    let homes: [(&str, &[&str]); 7] = [
        ("fst", &["geocode"]),
        ("h3o", &["grid"]),
        ("proj4rs", &["model"]),
        ("rusqlite", &["workspace", "export"]),
        ("parquet", &["workspace", "export"]),
        ("axum", &["server"]),
        ("rand_pcg", &["stats"]),
    ];
    let source = source();
    for (krate, allowed) in homes {
        let of = |file: &&File| file.uses.iter().any(|u| u.names[0] == krate && source.absolute(file, u).is_none());
        let rooms: BTreeSet<&str> = source.files.iter().filter(of).map(File::room).collect();
        assert!(rooms.iter().all(|room| allowed.contains(room)), "{krate} is used in {rooms:?}");
        assert!(!rooms.is_empty(), "{krate} is used nowhere");
    }
}

/// The reader itself, on a crate with every way to reach another room.
mod reading {
    use super::*;

    fn crate_of(files: &[(&str, &str)]) -> Source {
        Source::from_texts(files.iter().map(|(path, text)| (path.into(), (*text).to_owned())))
    }

    const MODEL: (&str, &str) = ("model/mod.rs", "mod point;\npub use point::Point;\npub fn own() {}");
    const POINT: (&str, &str) = ("model/point.rs", "pub struct Point;");
    const ROOT: (&str, &str) = ("lib.rs", "pub mod model; pub mod stats; pub mod table;");

    fn files_of_circles(source: &Source) -> Vec<BTreeSet<String>> {
        circles(source).into_iter().map(|c| c.files).collect()
    }

    fn wrong_in_stats(text: &str) -> Vec<String> {
        let table = ("table/mod.rs", "pub use crate::model::{self, own as renamed, Point}; pub use crate::model::*;");
        let source = crate_of(&[ROOT, MODEL, POINT, table, ("stats/mod.rs", text)]);
        forbidden(&source).0
    }

    #[test]
    fn every_way_to_name_another_room_is_an_arrow() {
        for text in [
            "use crate::model::Point;",
            "use crate::{a::{b, c}, model::{point::{self, Point}}};",
            "use crate::{self as all, model as other};",
            "use super::model::Point;",
            "pub(crate) use crate::model::Point as Place;",
            "fn f() -> crate::model::Point { todo!() }",
            "fn f() { let x = <crate::model::Point as Default>::default(); }",
            "macro_rules! point { () => { $crate::model::Point } }",
            "fn f() { vec![one(crate::model::own())]; }",
            "mod inner { fn f() { super::super::model::own(); } }",
            "#[cfg(test)] mod tests { use crate::model::Point; }",
        ] {
            assert!(!wrong_in_stats(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn what_only_looks_like_an_arrow_is_none() {
        for text in [
            "// use crate::model::Point;",
            "/// [`crate::model::Point`]\nfn f() { let x = \"crate::model::Point\"; }",
            "use std::collections::model::Point; mod own { pub fn model() {} } fn g() { own::model(); }",
            "/* crate::model */ fn f() { let model = 1; let y = model; }",
        ] {
            assert_eq!(wrong_in_stats(text), [""; 0], "{text}");
        }
    }

    #[test]
    fn a_re_export_leads_to_the_room_that_defines_the_name() {
        for text in
            ["use crate::table::Point;", "use crate::table::{renamed};", "fn f() { crate::table::model::own() }"]
        {
            let wrong = wrong_in_stats(text);
            assert!(wrong.iter().any(|w| w.ends_with("of model")), "{text}: {wrong:?}");
        }
    }

    #[test]
    fn circles_between_files_are_seen_through_re_exports_and_imported_modules() {
        let one = ("model/one.rs", "use super::Two; pub struct One;");
        let root = ("model/mod.rs", "mod one; mod two; pub use one::One; pub use two::Two;");
        for two in [
            "use super::One; pub struct Two;",
            "pub struct Two; fn f() { super::one::One; }",
            "use super::one; pub struct Two; fn f() { one::One; }",
            "use crate::model::{One as Other}; pub struct Two;",
        ] {
            let source = crate_of(&[("lib.rs", "pub mod model;"), root, one, ("model/two.rs", two)]);
            let expected = BTreeSet::from(["model/one.rs".to_owned(), "model/two.rs".to_owned()]);
            assert_eq!(files_of_circles(&source), [expected], "{two}");
        }
        let two = ("model/two.rs", "pub struct Two; #[cfg(test)] mod tests { use crate::model::One; }");
        assert!(circles(&crate_of(&[("lib.rs", "pub mod model;"), root, one, two])).is_empty());
        // A folder's own file that uses what it holds, which uses it.
        let own = ("model/mod.rs", "mod two; use two::Two; pub struct Own(Two);");
        let two = ("model/two.rs", "pub struct Two; fn f() { super::Own; }");
        let expected = BTreeSet::from(["model/mod.rs".to_owned(), "model/two.rs".to_owned()]);
        assert_eq!(files_of_circles(&crate_of(&[("lib.rs", "pub mod model;"), own, two])), [expected]);
    }

    #[test]
    fn a_macro_is_an_arrow_to_the_file_that_defines_it() {
        let model = ("model/mod.rs", "#[macro_export] macro_rules! shout { () => {} }");
        for text in ["fn f() { crate::shout!(); }", "fn f() { shout!(); }", "use crate::shout;"] {
            let source = crate_of(&[("lib.rs", "pub mod model; pub mod stats;"), model, ("stats/mod.rs", text)]);
            assert_eq!(forbidden(&source).0.len(), 1, "{text}");
        }
    }
}
