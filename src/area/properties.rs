//! Which properties of the features hold code, name and district.

use std::collections::HashSet;

use geojson::{FeatureCollection, JsonObject, JsonValue};

use super::error::GeoJsonError;

/// How a file is to be read, where that is not to be recognised.
#[derive(Debug, Clone, Default)]
pub struct PropertyChoice {
    /// Property with the code.
    pub code: Option<String>,
    /// Property with the name.
    pub name: Option<String>,
    /// Name of the layer: of several properties with codes the one that fits it is taken.
    pub layer: String,
    /// Coordinate reference system, such as `EPSG:27700`, in place of what the file says or does not say.
    pub crs: Option<String>,
    /// Take a file that its server cut off at a limit.
    pub cut: bool,
}

/// The properties that hold what an area needs.
pub(super) struct Names {
    pub(super) code: String,
    pub(super) name: Option<String>,
    pub(super) district_code: Option<String>,
    pub(super) district_name: Option<String>,
}

impl Names {
    pub(super) fn of(collection: &FeatureCollection, choice: &PropertyChoice) -> Result<Self, GeoJsonError> {
        let properties: Vec<String> = collection
            .features
            .first()
            .and_then(|f| f.properties.as_ref())
            .map(|p| p.keys().cloned().collect())
            .unwrap_or_default();
        let find = |accept: &dyn Fn(&str) -> bool| properties.iter().find(|p| accept(p)).cloned();
        let missing = |reason: String| GeoJsonError::NoCode { reason, properties: properties.clone() };
        let code = match &choice.code {
            Some(code) if properties.contains(code) => code.clone(),
            Some(code) => return Err(missing(format!("{code:?} is not there"))),
            None => code_among(collection, &properties, &choice.layer)?
                .ok_or_else(|| missing("such as MSOA21CD, ltla24_code or code".to_owned()))?,
        };
        let stem = stem_of(&code);
        let name = match &choice.name {
            Some(name) if properties.contains(name) => Some(name.clone()),
            Some(name) => return Err(missing(format!("{name:?} is not there"))),
            None => find(&|p| {
                p.eq_ignore_ascii_case(&format!("{stem}NM")) || p.eq_ignore_ascii_case(&format!("{stem}_name"))
            })
            .or_else(|| find(&|p| p.eq_ignore_ascii_case("name"))),
        };
        let district = |suffix: &str, active: &str, plain: &str| {
            find(&|p| {
                p.eq_ignore_ascii_case(active)
                    || p.eq_ignore_ascii_case(plain)
                    || ons_stem(p, suffix).is_some_and(|stem| stem.to_ascii_uppercase().starts_with("LAD"))
            })
        };
        Ok(Self {
            district_code: district("CD", "LADCD_ACTIVE", "district_code"),
            district_name: district("NM", "LADNM_ACTIVE", "district_name"),
            code,
            name,
        })
    }
}

/// Of several properties that look like codes the one with most different values; of equals the one that fits the layer's name,
/// then the first. Where none is nearly unique and several are as good, nobody knows.
fn code_among(
    collection: &FeatureCollection,
    properties: &[String],
    layer: &str,
) -> Result<Option<String>, GeoJsonError> {
    let is_ons = |p: &&String| ons_stem(p, "CD").is_some_and(|stem| !stem.is_empty());
    let is_plain = |p: &&String| {
        let lower = p.to_ascii_lowercase();
        lower == "code" || (lower.ends_with("_code") && lower != "district_code")
    };
    let mut candidates: Vec<&String> = properties.iter().filter(is_ons).collect();
    candidates.extend(properties.iter().filter(is_plain));
    if candidates.len() < 2 {
        let district = properties.iter().find(|p| p.eq_ignore_ascii_case("district_code"));
        return Ok(candidates.first().copied().or(district).cloned());
    }
    let distinct = |property: &str| {
        let values = collection.features.iter().filter_map(|f| text_of(f.properties.as_ref()?, property));
        values.collect::<HashSet<_>>().len()
    };
    let layer = layer.to_ascii_lowercase();
    let fits = |property: &str| {
        let stem = stem_of(property).to_ascii_lowercase();
        stem == layer
            || (!stem.is_empty() && !layer.is_empty() && stem.trim_end_matches(|c: char| c.is_ascii_digit()) == layer)
    };
    let judged: Vec<(usize, bool, &String)> = candidates.iter().map(|p| (distinct(p), fits(p), *p)).collect();
    let best = judged.iter().map(|j| (j.0, j.1)).max().unwrap_or_default();
    let equals: Vec<&String> = judged.iter().filter(|j| (j.0, j.1) == best).map(|j| j.2).collect();
    if equals.len() > 1 && best.0 < collection.features.len() {
        return Err(GeoJsonError::AmbiguousCode { candidates: equals.into_iter().cloned().collect() });
    }
    Ok(equals.first().copied().cloned())
}

/// What stands before `CD` or `_code`.
pub(super) fn stem_of(code: &str) -> &str {
    ons_stem(code, "CD").unwrap_or_else(|| {
        let at = code.len().saturating_sub(5);
        code.get(at..).filter(|end| end.eq_ignore_ascii_case("_code")).map_or("", |_| &code[..at])
    })
}

/// `MSOA21CD` to `MSOA21`, for any ONS property in any case: letters, a two-digit vintage, the suffix.
fn ons_stem<'a>(property: &'a str, suffix: &str) -> Option<&'a str> {
    let at = property.len().checked_sub(suffix.len())?;
    let stem = property.get(at..).filter(|end| end.eq_ignore_ascii_case(suffix)).map(|_| &property[..at])?;
    let letters = stem.trim_end_matches(|c: char| c.is_ascii_digit());
    let ons = stem.len() == letters.len() + 2 && letters.len() >= 2 && letters.bytes().all(|b| b.is_ascii_alphabetic());
    ons.then_some(stem)
}

pub(super) fn text_of(properties: &JsonObject, name: &str) -> Option<String> {
    match properties.get(name)? {
        JsonValue::String(text) => Some(text.trim().to_owned()).filter(|t| !t.is_empty()),
        JsonValue::Number(number) => Some(number.to_string()),
        _ => None,
    }
}
