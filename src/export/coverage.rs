//! Coverage as rows, for every format.

use crate::{
    analysis::{Column, Rows, Values},
    snapshot::CoverageCell,
};

/// Coverage as rows with the columns that the API has as keys.
#[must_use]
pub fn coverage_rows(cells: &[CoverageCell]) -> Rows {
    let text = |name: &str, value: fn(&CoverageCell) -> String| Column {
        name: name.to_owned(),
        values: Values::Text { texts: cells.iter().map(value).collect(), of_row: (0..cells.len() as u32).collect() },
    };
    let rows = Values::Counts(cells.iter().map(|c| c.rows).collect());
    Rows {
        columns: vec![
            text("source", |c| c.source.clone()),
            text("month", |c| c.month.clone()),
            text("district", |c| c.district.clone()),
            text("district_name", |c| c.district_name.clone()),
            Column { name: "received".to_owned(), values: Values::Flags(cells.iter().map(|c| c.received).collect()) },
            Column { name: "rows".to_owned(), values: rows },
        ],
        places: Vec::new(),
    }
}
