//! data.police.uk street files: their rules, row by row.
//!
//! Month precision only. An incident's identity is month, force and row position, because anti-social
//! behaviour has no Crime ID and a Crime ID may stand on several rows. Two identical rows are two incidents.

use super::{
    FileReport, ImportError, Progress, Rejection, SourceFile,
    csv_file::parse_decimal,
    line_file::{LineFile, Row},
};
use crate::model::{LonLat, Month};

const HEADER: [&str; 12] = [
    "Crime ID",
    "Month",
    "Reported by",
    "Falls within",
    "Longitude",
    "Latitude",
    "Location",
    "LSOA code",
    "LSOA name",
    "Crime type",
    "Last outcome category",
    "Context",
];
/// Attributes kept of a row, in the order of [`PoliceRow::attributes`].
pub(super) const ATTRIBUTES: [&str; 4] = ["force", "location", "lsoa_code", "outcome"];
/// Longest category, location or outcome.
const MAX_TEXT_BYTES: usize = 300;

/// A row that holds what it should.
#[derive(Debug, Clone, Copy)]
pub struct PoliceRow<'a> {
    /// Position among the file's rows, from 0, rejected ones counted.
    pub position: u64,
    /// Month of the file.
    pub month: Month,
    /// Crime ID, or empty.
    pub crime_id: &'a str,
    /// Where, unless there are no coordinates.
    pub point: Option<LonLat>,
    /// Crime type.
    pub category: &'a str,
    /// Location text, LSOA code, last outcome; empty where absent.
    pub attributes: [&'a str; 3],
    /// Name of the LSOA, empty where absent.
    pub lsoa_name: &'a str,
}

/// What a file turned out to be.
#[derive(Debug, Clone)]
pub struct PoliceFile {
    /// Month of its rows.
    pub month: Month,
    /// Force, as in file names: `norfolk`.
    pub force: String,
    /// BLAKE3 of its unpacked content.
    pub digest: String,
    /// Its rows, by outcome so far: `rows` and `rejected`.
    pub report: FileReport,
    /// Rejected rows.
    pub rejected: Vec<Rejection>,
}

/// Whether columns are those of a street file.
pub(super) fn is_street_header(header: &[String]) -> bool {
    header.iter().map(String::as_str).eq(HEADER)
}

/// Whether a name is a police.uk street file's.
pub(super) fn is_street_file(name: &str) -> bool {
    let name = name.strip_suffix(".gz").unwrap_or(name);
    name.strip_suffix(".csv").is_some_and(|stem| stem.contains("-street"))
}

/// `2025-06-norfolk-street.csv` to (month, force), for names exactly of that form.
pub(super) fn parse_name(plain_name: &str) -> Option<(Month, &str)> {
    let stem = plain_name.strip_suffix("-street.csv")?;
    let month = Month::parse(stem.get(..7)?).ok()?;
    let force = stem.get(7..)?.strip_prefix('-')?;
    (!force.is_empty()).then_some((month, force))
}

/// The force of a street file, by its name, else by who reported a row.
pub(super) fn street_force(plain_name: &str, reported_by: &str) -> Option<String> {
    let named = parse_name(plain_name).map(|n| n.1.to_owned());
    named.or_else(|| Some(slug(reported_by.as_bytes())).filter(|force| !force.is_empty()))
}

/// Reads a street file, calling `sink` with every good row in order. Without `digest` that of the file is empty,
/// and reading is quicker.
///
/// # Errors
/// [`ImportError::WrongFile`] or [`ImportError::CutOff`]: the file is then refused whole.
pub fn read_police_file(
    file: &SourceFile,
    digest: bool,
    progress: &Progress,
    mut sink: impl FnMut(&PoliceRow<'_>),
) -> Result<PoliceFile, ImportError> {
    let (mut csv, header) = LineFile::open(file, progress, digest)?;
    if header != HEADER {
        return Err(ImportError::WrongFile {
            path: file.path.clone(),
            expected: format!("a data.police.uk street file with the columns {}", HEADER.join(",")),
            found: header.join(",").chars().take(200).collect(),
        });
    }
    let plain_name = file.plain_name();
    let named = parse_name(&plain_name);
    let mut state = Reading {
        month: named.map(|n| n.0),
        month_text: named.map(|n| n.0.to_string().into_bytes()).unwrap_or_default(),
        force: named.map(|n| n.1.to_owned()),
        reporters: Reporters::default(),
    };
    let mut rejected = Vec::new();
    csv.visit_rows(|line, position, row| match state.row(row, line, position) {
        Ok(row) => sink(&row),
        Err(rejection) => rejected.push(*rejection),
    })?;
    if let Some((_, force)) = named {
        state.reporters.check(file, force)?;
    }
    let (Some(month), Some(force)) = (state.month, state.force) else {
        return Err(ImportError::WrongFile {
            path: file.path.clone(),
            expected: "rows with a month and a force".to_owned(),
            found: format!("{} rows without", csv.rows()),
        });
    };
    let name = file.name();
    for rejection in &mut rejected {
        rejection.file.clone_from(&name);
    }
    let report = FileReport {
        path: file.path.display().to_string(),
        rows: csv.rows(),
        rejected: rejected.len() as u64,
        ..FileReport::default()
    };
    Ok(PoliceFile { month, force, digest: csv.digest(), report, rejected })
}

/// What is known while rows are read.
struct Reading {
    month: Option<Month>,
    month_text: Vec<u8>,
    force: Option<String>,
    reporters: Reporters,
}

/// Who reported the rows of a file: by words as they stand, the last ones first.
#[derive(Default)]
struct Reporters(Vec<(Vec<u8>, u64)>);

impl Reporters {
    fn add(&mut self, words: &[u8]) {
        if let Some(at) = self.0.iter().position(|r| r.0 == words) {
            self.0[at].1 += 1;
        } else {
            self.0.push((words.to_vec(), 1));
        }
    }

    /// Refuses a file most of whose rows another force reported than the one in its name.
    fn check(&self, file: &SourceFile, force: &str) -> Result<(), ImportError> {
        let rows: u64 = self.0.iter().map(|r| r.1).sum();
        let others = self.0.iter().filter(|r| !r.0.is_empty() && slug(&r.0) != force);
        let Some((words, count)) = others.max_by_key(|r| r.1).filter(|r| 2 * r.1 > rows) else { return Ok(()) };
        Err(ImportError::WrongFile {
            path: file.path.clone(),
            expected: format!("rows reported by {force}, whose name the file has"),
            found: format!("{count} of {rows} rows reported by {} ({})", String::from_utf8_lossy(words), slug(words)),
        })
    }
}

impl Reading {
    fn row<'r>(&mut self, row: &Row<'r>, line: u64, position: u64) -> Result<PoliceRow<'r>, Box<Rejection>> {
        if row.len() != HEADER.len() {
            let reason = format!("the row has {} fields, expected {}", row.len(), HEADER.len());
            return Err(Box::new(Rejection::new(line, "row", row.bytes(), reason)));
        }
        let reject =
            |field: usize, reason: &str| Box::new(Rejection::new(line, HEADER[field], row.field(field), reason));
        let month = self.check_month(row.field(1), |reason| reject(1, reason))?;
        self.reporters.add(row.field(2));
        if self.force.is_none() {
            self.force = Some(slug(row.field(2))).filter(|f| !f.is_empty());
        }
        let text = |field: usize| -> Result<&'r str, Box<Rejection>> {
            if row.field(field).len() > MAX_TEXT_BYTES {
                return Err(reject(field, "longer than 300 bytes"));
            }
            row.text(field).ok_or_else(|| reject(field, "not UTF-8 text"))
        };
        let category = text(9)?;
        if category.trim().is_empty() {
            return Err(reject(9, "empty"));
        }
        let crime_id = row.text(0).ok_or_else(|| reject(0, "not UTF-8 text"))?;
        let attributes = [text(6)?, text(7)?, text(10)?];
        let lsoa_name = row.text(8).unwrap_or_default();
        Ok(PoliceRow { position, month, crime_id, point: Self::point(row, reject)?, category, attributes, lsoa_name })
    }

    fn check_month(&mut self, text: &[u8], reject: impl Fn(&str) -> Box<Rejection>) -> Result<Month, Box<Rejection>> {
        if let Some(month) = self.month.filter(|_| text == self.month_text) {
            return Ok(month);
        }
        let month = std::str::from_utf8(text).ok().and_then(|t| Month::parse(t).ok());
        let Some(month) = month else { return Err(reject("not a month such as 2025-06")) };
        match self.month {
            None => {
                self.month = Some(month);
                self.month_text = text.to_vec();
                Ok(month)
            }
            Some(expected) => Err(reject(&format!("not the month of this file, {expected}"))),
        }
    }

    fn point(row: &Row<'_>, reject: impl Fn(usize, &str) -> Box<Rejection>) -> Result<Option<LonLat>, Box<Rejection>> {
        let (lon, lat) = (row.field(4), row.field(5));
        if lon.is_empty() && lat.is_empty() {
            return Ok(None);
        }
        let lon = parse_decimal(lon).ok_or_else(|| reject(4, "not a number of degrees"))?;
        let lat = parse_decimal(lat).ok_or_else(|| reject(5, "not a number of degrees"))?;
        let point = LonLat::new(lon, lat).map_err(|e| reject(if e.axis == "longitude" { 4 } else { 5 }, e.reason))?;
        Ok(Some(point))
    }
}

/// `Norfolk Constabulary` to `norfolk`: the word used in file names.
fn slug(reported_by: &[u8]) -> String {
    let text = String::from_utf8_lossy(reported_by).trim().to_lowercase().replace('&', "and");
    let text = ["british transport police", "police service of northern ireland"]
        .iter()
        .zip(["btp", "northern-ireland"])
        .find(|(name, _)| text == **name)
        .map_or(text.as_str(), |(_, word)| word);
    let text =
        [" constabulary", " police service", " police"].iter().fold(text, |text, end| text.trim_end_matches(end));
    let words: Vec<&str> = text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|w| !w.is_empty()).collect();
    words.join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_street_files_are_taken_apart() {
        let (month, force) = parse_name("2025-06-west-yorkshire-street.csv").unwrap();
        assert_eq!((month.to_string().as_str(), force), ("2025-06", "west-yorkshire"));
        assert!(parse_name("2025-06-norfolk-street.part2.csv").is_none());
        assert!(is_street_file("2025-06-norfolk-street.csv.gz"));
        assert!(!is_street_file("2025-06-norfolk-outcomes.csv"));
        assert_eq!(slug(b"Norfolk Constabulary"), "norfolk");
        assert_eq!(slug(b"West Yorkshire Police"), "west-yorkshire");
        assert_eq!(slug(b"Metropolitan Police Service"), "metropolitan");
        assert_eq!(slug(b"Devon & Cornwall Police"), "devon-and-cornwall");
        assert_eq!(slug(b"British Transport Police"), "btp");
        assert_eq!(slug(b"Police Service of Northern Ireland"), "northern-ireland");
    }
}
