//! Coordinate systems beside degrees and the British National Grid: Irish Grid, UTM, Web Mercator and all others that PROJ knows.
//!
//! They are read by builds with the feature `proj` (PROJ itself, built in with its database); other builds name the feature. EPSG:27700
//! never comes here: it has its own conversion by OSTN15.

use super::LonLat;

/// Systems that British and Irish files come in, by the beginnings of their EPSG codes.
const NAMES: [(&str, &str); 7] = [
    ("29901", "Irish Grid"),
    ("29902", "Irish Grid"),
    ("29903", "Irish Grid"),
    ("2157", "Irish Transverse Mercator"),
    ("326", "UTM, north, WGS 84"),
    ("258", "UTM, ETRS89"),
    ("3857", "Web Mercator"),
];

/// Why a system is not read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OtherCrsError {
    /// This build has no PROJ.
    #[error(
        "coordinates are in {name}, which this build does not read: build it with `cargo build --release --features proj`, or convert \
         the file to EPSG:4326 (degrees) or EPSG:27700 (British National Grid) first"
    )]
    NotBuilt {
        /// The system.
        name: String,
    },
    /// No system of this name is known.
    #[error("{name:?} is no coordinate system that is known ({reason}); write its EPSG code, such as EPSG:29903")]
    Unknown {
        /// As it was given.
        name: String,
        /// What is wrong with it.
        reason: String,
    },
}

/// A coordinate system that positions are converted from.
///
/// # Examples
/// ```
/// # use places::model::OtherCrs;
/// match OtherCrs::named("EPSG:29903") {
///     Ok(irish) => {
///         let belfast = irish.to_lonlat(333_880.0, 374_030.0).unwrap();
///         assert!((belfast.lon + 5.93).abs() < 0.01 && (belfast.lat - 54.597).abs() < 0.01);
///     }
///     Err(error) => assert!(error.to_string().contains("--features proj")),
/// }
/// ```
#[derive(Debug)]
pub struct OtherCrs {
    name: String,
    #[cfg(feature = "proj")]
    proj: proj::Proj,
}

impl OtherCrs {
    /// A system by its EPSG code, written `EPSG:29903`, `urn:ogc:def:crs:EPSG::29903` or as the bare number.
    ///
    /// # Errors
    /// [`OtherCrsError`].
    pub fn named(name: &str) -> Result<Self, OtherCrsError> {
        let given = || name.chars().take(80).collect::<String>();
        let code = name.trim().rsplit([':', '/']).next().unwrap_or_default();
        if code.is_empty() || code.len() > 6 || !code.bytes().all(|b| b.is_ascii_digit()) {
            return Err(OtherCrsError::Unknown { name: given(), reason: "it has no code".to_owned() });
        }
        // The number that Web Mercator had before it was given one.
        let code = if matches!(code, "900913" | "102100" | "102113") { "3857" } else { code };
        let known = NAMES
            .iter()
            .find(|(begins, _)| code.starts_with(begins) && (code.len() == begins.len() || begins.len() == 3));
        let label = known.map_or_else(|| format!("EPSG:{code}"), |(_, word)| format!("EPSG:{code} ({word})"));
        Self::open(code, label)
    }

    #[cfg(feature = "proj")]
    fn open(code: &str, name: String) -> Result<Self, OtherCrsError> {
        let unknown = |e: proj::ProjCreateError| OtherCrsError::Unknown { name: name.clone(), reason: e.to_string() };
        let proj = proj::Proj::new_known_crs(&format!("EPSG:{code}"), "EPSG:4326", None).map_err(unknown)?;
        Ok(Self { name, proj })
    }

    #[cfg(not(feature = "proj"))]
    fn open(_code: &str, name: String) -> Result<Self, OtherCrsError> {
        Err(OtherCrsError::NotBuilt { name })
    }

    /// Its code and what it is called.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The position of a pair of coordinates, easting (or longitude) first; none where there is none.
    #[cfg(feature = "proj")]
    #[must_use]
    pub fn to_lonlat(&self, x: f64, y: f64) -> Option<LonLat> {
        let (lon, lat) = self.proj.convert((x, y)).ok()?;
        LonLat::new(lon, lat).ok()
    }

    /// The position of a pair of coordinates: none, because this build has no PROJ.
    #[cfg(not(feature = "proj"))]
    #[must_use]
    pub fn to_lonlat(&self, _x: f64, _y: f64) -> Option<LonLat> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(not(feature = "proj"))]
    #[test]
    fn a_build_without_proj_names_the_feature_and_the_system() {
        for (name, called) in [
            ("EPSG:29903", "EPSG:29903 (Irish Grid)"),
            ("urn:ogc:def:crs:EPSG::32630", "EPSG:32630 (UTM, north, WGS 84)"),
            ("http://www.opengis.net/def/crs/EPSG/0/3857", "EPSG:3857 (Web Mercator)"),
            ("2154", "EPSG:2154"),
        ] {
            let said = OtherCrs::named(name).unwrap_err().to_string();
            assert!(said.contains(called) && said.contains("--features proj"), "{said}");
        }
        assert!(OtherCrs::named("Irish").unwrap_err().to_string().contains("EPSG code"));
    }

    /// Positions by pyproj 3.7 (PROJ 9.5, EPSG 11): its best operation without grids.
    #[cfg(feature = "proj")]
    #[test]
    fn other_systems_are_converted_as_pyproj_does() {
        for (name, (x, y), (lon, lat)) in [
            ("EPSG:29903", (333_880.0, 374_030.0), (-5.929_327_4, 54.596_770_1)),
            ("EPSG:2157", (734_000.0, 874_000.0), (-5.926_289_9, 54.596_483_4)),
            ("EPSG:32630", (600_000.0, 5_800_000.0), (-1.532_121_8, 52.341_175_3)),
            ("urn:ogc:def:crs:EPSG::25831", (400_000.0, 5_830_000.0), (1.523_120_6, 52.610_793_1)),
            ("EPSG:3857", (144_000.0, 6_910_000.0), (1.293_574_0, 52.603_553_0)),
            ("900913", (144_000.0, 6_910_000.0), (1.293_574_0, 52.603_553_0)),
        ] {
            let point = OtherCrs::named(name).unwrap().to_lonlat(x, y).unwrap();
            assert!((point.lon - lon).abs() < 1e-6 && (point.lat - lat).abs() < 1e-6, "{name}: {point:?}");
        }
        assert!(OtherCrs::named("EPSG:999999").is_err());
        assert!(OtherCrs::named("EPSG:3857").unwrap().to_lonlat(f64::NAN, 1.0).is_none());
    }
}
