//! What a table is, by its header and the beginning of its rows.

use std::io::{Cursor, Read};

use super::{
    ImportError, SourceFile,
    draft::looks_like,
    opening::{Sheet, opened, read_head},
    police::{is_street_header, street_force},
};
use crate::{
    area::readable_name,
    geocode::{GazetteerContents, GazetteerKind, Study, read_gazetteer},
    model::{Figure, figure, fold},
};

/// Bytes that are looked at.
const HEAD_BYTES: u64 = 1 << 19;
/// Share of a column's values that must be what it is taken for.
const MOST: f64 = 0.9;
/// Columns that hold numbers and are no figures.
const NO_FIGURES: [&str; 12] = [
    "longitude",
    "latitude",
    "lon",
    "lat",
    "long",
    "easting",
    "northing",
    "bng_e",
    "bng_n",
    "objectid",
    "fid",
    "record_offset",
];

/// What a table is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TableKind {
    /// A street file of data.police.uk, with its force as file names have it.
    Street(String),
    /// A file of a publisher, from which places are found.
    Gazetteer(GazetteerKind),
    /// Figures of areas: the column of their codes or names, and some of these.
    Figures(UnitColumn),
    /// Readable names of areas.
    Names(UnitColumn),
    /// Which unit lies in which: two columns of codes.
    Lookup(Vec<UnitColumn>),
    /// Incidents, which need a mapping.
    Incidents,
    /// None of these, with the reason.
    Other(&'static str),
}

/// A column with codes of areas.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitColumn {
    /// Its name.
    pub name: String,
    /// Some of the codes, or of the words where it holds names.
    pub units: Vec<String>,
    /// Whether names such as "Norwich 012A" stand beside, which say what each unit lies in.
    pub named: bool,
}

/// Tells what a table is; `is_unit` knows codes and names of areas beside those that look like the codes of ONS.
///
/// # Errors
/// [`ImportError`] where it is no table or cannot be read.
pub fn tell_table(file: &SourceFile, is_unit: &dyn Fn(&str) -> bool) -> Result<TableKind, ImportError> {
    if let Some(kind) = gazetteer_of(file)? {
        return Ok(TableKind::Gazetteer(kind));
    }
    let sheet = read_head(file, HEAD_BYTES)?;
    if is_street_header(&sheet.header) {
        let reported_by = sheet.rows.first().and_then(|row| row.1.get(2)).unwrap_or_default();
        return Ok(match street_force(&file.plain_name(), reported_by) {
            Some(force) => TableKind::Street(force),
            None => TableKind::Other("a street file of data.police.uk without a row, under a name without a force"),
        });
    }
    let has = |name: &str| sheet.header.iter().any(|h| h.eq_ignore_ascii_case(name));
    if has("Crime ID") && has("Outcome type") {
        return Ok(TableKind::Other("outcomes of data.police.uk, which are not imported"));
    }
    if has("Outcome") && has("Object of search") {
        return Ok(TableKind::Other("stops and searches of data.police.uk, which are not imported"));
    }
    if sheet.rows.is_empty() {
        return Ok(TableKind::Other("a table without rows"));
    }
    Ok(tell(&sheet, is_unit))
}

fn tell(sheet: &Sheet, is_unit: &dyn Fn(&str) -> bool) -> TableKind {
    let incidents = looks_like(sheet);
    if incidents.as_ref().is_some_and(|i| i.placed) {
        return TableKind::Incidents;
    }
    let all = 0..sheet.header.len();
    let mut codes: Vec<usize> =
        all.clone().filter(|&c| are_most(sheet, c, &|v| is_ons_code(v) || is_unit(v))).collect();
    // Codes before names.
    codes.sort_by_key(|&c| !are_most(sheet, c, &is_ons_code));
    let named = all.clone().any(|c| are_most(sheet, c, &|v| readable_name(v).is_some()));
    let unit = |c: usize| UnitColumn {
        named,
        name: sheet.header[c].clone(),
        units: values(sheet, c).take(2_000).map(str::to_owned).collect(),
    };
    let is_number = |v: &str| matches!(figure(v), Figure::Number(_) | Figure::Suppressed);
    let is_figure = |&c: &usize| {
        !codes.contains(&c)
            && !NO_FIGURES.contains(&fold(&sheet.header[c]).as_str())
            && are_most(sheet, c, &is_number)
            && !are_most(sheet, c, &is_year)
    };
    let is_readable_name = |c: usize| fold(&sheet.header[c]).ends_with("hclnm");
    match codes.as_slice() {
        [first, ..] if all.clone().any(is_readable_name) => return TableKind::Names(unit(*first)),
        [first, ..] if all.clone().any(|c| is_figure(&c)) => return TableKind::Figures(unit(*first)),
        [only] if all.clone().any(|c| matches!(fold(&sheet.header[c]).as_str(), "name" | "area_name")) => {
            return TableKind::Names(unit(*only));
        }
        [] | [_] => {}
        several => {
            let columns: Vec<UnitColumn> = several.iter().map(|&c| unit(c)).collect();
            let units: Vec<&Vec<String>> = columns.iter().map(|c| &c.units).collect();
            // A code and the name beside it are one unit.
            if units.windows(2).any(|w| w[0] != w[1]) {
                return TableKind::Lookup(columns);
            }
        }
    }
    match incidents {
        Some(i) if i.worded => TableKind::Incidents,
        Some(_) => TableKind::Other("it has dates, and no place: no position, postcode, address or code of an area"),
        None => TableKind::Other("it has neither dates nor codes of areas with figures or names"),
    }
}

fn values(sheet: &Sheet, column: usize) -> impl Iterator<Item = &str> {
    sheet.rows.iter().filter_map(move |row| row.1.get(column)).map(str::trim).filter(|v| !v.is_empty())
}

fn are_most(sheet: &Sheet, column: usize, is: &dyn Fn(&str) -> bool) -> bool {
    let (all, good) = values(sheet, column).fold((0_u32, 0_u32), |n, v| (n.0 + 1, n.1 + u32::from(is(v))));
    all > 0 && f64::from(good) >= MOST * f64::from(all)
}

fn is_year(text: &str) -> bool {
    text.len() == 4 && text.parse::<u16>().is_ok_and(|year| (1990..2100).contains(&year))
}

/// `E01026821`: a letter of a country and eight digits.
fn is_ons_code(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() == 9 && bytes[0].is_ascii_uppercase() && bytes[1..].iter().all(u8::is_ascii_digit)
}

/// The kind of gazetteer whose reader takes the beginning of a file.
fn gazetteer_of(file: &SourceFile) -> Result<Option<GazetteerKind>, ImportError> {
    let cut = |e: std::io::Error| ImportError::CutOff { path: file.path.clone(), line: 0, reason: e.to_string() };
    let mut head = Vec::new();
    opened(file, false)?.bytes.take(HEAD_BYTES / 8).read_to_end(&mut head).map_err(cut)?;
    if head.len() as u64 == HEAD_BYTES / 8 {
        head.truncate(memchr::memrchr(b'\n', &head).map_or(head.len(), |end| end + 1));
    }
    let study = Study::new(Vec::new());
    let takes = |kind: GazetteerKind| {
        let mut contents = GazetteerContents::default();
        read_gazetteer(kind, Cursor::new(&head), &study, &mut contents).is_ok() && contents.rows > 0
    };
    // A table of one's own that has dates is one of incidents with positions.
    let has_dates = || read_head(file, HEAD_BYTES / 8).is_ok_and(|sheet| looks_like(&sheet).is_some());
    let found = GazetteerKind::ALL.into_iter().map(|k| k.0).find(|kind| takes(*kind));
    Ok(found.filter(|kind| *kind != GazetteerKind::Csv || !has_dates()))
}
