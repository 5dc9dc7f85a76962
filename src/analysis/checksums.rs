//! Checksums of what an answer is made from, each by itself, so that a stored answer that comes out differently can say why.

use serde::{Deserialize, Serialize};

use super::steps::asked_sources;
use crate::{
    model::{Day, Query},
    snapshot::{LoadedLayer, Snapshot},
};

/// Checksums of the parts of a snapshot that an answer was made from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Checksums {
    /// Rows delivered, what their deliveries cover, and decisions that moved rows, of the sources asked, up to the first day
    /// not looked at.
    pub data: String,
    /// Outlines, codes and names of the layer and of the study area.
    pub layer: String,
    /// Figures of the layer, such as residents.
    pub figures: String,
    /// The definition, if one was asked for.
    pub definition: String,
    /// The settings that count: calendar, weights of harm.
    pub settings: String,
}

/// What differs between two answers to one question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Changed {
    /// Rows were delivered again or added, what was received is another, or a decision moved some.
    Data,
    /// The layer has another edition.
    Layer,
    /// The figures of the layer.
    Figures,
    /// The definition.
    Definition,
    /// Calendar or weights.
    Settings,
}

impl Changed {
    /// The reason as a sentence has it.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::Data => {
                "the data is no longer what it was: rows were delivered again or added, what was received is another, or a decision moved some"
            }
            Self::Layer => "the areas have another edition",
            Self::Figures => "the figures of the areas, such as residents, have changed",
            Self::Definition => "the definition has changed",
            Self::Settings => "a calendar or a set of weights has changed",
        }
    }
}

impl Checksums {
    /// Of a query on a snapshot.
    #[must_use]
    pub fn of(ground: &Snapshot, query: &Query, layer: Option<&LoadedLayer>, cutoff: Day) -> Self {
        let asked = asked_sources(ground, query);
        let mut data = Sum::default();
        for partition in ground.partitions.iter().filter(|p| asked.contains(&p.source) && p.month.first_day() < cutoff)
        {
            data.add(&partition.source).add(&partition.month.to_string()).add(&partition.content);
        }
        for source in asked {
            ground.coverage.facts(source, cutoff).iter().for_each(|fact| _ = data.add(fact));
        }
        let (mut outlines, mut figures) = (Sum::default(), Sum::default());
        for layer in layer.into_iter().chain(ground.study_layer()) {
            outlines.add(&layer.name).add(&layer.digest);
            for (name, values) in &layer.indicators {
                figures.add(&layer.name).add(name);
                values.iter().for_each(|v| _ = figures.add(&v.to_string()));
            }
        }
        let definition = query.definition.as_ref().and_then(|name| ground.definitions().get(name));
        let calendar = query.calendar.as_ref().and_then(|name| ground.known.calendars.get(name));
        let mut settings = Sum::default();
        for period in calendar.iter().flat_map(|c| &c.periods) {
            settings.add(&period.to_string());
        }
        for (name, weight) in query.harm.iter().filter_map(|set| ground.harm.get(set)).flatten() {
            settings.add(name).add(&weight.to_string());
        }
        Self {
            data: data.text(),
            layer: outlines.text(),
            figures: figures.text(),
            definition: definition
                .map_or_else(String::new, |d| Sum::default().add(&serde_json::to_string(d).unwrap_or_default()).text()),
            settings: settings.text(),
        }
    }

    /// The first part that differs.
    #[must_use]
    pub fn changed(&self, now: &Self) -> Option<Changed> {
        let parts = [
            (self.definition != now.definition, Changed::Definition),
            (self.settings != now.settings, Changed::Settings),
            (self.layer != now.layer, Changed::Layer),
            (self.figures != now.figures, Changed::Figures),
            (self.data != now.data, Changed::Data),
        ];
        parts.into_iter().find(|p| p.0).map(|p| p.1)
    }
}

/// The identity of an answer that can be kept: the question, the method, and everything it was made from.
pub(super) fn identity(question: &str, method: &str, cutoff: &str, sums: &Checksums) -> String {
    let mut sum = Sum::default();
    sum.add(question).add(method).add(cutoff);
    for part in [&sums.data, &sums.layer, &sums.figures, &sums.definition, &sums.settings] {
        sum.add(part);
    }
    sum.text()[..12].to_owned()
}

/// Texts, one after the other, each with its length.
#[derive(Default)]
struct Sum(blake3::Hasher);

impl Sum {
    fn add(&mut self, text: &str) -> &mut Self {
        self.0.update(&(text.len() as u64).to_le_bytes()).update(text.as_bytes());
        self
    }

    fn text(&self) -> String {
        self.0.finalize().to_hex()[..16].to_owned()
    }
}
