//! What an import did with every row.

use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicU64, Ordering},
};

use serde::Serialize;

use crate::{geocode::ProbableDefault, model::spreadsheet_safe};

/// Most rejected rows listed in a report; the CSV beside it lists all.
pub(super) const MAX_LISTED_REJECTIONS: usize = 1_000;
const MAX_VALUE_CHARS: usize = 80;

/// A row that was not imported, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rejection {
    /// File name.
    pub file: String,
    /// Line in the file, from 1.
    pub line: u64,
    /// Field that is wrong.
    pub field: String,
    /// Its value, cut at 80 characters, control characters escaped.
    pub value: String,
    /// Why it was rejected.
    pub reason: String,
}

impl Rejection {
    pub(super) fn new(line: u64, field: &str, value: &[u8], reason: impl Into<String>) -> Self {
        // Reports are kept and handed on.
        let text = String::from_utf8_lossy(value);
        let text = crate::geocode::without_contacts(&text);
        let short: String = text.chars().take(MAX_VALUE_CHARS).flat_map(char::escape_debug).collect();
        Self { file: String::new(), line, field: field.to_owned(), value: short, reason: reason.into() }
    }
}

/// Rejected rows as CSV with the columns `file, line, field, value, reason`; a value that a spreadsheet would run as a formula
/// gets an apostrophe.
///
/// # Errors
/// The I/O error of writing to memory.
pub fn rejected_csv(rejected: &[Rejection]) -> std::io::Result<Vec<u8>> {
    let mut csv = csv::Writer::from_writer(Vec::new());
    csv.write_record(["file", "line", "field", "value", "reason"]).map_err(std::io::Error::from)?;
    for row in rejected {
        let line = row.line.to_string();
        let value = spreadsheet_safe(&row.value);
        csv.write_record([&row.file, &line, &row.field, value.as_ref(), &row.reason]).map_err(std::io::Error::from)?;
    }
    csv.into_inner().map_err(csv::IntoInnerError::into_error)
}

/// What became of the rows of one file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct FileReport {
    /// Path as found.
    pub path: String,
    /// Rows read, the header not counted.
    pub rows: u64,
    /// New incidents.
    pub imported: u64,
    /// Incidents that were there and changed.
    pub updated: u64,
    /// Incidents that were there already, unchanged.
    pub duplicates: u64,
    /// Rows not imported.
    pub rejected: u64,
    /// Part of the source whose rows these are (the police force), or empty.
    pub part: String,
    /// Accepted rows in the study area.
    pub placed: u64,
    /// Accepted rows outside the study area.
    pub outside_study_area: u64,
    /// Accepted rows without a place.
    pub not_located: u64,
}

/// What a source covers in a month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CoverageRow {
    /// Month.
    pub month: String,
    /// Part of the source (the police force), or empty.
    pub part: String,
    /// Incidents received.
    pub rows: u64,
}

/// What an import did; the parts add up to the rows read.
#[derive(Debug, Clone, Default, Serialize)]
pub struct ImportReport {
    /// Number of the import; none for a dry run or when nothing changed.
    pub id: Option<i64>,
    /// Source.
    pub source: String,
    /// Whether nothing was to be stored.
    pub dry_run: bool,
    /// Rows read in all files: imported + updated + duplicates + rejected.
    pub rows: u64,
    /// New incidents.
    pub imported: u64,
    /// Incidents that changed.
    pub updated: u64,
    /// Incidents that were there already.
    pub duplicates: u64,
    /// Rows not imported.
    pub rejected: u64,
    /// Incidents of an older edition that the newer one no longer has.
    pub removed: u64,
    /// Accepted rows inside the study area, by precision class.
    pub placed: BTreeMap<String, u64>,
    /// Of these, rows in no area that were given to the nearest within 250 m.
    pub near_border: u64,
    /// Accepted rows without coordinates.
    pub not_located: u64,
    /// Accepted rows outside the study area.
    pub outside_study_area: u64,
    /// Accepted rows of mapped files by what the geocoder made of them.
    pub geocoded: BTreeMap<String, u64>,
    /// What was noticed about places, by flag.
    pub flags: BTreeMap<String, u64>,
    /// Different wordings that wait for a person now.
    pub to_review: u64,
    /// Words of precision that the mapping does not list, with their rows: these are taken to be no closer than the district.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub unknown_precision: BTreeMap<String, u64>,
    /// Decisions about words that could not be followed: they were made with the secret of another machine.
    #[serde(skip_serializing_if = "is_zero")]
    pub decisions_not_followed: u64,
    /// Points that probably stand in for unknown ones.
    pub probable_defaults: Vec<ProbableDefault>,
    /// File by file.
    pub files: Vec<FileReport>,
    /// What became of the rows, a sentence for each part and each file.
    pub sentences: Vec<String>,
    /// Rejected rows, at most 1,000.
    pub rejected_rows: Vec<Rejection>,
    /// Every rejected row, in the order of files and lines.
    #[serde(skip)]
    pub every_rejected_row: Vec<Rejection>,
    /// The file with every rejected row, from the workspace's root.
    pub rejected_csv: Option<String>,
    /// Columns that were neither mapped nor kept.
    pub ignored_columns: Vec<String>,
    /// Files left out, with the reason.
    pub skipped_files: Vec<String>,
    /// What was noticed of files, a sentence each.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// Months received with this import.
    pub coverage: Vec<CoverageRow>,
    /// Months of which more than a tenth of what was stored went.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub losses: Vec<String>,
    /// Months that hold far less than the others of their part: left out of every verdict until somebody says they are true.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub doubtful: Vec<String>,
    /// Months delivered without a record.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub empty: Vec<String>,
    /// Days that deliveries of the source cover now, where this import changed them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub covers: Vec<String>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks by reference")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

impl ImportReport {
    /// Whether every row read is accounted for, by outcome and by place.
    #[must_use]
    pub fn adds_up(&self) -> bool {
        let placed: u64 = self.placed.values().sum();
        let accepted = self.imported + self.updated + self.duplicates;
        self.rows == accepted + self.rejected
            && accepted == placed + self.not_located + self.outside_study_area
            && self.rows == self.files.iter().map(|f| f.rows).sum::<u64>()
            && self.files.iter().all(|f| f.rows == f.imported + f.updated + f.duplicates + f.rejected)
            && self.files.iter().all(|f| f.rows == f.placed + f.outside_study_area + f.not_located + f.rejected)
    }

    /// Adds a file's report to the whole.
    pub(super) fn add_file(&mut self, file: FileReport) {
        self.rows += file.rows;
        self.imported += file.imported;
        self.updated += file.updated;
        self.duplicates += file.duplicates;
        self.rejected += file.rejected;
        self.files.push(file);
    }
}

/// How far a long job is; read by whoever draws the bar.
#[derive(Debug, Default)]
pub struct Progress {
    /// Bytes to read.
    pub total_bytes: AtomicU64,
    /// Bytes read.
    pub bytes: AtomicU64,
    /// Rows read.
    pub rows: AtomicU64,
}

impl Progress {
    pub(super) fn add(&self, bytes: u64, rows: u64) {
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
        self.rows.fetch_add(rows, Ordering::Relaxed);
    }
}
