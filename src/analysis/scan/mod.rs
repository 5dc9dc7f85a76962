//! `places scan`: clusters in space and time that end now, whatever their shape, against what every place's past leads to expect.

mod bases;
mod rows;

pub use rows::Found;

use bases::{RADIUS_KM, bases_of};
use rows::cluster_rows;

use super::{
    Summary,
    emerging::by_cell,
    error::in_words,
    map::MapCells,
    steps::{Steps, asked_sources, count_steps, months_asked, runs},
    throughout::{as_far_back, lasting_share},
};
use crate::{
    ask::{
        Answer, AskError, ColumnDoc, ColumnKind, Declaration, Exact, KIND, Kind, PERIOD, PLACE_OF_MAP, Parameter,
        Question, Rows, Values, query_of, resolution_of,
    },
    model::{Period, Query, QueryError, thousands},
    stats::{Base, ForecastCluster, ForecastScan, ForecastScanInput, MAX_HEIGHT, StatsError, forecast_scan},
};

/// Most months of the past when no first one is asked for: five years.
const PAST: usize = 60;
/// Least months of the past.
const LEAST_PAST: usize = 2;
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
    Parameter::new("replicates", Kind::Whole { from: 99, to: 9999 }, "Simulated maps behind the p-values", "9999")
        .or("999"),
    Parameter::new("seed", Kind::Whole { from: 0, to: i64::MAX as u64 }, "Seed of the simulated maps", "7").or("1"),
];

impl Question for ScanRequest {
    const DECLARATION: Declaration = Declaration {
        help: "\
Examples:
  places scan
  places scan --category Robbery --months 6 --replicates 9999 --seed 7

Finds clusters that end with the last month received: more than the place's own past, season and drift and the course of all
others lead to expect.",
        how: "prospective space-time scan against forecasts (season, drift, overdispersion by size of the base), reference by simulation from them",
        references: "Tango, Takahashi & Kohriyama 2011; Allévius & Höhle 2019",
        columns: &[
            ColumnDoc::new("cell", ColumnKind::Text, "Central cell"),
            ColumnDoc::new("cells", ColumnKind::Count, "Cells in the cluster"),
            ColumnDoc::new("radius_km", ColumnKind::Number, "Radius"),
            ColumnDoc::new("from", ColumnKind::Text, "First day"),
            ColumnDoc::new("to", ColumnKind::Text, "First day no longer inside"),
            ColumnDoc::new("count", ColumnKind::Count, "Incidents"),
            ColumnDoc::new("expected", ColumnKind::Number, "Expected"),
            ColumnDoc::new("ratio", ColumnKind::Number, "count over expected"),
            ColumnDoc::new("ratio_low", ColumnKind::Number, "Its 95 % interval at this place alone: lower end"),
            ColumnDoc::new("ratio_high", ColumnKind::Number, "Upper end"),
            ColumnDoc::new("score", ColumnKind::Number, "-ln of how likely so many are at this place alone"),
            ColumnDoc::new("p_value", ColumnKind::Number, "Share of simulated maps with so high a score anywhere"),
            ColumnDoc::new("recurrence", ColumnKind::Count, "Chance gives such a cluster once in so many months; at the number of replicates: or in more"),
        ],
        groups: &[OWN, PERIOD, KIND, PLACE_OF_MAP],
        ..Declaration::new("scan", "6", "Clusters in space and time that end now")
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
            "{}; {} to {} against {}, {} incidents, {} cylinders up to {} km, seed {}",
            self.method,
            self.from,
            self.to,
            self.past,
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
    /// First month in which a cluster may begin.
    pub from: String,
    /// First day after the last.
    pub to: String,
    /// Months of the past that forecasts are made from.
    pub past: String,
    /// Months, past and scanned.
    pub months: usize,
    /// Variance over mean of a cell's counts round what was to be expected.
    pub dispersion_of_cells: f64,
    /// The same of the widest bases.
    pub dispersion_of_bases: f64,
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
    /// The clusters in the order of the rows, with their cells.
    pub clusters: Vec<Found>,
}

/// Scans for clusters.
///
/// # Errors
/// [`AskError`] for names that are not known, or with the reason why there is no answer.
pub fn scan(reader: &Exact<'_>, request: &ScanRequest) -> Result<ScanAnswer, AskError> {
    let (months, in_a_row) = scanned_months(reader, &request.query)?;
    // A cluster lies in months without a gap.
    let height = request.max_months.min(in_a_row).min(months.0.len() - LEAST_PAST);
    let (past, next) = months.0.split_at(months.0.len() - height);
    let backwards: Vec<Period> = past.iter().rev().copied().collect();
    let (asked, far) = as_far_back(reader, &request.query, &backwards, next)?;
    let steps = Steps(months.0[past.len() - far..].to_vec());
    let (first, last) = (steps.0[0], steps.0[steps.0.len() - 1]);
    let query = Query { from: Some(first.start), to: Some(last.end), ..asked.query };
    let mut notes = asked.notes;
    notes.extend(lasting_share(reader, &query, &steps.0)?);
    let map = MapCells::new(reader, &query, request.resolution)?;
    let (grouping, ids) = reader
        .table()
        .cell_groups(request.resolution)
        .ok_or_else(|| QueryError::invalid("cell", &request.resolution.to_string(), "a resolution from 7 to 11"))?;
    let counted = count_steps(reader, &query, grouping, &steps)?;
    let (occupied, counts) = occupied(&by_cell(&counted, ids, &map.cells), steps.0.len());
    let incidents = counts.iter().map(|&n| u64::from(n)).sum();
    let bases = bases_of(&map, &occupied, request.resolution);
    let scan = scanned(reader, request, &counts, &steps, &bases, height)?;
    let far = &steps.0[..steps.0.len() - height];
    let summary = ScanSummary {
        boxes: Summary::of(reader, &query, &counted.boxes),
        method: format!(
            "prospective space-time scan against forecasts from each place's own past, season and drift and the course of all others (negative binomial, variance over mean {:.1} of a cell and {:.1} of the widest bases), {} simulated maps",
            scan.dispersion.0, scan.dispersion.1, scan.replicates
        ),
        from: steps.0[far.len()].start.to_string(),
        to: last.end.to_string(),
        past: runs(far.iter().map(|p| p.start.month())),
        months: steps.0.len(),
        dispersion_of_cells: scan.dispersion.0,
        dispersion_of_bases: scan.dispersion.1,
        incidents,
        cylinders: scan.cylinders,
        radius_km: RADIUS_KM,
        replicates: scan.replicates,
        seed: request.seed,
        clusters: scan.clusters.len(),
        notes,
        method_version: ScanRequest::DECLARATION.method.to_owned(),
    };
    let found = |cluster: &ForecastCluster| {
        let base = &bases[cluster.base];
        let inside = &base.places[..base.rings[cluster.ring] as usize];
        let cells = inside.iter().map(|&p| map.cells[occupied[p as usize] as usize]).collect();
        Found { cluster: cluster.clone(), cells }
    };
    let clusters: Vec<Found> = scan.clusters.iter().take(LISTED).map(found).collect();
    let rows = cluster_rows(&clusters, &steps, request.resolution, scan.replicates);
    Ok(ScanAnswer { rows, summary, clusters })
}

/// Cells with an incident in any step, and their counts by step.
fn occupied(all: &[u32], steps: usize) -> (Vec<u32>, Vec<u32>) {
    let with = all.chunks_exact(steps).enumerate().filter(|(_, counts)| counts.iter().any(|&n| n > 0));
    let (cells, counts): (Vec<u32>, Vec<&[u32]>) = with.map(|(i, counts)| (i as u32, counts)).unzip();
    (cells, counts.concat())
}

/// Scans the counts of the occupied cells.
fn scanned(
    reader: &Exact<'_>,
    request: &ScanRequest,
    counts: &[u32],
    steps: &Steps,
    bases: &[Base],
    height: usize,
) -> Result<ForecastScan, AskError> {
    let incidents: u64 = counts.iter().map(|&n| u64::from(n)).sum();
    if incidents > MAX_EVENTS {
        let reason = format!(
            "there are {incidents} incidents to scan; at most {MAX_EVENTS}: choose a category, a place or a shorter period"
        );
        return Err(AskError::none(reason));
    }
    let times: Vec<f64> = steps.0.iter().map(|p| f64::from(p.start.0 + p.end.0) / 2.0 / 365.25).collect();
    let input = ForecastScanInput { counts, times: &times, bases, max_height: height, max_share: MAX_SHARE };
    let watch = reader.watch();
    watch.expect(request.replicates as u64);
    forecast_scan(&input, request.replicates, request.seed, &|| watch.step()).or_else(|error| {
        watch.check()?;
        if error == StatsError::NoIncidents && incidents > 0 {
            return Err(AskError::none(
                "there is no answer: the incidents lie in one place, or none in the months before: there is nothing to compare with",
            ));
        }
        Err(in_words(&error))
    })
}

/// Months received wherever anything is: those of the period asked for, or the last five years; they end with the last received,
/// and a month of the past that was not received is left out. Beside them, how many at the end follow each other.
fn scanned_months(reader: &Exact<'_>, query: &Query) -> Result<(Steps, usize), AskError> {
    let sources = asked_sources(reader, query);
    let received = |month: &Period| reader.coverage.whole_everywhere(sources, *month);
    let mut months: Vec<Period> = months_asked(reader, query).into_iter().filter(received).collect();
    if query.from.is_none() {
        months.drain(..months.len().saturating_sub(PAST));
    }
    let in_a_row = months.windows(2).rev().take_while(|pair| pair[0].end == pair[1].start).count() + 1;
    if months.len() < 3 || in_a_row < 3 {
        let reason = format!(
            "a scan needs at least three months in a row received everywhere; the period ends with {} (`places coverage` lists what was received)",
            in_a_row.min(months.len())
        );
        return Err(AskError::none(reason));
    }
    Ok((Steps(months), in_a_row))
}
