//! Rows of a CSV file as bytes, with what tells a damaged file from a whole one.

use std::{cell::RefCell, rc::Rc};

use csv::ByteRecord;

use super::{
    ImportError, Progress, SourceFile,
    opening::{Opened, find_header, opened},
    watched::{Seen, Watched},
};

const BUFFER: usize = 1 << 18;
/// Rows between two notes of progress.
const PROGRESS_ROWS: u64 = 4096;
/// Most bytes that one row may have.
const MAX_ROW_BYTES: usize = 1 << 20;

/// An opened CSV file.
pub(super) struct CsvFile<'a> {
    file: &'a SourceFile,
    reader: csv::Reader<Watched>,
    seen: Rc<RefCell<Seen>>,
    progress: &'a Progress,
    rows: u64,
    noted: (u64, u64),
    columns: usize,
    /// Lines before those that the reader sees.
    before: u64,
    /// Rows of titles above the header.
    titles: usize,
    last: LastRow,
}

/// What is remembered of the row read last.
#[derive(Debug, Default)]
struct LastRow {
    line: u64,
    fields: usize,
    /// The last line it stands on.
    end: u64,
}

impl<'a> CsvFile<'a> {
    /// Opens a file and reads its header.
    pub(super) fn open(
        file: &'a SourceFile,
        delimiter: u8,
        progress: &'a Progress,
    ) -> Result<(Self, Vec<String>), ImportError> {
        let opened = opened(file, false)?;
        Self::over(file, opened, delimiter, progress, &|_| true)
    }

    /// The same over an opened table, whose header is the first row that passes for one.
    pub(super) fn over(
        file: &'a SourceFile,
        opened: Opened,
        delimiter: u8,
        progress: &'a Progress,
        is_header: &dyn Fn(&[String]) -> bool,
    ) -> Result<(Self, Vec<String>), ImportError> {
        let delimiter = opened.separator.unwrap_or(delimiter);
        let watched = Watched::new(opened.bytes, true).quoted(delimiter);
        let seen = watched.seen.clone();
        let reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(delimiter)
            .buffer_capacity(BUFFER)
            .from_reader(watched);
        let mut csv = Self {
            file,
            reader,
            seen,
            progress,
            rows: 0,
            noted: (0, 0),
            columns: 0,
            before: opened.lines,
            titles: 0,
            last: LastRow::default(),
        };
        let next = || -> Result<Option<Vec<String>>, ImportError> {
            let mut record = ByteRecord::new();
            let more = csv.reader.read_byte_record(&mut record).map_err(|e| csv.damaged(&e))?;
            Ok(more.then(|| record.iter().map(|f| String::from_utf8_lossy(f).trim().to_owned()).collect()))
        };
        let found = find_header(next, |names| is_header(names))?;
        let wrong = |found: &str| ImportError::WrongFile {
            path: file.path.clone(),
            expected: "a CSV file in UTF-8 with a header".to_owned(),
            found: found.to_owned(),
        };
        if csv.seen.borrow().binary {
            return Err(wrong("a binary file or UTF-16 text"));
        }
        let Some((header, titles)) = found else { return Err(wrong("an empty file")) };
        csv.columns = header.len();
        csv.titles = titles.len();
        Ok((csv, header))
    }

    /// Reads the next row; its line, or `None` at the end of a whole file.
    pub(super) fn next(&mut self, record: &mut ByteRecord) -> Result<Option<u64>, ImportError> {
        let more = self.reader.read_byte_record(record).map_err(|e| self.damaged(&e))?;
        if !more {
            self.note_progress();
            self.check_last()?;
            return Ok(None);
        }
        self.rows += 1;
        if self.rows.is_multiple_of(PROGRESS_ROWS) {
            self.note_progress();
        }
        let start = record.position().map_or(0, csv::Position::line);
        let line = start + self.before;
        let lines = self.reader.position().line().saturating_sub(start);
        if lines > 1 && record.len() != self.columns {
            let reason = format!("a quotation mark that is not closed swallows {lines} lines");
            return Err(self.cut_off(line, &reason));
        }
        if record.as_slice().len() > MAX_ROW_BYTES {
            return Err(self.cut_off(line, "a row longer than 1 MiB: a quotation mark is probably not closed"));
        }
        let breaks = record.iter().map(|f| memchr::memchr_iter(b'\n', f).count() as u64).sum::<u64>();
        self.last = LastRow { line, fields: record.len(), end: line + breaks };
        Ok(Some(line))
    }

    /// The last row of a file that was cut off has too few fields and no line end, or an open quotation mark.
    fn check_last(&self) -> Result<(), ImportError> {
        if self.seen.borrow().is_open() {
            return Err(self.cut_off(self.last.line.max(1), "a quotation mark is not closed"));
        }
        if self.rows > 0 && !self.seen.borrow().ended() && self.last.fields < self.columns {
            return Err(self.cut_off(self.last.line, "the last row has too few fields and no line end"));
        }
        Ok(())
    }

    fn note_progress(&mut self) {
        let bytes = self.seen.borrow().bytes;
        self.progress.add(bytes - self.noted.0, self.rows - self.noted.1);
        self.noted = (bytes, self.rows);
    }

    fn damaged(&self, error: &csv::Error) -> ImportError {
        self.cut_off(self.reader.position().line() + self.before, &error.to_string())
    }

    fn cut_off(&self, line: u64, reason: &str) -> ImportError {
        ImportError::CutOff { path: self.file.path.clone(), line, reason: reason.to_owned() }
    }

    /// The first and the last line of the row read last.
    pub(super) fn lines(&self) -> (u64, u64) {
        (self.last.line, self.last.end)
    }

    /// Rows of titles above the header.
    pub(super) fn titles(&self) -> usize {
        self.titles
    }

    /// Rows read so far.
    pub(super) fn rows(&self) -> u64 {
        self.rows
    }

    /// BLAKE3 of the unpacked content, once read to the end.
    pub(super) fn digest(&self) -> String {
        self.seen.borrow().digest()
    }
}

/// Reads a decimal number exactly as `str::parse::<f64>` does, only faster for plain short ones.
///
/// A mantissa under 2^53 and a power of ten up to 10^22 are both exact, so their quotient is the correctly
/// rounded value (Clinger 1990, "How to read floating point numbers accurately").
#[must_use]
pub fn parse_decimal(text: &[u8]) -> Option<f64> {
    const POWERS: [f64; 16] = [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];
    let (negative, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        _ => (false, text),
    };
    let (mut mantissa, mut decimals, mut point) = (0_u64, 0_usize, false);
    if digits.is_empty() || digits.len() > 16 || digits == b"." {
        return slowly(text);
    }
    for &byte in digits {
        match byte {
            b'0'..=b'9' => {
                mantissa = mantissa * 10 + u64::from(byte - b'0');
                decimals += usize::from(point);
            }
            b'.' if !point => point = true,
            _ => return slowly(text),
        }
    }
    if mantissa >= 1 << 53 {
        return slowly(text);
    }
    let value = mantissa as f64 / POWERS[decimals];
    Some(if negative { -value } else { value })
}

fn slowly(text: &[u8]) -> Option<f64> {
    std::str::from_utf8(text).ok()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn decimals_are_read_as_the_standard_library_reads_them(text in "-?[0-9]{0,4}\\.?[0-9]{0,14}(e[0-9])?") {
            let expected: Option<f64> = text.parse().ok();
            prop_assert_eq!(parse_decimal(text.as_bytes()).map(f64::to_bits), expected.map(f64::to_bits));
        }
    }
}
