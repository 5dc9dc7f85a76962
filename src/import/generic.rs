//! Any CSV file through a mapping: what each row says, or why it says nothing.

use std::{borrow::Cow, collections::BTreeMap};

use csv::ByteRecord;
use jiff::{Timestamp, civil::DateTime};

use super::{
    FileReport, ImportError, Mapping, Progress, Rejection, SourceFile,
    csv_file::{CsvFile, parse_decimal},
    personal::{NO_CONTACTS, looks_personal, value_looks_personal},
    swallowed::RowShape,
};
use crate::geocode::{is_coordinate, without_contacts};
use crate::model::{
    BngPoint, Clock, Day, LonLat, Month, PrecisionClass, When, WhenPrecision, bng_to_lonlat, lonlat_to_bng,
};

/// Longest text of a field that is kept.
const MAX_TEXT_BYTES: usize = 300;
/// Of a text about a place as many bytes are looked at.
const MAX_PLACE_BYTES: usize = 4 * crate::geocode::MAX_TEXT_CHARS;
/// Rows looked at for values that look like personal data.
const SAMPLED_ROWS: u64 = 500;
/// Furthest that two positions of one row may lie apart.
const CONTRADICTION_M: f64 = 1_000.0;

/// What a row says.
#[derive(Debug, Clone)]
pub(super) struct GenericRow {
    pub(super) line: u64,
    pub(super) id: String,
    pub(super) when: When,
    pub(super) category: String,
    pub(super) point: Option<LonLat>,
    pub(super) class: PrecisionClass,
    /// What it says about its place.
    pub(super) place: PlaceTexts,
    pub(super) attributes: Vec<String>,
    /// Category and precision as a mapping's words were read before their spelling was folded, where that differs: a record
    /// without a reference is known by them.
    identity: Option<Box<(String, PrecisionClass)>>,
}

/// What a row says about its place, as it stands there.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(super) struct PlaceTexts {
    pub(super) text: String,
    pub(super) locality: String,
    pub(super) postcode: String,
    pub(super) gridref: String,
    pub(super) uprn: String,
    /// Longitude, latitude, easting, northing.
    pub(super) coordinates: [String; 4],
}

impl PlaceTexts {
    /// The words by which records wait for a person and decisions find them again: the text alone, or with the others.
    pub(super) fn words(&self) -> Cow<'_, str> {
        let others = [&self.locality, &self.postcode, &self.gridref, &self.uprn];
        if others.iter().all(|t| t.is_empty()) {
            return Cow::Borrowed(&self.text);
        }
        let [locality, postcode, gridref, uprn] = others;
        Cow::Owned([&self.text, locality, postcode, gridref, uprn].map(String::as_str).join("\u{1f}"))
    }
}

impl GenericRow {
    /// BLAKE3 of everything the row says; the same on every run and machine.
    pub(super) fn content(&self) -> blake3::Hash {
        let mut hasher = blake3::Hasher::new();
        let (category, class) = self.identity.as_ref().map_or((&self.category, self.class), |i| (&i.0, i.1));
        let position = self.point.map(|p| (p.lon.to_bits(), p.lat.to_bits(), class.code()));
        let head = (&self.id, self.when.start_us, self.when.end_us, self.when.precision.name(), category);
        let words = self.place.words();
        // Coordinates that are no plain numbers say something as well.
        if self.point.is_none() && self.place.coordinates.iter().any(|c| !c.is_empty()) {
            hasher.update(format!("{:?}", self.place.coordinates).as_bytes());
        }
        hasher.update(format!("{head:?}{position:?}{words:?}{:?}", self.attributes).as_bytes());
        hasher.finalize()
    }
}

/// A file read through a mapping.
#[derive(Debug)]
pub(super) struct GenericFile {
    pub(super) report: FileReport,
    pub(super) rows: Vec<GenericRow>,
    pub(super) rejected: Vec<Rejection>,
    pub(super) ignored_columns: Vec<String>,
    /// Words of precision that the mapping does not list, with their rows.
    pub(super) unknown_precision: BTreeMap<String, u64>,
    pub(super) digest: String,
}

/// Reads a file through a mapping.
pub(super) fn read_generic_file(
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

/// What to write into the mapping when the whole header came as one column.
fn delimiter_hint(header: &[String]) -> &'static str {
    match header {
        [one] if one.contains(';') => " (for this file the mapping needs delimiter = \";\")",
        [one] if one.contains('\t') => " (for this file the mapping needs delimiter = \"\\t\")",
        _ => "",
    }
}

/// Where in a row each thing stands.
struct Slots {
    id: Option<usize>,
    when: usize,
    time: Option<usize>,
    when_end: Option<usize>,
    category: Option<usize>,
    lon_lat: Option<(usize, usize)>,
    grid: Option<(usize, usize)>,
    precision: Option<usize>,
    location_text: Option<usize>,
    /// Locality, postcode, grid reference, UPRN.
    other_words: [Option<usize>; 4],
    keep: Vec<usize>,
    kept_names: Vec<String>,
    columns: usize,
    ignored: Vec<String>,
}

impl Slots {
    fn of(file: &SourceFile, mapping: &Mapping, header: &[String]) -> Result<Self, ImportError> {
        let find = |name: &String| -> Result<usize, ImportError> {
            header.iter().position(|h| h == name).ok_or_else(|| ImportError::WrongFile {
                path: file.path.clone(),
                expected: format!("a column {name:?}, which the mapping names{}", delimiter_hint(header)),
                found: header.join(", ").chars().take(200).collect(),
            })
        };
        let maybe = |name: &Option<String>| name.as_ref().map(&find).transpose();
        let pair = |a: &Option<String>, b: &Option<String>| -> Result<_, ImportError> { Ok(maybe(a)?.zip(maybe(b)?)) };
        let columns = &mapping.columns;
        let named: Vec<&String> = mapping.named_columns().collect();
        let personal: Vec<String> =
            header.iter().filter(|h| looks_personal(h) && !columns.drop.contains(h)).cloned().collect();
        if !personal.is_empty() {
            return Err(ImportError::PersonalData { path: file.path.clone(), columns: personal });
        }
        Ok(Self {
            id: maybe(&columns.id)?,
            when: find(&columns.when)?,
            time: maybe(&columns.time)?,
            when_end: maybe(&columns.when_end)?,
            category: maybe(&columns.category)?,
            lon_lat: pair(&columns.lon, &columns.lat)?,
            grid: pair(&columns.easting, &columns.northing)?,
            precision: maybe(&columns.precision)?,
            location_text: maybe(&columns.location_text)?,
            other_words: [
                maybe(&columns.locality)?,
                maybe(&columns.postcode)?,
                maybe(&columns.gridref)?,
                maybe(&columns.uprn)?,
            ],
            keep: columns.keep.iter().map(&find).collect::<Result<_, _>>()?,
            kept_names: columns.keep.clone(),
            columns: header.len(),
            ignored: header.iter().filter(|h| !named.contains(h) && !columns.drop.contains(h)).cloned().collect(),
        })
    }

    /// Whether a field may hold lines of prose: free words of a place, what is kept as it is, and what is not used.
    fn is_prose(&self, at: usize) -> bool {
        let pairs = [self.lon_lat, self.grid].into_iter().flatten().flat_map(|(a, b)| [a, b]);
        let [_, postcode, gridref, uprn] = self.other_words;
        let single = [self.id, Some(self.when), self.time, self.when_end, self.category, self.precision];
        let strict = single.into_iter().chain([postcode, gridref, uprn]).flatten().chain(pairs);
        !strict.into_iter().any(|slot| slot == at)
    }

    /// Refuses a kept column whose values look like e-mail addresses or telephone numbers.
    fn check_personal(&self, file: &SourceFile, record: &ByteRecord) -> Result<(), ImportError> {
        let kept = self.keep.iter().zip(&self.kept_names);
        let personal: Vec<String> = kept
            .filter(|(slot, _)| record.get(**slot).is_some_and(|v| value_looks_personal(&String::from_utf8_lossy(v))))
            .map(|(_, name)| name.clone())
            .collect();
        if personal.is_empty() {
            return Ok(());
        }
        Err(ImportError::PersonalData { path: file.path.clone(), columns: personal })
    }

    fn row(
        &self,
        mapping: &Mapping,
        header: &[String],
        record: &ByteRecord,
        line: u64,
        unknown_precision: &mut BTreeMap<String, u64>,
    ) -> Result<GenericRow, Box<Rejection>> {
        if record.len() != self.columns {
            let reason = format!("the row has {} fields, expected {}", record.len(), self.columns);
            // Which field is which is not known: nothing of the row is kept, for some may be columns to drop.
            return Err(Box::new(Rejection::new(line, "row", b"", reason)));
        }
        let reader = RowReader { header, record, line };
        let word = match (self.category, &mapping.columns.category_is) {
            (Some(slot), _) => reader.public(slot)?,
            (None, constant) => constant.as_deref().unwrap_or_default(),
        };
        let id = self.id.map(|slot| reader.public(slot)).transpose()?.unwrap_or_default().to_owned();
        let category = mapping.category_of(word).to_owned();
        let precision = self.precision.map(|slot| reader.text(slot)).transpose()?.unwrap_or_default();
        let class = mapping.class_of(precision);
        let before = mapping.as_spelled(word, precision);
        let attributes = self.keep.iter().map(|&slot| reader.text(slot).map(str::to_owned));
        let row = GenericRow {
            line,
            id,
            when: self.when(mapping, &reader)?,
            point: self.point(&reader)?,
            class: class.unwrap_or(PrecisionClass::District),
            place: self.place(&reader)?,
            attributes: attributes.collect::<Result<_, _>>()?,
            identity: None,
            category,
        };
        if class.is_none() {
            *unknown_precision.entry(without_contacts(precision).into_owned()).or_default() += 1;
        }
        let differs = before.0 != row.category || before.1 != row.class;
        Ok(GenericRow { identity: differs.then(|| Box::new((before.0.to_owned(), before.1))), ..row })
    }

    /// What the row says about its place. A coordinate that is no number in any writing rejects the row; one that is
    /// impossible is for the geocoder.
    fn place(&self, reader: &RowReader<'_>) -> Result<PlaceTexts, Box<Rejection>> {
        let of = |slot: Option<usize>| -> Result<String, Box<Rejection>> {
            Ok(slot.map(|s| reader.text(s)).transpose()?.unwrap_or_default().to_owned())
        };
        let [locality, postcode, gridref, uprn] = self.other_words;
        let pairs = [self.lon_lat, self.grid].map(Option::unzip);
        let [(lon, lat), (easting, northing)] = pairs;
        for slot in [lon, lat, easting, northing].into_iter().flatten() {
            if !is_coordinate(reader.text(slot)?) {
                return Err(reader.reject(slot, "not a finite number"));
            }
        }
        let text = match self.location_text {
            Some(slot) => reader.long_text(slot).into_owned(),
            None => String::new(),
        };
        Ok(PlaceTexts {
            text,
            locality: of(locality)?,
            postcode: of(postcode)?,
            gridref: of(gridref)?,
            uprn: of(uprn)?,
            coordinates: [of(lon)?, of(lat)?, of(easting)?, of(northing)?],
        })
    }

    fn when(&self, mapping: &Mapping, reader: &RowReader<'_>) -> Result<When, Box<Rejection>> {
        let mut text = reader.needed(self.when)?.to_owned();
        if let Some(time) = self.time.map(|slot| reader.text(slot)).transpose()?.filter(|t| !t.is_empty()) {
            text = format!("{text} {time}");
        }
        let formats = &mapping.when.formats;
        let start = parse_when(&text, formats)
            .ok_or_else(|| reader.reject(self.when, "not a date or time in a known format"))?;
        let Some(slot) = self.when_end else { return Ok(start) };
        let end = reader.text(slot)?;
        if end.is_empty() {
            return Ok(start);
        }
        let end =
            parse_when(end, formats).ok_or_else(|| reader.reject(slot, "not a date or time in a known format"))?;
        let end_us = if end.precision == WhenPrecision::Instant { end.end_us } else { end.end_us - 1 };
        if end_us < start.start_us {
            return Err(reader.reject(slot, "ends before it starts"));
        }
        if end_us == start.start_us {
            return Ok(start);
        }
        Ok(When { start_us: start.start_us, end_us, precision: WhenPrecision::Span })
    }

    /// The point as the numbers say, part of the identity of a record that has no reference; none where they are no
    /// plain numbers or lie outside their system. Two points of one row that lie apart reject it.
    fn point(&self, reader: &RowReader<'_>) -> Result<Option<LonLat>, Box<Rejection>> {
        let degrees = self.lon_lat.and_then(|(lon, lat)| reader.pair(lon, lat)).filter(|&(x, y)| x != 0.0 || y != 0.0);
        let degrees = degrees.and_then(|(x, y)| LonLat::new(x, y).ok());
        let Some((easting, northing)) = self.grid else { return Ok(degrees) };
        let Some((x, y)) = reader.pair(easting, northing) else { return Ok(degrees) };
        let Ok(from_grid) = bng_to_lonlat(BngPoint { easting: x, northing: y }) else { return Ok(degrees) };
        let Some(degrees) = degrees else { return Ok(Some(from_grid)) };
        let apart = lonlat_to_bng(degrees).map(|p| (p.easting - x).hypot(p.northing - y));
        if apart.is_ok_and(|m| m > CONTRADICTION_M) && x.min(y) > CONTRADICTION_M {
            return Err(reader.reject(easting, "more than 1 km from the longitude and latitude of the row"));
        }
        Ok(Some(degrees))
    }
}

struct RowReader<'a> {
    header: &'a [String],
    record: &'a ByteRecord,
    line: u64,
}

impl<'a> RowReader<'a> {
    fn reject(&self, slot: usize, reason: &str) -> Box<Rejection> {
        let value = self.record.get(slot).unwrap_or_default();
        Box::new(Rejection::new(self.line, &self.header[slot], value, reason))
    }

    fn text(&self, slot: usize) -> Result<&'a str, Box<Rejection>> {
        let value = self.record.get(slot).unwrap_or_default();
        if value.len() > MAX_TEXT_BYTES {
            // What is so long is prose, and may be about anybody.
            return Err(Box::new(Rejection::new(self.line, &self.header[slot], b"", "longer than 300 bytes")));
        }
        std::str::from_utf8(value)
            .map(str::trim)
            .map_err(|_| self.reject(slot, "not UTF-8 text (see encoding in the mapping)"))
    }

    /// A text of any length and encoding: of a free text the beginning is enough, and a byte that is none is no reason
    /// to lose the record.
    fn long_text(&self, slot: usize) -> Cow<'a, str> {
        let value = self.record.get(slot).unwrap_or_default();
        let cut = &value[..value.len().min(MAX_PLACE_BYTES)];
        match String::from_utf8_lossy(cut) {
            Cow::Borrowed(text) => Cow::Borrowed(text.trim()),
            Cow::Owned(text) => Cow::Owned(text.trim().to_owned()),
        }
    }

    fn needed(&self, slot: usize) -> Result<&'a str, Box<Rejection>> {
        let text = self.text(slot)?;
        if text.is_empty() { Err(self.reject(slot, "empty")) } else { Ok(text) }
    }

    /// A text that stands in answers and reports as it is: with an e-mail address or a telephone number the row is rejected.
    fn public(&self, slot: usize) -> Result<&'a str, Box<Rejection>> {
        let text = self.needed(slot)?;
        match without_contacts(text) {
            Cow::Borrowed(text) => Ok(text),
            Cow::Owned(_) => Err(Box::new(Rejection::new(self.line, &self.header[slot], b"", NO_CONTACTS))),
        }
    }

    /// Two plain finite numbers.
    fn pair(&self, first: usize, second: usize) -> Option<(f64, f64)> {
        let number = |slot: usize| parse_decimal(self.record.get(slot)?).filter(|n| n.is_finite());
        Some((number(first)?, number(second)?))
    }
}

/// Forms of a time tried where the mapping names none, after ISO months, dates and instants.
const FORMATS: [&str; 7] = [
    "%Y-%m-%dT%H:%M:%S",
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%dT%H:%M",
    "%Y-%m-%d %H:%M",
    "%d/%m/%Y %H:%M:%S",
    "%d/%m/%Y %H:%M",
    "%d/%m/%Y",
];

/// Reads a month, date, local time or time with an offset.
fn parse_when(text: &str, formats: &[String]) -> Option<When> {
    if !formats.is_empty() {
        return formats.iter().find_map(|format| with_format(text, format));
    }
    if let Ok(month) = Month::parse(text) {
        return Some(When::month(month));
    }
    if let Ok(day) = Day::parse(text) {
        return Some(When::day(day));
    }
    if let Ok(instant) = text.parse::<Timestamp>() {
        return in_range(Clock::london().local(instant.as_microsecond()).0)
            .then(|| instant_of(instant.as_microsecond()));
    }
    FORMATS.iter().find_map(|format| with_format(text, format))
}

fn with_format(text: &str, format: &str) -> Option<When> {
    let parsed = jiff::fmt::strtime::parse(format, text).ok()?;
    let has = |part: char| format.contains(&format!("%{part}")) || format.contains(&format!("%-{part}"));
    if has('H') || has('I') || format.contains("%T") || format.contains("%R") {
        let time: DateTime = parsed.to_datetime().ok()?;
        let day = Day::from_date(time.date());
        let since_midnight = time.time().duration_since(jiff::civil::Time::midnight());
        let of_day_us = i64::try_from(since_midnight.as_micros()).ok()?;
        return in_range(day).then(|| instant_of(Clock::london().utc(day, of_day_us)));
    }
    if has('d') || has('e') || format.contains("%F") || format.contains("%D") {
        let day = Day::from_date(parsed.to_date().ok()?);
        return in_range(day).then(|| When::day(day));
    }
    let (year, month) = (parsed.year()?, parsed.month()?);
    let month = Month(i32::from(year) * 12 + i32::from(month) - 1);
    in_range(month.first_day()).then(|| When::month(month))
}

fn in_range(day: Day) -> bool {
    (1970..2100).contains(&day.date().year())
}

fn instant_of(us: i64) -> When {
    When { start_us: us, end_us: us, precision: WhenPrecision::Instant }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_in_every_usual_form() {
        let day = |text: &str| {
            parse_when(text, &[])
                .map(|w| (w.days(Clock::london()).0.to_string(), w.precision.name(), w.days(Clock::london()).2))
        };
        assert_eq!(day("2025-07-04 22:15"), Some(("2025-07-04".to_owned(), "instant", 22)));
        assert_eq!(day("04/07/2025"), Some(("2025-07-04".to_owned(), "day", 24)));
        assert_eq!(day("2025-07-04T22:15:00Z"), Some(("2025-07-04".to_owned(), "instant", 23)));
        assert_eq!(day("2025-07"), Some(("2025-07-01".to_owned(), "month", 24)));
        for bad in ["2025-13", "31/02/2025", "yesterday", "1625-01-01", "25/12/25", ""] {
            assert_eq!(day(bad), None, "{bad}");
        }
        let format = ["%d-%b-%Y %H%M".to_owned()];
        assert_eq!(parse_when("04-Jul-2025 2215", &format).unwrap().days(Clock::london()).2, 22);
    }
}
