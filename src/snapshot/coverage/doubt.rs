//! Months that hold far less than a part usually sends.

use std::collections::BTreeMap;

use super::spans::Spans;
use crate::{model::Month, stats::shortfalls};

/// Doubtful months with the reason, from the records of each month of which a part delivered any day; a month not named has
/// none. Each is compared, a day, with the others.
pub(super) fn doubtful(rows: &BTreeMap<Month, u64>, delivered: &Spans) -> BTreeMap<Month, String> {
    let mut months: Vec<Month> = delivered.iter().flat_map(|s| s.months().collect::<Vec<_>>()).collect();
    months.dedup();
    let count = |m: &Month| rows.get(m).copied().unwrap_or(0);
    let counts: Vec<(u64, f64)> = months.iter().map(|m| (count(m), f64::from(delivered.days_in(m.period())))).collect();
    let reason = |(m, usual): (&Month, Option<f64>)| {
        let usual = usual?;
        Some((*m, format!("{} records where the other months lead to expect some {usual:.0}", count(m))))
    };
    months.iter().zip(shortfalls(&counts)).filter_map(reason).collect()
}
