//! Polygon layers from GeoJSON: RFC 7946 (WGS 84) or with the older `crs` member.

use std::collections::BTreeMap;

use geo::Coord;
use geojson::{Feature, FeatureCollection, GeoJson, GeometryValue, JsonObject, JsonValue, Position};
use rayon::prelude::*;

use super::{
    layer::{Area, readable_name},
    repair::{AreaIssue, area_km2, repair},
};
use crate::model::{BngPoint, LonLat, bng_to_lonlat};

/// Most areas that a layer may have.
const MAX_AREAS: usize = 500_000;
/// Most points that a layer's polygons may have together (the full-resolution MSOAs have 12 million).
const MAX_POINTS: usize = 50_000_000;

/// Which properties hold code and name, where they are not to be recognised.
#[derive(Debug, Clone, Default)]
pub struct PropertyChoice {
    /// Property with the code.
    pub code: Option<String>,
    /// Property with the name.
    pub name: Option<String>,
}

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
    /// A coordinate reference system that is not understood.
    #[error("coordinates are in {crs:?}; expected WGS 84 (CRS84, EPSG:4326) or British National Grid (EPSG:27700)")]
    Crs {
        /// The `crs` member's name.
        crs: String,
    },
    /// No property holds a code.
    #[error("no property holds a code ({reason}); name one with --code; the file has: {}", .properties.join(", "))]
    NoCode {
        /// What was looked for.
        reason: String,
        /// Properties of the first feature.
        properties: Vec<String>,
    },
    /// A coordinate that is no position.
    #[error("feature {feature}: {lon}, {lat} is no position in degrees")]
    Coordinate {
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

/// Reads the areas of one GeoJSON text, ascending by code, and what was wrong with some of them.
///
/// # CRS
/// Returns WGS 84; EPSG:27700 input is converted by OSTN15.
///
/// # Errors
/// [`GeoJsonError`] when the text as a whole is not a layer; the text is then refused whole.
///
/// # Examples
/// ```
/// use places::area::{PropertyChoice, read_geojson};
/// let text = br#"{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"code": "Q1"},
///     "geometry": {"type": "Polygon", "coordinates": [[[1, 52], [1.1, 52], [1.1, 52.1], [1, 52]]]}}]}"#;
/// let (areas, issues) = read_geojson(text, &PropertyChoice::default())?;
/// assert_eq!((areas[0].code.as_str(), issues.len()), ("Q1", 0));
/// # Ok::<(), places::area::GeoJsonError>(())
/// ```
pub fn read_geojson(text: &[u8], choice: &PropertyChoice) -> Result<(Vec<Area>, Vec<AreaIssue>), GeoJsonError> {
    let collection = parse(text)?;
    let grid = is_british_grid(&collection)?;
    if collection.features.len() > MAX_AREAS {
        return Err(GeoJsonError::TooLarge { what: "areas", count: collection.features.len(), limit: MAX_AREAS });
    }
    let names = Names::of(&collection, choice)?;
    let features = collection.features.len();
    let read: Vec<FeatureRead> = collection
        .features
        .into_par_iter()
        .enumerate()
        .map(|(i, feature)| read_feature(i, feature, &names, grid))
        .collect::<Result<_, _>>()?;
    let points: usize = read.iter().map(|r| r.points).sum();
    if points > MAX_POINTS {
        return Err(GeoJsonError::TooLarge { what: "polygon points", count: points, limit: MAX_POINTS });
    }
    let issues = read.iter().flat_map(|r| r.issues.clone()).collect();
    let (areas, mut joined) = join(read.into_iter().filter_map(|r| r.area));
    if areas.is_empty() {
        return Err(GeoJsonError::Empty { features });
    }
    let mut issues: Vec<AreaIssue> = issues;
    issues.append(&mut joined);
    Ok((areas, issues))
}

fn parse(text: &[u8]) -> Result<FeatureCollection, GeoJsonError> {
    let not = |found: String| GeoJsonError::NotGeoJson { found };
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    if text.iter().all(u8::is_ascii_whitespace) {
        return Err(not("the file is empty".to_owned()));
    }
    match serde_json::from_slice::<GeoJson>(text) {
        Ok(GeoJson::FeatureCollection(collection)) => Ok(collection),
        Ok(GeoJson::Feature(feature)) => {
            Ok(FeatureCollection { bbox: None, features: vec![feature], foreign_members: None })
        }
        Ok(GeoJson::Geometry(_)) => Err(not("found a bare geometry without a code".to_owned())),
        Err(e) => Err(not(format!("not readable as GeoJSON: {e}"))),
    }
}

fn is_british_grid(collection: &FeatureCollection) -> Result<bool, GeoJsonError> {
    let crs = collection.foreign_members.as_ref().and_then(|m| m.get("crs"));
    let Some(crs) = crs.filter(|crs| !crs.is_null()) else { return Ok(false) };
    let name = crs["properties"]["name"].as_str().unwrap_or("an unnamed system");
    let last = name.rsplit([':', '/']).next().unwrap_or(name);
    match last {
        "CRS84" | "4326" | "4258" => Ok(false),
        "27700" => Ok(true),
        _ => Err(GeoJsonError::Crs { crs: name.chars().take(80).collect() }),
    }
}

/// The properties that hold what an area needs.
struct Names {
    code: String,
    name: Option<String>,
    district_code: Option<String>,
    district_name: Option<String>,
}

impl Names {
    fn of(collection: &FeatureCollection, choice: &PropertyChoice) -> Result<Self, GeoJsonError> {
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
            None => find(&|p| ons_stem(p, "CD").is_some_and(|s| !s.is_empty()))
                .or_else(|| find(&|p| p.ends_with("_code") || p.eq_ignore_ascii_case("code")))
                .ok_or_else(|| missing("such as MSOA21CD, ltla24_code or code".to_owned()))?,
        };
        let stem = ons_stem(&code, "CD").or_else(|| code.strip_suffix("_code")).unwrap_or("");
        let name = match &choice.name {
            Some(name) if properties.contains(name) => Some(name.clone()),
            Some(name) => return Err(missing(format!("{name:?} is not there"))),
            None => find(&|p| p == format!("{stem}NM") || p == format!("{stem}_name"))
                .or_else(|| find(&|p| p.eq_ignore_ascii_case("name"))),
        };
        let district = |suffix: &str, active: &str, plain: &str| {
            find(&|p| p == active || p == plain || (p.starts_with("LAD") && ons_stem(p, suffix).is_some()))
        };
        Ok(Self {
            district_code: district("CD", "LADCD_ACTIVE", "district_code"),
            district_name: district("NM", "LADNM_ACTIVE", "district_name"),
            code,
            name,
        })
    }
}

/// `MSOA21CD` to `MSOA21`, for any ONS property: letters, a two-digit vintage, the suffix.
fn ons_stem<'a>(property: &'a str, suffix: &str) -> Option<&'a str> {
    let stem = property.strip_suffix(suffix)?;
    let letters = stem.trim_end_matches(|c: char| c.is_ascii_digit());
    let ons = stem.len() == letters.len() + 2 && letters.len() >= 2 && letters.bytes().all(|b| b.is_ascii_uppercase());
    ons.then_some(stem)
}

struct FeatureRead {
    area: Option<Area>,
    issues: Vec<AreaIssue>,
    points: usize,
}

fn read_feature(feature: usize, read: Feature, names: &Names, grid: bool) -> Result<FeatureRead, GeoJsonError> {
    let properties = read.properties.unwrap_or_default();
    let code = text_of(&properties, &names.code).unwrap_or_default();
    let issue = |problem: String| AreaIssue { feature, code: code.clone(), problem };
    let skipped =
        |problem: &str| FeatureRead { area: None, issues: vec![issue(format!("{problem}; left out"))], points: 0 };
    if code.is_empty() {
        return Ok(skipped("no code"));
    }
    let Some(polygons) = read.geometry.and_then(|g| rings_of(g.value)) else {
        return Ok(skipped("no polygon"));
    };
    let polygons = to_degrees(feature, polygons, grid)?;
    let (polygons, problems) = repair(polygons);
    if polygons.0.is_empty() {
        return Ok(skipped("no ring with an area"));
    }
    let official = names.name.as_ref().and_then(|n| text_of(&properties, n));
    let official = official.unwrap_or_else(|| code.clone());
    let named = |name: &Option<String>| name.as_ref().and_then(|n| text_of(&properties, n));
    let from_name = || readable_name(&official).map(|(district, _)| district.to_owned());
    let area = Area {
        district_code: named(&names.district_code),
        district_name: named(&names.district_name).or_else(from_name),
        area_km2: area_km2(&polygons),
        name: official.clone(),
        official_name: official,
        polygons,
        code: code.clone(),
    };
    Ok(FeatureRead {
        points: area.polygons.iter().map(|p| p.exterior().0.len()).sum(),
        issues: problems.into_iter().map(issue).collect(),
        area: Some(area),
    })
}

fn text_of(properties: &JsonObject, name: &str) -> Option<String> {
    match properties.get(name)? {
        JsonValue::String(text) => Some(text.trim().to_owned()).filter(|t| !t.is_empty()),
        JsonValue::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// Polygons as rings of bare positions: first the outer ring, then the holes.
fn rings_of(geometry: GeometryValue) -> Option<Vec<Vec<Vec<Position>>>> {
    match geometry {
        GeometryValue::Polygon { coordinates } => Some(vec![coordinates]),
        GeometryValue::MultiPolygon { coordinates } => Some(coordinates),
        _ => None,
    }
}

fn to_degrees(
    feature: usize,
    polygons: Vec<Vec<Vec<Position>>>,
    grid: bool,
) -> Result<Vec<Vec<Vec<Coord>>>, GeoJsonError> {
    let point = |position: Position| {
        let [x, y] = *position.as_slice().first_chunk().unwrap_or(&[f64::NAN; 2]);
        let point =
            if grid { bng_to_lonlat(BngPoint { easting: x, northing: y }).ok() } else { LonLat::new(x, y).ok() };
        let wrong = GeoJsonError::Coordinate { feature, lon: x, lat: y };
        point.map(|p| Coord { x: p.lon, y: p.lat }).ok_or(wrong)
    };
    let ring = |ring: Vec<Position>| ring.into_iter().map(point).collect();
    let rings = |rings: Vec<Vec<Position>>| rings.into_iter().map(ring).collect();
    polygons.into_iter().map(rings).collect()
}

/// Joins features that share a code into one area, and sorts by code.
fn join(areas: impl Iterator<Item = Area>) -> (Vec<Area>, Vec<AreaIssue>) {
    let mut by_code: BTreeMap<String, Area> = BTreeMap::new();
    let mut issues = Vec::new();
    for (feature, mut area) in areas.enumerate() {
        match by_code.get_mut(&area.code) {
            Some(first) => {
                issues.push(AreaIssue {
                    feature,
                    code: area.code,
                    problem: "the code stands on several features; joined to one area".to_owned(),
                });
                first.polygons.0.append(&mut area.polygons.0);
                first.area_km2 += area.area_km2;
            }
            None => drop(by_code.insert(area.code.clone(), area)),
        }
    }
    (by_code.into_values().collect(), issues)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn collection(features: &str, crs: &str) -> Vec<u8> {
        format!(r#"{{"type":"FeatureCollection"{crs},"features":[{features}]}}"#).into_bytes()
    }

    fn square(code: &str, ring: &str) -> String {
        format!(
            r#"{{"type":"Feature","properties":{{"FID":1,"WD25CD":"{code}","WD25NM":"Ward, {code}","LAD25CD":"L1","LAD25NM":"Here"}},
            "geometry":{{"type":"Polygon","coordinates":[{ring}]}}}}"#
        )
    }

    #[test]
    fn ons_names_are_recognised_and_codes_sorted() {
        let text = collection(
            &[square("B", "[[0,51],[1,51],[1,52],[0,52],[0,51]]"), square("A", "[[1,51],[2,51],[2,52],[1,52],[1,51]]")]
                .join(","),
            "",
        );
        let (areas, issues) = read_geojson(&text, &PropertyChoice::default()).unwrap();
        assert_eq!((areas[0].code.as_str(), areas[0].name.as_str()), ("A", "Ward, A"));
        assert_eq!(areas[0].district_name.as_deref(), Some("Here"));
        assert!(issues.is_empty());
        let clockwise = collection(&square("A", "[[0,51],[0,52],[1,52],[1,51],[0,51]]"), "");
        let (turned, _) = read_geojson(&clockwise, &PropertyChoice::default()).unwrap();
        assert!((turned[0].area_km2 - 7_718.0).abs() < 100.0, "{}", turned[0].area_km2);
        assert!((areas[0].area_km2 - 7_718.0).abs() < 100.0, "{}", areas[0].area_km2);
    }

    #[test]
    fn a_bow_tie_is_named_and_kept_and_an_open_ring_closed() {
        let text = collection(
            &[
                square("bow", "[[0,51],[1,52],[1,51],[0,52],[0,51]]"),
                square("open", "[[2,51],[3,51],[3,52],[2,52]]"),
                square("flat", "[[4,51],[5,51],[4,51],[4,51]]"),
            ]
            .join(","),
            "",
        );
        let (areas, issues) = read_geojson(&text, &PropertyChoice::default()).unwrap();
        assert_eq!(areas.len(), 2);
        let of = |code: &str| issues.iter().filter(|i| i.code == code).count();
        assert!(of("bow") >= 1 && of("open") == 1 && of("flat") >= 1, "{issues:?}");
    }

    #[test]
    fn what_is_no_layer_is_refused_with_what_was_found() {
        let crs = r#","crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::32630"}}"#;
        for (text, expected) in [
            (Vec::new(), "empty"),
            (b"a,b\n1,2\n".to_vec(), "not readable"),
            (br#"{"type":"FeatureCollection","features":[]}"#.to_vec(), "no property"),
            (collection(&square("A", "[[0,51],[1,51],[1,52],[0,51]]"), crs), "32630"),
            (collection(&square("A", "[[0,510],[1,51],[1,52],[0,510]]"), ""), "no position"),
        ] {
            let message = read_geojson(&text, &PropertyChoice::default()).unwrap_err().to_string();
            assert!(message.contains(expected), "{message}");
        }
    }

    #[test]
    fn national_grid_coordinates_are_converted() {
        let crs = r#","crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::27700"}}"#;
        let ring = "[[620000,300000],[621000,300000],[621000,301000],[620000,301000],[620000,300000]]";
        let (areas, _) = read_geojson(&collection(&square("A", ring), crs), &PropertyChoice::default()).unwrap();
        assert!((areas[0].area_km2 - 1.0).abs() < 0.01);
    }
}
