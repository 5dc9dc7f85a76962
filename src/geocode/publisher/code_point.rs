//! OS Code-Point Open: `"NR1 1AA",10,624073,308352,...`; quality 90 has no position, whatever the zeros say.

use std::io::Read;

use super::{
    kind::NotThisKind,
    reader::{Reader, RowOutcome, postcode_point, text},
};
use crate::geocode::{NewPostcode, Postcode};

const COLUMNS: usize = 10;
const NO_POSITION: u8 = 90;

pub(super) fn read<R: Read>(reader: &mut Reader<'_, R>) -> Result<(), NotThisKind> {
    reader.rows(|row, contents| {
        if row.len() < COLUMNS {
            return RowOutcome::Bad("fewer than ten columns");
        }
        let Some(postcode) = Postcode::unit(text(row, 0)) else { return RowOutcome::Bad("not a postcode") };
        let Ok(quality) = text(row, 1).parse::<u8>() else { return RowOutcome::Bad("quality is not a number") };
        let point = postcode_point(row, &postcode, 2, 3).filter(|_| quality < NO_POSITION);
        contents.postcodes.push(NewPostcode { postcode, point, quality: quality / 10, terminated: None });
        RowOutcome::Added
    })
}
