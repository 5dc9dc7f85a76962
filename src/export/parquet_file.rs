//! Rows as one Parquet file.

use std::sync::Arc;

use arrow_array::{ArrayRef, BooleanArray, Float64Array, Int64Array, RecordBatch, StringArray};
use parquet::{arrow::ArrowWriter, basic::Compression, errors::ParquetError, file::properties::WriterProperties};

use crate::{
    analysis::{Rows, Values},
    grid::cell_text,
};

/// Rows as the bytes of a Parquet file, columns named and typed as in every other format.
///
/// # Errors
/// What the library said; it does not fail in memory.
pub fn to_parquet(rows: &Rows) -> Result<Vec<u8>, ParquetError> {
    let columns = rows.columns.iter().map(|column| {
        let array: ArrayRef = match &column.values {
            Values::Text { texts, of_row } => {
                Arc::new(StringArray::from_iter_values(of_row.iter().map(|&i| texts[i as usize].as_str())))
            }
            Values::Cells(cells) => Arc::new(StringArray::from_iter_values(cells.iter().map(|&c| cell_text(c)))),
            Values::Counts(counts) => Arc::new(counts.iter().map(|&c| Some(c.cast_signed())).collect::<Int64Array>()),
            Values::Flags(flags) => Arc::new(flags.iter().map(|&f| Some(f)).collect::<BooleanArray>()),
            Values::Numbers(numbers) => {
                Arc::new(numbers.iter().map(|&n| n.is_finite().then_some(n)).collect::<Float64Array>())
            }
        };
        (column.name.as_str(), array, matches!(column.values, Values::Numbers(_)))
    });
    let batch = RecordBatch::try_from_iter_with_nullable(columns)?;
    let properties =
        WriterProperties::builder().set_compression(Compression::SNAPPY).set_created_by("places".to_owned()).build();
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), Some(properties))?;
    writer.write(&batch)?;
    writer.close()?;
    Ok(bytes)
}
