//! Files that people bring.

use std::sync::LazyLock;

use fs_err as fs;
use places::{
    area::{Locator, PropertyChoice, from_wkb, read_geojson, to_wkb},
    geocode::{GazetteerContents, GazetteerKind, Index, NewEntry, Postcode, Study, build_index, read_gazetteer},
    import::{ImportRequest, Mapping, Progress, SourceFile, import, read_police_file},
    model::BngPoint,
    workspace::Workspace,
};
use tempfile::TempDir;

/// Most bytes of an input: everything interesting is found in less, and a larger one is only slow.
const MOST: usize = 1 << 14;

/// A police.uk file: every row is a row or a rejection, in the file's order.
pub fn police_csv(data: &[u8]) {
    let folder = TempDir::new().expect("a folder for the file");
    let path = folder.path().join("2025-01-here-street.csv");
    fs::write(&path, &data[..data.len().min(MOST)]).expect("the file is written");
    let mut positions = Vec::new();
    let read = read_police_file(&SourceFile { path }, true, &Progress::default(), |row| {
        assert!(row.point.is_none_or(|p| p.lon.abs() <= 180.0 && p.lat.abs() <= 90.0));
        positions.push(row.position);
    });
    if let Ok(file) = read {
        assert_eq!(file.report.rows, (positions.len() + file.rejected.len()) as u64);
        assert!(positions.is_sorted_by(|a, b| a < b));
    }
}

const MAPPING: &str = "source = \"youth\"\n[columns]\nid = \"Ref\"\nwhen = \"When\"\ncategory = \"Kind\"\neasting = \"Easting\"\nnorthing = \"Northing\"\nlocation_text = \"Where\"\npostcode = \"Postcode\"\ngridref = \"Square\"\n";

/// A workspace that imports are tried on.
static WORKSPACE: LazyLock<(TempDir, Workspace)> = LazyLock::new(|| {
    let folder = TempDir::new().expect("a folder for the workspace");
    let workspace = Workspace::init(&folder.path().join("w")).expect("a new workspace");
    (folder, workspace)
});

/// A mapped CSV file, and where the input holds a line of dashes the mapping before it: the report adds up.
pub fn mapped_csv(data: &[u8]) {
    let (folder, workspace) = &*WORKSPACE;
    let text = String::from_utf8_lossy(data);
    let (mapping, file) = text.split_once("\n---\n").map_or((MAPPING, data), |(m, f)| (m, f.as_bytes()));
    let Ok(mapping) = Mapping::parse(mapping) else { return };
    let path = folder.path().join("file.csv");
    fs::write(&path, &file[..file.len().min(MOST)]).expect("the file is written");
    let files = vec![path.to_string_lossy().into_owned()];
    let request = ImportRequest { files, mapping: Some(mapping), dry_run: true, ..Default::default() };
    if let Ok(report) = import(workspace, &request, &Progress::default()) {
        assert_eq!(report.rows, report.imported + report.updated + report.duplicates + report.rejected);
    }
}

/// Areas: what is accepted is stored and read back as it was, and points are found in it.
pub fn geojson(data: &[u8]) {
    let Ok((areas, _)) = read_geojson(&data[..data.len().min(MOST)], &PropertyChoice::default()) else { return };
    let polygons: Vec<_> = areas.iter().map(|a| a.polygons.clone()).collect();
    for polygons in &polygons {
        let stored = to_wkb(polygons).expect("areas that were read can be stored");
        assert_eq!(&from_wkb(&stored).expect("and read again"), polygons);
    }
    let locator = Locator::new(&polygons);
    for corner in polygons.iter().flatten().flat_map(|p| &p.exterior().0).take(64) {
        let area = locator.containing(corner.x, corner.y);
        assert!(area.is_some_and(|area| (area as usize) < polygons.len()), "a corner lies in no area: {corner:?}");
    }
}

/// A publisher's file, its kind by the first byte: what is read can be made an index and asked.
pub fn gazetteer(data: &[u8]) {
    let Some((kind, text)) = data.split_first() else { return };
    let kind = GazetteerKind::ALL[usize::from(*kind) % GazetteerKind::ALL.len()].0;
    let mut contents = GazetteerContents::default();
    let study = Study::new(Vec::new());
    if read_gazetteer(kind, &text[..text.len().min(MOST)], &study, &mut contents).is_err() {
        return;
    }
    assert!(contents.bad + contents.passed_over <= contents.rows);
    let names: Vec<String> = contents.entries.iter().map(|e: &NewEntry| e.name.clone()).collect();
    let index = Index::open(&build_index(kind.name(), "1", &contents.entries, contents.postcodes));
    ask(&index.expect("an index that was just made"), &names);
}

/// The bytes of an index: refused, or asked without harm.
pub fn gazetteer_index(data: &[u8]) {
    let edited = super::store::edited(&INDEX, data);
    if let Ok(index) = Index::open(&edited) {
        ask(&index, &["the rec".to_owned(), "rose lane".to_owned()]);
    }
}

/// An index with a name in two places and some postcodes.
static INDEX: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let text = "Name,Kind,Locality,Easting,Northing,Also\nThe Rec,nickname,Holt,608000,338000,Jubilee Field\nRose Lane,street,Diss,611000,280000,\nRose Lane,street,Holt,608100,338100,\n";
    let units = "\"NR1 1AA\",10,624073,308352,\"E92000001\",,,,,\n\"NR1 1AB\",10,624173,308352,\"E92000001\",,,,,\n";
    let (study, mut contents) = (Study::new(Vec::new()), GazetteerContents::default());
    read_gazetteer(GazetteerKind::Csv, text.as_bytes(), &study, &mut contents).expect("a list of places");
    read_gazetteer(GazetteerKind::CodePoint, units.as_bytes(), &study, &mut contents).expect("a list of postcodes");
    build_index("csv", "1", &contents.entries, contents.postcodes)
});

fn ask(index: &Index, names: &[String]) {
    for name in names.iter().take(50) {
        for at in index.named(name) {
            assert!(at < index.len());
        }
    }
    for at in 0..index.len().min(200) {
        let _ = (index.name(at), index.locality(at), index.id(at), index.first_point(at));
        assert!(index.points(at).len() > 0);
    }
    for text in ["NR1 1AA", "NR1 1AB", "ZZ9 9ZZ"] {
        if let Some(postcode) = Postcode::unit(text) {
            let _ = index.postcode(&postcode);
        }
    }
    let _ = index.postcodes_near(BngPoint { easting: 624_000.0, northing: 308_000.0 });
}
