//! What was received of one source: its parts, and for each district the days that all parts that speak for it delivered.

use std::collections::{BTreeMap, BTreeSet};

use super::{delivered::days_of, doubt::doubtful, spans::Spans, territory::Territory};
use crate::{
    model::{Day, Month, Period},
    workspace::Delivery,
};

/// A part of a source: a police force, a service; the source itself where it has no parts.
#[derive(Debug, Clone)]
pub(super) struct Part {
    pub(super) name: String,
    pub(super) territory: Territory,
    /// Days delivered, doubtful ones too.
    pub(super) days: Spans,
    /// Days delivered for some districts alone, by folded code or name.
    pub(super) elsewhere: Vec<(BTreeSet<String>, Period)>,
    pub(super) doubts: BTreeMap<Month, String>,
    /// Records of each month.
    pub(super) rows: BTreeMap<Month, u64>,
}

/// The days of a district, or of the whole.
#[derive(Debug, Clone, Default)]
pub(super) struct Reach {
    /// Positions of the parts that speak for it.
    pub(super) parts: Vec<usize>,
    /// Days that all of them delivered.
    pub(super) days: Spans,
    /// The same without doubtful months.
    pub(super) sure: Spans,
}

impl Part {
    /// A part whose files are of a month each, as those of police.uk.
    pub(super) fn by_month(name: &str, territory: Territory, rows: BTreeMap<Month, u64>, today: Day) -> Self {
        let days = Spans::of(rows.keys().map(|m| m.period())).until(today);
        Self { name: name.to_owned(), territory, days, elsewhere: Vec::new(), doubts: BTreeMap::new(), rows }
    }

    /// A part whose deliveries say or show what they cover.
    pub(super) fn by_delivery(
        name: &str,
        territory: Territory,
        deliveries: &[&Delivery],
        rows: BTreeMap<Month, u64>,
        today: Day,
    ) -> Self {
        let (somewhere, everywhere): (Vec<&Delivery>, Vec<&Delivery>) =
            deliveries.iter().partition(|d| !d.districts.is_empty());
        let folded = |d: &Delivery| d.districts.iter().map(|d| crate::model::fold(d)).collect();
        let elsewhere = somewhere.into_iter().map(|d| (folded(d), d.days)).collect();
        let days = days_of(&everywhere).until(today);
        Self { name: name.to_owned(), territory, days, elsewhere, doubts: BTreeMap::new(), rows }
    }

    /// Notes doubtful months, but for those that somebody said are true with as many records.
    pub(super) fn doubt(mut self, accepted: &BTreeMap<Month, u64>) -> Self {
        let doubts = doubtful(&self.rows, &self.any_days());
        let is_accepted = |m: &Month| accepted.get(m) == Some(&self.rows.get(m).copied().unwrap_or(0));
        self.doubts = doubts.into_iter().filter(|(m, _)| !is_accepted(m)).collect();
        self
    }

    /// Days delivered for any district.
    pub(super) fn any_days(&self) -> Spans {
        Spans::of(self.days.iter().chain(self.elsewhere.iter().map(|e| e.1)))
    }

    /// Days delivered for any district, without doubtful months.
    pub(super) fn sure_days(&self) -> Spans {
        self.any_days().without(&self.doubtful_days())
    }

    /// Days delivered for a district.
    fn days_for(&self, district: (&str, &str)) -> Spans {
        let words = [crate::model::fold(district.0), crate::model::fold(district.1)];
        let own = self.elsewhere.iter().filter(|e| words.iter().any(|w| e.0.contains(w)));
        Spans::of(self.days.iter().chain(own.map(|e| e.1)))
    }

    fn doubtful_days(&self) -> Vec<Period> {
        self.doubts.keys().map(|m| m.period()).collect()
    }
}

impl Reach {
    /// Of a district by code and name, from the parts that speak for it.
    pub(super) fn of(parts: &[Part], speaking: Vec<usize>, district: (&str, &str)) -> Self {
        let mut reach = Self { parts: speaking, ..Self::default() };
        for (i, part) in reach.parts.iter().map(|&p| &parts[p]).enumerate() {
            let days = part.days_for(district);
            let sure = days.without(&part.doubtful_days());
            (reach.days, reach.sure) =
                if i == 0 { (days, sure) } else { (reach.days.and(&days), reach.sure.and(&sure)) };
        }
        reach
    }

    /// Of no district in particular: days that any part delivered.
    pub(super) fn anywhere(parts: &[Part]) -> Self {
        let mut speaking: Vec<usize> = (0..parts.len()).filter(|&p| parts[p].territory != Territory::Network).collect();
        if speaking.is_empty() {
            speaking = (0..parts.len()).collect();
        }
        let all = |of: &dyn Fn(&Part) -> Spans| {
            Spans::of(speaking.iter().flat_map(|&p| of(&parts[p]).iter().collect::<Vec<_>>()))
        };
        let (days, sure) = (all(&Part::any_days), all(&|p| p.any_days().without(&p.doubtful_days())));
        Self { parts: speaking, days, sure }
    }
}
