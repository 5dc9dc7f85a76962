//! P1 and P3: cells of resolution 9 and areas by month and category, in memory, from files.

use std::{
    path::{Path, PathBuf},
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use hashbrown::HashMap;
use places::{
    area::{AreaMatch, Locator, from_wkb},
    grid::cell_of_point,
    import::{PoliceRow, Position, Positions, Progress, SourceFile, read_police_file},
    model::{LonLat, PrecisionClass},
    workspace::{Workspace, read_layer},
};

const CATEGORIES: usize = 16;
const SHARD_BITS: u32 = 8;

/// Counts of one month.
struct Month {
    /// Cells with incidents, and where the counts of each end in `by_category`.
    cells: Vec<(u64, u32)>,
    /// Category and count.
    by_category: Vec<(u8, u32)>,
    areas: Vec<[u32; CATEGORIES]>,
    categories: Vec<String>,
    rows: u64,
}

/// Cell and area of a position.
type Place = (u64, u32);
type Shard = Mutex<HashMap<(u64, u64), Place>>;

/// Cells and areas of positions, worked out once for all workers.
struct Known {
    locator: Locator,
    areas: usize,
    shards: Vec<Shard>,
}

impl Known {
    fn work_out(&self, point: LonLat) -> Place {
        let area = match self.locator.locate(point.lon, point.lat) {
            AreaMatch::Inside(area) | AreaMatch::Near(area) => area,
            AreaMatch::Nowhere => self.areas as u32,
        };
        (cell_of_point(point, 9), area)
    }

    /// Places of distinct positions, where neighbors follow each other.
    fn places(&self, positions: &[Position]) -> Vec<Place> {
        let mut places = Vec::with_capacity(positions.len());
        let shard = |p: &Position| (p.region() >> (64 - SHARD_BITS)) as usize;
        for some in positions.chunk_by(|a, b| shard(a) == shard(b)) {
            let mut known = self.shards[shard(&some[0])].lock().unwrap();
            let place = |p: &Position| {
                let key = (p.point.lon.to_bits(), p.point.lat.to_bits());
                *known.entry(key).or_insert_with(|| self.work_out(p.point))
            };
            places.extend(some.iter().map(place));
        }
        places
    }
}

/// The rows of a month while they are read.
#[derive(Default)]
struct Rows {
    positions: Vec<Option<Position>>,
    category: Vec<u8>,
    categories: Vec<String>,
    last: usize,
}

impl Rows {
    fn add(&mut self, row: &PoliceRow<'_>) {
        let position = |point| Position {
            point,
            class: PrecisionClass::StreetSegment,
            radius_m: f32::NAN,
            flags: places::model::Flags::NONE,
        };
        self.positions.push(row.point.map(position));
        if self.categories.get(self.last).is_none_or(|last| last != row.category) {
            let found = self.categories.iter().position(|c| c == row.category);
            self.last = found.unwrap_or(self.categories.len());
            if found.is_none() {
                self.categories.push(row.category.to_owned());
            }
        }
        self.category.push(self.last as u8);
    }

    fn count(&self, known: &Known) -> Month {
        let grouped = Positions::of(&self.positions);
        let mut areas = vec![[0; CATEGORIES]; known.areas + 1];
        let mut by_cell: Vec<(u64, u32, u8)> = Vec::new();
        for ((cell, area), rows) in known.places(&grouped.distinct).into_iter().zip(grouped.rows()) {
            let mut counts = [0_u32; CATEGORIES];
            for &row in rows {
                counts[usize::from(self.category[row as usize]) % CATEGORIES] += 1;
            }
            for (category, &n) in counts.iter().enumerate().filter(|(_, n)| **n > 0) {
                areas[area as usize][category] += n;
                by_cell.push((cell, n, category as u8));
            }
        }
        by_cell.sort_unstable_by_key(|c| c.0);
        let categories = self.categories.clone();
        let mut month = Month { cells: Vec::new(), by_category: Vec::new(), areas, categories, rows: 0 };
        for cell in by_cell.chunk_by(|a, b| a.0 == b.0) {
            let mut counts = [0_u32; CATEGORIES];
            for c in cell {
                counts[usize::from(c.2)] += c.1;
            }
            let counted = counts.iter().enumerate().filter(|(_, n)| **n > 0);
            month.by_category.extend(counted.map(|(category, &n)| (category as u8, n)));
            month.cells.push((cell[0].0, month.by_category.len() as u32));
        }
        month.cells.shrink_to_fit();
        month.by_category.shrink_to_fit();
        month
    }
}

fn month(known: &Known, path: &Path, rows: &mut Rows) -> Month {
    let file = SourceFile { path: path.to_owned() };
    rows.positions.clear();
    rows.category.clear();
    let read = read_police_file(&file, false, &Progress::default(), |row| rows.add(row)).unwrap();
    Month { rows: read.report.rows, ..rows.count(known) }
}

fn tally(files: &[PathBuf], known: &Known) -> Vec<Month> {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut rows = Rows::default();
        let mut months = Vec::new();
        while let Some(path) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
            months.push(month(known, path, &mut rows));
        }
        months
    };
    let threads = std::thread::available_parallelism().unwrap().get();
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        workers.into_iter().flat_map(|w| w.join().unwrap()).collect()
    })
}

/// `job-tally WORKSPACE FILE...`, from a process that starts with nothing; prints rows, those in cells, those in
/// areas, and the sum of cell times count.
pub fn tally_process(arguments: &[String]) {
    let workspace = Workspace::open(Path::new(&arguments[0])).unwrap();
    let (_, path) = workspace.state().unwrap().layers().unwrap().remove(0);
    let rows = read_layer(&workspace.root().join(path)).unwrap();
    let polygons: Vec<_> = rows.iter().map(|r| from_wkb(&r.wkb).unwrap()).collect();
    let shards = (0..1 << SHARD_BITS).map(|_| Mutex::default()).collect();
    let known = Known { areas: rows.len(), locator: Locator::new(&polygons), shards };
    drop((rows, polygons));
    let files: Vec<PathBuf> = arguments[1..].iter().map(PathBuf::from).collect();
    let months = tally(&files, &known);
    let (mut in_cells, mut digest) = (0_u64, 0_u64);
    for month in &months {
        let mut start = 0;
        for &(cell, end) in &month.cells {
            let count: u64 = month.by_category[start as usize..end as usize].iter().map(|c| u64::from(c.1)).sum();
            in_cells += count;
            digest = digest.wrapping_add(cell.wrapping_mul(count));
            start = end;
        }
    }
    let in_areas: u64 = months.iter().flat_map(|m| &m.areas).flatten().map(|n| u64::from(*n)).sum();
    let rows: u64 = months.iter().map(|m| m.rows).sum();
    assert!(months.iter().all(|m| m.categories.len() <= CATEGORIES));
    println!("{rows} {in_cells} {in_areas} {digest}");
}
