//! Gazetteer files as their publishers make them, to entries and postcodes.
//!
//! A file of another kind is refused with what was expected; a bad row is counted with its line and reason.

mod code_point;
mod geonames;
mod kind;
mod onspd;
mod open_names;
mod plain;
mod reader;
mod uprn;

use std::io::Read;

pub use kind::{GazetteerKind, NotThisKind};
pub use reader::GazetteerContents;

use super::Study;
use reader::Reader;

/// Reads a file of a kind and adds what it holds. UPRNs are only kept near the study area: there are forty million.
///
/// # Errors
/// [`NotThisKind`]; what was read before is then to be thrown away.
///
/// # Examples
/// ```
/// use places::geocode::{GazetteerContents, GazetteerKind, Index, Study, build_index, read_gazetteer};
/// let file = "Name,Kind,Locality,Easting,Northing\nThe Rec,nickname,Holt,608000,338000\n";
/// let mut contents = GazetteerContents::default();
/// read_gazetteer(GazetteerKind::Csv, file.as_bytes(), &Study::new(Vec::new()), &mut contents)?;
/// assert_eq!((contents.rows, contents.bad, contents.entries[0].name.as_str()), (1, 0, "The Rec"));
/// let index = Index::open(&build_index("csv", "2026", &contents.entries, contents.postcodes)).unwrap();
/// assert_eq!((index.len(), index.locality(0)), (1, "Holt"));
/// # Ok::<(), places::geocode::NotThisKind>(())
/// ```
pub fn read_gazetteer(
    kind: GazetteerKind,
    file: impl Read,
    study: &Study,
    contents: &mut GazetteerContents,
) -> Result<(), NotThisKind> {
    let mut reader = Reader::new(kind, file, contents);
    match kind {
        GazetteerKind::CodePoint => code_point::read(&mut reader),
        GazetteerKind::Onspd => onspd::read(&mut reader),
        GazetteerKind::OpenNames => open_names::read(&mut reader),
        GazetteerKind::Uprn => uprn::read(&mut reader, study),
        GazetteerKind::GeoNames => geonames::read(&mut reader),
        GazetteerKind::Csv => plain::read(&mut reader),
    }?;
    reader.finish()
}

#[cfg(test)]
mod tests;
