//! `places count`: incidents by any dimensions, with the boxes that make every sum whole.

mod domains;
mod harm;
mod largest;
mod rate;
mod received;
mod rows;
mod walk;
mod zeros;

pub(super) use domains::places_of;
pub(super) use harm::weights_of;
pub(crate) use rate::rate_of;

use self::{harm::Harm, largest::Largest, rows::Shaper, zeros::Merged};
use super::plan::{check_rate, place_dimensions};
use crate::{
    analysis::throughout::not_recorded,
    ask::{
        Answer, AskError, Batches, ColumnDoc, ColumnKind, Combinations, Declaration, Exact, KIND, Kind, PERIOD, PLACE,
        Parameter, Pieces, Question, Reader, Values, query_of,
    },
    model::{Dimension, Protection, Query, QueryError, thousands, words_that_match_nothing},
    snapshot::{LoadedLayer, Snapshot},
    table::Boxes,
};

/// Counts by any dimensions.
#[derive(Debug, Clone, PartialEq)]
pub struct Count {
    /// What is counted.
    pub query: Query,
}

const OWN: &[Parameter] = &[
    Parameter::new(
        "by",
        Kind::Dimensions,
        "Comma list of cell:R (7 to 11), area:LAYER, month, week, day, weekday, hour, category, source",
        "cell:8,month",
    ),
    Parameter::new(
        "zeros",
        Kind::Flag,
        "List combinations without incidents too, where the month has been received",
        "true",
    ),
    Parameter::new("rate", Kind::Name, "Add a rate: km2, or an indicator of the layer (per 1,000)", "residents"),
    Parameter::new(
        "harm",
        Kind::Name,
        "Add the sum of harm by a set of weights (places harm list), beside the count",
        "sentencing",
    ),
    Parameter::new("top", Kind::Whole { from: 1, to: u32::MAX as u64 }, "Only the rows with the largest counts", "10"),
];

impl Question for Count {
    const DECLARATION: Declaration = Declaration {
        help: "\
Examples:
  places count --by cell:8 --from 2025-06-01 --to 2025-07-01
  places count --by area:msoa21,category --definition serious-violence --format json
  places count --by area:msoa21 --rate residents --top 10
  places count --by weekday,hour --source council-asb --in msoa21:E02005560

After the rows the boxes follow: total = counted + not_located + outside_study_area + too_coarse + time_too_coarse.",
        tag: "counts",
        columns: &[
            ColumnDoc::new("cell", ColumnKind::Text, "H3 cell"),
            ColumnDoc::new("area_code", ColumnKind::Text, "Code of the area; with two layers LAYER_code"),
            ColumnDoc::new("area_name", ColumnKind::Text, "Its name"),
            ColumnDoc::new("month", ColumnKind::Text, "2025-06"),
            ColumnDoc::new("week", ColumnKind::Text, "ISO week, 2025-W23"),
            ColumnDoc::new("day", ColumnKind::Text, "2025-06-01"),
            ColumnDoc::new("weekday", ColumnKind::Text, "mon to sun"),
            ColumnDoc::new("hour", ColumnKind::Text, "0 to 23, or unknown"),
            ColumnDoc::new("category", ColumnKind::Text, "Offence category"),
            ColumnDoc::new("source", ColumnKind::Text, "Source"),
            ColumnDoc::new("count", ColumnKind::Count, "Incidents"),
            ColumnDoc::new("denominator", ColumnKind::Number, "What the rate divides by"),
            ColumnDoc::new("rate", ColumnKind::Number, "Per km2, or per 1,000"),
            ColumnDoc::new("harm", ColumnKind::Number, "Sum of the weights of harm"),
            ColumnDoc::new("count_without_weight", ColumnKind::Count, "Incidents without a weight"),
        ],
        groups: &[OWN, PERIOD, KIND, PLACE],
        ..Declaration::new("count", "1", "Count incidents by cell, area, time, category and source")
    };

    fn read(values: &Values) -> Result<Self, QueryError> {
        Ok(Self { query: query_of(values)? })
    }

    fn query(&mut self) -> &mut Query {
        &mut self.query
    }

    fn names(&self, ground: &Snapshot) -> Result<(), AskError> {
        names_beside(ground, &self.query)
    }

    fn answer<'r>(&self, reader: &'r Exact<'r>) -> Result<Answer<'r>, AskError> {
        self.counted(reader)
    }

    fn counted<'r>(&self, reader: &'r dyn Reader) -> Result<Answer<'r>, AskError> {
        let found = count(reader, &self.query)?;
        let notes = found.summary.lines();
        Ok(Answer::batches(found.rows, found.summary, notes))
    }
}

/// Whether the rate and the weights of harm that a query asks for are known.
pub(super) fn names_beside(ground: &Snapshot, query: &Query) -> Result<(), AskError> {
    check_rate(ground, query, &place_dimensions(ground, query)?)?;
    query.harm.as_deref().map_or(Ok(()), |set| weights_of(ground, set).map(|_| ()))
}

/// What stands beside the rows.
#[derive(Debug, Clone, Default, serde::Serialize, schemars::JsonSchema)]
pub struct Summary {
    /// Every incident that matches, or may match, the filters on time and kind; the next five add up to it.
    pub total: u64,
    /// In the rows (before `top` cuts them).
    pub counted: u64,
    /// Without coordinates.
    pub not_located: u64,
    /// Outside the study area, or outside the place asked for.
    pub outside_study_area: u64,
    /// Position not precise enough for the dimension.
    pub too_coarse: u64,
    /// Time not precise enough for the dimension or filter.
    pub time_too_coarse: u64,
    /// Of `outside_study_area`: in the study area, but not in the place asked for, or in no area of the layer.
    pub outside_place: u64,
    /// Months of the period and sources asked for that have not been received, as `SOURCE MONTH DISTRICT` or
    /// `SOURCE FIRST..LAST DISTRICT` (`all` where no district's has).
    pub not_received: Vec<String>,
    /// What was asked for and names nothing on the records.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
    /// State of the data the answer was made from.
    pub snapshot: u64,
    /// How the answer is protected.
    pub protection: String,
}

impl Summary {
    /// The boxes of an answer.
    pub(super) fn of(reader: &dyn Reader, query: &Query, boxes: &Boxes) -> Self {
        let ground = reader.ground();
        let sources = if query.sources.is_empty() { ground.source_names() } else { &query.sources };
        Self {
            total: boxes.total,
            counted: boxes.counted,
            not_located: boxes.not_located,
            outside_study_area: boxes.outside_study_area,
            too_coarse: boxes.too_coarse,
            time_too_coarse: boxes.time_too_coarse,
            outside_place: boxes.outside_place,
            not_received: ground.coverage.gaps(sources, query.period()),
            warnings: [warnings(ground, query), unrecorded(reader, query)].concat(),
            snapshot: ground.id,
            protection: reader.protection().name().to_owned(),
        }
    }

    /// The boxes in words.
    pub(super) fn lines(&self) -> Vec<String> {
        let mut lines = vec![format!(
            "total {} = counted {} + not_located {} + outside_study_area {} + too_coarse {} + time_too_coarse {}",
            thousands(self.total),
            thousands(self.counted),
            thousands(self.not_located),
            thousands(self.outside_study_area),
            thousands(self.too_coarse),
            thousands(self.time_too_coarse),
        )];
        if self.outside_place > 0 {
            let elsewhere = thousands(self.outside_place);
            lines.push(format!("outside_study_area holds {elsewhere} in the study area: outside the place asked for, or in no area of the layer"));
        }
        lines.extend(self.warnings.iter().cloned());
        lines.extend(self.gap_lines());
        lines
    }

    /// What was not received: the first gap, and every doubtful month.
    fn gap_lines(&self) -> Vec<String> {
        let (doubtful, missing): (Vec<&String>, Vec<&String>) =
            self.not_received.iter().partition(|gap| gap.ends_with(": doubtful"));
        let mut lines = Vec::new();
        if let Some(first) = missing.first() {
            let more = missing.len() - 1;
            let more = if more > 0 { format!(" and {more} more (places coverage)") } else { String::new() };
            lines.push(format!("not received: {first}{more}"));
        }
        if !doubtful.is_empty() {
            let told: Vec<&str> = doubtful.iter().map(|gap| gap.as_str()).collect();
            lines.push(format!("not received: {}", told.join(", ")));
        }
        lines
    }
}

/// Words of a definition that stand on no record.
fn warnings(ground: &Snapshot, query: &Query) -> Vec<String> {
    let Some((name, definition)) = query.definition.as_ref().and_then(|n| Some((n, ground.definitions().get(n)?)))
    else {
        return Vec::new();
    };
    let unmatched = words_that_match_nothing(definition, ground.categories().iter().map(String::as_str));
    let warning = |words: Vec<_>| format!("the definition {name} names what stands on no record: {}", words.join(", "));
    if unmatched.is_empty() { Vec::new() } else { vec![warning(unmatched)] }
}

/// Categories that were probably not recorded throughout: said where a nought of theirs may be read.
fn unrecorded(reader: &dyn Reader, query: &Query) -> Vec<String> {
    let by_kind = !query.categories.is_empty() || query.definition.is_some();
    let is_asked = (query.zeros || by_kind) && reader.protection() == Protection::Exact;
    if is_asked { not_recorded(reader.ground(), query) } else { Vec::new() }
}

/// Rows and what stands beside them.
#[derive(Debug)]
pub struct Counted<'r> {
    /// The rows, piece by piece.
    pub rows: Batches<'r>,
    /// The boxes.
    pub summary: Summary,
}

/// Counts incidents.
///
/// # Errors
/// [`AskError`] for names that are not known, or more rows than an answer may have.
pub fn count<'r>(reader: &'r dyn Reader, query: &Query) -> Result<Counted<'r>, AskError> {
    let ground = reader.ground();
    let places = place_dimensions(ground, query)?;
    check_rate(ground, query, &places)?;
    // The largest places are cut off where they are counted; everything else comes by and is not held.
    let cut = query.top.is_some() && query.by.iter().all(Dimension::is_place);
    let tallied = if cut { reader.tally(query)?.into() } else { reader.tallied(query)? };
    let summary = Summary::of(reader, query, &tallied.boxes);
    let shaper = Shaper::new(ground, query, places, &tallied.dimensions, Harm::of(reader, query)?);
    let with_zeros = |tallied| -> Result<Pieces<'r>, AskError> {
        Ok(Box::new(Merged::new(reader, query, &shaper.places, tallied)?))
    };
    if let Some(top) = query.top {
        let mut largest = Largest::of(tallied.pieces, top, query.by.len())?;
        if query.zeros && largest.seen() < top {
            largest = Largest::of(with_zeros(reader.tallied(query)?)?, top, query.by.len())?;
        }
        return Ok(Counted { rows: Batches::whole(shaper.rows(&largest.finish())), summary });
    }
    let mut pieces = if query.zeros { with_zeros(tallied)? } else { tallied.pieces };
    let first = pieces.next().transpose()?.unwrap_or_else(|| Combinations::new(query.by.len()));
    let first = shaper.rows(&first);
    let next = move || Ok(pieces.next().transpose()?.map(|piece| shaper.rows(&piece)));
    Ok(Counted { rows: Batches::pieces(first, next), summary })
}

/// The incidents that a query counts, all together.
pub(super) fn total(reader: &dyn Reader, query: &Query) -> Result<Boxes, AskError> {
    let query = Query { by: Vec::new(), top: None, zeros: false, ..query.clone() };
    Ok(reader.tally(&query)?.boxes)
}

/// Incidents of every area of a layer.
pub(super) fn by_area(reader: &dyn Reader, query: &Query, layer: &LoadedLayer) -> Result<Vec<u64>, AskError> {
    let by = vec![Dimension::Area(layer.name.clone())];
    let tally = reader.tally(&Query { by, top: None, zeros: false, rate: None, harm: None, ..query.clone() })?;
    let mut counts = vec![0; layer.areas.len()];
    for (&area, &count) in tally.keys.iter().zip(&tally.counts) {
        counts[area as usize] = count;
    }
    Ok(counts)
}

/// Incidents of every category or other dimension that has texts, with them.
pub(super) fn by_text(
    reader: &dyn Reader,
    query: &Query,
    dimension: Dimension,
) -> Result<Vec<(String, u64)>, AskError> {
    let tally = reader.tally(&Query { by: vec![dimension], top: None, zeros: false, ..query.clone() })?;
    let texts = &tally.dimensions[0].texts;
    Ok(tally.keys.iter().zip(&tally.counts).map(|(&key, &count)| (texts[key as usize].clone(), count)).collect())
}
