//! Which area a unit belongs to: itself, or by a lookup.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::table::{Row, Table};
use crate::{model::fold, workspace::AreaRow};

/// Areas by the codes and names of their units.
pub(super) struct Units<'a> {
    codes: HashMap<&'a str, &'a str>,
    /// Names that one area alone has.
    names: HashMap<String, &'a str>,
    lookup: HashMap<String, String>,
    /// Units that lie in several areas, as those of another year that were cut up since.
    split: BTreeMap<String, BTreeSet<String>>,
}

impl<'a> Units<'a> {
    pub(super) fn new(areas: &'a [AreaRow], lookup: Vec<(String, String)>) -> Self {
        let mut names: HashMap<String, Option<&str>> = HashMap::new();
        for area in areas {
            names.entry(fold(&area.official_name)).and_modify(|known| *known = None).or_insert(Some(&area.code));
        }
        Self {
            codes: areas.iter().map(|a| (a.code.as_str(), a.code.as_str())).collect(),
            names: names.into_iter().filter_map(|(name, code)| Some((name, code?))).collect(),
            lookup: lookup.into_iter().collect(),
            split: BTreeMap::new(),
        }
    }

    /// The area of a unit, by its code, a lookup, or the official name of the area itself.
    pub(super) fn area<'b>(&'b self, unit: &str) -> Option<&'b str> {
        let by_code = self.codes.get(unit).copied().or_else(|| self.lookup.get(unit).map(String::as_str));
        by_code.or_else(|| self.names.get(&fold(unit)).copied())
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
                fields().find_map(|v| self.names.get(&fold(v.strip_suffix(|c: char| c.is_ascii_uppercase())?)).copied())
            });
            let Some(area) = area else { continue };
            let Some(unit) = fields().find(|v| is_ons_code(v) && !self.codes.contains_key(v)) else { continue };
            match self.lookup.get(unit) {
                Some(known) if known == area => {}
                Some(known) => self.split.entry(unit.to_owned()).or_default().extend([known.clone(), area.to_owned()]),
                None => {
                    self.lookup.insert(unit.to_owned(), area.to_owned());
                    learned.push((unit.to_owned(), area.to_owned()));
                }
            }
        }
        self.lookup.retain(|unit, _| !self.split.contains_key(unit));
        learned.retain(|(unit, _)| !self.split.contains_key(unit));
        learned
    }

    /// Units of a table that lie in several areas, with these.
    pub(super) fn split_in<'t>(&'t self, rows: &[&'t Row], code: usize) -> BTreeMap<&'t str, &'t BTreeSet<String>> {
        let units = rows.iter().map(|row| Table::field(row, code));
        units.filter_map(|unit| Some((unit, self.split.get(unit)?))).collect()
    }

    /// Areas of which a table has only some of the units that a lookup knows, with how many of how many. Only units of the
    /// kind that the table has are counted, such as `E01`.
    pub(super) fn partly<'t>(&'t self, inside: &[(&'t str, &'t Row)], code: usize) -> Vec<(&'t str, usize, usize)> {
        let kind = |unit: &str| unit.get(..3).map(str::to_owned);
        let mut seen: HashMap<&str, BTreeSet<&str>> = HashMap::new();
        for (area, row) in inside {
            let unit = Table::field(row, code);
            if self.lookup.contains_key(unit) {
                seen.entry(area).or_default().insert(unit);
            }
        }
        let kinds: BTreeSet<_> = seen.values().flatten().filter_map(|unit| kind(unit)).collect();
        let mut known: HashMap<&str, usize> = HashMap::new();
        for (_, area) in self.lookup.iter().filter(|(unit, _)| kind(unit).is_some_and(|k| kinds.contains(&k))) {
            *known.entry(area).or_default() += 1;
        }
        let mut partly: Vec<(&str, usize, usize)> =
            seen.iter().map(|(area, units)| (*area, units.len(), known.get(area).copied().unwrap_or(0))).collect();
        partly.retain(|(_, units, all)| units < all);
        partly.sort_unstable();
        partly
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
