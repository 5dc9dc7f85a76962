//! Kinds of gazetteer files, and what each looks like.

/// Kinds of gazetteer files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum GazetteerKind {
    /// OS Code-Point Open: CSV without header.
    CodePoint,
    /// ONS Postcode Directory or National Statistics Postcode Lookup: CSV with header.
    Onspd,
    /// OS Open Names: CSV tiles without header.
    OpenNames,
    /// OS Open UPRN: CSV with header.
    Uprn,
    /// `GeoNames` postal codes: tab separated without header.
    GeoNames,
    /// A CSV of one's own: name, kind, locality, easting, northing (or lon, lat).
    Csv,
}

impl GazetteerKind {
    /// Every kind with its word.
    pub const ALL: [(Self, &'static str); 6] = [
        (Self::CodePoint, "code-point"),
        (Self::Onspd, "onspd"),
        (Self::OpenNames, "open-names"),
        (Self::Uprn, "uprn"),
        (Self::GeoNames, "geonames"),
        (Self::Csv, "csv"),
    ];

    /// The word.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL[self as usize].1
    }

    /// Reads the word.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|k| k.1 == name).map(|k| k.0)
    }

    pub(super) fn expected(self) -> &'static str {
        match self {
            Self::CodePoint => {
                "a Code-Point Open file: no header, ten columns beginning with postcode, quality, easting, northing"
            }
            Self::Onspd => {
                "an ONSPD or NSPL file: a header with pcds, doterm and oseast1m, osnrth1m (or east1m, north1m)"
            }
            Self::OpenNames => {
                "an OS Open Names tile: no header, 34 columns with identifiers of data.ordnancesurvey.co.uk"
            }
            Self::Uprn => "an OS Open UPRN file: a header with UPRN, X_COORDINATE, Y_COORDINATE",
            Self::GeoNames => "a GeoNames postal file: no header, twelve columns separated by tabs",
            Self::Csv => {
                "a CSV with a header that has name (or postcode) and easting, northing (or lon, lat); kind, locality, also, id and radius_m may follow"
            }
        }
    }
}

/// A file that is not of the kind it was given as.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected {expected}; found {found}")]
pub struct NotThisKind {
    /// What the kind looks like.
    pub expected: &'static str,
    /// What was seen.
    pub found: String,
}
