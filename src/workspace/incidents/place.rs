//! The places that incidents stand on.

use crate::model::PrecisionClass;

/// The place of an incident that is not located.
pub const NO_PLACE: u32 = u32::MAX;
/// An attribute that a row does not have, an area a place does not lie in.
pub(crate) const ABSENT: u32 = u32::MAX;

/// A distinct located position.
///
/// # CRS
/// `lon`, `lat` WGS 84 degrees; `easting`, `northing` British National Grid metres, NaN outside its grid.
#[derive(Debug, Clone, PartialEq)]
pub struct PlaceRow {
    /// Longitude.
    pub lon: f64,
    /// Latitude.
    pub lat: f64,
    /// Easting.
    pub easting: f64,
    /// Northing.
    pub northing: f64,
    /// How precise the position is.
    pub class: PrecisionClass,
    /// Radius that holds the truth, metres; NaN where not known.
    pub radius_m: f32,
    /// Cells at resolutions 7 to 11.
    pub cells: [u64; 5],
    /// Per layer of [`super::Incidents::layers`] the position in its codes, or `u32::MAX`.
    pub areas: Vec<u32>,
    /// Flags of the place, part of every incident on it.
    pub flags: u32,
}
