//! `GeoPackage` 1.3 (OGC 12-128r17): the rows as features in EPSG:4326, and once more in EPSG:27700 for those who work on
//! the National Grid; rows without a place as attributes.

use geo::{Coord, CoordsIter as _, LineString, MapCoords as _, MultiPolygon, Polygon};
use rusqlite::{Connection, Transaction, params, types::Value};

use super::{
    encoder::{Encoder, Out},
    error::ExportError,
};
use crate::{
    ask::{Answer, Column, ColumnValues, PlaceKey, Rows},
    grid,
    model::{LonLat, lonlat_to_bng},
    snapshot::Snapshot,
};

/// `GPKG` as the application's number, and version 1.3.
const HEADER: &str = "PRAGMA application_id = 1196444487; PRAGMA user_version = 10300;";

const TABLES: &str = "
CREATE TABLE gpkg_spatial_ref_sys(srs_name TEXT NOT NULL, srs_id INTEGER PRIMARY KEY, organization TEXT NOT NULL, organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL, description TEXT);
CREATE TABLE gpkg_contents(table_name TEXT PRIMARY KEY, data_type TEXT NOT NULL, identifier TEXT UNIQUE, description TEXT DEFAULT '', last_change DATETIME NOT NULL, min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE, srs_id INTEGER REFERENCES gpkg_spatial_ref_sys(srs_id));
CREATE TABLE gpkg_geometry_columns(table_name TEXT NOT NULL, column_name TEXT NOT NULL, geometry_type_name TEXT NOT NULL, srs_id INTEGER NOT NULL, z TINYINT NOT NULL, m TINYINT NOT NULL, PRIMARY KEY (table_name, column_name));
INSERT INTO gpkg_spatial_ref_sys VALUES
 ('Undefined Cartesian', -1, 'NONE', -1, 'undefined', NULL),
 ('Undefined geographic', 0, 'NONE', 0, 'undefined', NULL),
 ('WGS 84', 4326, 'EPSG', 4326, 'GEOGCS[\"WGS 84\",DATUM[\"WGS_1984\",SPHEROID[\"WGS 84\",6378137,298.257223563]],PRIMEM[\"Greenwich\",0],UNIT[\"degree\",0.0174532925199433],AUTHORITY[\"EPSG\",\"4326\"]]', NULL),
 ('OSGB36 / British National Grid', 27700, 'EPSG', 27700, 'PROJCS[\"OSGB36 / British National Grid\",GEOGCS[\"OSGB36\",DATUM[\"Ordnance_Survey_of_Great_Britain_1936\",SPHEROID[\"Airy 1830\",6377563.396,299.3249646]],PRIMEM[\"Greenwich\",0],UNIT[\"degree\",0.0174532925199433]],PROJECTION[\"Transverse_Mercator\"],PARAMETER[\"latitude_of_origin\",49],PARAMETER[\"central_meridian\",-2],PARAMETER[\"scale_factor\",0.9996012717],PARAMETER[\"false_easting\",400000],PARAMETER[\"false_northing\",-100000],UNIT[\"metre\",1],AUTHORITY[\"EPSG\",\"27700\"]]', NULL);
";

/// Layers of the file: name and reference system.
const LAYERS: [(&str, i32); 2] = [("answer", 4326), ("answer_27700", 27700)];

/// The format.
pub(super) struct GeoPackage;

impl Encoder for GeoPackage {
    fn name(&self) -> &'static str {
        "gpkg"
    }

    fn media_type(&self) -> &'static str {
        "application/geopackage+sqlite3"
    }

    fn ending(&self) -> &'static str {
        "gpkg"
    }

    fn write(&self, ground: &Snapshot, answer: &mut Answer<'_>, out: &mut Out<'_>) -> Result<u64, ExportError> {
        // A database is written in place: it is made in a file of its own, and then sent.
        let file = tempfile::NamedTempFile::new()?;
        let mut connection = Connection::open(file.path()).map_err(failed)?;
        let rows = fill(&mut connection, ground, answer)?;
        connection.close().map_err(|(_, e)| failed(e))?;
        std::io::copy(&mut fs_err::File::open(file.path())?, out)?;
        Ok(rows)
    }
}

fn failed(error: rusqlite::Error) -> ExportError {
    ExportError::Format { format: "gpkg", reason: error.to_string() }
}

fn fill(connection: &mut Connection, ground: &Snapshot, answer: &mut Answer<'_>) -> Result<u64, ExportError> {
    connection.execute_batch(HEADER).and_then(|()| connection.execute_batch(TABLES)).map_err(failed)?;
    let change = connection.transaction().map_err(failed)?;
    let placed = !answer.rows.head().places.is_empty();
    let layers: &[(&str, i32)] = if placed { &LAYERS } else { &LAYERS[..1] };
    for (name, srs) in layers {
        create(&change, name, &answer.rows.head().columns, placed.then_some(*srs)).map_err(failed)?;
    }
    let mut bounds = [Bounds::default(); LAYERS.len()];
    let rows = answer.rows.each(|rows| -> Result<(), ExportError> {
        for ((name, srs), bounds) in layers.iter().zip(&mut bounds) {
            insert(&change, ground, rows, name, placed.then_some(*srs), bounds).map_err(failed)?;
        }
        Ok(())
    })?;
    for ((name, _), bounds) in layers.iter().zip(&bounds).filter(|(_, b)| b.0.is_some()) {
        let [w, s, e, n] = bounds.0.unwrap_or_default();
        let sql = "UPDATE gpkg_contents SET min_x = ?2, min_y = ?3, max_x = ?4, max_y = ?5 WHERE table_name = ?1";
        change.execute(sql, params![name, w, s, e, n]).map_err(failed)?;
    }
    change.commit().map_err(failed)?;
    Ok(rows)
}

/// A table with the columns of the answer.
fn create(change: &Transaction<'_>, name: &str, columns: &[Column], srs: Option<i32>) -> rusqlite::Result<()> {
    let kind = |column: &Column| match column.values {
        ColumnValues::Text { .. } | ColumnValues::Cells(_) => "TEXT",
        ColumnValues::Counts(_) => "INTEGER",
        ColumnValues::Numbers(_) => "DOUBLE",
        ColumnValues::Flags(_) => "BOOLEAN",
    };
    let mut fields = vec!["fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL".to_owned()];
    fields.extend(srs.map(|_| "geom MULTIPOLYGON".to_owned()));
    fields.extend(columns.iter().map(|c| format!("{} {}", quoted(&c.name), kind(c))));
    change.execute_batch(&format!("CREATE TABLE {name}({})", fields.join(", ")))?;
    let data_type = if srs.is_some() { "features" } else { "attributes" };
    change.execute(
        "INSERT INTO gpkg_contents(table_name, data_type, identifier, last_change, srs_id) VALUES (?1, ?2, ?1, strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), ?3)",
        params![name, data_type, srs],
    )?;
    if let Some(srs) = srs {
        change.execute(
            "INSERT INTO gpkg_geometry_columns VALUES (?1, 'geom', 'MULTIPOLYGON', ?2, 0, 0)",
            params![name, srs],
        )?;
    }
    Ok(())
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn insert(
    change: &Transaction<'_>,
    ground: &Snapshot,
    rows: &Rows,
    name: &str,
    srs: Option<i32>,
    bounds: &mut Bounds,
) -> rusqlite::Result<()> {
    let fields = rows.columns.len() + usize::from(srs.is_some());
    let names: Vec<String> =
        srs.iter().map(|_| "geom".to_owned()).chain(rows.columns.iter().map(|c| quoted(&c.name))).collect();
    let marks = vec!["?"; fields].join(", ");
    let mut statement = change.prepare_cached(&format!("INSERT INTO {name}({}) VALUES ({marks})", names.join(", ")))?;
    for row in 0..rows.len() {
        let mut values: Vec<Value> = Vec::with_capacity(fields);
        if let Some(srs) = srs {
            let outline = rows.places.get(row).and_then(|place| outline_in(ground, place, srs));
            values.push(outline.and_then(|outline| blob(&outline, srs, bounds)).map_or(Value::Null, Value::Blob));
        }
        values.extend(rows.columns.iter().map(|column| value(column, row)));
        statement.execute(rusqlite::params_from_iter(values))?;
    }
    Ok(())
}

fn value(column: &Column, row: usize) -> Value {
    match &column.values {
        ColumnValues::Text { texts, of_row } => Value::Text(texts[of_row[row] as usize].clone()),
        ColumnValues::Cells(cells) => Value::Text(format!("{:x}", cells[row])),
        ColumnValues::Counts(counts) => Value::Integer(counts[row].cast_signed()),
        ColumnValues::Numbers(numbers) if numbers[row].is_finite() => Value::Real(numbers[row]),
        ColumnValues::Numbers(_) => Value::Null,
        ColumnValues::Flags(flags) => Value::Integer(i64::from(flags[row])),
    }
}

/// The outline of a place in a reference system.
fn outline_in(ground: &Snapshot, place: &PlaceKey, srs: i32) -> Option<MultiPolygon> {
    let degrees = match place {
        PlaceKey::Cell(cell) => {
            let ring: Vec<Coord> = grid::outline(*cell).iter().map(|c| Coord { x: c.lon, y: c.lat }).collect();
            MultiPolygon(vec![Polygon::new(LineString(ring), Vec::new())])
        }
        PlaceKey::Area(layer, area) => ground.layers.get(*layer as usize)?.areas.get(*area as usize)?.polygons.clone(),
    };
    if srs == 4326 {
        return Some(degrees);
    }
    let metres = |c: Coord| {
        let point = LonLat::new(c.x, c.y).map_err(|_| ())?;
        lonlat_to_bng(point).map(|p| Coord { x: p.easting, y: p.northing }).map_err(|_| ())
    };
    // Outside the grid there is no such outline.
    degrees.try_map_coords(metres).ok()
}

/// What the features of a layer reach to.
#[derive(Debug, Clone, Copy, Default)]
struct Bounds(Option<[f64; 4]>);

impl Bounds {
    fn take(&mut self, c: Coord) {
        let [w, s, e, n] = self.0.unwrap_or([c.x, c.y, c.x, c.y]);
        self.0 = Some([w.min(c.x), s.min(c.y), e.max(c.x), n.max(c.y)]);
    }
}

/// The eight bytes that `GeoPackage` puts before well-known binary, and that; nothing where there is no such binary.
fn blob(outline: &MultiPolygon, srs: i32, bounds: &mut Bounds) -> Option<Vec<u8>> {
    let mut bytes = b"GP\0\x01".to_vec();
    bytes.extend(srs.to_le_bytes());
    outline.coords_iter().for_each(|corner| bounds.take(corner));
    let little_endian = wkb::writer::WriteOptions::default();
    wkb::writer::write_multi_polygon(&mut bytes, outline, &little_endian).ok()?;
    Some(bytes)
}
