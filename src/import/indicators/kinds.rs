//! The kinds that several rows of one unit are of, such as ages: which of them are totals or hold others, so that nothing is
//! added up twice.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::table::{Row, Table};
use crate::model::{Figure, figure, fold};

/// Most different values of a column that is turned into separate indicators.
const MAX_KINDS: usize = 120;
/// Part of a figure by which a sum may miss it and one more: figures are rounded.
const ROUNDING: f64 = 0.005;

/// A column of kinds.
#[derive(Debug)]
pub(super) struct Kinds {
    pub(super) column: usize,
    /// Kinds that are the sum of all others.
    totals: BTreeSet<String>,
    /// Kinds that are the sum of some others.
    holders: BTreeSet<String>,
    /// Whether the others share no member.
    adds_up: bool,
}

/// Columns of kinds: their few values tell rows of one unit apart and stand on several units.
pub(super) fn kind_columns(table: &Table, code: usize, values: &[usize], periods: &[usize]) -> Vec<usize> {
    let mut units: HashSet<&str> = HashSet::new();
    let repeated = !table.rows.iter().all(|row| units.insert(Table::field(row, code)));
    if !repeated {
        return Vec::new();
    }
    let is_kind = |&c: &usize| {
        let plain = c != code && !values.contains(&c) && !periods.contains(&c) && !table.is_measure(c);
        let mut of_unit: HashMap<&str, &str> = HashMap::new();
        let mut of_kind: HashMap<&str, &str> = HashMap::new();
        let (mut varies, mut shared) = (false, units.len() == 1);
        for row in &table.rows {
            let (unit, kind) = (Table::field(row, code), Table::field(row, c));
            varies |= *of_unit.entry(unit).or_insert(kind) != kind;
            shared |= *of_kind.entry(kind).or_insert(unit) != unit;
        }
        plain && varies && shared && (2..=MAX_KINDS).contains(&table.distinct(c).len())
    };
    let candidates: Vec<usize> = table.columns().filter(is_kind).collect();
    // Of columns that say the same the one in words.
    let is_said_better = |&c: &usize| {
        candidates.iter().any(|&other| {
            let better = (table.is_numeric(c), c) > (table.is_numeric(other), other);
            other != c && better && table.say_the_same(c, other)
        })
    };
    candidates.iter().copied().filter(|c| !is_said_better(c)).collect()
}

impl Table {
    /// Whether a column says what is measured: a number or a share of it.
    pub(super) fn is_measure(&self, column: usize) -> bool {
        let name = self.folded(column);
        ["measure", "statistic", "unit_of", "units"].iter().any(|w| name.contains(w))
    }
}

impl Kinds {
    pub(super) fn new(rows: &[&Row], column: usize, (code, value): (usize, usize), others: &[usize]) -> Self {
        let all: BTreeSet<&str> = rows.iter().map(|row| Table::field(row, column)).collect();
        let mut totals: BTreeSet<String> = all.iter().filter(|k| is_total(k)).map(|k| (*k).to_owned()).collect();
        let bands: BTreeMap<&str, (u32, u32)> = all.iter().filter_map(|k| Some((*k, band(k)?))).collect();
        let holders: BTreeSet<String> = bands
            .iter()
            .filter(|(kind, of)| is_made_of(**of, bands.iter().filter(|b| b.0 != *kind).map(|b| *b.1)))
            .map(|(kind, _)| (*kind).to_owned())
            .collect();
        let leaves = |totals: &BTreeSet<String>| -> Vec<&str> {
            all.iter().copied().filter(|k| !totals.contains(*k) && !holders.contains(*k)).collect()
        };
        if totals.is_empty() {
            totals.extend(sum_of_others(rows, (column, code, value), others, &leaves(&totals)));
        }
        let left = leaves(&totals);
        let overlap = |a: &&str| {
            let of = |k: &str| bands.get(k).copied();
            left.iter().any(|b| **a != **b && of(a).zip(of(b)).is_some_and(|(a, b)| a.0 <= b.1 && b.0 <= a.1))
        };
        let adds_up = !left.iter().any(overlap);
        Self { column, totals, holders, adds_up }
    }

    pub(super) fn is_total(&self, kind: &str) -> bool {
        self.totals.contains(kind)
    }

    /// Whether a kind takes part in the total: it is the total, or where there is none, no sum of others.
    pub(super) fn takes_part(&self, kind: &str) -> bool {
        if self.totals.is_empty() { !self.holders.contains(kind) } else { self.is_total(kind) }
    }

    /// Whether a total can be told.
    pub(super) fn has_total(&self) -> bool {
        !self.totals.is_empty() || self.adds_up
    }

    /// What was found, in a sentence; none where every kind was added.
    pub(super) fn note(&self, name: &str) -> Option<String> {
        let list = |kinds: &BTreeSet<String>| kinds.iter().cloned().collect::<Vec<_>>().join(", ");
        if !self.totals.is_empty() {
            return Some(format!("{name}: {} is the total and was not added to the others", list(&self.totals)));
        }
        if !self.adds_up {
            return Some(format!("{name}: its kinds overlap, so that there is no total"));
        }
        let held = format!("{name}: {} hold other kinds and were not added to them", list(&self.holders));
        (!self.holders.is_empty()).then_some(held)
    }
}

/// The kind that equals the sum of all others in every unit where it stands with two others or more.
fn sum_of_others(
    rows: &[&Row],
    (column, code, value): (usize, usize, usize),
    others: &[usize],
    leaves: &[&str],
) -> Option<String> {
    let mut groups: HashMap<Vec<&str>, BTreeMap<&str, f64>> = HashMap::new();
    for row in rows {
        let key = std::iter::once(code).chain(others.iter().copied()).map(|c| Table::field(row, c)).collect();
        let kind = Table::field(row, column);
        if let Figure::Number(number) = figure(Table::field(row, value))
            && leaves.contains(&kind)
        {
            groups.entry(key).or_default().insert(kind, number);
        }
    }
    let is_sum = |kind: &&&str| {
        let mut units = 0;
        let fits = groups.values().filter(|g| g.contains_key(**kind) && g.len() > 2).all(|group| {
            units += 1;
            let (own, all) = (group[**kind], group.values().sum::<f64>());
            (all - 2.0 * own).abs() <= ROUNDING * own.abs() + 1.0
        });
        fits && units >= 2
    };
    // Where all figures are small every kind may pass: then none is the sum.
    let sums: Vec<&&str> = leaves.iter().filter(is_sum).collect();
    if let [one] = sums[..] { Some((*one).to_owned()) } else { None }
}

/// Whether a kind is a total by its name.
fn is_total(kind: &str) -> bool {
    let kind = fold(kind);
    let names = [
        "all",
        "total",
        "totals",
        "persons",
        "person",
        "people",
        "both sexes",
        "both",
        "everyone",
        "male and female",
        "males and females",
        "all ages",
        "whole population",
        "aged 0+",
        "0+",
    ];
    names.contains(&kind.as_str()) || kind.starts_with("all ") || kind.starts_with("total") || kind.ends_with(" total")
}

/// First and last age of a band: `0-24`, `aged 5 to 9`, `25+`, `under 16`, `85 and over`, `7`.
fn band(kind: &str) -> Option<(u32, u32)> {
    const OLDEST: u32 = 200;
    let kind = fold(kind);
    let numbers: Vec<u32> = kind.split(|c: char| !c.is_ascii_digit()).filter_map(|t| t.parse().ok()).collect();
    let open = ["+", "over", "older", "above", "plus"].iter().any(|w| kind.contains(w));
    let under = kind.contains("under") || kind.contains("below") || kind.contains("younger");
    match numbers[..] {
        [from, to] if from <= to && !open => Some((from, to)),
        [from] if open => Some((from, OLDEST)),
        [to] if under => Some((0, if kind.contains("and under") { to } else { to.saturating_sub(1) })),
        [one] if kind.contains("age") || kind.bytes().all(|b| b.is_ascii_digit()) => Some((one, one)),
        _ => None,
    }
}

/// Whether a band is made of others that follow each other.
fn is_made_of(of: (u32, u32), others: impl Iterator<Item = (u32, u32)>) -> bool {
    let mut inside: Vec<(u32, u32)> = others.filter(|b| of.0 <= b.0 && b.1 <= of.1 && *b != of).collect();
    inside.sort_by_key(|b| (b.0, std::cmp::Reverse(b.1)));
    let mut next = of.0;
    let mut used = 0;
    for band in inside {
        if band.0 == next {
            next = band.1 + 1;
            used += 1;
        }
    }
    used > 1 && next == of.1 + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bands_and_totals_are_told() {
        assert_eq!(band("Aged 15 to 24 years"), Some((15, 24)));
        assert_eq!(band("85+"), Some((85, 200)));
        assert_eq!(band("Under 16"), Some((0, 15)));
        assert_eq!(band("Females"), None);
        assert!(is_made_of((0, 15), [(0, 4), (5, 9), (10, 15), (16, 24)].into_iter()));
        assert!(!is_made_of((0, 15), [(0, 4), (10, 15)].into_iter()));
        for total in ["All ages", "TOTAL", "Persons", "All usual residents", "Both sexes"] {
            assert!(is_total(total), "{total}");
        }
        assert!(!is_total("Allotments") && !is_total("0-24"));
    }
}
