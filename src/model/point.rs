//! Points: WGS 84 degrees and British National Grid metres, each with its range checked.

/// A geographic position.
///
/// # CRS
/// WGS 84 / ETRS89 (the two agree within half a metre in Great Britain; the difference is ignored, as
/// data.police.uk and the ONS do).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LonLat {
    /// Degrees east of Greenwich, -180 to 180.
    pub lon: f64,
    /// Degrees north of the equator, -90 to 90.
    pub lat: f64,
}

/// A position on the British National Grid.
///
/// # CRS
/// EPSG:27700 (OSGB36), metres.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BngPoint {
    /// Metres east of the false origin.
    pub easting: f64,
    /// Metres north of the false origin.
    pub northing: f64,
}

/// A coordinate that cannot be one: the value and the reason.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{axis} {value} {reason}")]
pub struct InvalidCoordinate {
    /// Which coordinate.
    pub axis: &'static str,
    /// The value as given.
    pub value: f64,
    /// Why it is refused.
    pub reason: &'static str,
}

impl LonLat {
    /// Checks the range and makes a position.
    ///
    /// # Errors
    /// [`InvalidCoordinate`] when a value is not finite or out of range.
    ///
    /// # Examples
    /// ```
    /// use places::model::LonLat;
    /// assert_eq!(LonLat::new(1.2979, 52.6293)?, LonLat { lon: 1.2979, lat: 52.6293 });
    /// assert_eq!(LonLat::new(1.0, 91.0).unwrap_err().to_string(), "latitude 91 is out of range");
    /// # Ok::<(), places::model::InvalidCoordinate>(())
    /// ```
    pub fn new(lon: f64, lat: f64) -> Result<Self, InvalidCoordinate> {
        check("longitude", lon, 180.0)?;
        check("latitude", lat, 90.0)?;
        Ok(Self { lon, lat })
    }
}

fn check(axis: &'static str, value: f64, limit: f64) -> Result<(), InvalidCoordinate> {
    if !value.is_finite() {
        return Err(InvalidCoordinate { axis, value, reason: "is not a finite number" });
    }
    if value.abs() > limit {
        return Err(InvalidCoordinate { axis, value, reason: "is out of range" });
    }
    Ok(())
}
