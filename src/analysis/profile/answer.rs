//! What a profile says, as types, rows and sentences.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::{
    ask::{Column, ColumnValues, Rows},
    model::thousands,
};

/// A category's part.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct MixPart {
    /// Category.
    pub category: String,
    /// Incidents.
    pub count: u64,
    /// Share of all, 0 to 1.
    pub share: f64,
    /// Share in the whole study area.
    pub share_everywhere: f64,
    /// Weight of harm of these incidents by each set of weights; null where the category has none.
    pub harm: BTreeMap<String, Option<f64>>,
}

/// A month of the series.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct MonthPoint {
    /// Month.
    pub month: String,
    /// Incidents.
    pub count: u64,
    /// Expected.
    pub expected: f64,
    /// Expected band: least count.
    pub low: f64,
    /// Expected band: largest count.
    pub high: f64,
    /// What the control chart says, or empty.
    pub signal: String,
}

/// Weekday by hour, with what is not known apart.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct WeekShape {
    /// Incidents by weekday (Monday first) and hour.
    pub hours: Vec<Vec<u64>>,
    /// Of each weekday, hour not known.
    pub hour_unknown: Vec<u64>,
    /// Weekday not known.
    pub weekday_unknown: u64,
}

/// An average week.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct Week {
    /// Incidents a week.
    pub per_week: Option<f64>,
    /// The same dates a year before.
    pub year_before: Option<f64>,
}

/// The place among the areas of its layer.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct Rank {
    /// Rank by rate, 1 the highest.
    pub rank: usize,
    /// Highest rank its interval allows.
    pub from: usize,
    /// Lowest rank its interval allows.
    pub to: usize,
    /// Areas ranked.
    pub of: usize,
    /// What the rate is of.
    pub by: String,
    /// Rate per 1,000 smoothed by empirical Bayes.
    pub smoothed: Option<f64>,
}

/// Incidents per 1,000 residents.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct ResidentRate {
    /// Incidents per 1,000.
    pub rate: f64,
    /// Lower end of its 95 % interval.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// A place, whole.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct Profile {
    /// The place as asked for.
    pub place: String,
    /// Its name.
    pub name: String,
    /// What is counted.
    pub what: String,
    /// First day.
    pub from: String,
    /// First day no longer inside.
    pub to: String,
    /// Incidents in the period.
    pub count: u64,
    /// 95 % interval of that count.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Categories.
    pub mix: Vec<MixPart>,
    /// Every month received, with the expected band.
    pub trend: Vec<MonthPoint>,
    /// Why there is no trend, or how the band was made.
    pub trend_method: String,
    /// Weekday by hour.
    pub week: WeekShape,
    /// Average week beside last year's.
    pub average_week: Week,
    /// Incidents per 1,000 residents, with its interval.
    pub rate: Option<ResidentRate>,
    /// Residents behind it.
    pub residents: Option<f64>,
    /// True area.
    pub area_km2: f64,
    /// The place among the others.
    pub rank: Option<Rank>,
    /// Months of the period that were not received.
    pub not_received: Vec<String>,
    /// State of the data.
    pub snapshot: u64,
    /// Version of the method.
    pub method_version: String,
    /// What a reader must know.
    pub notes: Vec<String>,
}

impl Profile {
    /// The months, which is what can be listed.
    pub(super) fn rows(&self) -> Rows {
        let text = |value: &dyn Fn(&MonthPoint) -> String| ColumnValues::texts(self.trend.iter().map(value).collect());
        let numbers =
            |value: &dyn Fn(&MonthPoint) -> f64| ColumnValues::Numbers(self.trend.iter().map(value).collect());
        let columns = vec![
            Column::new("month", text(&|m| m.month.clone())),
            Column::new("count", ColumnValues::Counts(self.trend.iter().map(|m| m.count).collect())),
            Column::new("expected", numbers(&|m| m.expected)),
            Column::new("low", numbers(&|m| m.low)),
            Column::new("high", numbers(&|m| m.high)),
            Column::new("signal", text(&|m| m.signal.clone())),
        ];
        Rows { columns, places: Vec::new() }
    }

    /// The profile in sentences.
    pub(super) fn lines(&self) -> Vec<String> {
        let mut lines = self.figures();
        lines.push(String::new());
        lines.push("Categories (share here; everywhere)".to_owned());
        lines.extend(self.mix.iter().map(MixPart::line));
        lines.push(String::new());
        lines.push(format!("Months ({})", self.trend_method));
        for point in &self.trend {
            let signal = if point.signal.is_empty() { String::new() } else { format!("  {}", point.signal) };
            lines.push(format!(
                "  {}  {:>6}  expected {:.0} to {:.0}{signal}",
                point.month,
                thousands(point.count),
                point.low,
                point.high
            ));
        }
        lines.push(String::new());
        let known: u64 = self.week.hours.iter().flatten().sum();
        let days_only: u64 = self.week.hour_unknown.iter().sum();
        lines.push(format!(
            "Weekday and hour known: {}; only the weekday: {}; neither: {}.",
            thousands(known),
            thousands(days_only),
            thousands(self.week.weekday_unknown)
        ));
        lines.extend(self.notes.iter().map(|n| format!("  {n}")));
        lines
    }

    fn figures(&self) -> Vec<String> {
        let mut lines = vec![
            format!("{}: {}", self.name, self.what),
            format!(
                "{} incidents from {} to {} (not included); 95 % interval {:.0} to {:.0}.",
                thousands(self.count),
                self.from,
                self.to,
                self.low,
                self.high
            ),
        ];
        if let (Some(rate), Some(residents)) = (&self.rate, self.residents) {
            lines.push(format!(
                "{:.1} per 1,000 residents ({:.1} to {:.1}); {} residents.",
                rate.rate,
                rate.low,
                rate.high,
                thousands(residents as u64)
            ));
        }
        if let Some(rank) = &self.rank {
            lines.push(format!(
                "Rank {} of {} by {}; its interval allows {} to {}.",
                rank.rank, rank.of, rank.by, rank.from, rank.to
            ));
        }
        let number = |value: Option<f64>| value.map_or("not received".to_owned(), |v| format!("{v:.1}"));
        lines.push(format!(
            "Average week: {}; a year before: {}.",
            number(self.average_week.per_week),
            number(self.average_week.year_before)
        ));
        lines
    }
}

impl MixPart {
    fn line(&self) -> String {
        let harm = |(set, sum): (&String, &Option<f64>)| {
            format!("; harm {set}: {}", sum.map_or("no weight".to_owned(), |s| format!("{s:.0}")))
        };
        format!(
            "  {:>7}  {:>5.1} %  {:>5.1} %  {}{}",
            thousands(self.count),
            100.0 * self.share,
            100.0 * self.share_everywhere,
            self.category,
            self.harm.iter().map(harm).collect::<String>()
        )
    }
}
