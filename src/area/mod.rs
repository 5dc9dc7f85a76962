//! Layers of named polygons: reading them, finding what is wrong with them, and finding the area of a point.
//!
//! Polygons are WGS 84 degrees. What several rings of one area hold is
//! inside once; then the even-odd rule decides with exact arithmetic. A point on a border belongs to the area with the lowest code. May use: model.

mod edges;
mod error;
mod geojson_file;
mod layer;
mod locator;
mod looked;
mod overlap;
mod positions;
mod properties;
mod repair;
mod wkb_text;

pub use edges::brute_force_area;
pub use error::GeoJsonError;
pub use geojson_file::read_geojson;
pub use layer::{Area, Layer, readable_name};
pub use locator::{AreaMatch, Locator, SNAP_RADIUS_M};
pub use looked::{LookedAt, NamedArea, lies_in, look_at_areas};
pub use overlap::{Overlap, overlaps};
pub use properties::PropertyChoice;
pub use repair::{AreaIssue, area_km2, hold_the_same, united};
pub use wkb_text::{WkbError, from_wkb, to_wkb};
