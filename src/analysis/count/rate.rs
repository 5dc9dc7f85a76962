//! What a count is divided by.

use crate::{ask::PlaceKey, grid, model::Rate, snapshot::Snapshot};

/// What a place's count is divided by, and the factor of the rate: 1,000 for indicators, 1 for square kilometres.
fn denominator(ground: &Snapshot, rate: &Rate, place: &PlaceKey) -> (f64, f64) {
    let layer = |layer: u32| ground.layers.get(layer as usize);
    match (rate, place) {
        (Rate::Km2, PlaceKey::Cell(cell)) => (grid::area_km2(*cell), 1.0),
        (Rate::Km2, PlaceKey::Area(of, area)) => {
            let area = layer(*of).and_then(|l| l.areas.get(*area as usize));
            (area.map_or(f64::NAN, |a| a.area_km2), 1.0)
        }
        (Rate::Indicator(name), PlaceKey::Area(of, area)) => {
            let values = layer(*of).and_then(|l| l.indicators.get(name));
            (values.and_then(|v| v.get(*area as usize)).copied().unwrap_or(f64::NAN), 1000.0)
        }
        (Rate::Indicator(_), PlaceKey::Cell(_)) => (f64::NAN, 1000.0),
    }
}

/// Denominator and rate; NaN where there is nothing to divide by.
#[must_use]
pub(crate) fn rate_of(ground: &Snapshot, rate: &Rate, place: &PlaceKey, count: u64) -> (f64, f64) {
    let (denominator, factor) = denominator(ground, rate, place);
    let value = if denominator > 0.0 { factor * count as f64 / denominator } else { f64::NAN };
    (denominator, value)
}
