//! Incidents from a Parquet file: everything, or only what counting needs.

use std::{collections::BTreeMap, path::Path};

use arrow_array::{
    Array, DictionaryArray, Float32Array, Float64Array, MapArray, RecordBatch, StringArray, TimestampMicrosecondArray,
    UInt8Array, UInt32Array, UInt64Array, cast::AsArray, types,
};
use parquet::{
    arrow::{ProjectionMask, arrow_reader::ParquetRecordBatchReaderBuilder},
    errors::ParquetError,
};

use super::{
    Incidents,
    place::{ABSENT, NO_PLACE, PlaceRow},
    texts::Dictionary,
    write::{PART, PART_ATTRIBUTE},
};
use crate::{
    model::{PrecisionClass, RESOLUTIONS, When, WhenPrecision},
    workspace::WorkspaceError,
};

/// Rows turned at once: buffers of this size stay with the allocator and in the cache.
const BATCH_ROWS: usize = 1 << 13;

fn failed(path: &Path) -> impl Fn(ParquetError) -> WorkspaceError + '_ {
    |source| WorkspaceError::Parquet { path: path.to_owned(), source }
}

/// Reads a file of incidents: everything, or only what counting needs; of attributes that is the part, where the file holds
/// records of several (column `part`).
///
/// # Errors
/// [`WorkspaceError::Damaged`] or [`WorkspaceError::Parquet`] with the path.
pub fn read_incidents(path: &Path, everything: bool) -> Result<Incidents, WorkspaceError> {
    let file = fs_err::File::open(path)?.into_file();
    let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(failed(path))?;
    let names: Vec<String> = builder.schema().fields().iter().map(|f| f.name().clone()).collect();
    let layers: Vec<String> = names.iter().filter_map(|n| n.strip_prefix("area_").map(str::to_owned)).collect();
    let wanted = |name: &str| {
        if everything {
            return name != PART;
        }
        !matches!(name, "incident_key" | "source_ref" | "easting" | "northing" | "location_text_hash" | "attributes")
    };
    let parts = !everything && names.iter().any(|name| name == PART);
    let roots: Vec<usize> = (0..names.len()).filter(|&i| wanted(&names[i])).collect();
    let mask = ProjectionMask::roots(builder.parquet_schema(), roots);
    let reader = builder.with_projection(mask).with_batch_size(BATCH_ROWS).build().map_err(failed(path))?;
    let mut incidents = Incidents::new(&layers, if parts { &[PART_ATTRIBUTE] } else { &[] });
    let mut words = Words {
        categories: Translation::default(),
        areas: vec![Translation::default(); layers.len()],
        parts: Translation::default(),
    };
    for batch in reader {
        let batch = batch.map_err(|e| failed(path)(ParquetError::from(e)))?;
        let columns = Columns::of(&batch, &layers, everything, parts).ok_or_else(|| WorkspaceError::Damaged {
            path: path.to_owned(),
            reason: "a column is missing or of another type".to_owned(),
        })?;
        columns.append(&mut incidents, &mut words).ok_or_else(|| WorkspaceError::Damaged {
            path: path.to_owned(),
            reason: "a value is out of its range".to_owned(),
        })?;
    }
    Ok(incidents)
}

/// The typed columns of one batch.
struct Columns<'a> {
    rows: usize,
    category: &'a DictionaryArray<types::Int32Type>,
    start: &'a TimestampMicrosecondArray,
    end: &'a TimestampMicrosecondArray,
    precision: &'a DictionaryArray<types::Int32Type>,
    lon: &'a Float64Array,
    lat: &'a Float64Array,
    class: &'a UInt8Array,
    radius: &'a Float32Array,
    cells: Vec<&'a UInt64Array>,
    areas: Vec<&'a DictionaryArray<types::Int32Type>>,
    flags: &'a UInt32Array,
    parts: Option<&'a DictionaryArray<types::Int32Type>>,
    full: Option<FullColumns<'a>>,
}

struct FullColumns<'a> {
    key: &'a UInt64Array,
    source_ref: &'a StringArray,
    easting: &'a Float64Array,
    northing: &'a Float64Array,
    text_hash: &'a UInt64Array,
    attributes: &'a MapArray,
}

impl<'a> Columns<'a> {
    fn of(batch: &'a RecordBatch, layers: &[String], everything: bool, parts: bool) -> Option<Self> {
        let float = |name: &str| batch.column_by_name(name)?.as_primitive_opt::<types::Float64Type>();
        let long = |name: &str| batch.column_by_name(name)?.as_primitive_opt::<types::UInt64Type>();
        let words = |name: &str| batch.column_by_name(name)?.as_dictionary_opt::<types::Int32Type>();
        let time = |name: &str| batch.column_by_name(name)?.as_primitive_opt::<types::TimestampMicrosecondType>();
        let full = || -> Option<FullColumns<'a>> {
            Some(FullColumns {
                key: long("incident_key")?,
                source_ref: batch.column_by_name("source_ref")?.as_string_opt()?,
                easting: float("easting")?,
                northing: float("northing")?,
                text_hash: long("location_text_hash")?,
                attributes: batch.column_by_name("attributes")?.as_map_opt()?,
            })
        };
        Some(Self {
            rows: batch.num_rows(),
            category: words("category")?,
            start: time("when_start")?,
            end: time("when_end")?,
            precision: words("when_precision")?,
            lon: float("lon")?,
            lat: float("lat")?,
            class: batch.column_by_name("precision_class")?.as_primitive_opt()?,
            radius: batch.column_by_name("radius_m")?.as_primitive_opt()?,
            cells: RESOLUTIONS.iter().map(|r| long(&format!("cell_{r}"))).collect::<Option<_>>()?,
            areas: layers.iter().map(|l| words(&format!("area_{l}"))).collect::<Option<_>>()?,
            flags: batch.column_by_name("flags")?.as_primitive_opt()?,
            parts: if parts { Some(words(PART)?) } else { None },
            full: if everything { Some(full()?) } else { None },
        })
    }

    fn append(&self, to: &mut Incidents, words: &mut Words) -> Option<()> {
        words.categories.follow(self.category, &mut to.categories)?;
        for ((area, column), codes) in words.areas.iter_mut().zip(&self.areas).zip(&mut to.area_codes) {
            area.follow(column, codes)?;
        }
        let precisions: Vec<WhenPrecision> = self
            .precision
            .values()
            .as_string_opt::<i32>()?
            .iter()
            .map(|name| WhenPrecision::from_name(name?))
            .collect::<Option<_>>()?;
        let mut last_when = (i64::MIN, i64::MIN, WhenPrecision::Month, 0);
        for i in 0..self.rows {
            to.category.push(*words.categories.codes.get(self.category.key(i)?)?);
            let precision = *precisions.get(self.precision.key(i)?)?;
            let (start_us, end_us) = (self.start.value(i), self.end.value(i));
            if (start_us, end_us, precision) != (last_when.0, last_when.1, last_when.2) {
                let when = to.intern_when(When { start_us, end_us, precision });
                last_when = (start_us, end_us, precision, when);
            }
            to.when.push(last_when.3);
            let place = self.place(i, &words.areas, to)?;
            to.place.push(place);
        }
        if let Some(parts) = self.parts {
            words.parts.follow(parts, &mut to.attribute_values[0])?;
            for i in 0..self.rows {
                let code = parts.key(i).map_or(Some(ABSENT), |k| words.parts.codes.get(k).copied())?;
                to.attributes[0].push(code);
            }
        }
        if let Some(full) = &self.full {
            full.append(to)?;
        }
        Some(())
    }

    /// The place of row i: the one before it, or a new one. Files are sorted by place.
    fn place(&self, i: usize, areas: &[Translation], to: &mut Incidents) -> Option<u32> {
        if self.lon.is_null(i) {
            return Some(NO_PLACE);
        }
        let class = PrecisionClass::from_code(self.class.value(i))?;
        let (lon, lat) = (self.lon.value(i), self.lat.value(i));
        let radius_m = if self.radius.is_null(i) { f32::NAN } else { self.radius.value(i) };
        if let Some(last) = to.places.last()
            && (last.lon.to_bits(), last.lat.to_bits()) == (lon.to_bits(), lat.to_bits())
            && last.class == class
            && last.radius_m.to_bits() == radius_m.to_bits()
            && last.flags == self.flags.value(i)
        {
            return Some(to.places.len() as u32 - 1);
        }
        let metre = |column: fn(&FullColumns<'a>) -> &'a Float64Array| {
            let column = self.full.as_ref().map(column);
            column.filter(|c| c.is_valid(i)).map_or(f64::NAN, |c| c.value(i))
        };
        let mut cells = [0; 5];
        for (cell, column) in cells.iter_mut().zip(&self.cells) {
            *cell = column.value(i);
        }
        let area = |(column, area): (&&DictionaryArray<_>, &Translation)| {
            column.key(i).map_or(Some(ABSENT), |k| area.codes.get(k).copied())
        };
        let place = PlaceRow {
            lon,
            lat,
            easting: metre(|f| f.easting),
            northing: metre(|f| f.northing),
            class,
            radius_m,
            cells,
            areas: self.areas.iter().zip(areas).map(area).collect::<Option<_>>()?,
            flags: self.flags.value(i),
        };
        Some(to.push_place(place))
    }
}

impl FullColumns<'_> {
    fn append(&self, to: &mut Incidents) -> Option<()> {
        to.keys.extend(self.key.values());
        for i in 0..self.key.len() {
            to.refs.push(if self.source_ref.is_null(i) { "" } else { self.source_ref.value(i) });
            to.text_hash.push(if self.text_hash.is_null(i) { 0 } else { self.text_hash.value(i) });
        }
        let before = to.keys.len() - self.key.len();
        let mut columns: BTreeMap<String, usize> = BTreeMap::new();
        for (i, name) in to.attribute_names.iter().enumerate() {
            columns.insert(name.clone(), i);
            to.attributes[i].resize(to.keys.len(), ABSENT);
        }
        let names: &StringArray = self.attributes.keys().as_string_opt()?;
        let values: &StringArray = self.attributes.values().as_string_opt()?;
        for (i, window) in self.attributes.offsets().windows(2).enumerate() {
            for entry in usize::try_from(window[0]).ok()?..usize::try_from(window[1]).ok()? {
                let name = names.value(entry);
                let column = *columns.entry(name.to_owned()).or_insert_with(|| {
                    to.attribute_names.push(name.to_owned());
                    to.attribute_values.push(Dictionary::default());
                    to.attributes.push(vec![ABSENT; to.keys.len()]);
                    to.attribute_names.len() - 1
                });
                to.attributes[column][before + i] = to.attribute_values[column].intern(values.value(entry));
            }
        }
        Some(())
    }
}

/// Translations of the columns of texts.
struct Words {
    categories: Translation,
    areas: Vec<Translation>,
    parts: Translation,
}

/// Positions in our dictionary of the values of a column's, which batch after batch points into.
#[derive(Debug, Clone, Default)]
struct Translation {
    values: Option<StringArray>,
    codes: Vec<u32>,
}

impl Translation {
    /// Works the positions out again where the column points into other values than before.
    fn follow(&mut self, column: &DictionaryArray<types::Int32Type>, to: &mut Dictionary) -> Option<()> {
        let texts = column.values().as_string_opt::<i32>()?;
        // Every batch has its own array over the same buffers, which the one kept holds in place.
        let same = |known: &StringArray| {
            known.values().ptr_eq(texts.values())
                && known.offsets().ptr_eq(texts.offsets())
                && known.len() == texts.len()
        };
        if !self.values.as_ref().is_some_and(same) {
            self.codes = texts.iter().map(|text| to.intern(text.unwrap_or(""))).collect();
            self.values = Some(texts.clone());
        }
        Some(())
    }
}
