//! The content of a partition as a digest: what was received and where it was placed.
//!
//! Cells and areas are left out (they follow from position and layer), and so is the hash of a wording (its key is
//! the workspace's). It stands in the Parquet file's own metadata, so that whoever makes the file live can list it.

use std::path::Path;

use parquet::{
    arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions},
    file::metadata::KeyValue,
};

use super::{
    Incidents,
    place::{ABSENT, NO_PLACE},
    texts::Dictionary,
};
use crate::workspace::WorkspaceError;

/// Its name in the file's metadata.
const KEY: &str = "places:rows";
/// Bytes gathered before they are hashed.
const GATHERED: usize = 1 << 16;

/// The digest as metadata of the file; `order` is that of the file's rows, which does not depend on how they came.
pub(super) fn rows_metadata(incidents: &Incidents, order: &[u32]) -> KeyValue {
    KeyValue::new(KEY.to_owned(), rows_digest(incidents, order))
}

/// The digest that a file was written with, or nothing where an earlier version wrote it.
pub(in crate::workspace) fn rows_digest_of(path: &Path) -> Result<String, WorkspaceError> {
    let file = fs_err::File::open(path)?;
    let metadata = ArrowReaderMetadata::load(file.file(), ArrowReaderOptions::new())
        .map_err(|source| WorkspaceError::Parquet { path: path.to_owned(), source })?;
    let values = metadata.metadata().file_metadata().key_value_metadata();
    let digest = values.into_iter().flatten().find(|v| v.key == KEY);
    Ok(digest.and_then(|v| v.value.clone()).unwrap_or_default())
}

fn rows_digest(incidents: &Incidents, order: &[u32]) -> String {
    let words = |dictionary: &Dictionary| -> Vec<[u8; 16]> { dictionary.values().iter().map(|w| word(w)).collect() };
    let categories = words(&incidents.categories);
    let attributes: Vec<Vec<[u8; 16]>> = incidents.attribute_values.iter().map(words).collect();
    // By name: the order of columns is no content.
    let mut columns: Vec<usize> = (0..incidents.attribute_names.len()).collect();
    columns.sort_by_key(|&c| &incidents.attribute_names[c]);
    let mut hasher = blake3::Hasher::new();
    for &column in &columns {
        hasher.update(&word(&incidents.attribute_names[column]));
    }
    let mut bytes = Vec::with_capacity(2 * GATHERED);
    for &row in order {
        let i = row as usize;
        add_row(incidents, i, &mut bytes);
        bytes.extend_from_slice(&categories[incidents.category[i] as usize]);
        for &column in &columns {
            let value = incidents.attributes[column][i];
            bytes.extend_from_slice(if value == ABSENT { &[0; 16] } else { &attributes[column][value as usize] });
        }
        if bytes.len() >= GATHERED {
            hasher.update(&bytes);
            bytes.clear();
        }
    }
    hasher.update(&bytes);
    hasher.finalize().to_hex().to_string()
}

/// What is an incident's own, without the words that repeat.
fn add_row(incidents: &Incidents, i: usize, bytes: &mut Vec<u8>) {
    bytes.extend_from_slice(&incidents.keys[i].to_le_bytes());
    let reference = incidents.refs.get(i);
    bytes.extend_from_slice(&(reference.len() as u32).to_le_bytes());
    bytes.extend_from_slice(reference.as_bytes());
    let when = incidents.whens[incidents.when[i] as usize];
    bytes.extend_from_slice(&when.start_us.to_le_bytes());
    bytes.extend_from_slice(&when.end_us.to_le_bytes());
    bytes.push(when.precision as u8);
    if incidents.place[i] == NO_PLACE {
        bytes.push(0);
        return;
    }
    let place = &incidents.places[incidents.place[i] as usize];
    bytes.push(1);
    bytes.extend_from_slice(&place.lon.to_bits().to_le_bytes());
    bytes.extend_from_slice(&place.lat.to_bits().to_le_bytes());
    bytes.extend_from_slice(&place.radius_m.to_bits().to_le_bytes());
    bytes.push(place.class as u8);
    bytes.extend_from_slice(&place.flags.to_le_bytes());
}

fn word(text: &str) -> [u8; 16] {
    let mut word = [0; 16];
    word.copy_from_slice(&blake3::hash(text.as_bytes()).as_bytes()[..16]);
    word
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::{Month, When},
        workspace::IncidentRow,
    };

    /// Incidents with the keys given, in that order; the category of each is that of its key.
    fn incidents(keys: &[u64], reference: &str) -> Incidents {
        let mut incidents = Incidents::new(&[], &["outcome"]);
        for &key in keys {
            let outcome = incidents.attribute_code(0, if key % 2 == 0 { "even" } else { "" });
            incidents.push(&IncidentRow {
                key,
                source_ref: reference,
                category: &format!("category {}", key % 3),
                when: When::month(Month(24_300)),
                place: NO_PLACE,
                location_text_hash: 0,
                attributes: &[outcome],
            });
        }
        incidents
    }

    fn digest(incidents: &Incidents) -> String {
        rows_digest(incidents, &incidents.order())
    }

    #[test]
    fn the_order_of_arrival_is_no_content_and_a_value_is() {
        let one = incidents(&[1, 2, 3, 4], "");
        assert_eq!(digest(&one), digest(&incidents(&[4, 2, 1, 3], "")));
        assert_ne!(digest(&one), digest(&incidents(&[1, 2, 3, 5], "")));
        assert_ne!(digest(&one), digest(&incidents(&[1, 2, 3, 4], "r")));
        assert_ne!(digest(&one), digest(&incidents(&[1, 2, 3], "")));
    }
}
