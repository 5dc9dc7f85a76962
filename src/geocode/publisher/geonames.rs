//! `GeoNames` postal codes: place names of Great Britain by outcode. Many places share one coordinate, so that each point
//! carries how rough it is.

use std::io::Read;

use super::{
    kind::NotThisKind,
    reader::{Reader, RowOutcome, number, one_point, text},
};
use crate::{
    geocode::{EntryKind, NewEntry},
    model::LonLat,
};

const COLUMNS: usize = 12;
/// Column with the accuracy: 1 estimated, 3 from the outcode, 4 the place's own, 6 a centroid.
const ACCURACY: usize = 11;

pub(super) fn read<R: Read>(reader: &mut Reader<'_, R>) -> Result<(), NotThisKind> {
    reader.rows(|row, contents| {
        if row.len() != COLUMNS || text(row, 0).trim_start_matches('\u{feff}').len() != 2 {
            return RowOutcome::Bad("not twelve columns that begin with a country");
        }
        let (Some(lat), Some(lon)) = (number(row, 9), number(row, 10)) else {
            return RowOutcome::Bad("no latitude and longitude");
        };
        let Ok(point) = LonLat::new(lon, lat) else { return RowOutcome::Bad("no latitude and longitude") };
        let name = text(row, 2);
        if name.is_empty() {
            return RowOutcome::Bad("no name");
        }
        let radius_m = match text(row, ACCURACY) {
            "4" => 500.0,
            "5" | "6" => 200.0,
            _ => 3_000.0,
        };
        let (county, district) = (text(row, 5), text(row, 7));
        contents.entries.push(NewEntry {
            kind: EntryKind::Locality,
            name: name.to_owned(),
            also: Vec::new(),
            locality: if county.is_empty() { district } else { county }.to_owned(),
            id: String::new(),
            points: one_point(point),
            radius_m,
        });
        RowOutcome::Added
    })
}
