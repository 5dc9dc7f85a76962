//! `places mix`: what share each category has of all incidents, with an interval.

use super::{count::Summary, count::by_text, count::total};
use crate::{
    ask::{
        Answer, AskError, Column, ColumnDoc, ColumnKind, ColumnValues, Declaration, Exact, KIND, PERIOD, PLACE,
        Question, Reader, Rows, Unit, Values, query_of,
    },
    model::{Dimension, Query, QueryError},
    stats::{Exposed, TailRule, infer_ratio},
};

const LEVEL: f64 = 0.95;

/// Shares of categories.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct MixQuestion {
    /// What is counted.
    query: Query,
}

impl Question for MixQuestion {
    const DECLARATION: Declaration = Declaration {
        help: "\
Examples:
  places mix --in msoa21:E02005560 --from 2025-01-01
  places mix --definition serious-violence --weekday fri,sat --format xlsx -o mix.xlsx

The interval says how far chance alone could move a share of so many incidents.",
        how: "shares with exact 95 % intervals",
        references: "Clopper & Pearson 1934",
        tag: "counts",
        columns: &[
            ColumnDoc::new("category", ColumnKind::Text, "Offence category"),
            ColumnDoc::new("count", ColumnKind::Count, "Incidents"),
            ColumnDoc::new("share", ColumnKind::Number, "Share of all incidents counted, 0 to 1"),
            ColumnDoc::new("share_low", ColumnKind::Number, "Lower end of its 95 % interval"),
            ColumnDoc::new("share_high", ColumnKind::Number, "Upper end"),
        ],
        groups: &[PERIOD, KIND, PLACE],
        ..Declaration::new("mix", "1", "What share each category has, with its interval")
    };

    fn read(values: &Values) -> Result<Self, QueryError> {
        Ok(Self { query: query_of(values)? })
    }

    fn query(&mut self) -> &mut Query {
        &mut self.query
    }

    fn answer<'r>(&self, reader: &'r Exact<'r>) -> Result<Answer<'r>, AskError> {
        self.counted(reader)
    }

    fn counted<'r>(&self, reader: &'r dyn Reader) -> Result<Answer<'r>, AskError> {
        let mut parts = by_text(reader, &self.query, Dimension::Category)?;
        parts.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        let all: u64 = parts.iter().map(|p| p.1).sum();
        let ends: Vec<[f64; 2]> = parts.iter().map(|p| interval(p.1, all)).collect();
        let numbers = |values: Vec<f64>| ColumnValues::Numbers(values);
        let columns = vec![
            Column::new("category", ColumnValues::texts(parts.iter().map(|p| p.0.clone()).collect())),
            Column::new("count", ColumnValues::Counts(parts.iter().map(|p| p.1).collect())),
            Column::new("share", numbers(parts.iter().map(|p| p.1 as f64 / all as f64).collect())),
            Column::new("share_low", numbers(ends.iter().map(|e| e[0]).collect())).in_unit(Unit::Share),
            Column::new("share_high", numbers(ends.iter().map(|e| e[1]).collect())).in_unit(Unit::Share),
        ];
        let summary = Summary::of(reader, &self.query, &total(reader, &self.query)?);
        let notes = summary.lines();
        Ok(Answer::rows(Rows { columns, places: Vec::new() }, summary, notes))
    }
}

/// The exact interval of a share: that of the odds against all others.
fn interval(count: u64, all: u64) -> [f64; 2] {
    let part = |count| Exposed { count, exposure: 1.0 };
    let share = |odds: f64| if odds.is_finite() { odds / (1.0 + odds) } else { 1.0 };
    let odds = infer_ratio(part(all - count), part(count), LEVEL, TailRule::Exact);
    odds.map_or([f64::NAN; 2], |odds| [share(odds.interval.low), share(odds.interval.high)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_are_those_of_clopper_and_pearson() {
        // scipy.stats.binomtest(k, n).proportion_ci(method="exact")
        for (count, all, low, high) in
            [(3, 10, 0.066_739_5, 0.652_453), (0, 10, 0.0, 0.308_497), (10, 10, 0.691_503, 1.0)]
        {
            let ends = interval(count, all);
            assert!((ends[0] - low).abs() < 1e-6 && (ends[1] - high).abs() < 1e-6, "{ends:?}");
        }
    }
}
