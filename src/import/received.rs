//! What a delivery covers: as whoever imports says, else from the first to the last day of its records.

use super::{ImportError, generic::GenericRow};
use crate::{
    model::{Clock, Day, Month, Period, WhenPrecision},
    workspace::Delivery,
};

/// What `--covers` says: days, and districts where it is not all that the source speaks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Covers {
    /// Days delivered, records on them or not.
    pub days: Period,
    /// Districts by code or name; empty for all.
    pub districts: Vec<String>,
}

impl Covers {
    /// Reads `2025-01..2025-06` (both months inside), `2025-01-01..2025-06-11` (the second day no longer inside), `2025-Q1` and
    /// the like, and districts behind commas.
    ///
    /// # Errors
    /// [`ImportError::Covers`] when the text is none of these.
    ///
    /// # Examples
    /// ```
    /// use places::import::Covers;
    /// let covers = Covers::parse("2025-01..2025-06,Breckland")?;
    /// assert_eq!(covers.days.to_string(), "2025-01-01..2025-07-01");
    /// assert_eq!(covers.districts, ["Breckland"]);
    /// # Ok::<(), places::import::ImportError>(())
    /// ```
    pub fn parse(text: &str) -> Result<Self, ImportError> {
        let mut parts = text.split(',').map(str::trim);
        let days = Period::parse(parts.next().unwrap_or_default())
            .map_err(|e| ImportError::Covers { reason: e.to_string() })?;
        Ok(Self { days, districts: parts.filter(|p| !p.is_empty()).map(str::to_owned).collect() })
    }
}

/// The days that a record is of: its month where only that is known, else the day it began.
fn days_of(row: &GenericRow) -> Period {
    let (start, end, _) = row.when.days(Clock::london());
    let end = if row.when.precision == WhenPrecision::Span { Day(start.0 + 1) } else { end };
    Period { start, end }
}

/// What the files of one import cover: what is declared, else each file from its first to its last day.
pub(super) fn deliveries(source: &str, covers: Option<&Covers>, files: &[Vec<&GenericRow>]) -> Vec<Delivery> {
    let delivery = |days, declared, districts, rows: usize| Delivery {
        source: source.to_owned(),
        part: String::new(),
        days,
        declared,
        districts,
        rows: rows as u64,
    };
    if let Some(covers) = covers {
        let inside = |row: &&&GenericRow| covers.days.meets(days_of(row));
        let rows = files.iter().flatten().filter(inside).count();
        return vec![delivery(covers.days, true, covers.districts.clone(), rows)];
    }
    let seen = |rows: &Vec<&GenericRow>| {
        let start = rows.iter().map(|r| days_of(r).start).min()?;
        let end = rows.iter().map(|r| days_of(r).end).max()?;
        Some(delivery(Period { start, end }, false, Vec::new(), rows.len()))
    };
    files.iter().filter_map(seen).collect()
}

/// Earlier deliveries without the months that are replaced: what is stored of them is no longer what those delivered.
pub(super) fn without_months(deliveries: Vec<Delivery>, months: &[Month]) -> Vec<Delivery> {
    let mut kept = Vec::new();
    for delivery in deliveries {
        let mut parts = vec![delivery.days];
        for month in months.iter().map(|m| m.period()) {
            parts = parts.into_iter().flat_map(|p| p.cut_at(&[month.start, month.end])).collect();
            parts.retain(|p| !month.meets(*p));
        }
        let share = |p: &Period| {
            delivery.rows * u64::from(p.days().unsigned_abs()) / u64::from(delivery.days.days().max(1).unsigned_abs())
        };
        kept.extend(parts.iter().map(|p| Delivery { days: *p, rows: share(p), ..delivery.clone() }));
    }
    kept
}

/// Days as a person reads them: months where they are whole.
pub(super) fn in_words(days: Period) -> String {
    let is_first = |day: Day| day == day.month().first_day();
    if is_first(days.start) && is_first(days.end) {
        let (first, last) = (days.start.month(), Day(days.end.0 - 1).month());
        return if first == last { first.to_string() } else { format!("{first}..{last}") };
    }
    format!("{} to {}", days.start, Day(days.end.0 - 1))
}
