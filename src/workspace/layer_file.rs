//! A layer of areas as GeoParquet 1.1 (geometry column WKB, OGC:CRS84), and back.

use std::{fs::File, path::Path, sync::Arc};

use arrow_array::{Array, ArrayRef, BinaryArray, Float64Array, RecordBatch, StringArray, cast::AsArray, types};
use parquet::{
    arrow::{ArrowWriter, arrow_reader::ParquetRecordBatchReaderBuilder},
    basic::Compression,
    errors::ParquetError,
    file::{metadata::KeyValue, properties::WriterProperties},
};

use super::WorkspaceError;

/// An area as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct AreaRow {
    /// Code.
    pub code: String,
    /// Name shown to people.
    pub name: String,
    /// Name in the file it came from.
    pub official_name: String,
    /// District code.
    pub district_code: Option<String>,
    /// District name.
    pub district_name: Option<String>,
    /// True area.
    pub area_km2: f64,
    /// Polygons as WKB, WGS 84 degrees.
    pub wkb: Vec<u8>,
}

const GEO: &str = r#"{"version":"1.1.0","primary_column":"geometry","columns":{"geometry":{"encoding":"WKB","geometry_types":["MultiPolygon"],"edges":"planar"}}}"#;

fn failed(path: &Path) -> impl Fn(ParquetError) -> WorkspaceError + '_ {
    |source| WorkspaceError::Parquet { path: path.to_owned(), source }
}

pub(super) fn write_layer(areas: &[AreaRow], file: &File, path: &Path) -> Result<(), WorkspaceError> {
    let texts =
        |value: fn(&AreaRow) -> &str| -> ArrayRef { Arc::new(StringArray::from_iter_values(areas.iter().map(value))) };
    let options = |value: fn(&AreaRow) -> Option<&str>| -> ArrayRef {
        Arc::new(areas.iter().map(value).collect::<StringArray>())
    };
    let batch = RecordBatch::try_from_iter_with_nullable([
        ("code", texts(|a| &a.code), false),
        ("name", texts(|a| &a.name), false),
        ("official_name", texts(|a| &a.official_name), false),
        ("district_code", options(|a| a.district_code.as_deref()), true),
        ("district_name", options(|a| a.district_name.as_deref()), true),
        ("area_km2", Arc::new(areas.iter().map(|a| Some(a.area_km2)).collect::<Float64Array>()), false),
        ("geometry", Arc::new(BinaryArray::from_iter_values(areas.iter().map(|a| &a.wkb))), false),
    ])
    .map_err(|e| failed(path)(e.into()))?;
    let properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_created_by("places".to_owned())
        .set_key_value_metadata(Some(vec![KeyValue::new("geo".to_owned(), GEO.to_owned())]))
        .build();
    let mut writer = ArrowWriter::try_new(file, batch.schema(), Some(properties)).map_err(failed(path))?;
    writer.write(&batch).map_err(failed(path))?;
    writer.close().map_err(failed(path))?;
    Ok(())
}

/// Reads the areas of a stored layer.
///
/// # Errors
/// [`WorkspaceError::Damaged`] or [`WorkspaceError::Parquet`] with the path.
pub fn read_layer(path: &Path) -> Result<Vec<AreaRow>, WorkspaceError> {
    let file = fs_err::File::open(path)?.into_file();
    let reader = ParquetRecordBatchReaderBuilder::try_new(file)
        .and_then(ParquetRecordBatchReaderBuilder::build)
        .map_err(failed(path))?;
    let mut areas = Vec::new();
    for batch in reader {
        let batch = batch.map_err(|e| failed(path)(e.into()))?;
        append(&batch, &mut areas).ok_or_else(|| WorkspaceError::Damaged {
            path: path.to_owned(),
            reason: "a column is missing or of another type".to_owned(),
        })?;
    }
    Ok(areas)
}

fn append(batch: &RecordBatch, areas: &mut Vec<AreaRow>) -> Option<()> {
    let texts = |name: &str| batch.column_by_name(name)?.as_string_opt::<i32>();
    let (code, name, official) = (texts("code")?, texts("name")?, texts("official_name")?);
    let (district_code, district_name) = (texts("district_code")?, texts("district_name")?);
    let area: &Float64Array = batch.column_by_name("area_km2")?.as_primitive_opt::<types::Float64Type>()?;
    let wkb: &BinaryArray = batch.column_by_name("geometry")?.as_binary_opt::<i32>()?;
    let option = |column: &StringArray, i: usize| column.is_valid(i).then(|| column.value(i).to_owned());
    areas.extend((0..batch.num_rows()).map(|i| AreaRow {
        code: code.value(i).to_owned(),
        name: name.value(i).to_owned(),
        official_name: official.value(i).to_owned(),
        district_code: option(district_code, i),
        district_name: option(district_name, i),
        area_km2: area.value(i),
        wkb: wkb.value(i).to_vec(),
    }));
    Some(())
}
