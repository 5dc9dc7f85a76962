//! Class limits for a map: quantiles of the pooled period, rounded to readable numbers, so that every frame of
//! a playing period has the same legend.

use std::collections::HashMap;

use super::{AnalysisError, Plan, count::rate_of, plan::PlaceDimension};
use crate::{
    model::{Dimension, Query},
    snapshot::Snapshot,
};

/// Classes of a sequential map.
const CLASSES: usize = 5;

/// Lower limits of the classes above zero, ascending; the first is the smallest value there is.
#[derive(Debug, Clone, Default, PartialEq, serde::Serialize, utoipa::ToSchema)]
pub struct Breaks {
    /// Lower limits; a value belongs to the last one that it reaches.
    pub breaks: Vec<f64>,
    /// Largest value.
    pub max: f64,
    /// Months of each value pooled.
    pub window_months: usize,
}

/// Works out class limits for the first place dimension of a query: counts (or rates) of every place in every
/// run of `window_months` months, over all months there are, whatever period the query asks for.
///
/// # Errors
/// [`AnalysisError`] as for a count.
pub fn breaks(snapshot: &Snapshot, query: &Query, window_months: usize) -> Result<Breaks, AnalysisError> {
    let mut pooled = Query { from: None, to: None, zeros: false, top: None, ..query.clone() };
    pooled.by.retain(|d| matches!(d, Dimension::Cell(_) | Dimension::Area(_)));
    pooled.by.truncate(1);
    pooled.by.push(Dimension::Month);
    let answer = super::count(snapshot, &pooled)?;
    let plan = Plan::new(snapshot, &pooled)?;
    let months = plan.coded.first().map_or(0, |c| c.texts.len());
    let window = window_months.clamp(1, months.max(1));
    let mut series: HashMap<usize, Vec<u64>> = HashMap::new();
    let mut keys = Vec::new();
    let mut position: HashMap<String, usize> = HashMap::new();
    for row in 0..answer.rows.len() {
        let next = keys.len();
        let place = *position.entry(answer.rows.text(0, row)).or_insert(next);
        if place == next {
            keys.push(answer.rows.places[row].clone());
        }
        let super::Values::Text { of_row, .. } =
            &answer.rows.columns[answer.rows.columns.len() - count_columns(&pooled) - 1].values
        else {
            continue;
        };
        let super::Values::Counts(counts) =
            &answer.rows.columns[answer.rows.columns.len() - count_columns(&pooled)].values
        else {
            continue;
        };
        series.entry(place).or_insert_with(|| vec![0; months])[of_row[row] as usize] += counts[row];
    }
    let mut values = Vec::new();
    for (place, counts) in series {
        for run in counts.windows(window) {
            let count: u64 = run.iter().sum();
            let value = match &query.rate {
                None => count as f64,
                Some(rate) => rate_of(snapshot, rate, &keys[place], count).1,
            };
            if value > 0.0 {
                values.push(value);
            }
        }
    }
    let whole =
        matches!(plan.places.first(), Some(PlaceDimension::Cell(_) | PlaceDimension::Area(_))) && query.rate.is_none();
    Ok(limits(values, whole, window))
}

/// Columns from `count` on: the count, and the two of a rate.
fn count_columns(query: &Query) -> usize {
    if query.rate.is_some() { 3 } else { 1 }
}

fn limits(mut values: Vec<f64>, whole: bool, window_months: usize) -> Breaks {
    values.sort_by(f64::total_cmp);
    let (Some(&min), Some(&max)) = (values.first(), values.last()) else {
        return Breaks { window_months, ..Breaks::default() };
    };
    let mut breaks = vec![if whole { 1.0 } else { readable(min, false) }];
    for class in 1..CLASSES {
        let quantile = values[(values.len() - 1) * class / CLASSES];
        let limit = readable(quantile, whole);
        let last = breaks.last().copied().unwrap_or(0.0);
        if limit > last && limit <= max {
            breaks.push(limit);
        } else if whole && last + 1.0 <= max {
            // Sparse counts: quantiles coincide; the next whole number still tells places apart.
            breaks.push(last + 1.0);
        }
    }
    Breaks { breaks, max, window_months }
}

/// Rounds to two digits, the second of them 0 or 5 from ten on; counts to whole numbers.
fn readable(value: f64, whole: bool) -> f64 {
    if whole && value < 20.0 {
        return value.round();
    }
    let magnitude = 10_f64.powf(value.log10().floor() - 1.0);
    let step = if whole { (5.0 * magnitude).max(5.0) } else { magnitude };
    let rounded = (value / step).round() * step;
    // Away from binary dust such as 0.30000000000000004.
    let digits = (2.0 - value.log10()).ceil().clamp(0.0, 12.0);
    (rounded * 10_f64.powf(digits)).round() / 10_f64.powf(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_readable_ascending_and_start_at_the_smallest() {
        let found = limits((1..=1000).map(f64::from).collect(), true, 1);
        assert_eq!(found.breaks, [1.0, 200.0, 400.0, 600.0, 800.0]);
        let sparse = limits(vec![1.0; 50].into_iter().chain([2.0, 3.0, 9.0]).collect(), true, 1);
        assert_eq!(sparse.breaks, [1.0, 2.0, 3.0, 4.0, 5.0]);
        let rates = limits((1..=100).map(|i| f64::from(i) / 7.0).collect(), false, 3);
        assert!(rates.breaks.windows(2).all(|w| w[0] < w[1]), "{rates:?}");
        assert_eq!(limits(vec![], true, 1).breaks, Vec::<f64>::new());
    }
}
