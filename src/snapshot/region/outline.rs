//! A polygon that a question brings: any GeoJSON text with polygons, all of them together.

use geo::MultiPolygon;
use serde_json::{Value, json};

use crate::{
    area::{PropertyChoice, hold_the_same, read_geojson, united},
    model::QueryError,
};

/// The polygons of a GeoJSON text, whatever object they stand in.
///
/// # CRS
/// WGS 84 degrees, or what an old `crs` member says.
///
/// # Errors
/// [`QueryError::Invalid`] with what is wrong with the file.
pub fn read_outline(parameter: &str, name: &str, text: &str) -> Result<MultiPolygon, QueryError> {
    let error = |reason: &str| QueryError::invalid(parameter, name, format!("a GeoJSON file with polygons: {reason}"));
    let numbered = numbered(text).map_err(|e| error(&e.to_string()))?;
    let choice = PropertyChoice { code: Some("part".to_owned()), ..PropertyChoice::default() };
    let (areas, _) = read_geojson(numbered.as_bytes(), &choice).map_err(|e| error(&e.to_string()))?;
    if areas.is_empty() {
        return Err(error("there is none"));
    }
    let several = areas.len() > 1;
    let polygons = MultiPolygon(areas.into_iter().flat_map(|a| a.polygons.0).collect());
    // Polygons that overlap hold a point once.
    let whole = if several { united(&polygons) } else { return Ok(polygons) };
    Ok(if hold_the_same(&polygons, &whole) { polygons } else { whole })
}

/// Features with a number as their code; a bare geometry or feature becomes a collection. What names a CRS stays.
fn numbered(text: &str) -> serde_json::Result<String> {
    let mut value: Value = serde_json::from_str(text)?;
    let crs = value.get("crs").cloned();
    let mut features = match value.get("type").and_then(Value::as_str) {
        Some("FeatureCollection") => value.get_mut("features").map(Value::take).unwrap_or_default(),
        Some("Feature") => json!([value]),
        _ => json!([{ "type": "Feature", "properties": {}, "geometry": value }]),
    };
    for (i, feature) in features.as_array_mut().into_iter().flatten().enumerate() {
        if let Some(object) = feature.as_object_mut() {
            object.insert("properties".to_owned(), json!({ "part": format!("{i:06}") }));
        }
    }
    let mut collection = json!({ "type": "FeatureCollection", "features": features });
    if let (Some(crs), Some(object)) = (crs, collection.as_object_mut()) {
        object.insert("crs".to_owned(), crs);
    }
    Ok(collection.to_string())
}
