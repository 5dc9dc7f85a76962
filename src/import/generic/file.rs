//! A file, row by row through a mapping.

use std::collections::BTreeMap;

use csv::ByteRecord;

use super::{row::GenericRow, slots::Slots, times::parse_when};
use crate::import::{
    FileReport, ImportError, Mapping, Progress, Rejection, SourceFile, csv_file::CsvFile, swallowed::RowShape,
};

/// Rows looked at for values that look like personal data.
const SAMPLED_ROWS: u64 = 500;

/// A file read through a mapping.
#[derive(Debug)]
pub(in crate::import) struct GenericFile {
    pub(in crate::import) report: FileReport,
    pub(in crate::import) rows: Vec<GenericRow>,
    pub(in crate::import) rejected: Vec<Rejection>,
    pub(in crate::import) ignored_columns: Vec<String>,
    /// Words of precision that the mapping does not list, with their rows.
    pub(in crate::import) unknown_precision: BTreeMap<String, u64>,
    pub(in crate::import) digest: String,
}

/// Reads a file through a mapping.
pub(in crate::import) fn read_generic_file(
    file: &SourceFile,
    mapping: &Mapping,
    progress: &Progress,
) -> Result<GenericFile, ImportError> {
    let delimiter = mapping.delimiter as u8;
    let (mut csv, header) = if mapping.encoding == "utf-8" {
        CsvFile::open(file, delimiter, progress)?
    } else {
        let decoded = encoding_rs::WINDOWS_1252.decode(&file.read()?).0.into_owned();
        CsvFile::over(file, Box::new(std::io::Cursor::new(decoded.into_bytes())), delimiter, progress)?
    };
    let slots = Slots::of(file, mapping, &header)?;
    let mut rows = Vec::new();
    let mut rejected = Vec::new();
    let mut unknown_precision = BTreeMap::new();
    let mut record = ByteRecord::new();
    let formats = &mapping.when.formats;
    let is_time = |text: &str| parse_when(text, formats).is_some();
    let shape = RowShape {
        delimiter,
        columns: header.len(),
        prose: &|at| slots.is_prose(at),
        is_time: &is_time,
        when: slots.when,
    };
    while let Some(line) = csv.next(&mut record)? {
        if csv.rows() <= SAMPLED_ROWS {
            slots.check_personal(file, &record)?;
        }
        let whole = shape.check(&header, &record, csv.lines());
        match whole.and_then(|()| slots.row(mapping, &header, &record, line, &mut unknown_precision)) {
            Ok(row) => rows.push(row),
            Err(rejection) => rejected.push(*rejection),
        }
    }
    let name = file.name();
    for r in &mut rejected {
        r.file.clone_from(&name);
    }
    Ok(GenericFile {
        report: FileReport {
            path: file.path.display().to_string(),
            rows: csv.rows(),
            rejected: rejected.len() as u64,
            ..FileReport::default()
        },
        rows,
        rejected,
        ignored_columns: slots.ignored,
        unknown_precision,
        digest: csv.digest(),
    })
}
