//! Polygon layers from GeoJSON: RFC 7946 (WGS 84) or with the older `crs` member.

use std::collections::BTreeMap;

use geojson::{Feature, FeatureCollection, GeoJson};
use rayon::prelude::*;

use super::{
    error::GeoJsonError,
    layer::{Area, readable_name},
    positions::{System, rings_of},
    properties::{Names, PropertyChoice, text_of},
    repair::{AreaIssue, area_km2, hold_the_same, repair, united},
};

/// Most areas that a layer may have.
const MAX_AREAS: usize = 500_000;
/// Most points that a layer's polygons may have together (the full-resolution MSOAs have 12 million).
const MAX_POINTS: usize = 50_000_000;
/// The member that servers set in an answer that they cut off.
const CUT_MARK: &str = "\"exceededTransferLimit\"";
/// Numbers of features at which servers cut their answers off are multiples of this.
const ROUND: usize = 500;

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
    let mut collection = parse(text)?;
    let mut found = Vec::new();
    let system = System::of(&mut collection, choice.crs.as_deref(), &mut found)?;
    found.extend(cut_off(text, &collection, choice.cut)?);
    if collection.features.len() > MAX_AREAS {
        return Err(GeoJsonError::TooLarge { what: "areas", count: collection.features.len(), limit: MAX_AREAS });
    }
    let names = Names::of(&collection, choice)?;
    let features = collection.features.len();
    let read: Vec<FeatureRead> = collection
        .features
        .into_par_iter()
        .enumerate()
        .map(|(i, feature)| read_feature(i, feature, &names, system))
        .collect::<Result<_, _>>()?;
    let points: usize = read.iter().map(|r| r.points).sum();
    if points > MAX_POINTS {
        return Err(GeoJsonError::TooLarge { what: "polygon points", count: points, limit: MAX_POINTS });
    }
    let of_file = found.into_iter().map(|problem| AreaIssue { feature: 0, code: "the file".to_owned(), problem });
    let mut issues: Vec<AreaIssue> = of_file.chain(read.iter().flat_map(|r| r.issues.clone())).collect();
    let (areas, mut joined) = join(read.into_iter().enumerate().filter_map(|(i, r)| Some((i, r.area?))));
    if areas.is_empty() {
        return Err(GeoJsonError::Empty { features });
    }
    issues.append(&mut joined);
    Ok((areas, issues))
}

/// Whether a text says of itself, wherever, that its server cut it off.
fn is_marked(text: &[u8]) -> bool {
    memchr::memmem::find_iter(text, CUT_MARK.as_bytes()).any(|at| {
        let rest = text[at + CUT_MARK.len()..].trim_ascii_start();
        rest.strip_prefix(b":").is_some_and(|value| {
            let value = value.trim_ascii_start();
            value.starts_with(b"true") || value.starts_with(b"\"true\"")
        })
    })
}

/// Whether a file was cut off at its server's limit: refused where it says so itself, said where the number of its features looks
/// like one.
fn cut_off(text: &[u8], collection: &FeatureCollection, accepted: bool) -> Result<Option<String>, GeoJsonError> {
    let features = collection.features.len();
    if is_marked(text) {
        let said = "its server cut it off at its limit, which was accepted: areas may be missing".to_owned();
        return if accepted { Ok(Some(said)) } else { Err(GeoJsonError::Cut { features }) };
    }
    let is_round = features >= ROUND && features.is_multiple_of(ROUND);
    Ok(is_round.then(|| {
        format!("it has exactly {features} features: some servers cut their answers off at such a number; look whether areas are missing")
    }))
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

struct FeatureRead {
    area: Option<Area>,
    issues: Vec<AreaIssue>,
    points: usize,
}

fn read_feature(feature: usize, read: Feature, names: &Names, system: System) -> Result<FeatureRead, GeoJsonError> {
    let properties = read.properties.unwrap_or_default();
    let code = text_of(&properties, &names.code).unwrap_or_default();
    let issue = |problem: String| AreaIssue { feature, code: code.clone(), problem };
    let skipped =
        |problem: &str| FeatureRead { area: None, issues: vec![issue(format!("{problem}; left out"))], points: 0 };
    if code.is_empty() {
        return Ok(skipped("no code"));
    }
    let (polygons, others) = read.geometry.map_or((Vec::new(), 0), |g| rings_of(g.value));
    if polygons.is_empty() {
        return Ok(skipped("no polygon"));
    }
    let polygons = system.to_degrees(feature, polygons)?;
    let (polygons, mut problems) = repair(polygons);
    if others > 0 {
        problems.push(format!("{others} lines or points beside its polygons were left out"));
    }
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

/// Joins features that share a code into one area, and sorts by code. Where they overlap they are united, so that nothing counts
/// twice and nothing is cancelled.
fn join(areas: impl Iterator<Item = (usize, Area)>) -> (Vec<Area>, Vec<AreaIssue>) {
    let mut by_code: BTreeMap<String, Vec<(usize, Area)>> = BTreeMap::new();
    for (feature, area) in areas {
        by_code.entry(area.code.clone()).or_default().push((feature, area));
    }
    let mut issues = Vec::new();
    let joined = by_code.into_values().filter_map(|parts| {
        let mut parts = parts.into_iter();
        let (_, mut first) = parts.next()?;
        let features: Vec<usize> = parts
            .map(|(feature, part)| {
                first.polygons.0.extend(part.polygons.0);
                first.area_km2 += part.area_km2;
                feature
            })
            .collect();
        if features.is_empty() {
            return Some(first);
        }
        let united = united(&first.polygons);
        let overlap = !hold_the_same(&first.polygons, &united);
        if overlap {
            first.area_km2 = area_km2(&united);
            first.polygons = united;
        }
        let how = if overlap { "which overlap; united to one area" } else { "joined to one area" };
        let problem = format!("the code stands on several features, {how}");
        issues.extend(features.into_iter().map(|feature| AreaIssue {
            feature,
            code: first.code.clone(),
            problem: problem.clone(),
        }));
        Some(first)
    });
    (joined.collect(), issues)
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
        let crs = r#","crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::999999"}}"#;
        for (text, expected) in [
            (Vec::new(), "empty"),
            (b"a,b\n1,2\n".to_vec(), "not readable"),
            (br#"{"type":"FeatureCollection","features":[]}"#.to_vec(), "no property"),
            (collection(&square("A", "[[0,51],[1,51],[1,52],[0,51]]"), crs), "999999"),
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

    #[cfg(feature = "proj")]
    #[test]
    fn a_layer_in_another_crs_lies_where_it_lies() {
        let text =
            br#"{"type":"FeatureCollection","crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::29903"}},
            "features":[{"type":"Feature","properties":{"code":"B"},"geometry":{"type":"Polygon",
            "coordinates":[[[333000,373000],[334000,373000],[334000,374000],[333000,374000],[333000,373000]]]}}]}"#;
        let (areas, issues) = read_geojson(text, &PropertyChoice::default()).unwrap();
        assert!((areas[0].area_km2 - 1.0).abs() < 0.001, "{}", areas[0].area_km2);
        let corner = areas[0].polygons.0[0].exterior().0[0];
        assert!((corner.x + 5.943).abs() < 0.001 && (corner.y - 54.588).abs() < 0.001, "{corner:?}");
        assert!(issues[0].problem.contains("EPSG:29903 (Irish Grid)"), "{issues:?}");
        // Asked for, it is taken in place of what the file says.
        let utm = PropertyChoice { crs: Some("EPSG:32630".to_owned()), ..PropertyChoice::default() };
        assert_ne!(read_geojson(text, &utm).unwrap().0[0].polygons, areas[0].polygons);
    }
}
