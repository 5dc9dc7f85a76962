//! What deliveries through a mapping cover, and the doubtful months that somebody says are true.
//!
//! A police force's file is of its month, whole: its edition is its delivery. Other sources deliver spans of days.

use std::collections::BTreeMap;

use rusqlite::params;

use super::{Edition, State, WorkspaceError};
use crate::model::{Day, Month, Period};

/// Days that one delivery covers, records on them or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Source.
    pub source: String,
    /// Part of the source; empty where it has none.
    pub part: String,
    /// Days covered.
    pub days: Period,
    /// Whether whoever imported said so; else the first to the last day that a record is of.
    pub declared: bool,
    /// Districts covered, by code; empty for all that the part covers.
    pub districts: Vec<String>,
    /// Records on these days when it was imported.
    pub rows: u64,
}

/// A doubtful month that somebody said is true.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AcceptedMonth {
    /// Source.
    pub source: String,
    /// Part of the source; empty where it has none.
    pub part: String,
    /// Month.
    pub month: Month,
    /// Records it had: with another number it is doubtful again.
    pub rows: u64,
    /// Who said so.
    pub who: String,
    /// When, UTC.
    pub at: String,
}

/// Deliveries of a store that did not note any: whole months in a row of each source without parts.
pub(super) fn of_editions(editions: &[Edition]) -> Vec<Delivery> {
    let mut months: BTreeMap<&str, Vec<&Edition>> = BTreeMap::new();
    for edition in editions.iter().filter(|e| e.part.is_empty() && e.rows > 0) {
        months.entry(&edition.source).or_default().push(edition);
    }
    let mut deliveries = Vec::new();
    for (source, mut editions) in months {
        editions.sort_by_key(|e| e.month);
        for run in editions.chunk_by(|a, b| a.month.next() == b.month) {
            let (Some(first), Some(last)) = (run.first(), run.last()) else { continue };
            deliveries.push(Delivery {
                source: source.to_owned(),
                part: String::new(),
                days: Period { start: first.month.first_day(), end: last.month.next().first_day() },
                declared: false,
                districts: Vec::new(),
                rows: run.iter().map(|e| e.rows).sum(),
            });
        }
    }
    deliveries
}

impl State {
    /// What deliveries of sources without files of a month cover, by source, part and first day.
    ///
    /// # Errors
    /// [`WorkspaceError::State`].
    pub fn deliveries(&self) -> Result<Vec<Delivery>, WorkspaceError> {
        if self.format()? < 5 {
            return Ok(of_editions(&self.editions()?));
        }
        let sql = "SELECT source, part, first, after, declared, districts, rows FROM deliveries ORDER BY 1, 2, 3, 4, 6";
        self.rows(sql, [], |row| {
            let districts: String = row.get(5)?;
            Ok(Delivery {
                source: row.get(0)?,
                part: row.get(1)?,
                days: Period { start: Day(row.get(2)?), end: Day(row.get(3)?) },
                declared: row.get(4)?,
                districts: districts.split('\n').filter(|d| !d.is_empty()).map(str::to_owned).collect(),
                rows: row.get::<_, i64>(6)?.cast_unsigned(),
            })
        })
    }

    /// Doubtful months that somebody said are true, by source, part and month.
    ///
    /// # Errors
    /// [`WorkspaceError::State`].
    pub fn accepted_months(&self) -> Result<Vec<AcceptedMonth>, WorkspaceError> {
        if self.format()? < 5 {
            return Ok(Vec::new());
        }
        let sql = "SELECT source, part, month, rows, who, accepted_at FROM accepted_months ORDER BY 1, 2, 3";
        self.rows(sql, [], |row| {
            Ok(AcceptedMonth {
                source: row.get(0)?,
                part: row.get(1)?,
                month: Month(row.get(2)?),
                rows: row.get::<_, i64>(3)?.cast_unsigned(),
                who: row.get(4)?,
                at: row.get(5)?,
            })
        })
    }
}

/// Writes one delivery; the same again replaces it.
pub(super) fn insert(connection: &rusqlite::Connection, delivery: &Delivery) -> rusqlite::Result<()> {
    let Delivery { source, part, days, declared, districts, rows } = delivery;
    let values = params![source, part, days.start.0, days.end.0, declared, districts.join("\n"), rows.cast_signed()];
    connection.execute("INSERT OR REPLACE INTO deliveries VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)", values).map(|_| ())
}
