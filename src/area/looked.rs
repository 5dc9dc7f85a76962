//! What areas a file has, without their shapes: cheap for a file of a whole country.

use std::{collections::BTreeSet, io::Read};

use geojson::{Feature, FeatureCollection, JsonObject};
use serde::{Deserialize, de::IgnoredAny};

use super::{
    GeoJsonError, PropertyChoice,
    properties::{Names, stem_of, text_of},
    readable_name,
};
use crate::model::fold;

/// An area by its words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedArea {
    /// Code.
    pub code: String,
    /// Name in the file.
    pub name: String,
    /// Code of its district, where the file has one.
    pub district_code: Option<String>,
    /// Name of its district, where the file or its own name says it.
    pub district_name: Option<String>,
}

/// The areas of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LookedAt {
    /// What stands before `CD` or `_code` in the property of their codes, in small letters, such as `msoa21`; may be empty.
    pub kind: String,
    /// The areas, as they come.
    pub areas: Vec<NamedArea>,
}

#[derive(Deserialize)]
struct Collection {
    features: Vec<Shapeless>,
}

#[derive(Deserialize)]
struct Shapeless {
    #[serde(default)]
    properties: Option<JsonObject>,
    #[serde(default)]
    geometry: Option<Shape>,
}

#[derive(Deserialize)]
struct Shape {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default, rename = "coordinates")]
    _coordinates: IgnoredAny,
}

/// Reads what the polygons of a GeoJSON text are called, and nothing of their shapes.
///
/// # Errors
/// [`GeoJsonError`] where it is no collection of polygons with codes.
///
/// # Examples
/// ```
/// use places::area::look_at_areas;
/// let text = r#"{"type": "FeatureCollection", "features": [{"type": "Feature",
///     "properties": {"MSOA21CD": "E02005560", "MSOA21NM": "Norwich 012"},
///     "geometry": {"type": "Polygon", "coordinates": [[[1, 52], [1.1, 52], [1.1, 52.1], [1, 52]]]}}]}"#;
/// let seen = look_at_areas(text.as_bytes())?;
/// assert_eq!((seen.kind.as_str(), seen.areas[0].district_name.as_deref()), ("msoa21", Some("Norwich")));
/// # Ok::<(), places::area::GeoJsonError>(())
/// ```
pub fn look_at_areas(text: impl Read) -> Result<LookedAt, GeoJsonError> {
    let read: Collection =
        serde_json::from_reader(text).map_err(|e| GeoJsonError::NotGeoJson { found: format!("{e}") })?;
    let all = read.features.len();
    let is_polygon = |f: &Shapeless| {
        f.geometry.as_ref().is_some_and(|g| g.kind.ends_with("Polygon") || g.kind == "GeometryCollection")
    };
    let features: Vec<Feature> = read
        .features
        .into_iter()
        .filter(is_polygon)
        .map(|f| Feature { bbox: None, geometry: None, id: None, properties: f.properties, foreign_members: None })
        .collect();
    if features.is_empty() {
        return Err(GeoJsonError::Empty { features: all });
    }
    let collection = FeatureCollection { bbox: None, features, foreign_members: None };
    let names = Names::of(&collection, &PropertyChoice::default())?;
    let area = |properties: &JsonObject| {
        let of = |name: &Option<String>| name.as_ref().and_then(|name| text_of(properties, name));
        let code = text_of(properties, &names.code)?;
        let name = of(&names.name).unwrap_or_else(|| code.clone());
        let from_name = readable_name(&name).map(|(district, _)| district.to_owned());
        let district_name = of(&names.district_name).or(from_name);
        Some(NamedArea { district_code: of(&names.district_code), district_name, code, name })
    };
    let areas = collection.features.iter().filter_map(|f| area(f.properties.as_ref()?)).collect();
    Ok(LookedAt { kind: stem_of(&names.code).to_ascii_lowercase(), areas })
}

/// Whether an area, by code and name, lies in some districts, by folded code or name: its own district is among them, or, where
/// nothing says which district it lies in, it is one of them itself.
///
/// # Examples
/// ```
/// use places::area::lies_in;
/// let norwich = ["norwich".to_owned(), "e07000148".to_owned()].into();
/// assert!(lies_in(&norwich, ("E02005560", "Norwich 012"), (None, Some("Norwich"))));
/// assert!(lies_in(&norwich, ("E07000148", "Norwich"), (None, None)));
/// assert!(!lies_in(&norwich, ("E05000001", "Norwich"), (Some("E07000150"), None)));
/// ```
#[must_use]
pub fn lies_in(words: &BTreeSet<String>, area: (&str, &str), district: (Option<&str>, Option<&str>)) -> bool {
    let is_among = |word: &str| words.contains(&fold(word));
    match district {
        (None, None) => is_among(area.0) || is_among(area.1),
        (code, name) => code.is_some_and(is_among) || name.is_some_and(is_among),
    }
}
