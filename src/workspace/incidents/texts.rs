//! Columns of text: those that repeat, and those that do not.

use std::hash::BuildHasher;

use hashbrown::{DefaultHashBuilder, HashTable, hash_table::Entry};

/// Texts of a dictionary that are few.
const FEW: usize = 64;

/// Texts that repeat, each stored once.
#[derive(Debug, Clone, Default)]
pub(crate) struct Dictionary {
    values: Vec<String>,
    index: HashTable<u32>,
    hasher: DefaultHashBuilder,
    /// The text asked for last: of few texts a row often repeats that of the row before.
    last: usize,
}

impl Dictionary {
    pub(crate) fn intern(&mut self, text: &str) -> u32 {
        if self.values.len() <= FEW && self.values.get(self.last).is_some_and(|last| last == text) {
            return self.last as u32;
        }
        let (values, hasher) = (&mut self.values, &self.hasher);
        let entry = self.index.entry(
            hasher.hash_one(text),
            |&i| values[i as usize] == text,
            |&i| hasher.hash_one(values[i as usize].as_str()),
        );
        let i = match entry {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(room) => {
                let next = values.len() as u32;
                room.insert(next);
                values.push(text.to_owned());
                next
            }
        };
        self.last = i as usize;
        i
    }

    pub(crate) fn values(&self) -> &[String] {
        &self.values
    }

    pub(crate) fn get(&self, i: u32) -> &str {
        self.values.get(i as usize).map_or("", String::as_str)
    }
}

/// Texts that do not repeat, end to end; an empty one means none.
#[derive(Debug, Clone, Default)]
pub(crate) struct Texts {
    text: String,
    ends: Vec<u32>,
}

impl Texts {
    /// Makes room for so many texts of so many bytes in all.
    pub(super) fn reserve(&mut self, texts: usize, bytes: usize) {
        self.ends.reserve(texts);
        self.text.reserve(bytes);
    }

    pub(crate) fn push(&mut self, text: &str) {
        self.text.push_str(text);
        self.ends.push(self.text.len() as u32);
    }

    pub(crate) fn get(&self, i: usize) -> &str {
        let start = if i == 0 { 0 } else { self.ends[i - 1] as usize };
        &self.text[start..self.ends[i] as usize]
    }
}
