//! Where in a row each thing stands, and the row read from there.

use std::collections::BTreeMap;

use csv::ByteRecord;

use super::{
    fields::Fields,
    row::{GenericRow, PlaceTexts},
    times::{parse_date_and_time, parse_when},
};
use crate::{
    geocode::{is_coordinate, without_contacts},
    import::{
        ImportError, Mapping, Rejection, SourceFile,
        personal::{looks_personal, value_looks_personal},
    },
    model::{
        BngPoint, Header, LonLat, OtherCrs, PrecisionClass, When, WhenPrecision, bng_to_lonlat, fold, lonlat_to_bng,
    },
};

/// Furthest that two positions of one row may lie apart.
const CONTRADICTION_M: f64 = 1_000.0;

/// What to write into the mapping when the whole header came as one column.
fn delimiter_hint(header: &[String]) -> &'static str {
    match header {
        [one] if one.contains(';') => " (for this file the mapping needs delimiter = \";\")",
        [one] if one.contains('\t') => " (for this file the mapping needs delimiter = \"\\t\")",
        _ => "",
    }
}

fn other_crs(file: &SourceFile, name: &str) -> Result<OtherCrs, ImportError> {
    OtherCrs::named(name).map_err(|e| ImportError::Refused { path: file.path.clone(), reason: e.to_string() })
}

/// Where in a row each thing stands.
pub(super) struct Slots {
    pub(super) id: Option<usize>,
    pub(super) when: usize,
    pub(super) time: Option<usize>,
    when_end: Option<usize>,
    category: Option<usize>,
    lon_lat: Option<(usize, usize)>,
    grid: Option<(usize, usize)>,
    /// The system of the grid, where it is not the British National Grid.
    other_crs: Option<OtherCrs>,
    precision: Option<usize>,
    location_text: Option<usize>,
    /// Locality, postcode, grid reference, UPRN.
    other_words: [Option<usize>; 4],
    keep: Vec<usize>,
    kept_names: Vec<String>,
    columns: usize,
    pub(super) ignored: Vec<String>,
}

impl Slots {
    pub(super) fn of(file: &SourceFile, mapping: &Mapping, names: &[String]) -> Result<Self, ImportError> {
        let header = Header::new(names);
        let find = |name: &String| -> Result<usize, ImportError> {
            let column = header.find(name).map_err(|e| ImportError::doubled(&file.path, &e))?;
            column.ok_or_else(|| ImportError::WrongFile {
                path: file.path.clone(),
                expected: format!("a column {name:?}, which the mapping names{}", delimiter_hint(names)),
                found: header.line(),
            })
        };
        let maybe = |name: &Option<String>| name.as_ref().map(&find).transpose();
        let pair = |a: &Option<String>, b: &Option<String>| -> Result<_, ImportError> { Ok(maybe(a)?.zip(maybe(b)?)) };
        let columns = &mapping.columns;
        let named: Vec<usize> = mapping.named_columns().map(&find).collect::<Result<_, _>>()?;
        let is_dropped = |name: &String| columns.drop.iter().any(|d| fold(d) == fold(name));
        let personal: Vec<String> = names.iter().filter(|h| looks_personal(h) && !is_dropped(h)).cloned().collect();
        if !personal.is_empty() {
            return Err(ImportError::PersonalData { path: file.path.clone(), columns: personal });
        }
        Ok(Self {
            id: maybe(&columns.id)?,
            when: find(&columns.when)?,
            time: maybe(&columns.time)?,
            when_end: maybe(&columns.when_end)?,
            category: maybe(&columns.category)?,
            lon_lat: pair(&columns.lon, &columns.lat)?,
            grid: pair(&columns.easting, &columns.northing)?,
            other_crs: mapping.other_crs().map(|name| other_crs(file, name)).transpose()?,
            precision: maybe(&columns.precision)?,
            location_text: maybe(&columns.location_text)?,
            other_words: [
                maybe(&columns.locality)?,
                maybe(&columns.postcode)?,
                maybe(&columns.gridref)?,
                maybe(&columns.uprn)?,
            ],
            keep: columns.keep.iter().map(&find).collect::<Result<_, _>>()?,
            kept_names: columns.keep.clone(),
            columns: names.len(),
            ignored: (0..names.len())
                .filter(|at| !named.contains(at) && !is_dropped(&names[*at]))
                .map(|at| names[at].clone())
                .collect(),
        })
    }

    /// Whether a field may hold lines of prose: free words of a place, what is kept as it is, and what is not used.
    pub(super) fn is_prose(&self, at: usize) -> bool {
        let pairs = [self.lon_lat, self.grid].into_iter().flatten().flat_map(|(a, b)| [a, b]);
        let [_, postcode, gridref, uprn] = self.other_words;
        let single = [self.id, Some(self.when), self.time, self.when_end, self.category, self.precision];
        let strict = single.into_iter().chain([postcode, gridref, uprn]).flatten().chain(pairs);
        !strict.into_iter().any(|slot| slot == at)
    }

    /// Refuses a kept column whose values look like e-mail addresses or telephone numbers.
    pub(super) fn check_personal(&self, file: &SourceFile, record: &ByteRecord) -> Result<(), ImportError> {
        let kept = self.keep.iter().zip(&self.kept_names);
        let personal: Vec<String> = kept
            .filter(|(slot, _)| record.get(**slot).is_some_and(|v| value_looks_personal(&String::from_utf8_lossy(v))))
            .map(|(_, name)| name.clone())
            .collect();
        if personal.is_empty() {
            return Ok(());
        }
        Err(ImportError::PersonalData { path: file.path.clone(), columns: personal })
    }

    pub(super) fn row(
        &self,
        mapping: &Mapping,
        header: &[String],
        record: &ByteRecord,
        line: u64,
        unknown_precision: &mut BTreeMap<String, u64>,
    ) -> Result<GenericRow, Box<Rejection>> {
        if record.len() != self.columns {
            let reason = format!("the row has {} fields, expected {}", record.len(), self.columns);
            // Which field is which is not known: nothing of the row is kept, for some may be columns to drop.
            return Err(Box::new(Rejection::new(line, "row", b"", reason)));
        }
        let fields = Fields { header, record, line };
        let word = match (self.category, &mapping.columns.category_is) {
            (Some(slot), _) => fields.public(slot)?,
            (None, constant) => constant.as_deref().unwrap_or_default(),
        };
        let id = self.id.map(|slot| fields.public(slot)).transpose()?.unwrap_or_default().to_owned();
        let category = mapping.category_of(word).to_owned();
        let precision = self.precision.map(|slot| fields.text(slot)).transpose()?.unwrap_or_default();
        let class = mapping.class_of(precision);
        let before = mapping.as_spelled(word, precision);
        let attributes = self.keep.iter().map(|&slot| fields.text(slot).map(str::to_owned));
        let row = GenericRow {
            line,
            id,
            when: self.when(mapping, &fields)?,
            point: self.point(&fields)?,
            class: class.unwrap_or(PrecisionClass::District),
            place: self.place(&fields)?,
            attributes: attributes.collect::<Result<_, _>>()?,
            written: None,
            identity: None,
            category,
        };
        if class.is_none() {
            *unknown_precision.entry(without_contacts(precision).into_owned()).or_default() += 1;
        }
        let differs = before.0 != row.category || before.1 != row.class;
        Ok(GenericRow { identity: differs.then(|| Box::new((before.0.to_owned(), before.1))), ..row })
    }

    /// What the row says about its place. A coordinate that is no number in any writing rejects the row; one that is
    /// impossible is for the geocoder.
    fn place(&self, fields: &Fields<'_>) -> Result<PlaceTexts, Box<Rejection>> {
        let of = |slot: Option<usize>| -> Result<String, Box<Rejection>> {
            Ok(slot.map(|s| fields.text(s)).transpose()?.unwrap_or_default().to_owned())
        };
        let [locality, postcode, gridref, uprn] = self.other_words;
        let pairs = [self.lon_lat, self.grid].map(Option::unzip);
        let [(lon, lat), (easting, northing)] = pairs;
        for slot in [lon, lat, easting, northing].into_iter().flatten() {
            if !is_coordinate(fields.text(slot)?) {
                return Err(fields.reject(slot, "not a finite number"));
            }
        }
        let text = match self.location_text {
            Some(slot) => fields.long_text(slot).into_owned(),
            None => String::new(),
        };
        let coordinates = match &self.other_crs {
            Some(system) => {
                let point = self.point_in(system, fields);
                let [lon, lat] = point.map_or_else(Default::default, |p| [p.lon.to_string(), p.lat.to_string()]);
                [lon, lat, String::new(), String::new()]
            }
            None => [of(lon)?, of(lat)?, of(easting)?, of(northing)?],
        };
        Ok(PlaceTexts {
            text,
            locality: of(locality)?,
            postcode: of(postcode)?,
            gridref: of(gridref)?,
            uprn: of(uprn)?,
            coordinates,
        })
    }

    /// The position of a row in another system; none where the row has none there.
    fn point_in(&self, system: &OtherCrs, fields: &Fields<'_>) -> Option<LonLat> {
        let (easting, northing) = self.grid?;
        let (x, y) = fields.pair(easting, northing).filter(|&(x, y)| x != 0.0 || y != 0.0)?;
        system.to_lonlat(x, y)
    }

    fn when(&self, mapping: &Mapping, fields: &Fields<'_>) -> Result<When, Box<Rejection>> {
        let date = fields.needed(self.when)?;
        let time = self.time.map(|slot| fields.text(slot)).transpose()?.filter(|t| !t.is_empty());
        let formats = &mapping.when.formats;
        let start = match time {
            Some(time) => parse_date_and_time(date, time, formats),
            None => parse_when(date, formats),
        };
        let start = start.ok_or_else(|| fields.reject(self.when, "not a date or time in a known format"))?;
        let Some(slot) = self.when_end else { return Ok(start) };
        let end = fields.text(slot)?;
        if end.is_empty() {
            return Ok(start);
        }
        let end =
            parse_when(end, formats).ok_or_else(|| fields.reject(slot, "not a date or time in a known format"))?;
        let end_us = if end.precision == WhenPrecision::Instant { end.end_us } else { end.end_us - 1 };
        if end_us < start.start_us {
            return Err(fields.reject(slot, "ends before it starts"));
        }
        if end_us == start.start_us {
            return Ok(start);
        }
        Ok(When { start_us: start.start_us, end_us, precision: WhenPrecision::Span })
    }

    /// The point as the numbers say, part of the identity of a record that has no reference; none where they are no
    /// plain numbers or lie outside their system. Two points of one row that lie apart reject it.
    fn point(&self, fields: &Fields<'_>) -> Result<Option<LonLat>, Box<Rejection>> {
        if let Some(system) = &self.other_crs {
            return Ok(self.point_in(system, fields));
        }
        let degrees = self.lon_lat.and_then(|(lon, lat)| fields.pair(lon, lat)).filter(|&(x, y)| x != 0.0 || y != 0.0);
        let degrees = degrees.and_then(|(x, y)| LonLat::new(x, y).ok());
        let Some((easting, northing)) = self.grid else { return Ok(degrees) };
        let Some((x, y)) = fields.pair(easting, northing) else { return Ok(degrees) };
        let Ok(from_grid) = bng_to_lonlat(BngPoint { easting: x, northing: y }) else { return Ok(degrees) };
        let Some(degrees) = degrees else { return Ok(Some(from_grid)) };
        let apart = lonlat_to_bng(degrees).map(|p| (p.easting - x).hypot(p.northing - y));
        if apart.is_ok_and(|m| m > CONTRADICTION_M) && x.min(y) > CONTRADICTION_M {
            return Err(fields.reject(easting, "more than 1 km from the longitude and latitude of the row"));
        }
        Ok(Some(degrees))
    }
}
