//! The county as the files that partners send.

use std::path::Path;

use serde_json::{Value, json};

use super::{
    county::{County, DemoArea, degrees},
    error::DemoError,
    incidents::{Incidents, Record, Where},
    names,
    truths::Manifest,
};
use crate::{
    model::{BngPoint, LonLat, lonlat_to_bng},
    workspace::TEMPLATE,
};

/// Sources, each with a CSV and a mapping of its name.
pub(super) const SOURCES: [&str; 3] = ["holm-police", "council-asb", "youth-contacts"];
/// What each of them delivered; a quarter of the youth contacts was never sent.
pub(super) const DELIVERED: [&[&str]; 3] =
    [&["2023-07..2026-06"], &["2023-07..2026-06"], &["2023-07..2025-03", "2025-07..2026-06"]];

/// Gazetteers by name, with their files.
pub(super) const GAZETTEERS: [(&str, &str); 3] =
    [("postcodes", "postcodes.csv"), ("streets", "streets.csv"), ("local-places", "local-places.csv")];

const POLICE_MAPPING: &str = r#"# Police extract: span or instant, British National Grid.
source = "holm-police"

[columns]
id = "Reference"
when = "Occurred from"
when_end = "Occurred to"
category = "Offence"
easting = "Easting"
northing = "Northing"
location_text = "Location"
drop = ["Officer name"]

[when]
formats = ["%d/%m/%Y %H:%M"]
"#;
const ASB_MAPPING: &str = r#"# Council log: a date, longitude and latitude.
source = "council-asb"

[columns]
id = "Case"
when = "Reported"
category = "Type"
lon = "Longitude"
lat = "Latitude"
location_text = "Where"
"#;
const YOUTH_MAPPING: &str = r#"# Youth work contacts: date and perhaps time, and a word for how well the place is known.
source = "youth-contacts"

[columns]
id = "Contact"
when = "Date"
time = "Time"
category = "Concern"
lon = "Longitude"
lat = "Latitude"
precision = "Known to"
location_text = "Where"
drop = ["Young person name"]

[precision]
default = "street"
values = { venue = "named_place", street = "street", estate = "locality", ward = "sector" }
"#;

/// `places.toml` of the demo: the template with the county's own title, calendars and sources.
pub(super) fn settings() -> String {
    let title = format!("title = \"{} (a fictional county)\"", names::COUNTY);
    let mut text = TEMPLATE.replace("title = \"Places and Spaces\"", &title);
    text.push_str(
        r#"
[sources.holm-police]
title = "Police recorded crime"
owner = "Police"

[sources.council-asb]
title = "Council anti-social behaviour log"
owner = "Councils"

[sources.youth-contacts]
title = "Detached youth work contacts"
owner = "Youth service"

[calendars.term]
dates = [
  "2023-09-05..2023-10-20", "2023-10-30..2023-12-20", "2024-01-04..2024-02-16", "2024-02-26..2024-03-28",
  "2024-04-15..2024-05-24", "2024-06-03..2024-07-23", "2024-09-05..2024-10-25", "2024-11-04..2024-12-20",
  "2025-01-06..2025-02-14", "2025-02-24..2025-04-04", "2025-04-22..2025-05-23", "2025-06-02..2025-07-22",
  "2025-09-04..2025-10-24", "2025-11-03..2025-12-19", "2026-01-05..2026-02-13", "2026-02-23..2026-03-27",
  "2026-04-13..2026-05-22", "2026-06-01..2026-07-21",
]

[calendars.holiday]
dates = [
  "2023-07-25..2023-09-04", "2023-10-21..2023-10-29", "2023-12-21..2024-01-03", "2024-02-17..2024-02-25",
  "2024-03-29..2024-04-14", "2024-05-25..2024-06-02", "2024-07-24..2024-09-04", "2024-10-26..2024-11-03",
  "2024-12-21..2025-01-05", "2025-02-15..2025-02-23", "2025-04-05..2025-04-21", "2025-05-24..2025-06-01",
  "2025-07-23..2025-09-03", "2025-10-25..2025-11-02", "2025-12-20..2026-01-04", "2026-02-14..2026-02-22",
  "2026-03-28..2026-04-12", "2026-05-23..2026-05-31",
]
"#,
    );
    text
}

/// Writes everything into a folder.
pub(super) fn write(folder: &Path, county: &County, incidents: &Incidents, truths: &Manifest) -> Result<(), DemoError> {
    fs_err::create_dir_all(folder)?;
    let put = |name: &str, bytes: Vec<u8>| fs_err::write(folder.join(name), bytes);
    let pretty = |value: &Value| serde_json::to_vec_pretty(value).unwrap_or_default();
    put("areas.geojson", serde_json::to_vec(&areas(county)).unwrap_or_default())?;
    put("streets.geojson", serde_json::to_vec(&streets(county)).unwrap_or_default())?;
    put("area-names.csv", area_names(county)?)?;
    put("population.csv", population(county)?)?;
    put("postcodes.csv", postcodes(county)?)?;
    put("streets.csv", street_points(county)?)?;
    put("local-places.csv", local_places(county)?)?;
    put("schools.csv", sites(county, "School", 5)?)?;
    put("youth-venues.csv", sites(county, "Youth Centre", 9)?)?;
    put("manifest.json", pretty(&serde_json::to_value(truths).unwrap_or_default()))?;
    let default = LonLat { lon: truths.default_location[0], lat: truths.default_location[1] };
    put(
        "holm-police.csv",
        police(&incidents.police, lonlat_to_bng(default).unwrap_or(BngPoint { easting: 0.0, northing: 0.0 }))?,
    )?;
    put("council-asb.csv", asb(&incidents.asb)?)?;
    put("youth-contacts.csv", youth(&incidents.youth)?)?;
    for (source, mapping) in SOURCES.iter().zip([POLICE_MAPPING, ASB_MAPPING, YOUTH_MAPPING]) {
        put(&format!("{source}.toml"), mapping.as_bytes().to_vec())?;
    }
    Ok(())
}

fn lonlat(point: BngPoint) -> [f64; 2] {
    let degrees = degrees(point);
    [round(degrees.lon), round(degrees.lat)]
}

/// Seven decimals: a centimetre.
fn round(degrees: f64) -> f64 {
    (degrees * 1e7).round() / 1e7
}

fn areas(county: &County) -> Value {
    let feature = |area: &DemoArea| {
        let mut ring: Vec<[f64; 2]> = area.ring.iter().map(|p| lonlat(*p)).collect();
        ring.extend(ring.first().copied());
        json!({
            "type": "Feature",
            "properties": {
                "code": area.code, "name": area.official_name,
                "district_code": names::DISTRICTS[area.district], "district_name": names::TOWNS[area.district],
            },
            "geometry": { "type": "Polygon", "coordinates": [ring] },
        })
    };
    json!({ "type": "FeatureCollection", "features": county.areas.iter().map(feature).collect::<Vec<_>>() })
}

fn streets(county: &County) -> Value {
    let all = county.areas.iter().flat_map(|a| &a.streets).filter(|s| s.points.len() > 1);
    let features: Vec<Value> = all
        .map(|s| {
            let line: Vec<[f64; 2]> = s.points.iter().map(|p| lonlat(*p)).collect();
            json!({ "type": "Feature", "properties": { "name": s.name }, "geometry": { "type": "LineString", "coordinates": line } })
        })
        .collect();
    json!({ "type": "FeatureCollection", "features": features })
}

type Bytes = Result<Vec<u8>, DemoError>;

pub(super) fn table(header: &[&str], rows: impl Iterator<Item = Vec<String>>) -> Bytes {
    let io = |e: csv::Error| DemoError::Io(e.into());
    let mut csv = csv::Writer::from_writer(Vec::new());
    csv.write_record(header).map_err(io)?;
    for row in rows {
        csv.write_record(&row).map_err(io)?;
    }
    csv.into_inner().map_err(|e| DemoError::Io(e.into_error()))
}

fn area_names(county: &County) -> Bytes {
    let rows = county.areas.iter().map(|a| vec![a.code.clone(), a.name.clone()]);
    table(&["code", "name"], rows)
}

fn population(county: &County) -> Bytes {
    let rows = county.areas.iter().map(|a| {
        vec![a.code.clone(), a.residents.to_string(), a.residents_10_24.to_string(), format!("{:.1}", a.deprivation)]
    });
    table(&["code", "residents", "residents_10_to_24", "deprivation_score"], rows)
}

/// Most units of a street.
const UNITS_OF_STREET: usize = 12;

/// Postcode of the first point of a street by its area and its number there.
pub(super) fn postcode_of(area: usize, street: usize) -> String {
    unit(area, street * UNITS_OF_STREET)
}

/// Postcode unit of an area, up to 400.
fn unit(area: usize, number: usize) -> String {
    const LETTERS: &[u8] = b"ABDEFGHJLNPQRSTUWXYZ";
    let letter = |n: usize| char::from(LETTERS[n % LETTERS.len()]);
    format!("HM{} {}{}{}", area / 9 + 1, area % 9 + 1, letter(number), letter(number / LETTERS.len() + area))
}

fn middle(a: BngPoint, b: BngPoint) -> BngPoint {
    BngPoint { easting: f64::midpoint(a.easting, b.easting), northing: f64::midpoint(a.northing, b.northing) }
}

/// A unit for every few houses: at the points of a street and half way between them.
fn postcodes(county: &County) -> Bytes {
    let rows = county.areas.iter().enumerate().flat_map(|(i, area)| {
        area.streets.iter().enumerate().flat_map(move |(s, street)| {
            let halves = street.points.windows(2).map(|pair| middle(pair[0], pair[1]));
            street.points.iter().copied().chain(halves).enumerate().map(move |(at, point)| {
                let unit = unit(i, s * UNITS_OF_STREET + at);
                vec![unit, format!("{:.0}", point.easting), format!("{:.0}", point.northing)]
            })
        })
    });
    table(&["postcode", "easting", "northing"], rows)
}

/// Every point of every street, with the area as its locality: a gazetteer.
fn street_points(county: &County) -> Bytes {
    let rows = county.areas.iter().flat_map(|area| {
        area.streets.iter().flat_map(move |street| {
            street.points.iter().map(move |p| {
                let metres = |m: f64| format!("{m:.0}");
                let locality = area.official_name.clone();
                vec![street.name.clone(), "street".to_owned(), locality, metres(p.easting), metres(p.northing)]
            })
        })
    });
    table(&["name", "kind", "locality", "easting", "northing"], rows)
}

/// Schools and youth venues by their names and by what people call them: a gazetteer.
fn local_places(county: &County) -> Bytes {
    let sites = |kind: &'static str, nickname: &'static str, every: usize| {
        county.areas.iter().step_by(every).filter_map(move |area| {
            let at = area.streets.iter().find_map(|s| s.points.last())?;
            let metres = |m: f64| format!("{m:.0}");
            let also = format!("{} {nickname}", area.name);
            let name = format!("{} {kind}", area.name);
            Some(vec![
                name,
                "premises".to_owned(),
                area.official_name.clone(),
                metres(at.easting),
                metres(at.northing),
                also,
            ])
        })
    };
    let rows = sites("School", "Academy", 5).chain(sites("Youth Centre", "youth club", 9));
    table(&["name", "kind", "locality", "easting", "northing", "also"], rows)
}

fn sites(county: &County, kind: &str, every: usize) -> Bytes {
    let rows = county.areas.iter().step_by(every).filter_map(|area| {
        let point = lonlat(*area.streets.iter().find_map(|s| s.points.last())?);
        Some(vec![format!("{} {kind}", area.name), point[0].to_string(), point[1].to_string()])
    });
    table(&["site_name", "longitude", "latitude"], rows)
}

pub(super) fn time(minute: u32) -> String {
    format!("{:02}:{:02}", minute / 60 % 24, minute % 60)
}

pub(super) fn british(day: crate::model::Day) -> String {
    let date = day.date();
    format!("{:02}/{:02}/{:04}", date.day(), date.month(), date.year())
}

fn police(records: &[Record], default: BngPoint) -> Bytes {
    let rows = records.iter().enumerate().map(|(i, r)| {
        let minute = r.minute.unwrap_or(0);
        let end = r.lasts.map(|lasts| {
            let end = minute + lasts;
            format!("{} {}", british(crate::model::Day(r.day.0 + (end / 1440) as i32)), time(end))
        });
        let metres = |p: BngPoint| [format!("{:.0}", p.easting), format!("{:.0}", p.northing)];
        let [easting, northing] = match r.place {
            Where::At(point) => metres(point),
            Where::Default => metres(default),
            Where::Nowhere => [String::new(), String::new()],
            Where::Zero => ["0".to_owned(), "0".to_owned()],
        };
        vec![
            format!("HP/{:06}", i + 1),
            format!("{} {}", british(r.day), time(minute)),
            end.unwrap_or_default(),
            r.category.to_owned(),
            easting,
            northing,
            r.street.clone(),
            "PC Example".to_owned(),
        ]
    });
    table(
        &["Reference", "Occurred from", "Occurred to", "Offence", "Easting", "Northing", "Location", "Officer name"],
        rows,
    )
}

fn coordinates(place: Where) -> [String; 2] {
    match place {
        Where::At(point) => lonlat(point).map(|v| v.to_string()),
        Where::Zero => ["0".to_owned(), "0".to_owned()],
        Where::Nowhere | Where::Default => [String::new(), String::new()],
    }
}

fn asb(records: &[Record]) -> Bytes {
    let rows = records.iter().enumerate().map(|(i, r)| {
        let [lon, lat] = coordinates(r.place);
        vec![format!("ASB-{}", i + 1), r.day.to_string(), r.category.to_owned(), lon, lat, r.street.clone()]
    });
    table(&["Case", "Reported", "Type", "Longitude", "Latitude", "Where"], rows)
}

fn youth(records: &[Record]) -> Bytes {
    let rows = records.iter().enumerate().map(|(i, r)| {
        let [lon, lat] = coordinates(r.place);
        let at = r.minute.map(time).unwrap_or_default();
        vec![
            format!("Y{}", i + 1),
            r.day.to_string(),
            at,
            r.category.to_owned(),
            lon,
            lat,
            r.precision.to_owned(),
            r.street.clone(),
            "Example".to_owned(),
        ]
    });
    table(
        &["Contact", "Date", "Time", "Concern", "Longitude", "Latitude", "Known to", "Where", "Young person name"],
        rows,
    )
}
