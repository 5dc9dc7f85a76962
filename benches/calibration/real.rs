//! False alarms of the scan on the Norfolk months of 2025 beside the repository, dates permuted over incidents.

use std::path::Path;

use fastrand::Rng;
use places::{
    access::{Access, Log, LogLine},
    analysis::{Count, count},
    ask::{ColumnValues as Values, Exact, Question, Watch},
    grid,
    import::{AddAreas, ImportRequest, Progress, add_areas, import},
    snapshot::Snapshot,
    stats::{Base, ScanInput, space_time_scan},
    workspace::Workspace,
};
use rayon::prelude::*;

/// Incidents of real cells and months.
pub struct RealMonths {
    /// Place and month of every incident.
    incidents: Vec<(u32, u32)>,
    bases: Vec<Base>,
    months: usize,
}

impl RealMonths {
    /// Loads the months of 2025 into a folder; none where the data is not beside the repository, and only there.
    pub fn load(folder: &Path, category: &str) -> Option<Self> {
        let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
        let text = |path: &str| data.join(path).to_string_lossy().into_owned();
        if !data.join("police_uk/2025-01").exists() {
            return None;
        }
        let workspace = Workspace::init(folder).unwrap();
        let files = vec![text("ons_boundaries_bgc/msoa/E10000020.geojson.gz")];
        let layer = AddAreas { layer: "msoa21".to_owned(), files, study_area: true, ..AddAreas::default() };
        add_areas(&workspace, &layer).unwrap();
        let files =
            (1..=9).map(|m| text(&format!("police_uk/2025-{m:02}/2025-{m:02}-norfolk-street.csv.gz"))).collect();
        let request = ImportRequest { files, source: "police.uk".to_owned(), ..ImportRequest::default() };
        import(&workspace, &request, &Progress::default()).unwrap();
        let snapshot = Snapshot::load(&workspace).unwrap();
        let mut asked = vec![("by", "cell:8,month")];
        if !category.is_empty() {
            asked.push(("category", category));
        }
        let asked = Count::read(&places::ask::Values::check(&Count::DECLARATION, asked).unwrap()).unwrap();
        let access = Access::local(Log::in_folder(&folder.join("log")));
        let grant = access.exact(access.user(), &LogLine::look("bench", "", "")).unwrap();
        let reader = Exact::open(&snapshot, &grant, Watch::default());
        let rows = count(&reader, &asked.query).unwrap().rows;
        let rows = rows.head();
        let (Values::Cells(cells), Values::Counts(counts)) = (&rows.columns[0].values, &rows.columns[2].values) else {
            panic!("rows of cells, months and counts");
        };
        let mut known = cells.clone();
        known.sort_unstable();
        known.dedup();
        let months: Vec<String> = (0..rows.len()).map(|row| rows.text(1, row)).collect();
        let mut incidents = Vec::new();
        for ((cell, month), &n) in cells.iter().zip(&months).zip(counts) {
            let place = known.binary_search(cell).unwrap() as u32;
            let month: u32 = month[5..].parse().unwrap();
            incidents.extend(std::iter::repeat_n((place, month - 1), n as usize));
        }
        let base = |&cell: &u64| {
            let mut base = Base { places: Vec::new(), rings: Vec::new() };
            for ring in 0..=4 {
                for place in grid::grid_disk(&[cell], ring).iter().filter_map(|c| known.binary_search(c).ok()) {
                    if !base.places.contains(&(place as u32)) {
                        base.places.push(place as u32);
                    }
                }
                base.rings.push(base.places.len() as u32);
            }
            base
        };
        Some(Self { bases: known.par_iter().map(base).collect(), incidents, months: 9 })
    }

    /// Least p-value of a scan after the dates were permuted.
    pub fn scan(&self, seed: u64, replicates: usize) -> (f64, f64) {
        let mut rng = Rng::with_seed(seed);
        let mut dates: Vec<u32> = self.incidents.iter().map(|i| i.1).collect();
        rng.shuffle(&mut dates);
        let mut counts = vec![0; self.bases.len() * self.months];
        for ((place, _), month) in self.incidents.iter().zip(dates) {
            counts[*place as usize * self.months + month as usize] += 1;
        }
        let input =
            ScanInput { counts: &counts, intervals: self.months, bases: &self.bases, max_height: 3, max_share: 0.5 };
        let found = space_time_scan(&input, replicates, seed).ok();
        let least = |p: &dyn Fn(&places::stats::Cluster) -> f64| {
            found.iter().flat_map(|f| f.clusters.iter().map(p)).fold(1.0, f64::min)
        };
        (least(&|c| c.p_value), least(&|c| c.p_gumbel))
    }
}
