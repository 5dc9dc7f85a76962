//! OS Open Names: places, roads and postcodes with the rectangle each covers. 34 columns, no header, a byte order mark.

use std::io::Read;

use csv::ByteRecord;

use super::{
    kind::NotThisKind,
    reader::{Reader, RowOutcome, degrees, grid_point, number, one_point, text},
};
use crate::geocode::{EntryKind, NewEntry, NewPostcode, Postcode};

const COLUMNS: usize = 34;
const ID: usize = 0;
const URI: usize = 1;
/// Part of every identifier in [`URI`].
const PUBLISHER: &str = "ordnancesurvey.co.uk/id";
const NAME_1: usize = 2;
const NAME_2: usize = 4;
const TYPE: usize = 6;
const LOCAL_TYPE: usize = 7;
const EASTING: usize = 8;
const NORTHING: usize = 9;
const RECTANGLE: [usize; 4] = [12, 13, 14, 15];
const POPULATED_PLACE: usize = 18;
const DISTRICT: usize = 21;

pub(super) fn read<R: Read>(reader: &mut Reader<'_, R>) -> Result<(), NotThisKind> {
    reader.rows(|row, contents| {
        if row.len() != COLUMNS || !text(row, URI).contains(PUBLISHER) {
            return RowOutcome::Bad("not 34 columns with an identifier of Ordnance Survey");
        }
        let Some(point) = grid_point(row, EASTING, NORTHING) else { return RowOutcome::Bad("no position") };
        if text(row, LOCAL_TYPE) == "Postcode" {
            let Some(postcode) = Postcode::unit(text(row, NAME_1)) else { return RowOutcome::Bad("not a postcode") };
            contents.postcodes.push(NewPostcode { postcode, point: Some(point), quality: 1, terminated: None });
            return RowOutcome::Added;
        }
        let Some(kind) = kind_of(text(row, TYPE), text(row, LOCAL_TYPE)) else { return RowOutcome::PassedOver };
        let Some(point) = degrees(point) else { return RowOutcome::Bad("outside the National Grid") };
        let place = text(row, POPULATED_PLACE);
        contents.entries.push(NewEntry {
            kind,
            name: text(row, NAME_1).to_owned(),
            also: Some(text(row, NAME_2)).filter(|n| !n.is_empty()).map(str::to_owned).into_iter().collect(),
            locality: if place.is_empty() { text(row, DISTRICT) } else { place }.to_owned(),
            id: text(row, ID).trim_start_matches('\u{feff}').to_owned(),
            points: one_point(point),
            radius_m: half_diagonal_m(row).unwrap_or(f32::NAN),
        });
        RowOutcome::Added
    })
}

fn kind_of(kind: &str, local: &str) -> Option<EntryKind> {
    Some(match (kind, local) {
        ("populatedPlace", _) => EntryKind::Locality,
        ("transportNetwork", l) if l.contains("Road") => EntryKind::Street,
        ("transportNetwork" | "other", l) if l.contains("Station") || l.contains("Education") || l.contains("Care") => {
            EntryKind::Premises
        }
        ("hydrography" | "landform", _) => return None,
        _ => EntryKind::Place,
    })
}

/// Half the diagonal of the rectangle that the publisher gives.
fn half_diagonal_m(row: &ByteRecord) -> Option<f32> {
    let [west, south, east, north] = RECTANGLE.map(|at| number(row, at));
    Some(((east? - west?).hypot(north? - south?) / 2.0) as f32)
}
