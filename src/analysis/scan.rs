//! `places scan`: clusters in space and time that end now, whatever their shape.

use std::sync::Arc;

use super::{
    Summary,
    emerging::by_cell,
    error::in_words,
    map::MapCells,
    steps::{Steps, asked_sources, count_steps, months_asked},
    throughout::{Throughout, lasting_share, throughout},
};
use crate::{
    ask::{
        Answer, AskError, Column, ColumnDoc, ColumnKind, ColumnValues, Declaration, Exact, KIND, Kind, PERIOD,
        PLACE_OF_MAP, Parameter, PlaceKey, Question, Rows, Values, query_of, resolution_of,
    },
    grid,
    model::{Day, Month, Period, Query, QueryError, thousands},
    stats::{Base, Cluster, MAX_HEIGHT, ScanInput, watched_scan},
};

/// Months scanned when no period is asked for.
const MONTHS: usize = 12;
/// Longest radius of a base.
const RADIUS_KM: f64 = 4.0;
/// Largest share of all incidents in a base.
const MAX_SHARE: f64 = 0.5;
/// Clusters listed.
const LISTED: usize = 10;
/// Most events that a scan takes.
const MAX_EVENTS: u64 = 3_000_000;

/// A question for clusters.
#[derive(Debug, Clone, PartialEq)]
pub struct ScanRequest {
    /// Filters, period and place; by default the last twelve months.
    pub query: Query,
    /// Resolution of the cells.
    pub resolution: u8,
    /// Longest height of a cluster, months.
    pub max_months: usize,
    /// Replicates.
    pub replicates: usize,
    /// Seed of the replicates.
    pub seed: u64,
}

const OWN: &[Parameter] = &[
    Parameter::new("months", Kind::Whole { from: 1, to: MAX_HEIGHT as u64 }, "Longest cluster, in months", "6").or("3"),
    Parameter::new("replicates", Kind::Whole { from: 99, to: 9999 }, "Permutations behind the p-values", "9999")
        .or("999"),
    Parameter::new("seed", Kind::Whole { from: 0, to: i64::MAX as u64 }, "Seed of the permutations", "7").or("1"),
];

impl Question for ScanRequest {
    const DECLARATION: Declaration = Declaration {
        help: "\
Examples:
  places scan
  places scan --category Robbery --months 6 --replicates 9999 --seed 7

Finds clusters that end with the last month received, adjusted for how busy every place and every month is.",
        how: "prospective space-time permutation scan with a Gumbel tail",
        references: "Kulldorff et al. 2005; Abrams, Kulldorff & Kleinman 2010",
        columns: &[
            ColumnDoc::new("cell", ColumnKind::Text, "Central cell"),
            ColumnDoc::new("cells", ColumnKind::Count, "Cells in the cluster"),
            ColumnDoc::new("radius_km", ColumnKind::Number, "Radius"),
            ColumnDoc::new("from", ColumnKind::Text, "First day"),
            ColumnDoc::new("to", ColumnKind::Text, "First day no longer inside"),
            ColumnDoc::new("count", ColumnKind::Count, "Incidents"),
            ColumnDoc::new("expected", ColumnKind::Number, "Expected"),
            ColumnDoc::new("ratio", ColumnKind::Number, "count over expected"),
            ColumnDoc::new("log_ratio", ColumnKind::Number, "Log likelihood ratio"),
            ColumnDoc::new("p_value", ColumnKind::Number, "By permutation"),
            ColumnDoc::new("p_gumbel", ColumnKind::Number, "By the Gumbel tail"),
            ColumnDoc::new("recurrence_days", ColumnKind::Number, "How often chance gives such a cluster"),
        ],
        groups: &[OWN, PERIOD, KIND, PLACE_OF_MAP],
        ..Declaration::new("scan", "5", "Clusters in space and time that end now")
    };

    fn read(values: &Values) -> Result<Self, QueryError> {
        Ok(Self {
            query: query_of(values)?,
            resolution: resolution_of(values),
            max_months: values.whole("months").unwrap_or(3) as usize,
            replicates: values.whole("replicates").unwrap_or(999) as usize,
            seed: values.whole("seed").unwrap_or(1),
        })
    }

    fn query(&mut self) -> &mut Query {
        &mut self.query
    }

    fn answer<'r>(&self, reader: &'r Exact<'r>) -> Result<Answer<'r>, AskError> {
        let answer = scan(reader, self)?;
        let notes = answer.summary.lines();
        Ok(Answer::rows(answer.rows, answer.summary, notes))
    }
}

impl ScanSummary {
    /// Boxes and method in words.
    fn lines(&self) -> Vec<String> {
        let mut lines = self.boxes.lines();
        lines.push(format!(
            "{}; {} to {}, {} incidents, {} cylinders up to {} km, seed {}",
            self.method,
            self.from,
            self.to,
            thousands(self.incidents),
            thousands(self.cylinders as u64),
            self.radius_km,
            self.seed
        ));
        lines.extend(self.notes.iter().cloned());
        lines
    }
}

/// How the scan was made.
#[derive(Debug, Clone, serde::Serialize, schemars::JsonSchema)]
pub struct ScanSummary {
    /// The boxes.
    #[serde(flatten)]
    pub boxes: Summary,
    /// The method in words.
    pub method: String,
    /// First month scanned.
    pub from: String,
    /// First day after the last.
    pub to: String,
    /// Months scanned.
    pub months: usize,
    /// Incidents scanned.
    pub incidents: u64,
    /// Cylinders looked at.
    pub cylinders: usize,
    /// Longest radius, kilometres.
    pub radius_km: f64,
    /// Replicates behind the p-values.
    pub replicates: usize,
    /// Their seed.
    pub seed: u64,
    /// Clusters that share no cell, before the list was cut.
    pub clusters: usize,
    /// What was left out.
    pub notes: Vec<String>,
    /// Version of the method.
    pub method_version: String,
}

/// Clusters, the strongest first.
#[derive(Debug, Clone)]
pub struct ScanAnswer {
    /// One row per cluster; the geometry is its central cell.
    pub rows: Rows,
    /// How they were found.
    pub summary: ScanSummary,
    /// Cells of each cluster, in the order of the rows.
    pub cells: Vec<Vec<u64>>,
    /// The clusters as found.
    pub clusters: Vec<Cluster>,
}

/// Scans for clusters.
///
/// # Errors
/// [`AskError`] for names that are not known, or with the reason why there is no answer.
pub fn scan(reader: &Exact<'_>, request: &ScanRequest) -> Result<ScanAnswer, AskError> {
    let year = last_year(reader, &request.query);
    let Throughout { query, mut notes } = throughout(reader, &request.query, &[year], &[])?;
    let request = &ScanRequest { query, ..request.clone() };
    let steps = scanned_months(reader, &request.query)?;
    let (first, last) = (steps.0[0], steps.0[steps.0.len() - 1]);
    let query = Query { from: Some(first.start), to: Some(last.end), ..request.query.clone() };
    notes.extend(lasting_share(reader, &query, &steps.0)?);
    let map = MapCells::new(reader, &query, request.resolution)?;
    let (grouping, ids) = reader
        .table()
        .cell_groups(request.resolution)
        .ok_or_else(|| QueryError::invalid("cell", &request.resolution.to_string(), "a resolution from 7 to 11"))?;
    let counted = count_steps(reader, &query, grouping, &steps)?;
    let all = by_cell(&counted, ids, &map.cells);
    let months = steps.0.len();
    let occupied: Vec<u32> = (0..map.cells.len())
        .filter(|&i| all[i * months..(i + 1) * months].iter().any(|&n| n > 0))
        .map(|i| i as u32)
        .collect();
    let counts: Vec<u32> =
        occupied.iter().flat_map(|&i| &all[i as usize * months..(i as usize + 1) * months]).copied().collect();
    let incidents: u64 = counts.iter().map(|&n| u64::from(n)).sum();
    if incidents > MAX_EVENTS {
        let reason = format!(
            "there are {incidents} incidents to scan; at most {MAX_EVENTS}: choose a category, a place or a shorter period"
        );
        return Err(AskError::none(reason));
    }
    let bases = bases_of(&map, &occupied, request.resolution);
    let input = ScanInput {
        counts: &counts,
        intervals: months,
        bases: &bases,
        max_height: request.max_months.min(months - 1),
        max_share: MAX_SHARE,
    };
    let watch = reader.watch();
    watch.expect(request.replicates as u64);
    let scan = watched_scan(&input, request.replicates, request.seed, &|| watch.step()).or_else(|e| {
        watch.check()?;
        Err(in_words(&e))
    })?;
    let center = |cluster: &Cluster| map.cells[occupied[bases[cluster.base].places[0] as usize] as usize];
    let cells = |cluster: &Cluster| -> Vec<u64> {
        let base = &bases[cluster.base];
        let inside = &base.places[..base.rings[cluster.ring] as usize];
        inside.iter().map(|&p| map.cells[occupied[p as usize] as usize]).collect()
    };
    let listed: Vec<Cluster> = scan.clusters.iter().take(LISTED).cloned().collect();
    let summary = ScanSummary {
        boxes: Summary::of(reader, &query, &counted.boxes),
        method: format!(
            "prospective space-time permutation scan, {} replicates, Gumbel tail; adjusts for how busy each cell and each month is",
            scan.replicates
        ),
        from: first.start.to_string(),
        to: last.end.to_string(),
        months,
        incidents,
        cylinders: scan.cylinders,
        radius_km: RADIUS_KM,
        replicates: scan.replicates,
        seed: request.seed,
        clusters: scan.clusters.len(),
        notes,
        method_version: ScanRequest::DECLARATION.method.to_owned(),
    };
    let rows = cluster_rows(&listed, &steps, request.resolution, request.replicates, &center, &cells);
    Ok(ScanAnswer { rows, summary, cells: listed.iter().map(cells).collect(), clusters: listed })
}

/// The period asked for, or the last twelve months.
fn last_year(reader: &Exact<'_>, query: &Query) -> Period {
    let asked = query.period();
    let last = reader.coverage.months(asked_sources(reader, query)).last().copied();
    match last {
        Some(last) if query.from.is_none() => {
            let end = asked.end.min(last.next().first_day());
            Period { start: Month(Day(end.0 - 1).month().0 + 1 - MONTHS as i32).first_day(), end }
        }
        _ => asked,
    }
}

/// Months of the period (or the last twelve) received wherever anything is; contiguous, ending with the last.
fn scanned_months(reader: &Exact<'_>, query: &Query) -> Result<Steps, AskError> {
    let sources = asked_sources(reader, query);
    let received = |month: &Period| reader.coverage.whole_everywhere(sources, *month);
    let mut months: Vec<_> = months_asked(reader, query).into_iter().rev().skip_while(|m| !received(m)).collect();
    if query.from.is_none() {
        months.truncate(MONTHS);
    }
    let mut steps: Vec<_> = months.into_iter().take_while(received).collect();
    steps.reverse();
    if steps.len() < 3 {
        let reason = format!(
            "a scan needs at least three months in a row received everywhere; the period ends with {} (`places coverage` lists what was received)",
            steps.len()
        );
        return Err(AskError::none(reason));
    }
    Ok(Steps(steps))
}

/// Every occupied cell with the occupied cells around it, ring by ring up to the longest radius.
fn bases_of(map: &MapCells, occupied: &[u32], resolution: u8) -> Vec<Base> {
    use rayon::prelude::*;
    let rings = (RADIUS_KM / grid::spacing_km(resolution)).floor().max(1.0) as usize;
    let position: std::collections::HashMap<u32, u32> =
        occupied.iter().enumerate().map(|(i, &cell)| (cell, i as u32)).collect();
    let base = |&center: &u32| {
        let mut seen = std::collections::HashSet::from([center]);
        let mut edge = vec![center];
        let mut base = Base { places: vec![position[&center]], rings: vec![1] };
        for _ in 0..rings {
            let mut next: Vec<u32> = edge
                .iter()
                .flat_map(|&cell| map.weights.neighbors(cell as usize))
                .copied()
                .filter(|c| !seen.contains(c))
                .collect();
            next.sort_unstable();
            next.dedup();
            seen.extend(&next);
            base.places.extend(next.iter().filter_map(|cell| position.get(cell)));
            base.rings.push(base.places.len() as u32);
            edge = next;
        }
        base
    };
    occupied.par_iter().map(base).collect()
}

/// The p-value behind a recurrence interval: by permutation, or the Gumbel tail where no replicate was as large, but no smaller
/// than one in a million: so far out the fit is a guess.
fn p_of(cluster: &Cluster, replicates: usize) -> f64 {
    let floor = 1.0 / (replicates as f64 + 1.0);
    if cluster.p_value > floor * 1.000_001 { cluster.p_value } else { cluster.p_gumbel.clamp(1e-6, floor) }
}

fn cluster_rows(
    clusters: &[Cluster],
    steps: &Steps,
    resolution: u8,
    replicates: usize,
    center: &dyn Fn(&Cluster) -> u64,
    cells: &dyn Fn(&Cluster) -> Vec<u64>,
) -> Rows {
    let months = steps.0.len();
    let last = steps.0[months - 1];
    let texts: Vec<String> = clusters.iter().map(|c| steps.0[months - c.height].start.to_string()).collect();
    let numbers = |value: &dyn Fn(&Cluster) -> f64| ColumnValues::Numbers(clusters.iter().map(value).collect());
    // Mean length of a month.
    let days = f64::from(last.end.0 - steps.0[0].start.0) / months as f64;
    let ends = ColumnValues::Text { texts: Arc::new(vec![last.end.to_string()]), of_row: vec![0; clusters.len()] };
    Rows {
        columns: vec![
            Column::new("cell", ColumnValues::Cells(clusters.iter().map(center).collect())),
            Column::new("cells", ColumnValues::Counts(clusters.iter().map(|c| cells(c).len() as u64).collect())),
            Column::new("radius_km", numbers(&|c| c.ring as f64 * grid::spacing_km(resolution))),
            Column::new("from", ColumnValues::texts(texts)),
            Column::new("to", ends),
            Column::new("count", ColumnValues::Counts(clusters.iter().map(|c| c.observed).collect())),
            Column::new("expected", numbers(&|c| c.expected)),
            Column::new("ratio", numbers(&|c| c.observed as f64 / c.expected)),
            Column::new("log_ratio", numbers(&|c| c.log_ratio)),
            Column::new("p_value", numbers(&|c| c.p_value)),
            Column::new("p_gumbel", numbers(&|c| c.p_gumbel)),
            Column::new("recurrence_days", numbers(&|c| days / p_of(c, replicates))),
        ],
        places: clusters.iter().map(|c| PlaceKey::Cell(center(c))).collect(),
    }
}
