//! Clusters as rows.

use std::sync::Arc;

use crate::{
    analysis::steps::Steps,
    ask::{Column, ColumnValues, PlaceKey, Rows},
    grid,
    stats::ForecastCluster,
};

/// A cluster with its cells, the central one first.
#[derive(Debug, Clone)]
pub struct Found {
    /// The cluster.
    pub cluster: ForecastCluster,
    /// Its cells.
    pub cells: Vec<u64>,
}

impl Found {
    /// Periods of the length of a step in which chance gives so strong a cluster once; no more than were simulated.
    fn recurrence(&self, replicates: usize) -> u64 {
        ((1.0 / self.cluster.p_value).floor() as u64).min(replicates as u64)
    }
}

/// One row per cluster.
pub(super) fn cluster_rows(found: &[Found], steps: &Steps, resolution: u8, replicates: usize) -> Rows {
    let months = steps.0.len();
    let last = steps.0[months - 1];
    let texts: Vec<String> = found.iter().map(|f| steps.0[months - f.cluster.height].start.to_string()).collect();
    let numbers = |value: &dyn Fn(&ForecastCluster) -> f64| {
        ColumnValues::Numbers(found.iter().map(|f| value(&f.cluster)).collect())
    };
    let counts = |value: &dyn Fn(&Found) -> u64| ColumnValues::Counts(found.iter().map(value).collect());
    let ends = ColumnValues::Text { texts: Arc::new(vec![last.end.to_string()]), of_row: vec![0; found.len()] };
    Rows {
        columns: vec![
            Column::new("cell", ColumnValues::Cells(found.iter().map(|f| f.cells[0]).collect())),
            Column::new("cells", counts(&|f| f.cells.len() as u64)),
            Column::new("radius_km", numbers(&|c| c.ring as f64 * grid::spacing_km(resolution))),
            Column::new("from", ColumnValues::texts(texts)),
            Column::new("to", ends),
            Column::new("count", counts(&|f| f.cluster.observed)),
            Column::new("expected", numbers(&|c| c.forecast.mean)),
            Column::new("ratio", numbers(&|c| c.forecast.ratio(c.observed, 0.95).0)),
            Column::new("ratio_low", numbers(&|c| c.forecast.ratio(c.observed, 0.95).1)),
            Column::new("ratio_high", numbers(&|c| c.forecast.ratio(c.observed, 0.95).2)),
            Column::new("score", numbers(&|c| c.score)),
            Column::new("p_value", numbers(&|c| c.p_value)),
            Column::new("recurrence", counts(&|f| f.recurrence(replicates))),
        ],
        places: found.iter().map(|f| PlaceKey::Cell(f.cells[0])).collect(),
    }
}
