//! The words of the product: points and coordinate change, days and periods, incidents, definitions,
//! calendars, callers, and the one [`Query`] that every reader of counts uses.
//!
//! May use: nothing else of this crate. Geographic coordinates are WGS 84 / ETRS89 degrees, longitude
//! first; British National Grid coordinates are metres, easting first.

mod asked_wrong;
mod bbox;
mod caller;
mod crs;
mod definition;
mod flag;
mod force;
mod header;
mod incident;
mod missing;
mod other_crs;
mod place_ref;
mod point;
mod query;
mod text;
mod time;

pub use asked_wrong::QueryError;
pub use bbox::BBox;
pub use caller::{Caller, Protection, Role};
pub use crs::{CrsError, bng_to_lonlat, lonlat_to_bng};
pub use definition::{Calendar, Definition, Partly, words_that_match_nothing};
pub use flag::Flags;
pub use force::{districts_of_force, forces, is_district_of_a_force, is_network};
pub use header::{DoubledColumn, Header};
pub use incident::{FLAG_AREA_SNAPPED, PrecisionClass, RESOLUTIONS, When, WhenPrecision};
pub use missing::{Figure, figure, is_suppressed};
pub use other_crs::{OtherCrs, OtherCrsError};
pub use place_ref::{MAX_CORNERS, PlaceRef};
pub use point::{BngPoint, InvalidCoordinate, LonLat};
pub use query::{Dimension, HourSet, MAX_FILTER_VALUES, Query, Rate, WEEKDAYS, Without, parse_weekday};
pub use text::{fold, is_relative_figure, spreadsheet_safe, thousands, tidy};
pub use time::{Clock, Day, InvalidTime, Month, Period, UNKNOWN_HOUR};
