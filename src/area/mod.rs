//! Layers of named polygons: reading them, finding what is wrong with them, and finding the area of a point.
//!
//! Polygons are WGS 84 degrees. Inside is decided by the even-odd rule with exact arithmetic; a point on a
//! border belongs to the area with the lowest code. May use: model.

mod edges;
mod geojson_file;
mod layer;
mod locator;
mod repair;
mod wkb_text;

pub use edges::brute_force_area;
pub use geojson_file::{GeoJsonError, PropertyChoice, read_geojson};
pub use layer::{Area, Layer, readable_name};
pub use locator::{AreaMatch, Locator, SNAP_RADIUS_M};
pub use repair::{AreaIssue, area_km2};
pub use wkb_text::{WkbError, from_wkb, to_wkb};
