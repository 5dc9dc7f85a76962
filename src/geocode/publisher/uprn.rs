//! OS Open UPRN: property numbers with points, kept near the study area.

use std::io::Read;

use super::{
    kind::NotThisKind,
    reader::{Reader, RowOutcome, degrees, grid_point, one_point, text},
};
use crate::geocode::{EntryKind, NewEntry, Study};

/// Radius that holds a property.
const PROPERTY_M: f32 = 20.0;

pub(super) fn read<R: Read>(reader: &mut Reader<'_, R>, study: &Study) -> Result<(), NotThisKind> {
    let header = reader.header()?;
    let find = |name: &str| reader.find(&header, &[name]);
    let columns = (find("uprn")?, find("x_coordinate")?, find("y_coordinate")?);
    let (Some(uprn), Some(easting), Some(northing)) = columns else {
        return Err(reader.without(&header));
    };
    reader.rows(|row, contents| {
        let number = text(row, uprn);
        if number.is_empty() || number.len() > 12 || !number.bytes().all(|b| b.is_ascii_digit()) {
            return RowOutcome::Bad("not a UPRN");
        }
        let point = grid_point(row, easting, northing).and_then(degrees);
        let Some(point) = point else { return RowOutcome::Bad("no position") };
        if !study.is_near(point) {
            return RowOutcome::PassedOver;
        }
        contents.entries.push(NewEntry {
            kind: EntryKind::Premises,
            name: number.to_owned(),
            also: Vec::new(),
            locality: String::new(),
            id: String::new(),
            points: one_point(point),
            radius_m: PROPERTY_M,
        });
        RowOutcome::Added
    })
}
