//! Coordinates as they stand in files: thousands separators, NULL written as 0, exchanged columns, degrees where metres
//! belong, references to 100 m.

use super::{gridref::letters_of, study::metres as distance};
use crate::model::{BngPoint, Flags, LonLat, bng_to_lonlat, is_suppressed};

/// Degrees between which Great Britain lies: west, south, east, north.
const BRITAIN: [f64; 4] = [-9.0, 49.5, 2.5, 61.5];
/// Two positions of one record may differ by as much.
const APART_M: f64 = 1_000.0;
/// South-west of this easting and northing there is only sea.
const FIRST_LAND_M: f64 = 75_000.0;
/// Metres of a degree of latitude.
const DEGREE_M: f64 = 111_320.0;
/// Radius that holds the truth of a point that is given to the metre: what people mean by a place.
const POINT_RADIUS_M: f64 = 25.0;

/// The coordinates of a record, as texts; empty where there are none.
#[derive(Debug, Clone, Copy, Default)]
pub struct CoordinateTexts<'a> {
    /// Longitude.
    pub lon: &'a str,
    /// Latitude.
    pub lat: &'a str,
    /// Easting.
    pub easting: &'a str,
    /// Northing.
    pub northing: &'a str,
}

/// What coordinates turned out to be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct ReadPoint {
    pub(super) point: LonLat,
    /// Half of what the numbers leave open, at least what people mean by a point.
    pub(super) radius_m: f64,
    pub(super) flags: Flags,
    /// The same coordinates exchanged, where only that lies inside.
    pub(super) swapped: Option<LonLat>,
}

/// No point, and why: flags, none where the fields are empty.
pub(super) type NoPoint = Flags;

/// Reads the coordinates of a record. `inside` says whether a point lies in the study area.
///
/// A point is repaired only where it is impossible as given and the repaired one lies inside; where both systems are
/// given, degrees are taken if they are possible.
pub(super) fn read(texts: CoordinateTexts<'_>, inside: &impl Fn(LonLat) -> bool) -> Result<ReadPoint, NoPoint> {
    let degrees = pair(texts.lon, texts.lat).map(|p| p.and_then(|p| read_pair(p, System::Degrees, inside)));
    let metres = pair(texts.easting, texts.northing).map(|p| p.and_then(|p| read_pair(p, System::Metres, inside)));
    match (degrees, metres) {
        (None, None) => Err(Flags::NONE),
        (Some(one), None) | (None, Some(one)) => one,
        (Some(Ok(a)), Some(Ok(b))) => {
            let mut one = if inside(b.point) && !inside(a.point) { b } else { a };
            // Two points of one record that lie apart: which is right is for a person to say.
            if distance(a.point, b.point) > APART_M + a.radius_m + b.radius_m {
                one.flags.set(Flags::TWO_PLACES);
            }
            Ok(one)
        }
        (Some(Ok(one)), Some(Err(_))) | (Some(Err(_)), Some(Ok(one))) => Ok(one),
        (Some(Err(a)), Some(Err(b))) => Err(a | b),
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum System {
    Degrees,
    Metres,
}

/// The numbers of two fields; `None` when both hold nothing.
fn pair(first: &str, second: &str) -> Option<Result<[f64; 2], NoPoint>> {
    let (a, b) = (number(first), number(second));
    match (a, b) {
        (Number::Nothing, Number::Nothing) => None,
        (Number::Is(a), Number::Is(b)) => Some(Ok([a, b])),
        _ => Some(Err(Flags::IMPOSSIBLE_POINT)),
    }
}

/// Whether a field holds a number in any of the writings that are read, or nothing.
///
/// # Examples
/// ```
/// use places::geocode::is_coordinate;
/// assert!(["623254", "1.2979", "52.6293 N", ""].into_iter().all(is_coordinate));
/// assert!(!is_coordinate("Rose Lane"));
/// ```
#[must_use]
pub fn is_coordinate(text: &str) -> bool {
    !matches!(number(text), Number::Other)
}

enum Number {
    Nothing,
    Is(f64),
    Other,
}

/// Reads a number with separators, a unit or a hemisphere.
fn number(text: &str) -> Number {
    let text = text.trim().trim_matches(|c: char| c == '"' || c == '\'');
    if text.is_empty() {
        return Number::Nothing;
    }
    match text.parse::<f64>() {
        Ok(plain) if plain.is_finite() => return Number::Is(plain),
        Ok(plain) if !plain.is_nan() => return Number::Other,
        _ => {}
    }
    let lower = text.to_ascii_lowercase();
    if matches!(lower.as_str(), "null" | "none" | "nan" | "na" | "n/a" | "#n/a" | "-" | "unknown" | "not known")
        || is_suppressed(&lower)
    {
        return Number::Nothing;
    }
    let mut sign = 1.0;
    let mut digits = String::with_capacity(text.len());
    for c in lower.chars() {
        match c {
            '0'..='9' | '.' => digits.push(c),
            '-' | '\u{2212}' if digits.is_empty() => sign = -1.0,
            '+' if digits.is_empty() => {}
            'w' | 's' => sign = -1.0,
            // Separators, units, and the hemispheres that change nothing.
            ',' | ' ' | '\u{a0}' | '\u{2009}' | '_' | 'm' | 'e' | 'n' | '\u{b0}' => {}
            _ => return Number::Other,
        }
    }
    // `52,6281` is a decimal comma; `623,308` separates thousands.
    if let Some((whole, rest)) = text.split_once(',')
        && !digits.contains('.')
        && !rest.contains(',')
        && rest.chars().filter(char::is_ascii_digit).count() != 3
    {
        let at = whole.chars().filter(char::is_ascii_digit).count();
        digits.insert(at, '.');
    }
    digits.parse::<f64>().ok().filter(|n| n.is_finite()).map_or(Number::Other, |n| Number::Is(sign * n))
}

/// What a number leaves open: the largest power of ten that divides metres, the last decimal of degrees; 0 where it is
/// less than what people mean by a point.
fn step_of(value: f64, system: System) -> f64 {
    match system {
        System::Metres => {
            let divides = |step: &f64| value != 0.0 && value % step == 0.0;
            [100_000.0, 10_000.0, 1_000.0, 100.0].into_iter().find(divides).unwrap_or(0.0)
        }
        System::Degrees => {
            let whole = |scale: &f64| (value * scale - (value * scale).round()).abs() < 1e-6;
            [1.0, 10.0, 100.0, 1_000.0].into_iter().find(whole).map_or(0.0, |scale| 1.0 / scale)
        }
    }
}

fn read_pair(pair: [f64; 2], system: System, inside: &impl Fn(LonLat) -> bool) -> Result<ReadPoint, NoPoint> {
    if stands_for_nothing(pair) {
        return Err(Flags::ZERO_POINT);
    }
    let [a, b] = pair;
    let step = step_of(a, system).min(step_of(b, system));
    // Metres are cut off, so that the point is a corner of what they leave open; degrees are rounded.
    let (shift, open_m) = match system {
        System::Metres => (step / 2.0, step),
        System::Degrees => (0.0, step * DEGREE_M),
    };
    let mut flags = Flags::NONE;
    if step > 0.0 {
        flags.set(Flags::GRIDREF_COARSE);
    }
    let radius_m = POINT_RADIUS_M.max(open_m / std::f64::consts::SQRT_2);
    if let Some(point) = as_given([a + shift, b + shift], system, inside) {
        if inside(point) {
            return Ok(ReadPoint { point, radius_m, flags, swapped: None });
        }
        flags.set(Flags::OUTSIDE_AREA);
        let swapped = as_given([b, a], system, inside).filter(|p| inside(*p));
        if swapped.is_some() {
            flags.set(Flags::POSSIBLE_SWAP);
        }
        return Ok(ReadPoint { point, radius_m, flags, swapped });
    }
    repaired(pair, system, inside)
}

/// The point of a pair as its columns say; none where Great Britain has none. Metres in the sea are a slip of the pen,
/// but not where the study area itself lies there.
fn as_given([a, b]: [f64; 2], system: System, inside: &impl Fn(LonLat) -> bool) -> Option<LonLat> {
    match system {
        System::Degrees => {
            let [west, south, east, north] = BRITAIN;
            ((west..=east).contains(&a) && (south..=north).contains(&b)).then_some(LonLat { lon: a, lat: b })
        }
        System::Metres => {
            let on_grid = BngPoint { easting: a, northing: b };
            let on_land = letters_of(on_grid).is_some() && a.max(b) >= FIRST_LAND_M;
            bng_to_lonlat(on_grid).ok().filter(|point| on_land || inside(*point))
        }
    }
}

/// A pair that is impossible as given: the one repair that lies inside.
fn repaired([a, b]: [f64; 2], system: System, inside: &impl Fn(LonLat) -> bool) -> Result<ReadPoint, NoPoint> {
    let other = if system == System::Degrees { System::Metres } else { System::Degrees };
    let inside_as = |pair: [f64; 2], system: System| as_given(pair, system, inside).filter(|p| inside(*p));
    let whole = |point, flags, radius_m| Ok(ReadPoint { point, radius_m, flags, swapped: None });
    if let Some(point) = inside_as([b, a], system) {
        return whole(point, Flags::SWAPPED_AXES_FIXED, POINT_RADIUS_M);
    }
    if let Some(point) = inside_as([a, b], other) {
        return whole(point, Flags::UNITS_FIXED, POINT_RADIUS_M);
    }
    if let Some(point) = inside_as([b, a], other) {
        return whole(point, Flags::SWAPPED_AXES_FIXED | Flags::UNITS_FIXED, POINT_RADIUS_M);
    }
    // Metres given to 10 m, 100 m or 1 km with the zeros left out.
    for scale in [10.0, 100.0, 1000.0] {
        let middle = [(a + 0.5) * scale, (b + 0.5) * scale];
        if let Some(point) = inside_as(middle, System::Metres).filter(|_| a.fract() == 0.0 && b.fract() == 0.0) {
            let coarse = if scale >= 100.0 { Flags::GRIDREF_COARSE } else { Flags::NONE };
            return whole(point, Flags::UNITS_FIXED | coarse, POINT_RADIUS_M.max(scale / std::f64::consts::SQRT_2));
        }
    }
    Err(Flags::IMPOSSIBLE_POINT)
}

/// Coordinates that files hold in place of none.
fn stands_for_nothing([a, b]: [f64; 2]) -> bool {
    let placeholder = |v: f64| [99_999.0, 999_999.0, 9_999_999.0, 9_999.0, -9_999.0].contains(&v);
    (a.abs() <= 1.0 && b.abs() <= 1.0 && a.fract() == 0.0 && b.fract() == 0.0) || placeholder(a) || placeholder(b)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inside(p: LonLat) -> bool {
        (0.15..1.75).contains(&p.lon) && (52.35..53.0).contains(&p.lat)
    }

    fn degrees<'a>(lon: &'a str, lat: &'a str) -> CoordinateTexts<'a> {
        CoordinateTexts { lon, lat, ..CoordinateTexts::default() }
    }

    fn metres<'a>(easting: &'a str, northing: &'a str) -> CoordinateTexts<'a> {
        CoordinateTexts { easting, northing, ..CoordinateTexts::default() }
    }

    /// Flags of a point near Norwich Castle, or of none.
    fn near_castle(texts: CoordinateTexts<'_>) -> Result<Vec<&'static str>, Vec<&'static str>> {
        let names = |f: Flags| f.names().collect::<Vec<_>>();
        let read = read(texts, &inside).map_err(names)?;
        let off = (read.point.lon - 1.2957).abs().max((read.point.lat - 52.6286).abs());
        if inside(read.point) {
            assert!(off < 0.008, "{texts:?} {:?}", read.point);
        }
        Ok(names(read.flags))
    }

    #[test]
    fn every_confusion_of_columns_is_seen() {
        type Flagged = &'static [&'static str];
        let table: [(CoordinateTexts<'_>, Result<Flagged, Flagged>); 23] = [
            (degrees("1.2957", "52.6286"), Ok(&[])),
            (metres("623137", "308563"), Ok(&[])),
            (metres("623,137", "308,563"), Ok(&[])),
            (metres("623 137m", "308 563m"), Ok(&[])),
            (metres("623100", "308500"), Ok(&["gridref_coarse"])),
            (degrees("1.296", "52.629"), Ok(&["gridref_coarse"])),
            (degrees("52.6286", "1.2957"), Ok(&["swapped_axes_fixed"])),
            (degrees("623137", "308563"), Ok(&["units_fixed"])),
            (metres("1.2957", "52.6286"), Ok(&["units_fixed"])),
            (metres("52.6286", "1.2957"), Ok(&["swapped_axes_fixed", "units_fixed"])),
            (metres("6231", "3085"), Ok(&["gridref_coarse", "units_fixed"])),
            (metres("308563", "623137"), Ok(&["outside_area", "possible_swap"])),
            (degrees("-2.2426", "53.4808"), Ok(&["outside_area"])),
            (degrees("1.2957E", "52.6286N"), Ok(&[])),
            (degrees("1,2957", "52,6286"), Ok(&[])),
            (degrees("0", "0"), Err(&["zero_point"])),
            (metres("1", "1"), Err(&["zero_point"])),
            (metres("999999", "999999"), Err(&["zero_point"])),
            (metres("NULL", ""), Err(&[])),
            (degrees("", "52.6"), Err(&["impossible_point"])),
            (degrees("abc", "52.6"), Err(&["impossible_point"])),
            (degrees("nan", "inf"), Err(&["impossible_point"])),
            (metres("-623137", "9e99"), Err(&["impossible_point"])),
        ];
        for (texts, expected) in table {
            let expected = expected.map(<[&str]>::to_vec).map_err(<[&str]>::to_vec);
            assert_eq!(near_castle(texts), expected, "{texts:?}");
        }
    }

    #[test]
    fn what_is_given_roughly_is_known_roughly() {
        let radius = |texts| read(texts, &inside).map(|p| p.radius_m.round());
        assert_eq!(radius(degrees("1.2957", "52.6286")), Ok(25.0));
        assert_eq!(radius(degrees("1.3", "52.6286")), Ok(25.0));
        assert_eq!(radius(degrees("1.3", "52.6")), Ok(7_872.0));
        assert_eq!(radius(metres("620000", "310000")), Ok(7_071.0));
        assert_eq!(radius(metres("623000", "308000")), Ok(707.0));
    }

    #[test]
    fn of_two_systems_the_one_that_lies_inside_is_taken() {
        let both = CoordinateTexts { lon: "0", lat: "0", easting: "623137", northing: "308563" };
        assert_eq!(near_castle(both), Ok(vec![]));
    }
}
