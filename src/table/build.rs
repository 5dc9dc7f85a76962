//! Building a table from incidents in any order: the same incidents give the same table.

use std::collections::BTreeMap;

use hashbrown::HashMap;

use super::{
    Group, Grouping, Span, Special, Table,
    codes::{HOW_UNKNOWN, how_of},
};
use crate::model::{Day, PrecisionClass, RESOLUTIONS};

/// Most codes of a column: they are 16-bit.
const MAX_CODES: usize = 65_000;

/// Why there is no table.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TableError {
    /// More categories and sources than a table tells apart.
    #[error("{found} combinations of source and category; the limit is {MAX_CODES}")]
    TooManyKinds {
        /// How many there are.
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
#[derive(Debug, Clone)]
struct Place {
    lon: f64,
    lat: f64,
    class: PrecisionClass,
    cells: [u64; 5],
    areas: Vec<u32>,
}

/// Rows of one part, with positions in the builder's places.
#[derive(Debug, Default)]
struct Part {
    place: Vec<u32>,
    span: Vec<u16>,
    how: Vec<u8>,
    kind: Vec<u16>,
}

/// Collects incidents.
#[derive(Debug)]
pub struct TableBuilder {
    layers: Vec<(String, usize)>,
    study: Option<usize>,
    places: Vec<Place>,
    place_index: HashMap<(u64, u64, u8), u32>,
    spans: Vec<Span>,
    span_index: HashMap<Span, u16>,
    kinds: Vec<(String, String)>,
    kind_index: HashMap<(String, String), u16>,
    parts: Vec<Part>,
    too_many_kinds: usize,
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
            place_index: HashMap::new(),
            spans: Vec::new(),
            span_index: HashMap::new(),
            kinds: Vec::new(),
            kind_index: HashMap::new(),
            parts: vec![Part::default()],
            too_many_kinds: 0,
        }
    }

    /// Code of a position; `areas` are positions in the layers, `u32::MAX` where in none.
    pub fn place(
        &mut self,
        lon: f64,
        lat: f64,
        class: PrecisionClass,
        cells: [u64; 5],
        areas: impl FnOnce() -> Vec<u32>,
    ) -> u32 {
        let next = self.places.len() as u32;
        let known = *self.place_index.entry((lon.to_bits(), lat.to_bits(), class.code())).or_insert(next);
        if known == next {
            self.places.push(Place { lon, lat, class, cells, areas: areas() });
        }
        known
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

    /// Code of a source and category.
    pub fn kind(&mut self, source: &str, category: &str) -> u16 {
        let key = (source.to_owned(), category.to_owned());
        if let Some(&code) = self.kind_index.get(&key) {
            return code;
        }
        if self.kinds.len() >= MAX_CODES {
            self.too_many_kinds += 1;
            return 0;
        }
        let code = self.kinds.len() as u16;
        self.kinds.push(key.clone());
        self.kind_index.insert(key, code);
        code
    }

    /// Adds an incident; `place` is a code of [`Self::place`], or `None` when it is not located.
    pub fn push(&mut self, place: Option<u32>, span: u16, hour: u8, kind: u16) {
        let how = self.spans.get(usize::from(span)).map_or(HOW_UNKNOWN, |&s| how_of(s, hour));
        if let Some(part) = self.parts.last_mut() {
            part.place.push(place.unwrap_or(NOT_LOCATED));
            part.span.push(span);
            part.how.push(how);
            part.kind.push(kind);
        }
    }

    /// Sorts everything into place.
    ///
    /// # Errors
    /// [`TableError`] when there is more than a table holds.
    pub fn finish(self) -> Result<Table, TableError> {
        let found: usize = self.parts.iter().map(|p| p.place.len()).sum();
        if self.too_many_kinds > 0 {
            return Err(TableError::TooManyKinds { found: MAX_CODES + self.too_many_kinds });
        }
        if found >= u32::MAX as usize {
            return Err(TableError::TooManyIncidents { found });
        }
        let order = sorted_places(&self.places);
        let (span_code, spans) = sorted_codes(&self.spans, |s| (s.end.0 - s.start.0, s.start));
        let (kinds, kind_code, sources, categories) = sorted_kinds(&self.kinds);
        let mut rank = vec![0_u32; order.len()];
        for (new, &old) in order.iter().enumerate() {
            rank[old as usize] = new as u32;
        }
        let (row_start, span, how, kind) = sort_rows(&self.parts, &rank, &span_code, &kind_code);
        let places: Vec<&Place> = order.iter().map(|&i| &self.places[i as usize]).collect();
        let in_study_area: Vec<bool> =
            places.iter().map(|p| self.study.is_none_or(|study| p.areas[study] != u32::MAX)).collect();
        let groups = Groups { places: &places, in_study_area: &in_study_area };
        let cells: Vec<(Grouping, Vec<u64>)> = (0..RESOLUTIONS.len()).map(|slot| groups.cells(slot)).collect();
        let layers = self.layers.iter().enumerate().map(|(i, (name, areas))| (name.clone(), groups.areas(i, *areas)));
        let layers = layers.collect();
        let whole = groups.whole();
        let (cells, cell_ids) = cells.into_iter().unzip();
        Ok(Table {
            lon: places.iter().map(|p| p.lon).collect(),
            lat: places.iter().map(|p| p.lat).collect(),
            class: places.iter().map(|p| p.class.code()).collect(),
            row_start,
            span,
            how,
            kind,
            spans,
            kinds,
            sources,
            categories,
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

fn sorted_places(places: &[Place]) -> Vec<u32> {
    let mut order: Vec<u32> = (0..places.len() as u32).collect();
    order.sort_unstable_by(|&a, &b| {
        let (a, b) = (&places[a as usize], &places[b as usize]);
        (a.cells[4], a.class.code())
            .cmp(&(b.cells[4], b.class.code()))
            .then(a.lon.total_cmp(&b.lon))
            .then(a.lat.total_cmp(&b.lat))
    });
    order
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

type Kinds = (Vec<(u16, u16)>, Vec<u16>, Vec<String>, Vec<String>);

fn sorted_kinds(kinds: &[(String, String)]) -> Kinds {
    let names = |pick: fn(&(String, String)) -> &String| -> BTreeMap<String, u16> {
        let mut names: BTreeMap<String, u16> = kinds.iter().map(|k| (pick(k).clone(), 0)).collect();
        for (i, code) in names.values_mut().enumerate() {
            *code = i as u16;
        }
        names
    };
    let (sources, categories) = (names(|k| &k.0), names(|k| &k.1));
    let pairs: Vec<(u16, u16)> = kinds.iter().map(|(s, c)| (sources[s], categories[c])).collect();
    let (code, pairs) = sorted_codes(&pairs, |p| *p);
    (pairs, code, sources.into_keys().collect(), categories.into_keys().collect())
}

type Rows = (Vec<u32>, Vec<u16>, Vec<u8>, Vec<u16>);

/// Counting sort of all rows by place, and within a place by kind, span and hour.
fn sort_rows(parts: &[Part], rank: &[u32], span_code: &[u16], kind_code: &[u16]) -> Rows {
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
    for part in parts {
        for (i, &place) in part.place.iter().enumerate() {
            let at = &mut next[slot(place)];
            let to = *at as usize;
            span[to] = span_code[usize::from(part.span[i])];
            how[to] = part.how[i];
            kind[to] = kind_code[usize::from(part.kind[i])];
            *at += 1;
        }
    }
    (starts, span, how, kind)
}

struct Groups<'a> {
    places: &'a [&'a Place],
    in_study_area: &'a [bool],
}

impl Groups<'_> {
    /// The groups of all places and, last, of the not located.
    fn of(&self, groups: usize, group: impl Fn(&Place) -> Group) -> Grouping {
        let located = self
            .places
            .iter()
            .zip(self.in_study_area)
            .map(|(place, &inside)| if inside { group(place) } else { Group::Special(Special::Outside) });
        Grouping::new(groups, located.chain([Group::Special(Special::NotLocated)]))
    }

    fn whole(&self) -> Grouping {
        self.of(1, |_| Group::Of(0))
    }

    fn cells(&self, slot: usize) -> (Grouping, Vec<u64>) {
        let mut ids: Vec<u64> = self.places.iter().map(|p| p.cells[slot]).collect();
        ids.sort_unstable();
        ids.dedup();
        let grouping = self.of(ids.len(), |place| {
            if !place.class.supports_cell(RESOLUTIONS[slot]) {
                return Group::Special(Special::TooCoarse);
            }
            let group = ids.binary_search(&place.cells[slot]).unwrap_or_default();
            Group::Of(group as u32)
        });
        (grouping, ids)
    }

    fn areas(&self, layer: usize, areas: usize) -> Grouping {
        self.of(areas, |place| {
            let area = place.areas[layer];
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
