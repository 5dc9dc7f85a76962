//! ONS Postcode Directory and National Statistics Postcode Lookup: terminated postcodes with the month they ended.

use std::io::Read;

use super::{
    kind::NotThisKind,
    reader::{Reader, RowOutcome, postcode_point, text},
};
use crate::{
    geocode::{NewPostcode, Postcode},
    model::Month,
};

const POSTCODE: [&str; 6] = ["pcds", "pcd", "pcd2", "pcd7", "pcd8", "postcode"];
const TERMINATED: [&str; 2] = ["doterm", "dateoftermination"];
const EASTING: [&str; 3] = ["oseast1m", "east1m", "easting"];
const NORTHING: [&str; 3] = ["osnrth1m", "north1m", "northing"];
const QUALITY: [&str; 3] = ["osgrdind", "gridind", "ogrdind"];

pub(super) fn read<R: Read>(reader: &mut Reader<'_, R>) -> Result<(), NotThisKind> {
    let header = reader.header()?;
    let find = |names: &[&str]| reader.find(&header, names);
    let columns = (find(&POSTCODE)?, find(&TERMINATED)?, find(&EASTING)?, find(&NORTHING)?);
    let quality = find(&QUALITY)?;
    let (Some(postcode), Some(terminated), Some(easting), Some(northing)) = columns else {
        return Err(reader.without(&header));
    };
    reader.rows(|row, contents| {
        let Some(postcode) = Postcode::unit(text(row, postcode)) else { return RowOutcome::Bad("not a postcode") };
        let ended = text(row, terminated);
        let terminated = month(ended);
        if !ended.is_empty() && terminated.is_none() {
            return RowOutcome::Bad("doterm is not a month such as 201906");
        }
        let quality = quality.and_then(|at| text(row, at).parse::<u8>().ok()).unwrap_or(1);
        let point = postcode_point(row, &postcode, easting, northing).filter(|_| quality < 9);
        contents.postcodes.push(NewPostcode { postcode, point, quality, terminated });
        RowOutcome::Added
    })
}

/// `201906` or `2019-06`.
fn month(text: &str) -> Option<Month> {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let (year, rest) = digits.split_at_checked(4)?;
    Month::parse(&format!("{year}-{}", rest.get(..2)?)).ok()
}
