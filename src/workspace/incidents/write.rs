//! Incidents as a Parquet file, column names as other programs rely on them.

use std::{fs::File, path::Path, sync::Arc};

use arrow_array::{
    ArrayRef, DictionaryArray, Float32Array, Float64Array, Int32Array, MapArray, RecordBatch, StringArray, StructArray,
    TimestampMicrosecondArray, UInt8Array, UInt32Array, UInt64Array, types,
};
use arrow_buffer::{Buffer, NullBuffer, OffsetBuffer, ScalarBuffer};
use arrow_schema::{ArrowError, DataType, Field, Fields, Schema, TimeUnit};
use parquet::{
    arrow::ArrowWriter,
    basic::{Compression, Encoding},
    errors::ParquetError,
    file::properties::{EnabledStatistics, WriterProperties},
    schema::types::ColumnPath,
};

use super::{
    Incidents,
    digest::rows_metadata,
    place::{ABSENT, PlaceRow},
    texts::Dictionary,
};
use crate::{
    model::{RESOLUTIONS, When, WhenPrecision},
    workspace::WorkspaceError,
};

/// Columns of every incident file, without the `area_LAYER` ones and `part`.
pub const INCIDENT_COLUMNS: [&str; 20] = [
    "incident_key",
    "source_ref",
    "category",
    "when_start",
    "when_end",
    "when_precision",
    "lon",
    "lat",
    "easting",
    "northing",
    "precision_class",
    "radius_m",
    "cell_7",
    "cell_8",
    "cell_9",
    "cell_10",
    "cell_11",
    "flags",
    "location_text_hash",
    "attributes",
];

/// Column with the part of a source (the police force), in files that hold records of several: counting reads it, not the
/// attributes.
pub(super) const PART: &str = "part";
/// The attribute that the part stands in.
pub(super) const PART_ATTRIBUTE: &str = "force";
const ROW_GROUP_ROWS: usize = 1 << 20;
/// Rows turned at once: buffers of this size stay with the allocator and in the cache.
const BATCH_ROWS: usize = 1 << 13;

/// Writes incidents in their order; the same incidents give the same bytes.
pub(in crate::workspace) fn write_incidents(
    incidents: &Incidents,
    file: &File,
    path: &Path,
) -> Result<(), WorkspaceError> {
    write(incidents, file).map_err(|source| WorkspaceError::Parquet { path: path.to_owned(), source })
}

fn write(incidents: &Incidents, file: &File) -> Result<(), ParquetError> {
    let schema = Arc::new(schema(incidents));
    let texts = Texts::of(incidents);
    let mut writer = ArrowWriter::try_new(file, schema.clone(), Some(properties()))?;
    let order = incidents.order();
    for rows in order.chunks(BATCH_ROWS) {
        let columns = Batch::new(incidents, rows).columns(&texts)?;
        writer.write(&RecordBatch::try_new(schema.clone(), columns)?)?;
    }
    writer.append_key_value_metadata(rows_metadata(incidents, &order));
    writer.close()?;
    Ok(())
}

fn properties() -> WriterProperties {
    let mut properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_created_by("places".to_owned())
        .set_max_row_group_row_count(Some(ROW_GROUP_ROWS))
        .set_dictionary_page_size_limit(8 << 20);
    // Hexadecimal digits of a hash neither repeat nor shrink, and nobody asks for a range of them.
    for unique in ["incident_key", "source_ref"].map(ColumnPath::from) {
        properties = properties
            .set_column_dictionary_enabled(unique.clone(), false)
            .set_column_compression(unique.clone(), Compression::UNCOMPRESSED)
            .set_column_statistics_enabled(unique, EnabledStatistics::None);
    }
    // Rows come in the order of their places and mostly share a time: differences are small.
    for steady in ["when_start", "when_end", "cell_7", "cell_8", "cell_9", "cell_10", "cell_11"].map(ColumnPath::from) {
        properties = properties
            .set_column_dictionary_enabled(steady.clone(), false)
            .set_column_encoding(steady, Encoding::DELTA_BINARY_PACKED);
    }
    // Nearly as many values as rows: a dictionary would only be one more thing to read.
    for varied in ["lon", "lat", "easting", "northing"].map(ColumnPath::from) {
        properties = properties.set_column_dictionary_enabled(varied, false);
    }
    // Least and greatest of words that stand all over a file tell a reader nothing.
    let attribute = |part: &str| ColumnPath::from(["attributes", "entries", part].map(str::to_owned).to_vec());
    let words = ["category", "when_precision", PART].map(ColumnPath::from).into_iter();
    for column in words.chain(["key", "value"].map(attribute)) {
        properties = properties.set_column_statistics_enabled(column, EnabledStatistics::None);
    }
    // For each file's row groups, not for each page.
    properties.set_statistics_enabled(EnabledStatistics::Chunk).build()
}

fn schema(incidents: &Incidents) -> Schema {
    let words = || DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
    let time = || DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()));
    let data_type = |name: &str| match name {
        "source_ref" => DataType::Utf8,
        "category" | "when_precision" => words(),
        "when_start" | "when_end" => time(),
        "lon" | "lat" | "easting" | "northing" => DataType::Float64,
        "precision_class" => DataType::UInt8,
        "radius_m" => DataType::Float32,
        "flags" => DataType::UInt32,
        "attributes" => DataType::Map(Arc::new(entries_field()), false),
        _ => DataType::UInt64,
    };
    let nullable = |name: &str| {
        !matches!(
            name,
            "incident_key" | "category" | "when_start" | "when_end" | "when_precision" | "precision_class" | "flags"
        )
    };
    let mut fields: Vec<Field> =
        INCIDENT_COLUMNS.iter().map(|&name| Field::new(name, data_type(name), nullable(name))).collect();
    let areas = incidents.layers.iter().map(|layer| Field::new(format!("area_{layer}"), words(), true));
    let cells_end = INCIDENT_COLUMNS.iter().position(|&name| name == "flags").unwrap_or(fields.len());
    fields.splice(cells_end..cells_end, areas);
    fields.extend(parts_of(incidents).map(|_| Field::new(PART, words(), true)));
    Schema::new(fields)
}

/// The attribute that holds the part, where records of several parts are there.
fn parts_of(incidents: &Incidents) -> Option<usize> {
    let column = incidents.attribute_names.iter().position(|n| n == PART_ATTRIBUTE)?;
    (incidents.attribute_values[column].values().len() > 1).then_some(column)
}

fn entry_fields() -> Fields {
    Fields::from(vec![Field::new("key", DataType::Utf8, false), Field::new("value", DataType::Utf8, true)])
}

fn entries_field() -> Field {
    Field::new("entries", DataType::Struct(entry_fields()), false)
}

/// Texts that every batch points into.
struct Texts {
    categories: ArrayRef,
    areas: Vec<ArrayRef>,
    /// The attribute that holds the part, and its values.
    parts: Option<(usize, ArrayRef)>,
    precisions: ArrayRef,
}

impl Texts {
    fn of(incidents: &Incidents) -> Self {
        let array = |texts: &Dictionary| Arc::new(StringArray::from_iter_values(texts.values())) as ArrayRef;
        let precisions = StringArray::from_iter_values(WhenPrecision::ALL.map(WhenPrecision::name));
        Self {
            categories: array(&incidents.categories),
            areas: incidents.area_codes.iter().map(array).collect(),
            parts: parts_of(incidents).map(|column| (column, array(&incidents.attribute_values[column]))),
            precisions: Arc::new(precisions),
        }
    }
}

/// Some rows in their order, with the place and time of each.
struct Batch<'a> {
    incidents: &'a Incidents,
    rows: &'a [u32],
    places: Vec<Option<&'a PlaceRow>>,
    whens: Vec<When>,
    located: Option<NullBuffer>,
}

impl<'a> Batch<'a> {
    fn new(incidents: &'a Incidents, rows: &'a [u32]) -> Self {
        let places: Vec<_> = rows.iter().map(|&i| incidents.place_of(i as usize)).collect();
        let located: NullBuffer = places.iter().map(Option::is_some).collect();
        let whens = rows.iter().map(|&i| incidents.when_of(i as usize)).collect();
        Self { incidents, rows, places, whens, located: Some(located).filter(|l| l.null_count() > 0) }
    }

    /// In the order of [`schema`].
    fn columns(&self, texts: &Texts) -> Result<Vec<ArrayRef>, ArrowError> {
        let of_row = |column: &'a [u32]| self.rows.iter().map(|&i| column[i as usize]);
        let time = |value: fn(&When) -> i64| -> ArrayRef {
            let values: ScalarBuffer<i64> = self.whens.iter().map(value).collect();
            Arc::new(TimestampMicrosecondArray::new(values, None).with_timezone("UTC"))
        };
        let keys: ScalarBuffer<u64> = self.rows.iter().map(|&i| self.incidents.keys[i as usize]).collect();
        let classes: ScalarBuffer<u8> = self.places.iter().map(|p| p.map_or(0, |p| p.class.code())).collect();
        let flags: ScalarBuffer<u32> = self.places.iter().map(|p| p.map_or(0, |p| p.flags)).collect();
        let precisions = self.whens.iter().map(|w| w.precision as u32);
        let mut columns: Vec<ArrayRef> = vec![
            Arc::new(UInt64Array::new(keys, None)),
            self.references()?,
            words(&texts.categories, of_row(&self.incidents.category))?,
            time(|w| w.start_us),
            time(|w| w.end_us),
            words(&texts.precisions, precisions)?,
            self.numbers(|p| p.lon),
            self.numbers(|p| p.lat),
            self.numbers(|p| p.easting),
            self.numbers(|p| p.northing),
            Arc::new(UInt8Array::new(classes, None)),
            self.radii(),
        ];
        for slot in 0..RESOLUTIONS.len() {
            let cells: ScalarBuffer<u64> = self.places.iter().map(|p| p.map_or(0, |p| p.cells[slot])).collect();
            columns.push(Arc::new(UInt64Array::new(cells, self.located.clone())));
        }
        for (layer, codes) in texts.areas.iter().enumerate() {
            columns.push(words(codes, self.places.iter().map(|p| p.map_or(ABSENT, |p| p.areas[layer])))?);
        }
        columns.push(Arc::new(UInt32Array::new(flags, None)));
        columns.push(self.text_hashes());
        columns.push(self.attributes()?);
        if let Some((column, values)) = &texts.parts {
            columns.push(words(values, of_row(&self.incidents.attributes[*column]))?);
        }
        Ok(columns)
    }

    fn references(&self) -> Result<ArrayRef, ArrowError> {
        let mut texts = TextColumn::default();
        self.rows.iter().for_each(|&i| texts.push(self.incidents.refs.get(i as usize)));
        let known = nulls(texts.ends.windows(2).map(|ends| ends[0] < ends[1]));
        texts.finish(known)
    }

    /// A number of each place; none where it is NaN.
    fn numbers(&self, value: impl Fn(&PlaceRow) -> f64) -> ArrayRef {
        let values: Vec<f64> = self.places.iter().map(|p| p.map_or(f64::NAN, &value)).collect();
        let known = nulls(values.iter().map(|v| !v.is_nan()));
        Arc::new(Float64Array::new(values.into(), known))
    }

    fn radii(&self) -> ArrayRef {
        let values: Vec<f32> = self.places.iter().map(|p| p.map_or(f32::NAN, |p| p.radius_m)).collect();
        let known = nulls(values.iter().map(|v| !v.is_nan()));
        Arc::new(Float32Array::new(values.into(), known))
    }

    fn text_hashes(&self) -> ArrayRef {
        let values: ScalarBuffer<u64> = self.rows.iter().map(|&i| self.incidents.text_hash[i as usize]).collect();
        let known = nulls(values.iter().map(|&hash| hash != 0));
        Arc::new(UInt64Array::new(values, known))
    }

    fn attributes(&self) -> Result<ArrayRef, ArrowError> {
        let (mut keys, mut values) = (TextColumn::default(), TextColumn::default());
        let names = &self.incidents.attribute_names;
        let columns = self.incidents.attributes.iter().zip(&self.incidents.attribute_values).zip(names);
        let columns: Vec<_> = columns.collect();
        let mut ends = Vec::with_capacity(self.rows.len() + 1);
        ends.push(0);
        for &row in self.rows {
            for ((codes, texts), name) in &columns {
                let code = codes[row as usize];
                if code != ABSENT {
                    keys.push(name);
                    values.push(texts.get(code));
                }
            }
            ends.push(keys.len());
        }
        let entries = StructArray::try_new(entry_fields(), vec![keys.finish(None)?, values.finish(None)?], None)?;
        let map = MapArray::try_new(Arc::new(entries_field()), OffsetBuffer::new(ends.into()), entries, None, false)?;
        Ok(Arc::new(map))
    }
}

/// A column of texts while it is built.
struct TextColumn {
    bytes: Vec<u8>,
    ends: Vec<i32>,
}

impl Default for TextColumn {
    fn default() -> Self {
        Self { bytes: Vec::new(), ends: vec![0] }
    }
}

impl TextColumn {
    fn push(&mut self, text: &str) {
        self.bytes.extend_from_slice(text.as_bytes());
        self.ends.push(self.bytes.len() as i32);
    }

    fn len(&self) -> i32 {
        self.ends.len() as i32 - 1
    }

    fn finish(self, known: Option<NullBuffer>) -> Result<ArrayRef, ArrowError> {
        let ends = OffsetBuffer::new(self.ends.into());
        Ok(Arc::new(StringArray::try_new(ends, Buffer::from_vec(self.bytes), known)?))
    }
}

/// Which values there are, or `None` when that is all.
fn nulls(known: impl Iterator<Item = bool>) -> Option<NullBuffer> {
    Some(known.collect::<NullBuffer>()).filter(|nulls| nulls.null_count() > 0)
}

fn words(texts: &ArrayRef, codes: impl Iterator<Item = u32>) -> Result<ArrayRef, ArrowError> {
    let codes: Vec<u32> = codes.collect();
    let known = nulls(codes.iter().map(|&code| code != ABSENT));
    let codes: ScalarBuffer<i32> = codes.iter().map(|&code| if code == ABSENT { 0 } else { code as i32 }).collect();
    let array = DictionaryArray::<types::Int32Type>::try_new(Int32Array::new(codes, known), texts.clone())?;
    Ok(Arc::new(array))
}
