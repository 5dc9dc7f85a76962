//! Which rows of a table are taken: those asked for, of one measure, and of the newest of several years.

use std::collections::BTreeSet;

use super::table::{Row, Table, when_in};
use crate::{import::ImportError, model::fold};

/// Words for the measure that is a number of people or things.
const NUMBERS: [&str; 7] = ["value", "number", "count", "total", "persons", "estimate", "usual residents"];

/// The rows that are taken, and a sentence for every choice.
pub(super) fn chosen<'t>(
    table: &'t Table,
    code: usize,
    only: &[(String, String)],
    notes: &mut Vec<String>,
) -> Result<Vec<&'t Row>, ImportError> {
    let mut rows: Vec<&Row> = table.rows.iter().collect();
    for (name, value) in only {
        let column = table.column(name)?;
        rows.retain(|row| fold(Table::field(row, column)) == fold(value));
        if rows.is_empty() {
            let known: Vec<&str> = table.distinct(column).into_iter().take(10).collect();
            return Err(table.refused(format!("no row has {value:?} in {name:?}; there is {}", known.join(", "))));
        }
    }
    for column in table.columns().filter(|&c| c != code) {
        let values: BTreeSet<&str> =
            rows.iter().map(|row| Table::field(row, column)).filter(|v| !v.is_empty()).collect();
        if values.len() < 2 {
            continue;
        }
        let list = || values.iter().copied().take(10).collect::<Vec<_>>().join(", ");
        if table.is_period(column) && repeats(&rows, code, column) {
            let newest = values.iter().max_by_key(|v| (when_in(v), **v)).copied().unwrap_or_default().to_owned();
            notes.push(format!(
                "{}: of {} the newest, {newest}, was taken; --where \"{}={}\" takes another",
                table.name(column),
                list(),
                table.name(column),
                values.first().copied().unwrap_or_default()
            ));
            rows.retain(|row| Table::field(row, column) == newest);
        } else if table.is_measure(column) && !table.is_numeric(column) {
            let numbers: Vec<&str> = values.iter().copied().filter(|v| NUMBERS.contains(&fold(v).as_str())).collect();
            let [one] = numbers[..] else {
                let reason =
                    format!("{} holds several measures ({}): say which with --where", table.name(column), list());
                return Err(table.refused(reason));
            };
            let one = one.to_owned();
            notes.push(format!("{}: of {} only {one} was taken", table.name(column), list()));
            rows.retain(|row| Table::field(row, column) == one);
        }
    }
    Ok(rows)
}

/// Whether a unit has rows of several periods.
fn repeats(rows: &[&Row], code: usize, period: usize) -> bool {
    let mut of_unit: std::collections::HashMap<&str, &str> = std::collections::HashMap::new();
    !rows.iter().all(|row| {
        let (unit, when) = (Table::field(row, code), Table::field(row, period));
        *of_unit.entry(unit).or_insert(when) == when
    })
}
