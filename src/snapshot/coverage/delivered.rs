//! From deliveries to the days that were received of a part.

use super::spans::Spans;
use crate::{
    model::{Day, Period},
    workspace::Delivery,
};

/// Probability that days between two deliveries are without a record by chance, from which they are taken to be nil.
const CHANCE: f64 = 0.05;

/// Days that deliveries of one part cover.
///
/// A delivery that states no days covers those from its first to its last record, and the beginning of its first month
/// where chance explains that nothing happened before. Days between two deliveries that follow each other by the month
/// are covered where chance explains that nothing happened; a whole month without any is never.
pub(super) fn days_of(deliveries: &[&Delivery]) -> Spans {
    let mut ordered: Vec<(Period, f64)> = deliveries.iter().map(|d| (begun(d), rate(d))).collect();
    ordered.sort_by_key(|d| (d.0.start, d.0.end));
    let mut covered: Vec<Period> = Vec::new();
    let (mut until, mut rate_before) = (None::<Day>, 0.0);
    for (days, rate) in ordered {
        if let Some(until) = until.filter(|u| *u < days.start) {
            let between = Period { start: until, end: days.start };
            if follows(between) && is_by_chance(rate.max(rate_before), between.days()) {
                covered.push(between);
            }
        }
        if until.is_none_or(|u| u < days.end) {
            (until, rate_before) = (Some(days.end), rate);
        }
        covered.push(days);
    }
    Spans::of(covered)
}

/// The days of a delivery, from the first of its month where nothing before its first record is chance.
fn begun(delivery: &Delivery) -> Period {
    let days = delivery.days;
    let first = days.start.month().first_day();
    if delivery.declared || !is_by_chance(rate(delivery), days.start.0 - first.0) {
        return days;
    }
    Period { start: first, ..days }
}

/// Whether the days between two deliveries hold no whole month.
fn follows(between: Period) -> bool {
    between.months().all(|m| m.first_day() < between.start || m.next().first_day() > between.end)
}

fn rate(delivery: &Delivery) -> f64 {
    delivery.rows as f64 / f64::from(delivery.days.days().max(1))
}

fn is_by_chance(rate: f64, days: i32) -> bool {
    (-rate * f64::from(days)).exp() > CHANCE
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delivery(days: &str, rows: u64, declared: bool) -> Delivery {
        let days = Period::parse(days).unwrap();
        Delivery { source: "s".into(), part: String::new(), days, declared, districts: Vec::new(), rows }
    }

    fn covered(deliveries: &[Delivery]) -> Vec<String> {
        days_of(&deliveries.iter().collect::<Vec<_>>()).iter().map(|p| p.to_string()).collect()
    }

    #[test]
    fn gaps_are_closed_where_chance_explains_them() {
        // Four a day, stopped on the 10th; the next file begins with its month.
        let stopped = [delivery("2025-05-01..2025-06-11", 160, false), delivery("2025-07-01..2025-08-01", 120, false)];
        assert_eq!(covered(&stopped), ["2025-05-01..2025-06-11", "2025-07-01..2025-08-01"]);
        // Four a month, by the month: nothing on the last days of one and the first of the next says nothing.
        let rare = [delivery("2025-01-04..2025-01-28", 4, false), delivery("2025-02-06..2025-02-21", 4, false)];
        assert_eq!(covered(&rare), ["2025-01-01..2025-02-21"]);
        // A month that nobody delivered stays one, however rare the records.
        let skipped = [delivery("2025-01-04..2025-01-28", 4, false), delivery("2025-03-06..2025-03-21", 4, false)];
        assert_eq!(covered(&skipped), ["2025-01-01..2025-01-28", "2025-03-01..2025-03-21"]);
        // What is declared is taken as it is said.
        let declared = [delivery("2025-01-04..2025-02-01", 4, true), delivery("2025-01-20..2025-01-25", 900, false)];
        assert_eq!(covered(&declared), ["2025-01-04..2025-02-01"]);
    }
}
