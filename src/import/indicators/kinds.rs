//! The kinds that several rows of one unit are of, such as ages: which of them are totals or hold others, so that nothing is
//! added up twice.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::table::{Row, Table};
use crate::model::{Figure, figure, fold};

/// Most different values of a column that is turned into separate indicators.
const MAX_KINDS: usize = 120;
/// Part of a figure by which a sum may miss it and one more: figures are rounded.
const ROUNDING: f64 = 0.005;
/// Share of the units in which a sum must hold: figures are rounded and withheld.
const SHARE: f64 = 0.7;

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
    let units = table.distinct(code);
    if units.len() == table.rows.len() {
        return Vec::new();
    }
    let is_kind = |&c: &usize| {
        let plain = c != code
            && !values.contains(&c)
            && !periods.contains(&c)
            && !table.is_measure(c)
            && !table.is_no_figure(c);
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
        let words = [
            "value",
            "number",
            "count",
            "rate",
            "percent",
            "percentage",
            "%",
            "proportion",
            "share",
            "ratio",
            "crude rate",
        ];
        let values = self.distinct(column);
        let all = values.len() > 1 && values.iter().all(|v| words.contains(&fold(v).as_str()));
        all || ["measure", "statistic", "unit_of", "units"].iter().any(|w| name.contains(w))
    }
}

impl Kinds {
    pub(super) fn new(rows: &[&Row], column: usize, (code, value): (usize, usize), others: &[usize]) -> Self {
        let all: BTreeSet<&str> = rows.iter().map(|row| Table::field(row, column)).collect();
        let groups = Groups::new(rows, (column, code, value), others);
        let bands: BTreeMap<&str, (u32, u32)> = all.iter().filter_map(|k| Some((*k, band(k)?))).collect();
        let made = |kind: &str, of: (u32, u32)| is_made_of(of, bands.iter().filter(|b| *b.0 != kind).map(|b| *b.1));
        let mut holders: BTreeSet<&str> = bands.iter().filter(|(k, of)| made(k, **of)).map(|(k, _)| *k).collect();
        let named: Vec<&str> = all.iter().copied().filter(|k| is_total(k)).collect();
        let leaves: Vec<&str> = all.iter().copied().filter(|k| !named.contains(k) && !holders.contains(k)).collect();
        let total = groups.total_among(&named, &leaves).or_else(|| groups.sum_of_others(&leaves));
        // Of several totals by name one is that of all; the others hold some.
        holders.extend(named.iter().filter(|k| Some(**k) != total && is_total_of_all(k)));
        let left: Vec<&str> = all.iter().copied().filter(|k| Some(*k) != total && !holders.contains(k)).collect();
        let mut in_order: Vec<(&str, (u32, u32))> = left.iter().filter_map(|k| Some((*k, *bands.get(k)?))).collect();
        in_order.sort_by_key(|b| b.1);
        let is_mixed = in_order.len() > 1 && in_order.len() < left.len();
        let held: Vec<&str> = left
            .iter()
            .copied()
            .filter(|k| is_mixed && !bands.contains_key(k) && groups.is_run(k, &in_order))
            .collect();
        let overlap = in_order.windows(2).any(|w| w[1].1.0 <= w[0].1.1);
        let unclear = is_mixed && held.len() + in_order.len() < left.len();
        holders.extend(held);
        let own = |kinds: BTreeSet<&str>| kinds.into_iter().map(str::to_owned).collect();
        Self {
            column,
            totals: total.map(str::to_owned).into_iter().collect(),
            holders: own(holders),
            adds_up: !overlap && !unclear,
        }
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

/// Figures by kind, of each unit and value of the other columns of kinds.
struct Groups<'r>(Vec<BTreeMap<&'r str, f64>>);

impl<'r> Groups<'r> {
    fn new(rows: &[&'r Row], (column, code, value): (usize, usize, usize), others: &[usize]) -> Self {
        let mut groups: HashMap<Vec<&str>, BTreeMap<&str, f64>> = HashMap::new();
        for row in rows {
            let key = std::iter::once(code).chain(others.iter().copied()).map(|c| Table::field(row, c)).collect();
            if let Figure::Number(number) = figure(Table::field(row, value)) {
                groups.entry(key).or_default().insert(Table::field(row, column), number);
            }
        }
        Self(groups.into_values().collect())
    }

    /// In how many units a kind is the sum of some others, and how many have it and at least two of these.
    fn fits(&self, kind: &str, parts: &[&str]) -> (usize, usize) {
        let of_group = |group: &BTreeMap<&str, f64>| {
            let own = *group.get(kind)?;
            let parts: Vec<f64> = parts.iter().filter(|p| **p != kind).filter_map(|p| group.get(p).copied()).collect();
            let near = (parts.iter().sum::<f64>() - own).abs() <= ROUNDING * own.abs() + 1.0;
            (parts.len() > 1).then_some(near)
        };
        let judged: Vec<bool> = self.0.iter().filter_map(of_group).collect();
        (judged.iter().filter(|near| **near).count(), judged.len())
    }

    /// Of kinds that are totals by name that which the others add up to; one alone is believed where its name is plain.
    fn total_among(&self, named: &[&'r str], leaves: &[&'r str]) -> Option<&'r str> {
        let share = |kind: &&str| {
            let (fit, of) = self.fits(kind, leaves);
            if of == 0 { 0.0 } else { fit as f64 / of as f64 }
        };
        let best = named.iter().copied().max_by(|a, b| share(a).total_cmp(&share(b)))?;
        (share(&best) >= SHARE || (named.len() == 1 && is_total_of_all(best))).then_some(best)
    }

    /// The one kind that equals the sum of all others in nearly every unit.
    fn sum_of_others(&self, leaves: &[&'r str]) -> Option<&'r str> {
        let is_sum = |kind: &&&str| {
            let (fit, of) = self.fits(kind, leaves);
            fit > 1 && fit as f64 >= SHARE * of as f64
        };
        // Where all figures are small every kind may pass: then none is the sum.
        let sums: Vec<&&str> = leaves.iter().filter(is_sum).collect();
        if let [one] = sums[..] { Some(*one) } else { None }
    }

    /// Whether a kind equals one band, or several that follow each other, in nearly every unit.
    fn is_run(&self, kind: &str, bands: &[(&str, (u32, u32))]) -> bool {
        let runs = (0..bands.len()).flat_map(|from| (from + 1..=bands.len()).map(move |to| (from, to)));
        runs.into_iter().any(|(from, to)| {
            let near = |group: &BTreeMap<&str, f64>| {
                let own = *group.get(kind)?;
                let sum: f64 = bands[from..to].iter().filter_map(|b| group.get(b.0)).sum();
                Some((sum - own).abs() <= ROUNDING * own.abs() + 1.0)
            };
            let judged: Vec<bool> = self.0.iter().filter_map(near).collect();
            !judged.is_empty() && judged.iter().filter(|n| **n).count() as f64 >= SHARE * judged.len() as f64
        })
    }
}

/// Whether a kind may be a total by its name: the others must add up to it.
fn is_total(kind: &str) -> bool {
    let folded = fold(kind);
    is_total_of_all(kind) || ((folded.starts_with("all ") || folded.contains("total")) && !folded.contains("other"))
}

/// Whether a kind says that it is all there is.
fn is_total_of_all(kind: &str) -> bool {
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
        "all persons",
        "all people",
        "all residents",
        "all usual residents",
        "all categories",
        "all households",
        "whole population",
        "total population",
        "grand total",
        "aged 0+",
        "0+",
    ];
    names.contains(&fold(kind).as_str())
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
            assert!(is_total_of_all(total), "{total}");
        }
        assert!(!is_total("Allotments") && !is_total("0-24") && !is_total("All other groups"));
        assert!(is_total("All 16 to 64") && !is_total_of_all("All 16 to 64"));
    }
}
