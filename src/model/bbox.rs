//! A rectangle along the degrees.

use std::fmt;

use super::asked_wrong::QueryError;

/// A rectangle of longitudes and latitudes, edges inside.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BBox {
    /// Western edge, degrees.
    pub west: f64,
    /// Southern edge, degrees.
    pub south: f64,
    /// Eastern edge, degrees.
    pub east: f64,
    /// Northern edge, degrees.
    pub north: f64,
}

impl BBox {
    /// Reads `west,south,east,north` in degrees; `/` may stand for the comma.
    ///
    /// # Errors
    /// [`QueryError::Invalid`] with the form.
    pub fn parse(name: &str, text: &str) -> Result<Self, QueryError> {
        let error = || QueryError::invalid(name, text, "west,south,east,north in degrees");
        let number = |v: &str| v.trim().parse::<f64>().ok().filter(|n| n.is_finite());
        let numbers: Vec<f64> = text.split([',', '/']).map(number).collect::<Option<_>>().ok_or_else(error)?;
        match numbers[..] {
            [west, south, east, north]
                if west < east
                    && south < north
                    && west >= -180.0
                    && east <= 180.0
                    && south >= -90.0
                    && north <= 90.0 =>
            {
                Ok(Self { west, south, east, north })
            }
            _ => Err(error()),
        }
    }

    /// Whether a position lies inside; edges do.
    #[must_use]
    pub fn contains(&self, lon: f64, lat: f64) -> bool {
        self.west <= lon && lon <= self.east && self.south <= lat && lat <= self.north
    }
}

impl fmt::Display for BBox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{},{},{},{}", self.west, self.south, self.east, self.north)
    }
}
