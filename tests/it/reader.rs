//! A protected reader: a table of rounded counts that count, tiles and exports run on, which proves that they need no
//! exact records.

use std::collections::{BTreeMap, HashSet};

use places::{
    analysis::{QUESTIONS, question},
    ask::{AskError, Reader, Tally, TallyDimension},
    export::encoder,
    model::{Dimension, Protection, Query},
    snapshot::Snapshot,
    table::Boxes,
    tile::{TileAddress, TileSet, TileShapes},
};

use crate::support::{Scratch, exact, police_file, query};

/// Counts by cell of resolution 8 and month, rounded to fives; nothing else is held.
struct Rounded<'s> {
    ground: &'s Snapshot,
    cells: Vec<u64>,
    months: TallyDimension,
    counts: BTreeMap<(u64, u64), u64>,
}

const CELL: Dimension = Dimension::Cell(8);

impl<'s> Rounded<'s> {
    fn of(snapshot: &'s Snapshot) -> Self {
        let tally = exact(snapshot).tally(&query(&[("by", "cell:8,month")])).unwrap();
        let rounded = |n: u64| (n + 2) / 5 * 5;
        let counts: BTreeMap<(u64, u64), u64> =
            tally.keys.chunks(2).zip(&tally.counts).map(|(k, &n)| ((k[0], k[1]), rounded(n))).collect();
        let mut cells: Vec<u64> = counts.keys().map(|k| k.0).collect();
        cells.dedup();
        Self { ground: snapshot, cells, months: tally.dimensions[1].clone(), counts }
    }
}

impl Reader for Rounded<'_> {
    fn ground(&self) -> &Snapshot {
        self.ground
    }

    fn protection(&self) -> Protection {
        Protection::Exact
    }

    fn tally(&self, query: &Query) -> Result<Tally, AskError> {
        let known = query.by.iter().all(|d| *d == CELL || *d == Dimension::Month);
        if !known || query.has_place() || !query.categories.is_empty() {
            return Err(AskError::NeedsExact { question: "count" });
        }
        let mut sums: BTreeMap<Vec<u64>, u64> = BTreeMap::new();
        for (&(cell, month), &n) in &self.counts {
            let key = query.by.iter().map(|d| if *d == CELL { cell } else { month }).collect();
            *sums.entry(key).or_default() += n;
        }
        sums.retain(|_, n| *n > 0);
        let total: u64 = sums.values().sum();
        let dimension = |d: &Dimension| if *d == CELL { TallyDimension::default() } else { self.months.clone() };
        Ok(Tally {
            dimensions: query.by.iter().map(dimension).collect(),
            combinations: sums.len(),
            counts: sums.values().copied().collect(),
            keys: sums.into_keys().flatten().collect(),
            boxes: Boxes { total, counted: total, ..Boxes::default() },
            doubtful: HashSet::new(),
        })
    }

    fn cells(&self, resolution: u8) -> &[u64] {
        if resolution == 8 { &self.cells } else { &[] }
    }

    fn counts_of(&self, query: &Query, positions: &[u32]) -> Result<Vec<(u64, bool)>, AskError> {
        let tally = self.tally(query)?;
        let count = |&i: &u32| {
            let found = tally.keys.iter().position(|k| *k == self.cells[i as usize]);
            (found.map_or(0, |at| tally.counts[at]), false)
        };
        Ok(positions.iter().map(count).collect())
    }
}

#[test]
fn count_tiles_and_exports_run_on_rounded_counts() {
    let scratch = Scratch::with_areas();
    for month in ["2025-01", "2025-02"] {
        scratch
            .import_police(&[scratch.write(&format!("{month}-here-street.csv"), police_file(month, "Here", 900, 1))]);
    }
    let snapshot = scratch.snapshot();
    let rounded = Rounded::of(&snapshot);
    let csv = |pairs: &[(&str, &str)], format: &str| -> Result<String, AskError> {
        let asked = question("count").unwrap().ask(pairs.iter().copied())?;
        let mut answer = asked.counted(&rounded)?;
        let mut bytes = Vec::new();
        encoder(format).unwrap().write(&snapshot, &mut answer, &mut bytes).unwrap();
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    };
    let text = csv(&[("by", "cell:8,month")], "csv").unwrap();
    assert!(text.lines().count() > 10);
    assert!(text.lines().skip(1).all(|l| l.rsplit(',').next().unwrap().parse::<u64>().unwrap() % 5 == 0));
    for format in ["json", "geojson", "parquet"] {
        assert!(!csv(&[("by", "cell:8"), ("zeros", "true")], format).unwrap().is_empty());
    }
    assert!(matches!(csv(&[("by", "hour")], "csv"), Err(AskError::NeedsExact { .. })));
    // A tile over the whole county shows the same figures.
    let tile = TileShapes::default();
    let address = TileAddress::parse("0", "0", "0").unwrap();
    let bytes = tile.tile(&rounded, &query(&[]), &TileSet::Cells(8), address).unwrap();
    let drawn = crate::answers::features(&bytes);
    let listed: BTreeMap<String, u64> = csv(&[("by", "cell:8")], "csv")
        .unwrap()
        .lines()
        .skip(1)
        .map(|l| l.split_once(',').map(|(c, n)| (c.to_owned(), n.parse().unwrap())).unwrap())
        .collect();
    assert!(!drawn.is_empty());
    assert_eq!(drawn, listed);
}

#[test]
fn what_needs_exact_records_says_so() {
    let scratch = Scratch::with_areas();
    let snapshot = scratch.snapshot();
    let rounded =
        Rounded { ground: &snapshot, cells: Vec::new(), months: TallyDimension::default(), counts: BTreeMap::new() };
    for entry in QUESTIONS.iter().filter(|e| !matches!(e.declaration.name, "count" | "breaks" | "coverage")) {
        let pairs = match entry.declaration.name {
            "compare" => vec![("place", "squares:Q1"), ("before", "2024"), ("after", "2025")],
            "profile" => vec![("place", "squares:Q1")],
            "vli" => vec![("layer", "squares")],
            _ => Vec::new(),
        };
        let asked = entry.ask(pairs).unwrap();
        assert!(matches!(asked.counted(&rounded), Err(AskError::NeedsExact { .. })), "{}", entry.declaration.name);
    }
}
