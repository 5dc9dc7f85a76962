//! Formats beyond text: the same rows, read back by independent readers.

use std::{collections::BTreeMap, io::Read as _};

use crate::support::{Scratch, places_ok, police_file};

fn scratch() -> (Scratch, String) {
    let scratch = Scratch::with_areas();
    let file = scratch.write("2025-01-here-street.csv", police_file("2025-01", "Here", 900, 1));
    scratch.import_police(&[file]);
    let root = scratch.workspace.root().to_string_lossy().into_owned();
    (scratch, root)
}

/// Areas and their counts as csv has them.
fn counts(root: &str) -> BTreeMap<String, u64> {
    let csv = places_ok(&["--workspace", root, "count", "--by", "area:squares", "--format", "csv"]);
    let row = |line: &str| {
        let fields: Vec<&str> = line.split(',').collect();
        (fields[0].to_owned(), fields[2].parse().unwrap())
    };
    csv.lines().skip(1).map(row).collect()
}

#[test]
fn a_geopackage_holds_the_rows_in_degrees_and_on_the_grid() {
    let (scratch, root) = scratch();
    let path = scratch.folder.path().join("a.gpkg").to_string_lossy().into_owned();
    places_ok(&["--workspace", &root, "count", "--by", "area:squares", "-o", &path]);
    let database = rusqlite::Connection::open(&path).unwrap();
    let number = |sql: &str| database.query_row(sql, [], |r| r.get::<_, i64>(0)).unwrap();
    assert_eq!(number("PRAGMA application_id"), 0x4750_4B47, "GPKG");
    for (layer, srs, west, north) in [("answer", 4326, 1.0, 52.7), ("answer_27700", 27700, 603_000.0, 318_000.0)] {
        let mut rows = database.prepare(&format!("SELECT area_code, count, geom FROM {layer}")).unwrap();
        let read = rows.query_map([], |r| Ok((r.get::<_, String>(0)?, r.get::<_, i64>(1)?, r.get::<_, Vec<u8>>(2)?)));
        let mut found = BTreeMap::new();
        for row in read.unwrap() {
            let (code, count, geometry) = row.unwrap();
            assert_eq!((&geometry[..4], &geometry[4..8]), (&b"GP\0\x01"[..], &i32::to_le_bytes(srs)[..]));
            let polygons = places::area::from_wkb(&geometry[8..]).unwrap();
            assert_eq!(polygons.0.len(), 1);
            found.insert(code, count.unsigned_abs());
        }
        assert_eq!(found, counts(&root), "{layer}");
        let sql = format!("SELECT min_x, max_y FROM gpkg_contents WHERE table_name = '{layer}'");
        let (x, y): (f64, f64) = database.query_row(&sql, [], |r| Ok((r.get(0)?, r.get(1)?))).unwrap();
        assert!((x - west).abs() < west.abs() * 0.01 && (y - north).abs() < north * 0.01, "{layer}: {x} {y}");
    }
    // Rows without a place are a table without geometry.
    let plain = scratch.folder.path().join("b.gpkg").to_string_lossy().into_owned();
    places_ok(&["--workspace", &root, "count", "--by", "category", "-o", &plain]);
    let database = rusqlite::Connection::open(&plain).unwrap();
    let kinds: String = database.query_row("SELECT data_type FROM gpkg_contents", [], |r| r.get(0)).unwrap();
    assert_eq!(kinds, "attributes");
}

#[test]
fn a_spreadsheet_holds_texts_as_texts_and_numbers_as_numbers() {
    let (scratch, root) = scratch();
    let mapping =
        "source = \"m\"\n[columns]\nid = \"id\"\nwhen = \"day\"\ncategory = \"kind\"\nlon = \"lon\"\nlat = \"lat\"\n";
    let row = "id,kind,day,lon,lat\n1,=1+1,2025-01-03,1.05,52.55\n2,<b>&,2025-01-03,1.05,52.55\n";
    scratch.import_mapped(&[scratch.write("m.csv", row)], mapping);
    let path = scratch.folder.path().join("a.xlsx").to_string_lossy().into_owned();
    places_ok(&["--workspace", &root, "count", "--by", "category", "-o", &path]);
    let sheet = |name: &str| {
        let mut archive = zip::ZipArchive::new(fs_err::File::open(&path).unwrap()).unwrap();
        let mut text = String::new();
        archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
        text
    };
    let (cells, strings) = (sheet("xl/worksheets/sheet1.xml"), sheet("xl/sharedStrings.xml"));
    assert!(!cells.contains("<f>"), "no formula: {cells}");
    assert!(strings.contains("=1+1") && strings.contains("&lt;b&gt;&amp;"), "{strings}");
    assert!(cells.contains("<v>1</v>"));
    assert!(strings.contains("total 902 = counted"), "what a reader must know stands on the second sheet: {strings}");
}

#[test]
fn a_page_escapes_what_records_say() {
    let (scratch, root) = scratch();
    let mapping =
        "source = \"m\"\n[columns]\nid = \"id\"\nwhen = \"day\"\ncategory = \"kind\"\nlon = \"lon\"\nlat = \"lat\"\n";
    let row = "id,kind,day,lon,lat\n2,<script>alert(1)</script>,2025-01-03,1.05,52.55\n";
    scratch.import_mapped(&[scratch.write("m.csv", row)], mapping);
    let page = places_ok(&["--workspace", &root, "count", "--by", "category", "--format", "html"]);
    assert!(!page.contains("<script>") && page.contains("&lt;script&gt;"), "{page}");
}
