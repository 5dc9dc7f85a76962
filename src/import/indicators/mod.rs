//! Figures of areas from CSV: populations, deprivation, anything else; smaller units are added up.
//!
//! A table that holds more than one figure of a unit is not added up blindly: of several years the newest is taken, totals are
//! told from their parts (`kinds`), and a figure that is withheld leaves its area without one.

mod kinds;
mod periods;
mod table;
mod units;

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    path::PathBuf,
};

use super::ImportError;
use crate::{
    model::{Figure, figure, is_relative_figure as is_relative},
    workspace::{AreaRow, Commit, Indicator, Workspace, read_layer},
};
use kinds::{Kinds, kind_columns};
use table::{Row, Table};
use units::Units;

/// Areas that are named in a note.
const NAMED: usize = 5;

/// An indicator file to add.
#[derive(Debug, Clone, Default)]
pub struct AddIndicators {
    /// The CSV, plain or gzipped.
    pub file: PathBuf,
    /// Layer of the areas.
    pub layer: String,
    /// Column with codes of the layer's areas or of smaller units; recognised when left out.
    pub code: Option<String>,
    /// Columns with values; all numeric ones when empty.
    pub values: Vec<String>,
    /// A CSV that says which area each smaller unit belongs to.
    pub lookup: Option<PathBuf>,
    /// Only rows with these values, as (column, value).
    pub only: Vec<(String, String)>,
}

/// What became of an indicator file.
#[derive(Debug, Clone, serde::Serialize)]
pub struct IndicatorsAdded {
    /// Layer.
    pub layer: String,
    /// Indicators stored: name, areas with a value, and how several units of an area were combined.
    pub indicators: Vec<(String, usize, &'static str)>,
    /// Rows whose unit lies in no area of the layer.
    pub unmatched_rows: usize,
    /// Rows read.
    pub rows: usize,
    /// Values that are no numbers.
    pub not_numbers: usize,
    /// What was chosen, left out or missing, a sentence each.
    pub notes: Vec<String>,
}

/// Adds indicators to a layer.
///
/// # Errors
/// [`ImportError`] when the file does not fit the layer; the workspace is then untouched.
pub fn add_indicators(workspace: &Workspace, request: &AddIndicators) -> Result<IndicatorsAdded, ImportError> {
    let lock = workspace.lock()?;
    let mut commit = Commit::begin(workspace, &lock)?;
    let layers = commit.state().layers()?;
    let Some((_, path)) = layers.iter().find(|(name, _)| *name == request.layer) else {
        let known = layers.into_iter().map(|l| l.0).collect();
        return Err(ImportError::NoLayer { layer: request.layer.clone(), known });
    };
    let areas = read_layer(&workspace.root().join(path))?;
    let table = Table::read(&request.file)?;
    let mut units = Units::new(&areas, commit.state().lookup(&request.layer)?);
    if let Some(lookup) = &request.lookup {
        units.learn(&Table::read(lookup)?);
    }
    let learned = units.learn(&table);
    let code = code_column(&table, request, &units)?;
    let mut notes = Vec::new();
    let rows = periods::chosen(&table, code, &request.only, &mut notes)?;
    let (inside, outside) = units.of_rows(rows, code);
    let values = value_columns(&table, request, code)?;
    let mut sums = Sums::default();
    let rows: Vec<&Row> = inside.iter().map(|r| r.1).collect();
    let periods: Vec<usize> = table.columns().filter(|&c| table.is_period(c)).collect();
    let kinds = kind_columns(&table, code, &values, &periods);
    refuse_repeats(&table, &rows, &values)?;
    for &value in &values {
        let of_column: Vec<Kinds> = kinds
            .iter()
            .map(|&k| {
                let others: Vec<usize> = kinds.iter().copied().filter(|o| *o != k).collect();
                Kinds::new(&rows, k, (code, value), &others)
            })
            .collect();
        notes.extend(of_column.iter().filter_map(|k| k.note(table.name(k.column))));
        let incomplete = incomplete(&rows, code, &of_column);
        let parts = Parts { value, kinds: &of_column, incomplete: &incomplete, code };
        inside.iter().for_each(|(area, row)| sums.add(&table, (area, row), &parts));
    }
    notes.dedup();
    notes.extend(sums.without_split(&units.split_in(&outside, code)));
    if sums.figures.is_empty() {
        return Err(none_matches(&table, request, code, &outside));
    }
    notes.extend(sums.notes(&areas));
    let partly = units.partly(&inside, code);
    if let Some((area, some, all)) = partly.first() {
        let areas = partly.len();
        notes.push(format!(
            "{areas} areas have figures of only some of their units ({area}: {some} of {all}): their figures are too small, or the lookup has \
             units of other years"
        ));
    }
    let mut indicators = Vec::new();
    for (name, of_areas) in &sums.figures {
        let mean = is_relative(name) && of_areas.values().any(|v| v.units > 1);
        let known = of_areas.iter().filter(|(_, sum)| !sum.missing);
        let values: Vec<Indicator> = known
            .map(|(code, sum)| Indicator {
                layer: request.layer.clone(),
                name: name.clone(),
                code: code.clone(),
                value: if mean { sum.total / sum.units as f64 } else { sum.total },
            })
            .collect();
        commit.set_indicator(&request.layer, name, &values)?;
        indicators.push((name.clone(), values.len(), if mean { "mean of units" } else { "sum" }));
    }
    commit.add_lookup(&request.layer, &learned)?;
    commit.finish()?;
    let (layer, rows) = (request.layer.clone(), table.rows.len());
    Ok(IndicatorsAdded { layer, indicators, unmatched_rows: outside.len(), rows, not_numbers: sums.not_numbers, notes })
}

/// A figure of an area while its units are added up.
#[derive(Debug, Default)]
struct Sum {
    total: f64,
    units: u64,
    /// Whether the figure of a unit is withheld or not there: then the area has none.
    missing: bool,
}

/// Figures by indicator and area.
#[derive(Debug, Default)]
struct Sums {
    figures: BTreeMap<String, BTreeMap<String, Sum>>,
    suppressed: usize,
    not_numbers: usize,
    /// The first text in place of a figure.
    first_slip: Option<String>,
}

/// What the rows of a column of values are added up by.
struct Parts<'k> {
    value: usize,
    kinds: &'k [Kinds],
    /// Units without a kind that most have: they have no total.
    incomplete: &'k HashSet<&'k str>,
    code: usize,
}

/// Units with fewer rows that take part in the total than most units have.
fn incomplete<'r>(rows: &[&'r Row], code: usize, kinds: &[Kinds]) -> HashSet<&'r str> {
    let mut of_unit: HashMap<&str, usize> = HashMap::new();
    for row in rows {
        let takes_part = kinds.iter().all(|k| k.takes_part(Table::field(row, k.column)));
        *of_unit.entry(Table::field(row, code)).or_default() += usize::from(takes_part);
    }
    let mut numbers: BTreeMap<usize, usize> = BTreeMap::new();
    of_unit.values().for_each(|n| *numbers.entry(*n).or_default() += 1);
    let usual = numbers.into_iter().max_by_key(|(n, units)| (*units, *n)).map_or(0, |n| n.0);
    let lacks = |(unit, n): (&'r str, usize)| (!kinds.is_empty() && n < usual).then_some(unit);
    of_unit.into_iter().filter_map(lacks).collect()
}

impl Sums {
    /// Adds a row's figure under the name of its kinds and, where it takes part, to the total.
    fn add(&mut self, table: &Table, (area, row): (&str, &Row), parts: &Parts<'_>) {
        let Parts { value, kinds, incomplete, code } = *parts;
        let read = figure(Table::field(row, value));
        if read == Figure::Other && self.first_slip.is_none() {
            let text: String = Table::field(row, value).chars().take(40).collect();
            self.first_slip = Some(format!("line {}: {} {text:?} is no figure", row.0, table.name(value)));
        }
        self.suppressed += usize::from(read == Figure::Suppressed);
        self.not_numbers += usize::from(read == Figure::Other);
        let of_column = table.name(value);
        let of_kinds: Vec<(&Kinds, &str)> = kinds.iter().map(|k| (k, Table::field(row, k.column))).collect();
        let parts: Vec<&str> = of_kinds.iter().filter(|(k, kind)| !k.is_total(kind)).map(|k| k.1).collect();
        let mut names = vec![indicator_name(of_column, &parts)];
        let in_total = kinds.iter().all(Kinds::has_total) && of_kinds.iter().all(|(k, kind)| k.takes_part(kind));
        if !parts.is_empty() && in_total && !is_relative(of_column) {
            names.push(indicator_name(of_column, &[]));
        }
        let lacks_kinds = in_total && incomplete.contains(Table::field(row, code));
        for (n, name) in names.into_iter().enumerate() {
            let is_total = n > 0 || parts.is_empty();
            let sum = self.figures.entry(name).or_default().entry(area.to_owned()).or_default();
            match read {
                Figure::Number(_) if is_total && lacks_kinds => sum.missing = true,
                Figure::Number(number) => (sum.total, sum.units) = (sum.total + number, sum.units + 1),
                _ => sum.missing = true,
            }
        }
    }

    /// Takes the figures of areas that share a unit with another: how much of it is whose is not known. Says so.
    fn without_split(&mut self, split: &BTreeMap<&str, &BTreeSet<String>>) -> Option<String> {
        let touched: BTreeSet<&String> = split.values().copied().flatten().collect();
        for of_areas in self.figures.values_mut() {
            touched.iter().for_each(|area| of_areas.entry((*area).clone()).or_default().missing = true);
        }
        let named = split.iter().take(NAMED).map(|(unit, areas)| {
            format!("{unit} in {}", areas.iter().map(String::as_str).collect::<Vec<_>>().join(" and "))
        });
        let named = named.collect::<Vec<_>>().join(", ");
        (!split.is_empty()).then(|| {
            format!(
                "{} units lie in several areas ({named}{}): what belongs to which is not known, so these {} areas have no figure",
                split.len(),
                if split.len() > NAMED { " ..." } else { "" },
                touched.len()
            )
        })
    }

    /// What is missing, in sentences.
    fn notes(&self, areas: &[AreaRow]) -> Vec<String> {
        let list = |codes: &BTreeSet<&str>| {
            let some: Vec<&str> = codes.iter().copied().take(NAMED).collect();
            format!("{}{}", some.join(", "), if codes.len() > NAMED { " ..." } else { "" })
        };
        let mut notes: Vec<String> = self.first_slip.iter().cloned().collect();
        let withheld: BTreeSet<&str> = self
            .figures
            .values()
            .flat_map(|of| of.iter().filter(|(_, s)| s.missing).map(|(code, _)| code.as_str()))
            .collect();
        if !withheld.is_empty() {
            notes.push(format!(
                "no figure, because one of theirs is withheld or missing (it is not nought): {} areas ({})",
                withheld.len(),
                list(&withheld)
            ));
        }
        let known: BTreeSet<&str> = self.figures.values().flat_map(|of| of.keys().map(String::as_str)).collect();
        let absent: BTreeSet<&str> = areas.iter().map(|a| a.code.as_str()).filter(|c| !known.contains(c)).collect();
        if !absent.is_empty() {
            notes.push(format!(
                "{} of {} areas are not in the file ({}): they have no figure; a file of other years may have other codes",
                absent.len(),
                areas.len(),
                list(&absent)
            ));
        }
        notes
    }
}

/// `usual_residents` and `Aged 15 to 24 years` to `usual_residents_aged_15_to_24_years`.
fn indicator_name(column: &str, kinds: &[&str]) -> String {
    let text = std::iter::once(column).chain(kinds.iter().copied()).collect::<Vec<_>>().join(" ").to_lowercase();
    let words: Vec<&str> = text.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).collect();
    words.join("_")
}

fn code_column(table: &Table, request: &AddIndicators, units: &Units<'_>) -> Result<usize, ImportError> {
    if let Some(name) = &request.code {
        return table.column(name);
    }
    let hits = |c: usize| {
        let fields = || table.rows.iter().map(|row| Table::field(row, c));
        (fields().filter(|v| units.area(v).is_some()).count(), fields().any(|v| units.is_code(v)))
    };
    // Codes before names.
    let best = table.columns().map(|c| (hits(c), c)).max_by_key(|((n, codes), c)| (*n, *codes, usize::MAX - c));
    let Some((_, code)) = best.filter(|((n, _), _)| *n > 0) else {
        return Err(table.refused(format!(
            "no column holds codes or names of {} or of units known to lie in it (add a file with unit names, or --lookup; codes of \
             another year's areas need a lookup too)",
            request.layer
        )));
    };
    table.only(code)
}

/// Columns with figures.
fn value_columns(table: &Table, request: &AddIndicators, code: usize) -> Result<Vec<usize>, ImportError> {
    let values: Vec<usize> = if request.values.is_empty() {
        let is_value = |&c: &usize| c != code && table.is_numeric(c) && !table.is_period(c) && !table.is_no_figure(c);
        let all: Vec<usize> = table.columns().filter(is_value).collect();
        // The one column of figures that statistical offices write.
        let one = all.iter().copied().find(|&c| matches!(table.folded(c).as_str(), "obs_value" | "observation"));
        one.map_or(all, |c| vec![c]).into_iter().map(|c| table.only(c)).collect::<Result<_, _>>()?
    } else {
        request.values.iter().map(|v| table.column(v)).collect::<Result<_, _>>()?
    };
    let mut names: HashMap<String, usize> = HashMap::new();
    for &column in &values {
        if let Some(other) = names.insert(indicator_name(table.name(column), &[]), column) {
            let [a, b] = [other, column].map(|c| table.name(c));
            return Err(table.refused(format!("{a:?} and {b:?} would be one indicator: rename one of them")));
        }
    }
    if values.is_empty() {
        return Err(table.refused("no column holds numbers; name one with --value".to_owned()));
    }
    Ok(values)
}

/// Rows that say the same of one unit but for their figures would be added up.
fn refuse_repeats(table: &Table, rows: &[&Row], values: &[usize]) -> Result<(), ImportError> {
    let mut seen: HashMap<Vec<&str>, u64> = HashMap::new();
    for row in rows {
        let says = |c: &usize| !values.contains(c) && !table.is_numbering(*c);
        let key = table.columns().filter(says).map(|c| Table::field(row, c)).collect();
        if let Some(first) = seen.insert(key, row.0) {
            let same: Vec<String> =
                table.columns().filter(|c| !values.contains(c)).map(|c| Table::field(row, c).to_owned()).collect();
            return Err(table.refused(format!(
                "lines {first} and {} are of the same unit ({}): which of their figures holds is not known; remove one of them",
                row.0,
                same.join(", ")
            )));
        }
    }
    Ok(())
}

/// Why a file has no figure for the layer.
fn none_matches(table: &Table, request: &AddIndicators, code: usize, outside: &[&Row]) -> ImportError {
    let example = outside.first().map_or("", |row| Table::field(row, code));
    table.refused(format!(
        "none of its {} rows belongs to an area of {} (column {:?} holds {example:?}): codes of another year's areas need --lookup \
         FILE.csv, which says where each lies",
        table.rows.len(),
        request.layer,
        table.name(code)
    ))
}
