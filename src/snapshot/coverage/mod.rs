//! What has been received: source by part by day by district, so that days not received are never a zero.
//!
//! A part of a source (a police force; the source itself where it has no parts) speaks for the districts of its territory,
//! which is declared (`territory`), never guessed from how many rows a district has. What it delivered is known to the
//! day (`delivered`); a month that holds far less than usual is doubtful until somebody says it is true (`doubt`). A day
//! of a district is received where every part that speaks for the district delivered it.
//!
//! [`Coverage::of`] is the one predicate; everything else (`asked`, `cells`) is made from it.

use std::collections::{BTreeMap, BTreeSet};

mod asked;
mod cells;
mod delivered;
mod doubt;
mod part;
mod spans;
mod status;
mod supplied;
mod territory;

use super::LoadedLayer;
use crate::{
    model::{Day, Month, Period},
    workspace::{AcceptedMonth, CoverageCount, Delivery, Edition, SourceSettings},
};
use part::{Part, Reach};
use spans::Spans;
use territory::Territory;

pub use asked::Interrupted;
pub use cells::CoverageCell;
pub use status::Received;

/// Districts as (code, name).
type Districts = [(String, String)];

/// What has been received.
#[derive(Debug, Clone, Default)]
pub struct Coverage {
    /// Districts as (code, name), by code.
    pub districts: Vec<(String, String)>,
    sources: BTreeMap<String, SourceCoverage>,
    /// Located records by source, month and district.
    rows: BTreeMap<(String, Month, String), u64>,
}

/// What has been received of one source.
#[derive(Debug, Clone, Default)]
struct SourceCoverage {
    parts: Vec<Part>,
    /// By district of any layer.
    reaches: BTreeMap<String, Reach>,
    /// Of no district in particular.
    anywhere: Reach,
    /// Days that were received for every district of the study area; without one, for any.
    everywhere: Spans,
}

/// What coverage is made from.
pub(super) struct Facts<'a> {
    pub(super) editions: &'a [Edition],
    pub(super) deliveries: &'a [Delivery],
    pub(super) accepted: &'a [AcceptedMonth],
    pub(super) located: &'a [CoverageCount],
    pub(super) study: Option<&'a LoadedLayer>,
    pub(super) layers: &'a [LoadedLayer],
    pub(super) sources: &'a BTreeMap<String, SourceSettings>,
    /// The day after today: nothing later was received.
    pub(super) tomorrow: Day,
}

impl Coverage {
    pub(super) fn new(facts: &Facts<'_>) -> Self {
        let districts = districts_of(facts.study);
        let known = districts_of(facts.layers);
        let mut rows = BTreeMap::new();
        for (source, _, month, district, count) in facts.located {
            *rows.entry((source.clone(), *month, district.clone())).or_default() += count;
        }
        let names: BTreeSet<&String> =
            facts.editions.iter().map(|e| &e.source).chain(facts.deliveries.iter().map(|d| &d.source)).collect();
        let sources =
            names.into_iter().map(|source| (source.clone(), SourceCoverage::new(source, facts, (&districts, &known))));
        Self { sources: sources.collect(), districts, rows }
    }

    /// What was received of a period for a district (`all`, empty or an unknown one: from any part) from a source.
    #[must_use]
    pub fn of(&self, source: &str, period: Period, district: &str) -> Received {
        let Some(source) = self.sources.get(source) else { return Received::Nothing };
        let reach = source.reach(district);
        if reach.sure.hold(period) {
            return Received::All;
        }
        if let Some(why) = source.doubt(reach, period) {
            return Received::Doubtful { why };
        }
        reach.sure.within(period).next_back().map_or(Received::Nothing, |last| Received::Partly { to: last.end })
    }

    /// Days of a period that were received for a district from a source.
    #[must_use]
    pub fn days(&self, source: &str, period: Period, district: &str) -> i32 {
        self.sources.get(source).map_or(0, |s| s.reach(district).sure.days_in(period))
    }
}

impl SourceCoverage {
    fn new(source: &str, facts: &Facts<'_>, (own, known): (&Districts, &Districts)) -> Self {
        let settings = facts.sources.get(source);
        let editions = facts.editions.iter().filter(|e| e.source == source);
        let deliveries = facts.deliveries.iter().filter(|d| d.source == source);
        let mut rows: BTreeMap<&str, BTreeMap<Month, u64>> = BTreeMap::new();
        for edition in editions {
            rows.entry(&edition.part).or_default().insert(edition.month, edition.rows);
        }
        let mut delivered: BTreeMap<&str, Vec<&Delivery>> = BTreeMap::new();
        for delivery in deliveries {
            delivered.entry(&delivery.part).or_default().push(delivery);
        }
        let names: BTreeSet<&str> = rows.keys().chain(delivered.keys()).copied().collect();
        let parts: Vec<Part> = names
            .into_iter()
            .map(|name| {
                let declared = settings.map(|s| s.parts.get(name).unwrap_or(&s.covers));
                let territory = Territory::of(source, name, declared.map_or(&[], Vec::as_slice));
                let rows = rows.remove(name).unwrap_or_default();
                let part = match delivered.get(name) {
                    Some(deliveries) => Part::by_delivery(name, territory, deliveries, rows, facts.tomorrow),
                    None => Part::by_month(name, territory, rows, facts.tomorrow),
                };
                let accepted = facts.accepted.iter().filter(|a| a.source == source && a.part == name);
                part.doubt(&accepted.map(|a| (a.month, a.rows)).collect())
            })
            .collect();
        let main = supplied::main_suppliers(source, facts.editions, facts.located);
        let reaches = known.iter().map(|(code, name)| {
            let is_main = |part: &Part| main.get(code.as_str()) == Some(&part.name.as_str());
            let speaks = |&p: &usize| parts[p].territory.holds((code, name), is_main(&parts[p]));
            (code.clone(), Reach::of(&parts, (0..parts.len()).filter(speaks).collect(), (code, name)))
        });
        let (reaches, anywhere): (BTreeMap<String, Reach>, Reach) = (reaches.collect(), Reach::anywhere(&parts));
        let of_own = own.iter().filter_map(|(code, _)| reaches.get(code)).map(|reach| reach.sure.clone());
        let everywhere = of_own.reduce(|all, own| all.and(&own)).unwrap_or_else(|| anywhere.sure.clone());
        Self { parts, reaches, anywhere, everywhere }
    }

    /// The days of a district; of one that no layer has those of any part.
    fn reach(&self, district: &str) -> &Reach {
        self.reaches.get(district).unwrap_or(&self.anywhere)
    }

    /// Why days of a period are doubtful, where they were delivered.
    fn doubt(&self, reach: &Reach, period: Period) -> Option<String> {
        let mut parts = reach.parts.iter().map(|&p| &self.parts[p]);
        let of_part = |part: &Part| {
            let (month, why) = part.doubts.iter().find(|(m, _)| m.period().meets(period))?;
            let name = if part.name.is_empty() { String::new() } else { format!("{} ", part.name) };
            Some(format!("{name}{month}: {why}"))
        };
        reach.days.meet(period).then(|| parts.find_map(of_part)).flatten()
    }
}

/// Districts of layers as (code, name), by code.
fn districts_of<'l>(layers: impl IntoIterator<Item = &'l LoadedLayer>) -> Vec<(String, String)> {
    let areas = layers.into_iter().flat_map(|layer| &layer.areas).filter(|a| !a.district.is_empty());
    let districts: BTreeMap<String, String> = areas.map(|a| (a.district.clone(), a.district_name.clone())).collect();
    districts.into_iter().collect()
}
