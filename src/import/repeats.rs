//! Rows of a file that repeat another one, reference included: the publisher's slip, or one incident told twice.

use hashbrown::{HashMap, HashSet};

use crate::workspace::Incidents;

/// Bits of the sieve for each row: a reference that stands alone is taken for another's once in so many.
const SIEVE_BITS_A_ROW: usize = 32;
/// Repeated rows named in a report.
const NAMED: usize = 3;

/// The repeats among the incidents of a file.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Repeats {
    /// Rows that repeat an earlier one.
    pub(super) rows: u64,
    /// References of such rows, with the rows each stands on, most first.
    pub(super) references: Vec<(String, u64)>,
}

impl Repeats {
    /// Finds rows whose reference and content stand on an earlier row; rows without a reference are never repeats.
    pub(super) fn of(incidents: &Incidents) -> Self {
        let candidates = candidates(incidents);
        if candidates.is_empty() {
            return Self::default();
        }
        let mut seen: HashMap<(&str, u64), u64> = HashMap::new();
        for i in 0..incidents.len() {
            let reference = incidents.source_ref_of(i);
            if !reference.is_empty() && candidates.contains(&digest(reference)) {
                *seen.entry((reference, incidents.content(i))).or_default() += 1;
            }
        }
        let mut repeats = Self::default();
        for ((reference, _), rows) in seen.into_iter().filter(|(_, rows)| *rows > 1) {
            repeats.rows += rows - 1;
            repeats.references.push((reference.to_owned(), rows));
        }
        repeats.references.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
        repeats
    }

    /// A sentence for the report; none where nothing is repeated.
    pub(super) fn in_words(&self, file: &str) -> Option<String> {
        let named = self.references.iter().take(NAMED).map(|(reference, rows)| {
            let short: String = reference.chars().take(16).collect();
            format!("{short} stands on {rows} rows")
        });
        let more = if self.references.len() > NAMED { " ..." } else { "" };
        let named = named.collect::<Vec<_>>().join(", ");
        (self.rows > 0).then(|| {
            format!("{file}: {} rows repeat another row, Crime ID included, and are counted ({named}{more})", self.rows)
        })
    }
}

/// Digests that stand on more than one row: a sieve first, so that the many that stand alone cost next to nothing, then
/// a count of those that met another there.
fn candidates(incidents: &Incidents) -> HashSet<u64> {
    let digests = (0..incidents.len()).map(|i| incidents.source_ref_of(i)).filter(|r| !r.is_empty()).map(digest);
    let mut rows: HashMap<u64, u32> = met(digests.clone(), incidents.len()).into_iter().map(|d| (d, 0)).collect();
    if rows.is_empty() {
        return HashSet::new();
    }
    for digest in digests {
        if let Some(rows) = rows.get_mut(&digest) {
            *rows += 1;
        }
    }
    rows.into_iter().filter(|(_, rows)| *rows > 1).map(|(digest, _)| digest).collect()
}

/// Digests that found their bit of the sieve taken: all that come again, and one in [`SIEVE_BITS_A_ROW`] of the others.
fn met(digests: impl Iterator<Item = u64>, rows: usize) -> Vec<u64> {
    let bits = (rows * SIEVE_BITS_A_ROW).next_power_of_two().max(64);
    let mut sieve = vec![0_u64; bits / 64];
    let mut met = Vec::new();
    for digest in digests {
        let slot = (digest >> (64 - bits.trailing_zeros())) as usize;
        let (word, bit) = (slot / 64, 1_u64 << (slot % 64));
        if sieve[word] & bit != 0 {
            met.push(digest);
        }
        sieve[word] |= bit;
    }
    met
}

/// Mixes the first and last bytes of a reference.
fn digest(reference: &str) -> u64 {
    let bytes = reference.as_bytes();
    let eight = |bytes: &[u8]| bytes.iter().fold(0_u64, |all, b| all << 8 | u64::from(*b));
    let (first, last) = (&bytes[..bytes.len().min(8)], &bytes[bytes.len().saturating_sub(8)..]);
    let mixed = eight(first).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ eight(last).rotate_left(32) ^ bytes.len() as u64;
    mixed.wrapping_mul(0xff51_afd7_ed55_8ccd)
}
