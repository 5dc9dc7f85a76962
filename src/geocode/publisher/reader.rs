//! Rows of a publisher's file: what they add, and what is wrong with them.

use std::io::Read;

use csv::ByteRecord;

use super::kind::{GazetteerKind, NotThisKind};
use crate::{
    geocode::{NewEntry, NewPostcode, Postcode, WeightedPoint},
    model::{BngPoint, Header, LonLat, bng_to_lonlat},
};

/// Most bad rows that are listed.
const MAX_LISTED: usize = 100;
/// Share of bad rows from which a file is taken to be of another kind.
const MAX_BAD_SHARE: f64 = 0.2;

/// What a gazetteer is made of.
#[derive(Debug, Clone, Default)]
pub struct GazetteerContents {
    /// Named things.
    pub entries: Vec<NewEntry>,
    /// Postcode units.
    pub postcodes: Vec<NewPostcode>,
    /// Rows read.
    pub rows: u64,
    /// Rows that hold nothing to add, such as countries in a list of places.
    pub passed_over: u64,
    /// Bad rows.
    pub bad: u64,
    /// The first of them: line and reason.
    pub problems: Vec<(u64, String)>,
}

/// Rows of a file, what they add, and what is wrong with them.
pub(super) struct Reader<'a, R> {
    kind: GazetteerKind,
    csv: csv::Reader<R>,
    contents: &'a mut GazetteerContents,
    rows: u64,
    bad: u64,
    columns: usize,
}

/// What became of a row.
pub(super) enum RowOutcome {
    Added,
    PassedOver,
    Bad(&'static str),
}

impl<'a, R: Read> Reader<'a, R> {
    pub(super) fn new(kind: GazetteerKind, file: R, contents: &'a mut GazetteerContents) -> Self {
        let tabs = kind == GazetteerKind::GeoNames;
        let csv = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .quoting(!tabs)
            .delimiter(if tabs { b'\t' } else { b',' })
            .buffer_capacity(1 << 18)
            .from_reader(file);
        Self { kind, csv, contents, rows: 0, bad: 0, columns: 0 }
    }

    pub(super) fn wrong(&self, found: impl Into<String>) -> NotThisKind {
        NotThisKind { expected: self.kind.expected(), found: found.into() }
    }

    /// The header, without a byte order mark.
    pub(super) fn header(&mut self) -> Result<Header, NotThisKind> {
        let mut record = ByteRecord::new();
        let any = self.csv.read_byte_record(&mut record).map_err(|e| self.wrong(e.to_string()))?;
        if !any {
            return Err(self.wrong("an empty file"));
        }
        self.columns = record.len();
        Ok(Header::new(record.iter().map(|f| plain_text(f).trim_start_matches('\u{feff}').trim().to_owned())))
    }

    /// Where the first of some names stands that any column has.
    pub(super) fn find(&self, header: &Header, names: &[&str]) -> Result<Option<usize>, NotThisKind> {
        header.find_first(names).map_err(|e| self.wrong(e.to_string()))
    }

    /// That columns which the kind needs are not there.
    pub(super) fn without(&self, header: &Header) -> NotThisKind {
        self.wrong(format!("the columns {}", header.line()))
    }

    /// Reads every row. A first row that is not of the kind refuses the file, and so do too many bad rows.
    pub(super) fn rows(
        &mut self,
        mut row: impl FnMut(&ByteRecord, &mut GazetteerContents) -> RowOutcome,
    ) -> Result<(), NotThisKind> {
        let mut record = ByteRecord::new();
        while self.csv.read_byte_record(&mut record).map_err(|e| self.wrong(e.to_string()))? {
            self.rows += 1;
            let line = record.position().map_or(0, csv::Position::line);
            match row(&record, self.contents) {
                RowOutcome::Added => {}
                RowOutcome::PassedOver => self.contents.passed_over += 1,
                RowOutcome::Bad(reason) => {
                    if self.rows == 1 && self.columns == 0 {
                        return Err(self.wrong(first_line(&record)));
                    }
                    self.bad += 1;
                    if self.contents.problems.len() < MAX_LISTED {
                        self.contents.problems.push((line, reason.to_owned()));
                    }
                }
            }
        }
        Ok(())
    }

    pub(super) fn finish(self) -> Result<(), NotThisKind> {
        if self.bad as f64 > MAX_BAD_SHARE * self.rows as f64 {
            let first = self.contents.problems.last().map_or(String::new(), |p| p.1.clone());
            return Err(self.wrong(format!("{} of {} rows that are not ({first})", self.bad, self.rows)));
        }
        if self.rows == 0 {
            return Err(self.wrong("no rows"));
        }
        self.contents.rows += self.rows;
        self.contents.bad += self.bad;
        Ok(())
    }
}

/// The beginning of a row, fit for a message.
fn first_line(record: &ByteRecord) -> String {
    let fields: Vec<String> = record.iter().take(6).map(plain_text).collect();
    let text: String = fields.join(",").chars().take(120).flat_map(char::escape_debug).collect();
    format!("a row of {} columns: {text}", record.len())
}

fn plain_text(field: &[u8]) -> String {
    String::from_utf8_lossy(field).into_owned()
}

pub(super) fn text(record: &ByteRecord, at: usize) -> &str {
    record.get(at).and_then(|f| std::str::from_utf8(f).ok()).unwrap_or_default().trim()
}

pub(super) fn number(record: &ByteRecord, at: usize) -> Option<f64> {
    text(record, at).parse::<f64>().ok().filter(|n| n.is_finite())
}

/// The position of a postcode; none of those of Northern Ireland, which publishers give on the Irish grid.
pub(super) fn postcode_point(
    record: &ByteRecord,
    postcode: &Postcode,
    easting: usize,
    northing: usize,
) -> Option<BngPoint> {
    let is_british = !postcode.as_str().starts_with("BT");
    grid_point(record, easting, northing).filter(|_| is_british)
}

/// Metres on the National Grid; none for the zeros that stand for no position.
pub(super) fn grid_point(record: &ByteRecord, easting: usize, northing: usize) -> Option<BngPoint> {
    let point = BngPoint { easting: number(record, easting)?, northing: number(record, northing)? };
    let on_grid = (1.0..700_000.0).contains(&point.easting) && (1.0..1_300_000.0).contains(&point.northing);
    on_grid.then_some(point)
}

pub(super) fn one_point(point: LonLat) -> Vec<WeightedPoint> {
    vec![WeightedPoint { point, weight: 1 }]
}

pub(super) fn degrees(point: BngPoint) -> Option<LonLat> {
    bng_to_lonlat(point).ok()
}
