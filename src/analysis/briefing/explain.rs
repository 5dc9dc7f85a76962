//! Which category moved an area that stands out.

use super::{series::Series, told::Change};
use crate::{
    analysis::steps::count_steps,
    ask::{AskError, Exact},
    model::Query,
    snapshot::LoadedLayer,
};

/// Says for every listed area which category moved it most: each is expected to have the share that it had in the past.
pub(super) fn explain(
    reader: &Exact<'_>,
    layer: &LoadedLayer,
    series: &Series,
    changes: &mut [Change],
) -> Result<(), AskError> {
    if changes.is_empty() {
        return Ok(());
    }
    let grouping = reader.table().layer_groups(&layer.name).unwrap_or(&reader.table().whole);
    let mut of_category = Vec::new();
    for category in reader.asked_categories(&series.query)? {
        let one = Query { categories: vec![category.clone()], definition: None, ..series.query.clone() };
        of_category.push((category, count_steps(reader, &one, grouping, &series.steps)?));
    }
    for change in changes {
        let code = change.place.split_once(':').map_or("", |p| p.1);
        let Ok(area) = layer.areas.binary_search_by(|a| a.code.as_str().cmp(code)) else { continue };
        let scale = change.expected / (series.then(area) as f64).max(1.0);
        let sum = |counts: &[u32]| counts.iter().map(|&n| f64::from(n)).sum::<f64>();
        let moved = of_category.iter().map(|(name, counted)| {
            let (then, now) = counted.of(area).split_at(series.past);
            (name, sum(now), sum(then) * scale)
        });
        let rose = change.ratio.is_none_or(|r| r >= 1.0);
        let by = |now: f64, then: f64| if rose { now - then } else { then - now };
        let most = moved.max_by(|a, b| by(a.1, a.2).total_cmp(&by(b.1, b.2)).then(b.0.cmp(a.0)));
        let part = most
            .map_or(String::new(), |(name, now, then)| format!("; most of it {name}: {now:.0}, was about {then:.0}"));
        let direction = if rose { "more" } else { "fewer" };
        change.why = format!(
            "{} incidents, {direction} than the usual {:.0} to {:.0}{part}",
            change.now, change.usual_low, change.usual_high
        );
    }
    Ok(())
}
