//! The question, and which of its two answers is asked for.

use super::{
    answer::{METHOD, TrendAnswer},
    areas::areas,
    series::series,
};
use crate::{
    analysis::{
        steps::{days_asked, months_asked},
        throughout::{Throughout, lasting_share, throughout},
    },
    ask::{
        Answer, AskError, ColumnDoc, ColumnKind, Declaration, Exact, KIND, Kind, PERIOD, PLACE, Parameter, Question,
        Values, query_of,
    },
    model::{Period, Query, QueryError},
    snapshot::Snapshot,
};

/// A question for trends.
#[derive(Debug, Clone, PartialEq)]
pub struct TrendRequest {
    /// Filters and period; a place for a series.
    pub query: Query,
    /// The layer whose areas are compared; none for the series of one place.
    pub layer: Option<String>,
}

const OWN: &[Parameter] = &[Parameter::new("area", Kind::Name, "Layer whose areas are tested", "msoa21")];

impl Question for TrendRequest {
    const DECLARATION: Declaration = Declaration {
        help: "\
Examples:
  places trend --area msoa21 --definition serious-violence
  places trend --in msoa21:E02005560 --format json

With --area: one row per area, tested for a trend. Without: the months of the place with their expected band.",
        how: "Mann-Kendall, seasonal from two years on, Sen's slope; control chart with exact limits",
        references: "Hirsch, Slack & Smith 1982; Sen 1968; Provost & Murray 2011",
        columns: &[
            ColumnDoc::new("area_code", ColumnKind::Text, "Code, with area"),
            ColumnDoc::new("area_name", ColumnKind::Text, "Name, with area"),
            ColumnDoc::new("count", ColumnKind::Count, "Incidents"),
            ColumnDoc::new("months", ColumnKind::Count, "Months received"),
            ColumnDoc::new("tau", ColumnKind::Number, "Kendall's tau-b"),
            ColumnDoc::new("slope_per_year", ColumnKind::Number, "Sen's slope"),
            ColumnDoc::new("p_value", ColumnKind::Number, "Of no trend"),
            ColumnDoc::new("q_value", ColumnKind::Number, "Adjusted over areas"),
            ColumnDoc::new("trend", ColumnKind::Text, "rising, falling or no clear trend"),
            ColumnDoc::new("signal", ColumnKind::Text, "What the control chart says"),
            ColumnDoc::new("month", ColumnKind::Text, "Month of a series"),
            ColumnDoc::new("expected", ColumnKind::Number, "Expected"),
            ColumnDoc::new("low", ColumnKind::Number, "Expected band: least"),
            ColumnDoc::new("high", ColumnKind::Number, "Expected band: largest"),
        ],
        groups: &[OWN, PERIOD, KIND, PLACE],
        ..Declaration::new("trend", METHOD, "Which areas rise or fall; the months of a place with their expected band")
    };

    fn read(values: &Values) -> Result<Self, QueryError> {
        Ok(Self { query: query_of(values)?, layer: values.one("area").map(str::to_owned) })
    }

    fn query(&mut self) -> &mut Query {
        &mut self.query
    }

    fn names(&self, ground: &Snapshot) -> Result<(), AskError> {
        self.layer.iter().try_for_each(|layer| ground.layer_position("area", layer).map(|_| ()))?;
        Ok(())
    }

    fn answer<'r>(&self, reader: &'r Exact<'r>) -> Result<Answer<'r>, AskError> {
        let answer = trend(reader, self)?;
        let summary = &answer.summary;
        let mut notes = summary.boxes.lines();
        notes.push(format!("{}; {} tests, {} months", summary.method, summary.tests, summary.months));
        notes.extend(summary.notes.iter().cloned());
        if !summary.months_left_out.is_empty() {
            notes.push(format!("months left out where they were not received: {}", summary.months_left_out.join(", ")));
        }
        Ok(Answer::rows(answer.rows, answer.summary, notes))
    }
}

/// Tests the areas of a layer for trends, or charts the series of a place.
///
/// # Errors
/// [`AskError`] for names that are not known, or with the reason why there is no answer.
pub fn trend(reader: &Exact<'_>, request: &TrendRequest) -> Result<TrendAnswer, AskError> {
    let Throughout { query, mut notes } = throughout(reader, &request.query, &[request.query.period()], &[])?;
    // Whole months only: the boxes are those of the months that are looked at.
    let months = months_asked(reader, &query);
    let days = months.iter().filter(|m| days_asked(reader, &query, **m) > 0).copied();
    let months: Vec<Period> = days.collect();
    let (Some(first), Some(last)) = (months.first(), months.last()) else {
        let reason = "there is no whole month received in the period; `places coverage` lists what was".to_owned();
        return Err(AskError::none(reason));
    };
    let query = Query { from: Some(first.start), to: Some(last.end), ..query };
    notes.extend(lasting_share(reader, &query, &months)?);
    let mut answer = match &request.layer {
        Some(layer) => areas(reader, &query, layer, months),
        None => series(reader, &query, months),
    }?;
    answer.summary.notes.extend(notes);
    Ok(answer)
}
