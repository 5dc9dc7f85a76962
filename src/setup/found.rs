//! What a folder holds: each file by its content, never by its name alone.

use std::{
    collections::{BTreeMap, HashSet},
    path::{Path, PathBuf},
};

use crate::{
    area::{LookedAt, look_at_areas},
    import::{ImportError, SourceFile, TableKind, find_files, tell_table},
    model::fold,
};

/// A file of polygons.
#[derive(Debug, Clone)]
pub struct Boundaries {
    /// The file.
    pub path: PathBuf,
    /// Its bytes.
    pub bytes: u64,
    /// Its areas.
    pub areas: LookedAt,
}

/// A table.
#[derive(Debug, Clone)]
pub struct Table {
    /// The file.
    pub path: PathBuf,
    /// What it is.
    pub kind: TableKind,
}

/// What a folder holds.
#[derive(Debug, Clone, Default)]
pub struct Found {
    /// Files of polygons.
    pub boundaries: Vec<Boundaries>,
    /// Street files of data.police.uk by force, as file names have it.
    pub street: BTreeMap<String, Vec<PathBuf>>,
    /// Tables of other kinds.
    pub tables: Vec<Table>,
    /// Files left alone, with the reason.
    pub left: Vec<(PathBuf, String)>,
}

/// What is said of files that are read after another program has opened them.
const ELSEWHERE: [(&[&str], &str); 5] = [
    (&["zip", "7z", "rar"], "packed: unpack it first"),
    (&["xlsx", "xls", "ods", "numbers"], "a spreadsheet: save the sheet as CSV"),
    (&["shp", "gpkg", "kml", "kmz", "gml"], "a geographic file of another kind: export or download it as GeoJSON"),
    (&["dbf", "shx", "prj", "cpg", "sbn", "sbx"], "part of a shapefile: export or download it as GeoJSON"),
    (&["toml"], "a mapping or settings"),
];

/// Looks through folders and files to the bottom. `leave` is a folder that is not looked into: the workspace.
///
/// # Errors
/// [`ImportError`] for a folder that is not there or cannot be read. A file that cannot be read is left alone, with the reason.
pub fn look_through(patterns: &[String], leave: &Path, mut seen: impl FnMut(&Path)) -> Result<Found, ImportError> {
    let (files, companions) = find_files(patterns, |_| true)?;
    let mut found = Found::default();
    found.left.extend(companions.into_iter().map(|c| {
        let name = c.split(" (").next().unwrap_or_default().to_owned();
        (PathBuf::from(name), "a companion of another program".to_owned())
    }));
    let leave = leave.canonicalize().ok();
    let is_inside = |file: &SourceFile| {
        leave.as_ref().is_some_and(|leave| file.path.canonicalize().is_ok_and(|path| path.starts_with(leave)))
    };
    let files: Vec<SourceFile> = files.into_iter().filter(|f| !is_inside(f)).collect();
    let of_kind = |file: &SourceFile, endings: &[&str]| {
        let name = file.plain_name().to_ascii_lowercase();
        endings.iter().any(|ending| name.ends_with(ending))
    };
    for file in files.iter().filter(|f| of_kind(f, &[".geojson", ".json"])) {
        seen(&file.path);
        match polygons(file) {
            Ok(boundaries) => found.boundaries.push(boundaries),
            Err(reason) => found.left.push((file.path.clone(), reason)),
        }
    }
    let units: HashSet<String> = found
        .boundaries
        .iter()
        .flat_map(|b| b.areas.areas.iter().flat_map(|a| [fold(&a.code), fold(&a.name)]))
        .collect();
    let is_unit = |text: &str| units.contains(&fold(text));
    for file in files.iter().filter(|f| !of_kind(f, &[".geojson", ".json"])) {
        seen(&file.path);
        if of_kind(file, &[".csv", ".txt", ".tsv"]) {
            found.take_table(file, &is_unit);
        } else {
            found.left.push((file.path.clone(), reason_of(file)));
        }
    }
    Ok(found)
}

fn polygons(file: &SourceFile) -> Result<Boundaries, String> {
    let text = file.open().map_err(|e| e.to_string())?;
    let areas = look_at_areas(std::io::BufReader::with_capacity(1 << 18, text)).map_err(|e| e.to_string())?;
    Ok(Boundaries { path: file.path.clone(), bytes: file.bytes(), areas })
}

fn reason_of(file: &SourceFile) -> String {
    let name = file.plain_name().to_ascii_lowercase();
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    let known = ELSEWHERE.iter().find(|(endings, _)| endings.contains(&ending));
    known.map_or("neither CSV nor GeoJSON", |(_, reason)| reason).to_owned()
}

impl Found {
    fn take_table(&mut self, file: &SourceFile, is_unit: &dyn Fn(&str) -> bool) {
        match tell_table(file, is_unit) {
            Ok(TableKind::Street(force)) => self.street.entry(force).or_default().push(file.path.clone()),
            Ok(TableKind::Other(reason)) => self.left.push((file.path.clone(), reason.to_owned())),
            Ok(kind) => self.tables.push(Table { path: file.path.clone(), kind }),
            Err(e) => self.left.push((file.path.clone(), e.to_string())),
        }
    }
}
