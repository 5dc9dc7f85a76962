//! What is answered: areas with their trend, or the months of a series.

use crate::{
    analysis::{Summary, steps::runs},
    ask::{Column, ColumnValues, Rows},
    model::{Month, Period},
    stats::Signal,
};

/// Version of the method.
pub(super) const METHOD: &str = "5";

/// How trends were tested.
#[derive(Debug, Clone, serde::Serialize, schemars::JsonSchema)]
pub struct TrendSummary {
    /// The boxes.
    #[serde(flatten)]
    pub boxes: Summary,
    /// The method in words.
    pub method: String,
    /// Areas tested, the m of the false discovery rate; 1 for a series.
    pub tests: usize,
    /// Months of the series.
    pub months: usize,
    /// Months of the period that were not received and are left out.
    pub months_left_out: Vec<String>,
    /// Variance over mean of the baseline, for a series.
    pub dispersion: Option<f64>,
    /// What a reader must know.
    pub notes: Vec<String>,
    /// Version of the method.
    pub method_version: String,
}

/// Rows and how they were made.
#[derive(Debug, Clone)]
pub struct TrendAnswer {
    /// One row per area, or per month of a series.
    pub rows: Rows,
    /// The months of a series, typed; empty where areas were tested.
    pub months: Vec<TrendMonth>,
    /// What stands beside them.
    pub summary: TrendSummary,
}

/// A month of a series.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TrendMonth {
    /// Month.
    pub month: Month,
    /// Incidents.
    pub count: u64,
    /// Expected.
    pub expected: f64,
    /// Expected band: least count.
    pub low: f64,
    /// Expected band: largest count.
    pub high: f64,
    /// What the control chart says.
    pub signal: Option<Signal>,
}

impl TrendMonth {
    /// The signal in words, or nothing.
    pub(in crate::analysis) fn signal_text(&self) -> String {
        self.signal.map_or_else(String::new, |s| signal_word(s).to_owned())
    }

    /// Months as rows.
    pub(super) fn rows(months: &[Self]) -> Rows {
        let text = |value: &dyn Fn(&Self) -> String| ColumnValues::texts(months.iter().map(value).collect());
        let numbers = |value: &dyn Fn(&Self) -> f64| ColumnValues::Numbers(months.iter().map(value).collect());
        let columns = vec![
            Column::new("month", text(&|m| m.month.to_string())),
            Column::new("count", ColumnValues::Counts(months.iter().map(|m| m.count).collect())),
            Column::new("expected", numbers(&|m| m.expected)),
            Column::new("low", numbers(&|m| m.low)),
            Column::new("high", numbers(&|m| m.high)),
            Column::new("signal", text(&Self::signal_text)),
        ];
        Rows { columns, places: Vec::new() }
    }
}

/// A signal in words.
pub(super) fn signal_word(signal: Signal) -> &'static str {
    match signal {
        Signal::AboveLimit => "above the expected band",
        Signal::BelowLimit => "below the expected band",
        Signal::RunAbove => "eight in a row above the mean",
        Signal::RunBelow => "eight in a row below the mean",
        Signal::Rising => "six in a row rising",
        Signal::Falling => "six in a row falling",
        Signal::TwoOfThree => "two of three far from the mean",
    }
}

/// Months in a row together.
pub(super) fn in_runs<'p>(months: impl Iterator<Item = &'p Period>) -> Vec<String> {
    let mut months = months.map(|m| m.start.month()).peekable();
    if months.peek().is_some() { vec![runs(months)] } else { Vec::new() }
}
