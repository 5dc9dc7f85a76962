//! The gazetteers of a workspace together: one lookup over all of them.

use super::{
    EntryKind, Index, NewEntry, Postcode, PostcodeLevel, PostcodePoint, Study, WeightedPoint, build_index,
    index::Entry, study::metres,
};
use crate::model::{BngPoint, LonLat, bng_to_lonlat, lonlat_to_bng};

/// Kind of the gazetteer that is made of the study area's own names.
const AREAS_KIND: &str = "areas";
/// A square kilometre with as many postcodes is built up.
const BUILT_UP: f64 = 30.0;
/// Furthest that a town is followed outwards from its point.
const MAX_TOWN_KM: i32 = 8;

/// An entry: which gazetteer, and its position there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct EntryRef {
    pub(super) gazetteer: u16,
    pub(super) at: u32,
}

/// Opened gazetteers, and the names of the study area.
#[derive(Debug)]
pub(super) struct Gazetteers {
    pub(super) indexes: Vec<Index>,
    /// Whether each entry lies in or near the study area.
    near: Vec<Vec<bool>>,
}

impl Gazetteers {
    pub(super) fn new(mut indexes: Vec<Index>, study: &Study) -> Self {
        let areas = area_names(study, &indexes);
        indexes.extend(areas);
        let near_of = |index: &Index| (0..index.len()).map(|at| study.is_near(index.first_point(at))).collect();
        let near = indexes.iter().map(near_of).collect();
        Self { indexes, near }
    }

    pub(super) fn index(&self, entry: EntryRef) -> &Index {
        &self.indexes[usize::from(entry.gazetteer)]
    }

    pub(super) fn entry(&self, entry: EntryRef) -> &Entry {
        self.index(entry).entry(entry.at as usize)
    }

    pub(super) fn is_near(&self, entry: EntryRef) -> bool {
        self.near[usize::from(entry.gazetteer)][entry.at as usize]
    }

    pub(super) fn name(&self, entry: EntryRef) -> &str {
        self.index(entry).name(entry.at as usize)
    }

    pub(super) fn locality(&self, entry: EntryRef) -> &str {
        self.index(entry).locality(entry.at as usize)
    }

    pub(super) fn first_point(&self, entry: EntryRef) -> LonLat {
        self.index(entry).first_point(entry.at as usize)
    }

    pub(super) fn points(&self, entry: EntryRef) -> impl ExactSizeIterator<Item = (LonLat, u32)> + Clone + '_ {
        self.index(entry).points(entry.at as usize)
    }

    /// Whether an entry is an area of the study area, whose border is known.
    pub(super) fn is_area(&self, entry: EntryRef) -> bool {
        self.index(entry).header.kind == AREAS_KIND && self.entry(entry).kind == EntryKind::Locality
    }

    /// The publisher's identifier, or one made of gazetteer, name and locality.
    pub(super) fn id(&self, entry: EntryRef) -> String {
        let index = self.index(entry);
        let id = index.id(entry.at as usize);
        if !id.is_empty() {
            return id.to_owned();
        }
        let locality = self.locality(entry);
        let comma = if locality.is_empty() { "" } else { ", " };
        format!("{}:{}{comma}{locality}", index.header.kind, self.name(entry))
    }

    /// A postcode in the first gazetteer that has a position for it, or in the first that has it at all.
    pub(super) fn postcode(&self, postcode: &Postcode) -> Option<PostcodePoint> {
        let mut known = self.indexes.iter().filter_map(|i| i.postcode(postcode));
        let first = known.next()?;
        if first.point.is_some() { Some(first) } else { known.find(|p| p.point.is_some()).or(Some(first)) }
    }

    /// Whether a postcode, or the beginning of one, is known; an outcode only where it lies near the study area.
    pub(super) fn knows_postcode(&self, postcode: &Postcode, study: &Study) -> bool {
        let Some(unit) = self.postcode(postcode) else { return false };
        postcode.level() == PostcodeLevel::Unit
            || unit.point.and_then(|p| bng_to_lonlat(p).ok()).is_some_and(|p| study.is_near(p))
    }

    /// Postcodes per square kilometre round a point; none where no postcode is loaded.
    pub(super) fn postcodes_per_km2(&self, point: LonLat) -> Option<f64> {
        let point = lonlat_to_bng(point).ok()?;
        let most = self.indexes.iter().map(|i| i.postcodes_near(point)).max()?;
        self.indexes.iter().any(|i| i.header.postcodes > 0).then_some(f64::from(most))
    }

    /// Radius of the place a locality is: its own where the gazetteer has one, otherwise outwards from its point as far
    /// as the land is built up.
    pub(super) fn reach_m(&self, entry: EntryRef) -> f64 {
        let row = self.entry(entry);
        let index = self.index(entry);
        let center = self.first_point(entry);
        if row.radius_m.is_finite() && index.header.kind != "geonames" {
            return f64::from(row.radius_m).max(150.0);
        }
        let points = self.points(entry);
        if points.len() > 1 {
            return points.map(|(p, _)| metres(p, center)).fold(250.0, f64::max);
        }
        // What a place list says of its points is how rough they are.
        let rough = if row.radius_m.is_finite() { f64::from(row.radius_m) } else { 0.0 };
        let Ok(center) = lonlat_to_bng(center) else { return 2_000.0 + rough };
        let mut km = 1;
        while km < MAX_TOWN_KM && self.ring_density(center, km) >= BUILT_UP {
            km += 1;
        }
        f64::from(km) * 1_000.0 + rough
    }

    /// Postcodes per square in the ring of squares so many kilometres out.
    fn ring_density(&self, center: BngPoint, km: i32) -> f64 {
        let (mut squares, mut units) = (0.0, 0.0);
        for dx in -km..=km {
            for dy in -km..=km {
                if dx.abs().max(dy.abs()) == km {
                    let at = BngPoint {
                        easting: center.easting + f64::from(dx) * 1_000.0,
                        northing: center.northing + f64::from(dy) * 1_000.0,
                    };
                    squares += 1.0;
                    units += f64::from(self.indexes.iter().map(|i| i.postcodes_near(at)).max().unwrap_or(0));
                }
            }
        }
        units / squares
    }
}

/// The names of the study area's areas and districts as a gazetteer.
fn area_names(study: &Study, others: &[Index]) -> Option<Index> {
    use geo::Centroid;
    let mut entries = Vec::new();
    let mut districts: std::collections::BTreeMap<&str, Vec<WeightedPoint>> = std::collections::BTreeMap::new();
    for unit in &study.units {
        let Some(center) = unit.polygons.centroid() else { continue };
        let points = vec![WeightedPoint { point: LonLat { lon: center.x(), lat: center.y() }, weight: 1 }];
        if !unit.district.is_empty() {
            districts.entry(&unit.district).or_default().extend(points.iter().copied());
        }
        let mut names = unit.names.iter().filter(|n| !n.is_empty());
        let Some(name) = names.next() else { continue };
        entries.push(NewEntry {
            kind: EntryKind::Locality,
            name: name.clone(),
            also: names
                .filter(|other| *other != name)
                .cloned()
                .chain(parts_of(name))
                .chain(town_of(name, others))
                .collect(),
            locality: unit.district.clone(),
            id: unit.code.clone(),
            points,
            radius_m: (unit.area_km2 / std::f64::consts::PI).sqrt() as f32 * 1_000.0,
        });
    }
    for (district, points) in districts {
        entries.push(district_entry(district, points));
    }
    let bytes = build_index(AREAS_KIND, "", &entries, Vec::new());
    (!entries.is_empty()).then(|| Index::open(&bytes).ok()).flatten()
}

/// `Fairstead & Springwood` is known by either.
fn parts_of(name: &str) -> impl Iterator<Item = String> + '_ {
    let parts = name.split([',', '&']).map(str::trim);
    parts.filter(|part| part.len() > 3 && part.len() < name.len()).map(str::to_owned)
}

/// The town of `Dereham North & Toftwood`, where no other gazetteer has it as a place one can be in.
fn town_of(name: &str, others: &[Index]) -> Option<String> {
    const SIDES: [&str; 6] = ["North", "South", "East", "West", "Central", "Town"];
    let first = name.split([',', '&']).next()?.trim();
    let (town, side) = first.rsplit_once(' ')?;
    let key = super::spelling::canonical(town);
    let is_place = |index: &Index| {
        index.named(&key).any(|at| matches!(index.entry(at).kind, EntryKind::Locality | EntryKind::District))
    };
    (SIDES.contains(&side) && !others.iter().any(is_place)).then(|| town.to_owned())
}

/// A district: the middle of its areas first, and how far they reach.
fn district_entry(name: &str, points: Vec<WeightedPoint>) -> NewEntry {
    let n = points.len() as f64;
    let mean = LonLat {
        lon: points.iter().map(|p| p.point.lon).sum::<f64>() / n,
        lat: points.iter().map(|p| p.point.lat).sum::<f64>() / n,
    };
    let radius_m = points.iter().map(|p| metres(p.point, mean)).fold(1_000.0, f64::max) as f32;
    NewEntry {
        kind: EntryKind::District,
        name: name.to_owned(),
        also: Vec::new(),
        locality: String::new(),
        id: String::new(),
        points: vec![WeightedPoint { point: mean, weight: 1 }],
        radius_m,
    }
}
