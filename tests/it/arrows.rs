//! The arrows between rooms run one way: the `use crate::` lines of each folder are read.

use std::path::Path;

/// Folder, and the rooms it may use.
const MAY_USE: [(&str, &[&str]); 18] = [
    ("model", &[]),
    ("stats", &[]),
    ("grid", &["model"]),
    ("area", &["model"]),
    ("workspace", &["model"]),
    ("access", &["model", "workspace"]),
    ("geocode", &["model", "area", "grid"]),
    ("import", &["model", "area", "grid", "geocode", "workspace"]),
    ("review", &["model", "area", "geocode", "import", "workspace"]),
    ("table", &["model"]),
    ("snapshot", &["model", "area", "grid", "workspace", "table"]),
    ("claims", &["model", "area", "workspace", "snapshot", "analysis"]),
    ("analysis", &["model", "stats", "area", "grid", "table", "snapshot"]),
    ("export", &["model", "grid", "snapshot", "analysis"]),
    ("tile", &["model", "grid", "table", "snapshot", "analysis"]),
    (
        "server",
        &[
            "access",
            "model",
            "stats",
            "area",
            "grid",
            "geocode",
            "import",
            "review",
            "workspace",
            "table",
            "snapshot",
            "analysis",
            "claims",
            "export",
            "tile",
        ],
    ),
    ("demo", &["model", "area", "geocode", "import", "workspace"]),
    (
        "cli",
        &[
            "access",
            "model",
            "stats",
            "area",
            "grid",
            "geocode",
            "workspace",
            "import",
            "review",
            "table",
            "snapshot",
            "analysis",
            "claims",
            "export",
            "tile",
            "server",
            "demo",
        ],
    ),
];

fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in fs_err::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found
}

/// Rooms named after `crate::` in a text, in `use` lines and in paths.
fn rooms_used(text: &str) -> Vec<String> {
    let mut rooms = Vec::new();
    for part in text.split("crate::").skip(1) {
        if let Some(list) = part.strip_prefix('{') {
            // A group: the names at its first level.
            let (mut depth, mut name) = (0, String::new());
            for c in list.chars() {
                match c {
                    '{' => depth += 1,
                    '}' if depth == 0 => break,
                    '}' => depth -= 1,
                    _ if depth > 0 => {}
                    ',' => rooms.push(std::mem::take(&mut name)),
                    c => name.push(c),
                }
            }
            rooms.push(name);
        } else {
            rooms.push(part.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect());
        }
    }
    let first = |room: &String| room.trim().split("::").next().unwrap_or_default().to_owned();
    rooms.iter().map(first).filter(|room| !room.is_empty()).collect()
}

#[test]
fn every_room_uses_only_what_its_line_in_the_design_allows() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let known: Vec<&str> = MAY_USE.iter().map(|r| r.0).collect();
    let mut looked_at = 0;
    for (room, allowed) in MAY_USE {
        for file in files(&src.join(room)) {
            let text = fs_err::read_to_string(&file).unwrap();
            for used in rooms_used(&text) {
                assert!(
                    used == room || allowed.contains(&used.as_str()) || !known.contains(&used.as_str()),
                    "{} uses {used}, which {room} may not",
                    file.display()
                );
                looked_at += 1;
            }
        }
    }
    assert!(looked_at > 100, "only {looked_at} uses were looked at");
}

#[test]
fn every_folder_is_a_room_with_a_line() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for entry in fs_err::read_dir(src).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.path().is_dir() {
            assert!(MAY_USE.iter().any(|r| r.0 == name), "{name} has no line in MAY_USE");
        }
    }
}

#[test]
fn outside_crates_stay_in_their_rooms() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let homes: [(&str, &[&str]); 6] = [
        ("fst::", &["geocode"]),
        ("h3o::", &["grid"]),
        ("proj4rs::", &["model"]),
        ("rusqlite::", &["workspace"]),
        ("parquet::", &["workspace", "export"]),
        ("axum::", &["server"]),
    ];
    for (prefix, allowed) in homes {
        for file in files(&src) {
            let text = fs_err::read_to_string(&file).unwrap();
            let room = file.strip_prefix(&src).unwrap().iter().next().unwrap().to_string_lossy().into_owned();
            let uses = text
                .lines()
                .any(|l| l.trim_start().starts_with(&format!("use {prefix}")) || l.contains(&format!(" {prefix}")));
            assert!(!uses || allowed.contains(&room.as_str()), "{} uses {prefix}", file.display());
        }
    }
}
