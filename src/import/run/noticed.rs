//! What an import notices of months: that they hold far less than the others, or nothing.

use std::collections::BTreeMap;

use super::job::{Job, MonthDone};
use crate::{
    import::ImportError,
    model::{Day, Month, Period},
    stats::shortfalls,
    workspace::{Delivery, State},
};

/// Doubtful months of the parts that an import is of, in words.
pub(super) fn doubtful(
    job: &Job<'_>,
    state: &State,
    months: &[MonthDone],
    deliveries: Option<&[Delivery]>,
) -> Result<Vec<String>, ImportError> {
    let new = months.iter().flat_map(|m| &m.editions);
    let mut rows: BTreeMap<String, BTreeMap<Month, u64>> = BTreeMap::new();
    for edition in state.editions()?.iter().filter(|e| e.source == job.source).chain(new) {
        rows.entry(edition.part.clone()).or_default().insert(edition.month, edition.rows);
    }
    let touched = |part: &String| months.iter().any(|m| m.editions.iter().any(|e| e.part == *part));
    let accepted = state.accepted_months()?;
    let mut words = Vec::new();
    for (part, mut rows) in rows.into_iter().filter(|(part, _)| touched(part)) {
        let days = delivered_days(&mut rows, if part.is_empty() { deliveries } else { None });
        let counts: Vec<(u64, f64)> = rows.iter().map(|(m, n)| (*n, f64::from(days[m]))).collect();
        for ((month, count), usual) in rows.iter().zip(shortfalls(&counts)) {
            let is_accepted = accepted
                .iter()
                .any(|a| a.source == job.source && a.part == part && a.month == *month && a.rows == *count);
            if let Some(usual) = usual.filter(|_| !is_accepted) {
                let of = if part.is_empty() { String::new() } else { format!(" of {part}") };
                words.push(format!("{month}{of} has {count} records where some {usual:.0} are usual"));
            }
        }
    }
    Ok(words)
}

/// Days delivered of each month; months without a record that deliveries cover are added to the rows.
fn delivered_days(rows: &mut BTreeMap<Month, u64>, deliveries: Option<&[Delivery]>) -> BTreeMap<Month, i32> {
    let whole = |m: &Month| (*m, m.period().days());
    let Some(deliveries) = deliveries else { return rows.keys().map(whole).collect() };
    let everywhere: Vec<Period> = deliveries.iter().filter(|d| d.districts.is_empty()).map(|d| d.days).collect();
    for month in everywhere.iter().flat_map(|p| p.months().collect::<Vec<_>>()) {
        rows.entry(month).or_insert(0);
    }
    let is_delivered = |day: i32| everywhere.iter().any(|p| p.contains(Day(day)));
    let days = |m: &Month| (m.period().start.0..m.period().end.0).filter(|d| is_delivered(*d)).count() as i32;
    rows.keys().map(|m| (*m, days(m).max(1))).collect()
}

/// Months that files delivered without a record.
pub(super) fn empty(months: &[MonthDone]) -> Vec<String> {
    let editions = months.iter().flat_map(|m| &m.editions).filter(|e| e.rows == 0);
    editions
        .map(|e| if e.part.is_empty() { e.month.to_string() } else { format!("{} of {}", e.month, e.part) })
        .collect()
}
