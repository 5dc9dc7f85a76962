//! How a table begins: byte order mark, encoding, a line that names the separator, titles above the header.

use std::io::{Cursor, Read};

use super::{ImportError, SourceFile};

/// Bytes that are looked at before the table is read.
const HEAD_BYTES: u64 = 4096;
/// Rows among which the header is looked for.
const MAX_TITLES: usize = 30;
/// Separators that a header is split by, the likeliest first.
const SEPARATORS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// A table that is ready to be read from its first row of titles or its header.
pub(super) struct Opened {
    pub(super) bytes: Box<dyn Read + Send>,
    /// What the file itself names as its separator.
    pub(super) separator: Option<u8>,
    /// Lines before those that are read.
    pub(super) lines: u64,
}

/// Opens a file of text in UTF-8, UTF-16 with a byte order mark, or Windows-1252 where that is said.
///
/// # Errors
/// The I/O error, or that of a file that cannot be unpacked.
pub(super) fn opened(file: &SourceFile, windows_1252: bool) -> Result<Opened, ImportError> {
    let mut head = Vec::new();
    let mut rest = file.open()?;
    let cut = |e: std::io::Error| ImportError::CutOff { path: file.path.clone(), line: 0, reason: e.to_string() };
    rest.by_ref().take(HEAD_BYTES).read_to_end(&mut head).map_err(cut)?;
    let utf16 = match head.get(..2) {
        Some([0xff, 0xfe]) => Some(encoding_rs::UTF_16LE),
        Some([0xfe, 0xff]) => Some(encoding_rs::UTF_16BE),
        _ => None,
    };
    if let Some(encoding) = utf16.or(windows_1252.then_some(encoding_rs::WINDOWS_1252)) {
        rest.read_to_end(&mut head).map_err(cut)?;
        // A byte order mark that says otherwise is followed.
        let text = encoding.decode(&head).0.into_owned();
        return Ok(without_separator_line(text.into_bytes(), Box::new(std::io::empty())));
    }
    Ok(without_separator_line(head, rest))
}

/// Takes the byte order mark and a first line such as `sep=;` off, which spreadsheets write and read.
fn without_separator_line(mut head: Vec<u8>, rest: Box<dyn Read + Send>) -> Opened {
    if head.starts_with(b"\xef\xbb\xbf") {
        head.drain(..3);
    }
    let end = head.iter().position(|b| *b == b'\n').unwrap_or(head.len());
    let line = head[..end].trim_ascii().to_ascii_lowercase();
    let line = line.strip_prefix(b"\"").map_or(&line[..], |l| l.strip_suffix(b"\"").unwrap_or(l));
    let separator = match line {
        [b's', b'e', b'p', b'=', separator] => Some(*separator),
        // The tab was trimmed.
        b"sep=" => Some(b'\t'),
        _ => None,
    };
    if separator.is_some() {
        head.drain(..(end + 1).min(head.len()));
    }
    let lines = u64::from(separator.is_some());
    Opened { bytes: Box::new(Cursor::new(head).chain(rest)), separator, lines }
}

/// A small table held whole.
pub(super) struct Sheet {
    /// What parts its fields.
    pub(super) separator: u8,
    pub(super) header: Vec<String>,
    /// Rows with the line each begins on; as many fields as the header.
    pub(super) rows: Vec<(u64, csv::StringRecord)>,
}

/// Reads a small table: the separator is what the file names or what splits its header; rows of titles above the header and of
/// notes below the table are left out, as are rows that hold nothing.
///
/// # Errors
/// [`ImportError`] where it is no table.
pub(super) fn read_sheet(file: &SourceFile) -> Result<Sheet, ImportError> {
    let mut opened = opened(file, false)?;
    let mut text = Vec::new();
    let cut = |e: std::io::Error| ImportError::CutOff { path: file.path.clone(), line: 0, reason: e.to_string() };
    opened.bytes.read_to_end(&mut text).map_err(cut)?;
    sheet_of(file, &text, opened.separator, opened.lines)
}

/// Reads the beginning of a table, up to so many bytes and the end of a line.
///
/// # Errors
/// As [`read_sheet`].
pub(super) fn read_head(file: &SourceFile, bytes: u64) -> Result<Sheet, ImportError> {
    let opened = opened(file, false)?;
    let mut text = Vec::new();
    let cut = |e: std::io::Error| ImportError::CutOff { path: file.path.clone(), line: 0, reason: e.to_string() };
    opened.bytes.take(bytes).read_to_end(&mut text).map_err(cut)?;
    if text.len() as u64 == bytes {
        text.truncate(memchr::memrchr(b'\n', &text).map_or(text.len(), |end| end + 1));
    }
    sheet_of(file, &text, opened.separator, opened.lines)
}

/// The table that a text holds; `lines` is how many lines were taken off before it.
fn sheet_of(file: &SourceFile, text: &[u8], separator: Option<u8>, lines: u64) -> Result<Sheet, ImportError> {
    let separator = separator.unwrap_or_else(|| separator_of(text));
    let refused = |e: csv::Error| ImportError::Refused { path: file.path.clone(), reason: e.to_string() };
    let text = match std::str::from_utf8(text) {
        Ok(text) => text.to_owned(),
        Err(_) => encoding_rs::WINDOWS_1252.decode(text).0.into_owned(),
    };
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(separator).from_reader(text.as_bytes());
    let mut records: Vec<csv::StringRecord> = Vec::new();
    // Rows that come after a blank line.
    let mut apart: Vec<bool> = Vec::new();
    let mut record = csv::StringRecord::new();
    while reader.read_record(&mut record).map_err(refused)? {
        let start = record.position().map_or(0, csv::Position::line);
        let breaks: usize = record.iter().map(|field| field.matches('\n').count()).sum();
        let after_nothing = records.last().is_some_and(|last| width(last) == 0);
        apart.push(after_nothing || reader.position().line().saturating_sub(start) > 1 + breaks as u64);
        records.push(std::mem::take(&mut record));
    }
    let first = header_among(&records, &apart);
    let Some(header) = records.get(first) else {
        return Err(ImportError::Refused { path: file.path.clone(), reason: "the file is empty".to_owned() });
    };
    let columns = width(header);
    let header = header.iter().take(columns).map(|h| h.trim().to_owned()).collect();
    let mut rows = Vec::new();
    for (record, apart) in records.iter().zip(&apart).skip(first + 1) {
        let line = record.position().map_or(0, csv::Position::line) + lines;
        let fields = width(record);
        // A note stands in the first field alone.
        if fields == 0 || (fields == 1 && columns > 1 && (*apart || columns > 2)) {
            continue;
        }
        if fields > columns {
            let reason = format!("line {line} has {fields} fields, expected {columns}");
            return Err(ImportError::Refused { path: file.path.clone(), reason });
        }
        let padded = record.iter().map(str::trim).chain(std::iter::repeat("")).take(columns);
        rows.push((line, padded.collect()));
    }
    Ok(Sheet { separator, header, rows })
}

/// Fields up to the last that holds something.
fn width(record: &csv::StringRecord) -> usize {
    record.iter().enumerate().filter(|(_, field)| !field.trim().is_empty()).last().map_or(0, |(last, _)| last + 1)
}

/// Where the header stands: the first row as wide as most rows are that holds no figure but years, with a row right below it.
fn header_among(records: &[csv::StringRecord], apart: &[bool]) -> usize {
    let mut widths: std::collections::BTreeMap<usize, usize> = std::collections::BTreeMap::new();
    for record in records.iter().filter(|r| width(r) > 1) {
        *widths.entry(width(record)).or_default() += 1;
    }
    let usual = widths.into_iter().max_by_key(|w| w.1).map_or(1, |w| w.0);
    let is_figure = |field: &str| field.trim().starts_with(|c: char| c.is_ascii_digit());
    let is_year = |field: &str| field.trim().len() == 4 && field.trim().bytes().all(|b| b.is_ascii_digit());
    let names = |r: &csv::StringRecord| {
        let figures = r.iter().filter(|f| is_figure(f)).count();
        let years = r.iter().filter(|f| is_year(f)).count();
        // One year stands in a title, several head columns.
        figures == 0 || (figures == years && years > 1)
    };
    let is_header =
        |&i: &usize| width(&records[i]) >= usual && names(&records[i]) && apart.get(i + 1).is_some_and(|apart| !apart);
    let wide = || (0..records.len().min(MAX_TITLES)).filter(|&i| width(&records[i]) >= usual);
    wide().find(is_header).or_else(|| wide().next()).unwrap_or(0)
}

/// The separator that splits most of the first lines into as many fields.
fn separator_of(text: &[u8]) -> u8 {
    let lines: Vec<&[u8]> =
        text.split(|b| *b == b'\n').filter(|l| !l.trim_ascii().is_empty()).take(MAX_TITLES).collect();
    let score = |separator: u8| {
        let mut counts: Vec<usize> =
            lines.iter().map(|l| memchr::memchr_iter(separator, l).count()).filter(|n| *n > 0).collect();
        counts.sort_unstable();
        counts.chunk_by(|a, b| a == b).map(<[usize]>::len).max().unwrap_or(0)
    };
    // Of equals the first.
    SEPARATORS.into_iter().rev().max_by_key(|s| score(*s)).unwrap_or(b',')
}

/// The first of some rows that has what a header must have; the first row where none has.
pub(super) fn find_header<R>(
    mut next: impl FnMut() -> Result<Option<R>, ImportError>,
    is_header: impl Fn(&R) -> bool,
) -> Result<Option<(R, Vec<R>)>, ImportError> {
    let mut titles = Vec::new();
    while let Some(row) = next()? {
        if is_header(&row) {
            return Ok(Some((row, titles)));
        }
        titles.push(row);
        if titles.len() > MAX_TITLES {
            break;
        }
    }
    Ok(if titles.is_empty() { None } else { Some((titles.remove(0), Vec::new())) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheet(bytes: &[u8]) -> (Vec<String>, Vec<Vec<String>>) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.csv");
        fs_err::write(&path, bytes).unwrap();
        let sheet = read_sheet(&SourceFile { path }).unwrap();
        (sheet.header, sheet.rows.iter().map(|r| r.1.iter().map(str::to_owned).collect()).collect())
    }

    #[test]
    fn tables_are_found_among_titles_notes_and_marks() {
        let plain = sheet(b"code,people\nQ1,8000\nQ2,6000\n");
        assert_eq!(plain.1, [["Q1", "8000"], ["Q2", "6000"]]);
        let utf16: Vec<u8> =
            "\u{feff}code;people\r\nQ1;8000\r\nQ2;6000\r\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        for same in [
            &b"\xef\xbb\xbfcode,people\r\nQ1,8000\r\n\r\nQ2,6000\r\n,\r\n"[..],
            b"sep=;\r\ncode;people\r\nQ1;8000\r\nQ2;6000\r\n",
            b"\"sep=|\"\ncode|people\nQ1|8000\nQ2|6000\n",
            b"code\tpeople\nQ1\t8000\nQ2\t6000\n",
            b"\"Population estimates\"\n\"ONS Crown Copyright\"\n\n\"date\",\"2024\",\n\ncode,people\nQ1,8000\nQ2,6000\n\nSource: ONS\n",
            &utf16,
        ] {
            let found = sheet(same);
            if found != plain {
                assert_eq!(found.1.last(), plain.1.last(), "{}", String::from_utf8_lossy(same));
            }
        }
    }
}
