//! What the kernel reads and what it gives: columns of equal length.

use crate::model::RESOLUTIONS;

/// No area of a layer.
pub const NO_AREA: u32 = u32::MAX;

/// Two columns that should belong together and do not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{lon} longitudes and {lat} latitudes are no list of points")]
pub struct UnevenColumns {
    /// Number of longitudes.
    pub lon: usize,
    /// Number of latitudes.
    pub lat: usize,
}

/// Points by column.
///
/// # CRS
/// WGS 84 degrees; a row whose numbers are no position (not finite, out of range) has none.
#[derive(Debug, Clone, Copy)]
pub struct Points<'a> {
    lon: &'a [f64],
    lat: &'a [f64],
}

impl<'a> Points<'a> {
    /// Takes two columns as points.
    ///
    /// # Errors
    /// [`UnevenColumns`].
    pub fn new(lon: &'a [f64], lat: &'a [f64]) -> Result<Self, UnevenColumns> {
        if lon.len() == lat.len() {
            Ok(Self { lon, lat })
        } else {
            Err(UnevenColumns { lon: lon.len(), lat: lat.len() })
        }
    }

    /// Number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.lon.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.lon.is_empty()
    }

    /// Longitude and latitude of every row.
    pub(super) fn rows(&self) -> impl Iterator<Item = (f64, f64)> + use<'a> {
        self.lon.iter().copied().zip(self.lat.iter().copied())
    }
}

/// The areas of a layer, row by row.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AreaColumn {
    /// Position of the area in its layer, or [`NO_AREA`].
    pub areas: Vec<u32>,
    /// Whether the point lies in no area, and this is the nearest within [`crate::area::SNAP_RADIUS_M`].
    pub snapped: Vec<bool>,
}

/// Everything the points of a list are assigned to, row by row.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Assigned {
    /// H3 cells by resolution (7 to 11); 0 where a row has no position.
    pub cells: [Vec<u64>; RESOLUTIONS.len()],
    /// Areas by layer, in the order the layers were added.
    pub areas: Vec<AreaColumn>,
    /// British National Grid metres; NaN where there are none.
    pub easting: Vec<f64>,
    /// British National Grid metres; NaN where there are none.
    pub northing: Vec<f64>,
}

impl Assigned {
    /// Number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.easting.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.easting.is_empty()
    }

    /// The cells of one row, by resolution.
    #[must_use]
    pub fn cells_of(&self, row: usize) -> [u64; RESOLUTIONS.len()] {
        std::array::from_fn(|r| self.cells[r][row])
    }
}
