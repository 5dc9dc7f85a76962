//! Well-known binary of an area's polygons, as GeoParquet holds them.

use geo::{Geometry, MultiPolygon};
use geo_traits::to_geo::ToGeoGeometry;

/// Bytes that hold no polygons.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the stored geometry is damaged: {reason}")]
pub struct WkbError {
    /// What was wrong.
    pub reason: String,
}

/// The polygons as little-endian ISO WKB.
///
/// # Errors
/// [`WkbError`] when the writer fails, which it does not for polygons in memory.
///
/// # Examples
/// ```
/// use places::area::{from_wkb, to_wkb};
/// let square = geo::Rect::new((1.0, 52.0), (1.1, 52.1)).to_polygon().into();
/// assert_eq!(from_wkb(&to_wkb(&square)?)?, square);
/// # Ok::<(), places::area::WkbError>(())
/// ```
pub fn to_wkb(polygons: &MultiPolygon) -> Result<Vec<u8>, WkbError> {
    let mut bytes = Vec::new();
    wkb::writer::write_multi_polygon(&mut bytes, polygons, &wkb::writer::WriteOptions::default())
        .map_err(|e| WkbError { reason: e.to_string() })?;
    Ok(bytes)
}

/// Polygons from WKB.
///
/// # Errors
/// [`WkbError`] when the bytes are damaged or hold something else.
pub fn from_wkb(bytes: &[u8]) -> Result<MultiPolygon, WkbError> {
    let read = wkb::reader::read_wkb(bytes).map_err(|e| WkbError { reason: e.to_string() })?;
    match read.to_geometry() {
        Geometry::MultiPolygon(polygons) => Ok(polygons),
        Geometry::Polygon(polygon) => Ok(polygon.into()),
        _ => Err(WkbError { reason: "it is not a polygon".to_owned() }),
    }
}
