//! A table taken apart into columns and put together again, with every promise checked that counting relies on.

use rayon::prelude::*;

use super::{
    Grouping, Span, Table,
    codes::HOW_UNKNOWN,
    columns::{ColumnList, ColumnsRead},
    marks::{Mark, Marked},
    sliced::{SlicedColumn, digits},
};
use crate::model::{Day, PrecisionClass, RESOLUTIONS};

/// Raised whenever a load builds another table from the same files: a stored one of another number is not read.
pub(crate) const TABLE_VERSION: u32 = 3;

/// Days that spans are looked for among: some eight thousand years to either side of 1970.
const MAX_DAY: u32 = 3_000_000;

impl Table {
    /// Puts the table's columns in the order in which [`Table::from_columns`] takes them.
    pub(crate) fn put_columns<'a>(&'a self, list: &mut ColumnList<'a>) {
        list.floats(&self.lon);
        list.floats(&self.lat);
        list.bytes(&self.class);
        list.words(&self.row_start);
        list.words(
            self.spans.iter().flat_map(|s| [s.start, s.end]).map(|day| day.0.cast_unsigned()).collect::<Vec<_>>(),
        );
        list.bytes(&self.hows);
        list.words(self.kinds.iter().map(|k| u32::from(k.0) << 16 | u32::from(k.1)).collect::<Vec<_>>());
        list.texts(self.sources.iter());
        list.texts(self.categories.iter());
        for column in [&self.span, &self.how, &self.kind] {
            column.planes().iter().for_each(|plane| list.longs(plane));
        }
        list.texts(self.marks.iter().flat_map(|m| [&m.source, &m.part]));
        list.bytes(self.marks.iter().map(|m| u8::from(m.why == Marked::Guest)).collect::<Vec<_>>());
        self.marks.iter().for_each(|m| list.words(&m.rows));
        self.whole.put_columns(list);
        for (grouping, ids) in self.cells.iter().zip(&self.cell_ids) {
            list.longs(ids);
            grouping.put_columns(list);
        }
        list.texts(self.layers.iter().map(|l| &l.0));
        self.layers.iter().for_each(|l| l.1.put_columns(list));
    }

    /// The table of some columns, for layers given with their number of areas; `None` when they are not a table's.
    pub(crate) fn from_columns(read: &mut ColumnsRead, layers: &[(String, usize)]) -> Option<Self> {
        let places = Places::take(read)?;
        let codes = Codes::take(read)?;
        let [span, how, kind] = codes.columns(read, places.rows())?;
        let marks = take_marks(read, places.rows())?;
        let groups = Groups::take(read, layers, places.lon.len())?;
        Some(Self {
            lon: places.lon,
            lat: places.lat,
            class: places.class,
            row_start: places.row_start,
            span,
            how,
            kind,
            spans: codes.spans,
            hows: codes.hows,
            kinds: codes.kinds,
            sources: codes.sources,
            categories: codes.categories,
            marks,
            whole: groups.whole,
            cells: groups.cells,
            cell_ids: groups.cell_ids,
            layers: groups.layers,
        })
    }
}

/// Positions and the rows at each.
struct Places {
    lon: Vec<f64>,
    lat: Vec<f64>,
    class: Vec<u8>,
    row_start: Vec<u32>,
}

impl Places {
    fn take(read: &mut ColumnsRead) -> Option<Self> {
        let (lon, lat, class) = (read.floats()?, read.floats()?, read.bytes()?);
        let places = Self { lon, lat, class, row_start: read.words()? };
        let count = places.lon.len();
        let whole = places.lat.len() == count && places.class.len() == count && places.row_start.len() == count + 2;
        let sound = places.lon.iter().chain(&places.lat).all(|v| v.is_finite())
            && places.class.iter().all(|&code| PrecisionClass::from_code(code).is_some())
            && places.row_start.first() == Some(&0)
            && places.row_start.is_sorted();
        (whole && sound).then_some(places)
    }

    fn rows(&self) -> usize {
        self.row_start.last().map_or(0, |&rows| rows as usize)
    }
}

/// Marked rows, of a table with so many.
fn take_marks(read: &mut ColumnsRead, rows: usize) -> Option<Vec<Mark>> {
    let (names, guests) = (read.texts()?, read.bytes()?);
    if names.len() != 2 * guests.len() || guests.iter().any(|&g| g > 1) {
        return None;
    }
    let marks = names.as_chunks::<2>().0.iter().zip(guests).map(|([source, part], guest)| {
        let rows_of_mark = read.words()?;
        let ascending = rows_of_mark.is_sorted_by(|a, b| a < b);
        let known = rows_of_mark.last().is_none_or(|&last| (last as usize) < rows);
        let why = if guest == 1 { Marked::Guest } else { Marked::NotLocated };
        let mark = Mark { source: source.clone(), part: part.clone(), why, rows: rows_of_mark };
        (ascending && known).then_some(mark)
    });
    marks.collect()
}

/// The dictionaries that the codes of rows point into.
struct Codes {
    spans: Vec<Span>,
    hows: Vec<u8>,
    kinds: Vec<(u16, u16)>,
    sources: Vec<String>,
    categories: Vec<String>,
}

impl Codes {
    fn take(read: &mut ColumnsRead) -> Option<Self> {
        let days: Vec<Day> = read.words()?.into_iter().map(|day| Day(day.cast_signed())).collect();
        let (pairs, rest) = days.as_chunks::<2>();
        let spans: Vec<Span> = pairs.iter().map(|&[start, end]| Span { start, end }).collect();
        let hows = read.bytes()?;
        let kinds: Vec<(u16, u16)> = read.words()?.into_iter().map(|kind| ((kind >> 16) as u16, kind as u16)).collect();
        let (sources, categories) = (read.texts()?, read.texts()?);
        let known = |k: &(u16, u16)| usize::from(k.0) < sources.len() && usize::from(k.1) < categories.len();
        let sound = rest.is_empty()
            && days.iter().all(|day| day.0.unsigned_abs() <= MAX_DAY)
            && hows.iter().all(|&how| how <= HOW_UNKNOWN)
            && kinds.iter().all(known);
        sound.then_some(Self { spans, hows, kinds, sources, categories })
    }

    /// The columns of span, hour of the week and kind.
    fn columns(&self, read: &mut ColumnsRead, rows: usize) -> Option<[SlicedColumn; 3]> {
        let mut columns = Vec::new();
        for distinct in [self.spans.len(), self.hows.len(), self.kinds.len()] {
            let planes = (0..digits(distinct)).map(|_| read.longs()).collect::<Option<_>>()?;
            columns.push(SlicedColumn::from_planes(planes, rows, distinct)?);
        }
        columns.try_into().ok()
    }
}

/// Places by cell and area.
struct Groups {
    whole: Grouping,
    cells: Vec<Grouping>,
    cell_ids: Vec<Vec<u64>>,
    layers: Vec<(String, Grouping)>,
}

impl Groups {
    fn take(read: &mut ColumnsRead, layers: &[(String, usize)], places: usize) -> Option<Self> {
        // Runs first, in their order; the lists by group are made of them, side by side.
        let mut stored = vec![(1, read.words()?, read.words()?)];
        let mut cell_ids = Vec::new();
        for _ in RESOLUTIONS {
            let ids = read.longs()?;
            stored.push((ids.len(), read.words()?, read.words()?));
            cell_ids.push(ids);
        }
        let names = read.texts()?;
        for (_, areas) in layers {
            stored.push((*areas, read.words()?, read.words()?));
        }
        let same_layers = names.iter().eq(layers.iter().map(|l| &l.0));
        if !same_layers || !cell_ids.iter().all(|ids| ids.is_sorted_by(|a, b| a < b)) {
            return None;
        }
        let groupings = stored.into_par_iter();
        let groupings =
            groupings.map(|(groups, firsts, of_run)| Grouping::from_runs(groups, firsts, of_run, places + 1));
        let mut groupings = groupings.collect::<Option<Vec<_>>>()?.into_iter();
        let whole = groupings.next()?;
        let cells = groupings.by_ref().take(RESOLUTIONS.len()).collect();
        Some(Self { whole, cells, cell_ids, layers: names.into_iter().zip(groupings).collect() })
    }
}
