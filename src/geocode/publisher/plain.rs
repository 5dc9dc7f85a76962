//! A CSV of one's own: local places, nicknames, streets, estates, postcodes.

use std::{collections::HashMap, io::Read};

use super::{
    kind::NotThisKind,
    reader::{Reader, RowOutcome, degrees, grid_point, number, one_point, text},
};
use crate::{
    geocode::{EntryKind, NewEntry, NewPostcode, Postcode},
    model::{BngPoint, LonLat, lonlat_to_bng},
};

const NAME: [&str; 6] = ["name", "site_name", "street", "place", "title", "street_name"];
const LON: [&str; 4] = ["lon", "longitude", "lng", "long"];
const LAT: [&str; 2] = ["lat", "latitude"];
const EASTING: [&str; 5] = ["easting", "eastings", "x", "x_coordinate", "east"];
const NORTHING: [&str; 5] = ["northing", "northings", "y", "y_coordinate", "north"];
const LOCALITY: [&str; 5] = ["locality", "town", "area", "district", "village"];
const ALSO: [&str; 4] = ["also", "alias", "aliases", "nickname"];

enum Position {
    Degrees(usize, usize),
    Grid(usize, usize),
}

pub(super) fn read<R: Read>(reader: &mut Reader<'_, R>) -> Result<(), NotThisKind> {
    let header = reader.header()?;
    let find = |names: &[&str]| reader.find(&header, names);
    let grid = find(&EASTING)?.zip(find(&NORTHING)?).map(|(e, n)| Position::Grid(e, n));
    let degrees_at = find(&LON)?.zip(find(&LAT)?).map(|(lon, lat)| Position::Degrees(lon, lat));
    let position = grid.or(degrees_at);
    let (name, postcode) = (find(&NAME)?, find(&["postcode"])?);
    let (kind, locality, also) = (find(&["kind", "type"])?, find(&LOCALITY)?, find(&ALSO)?);
    let (id, radius) = (find(&["id", "ref", "uprn", "usrn"])?, find(&["radius_m"])?);
    let Some(position) = position.filter(|_| name.is_some() || postcode.is_some()) else {
        return Err(reader.without(&header));
    };
    // Rows that say the same but for the position are points of one thing: a street.
    let mut known: HashMap<(String, String, String, EntryKind), usize> = HashMap::new();
    reader.rows(|row, contents| {
        let at = match position {
            Position::Degrees(lon, lat) => {
                number(row, lon).zip(number(row, lat)).and_then(|(x, y)| LonLat::new(x, y).ok())
            }
            Position::Grid(easting, northing) => grid_point(row, easting, northing).and_then(degrees),
        };
        let Some(at) = at else { return RowOutcome::Bad("no position") };
        let field = |column: Option<usize>| column.map(|c| text(row, c)).unwrap_or_default();
        let Some(name) = name.map(|c| text(row, c)) else {
            let Some(postcode) = Postcode::unit(field(postcode)) else { return RowOutcome::Bad("not a postcode") };
            let point: Option<BngPoint> = lonlat_to_bng(at).ok();
            contents.postcodes.push(NewPostcode { postcode, point, quality: 1, terminated: None });
            return RowOutcome::Added;
        };
        if name.is_empty() {
            return RowOutcome::Bad("no name");
        }
        let kind = match field(kind) {
            "" => EntryKind::Place,
            word => match EntryKind::from_name(word) {
                Some(kind) => kind,
                None => return RowOutcome::Bad("kind is not premises, place, street, locality or district"),
            },
        };
        let radius_m = field(radius).parse::<f32>().ok().filter(|r| r.is_finite() && *r > 0.0).unwrap_or(f32::NAN);
        let key = (name.to_owned(), field(locality).to_owned(), field(id).to_owned(), kind);
        if let Some(entry) = known.get(&key).and_then(|&at: &usize| contents.entries.get_mut(at)) {
            entry.points.extend(one_point(at));
            return RowOutcome::Added;
        }
        known.insert(key, contents.entries.len());
        contents.entries.push(NewEntry {
            kind,
            name: name.to_owned(),
            also: field(also).split([';', '|']).map(str::trim).filter(|a| !a.is_empty()).map(str::to_owned).collect(),
            locality: field(locality).to_owned(),
            id: field(id).to_owned(),
            points: one_point(at),
            radius_m,
        });
        RowOutcome::Added
    })
}
