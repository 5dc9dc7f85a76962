//! Which area a unit belongs to: itself, or by a lookup.

use std::collections::HashMap;

use super::table::{Row, Table};
use crate::workspace::AreaRow;

/// Areas by the codes and names of their units.
pub(super) struct Units<'a> {
    codes: HashMap<&'a str, &'a str>,
    /// Names that one area alone has.
    names: HashMap<&'a str, &'a str>,
    lookup: HashMap<String, String>,
}

impl<'a> Units<'a> {
    pub(super) fn new(areas: &'a [AreaRow], lookup: Vec<(String, String)>) -> Self {
        let mut names: HashMap<&str, Option<&str>> = HashMap::new();
        for area in areas {
            names.entry(&area.official_name).and_modify(|known| *known = None).or_insert(Some(&area.code));
        }
        Self {
            codes: areas.iter().map(|a| (a.code.as_str(), a.code.as_str())).collect(),
            names: names.into_iter().filter_map(|(name, code)| Some((name, code?))).collect(),
            lookup: lookup.into_iter().collect(),
        }
    }

    /// The area of a unit, by its code, a lookup, or the official name of the area itself.
    pub(super) fn area<'b>(&'b self, unit: &str) -> Option<&'b str> {
        let by_code = self.codes.get(unit).copied().or_else(|| self.lookup.get(unit).map(String::as_str));
        by_code.or_else(|| self.names.get(unit).copied())
    }

    /// Whether a column holds codes, not names.
    pub(super) fn is_code(&self, unit: &str) -> bool {
        self.codes.contains_key(unit) || self.lookup.contains_key(unit)
    }

    /// Learns from a table in which a code stands beside a name: "Norwich 001A" lies in "Norwich 001". A table
    /// with a column of the layer's own codes says it outright.
    pub(super) fn learn(&mut self, table: &Table) -> Vec<(String, String)> {
        let mut learned = Vec::new();
        for row in &table.rows {
            let fields = || row.1.iter().map(str::trim);
            let area = fields().find_map(|v| self.codes.get(v).copied()).or_else(|| {
                fields().find_map(|v| self.names.get(v.strip_suffix(|c: char| c.is_ascii_uppercase())?).copied())
            });
            let Some(area) = area else { continue };
            let unit = fields().find(|v| is_ons_code(v) && !self.codes.contains_key(v));
            if let Some(unit) = unit
                && self.lookup.insert(unit.to_owned(), area.to_owned()).is_none()
            {
                learned.push((unit.to_owned(), area.to_owned()));
            }
        }
        learned
    }

    /// Rows of a table with the area each belongs to, and those that belong to none.
    pub(super) fn of_rows<'t>(&'t self, rows: Vec<&'t Row>, code: usize) -> (Vec<(&'t str, &'t Row)>, Vec<&'t Row>) {
        let (mut inside, mut outside) = (Vec::new(), Vec::new());
        for row in rows {
            match self.area(Table::field(row, code)) {
                Some(area) => inside.push((area, row)),
                None => outside.push(row),
            }
        }
        (inside, outside)
    }
}

/// `E01026821`: a letter and eight digits.
fn is_ons_code(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() == 9 && bytes[0].is_ascii_uppercase() && bytes[1..].iter().all(u8::is_ascii_digit)
}
