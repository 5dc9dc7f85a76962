//! A claim: everything that is said about a change, and everything needed to say it again.

use serde::{Deserialize, Serialize};

use crate::{
    analysis::{
        Checksums,
        throughout::{Locating, WithPlace},
    },
    ask::{Column, ColumnValues, Rows, Unit},
};

/// A count in its exposure.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default)]
pub struct Exposure {
    /// First day.
    pub from: String,
    /// First day no longer inside.
    pub to: String,
    /// Incidents.
    pub count: u64,
    /// Days received: what the count is divided by.
    pub days: i32,
    /// Months of the period that were not received, and so left out.
    pub not_received: Vec<String>,
    /// What of the period was left out and why, a sentence each.
    pub left_out: Vec<String>,
    /// Incidents whose time is not precise enough to tell whether they lie inside; left out.
    pub time_too_coarse: u64,
}

/// An interval of the ratio and the p-value of no change; an end without bound is null.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default)]
pub struct RatioInterval {
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: Option<f64>,
    /// Two-sided p-value.
    pub p: f64,
}

/// The two periods at the same dates of an earlier year.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default)]
pub struct EarlierYear {
    /// The period before, where both were received.
    pub before: Option<Exposure>,
    /// The period after.
    pub after: Exposure,
    /// Incidents of all other areas in the period before.
    pub others_before: u64,
    /// And in the period after.
    pub others_after: u64,
}

/// The change with the season taken out.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default)]
pub struct SameSeason {
    /// How it was taken out, in words.
    pub how: String,
    /// Earlier years looked at.
    pub years: i32,
    /// Each of them, the nearest first.
    pub earlier: Vec<EarlierYear>,
    /// Other areas that tell the season.
    pub others: usize,
    /// What a rate after comes to by the season alone, over the rate before; null where the periods before were not received.
    pub season: Option<f64>,
    /// Variance of its logarithm.
    pub season_variance: Option<f64>,
    /// Standard deviation of the logarithmic change of a place from one year to the next, beyond season and counts.
    pub drift: Option<f64>,
    /// The change over that.
    pub ratio: Option<f64>,
    /// Its 95 % interval and p-value: the main one's, with what is not known of the season, and the drift.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
    /// Two-sided p-value.
    pub p: Option<f64>,
}

/// The change against comparison areas.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default)]
pub struct ComparisonResult {
    /// The areas.
    pub areas: Vec<ComparisonArea>,
    /// Whether the program chose them.
    pub suggested: bool,
    /// Their incidents before.
    pub before: u64,
    /// Their incidents after.
    pub after: u64,
    /// `(R_a / R_b) / (C_a / C_b)`; null where a count is nought.
    pub ratio_of_ratios: Option<f64>,
    /// Lower end of its 95 % interval.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
    /// Two-sided p-value.
    pub p: Option<f64>,
    /// The same for areas where nothing was done.
    pub placebo: Option<Placebo>,
}

/// A comparison area.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default)]
pub struct ComparisonArea {
    /// What it is asked for by.
    pub place: String,
    /// Its name.
    pub name: String,
    /// Incidents before.
    pub before: u64,
    /// Incidents after.
    pub after: u64,
}

/// How often an area where nothing was done changes as much against as many others.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default)]
pub struct Placebo {
    /// `(1 + as extreme) / (1 + permutations)`.
    pub p: f64,
    /// Permutations.
    pub permutations: usize,
    /// Areas that could stand in for the place.
    pub areas: usize,
}

/// The change against all other areas of the layer together: the county's season and trend taken out.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default)]
pub struct CountyChange {
    /// Areas.
    pub areas: usize,
    /// Their incidents before.
    pub before: u64,
    /// Their incidents after.
    pub after: u64,
    /// `(R_a / R_b) / (C_a / C_b)`; null where a count is nought.
    pub ratio_of_ratios: Option<f64>,
    /// Lower end of its 95 % interval.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
}

/// What happened in the ring.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default)]
pub struct DisplacementResult {
    /// Rings of cells.
    pub rings: u32,
    /// Resolution of the cells.
    pub resolution: u8,
    /// Cells in the ring.
    pub cells: usize,
    /// Incidents in the ring before.
    pub before: u64,
    /// Incidents in the ring after.
    pub after: u64,
    /// Change of the ring against its comparison areas, where there are any, else its rate after over its rate before; null below
    /// 20 incidents.
    pub ratio: Option<f64>,
    /// Lower end of its 95 % interval, widened as the main one.
    pub ratio_low: Option<f64>,
    /// Upper end.
    pub ratio_high: Option<f64>,
    /// Weighted displacement quotient; null where it may not be read: where the place did not fall against its comparison,
    /// or the ring's own interval does not exclude that it stayed as it was.
    pub wdq: Option<f64>,
    /// Total net effect: events avoided in place and ring.
    pub tne: Option<f64>,
    /// Weighted displacement difference, in events of the period before.
    pub wdd: Option<f64>,
    /// Its standard error.
    pub se: Option<f64>,
    /// Its deviate.
    pub z: Option<f64>,
    /// Lower end of its 95 % interval.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
    /// What that says, in words.
    pub words: String,
}

/// Whether the period before was at a peak of the place, after which a fall comes of itself.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default)]
pub struct Peak {
    /// Rank of the place among the areas of its layer by incidents before, 1 the highest.
    pub rank: Option<usize>,
    /// Areas ranked.
    pub of: usize,
    /// Earlier periods of the length of the one before that were received and looked at.
    pub periods: usize,
    /// Whether the period before is taken to have been at a peak: the highest of the place, or its steepest rise.
    pub at_peak: bool,
    /// Whether it is taken to have been at a trough: the lowest of the place, or its steepest fall.
    pub at_trough: bool,
    /// Why.
    pub why: String,
    /// Incidents after that empirical Bayes expects from the place's own past without any change.
    pub empirical_bayes: Option<f64>,
    /// Incidents after over that.
    pub ratio: Option<f64>,
    /// Lower end of its 95 % interval.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
}

/// Records without a place, and what they could do to the ratio.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default)]
pub struct LocatingResult {
    /// Before, of the parts that speak for the place.
    pub before: WithPlace,
    /// After.
    pub after: WithPlace,
    /// Whether the shares differ by more than chance.
    pub changed: bool,
    /// Ratio if all records without a place lay in the place before, and none after; null when nothing happened after.
    pub low: Option<f64>,
    /// Ratio if all of them lay in the place after, and none before; null when nothing happened before.
    pub high: Option<f64>,
}

impl LocatingResult {
    pub(super) fn new(locating: &Locating, ratio: Option<f64>, (before, after): (u64, u64)) -> Self {
        let (b, a) = (before as f64, after as f64);
        let ratio = ratio.filter(|_| before > 0 && after > 0);
        Self {
            before: locating.before,
            after: locating.after,
            changed: locating.changed(),
            low: ratio.map(|r| r * b / (b + locating.before.not_located as f64)),
            high: ratio.map(|r| r * (a + locating.after.not_located as f64) / a),
        }
    }
}

/// What could have been seen.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default)]
pub struct Power {
    /// A fall, as a share.
    pub fall: f64,
    /// How often it would be seen, as a share.
    pub probability: f64,
    /// Least incidents before for it to be seen so often, by the widened 95 % interval.
    pub incidents_needed: Option<u64>,
}

/// A before and after statement with its uncertainty.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default)]
pub struct Claim {
    /// Identifies question, method and data.
    pub claim_id: String,
    /// Version of the method.
    pub method_version: String,
    /// First day that was not looked at: the end of the data.
    pub data_cutoff: String,
    /// Checksums of what it was made from, up to there.
    pub checksums: Checksums,
    /// The place as asked for.
    pub place: String,
    /// Its name.
    pub place_name: String,
    /// What is counted, in words.
    pub what: String,
    /// Before.
    pub before: Exposure,
    /// After.
    pub after: Exposure,
    /// Rate after over rate before; null when nothing happened before.
    pub ratio: Option<f64>,
    /// 100 (ratio - 1).
    pub percent_change: Option<f64>,
    /// Exact 95 % interval and test.
    pub exact: Option<RatioInterval>,
    /// Mid-P 95 % interval and test.
    pub midp: Option<RatioInterval>,
    /// p-value of the E-test.
    pub e_test: Option<f64>,
    /// Variance over mean of the monthly counts; above 1 widens every interval.
    pub dispersion: f64,
    /// Degrees of freedom behind it.
    pub dispersion_df: f64,
    /// Standard deviation of the logarithmic changes of the other areas beyond their counts; widens every interval against them.
    pub spread_between_areas: f64,
    /// The exact interval, widened: what the verdict is made from.
    pub widened: Option<RatioInterval>,
    /// The change with the season taken out.
    pub same_season: Option<SameSeason>,
    /// Against all other areas together.
    pub county: Option<CountyChange>,
    /// Against comparison areas.
    pub comparison: Option<ComparisonResult>,
    /// In the ring.
    pub displacement: Option<DisplacementResult>,
    /// Regression to the mean.
    pub peak: Option<Peak>,
    /// Records without a place.
    pub locating: Option<LocatingResult>,
    /// What could have been seen.
    pub power: Power,
    /// The verdict.
    pub verdict: String,
    /// The claim as sentences.
    pub sentences: Vec<String>,
    /// What was left out, and what a reader must know.
    pub notes: Vec<String>,
}

impl Claim {
    /// The claim in one line.
    pub(super) fn title(&self) -> String {
        let Self { place_name, before, after, verdict, .. } = self;
        format!("{place_name}: {}..{} against {}..{}: {verdict}", before.from, before.to, after.from, after.to)
    }

    /// The claim as a person reads it.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let mut lines = self.sentences.clone();
        lines.push(String::new());
        lines.extend(self.notes.iter().map(|n| format!("  {n}")));
        lines.push(format!(
            "  Claim {}, method version {}, data up to {} (not included).",
            self.claim_id, self.method_version, self.data_cutoff
        ));
        lines
    }

    /// The two periods, and beside the second what the change comes to.
    pub(super) fn rows(&self) -> Rows {
        let windows = [&self.before, &self.after];
        let text =
            |value: &dyn Fn(&Exposure) -> String| ColumnValues::texts(windows.iter().map(|w| value(w)).collect());
        let after = |value: Option<f64>| ColumnValues::Numbers(vec![f64::NAN, value.unwrap_or(f64::NAN)]);
        let wide = self.widened.as_ref();
        let columns = vec![
            Column::new("period", ColumnValues::texts(vec!["before".to_owned(), "after".to_owned()])),
            Column::new("from", text(&|w| w.from.clone())),
            Column::new("to", text(&|w| w.to.clone())),
            Column::new("count", ColumnValues::Counts(windows.iter().map(|w| w.count).collect())),
            Column::new(
                "days",
                ColumnValues::Counts(windows.iter().map(|w| u64::from(w.days.unsigned_abs())).collect()),
            )
            .in_unit(Unit::Days),
            Column::new("ratio", after(self.ratio)),
            Column::new("low", after(wide.map(|w| w.low))).in_unit(Unit::Ratio),
            Column::new("high", after(wide.and_then(|w| w.high))).in_unit(Unit::Ratio),
            Column::new("p_value", after(wide.map(|w| w.p))),
            Column::new("verdict", ColumnValues::texts(vec![String::new(), self.verdict.clone()])),
        ];
        Rows { columns, places: Vec::new() }
    }
}
