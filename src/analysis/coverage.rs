//! `places coverage`: source by month by district, received or not, so that a month not received is never taken for a zero.

use crate::{
    ask::{
        Answer, AskError, Column, ColumnDoc, ColumnKind, ColumnValues, Declaration, Exact, PERIOD, Parameter, Question,
        Reader, Rows, SOURCE, Values, query_of,
    },
    model::{Query, QueryError},
    snapshot::CoverageCell,
};

/// What has been received.
#[derive(Debug, Clone, PartialEq)]
pub struct CoverageQuestion {
    /// Sources and period.
    pub query: Query,
}

const OWN: &[Parameter] = &[SOURCE];

/// What stands beside the rows.
#[derive(Debug, Clone, serde::Serialize, schemars::JsonSchema)]
pub(super) struct CoverageSummary {
    /// State of the data.
    snapshot: u64,
}

impl Question for CoverageQuestion {
    const DECLARATION: Declaration = Declaration {
        help: "Examples:\n  places coverage\n  places coverage --source police.uk --format json",
        tag: "data",
        columns: &[
            ColumnDoc::new("source", ColumnKind::Text, "Source"),
            ColumnDoc::new("part", ColumnKind::Text, "Part that speaks for the district, such as a police force"),
            ColumnDoc::new("month", ColumnKind::Text, "Month"),
            ColumnDoc::new("district", ColumnKind::Text, "Code of the district, or all"),
            ColumnDoc::new("district_name", ColumnKind::Text, "Its name"),
            ColumnDoc::new("status", ColumnKind::Text, "received, partial, doubtful or not_received"),
            ColumnDoc::new("to", ColumnKind::Text, "Of a partial month the last day received"),
            ColumnDoc::new("why", ColumnKind::Text, "Why it is not simply received"),
            ColumnDoc::new("rows", ColumnKind::Count, "Located incidents stored"),
        ],
        groups: &[OWN, PERIOD],
        ..Declaration::new("coverage", "2", "Which months of which source have been received, by district")
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
        let ground = reader.ground();
        let known = ground.source_names();
        if let Some(unknown) = self.query.sources.iter().find(|s| !known.contains(s)) {
            return Err(QueryError::unknown("source", unknown, known).into());
        }
        let sources = if self.query.sources.is_empty() { known } else { &self.query.sources };
        let cells = ground.coverage.cells(sources, self.query.period());
        let notes = if cells.is_empty() {
            vec!["nothing has been received yet; import incidents with `places import`".to_owned()]
        } else {
            Vec::new()
        };
        Ok(Answer::rows(rows(&cells), CoverageSummary { snapshot: ground.id }, notes))
    }
}

fn rows(cells: &[CoverageCell]) -> Rows {
    let text = |value: fn(&CoverageCell) -> String| ColumnValues::texts(cells.iter().map(value).collect());
    let columns = vec![
        Column::new("source", text(|c| c.source.clone())),
        Column::new("part", text(|c| c.part.clone())),
        Column::new("month", text(|c| c.month.clone())),
        Column::new("district", text(|c| c.district.clone())),
        Column::new("district_name", text(|c| c.district_name.clone())),
        Column::new("status", text(|c| c.status.clone())),
        Column::new("to", text(|c| c.to.clone())),
        Column::new("why", text(|c| c.why.clone())),
        Column::new("rows", ColumnValues::Counts(cells.iter().map(|c| c.rows).collect())),
    ];
    Rows { columns, places: Vec::new() }
}
