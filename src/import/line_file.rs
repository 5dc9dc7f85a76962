//! Rows of a CSV format whose fields never hold a line break: split line by line where they lie, not copied.
//!
//! Lines without a quotation mark, which are nearly all, are cut at their commas; the others go through the
//! parser of the `csv` library.

use std::{io::Read, ops::Range};

use super::{ImportError, Progress, SourceFile, watched::Watched};

const BUFFER: usize = 1 << 19;
/// Most bytes that one row may have.
const MAX_ROW_BYTES: usize = 1 << 20;

/// The fields of a row.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row<'r> {
    bytes: &'r [u8],
    /// The same as text, where all of it is UTF-8.
    text: Option<&'r str>,
    ends: &'r [usize],
    /// Bytes between the end of a field and the start of the next.
    gap: usize,
}

impl<'r> Row<'r> {
    /// Number of fields.
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The whole row.
    pub(super) fn bytes(&self) -> &'r [u8] {
        self.bytes
    }

    fn range(&self, field: usize) -> Range<usize> {
        let start = if field == 0 { 0 } else { self.ends[field - 1] + self.gap };
        start..self.ends[field]
    }

    /// Bytes of a field.
    pub(super) fn field(&self, field: usize) -> &'r [u8] {
        &self.bytes[self.range(field)]
    }

    /// Text of a field; `None` where it is not UTF-8.
    pub(super) fn text(&self, field: usize) -> Option<&'r str> {
        match self.text {
            Some(text) => text.get(self.range(field)),
            None => std::str::from_utf8(self.field(field)).ok(),
        }
    }
}

/// An opened file.
pub(super) struct LineFile<'a> {
    file: &'a SourceFile,
    input: Watched,
    progress: &'a Progress,
    buffer: Vec<u8>,
    /// Whole lines in the buffer that were not visited yet.
    lines: Range<usize>,
    /// Bytes in the buffer; those behind `lines` are the start of a line.
    filled: usize,
    at_end: bool,
    columns: usize,
    line: u64,
    rows: u64,
    noted: (u64, u64),
}

impl<'a> LineFile<'a> {
    /// Opens a file and reads its header; without `digest` its content is not hashed on the way.
    pub(super) fn open(
        file: &'a SourceFile,
        progress: &'a Progress,
        digest: bool,
    ) -> Result<(Self, Vec<String>), ImportError> {
        let mut opened = Self {
            file,
            input: Watched::new(file.open()?, digest),
            progress,
            buffer: vec![0; BUFFER],
            lines: 0..0,
            filled: 0,
            at_end: false,
            columns: 0,
            line: 0,
            rows: 0,
            noted: (0, 0),
        };
        let header = opened.header()?;
        opened.columns = header.len();
        Ok((opened, header))
    }

    fn header(&mut self) -> Result<Vec<String>, ImportError> {
        let mut header = Vec::new();
        while header.is_empty() && self.fill()? {
            let lines = &self.buffer[self.lines.clone()];
            let first = memchr::memchr(b'\n', lines).map_or(lines.len(), |at| at + 1);
            let broken = Splitter::new().visit(&lines[..first], &mut self.line, |_, row| {
                header = (0..row.len()).map(|i| String::from_utf8_lossy(row.field(i)).trim().to_owned()).collect();
            });
            self.lines.start += first;
            if let (Some(reason), false) = (broken, self.input.seen.borrow().binary) {
                return Err(self.cut_off(self.line, reason));
            }
        }
        let wrong = |found: &str| ImportError::WrongFile {
            path: self.file.path.clone(),
            expected: "a CSV file in UTF-8 with a header".to_owned(),
            found: found.to_owned(),
        };
        if self.input.seen.borrow().binary {
            return Err(wrong("a binary file or UTF-16 text"));
        }
        let Some(first) = header.first_mut() else { return Err(wrong("an empty file")) };
        if let Some(plain) = first.strip_prefix('\u{feff}') {
            *first = plain.to_owned();
        }
        Ok(header)
    }

    /// Calls `visit` with the line, the position among the rows, and the fields of every row, in order.
    pub(super) fn visit_rows(&mut self, mut visit: impl FnMut(u64, u64, &Row<'_>)) -> Result<(), ImportError> {
        let mut splitter = Splitter::new();
        let mut last = (0, self.columns);
        while self.fill()? {
            let rows = &mut self.rows;
            let broken = splitter.visit(&self.buffer[self.lines.clone()], &mut self.line, |line, row| {
                last = (line, row.len());
                visit(line, *rows, row);
                *rows += 1;
            });
            self.lines.start = self.lines.end;
            self.note_progress();
            if let Some(reason) = broken {
                return Err(self.cut_off(self.line, reason));
            }
        }
        if self.rows > 0 && !self.input.seen.borrow().ended() && last.1 < self.columns {
            return Err(self.cut_off(last.0, "the last row has too few fields and no line end"));
        }
        Ok(())
    }

    /// Makes sure that there are whole lines to visit; false at the end of the file.
    fn fill(&mut self) -> Result<bool, ImportError> {
        if !self.lines.is_empty() {
            return Ok(true);
        }
        self.buffer.copy_within(self.lines.end..self.filled, 0);
        self.filled -= self.lines.end;
        self.lines = 0..0;
        while !self.at_end {
            if self.filled == self.buffer.len() {
                if self.filled >= MAX_ROW_BYTES {
                    let reason = "a row longer than 1 MiB: a quotation mark is probably not closed";
                    return Err(self.cut_off(self.line + 1, reason));
                }
                self.buffer.resize(2 * self.filled, 0);
            }
            let read = self.input.read(&mut self.buffer[self.filled..]);
            let read = read.map_err(|e| self.cut_off(self.line + 1, &e.to_string()))?;
            self.at_end = read == 0;
            let fresh = self.filled..self.filled + read;
            self.filled = fresh.end;
            if let Some(at) = memchr::memrchr(b'\n', &self.buffer[fresh.clone()]) {
                self.lines = 0..fresh.start + at + 1;
                return Ok(true);
            }
        }
        self.lines = 0..self.filled;
        Ok(self.filled > 0)
    }

    fn note_progress(&mut self) {
        let bytes = self.input.seen.borrow().bytes;
        self.progress.add(bytes - self.noted.0, self.rows - self.noted.1);
        self.noted = (bytes, self.rows);
    }

    fn cut_off(&self, line: u64, reason: &str) -> ImportError {
        ImportError::CutOff { path: self.file.path.clone(), line, reason: reason.to_owned() }
    }

    /// Rows visited so far.
    pub(super) fn rows(&self) -> u64 {
        self.rows
    }

    /// BLAKE3 of the unpacked content, once read to the end; empty when it was not asked for.
    pub(super) fn digest(&self) -> String {
        self.input.seen.borrow().digest()
    }
}

/// Cuts whole lines into rows.
struct Splitter {
    ends: Vec<usize>,
    quoted: csv_core::Reader,
    /// A row that had quotation marks, without them.
    plain: Vec<u8>,
}

impl Splitter {
    fn new() -> Self {
        Self { ends: Vec::new(), quoted: csv_core::Reader::new(), plain: Vec::new() }
    }

    /// Calls `visit` with every row that is not empty, counting lines; ends with the reason at a line that is not
    /// one row.
    fn visit(&mut self, lines: &[u8], line: &mut u64, mut visit: impl FnMut(u64, &Row<'_>)) -> Option<&'static str> {
        let text = std::str::from_utf8(lines).ok();
        let has_returns = memchr::memchr(b'\r', lines).is_some();
        let (mut start, mut quoted) = (0, false);
        self.ends.clear();
        let unended = (lines.last() != Some(&b'\n')).then_some(lines.len());
        for at in memchr::memchr3_iter(b',', b'\n', b'"', lines).chain(unended) {
            match lines.get(at) {
                Some(b',') => self.ends.push(at - start),
                Some(b'"') => quoted = true,
                _ => {
                    *line += 1;
                    let end = if at > start && lines[at - 1] == b'\r' { at - 1 } else { at };
                    let row = &lines[start..end];
                    if has_returns && row.contains(&b'\r') {
                        return Some("a carriage return within a line: save the file with one kind of line end");
                    }
                    if quoted {
                        if !self.take_quotes(row) {
                            return Some("a quotation mark that is not closed on its line");
                        }
                        let text = std::str::from_utf8(&self.plain).ok();
                        visit(*line, &Row { bytes: &self.plain, text, ends: &self.ends, gap: 0 });
                    } else if end > start {
                        self.ends.push(end - start);
                        let text = text.and_then(|text| text.get(start..end));
                        visit(*line, &Row { bytes: row, text, ends: &self.ends, gap: 1 });
                    }
                    self.ends.clear();
                    (start, quoted) = (at + 1, false);
                }
            }
        }
        None
    }

    /// Parses a line with quotation marks into `plain`; false when one is left open.
    fn take_quotes(&mut self, line: &[u8]) -> bool {
        self.quoted.reset();
        self.plain.resize(line.len() + 1, 0);
        self.ends.resize(line.len() + 1, 0);
        let input = [line, b"\n"].concat();
        let (result, _, bytes, fields) = self.quoted.read_record(&input, &mut self.plain, &mut self.ends);
        self.plain.truncate(bytes);
        self.ends.truncate(fields);
        matches!(result, csv_core::ReadRecordResult::Record)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn by_lines(text: &[u8]) -> Option<Vec<Vec<Vec<u8>>>> {
        let (mut rows, mut line) = (Vec::new(), 0);
        let broken = Splitter::new().visit(text, &mut line, |_, row| {
            rows.push((0..row.len()).map(|i| row.field(i).to_vec()).collect());
        });
        broken.is_none().then_some(rows)
    }

    proptest! {
        #[test]
        fn rows_are_those_of_the_csv_library(text in "([a-z,é\" ]{0,12}\r{0,2}[a-z,\"]{0,2}\r?\n){0,8}[a-z,]{0,5}") {
            let mut csv = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
            let expected: Vec<Vec<Vec<u8>>> =
                csv.byte_records().map(|row| row.unwrap().iter().map(<[u8]>::to_vec).collect()).collect();
            let several = expected.iter().flatten().any(|field| field.contains(&b'\n'));
            if let Some(rows) = by_lines(text.as_bytes()) {
                prop_assert_eq!(rows, expected);
            } else {
                // Only a field with a line break, one left open at the end, and a stray return are refused.
                let stray = text.replace("\r\n", "\n").contains('\r');
                prop_assert!(several || stray || text.matches('"').count() % 2 == 1);
            }
        }
    }

    #[test]
    fn text_that_is_not_utf8_is_none_in_its_field_alone() {
        let mut line = 0;
        Splitter::new().visit(b"good,b\xffd,also\n", &mut line, |_, row| {
            assert_eq!([0, 1, 2].map(|i| row.text(i)), [Some("good"), None, Some("also")]);
        });
    }
}
