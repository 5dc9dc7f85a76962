//! What stands beside the list of areas: clusters that end now, and the average week of every source.

use super::told::{AverageWeek, Gathering, LISTED};
use crate::{
    analysis::{
        ALPHA, ScanRequest,
        count::total,
        scan::{Found, scan},
        steps::asked_sources,
    },
    ask::{AskError, Exact},
    grid,
    model::{Day, Month, Period, Query},
    snapshot::LoadedLayer,
};

/// Clusters that end with the period.
pub(super) fn gatherings(
    reader: &Exact<'_>,
    (asked, seed): (&Query, u64),
    period: Period,
    layer: &LoadedLayer,
    notes: &mut Vec<String>,
) -> Vec<Gathering> {
    let query = Query { from: None, to: Some(period.end), ..asked.clone() };
    let asked = ScanRequest { query, resolution: 8, max_months: 3, replicates: 999, seed };
    let answer = match scan(reader, &asked) {
        Ok(answer) => answer,
        Err(error) => {
            notes.push(format!("no scan for clusters: {error}"));
            return Vec::new();
        }
    };
    let universe = reader.universe(8).ok();
    let study = reader.study_layer().unwrap_or(layer);
    let area_of = |cell: &u64| -> Option<&str> {
        let area = universe.and_then(|u| u.cells.binary_search(cell).ok().map(|i| u.areas()[i]))?;
        study.areas.get(area as usize).map(|a| a.name.as_str())
    };
    // A cell on the border has its centre in no area: then the next of the cluster names it.
    let near = |cells: &[u64]| cells.iter().find_map(area_of).unwrap_or("the border").to_owned();
    let last = Day::parse(&answer.summary.to).unwrap_or(period.end);
    let each = answer.clusters.iter().filter(|found| found.cluster.p_value <= ALPHA);
    each.take(LISTED)
        .map(|Found { cluster, cells }| {
            let start = Month(last.month().0 - cluster.height as i32).first_day();
            Gathering {
                cell: grid::cell_text(cells[0]),
                near: near(cells),
                cells: cells.iter().map(|&c| grid::cell_text(c)).collect(),
                from: start.to_string(),
                count: cluster.observed,
                expected: cluster.forecast.mean,
                p_value: cluster.p_value,
                why: format!(
                    "{} incidents since {start} in {} near {}, {} expected from its past",
                    cluster.observed,
                    if cells.len() == 1 { "one cell".to_owned() } else { format!("{} cells", cells.len()) },
                    near(cells),
                    few(cluster.forecast.mean)
                ),
            }
        })
        .collect()
}

/// An expected count as people read it.
fn few(expected: f64) -> String {
    if expected < 0.95 { "fewer than one".to_owned() } else { format!("{expected:.0}") }
}

pub(super) fn average_week(reader: &Exact<'_>, query: &Query, period: Period) -> Result<Vec<AverageWeek>, AskError> {
    let weeks = |p: Period| f64::from(p.days()) / 7.0;
    let year_before = period.years_earlier(1);
    let mut averages = Vec::new();
    for source in asked_sources(reader, query) {
        let per_week = |p: Period| -> Result<Option<f64>, AskError> {
            if !p.months().all(|m| reader.coverage.delivered(source, m)) {
                return Ok(None);
            }
            let one = Query {
                sources: vec![source.clone()],
                from: Some(p.start),
                to: Some(p.end),
                by: vec![],
                ..query.clone()
            };
            Ok(Some(total(reader, &one)?.counted as f64 / weeks(p)))
        };
        averages.push(AverageWeek {
            source: source.clone(),
            per_week: per_week(period)?,
            year_before: per_week(year_before)?,
        });
    }
    Ok(averages)
}
