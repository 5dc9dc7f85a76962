//! A briefing as it is told: what stands out, what gathers, what is missing.

use serde::{Deserialize, Serialize};

use crate::{
    analysis::Checksums,
    ask::{
        Column, ColumnValues, PlaceKey, Rows,
        words::{capital, probability},
    },
    snapshot::Snapshot,
};

/// Most places listed.
pub(super) const LISTED: usize = 7;
/// Incidents, now and in the past together, from which an area is tested.
pub(super) const LEAST: u64 = 10;
/// An area that stands out.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default)]
pub struct Change {
    /// `LAYER:CODE`.
    pub place: String,
    /// Name.
    pub name: String,
    /// Incidents in the period.
    pub now: u64,
    /// Expected from its own past and the change of all others.
    pub expected: f64,
    /// Usual range: least count.
    pub usual_low: f64,
    /// Usual range: largest count.
    pub usual_high: f64,
    /// Now over expected; null where none was expected.
    pub ratio: Option<f64>,
    /// Its 95 % interval: lower end.
    pub ratio_low: Option<f64>,
    /// Its 95 % interval: upper end.
    pub ratio_high: Option<f64>,
    /// How often a doubling would be listed here.
    pub power: f64,
    /// How likely so many are, or so few, without a change: one-sided, mid-p.
    pub p_value: f64,
    /// Adjusted over all areas tested, rises and falls; four in five of the false discoveries allowed may be rises.
    pub q_value: f64,
    /// How sure, in words.
    pub how_sure: String,
    /// Why it is on the list.
    pub why: String,
}

/// A cluster of the scan.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default)]
pub struct Gathering {
    /// Its central cell.
    pub cell: String,
    /// Area that holds it.
    pub near: String,
    /// Cells.
    pub cells: Vec<String>,
    /// First day.
    pub from: String,
    /// Incidents.
    pub count: u64,
    /// Expected.
    pub expected: f64,
    /// Share of simulated maps with a cluster so unlikely anywhere.
    pub p_value: f64,
    /// Why it is on the list.
    pub why: String,
}

/// An average week of a source.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default)]
pub struct AverageWeek {
    /// Source.
    pub source: String,
    /// Incidents a week in the period; null when it was not received.
    pub per_week: Option<f64>,
    /// The same dates a year before.
    pub year_before: Option<f64>,
}

/// What changed.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default)]
pub struct Briefing {
    /// Identifies question, method and data.
    pub briefing_id: String,
    /// Version of the method.
    pub method_version: String,
    /// First day not looked at.
    pub as_of: String,
    /// First day of the period.
    pub since: String,
    /// Checksums of what it was made from, up to there.
    pub checksums: Checksums,
    /// What is counted.
    pub what: String,
    /// Layer whose areas were looked at.
    pub layer: String,
    /// The answer in one sentence.
    pub headline: String,
    /// Areas that stand out, the surest first.
    pub changes: Vec<Change>,
    /// Areas tested, the m of the false discovery rate.
    pub tested: usize,
    /// Areas with too few incidents to test.
    pub too_few: usize,
    /// Areas for which the period was not received.
    pub not_received: usize,
    /// Areas where a doubling would have been listed four times in five.
    pub doubling_seen: usize,
    /// What areas were compared with.
    pub baseline: String,
    /// Variance over mean of the counts of an area round what was to be expected, shared by all.
    pub dispersion: f64,
    /// Clusters at 5 %.
    pub clusters: Vec<Gathering>,
    /// Places that stood out in the period before and do not now.
    pub no_longer: Vec<String>,
    /// Months of the period that were not received.
    pub gaps: Vec<String>,
    /// Average week of every source.
    pub average_week: Vec<AverageWeek>,
    /// What a reader must know.
    pub notes: Vec<String>,
}

impl Briefing {
    /// The briefing as a person reads it.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let mut lines = vec![self.headline.clone(), format!("{}.", self.what)];
        let mut section = |title: &str, empty: &str, items: Vec<String>| {
            lines.push(String::new());
            lines.push(title.to_owned());
            if items.is_empty() {
                lines.push(format!("  {empty}"));
            }
            lines.extend(items.into_iter().map(|i| format!("  {i}")));
        };
        let changes = self.changes.iter().enumerate().map(|(i, c)| {
            let sure = capital(&c.how_sure);
            format!("{}. {} ({}): {}. {sure} ({}).", i + 1, c.name, c.place, c.why, probability("q", c.q_value))
        });
        section("Areas that stand out", "none", changes.collect());
        let clusters = self.clusters.iter().map(|c| format!("{} ({}).", c.why, probability("p", c.p_value)));
        section("Clusters", "none", clusters.collect());
        section("On the list before, not now", "none", self.no_longer.clone());
        section("Not received", "nothing is missing", self.gaps.clone());
        let number = |value: Option<f64>| value.map_or("not received".to_owned(), |v| format!("{v:.1}"));
        let weeks = self
            .average_week
            .iter()
            .map(|w| format!("{}: {} a week, a year before {}", w.source, number(w.per_week), number(w.year_before)));
        section("Average week", "nothing was received", weeks.collect());
        section("Notes", "", self.notes.clone());
        lines.push(format!(
            "  Compared with {}; {} areas tested, {} with too few incidents.",
            self.baseline, self.tested, self.too_few
        ));
        lines.push(format!(
            "  A doubling would have been listed four times in five in {} of {} areas: where it is not, no news is no proof.",
            self.doubling_seen, self.tested
        ));
        lines.push(format!("  Briefing {}, method version {}.", self.briefing_id, self.method_version));
        lines
    }

    /// The areas that stand out.
    pub(super) fn rows(&self, ground: &Snapshot) -> Rows {
        let text = |value: &dyn Fn(&Change) -> String| ColumnValues::texts(self.changes.iter().map(value).collect());
        let numbers = |value: &dyn Fn(&Change) -> f64| ColumnValues::Numbers(self.changes.iter().map(value).collect());
        let columns = vec![
            Column::new("place", text(&|c| c.place.clone())),
            Column::new("name", text(&|c| c.name.clone())),
            Column::new("count", ColumnValues::Counts(self.changes.iter().map(|c| c.now).collect())),
            Column::new("expected", numbers(&|c| c.expected)),
            Column::new("low", numbers(&|c| c.usual_low)),
            Column::new("high", numbers(&|c| c.usual_high)),
            Column::new("ratio", numbers(&|c| c.ratio.unwrap_or(f64::NAN))),
            Column::new("ratio_low", numbers(&|c| c.ratio_low.unwrap_or(f64::NAN))),
            Column::new("ratio_high", numbers(&|c| c.ratio_high.unwrap_or(f64::NAN))),
            Column::new("power", numbers(&|c| c.power)),
            Column::new("p_value", numbers(&|c| c.p_value)),
            Column::new("q_value", numbers(&|c| c.q_value)),
            Column::new("how_sure", text(&|c| c.how_sure.clone())),
            Column::new("why", text(&|c| c.why.clone())),
        ];
        let layer = ground.layers.iter().position(|l| l.name == self.layer);
        let key = |change: &Change| {
            let layer = layer?;
            let code = change.place.split_once(':')?.1;
            let area = ground.layers[layer].areas.binary_search_by(|a| a.code.as_str().cmp(code)).ok()?;
            Some(PlaceKey::Area(layer as u32, area as u32))
        };
        let places: Option<Vec<PlaceKey>> = self.changes.iter().map(key).collect();
        Rows { columns, places: places.unwrap_or_default() }
    }
}
