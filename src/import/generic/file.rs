//! A file, row by row through a mapping.

use std::collections::BTreeMap;

use csv::ByteRecord;

use super::{
    evidence::Evidence,
    row::GenericRow,
    slots::Slots,
    times::{is_end_of_day, parse_when},
};
use crate::{
    import::{
        FileReport, ImportError, Mapping, Progress, Rejection, SourceFile, csv_file::CsvFile, opening::opened,
        swallowed::RowShape,
    },
    model::Header,
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
    /// What was noticed of the file, a sentence each.
    pub(in crate::import) notes: Vec<String>,
    pub(in crate::import) digest: String,
}

/// A field as text, empty where there is none.
fn text_of(record: &ByteRecord, slot: Option<usize>) -> std::borrow::Cow<'_, str> {
    String::from_utf8_lossy(slot.and_then(|at| record.get(at)).unwrap_or_default().trim_ascii())
}

/// Reads a file through a mapping.
pub(in crate::import) fn read_generic_file(
    file: &SourceFile,
    mapping: &Mapping,
    progress: &Progress,
) -> Result<GenericFile, ImportError> {
    let delimiter = mapping.delimiter as u8;
    let opened = opened(file, mapping.encoding != "utf-8")?;
    let delimiter = opened.separator.unwrap_or(delimiter);
    let is_header = |names: &[String]| {
        let header = Header::new(names);
        mapping.named_columns().all(|name| !matches!(header.find(name), Ok(None)))
    };
    let (mut csv, header) = CsvFile::over(file, opened, delimiter, progress, &is_header)?;
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
    let (mut evidence, mut blank, mut ends_of_days) = (Evidence::default(), 0, 0);
    while let Some(line) = csv.next(&mut record)? {
        if record.iter().all(|field| field.trim_ascii().is_empty()) {
            blank += 1;
            continue;
        }
        if csv.rows() <= SAMPLED_ROWS {
            slots.check_personal(file, &record)?;
        }
        let whole = shape.check(&header, &record, csv.lines());
        let read = whole.and_then(|()| slots.row(mapping, &header, &record, line, &mut unknown_precision));
        let written = text_of(&record, Some(slots.when));
        let is_date = !matches!(&read, Err(rejection) if rejection.field == header[slots.when]);
        evidence.date(&written, line, is_date);
        if slots.id.is_some() {
            evidence.reference(&text_of(&record, slots.id), line);
        }
        match read {
            Ok(row) => {
                ends_of_days += u64::from(is_end_of_day(&written) || is_end_of_day(&text_of(&record, slots.time)));
                rows.push(row);
            }
            Err(rejection) => rejected.push(*rejection),
        }
    }
    let named = |slot: Option<usize>| slot.map_or("", |at| header[at].as_str());
    evidence.check(&file.path, (named(slots.id), named(Some(slots.when))), formats)?;
    let midnights = GenericRow::without_false_midnights(&mut rows);
    let notes = [
        (csv.titles() as u64, "rows of titles above the header were left out"),
        (blank, "rows that hold nothing were left out"),
        (ends_of_days, "times of 24:00 were read as the midnight that ends their day"),
        (midnights, "rows say midnight, as nearly all do: their hour is not known"),
    ];
    let noted = notes.into_iter().filter(|(count, _)| *count > 0);
    let notes: Vec<String> = noted.map(|(n, what)| format!("{}: {n} {what}", file.name())).collect();
    let name = file.name();
    for r in &mut rejected {
        r.file.clone_from(&name);
    }
    Ok(GenericFile {
        report: FileReport {
            path: file.path.display().to_string(),
            rows: csv.rows() - blank,
            rejected: rejected.len() as u64,
            ..FileReport::default()
        },
        rows,
        rejected,
        ignored_columns: slots.ignored,
        unknown_precision,
        notes: notes.into_iter().chain(evidence.hint()).collect(),
        digest: csv.digest(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Easting and northing in another system: read by a build with PROJ, refused by name by one without.
    #[test]
    fn a_mapping_names_another_crs() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ni.csv");
        fs_err::write(&path, "Ref,Day,X,Y\n1,2025-01-02,333880,374030\n2,2025-01-03,0,0\n").unwrap();
        let mapping = |crs: &str| {
            let columns =
                "[columns]\nid = \"Ref\"\nwhen = \"Day\"\ncategory_is = \"ASB\"\neasting = \"X\"\nnorthing = \"Y\"\n";
            Mapping::parse(&format!("source = \"ni\"\ncrs = \"{crs}\"\n{columns}"))
        };
        let read = |crs: &str| {
            read_generic_file(&SourceFile { path: path.clone() }, &mapping(crs).unwrap(), &Progress::default())
        };
        assert!(read("EPSG:27700").is_ok());
        let irish = read("EPSG:29903");
        #[cfg(not(feature = "proj"))]
        assert!(irish.unwrap_err().to_string().contains("--features proj"));
        #[cfg(feature = "proj")]
        {
            let rows = irish.unwrap().rows;
            let point = rows[0].point.unwrap();
            assert!((point.lon + 5.929_327_4).abs() < 1e-6 && (point.lat - 54.596_770_1).abs() < 1e-6, "{point:?}");
            assert_eq!((rows[0].place.coordinates[2].as_str(), rows[1].point), ("", None));
        }
        let both = "crs = \"EPSG:29903\"\n[columns]\nwhen = \"Day\"\ncategory_is = \"a\"\nlon = \"X\"\nlat = \"Y\"\n";
        assert!(Mapping::parse(both).unwrap_err().contains("easting and northing"));
    }
}
