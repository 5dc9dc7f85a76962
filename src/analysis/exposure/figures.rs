//! Which figure of an area says how many people live there, or are there by day.

use crate::snapshot::LoadedLayer;

/// Names of a figure of all who live in an area.
pub(super) const RESIDENTS: &[&str] = &["residents", "usual_residents", "population", "total_population", "people"];
/// Names of a figure of all who are there by day.
pub(super) const AMBIENT: &[&str] =
    &["ambient_population", "ambient", "workday_population", "workday", "daytime_population", "workplace_population"];

/// All residents of each area of a layer, if it has the figure.
pub(in crate::analysis) fn residents_of(layer: &LoadedLayer) -> Option<&Vec<f64>> {
    figure_of(layer, RESIDENTS)
}

/// The first figure of some names that a layer has.
pub(super) fn figure_of<'l>(layer: &'l LoadedLayer, names: &[&str]) -> Option<&'l Vec<f64>> {
    names.iter().find_map(|name| layer.indicators.get(*name))
}
