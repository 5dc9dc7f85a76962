//! Building a table from incidents in any order: the same incidents give the same table.

use std::{cmp::Ordering, collections::BTreeMap};

use hashbrown::HashMap;

use super::{
    Group, Grouping, Span, Special, Table,
    codes::{HOW_UNKNOWN, how_of},
    marks::{Mark, Marked},
    sliced::SlicedColumn,
};
use crate::model::{Day, PrecisionClass, RESOLUTIONS, fold, tidy};

/// Most codes of a column: they are 16-bit.
const MAX_CODES: usize = 65_000;

/// Why there is no table.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TableError {
    /// More categories and sources than a table tells apart.
    #[error(
        "more than {MAX_CODES} combinations of source and category; {source_name} alone has {found} categories: in its mapping \
         `category` probably names the wrong column. Put the mapping right and import its files again with --replace; \
         `places import` and `places check` work meanwhile"
    )]
    TooManyKinds {
        /// The source with most categories.
        source_name: String,
        /// How many it has, as far as they were counted.
        found: usize,
    },
    /// More incidents than 32-bit positions.
    #[error("{found} incidents; the limit is 4 billion")]
    TooManyIncidents {
        /// How many there are.
        found: usize,
    },
}

/// A distinct position while a table is built.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NewPlace {
    pub(crate) lon: f64,
    pub(crate) lat: f64,
    pub(crate) class: PrecisionClass,
    /// Finest resolution it may be counted at.
    pub(crate) finest: u8,
    pub(crate) cells: [u64; 5],
}

impl NewPlace {
    /// Places in the order of the table.
    fn order(&self, other: &Self) -> Ordering {
        (self.cells[4], self.class.code(), self.finest)
            .cmp(&(other.cells[4], other.class.code(), other.finest))
            .then(self.lon.total_cmp(&other.lon))
            .then(self.lat.total_cmp(&other.lat))
    }
}

/// Rows of one part, with positions in the builder's places.
#[derive(Debug, Default)]
struct Part {
    place: Vec<u32>,
    span: Vec<u16>,
    how: Vec<u8>,
    kind: Vec<u16>,
    /// Marked rows of the part, ascending, with their mark.
    marked: Vec<(u32, u16)>,
}

/// Collects incidents.
#[derive(Debug)]
pub struct TableBuilder {
    layers: Vec<(String, usize)>,
    study: Option<usize>,
    places: Vec<NewPlace>,
    /// Areas of place i in layer l: `areas[i * layers + l]`.
    areas: Vec<u32>,
    /// Codes of the places in their order.
    sorted: Vec<u32>,
    spans: Vec<Span>,
    span_index: HashMap<Span, u16>,
    kinds: Vec<(String, String)>,
    kind_index: HashMap<(String, String), u16>,
    marks: Vec<(String, String, Marked)>,
    parts: Vec<Part>,
    too_many_kinds: bool,
}

const NOT_LOCATED: u32 = u32::MAX;

impl TableBuilder {
    /// A builder for layers, given with their number of areas, and the layer that is the study area.
    #[must_use]
    pub fn new(layers: &[(String, usize)], study_area: Option<&str>) -> Self {
        Self {
            study: study_area.and_then(|study| layers.iter().position(|l| l.0 == study)),
            layers: layers.to_vec(),
            places: Vec::new(),
            areas: Vec::new(),
            sorted: Vec::new(),
            spans: Vec::new(),
            span_index: HashMap::new(),
            kinds: Vec::new(),
            kind_index: HashMap::new(),
            marks: Vec::new(),
            parts: Vec::new(),
            too_many_kinds: false,
        }
    }

    /// Codes of positions; `area` gives the area of one of them in a layer, `u32::MAX` where in none.
    ///
    /// Positions that are in the order of the table already, as a stored file has them, are quickest.
    pub(crate) fn add_places(&mut self, new: &[NewPlace], area: impl Fn(usize, usize) -> u32) -> Vec<u32> {
        let mut order: Vec<u32> = (0..new.len() as u32).collect();
        if !new.is_sorted_by(|a, b| a.order(b).is_le()) {
            order.sort_by(|&a, &b| new[a as usize].order(&new[b as usize]));
        }
        let mut codes = vec![0; new.len()];
        let mut merged = Vec::with_capacity(self.sorted.len() + new.len());
        let mut known = std::mem::take(&mut self.sorted).into_iter().peekable();
        for i in order {
            let place = &new[i as usize];
            while let Some(code) = known.next_if(|&code| self.places[code as usize].order(place).is_lt()) {
                merged.push(code);
            }
            let same = |code: &u32| self.places[*code as usize].order(place).is_eq();
            let code = known.peek().copied().filter(same).or(merged.last().copied().filter(same));
            codes[i as usize] = code.unwrap_or_else(|| {
                let code = self.places.len() as u32;
                self.places.push(*place);
                self.areas.extend((0..self.layers.len()).map(|layer| area(i as usize, layer)));
                merged.push(code);
                code
            });
        }
        merged.extend(known);
        self.sorted = merged;
        codes
    }

    /// Code of a span of days. When there are too many different ones a span is widened to whole months, so it
    /// is counted where months suffice and boxed as too coarse elsewhere.
    pub fn span(&mut self, start: Day, end: Day) -> u16 {
        let span = Span { start, end };
        if let Some(&code) = self.span_index.get(&span) {
            return code;
        }
        if self.spans.len() >= MAX_CODES && !is_whole_months(span) {
            let last = Day(end.0 - 1).month();
            return self.span(start.month().first_day(), last.next().first_day());
        }
        let code = self.spans.len().min(usize::from(u16::MAX)) as u16;
        self.spans.push(span);
        self.span_index.insert(span, code);
        code
    }

    /// Code of a source and category as they are spelled; spellings of one word become one in [`Self::finish`].
    pub fn kind(&mut self, source: &str, category: &str) -> u16 {
        let key = (source.to_owned(), category.to_owned());
        if let Some(&code) = self.kind_index.get(&key) {
            return code;
        }
        if self.kinds.len() >= MAX_CODES {
            self.too_many_kinds = true;
            return 0;
        }
        let code = self.kinds.len() as u16;
        self.kinds.push(key.clone());
        self.kind_index.insert(key, code);
        code
    }

    /// Makes room for so many incidents.
    pub fn reserve(&mut self, rows: usize) {
        let column = || Vec::with_capacity(rows);
        self.parts.push(Part {
            place: column(),
            span: Vec::with_capacity(rows),
            how: Vec::with_capacity(rows),
            kind: Vec::with_capacity(rows),
            marked: Vec::new(),
        });
    }

    /// Adds an incident; `place` is a code that `add_places` gave, or `None` when it is not located.
    pub fn push(&mut self, place: Option<u32>, span: u16, hour: u8, kind: u16) {
        let how = self.spans.get(usize::from(span)).map_or(HOW_UNKNOWN, |&s| how_of(s, hour));
        if self.parts.is_empty() {
            self.reserve(0);
        }
        if let Some(part) = self.parts.last_mut() {
            part.place.push(place.unwrap_or(NOT_LOCATED));
            part.span.push(span);
            part.how.push(how);
            part.kind.push(kind);
        }
    }

    /// Code of a mark.
    pub(crate) fn mark(&mut self, source: &str, part: &str, why: Marked) -> u16 {
        let is_same = |m: &(String, String, Marked)| (m.0.as_str(), m.1.as_str(), m.2) == (source, part, why);
        if let Some(known) = self.marks.iter().position(is_same) {
            return known as u16;
        }
        self.marks.push((source.to_owned(), part.to_owned(), why));
        (self.marks.len() - 1) as u16
    }

    /// Marks the incident that was added last.
    pub(crate) fn mark_last(&mut self, mark: u16) {
        if let Some(part) = self.parts.last_mut()
            && let Some(row) = part.place.len().checked_sub(1)
        {
            part.marked.push((row as u32, mark));
        }
    }

    /// Sorts everything into place.
    ///
    /// # Errors
    /// [`TableError`] when there is more than a table holds.
    pub fn finish(self) -> Result<Table, TableError> {
        let incidents: usize = self.parts.iter().map(|p| p.place.len()).sum();
        if self.too_many_kinds {
            return Err(too_many(&self.kinds));
        }
        if incidents >= u32::MAX as usize {
            return Err(TableError::TooManyIncidents { found: incidents });
        }
        let (span_code, spans) = sorted_codes(&self.spans, |s| (s.end.0 - s.start.0, s.start));
        let Kinds { pairs: kinds, code: kind_code, sources, categories } = sorted_kinds(&self.kinds, &self.parts);
        let (how_code, hows) = compact_hows(&self.parts);
        let mut rank = vec![0_u32; self.sorted.len()];
        for (new, &old) in self.sorted.iter().enumerate() {
            rank[old as usize] = new as u32;
        }
        let rows = sort_rows(&self.parts, &rank, &span_code, &how_code, &kind_code);
        drop(self.parts);
        let places: Vec<NewPlace> = self.sorted.iter().map(|&code| self.places[code as usize]).collect();
        let area = |place: usize, layer: usize| self.areas[self.sorted[place] as usize * self.layers.len() + layer];
        let in_study_area: Vec<bool> =
            (0..places.len()).map(|place| self.study.is_none_or(|study| area(place, study) != u32::MAX)).collect();
        let groups = Groups { places: &places, in_study_area: &in_study_area };
        let cells: Vec<(Grouping, Vec<u64>)> = (0..RESOLUTIONS.len()).map(|slot| groups.cells(slot)).collect();
        let layers = self
            .layers
            .iter()
            .enumerate()
            .map(|(i, (name, areas))| (name.clone(), groups.areas(*areas, |place| area(place, i))));
        let layers = layers.collect();
        let whole = groups.whole();
        let (cells, cell_ids) = cells.into_iter().unzip();
        Ok(Table {
            lon: places.iter().map(|p| p.lon).collect(),
            lat: places.iter().map(|p| p.lat).collect(),
            class: places.iter().map(|p| p.class.code()).collect(),
            span: SlicedColumn::new(&rows.span, spans.len()),
            how: SlicedColumn::new(&rows.how, hows.len()),
            kind: SlicedColumn::new(&rows.kind, kinds.len()),
            row_start: rows.starts,
            spans,
            hows,
            kinds,
            sources,
            categories,
            marks: marks_of(self.marks, rows.marked),
            whole,
            cells,
            cell_ids,
            layers,
        })
    }
}

fn is_whole_months(span: Span) -> bool {
    let first = |day: Day| day.month().first_day() == day;
    first(span.start) && first(span.end)
}

/// New code of each old one, and the values in their new order.
fn sorted_codes<T: Copy, K: Ord>(values: &[T], key: impl Fn(&T) -> K) -> (Vec<u16>, Vec<T>) {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by_key(|&i| key(&values[i]));
    let mut code = vec![0_u16; values.len()];
    for (new, &old) in order.iter().enumerate() {
        code[old] = new as u16;
    }
    (code, order.into_iter().map(|i| values[i]).collect())
}

/// The source with most categories, which is at fault.
fn too_many(kinds: &[(String, String)]) -> TableError {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    kinds.iter().for_each(|(source, _)| *counts.entry(source).or_default() += 1);
    let most = counts.into_iter().max_by_key(|c| c.1).unwrap_or_default();
    TableError::TooManyKinds { source_name: most.0.to_owned(), found: most.1 }
}

/// Sources and categories in their final order.
struct Kinds {
    pairs: Vec<(u16, u16)>,
    /// New code of each kind as it was spelled.
    code: Vec<u16>,
    sources: Vec<String>,
    categories: Vec<String>,
}

/// Spellings of one category become one kind under one name.
fn sorted_kinds(kinds: &[(String, String)], parts: &[Part]) -> Kinds {
    let shown = spellings(kinds, parts);
    let codes =
        |names: std::collections::BTreeSet<String>| -> BTreeMap<String, u16> { names.into_iter().zip(0..).collect() };
    let sources = codes(kinds.iter().map(|k| k.0.clone()).collect());
    let categories = codes(shown.iter().cloned().collect());
    let of_kind: Vec<(u16, u16)> = kinds.iter().zip(&shown).map(|(k, c)| (sources[&k.0], categories[c])).collect();
    let mut pairs = of_kind.clone();
    pairs.sort_unstable();
    pairs.dedup();
    let code = of_kind.iter().map(|pair| pairs.binary_search(pair).unwrap_or_default() as u16).collect();
    Kinds { pairs, code, sources: sources.into_keys().collect(), categories: categories.into_keys().collect() }
}

/// The name of each kind's category: of several spellings the one on most records, of as many the first by alphabet,
/// so that neither the order of rows nor that of files decides.
fn spellings(kinds: &[(String, String)], parts: &[Part]) -> Vec<String> {
    let mut words: BTreeMap<String, BTreeMap<String, u64>> = BTreeMap::new();
    let folded: Vec<(String, String)> = kinds.iter().map(|k| (fold(&k.1), tidy(&k.1))).collect();
    for (word, spelling) in &folded {
        words.entry(word.clone()).or_default().insert(spelling.clone(), 0);
    }
    if words.values().any(|spellings| spellings.len() > 1) {
        let mut rows = vec![0_u64; kinds.len()];
        parts.iter().flat_map(|p| &p.kind).for_each(|&kind| rows[usize::from(kind)] += 1);
        for ((word, spelling), rows) in folded.iter().zip(rows) {
            words.entry(word.clone()).and_modify(|s| *s.entry(spelling.clone()).or_default() += rows);
        }
    }
    let chosen: BTreeMap<String, String> = words
        .into_iter()
        .map(|(word, spellings)| {
            // Of equals the last: the first by alphabet, read backwards.
            let most = spellings.into_iter().rev().max_by_key(|s| s.1).unwrap_or_default();
            (word, most.0)
        })
        .collect();
    folded.iter().map(|(word, _)| chosen[word].clone()).collect()
}

/// New code of each hour of the week, and those that occur.
fn compact_hows(parts: &[Part]) -> ([u8; 256], Vec<u8>) {
    let mut occurs = [false; 256];
    parts.iter().flat_map(|p| &p.how).for_each(|&how| occurs[usize::from(how)] = true);
    let hows: Vec<u8> = (0..=u8::MAX).filter(|&how| occurs[usize::from(how)]).collect();
    let mut code = [0; 256];
    hows.iter().enumerate().for_each(|(i, &how)| code[usize::from(how)] = i as u8);
    (code, hows)
}

/// Codes of all rows, sorted by place.
struct Rows {
    starts: Vec<u32>,
    span: Vec<u16>,
    how: Vec<u8>,
    kind: Vec<u16>,
    /// Marked rows with their mark.
    marked: Vec<(u32, u16)>,
}

/// Counting sort of all rows by place.
fn sort_rows(parts: &[Part], rank: &[u32], span_code: &[u16], how_code: &[u8; 256], kind_code: &[u16]) -> Rows {
    let places = rank.len();
    let slot = |place: u32| if place == NOT_LOCATED { places } else { rank[place as usize] as usize };
    let mut starts = vec![0_u32; places + 2];
    for part in parts {
        for &place in &part.place {
            starts[slot(place) + 1] += 1;
        }
    }
    for i in 1..starts.len() {
        starts[i] += starts[i - 1];
    }
    let rows = starts[places + 1] as usize;
    let (mut span, mut how, mut kind) = (vec![0; rows], vec![0; rows], vec![0; rows]);
    let mut next = starts.clone();
    let mut marked = Vec::new();
    for part in parts {
        let mut marks = part.marked.iter().peekable();
        for (i, &place) in part.place.iter().enumerate() {
            let at = &mut next[slot(place)];
            let to = *at as usize;
            span[to] = span_code[usize::from(part.span[i])];
            how[to] = how_code[usize::from(part.how[i])];
            kind[to] = kind_code[usize::from(part.kind[i])];
            marked.extend(marks.next_if(|m| m.0 as usize == i).map(|m| (*at, m.1)));
            *at += 1;
        }
    }
    Rows { starts, span, how, kind, marked }
}

/// The rows of each mark, marks by name.
fn marks_of(names: Vec<(String, String, Marked)>, mut marked: Vec<(u32, u16)>) -> Vec<Mark> {
    marked.sort_unstable();
    let mut marks: Vec<Mark> =
        names.into_iter().map(|(source, part, why)| Mark { source, part, why, rows: Vec::new() }).collect();
    marked.into_iter().for_each(|(row, mark)| marks[usize::from(mark)].rows.push(row));
    marks.retain(|m| !m.rows.is_empty());
    marks.sort_by(|a, b| (&a.source, &a.part, a.why).cmp(&(&b.source, &b.part, b.why)));
    marks
}

struct Groups<'a> {
    places: &'a [NewPlace],
    in_study_area: &'a [bool],
}

impl Groups<'_> {
    /// The groups of all places and, last, of the not located.
    fn of(&self, groups: usize, group: impl Fn(usize, &NewPlace) -> Group) -> Grouping {
        let places = self.places.iter().zip(self.in_study_area).enumerate();
        let located =
            places.map(|(i, (place, &inside))| if inside { group(i, place) } else { Group::Special(Special::Outside) });
        Grouping::new(groups, located.chain([Group::Special(Special::NotLocated)]))
    }

    fn whole(&self) -> Grouping {
        self.of(1, |_, _| Group::Of(0))
    }

    fn cells(&self, slot: usize) -> (Grouping, Vec<u64>) {
        let mut ids: Vec<u64> = self.places.iter().map(|p| p.cells[slot]).collect();
        ids.sort_unstable();
        ids.dedup();
        let grouping = self.of(ids.len(), |_, place| {
            if place.finest < RESOLUTIONS[slot] {
                return Group::Special(Special::TooCoarse);
            }
            let group = ids.binary_search(&place.cells[slot]).unwrap_or_default();
            Group::Of(group as u32)
        });
        (grouping, ids)
    }

    fn areas(&self, areas: usize, area: impl Fn(usize) -> u32) -> Grouping {
        self.of(areas, |i, place| {
            let area = area(i);
            if !place.class.supports_area() {
                Group::Special(Special::TooCoarse)
            } else if area == u32::MAX {
                Group::Special(Special::OutsidePlace)
            } else {
                Group::Of(area)
            }
        })
    }
}
