//! Incidents of one source and month as columns.

use std::{
    collections::HashMap,
    hash::{DefaultHasher, Hash, Hasher},
};

use hashbrown::HashMap as FastMap;

use super::{
    place::{ABSENT, NO_PLACE, PlaceRow},
    texts::{Dictionary, Texts},
};
use crate::model::{FLAG_AREA_SNAPPED, When};

/// What is added for one incident.
#[derive(Debug, Clone)]
pub struct IncidentRow<'a> {
    /// Permanent key.
    pub key: u64,
    /// The source's own reference, empty where it has none.
    pub source_ref: &'a str,
    /// Offence category.
    pub category: &'a str,
    /// When it happened.
    pub when: When,
    /// Position in [`Incidents::places`], or [`NO_PLACE`].
    pub place: u32,
    /// Hash of the location text, 0 where there is none.
    pub location_text_hash: u64,
    /// Codes of attributes ([`Incidents::attribute_code`]), by position in [`Incidents::attribute_names`].
    pub attributes: &'a [u32],
}

/// Incidents of one source and month.
#[derive(Debug, Clone, Default)]
pub struct Incidents {
    /// Layers that places are assigned to, and the codes each has used.
    pub layers: Vec<String>,
    pub(crate) area_codes: Vec<Dictionary>,
    /// Distinct places.
    pub places: Vec<PlaceRow>,
    /// Names of attributes.
    pub attribute_names: Vec<String>,
    pub(crate) attribute_values: Vec<Dictionary>,
    pub(crate) categories: Dictionary,
    pub(crate) whens: Vec<When>,
    when_index: FastMap<When, u32>,
    pub(crate) keys: Vec<u64>,
    pub(crate) refs: Texts,
    pub(crate) category: Vec<u32>,
    pub(crate) when: Vec<u32>,
    pub(crate) place: Vec<u32>,
    pub(crate) text_hash: Vec<u64>,
    pub(crate) attributes: Vec<Vec<u32>>,
}

impl Incidents {
    /// Makes an empty set for the layers and attributes named.
    #[must_use]
    pub fn new(layers: &[String], attribute_names: &[&str]) -> Self {
        Self {
            layers: layers.to_vec(),
            area_codes: vec![Dictionary::default(); layers.len()],
            attribute_names: attribute_names.iter().map(ToString::to_string).collect(),
            attribute_values: vec![Dictionary::default(); attribute_names.len()],
            attributes: vec![Vec::new(); attribute_names.len()],
            ..Self::default()
        }
    }

    /// Number of incidents.
    #[must_use]
    pub fn len(&self) -> usize {
        self.category.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.category.is_empty()
    }

    /// Makes room for so many incidents: growing columns are copied again and again.
    pub fn reserve(&mut self, rows: usize, ref_bytes: usize) {
        self.keys.reserve(rows);
        self.refs.reserve(rows, ref_bytes);
        for column in [&mut self.category, &mut self.when, &mut self.place].into_iter().chain(&mut self.attributes) {
            column.reserve(rows);
        }
        self.text_hash.reserve(rows);
    }

    /// Notes an area code of a layer and gives its position.
    pub fn area_code(&mut self, layer: usize, code: &str) -> u32 {
        self.area_codes[layer].intern(code)
    }

    /// The area code of a place in a layer.
    #[must_use]
    pub fn area_of(&self, place: &PlaceRow, layer: usize) -> Option<&str> {
        let i = place.areas[layer];
        (i != ABSENT).then(|| self.area_codes[layer].get(i))
    }

    /// Adds a place and gives its position.
    pub fn push_place(&mut self, place: PlaceRow) -> u32 {
        self.places.push(place);
        (self.places.len() - 1) as u32
    }

    /// Adds places and puts incidents there, those of each place listed in turn.
    pub fn place_at<'r>(&mut self, places: Vec<PlaceRow>, incidents: impl Iterator<Item = &'r [u32]>) {
        let first = self.places.len() as u32;
        for (place, rows) in (first..).zip(incidents) {
            for &row in rows {
                self.place[row as usize] = place;
            }
        }
        if self.places.is_empty() {
            self.places = places;
        } else {
            self.places.extend(places);
        }
    }

    pub(crate) fn intern_when(&mut self, when: When) -> u32 {
        // Rows of one file mostly share their time with the row before.
        if let Some(&last) = self.when.last()
            && self.whens.get(last as usize) == Some(&when)
        {
            return last;
        }
        let next = self.whens.len() as u32;
        let i = *self.when_index.entry(when).or_insert(next);
        if i == next {
            self.whens.push(when);
        }
        i
    }

    /// Adds an incident.
    pub fn push(&mut self, row: &IncidentRow<'_>) {
        self.keys.push(row.key);
        self.refs.push(row.source_ref);
        let category = self.categories.intern(row.category);
        self.category.push(category);
        let when = self.intern_when(row.when);
        self.when.push(when);
        self.place.push(row.place);
        self.text_hash.push(row.location_text_hash);
        for (column, &value) in self.attributes.iter_mut().zip(row.attributes) {
            column.push(value);
        }
    }

    /// The code of an attribute's text; empty texts are absent.
    pub fn attribute_code(&mut self, column: usize, text: &str) -> u32 {
        if text.is_empty() { ABSENT } else { self.attribute_values[column].intern(text) }
    }

    /// Copies one incident of another set; `places` remembers which places were copied before.
    pub fn push_from(&mut self, other: &Self, i: usize, places: &mut HashMap<u32, u32>) {
        let place = match other.place[i] {
            NO_PLACE => NO_PLACE,
            place => *places.entry(place).or_insert_with(|| self.copy_place(other, &other.places[place as usize])),
        };
        let attributes: Vec<u32> = (0..self.attribute_names.len())
            .map(|column| {
                let text = other.attribute(i, &self.attribute_names[column]);
                self.attribute_code(column, text)
            })
            .collect();
        self.push(&IncidentRow {
            key: other.keys[i],
            source_ref: other.refs.get(i),
            category: other.categories.get(other.category[i]),
            when: other.whens[other.when[i] as usize],
            place,
            location_text_hash: other.text_hash[i],
            attributes: &attributes,
        });
    }

    fn copy_place(&mut self, other: &Self, place: &PlaceRow) -> u32 {
        let areas = (0..self.layers.len())
            .map(|layer| {
                let theirs = other.layers.iter().position(|l| *l == self.layers[layer]);
                let code = theirs.and_then(|theirs| other.area_of(place, theirs));
                code.map_or(ABSENT, |code| self.area_codes[layer].intern(code))
            })
            .collect();
        self.push_place(PlaceRow { areas, ..place.clone() })
    }

    /// Gives an incident another place.
    pub fn set_place(&mut self, i: usize, place: PlaceRow) {
        self.place[i] = self.push_place(place);
    }

    /// Takes an incident's place away.
    pub fn unplace(&mut self, i: usize) {
        self.place[i] = NO_PLACE;
    }

    /// Gives every incident the key made of the one it has.
    pub fn rekey(&mut self, key: impl Fn(u64) -> u64) {
        self.keys.iter_mut().for_each(|k| *k = key(*k));
    }

    /// Gives every incident the same value of an attribute.
    pub fn set_attribute(&mut self, name: &str, value: &str) {
        if let Some(column) = self.attribute_names.iter().position(|n| n == name) {
            let value = self.attribute_values[column].intern(value);
            self.attributes[column].fill(value);
        }
    }

    /// Key of an incident.
    #[must_use]
    pub fn key(&self, i: usize) -> u64 {
        self.keys[i]
    }

    /// Hash of an incident's words about its place, 0 where there are none.
    #[must_use]
    pub fn text_hash_of(&self, i: usize) -> u64 {
        self.text_hash[i]
    }

    /// Gives every incident another hash of its words and, where its key was made of its words, another key.
    pub fn rekey_words(&mut self, keyed: impl Fn(u64) -> u64, keys_too: bool) {
        for i in 0..self.len() {
            if keys_too && self.text_hash[i] != 0 && self.refs.get(i).is_empty() {
                self.keys[i] = keyed(self.keys[i]);
            }
            self.text_hash[i] = keyed(self.text_hash[i]);
        }
    }

    /// The source's own reference of an incident, empty where it has none.
    #[must_use]
    pub fn source_ref_of(&self, i: usize) -> &str {
        self.refs.get(i)
    }

    /// The category of an incident.
    #[must_use]
    pub fn category_of(&self, i: usize) -> &str {
        self.categories.get(self.category[i])
    }

    /// Every spelling of a category on these incidents, and of some that were.
    pub fn category_words(&self) -> impl Iterator<Item = &str> {
        self.categories.values().iter().map(String::as_str)
    }

    /// When an incident happened.
    #[must_use]
    pub fn when_of(&self, i: usize) -> When {
        self.whens[self.when[i] as usize]
    }

    /// Counts located incidents by the area of their place in a layer (a code) and by the value of an attribute.
    #[must_use]
    pub fn count_by_area(&self, layer: &str, attribute: &str) -> Vec<(&str, &str, u64)> {
        let Some(layer) = self.layers.iter().position(|l| l == layer) else { return Vec::new() };
        let column = self.attribute_names.iter().position(|n| n == attribute);
        let values = 1 + column.map_or(0, |c| self.attribute_values[c].values().len());
        // By area and value; the last value is that of incidents without the attribute.
        let mut counts = vec![0_u64; self.area_codes[layer].values().len() * values];
        let area_of: Vec<u32> = self.places.iter().map(|p| p.areas[layer]).collect();
        for (i, &place) in self.place.iter().enumerate() {
            let area = area_of.get(place as usize).copied().filter(|&area| area != ABSENT);
            let value = column.map_or(ABSENT, |c| self.attributes[c][i]);
            if let Some(area) = area {
                counts[area as usize * values + (value as usize).min(values - 1)] += 1;
            }
        }
        let text = |value: usize| match column {
            Some(c) if value + 1 < values => self.attribute_values[c].get(value as u32),
            _ => "",
        };
        let counted = counts.into_iter().enumerate().filter(|(_, n)| *n > 0);
        counted.map(|(i, n)| (self.area_codes[layer].get((i / values) as u32), text(i % values), n)).collect()
    }

    /// The place of an incident.
    #[must_use]
    pub fn place_of(&self, i: usize) -> Option<&PlaceRow> {
        self.places.get(self.place[i] as usize)
    }

    /// An attribute of an incident, empty where absent.
    #[must_use]
    pub fn attribute(&self, i: usize, name: &str) -> &str {
        let Some(column) = self.attribute_names.iter().position(|n| n == name) else { return "" };
        match self.attributes[column][i] {
            ABSENT => "",
            value => self.attribute_values[column].get(value),
        }
    }

    /// A digest of everything a source said about an incident, to tell an update from a duplicate. Compared
    /// within one run only.
    #[must_use]
    pub fn content(&self, i: usize) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.refs.get(i).hash(&mut hasher);
        self.category_of(i).hash(&mut hasher);
        self.when_of(i).hash(&mut hasher);
        self.text_hash[i].hash(&mut hasher);
        if let Some(place) = self.place_of(i) {
            (place.lon.to_bits(), place.lat.to_bits(), place.class).hash(&mut hasher);
            place.radius_m.to_bits().hash(&mut hasher);
            // The area a place was given to depends on the layers, not on what the source said.
            (place.flags & !FLAG_AREA_SNAPPED).hash(&mut hasher);
        }
        let mut names: Vec<&String> = self.attribute_names.iter().collect();
        names.sort();
        for name in names {
            let value = self.attribute(i, name);
            if !value.is_empty() {
                (name, value).hash(&mut hasher);
            }
        }
        hasher.finish()
    }
}
