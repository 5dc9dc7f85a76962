//! A layer and its areas.

use geo::MultiPolygon;

/// A named polygon with a code.
#[derive(Debug, Clone, PartialEq)]
pub struct Area {
    /// Code, unique in the layer, such as `E02005560`.
    pub code: String,
    /// Name shown to people, such as "Lakenham & Tuckswood".
    pub name: String,
    /// Name in the file, such as "Norwich 012"; kept because other files refer to it.
    pub official_name: String,
    /// Code of the district it lies in, where the file has one.
    pub district_code: Option<String>,
    /// Name of that district.
    pub district_name: Option<String>,
    /// True area on the ellipsoid.
    pub area_km2: f64,
    /// Its polygons, WGS 84 degrees.
    pub polygons: MultiPolygon,
}

/// A set of areas with a vintage, such as `msoa21`, in ascending order of code.
#[derive(Debug, Clone, PartialEq)]
pub struct Layer {
    /// Its name in queries: lower-case letters, digits, `_` and `-`.
    pub name: String,
    /// The areas, ascending by code.
    pub areas: Vec<Area>,
}

impl Layer {
    /// Position of a code.
    #[must_use]
    pub fn position(&self, code: &str) -> Option<usize> {
        self.areas.binary_search_by(|a| a.code.as_str().cmp(code)).ok()
    }

    /// Whether a text can name a layer: it becomes a column, a file name and part of a query.
    #[must_use]
    pub fn is_name(text: &str) -> bool {
        (1..=32).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_' || b == b'-')
            && text.as_bytes()[0].is_ascii_lowercase()
    }
}

/// "Norwich 012" to ("Norwich", "012"): the district and the number in an ONS MSOA name.
///
/// # Examples
/// ```
/// use places::area::readable_name;
/// assert_eq!(readable_name("King's Lynn and West Norfolk 008"), Some(("King's Lynn and West Norfolk", "008")));
/// assert_eq!(readable_name("Norwich"), None);
/// ```
#[must_use]
pub fn readable_name(official: &str) -> Option<(&str, &str)> {
    let (district, number) = official.rsplit_once(' ')?;
    let digits = number.trim_end_matches(|c: char| c.is_ascii_uppercase());
    (digits.len() == 3 && digits.bytes().all(|b| b.is_ascii_digit())).then_some((district, number))
}
