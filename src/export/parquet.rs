//! Apache Parquet, columns named and typed as in every other format, a row group at a time.

use std::{collections::HashMap, io, sync::Arc};

use arrow_array::{ArrayRef, BooleanArray, Float64Array, Int64Array, RecordBatch, StringArray};
use arrow_schema::{DataType, Field, Schema};
use parquet::{arrow::ArrowWriter, basic::Compression, errors::ParquetError, file::properties::WriterProperties};

use super::{
    encoder::{Encoder, Out},
    error::ExportError,
};
use crate::{
    ask::{Answer, Column, ColumnValues},
    snapshot::Snapshot,
};

/// The format.
pub(super) struct Parquet;

impl Encoder for Parquet {
    fn name(&self) -> &'static str {
        "parquet"
    }

    fn media_type(&self) -> &'static str {
        "application/vnd.apache.parquet"
    }

    fn ending(&self) -> &'static str {
        "parquet"
    }

    fn write(&self, _: &Snapshot, answer: &mut Answer<'_>, out: &mut Out<'_>) -> Result<u64, ExportError> {
        let schema = Arc::new(Schema::new(answer.rows.head().columns.iter().map(field).collect::<Vec<_>>()));
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_created_by("places".to_owned())
            .build();
        let mut writer = ArrowWriter::try_new(Through(out), schema.clone(), Some(properties)).map_err(failed)?;
        let rows = answer.rows.each(|rows| -> Result<(), ExportError> {
            let arrays = rows.columns.iter().map(array).collect();
            let batch = RecordBatch::try_new(schema.clone(), arrays)
                .map_err(|e| ExportError::Format { format: "parquet", reason: e.to_string() })?;
            writer.write(&batch).map_err(failed)
        })?;
        writer.close().map_err(failed)?;
        Ok(rows)
    }
}

fn failed(error: ParquetError) -> ExportError {
    match error {
        ParquetError::External(source) => match source.downcast::<io::Error>() {
            Ok(io) => ExportError::Io(*io),
            Err(other) => ExportError::Format { format: "parquet", reason: other.to_string() },
        },
        other => ExportError::Format { format: "parquet", reason: other.to_string() },
    }
}

/// A writer that is not known by its type.
struct Through<'w, 'o>(&'w mut Out<'o>);

impl io::Write for Through<'_, '_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

fn field(column: &Column) -> Field {
    let kind = match column.values {
        ColumnValues::Text { .. } | ColumnValues::Cells(_) => DataType::Utf8,
        ColumnValues::Counts(_) => DataType::Int64,
        ColumnValues::Numbers(_) => DataType::Float64,
        ColumnValues::Flags(_) => DataType::Boolean,
    };
    let field = Field::new(&column.name, kind, matches!(column.values, ColumnValues::Numbers(_)));
    match column.unit.name() {
        "" => field,
        unit => field.with_metadata(HashMap::from([("unit".to_owned(), unit.to_owned())])),
    }
}

fn array(column: &Column) -> ArrayRef {
    match &column.values {
        ColumnValues::Text { texts, of_row } => {
            Arc::new(StringArray::from_iter_values(of_row.iter().map(|&i| texts[i as usize].as_str())))
        }
        ColumnValues::Cells(cells) => Arc::new(StringArray::from_iter_values(cells.iter().map(|c| format!("{c:x}")))),
        ColumnValues::Counts(counts) => Arc::new(counts.iter().map(|&c| Some(c.cast_signed())).collect::<Int64Array>()),
        ColumnValues::Flags(flags) => Arc::new(flags.iter().map(|&f| Some(f)).collect::<BooleanArray>()),
        ColumnValues::Numbers(numbers) => {
            Arc::new(numbers.iter().map(|&n| n.is_finite().then_some(n)).collect::<Float64Array>())
        }
    }
}
