//! The county a corpus is written about: its gazetteers, its study area, and local places planted in it.

use std::{collections::BTreeMap, io::Read, path::Path};

use fastrand::Rng;
use places::{
    area::{PropertyChoice, read_geojson},
    geocode::{
        EntryKind, GazetteerContents, GazetteerKind, Index, Learner, NewEntry, NewPostcode, Study, StudyUnit,
        WeightedPoint, build_index, read_gazetteer,
    },
    model::{BngPoint, LonLat, bng_to_lonlat, lonlat_to_bng},
};

/// A street that records are written about.
#[derive(Debug, Clone)]
pub(crate) struct Street {
    pub name: String,
    /// Points with how often each was seen.
    pub points: Vec<(LonLat, u32)>,
    pub district: String,
    /// Town or village that people would name.
    pub locality: String,
    /// Nearest postcode unit, where one is near.
    pub postcode: Option<String>,
    /// Standard deviation of the unit's addresses round its point: a third of the way to the next unit.
    pub unit_sigma_m: f64,
}

/// A local place.
#[derive(Debug, Clone)]
pub(crate) struct Local {
    pub name: String,
    pub nickname: String,
    pub kind: EntryKind,
    pub point: LonLat,
    pub locality: String,
    pub street: String,
}

/// A county with everything that texts are made of.
pub(crate) struct World {
    pub name: &'static str,
    pub streets: Vec<Street>,
    pub locals: Vec<Local>,
    pub postcodes: Vec<(String, LonLat)>,
    /// Postcodes that ended, with the point they had.
    pub ended: Vec<(String, LonLat)>,
    pub default_location: LonLat,
    units: Vec<StudyUnit>,
    /// Gazetteers that the geocoder gets.
    gazetteers: Vec<Vec<u8>>,
}

/// Share of streets that no gazetteer has.
const UNKNOWN_STREETS: f64 = 0.02;
/// Share of postcodes taken out of use.
const ENDED: f64 = 0.01;
const NEAR_POSTCODE_M: f64 = 250.0;

pub(crate) fn metres(a: LonLat, b: LonLat) -> f64 {
    let east = (a.lon - b.lon) * f64::midpoint(a.lat, b.lat).to_radians().cos();
    east.hypot(a.lat - b.lat) * 111_320.0
}

pub(crate) fn unpacked(path: &Path) -> Vec<u8> {
    let file = fs_err::File::open(path).expect("a file of ../shared/data");
    let mut bytes = Vec::new();
    if path.extension().is_some_and(|e| e == "gz") {
        flate2::read::MultiGzDecoder::new(file).read_to_end(&mut bytes).expect("a gzip file");
    } else {
        std::io::BufReader::new(file).read_to_end(&mut bytes).expect("a file");
    }
    bytes
}

/// Areas of a GeoJSON file as a study area.
pub(crate) fn study_units(path: &Path) -> Vec<StudyUnit> {
    let (areas, _) = read_geojson(&unpacked(path), &PropertyChoice::default()).expect("a layer");
    areas
        .into_iter()
        .map(|a| StudyUnit {
            names: vec![a.official_name.clone()],
            district: a
                .district_name
                .clone()
                .unwrap_or_else(|| a.official_name.rsplit_once(' ').map_or("", |n| n.0).to_owned()),
            area_km2: places::area::area_km2(&a.polygons),
            polygons: a.polygons,
            code: a.code,
        })
        .collect()
}

/// Located texts of police.uk files: text, LSOA name, point.
pub(crate) fn police_rows(path: &Path) -> Vec<(String, String, LonLat)> {
    let bytes = unpacked(path);
    let mut csv = csv::Reader::from_reader(&bytes[..]);
    let rows = csv.records().map(|r| r.expect("a row"));
    rows.filter_map(|r| {
        let point = LonLat::new(r[4].parse().ok()?, r[5].parse().ok()?).ok()?;
        Some((r[6].to_owned(), r[8].to_owned(), point))
    })
    .collect()
}

pub(crate) fn police_files(data: &Path) -> Vec<std::path::PathBuf> {
    let months = fs_err::read_dir(data.join("police_uk")).into_iter().flatten().flatten();
    let files = months.flat_map(|m| fs_err::read_dir(m.path()).into_iter().flatten().flatten()).map(|f| f.path());
    let mut files: Vec<_> = files.filter(|f| f.to_string_lossy().contains("norfolk-street")).collect();
    files.sort();
    files
}

impl World {
    /// Norfolk: Code-Point, `GeoNames`, and streets learned from the months of 2024 and 2025.
    pub(crate) fn norfolk(data: &Path, rng: &mut Rng) -> Self {
        let units = study_units(&data.join("ons_boundaries_bgc/msoa/E10000020.geojson.gz"));
        let study = Study::new(units.clone());
        let mut contents = GazetteerContents::default();
        for area in ["nr", "pe", "ip", "cb"] {
            let bytes = unpacked(&data.join(format!("codepoint_open_2025-11/Data/CSV/{area}.csv.gz")));
            read_gazetteer(GazetteerKind::CodePoint, &bytes[..], &study, &mut contents).expect("Code-Point");
        }
        let mut places = GazetteerContents::default();
        let bytes = unpacked(&data.join("geonames_postal_gb/GB.txt.gz"));
        read_gazetteer(GazetteerKind::GeoNames, &bytes[..], &study, &mut places).expect("GeoNames");
        let mut learner = Learner::default();
        for file in police_files(data).iter().filter(|f| f.to_string_lossy().contains("/202")) {
            for (text, lsoa, point) in police_rows(file).into_iter().filter(|r| study.holds(r.2)) {
                learner.add(&text, &lsoa, point);
            }
        }
        Self::new("Norfolk", rng, units, contents.postcodes, ("geonames", places.entries), learner.entries())
    }

    /// A county from parts: entries of kind street are what texts are about, localities, from a gazetteer of some kind,
    /// those they name.
    pub(crate) fn new(
        name: &'static str,
        rng: &mut Rng,
        units: Vec<StudyUnit>,
        mut postcodes: Vec<NewPostcode>,
        (places_kind, places): (&str, Vec<NewEntry>),
        learned: Vec<NewEntry>,
    ) -> Self {
        let study = Study::new(units.clone());
        let inside: Vec<(String, LonLat)> = postcodes
            .iter()
            .filter_map(|p| Some((p.postcode.to_string(), bng_to_lonlat(p.point?).ok()?)))
            .filter(|(_, p)| study.holds(*p))
            .collect();
        let near = Near::of(&inside);
        let towns: Vec<&NewEntry> = places
            .iter()
            .filter(|e| study.holds(e.points[0].point) && (e.radius_m.is_nan() || e.radius_m <= 1_000.0))
            .collect();
        let hidden: Vec<bool> =
            learned.iter().map(|e| e.kind == EntryKind::Street && rng.f64() < UNKNOWN_STREETS).collect();
        let streets: Vec<Street> = learned
            .iter()
            .filter(|e| e.kind == EntryKind::Street && is_a_street(&e.name))
            .map(|e| {
                let point = e.points[0].point;
                let unit = near.nearest(point, NEAR_POSTCODE_M, None);
                let next_m = unit
                    .and_then(|i| Some((i, near.nearest(inside[i].1, 500.0, Some(i))?)))
                    .map_or(500.0, |(i, next)| metres(inside[i].1, inside[next].1));
                Street {
                    name: e.name.clone(),
                    points: e.points.iter().map(|p| (p.point, p.weight)).collect(),
                    district: study.district_of(point).to_owned(),
                    locality: town_of(&towns, point),
                    postcode: unit.map(|i| inside[i].0.clone()),
                    unit_sigma_m: (next_m / 3.0).clamp(15.0, 60.0),
                }
            })
            .filter(|s| !s.district.is_empty() && !s.locality.is_empty())
            .collect();
        let known: Vec<NewEntry> =
            learned.into_iter().zip(hidden).filter(|(_, hidden)| !hidden).map(|(e, _)| e).collect();
        let ended: Vec<(String, LonLat)> = inside.iter().filter(|_| rng.f64() < ENDED).cloned().collect();
        let month = places::model::Month::parse("2021-05").expect("a month");
        for p in postcodes.iter_mut().filter(|p| ended.iter().any(|e| e.0 == p.postcode.as_str())) {
            p.terminated = Some(month);
        }
        let locals = locals(rng, &streets);
        let local_entries: Vec<NewEntry> = locals.iter().map(Local::entry).collect();
        let busiest = streets[rng.usize(0..streets.len())].points[0].0;
        let default_location = LonLat { lon: busiest.lon + 0.0007, lat: busiest.lat + 0.0004 };
        Self {
            name,
            postcodes: inside.into_iter().filter(|p| !ended.contains(p)).collect(),
            ended,
            gazetteers: vec![
                build_index("code-point", "bench", &[], postcodes),
                build_index(places_kind, "bench", &places, Vec::new()),
                build_index("learned", "bench", &known, Vec::new()),
                build_index("csv", "bench", &local_entries, Vec::new()),
            ],
            streets,
            locals,
            default_location,
            units,
        }
    }

    pub(crate) fn study(&self) -> Study {
        Study::new(self.units.clone())
    }

    pub(crate) fn indexes(&self) -> Vec<Index> {
        self.gazetteers.iter().map(|bytes| Index::open(bytes).expect("an index")).collect()
    }

    /// Another street with a point near one of this.
    pub(crate) fn crossing(&self, street: &Street, within_m: f64) -> Option<(&Street, LonLat)> {
        let here = street.points[0].0;
        let other = self.streets.iter().filter(|s| s.name != street.name && metres(s.points[0].0, here) < 1_500.0);
        let pairs = other.flat_map(|s| {
            s.points
                .iter()
                .flat_map(|q| street.points.iter().map(move |p| (p.0, q.0)))
                .map(move |(p, q)| (metres(p, q), p, q, s))
        });
        let (apart, p, q, s) = pairs.min_by(|a, b| a.0.total_cmp(&b.0))?;
        (apart < within_m).then(|| (s, LonLat { lon: f64::midpoint(p.lon, q.lon), lat: f64::midpoint(p.lat, q.lat) }))
    }
}

impl Local {
    fn entry(&self) -> NewEntry {
        NewEntry {
            kind: self.kind,
            name: self.name.clone(),
            also: Some(self.nickname.clone()).filter(|n| !n.is_empty()).into_iter().collect(),
            locality: self.locality.clone(),
            id: String::new(),
            points: vec![WeightedPoint { point: self.point, weight: 1 }],
            radius_m: f32::NAN,
        }
    }
}

/// Kinds of place that police.uk names instead of streets are not what people write.
fn is_a_street(name: &str) -> bool {
    const GENERIC: [&str; 16] = [
        "Parking",
        "Supermarket",
        "Shopping",
        "Petrol",
        "Sports",
        "Nightclub",
        "Park/",
        "Hospital",
        "Police",
        "Further",
        "Theatre/",
        "Bus/",
        "Prison",
        "Airport",
        "Conference",
        "Pedestrian",
    ];
    !GENERIC.iter().any(|g| name.starts_with(g)) && name.contains(' ') && !name.contains('/')
}

/// The town or village that people would name: the nearest, but a larger place nearby takes its suburbs.
fn town_of(towns: &[&NewEntry], point: LonLat) -> String {
    let near = towns.iter().map(|t| (metres(t.points[0].point, point), t)).min_by(|a, b| a.0.total_cmp(&b.0));
    near.filter(|n| n.0 < 3_500.0).map_or(String::new(), |n| n.1.name.clone())
}

/// Postcodes by squares of a hundredth of a degree.
struct Near<'a>(BTreeMap<(i32, i32), Vec<usize>>, &'a [(String, LonLat)]);

impl<'a> Near<'a> {
    fn square(p: LonLat) -> (i32, i32) {
        ((p.lon * 100.0).floor() as i32, (p.lat * 100.0).floor() as i32)
    }

    fn of(points: &'a [(String, LonLat)]) -> Self {
        let mut squares: BTreeMap<(i32, i32), Vec<usize>> = BTreeMap::new();
        points.iter().enumerate().for_each(|(i, p)| squares.entry(Self::square(p.1)).or_default().push(i));
        Self(squares, points)
    }

    /// The nearest to a point, except one.
    fn nearest(&self, point: LonLat, within_m: f64, except: Option<usize>) -> Option<usize> {
        let (x, y) = Self::square(point);
        let around = (-1..=1).flat_map(|dx| (-1..=1).map(move |dy| (x + dx, y + dy)));
        let candidates = around.filter_map(|s| self.0.get(&s)).flatten().copied().filter(|i| Some(*i) != except);
        let nearest = candidates.map(|i| (metres(self.1[i].1, point), i)).min_by(|a, b| a.0.total_cmp(&b.0))?;
        (nearest.0 < within_m).then_some(nearest.1)
    }
}

/// Shops with branches, parks with nicknames, schools, lay-bys, caravan parks: planted on streets.
fn locals(rng: &mut Rng, streets: &[Street]) -> Vec<Local> {
    const CHAINS: [&str; 8] = ["Tesco", "Co-op", "Lidl", "McDonald's", "Greggs", "Boots", "Aldi", "Spar"];
    let mut locals = Vec::new();
    let mut plant = |rng: &mut Rng, name: String, nickname: String, kind: EntryKind, s: &Street| {
        let (point, _) = s.points[rng.usize(0..s.points.len())];
        let off = |rng: &mut Rng| (rng.f64() - 0.5) * 0.0008;
        let point = LonLat { lon: point.lon + off(rng), lat: point.lat + off(rng) };
        locals.push(Local { name, nickname, kind, point, locality: s.locality.clone(), street: s.name.clone() });
    };
    let mut towns: Vec<&str> = streets.iter().map(|s| s.locality.as_str()).collect();
    towns.sort_unstable();
    towns.dedup();
    for town in towns {
        let of_town: Vec<&Street> = streets.iter().filter(|s| s.locality == town).collect();
        let pick = |rng: &mut Rng| of_town[rng.usize(0..of_town.len())];
        let s = pick(rng);
        plant(rng, format!("{town} Recreation Ground"), "the Rec".to_owned(), EntryKind::Place, s);
        let s = pick(rng);
        plant(rng, format!("{town} Primary School"), String::new(), EntryKind::Premises, s);
        if of_town.len() > 15 {
            for chain in CHAINS {
                if rng.f64() < 0.6 {
                    let s = pick(rng);
                    plant(rng, chain.to_owned(), String::new(), EntryKind::Premises, s);
                }
            }
            let s = pick(rng);
            plant(rng, format!("{town} Shopping Square"), format!("{town} Sq"), EntryKind::Place, s);
        }
        if rng.f64() < 0.3 {
            let s = pick(rng);
            let name = ["Caravan Park", "Staithe", "Country Park", "Beach Car Park"][rng.usize(0..4)];
            plant(rng, format!("{town} {name}"), String::new(), EntryKind::Place, s);
        }
    }
    locals
}

/// A point some metres off, in any direction.
pub(crate) fn jittered(rng: &mut Rng, point: LonLat, sigma_m: f64) -> LonLat {
    let mut bell = || ((0..6).map(|_| rng.f64()).sum::<f64>() - 3.0) * std::f64::consts::SQRT_2 * sigma_m;
    let (east, north) = (bell(), bell());
    LonLat { lon: point.lon + east / (111_320.0 * point.lat.to_radians().cos()), lat: point.lat + north / 111_320.0 }
}

pub(crate) fn grid(point: LonLat) -> BngPoint {
    lonlat_to_bng(point).unwrap_or(BngPoint { easting: 0.0, northing: 0.0 })
}
