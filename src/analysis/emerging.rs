//! `places emerging`: the history of every cell as one of 17 classes, or of Chainey's five.

use std::sync::Arc;

use super::{
    ALPHA, Exposure, HotspotTest, MapMethod, MapSummary, Summary,
    error::in_words,
    exposure::EXPOSURE,
    exposure::exposure_of,
    map::{MapCells, rows_of},
    steps::{StepCounts, Steps, asked_sources, count_steps, months_asked, runs, without_steps},
    throughout::{Throughout, lasting_share, throughout},
};
use crate::{
    ask::{
        Answer, AskError, Column, ColumnDoc, ColumnKind, ColumnValues, Declaration, Exact, KIND, Kind, PERIOD,
        PLACE_OF_MAP, Parameter, Question, Rows, Values, query_of, resolution_of,
    },
    model::{Day, Period, Query, QueryError, thousands},
    stats::{
        ChaineyLimits, Histories, History, Step, StepReference, StepTest, Variant, classify, classify_chainey,
        histories,
    },
};

/// Most steps of a history.
const MAX_STEPS: usize = 240;
/// Days of a step of four weeks.
const FOUR_WEEKS: i32 = 28;

/// Which classes are given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// The 17 classes, newer text.
    Newer,
    /// The 17 classes, older text.
    Older,
    /// Chainey's five.
    Chainey,
}

/// Length of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepLength {
    /// Calendar months.
    Month,
    /// Four weeks, counted back from the end of the period.
    FourWeeks,
}

/// A question for the history of cells.
#[derive(Debug, Clone, PartialEq)]
pub struct EmergingRequest {
    /// Filters, period and place.
    pub query: Query,
    /// Resolution of the cells.
    pub resolution: u8,
    /// Length of a step.
    pub step: StepLength,
    /// Which classes.
    pub scheme: Scheme,
    /// Which test.
    pub test: HotspotTest,
    /// Against what.
    pub exposure: Exposure,
    /// Whether a step is taken with the one before.
    pub reference: StepReference,
    /// Whether cells without a pattern are listed too.
    pub all: bool,
}

const SCHEMES: [(&str, Scheme); 3] = [("newer", Scheme::Newer), ("older", Scheme::Older), ("chainey", Scheme::Chainey)];
const REFERENCES: [(&str, StepReference); 2] =
    [("step", StepReference::Single), ("with-previous", StepReference::WithPrevious)];
const LENGTHS: [(&str, StepLength); 2] = [("month", StepLength::Month), ("4weeks", StepLength::FourWeeks)];

const OWN: &[Parameter] = &[
    Parameter::new("step", Kind::Word(&["month", "4weeks"]), "Length of a step", "month").or("month"),
    Parameter::new(
        "scheme",
        Kind::Word(&["newer", "older", "chainey"]),
        "newer or older text of the 17 classes, or chainey for five",
        "newer",
    )
    .or("newer"),
    Parameter::new("test", Kind::Word(&["exact", "gi-star"]), "exact or gi-star", "exact").or("exact"),
    EXPOSURE,
    Parameter::new(
        "reference",
        Kind::Word(&["step", "with-previous"]),
        "step (each by itself) or with-previous",
        "step",
    )
    .or("step"),
    Parameter::new("all", Kind::Flag, "List cells without a pattern too", "true"),
];

impl Question for EmergingRequest {
    const DECLARATION: Declaration = Declaration {
        help: "\
Examples:
  places emerging --cell 8 --from 2025-01-01
  places emerging --cell 8 --scheme chainey --category Burglary
  places emerging --cell 8 --step 4weeks --source council-asb --all

Classes: new, consecutive, intensifying, persistent, diminishing, sporadic, oscillating, historical (hot or cold), no pattern.",
        how: "the local test at every step, one false discovery rate over cells and steps, Mann-Kendall on the scores; 17 classes or Chainey's five",
        references: "Esri; Chainey 2020; Mann 1945; Kendall 1975",
        columns: &[
            ColumnDoc::new("cell", ColumnKind::Text, "H3 cell"),
            ColumnDoc::new("count", ColumnKind::Count, "Incidents"),
            ColumnDoc::new("class", ColumnKind::Text, "Its history in a word"),
            ColumnDoc::new("steps_hot", ColumnKind::Count, "Steps that are hot"),
            ColumnDoc::new("steps_cold", ColumnKind::Count, "Steps that are cold"),
            ColumnDoc::new("hot_now", ColumnKind::Flag, "Whether the last step is hot"),
            ColumnDoc::new("q_value", ColumnKind::Number, "Of the last step"),
            ColumnDoc::new("tau", ColumnKind::Number, "Kendall's tau of the scores"),
            ColumnDoc::new("trend_p_value", ColumnKind::Number, "Of the trend"),
        ],
        groups: &[OWN, PERIOD, KIND, PLACE_OF_MAP],
        ..Declaration::new("emerging", "5", "The history of every cell as a class: new, persistent, diminishing ...")
    };

    fn read(values: &Values) -> Result<Self, QueryError> {
        Ok(Self {
            query: query_of(values)?,
            resolution: resolution_of(values),
            step: values.word("step", &LENGTHS).unwrap_or(StepLength::Month),
            scheme: values.word("scheme", &SCHEMES).unwrap_or(Scheme::Newer),
            test: values.word("test", &HotspotTest::WORDS).unwrap_or(HotspotTest::Exact),
            exposure: values.word("exposure", &Exposure::WORDS).unwrap_or(Exposure::Equal),
            reference: values.word("reference", &REFERENCES).unwrap_or(StepReference::Single),
            all: values.flag("all"),
        })
    }

    fn query(&mut self) -> &mut Query {
        &mut self.query
    }

    fn answer<'r>(&self, reader: &'r Exact<'r>) -> Result<Answer<'r>, AskError> {
        let answer = emerging(reader, self)?;
        let notes = answer.summary.lines();
        Ok(Answer::rows(answer.rows, answer.summary, notes))
    }
}

impl EmergingSummary {
    /// Boxes, method and classes in words.
    fn lines(&self) -> Vec<String> {
        let mut lines = self.map.boxes.lines();
        lines.extend(self.map.method.lines());
        lines.push(format!("{}; {}; {} steps", self.scheme, self.reference, self.steps.len()));
        if !self.steps_left_out.is_empty() {
            lines.push(format!("steps left out, not received everywhere: {}", self.steps_left_out.join(", ")));
        }
        lines.extend(self.classes.iter().map(|(class, cells)| format!("{class}: {}", thousands(*cells as u64))));
        lines
    }
}

/// Rows, one per cell with a pattern, and how they were made.
#[derive(Debug, Clone)]
pub struct EmergingAnswer {
    /// Rows.
    pub rows: Rows,
    /// What stands beside them.
    pub summary: EmergingSummary,
}

/// How the classes were made.
#[derive(Debug, Clone, serde::Serialize, schemars::JsonSchema)]
pub struct EmergingSummary {
    /// The boxes, and how each step was tested.
    #[serde(flatten)]
    pub map: MapSummary,
    /// The scheme in words.
    pub scheme: String,
    /// What a step is compared with.
    pub reference: String,
    /// First and last day of every step, the second no longer inside.
    pub steps: Vec<String>,
    /// Steps left out because they were not received everywhere.
    pub steps_left_out: Vec<String>,
    /// Cells by class, in the order of the classes; those without cells are left out.
    pub classes: Vec<(String, usize)>,
}

/// Gives every cell its class.
///
/// # Errors
/// [`AskError`] for names that are not known, or with the reason why there is no answer.
pub fn emerging(reader: &Exact<'_>, request: &EmergingRequest) -> Result<EmergingAnswer, AskError> {
    let Throughout { query, mut notes } = throughout(reader, &request.query, &[request.query.period()], &[])?;
    let request = &EmergingRequest { query, ..request.clone() };
    let EmergingRequest { query, resolution, .. } = request;
    let (steps, left_out) = received_steps(reader, request)?;
    let (first, last) = (steps.0[0], steps.0[steps.0.len() - 1]);
    let query = Query { from: Some(first.start), to: Some(last.end), ..query.clone() };
    notes.extend(lasting_share(reader, &query, &steps.0)?);
    let map = MapCells::new(reader, &query, *resolution)?;
    let (grouping, ids) = reader
        .table()
        .cell_groups(*resolution)
        .ok_or_else(|| QueryError::invalid("cell", &resolution.to_string(), "a resolution from 7 to 11"))?;
    let counted = count_steps(reader, &query, grouping, &steps)?;
    let counts = by_cell(&counted, ids, &map.cells);
    let exposure = exposure_of(reader, &query, request.exposure, *resolution, &map.cells)?;
    let test = if request.test == HotspotTest::Exact { StepTest::Exact } else { StepTest::GiStar };
    let histories = histories(&counts, steps.0.len(), &exposure, &map.weights, test, request.reference, ALPHA)
        .map_err(|e| in_words(&e))?;
    let names: Vec<&'static str> = histories.places.iter().map(|h| class_of(h, request.scheme)).collect();
    let kept: Vec<usize> = (0..names.len()).filter(|&i| request.all || names[i] != "no pattern").collect();
    let rows = history_rows(request, &map, &counted, ids, &histories, &names, &kept);
    let boxes = Summary::of(reader, &query, &without_steps(reader, &query, grouping, &left_out, counted.boxes)?);
    let mut method = method_of(request, &map, &counts, &histories, &exposure, kept.len());
    method.notes.extend(notes);
    let summary = EmergingSummary {
        map: MapSummary { boxes, method },
        scheme: scheme_text(request.scheme).to_owned(),
        reference: match request.reference {
            StepReference::Single => "each step by itself".to_owned(),
            StepReference::WithPrevious => {
                "each step with the one before it; the trend is tested on every second step".to_owned()
            }
        },
        steps: steps.0.iter().map(ToString::to_string).collect(),
        steps_left_out: match (left_out.is_empty(), request.step) {
            (true, _) => Vec::new(),
            (_, StepLength::Month) => vec![runs(left_out.iter().map(|p| p.start.month()))],
            _ => left_out.iter().map(ToString::to_string).collect(),
        },
        classes: tally(&names),
    };
    Ok(EmergingAnswer { rows, summary })
}

fn scheme_text(scheme: Scheme) -> &'static str {
    match scheme {
        Scheme::Newer => "17 classes of emerging hot spots, Esri's newer text",
        Scheme::Older => "17 classes of emerging hot spots, Esri's older text",
        Scheme::Chainey => {
            "five classes of Chainey (2020): hot in 10 % of steps, persistent from 80 %, the last 20 % are recent"
        }
    }
}

fn class_of(history: &History, scheme: Scheme) -> &'static str {
    match scheme {
        Scheme::Newer => classify(&history.steps, history.direction(ALPHA), Variant::Newer).name(),
        Scheme::Older => classify(&history.steps, history.direction(ALPHA), Variant::Older).name(),
        Scheme::Chainey => classify_chainey(&history.steps, ChaineyLimits::default()).name(),
    }
}

fn tally(names: &[&'static str]) -> Vec<(String, usize)> {
    let mut counts = std::collections::BTreeMap::new();
    names.iter().for_each(|name| *counts.entry(*name).or_insert(0) += 1);
    counts.into_iter().map(|(name, cells)| (name.to_owned(), cells)).collect()
}

/// Steps of the period that every district with data has received, and those left out.
fn received_steps(reader: &Exact<'_>, request: &EmergingRequest) -> Result<(Steps, Vec<Period>), AskError> {
    let months = months_asked(reader, &request.query);
    let all = match (request.step, months.first(), months.last()) {
        (StepLength::FourWeeks, Some(first), Some(last)) => four_weeks(*first, *last),
        _ => months,
    };
    if all.len() > MAX_STEPS {
        let reason = format!("there would be {} steps; at most {MAX_STEPS}: choose a shorter period", all.len());
        return Err(AskError::none(reason));
    }
    let sources = asked_sources(reader, &request.query);
    let received = |step: &Period| reader.coverage.whole_everywhere(sources, *step);
    let (kept, left_out): (Vec<Period>, Vec<Period>) = all.into_iter().partition(received);
    if kept.len() < 2 {
        let reason = format!(
            "a history needs at least two steps received everywhere; there are {} in the period (`places coverage` lists what was received)",
            kept.len()
        );
        return Err(AskError::none(reason));
    }
    Ok((Steps(kept), left_out))
}

/// Four weeks each, the last ending with the period.
fn four_weeks(first: Period, last: Period) -> Vec<Period> {
    let mut steps = Vec::new();
    let mut end = last.end.0;
    while end - FOUR_WEEKS >= first.start.0 {
        steps.push(Period { start: Day(end - FOUR_WEEKS), end: Day(end) });
        end -= FOUR_WEEKS;
    }
    steps.reverse();
    steps
}

/// Counts of the cells of a map from those of the cells that hold incidents.
pub(super) fn by_cell(counted: &StepCounts, ids: &[u64], cells: &[u64]) -> Vec<u32> {
    let mut counts = vec![0; cells.len() * counted.steps];
    for (group, id) in ids.iter().enumerate() {
        if let Ok(i) = cells.binary_search(id) {
            counts[i * counted.steps..(i + 1) * counted.steps].copy_from_slice(counted.of(group));
        }
    }
    counts
}

fn history_rows(
    request: &EmergingRequest,
    map: &MapCells,
    counted: &StepCounts,
    ids: &[u64],
    histories: &Histories,
    names: &[&'static str],
    kept: &[usize],
) -> Rows {
    let mut texts: Vec<String> = names.iter().map(|n| (*n).to_owned()).collect();
    texts.sort_unstable();
    texts.dedup();
    let of_row = kept.iter().map(|&i| texts.partition_point(|t| t.as_str() < names[i]) as u32).collect();
    let total = |i: usize| -> u64 {
        let group = ids.binary_search(&map.cells[i]).ok();
        group.map_or(0, |g| counted.of(g).iter().map(|&n| u64::from(n)).sum())
    };
    let steps = |i: usize, kind: Step| histories.places[i].steps.iter().filter(|s| **s == kind).count() as u64;
    let trend = |i: usize, value: fn(&crate::stats::MannKendall) -> f64| {
        histories.places[i].trend.as_ref().map_or(f64::NAN, value)
    };
    let counts = |value: &dyn Fn(usize) -> u64| ColumnValues::Counts(kept.iter().map(|&i| value(i)).collect());
    let numbers = |value: &dyn Fn(usize) -> f64| ColumnValues::Numbers(kept.iter().map(|&i| value(i)).collect());
    let mut columns = vec![
        Column::new("cell", ColumnValues::Cells(kept.iter().map(|&i| map.cells[i]).collect())),
        Column::new("count", counts(&total)),
        Column::new("class", ColumnValues::Text { texts: Arc::new(texts), of_row }),
        Column::new("steps_hot", counts(&|i| steps(i, Step::Hot))),
    ];
    if request.scheme != Scheme::Chainey {
        columns.push(Column::new("steps_cold", counts(&|i| steps(i, Step::Cold))));
    }
    columns.extend([
        Column::new(
            "hot_now",
            ColumnValues::Flags(kept.iter().map(|&i| histories.places[i].steps.last() == Some(&Step::Hot)).collect()),
        ),
        Column::new("q_value", numbers(&|i| histories.places[i].q_value)),
        Column::new("tau", numbers(&|i| trend(i, |t| t.tau_b))),
        Column::new("trend_p_value", numbers(&|i| trend(i, |t| t.p_value))),
    ]);
    rows_of(columns, map, kept)
}

fn method_of(
    request: &EmergingRequest,
    map: &MapCells,
    counts: &[u32],
    histories: &Histories,
    exposure: &[f64],
    patterned: usize,
) -> MapMethod {
    let without = exposure.iter().filter(|e| e.is_nan() || **e <= 0.0).count();
    let (test, exposure) = match request.test {
        HotspotTest::Exact => ("exact local test of each cell with its neighbors at every step", request.exposure),
        HotspotTest::GiStar => ("Getis-Ord Gi* at every step", Exposure::Equal),
    };
    let mut notes = Vec::new();
    if request.test == HotspotTest::GiStar {
        notes.push(
            "Gi* finds hot spots on maps of chance where counts are sparse; its classes are for exploration".to_owned(),
        );
    }
    if histories.steps_without_answer > 0 {
        notes.push(format!("{} steps have no incidents that could be tested", histories.steps_without_answer));
    }
    MapMethod {
        test: format!("{test}, Benjamini-Hochberg over all of them; Mann-Kendall on the scores"),
        exposure: exposure.text().to_owned(),
        alpha: ALPHA,
        tests: histories.tests,
        tests_of: "cells x steps".to_owned(),
        incidents: counts.iter().map(|&n| u64::from(n)).sum(),
        dispersion: None,
        cells: map.cells.len(),
        cells_not_received: map.not_received,
        cells_without_exposure: without,
        incidents_without_exposure: 0,
        hot: patterned,
        method_version: EmergingRequest::DECLARATION.method.to_owned(),
        notes,
    }
}
