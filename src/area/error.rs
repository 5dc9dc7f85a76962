//! Why a file gives no layer.

use crate::model::OtherCrsError;

/// Why a file gives no layer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GeoJsonError {
    /// Not GeoJSON.
    #[error("expected a GeoJSON FeatureCollection of polygons; {found}")]
    NotGeoJson {
        /// What was found instead.
        found: String,
    },
    /// A coordinate reference system that is not read.
    #[error(transparent)]
    Crs(#[from] OtherCrsError),
    /// No property holds a code.
    #[error("no property holds a code ({reason}); name one with --code; the file has: {}", .properties.join(", "))]
    NoCode {
        /// What was looked for.
        reason: String,
        /// Properties of the first feature.
        properties: Vec<String>,
    },
    /// The server that wrote the file cut it off at its limit.
    #[error(
        "its server cut it off at its limit ({features} features, marked exceededTransferLimit): download the rest too (such as with resultOffset), or add it as it is with --accept"
    )]
    Cut {
        /// Features in the file.
        features: usize,
    },
    /// Several properties hold codes, and none is unique.
    #[error("several properties hold codes ({}), and which is that of the areas is not known: name it with --code", .candidates.join(", "))]
    AmbiguousCode {
        /// The properties.
        candidates: Vec<String>,
    },
    /// A coordinate that is no position.
    #[error(
        "feature {feature}: {lon}, {lat} is no position in {system}; if the file is in another system, say so with --crs, such as --crs EPSG:27700"
    )]
    Coordinate {
        /// What it was read as.
        system: &'static str,
        /// Position of the feature in the file.
        feature: usize,
        /// First coordinate.
        lon: f64,
        /// Second coordinate.
        lat: f64,
    },
    /// Too large.
    #[error("{what} {count}; the limit is {limit}")]
    TooLarge {
        /// What there is too much of.
        what: &'static str,
        /// How many there are.
        count: usize,
        /// How many there may be.
        limit: usize,
    },
    /// No feature could be used.
    #[error("none of the {features} features is a polygon with a code")]
    Empty {
        /// Features in the file.
        features: usize,
    },
}
